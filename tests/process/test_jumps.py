"""A holdings file that cannot follow the one before is set aside; ordinary ones are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.facts.funds import Fund, load_funds
from cache.facts.reference import load_reference
from cache.facts.sessions import sessions
from cache.refresh.jumps import odd, unlike
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.holdings.read import HoldingsFile, read_holdings
from cache.store.bars import Bars
from cache.store.merge import merge
from cache.store.store import Store
from core.answer.alerts import AlertState, judge, parse, value
from core.answer.snapshot import take
from core.data.frames import NOT_READ, Holdings, LeftOut, Prices
from core.data.market import Market
from core.data.question import Question
from core.measures.changes import changes
from tests.cache.test_vendor import DAYS, World, evening

COUNT = 120
NAMES = tuple(f"L{n:03}" for n in range(COUNT))
FIRST, SECOND = DAYS[40].item(), DAYS[60].item()
ROOT = Path(__file__).resolve().parents[2]


def file(as_of: date = FIRST, names: tuple[str, ...] = NAMES, **more: np.ndarray) -> Holdings:
    """A fund of equal quantities at rising prices."""
    price = 20.0 + np.arange(len(names))
    quantity = np.full(len(names), 1000.0)
    fields = {"quantity": quantity, "price": price, "value": quantity * price} | more
    return Holdings(
        "IWM", as_of, names, names, ("",) * len(names), total=float(fields["value"].sum()), **fields
    )


@dataclass(frozen=True)
class Row:
    column: str
    symbol: str
    reason: str


def test_a_file_under_another_date_or_of_another_index_is_told() -> None:
    first = file()
    again = replace(first, as_of=SECOND)
    [words] = unlike(again, [first])
    assert words.startswith(f"says of every line what the file of {FIRST} says")
    # a day's file under a holiday's date is no wrong one
    thursday, good_friday, monday = (date(2023, 4, day) for day in (6, 7, 10))
    before = replace(first, as_of=thursday)
    assert unlike(replace(first, as_of=good_friday), [before]) == []
    [words] = unlike(replace(first, as_of=monday), [before])
    assert words.startswith(f"says of every line what the file of {thursday} says")
    wider = file(SECOND, tuple(f"L{n:03}" for n in range(3 * COUNT)))
    [words] = unlike(wider, [first])
    assert words.startswith(f"names 360 lines where the file of {FIRST} named 120")
    assert unlike(wider, [wider]) == [] and unlike(first, [wider]) == []


def test_an_ordinary_file_is_not_odd() -> None:
    grown = file(
        SECOND,
        price=(20.0 + np.arange(COUNT)) * 1.03,
        value=1000 * (20.0 + np.arange(COUNT)) * 1.03,
    )
    assert not odd(grown, (), [file()], Prices()).why
    assert not odd(file(SECOND, NAMES[:116]), (), [file()], Prices()).why
    # longer ago much may have happened, but half of an index does not go
    late = FIRST + timedelta(days=46)
    assert not odd(file(late, NAMES[:60]), (), [file()], Prices()).why
    (why,) = odd(file(late, NAMES[:59]), (), [file()], Prices()).why
    assert why == f"names 59 lines where the file of {FIRST} named 120"


def test_half_a_file_and_another_funds_file() -> None:
    (why,) = odd(file(SECOND, NAMES[:113]), (), [file()], Prices()).why
    assert why == f"names 113 lines where the file of {FIRST} named 120"
    others = tuple(f"X{n:03}" for n in range(COUNT))
    (why,) = odd(file(SECOND, others), (), [file()], Prices()).why
    assert why == f"says that 100% of the fund was traded since {FIRST}"
    cut = Row("weight", "", "the weights add up to 71.0%: rows are missing")
    assert odd(file(), [cut], [], Prices()).why == (
        "is not one whole fund: the weights add up to 71.0%: rows are missing",
    )


def test_turnover_that_the_fund_has_shown_before() -> None:
    """40 % sold for other lines, twice: odd the first time that it is against the fund's ways."""
    quantity = np.full(COUNT, 1000.0) / (20.0 + np.arange(COUNT)) * 100
    even = {"quantity": quantity, "value": np.full(COUNT, 1e5)}
    days = [FIRST - timedelta(days=30 * n) for n in (2, 1, 0)]
    sold = tuple(f"X{n:03}" if n % 5 < 2 else name for n, name in enumerate(NAMES))
    again = tuple(f"Y{n:03}" if n % 5 < 2 else name for n, name in enumerate(NAMES))
    calm = [file(day, **even) for day in days[:2]]
    (why,) = odd(file(days[2], sold, **even), (), calm, Prices()).why
    assert "40% of the fund was traded" in why and "never above 0% before" in why
    lively = [file(days[0], **even), file(days[1], sold, **even)]
    assert not odd(file(days[2], again, **even), (), lively, Prices()).why


