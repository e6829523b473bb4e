"""Bars in eighth blocks: a bar a year, bars for a table's column, a part of a whole."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tui.charts.canvas import (
    RISING,
    SCALE,
    Canvas,
    Values,
    bar_left,
    bar_right,
    eighths_of,
    finite_range,
)
from tui.charts.line_charts import sparkline
from tui.text import formats
from tui.text.spans import Drawing, Line, line_width

Styles = tuple[str, str]
#: Stands before the highlighted year, so that it is seen without colour.
POINTER = "▸"
#: From this many cells a year on, every value is written out.
_EACH: Final = 6
#: A step below this share of the whole is what rounding left.
_NOTHING: Final = 1e-9


def diverging_bars(
    values: Values,
    width: int,
    *,
    styles: Styles = ("up", "down"),
) -> Drawing:
    """One bar a row on a common zero and scale, each line exactly ``width`` cells.

    Args:
        values: (N,) in any unit; NaN leaves the row blank.
        width: cells of each line; the zero line takes one where there are both signs.
        styles: of values above and below zero.
    """
    numbers = [float(v) for v in values]
    low, high = finite_range([values]) or (0.0, 0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    width = max(width, 0)
    axis = 1 if low < 0 < high and width >= 3 else 0
    room = width - axis
    left = round(room * -low / (high - low)) if high > low else 0
    if low < 0 < high and room >= 2:
        left = min(max(left, 1), room - 1)
    right = room - left
    scale = max(high / right if right else 0.0, -low / left if left else 0.0)
    drawing: Drawing = []
    for value in numbers:
        line: Line = []
        if value < 0 and left:
            bar = bar_left(eighths_of(value, scale * left, left), styles[1])
            line = [(" " * (left - line_width(bar)), ""), *bar, ("│" * axis, "axis")]
        elif math.isfinite(value):
            line = [(" " * left, ""), ("│" * axis, "axis")]
            if value > 0:
                line += bar_right(eighths_of(value, scale * right, right), styles[0])
        line.append((" " * (width - line_width(line)), ""))
        drawing.append([span for span in line if span[0]])
    return drawing


def waterfall(steps: Values, width: int, *, styles: Styles = ("up", "down")) -> Drawing:
    """Steps from zero to their sum: each bar begins where the one before it ended.

    A last line more than there are steps draws the sum from zero. Each is exactly ``width``
    cells; ends are drawn to half a cell.

    Args:
        steps: (N,) finite, in any unit.
        width: cells of each line.
        styles: of steps up and down, and of the sum by its sign.
    """
    sums = np.concatenate([np.zeros(1), np.cumsum(np.asarray(steps, dtype=np.float64))])
    low, high = float(sums.min()), float(sums.max())
    width = max(width, 0)
    cells = 2 * width

    def at(value: float) -> int:
        return round((value - low) / (high - low) * cells) if high > low else 0

    zero = min(at(0.0) // 2, max(width - 1, 0))
    drawing: Drawing = []
    ends = [*itertools.pairwise(sums.tolist()), (0.0, float(sums[-1]))]
    for before, after in ends:
        style = styles[0] if after >= before else styles[1]
        first, last = sorted((at(before), at(after)))
        if first == last and abs(after - before) > _NOTHING * (high - low):
            first, last = (first, first + 1) if first < cells else (first - 1, first)
        canvas = Canvas(width, 1)
        canvas.put(zero, 0, "│", "axis")
        for cell in range(first // 2, (last + 1) // 2):
            whole = first <= 2 * cell and last >= 2 * cell + 2
            half = "▌" if last < 2 * cell + 2 else "▐"
            canvas.put(cell, 0, "█" if whole else half, style)
        line = canvas.drawing()[0]
        drawing.append([*line, (" " * (width - line_width(line)), "")])
    return drawing


def ladder_bar(share: float, width: int, style: str = "small") -> Line:
    """A part of a whole, exactly ``width`` cells; the rest is a dotted track, NaN blank."""
    width = max(width, 0)
    if not math.isfinite(share):
        return [(" " * width, "")] if width else []
    bar = bar_right(eighths_of(min(max(share, 0.0), 1.0), 1.0, width), style)
    track = "·" * (width - line_width(bar))
    return [*bar, (track, "axis")] if track else bar


def year_bars(
    years: Sequence[int],
    values: Values,
    highlight: int | None,
    width: int,
    height: int,
    *,
    styles: Styles = ("up", "down"),
) -> Drawing:
    """One bar a year, upright on a zero line that carries the years, else a row a year.

    The largest, the smallest and the highlighted value are written out; the highlighted year
    stands behind a pointer and in bold. Where not all years fit, the latest are shown behind
    an ellipsis; below three lines only the numbers remain.

    Args:
        years: (N,) ascending.
        values: (N,) fractions, NaN where the window was not available.
        highlight: the year to mark, None for none.
        width: cells a line has at most.
        height: lines of the drawing.
        styles: of values above and below zero.
    """
    pairs = [(int(y), float(v) * SCALE["pp"]) for y, v in zip(years, values, strict=True)]
    width, height = max(width, 0), max(height, 0)
    if not pairs or height < 3 or width < 3:
        return _in_words(pairs, highlight, width, height)
    if width // len(pairs) < 3 and height >= len(pairs) and width >= 20:
        return _year_rows(pairs, highlight, width, height, styles)
    return _year_columns(pairs, highlight, width, height, styles)


def _labelled(pairs: Sequence[tuple[int, float]], highlight: int | None) -> list[int]:
    """Positions of the values to write out: highlighted, largest, smallest."""
    finite = [i for i, (_, v) in enumerate(pairs) if math.isfinite(v)]
    if not finite:
        return []
    years = [i for i in finite if pairs[i][0] == highlight]
    years += [max(finite, key=lambda i: pairs[i][1]), min(finite, key=lambda i: pairs[i][1])]
    return list(dict.fromkeys(years))


def _in_words(
    pairs: Sequence[tuple[int, float]], highlight: int | None, width: int, height: int
) -> Drawing:
    canvas = Canvas(width, height)
    texts = [
        f"{pairs[i][0]} {formats.number(pairs[i][1], 2, sign=True, unit='pp')}"
        for i in _labelled(pairs, highlight)
    ]
    words = "  ".join(texts) or "no years to draw"
    canvas.put(0, 0, formats.fit(words, min(width, formats.cell_width(words))))
    canvas.put(0, 1, sparkline([v for _, v in pairs][-width:] if width else [], width), "dim")
    return canvas.drawing()


def _year_rows(
    pairs: Sequence[tuple[int, float]],
    highlight: int | None,
    width: int,
    height: int,
    styles: Styles,
) -> Drawing:
    texts = [formats.number(v, 2, sign=True) for _, v in pairs]
    widest = max(map(len, texts))
    bars = diverging_bars(np.array([v for _, v in pairs]), width - widest - 7, styles=styles)
    drawing: Drawing = []
    for (year, _), text, bar in zip(pairs, texts, bars, strict=True):
        highlighted = year == highlight
        label = (f"{POINTER if highlighted else ' '}{year} ", "mark bold" if highlighted else "dim")
        value = (" " + text.rjust(widest), "bold" if highlighted else "")
        drawing.append([label, *bar, value])
    return drawing + [[] for _ in range(height - len(drawing))]


def _year_columns(
    pairs: Sequence[tuple[int, float]],
    highlight: int | None,
    width: int,
    height: int,
    styles: Styles,
) -> Drawing:
    canvas = Canvas(width, height)
    # The first cell is the pointer's, or says that earlier years are left off.
    cut = len(pairs) > width - 1
    pairs = pairs[-(width - 1) :]
    slot = min((width - 1) // len(pairs), 8)
    bar = max(1, slot - 1 if slot < 5 else slot - 2)
    low, high = finite_range([[v for _, v in pairs]]) or (0.0, 0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    written = height >= 6
    rows = height - 1 - written * ((high > 0) + (low < 0))
    above = round(rows * high / (high - low)) if high > low else rows // 2
    if low < 0 < high and rows >= 2:
        above = min(max(above, 1), rows - 1)
    below = rows - above
    axis = above + (1 if written and high > 0 else 0)
    scale = max(high / above if above else 0.0, -low / below if below else 0.0)
    tips: list[int] = []
    for i, (_, value) in enumerate(pairs):
        x = 1 + i * slot
        room = above if value > 0 else below
        eighths = eighths_of(value, scale * room, room)
        for n in range(math.ceil(eighths / 8)):
            part = min(eighths - 8 * n, 8)
            if value > 0:
                canvas.put(x, axis - 1 - n, RISING[part] * bar, styles[0])
            elif part == 8:
                canvas.put(x, axis + 1 + n, "█" * bar, styles[1])
            else:
                # A block hanging from above is the blank of a rising one in reverse video.
                canvas.put(x, axis + 1 + n, RISING[8 - part] * bar, f"{styles[1]} reverse")
        tips.append(axis - (1 if value > 0 else -1) * (math.ceil(eighths / 8) + 1))
    _year_axis(canvas, [y for y, _ in pairs], highlight, axis, slot, cut=cut)
    labelled = _labelled(pairs, highlight)
    if slot >= _EACH:
        labelled += [i for i, (_, v) in enumerate(pairs) if math.isfinite(v) and i not in labelled]
    for i in labelled:
        highlighted = pairs[i][0] == highlight
        style = "bold" if highlighted else "dim"
        # Beside one another there is room for one decimal.
        places = 2 if highlighted or slot < _EACH else 1
        text = formats.number(pairs[i][1], places, sign=True, unit="pp" if highlighted else "")
        _write_near(canvas, 1 + i * slot, bar, [tips[i], 2 * axis - tips[i], axis + 1], text, style)
    return canvas.drawing()


def _year_axis(
    canvas: Canvas, years: Sequence[int], highlight: int | None, axis: int, slot: int, *, cut: bool
) -> None:
    """The zero line: years where they fit, the highlighted one always, dashes between."""
    canvas.put(0, axis, "─" * min(canvas.width, 1 + len(years) * slot), "axis")
    if cut:
        canvas.put(0, axis, formats.ELLIPSIS, "dim")
    size = 4 if slot >= 6 else 2
    every = max(1, math.ceil((size + 1) / slot))
    marked = years.index(highlight) if highlight in years else None
    for i, year in enumerate(years):
        near = marked is not None and i != marked and abs(i - marked) * slot < size + 1
        if (len(years) - 1 - i) % every == 0 and not near:
            canvas.put(1 + i * slot, axis, str(year)[-size:], "dim")
    if marked is not None:
        x = min(1 + marked * slot, canvas.width - size)
        canvas.put(x, axis, str(years[marked])[-size:], "mark bold")
        canvas.put(x - 1, axis, POINTER, "mark bold")


def _write_near(
    canvas: Canvas, x: int, bar: int, rows: Sequence[int], text: str, style: str
) -> None:
    """Write a value on the first of the rows that has room for it over or under its bar."""
    size = len(text)
    middle = x - (size - bar) // 2
    edges = sorted((x - size + bar, x))
    for row in rows:
        for start in sorted(range(edges[0], edges[1] + 1), key=lambda s: abs(s - middle)):
            if canvas.free(start, row, size):
                canvas.put(start, row, text, style)
                return
