"""A table of text with its layout, as the readers of price files pass it on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from cache.sources.holdings.rows import Row
    from cache.sources.prices.layout import Layout
    from core.data.frames import IntArray

#: Cells of a wide table: what five million rows of a long one need.
MOST_CELLS: Final = 20_000_000
MOST_ROWS: Final = 5_000_000
#: Rows held as text at a time.
CHUNK: Final = 50_000

#: Rows and the line on which each starts.
Chunk = tuple[list[list[str]], list[int]]


@record(frozen=True, eq=False, slots=True)
class TableRows:
    """Some rows of a table, cell after cell.

    Attributes:
        cells: of every row as many as the header has.
        width: how many those are.
        lines: (K,) the line on which each row starts.
        count: how many rows there were, odd ones included.
        last: the line on which the last of them starts.
        odd: line and cells of the rows of more or fewer cells than the header.
    """

    cells: list[str]
    width: int
    lines: IntArray
    count: int
    last: int
    odd: list[tuple[int, list[str]]] = field(default_factory=list)

    def column(self, at: int) -> list[str]:
        """(K,) the cells of one column."""
        return self.cells[at :: self.width]


def piece(rows: list[list[str]], lines: list[int], width: int) -> TableRows:
    """Rows as a piece."""
    good, at, odd = whole_rows(rows, lines, width)
    last = lines[-1] if lines else 0
    cells = [*chain.from_iterable(good)]
    return TableRows(cells, width, np.array(at, np.intp), len(rows), last, odd)


def whole_rows(
    rows: list[list[str]], lines: list[int], width: int
) -> tuple[list[list[str]], list[int], list[tuple[int, list[str]]]]:
    """The rows with as many cells as the header, empty ones beyond it cut off, and the others."""
    if all(len(row) == width for row in rows):
        return rows, lines, []
    good: list[list[str]] = []
    at: list[int] = []
    odd: list[tuple[int, list[str]]] = []
    for row, line in zip(rows, lines, strict=True):
        if len(row) >= width and not any(map(str.strip, row[width:])):
            good.append(row[:width])
            at.append(line)
        elif any(cell.strip() for cell in row):
            odd.append((line, row))
    return good, at, odd


class Table(Protocol):
    """A table of text with its layout.

    Attributes:
        layout: where its header is and what its columns hold.
        separator: what stands between its cells; "" where nothing does.
        kind: what kind of file it is, in a few words.
    """

    layout: Layout
    separator: str
    kind: str

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, blank ones left out, some thousands at a time."""

    def pieces(self) -> Iterator[TableRows]:
        """The rows of `chunks`, as columns."""


class MemoryTable:
    """A table whose rows are in memory: a sheet of a workbook, or objects of JSON."""

    separator = ""

    def __init__(self, rows: Sequence[Row], layout: Layout, kind: str) -> None:
        self._rows = rows
        self.layout = layout
        self.kind = kind

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, blank ones left out, some thousands at a time."""
        below = [row for row in self._rows[self.layout.below + 1 :] if any(row.cells)]
        for start in range(0, len(below), CHUNK):
            part = below[start : start + CHUNK]
            yield [row.cells for row in part], [row.line for row in part]

    def pieces(self) -> Iterator[TableRows]:
        """The rows of `chunks`, as columns."""
        for rows, lines in self.chunks():
            yield piece(rows, lines, self.layout.width)
