"""The note's pictures: each a function of the Snapshot and a width in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tui.charts.canvas import Unit, finite_range, round_ticks, tick_labels
from tui.charts.line_charts import date_ticks
from tui.report.note_table import both_ends
from tui.report.sketch import CHARACTER, Anchor, Point, Sketch
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.views import IndexView, Lines, Snapshot
    from core.data.frames import FloatArray
    from core.measures.bridge import GapLeaders
    from core.measures.spread import Ranking

#: Leaders, and as many laggards, of a picture of contributions.
NAMES: Final = 10
#: Points that a curve over all names is drawn through.
_POINTS: Final = 160
_ROW: Final = 17.0
LEFT, TOP, BOTTOM = 46.0, 12.0, 22.0


class SvgScale:
    """Values to pixels, upright: the largest on top."""

    def __init__(self, low: float, high: float, top: float, bottom: float) -> None:
        room = (high - low) * 0.05 or 0.01
        self.low, self.high = low - room, high + room
        self._top, self._bottom = top, bottom

    def __call__(self, value: float) -> float:
        """Height of a value, in pixels from the top."""
        part = (value - self.low) / (self.high - self.low)
        return self._bottom - part * (self._bottom - self._top)


def grid(sketch: Sketch, scale: SvgScale, left: float, right: float, unit: Unit = "%") -> None:
    """Horizontal lines at round values, with their texts on the left; zero is stronger."""
    ticks = round_ticks(scale.low, scale.high, 6)
    for value, label in zip(ticks, tick_labels(ticks, unit, sign=bool(unit)), strict=True):
        y = scale(value)
        sketch.line((left, y), (right, y), "zero" if abs(value) < 1e-12 else "grid")
        sketch.text(left - 5, y + 4, label.removesuffix(f" {unit}"), "t muted", "end")
    sketch.text(left - 5, TOP - 1, unit, "t muted", "end")


def spaced(heights: Sequence[float], gap: float) -> list[float]:
    """Heights at least ``gap`` apart, in the order wanted, as near to it as that lets them be."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, float)[order]
    for above, below in pairwise(range(len(placed))):
        short = gap - (placed[below] - placed[above])
        if short > 0:
            placed[above] -= short / 2
            placed[below] += short / 2
    result = np.empty(len(placed))
    result[order] = placed
    return [float(y) for y in result]


def spread(snapshot: Snapshot, width: float, height: float = 280) -> Sketch | None:
    """Both funds since the window's start, the gap between them filled; None without closes."""
    spread = snapshot.spread
    if spread is None:
        return None
    small, large = snapshot.question.small, snapshot.question.large
    ends = [
        (small, f.pct(spread.small_return), spread.small_line, "small"),
        (large, f.pct(spread.large_return), spread.large_line, "large"),
    ]
    returns = ", ".join(f"{name} {figure}" for name, figure, _, _ in ends)
    sketch = Sketch(
        width, height, f"{small} and {large} since {spread.sessions[0]}",
        f"{returns}, gap {f.pp(spread.gap)} on {snapshot.window.end}",
    )  # fmt: skip
    bounds = finite_range([spread.small_line, spread.large_line])
    assert bounds is not None
    longest = max(len(f"{name} {figure}") for name, figure, _, _ in ends)
    right = width - CHARACTER * 1.2 * longest - 8
    scale = SvgScale(min(bounds[0], 0.0), max(bounds[1], 0.0), TOP, height - BOTTOM)
    grid(sketch, scale, LEFT, right)
    xs = np.linspace(LEFT, right, len(spread.sessions)).tolist()

    def points(line: FloatArray) -> list[Point]:
        return [(x, scale(y)) for x, y in zip(xs, line.tolist(), strict=True)]

    dates(sketch, spread.sessions, xs, right)
    sketch.area([*points(spread.small_line), *points(spread.large_line)[::-1]], "gap")
    for _, _, line, look in reversed(ends):
        sketch.curve(points(line), f"line {look}")
    heights = [scale(float(line[-1])) for _, _, line, _ in ends]
    for (name, figure, _, look), y in zip(ends, spaced(heights, 16), strict=True):
        sketch.text(right + 6, y + 4, f"{name} {figure}", f"t strong is-{look}")
    return sketch


