"""A file's own price is the close of its session where no close of the line is held."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.answer.snapshot import Question, take
from core.data.market import Market
from core.explain.ground import Ground
from core.explain.lines import line as explained
from core.note.note import coverage
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2026-01-05", "2026-02-13")
SIZE, FILE = len(DAYS), 12
#: It leaps by half on the day of the file, and goes on a little.
LEAP = [10.0] * FILE + [15.2] + [16.0] * (SIZE - FILE - 1)
FLAT = [10.0] * SIZE


def asked(closes: list[float], price: float = 15.2, **how: Any) -> Market:
    """IWM by one file of the middle, with its prices; A's closes as given."""
    own = holdings(
        "IWM", str(DAYS[FILE]), {"A": 1520.0, "B": 8480.0},
        quantity={"A": 100, "B": 848}, price={"A": price, "B": 10.0},
    )  # fmt: skip
    large = holdings("SPY", str(DAYS[0]), {"B": 1})
    held = prices(DAYS, {"A": closes, "B": FLAT, "IWM": FLAT, "SPY": FLAT}, **how)
    return make_market(held, own, large)


def without(*days: int) -> list[float]:
    return [NAN if i in days else p for i, p in enumerate(LEAP)]


def brought(market: Market, first: int = 0, last: int = SIZE - 1) -> tuple[float, float]:
    """A's weight at the start and its contribution."""
    view = take(market, Question(window=f"{DAYS[first]}:{DAYS[last]}", basis="pr")).small
    assert view is not None
    row = view.contributors.symbols.index("A")
    return float(view.contributors.weight[row]), float(view.contributors.contribution[row])


@pytest.mark.parametrize("gone", [(FILE,), (FILE - 1, FILE), (FILE - 3, FILE - 2, FILE)])
def test_a_close_missing_on_the_files_date_changes_nothing(gone: tuple[int, ...]) -> None:
    # carried back, 100 shares of 10.00 beside 848 of 10.00
    assert brought(asked(without(*gone))) == pytest.approx(brought(asked(LEAP)))
    assert brought(asked(without(*gone)))[0] == pytest.approx(1000 / 9480)
    # from the file on, and up to it
    for ends in ((FILE, SIZE - 1), (0, FILE)):
        assert brought(asked(without(*gone)), *ends) == pytest.approx(brought(asked(LEAP), *ends))


def test_it_is_told_with_the_line_and_explained() -> None:
    market = asked(without(FILE))
    found = take(market, Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis="pr"))
    assert found.small is not None
    row = found.small.contributors.symbols.index("A")
    said = f"the file's price is its close of {DAYS[FILE]}"
    assert found.small.contributors.flags[row] == (said,)
    why = explained(Ground(market, found, "IWM"), "A")
    assert why is not None and why.computed == pytest.approx(why.value)


def test_days_of_several_files_are_told_in_their_order() -> None:
    """Two lines lack closes on other days before one that both lack."""
    places = {"A": (6, 18), "B": (12, 18)}
    files = [
        holdings(
            "IWM", str(DAYS[place]), {"A": 1000.0, "B": 1000.0},
            quantity={"A": 100, "B": 100}, price={"A": 10.0, "B": 10.0},
        )
        for place in (6, 12, 18)
    ]  # fmt: skip
    closes = {
        symbol: [NAN if place in lacking else 10.0 for place in range(SIZE)]
        for symbol, lacking in places.items()
    }
    held = prices(DAYS, {**closes, "IWM": FLAT, "SPY": FLAT})
    market = make_market(held, *files, holdings("SPY", str(DAYS[0]), {"B": 1}))
    view = take(market, Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis="pr")).small
    assert view is not None
    for symbol, (first, last) in places.items():
        row = view.contributors.symbols.index(symbol)
        words = f"the file's price is its close of {DAYS[first]}, {DAYS[last]}"
        assert view.contributors.flags[row] == (words,)


