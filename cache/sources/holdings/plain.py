"""Plain tables: symbol, name, sector with quantity and price, a market value, or a weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cache.facts.errors import SourceError
from cache.sources.holdings.lines import Line, Sheet, identifier, other_kind
from cache.sources.holdings.table import BadCell, Table
from cache.sources.holdings.uniform import Uniform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.holdings.rows import Row

_SYMBOL: Final = ("symbol", "ticker")
_NAME: Final = ("name", "security", "company")
_SECTOR: Final = ("sector", "gics sector")
_QUANTITY: Final = ("quantity", "shares", "shares held")
_PRICE: Final = ("price",)
_VALUE: Final = ("market value", "marketvalue", "value")
_WEIGHT: Final = ("weight", "weight (%)", "weight %", "weight%")
_DATE: Final = ("date", "as of", "asof")
_KIND: Final = ("asset class", "type")


def read(rows: Sequence[Row]) -> Sheet | None:
    """The sheet, or None where no header names a symbol.

    Raises:
        SourceError: the table says nothing of how much is held, a column stands twice, or
            its rows name several days.
    """
    table = Table.find(rows, lambda header: any(name in header for name in _SYMBOL))
    if table is None:
        return None
    has = table.columns.keys()
    for name in (*_SYMBOL, *_NAME, *_SECTOR, *_QUANTITY, *_PRICE, *_VALUE, *_WEIGHT, *_DATE):
        if name in table.twice:
            at = rows[table.header].line
            raise SourceError("this column stands twice", line=at, column=name)

    def given(names: tuple[str, ...]) -> bool:
        return any(name in has for name in names)

    if not (given(_VALUE) or given(_WEIGHT) or (given(_QUANTITY) and given(_PRICE))):
        reason = "the table has no weight, no market value and no quantity with a price"
        raise SourceError(
            f"{reason}; one of them must say how much of each line is held",
            line=rows[table.header].line,
        )
    as_of = Uniform("date")
    signed = False

    def line(row: Row) -> Line:
        nonlocal signed
        symbol = table.text(row, *_SYMBOL)
        if not symbol:
            raise BadCell("symbol", "the row names no symbol")
        as_of.add_day(table.text(row, *_DATE), row.line)
        signed = signed or table.text(row, *_WEIGHT).endswith("%")
        return Line(
            row.line,
            symbol,
            table.text(row, *_NAME),
            table.text(row, *_SECTOR),
            other_kind(table.text(row, *_KIND)),
            table.text(row, "exchange"),
            table.number(row, *_QUANTITY),
            table.number(row, *_PRICE),
            table.number(row, *_VALUE),
            table.number(row, *_WEIGHT),
            identifier(table.text(row, "isin"), table.text(row, "cusip")),
        )

    lines, rejected = table.read(line)
    # A percent sign settles what the sum of the weights would otherwise have to tell.
    percent = True if signed or any("%" in name for name in has) else None
    return Sheet("plain", "", "", as_of.value, lines, rejected, percent)
