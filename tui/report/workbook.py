"""The note as a workbook: sentences on the first sheet, then a sheet a table.

Numbers are numbers, to the 15 digits that a spreadsheet has; a column's title has its unit.
Fractions are shown as percent. No text is a formula, whatever it begins with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from tui.report.document import document
from tui.report.export import source_lines, state_line
from tui.report.parts import PARTS, TidyColumn, TidyTable, part
from tui.text.safe import safe

if TYPE_CHECKING:
    from core.answer.since import Since
    from core.answer.views import Snapshot

#: Words of a column's name that say that it holds fractions.
_FRACTION: Final = re.compile(
    r"(?:^|_)(?:share|shares|return|weight|median|percentile|drawdown|drift|active|threshold|low"
    r"|high|without|off|beyond)(?:_|$)"
)
#: Unit -> how a spreadsheet shows a real number of it.
_NUMBER_FORMATS: Final = {"%": "0.00%", "pp": "0.00", "bp": "0.0", "": "General"}
#: The longest text of a cell, in characters.
_LONGEST: Final = 32_000
_WIDTHS: Final = {"name": 32.0, "sentence": 80.0, "source": 60.0, "from": 60.0, "rule": 60.0}


def unit(column: TidyColumn) -> str:
    """The unit of a column of real numbers: "bp", "pp", "%", "" for none or one in the row."""
    name = column.name
    if column.kind != "real" or name.endswith("_level"):
        return ""
    for suffix in ("bp", "pp"):
        if name == suffix or name.endswith(f"_{suffix}"):
            return suffix
    return "%" if _FRACTION.search(name) else ""


def to_xlsx(snapshot: Snapshot, earlier: Since | None = None) -> bytes:
    """The note as the bytes of an XLSX file; tables without rows have no sheet."""
    from openpyxl import Workbook

    whole = document(snapshot, earlier)
    book = Workbook(write_only=True)
    # two runs of one answer write the same cells under the same date
    moment = datetime.combine(snapshot.as_of, time())
    book.properties.created = book.properties.modified = moment
    book.properties.creator = "internals"
    book.properties.title = state_line(snapshot)
    _say(book.create_sheet("answer"), snapshot, [row["sentence"] for row in whole["prose"]])
    for name in PARTS:
        table = part(whole, name)
        if table.rows:
            _fill(book.create_sheet(name), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _say(sheet: Any, snapshot: Snapshot, sentences: Sequence[str]) -> None:
    """The first sheet: the question and its state, the sentences, what is missing, the sources."""
    sheet.column_dimensions["A"].width = 110
    sheet.append([_text(sheet, state_line(snapshot), bold=True)])
    marks = [f"! {line}" for line in (*snapshot.missing, *snapshot.warnings)]
    for line in (*sentences, *marks, "", "Sources", *source_lines(snapshot)):
        sheet.append([_text(sheet, line)])


def _fill(sheet: Any, table: TidyTable) -> None:
    """A table under its column titles, which stay in view."""
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    units = [unit(column) for column in table.columns]
    for place, column in enumerate(table.columns, start=1):
        width = _WIDTHS.get(column.name, max(11.0, len(column.name) + 5.0))
        sheet.column_dimensions[get_column_letter(place)].width = width
    titles = [
        f"{column.name} ({of})" if of else column.name
        for column, of in zip(table.columns, units, strict=True)
    ]
    sheet.append([_text(sheet, title, bold=True) for title in titles])
    for row in table.rows:
        sheet.append(list(_cells(sheet, table.columns, units, row)))


def _cells(
    sheet: Any,
    columns: Sequence[TidyColumn],
    units: Sequence[str],
    row: Sequence[Any],
) -> Iterator[Any]:
    from openpyxl.cell import WriteOnlyCell

    for column, of, value in zip(columns, units, row, strict=True):
        if value is None:
            yield None
        elif column.kind == "text":
            yield _text(sheet, str(value))
        elif column.kind == "date":
            yield date.fromisoformat(value)
        elif of:
            cell = WriteOnlyCell(sheet, value)
            cell.number_format = _NUMBER_FORMATS[of]
            yield cell
        else:
            yield value


def _text(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A cell of text; one that begins as a formula does is text as well."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, safe(text)[:_LONGEST])
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
