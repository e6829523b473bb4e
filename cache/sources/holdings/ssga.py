"""SSGA (SPDR) XLSX: head of four rows, weights to six digits and no values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.errors import SourceError
from cache.sources.holdings.lines import Line, Sheet, identifier
from cache.sources.holdings.rows import day
from cache.sources.holdings.table import Table, normal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cache.sources.holdings.rows import Row


def read(rows: Sequence[Row]) -> Sheet | None:
    """The sheet, or None where this is no SSGA file.

    Raises:
        SourceError: the date in the head is none.
    """
    table = Table.find(rows, _known)
    if table is None:
        return None
    head = {normal(row.cells[0]).rstrip(":"): row for row in rows[: table.header] if row.cells}

    def line(row: Row) -> Line:
        return Line(
            row.line,
            table.text(row, "ticker"),
            table.text(row, "name"),
            table.text(row, "sector"),
            quantity=table.number(row, "shares held"),
            weight=table.number(row, "weight"),
            identifier=identifier(table.text(row, "identifier")),
        )

    lines, rejected = table.read(line)
    fund = _second(head.get("ticker symbol")).upper()
    title = _second(head.get("fund name"))
    return Sheet("SSGA", fund, title, _date(head.get("holdings")), lines, rejected, percent=True)


def _known(header: Collection[str]) -> bool:
    return {"name", "ticker", "weight", "shares held"} <= set(header)


def _second(row: Row | None) -> str:
    return row.cells[1] if row is not None and len(row.cells) > 1 else ""


def _date(row: Row | None) -> str:
    text = _second(row)
    if row is None or not text.strip("-"):
        return ""
    try:
        return day(text.lower().removeprefix("as of").strip()).isoformat()
    except ValueError:
        reason = "is no date, such as As of 18-Nov-2025"
        raise SourceError(reason, line=row.line, column="Holdings") from None
