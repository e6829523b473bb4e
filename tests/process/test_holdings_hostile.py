"""Holdings files made to mislead or exhaust their reader: one sentence each, and quickly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cache.sources.sandbox import Children
from tests.cache.holdings_maker import SSGA_ROWS, refusal, ssga
from tui.cli.dispatch import run

pytestmark = pytest.mark.limited


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is empty"),
        (b" \r\n\n", "is empty"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (b"<html>", "is a web page"),
        (b'<?xml version="1.0"?><Workbook/>', "is an XML document"),
        (b"symbol,name\0,weight\nAAA,x,1\n", "is a binary file"),
        ("symbol,name,weight\nAAA,x,1\n".encode("utf-16"), "is UTF-16 text"),
        (b"Symbol,Security,GICS Sector\nAAA,Alpha,Energy\n", "line 1: the table has no weight"),
        (b"symbol,date,close\nAAA,2026-01-02,5\n", "line 1: the table has no weight"),
        (b"one,two,three\n1,2,3\n", "has no header of a holdings file"),
        (b"symbol,weight\n" + b"x" * 200_000 + b",1\n", "is no CSV"),
        (",".join(f"c{i}" for i in range(5000)).encode(), "has 5,000 columns"),
        (b"symbol,weight\n" + b",\n" * 200_001, "has more than 200,000 rows"),
        (b"PK\x03\x04 not really", "is a damaged XLSX workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a binary file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_text(raw: bytes, words: str, children: Children) -> None:
    assert words in refusal(raw, fund="MINE", as_of=date(2026, 3, 31), children=children)


def bomb(
    content: bytes = b"", *, members: int = 1, name: str = "xl/worksheets/sheet1.xml"
) -> bytes:
    """A workbook with one part replaced, or with many parts."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(ssga(SSGA_ROWS))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            target.writestr(member, content if content and member == name else source.read(member))
        for number in range(members - 1):
            target.writestr(f"extra{number}.bin", b"x")
    return out.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
FAR_ROW = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>'
)
FAR_COLUMN = FAR_ROW.replace(b'r="1048576"', b'r="1"').replace(b"A1048576", b"XFD1")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: bomb(b"<x>" + b" " * (100 << 20) + b"</x>"), "unpack to 100 MB"),
        (lambda: bomb(b"<x>" + b" " * (20 << 20) + b"</x>"), "unpack to 20 MB"),
        (lambda: bomb(members=500), "too many or repeated parts"),
        (lambda: bomb(ENTITY), "entities"),
        (lambda: bomb(ENTITY.decode().encode("utf-16")), "odd encoding"),
        (lambda: bomb(FAR_ROW), "has more than 200,000 rows"),
        (lambda: bomb(FAR_COLUMN), "has 16,384 columns"),
        (lambda: bomb(b"<worksheet><sheetData><row>"), "is damaged or not of the format it claims"),
    ],
    ids=["100 MB", "ratio", "members", "entity", "utf-16", "row", "column", "torn"],
)
def test_hostile_workbooks(make: Callable[[], bytes], words: str, children: Children) -> None:
    assert words in refusal(make(), children=children)


def test_zip_that_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("holdings.csv", "symbol,weight\nAAA,1\n")
    assert "is a ZIP archive" in refusal(out.getvalue())


def test_hostile_files_of_a_folder_leave_the_others_to_be_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn, entities = bomb(b"<worksheet><sheetData><row>"), bomb(ENTITY)
    folder = tmp_path / "files"
    folder.mkdir()
    for month in range(1, 5):
        text = f'Fund Holdings as of,"2025-{month:02}-28"\n\nTicker,Name,Weight\nAAA,Alpha,100\n'
        (folder / f"{month}.csv").write_text(text)
        (folder / f"{month}_hostile.xlsx").write_bytes(torn if month % 2 else entities)
    files = [str(file) for file in sorted(folder.iterdir())]
    assert run(["import", "holdings", *files, "--fund", "IWM", "--home", str(tmp_path / "h")]) == 1
    out, err = capsys.readouterr()
    assert "4 holdings files of IWM, 2025-01-28 to 2025-04-28" in out
    assert err.count("_hostile.xlsx: is damaged or not of the format it claims") == 2
    assert err.count("_hostile.xlsx") == 4
