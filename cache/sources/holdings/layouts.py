"""Parses a holdings file of any layout, recognised by its content, never by its name.

Runs in the limited child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cache.facts.errors import SourceError
from cache.sources.holdings.holdings_table import HoldingsTable, Meanings, is_header
from cache.sources.holdings.one_fund import rows_of_fund, settle_day
from cache.sources.holdings.reader import HoldingsParser
from cache.sources.holdings.rows import Row, csv_rows
from cache.sources.holdings.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cache.sources.sandbox import Parsed

#: What may stand between cells, the likeliest first.
_DELIMITERS: Final = (",", ";", "\t", "|")
#: Rows among which a table without amounts is looked for.
_HEAD: Final = 60


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for holdings.

    Args:
        stream: the file.
        args: ``fund``, ``as_of`` (ISO), ``dates``, ``decimal``: what the user said, or None;
            ``columns``, what a column holds -> its title; ``ignore``, titles not to read.

    Raises:
        SourceError: the file is no table of holdings, cannot be read with certainty, or holds
            no good row.
    """
    data = stream.read()
    meanings = Meanings(args.get("columns") or {}, args.get("ignore") or [])
    first: list[Row] = []
    for rows in readings(data):
        first = first or rows
        if table_found := HoldingsTable.find(rows, meanings, is_header):
            header, table = table_found
            meanings.check(table.titles, table.line)
            sheet = HoldingsParser(rows, header, table, meanings).read(args)
            rows_of_fund(sheet, args.get("fund"))
            settle_day(sheet)
            return settle(sheet)
    raise _no_table(first, meanings)


def readings(data: bytes) -> Iterator[list[Row]]:
    """The rows of a file, in each way in which they may be separated."""
    if data.startswith(b"PK"):
        from cache.sources.holdings.xlsx import xlsx_rows

        yield xlsx_rows(data)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        from cache.sources.holdings.jsons import json_rows

        yield json_rows(data)
    else:
        for delimiter in _DELIMITERS:
            if delimiter == "," or delimiter.encode() in data[:65_536]:
                yield csv_rows(data, delimiter)


def _no_table(rows: list[Row], meanings: Meanings) -> SourceError:
    """Why no header was found."""
    widest = max(rows[:_HEAD], key=lambda row: sum(map(bool, row.cells)), default=None)
    if widest is not None and meanings.chosen_by_user:
        try:
            meanings.check(widest.cells, widest.line)
        except SourceError as missing:
            return missing
    for row in rows[:_HEAD]:
        words = {meanings.of(cell)[0] for cell in row.cells}
        if "symbol" in words and len(words) > 1:
            return SourceError(
                "the table has no weight, no market value and no quantity with a price; one of"
                " them must say how much of each line is held, if need be with --columns"
                " weight=TITLE",
                line=row.line,
            )
    return SourceError(
        "has no header of a holdings file: columns such as Ticker, Name and Weight or Market"
        " Value; where they are called otherwise, say so: --columns symbol=TITLE,weight=TITLE"
    )
