"""What became known after the as-of date moves no answer for it: hand-made cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.frames import Holdings
from core.data.market import Market
from core.explain.measures import explain
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-03-31")
SIZE, LATE = len(DAYS), 40
FALL = np.linspace(60.0, 20.0, SIZE).tolist()
FLAT = [10.0] * SIZE
FUNDS = {"IWM": FLAT, "SPY": FLAT, "B": FLAT}
NAMES = {"FI": "Fiserv Inc", "FISV": "Fiserv Inc"}
LARGE = holdings("SPY", str(DAYS[0]), {"B": 50})


def upto(values: list[float], end: int) -> list[float]:
    return [value if i < end else NAN for i, value in enumerate(values)]


def since(values: list[float], first: int) -> list[float]:
    return [value if i >= first else NAN for i, value in enumerate(values)]


def renamed(closes: Mapping[str, list[float]]) -> Market:
    """IWM lists FI on the first day, and FISV in a file of the 41st session."""
    old = holdings("IWM", str(DAYS[0]), {"FI": 60, "B": 40}, names=NAMES)
    new = holdings("IWM", str(DAYS[LATE]), {"FISV": 40, "B": 60}, names=NAMES)
    return make_market(prices(DAYS, {**FUNDS, **closes}), old, new, LARGE)


def view_of(market: Market, end: int, as_of: int, basis: Any = "pr") -> Any:
    window = f"{DAYS[0]}:{DAYS[end]}"
    snapshot = take(market, Question(window=window, basis=basis, as_of=DAYS[as_of]))
    assert snapshot.small is not None
    return snapshot.small


@pytest.mark.parametrize(
    "closes",
    [
        {"FI": FALL},
        {"FI": upto(FALL, LATE - 5), "FISV": since(FALL, LATE - 5)},
        {"FI": FALL, "FISV": FALL},
    ],
    ids=["old alone", "one after the other", "both"],
)
def test_a_rename_acts_from_the_file_that_tells_it(closes: Mapping[str, list[float]]) -> None:
    market = renamed(closes)
    before = view_of(market, 20, 20)
    assert before.contributors.symbols == ("B", "FI") and not before.estimated
    assert before.contributors.returns[1] == pytest.approx(FALL[20] / 60 - 1)
    # the same window asked for later is told under the name it has by then
    after = view_of(market, 20, LATE)
    name = "FISV" if "FISV" in closes else "FI"
    assert after.contributors.symbols == ("B", name)
    assert after.contributors.returns[1] == pytest.approx(FALL[20] / 60 - 1)


@pytest.mark.parametrize("taken_out", [True, False])
def test_a_split_of_the_new_ticker_is_on_record_for_closes_that_have_it_taken_out(
    taken_out: bool,
) -> None:
    """FI's closes begin on day 8; of its share at 120.00 on day 0 FISV makes two on day 50.

    On day 9 the file's one share is worth two closes of FI where they have the split taken out,
    and one where they do not, whatever is known of FISV.
    """
    how = {"quantity": {"FI": 1.0, "B": 4.0}, "price": {"FI": 120.0, "B": 10.0}, "names": NAMES}
    old = holdings("IWM", str(DAYS[0]), {"FI": 120, "B": 40}, **how)  # type: ignore[arg-type]
    new = holdings("IWM", str(DAYS[LATE]), {"FISV": 40, "B": 60}, names=NAMES)
    scale = 1.0 if taken_out else 2.0
    closes = {"FI": [scale * p for p in since(upto(FALL, 30), 8)], "FISV": since(FALL, 30)}
    held = prices(DAYS, {**FUNDS, **closes}, splits=[("FISV", DAYS[50], 2.0)])
    market = make_market(held, old, new, LARGE)
    worth = 2 * FALL[9]
    for as_of in (12, 35, 45, 55):
        window = f"{DAYS[9]}:{DAYS[12]}"
        view = take(market, Question(window=window, basis="pr", as_of=DAYS[as_of])).indices["IWM"]
        lines = view.contributors
        (row,) = (at for at, symbol in enumerate(lines.symbols) if symbol in NAMES)
        assert lines.weight[row] == pytest.approx(worth / (worth + 40)), as_of


def test_closes_known_under_the_new_ticker_alone_are_not_the_old_ones_before_the_file() -> None:
    market = renamed({"FISV": FALL})
    (line,) = view_of(market, 20, 20).left_out
    assert (line.symbol, line.reason) == ("FI", "no prices")
    assert view_of(market, 20, LATE).left_out == ()


def test_an_explanation_is_of_the_answer_that_it_explains() -> None:
    market = renamed({"FI": upto(FALL, LATE - 5), "FISV": since(FALL, LATE - 5)})
    snapshot = take(market, Question(window=f"{DAYS[0]}:{DAYS[20]}", basis="pr", as_of=DAYS[20]))
    (one,) = explain(market, snapshot, "IWM", "contribution", "FI")
    # 60 of 100 in FI
    assert one.value == one.computed == pytest.approx(0.6 * (FALL[20] / 60 - 1))


def test_a_ticker_that_another_company_takes_over_is_the_old_ones_until_then() -> None:
    gone, back = 10, 40
    closes = [f if i < gone else NAN if i < back else 900.0 for i, f in enumerate(FALL)]
    old = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40, "C": 10})
    new = holdings("IWM", str(DAYS[back + 1]), {"A": 60, "B": 40, "C": 10}, price={"A": 900.0})
    files = old, new, LARGE
    bars = {**FUNDS, "A": closes, "C": FLAT}
    through = dict.fromkeys(bars, DAYS[-1])
    market = make_market(prices(DAYS, bars, through=through), *files)
    alone = {name: upto(values, back) for name, values in bars.items()}
    then = make_market(prices(DAYS, alone, through=dict.fromkeys(bars, DAYS[back - 1])), old, LARGE)
    for view in (view_of(market, back - 1, back - 1), view_of(then, back - 1, back - 1)):
        row = view.contributors.symbols.index("A")
        assert view.contributors.returns[row] == pytest.approx(FALL[gone - 1] / 60 - 1)
        assert view.contributors.flags[row] == (f"last traded {DAYS[gone - 1]}",)


def test_a_files_price_that_the_next_close_bears_out_stands_from_that_close_on() -> None:
    leap, day = [10.0] * 12 + [NAN] + [16.0] * (SIZE - 13), 12
    own = holdings(
        "IWM", str(DAYS[day]), {"A": 1520.0, "B": 8480.0},
        quantity={"A": 100, "B": 848}, price={"A": 15.2, "B": 10.0},
    )  # fmt: skip
    first = holdings("IWM", str(DAYS[0]), {"A": 1000.0, "B": 8480.0})
    market = make_market(prices(DAYS, {**FUNDS, "A": leap}), first, own, LARGE)

    def returned(as_of: int) -> float:
        lines = view_of(market, day, as_of).contributors
        return float(lines.returns[lines.symbols.index("A")])

    # a step near 3:2 may be a split that one of the two does not know of
    assert returned(day) == 0
    assert returned(day + 1) == pytest.approx(0.52)


def stated(fund: str, place: int, **lines: tuple[float, float]) -> Holdings:
    """A file of a session that states quantity and price of its lines, of B, C and D too."""
    rows = {"B": (100.0, 10.0), "C": (100.0, 10.0), "D": (100.0, 10.0), **lines}
    return holdings(
        fund, str(DAYS[place]), {s: q * p for s, (q, p) in rows.items()},
        quantity={s: q for s, (q, _) in rows.items()}, price={s: p for s, (_, p) in rows.items()},
    )  # fmt: skip


def on_files(*files: Holdings) -> Market:
    """A market of some files; A has prices in them alone."""
    return make_market(prices(DAYS, {**FUNDS, "C": FLAT, "D": FLAT}), *files)


def returned(market: Market, ends: tuple[int, int], as_of: int) -> float | str:
    """A's return over a window as it was known on a session; why not where it has none."""
    window = f"{DAYS[ends[0]]}:{DAYS[ends[1]]}"
    view = take(market, Question(window=window, basis="pr", as_of=DAYS[as_of])).indices["IWM"]
    left = {line.symbol: line.reason for line in view.left_out}
    lines = view.contributors
    return left["A"] if "A" in left else float(lines.returns[lines.symbols.index("A")])