def test_values_that_are_not_quantity_times_price() -> None:
    value = 1000 * (20.0 + np.arange(COUNT))
    value[:7] *= 1.5
    (why,) = odd(file(value=value), (), [], Prices()).why
    assert why == "values 7 of 120 lines at other than quantity times price"
    value[1:7] /= 1.5
    single = odd(file(value=value), (), [], Prices())
    assert not single.why, "a single line is told, and the file is used"
    assert single.notes == ("values 1 of 120 lines at other than quantity times price (L000)",)
    assert not odd(file(), (), [], Prices()).notes


def test_a_file_with_the_quantities_of_another_funds() -> None:
    bought = 1000.0 + 37 * np.arange(COUNT)
    price = 20.0 + np.arange(COUNT)
    other = replace(file(quantity=bought, value=bought * price), fund="IVV")
    (why,) = odd(file(SECOND, quantity=bought, value=bought * price), (), [], Prices(), [other]).why
    assert why == f"has the quantities of IVV's file of {FIRST} in 120 of 120 lines"
    # of one index, but each with quantities of its own; of its own fund they may stay the same
    assert not odd(file(SECOND), (), [], Prices(), [other]).why
    assert not odd(other, (), [], Prices(), [other]).why
    mixed = np.where(np.arange(COUNT) < 60, bought, 2 * bought)
    assert not odd(file(SECOND, quantity=mixed, value=mixed * price), (), [], Prices(), [other]).why


def priced(factor: float = 1.0, split: float = 0.0) -> Prices:
    """Closes that move by 5 % or so a session around the first file's day."""
    days = DAYS[37:46]
    path = np.array([0.8, 0.85, 0.95, 1.0, 1.06, 1.12, 1.2, 1.3, 1.4])[:, None] * (
        20.0 + np.arange(COUNT)
    )
    size = len(days)
    events = np.zeros((COUNT, size))
    if split:
        events[:, -1] = split
    bars = Bars(NAMES, np.repeat(np.arange(COUNT), size), np.tile(days, COUNT),
                close=(path * factor).T.ravel(), split=events.ravel(), source="t",
                fetched_at=evening(50))  # fmt: skip
    return merge(Prices(), bars)


def test_prices_are_those_of_the_files_session_or_of_its_neighbour() -> None:
    assert odd(file(), (), [], priced()) == odd(file(), (), [], Prices())
    # a file dated a day late carries the close before; it is dated by it
    late = file(DAYS[41].item())
    assert odd(late, (), [], priced()).dated == FIRST and not odd(late, (), [], priced()).why
    (why,) = odd(file(), (), [], priced(1.5)).why
    assert "has prices that are not the closes of" in why and "100% of them are off" in why
    # as traded, whatever was split since
    assert not odd(file(), (), [], priced(1 / 4, split=4.0)).why


class Files:
    """An issuer with one file."""

    requests = second = retried = 0
    dated = None

    def __init__(self, rows: Holdings, rejected: tuple[Row, ...] = ()) -> None:
        self.refusals: dict[str, object] = {}
        self.rows, self.rejected = rows, rejected

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        return f"{self.rows.as_of} {len(self.rows.symbols)}".encode(), "address"

    def read(self, raw: bytes, address: str, **_: object) -> HoldingsFile:
        return HoldingsFile(replace(self.rows), raw, self.rejected, None)  # type: ignore[arg-type]


def test_a_file_kept_aside_counts_when_it_is_accepted(tmp_path: Path) -> None:
    store = Store(tmp_path / "market")
    world = World()
    for symbol in NAMES:
        world.close[symbol] = world.close["S03"]
        world.dividend[symbol], world.split[symbol] = world.dividend["S03"], world.split["S03"]
    funds = {"IWM": load_funds()["IWM"]}
    store.commit(holdings=[(file(), b"first")])

    def run(place: int, files: Files) -> object:
        return refresh(
            store,
            Request(("IWM", "IVV"), evening(place), load_reference(), funds),
            prices=world,
            files=files,
        )

    half = Files(file(SECOND, NAMES[:60]))
    summary = run(60, half)
    assert "set aside" in str(summary) and "names 60 lines" in str(summary)
    held = store.read()
    assert [one.as_of for one in held.holdings["IWM"]] == [FIRST]
    (aside,) = held.aside
    assert (aside.fund, aside.as_of) == ("IWM", SECOND) and "names 60 lines" in aside.why[0]
    # it comes again every day, and is one file still
    run(60, half)
    (aside,) = store.read().aside
    assert aside.as_of == SECOND and "names 60 lines" in aside.why[0]
    held = store.change(lambda draft: draft.accept(["IWM"], evening(60)))
    assert [one.as_of for one in held.holdings["IWM"]] == [FIRST, SECOND] and held.aside == ()
    # what spoke against it is told by the answers that use it
    assert [one.doubts for one in held.holdings["IWM"]] == [(), aside.why]
    store.change(lambda draft: draft.take_back(store.journal()[-1].id))
    assert [one.as_of for one in store.read().holdings["IWM"]] == [FIRST]


