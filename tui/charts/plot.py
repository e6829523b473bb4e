"""The engine of line charts: dots, scales, the texts around a plot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record
from tui.charts.canvas import Canvas, Unit, Values, finite_range, round_ticks, tick_labels
from tui.text import formats
from tui.text.spans import Characters, Drawing

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Bit of each dot of a braille cell, by column (0, 1) and row (0 to 3).
_BITS: Final = np.array([(0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)], np.uint8)
_GLYPHS: Final = "*o+x%@"
#: Below these a chart has no room for the texts around it.
_MIN_PLOT: Final = 16
_MIN_WIDTH: Final = 28
_MIN_HEIGHT: Final = 4


@record(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a chart.

    Attributes:
        name: what its end label says.
        values: (T,) fractions (or plain numbers with unit ""), NaN where none.
        style: what it means ("small", "large", "gap").
        dashed: distinguished without colour.
        filled: the area between the line and zero is dotted.
    """

    name: str
    values: Values
    style: str = ""
    dashed: bool = False
    filled: bool = False


class Dots:
    """A grid of dots; a cell shows the style of what was set on it last.

    A cell has two by four dots in braille, one where the terminal shows ASCII alone.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = (1, 1) if Characters.ascii_only else (2, 4)
        self.columns, self.rows = width * self._size[0], height * self._size[1]
        #: The columns and the rows on which a straight line of dots is drawn.
        self.across = np.arange(0, self.columns, self._size[0])
        self.down = np.arange(0, self.rows, self._size[0])
        self._bits = np.zeros((height, width), np.uint8)
        self._layer = np.full((height, width), -1)
        self._style = np.zeros((height, width), np.intp)
        self._styles: list[str] = []

    def set(self, x: IntArray | int, y: IntArray | int, style: str, layer: int) -> None:
        """Set dots; layer 0 (axes) gives way to the others, which share a cell.

        Args:
            x: (K,) their columns, or one for all.
            y: (K,) their rows, or one for all.
            style: what they mean.
            layer: of the line that they belong to.
        """
        x, y = np.broadcast_arrays(x, y)
        across, down = self._size
        cells = (y // down, x // across)
        if layer:
            self._bits[cells] *= self._layer[cells] > 0
        np.bitwise_or.at(self._bits, cells, _BITS[x % across, y % down])
        self._layer[cells], self._style[cells] = layer, len(self._styles)
        self._styles.append(style)

    def paint(self, canvas: Canvas, left: int) -> None:
        """Put the cells on a canvas, from cell ``left`` of its first line."""
        cells = np.nonzero(self._layer >= 0)
        rows, columns = (places.tolist() for places in cells)
        if Characters.ascii_only:
            layers = self._layer[cells].tolist()
            glyphs = [_GLYPHS[(layer - 1) % len(_GLYPHS)] if layer else "-" for layer in layers]
        else:
            glyphs = [chr(0x2800 + bits) for bits in self._bits[cells].tolist()]
        styles = [self._styles[style] for style in self._style[cells].tolist()]
        for y, x, glyph, style in zip(rows, columns, glyphs, styles, strict=True):
            canvas.put_glyph(left + x, y, glyph, style)


@record(frozen=True, slots=True)
class EndLabel:
    """The label at the right end of a series: its last value (NaN: none), name, value text."""

    value: float
    name: str
    text: str


@record(frozen=True, slots=True)
class _Scale:
    """Values to dot rows and positions to dot columns."""

    low: float
    high: float
    columns: int
    rows: int
    points: int

    def x(self, position: float) -> int:
        return round(position * (self.columns - 1) / max(self.points - 1, 1))

    def columns_of(self, positions: IntArray) -> IntArray:
        """(K,) the dot column of each of some positions."""
        places = positions * (self.columns - 1) / max(self.points - 1, 1)
        return np.rint(places).astype(np.intp)

    def rows_of(self, values: FloatArray) -> IntArray:
        """(K,) the dot row of each of some finite values."""
        places = (self.high - values) / (self.high - self.low) * (self.rows - 1)
        return np.rint(places).astype(np.intp)

    def y(self, value: float) -> int:
        return round((self.high - value) / (self.high - self.low) * (self.rows - 1))


def plot(
    series: Sequence[Curve],
    ends: Sequence[EndLabel],
    width: int,
    height: int,
    *,
    unit: Unit,
    sign: bool,
    zero: bool,
    x_labels: Callable[[Sequence[int]], list[tuple[int, str]]],
    marks: Sequence[tuple[int, str]] = (),
    gutters: tuple[int, int] = (0, 0),
    limits: tuple[float, float] | None = None,
    bare: bool = False,
) -> Drawing:
    """Draw series on one scale; ``x_labels`` gets the plot cell of each point.

    ``limits`` are the scale's, the values' unless given; a ``bare`` plot has no texts.
    ``gutters`` are the least cells left and right of the plot, where it has a frame: charts
    that stand over one another share them, and so the places of their dates.
    """
    canvas = Canvas(width, height)
    data_range = finite_range([one.values for one in series])
    limits = None if data_range is None else limits or data_range
    if not canvas.width or not canvas.height:
        return canvas.drawing()
    if limits is None:
        text = formats.fit("no values to draw", min(width, 17))
        canvas.put((width - len(text)) // 2, height // 2, text, "dim")
        return canvas.drawing()
    frame = _frame(series, ends, limits, width, height, unit=unit, sign=sign, zero=zero)
    frame = replace(frame, framed=False) if bare else frame
    low, high, framed = frame.low, frame.high, frame.framed
    plot_height = height - 1 if framed else height
    ticks, labels, right = frame.ticks, frame.labels, frame.right
    left = max(frame.left, gutters[0] if framed else 0)
    beside = max(frame.beside, gutters[1] if framed and right else 0)
    plot_width = width - left - beside
    dots = Dots(plot_width, plot_height)
    points = max(len(one.values) for one in series)
    scale = _Scale(low, high, dots.columns, dots.rows, points)
    down = dots.rows // plot_height

    if low <= 0 <= high and (zero or low < 0 < high):
        dots.set(dots.across, scale.y(0.0), "axis", 0)
    for position, _ in marks:
        dots.set(scale.x(position), dots.down, "mark", 0)
    for layer, one in enumerate(series, start=1):
        _draw(dots, scale, one, layer)
    dots.paint(canvas, left)
    if framed:
        for tick, label in zip(ticks, labels, strict=True):
            canvas.put(left - 1 - len(label), scale.y(tick) // down, label, "dim")
        rows = [scale.y(end.value) // down if math.isfinite(end.value) else -1 for end in ends]
        placed = _spread(rows, [end.value for end in ends], plot_height)
        for row, text, one in zip(placed, right, series, strict=False):
            canvas.put(left + plot_width + 1, row, text, one.style)
        wide = dots.columns // plot_width
        cells = scale.columns_of(np.arange(points)) // wide
        for column, text in x_labels(cells.tolist()):
            room = width - left - column
            if len(text) <= room:
                canvas.put(left + column, plot_height, text, "dim")
        _label_marks(canvas, marks, left, plot_height, [scale.x(p) // wide for p, _ in marks])
    return canvas.drawing()


@record(frozen=True, slots=True)
class _Frame:
    """The surroundings of a plot: its scale, the texts left of it and right of it."""

    low: float
    high: float
    framed: bool
    ticks: list[float]
    labels: list[str]
    right: list[str]

    @property
    def left(self) -> int:
        """Cells left of the plot."""
        return max(map(len, self.labels), default=-1) + 1 if self.framed else 0

    @property
    def beside(self) -> int:
        """Cells right of the plot."""
        return max((formats.cell_width(text) + 1 for text in self.right), default=0)


def _frame(
    series: Sequence[Curve],
    ends: Sequence[EndLabel],
    limits: tuple[float, float],
    width: int,
    height: int,
    *,
    unit: Unit,
    sign: bool,
    zero: bool,
) -> _Frame:
    low, high = limits
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        low, high = low - (abs(low) or 1.0) / 2, high + (abs(high) or 1.0) / 2
    framed = width >= _MIN_WIDTH and height >= _MIN_HEIGHT
    plot_height = height - 1 if framed else height
    ticks = _ticks(low, high, plot_height)
    labels = tick_labels(ticks, unit, sign)
    left = max(map(len, labels), default=-1) + 1 if framed else 0
    return _Frame(
        low, high, framed, ticks, labels, _right_texts(ends, width - left if framed else 0)
    )


def _ticks(low: float, high: float, height: int) -> list[float]:
    """Round values that no two lines next to each other are written on, as far as two can be."""
    scale = _Scale(low, high, 1, 4 * height, 1)
    for most in range(max(2, min((height + 1) // 2, 7)), 1, -1):
        ticks = round_ticks(low, high, most)
        rows = [scale.y(tick) // 4 for tick in ticks]
        if all(below - above > 1 for below, above in itertools.pairwise(rows)):
            break
    return ticks


def gutters_of(
    series: Sequence[Curve],
    ends: Sequence[EndLabel],
    width: int,
    height: int,
    *,
    unit: Unit,
    sign: bool,
    zero: bool,
) -> tuple[int, int]:
    """Cells that a chart's texts take left and right of its plot."""
    limits = finite_range([one.values for one in series])
    if limits is None:
        return (0, 0)
    frame = _frame(series, ends, limits, width, height, unit=unit, sign=sign, zero=zero)
    return (frame.left, frame.beside)


