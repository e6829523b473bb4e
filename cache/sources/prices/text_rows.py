"""The rows of a price file that is text: CSV with any separator, packed or not, XLSX, JSON."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import MOST_COLUMNS, Row, check_text, no_csv
from cache.sources.prices.header import DEEPEST, find_layout
from cache.sources.prices.layout import check_columns
from cache.sources.prices.text_table import CHUNK, MOST_CELLS, HeldTable

if TYPE_CHECKING:
    from cache.sources.prices.layout import Wanted
    from cache.sources.prices.text_table import Chunk, Table

MOST_ROWS: Final = 5_000_000
#: What a packed file may unpack to, bytes.
MOST_UNPACKED: Final = 1 << 30
_SEPARATORS: Final = (",", ";", "\t", "|")
_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_BRACKETS: Final = re.compile(rb"<\w+>[,;\t|]")


class CsvTable:
    """A table of separated text; the separator is the first with which it has a header."""

    def __init__(self, stream: BinaryIO, wanted: Wanted) -> None:
        # One wrapper for all readings: where one goes, it closes what it reads from.
        self._text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        failure: SourceError | None = None
        for separator in _SEPARATORS:
            try:
                head = self._head(separator)
                if separator != "," and all(len(row.cells) < 2 for row in head):
                    continue
                self.layout = find_layout(head, wanted)
            except SourceError as error:
                failure = failure or error
                continue
            self.separator = separator
            self.kind = f"CSV, {_NAMES[separator]}"
            return
        assert failure is not None
        raise failure

    def _reader(self, separator: str) -> Any:
        self._text.seek(0)
        return csv.reader(self._text, delimiter=separator)

    def _head(self, separator: str) -> list[Row]:
        reader = self._reader(separator)
        rows: list[Row] = []
        line = 1
        try:
            for cells in islice(reader, DEEPEST + 3):
                rows.append(Row(line, cells))
                line = reader.line_num + 1
        except csv.Error as error:
            raise no_csv(error, line) from None
        return rows

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, blank ones left out, some thousands at a time."""
        reader = self._reader(self.separator)
        for _ in islice(reader, self.layout.below + 1):
            pass
        line = reader.line_num + 1
        size = max(1, min(CHUNK, MOST_CELLS // max(self.layout.width, 1) // 20))
        rows: list[list[str]] = []
        lines: list[int] = []
        try:
            for row in reader:
                if row:
                    rows.append(row)
                    lines.append(line)
                line = reader.line_num + 1
                if len(rows) == size:
                    yield rows, lines
                    rows, lines = [], []
        except csv.Error as error:
            raise no_csv(error, line) from None
        if rows:
            yield rows, lines


def text_tables(stream: BinaryIO, wanted: Wanted) -> list[tuple[str, Table]]:
    """The tables of a text file: one, or one for each sheet of a workbook, by the sheet's name.

    Raises:
        SourceError: it is no text, or has no header of closes.
    """
    magic = stream.read(2)
    stream.seek(0)
    if magic == b"PK":
        from cache.sources.prices.sheets import sheet_tables

        return sheet_tables(stream.read(), wanted)
    if magic == b"\x1f\x8b":
        stream = unpacked(stream)
    head = stream.read(4096)
    stream.seek(0)
    # Titles in angle brackets are no web page.
    check_text(head[1:] if _BRACKETS.match(head) else head)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return [("", _json_table(stream, wanted))]
    return [("", CsvTable(stream, wanted))]


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


def _json_table(stream: BinaryIO, wanted: Wanted) -> HeldTable:
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
    layout = find_layout(rows[: DEEPEST + 1], wanted)
    layout.line = None
    if isinstance(document, dict):
        ticker = document.get("symbol", document.get("ticker"))
        layout.ticker = layout.ticker or (ticker if isinstance(ticker, str) else "")
    return HeldTable(rows, layout, "JSON")


def _objects(document: Any) -> list[dict[str, Any]]:
    """The longest list of objects, at most two levels down."""
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [value for value in document.values() if isinstance(value, list)]
    lists = [entries for entries in lists if entries and all(isinstance(e, dict) for e in entries)]
    return cast("list[dict[str, Any]]", max(lists, key=len, default=[]))


def whole_rows(
    rows: list[list[str]], lines: list[int], width: int
) -> tuple[list[list[str]], list[int], list[tuple[int, list[str]]]]:
    """The rows with as many cells as the header, empty ones beyond it cut off, and the others."""
    if all(len(row) == width for row in rows):
        return rows, lines, []
    good: list[list[str]] = []
    at: list[int] = []
    odd: list[tuple[int, list[str]]] = []
    for row, line in zip(rows, lines, strict=True):
        if len(row) >= width and not any(map(str.strip, row[width:])):
            good.append(row[:width])
            at.append(line)
        elif any(cell.strip() for cell in row):
            odd.append((line, row))
    return good, at, odd
