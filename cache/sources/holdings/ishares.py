"""iShares CSV: two layouts of columns, with a head of nine lines or none, footer or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.errors import SourceError
from cache.sources.holdings.lines import Line, Sheet, identifier
from cache.sources.holdings.rows import day
from cache.sources.holdings.table import Table, normal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cache.sources.holdings.rows import Row

_AS_OF = "fund holdings as of"
_WEIGHTS = ("weight (%)", "market weight", "weight")


def read(rows: Sequence[Row]) -> Sheet | None:
    """The sheet, or None where this is no iShares file.

    Raises:
        SourceError: the date in the head is none.
    """
    table = Table.find(rows, _known)
    if table is None:
        return None
    title, as_of = _head(rows[: table.header])

    def line(row: Row) -> Line:
        return Line(
            row.line,
            table.text(row, "ticker"),
            table.text(row, "name"),
            table.text(row, "sector"),
            _kind(table.text(row, "type"), table.text(row, "asset class")),
            table.text(row, "exchange"),
            table.number(row, "quantity", "shares"),
            table.number(row, "price"),
            table.number(row, "market value"),
            table.number(row, *_WEIGHTS),
            identifier(table.text(row, "isin"), table.text(row, "cusip")),
        )

    lines, rejected = table.read(line)
    return Sheet("iShares", "", title, as_of, lines, rejected, percent=True)


def _known(header: Collection[str]) -> bool:
    return {"ticker", "name", "asset class"} <= set(header) and (
        "market value" in header or any(name in header for name in _WEIGHTS)
    )


def _head(rows: Sequence[Row]) -> tuple[str, str]:
    """The fund's title and the ISO date, each "" where the head does not say."""
    title = as_of = ""
    for row in rows:
        first, second = ([*row.cells, "", ""])[:2]
        if normal(first) == _AS_OF:
            if second.strip("-"):
                try:
                    as_of = day(second).isoformat()
                except ValueError:
                    reason = "is no date, such as Jan 21, 2026"
                    raise SourceError(reason, line=row.line, column=first) from None
        elif not title and first and not any(row.cells[1:]):
            title = first
    return title, as_of


def _kind(type_: str, asset_class: str) -> str:
    """What makes a row no stock: a swap repeats a held ticker, with asset class Equity."""
    if asset_class.lower() != "equity":
        return asset_class or "no asset class"
    return "" if type_.lower() in {"", "equity"} else type_