def test_a_row_that_cannot_be_read_is_no_line_that_left(tmp_path: Path) -> None:
    odd_ones = {"L003": "N/A", "L005": "ten"}
    text = "symbol,name,sector,quantity,price\n" + "".join(
        f"{name},{name},Energy,{odd_ones.get(name, 100)},10\n" for name in NAMES[:30]
    )
    found = read_holdings(text.encode(), "x.csv", fund="FND", as_of=SECOND, now=evening(61))
    assert found.holdings.not_read == set(odd_ones)
    assert not odd_ones.keys() & set(found.holdings.symbols)
    before = file(FIRST, NAMES[:30])
    market = Market(
        Prices(), {"FND": (replace(before, fund="FND"), found.holdings)}, load_reference()
    )
    told = changes(market, replace(before, fund="FND"), found.holdings)
    assert told.left == () and told.joined == ()
    back = changes(market, found.holdings, replace(before, fund="FND", as_of=SECOND))
    assert back.left == () and back.joined == ()


def test_a_line_not_read_is_flagged_and_has_not_left() -> None:
    world = World()
    names = ("S00", "S01")
    bars = world.bars((*names, "IWM", "IVV"), len(DAYS))
    first = file(DAYS[10].item(), names)
    unread = LeftOut("S01", "", float("nan"), f"{NOT_READ}: not a number (line 3)")
    second = replace(file(DAYS[40].item(), names[:1]), others=(unread,))
    market = Market(merge(Prices(), bars), {"IWM": (first, second)}, load_reference())
    question = Question("IWM", "IVV", f"{DAYS[10]}:{DAYS[60]}", DAYS[60].item(), "pr")
    lines = take(market, question).indices["IWM"].contributors
    row = lines.symbols.index("S01")
    assert row not in lines.left
    assert f"not read in the file of {DAYS[40]}" in lines.flags[row]


def test_no_alert_on_leavers_rings_for_a_line_that_was_not_read() -> None:
    """S01 stands in the first file and is refused in the second; S02 is missing there."""
    world = World()
    names = ("S00", "S01", "S02")
    bars = world.bars((*names, "IWM", "IVV"), 80)
    unread = LeftOut("S01", "", float("nan"), f"{NOT_READ}: not a number (line 3)")
    first = file(DAYS[10].item(), names)
    question = Question("IWM", "IVV", f"{DAYS[10]}:{DAYS[60]}", None, "pr")
    for others, left in (((unread,), 1), ((), 2)):
        second = replace(file(DAYS[40].item(), names[:1]), others=others)
        market = Market(merge(Prices(), bars), {"IWM": (first, second)}, load_reference())
        snapshot = take(market, replace(question, as_of=DAYS[79].item()))
        rings = AlertState(parse("leavers IWM >= 2", question))
        assert value(rings.alert, snapshot) == left
        fired = judge(rings, snapshot, evening(80)).fired
        assert (fired is not None) == (left == 2)


def test_weights_of_more_or_less_than_one_fund() -> None:
    """One hundred equal weights of 1 %, cut or repeated; a file of weights alone has no values."""
    names = [f"L{n:03}" for n in range(100)]

    def read(count: int, weight: float = 1.0) -> HoldingsFile:
        rows = "".join(f"{name},{name},Energy,{weight}%\n" for name in names[:count])
        text = "symbol,name,sector,weight\n" + rows
        return read_holdings(text.encode(), "x.csv", fund="FND", as_of=SECOND, now=evening(61))

    for count, weight, words in (
        (100, 1.0, ""),
        (98, 1.0, ""),
        (97, 1.0, "is not one whole fund: the weights add up to 97.0%"),
        (100, 1.02, ""),
        (100, 1.03, "the weights add up to 103.0%: rows appear twice, or are of another fund"),
    ):
        found = read(count, weight)
        why = odd(found.holdings, found.rejected, (), Prices()).why
        assert bool(why) == bool(words) and words in " ".join(why), (count, weight)
    with pytest.raises(SourceError, match=r"add up to 106.0 %"):
        read(100, 1.06)


@pytest.mark.parametrize("folder", ["real", "archive"])
def test_no_false_alarm_on_real_files(folder: str) -> None:
    place = ROOT / "../shared" / folder
    if not place.is_dir():
        pytest.skip("the real files are not at hand")
    assert len(sessions())
    held: dict[str, list[Holdings]] = {}
    paths = [p for p in place.iterdir() if p.suffix in (".csv", ".xlsx") and "_20" in p.name]
    for path in sorted(paths, key=lambda p: (p.name.split("_")[0], p.stem[-10:])):
        fund, day = path.name.split("_")[0], date.fromisoformat(path.stem[-10:])
        found = read_holdings(path, fund=fund, as_of=day, now=datetime(2026, 11, 1, tzinfo=UTC))
        earlier = held.setdefault(fund, [])
        assert odd(found.holdings, found.rejected, earlier, Prices()).why == (), path.name
        earlier.append(found.holdings)