def test_a_files_price_is_a_close_from_the_second_file_on() -> None:
    first, second = stated("IWM", 0, A=(50.0, 20.0)), stated("IWM", LATE, A=(50.0, 22.0))
    for held in (on_files(first, second, LARGE), on_files(first, LARGE)):
        assert returned(held, (0, 20), 20) == "no prices"
        assert returned(held, (0, LATE - 1), LATE - 1) == "no prices"
    held = on_files(first, second, LARGE)
    assert returned(held, (0, 20), LATE) == f"no closes since {DAYS[0]}"
    assert returned(held, (0, LATE), LATE) == pytest.approx(0.1)


def test_a_second_file_of_another_fund_alone_tells_nothing_before_its_next() -> None:
    own = stated("IWM", 0, A=(50.0, 20.0)), stated("IWM", 30, A=(50.0, 24.0))
    other = stated("SPY", 10, A=(70.0, 22.0)), stated("SPY", LATE, A=(70.0, 24.0))
    # the one fund's files of the sessions 0 and 30 tell across the other's of session 10
    assert returned(on_files(*own, *other), (0, 10), 30) == pytest.approx(0.1)
    for held in (on_files(*own, *other), on_files(own[0], other[0])):
        assert returned(held, (0, 10), 10) == "no prices"
        assert returned(held, (0, 10), 29) == "no prices"


def test_two_funds_prices_are_compared_once_a_file_tells_across_them() -> None:
    own = [stated("IWM", place, A=(50.0, price)) for place, price in ((0, 20), (5, 20), (30, 24))]
    other = stated("SPY", 10, A=(70.0, 22.0)), stated("SPY", LATE, A=(70.0, 24.0))
    assert returned(on_files(*own, *other), (5, 10), 30) == pytest.approx(0.1)
    doubt = f"no two files tell whether it was split between {DAYS[5]} and {DAYS[10]}"
    for held in (on_files(*own, *other), on_files(*own[:2], other[0])):
        assert returned(held, (5, 10), 10) == f"quarantined: {doubt}"
        assert returned(held, (0, 5), 10) == 0


