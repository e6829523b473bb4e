"""A block of plain rows split at once reads as the csv module reads it, row by row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from cache.sources.prices import csv_table
from cache.sources.prices.csv_table import CsvTable
from cache.sources.prices.layout import ColumnOptions

HEADER = "symbol,date,close,note\n"
PLAIN = ("AAA,2026-01-02,10,x", "BBB,2026-01-02,,", "CCC,2026-01-02,10.25,\u00e9", "")
ODD = ("DDD,2026-01-02,11", "EEE,2026-01-02,12,y,,", "FFF,2026-01-02,13,z,extra", "   ")
QUOTED = ('"GG,G",2026-01-02,14,"two\nlines"', 'HHH,2026-01-02,15,"say ""no"""')


def by_csv_module(text: str) -> list[tuple[int, list[str]]]:
    """Line and cells of each row below the header that has one."""
    reader = csv.reader(io.StringIO(text, newline=""))
    rows, line = [], 1
    for row in reader:
        rows.append((line, row))
        line = reader.line_num + 1
    return [(line, row) for line, row in rows[1:] if any(map(str.strip, row))]


def by_pieces(text: str) -> list[tuple[int, list[str]]]:
    rows = []
    for piece in CsvTable(io.BytesIO(text.encode()), ColumnOptions({}, [])).pieces():
        columns = [piece.column(at) for at in range(piece.width)]
        rows += [
            (int(line), list(cells))
            for line, cells in zip(piece.lines, zip(*columns, strict=True), strict=True)
        ]
        rows += piece.odd
    return sorted(rows)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n"])
@pytest.mark.parametrize("block", [7, 60, 1 << 21])
def test_pieces_are_the_rows_of_the_csv_module(
    monkeypatch: pytest.MonkeyPatch, ending: str, last: str, block: int
) -> None:
    monkeypatch.setattr(csv_table, "_BLOCK", block)
    rng = np.random.default_rng(block)
    for kinds in ((PLAIN,), (PLAIN, ODD), (PLAIN, ODD, QUOTED)):
        lines = rng.choice([row for kind in kinds for row in kind], 40).tolist()
        text = (HEADER + "\n".join(lines) + last).replace("\n", ending)
        expected = [
            # Empty cells beyond the header's are no fault.
            (line, row[:4] if not any(row[4:]) else row)
            for line, row in by_csv_module(text)
        ]
        assert by_pieces(text) == expected


def test_a_column_of_closes_is_read_past_the_first_block(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(csv_table, "_BLOCK", 32)
    text = HEADER + "".join(f"A{at},2026-01-02,{at}.5,\n" for at in range(100))
    (table,) = [CsvTable(io.BytesIO(text.encode()), ColumnOptions({}, []))]
    closes = [cell for piece in table.pieces() for cell in piece.column(2)]
    assert closes == [f"{at}.5" for at in range(100)]
