"""Price files, CSV and Parquet: what is kept, what is refused and why, and hostile ones."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cache.facts.errors import SourceError
from cache.sources.prices import parquet_file
from cache.sources.prices.layout import ColumnOptions
from cache.sources.prices.read import HowToRead, PriceFile, read_prices
from cache.sources.prices.table_reading import FileOptions

#: A Wednesday after the close; the 19th of June and the 3rd of July 2026 are holidays.
NOW = datetime(2026, 7, 1, 22, tzinfo=UTC)
REAL = Path(__file__).resolve().parents[3] / "shared" / "real"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")


def read(
    tmp_path: Path,
    content: str | bytes | pa.Table,
    *,
    adjusted: bool | None = None,
    now: datetime = NOW,
    **said: Any,
) -> PriceFile:
    path = tmp_path / "mine.dat"
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_prices(path, HowToRead(adjusted=adjusted, **said), now=now)


def refusal(tmp_path: Path, content: str | bytes | pa.Table) -> str:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, content)
    said = str(caught.value)
    assert said.isprintable()
    assert said.startswith("mine.dat")
    return said


def table(file: PriceFile, field: str = "close") -> dict[tuple[str, str], float]:
    """(symbol, day) -> value, as the bars have it."""
    bars = file.bars
    values = getattr(bars, field)
    return {
        (bars.symbols[i], str(day)): float(value)
        for i, day, value in zip(bars.symbol, bars.session, values, strict=True)
    }


@pytest.mark.limited
def test_csv(tmp_path: Path) -> None:
    text = "\ufeffDate,SYMBOL,Close,Volume,note\n"
    text += "2026-06-26,AAA,10.5,1000,x\n2026-06-29,AAA,11,,\n2026-06-26,BRK.B,1e2,5,\n"
    file = read(tmp_path, text)
    bars = file.bars
    assert table(file) == {
        ("AAA", "2026-06-26"): 10.5,
        ("AAA", "2026-06-29"): 11.0,
        ("BRK-B", "2026-06-26"): 100.0,
    }
    volume = table(file, "volume")
    assert volume["AAA", "2026-06-26"] == 1000.0
    assert np.isnan(volume["AAA", "2026-06-29"])
    assert bars.adj_close is None
    assert bars.dividend is None
    assert bars.split is None
    assert file.rows == 3
    assert file.rejected == ()
    assert bars.source == "mine.dat"
    assert bars.fetched_at == NOW
    # The file speaks for its newest day, for every symbol in it.
    assert bars.through == {"AAA": date(2026, 6, 29), "BRK-B": date(2026, 6, 29)}
    assert bars.provisional == {}
    assert bars.replace == frozenset()


def test_tickers_stay_text(tmp_path: Path) -> None:
    text = "symbol,date,close\n" + "".join(
        f"{symbol},2026-06-26,{price}\n"
        for price, symbol in enumerate(("NA", "TRUE", "0005", "1E5", "NULL"), 1)
    )
    assert read(tmp_path, text).bars.symbols == ("NA", "TRUE", "0005", "1E5", "NULL")


def test_refused_rows_name_line_and_reason(tmp_path: Path) -> None:
    text = "symbol,date,close,dividend,split,volume\n"
    rows = [
        ("AAA,2026-06-26,10,0,0,5", None),
        ("AAA,26.13.2026,10,0,0,5", ("date", "not a date")),
        ("AAA,2026-02-30,10,0,0,5", ("date", "not a date")),
        ("AAA,2026-06-27,10,0,0,5", ("date", "not a session")),
        ("AAA,2026-06-19,10,0,0,5", ("date", "not a session")),
        ("AAA,2026-07-02,10,0,0,5", ("date", "in the future")),
        ("AAA,1884-12-31,10,0,0,5", ("date", "before 1885-01-02")),
        ("AAA,2026-06-25,ten,0,0,5", ("close", "not a number")),
        ("AAA,2026-06-25,nan,0,0,5", ("close", "not a number")),
        ("AAA,2026-06-25,inf,0,0,5", ("close", "not a number")),
        ("AAA,2026-06-25,1_0,0,0,5", ("close", "not a number")),
        ("AAA,2026-06-25,1e999,0,0,5", ("close", "not a number")),
        ("AAA,2026-06-25,0,0,0,5", ("close", "0 is no price")),
        ("AAA,2026-06-25,-1,0,0,5", ("close", "-1 is no price")),
        ("AAA,2026-06-25,10,-1,0,5", ("dividend", "-1 is negative")),
        ("AAA,2026-06-25,10,0,-2,5", ("split", "-2 is negative")),
        ("AAA,2026-06-25,10,0,0,-5", ("volume", "-5 is negative")),
        ("../A,2026-06-25,10,0,0,5", ("symbol", "not a symbol")),
        (",2026-06-25,10,0,0,5", ("symbol", "not a symbol")),
        ("AAA,2026-06-25,10", ("", "3 cells under 6 columns")),
        ("AAA,2026-06-25,,,,", ("", "no price and no event")),
        ("AAA,2026-06-26,10,0,0,5", None),
        ("AAA,2026-06-26,11,0,0,5", ("", "2026-06-26 is given another value on line 2")),
        ('AAA,2026-06-24,"1,010.5",0,0,5', None),
    ]
    file = read(tmp_path, text + "".join(f"{row}\n" for row, _ in rows))
    expected = [(line, reason) for line, (_, reason) in enumerate(rows, 2) if reason is not None]
    assert [rejected.line for rejected in file.rejected] == [line for line, _ in expected]
    for rejected, (_, (column, words)) in zip(file.rejected, expected, strict=True):
        assert rejected.column == column
        assert words in rejected.reason
    assert table(file) == {("AAA", "2026-06-26"): 10.0, ("AAA", "2026-06-24"): 1010.5}
    assert file.rows == len(rows)


def test_lines_are_counted_through_quoted_and_blank_ones(tmp_path: Path) -> None:
    text = 'symbol,date,close,note\nAAA,2026-06-26,1,"two\nlines"\n\nAAA,2026-06-25,x,\n'
    file = read(tmp_path, text)
    assert [(r.line, r.symbol) for r in file.rejected] == [(5, "AAA")]
    assert file.rows == 2


def test_dividend_without_a_close_is_kept(tmp_path: Path) -> None:
    text = "symbol,date,close,dividend\nAAA,2026-06-25,,0.5\nAAA,2026-06-26,10,\n"
    file = read(tmp_path, text)
    assert table(file, "dividend")["AAA", "2026-06-25"] == 0.5
    assert np.isnan(table(file)["AAA", "2026-06-25"])


def test_adjusted_close_alone(tmp_path: Path) -> None:
    file = read(tmp_path, "symbol,date,adj_close\nAAA,2026-06-26,10\n")
    assert file.bars.close is None
    assert table(file, "adj_close") == {("AAA", "2026-06-26"): 10.0}


def test_bar_before_the_close_is_provisional(tmp_path: Path) -> None:
    text = "symbol,date,close\nAAA,2026-07-01,10\nBBB,2026-06-30,10\n"
    before = datetime(2026, 7, 1, 19, 59, tzinfo=UTC)
    bars = read(tmp_path, text, now=before).bars
    assert bars.provisional == {"AAA": date(2026, 7, 1)}
    assert read(tmp_path, text, now=datetime(2026, 7, 1, 20, 0, tzinfo=UTC)).bars.provisional == {}
    # Before the opening bell there can be no close of that day.
    early = read(tmp_path, text, now=datetime(2026, 7, 1, 13, 29, tzinfo=UTC))
    assert [(r.symbol, r.column) for r in early.rejected] == [("AAA", "date")]


def test_unadjusted_closes(tmp_path: Path) -> None:
    # As traded: 4:1 on the 24th, 1:2 on the 26th. On the last day's shares a close of 400 on
    # the 23rd is 400 / 4 / 0.5 = 200, its dividend of 2 is 1, its volume of 10 is 20.
    text = "symbol,date,close,dividend,split,volume,adj_close\n"
    text += "AAA,2026-06-23,400,2,,10,7\nAAA,2026-06-24,100,,4,40,7\nAAA,2026-06-25,101,1,0,40,7\n"
    text += "AAA,2026-06-26,202,,0.5,20,7\nBBB,2026-06-23,50,1,,1,7\nBBB,2026-06-24,51,,1,1,7\n"
    file = read(tmp_path, text, adjusted=False)
    days = ("23", "24", "25", "26")
    assert [table(file)["AAA", f"2026-06-{day}"] for day in days] == [200.0, 200.0, 202.0, 202.0]
    assert table(file, "dividend")["AAA", "2026-06-23"] == 1.0
    assert table(file, "dividend")["AAA", "2026-06-25"] == 2.0
    volumes = [table(file, "volume")["AAA", f"2026-06-{day}"] for day in days]
    assert volumes == [20.0, 20.0, 20.0, 20.0]
    assert set(table(file, "adj_close").values()) == {7.0}
    assert table(file, "split")["AAA", "2026-06-24"] == 4.0
    assert table(file)["BBB", "2026-06-23"] == 50.0
    # A factor of 1 says "none".
    assert table(file, "split")["BBB", "2026-06-24"] == 0.0


def column_table(**columns: Sequence[object] | pa.Array) -> pa.Table:
    return pa.table(columns)


DAYS = [date(2026, 6, 25), date(2026, 6, 26), date(2026, 6, 26)]
SYMBOLS = ["AAA", "AAA", "0005"]


@pytest.mark.parametrize(
    "symbols",
    [
        pa.array(SYMBOLS),
        pa.array(SYMBOLS, pa.large_string()),
        pa.array(SYMBOLS).dictionary_encode(),
        pa.chunked_array(
            [pa.array(SYMBOLS[:1]).dictionary_encode(), pa.array(SYMBOLS[1:]).dictionary_encode()]
        ),
    ],
    ids=["text", "large", "dictionary", "chunks"],
)
@pytest.mark.parametrize(
    "days",
    [
        pa.array(DAYS, pa.date32()),
        pa.array(DAYS, pa.date32()).cast(pa.timestamp("ns")),
        pa.array(DAYS, pa.date32()).cast(pa.timestamp("s")),
        pa.array([f"{day}" for day in DAYS]),
        pa.array([f"{day} 00:00:00-04:00" for day in DAYS]).dictionary_encode(),
        pa.array(
            [datetime(day.year, day.month, day.day, 4, tzinfo=UTC) for day in DAYS],
            pa.timestamp("us", "America/New_York"),
        ),
    ],
    ids=["date32", "ns", "s", "iso", "iso times", "zoned"],
)
def test_parquet_types(tmp_path: Path, symbols: pa.Array, days: pa.Array) -> None:
    file = read(tmp_path, column_table(symbol=symbols, date=days, close=[1.5, 2.5, 3.5]))
    assert table(file) == {
        ("AAA", "2026-06-25"): 1.5,
        ("AAA", "2026-06-26"): 2.5,
        ("0005", "2026-06-26"): 3.5,
    }
    assert file.rejected == ()


@pytest.mark.limited
def test_parquet_numbers_and_refusals(tmp_path: Path) -> None:
    content = column_table(
        symbol=["AAA", "AAA", "AAA", None, "BBB", "BBB"],
        date=[date(2026, 6, day) for day in (22, 23, 24, 24, 24, 27)],
        close=pa.array([Decimal("1.25"), None, None, Decimal(1), Decimal(2), Decimal(2)]),
        adj_close=[1.0, float("nan"), None, 1.0, float("inf"), 1.0],
        volume=[10, None, 30, 1, 1, 1],
    )
    file = read(tmp_path, content)
    assert [(r.line, r.column, r.reason) for r in file.rejected] == [
        (2, "adj_close", "not a number"),
        (4, "symbol", "not a symbol, such as BRK-B"),
        (5, "adj_close", "not a number"),
        (6, "date", "not a session of the exchange"),
    ]
    assert table(file, "volume") == {("AAA", "2026-06-22"): 10.0, ("AAA", "2026-06-24"): 30.0}
    assert table(file)["AAA", "2026-06-22"] == 1.25


@pytest.mark.usefixtures("in_turn")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (column_table(symbol=["A"], close=[1.0]), 'has no column "date"'),
        (column_table(symbol=[5], date=DAYS[:1], close=[1.0]), "column symbol: holds int64"),
        (column_table(symbol=["A"], date=[2.5], close=[1.0]), "column date: holds double"),
        (column_table(symbol=["A"], date=DAYS[:1], close=["1"]), "column close: holds string"),
        (column_table(symbol=["A"], date=DAYS[:1], close=[0.0]), "has no good row"),
        (column_table(symbol=[], date=[], close=[]), "mine.dat"),
        (pa.table({f"c{i}": [1] for i in range(2500)}), "has 2,500 columns"),
        (b"PAR1 and then nothing of the kind PAR1", "is a damaged Parquet file"),
        ("symbol,date\nA,2026-06-26\n", 'has no column "close"'),
        ("symbol,date,close,Close\nA,2026-06-26,1,2\n", "column close: this column appears twice"),
        ("symbol,date,close\n", "has a header and no rows"),
        ("symbol,date,close\nA,2026-06-27,1\n", "line 2, column date, A: has no good row"),
        ("<!doctype html><html></html>", "is a web page"),
        (b"symbol,date,close\nA\0,2026-06-26,1\n", "is a binary file"),
        ("symbol,date,close\nA,2026-06-26,1\n".encode("utf-16"), "is UTF-16 text"),
        (",".join(["symbol,date"] + ["close"] * 5000), "has 5,002 columns"),
        ('symbol,date,close\n"' + "x" * 200_000, "is no CSV"),
        (b"PK\x03\x04\x00\x00", "is a damaged XLSX workbook"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_hostile_files(tmp_path: Path, content: str | bytes | pa.Table, words: str) -> None:
    assert words in refusal(tmp_path, content)


@pytest.mark.limited
def test_parquet_that_unpacks_beyond_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 4 MB of one letter, a few hundred bytes on disk.
    content = {"symbol": ["A"], "date": DAYS[:1], "close": [1.0], "x": ["y" * (4 << 20)]}
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table(content), path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(parquet_file, "MOST_BYTES", 1 << 20)
    with path.open("rb") as stream, pytest.raises(SourceError, match="unpacks to 4 MB"):
        parquet_file.read_parquet(stream, ColumnOptions(), FileOptions())


def test_only_regular_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, words in (
        ("fifo", "is a pipe"),
        ("/dev/zero", "is a device"),
        (".", "a folder without"),
    ):
        with pytest.raises(SourceError, match=words):
            read_prices(tmp_path / name, now=NOW)


def test_same_file_twice_gives_the_same_bars(tmp_path: Path) -> None:
    text = "symbol,date,close\nB,2026-06-26,1\nA,2026-06-26,2\nA,2026-06-25,3\n"
    first, second = read(tmp_path, text).bars, read(tmp_path, text).bars
    assert first.symbols == second.symbols
    assert first.symbol.tolist() == second.symbol.tolist()
    assert first.session.tolist() == second.session.tolist()


def test_reading_imports_nothing_heavy() -> None:
    code = "import sys, cache.sources.prices.read, cache.sources.holdings.read\n"
    code += "print(sorted({'pandas', 'pyarrow', 'openpyxl', 'textual', 'rich'} & set(sys.modules)))"
    root = str(Path(__file__).resolve().parents[2])
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert out.stdout.strip() == b"[]"


@pytest.mark.limited
def test_large_csv_takes_seconds(tmp_path: Path) -> None:
    out = io.StringIO()
    out.write("symbol,date,close,volume\n")
    days = [str(day) for day in np.arange("2026-03-02", "2026-03-07", dtype="datetime64[D]")]
    for number in range(40_000):
        for day in days:
            out.write(f"S{number},{day},{10 + number / 7},{number}\n")
    began = time.monotonic()
    file = read(tmp_path, out.getvalue())
    assert len(file.bars) == 200_000
    assert time.monotonic() - began < 30


@real
def test_real_funds() -> None:
    with (REAL / "funds_daily.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    file = read_prices(REAL / "funds_daily.csv", now=NOW)
    assert file.rejected == ()
    assert file.rows == len(rows) == len(file.bars)
    assert table(file) == {(r["symbol"], r["date"]): float(r["close"]) for r in rows}
    assert table(file, "volume") == {(r["symbol"], r["date"]): float(r["volume"]) for r in rows}
    assert set(file.bars.symbols) == {"IWM", "SPY"}


@real
@pytest.mark.limited
def test_real_members() -> None:
    path = next(REAL.glob("members_adjclose_*.parquet"))
    began = time.monotonic()
    file = read_prices(path, now=NOW)
    took = time.monotonic() - began
    with path.open("rb") as stream:
        source = pq.ParquetFile(stream).read()
    assert len(file.bars) == source.num_rows
    assert file.rejected == ()
    assert file.bars.adj_close is not None
    assert file.bars.close is None
    assert len(file.bars.symbols) == len(source["symbol"].unique())
    # The same numbers in another order: their sum is the same to the last digits.
    total = sum(source["adj_close"].to_pylist())
    assert float(file.bars.adj_close.sum()) == pytest.approx(total, rel=1e-12)
    assert took < 60
