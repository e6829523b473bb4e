"""Layouts with more than one column for a symbol, or one for each date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.column_titles import fold, synonyms
from cache.facts.exchanges import currency_code
from cache.sources.prices.layout import (
    BARS,
    MOST_WIDE,
    READ,
    ColumnOptions,
    Layout,
    Wide,
    check_columns,
    index_as_date,
)
from cache.sources.prices.price_symbols import is_ticker
from cache.sources.prices.stamps import is_date

if TYPE_CHECKING:
    from cache.sources.holdings.rows import Row

#: Cells that stand before a row of tickers or of fields, and are neither.
_CORNERS: Final = frozenset(
    map(fold, ("", "Price", "Ticker", "Tickers", "Symbol", "Attributes", "Instrument", "Field"))
)
_PAIR: Final = re.compile(r"""\(\s*['"](.+?)['"]\s*,\s*['"](.+?)['"]\s*\)""")
#: One in so many titles of a matrix may be a word of the table of titles.
_FEW: Final = 5
_BREAK: Final = re.compile(r"[._:\- ]+")


def two_rows_table(head: Sequence[Row], at: int, options: ColumnOptions) -> Layout | None:
    """Return the layout of two header rows, one of tickers and one of fields."""
    if at + 1 >= len(head):
        return None
    upper = [cell.strip() for cell in head[at].cells]
    lower = [cell.strip() for cell in head[at + 1].cells]
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    for tickers, fields in ((lower, upper), (upper, lower)):
        layout = _crossed(tickers, fields, options)
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


def _crossed(
    tickers: Sequence[str], fields: Sequence[str], options: ColumnOptions
) -> Layout | None:
    """The layout of a row of tickers over or under a row of fields; None where they are not."""
    table = synonyms("prices")
    words = [options.word(title, table) for title in fields]
    corner = fold(fields[0]) in _CORNERS or words[0] == "date"
    if not corner or any(
        word is None and title for word, title in zip(words[1:], fields[1:], strict=False)
    ):
        return None
    names = [name for name in tickers[1:] if name]
    # A row of units, and a header that has a column of tickers, are no rows of tickers.
    if "symbol" in words[1:] or all(map(currency_code, names)):
        return None
    first_title = tickers[0]
    if (
        words[0] != "date"
        or fold(first_title) in _CORNERS
        or table.get(fold(first_title)) == "symbol"
    ):
        first_title = ""
    if not names and not first_title:
        return None
    if is_date(first_title) or not all(
        is_ticker(name) for name in (*names, *([first_title] if first_title else []))
    ):
        return None
    # A row of fields alone is no row of tickers, though each of them could be one.
    has_ticker_title = fold(tickers[0]) in ("ticker", "tickers", "symbol") or first_title
    if not has_ticker_title and all(table.get(fold(name)) for name in names):
        return None
    layout = Layout("wide", len(fields), 0, None)
    ticker, word, dates = first_title, None, 0
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


def paired_table(head: Sequence[Row], at: int, options: ColumnOptions) -> Layout | None:
    """One header row whose titles hold ticker and field: "AAPL.Close", "('Close', 'AAPL')"."""
    titles = [cell.strip() for cell in head[at].cells]
    table = synonyms("prices")
    dates = _date_column(head, at, titles, options)
    if dates is None or len(titles) < 2:
        return None
    layout = Layout("wide", len(titles), at, head[at].line)
    for position, title in enumerate(titles):
        if position == dates or not title:
            continue
        layout.titles[position] = title
        if options.word(title, {}) == "":
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
    capitals = text.removesuffix(" Equity")
    return capitals == capitals.upper() and is_ticker(text)


def _date_column(
    head: Sequence[Row], at: int, titles: Sequence[str], options: ColumnOptions
) -> int | None:
    """The column of dates of a wide table: the one so called, or a first one that holds them."""
    words = [options.word(title, synonyms("prices")) for title in titles]
    if words.count("date") == 1:
        return words.index("date")
    if titles and fold(titles[0]) in ("ticker", "tickers", "symbol", "symbols"):
        words[0], titles = None, ["", *titles[1:]]
    return 0 if "date" in index_as_date(head, at, titles, words) else None


def matrix_table(head: Sequence[Row], at: int, options: ColumnOptions) -> Layout | None:
    """Dates down, tickers across, closes inside."""
    titles = [cell.strip() for cell in head[at].cells]
    dates = _date_column(head, at, titles, options)
    if dates is None:
        return None
    table = synonyms("prices")
    names = {i: title for i, title in enumerate(titles) if i != dates and title}
    read = {i: title for i, title in names.items() if options.word(title, {}) != ""}
    title_count = sum(table.get(fold(title)) is not None for title in read.values())
    # LOW and OPEN are companies, too, among others; where they are many, it is a table of bars.
    if not read or title_count * _FEW > len(read) or not all(map(_written, read.values())):
        return None
    check_columns(len(titles), MOST_WIDE, head[at].line)
    word = options.columns.get("*", "close")
    layout = Layout("wide", len(titles), at, head[at].line, titles=names)
    layout.unread = [title for i, title in names.items() if i not in read]
    layout.wide = [Wide(i, word, title, dates) for i, title in read.items()]
    layout.bare = "*" not in options.columns
    return layout


def across_table(head: Sequence[Row], at: int, options: ColumnOptions) -> Layout | None:
    """Tickers down, dates across, closes inside."""
    titles = [cell.strip() for cell in head[at].cells]
    words = [options.word(title, synonyms("prices")) for title in titles]
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
    layout.bare = "*" not in options.columns
    layout.word = options.columns.get("*", "close")
    return layout if layout.across else None