def test_a_later_file_that_serves_for_its_members_compares_no_prices() -> None:
    """The index is made anew on the eighth day: from then on the file of day 30 has the members."""
    own = [stated("IWM", place, A=(50.0, price)) for place, price in ((0, 20), (5, 20), (30, 24))]
    market = on_files(*own, stated("SPY", 10, A=(70.0, 22.0)))
    remade = replace(market.reference, reconstitutions={"IWM": (DAYS[8],)})
    served = replace(market, reference=remade)
    view = take(served, Question(window=f"{DAYS[5]}:{DAYS[10]}", as_of=DAYS[10])).indices["IWM"]
    assert [part.holdings_as_of for part in view.segments] == [DAYS[5], DAYS[30]]
    doubt = f"no two files tell whether it was split between {DAYS[5]} and {DAYS[10]}"
    for held in (market, served):
        assert returned(held, (5, 10), 10) == f"quarantined: {doubt}"


def test_a_split_that_later_files_tell_is_not_known_before() -> None:
    own = [
        stated("IWM", place, A=entry)
        for place, entry in ((0, (50.0, 20.0)), (5, (50.0, 22.0)), (30, (100.0, 11.0)))
    ]
    market = on_files(*own, LARGE)

    def view(as_of: int) -> Any:
        window = f"{DAYS[0]}:{DAYS[10]}"
        return take(market, Question(window=window, basis="pr", as_of=DAYS[as_of])).indices["IWM"]

    told = f"split 2:1 between {DAYS[5]} and {DAYS[30]}, told by its files"
    for as_of, known in ((30, True), (29, False), (10, False)):
        lines = view(as_of).contributors
        assert (told in lines.flags[lines.symbols.index("A")]) is known
    assert returned(market, (0, 5), 5) == returned(market, (0, 5), 30) == pytest.approx(0.1)
    assert returned(market, (5, 30), 30) == pytest.approx(0.0)


@pytest.mark.parametrize("basis", ["tr", "pr"])
def test_closes_that_come_after_adjusted_ones_alone(basis: str) -> None:
    adjusted = [0.9 * p for p in FALL]
    own = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40})
    closes = {**FUNDS, "A": since(FALL, LATE)}
    market = make_market(prices(DAYS, closes, adjusted={"A": upto(adjusted, LATE)}), own, LARGE)
    view = view_of(market, 20, 20, basis)
    if basis == "pr":
        (line,) = view.left_out
        assert line.reason == "only adjusted closes: no price return"
    else:
        row = view.contributors.symbols.index("A")
        assert view.contributors.returns[row] == pytest.approx(FALL[20] / 60 - 1)
    # from the first close on it is followed by its closes: there is none at the start
    assert view_of(market, LATE + 2, LATE + 2, basis).left_out[0].reason == "no price at start"


def test_a_first_dividend_after_the_window_does_not_move_its_total_return() -> None:
    adjusted = [p * 0.9 * (1 + i / 1000) for i, p in enumerate(FALL)]
    own = holdings("IWM", str(DAYS[0]), {"A": 60, "B": 40})
    paid: list[tuple[str, date, float]] = [("A", DAYS[30], 1.0), ("IWM", DAYS[30], 1.0)]
    bars = {**FUNDS, "A": FALL}
    both = {"A": adjusted, "IWM": [10 * (1 + i / 1000) for i in range(SIZE)]}
    market = make_market(prices(DAYS, bars, adjusted=both, dividends=paid), own, LARGE)
    view = view_of(market, 20, 20, "tr")
    row = view.contributors.symbols.index("A")
    assert view.contributors.returns[row] == pytest.approx(FALL[20] / 60 * 1.02 - 1)
    assert view.fund_return == pytest.approx(0.02)
    later = view_of(market, 35, 35, "tr")
    row = later.contributors.symbols.index("A")
    # adjusted up to the dividend, with it from there on
    total = FALL[35] / 60 * 1.029 * (1 + 1 / FALL[30]) - 1
    assert later.contributors.returns[row] == pytest.approx(total)
    assert later.fund_return == pytest.approx(1.029 * 1.1 - 1)


def test_a_tenfold_move_over_sessions_without_a_close_is_doubted() -> None:
    gone = [2.0, NAN, NAN, 21.0, *[21.0] * (SIZE - 4)]
    for closes, rows in ((gone, [3]), ([2.0, NAN, NAN, 19.0, *gone[4:]], [])):
        market = make_market(prices(DAYS, {**FUNDS, "A": closes}), LARGE)
        matrix = market.matrix((2026, 2026))
        assert matrix is not None
        found = [(row, column) for row, column, _ in matrix.doubts]
        assert found == [(row, matrix.column["A"]) for row in rows]
