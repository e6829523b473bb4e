"""The board as a picture: a row a pair, its gaps, and where the gap of 3M stands in its history."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from core.answer.board import RANKED, WINDOWS
from tui.charts.canvas import finite_range
from tui.report.board import farthest_words
from tui.report.sketch import Sketch
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.board import Board, BoardRow

_ROW: Final = 21.0
#: Where the columns of gaps end, the sparkline begins, and the track of percentiles lies.
_GAPS: Final = (142.0, 190.0, 238.0, 288.0, 338.0)
_SPARK: Final = (352.0, 418.0)
_TRACK: Final = (440.0, 516.0)


def board_title(board: Board) -> str:
    """The pair whose gap stands farthest out in its history."""
    rows = [row for row in board.rows if row.farthest is not None]
    if not rows:
        return "The board: every pair at a glance"
    row = max(rows, key=lambda row: row.stretched or 0)
    return f"{row.pair.name} is stretched most: its {farthest_words(row)}"


def board_rows(board: Board, width: float) -> Sketch:
    """Rows by group; pairs without an answer are left out."""
    rows = [row for row in board.rows if not row.missing]
    groups = [(group, list(of)) for group, of in groupby(rows, lambda row: row.pair.group)]
    height = 20 + sum(22 + _ROW * len(of) for _, of in groups)
    sketch = Sketch(width, height, "The board", f"{len(rows)} pairs")
    for right, window in zip(_GAPS, WINDOWS, strict=True):
        sketch.text(right, 12, window, "t muted", "end")
    sketch.text(_SPARK[0], 12, "ratio, 3M", "t muted")
    sketch.text(_TRACK[0] - 8, 12, "3M gap, percentile", "t muted")
    y = 20.0
    for group, of in groups:
        sketch.text(0, y + 16, group or "pairs", "t strong")
        sketch.line((0, y + 21), (width, y + 21), "grid")
        y += 22
        for row in of:
            _row(sketch, row, y, width)
            y += _ROW
    return sketch


def _row(sketch: Sketch, row: BoardRow, y: float, width: float) -> None:
    base = y + 15
    sketch.text(0, base, row.pair.name, "t")
    for right, window in zip(_GAPS, WINDOWS, strict=True):
        gap = row.gaps.get(window)
        look = "t is-up" if (gap or 0) > 0 else "t is-down" if (gap or 0) < 0 else "t muted"
        sketch.text(right, base, f.pp(gap, unit=False), look, "end")
    bounds = finite_range([row.spark])
    if bounds is not None and len(row.spark) > 1:
        low, high = bounds
        (left, right), span = _SPARK, (high - low) or 1.0
        step = (right - left) / (len(row.spark) - 1)
        points = [
            (left + step * place, y + 17 - 13 * (value - low) / span)
            for place, value in enumerate(row.spark.tolist())
        ]
        sketch.curve(points, "thin")
    share = row.percentile(RANKED[-1])
    left, right = _TRACK
    sketch.box(left, y + 7, (right - left, 8), "track")
    sketch.line(((left + right) / 2, y + 5), ((left + right) / 2, y + 17), "grid")
    if share is not None:
        look = "bar is-up" if share >= 0.5 else "bar is-down"
        sketch.box(left + (right - left - 6) * share, y + 5, (6, 12), look)
        sketch.text(width, base, f.pct(share, 1, sign=False, unit=False), "t", "end")
    else:
        sketch.text(width, base, f.MISSING, "t muted", "end")
