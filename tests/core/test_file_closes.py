"""Prices of holdings files as closes of last resort: one basis, or not compared at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.answer.snapshot import IndexView, Question, take
from core.data.file_splits import split_factors
from core.data.frames import Holdings, Prices
from core.data.market import Market
from core.explain.ground import Ground
from core.explain.lines import line as explained
from tests.answers.read import real_closes
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2012-11-26", "2013-06-03")
ENDS = ("2012-11-30", "2012-12-31", "2013-01-31", "2013-02-28")
#: Shares and price of each line at two month ends, and what it returned: by hand.
JANUARY: Mapping[str, tuple[float, float, float, float, float | None]] = {
    "PLAIN": (100, 10.0, 100, 11.0, 0.10),
    "SPLIT": (50, 40.0, 100, 21.0, 0.05),  # 2:1, and 42 of the old shares
    "REVERSE": (300, 2.0, 60, 9.0, -0.10),  # 1:5
    "FELL": (100, 20.0, 100, 10.0, -0.50),  # by half: no share more
    "SHARES": (100, 30.0, 197, 30.3, 0.01),  # a merger paid for in shares
    "EITHER": (100, 50.0, 135, 35.0, None),  # cannot be told
    "QUIET": (400, 5.0, 400, 5.0, 0.0),
    "STILL": (10, 60.0, 10, 60.0, 0.0),
    "CALM": (10, 60.0, 10, 60.0, 0.0),
}


def fund_closes(**lines: list[float]) -> Prices:
    """Closes of the two funds on every session, and of the lines given."""
    flat = [100.0] * len(DAYS)
    return prices(DAYS, {"IWM": flat, "SPY": flat, **lines})


def file(
    as_of: str, rows: Mapping[str, tuple[float, float]], fund: str = "IWM", **more: object
) -> Holdings:
    """A file of quantities and prices; values are their products."""
    return holdings(
        fund, as_of, {s: q * p for s, (q, p) in rows.items()},
        quantity={s: q for s, (q, _) in rows.items()},
        price={s: p for s, (_, p) in rows.items()}, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def january(scale: float = 1.0) -> tuple[Holdings, Holdings]:
    """The files of JANUARY; in between the fund's shares grew by a factor."""
    return (
        file(ENDS[1], {s: (r[0], r[1]) for s, r in JANUARY.items()}),
        file(ENDS[2], {s: (r[2] * scale, r[3]) for s, r in JANUARY.items()}),
    )


def view(market: Market, start: str, end: str, fund: str = "IWM") -> IndexView:
    snapshot = take(market, Question(window=f"{start}:{end}", basis="pr"))
    return snapshot.indices[fund]


def returns(found: IndexView) -> dict[str, float]:
    lines = found.contributors
    return dict(zip(lines.symbols, lines.returns.tolist(), strict=True))


@pytest.mark.parametrize("scale", [1.0, 1.7, 0.4])
def test_returns_and_splits_of_a_month_without_a_close(scale: float) -> None:
    market = make_market(fund_closes(), *january(scale))
    found = view(market, ENDS[1], ENDS[2])
    expected = {s: r[4] for s, r in JANUARY.items() if r[4] is not None}
    assert returns(found) == pytest.approx(expected)
    # 5,000 of 15,800 cannot be told, and says so
    [(left, reason)] = [(one.symbol, one.reason) for one in found.left_out]
    assert left == "EITHER" and "a split or new shares between" in reason
    total = sum(q * p for q, p, *_ in JANUARY.values())
    assert found.coverage == pytest.approx(1 - 5000 / total)
    assert found.file_price_weight == pytest.approx(found.coverage)
    made = sum(JANUARY[s][0] * JANUARY[s][1] * r for s, r in expected.items())
    assert found.basket_return == pytest.approx(made / (total - 5000))
    told = {s.symbol: s.factor for s in market.line_tickers.file_closes.splits}
    assert told == pytest.approx({"SPLIT": 2.0, "REVERSE": 0.2})
    flags = found.contributors.flags[found.contributors.symbols.index("SPLIT")]
    assert f"split 2:1 between {ENDS[1]} and {ENDS[2]}, told by its files" in flags


def test_the_second_way_finds_the_same() -> None:
    market = make_market(fund_closes(), *january())
    snapshot = take(market, Question(window=f"{ENDS[1]}:{ENDS[2]}", basis="pr"))
    for symbol in ("SPLIT", "REVERSE", "FELL"):
        why = explained(Ground(market, snapshot, "IWM"), symbol)
        assert why is not None and why.computed == pytest.approx(why.value)


