"""Many small charts on one scale, side by side: what is alike is seen at a glance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from core.data.record import record
from tui.charts.bar_charts import POINTER
from tui.charts.canvas import Canvas, Values, finite_range
from tui.charts.plot import Curve, plot
from tui.text import formats
from tui.text.spans import Drawing, fit_line

#: Cells of the narrowest and the widest, blanks between two, lines of the lowest with its title.
_NARROW: Final = 14
_WIDE: Final = 26
_GAP: Final = 2
_LOW: Final = 3


@record(frozen=True, slots=True, eq=False)
class Multiple:
    """One of the small charts.

    Attributes:
        title: what it is of.
        last: its last value, written out.
        values: (T,) fractions, NaN where none.
        style: of the line.
        marked: whether it stands out.
    """

    title: str
    last: str
    values: Values
    style: str
    marked: bool = False


def multiples(charts: Sequence[Multiple], width: int, height: int) -> Drawing:
    """Small charts row by row, all on the same scale, zero among it.

    Where not all have room, the last ones are shown.

    Args:
        charts: in reading order.
        width: cells a line has at most.
        height: lines there are.
    """
    limits = finite_range([one.values for one in charts])
    if limits is None or width < _NARROW or height < _LOW:
        return []
    columns, size, rows = _grid(len(charts), width, height)
    latest = charts[-columns * rows :]
    lines = min(height // math.ceil(len(latest) / columns), _WIDE // 3)
    extremes = (min(limits[0], 0.0), max(limits[1], 0.0))
    drawing: Drawing = []
    for first in range(0, len(latest), columns):
        row = [_one(one, size, lines, extremes) for one in latest[first : first + columns]]
        for parts in zip(*row, strict=True):
            line = [span for part in parts for span in (*part, (" " * _GAP, ""))]
            drawing.append(line[:-1])
    return drawing


def _grid(count: int, width: int, height: int) -> tuple[int, int, int]:
    """Columns, the cells of each, and rows: as large as lets all be shown, else as many as fit."""
    narrowest = max((width + _GAP) // (_NARROW + _GAP), 1)
    for columns in range(1, narrowest + 1):
        size = (width + _GAP) // columns - _GAP
        rows = math.ceil(count / columns)
        # A chart is read by its shape: not flatter than one line for four cells.
        if height // rows >= max(_LOW, math.ceil(min(size, _WIDE) / 5)):
            return columns, min(size, _WIDE), rows
    return narrowest, min((width + _GAP) // narrowest - _GAP, _WIDE), height // _LOW


def _one(one: Multiple, width: int, height: int, limits: tuple[float, float]) -> Drawing:
    """Title and last value over the line, exactly ``width`` cells."""
    head = f"{POINTER if one.marked else ' '}{one.title}"
    canvas = Canvas(width, height)
    canvas.put(0, 0, head, "mark bold" if one.marked else "bold")
    label = formats.fit(one.last, max(width - len(head) - 1, 0), "right")
    canvas.put(len(head) + 1, 0, label, "bold" if one.marked else "dim")
    lines = plot(
        [Curve("", one.values, one.style)],
        [],
        width,
        height - 1,
        unit="",
        sign=False,
        zero=True,
        x_labels=lambda columns: [],
        limits=limits,
        bare=True,
    )
    return [fit_line(line, width) for line in (canvas.drawing()[0], *lines)]
