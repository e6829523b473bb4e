"""Breadth session by session: averages, advances and declines, highs and lows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.measures.daily import Daily, inside
from tui.charts import Chart, Series, Unit, stacked_charts
from tui.panes.wording import flowed, wrapped
from tui.text import formats
from tui.text.spans import Drawing, Line, inset

if TYPE_CHECKING:
    from core.data.frames import Dates, FloatArray
    from tui.host.scene import Scene, Side

#: Lines a chart needs, its caption with it.
_LEAST = 6


def drawing(scene: Scene, found: Mapping[Side, Daily], width: int, height: int) -> Drawing:
    """The last session in figures, then as many series over the window as there is room for."""
    sides = [side for side in scene.sides if side in found]
    if not sides:
        return wrapped("No daily closes of members are held for this.", width)
    lines: Drawing = []
    for side in sides:
        lines += _figures(scene.fund(side), side, _last(scene, found[side]), width)
    window = scene.snapshot.window
    rows = {side: inside(found[side], window.start, window.end) for side in sides}
    if all(rows[side].stop - rows[side].start < 2 for side in sides):
        said = f"The window {window.label} has too few sessions for a line: ] widens it."
        return [*lines, [], *wrapped(said, width, "dim")]
    first = sides[0]
    # Both over the sessions of the first; a session the other lacks is a gap in its line.
    sessions = found[first].sessions[rows[first]]
    charts: list[tuple[str, dict[Side, FloatArray], Unit]] = [
        ("members above their 50-day average", {s: found[s].above[50] for s in sides}, "%"),
        ("members above their 200-day average", {s: found[s].above[200] for s in sides}, "%"),
        (
            f"advance/decline line of {scene.fund(first)} since the start",
            {first: _since(found[first].oscillators.line, rows[first])},
            "",
        ),
        ("McClellan oscillator, ratio-adjusted", {s: _swing(found[s]) for s in sides}, ""),
        (
            f"52-week highs less lows of {scene.fund(first)}, closes",
            {first: found[first].highs - found[first].lows},
            "",
        ),
    ]
    charts = [chart for chart in charts if _told(chart[1], rows)]
    count = min(len(charts), max((height - len(lines)) // _LEAST, 1))
    stacked: list[Chart] = []
    left = height - len(lines)
    for place, (caption, values, unit) in enumerate(charts[:count]):
        rows_here = left // (count - place)
        left -= rows_here
        share = unit == "%"
        stacked.append(
            Chart(
                _series(scene, found, values, sessions),
                max(rows_here - 1, 1),
                unit,
                places=1 if share else 0,
                sign=not share,
                zero=not share,
                caption=caption,
            )
        )
    return [*lines, *inset(stacked_charts(sessions, stacked, width - 2))]


def _last(scene: Scene, found: Daily) -> tuple[Daily, int]:
    """The row of the window's end, -1 where the series does not reach it."""
    rows = inside(found, scene.snapshot.window.start, scene.snapshot.window.end)
    return found, rows.stop - 1


def _since(values: FloatArray, rows: slice) -> FloatArray:
    """A running sum counted from the window's start."""
    before = values[rows.start - 1] if rows.start else 0.0
    return np.asarray(values - before)


def _swing(found: Daily) -> FloatArray:
    """The oscillator, hidden while its seed matters."""
    return np.where(found.settled, found.oscillators.mcclellan, np.nan)


def _told(values: Mapping[Side, FloatArray], rows: Mapping[Side, slice]) -> bool:
    return any(bool(np.isfinite(told[rows[side]]).any()) for side, told in values.items())


def _series(
    scene: Scene,
    found: Mapping[Side, Daily],
    values: Mapping[Side, FloatArray],
    sessions: Dates,
) -> list[Series]:
    """Each index over the sessions given."""
    series = []
    for side in reversed(list(values)):
        own = dict(zip(found[side].sessions.tolist(), values[side].tolist(), strict=True))
        told = np.array([own.get(day, np.nan) for day in sessions.tolist()])
        dashed = side == "large"
        series.append(Series(scene.fund(side), told, side, dashed=dashed, filled=len(values) == 1))
    return series


def _figures(fund: str, side: Side, at: tuple[Daily, int], width: int) -> Drawing:
    """The last session in numbers."""
    found, row = at
    if row < 0:
        return [[(" ", ""), (formats.fit(fund, 5), f"{side} bold"), (" no session", "dim")]]
    swings = found.oscillators
    above = " ".join(
        formats.pct(float(share[row]), 0, sign=False, unit=False) for share in found.above.values()
    )
    days = "/".join(map(str, found.above))
    swing = float(swings.mcclellan[row]) if found.settled[row] else None
    parts = [
        f"{found.sessions[row]}: {formats.count(float(found.advances[row]))} up,"
        f" {formats.count(float(found.declines[row]))} down",
        f"{formats.count(float(found.unchanged[row]))} unchanged",
        f"above {days}-day {above} %",
        f"highs {formats.count(float(found.highs[row]))} lows"
        f" {formats.count(float(found.lows[row]))}",
        f"McClellan {formats.number(swing, 1, sign=True)}",
        f"summation {formats.number(float(swings.summation[row]), 0, sign=True)}",
        f"TRIN {formats.number(float(swings.trin[row]), 2)}",
    ]
    head: Line = [(" ", ""), (formats.fit(fund, 5), f"{side} bold")]
    return [
        [*(head if n == 0 else [(" " * 6, "")]), (text, "")]
        for n, text in enumerate(flowed(parts, width - 7, 3))
    ]