def test_a_split_on_record_is_the_one_that_counts() -> None:
    """The record says 2:1 in January; closes begin in March on that basis."""
    late = [NAN if day < date(2013, 3, 1) else 21.0 for day in DAYS]
    rows = dict.fromkeys(("A", "B", "C"), (100.0, 10.0))
    files = (
        file(ENDS[1], {**rows, "SPLIT": (50, 40.0)}),
        file(ENDS[2], {**rows, "SPLIT": (100, 20.0)}),
        file("2013-03-28", {**rows, "SPLIT": (100, 21.0)}),
    )
    flat = [100.0] * len(DAYS)
    held = prices(
        DAYS, {"IWM": flat, "SPY": flat, "SPLIT": late}, splits=[("SPLIT", date(2013, 1, 15), 2.0)]
    )
    found = view(make_market(held, *files), ENDS[1], "2013-03-28")
    assert returns(found)["SPLIT"] == pytest.approx(0.05)
    # closes that do not fit the file of their own day are not compared with its price
    wrong = [value / 2 for value in late]
    held = prices(DAYS, {"IWM": flat, "SPY": flat, "SPLIT": wrong})
    found = view(make_market(held, *files), ENDS[2], "2013-03-28")
    assert "SPLIT" not in returns(found)


def renamed_line(old: Mapping[date, float], quantity: float) -> Market:
    """OLD is NEW from 11 February on, at 22.00; a split 2:1 of 15 January is on OLD's record.

    Of the fund's 100 shares at 40.00 there are so many after it; the other lines stand still.
    """
    new = [22.0 if day >= date(2013, 2, 11) else NAN for day in DAYS]
    rows, names = dict.fromkeys("ABC", (100.0, 10.0)), {"OLD": "Works", "NEW": "Works"}
    files = (
        file(ENDS[1], {**rows, "OLD": (100.0, 40.0)}, names=names),
        file(ENDS[2], {**rows, "OLD": (quantity, 21.0)}, names=names),
        file(ENDS[3], {**rows, "NEW": (quantity, 22.0)}, names=names),
    )
    flat = [100.0] * len(DAYS)
    closes = {"IWM": flat, "SPY": flat, "OLD": [old.get(day, NAN) for day in DAYS], "NEW": new}
    split = ("OLD", date(2013, 1, 15), 2.0)
    return make_market(prices(DAYS, closes, splits=[split]), *files)


def test_a_split_on_record_under_an_old_ticker_is_one_of_the_line() -> None:
    """The fund sold 90 of the 200 shares: its files do not show the split, and the record does."""
    days = [day for day in DAYS if date(2013, 1, 10) <= day < date(2013, 2, 11)]
    market = renamed_line(dict.fromkeys(days, 21.0), 110.0)
    # 40.00 is 20.00 after the split
    assert returns(view(market, ENDS[1], ENDS[3]))["NEW"] == pytest.approx(22 / 20 - 1)
    # what files show of it as well is not counted a second time
    market = renamed_line(dict.fromkeys(days, 21.0), 200.0)
    assert market.split_since("NEW", date.fromisoformat(ENDS[1])) == 2


def test_it_is_taken_out_of_a_price_between_closes_too() -> None:
    """No close on the day of the first file: 40.00 is 20.00 on the basis of 19.00 before it."""
    days = [day for day in DAYS if day < date(2013, 2, 11) and str(day) != ENDS[1]]
    before = {day: 19.0 if str(day) < ENDS[1] else 20.5 for day in days}
    market = renamed_line(before, 200.0)
    assert returns(view(market, ENDS[1], ENDS[3]))["NEW"] == pytest.approx(22 / 20 - 1)


def test_a_split_on_record_is_no_purchase_of_the_fund() -> None:
    """One of three lines has a split 4:1 on record: the fund bought nothing all the same."""
    first = {"ONE": (100, 40.0), "TWO": (50, 40.0), "THREE": (10, 60.0)}
    later = {"ONE": (400, 10.0), "TWO": (100, 21.0), "THREE": (10, 60.0)}
    flat, late = [100.0] * len(DAYS), [NAN] * (len(DAYS) - 1) + [10.0]
    closes = prices(
        DAYS, {"IWM": flat, "SPY": flat, "ONE": late}, splits=[("ONE", date(2013, 1, 15), 4.0)]
    )
    market = make_market(closes, file(ENDS[1], first), file(ENDS[2], later))
    measured = returns(view(market, ENDS[1], ENDS[2]))
    assert measured == pytest.approx({"ONE": 0.0, "TWO": 0.05, "THREE": 0.0})