def _draw(dots: Dots, scale: _Scale, one: Curve, layer: int) -> None:
    """Join neighbouring finite values; a lone one is a dot."""
    values = np.asarray(one.values, dtype=np.float64)
    at = np.flatnonzero(np.isfinite(values))
    points = scale.columns_of(at), scale.rows_of(values[at])
    x, y = joined_dots(*points, np.diff(at) == 1)
    drawn = x // 2 % 3 != 2 if one.dashed else np.ones(len(x), np.bool_)
    dots.set(x[drawn], y[drawn], one.style, layer)
    if one.filled:
        base = scale.y(min(max(0.0, scale.low), scale.high))
        low, high = np.full(dots.columns, dots.rows), np.full(dots.columns, -1)
        np.minimum.at(low, x, y)
        np.maximum.at(high, x, y)
        columns = np.flatnonzero(high >= 0)
        first = np.minimum(high[columns], base)
        sizes = np.maximum(np.maximum(low[columns], base) - first, 0)
        x, y = np.repeat(columns, sizes), _ranges(first, sizes)
        dotted = (x + y) % 2 == 0
        dots.set(x[dotted], y[dotted], one.style, layer)


def joined_dots(x: IntArray, y: IntArray, joined: BoolArray) -> tuple[IntArray, IntArray]:
    """The columns (D,) and rows (D,) of some dots and of straight lines between neighbours.

    Args:
        x: (K,) columns of the dots.
        y: (K,) their rows.
        joined: (K - 1,) whether each is joined to the next.
    """
    start = np.flatnonzero(joined)
    across, down = x[start + 1] - x[start], y[start + 1] - y[start]
    steps = np.maximum(np.maximum(np.abs(across), np.abs(down)), 1)
    line = np.repeat(np.arange(len(start)), steps - 1)
    step = _ranges(np.ones(len(start), np.intp), steps - 1)
    between = (
        np.rint(ends[start][line] + step * (moves / steps)[line]).astype(np.intp)
        for ends, moves in ((x, across), (y, down))
    )
    columns, rows = (np.concatenate(ends) for ends in zip((x, y), between, strict=True))
    return columns, rows


