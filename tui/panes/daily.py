"""Breadth session by session: averages, advances and declines, highs and lows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.measures.daily import Daily, inside
from tui.charts import Curve, SubChart, Unit, stacked_charts
from tui.panes.wording import flowed, hanging, wrapped
from tui.text import formats
from tui.text.spans import Drawing, Line, inset

if TYPE_CHECKING:
    from core.data.frames import Dates, FloatArray
    from tui.host.scene import Scene, Side

#: Lines a chart needs, its caption with it.
_LEAST = 6


def drawing(scene: Scene, series: Mapping[Side, Daily], width: int, height: int) -> Drawing:
    """The last session in figures, then as many series over the window as there is room for."""
    sides = [side for side in scene.sides if side in series]
    if not sides:
        return wrapped("There are no daily closes of members for this.", width)
    lines: Drawing = []
    for side in sides:
        lines += _figures(scene.fund(side), side, _last(scene, series[side]), width)
    window = scene.snapshot.window
    rows = {side: inside(series[side], window.start, window.end) for side in sides}
    if all(rows[side].stop - rows[side].start < 2 for side in sides):
        sentence = f"The window {window.label} has too few sessions for a line: ] widens it."
        return [*lines, [], *wrapped(sentence, width, "dim")]
    first = sides[0]
    # Both over the sessions of the first; a session the other lacks is a gap in its line.
    sessions = series[first].sessions[rows[first]]
    charts: list[tuple[str, dict[Side, FloatArray], Unit]] = [
        ("members above their 50-day average", {s: series[s].above[50] for s in sides}, "%"),
        ("members above their 200-day average", {s: series[s].above[200] for s in sides}, "%"),
        (
            f"advance/decline line of {scene.fund(first)} since the start",
            {first: _since(series[first].oscillators.line, rows[first])},
            "",
        ),
        ("McClellan oscillator, ratio-adjusted", {s: _swing(series[s]) for s in sides}, ""),
        (
            f"52-week highs less lows of {scene.fund(first)}, closes",
            {first: series[first].highs - series[first].lows},
            "",
        ),
    ]
    charts = [chart for chart in charts if _has_values(chart[1], rows)]
    count = min(len(charts), max((height - len(lines)) // _LEAST, 1))
    stacked: list[SubChart] = []
    room = height - len(lines)
    for place, (caption, values, unit) in enumerate(charts[:count]):
        rows_here = room // (count - place)
        room -= rows_here
        share = unit == "%"
        stacked.append(
            SubChart(
                _series(scene, series, values, sessions),
                max(rows_here - 1, 1),
                unit,
                places=1 if share else 0,
                sign=not share,
                zero=not share,
                caption=caption,
            )
        )
    return [*lines, *inset(stacked_charts(sessions, stacked, width - 2))]


def _last(scene: Scene, series: Daily) -> tuple[Daily, int]:
    """The row of the window's end, -1 where the series does not reach it."""
    rows = inside(series, scene.snapshot.window.start, scene.snapshot.window.end)
    return series, rows.stop - 1


def _since(values: FloatArray, rows: slice) -> FloatArray:
    """A running sum counted from the window's start."""
    before = values[rows.start - 1] if rows.start else 0.0
    return np.asarray(values - before)


def _swing(series: Daily) -> FloatArray:
    """The oscillator, hidden while its seed matters."""
    return np.where(series.settled, series.oscillators.mcclellan, np.nan)


def _has_values(values: Mapping[Side, FloatArray], rows: Mapping[Side, slice]) -> bool:
    """Tell whether any of the lines has a finite value in the window."""
    return any(bool(np.isfinite(line[rows[side]]).any()) for side, line in values.items())


def _series(
    scene: Scene,
    by_side: Mapping[Side, Daily],
    values: Mapping[Side, FloatArray],
    sessions: Dates,
) -> list[Curve]:
    """Each index over the sessions given."""
    series = []
    for side in reversed(list(values)):
        by_session = dict(zip(by_side[side].sessions.tolist(), values[side].tolist(), strict=True))
        line = np.array([by_session.get(day, np.nan) for day in sessions.tolist()])
        dashed = side == "large"
        series.append(Curve(scene.fund(side), line, side, dashed=dashed, filled=len(values) == 1))
    return series


def _figures(fund: str, side: Side, at: tuple[Daily, int], width: int) -> Drawing:
    """The last session in numbers."""
    daily, row = at
    head: Line = [(" ", ""), (formats.fit(fund, 5), f"{side} bold")]
    if row < 0:
        return [[*head, (" no session", "dim")]]
    swings = daily.oscillators
    above = " ".join(
        formats.pct(float(share[row]), 0, sign=False, unit=False) for share in daily.above.values()
    )
    days = "/".join(map(str, daily.above))
    swing = float(swings.mcclellan[row]) if daily.settled[row] else None
    parts = [
        f"{daily.sessions[row]}: {formats.count(float(daily.advances[row]))} up,"
        f" {formats.count(float(daily.declines[row]))} down",
        f"{formats.count(float(daily.unchanged[row]))} unchanged",
        f"above {days}-day {above} %",
        f"highs {formats.count(float(daily.highs[row]))} lows"
        f" {formats.count(float(daily.lows[row]))}",
        f"McClellan {formats.number(swing, 1, sign=True)}",
        f"summation {formats.number(float(swings.summation[row]), 0, sign=True)}",
        f"TRIN {formats.number(float(swings.trin[row]), 2)}",
    ]
    return hanging(head, [[(text, "")] for text in flowed(parts, width - 7, 3)])