def dates(sketch: Sketch, sessions: np.ndarray, xs: list[float], right: float) -> None:
    """Round dates under a curve."""
    columns = [round(x / CHARACTER) for x in xs]
    for column, label in date_ticks(sessions, columns):
        x = xs[columns.index(column)]
        if x + len(label) * CHARACTER <= right + CHARACTER * 6:
            sketch.line((x, sketch.height - BOTTOM), (x, sketch.height - BOTTOM + 4), "grid")
            sketch.text(x, sketch.height - 6, label, "t muted")


def years(ranking: Ranking, title: str, this_year: int | None, width: float) -> Sketch | None:
    """One bar a year of a ranking's history, ``this_year`` marked; None without years."""
    history, height = ranking.history, 220.0
    if not history:
        return None
    widest = max(history, key=lambda y: abs(y.gap))
    sketch = Sketch(
        width, height, title,
        f"{len(history)} years; the widest gap is {f.pp(widest.gap)} in {widest.year}",
    )  # fmt: skip
    gaps = [year.gap for year in history]
    scale = SvgScale(min(*gaps, 0.0), max(*gaps, 0.0), TOP + 8, height - BOTTOM - 8)
    right = width - 6
    grid(sketch, scale, LEFT, right, "pp")
    step = (right - LEFT) / len(history)
    every = max(1, math.ceil(CHARACTER * 5.5 / step))
    for place, year in enumerate(history):
        x, top, bottom = LEFT + place * step, *sorted((scale(year.gap), scale(0.0)))
        mine = year.year == this_year
        look = "bar is-own" if mine else "bar is-up" if year.gap > 0 else "bar is-down"
        size = (step * 0.76, max(bottom - top, 1))
        sketch.box(x + step * 0.12, top, size, look, f"{year.year} {f.pp(year.gap)}")
        middle = x + step / 2
        if (len(history) - 1 - place) % every == 0:
            at = min(middle, width - CHARACTER * 2.4)
            sketch.text(at, height - 6, str(year.year), "t muted", "middle")
        if mine or year is widest:
            y = top - 4 if year.gap > 0 else bottom + 12
            room = CHARACTER * 5
            sketch.text(
                min(middle, right - room / 2), y, f.pp(year.gap, unit=False), "t strong", "middle"
            )
    return sketch


def contributions(view: IndexView, width: float) -> Sketch | None:
    """An index's leaders and laggards as bars in bp; None below the coverage floor."""
    if not view.claims:
        return None
    title = f"{view.fund}: its leaders and laggards, bp"
    title += " (estimated weights)" if view.estimated else ""
    return _ends(title, view.contributors, view.contributors.contribution, width)


def gap_leaders(snapshot: Snapshot, width: float) -> Sketch | None:
    """The lines that made the gap, and those against it, in bp; None where not known."""
    leaders = snapshot.gap_leaders
    if leaders is None:
        return None
    return _ends("What made the gap, line by line, bp", leaders, leaders.value, width)


def _ends(title: str, lines: Lines | GapLeaders, values: FloatArray, width: float) -> Sketch | None:
    """Bars of the first and the last lines of a ranking."""
    rows = both_ends(len(values), NAMES)
    symbols, names = [lines.symbols[r] for r in rows], [lines.names[r] for r in rows]
    return bars(title, symbols, [float(values[r]) for r in rows], names, width)


