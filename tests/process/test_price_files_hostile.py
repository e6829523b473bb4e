"""Price files that are wrong in ways a number alone does not show."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.sources.prices import text_rows
from tests.process.test_price_files import read, refusal, table


@pytest.mark.parametrize("factor", [4, 1.5, 0.25])
def test_a_split_shows_on_which_basis_the_closes_are(tmp_path: Path, factor: float) -> None:
    def text(after: float) -> str:
        rows = f"AAA,2026-06-23,100,\nAAA,2026-06-24,{after},{factor}\n"
        return f"symbol,date,close,split\n{rows}"

    as_traded, adjusted = text(100 / factor * 1.02), text(100 * 0.98)
    assert table(read(tmp_path, adjusted))["AAA", "2026-06-23"] == 100.0
    file = read(tmp_path, as_traded)
    assert table(file)["AAA", "2026-06-23"] == pytest.approx(100 / factor)
    assert any("closes as traded, as 1 of its 1 splits show" in line for line in file.notes)
    # What was said against what the file shows is refused, with the flag to leave away.
    for content, said in ((as_traded, True), (adjusted, False)):
        with pytest.raises(SourceError) as caught:
            read(tmp_path, content, adjusted=said)
        assert "line 3, column split, AAA" in str(caught.value)
        assert f"import without --{'' if said else 'un'}adjusted" in str(caught.value)


def test_where_no_split_shows_the_basis_the_flag_that_settles_it_is_named(tmp_path: Path) -> None:
    old = "symbol,date,close,split\nAAA,2026-06-09,100,\nAAA,2026-06-24,26,4\n"
    small = "symbol,date,close,split\nAAA,2026-06-23,100,\nAAA,2026-06-24,97,1.05\n"
    for text in (old, small):
        assert "say which: --adjusted or --unadjusted" in refusal(tmp_path, text)
        assert table(read(tmp_path, text, adjusted=True))["AAA", text[28:38]] == 100.0
    assert table(read(tmp_path, old, adjusted=False))["AAA", "2026-06-09"] == 25.0
    # Another split of the same file settles it, and so does an adjusted close beside it.
    other = "BBB,2026-06-23,80,\nBBB,2026-06-24,20,4\n"
    assert table(read(tmp_path, small + other))["AAA", "2026-06-23"] == pytest.approx(100 / 1.05)
    beside = (
        "symbol,date,close,split,adj_close\nAAA,2026-06-23,100,,{}\nAAA,2026-06-24,97,1.05,97\n"
    )
    raw, adjusted = beside.format(95.238095), beside.format(100)
    assert table(read(tmp_path, raw))["AAA", "2026-06-23"] == pytest.approx(100 / 1.05)
    assert table(read(tmp_path, adjusted))["AAA", "2026-06-23"] == 100.0
    # A split on the first row of a symbol changes no close that is there.
    assert len(read(tmp_path, "symbol,date,close,split\nAAA,2026-06-24,26,4\n").bars) == 1


@pytest.mark.usefixtures("in_turn")
def test_splits_that_show_both_bases_are_refused(tmp_path: Path) -> None:
    text = "symbol,date,close,split\nAAA,2026-06-23,100,\nAAA,2026-06-24,25,4\n"
    text += "BBB,2026-06-23,100,\nBBB,2026-06-24,99,4\n"
    said = refusal(tmp_path, text)
    assert "line 3, column split, AAA" in said and "BBB" in said and "--unadjusted" in said
    file = read(tmp_path, text, adjusted=True)
    assert file.bars.symbols == ("BBB",)
    assert [(r.symbol, r.column) for r in file.rejected] == [("AAA", "split")]
    inverted = "symbol,date,close,split\nAAA,2026-06-23,100,\nAAA,2026-06-24,25,0.25\n"
    assert "moves by the inverse of the split of 0.25" in refusal(tmp_path, inverted)


@pytest.mark.parametrize("split", ["4:1", "4/1", "4-for-1", "4.000000/1.000000", "4.0", "4 : 1"])
def test_splits_as_vendors_spell_them(tmp_path: Path, split: str) -> None:
    text = f"symbol,date,close,split\nAAA,2026-06-23,100,1\nAAA,2026-06-24,25,{split}\n"
    text += "AAA,2026-06-25,25,0\nAAA,2026-06-26,26,1:1\n"
    file = read(tmp_path, text)
    assert table(file)["AAA", "2026-06-23"] == 25.0
    days = ("23", "24", "25", "26")
    assert [table(file, "split")["AAA", f"2026-06-{day}"] for day in days] == [0, 4, 0, 0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("close", "1e308"),
        ("close", "1e-320"),
        ("close", "10%"),
        ("adj_close", "1e16"),
        ("dividend", "1e308"),
        ("dividend", "1001"),
        ("split", "1e300"),
        ("split", "1e-300"),
        ("volume", "1e19"),
    ],
)
def test_numbers_beyond_belief_are_refused(tmp_path: Path, column: str, value: str) -> None:
    names = ["symbol", "date", "close", *({column} - {"close"})]
    good = {"symbol": "AAA", "date": "2026-06-24", "close": "10", column: "10"}
    rows = [good, good | {"symbol": "BBB", column: value}]
    text = "\n".join([",".join(names), *(",".join(row[n] for n in names) for row in rows)])
    file = read(tmp_path, text)
    assert file.bars.symbols == ("AAA",)
    assert [(r.line, r.column, r.symbol) for r in file.rejected] == [(3, column, "BBB")]


def test_splits_that_multiply_beyond_belief_are_refused(tmp_path: Path) -> None:
    days = ((22, 10, "9e5"), (23, 20, "1e6"), (24, 40, "9e5"), (25, 80, "8e5"))
    rows = "".join(f"AAA,2026-06-{day},{close},{split}\n" for day, close, split in days)
    with pytest.raises(SourceError, match=r"line 2, column split, AAA: .* multiply to 7.2e\+17"):
        read(tmp_path, f"symbol,date,close,split\n{rows}", adjusted=False)


def test_a_line_above_the_header_and_cells_beyond_it_may_be_empty(tmp_path: Path) -> None:
    file = read(tmp_path, "\n ,\nsymbol,date,close\nAAA,2026-06-24,10,, \nAAA,x,1\n")
    assert table(file) == {("AAA", "2026-06-24"): 10.0}
    assert [r.line for r in file.rejected] == [5]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_other_separators_are_read(tmp_path: Path, mark: str, name: str) -> None:
    text = "symbol,date,close\nAAA,2026-06-24,10.5\n".replace(",", mark)
    file = read(tmp_path, text)
    assert table(file) == {("AAA", "2026-06-24"): 10.5}
    assert file.notes[0].startswith(f"CSV, {name}")


def test_a_quote_that_is_never_closed_is_found_where_it_opens(tmp_path: Path) -> None:
    rows = "AAA,2026-06-24,10\n" * 20_000
    said = refusal(tmp_path, f'symbol,date,close\nBBB,2026-06-24,11\n"{rows}')
    assert "line 3: " in said and "a quote never closed" in said


def workbook(sheet: bytes) -> bytes:
    """A ZIP archive that passes for a workbook with this sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return out.getvalue()