def _ranges(first: IntArray, sizes: IntArray) -> IntArray:
    """Whole numbers from each of some first ones on, so many of each, one range after another."""
    ends = np.cumsum(sizes)
    return np.arange(sizes.sum()) + np.repeat(first + sizes - ends, sizes)


def _right_texts(ends: Sequence[EndLabel], room: int) -> list[str]:
    """The fullest end labels that leave the plot its part of the room; [] where none do."""
    for texts in (
        [f"{end.name} {end.text}".strip() for end in ends],
        [end.name for end in ends],
    ):
        widest = max(map(formats.cell_width, texts), default=0)
        if widest and room - widest - 1 >= max(_MIN_PLOT, room // 2):
            return texts
    return []


def _spread(rows: Sequence[int], values: Sequence[float], height: int) -> list[int]:
    """Rows near those given with no two alike, larger values above; -1 where none is free."""
    order = sorted((row, -values[i], i) for i, row in enumerate(rows) if row >= 0)[:height]
    placed = [-1] * len(rows)
    floor = 0
    for n, (row, _, i) in enumerate(order):
        placed[i] = min(max(row, floor), height - (len(order) - n))
        floor = placed[i] + 1
    return placed


def _label_marks(
    canvas: Canvas,
    marks: Sequence[tuple[int, str]],
    left: int,
    height: int,
    columns: Sequence[int],
) -> None:
    """Texts of upright lines, one a row from the foot of the plot, on the roomier side."""
    for n, ((_, text), column) in enumerate(zip(marks, columns, strict=True)):
        size = formats.cell_width(text)
        x = left + column + 1
        if x + size > canvas.width:
            x = left + column - size
        canvas.put(x, height - 2 - n, text, "mark")
