"""A table of text with its layout, as the readers of price files hand it on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from cache.sources.holdings.rows import Row
    from cache.sources.prices.layout import Layout

#: Cells of a wide table: what five million rows of a long one need.
MOST_CELLS: Final = 20_000_000
#: Rows held as text at a time.
CHUNK: Final = 50_000

#: Rows and the line on which each starts.
Chunk = tuple[list[list[str]], list[int]]


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
        ...


class HeldTable:
    """A table whose rows are held already: a sheet of a workbook, or objects of JSON."""

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