@pytest.mark.parametrize(
    ("later", "measured"), [("2013-03-08", True), ("2013-03-20", False), ("2013-05-31", False)]
)
def test_files_further_apart_than_a_quarter_tell_nothing(later: str, measured: bool) -> None:
    rows = dict.fromkeys("ABC", (100.0, 10.0))
    files = file(ENDS[0], rows), file(later, dict.fromkeys("ABC", (100.0, 11.0)))
    if measured:
        assert returns(view(make_market(fund_closes(), *files), ENDS[0], later)) == pytest.approx(
            dict.fromkeys("ABC", 0.1)
        )
    else:
        snapshot = take(
            make_market(fund_closes(), *files), Question(window=f"{ENDS[0]}:{later}", basis="pr")
        )
        assert "IWM" not in snapshot.indices


@pytest.mark.parametrize(
    ("name", "identifier", "measured"),
    [
        ("Old Works", "", True),
        ("New Mills", "", False),
        ("New Mills", "cusip:000000001", True),
        ("New Mills", "cusip:000000002", False),
    ],
)
def test_a_ticker_that_was_away_needs_its_name_or_identifier(
    name: str, identifier: str, measured: bool
) -> None:
    rows = dict.fromkeys("ABC", (100.0, 10.0))
    files = (
        file(
            ENDS[0], {**rows, "T": (100.0, 10.0)}, names={"T": "Old Works"},
            identifiers={"T": "cusip:000000001"},
        ),
        file(ENDS[1], rows),
        file(
            ENDS[2], {**rows, "T": (100.0, 12.0)}, names={"T": name}, identifiers={"T": identifier}
        ),
    )  # fmt: skip
    market = make_market(fund_closes(), *files)
    closes = market.line_tickers.file_closes
    compared = "T" in closes.symbols and "T" not in {one.symbol for one in closes.breaks}
    assert compared is measured


def test_a_price_stands_for_its_own_session_alone() -> None:
    market = make_market(fund_closes(), *january())
    beyond = view(market, ENDS[1], "2013-02-04")
    assert beyond.coverage == 0 and not beyond.claims and beyond.breadth.n == 0
    snapshot = take(market, Question(window=f"2013-01-02:{ENDS[2]}", basis="pr"))
    assert "IWM" not in snapshot.indices


def test_two_funds_files_of_one_session_that_differ_are_not_believed() -> None:
    """The other fund's prices are those of another day."""
    rows = dict.fromkeys("ABC", (100.0, 10.0))
    mine = [file(ENDS[1], rows), file(ENDS[2], dict.fromkeys("ABC", (100.0, 11.0)))]
    for price, measured in ((10.0, {"A", "B", "C"}), (10.1, {"B", "C"})):
        other = [
            file(ENDS[1], {**rows, "A": (9.0, price)}, fund="SPY"),
            file(ENDS[2], dict.fromkeys("ABC", (100.0, 11.0)), fund="SPY"),
        ]
        found = view(make_market(fund_closes(), *mine, *other), ENDS[1], ENDS[2])
        assert set(returns(found)) == measured


def test_a_file_under_a_wrong_date_lends_no_price() -> None:
    first, second = (
        {f"L{n:02}": (100.0, (10.0 + n) * growth) for n in range(12)} for growth in (1.0, 1.05)
    )
    files = [file(ENDS[0], first), file(ENDS[1], second)]
    alone = view(make_market(fund_closes(), *files), ENDS[0], ENDS[1])
    assert alone.basket_return == pytest.approx(0.05)
    # the second file once more, a month later: nothing tells which of its two dates is right
    market = make_market(fund_closes(), *files, file(ENDS[2], second))
    for ends in pairwise(ENDS[:3]):
        snapshot = take(market, Question(window=":".join(ends), basis="pr"))
        found = snapshot.indices.get("IWM")
        assert found is None or found.coverage == 0
    # before it came both dates stood
    for held in (market, make_market(fund_closes(), *files)):
        as_of = date.fromisoformat(ENDS[1])
        known = Question(window=f"{ENDS[0]}:{ENDS[1]}", basis="pr", as_of=as_of)
        assert take(held, known).indices["IWM"].basket_return == pytest.approx(0.05)


