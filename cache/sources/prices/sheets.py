"""The sheets of a workbook that hold closes."""

from __future__ import annotations

import io
from typing import Any, Final

from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Row
from cache.sources.holdings.xlsx import cell_text, check_zip
from cache.sources.prices.header import DEEPEST, find_layout
from cache.sources.prices.layout import MOST_WIDE, ColumnOptions, check_columns
from cache.sources.prices.text_table import MOST_CELLS, MemoryTable, Table

#: What a workbook of closes unpacks to at most, bytes: some two million cells.
_MOST_BYTES: Final = 256 << 20
_MOST_SHEETS: Final = 500


def sheet_tables(data: bytes, options: ColumnOptions) -> list[tuple[str, Table]]:
    """The sheets with a header of closes, by name; the name is "" where there is one alone.

    Raises:
        SourceError: it is no workbook, one built to exhaust its reader, or has no such sheet.
    """
    check_zip(data, _MOST_BYTES)
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    if len(book.worksheets) > _MOST_SHEETS:
        raise SourceError(f"has {len(book.worksheets):,} sheets; at most {_MOST_SHEETS} are read")
    tables: list[tuple[str, Table]] = []
    failure: SourceError | None = None
    passed: list[str] = []
    cells = 0
    for sheet in book.worksheets:
        rows, cells = _rows(sheet, cells)
        try:
            layout = find_layout(rows[: DEEPEST + 3], options)
        except SourceError as error:
            # An empty sheet says nothing of what is wrong with the others.
            if any(any(row.cells) for row in rows) or failure is None:
                failure = failure if failure and passed else error
                passed.append(sheet.title)
            continue
        for row in rows:
            row.cells.extend([""] * (layout.width - len(row.cells)))
        tables.append((sheet.title, MemoryTable(rows, layout, "XLSX")))
    if not tables:
        raise failure or SourceError("is a workbook without sheets")
    if passed:
        for _, table in tables:
            table.layout.unread += [f"the sheet {name}" for name in passed]
    return tables if len(tables) > 1 else [("", tables[0][1])]


def _rows(sheet: Any, cells: int) -> tuple[list[Row], int]:
    """The rows of a sheet as texts, and the cells counted so far."""
    # The size a sheet states of itself may be wrong.
    sheet.reset_dimensions()
    rows: list[Row] = []
    for line, values in enumerate(sheet.iter_rows(values_only=True), 1):
        check_columns(len(values), MOST_WIDE, line)
        cells += len(values)
        if cells > MOST_CELLS:
            raise SourceError(f"has more than {MOST_CELLS:,} cells", line=line)
        texts = [cell_text(value) for value in values]
        while texts and not texts[-1]:
            texts.pop()
        rows.append(Row(line, texts))
    return rows, cells
