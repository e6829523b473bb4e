"""Input that is broken: what is answered all the same, and what is refused with which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.errors import UnavailableError
from core.data.frames import Holdings
from core.data.market import Market
from core.measures.basket import Basket
from core.measures.contribution import basket
from core.measures.membership import spans
from tests.market import NAN, holdings, make_market, prices, weekdays

DAYS = weekdays("2025-12-29", "2026-01-30")
START, END = DAYS.index(date(2025, 12, 31)), len(DAYS) - 1
FUNDS = {"IWM": [100.0] * len(DAYS), "SPY": [100.0] * len(DAYS)}
ASKED = Question(basis="pr", window="YTD")


def path(end: float, holes: tuple[int, ...] = ()) -> list[float]:
    """10 up to the start, then straight to ``end``; no close at ``holes``."""
    made = [10.0] * START + np.linspace(10, end, END - START + 1).tolist()
    return [NAN if place in holes else value for place, value in enumerate(made)]


def market_of(closes: dict[str, list[float]], file: Holdings, *more: Holdings) -> Market:
    other = holdings("SPY", "2025-12-31", {"C": 1})
    return make_market(prices(DAYS, FUNDS | {"C": path(10)} | closes), file, other, *more)


def measured(own: Market) -> Basket:
    found = basket(own, spans(own, "IWM", DAYS[START], DAYS[END], DAYS[END]), "pr")
    assert found is not None
    return found


def test_holes_in_prices_are_bridged_and_are_no_zero_return() -> None:
    """10 to 12 is +20 % whatever is missing between the two ends."""
    own = market_of({"A": path(12, holes=(8, 9, 10, 15))}, holdings("IWM", "2025-12-31", {"A": 1}))
    assert measured(own).contribution.tolist() == pytest.approx([0.20])


def test_a_line_without_a_sector_is_unclassified_and_nothing_is_lost() -> None:
    file = holdings("IWM", "2025-12-31", {"A": 60, "B": 40}, sectors={"A": "", "B": "Energy"})
    view = take(market_of({"A": path(12), "B": path(9)}, file), ASKED).small
    assert view is not None
    told = {group.name: group.contribution for group in view.sectors}
    assert told == pytest.approx({"Unclassified": 0.12, "Energy": -0.04})
    assert sum(told.values()) == pytest.approx(view.explained)


@pytest.mark.parametrize(("total", "part"), [(125.0, 0.8), (80.0, 1.25)])
def test_weights_that_do_not_add_up_are_read_against_the_files_own_total(
    total: float, part: float
) -> None:
    """100 of 125 stated: contributions are four fifths; 100 of 80: a leveraged fund, as stated."""
    file = holdings("IWM", "2025-12-31", {"A": 60, "B": 40}, total=total)
    found = measured(market_of({"A": path(12), "B": path(9)}, file))
    assert found.basket_return == pytest.approx(0.08)
    assert found.coverage == pytest.approx(part)
    assert found.contribution.tolist() == pytest.approx([0.12 * part, -0.04 * part])


def test_a_segment_without_a_measured_line_brings_nothing() -> None:
    """Until the 14th the file holds Z alone, which has no closes: A counts from there on."""
    early = holdings("IWM", "2025-12-31", {"Z": 1})
    cut = date(2026, 1, 14)
    late = holdings("IWM", str(cut), {"A": 1})
    own = market_of({"A": path(12)}, early, late)
    found = measured(own)
    assert [segment.measured for segment in found.segments] == [0, 1]
    assert found.segments[0].basket_return == 0 and found.segments[0].coverage == 0
    at_cut = path(12)[DAYS.index(cut)]
    assert found.basket_return == pytest.approx(12 / at_cut - 1)
    view = take(own, ASKED).small
    assert view is not None and not view.claims
    assert [line.reason for line in view.left_out] == ["no prices"]


def test_one_line_is_the_whole_index() -> None:
    view = take(market_of({"A": path(12)}, holdings("IWM", "2025-12-31", {"A": 5})), ASKED).small
    assert view is not None
    assert view.basket_return == pytest.approx(0.2) and view.contributors.symbols == ("A",)
    told = view.breadth
    assert (told.n, told.up, told.median, told.dispersion) == (1, 1, pytest.approx(0.2), 0)
    assert told.skew is None and view.correlation is None
    few = view.concentration
    assert (few.effective_n, few.half_of_gain, few.gini) == (1, 1, 0)
    # without its one line nothing is left to weight up
    assert few.top[0].reweighted is None and few.top[0].zeroed == pytest.approx(0)


def test_with_all_lines_missing_the_spread_is_told_and_the_index_says_why() -> None:
    own = market_of({}, holdings("IWM", "2025-12-31", {"X": 1, "Y": 2}))
    found = take(own, ASKED)
    assert found.spread is not None and "IWM" not in found.indices
    assert found.missing == ("none of the 2 lines of IWM is measured: no prices",)
    assert found.state == "partial" and found.bridge == () and found.gap_leaders is None


def test_with_nothing_at_all_nothing_is_answered() -> None:
    own = market_of({}, holdings("IWM", "2025-12-31", {"X": 1}))
    alone = replace(own, prices=replace(own.prices, blocks=()))
    with pytest.raises(UnavailableError, match="no closes for IWM and SPY"):
        take(alone, ASKED)


def test_what_fails_while_it_is_worked_out_fails_for_its_own_reason_alone() -> None:
    """A report of a crash shows every error that another was raised in the course of."""
    market = market_of({"A": path(12)}, holdings("IWM", "2025-12-31", {"A": 1}))
    for cached in (market.cached, market.cached_of_bars):
        with pytest.raises(ZeroDivisionError) as failed:
            cached("a key", lambda: 1 / 0)
        assert failed.value.__context__ is None
        assert cached("a key", lambda: None) is cached("a key", lambda: 1 / 0) is None
