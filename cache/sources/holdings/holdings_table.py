"""A table inside a file: finding its header, what its columns hold, reading its cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.column_titles import fold, synonyms
from cache.facts.errors import SourceError
from cache.facts.exchanges import currencies, foreign_sign, stated_currency
from cache.sources.notation import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cache.sources.holdings.rows import Row
    from cache.sources.notation import Decimal

#: A header lies within this many rows of the top.
_DEEPEST: Final = 60
#: No quantity, price or value of a fund comes near it, and sums of such stay finite.
_MOST: Final = 1e18
#: Columns of numbers; the others hold text.
NUMBERS: Final = (
    "quantity",
    "price",
    "value",
    "base_value",
    "weight",
    "notional",
    "notional_weight",
    "fx",
)
#: Columns that say whose row it is, and how much of it the fund holds.
_WHO: Final = frozenset({"symbol", "name", "isin", "cusip", "sedol", "identifier"})
_HOW_MUCH: Final = frozenset({"value", "base_value", "weight", "quantity"})


class BadCell(Exception):  # noqa: N818  a row's fault, not an error of the program
    """A cell that cannot be read; the row is refused, the file is not."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def normal(cell: str) -> str:
    """A header cell without case, underscores or repeated blanks."""
    return " ".join(cell.lower().replace("_", " ").split())


class Meanings:
    """Meanings of column titles: the table of synonyms, and the user's options.

    Attributes:
        ignored: folded titles of columns that are not to be read.
    """

    def __init__(self, columns: Mapping[str, str], ignored: Sequence[str]) -> None:
        """``columns`` is the meaning of a column -> its title, as `--columns` gives them."""
        self._table = synonyms("holdings")
        self._words = {fold(title): word for word, title in columns.items()}
        self._column_of = dict(columns)
        self.ignored = frozenset(map(fold, ignored))
        self._titles = (*columns.values(), *ignored)

    @property
    def chosen_by_user(self) -> bool:
        """Whether the user named a column."""
        return bool(self._column_of or self.ignored)

    def of(self, title: str) -> tuple[str, str]:
        """Return a title's meaning ("" where unknown) and the currency that it names."""
        folded = fold(title)
        if folded in self.ignored or not folded:
            return "", ""
        if folded in self._words:
            return self._words[folded], ""
        word, currency = self._table.get(folded, ""), ""
        if not word and folded[-3:].upper() in currencies():
            word, currency = self._table.get(folded[:-3], ""), folded[-3:].upper()
        if not currency and word in ("value", "price"):
            currency = stated_currency(foreign_sign(title)) or "USD" * ("$" in title)
        # what the user named is that column and no other
        return ("", "") if word in self._column_of else (word, currency)

    def check(self, titles: Sequence[str], line: int) -> None:
        """Refuse a column that the user named and the file does not have.

        Raises:
            SourceError: names it, and the titles there are.
        """
        folded = {fold(title) for title in titles}
        for title in self._titles:
            if fold(title) not in folded:
                file_titles = ", ".join(clean(t, 30) for t in titles if t)
                reason = f'has no column "{clean(title, 40)}"; its columns are {file_titles}'
                raise SourceError(reason, line=line)


class HoldingsTable:
    """One header and what its columns hold.

    Attributes:
        line: the line of the header.
        titles: as in the file.
        columns: what a column holds -> its position.
        unread: positions of columns whose title says nothing known.
        second: positions of columns that mean what an earlier one means already.
        currency: code of the currency that the title of the value or price names, "" for none.
        decimal: the decimal mark of the file.
        numbers: what those columns hold that hold numbers.
    """

    def __init__(self, row: Row, meanings: Meanings) -> None:
        """Read a header.

        Raises:
            SourceError: a column that counts stands twice.
        """
        self.line = row.line
        self.titles = row.cells
        self.columns: dict[str, int] = {}
        self.unread: list[int] = []
        self.second: list[int] = []
        self.currency = ""
        self.decimal: Decimal = "."
        rank = {title: place for place, title in enumerate(synonyms("holdings"))}
        self.width = max((i + 1 for i, c in enumerate(self.titles) if c), default=0)
        folded: dict[str, str] = {}
        for position, title in enumerate(self.titles):
            word, currency = meanings.of(title)
            if not word:
                if title and fold(title) not in meanings.ignored:
                    self.unread.append(position)
                continue
            if word in folded and folded[word] == fold(title) and word not in ("maturity", "figi"):
                raise SourceError("this column appears twice", line=row.line, column=normal(title))
            if word in self.columns:
                previous = self.columns[word]
                better = rank.get(fold(title), 1 << 20) < rank.get(
                    fold(self.titles[previous]), 1 << 20
                )
                self.second.append(previous if better else position)
                if not better:
                    continue
            self.columns[word], folded[word] = position, fold(title)
            if word in ("value", "base_value", "price"):
                self.currency = currency or self.currency
        self.numbers = tuple(word for word in NUMBERS if word in self.columns)

    @staticmethod
    def find(
        rows: Sequence[Row], meanings: Meanings, is_wanted: Callable[[Row, Meanings], bool]
    ) -> tuple[int, HoldingsTable] | None:
        """The first header that is wanted among the first rows, with its position."""
        for position, row in enumerate(rows[:_DEEPEST]):
            if is_wanted(row, meanings):
                return position, HoldingsTable(row, meanings)
        return None

    def has(self, word: str) -> bool:
        """Whether there is a column of this meaning."""
        return word in self.columns

    def title(self, word: str) -> str:
        """The title of the column of this meaning."""
        return self.titles[self.columns[word]] if word in self.columns else word

    def text(self, row: Row, word: str) -> str:
        """The cell in the column of this meaning, "" without one."""
        position = self.columns.get(word, len(row.cells))
        return row.cells[position] if position < len(row.cells) else ""

    def number(self, text: str, word: str) -> float:
        """The number of a cell of the column that holds it; NaN where it is empty.

        Raises:
            BadCell: it is no number.
        """
        if not text:
            return math.nan
        try:
            value = number(text, self.decimal)
            if abs(value) > _MOST:
                raise ValueError(text)
            return value
        except ValueError:
            raise BadCell(self.title(word), f'"{clean(text, 30)}" is no number') from None

    def check_width(self, row: Row) -> None:
        """Refuse a row of other cells than the header's, empty ones beyond it aside.

        Raises:
            BadCell: it ends early, or goes on.
        """
        cells = row.cells
        if len(cells) < self.width:
            reason = f"the row ends after {len(cells)} of {self.width} columns"
            raise BadCell(self.titles[len(cells)], reason)
        if any(cells[len(self.titles) :]):
            reason = f"the row has {len(cells)} cells under {self.width} columns"
            raise BadCell("", f"{reason}; a number with commas needs quotes")


def is_header(row: Row, meanings: Meanings) -> bool:
    """Whether a row titles columns: who a line is, and how much of it the fund holds."""
    words = {meanings.of(cell)[0] for cell in row.cells if cell}
    return bool(words & _WHO) and bool(words & _HOW_MUCH)


def is_other_header(row: Row, meanings: Meanings) -> bool:
    """Whether a row titles columns of something else than holdings, such as sectors."""
    filled = [cell for cell in row.cells if cell]
    words = {meanings.of(cell)[0] for cell in filled} - {""}
    return len(words) >= 2 and len(words) == len(filled)
