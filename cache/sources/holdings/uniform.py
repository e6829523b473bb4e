"""A column that must say the same in every row of a file: its fund, its day."""

from __future__ import annotations

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import day
from cache.sources.holdings.table import BadCell


class Uniform:
    """What a column says; empty cells say nothing.

    Attributes:
        value: what every row said so far, "" where none said anything.
    """

    def __init__(self, column: str) -> None:
        self.value = ""
        self._column = column

    def add(self, text: str, line: int) -> None:
        """Take one cell.

        Raises:
            SourceError: it contradicts an earlier row.
        """
        if text and self.value and text != self.value:
            reason = f"{clean(text, 20)} follows {clean(self.value, 20)}; a file holds one only"
            raise SourceError(reason, line=line, column=self._column)
        self.value = self.value or text

    def add_day(self, text: str, line: int) -> None:
        """Take one cell with a date.

        Raises:
            SourceError: it contradicts an earlier row.
            BadCell: it is no date.
        """
        if not text.strip("-"):
            return
        try:
            self.add(day(text).isoformat(), line)
        except ValueError:
            reason = f'"{clean(text, 30)}" is no date, such as 2026-01-21'
            raise BadCell(self._column, reason) from None
