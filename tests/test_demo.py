"""The demo through the program itself: what is stored, measured and written as printed."""

from __future__ import annotations

from datetime import date
from itertools import accumulate
from operator import mul
from pathlib import Path

import pytest

from core.answer.snapshot import Question, Snapshot, stepped, take
from core.answer.views import IndexView
from tests.answers import published
from tui.service.service import Desk
from tui.state.places import places


@pytest.fixture(scope="module")
def desk(demo_once: Path) -> Desk:
    return Desk(places(demo_once, demo=True), demo=True)


@pytest.fixture(scope="module")
def opening(desk: Desk) -> Snapshot:
    question = desk.opening()
    assert question is not None
    return desk.take(question)


def both(snapshot: Snapshot) -> tuple[IndexView, IndexView]:
    assert snapshot.small is not None and snapshot.large is not None
    return snapshot.small, snapshot.large


def test_it_opens_on_the_published_day(opening: Snapshot) -> None:
    assert (opening.as_of, opening.window.label) == (date(2026, 6, 26), "YTD")
    assert opening.simulated and opening.state == "final" and not opening.warnings
    assert opening.spread is not None
    assert f"{opening.spread.small_return:.0%}" == "20%"
    assert f"{opening.spread.gap * 100:.0f}" == "11"
    assert opening.spread.full_years.since == 2003


def test_leaders_laggards_and_themes_as_published(opening: Snapshot) -> None:
    small, large = both(opening)
    for view, expected, order in (
        (small, published.LEADERS, 1),
        (large, published.LAGGARDS, -1),
    ):
        lines = view.contributors
        rows = range(len(lines))[::order][: len(expected)]
        got = [
            (
                lines.symbols[r],
                f"{lines.returns[r] * 100:.2f}",
                f"{lines.contribution[r] * 1e4:.0f}",
            )
            for r in rows
        ]
        assert got == [(s, r, f"{bp}") for s, r, bp in expected]
    themes = {g.name: round(g.contribution * 1e4) for g in large.themes}
    assert (themes["hyperscalers"], themes["software"]) == (-175, -67)
    top = next(t for t in small.concentration.top if t.k == 3)
    assert round(top.contribution * 1e4) == 274
    assert top.share_of_net is not None and f"{top.share_of_net:.1%}" == "13.7%"


def test_breadth_as_published(opening: Snapshot) -> None:
    found = both(opening)[0].breadth
    ladder = {r.threshold: r.count for r in found.ladder if not r.below}
    assert (found.n, ladder[0.0], ladder[0.1], ladder[0.25], ladder[1.0]) == (
        1863, 1209, 995, 636, 102,
    )  # fmt: skip


def test_in_july_the_leavers_are_still_contributors(desk: Desk, opening: Snapshot) -> None:
    market = desk.market()
    question = stepped(opening.question, market, opening, 5)
    later = take(market, question)
    assert later.as_of > date(2026, 6, 30)
    lines, before = both(later)[0].contributors, both(opening)[0].contributors
    then = dict(zip(before.symbols, before.contribution, strict=True))
    for symbol in ("BE", "STRL", "CRDO"):
        row = lines.symbols.index(symbol)
        assert lines.left[row] == date(2026, 6, 26)
        assert lines.contribution[row] == pytest.approx(then[symbol], abs=1e-14)


@pytest.mark.parametrize("window", ["1D", "1W", "MTD", "QTD", "YTD", "1Y", "2025", "H1"])
@pytest.mark.parametrize("basis", ["pr", "tr"])
def test_every_window_adds_up(desk: Desk, window: str, basis: str) -> None:
    found = take(
        desk.market(),
        Question(window=window, basis=basis, as_of=date(2026, 7, 8)),  # type: ignore[arg-type]
    )
    assert found.spread is not None
    assert sum(s.value for s in found.bridge) == pytest.approx(found.spread.gap, abs=1e-12)
    for view in both(found):
        scaled = sum(
            growth * s.weight_measured * s.basket_return
            for s, growth in zip(view.segments, _growth(view), strict=True)
        )
        assert view.explained == pytest.approx(scaled, abs=1e-12)
        assert sum(g.contribution for g in view.sectors) == pytest.approx(view.explained, abs=1e-12)
        outside = sum(count for _, count in view.breadth.outside)
        assert sum(b.count for b in view.breadth.histogram) == view.breadth.n
        assert view.breadth.n + outside == view.lines + view.later
        measured = view.measured + view.later_measured
        assert measured + len(view.left_out) == view.lines + view.later


def _growth(view: IndexView) -> list[float]:
    """What the basket had grown to before each segment."""
    steps = (1 + segment.basket_return for segment in view.segments[:-1])
    return list(accumulate(steps, mul, initial=1.0))


def test_the_simulated_and_the_real_market_never_share_a_folder(tmp_path: Path) -> None:
    assert places(tmp_path, demo=True).store != places(tmp_path, demo=False).store
