"""Invesco CSV: one table, with the fund and the date in every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.sources.holdings.lines import Line, Sheet, identifier, other_kind
from cache.sources.holdings.table import Table
from cache.sources.holdings.uniform import Uniform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.holdings.rows import Row


def read(rows: Sequence[Row]) -> Sheet | None:
    """The sheet, or None where this is no Invesco file.

    Raises:
        SourceError: its rows name several funds or several days.
    """
    table = Table.find(rows, lambda header: {"fund ticker", "holding ticker"} <= set(header))
    if table is None:
        return None
    fund = Uniform("Fund Ticker")
    as_of = Uniform("Date")

    def line(row: Row) -> Line:
        fund.add(table.text(row, "fund ticker").upper(), row.line)
        as_of.add_day(table.text(row, "date"), row.line)
        return Line(
            row.line,
            table.text(row, "holding ticker"),
            table.text(row, "name"),
            table.text(row, "sector"),
            other_kind(table.text(row, "class of shares")),
            "",
            table.number(row, "shares/par value"),
            table.number(row, "price"),
            table.number(row, "marketvalue", "market value"),
            table.number(row, "weight"),
            identifier(table.text(row, "security identifier")),
        )

    lines, rejected = table.read(line)
    return Sheet("Invesco", fund.value, "", as_of.value, lines, rejected, percent=True)
