"""What pane 1 shows: both lines, the gap, its ranks; drawn before the screen's library is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.gap_paths import year_paths
from core.note.headline import compared
from core.note.rank_text import years_rank
from core.note.ranking_words import window_words
from tui.charts import Curve, Multiple, SubChart, multiples, stacked_charts
from tui.panes import spread_alone
from tui.panes.spread_history import (
    ratio,
    rolling_parts,
    spread_year,
    streak_part,
    stretches,
    year_chart,
)
from tui.panes.wording import no_index, part_lines, without_text
from tui.text import formats
from tui.text.spans import Drawing, Line, inset, line_width

if TYPE_CHECKING:
    from core.measures.spread import Ranking, Spread
    from tui.host.scene import Scene

#: From this height on the lines stand over the bars of the years.
BOTH = 24


def drawing(scene: Scene, view: str, width: int, height: int) -> Drawing:
    """A view of the pane, ``height`` lines where there is anything to draw."""
    spread = scene.snapshot.spread
    if scene.snapshot.single_spread is not None:
        return spread_alone.drawing(scene, scene.snapshot.single_spread, view, width, height)
    if spread is None:
        return no_index(scene, width)
    lines = _figures(scene, spread, width)
    if view == "lines":
        beside = compared(scene.snapshot)
        if height >= BOTH:
            lines += _leading(scene, spread, width)
            room = height - len(lines) - 1
            chart = room * 3 // 5
            lines += _chart(scene, spread, width, chart)
            if not beside.same_window:
                lines += _caption(scene, "every stretch as long, by its gap", width)
                return lines + stretches(spread.history, width, room - chart)
            lines += _caption(scene, "the same window of every year", width)
            return lines + year_chart(
                spread.same_window, spread, width, room - chart, with_window=False
            )
        if height >= 9:
            lines += _leading(scene, spread, width, 2 if height >= 16 else 1)
        return lines + _chart(scene, spread, width, height - len(lines))
    if view == "months":
        from tui.panes.spread_months import months

        return lines + months(scene, width)
    if view == "paths":
        lines += _ranked(spread.same_window, "this window", width)
        lines += _caption(scene, "the gap's path in every year", width)
        return lines + _paths(scene, spread, width, max(height - len(lines), 3))
    if view in ("stretches", "ratio"):
        return lines + _history(scene, spread, view, width, height - len(lines))
    ranking = spread.same_window if view == "years" else spread.full_years
    name = "this window" if view == "years" else "full years"
    lines += _ranked(ranking, name, width)
    what = (
        f"gap {window_words(scene.snapshot)}, every year"
        if view == "years"
        else f"gap of every full year, and {scene.snapshot.window.label} {spread_year(spread)}"
    )
    lines += _caption(scene, what, width)
    return lines + year_chart(
        ranking, spread, width, max(height - len(lines), 3), with_window=view == "full years"
    )


def _leading(scene: Scene, spread: Spread, width: int, lines: int | None = None) -> Drawing:
    """The rank that leads: among stretches as long, else among the same windows of other years."""
    if compared(scene.snapshot).rolling and spread.rolling is not None:
        return part_lines(rolling_parts(spread.rolling), width, lines)
    return _ranked(spread.same_window, "this window", width, lines)


def _history(scene: Scene, spread: Spread, view: str, width: int, height: int) -> Drawing:
    """Every stretch as long, or the ratio over all years, with its figures above it."""
    history = spread.history
    if view == "stretches":
        parts = rolling_parts(history.rolling) if history.rolling is not None else []
        streak = streak_part(scene, history)
        lines = part_lines([*parts, *([streak] if streak else [])], width)
        lines += _caption(scene, "every stretch as long, by its gap", width)
        return lines + stretches(history, width, max(height - len(lines), 3))
    return ratio(history, width, height)


def _figures(scene: Scene, spread: Spread, width: int) -> Drawing:
    """Both returns and the gap, in the order of the indices."""
    returns = {"small": spread.small_return, "large": spread.large_return}
    line: Line = [(" ", "")]
    for side in scene.sides:
        line += [
            (scene.fund(side), f"{side} bold"),
            (f" {formats.pct(returns[side])}   ", ""),
        ]
    line += [("gap ", "dim"), (formats.pp(spread.gap), "bold")]
    parts = [
        f"geometric {formats.pp(spread.geometric_gap)}",
        f"ratio's deepest fall {formats.pct(spread.drawdown)}",
    ]
    for part in parts:
        if line_width(line) + len(part) + 3 <= width:
            line += [("   ", ""), (part, "dim")]
    without = without_text(scene.snapshot, width - 2)
    return [line, [(" ", ""), (without, "mark")]] if without else [line]


def ranking_parts(ranking: Ranking, name: str) -> list[str]:
    """Rank, runner-up or the next rank, and how far from the earlier years."""
    if not ranking.claim:
        return [f"{name}: {years_rank(ranking)}"]
    parts = [f"{name}: {years_rank(ranking)} since {ranking.first_year}"]
    runner = ranking.runner_up
    if ranking.next_gap is not None:
        parts.append(f"the next rank takes {formats.pp(ranking.next_gap)}")
    if runner is not None:
        place = "runner-up" if ranking.rank == 1 else "widest"
        parts.append(f"{place} {runner.year} {formats.pp(runner.gap)}")
    if ranking.ties is not None:
        parts.append(f"matches {ranking.ties}")
    if ranking.z is not None:
        parts.append(f"z {formats.number(ranking.z, 2, sign=True)}")
    if ranking.percentile is not None and ranking.rank > 1:
        above = formats.pct(ranking.percentile, 0, sign=False)
        parts.append(f"above {above} of the earlier years")
    return parts


def _ranked(ranking: Ranking, name: str, width: int, lines: int | None = None) -> Drawing:
    return part_lines(ranking_parts(ranking, name), width, lines)


def _caption(scene: Scene, text: str, width: int) -> Drawing:
    question = scene.snapshot.question
    full = f"{text}, {question.small} less {question.large}, pp"
    return [[(" ", ""), (formats.fit(full, max(width - 1, 0)).rstrip(), "dim")]]


def _chart(scene: Scene, spread: Spread, width: int, height: int) -> Drawing:
    """Both lines rebased to the start; below them the gap, where there is room."""
    question = scene.snapshot.question
    series = {
        "small": Curve(question.small, spread.small_line, "small"),
        "large": Curve(question.large, spread.large_line, "large", dashed=True),
    }
    gap_height = height // 3 if height >= 12 else 0
    # What stands first is drawn last, over the other.
    chosen = [series[side] for side in reversed(scene.sides)]
    charts = [SubChart(chosen, max(height - gap_height, 1), dated=not gap_height)]
    if gap_height:
        gap = Curve("gap", spread.small_line - spread.large_line, "gap", filled=True)
        charts.append(SubChart([gap], gap_height, unit="pp"))
    return inset(stacked_charts(spread.sessions, charts, width - 2))


def _paths(scene: Scene, spread: Spread, width: int, height: int) -> Drawing:
    """The gap on its way through the window, every year beside the others."""
    end_year = spread_year(spread)
    charts = [
        Multiple(
            f"{one.year}",
            formats.pp(float(one.gap[-1]), unit=False),
            one.gap,
            "small" if one.gap[-1] >= 0 else "large",
            one.year == end_year,
        )
        for one in year_paths(scene.market, scene.snapshot)
    ]
    return inset(multiples(charts, width - 2, height))
