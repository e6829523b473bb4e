"""Points and the way they came, on two scales: tails of dots, names at their heads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record
from tui.charts.canvas import Canvas, round_ticks, tick_labels
from tui.charts.plot import Dots, joined_dots
from tui.text import formats

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from tui.text.spans import Drawing

#: Cells left of the plot, for the scale's texts.
_LEFT: Final = 6
#: The change that the upright scale reaches at least, a fraction.
_LEAST: Final = 0.1


@record(frozen=True, slots=True, eq=False)
class Tail:
    """A point and where it was before.

    Attributes:
        name: what stands at its head.
        points: (W, 2) percentile from 0 to 1 and its change, the newest last.
        style: of its head and name.
    """

    name: str
    points: FloatArray
    style: str = ""


def rotation(tails: Sequence[Tail], width: int, height: int, *, marked: str = "") -> Drawing:
    """Draw tails from the left (low percentile) to the right, falling below the middle line.

    Args:
        tails: those without points are not drawn.
        width: cells a line has at most.
        height: lines of the drawing.
        marked: name of the one that is drawn over all others.
    """
    canvas = Canvas(width, height)
    plot_width, plot_height = width - _LEFT, height - 1
    drawn = [tail for tail in tails if len(tail.points)]
    if plot_width < 10 or plot_height < 4 or not drawn:
        canvas.put(0, 0, formats.fit("no pair has 250 stretches", width).rstrip(), "dim")
        return canvas.drawing()
    reach = max(_LEAST, *(abs(float(y)) for tail in drawn for _, y in tail.points))
    dots = Dots(plot_width, plot_height)

    def at(point: Sequence[float]) -> tuple[int, int]:
        x, y = float(point[0]), float(point[1])
        across = round(x * (dots.columns - 1))
        return across, round((reach - y) / (2 * reach) * (dots.rows - 1))

    dots.set(dots.across, at((0, 0))[1], "axis", 0)
    dots.set(at((0.5, 0))[0], dots.down, "axis", 0)
    drawn.sort(key=lambda tail: tail.name == marked)
    for layer, tail in enumerate(drawn, start=1):
        x, y = np.array([at(point) for point in tail.points]).T
        way = joined_dots(x, y, np.ones(len(x) - 1, np.bool_))
        dots.set(*way, "mark" if tail.name == marked else "axis", layer)
    dots.paint(canvas, _LEFT)
    ticks = round_ticks(-reach, reach, max(plot_height // 3, 2))
    for tick, label in zip(ticks, tick_labels(ticks, "pp"), strict=True):
        text = label.removesuffix(" pp")
        canvas.put(_LEFT - 1 - len(text), at((0, tick))[1] * plot_height // dots.rows, text, "dim")
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        text = f"{100 * share:.0f}"
        column = _LEFT + round(share * (plot_width - 1))
        canvas.put(min(column, width - len(text)), height - 1, text, "dim")
    across, down = dots.columns // plot_width, dots.rows // plot_height
    heads = []
    # the marked one first: its name has the place it wants
    for tail in reversed(drawn):
        column, row = at(tail.points[-1])
        heads.append((tail, _LEFT + column // across, row // down))
    _name_heads(canvas, heads, marked)
    return canvas.drawing()


def _name_heads(canvas: Canvas, heads: Sequence[tuple[Tail, int, int]], marked: str) -> None:
    """The heads, and the names of those that find a place, over the dots of tails if need be.

    Args:
        canvas: what they are drawn on.
        heads: each tail, with the column and the line of its head; those that come first choose.
        marked: name of the tail that stands out.
    """
    occupied = {(x, y) for _, x, y in heads}
    for tail, x, y in heads:
        size = formats.cell_width(tail.name)
        places = [(x + 2, y), (x + 1, y), (x - size - 1, y), (x - size, y)]
        moves = [0, *(side * by for by in range(2, size + 2, 2) for side in (1, -1))]
        ups = (-1, 1, -2, 2, -3, 3)
        places += [(x - size // 2 + move, y + up) for up in ups for move in moves]
        fits = [
            (a, b)
            for a, b in places
            if a >= _LEFT
            and a + size <= canvas.width
            and 0 <= b < canvas.height - 1
            and occupied.isdisjoint((column, b) for column in range(a, a + size))
        ]
        style = "mark bold" if tail.name == marked else f"{tail.style} bold".strip()
        if fits:
            # near its head, and over few dots of tails
            costs = [canvas.filled(a, b, size) + 2 * abs(b - y) + abs(a - x) / 2 for a, b in fits]
            a, b = fits[costs.index(min(costs))]
            canvas.put(a, b, tail.name, style)
            occupied |= {(column, b) for column in range(a - 1, a + size + 1)}
        canvas.put(x, y, "●", style)
