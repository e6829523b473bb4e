"""Every explanation comes to the number it explains, from the same objects."""

from __future__ import annotations

from datetime import date

import pytest

from core import explain, explain_view
from core.explanation import Explanation
from core.frames import Theme
from core.market import Market
from core.snapshot import Question, Snapshot, take
from tests.core.build import holdings, market, prices, weekdays

DAYS = weekdays("2025-12-29", "2026-01-30")
FIRST, LAST = DAYS.index(date(2025, 12, 31)), len(DAYS) - 1


def path(start: float, end: float) -> list[float]:
    return [start] * FIRST + [
        start + (end - start) * i / (LAST - FIRST) for i in range(LAST - FIRST + 1)
    ]


CLOSES = {
    "IWM": path(200, 220),
    "SPY": path(500, 505),
    "A": path(10, 12),
    "B": path(10, 9.5),
    "C": path(40, 41),
    "D": path(30, 31),
}


@pytest.fixture(scope="module")
def held() -> Market:
    return market(
        prices(DAYS, CLOSES, dividends=[("A", date(2026, 1, 20), 0.1), ("IWM", DAYS[9], 0.5)]),
        holdings(
            "IWM", "2025-12-31", {"A": 60, "B": 38, "Z": 1}, total=100, sectors={"B": "Energy"}
        ),
        holdings("IWM", "2026-01-14", {"A": 65, "B": 34}, total=100),
        holdings("SPY", "2026-01-09", {"C": 50, "D": 49}, total=100),
        themes=[Theme("both", ("A", "B"))],
    )


@pytest.fixture(scope="module", params=["pr", "tr"])
def snapshot(held: Market, request: pytest.FixtureRequest) -> Snapshot:
    return take(held, Question(basis=request.param))


def holds(found: Explanation | None) -> Explanation:
    """The explanation, after what its terms come to was held against its number."""
    assert found is not None
    if found.value is None:
        assert found.computed is None
    else:
        assert found.computed == pytest.approx(found.value, abs=1e-13)
    for part in found.parts:
        holds(part)
    return found


def test_a_line_comes_to_its_contribution(held: Market, snapshot: Snapshot) -> None:
    for fund, view in snapshot.indices.items():
        for row, symbol in enumerate(view.contributors.symbols):
            found = holds(explain.line(held, snapshot, fund, symbol))
            assert found.value == view.contributors.contribution[row]


def test_a_line_names_the_files_and_dates_of_its_figures(held: Market, snapshot: Snapshot) -> None:
    found = holds(explain.line(held, snapshot, "IWM", "A"))
    assert [part.title for part in found.parts] == [
        "2025-12-31 to 2026-01-14",
        "2026-01-14 to 2026-01-30",
    ]
    weight, own = found.parts[0].parts
    terms = {t.name: t for t in weight.terms}
    assert (terms["v"].value, terms["V"].value) == (60, 98)
    assert weight.parts[0].terms[0].source == "test, as of 2025-12-31"
    assert own.terms[0].source == "close of 2025-12-31, test"
    if snapshot.question.basis == "tr":
        assert any(t.name == "D" for t in found.parts[1].parts[1].terms)
    carried = holds(explain.line(held, snapshot, "SPY", "C"))
    assert carried.parts[0].notes and not carried.parts[1].notes
    value = carried.parts[0].parts[0].parts[0]
    assert value.formula == "value x P0 / Pf"
    assert [t.source for t in value.terms] == [
        "test, as of 2026-01-09",
        "close of 2025-12-31, test",
        "close of 2026-01-09, test",
    ]


def test_what_is_not_measured_says_why(held: Market, snapshot: Snapshot) -> None:
    found = holds(explain.line(held, snapshot, "IWM", "Z"))
    assert found.value is None and found.notes == ("no prices held",)
    assert explain.line(held, snapshot, "IWM", "NOPE") is None


def test_an_index_and_the_gap(held: Market, snapshot: Snapshot) -> None:
    view = snapshot.small
    assert view is not None and snapshot.spread is not None
    found = holds(explain.index(held, snapshot, "IWM"))
    assert found.value == view.fund_return
    assert {t.name: t.value for t in found.terms}["rest"] == view.rest
    assert holds(explain.gap(held, snapshot)).value == snapshot.spread.gap


def test_counts_tops_groups_and_steps(snapshot: Snapshot) -> None:
    for view in snapshot.indices.values():
        for rung in view.breadth.ladder:
            holds(explain_view.rung(view, rung.threshold, below=rung.below))
        for top in view.concentration.top:
            holds(explain_view.top(view, top.k))
        for group in view.sectors:
            holds(explain_view.group(view, group.name))
        for theme in view.themes:
            holds(explain_view.group(view, theme.name, theme.symbols))
        assert explain_view.top(view, 99) is None and explain_view.group(view, "nothing") is None
    for step in snapshot.bridge:
        holds(explain_view.step(snapshot, step))


def test_a_weight_by_count_comes_from_the_splits_on_record() -> None:
    """No close at the file's date: 100 shares, a 4:1 split later, 6 at the start: 2,400."""
    late = [float("nan")] * FIRST + [6.0] * (LAST - FIRST + 1)
    counts = {"quantity": {"A": 100, "B": 200}, "price": {"A": 20.0, "B": 10.0}}
    own = market(
        prices(DAYS, CLOSES | {"A": late, "B": path(10, 11)}, splits=[("A", DAYS[9], 4.0)]),
        holdings("IWM", "2025-12-29", {"A": 2000, "B": 2000}, **counts),
        holdings("SPY", "2025-12-29", {"C": 1}),
    )
    found = holds(explain.line(own, take(own, Question(basis="pr")), "IWM", "A"))
    value = found.parts[0].parts[0].parts[0]
    assert (value.formula, value.computed) == ("q x S x P0", 2400)
    assert [t.value for t in value.terms] == [100, 4, 6]
