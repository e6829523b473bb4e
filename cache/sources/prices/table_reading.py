"""Describes how a table of closes was read, by its layout and the user's options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.exchanges import is_known_currency
from cache.sources.prices.price_columns import TableReading
from core.data.record import record

if TYPE_CHECKING:
    from cache.sources.notation import Decimal
    from cache.sources.prices.layout import Layout
    from cache.sources.prices.price_symbols import Symbols
    from cache.sources.prices.stamps import Stamps

#: Lines left out that are named.
_MOST_NAMED: Final = 12
#: Currencies that are not known and are named.
_MOST_WORDS: Final = 4
_SHAPES: Final = {
    "long": "a row for a symbol and date",
    "single": "a row for a date, one symbol",
    "wide": "a column for a symbol",
    "across": "a column for a date",
}


@record(frozen=True, slots=True)
class FileOptions:
    """The user's options for a file.

    Attributes:
        decimal: the decimal mark.
        dates: the order of day, month and year.
        ticker: whose closes they are, for a file that does not say.
        name_ticker: whose closes they are by the name of the file, "" where that is no ticker.
        word: the name of the file where that may be a ticker and is an ordinary word, else "".
        file: its name, "" where there is one file alone.
        adjusted: its name says that its closes are adjusted.
    """

    decimal: str | None = None
    dates: str | None = None
    ticker: str | None = None
    name_ticker: str = ""
    word: str = ""
    file: str = ""
    adjusted: bool = False


def ticker_of(layout: Layout, options: FileOptions, sheet: str) -> tuple[str, str]:
    """Return the ticker of a table of one symbol, and where it comes from.

    Raises:
        SourceError: nothing does, or the file and the user both do.
    """
    if layout.bare and options.adjusted:
        raise SourceError(
            "is called adjusted, and nothing in it says whether its cells are closes or adjusted"
            ' closes; say which: --columns "adj_close=*" (total return alone) or'
            ' --columns "close=*"'
        )
    if layout.shape != "single":
        if options.ticker is not None:
            reason = "its own columns say whose closes they are; import it without --symbol"
            raise SourceError(reason)
        return "", ""
    sources = (
        (options.ticker or "", "--symbol"),
        (layout.ticker, "a line above its header"),
        (sheet, "the name of its sheet"),
        (options.name_ticker, "the file's name"),
    )
    for ticker, whence in sources:
        if ticker:
            return ticker, whence
    if options.word:
        raise SourceError(
            "has no column of symbols, and its name may be a ticker or an ordinary word; if"
            f" these are closes of {options.word}, import it by itself with --symbol {options.word}"
        )
    raise SourceError(
        "has no column of symbols, and its name is no ticker; say whose closes they are,"
        " such as --symbol AAPL, or which column it is, such as --columns symbol=Name"
    )


def reading_of(
    layout: Layout, kind: str, options: FileOptions, sheet: str, single: str
) -> TableReading:
    """Return how a table was read, as far as its layout shows.

    Args:
        layout: what its columns hold.
        kind: what kind of file it is, in words.
        options: what the user said of it.
        sheet: name of the sheet, where a workbook has several.
        single: the ticker of a table of one symbol and what says so, else "".
    """
    place = f"{kind}, sheet {clean(sheet, 30)}" if sheet else kind
    account = TableReading(options.file, f"{place}: {_SHAPES[layout.shape]}")
    if single:
        account.columns["symbol"] = single
    elif layout.shape == "wide":
        tickers = dict.fromkeys(column.ticker for column in layout.wide)
        account.columns["symbol"] = f"{len(tickers):,} titles"
    for word, position in layout.fields.items():
        account.columns[word] = layout.titles.get(position, "Symbol")
    for column in layout.wide:
        title = layout.titles[column.at]
        account.columns.setdefault("date", layout.titles.get(column.date) or "the first column")
        account.columns.setdefault(column.word, "the cells" if title == column.ticker else title)
    if layout.across:
        account.columns |= {"date": f"{len(layout.across):,} titles", layout.word: "the cells"}
    account.unread = [*layout.unread]
    account.download = layout.download
    return account


def notation(mark: Decimal | None, stamps: Stamps) -> str:
    """How the numbers and dates of a file are written, in words; no mark where they are binary."""
    words = {"dmy": "day-month-year", "mdy": "month-day-year", "ymd": "year-month-day"}
    order = f"dates {words[stamps.order]}" if stamps.order else "dates year first or by name"
    marks = [] if mark is None else [f"decimal {'comma' if mark == ',' else 'point'}"]
    return "; ".join([*marks, stamps.zoned or order])


def note_listings(account: TableReading, symbols: Symbols) -> None:
    """Record a table's currencies, and its lines that are listed elsewhere."""
    account.currencies = sorted(symbols.currencies)
    account.elsewhere = bool(symbols.foreign)
    if symbols.foreign:
        names = [f"{clean(t.strip(), 20)} ({why})" for t, why in symbols.foreign.items()]
        more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
        account.remarks.append(
            f"left out, as no closes of a US listing: {', '.join(names[:_MOST_NAMED])}{more}"
        )
    unknown = [money for money in account.currencies if not is_known_currency(money)]
    if unknown:
        unknown_text = ", ".join(unknown[:_MOST_WORDS]) + " and others" * (
            len(unknown) > _MOST_WORDS
        )
        account.remarks.append(
            f"not known as a currency: {unknown_text}; where US dollars are meant, write USD"
        )