def bars(
    title: str,
    labels: Sequence[str],
    values: Sequence[float],
    names: Sequence[str],
    width: float,
    notes: Sequence[str] = (),
) -> Sketch | None:
    """Bars to both sides of zero, a row each, in the order given; None without rows.

    Args:
        title: what they show.
        labels: one a row.
        values: fractions, printed in bp.
        names: in full, shown while the pointer is over a bar.
        width: in pixels.
        notes: a further figure a row, at the right end.
    """
    if not values:
        return None
    description = f"from {labels[0]} {f.bp(values[0])} to {labels[-1]} {f.bp(values[-1])}"
    sketch = Sketch(width, _ROW * len(values) + 8, title, description)
    room = CHARACTER * 7
    left = CHARACTER * max(len(label) for label in labels) + 12
    low, high = min(*values, 0.0), max(*values, 0.0)
    first, last = left + (room if low < 0 else 0), width - (room if high > 0 else 0)
    last -= CHARACTER * 10 if notes else 0
    unit = (last - first) / ((high - low) or 1.0)
    zero = first - low * unit
    for place, (label, value, name) in enumerate(zip(labels, values, names, strict=True)):
        y = 4 + place * _ROW
        sketch.text(0, y + 12, label, "t")
        start, wide = min(zero, zero + value * unit), abs(value * unit)
        look = "bar is-up" if value >= 0 else "bar is-down"
        figure = f.bp(value, unit=False)
        words = " ".join(filter(None, (label, name, figure, "bp")))
        sketch.box(start, y + 2, (max(wide, 1), _ROW - 4), look, words)
        if value >= 0:
            sketch.text(start + wide + 4, y + 12, figure, "t")
        else:
            sketch.text(start - 4, y + 12, figure, "t", "end")
    for place, note in enumerate(notes):
        sketch.text(width, 16 + place * _ROW, note, "t muted", "end")
    sketch.line((zero, 2), (zero, sketch.height - 2), "zero")
    return sketch


def ladder(snapshot: Snapshot, width: float) -> Sketch | None:
    """Shares of lines beyond each step, both indices beside each other; None without lines."""
    views = [(v, look) for v, look in _sides(snapshot) if v.breadth.n]
    if not views:
        return None
    steps = views[0][0].breadth.ladder
    description = "; ".join(f"{v.fund}: {v.breadth.up:,} of {v.breadth.n:,} rose" for v, _ in views)
    thick = 13.0
    row = thick * len(views) + 12
    sketch = Sketch(width, 26 + row * len(steps), "Lines beyond each step", description)
    left, right = CHARACTER * 15, width - CHARACTER * 12
    for place, step in enumerate(steps):
        y = 24 + place * row
        where = "below" if step.below else "above"
        name = f"{where} {step.threshold * 100:+g} %" if step.threshold else "rose"
        sketch.text(0, y + (row - 4) / 2, name, "t strong")
        sketch.box(left, y, (right - left, thick * len(views)), "track")
        for side, (view, look) in enumerate(views):
            rung = view.breadth.ladder[place]
            top, size = y + side * thick, (right - left) * (rung.share or 0.0)
            sketch.box(left, top + 0.5, (size, thick - 1), f"bar is-{look}")
            share = f.pct(rung.share, 1, sign=False)
            sketch.text(left + size + 5, top + 11, f"{share} · {rung.count:,}", "t")
    _legend(sketch, [(f"{v.fund}, {v.breadth.n:,} lines", look) for v, look in views], width)
    return sketch


def histogram(snapshot: Snapshot, width: float) -> Sketch | None:
    """Both indices' lines by return, as shares, on the same bins; None without lines."""
    views = [(v, look) for v, look in _sides(snapshot) if v.breadth.n]
    if not views:
        return None
    height = 230.0
    parts = [[b.count / v.breadth.n for b in v.breadth.histogram] for v, _ in views]
    description = "; ".join(f"{v.fund}: {v.breadth.up:,} of {v.breadth.n:,} rose" for v, _ in views)
    sketch = Sketch(width, height, "Lines by their return over the window", description)
    scale = SvgScale(0.0, max(map(max, parts)), TOP + 16, height - BOTTOM - 6)
    scale.low = 0.0
    grid(sketch, scale, LEFT, width - 6)
    bins = views[0][0].breadth.histogram
    step = (width - 6 - LEFT) / len(bins)
    thick = step * 0.84 / len(views)
    for place, interval in enumerate(bins):
        x = LEFT + place * step
        for side, (view, look) in enumerate(views):
            top, count = scale(parts[side][place]), view.breadth.histogram[place].count
            tip = f"{view.fund}: {count:,} lines, {f.pct(parts[side][place], 1, sign=False)}"
            at = x + step * 0.08 + side * thick
            sketch.box(at, top, (thick - 1, scale(0.0) - top), f"bar is-{look}", tip)
        if interval.high is not None:
            edge = x + step
            heavy = "zero" if interval.high == 0 else "grid"
            sketch.line((edge, scale(0.0)), (edge, scale(0.0) + 5), heavy)
            sketch.text(edge, height - 9, f"{interval.high * 100:+g}".replace("+0", "0"),
                        "t muted", "middle")  # fmt: skip
    _legend(sketch, [(view.fund, look) for view, look in views], width)
    return sketch


