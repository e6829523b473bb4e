"""A table with a header inside a file: finding it, reading its cells, where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.sources.holdings.rows import Rejected, Row, number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cache.sources.holdings.lines import Line

#: A header lies within this many rows of the top.
_DEEPEST: Final = 40
#: A lone cell longer than this is a sentence, not a row cut short.
_SENTENCE: Final = 60
#: No quantity, price or value of a fund comes near it, and sums of such stay finite.
_MOST: Final = 1e18


class BadCell(Exception):  # noqa: N818  a row's fault, not an error of the program
    """A cell that cannot be read; the row is refused, the file is not."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def normal(cell: str) -> str:
    """A header cell without case, underscores or repeated blanks."""
    return " ".join(cell.lower().replace("_", " ").split())


class Table:
    """The header of a table and the rows below it.

    Attributes:
        header: position of the header among the rows of the file.
        columns: normalised header cell -> position; the first of equal ones counts.
        twice: normalised header cells that stand more than once.
    """

    def __init__(self, rows: Sequence[Row], header: int) -> None:
        self.header = header
        self._rows = rows
        self._titles = rows[header].cells
        self._width = max((i + 1 for i, c in enumerate(self._titles) if c), default=0)
        self.columns: dict[str, int] = {}
        self.twice: set[str] = set()
        for position, cell in enumerate(self._titles):
            if self.columns.setdefault(normal(cell), position) != position:
                self.twice.add(normal(cell))

    @staticmethod
    def find(rows: Sequence[Row], wanted: Callable[[Collection[str]], bool]) -> Table | None:
        """The first table whose header cells (normalised) satisfy a test."""
        for position, row in enumerate(rows[:_DEEPEST]):
            if wanted({normal(cell) for cell in row.cells}):
                return Table(rows, position)
        return None

    def text(self, row: Row, *names: str) -> str:
        """The cell under the first of these columns that the table has, "" without one."""
        for name in names:
            if name in self.columns:
                return row.cells[self.columns[name]]
        return ""

    def number(self, row: Row, *names: str) -> float:
        """The number under the first of these columns; NaN where empty or no such column.

        Raises:
            BadCell: it is no number.
        """
        text = self.text(row, *names)
        try:
            value = number(text)
            if abs(value) > _MOST:
                raise ValueError(text)
            return value
        except ValueError:
            name = next(name for name in names if name in self.columns)
            title = self._titles[self.columns[name]]
            raise BadCell(title, f'"{clean(text, 30)}" is no number') from None

    def read(self, make: Callable[[Row], Line]) -> tuple[list[Line], list[Rejected]]:
        """Every row below the header made into a line, down to the footer if there is one.

        Args:
            make: a row, with as many cells as the header, made into a line; may raise
                BadCell.
        """
        lines: list[Line] = []
        rejected: list[Rejected] = []
        after_blank = False
        for row in self._rows[self.header + 1 :]:
            filled = [cell for cell in row.cells if cell]
            if not filled:
                after_blank = True
                continue
            # An issuer's footer is one cell of prose, mostly after a blank row.
            if len(filled) == 1 and (after_blank or len(filled[0]) > _SENTENCE):
                break
            after_blank = False
            try:
                lines.append(make(self._fitted(row)))
            except BadCell as bad:
                shown = clean(self.symbol(row), 20)
                rejected.append(Rejected(row.line, clean(bad.column, 40), shown, bad.reason))
        return lines, rejected

    def symbol(self, row: Row) -> str:
        """What stands where a symbol should, for messages."""
        for name in ("ticker", "symbol", "holding ticker"):
            position = self.columns.get(name, len(row.cells))
            if position < len(row.cells):
                return row.cells[position]
        return ""

    def _fitted(self, row: Row) -> Row:
        """The row with as many cells as the header, empty ones beyond it cut off."""
        cells = row.cells
        if len(cells) < self._width:
            missing = self._titles[len(cells)]
            reason = f"the row ends after {len(cells)} of {self._width} columns"
            raise BadCell(missing, reason)
        if any(cells[len(self._titles) :]):
            reason = f"the row has {len(cells)} cells under {self._width} columns"
            raise BadCell("", f"{reason}; a number with commas needs quotes")
        return row
