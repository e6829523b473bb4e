"""The note as a workbook: sentences on the first sheet, then a sheet a table.

Numbers are numbers, to the 15 digits that a spreadsheet has; a column's title has its unit.
Fractions are shown as percent. No text is a formula, whatever it begins with.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
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
#: A column's unit, or what a cell is -> how a spreadsheet shows it.
_FORMATS: Final = {
    "%": {"num_format": "0.00%"},
    "pp": {"num_format": "0.00"},
    "bp": {"num_format": "0.0"},
    "date": {"num_format": "yyyy-mm-dd"},
    "title": {"bold": True},
}
#: The longest text of a cell, in characters.
_LONGEST: Final = 32_000
#: The width of a digit, in pixels: the unit of a column's width.
_DIGIT: Final = 7
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
    from xlsxwriter import Workbook

    whole = document(snapshot, earlier)
    out = io.BytesIO()
    # no temporary files
    with Workbook(out, {"in_memory": True}) as book:
        # two runs of one answer write the same bytes, under the same date
        moment = datetime.combine(snapshot.as_of, time())
        title = state_line(snapshot)
        book.set_properties({"author": "internals", "title": title, "created": moment})
        formats = {name: book.add_format(form) for name, form in _FORMATS.items()}
        sentences = [row["sentence"] for row in whole["prose"]]
        _say(book.add_worksheet("answer"), snapshot, sentences, formats["title"])
        for name in PARTS:
            table = part(whole, name)
            if table.rows:
                _fill(book.add_worksheet(name), table, formats)
    return out.getvalue()


def _say(sheet: Any, snapshot: Snapshot, sentences: Sequence[str], bold: Any) -> None:
    """The first sheet: the question and its state, the sentences, what is missing, the sources."""
    sheet.set_column_pixels(0, 0, 110 * _DIGIT)
    _text(sheet, 0, 0, state_line(snapshot), bold)
    marks = [f"! {line}" for line in (*snapshot.missing, *snapshot.warnings)]
    lines = (*sentences, *marks, "", "Sources", *source_lines(snapshot))
    for place, line in enumerate(lines, start=1):
        _text(sheet, place, 0, line)


def _fill(sheet: Any, table: TidyTable, formats: Mapping[str, Any]) -> None:
    """A table under its column titles, which stay in view."""
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        of = unit(column)
        width = _WIDTHS.get(column.name, max(11.0, len(column.name) + 5.0))
        sheet.set_column_pixels(place, place, width * _DIGIT)
        title = f"{column.name} ({of})" if of else column.name
        _text(sheet, 0, place, title, formats["title"])
        for line, row in enumerate(table.rows, start=1):
            value = row[place]
            if value is None:
                continue
            if column.kind == "text":
                _text(sheet, line, place, str(value))
            elif column.kind == "date":
                sheet.write_number(line, place, _day(value), formats["date"])
            elif column.kind == "flag":
                sheet.write_boolean(line, place, value)
            elif math.isfinite(value):
                sheet.write_number(line, place, value, formats.get(of))


def _day(text: str) -> int:
    """The number that a spreadsheet has for a date; it counts a 29th of February 1900."""
    days = (date.fromisoformat(text) - date(1899, 12, 30)).days
    return days - (0 < days <= 60)


def _text(sheet: Any, line: int, place: int, text: str, form: Any = None) -> None:
    """Write a text; one that begins as a formula or a link does is text as well."""
    text = safe(text)[:_LONGEST]
    if text.startswith("<r>"):
        # as one string it would be taken for XML of the library's own, and not escaped
        sheet.write_rich_string(line, place, "<", "r", text[2:])
    elif text:
        sheet.write_string(line, place, text, form)