def _sides(snapshot: Snapshot) -> list[tuple[IndexView, str]]:
    """The indices that have an answer, each with its look."""
    sides = ((snapshot.small, "small"), (snapshot.large, "large"))
    return [(view, look) for view, look in sides if view is not None]


def _legend(sketch: Sketch, names: Sequence[tuple[str, str]], right: float) -> None:
    """Names with their looks, at the top right."""
    x = right - 6
    for name, look in reversed(names):
        x -= CHARACTER * len(name) + 8
        sketch.text(x + 8, TOP, name, "t strong")
        sketch.box(x - 6, TOP - 9, (10, 10), f"bar is-{look}")
        x -= 22


def curve(snapshot: Snapshot, width: float) -> Sketch | None:
    """The sum of contributions, largest first, over the part of the names; None without any."""
    views = [(v, look) for v, look in _sides(snapshot) if v.claims and len(v.contributors)]
    if not views:
        return None
    height = 240.0
    description = "; ".join(
        f"{v.fund}: gains {f.pp(v.concentration.gross_gain)},"
        f" losses {f.pp(v.concentration.gross_loss)}" for v, _ in views
    )  # fmt: skip
    sketch = Sketch(width, height, "Contributions added up, largest first, pp", description)
    sums = [np.concatenate([[0.0], v.concentration.curve]) for v, _ in views]
    bounds = finite_range(sums)
    assert bounds is not None
    scale = SvgScale(min(bounds[0], 0.0), bounds[1], TOP + 14, height - BOTTOM)
    right = width - 14
    grid(sketch, scale, LEFT, right, "pp")
    for (_, look), total in zip(views, sums, strict=True):
        size = len(total) - 1
        picks = np.unique(np.round(np.linspace(0, size, min(_POINTS, size + 1))).astype(int))
        wide = right - LEFT
        points = [(LEFT + wide * n / size, scale(float(total[n]))) for n in picks.tolist()]
        sketch.curve(points, f"line {look}")
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = LEFT + (right - LEFT) * part
        label = f"{part * 100:.0f} %" + (" of names" if part == 0.5 else "")
        at = x if part < 1 else width - 1
        anchor: Anchor = "start" if part == 0 else "end" if part == 1 else "middle"
        sketch.text(at, height - 6, label, "t muted", anchor)
    _legend(sketch, [(view.fund, look) for view, look in views], width)
    return sketch


def bridge(snapshot: Snapshot, width: float) -> Sketch | None:
    """The gap in steps, each from where the one before ended; None where a side is missing."""
    steps = [(step.name, step.value) for step in snapshot.bridge]
    if not steps:
        return None
    total = math.fsum(value for _, value in steps)
    row = 34.0
    description = ", ".join(f"{name} {f.pp(value)}" for name, value in steps)
    sketch = Sketch(width, row * (len(steps) + 1) + 8, "The gap in steps, pp", description)
    starts = np.concatenate([[0.0], np.cumsum([value for _, value in steps])])
    low, high = min(float(starts.min()), 0.0), max(float(starts.max()), 0.0)
    room = CHARACTER * 8
    unit = (width - 2 * room) / ((high - low) or 1.0)
    zero = room - low * unit
    for place, (name, value) in enumerate([*steps, ("gap", total)]):
        is_total = place == len(steps)
        start = 0.0 if is_total else float(starts[place])
        a, b = sorted((zero + start * unit, zero + (start + value) * unit))
        y = 4 + place * row
        look = "bar is-own" if is_total else "bar is-up" if value >= 0 else "bar is-down"
        sketch.text(0, y + 11, name, "t strong" if is_total else "t muted")
        sketch.box(a, y + 15, (max(b - a, 1), 12), look, f"{name} {f.pp(value)}")
        sketch.text(b + 4, y + 25, f.pp(value, unit=False), "t strong" if is_total else "t")
        sketch.line((zero, y + 13), (zero, y + 29), "zero")
    return sketch
