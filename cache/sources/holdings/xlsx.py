"""The rows of an XLSX sheet; a bomb is refused before anything unpacks it."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Row, check_size

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A workbook with one table of holdings unpacks to a few megabytes in a dozen members.
_MOST_MEMBERS: Final = 200
_MOST_BYTES: Final = 64 << 20
_MOST_RATIO: Final = 200
#: Rows are padded to the widest, but not beyond this.
_WIDEST: Final = 64
#: What the zip module raises for broken, encrypted or unknown archives.
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
)
_DECLARES: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def xlsx_rows(data: bytes) -> list[Row]:
    """Every row of the sheet "holdings", or of the first sheet.

    Raises:
        SourceError: it is no workbook, or one built to exhaust its reader.
    """
    check_zip(data)
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    names = {name.lower(): name for name in book.sheetnames}
    sheet: Any = book[names["holdings"]] if "holdings" in names else book.worksheets[0]
    # The size a sheet states of itself may be wrong.
    sheet.reset_dimensions()
    rows: list[Row] = []
    cells: Iterable[Any]
    for line, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        texts = [cell_text(cell) for cell in cells]
        check_size(len(rows), len(texts), line)
        rows.append(Row(line, texts))
    width = min(max((len(row.cells) for row in rows), default=0), _WIDEST)
    for row in rows:
        row.cells.extend([""] * (width - len(row.cells)))
    return rows


def cell_text(cell: Any) -> str:
    """A cell as a CSV would write it: exact numbers, TRUE as text, ISO dates."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = repr(cell)
        # three places could be thousands elsewhere; here the mark is settled
        return f"{text}0" if text[-4:-3] == "." else text
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def check_zip(data: bytes, most: int = _MOST_BYTES) -> None:
    """Raise SourceError for what a workbook with a table never is."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or len({m.filename for m in members}) < len(members):
                raise SourceError("is a workbook of too many or repeated parts, and is not opened")
            if "[Content_Types].xml" not in {m.filename for m in members}:
                raise SourceError("is a ZIP archive, not an XLSX workbook; unpack it first")
            unpacked = sum(member.file_size for member in members)
            packed = max(len(data), 1)
            if unpacked > most or unpacked > _MOST_RATIO * packed:
                size = f"{packed >> 10:,} KB that unpack to {unpacked >> 20:,} MB"
                raise SourceError(f"is a workbook of {size}, and is not opened")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_xml(archive.read(member))
    except _BROKEN as error:
        raise SourceError(f"is a damaged XLSX workbook ({clean(str(error), 80)})") from None


def _check_xml(part: bytes) -> None:
    # UTF-16 would hide a declaration from the search, and no workbook is written in it.
    if not part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or _DECLARES.search(part):
        raise SourceError("is a workbook with entities or an odd encoding, and is not opened")
