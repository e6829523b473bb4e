"""A small table of texts whose columns are found by their titles: changes, members, series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.holdings_table import BadCell, normal
from cache.sources.notation import day

if TYPE_CHECKING:
    from datetime import date

    from cache.sources.holdings.rows import Row
    from cache.sources.notation import Order

#: The header lies within this many rows of the top.
_DEEPEST: Final = 40


class TitledTable:
    """The columns of a table, and its rows.

    Attributes:
        columns: normal title -> position; of columns with one title the first.
        rows: those below the header, blank ones left out.
    """

    def __init__(self, header: Row, below: list[Row]) -> None:
        self._line = header.line
        self.columns: dict[str, int] = {}
        for position, cell in enumerate(header.cells):
            self.columns.setdefault(normal(cell), position)
        self.rows = [row for row in below if any(row.cells)]

    @staticmethod
    def find(rows: list[Row], *titles: str) -> TitledTable | None:
        """The table below the first header that has one of some columns."""
        for position, row in enumerate(rows[:_DEEPEST]):
            if {normal(cell) for cell in row.cells}.intersection(titles):
                return TitledTable(row, rows[position + 1 :])
        return None

    def require(self, needed: Mapping[str, tuple[str, ...]]) -> None:
        """Check that columns are there.

        Args:
            needed: what a column holds -> its possible titles.

        Raises:
            SourceError: a column is not there; names the first.
        """
        for name, titles in needed.items():
            if not any(title in self.columns for title in titles):
                raise SourceError(f'has no column "{name}"', line=self._line, column=name)

    def text(self, row: Row, *titles: str) -> str:
        """The cell under the first of these columns that the table has, "" without one."""
        position = next((self.columns[t] for t in titles if t in self.columns), len(row.cells))
        return row.cells[position] if position < len(row.cells) else ""


def date_of(text: str, column: str, order: Order | None) -> date:
    """The date in a cell.

    Raises:
        BadCell: it is none.
    """
    try:
        return day(text, order)
    except ValueError:
        raise BadCell(column, f'"{clean(text, 20)}" is no date; write 2026-06-26') from None
