"""The layout of a price file: the position of its header, and the meaning of each column.

Four shapes are known: a row for a symbol and date ("long"), the same of one symbol
("single"), a column or several for a symbol ("wide"), and a column for a date ("across").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from cache.facts.clean import clean
from cache.facts.column_titles import fold, letters, synonyms
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import MOST_COLUMNS, Row
from cache.sources.prices.price_symbols import is_ticker
from cache.sources.prices.stamps import is_date
from core.data.record import record

Shape = Literal["long", "single", "wide", "across"]
#: Words whose columns are read.
READ: Final = ("close", "adj_close", "dividend", "capital_gain", "split", "volume")
#: Columns of a wide table at most.
MOST_WIDE: Final = 20_000
#: Words that only bars of a span have, which closes alone have not.
BARS: Final = frozenset({"open", "high", "low", "volume"})
#: Words whose columns hold money.
MONEY: Final = frozenset({"close", "adj_close", "dividend", "capital_gain"})
INDEX: Final = re.compile(r"|index|unnamed:? ?\d+|\.\.\.\d+|_+index_level_\d+_+", re.IGNORECASE)


@record(frozen=True, slots=True)
class Wide:
    """One column of a wide file: its position, meaning, symbol, and the position of its dates."""

    at: int
    word: str
    ticker: str
    date: int


@dataclass(slots=True)
class Layout:
    """The meanings of one table's columns.

    Attributes:
        shape: which of the four it is.
        width: cells that a row has.
        below: the header's last record among those of the file; rows follow it.
        line: line of the header.
        fields: word -> position, of a long or single table ("date", "symbol", "close", ...).
        wide: the columns of a wide table.
        across: (position, date) of each column of a table whose dates stand across.
        titles: position -> title, as written.
        unread: titles of known columns that are not needed.
        unknown: title -> position, of columns that no table knows.
        ticker: whose closes they are, where a line above the header says.
        bars: it has columns that only bars of a span have.
        bare: no title says what the cells of a column for a symbol, or for a date, are.
        word: what the cells of a table whose dates stand across are.
        download: it looks like a download of yfinance without adjusted closes.
        currency: what is said of the currency of the whole table, "" where nothing is.
    """

    shape: Shape
    width: int
    below: int
    line: int | None
    fields: dict[str, int] = field(default_factory=dict)
    wide: list[Wide] = field(default_factory=list)
    across: list[tuple[int, str]] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)
    ticker: str = ""
    bars: bool = False
    bare: bool = False
    word: str = "close"
    download: bool = False
    currency: str = ""


@record(frozen=True, slots=True)
class ColumnOptions:
    """The user's options for the columns.

    Attributes:
        columns: title -> word.
        ignored: titles not to read.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: Collection[str] = ()

    def word(self, title: str, usual: Mapping[str, str]) -> str | None:
        """Return a column's meaning, "" where it is not read, None where unknown."""
        folded = fold(title)
        for column_title, word in self.columns.items():
            if title == column_title or (folded and folded == fold(column_title)):
                return word
        if any(title == name or (folded and folded == fold(name)) for name in self.ignored):
            return ""
        usually = usual.get(folded)
        # What was said to hold it is the one that holds it.
        return "other" if usually in self.columns.values() else usually

    def check(self, titles: Sequence[str]) -> None:
        """Refuse a title that the file does not have.

        Raises:
            SourceError: one was named that is not there.
        """
        known_titles = {fold(title) for title in titles} | set(titles) | {"*"}
        for name in (*self.columns, *self.ignored):
            if name not in known_titles and fold(name) not in known_titles:
                raise SourceError(f'has no column "{clean(name, 40)}" ({first_titles(titles)})')


def check_columns(count: int, most: int, line: int | None) -> None:
    """Raise SourceError for a table of more columns than are read."""
    if count > most:
        raise SourceError(f"has {count:,} columns; at most {most:,} are read", line=line)


def first_titles(titles: Sequence[str]) -> str:
    """The first titles of a table, for a message."""
    names = ", ".join(clean(title, 20) for title in titles[:8])
    return f"its columns: {names}{', ...' if len(titles) > 8 else ''}"


def _words(titles: Sequence[str], options: ColumnOptions) -> list[str | None]:
    """Return each column's meaning: a word, "" to skip it, None where unknown."""
    spelled = letters()
    short = [title for title in titles if title]
    if short and {"o", "h", "l", "c"} <= set(short) <= spelled.keys():
        return [options.word(title, {}) or spelled.get(title) for title in titles]
    return [options.word(title, synonyms("prices")) for title in titles]


def long_table(head: Sequence[Row], at: int, options: ColumnOptions) -> Layout | None:
    """A header with a date and a close: a row for each date, of many symbols or of one."""
    titles = [cell.strip() for cell in head[at].cells]
    words = _words(titles, options)
    if "date" not in words and "time" in words:
        words = ["date" if word == "time" else word for word in words]
    if "date" not in words:
        words = index_as_date(head, at, titles, words)
    if "date" not in words or not {"close", "adj_close"} & set(words):
        return None
    check_columns(len(titles), MOST_COLUMNS, head[at].line)
    return long_layout(titles, words, at, head[at].line, ticker=_ticker_above(head, at))


def index_as_date(
    head: Sequence[Row], at: int, titles: Sequence[str], words: list[str | None]
) -> list[str | None]:
    """The words with "date" for a first column without a title that holds dates."""
    below = next((row for row in head[at + 1 :] if any(map(str.strip, row.cells))), None)
    if titles and INDEX.fullmatch(titles[0]) and below is not None and below.cells:
        cell = below.cells[0].strip()
        if is_date(cell):
            return ["date", *words[1:]]
    return words


def long_layout(
    titles: Sequence[str],
    words: Sequence[str | None],
    below: int,
    line: int | None,
    *,
    ticker: str = "",
) -> Layout:
    """A long layout, or that of one symbol where no column names any.

    Raises:
        SourceError: two columns hold the same.
    """
    width = max((i + 1 for i, title in enumerate(titles) if title), default=len(titles))
    layout = Layout("long", width, below, line, ticker=ticker)
    for position, (title, word) in enumerate(zip(titles, words, strict=True)):
        if position >= width:
            break
        layout.titles[position] = title
        if word is None:
            if INDEX.fullmatch(title):
                layout.unread.append(title or "a column without a title")
            else:
                layout.unknown.setdefault(title, position)
        elif word in ("symbol", "date", "exchange", "currency", "period", *READ):
            if word in layout.fields:
                before = titles[layout.fields[word]]
                if fold(before) == fold(title):
                    raise SourceError("this column appears twice", line=line, column=word)
                names = f'"{clean(before, 30)}" and "{clean(title, 30)}"'
                raise SourceError(
                    f"{names} both look like {word}; say which is, such as"
                    f' --columns "{word}={clean(before, 30)}" --ignore "{clean(title, 30)}"',
                    line=line,
                )
            layout.fields[word] = position
        else:
            layout.unread.append(title)
        layout.bars |= word in BARS
    if "symbol" not in layout.fields:
        layout.shape = "single"
    return layout


def _ticker_above(head: Sequence[Row], at: int) -> str:
    """The ticker that a line above the header names: "Security, AAPL US Equity", or it alone."""
    for row in reversed(head[:at]):
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        if len(cells) == 1 and is_ticker(cells[0]) and " " in cells[0]:
            return cells[0]
        if len(cells) == 2 and synonyms("prices").get(fold(cells[0])) == "symbol":
            return cells[1]
    return ""
