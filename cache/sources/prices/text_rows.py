"""The rows of a price file that is text: CSV with any separator, packed or not, XLSX, JSON."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import MOST_COLUMNS, Row, check_text
from cache.sources.prices.csv_table import CsvTable
from cache.sources.prices.header import DEEPEST, find_layout
from cache.sources.prices.layout import check_columns
from cache.sources.prices.text_table import MemoryTable

if TYPE_CHECKING:
    from cache.sources.prices.layout import ColumnOptions
    from cache.sources.prices.text_table import Table

#: What a packed file may unpack to, bytes.
MOST_UNPACKED: Final = 1 << 30
_BRACKETS: Final = re.compile(rb"<\w+>[,;\t|]")


def text_tables(stream: BinaryIO, options: ColumnOptions) -> list[tuple[str, Table]]:
    """The tables of a text file: one, or one for each sheet of a workbook, by the sheet's name.

    Raises:
        SourceError: it is no text, or has no header of closes.
    """
    magic = stream.read(2)
    stream.seek(0)
    if magic == b"PK":
        from cache.sources.prices.sheets import sheet_tables

        return sheet_tables(stream.read(), options)
    if magic == b"\x1f\x8b":
        stream = unpacked(stream)
    head = stream.read(4096)
    stream.seek(0)
    # Titles in angle brackets are no web page.
    check_text(head[1:] if _BRACKETS.match(head) else head)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return [("", _json_table(stream, options))]
    return [("", CsvTable(stream, options))]


def unpacked(stream: BinaryIO) -> BinaryIO:
    """A gzip file, unpacked as far as is read of it.

    Raises:
        SourceError: it is damaged, or unpacks beyond what is read.
    """
    data = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=stream) as packed:
            while part := packed.read(1 << 20):
                data.write(part)
                if data.tell() > MOST_UNPACKED >> 1:
                    size = MOST_UNPACKED >> 21
                    raise SourceError(f"unpacks to more than {size:,} MB, which is not read")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"is a damaged gzip file ({clean(str(error), 80)})") from None
    data.seek(0)
    return data


def _json_table(stream: BinaryIO, options: ColumnOptions) -> MemoryTable:
    """Objects of JSON as rows under their keys: a list of them, or one within an object."""
    try:
        document = json.loads(stream.read().decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"is no JSON: {clean(str(error), 80)}") from None
    objects = _objects(document)
    if not objects:
        raise SourceError("holds no list of bars; JSON of objects with date and close is read")
    titles: dict[str, int] = {}
    for entry in objects:
        for key in entry:
            titles.setdefault(key, len(titles))
        # Objects that are all different would be a table of their number squared.
        check_columns(len(titles), MOST_COLUMNS, None)
    rows = [Row(1, [*titles])]
    for number, entry in enumerate(objects, 1):
        cells = [""] * len(titles)
        for key, value in entry.items():
            if not isinstance(value, (dict, list)) and value is not None:
                cells[titles[key]] = str(value)
        rows.append(Row(number, cells))
    layout = find_layout(rows[: DEEPEST + 1], options)
    layout.line = None
    if isinstance(document, dict):
        layout.currency = _currency_beside(document)
        ticker = document.get("symbol", document.get("ticker"))
        layout.ticker = layout.ticker or (ticker if isinstance(ticker, str) else "")
    return MemoryTable(rows, layout, "JSON")


def _currency_beside(document: dict[str, Any]) -> str:
    """The currency that an object states beside its list of bars, or in an object beside it."""
    for facts in (document, *document.values()):
        stated = facts.get("currency") if isinstance(facts, dict) else None
        if isinstance(stated, str) and stated:
            return stated
    return ""


def _objects(document: Any) -> list[dict[str, Any]]:
    """The longest list of objects, at most two levels down."""
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
    lists = [entries for entries in lists if entries and all(isinstance(e, dict) for e in entries)]
    return cast("list[dict[str, Any]]", max(lists, key=len, default=[]))
