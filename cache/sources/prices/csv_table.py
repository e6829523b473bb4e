"""A table of separated text: by the csv module, or, where nothing is quoted, columns at a time.

Without quotes a cell is what stands between two separators, so a block of rows with as many
separators each as the header is split in one call: 1.9 million rows in 0.6 s where the csv module
and a Python step a row take 2.7.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Row, no_csv
from cache.sources.prices.header import DEEPEST, find_layout
from cache.sources.prices.text_table import CHUNK, MOST_CELLS, TableRows, piece

if TYPE_CHECKING:
    from cache.sources.prices.layout import ColumnOptions
    from cache.sources.prices.text_table import Chunk

_SEPARATORS: Final = (",", ";", "\t", "|")
_NAMES: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
#: Characters that are split at a time.
_BLOCK: Final = 1 << 21
#: What the csv module takes as one cell at most, and what only it reads.
_LONGEST: Final = csv.field_size_limit()
_ODD: Final = ('"', "\0")


class CsvTable:
    """A table of separated text; the separator is the first with which it has a header."""

    def __init__(self, stream: BinaryIO, columns: ColumnOptions) -> None:
        # One wrapper for all readings: where one goes, it closes what it reads from.
        self._text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        failure: SourceError | None = None
        for separator in _SEPARATORS:
            try:
                head = self._head(separator)
                if separator != "," and all(len(row.cells) < 2 for row in head):
                    continue
                self.layout = find_layout(head, columns)
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

    def _below(self) -> int:
        """Go to the first row below the header; its line."""
        reader = self._reader(self.separator)
        for _ in islice(reader, self.layout.below + 1):
            pass
        return int(reader.line_num) + 1

    def pieces(self) -> Iterator[TableRows]:
        """The rows below the header as columns, blank ones left out, some thousands at a time."""
        line, unsplit = self._below(), ""
        while block := self._text.read(_BLOCK):
            block = unsplit + block + self._text.readline()
            text = block.replace("\r\n", "\n")
            if any(odd in text for odd in _ODD) or "\r" in text:
                unsplit = block
                break
            yield self._split(text.removesuffix("\n"), line)
            line += text.count("\n")
        else:
            return
        remaining = chain(io.StringIO(unsplit, newline=""), self._text)
        for rows, lines in self._chunks(csv.reader(remaining, delimiter=self.separator), line):
            yield piece(rows, lines, self.layout.width)

    def _split(self, text: str, line: int) -> TableRows:
        """Lines without a quote as a piece; the first of them is at a line of the file."""
        width, separator = self.layout.width, self.separator
        cells = np.frombuffer(text.encode("utf-8", "replace") + b"\n", np.uint8)
        ends = cells == ord("\n")
        marks = ends[ends | (cells == ord(separator))]
        count = int(ends.sum())
        even = len(marks) == count * width and marks[width - 1 :: width].all()
        longest = np.diff(np.flatnonzero(ends), prepend=-1).max()
        if even and width > 1 and longest <= _LONGEST:
            flat = text.replace("\n", separator).split(separator)
            return TableRows(flat, width, np.arange(line, line + count), count, line + count - 1)
        lines = text.split("\n")
        reader = csv.reader(lines, delimiter=separator)
        rows = [(row, at) for at, row in enumerate(reader, line) if row]
        return piece([row for row, _ in rows], [at for _, at in rows], width)

    def chunks(self) -> Iterator[Chunk]:
        """The rows below the header, blank ones left out, some thousands at a time."""
        line = self._below()
        yield from self._chunks(csv.reader(self._text, delimiter=self.separator), line)

    def _chunks(self, reader: Any, line: int) -> Iterator[Chunk]:
        """The rows of a reader that begins at a line of the file."""
        before = line - 1
        size = max(1, min(CHUNK, MOST_CELLS // max(self.layout.width, 1) // 20))
        rows: list[list[str]] = []
        lines: list[int] = []
        try:
            for row in reader:
                if row:
                    rows.append(row)
                    lines.append(line)
                line = before + reader.line_num + 1
                if len(rows) == size:
                    yield rows, lines
                    rows, lines = [], []
        except csv.Error as error:
            raise no_csv(error, line) from None
        if rows:
            yield rows, lines
