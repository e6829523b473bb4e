"""Pane 1 of one index alone: its return, how rare that is, its closes through all years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.measures.spread import comparisons
from core.note.rank_text import years_rank
from core.note.ranking_words import window_words
from tui.charts import Curve, SubChart, stacked_charts, year_bars
from tui.panes.spread_history import ratio, ratio_parts, rolling_parts, stretches
from tui.panes.wording import flowed
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
        lines += _parts(_rank(scene, spread), width)
        return lines + stretches(scene, history, width, max(height - len(lines), 3))
    if view == "ratio":
        level = history.ratio or history.total_ratio
        lines += _parts(ratio_parts(level, "close"), width) if level is not None else []
        return lines + ratio(scene, history, width, max(height - len(lines), 3))
    if view in ("years", "full years"):
        ranking = spread.same_window if view == "years" else spread.full_years
        words = window_words(scene.snapshot) if view == "years" else "of every full year"
        lines += _parts([f"return {words}, %", _place(ranking)], width)
        years = [year.year for year in ranking.history]
        gaps = [year.gap for year in ranking.history]
        here = spread.same_window.history[-1].year
        if view == "full years":
            years, gaps = [*years, here], [*gaps, ranking.gap]
        room = max(height - len(lines), 3)
        return lines + inset(
            year_bars(years, gaps, here, width - 2, room, styles=("small", "large"))
        )
    lines += _parts(_rank(scene, spread), width, 2 if height >= 16 else 1)
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


def _parts(parts: list[str], width: int, lines: int | None = None) -> Drawing:
    return [[(" ", ""), (line, "")] for line in flowed(parts, width - 2, lines)]
