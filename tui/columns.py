"""The columns of a table: what they are, and which of them fit a width."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tui import formats
from tui.charts_canvas import Line, Span

#: A cell: text, text with a style name, or spans (a bar, say).
Cell: TypeAlias = str | Span | Line
CellOf: TypeAlias = Callable[[int, str], Cell]

#: Cells before the first column: the cursor's pointer, the mark.
GUTTER = 2
#: Cells between two columns.
GAP = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        key: what cells and headers are asked by.
        title: header text.
        width: its cells; the least where ``max_width`` is given.
        align: of cells and header.
        priority: the larger, the earlier it is dropped; 0 is dropped last, from the right.
        style: style name of cells that bring none.
        max_width: how far it grows where there is room.
        searched: whether the filter's text is underlined in it.
    """

    key: str
    title: str
    width: int
    align: formats.Align = "left"
    priority: int = 0
    style: str = ""
    max_width: int | None = None
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the cells it got: ``width`` of them from ``x``."""

    column: Column
    x: int
    width: int


def lay_out(columns: Sequence[Column], width: int) -> list[Placed]:
    """The columns that fit, none below its width unless a single one is left.

    Args:
        columns: in the order they are shown.
        width: cells of the table, its gutter with them.
    """
    kept = list(columns)
    room = max(width - GUTTER, 0)

    def spare() -> int:
        return room - sum(column.width + GAP for column in kept) + GAP

    while len(kept) > 1 and spare() < 0:
        # The last of the largest priority: ties are dropped from the right.
        kept.remove(max(reversed(kept), key=lambda column: column.priority))
    placed: list[Placed] = []
    x, left = GUTTER, spare()
    for column in kept:
        more = min(max((column.max_width or 0) - column.width, 0), max(left, 0))
        left -= more
        size = min(column.width + more, room)
        placed.append(Placed(column, x, size))
        x += size + GAP
    return placed


def cells_of(data: Mapping[str, Sequence[Cell]]) -> CellOf:
    """The cell function of ready lists, one a column."""
    return lambda row, key: data[key][row]