@pytest.mark.usefixtures("in_turn")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x1f\x8bnothing of the kind", "is a damaged gzip file"),
        (gzip.compress(b"symbol,date,close\n" * 50)[:40], "is a damaged gzip file"),
        (gzip.compress(b"\0" * 100), "is a binary file"),
        (workbook(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), "is a workbook with entities"),
        (lambda: workbook(b"<x>" + b" " * (40 << 20) + b"</x>"), "and is not opened"),
        (b"[" * 200_000, "is no JSON"),
        (b'{"a": 1', "is no JSON"),
        (b'{"a": [1, 2]}', "holds no list of bars"),
        (json.dumps([{f"k{n}": 1} for n in range(3000)]).encode(), "has 2,001 columns"),
        (b'[{"close": 1, "date": {"x": []}}]', "import it by itself with --symbol MINE"),
        (("Date," + ",".join(f"A{n}" for n in range(30_000))).encode(), "at most 20,000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_layouts(tmp_path: Path, content: bytes | Callable[[], bytes], words: str) -> None:
    # a large one is made where it is read alone, not by each worker
    assert words in refusal(tmp_path, content if isinstance(content, bytes) else content())


def test_a_gzip_file_that_unpacks_beyond_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_rows, "MOST_UNPACKED", 4 << 20)
    with pytest.raises(SourceError, match="unpacks to more than 2 MB"):
        text_rows.unpacked(io.BytesIO(gzip.compress(b" " * (3 << 20))))


def history(factor: float, recorded: float, off: int, at: int = 20) -> str:
    """Closes as traded over a split on the 20th of 40 sessions, on record as told, so many off."""
    days = np.arange("2026-03-02", "2026-05-01", dtype="datetime64[D]")
    rows = ["symbol,date,close,split"]
    for n, day in enumerate(days[np.is_busday(days)][:40].tolist()):
        if day == date(2026, 4, 3):
            continue  # Good Friday
        close = (100 + n % 3) / (factor if n >= at else 1)
        rows.append(f"AAA,{day},{close:.4f},{recorded if n == at + off else 0}")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("factor", [2.0, 4.0, 20.0, 1 / 4, 1 / 10])
@pytest.mark.parametrize("off", [1, -1, 2])
def test_a_split_on_record_a_day_off_is_refused(tmp_path: Path, factor: float, off: int) -> None:
    with pytest.raises(SourceError, match="its closes deny the split of"):
        read(tmp_path, history(factor, factor, off))


@pytest.mark.parametrize("recorded", [1 / 4, 16.0])
def test_a_split_turned_round_or_squared_is_refused_whatever_the_flag(
    tmp_path: Path, recorded: float
) -> None:
    for flag in (None, False):
        with pytest.raises(SourceError, match="split"):
            read(tmp_path, history(4.0, recorded, 0), adjusted=flag)


def test_a_symbol_whose_split_is_denied_is_left_out_by_name_and_the_others_are_taken(
    tmp_path: Path,
) -> None:
    wrong = history(4.0, 4.0, 1)
    right = history(4.0, 4.0, 0).replace("AAA", "BBB").partition("\n")[2]
    file = read(tmp_path, wrong + right, adjusted=False)
    assert file.bars.symbols == ("BBB",)
    assert [(row.column, row.symbol) for row in file.rejected] == [("split", "AAA")]


def test_a_dividend_that_stands_twice_counts_once(tmp_path: Path) -> None:
    rows = [("2026-03-02", 0.5), ("2026-03-04", 0.5), ("2026-03-05", 0.4), ("2026-03-12", 0.4)]
    text = "symbol,date,close,dividend\n" + "".join(f"AAA,{d},100,{paid}\n" for d, paid in rows)
    file = read(tmp_path, text)
    assert file.bars.dividend is not None
    assert file.bars.dividend.tolist() == [0.5, 0.0, 0.4, 0.4]
    (row,) = file.rejected
    assert (row.line, row.reason) == (3, "0.5 is the dividend of 2026-03-02 once more")
