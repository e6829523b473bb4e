"""The columns of a table: what they are, which of them fit a width, and a row's line of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from core.data.record import record
from tui.text import formats
from tui.text.safe import safe
from tui.text.spans import Line, Span, fit_line

#: A cell: text, text with a style name, or spans (a bar, say).
Cell: TypeAlias = str | Span | Line
CellOf: TypeAlias = Callable[[int, str], Cell]

#: Cells before the first column: the cursor's pointer, the mark.
GUTTER = 2
#: Cells between two columns.
GAP = 1
#: Alignment -> what pads a text of as many characters as cells.
_PADDED: Final[Mapping[formats.Align, Callable[[str, int], str]]] = {
    "left": str.ljust,
    "right": str.rjust,
    "center": partial(formats.fit, align="center"),
}


@record(frozen=True, slots=True)
class TableColumn:
    """A column of a table.

    Attributes:
        key: what cells and headers are asked by.
        title: header text.
        width: its least cells.
        align: of cells and header.
        priority: the larger, the earlier it is dropped; 0 is dropped last, from the right.
        style: style name of cells that bring none.
        want: cells it needs to be read well, ``width`` where not given; a column of larger
            priority gives way to it.
        max_width: how far it grows where there is room, ``want`` where not given.
        searched: whether the filter's text is underlined in it.
        group: columns of one group are dropped together, so that what is compared stays whole.
    """

    key: str
    title: str
    width: int
    align: formats.Align = "left"
    priority: int = 0
    style: str = ""
    want: int | None = None
    max_width: int | None = None
    searched: bool = False
    group: str = ""

    @property
    def preferred_width(self) -> int:
        """Cells it needs to be read well."""
        return max(self.want or 0, self.width)

    @property
    def most(self) -> int:
        """Cells it grows to."""
        return max(self.max_width or 0, self.preferred_width)


@record(frozen=True, slots=True)
class PlacedColumn:
    """A column with the cells it got: ``width`` of them from ``x``."""

    column: TableColumn
    x: int
    width: int


def lay_out(columns: Sequence[TableColumn], width: int) -> list[PlacedColumn]:
    """The columns that fit, none below its width unless a single one is left.

    A column stays where all that matter more have the width they want; what is left over
    goes from left to right, first up to the wanted widths, then up to the largest.

    Args:
        columns: in the order they are shown.
        width: cells of the table, its gutter with them.
    """
    visible = list(columns)
    room = max(width - GUTTER, 0)

    def overfull() -> bool:
        last = max(column.priority for column in visible)
        sizes = [c.preferred_width if c.priority < last else c.width for c in visible]
        return sum(sizes) + GAP * (len(sizes) - 1) > room

    while len(visible) > 1 and overfull():
        # The last of the largest priority: ties are dropped from the right.
        last = max(reversed(visible), key=lambda column: column.priority)
        visible.remove(last)
        others = [c for c in visible if not last.group or c.group != last.group]
        visible = others or visible
    sizes = [min(column.width, room) for column in visible]
    spare = room - sum(sizes) - GAP * (len(sizes) - 1)
    for limits in (
        [column.preferred_width for column in visible],
        [column.most for column in visible],
    ):
        for place, limit in enumerate(limits):
            more = min(max(limit - sizes[place], 0), max(spare, 0))
            sizes[place] += more
            spare -= more
    placed: list[PlacedColumn] = []
    x = GUTTER
    for column, size in zip(visible, sizes, strict=True):
        placed.append(PlacedColumn(column, x, size))
        x += size + GAP
    return placed


def keeping(columns: Sequence[TableColumn], key: str) -> tuple[TableColumn, ...]:
    """The columns with the one they are sorted by dropped last, so that its arrow is in sight."""
    return tuple(replace(c, priority=0) if c.key == key else c for c in columns)


def width_of(placed: Sequence[PlacedColumn], key: str) -> int:
    """Cells of a column, 0 where it is not in sight."""
    return next((place.width for place in placed if place.column.key == key), 0)


def title_line(placed: Sequence[PlacedColumn], sort_key: str = "", *, falling: bool = True) -> Line:
    """The titles over the columns, with an arrow in the one the rows are sorted by."""
    line: Line = [(" " * GUTTER, "")]
    for n, place in enumerate(placed):
        column = place.column
        title = safe(column.title)
        if column.key == sort_key:
            arrow = "▼" if falling else "▲"
            title = formats.fit(title, min(formats.cell_width(title), place.width - 1)) + arrow
        gap = " " * (GAP if n else 0)
        line.append((gap + formats.fit(title, place.width, column.align), ""))
    return line


def row_line(
    placed: Sequence[PlacedColumn],
    cell: Callable[[str], Cell],
    *,
    pointed: bool,
    marked: bool = False,
    needle: str = "",
) -> Line:
    """The line of a row.

    Args:
        placed: the columns in sight.
        cell: column key -> cell.
        pointed: the cursor is on it.
        marked: a dot leads it.
        needle: text underlined in searched columns.
    """
    line: Line = [("▸" if pointed else " ", "bold"), ("●" if marked else " ", "mark")]
    for n, place in enumerate(placed):
        line.append((" " * (GAP if n else 0), ""))
        line += cell_spans(cell(place.column.key), place, needle)
    return line


def cell_spans(cell: Cell, place: PlacedColumn, needle: str = "") -> Line:
    """A cell in exactly the width of its column, cleaned."""
    column = place.column
    if isinstance(cell, list):
        return fit_line([(safe(text), style) for text, style in cell], place.width)
    text, style = (cell, column.style) if isinstance(cell, str) else cell
    if text.isascii() and text.isprintable() and len(text) <= place.width:
        # nearly every cell: nothing to clean, to squeeze or to cut
        text = _PADDED[column.align](text, place.width)
    else:
        text = safe(text)
        if column.align == "right":
            text = formats.squeezed(text, place.width)
        text = formats.fit(text, place.width, column.align)
    if not (column.searched and needle):
        return [(text, style)]
    return _underlined(text, style, needle)


def _underlined(text: str, style: str, needle: str) -> Line:
    """The text with each occurrence of ``needle`` in the style "match"."""
    line: Line = []
    end = 0
    for hit in re.finditer(re.escape(needle), text, re.IGNORECASE):
        line += [(text[end : hit.start()], style), (hit.group(), f"{style} match".strip())]
        end = hit.end()
    return [span for span in [*line, (text[end:], style)] if span[0]]