def test_a_month_is_no_session() -> None:
    """Without any close of a day, breadth by session has no advances: not those of a month."""
    market = make_market(Prices(), *january(), file(ENDS[1], {"X": (1.0, 1.0)}, fund="SPY"))
    snapshot = take(market, Question(window=f"{ENDS[1]}:{ENDS[2]}", basis="pr", daily=True))
    assert snapshot.indices["IWM"].breadth.up == 3
    daily = snapshot.daily.get("IWM")
    assert daily is None or not np.nan_to_num(daily.advances).any()


def test_values_over_quantities_are_prices_where_a_file_states_none() -> None:
    rows = {"A": (100.0, 10.0), "B": (100.0, 10.0), "C": (100.0, 10.0)}
    later = {"A": (100.0, 12.0), "B": (100.0, 11.0), "C": (100.0, 10.0)}
    files = [
        holdings(
            "IWM", day, {s: q * p for s, (q, p) in of_day.items()},
            quantity={s: q for s, (q, _) in of_day.items()},
        )
        for day, of_day in ((ENDS[1], rows), (ENDS[2], later))
    ]  # fmt: skip
    found = view(make_market(fund_closes(), *files), ENDS[1], ENDS[2])
    assert returns(found) == pytest.approx({"A": 0.2, "B": 0.1, "C": 0.0})


@pytest.mark.parametrize(
    ("k", "p", "factor"),
    [
        (2.0000, 0.52, 2.0),  # MNST, March 2023
        (1.5010, 0.65, 1.5),  # PCAR
        (20.00, 0.049, 20.0),  # AMZN
        (0.2004, 4.9, 0.2),  # LXP, one for five
        (1.97, 0.98, 1.0),  # SSB: new shares
        (2.0, 1.01, 1.0),  # PEB
        (1.0, 0.45, 1.0),  # a fall
        (10.63, 0.095, NAN),  # AVGO: between a factor and new shares
        (1.25, 0.81, NAN),  # 5:4, or new shares
        (1.25, 0.999, NAN),  # 5:4 and a rise by a quarter, or new shares
        (1.5, 0.80, NAN),  # 3:2 and a rise, or new shares and a fall
        (1.5, 0.92, NAN),  # 3:2 and a rise by three eighths, or new shares
        (0.6667, 1.05, NAN),  # 2:3 and a fall by three tenths, or shares bought back
        (1.004, 0.97, 1.0),
    ],
)
def test_what_quantity_and_price_tell(k: float, p: float, factor: float) -> None:
    told = split_factors(np.array([k, 1, 1, 1, 1]) * 1.3, np.array([p, 1, 1, 1, 1]) * 0.9)
    assert told[0] == pytest.approx(factor, nan_ok=True)
    assert told[1:].tolist() == [1.0] * 4


def test_two_lines_have_no_median() -> None:
    assert np.isnan(split_factors(np.array([2.0, 2.0]), np.array([0.5, 0.5]))).all()


ARCHIVE = Path(__file__).parents[3] / "shared/archive"


@pytest.mark.skipif(not ARCHIVE.is_dir(), reason="the archive of files is not here")
@pytest.mark.parametrize(
    ("ends", "script"),
    [
        (("2023-03-24", "2023-04-06"), 3),
        (("2023-04-06", "2023-05-11"), 6),
        (("2023-11-22", "2023-12-20"), -11),
    ],
)
def test_the_archive_gives_the_funds_month(ends: tuple[str, str], script: float) -> None:
    """As a script apart found it from the same files: basket less fund, in bp."""
    from cache.sources.holdings.read import read_holdings

    now = datetime(2026, 11, 29, tzinfo=UTC)
    files = []
    for day in ends:
        raw = ARCHIVE / f"IVV_{day}.csv"
        files.append(
            read_holdings(raw, fund="IVV", as_of=date.fromisoformat(day), now=now).holdings
        )
    days = [date.fromisoformat(day) for day in ends]
    funds = prices(days, {"SPY": [1.0, 1.0], "IVV": [1.0, 1.0]})
    snapshot = take(
        make_market(funds, *files), Question("IVV", "SPY", window=":".join(ends), basis="pr")
    )
    found = snapshot.indices["IVV"]
    # the S&P 500 fund's total return, less 1.6 % a year of dividends
    sessions, closes = real_closes()
    first, last = closes["SPY"][sessions.searchsorted(np.array(ends, "datetime64[D]")), 1]
    total = last / first - 1
    yields = 0.016 * (days[1] - days[0]).days / 365
    assert 1e4 * (found.basket_return - total + yields) == pytest.approx(script, abs=2.0)
    assert found.coverage > 0.99
    assert found.file_price_weight == pytest.approx(found.coverage)
