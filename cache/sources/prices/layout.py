"""How a price file is laid out: where its header is, and what each column holds.

Four shapes are known: a row for a symbol and date ("long"), the same of one symbol
("single"), a column or several for a symbol ("wide"), and a column for a date ("across").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from cache.facts.clean import clean
from cache.facts.columns import fold, letters, synonyms
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import MOST_COLUMNS, Row
from cache.sources.prices.price_symbols import is_ticker
from cache.sources.prices.stamps import is_date

Shape = Literal["long", "single", "wide", "across"]
#: Words whose columns are read.
READ: Final = ("close", "adj_close", "dividend", "capital_gain", "split", "volume")
#: Words that only bars of a span have, which closes alone have not.
BARS: Final = frozenset({"open", "high", "low", "volume"})
#: A header lies within so many rows of the top.
DEEPEST: Final = 60
#: Cells that stand before a row of tickers or of fields, and are neither.
_CORNERS: Final = frozenset(
    map(fold, ("", "Price", "Ticker", "Tickers", "Symbol", "Attributes", "Instrument", "Field"))
)
_INDEX: Final = re.compile(r"|index|unnamed:? ?\d+|\.\.\.\d+|_+index_level_\d+_+", re.IGNORECASE)
_PAIR: Final = re.compile(r"""\(\s*['"](.+?)['"]\s*,\s*['"](.+?)['"]\s*\)""")
_BREAK: Final = re.compile(r"[._:\- ]+")


@dataclass(frozen=True, slots=True)
class Wide:
    """One column of a wide file: its place, what it holds, whose, and where its dates stand."""

    at: int
    word: str
    ticker: str
    date: int


@dataclass(slots=True)
class Layout:
    """What the columns of one table hold.

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said of the columns.

    Attributes:
        columns: title -> word.
        ignored: titles not to read.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    ignored: Collection[str] = ()

    def word(self, title: str, usual: Mapping[str, str]) -> str | None:
        """What a column holds, "" where it is not to be read, None where nothing says."""
        folded = fold(title)
        for given, word in self.columns.items():
            if title == given or (folded and folded == fold(given)):
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
        there = {fold(title) for title in titles} | set(titles) | {"*"}
        for name in (*self.columns, *self.ignored):
            if name not in there and fold(name) not in there:
                raise SourceError(f'has no column "{clean(name, 40)}" ({shown(titles)})')


def check_columns(count: int, most: int, line: int | None) -> None:
    """Raise SourceError for a table of more columns than are read."""
    if count > most:
        raise SourceError(f"has {count:,} columns; at most {most:,} are read", line=line)


def shown(titles: Sequence[str]) -> str:
    """The first titles of a table, for a message."""
    names = ", ".join(clean(title, 20) for title in titles[:8])
    return f"its columns: {names}{', ...' if len(titles) > 8 else ''}"


def find_layout(head: Sequence[Row], wanted: Wanted) -> Layout:
    """The layout of a table, from its first rows.

    Args:
        head: the first records of the file, blank ones included.
        wanted: what the user said of its columns.

    Raises:
        SourceError: no row of them is a header of closes.
    """
    readings: tuple[Callable[[Sequence[Row], int, Wanted], Layout | None], ...] = (
        _two_rows,
        _long,
        _paired,
        _matrix,
        _across,
    )
    first: int | None = None
    for at, row in enumerate(head[:DEEPEST]):
        if not any(cell.strip() for cell in row.cells):
            continue
        first = at if first is None else first
        for reading in readings:
            layout = reading(head, at, wanted)
            if layout is not None:
                wanted.check([*layout.titles.values()])
                return layout
    if first is None:
        raise SourceError("is empty; a header with symbol, date, close is needed")
    raise _no_header(head[first], wanted)


def _no_header(row: Row, wanted: Wanted) -> SourceError:
    titles = [cell.strip() for cell in row.cells]
    words = {wanted.word(title, synonyms("prices")) for title in titles}
    missing = [name for name in ("symbol", "date") if name not in words]
    if not {"close", "adj_close"} & words:
        missing.append("close")
    lacking = missing[-1] if "date" in words else "date"
    reason = f'has no column "{lacking}" ({shown(titles)}); symbol, date and close are needed'
    return SourceError(reason, line=row.line)


def _words(titles: Sequence[str], wanted: Wanted) -> list[str | None]:
    """What each column holds: a word, "" to be passed over, None where nothing says."""
    spelled = letters()
    short = [title for title in titles if title]
    if short and {"o", "h", "l", "c"} <= set(short) <= spelled.keys():
        return [wanted.word(title, {}) or spelled.get(title) for title in titles]
    return [wanted.word(title, synonyms("prices")) for title in titles]


def _long(head: Sequence[Row], at: int, wanted: Wanted) -> Layout | None:
    """A header with a date and a close: a row for each date, of many symbols or of one."""
    titles = [cell.strip() for cell in head[at].cells]
    words = _words(titles, wanted)
    if "date" not in words and "time" in words:
        words = ["date" if word == "time" else word for word in words]
    if "date" not in words:
        words = _index_as_date(head, at, titles, words)
    if "date" not in words or not {"close", "adj_close"} & set(words):
        return None
    check_columns(len(titles), MOST_COLUMNS, head[at].line)
    return long_layout(titles, words, at, head[at].line, ticker=_ticker_above(head, at))


def _index_as_date(
    head: Sequence[Row], at: int, titles: Sequence[str], words: list[str | None]
) -> list[str | None]:
    """The words with "date" for a first column without a title that holds dates."""
    below = next((row for row in head[at + 1 :] if any(map(str.strip, row.cells))), None)
    if titles and _INDEX.fullmatch(titles[0]) and below is not None and below.cells:
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
            if _INDEX.fullmatch(title):
                layout.unread.append(title or "a column without a title")
            else:
                layout.unknown.setdefault(title, position)
        elif word in ("symbol", "date", "exchange", "currency", "period", *READ):
            if word in layout.fields:
                before = titles[layout.fields[word]]
                if fold(before) == fold(title):
                    raise SourceError("this column stands twice", line=line, column=word)
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


def _two_rows(head: Sequence[Row], at: int, wanted: Wanted) -> Layout | None:
    """Two header rows, one of tickers and one of what stands under each."""
    if at + 1 >= len(head):
        return None
    upper = [cell.strip() for cell in head[at].cells]
    lower = [cell.strip() for cell in head[at + 1].cells]
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    for tickers, fields in ((lower, upper), (upper, lower)):
        layout = _crossed(tickers, fields, wanted)
        if layout is None:
            continue
        layout.below, layout.line = at + 1, head[at].line
        # pandas writes the name of the dates into a third row.
        third = head[at + 2].cells if at + 2 < len(head) else []
        filled = [cell.strip() for cell in third if cell.strip()]
        if len(filled) == 1 and synonyms("prices").get(fold(filled[0])) == "date":
            layout.below = at + 2
        return layout
    return None


def _crossed(tickers: Sequence[str], fields: Sequence[str], wanted: Wanted) -> Layout | None:
    """The layout of a row of tickers over or under a row of fields; None where they are not."""
    table = synonyms("prices")
    words = [wanted.word(title, table) for title in fields]
    corner = fold(fields[0]) in _CORNERS or words[0] == "date"
    if not corner or any(
        word is None and title for word, title in zip(words[1:], fields[1:], strict=False)
    ):
        return None
    names = [name for name in tickers[1:] if name]
    own = tickers[0]
    if words[0] != "date" or fold(own) in _CORNERS or table.get(fold(own)) == "symbol":
        own = ""
    if not names and not own:
        return None
    if is_date(own) or not all(is_ticker(name) for name in (*names, *([own] if own else []))):
        return None
    # A row of fields alone is no row of tickers, though each of them could be one.
    named = fold(tickers[0]) in ("ticker", "tickers", "symbol") or own
    if not named and all(table.get(fold(name)) for name in names):
        return None
    layout = Layout("wide", len(fields), 0, None)
    ticker, word, dates = own, None, 0
    for at in range(1, len(fields)):
        if tickers[at]:
            ticker = tickers[at]
        if fields[at]:
            word = words[at]
        elif not tickers[at]:
            word = None
        if word == "date":
            dates, word = at, None
            continue
        if word is None or not ticker:
            continue
        layout.titles[at] = fields[at] or clean(str(word), 30)
        layout.bars |= word in BARS
        if word in READ:
            layout.wide.append(Wide(at, word, ticker, dates))
        elif (title := layout.titles[at]) not in layout.unread:
            layout.unread.append(title)
    closes = any(column.word in ("close", "adj_close") for column in layout.wide)
    return layout if closes else None


def _paired(head: Sequence[Row], at: int, wanted: Wanted) -> Layout | None:
    """One header row whose titles hold ticker and field: "AAPL.Close", "('Close', 'AAPL')"."""
    titles = [cell.strip() for cell in head[at].cells]
    table = synonyms("prices")
    dates = _date_column(head, at, titles, wanted)
    if dates is None or len(titles) < 2:
        return None
    layout = Layout("wide", len(titles), at, head[at].line)
    for position, title in enumerate(titles):
        if position == dates or not title:
            continue
        layout.titles[position] = title
        if wanted.word(title, {}) == "":
            layout.unread.append(title)
            continue
        parted = _parted(title, table)
        if parted is None:
            return None
        ticker, word = parted
        layout.bars |= word in BARS
        if word in READ:
            layout.wide.append(Wide(position, word, ticker, dates))
        else:
            layout.unread.append(title)
    closes = any(column.word in ("close", "adj_close") for column in layout.wide)
    return layout if closes else None


def _parted(title: str, table: Mapping[str, str]) -> tuple[str, str] | None:
    """Ticker and word of a title that holds both; None where it does not."""
    if table.get(fold(title)):
        return None
    pair = _PAIR.fullmatch(title)
    if pair is not None:
        parts = [(pair[1], pair[2]), (pair[2], pair[1])]
    else:
        parts = []
        for gap in _BREAK.finditer(title):
            left, right = title[: gap.start()], title[gap.end() :]
            parts += [(left, right), (right, left)]
    for ticker, name in parts:
        word = table.get(fold(name))
        if word is not None and word not in ("symbol", "date") and _written(ticker):
            return ticker, word
    return None


def _written(text: str) -> bool:
    """Whether a title is a ticker as one writes it, in capitals."""
    return text == text.upper() and is_ticker(text)


def _date_column(head: Sequence[Row], at: int, titles: Sequence[str], wanted: Wanted) -> int | None:
    """The column of dates of a wide table: the one so called, or a first one that holds them."""
    words = [wanted.word(title, synonyms("prices")) for title in titles]
    if words.count("date") == 1:
        return words.index("date")
    if titles and fold(titles[0]) in ("ticker", "tickers", "symbol", "symbols"):
        words[0], titles = None, ["", *titles[1:]]
    return 0 if "date" in _index_as_date(head, at, titles, words) else None


def _matrix(head: Sequence[Row], at: int, wanted: Wanted) -> Layout | None:
    """Dates down, tickers across, closes inside."""
    titles = [cell.strip() for cell in head[at].cells]
    dates = _date_column(head, at, titles, wanted)
    if dates is None:
        return None
    table = synonyms("prices")
    names = {i: title for i, title in enumerate(titles) if i != dates and title}
    read = {i: title for i, title in names.items() if wanted.word(title, {}) != ""}
    known = sum(table.get(fold(title)) is not None for title in read.values())
    # LOW and OPEN are companies, too; more of them than of others is a table of bars.
    if not read or known * 2 > len(read) or not all(map(_written, read.values())):
        return None
    word = wanted.columns.get("*", "close")
    layout = Layout("wide", len(titles), at, head[at].line, titles=names)
    layout.unread = [title for i, title in names.items() if i not in read]
    layout.wide = [Wide(i, word, title, dates) for i, title in read.items()]
    return layout


def _across(head: Sequence[Row], at: int, wanted: Wanted) -> Layout | None:
    """Tickers down, dates across, closes inside."""
    titles = [cell.strip() for cell in head[at].cells]
    words = [wanted.word(title, synonyms("prices")) for title in titles]
    if words.count("symbol") != 1:
        return None
    layout = Layout("across", len(titles), at, head[at].line)
    layout.fields = {"symbol": words.index("symbol")}
    for position, (title, word) in enumerate(zip(titles, words, strict=True)):
        if word == "symbol" or not title:
            continue
        layout.titles[position] = title
        if word is not None:
            layout.unread.append(title)
        elif is_date(title):
            layout.across.append((position, title))
        else:
            layout.unknown.setdefault(title, position)
    return layout if layout.across else None
