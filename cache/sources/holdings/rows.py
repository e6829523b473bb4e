"""The text of a foreign table as rows with their lines; what is no table is refused."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from cache.facts.errors import SourceError
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Limits of a holdings table; no fund comes near them.
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 2_000


@record(frozen=True, slots=True)
class Row:
    """One record of a table: the line on which it starts and its cells, stripped."""

    line: int
    cells: list[str]


def check_text(head: bytes) -> None:
    """Refuse what is no CSV, from its first bytes.

    Raises:
        SourceError: empty, a web page, UTF-16, binary.
    """
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:400].lower()
    if not start:
        raise SourceError("is empty; a file with a header and rows is needed")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("is UTF-16 text; save it as CSV in UTF-8")
    if start.startswith(b"<?xml") and b"html" not in start:
        raise SourceError("is an XML document; save it as CSV or XLSX")
    if start.startswith(b"<"):
        raise SourceError(
            "is a web page, not a table; download the file itself in a browser and import that"
        )
    if b"\0" in head:
        raise SourceError("is a binary file; CSV, XLSX or, for prices, Parquet is needed")


def csv_rows(data: bytes, delimiter: str = ",") -> list[Row]:
    """Every record of a CSV.

    Raises:
        SourceError: it is no text, or has too many rows, columns or too long a cell.
    """
    check_text(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    line = 1
    try:
        for cells in reader:
            check_size(len(rows), len(cells), line)
            rows.append(Row(line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise no_csv(error, line) from None
    return rows


def no_csv(error: csv.Error, line: int) -> SourceError:
    """Return the csv module's error as a sentence for the user."""
    if "field limit" in str(error):
        longest = f"{csv.field_size_limit():,} characters"
        reason = f"is no CSV: a cell of over {longest} starts here; is a quote never closed?"
        return SourceError(reason, line=line)
    return SourceError(f"is no CSV: {error}", line=line)


def check_separator(cells: Sequence[str], line: int) -> None:
    """Raise SourceError where a header is one cell that something else than commas separates."""
    filled = [cell for cell in cells if cell.strip()]
    for mark, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(filled) == 1 and filled[0].count(mark) >= 2:
            reason = f"its columns are separated by {name}; write commas, and points in numbers"
            raise SourceError(reason, line=line)


def check_size(rows: int, columns: int, line: int) -> None:
    """Raise SourceError beyond the limits of a holdings table."""
    if columns > MOST_COLUMNS:
        reason = f"has {columns:,} columns; a holdings file has at most {MOST_COLUMNS:,}"
        raise SourceError(reason, line=line)
    if rows >= MOST_ROWS:
        reason = f"has more than {MOST_ROWS:,} rows, which no holdings file has"
        raise SourceError(reason, line=line)