def test_a_split_on_record_since_is_taken_out_of_the_files_price() -> None:
    halved = [p / 2 for p in without(FILE)]
    split = [("A", DAYS[FILE + 4], 2.0)]
    assert brought(asked(halved, splits=split)) == pytest.approx(brought(asked(LEAP)))


def test_a_price_on_another_basis_than_the_closes_is_not_taken() -> None:
    """The vendor took a later split out that is not on record: the close before stands."""
    level = [5.0 if i != FILE else NAN for i in range(SIZE)]
    market = asked(level, price=10.0)
    assert market.line_tickers.filled == {}
    assert brought(market)[1] == pytest.approx(0.0)
    # one at the limit, 1.03 times 3:2, is as near
    quarters = [25.0 if i != FILE else NAN for i in range(SIZE)]
    assert asked(quarters, price=38.625).line_tickers.filled == {}
    # nor is one ten times off
    assert asked(without(FILE), price=200.0).line_tickers.filled == {}


def test_adjusted_closes_alone_are_filled_as_well() -> None:
    own = {"A": without(FILE), "B": FLAT}
    none = {"A": [NAN] * SIZE, "B": FLAT, "IWM": FLAT, "SPY": FLAT}
    market = Market(prices(DAYS, none, adjusted=own), asked(LEAP).holdings, asked(LEAP).reference)
    view = take(market, Question(window=f"{DAYS[0]}:{DAYS[-1]}", basis="tr")).small
    assert view is not None
    row = view.contributors.symbols.index("A")
    assert float(view.contributors.contribution[row]) == pytest.approx(brought(asked(LEAP))[1])


def test_a_line_without_a_recent_close_is_not_filled() -> None:
    """Nothing is made of a ticker whose closes begin later or ended long before."""
    late = [NAN if i <= FILE else p for i, p in enumerate(LEAP)]
    early = [NAN if i > FILE - 6 else p for i, p in enumerate(LEAP)]
    for closes in (late, early):
        assert asked(closes).line_tickers.filled == {}
    assert asked(without(FILE)).line_tickers.filled == {"A": (date.fromisoformat(str(DAYS[FILE])),)}


def test_weight_on_file_prices_is_told_beside_coverage() -> None:
    # at the file's date A is 1,520 of 10,000; the window runs over that close
    market = asked(without(FILE))
    found = take(market, Question(window=f"{DAYS[0]}:{DAYS[FILE]}", basis="pr"))
    assert found.small is not None
    # 1,000 of 9,480 at the start
    assert found.small.file_price_weight == pytest.approx(1000 / 9480)
    assert str(coverage(found.small)) == "2 of 2 lines, 100.0 % of weight, 10.5 % on file prices"
    whole = take(asked(LEAP), Question(window=f"{DAYS[0]}:{DAYS[FILE]}", basis="pr")).small
    assert whole is not None and whole.file_price_weight == 0.0
    assert str(coverage(whole)) == "2 of 2 lines, 100.0 % of weight"


@pytest.mark.parametrize("step", [1.455, 1.6, 2.5, 7.0, 1 / 1.6, 1 / 7.0])
def test_a_step_as_large_as_a_split_needs_the_next_close(step: float) -> None:
    """Near a split's factor or not: a misprint is as far from both neighbours."""
    level = [10.0 if i != FILE else NAN for i in range(SIZE)]
    assert asked(level, price=10.0 * step).line_tickers.filled == {}
    ended = [10.0 if i < FILE else NAN for i in range(SIZE)]
    assert asked(ended, price=10.0 * step).line_tickers.filled == {}
    moved = [10.0 if i < FILE else NAN if i == FILE else 10.0 * step for i in range(SIZE)]
    assert asked(moved, price=10.0 * step).line_tickers.filled.keys() == {"A"}


def test_a_smaller_step_is_the_files_word() -> None:
    level = [10.0 if i != FILE else NAN for i in range(SIZE)]
    assert asked(level, price=14.5).line_tickers.filled.keys() == {"A"}
