"""The header of a price file: found among its first rows, whatever the layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from cache.facts.column_titles import fold, synonyms
from cache.facts.errors import SourceError
from cache.facts.exchanges import foreign_sign, stated_currency
from cache.sources.prices.layout import (
    MONEY,
    ColumnOptions,
    Layout,
    first_titles,
    long_table,
)
from cache.sources.prices.wide_layout import (
    across_table,
    matrix_table,
    paired_table,
    two_rows_table,
)

if TYPE_CHECKING:
    from cache.sources.holdings.rows import Row

#: A header lies within so many rows of the top.
DEEPEST: Final = 60
#: The titles of a stacked download of yfinance, which sorts them.
_DOWNLOAD: Final = ("Close", "High", "Low", "Open", "Volume")


def find_layout(head: Sequence[Row], options: ColumnOptions) -> Layout:
    """The layout of a table, from its first rows, blank ones included.

    Raises:
        SourceError: no row of them is a header of closes.
    """
    readings: tuple[Callable[[Sequence[Row], int, ColumnOptions], Layout | None], ...] = (
        two_rows_table,
        long_table,
        paired_table,
        matrix_table,
        across_table,
    )
    first: int | None = None
    for at, row in enumerate(head[:DEEPEST]):
        if not any(cell.strip() for cell in row.cells):
            continue
        first = at if first is None else first
        for reading in readings:
            layout = reading(head, at, options)
            if layout is not None:
                options.check([*layout.titles.values()])
                _check_dollars(layout)
                layout.currency = _currency_above(head, at)
                layout.download = _is_download(layout, row.cells, options)
                return layout
    if first is None:
        raise SourceError("is empty; a header with symbol, date, close is needed")
    raise _no_header(head[first], options)


def _check_dollars(layout: Layout) -> None:
    """Refuse closes and dividends whose title has the sign of another currency.

    Raises:
        SourceError: names the column.
    """
    places = [at for word, at in layout.fields.items() if word in MONEY]
    places += [column.at for column in layout.wide if column.word in MONEY]
    for title in (layout.titles.get(at, "") for at in places):
        if sign := foreign_sign(title):
            reason = f"is in {stated_currency(sign)}; closes are in US dollars"
            raise SourceError(reason, line=layout.line, column=title)


def _currency_above(head: Sequence[Row], at: int) -> str:
    """The currency that a line above the header states: "Currency, EUR" or "Currency: EUR"."""
    for row in head[:at]:
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        cells = [part.strip() for part in cells[0].split(":")] if len(cells) == 1 else cells
        if len(cells) == 2 and synonyms("prices").get(fold(cells[0])) == "currency":
            return cells[1]
    return ""


def _is_download(layout: Layout, first: Sequence[str], options: ColumnOptions) -> bool:
    """Whether it looks like yfinance's, with closes, no adjusted ones and no option for more."""
    words = {*layout.fields, *(column.word for column in layout.wide)}
    closes = {"close", "adj_close"} & {*options.columns.values()}
    if closes or "close" not in words or "adj_close" in words or not layout.bars:
        return False
    titles = [*layout.titles.values()]
    if layout.shape == "wide":
        return first[0].strip() in ("Price", "Ticker") and "Close" in titles
    return {"Dividends", "Stock Splits"} <= {*titles} or titles[-5:] == [*_DOWNLOAD]


def _no_header(row: Row, options: ColumnOptions) -> SourceError:
    titles = [cell.strip() for cell in row.cells]
    words = {options.word(title, synonyms("prices")) for title in titles}
    missing = [name for name in ("symbol", "date") if name not in words]
    if not {"close", "adj_close"} & words:
        missing.append("close")
    lacking = missing[-1] if "date" in words else "date"
    reason = (
        f'has no column "{lacking}" ({first_titles(titles)}); symbol, date and close are needed'
    )
    return SourceError(reason, line=row.line)
