"""Pane 1 of one index alone: its return, how rare that is, its closes through all years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.measures.spread import comparisons
from core.note.rank_text import years_rank
from core.note.ranking_words import window_words
from tui.charts import Curve, SubChart, stacked_charts
from tui.panes.spread_history import ratio, rolling_parts, stretches, year_chart
from tui.panes.wording import part_lines
from tui.text import formats
from tui.text.spans import Drawing, Line, inset, line_width

if TYPE_CHECKING:
    from core.measures.spread import Ranking, Spread
    from tui.host.scene import Scene


def drawing(scene: Scene, spread: Spread, view: str, width: int, height: int) -> Drawing:
    """A view of the pane; what sets two indices beside each other is drawn as the lines are."""
    lines = _figures(scene, spread, width)
    history = spread.history
    if view == "months":
        from tui.panes.spread_months import months

        return lines + months(scene, width)
    if view == "stretches":
        lines += part_lines(_rank(scene, spread), width)
        return lines + stretches(history, width, max(height - len(lines), 3))
    if view == "ratio":
        return lines + ratio(history, width, height - len(lines))
    if view in ("years", "full years"):
        ranking = spread.same_window if view == "years" else spread.full_years
        words = window_words(scene.snapshot) if view == "years" else "of every full year"
        lines += part_lines([f"return {words}, %", _place(ranking)], width)
        room, full = max(height - len(lines), 3), view == "full years"
        return lines + year_chart(ranking, spread, width, room, with_window=full)
    lines += part_lines(_rank(scene, spread), width, 2 if height >= 16 else 1)
    chart = SubChart([Curve(scene.fund("small"), spread.small_line, "small")], height - len(lines))
    return lines + inset(stacked_charts(spread.sessions, [chart], width - 2))


def _figures(scene: Scene, spread: Spread, width: int) -> Drawing:
    """The return, its deepest fall, record closes this year."""
    line: Line = [(" ", ""), (scene.fund("small"), "small bold")]
    line.append((f" {formats.pct(spread.small_return)}", ""))
    parts = [f"deepest fall {formats.pct(spread.drawdown)}"]
    records, year = spread.history.record_closes, scene.snapshot.as_of.year
    if year in records:
        parts.append(f"record closes {records[year]:,} this year")
    for part in parts:
        if line_width(line) + len(part) + 3 <= width:
            line += [("   ", ""), (part, "dim")]
    return [line]


def _place(ranking: Ranking) -> str:
    since = f" since {ranking.first_year}" if ranking.claim else ""
    return years_rank(ranking) + since


def _rank(scene: Scene, spread: Spread) -> list[str]:
    """The rank among stretches as long, and among the same windows where that is like it."""
    beside = comparisons(scene.snapshot.window.label, spread.history.length)
    parts = [] if spread.rolling is None else rolling_parts(spread.rolling, gap=False)
    if beside.same_window:
        place = f"this window: {_place(spread.same_window)}"
        parts = [*parts, place] if beside.rolling else [place, *parts]
    return parts
