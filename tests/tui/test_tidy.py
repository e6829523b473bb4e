"""The note's tables laid flat: CSV, Parquet and pandas say what the JSON says."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from core.answer.snapshot import Question, Snapshot, take
from core.answer.table import ROWS
from tests.home import Cli
from tests.market import holdings, make_market, prices, weekdays
from tests.tui import markets
from tui.report.document import document
from tui.report.note_formats import FORMATS, tells_daily, written
from tui.report.parts import PARTS, TidyTable, part
from tui.report.tidy import part_csv, to_csv, to_pandas, to_parquet

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return markets.answer(markets.small_market(), replace(markets.QUESTION, daily=True))


@pytest.fixture(scope="module")
def whole(snapshot: Snapshot) -> dict[str, Any]:
    return document(snapshot)


@pytest.fixture(scope="module")
def frames(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    return to_pandas(snapshot)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_part_by_hand(snapshot: Snapshot, whole: dict[str, Any]) -> None:
    size = {name: len(part(whole, name).rows) for name in PARTS}
    sessions = len([day for day in markets.SESSIONS if markets.START < day <= markets.END])
    assert size == {
        "contributors": 50,  # 30 small and 20 large lines
        "sectors": 8,  # four on each side
        "industries": 0,  # no file says any
        "themes": 2,  # one on each side
        "issuers": 0,
        "breadth": 2 * len([k for k, v in whole["indices"]["IWM"]["breadth"].items()
                            if not isinstance(v, (list, dict, str))]),
        "measures": 2 * len(ROWS),  # each row of the table, of both indices
        "signals": 14,  # seven of each index
        "sector_breadth": 8,  # four on each side
        "ladder": 16,  # five rungs above and three below, twice
        "histogram": 18,
        "outside": 2,
        "without": 0,  # no name is left out
        "concentration": 9,  # top 1 3 5 10 25, but 25 of 20 lines there are not
        "daily": 2 * sessions,
        "spread": 1,
        "spread_daily": sessions + 1,
        "ranks": 2,
        "history": 23,  # eleven earlier years twice, and this window once
        "rolling": 1,
        "streaks": 9,  # of the gap and each fund, in sessions, weeks and months
        "ratio": 1,  # price return was asked for: none on total return
        "followed": 36,  # percentile, streak and ratio hold: four horizons, three series each
        "bridge": 7,  # five steps, one of them in two parts
        "gap_leaders": 50,
        "sector_effects": 4,
        "announced": 0,
        "since": 0,
        "changes": 56,  # S29 left, N00 and N01 joined, 29 + 2 and 20 + 2 lines stayed
        "segments": 2,
        "left_out": 6,  # two lines and a row of cash on each side
        # closes and holdings of each fund, closes of its lines, and a later file's sectors
        "sources": 7,
        "numbers": sum(len(told["numbers"]) for told in whole["prose"]),
    }  # fmt: skip
    bridge = read(part_csv(snapshot, name="bridge"))
    steps = [float(row["pp"]) for row in bridge if not row["part_of"]]
    assert math.fsum(steps) == pytest.approx(11.0)
    parts = [float(row["pp"]) for row in bridge if row["part_of"]]
    assert parts == pytest.approx([11.0, 0.0]) and sum(parts) == pytest.approx(steps[2])
    ladder = {(r["fund"], r["side"], r["threshold"]): r["count"] for r in
              read(part_csv(snapshot, name="ladder"))}  # fmt: skip
    assert ladder["IWM", "above", "0.0"] == "19" and ladder["SPY", "above", "0.0"] == "13"
    last = read(part_csv(snapshot, name="spread_daily"))[-1]
    assert float(last["gap_pp"]) == pytest.approx(11.0) and last["session"] == "2026-06-26"
    for row in bridge:
        assert (row["small"], row["large"], row["window"]) == ("IWM", "SPY", "YTD")
        assert (row["end"], row["basis"], row["state"]) == ("2026-06-26", "pr", "final")


def test_no_column_of_a_part_stands_twice(whole: dict[str, Any]) -> None:
    # what every row says of its question must not hide what a part says of its own
    for name in PARTS:
        columns = [column.name for column in part(whole, name).columns]
        assert len(columns) == len(set(columns)), name


def test_csv_parquet_and_pandas_hold_the_same_values(
    whole: dict[str, Any], frames: dict[str, pd.DataFrame]
) -> None:
    for name in PARTS:
        table, frame = part(whole, name), frames[name]
        stored = pq.ParquetFile(io.BytesIO(to_parquet(table))).read()
        written = read(to_csv(table))
        names = [column.name for column in table.columns]
        assert stored.column_names == names == list(frame.columns), name
        assert len(written) == len(frame) == stored.num_rows == len(table.rows), name
        for place, column in enumerate(table.columns):
            kept = stored.column(place).to_pylist()
            framed, missing = frame[column.name].tolist(), frame[column.name].isna().tolist()
            for row, stands in enumerate(kept):
                value, cell = table.rows[row][place], (name, column.name, row)
                said = written[row][column.name]
                assert (stands is None) == (value is None) == (said == "" and value != ""), cell
                if value is None:
                    assert missing[row], cell
                elif column.kind == "date":
                    assert str(stands) == said == str(framed[row].date()) == value, cell
                elif column.kind == "real":
                    assert stands == float(said) == framed[row] == value, cell
                else:
                    assert stands == value == framed[row], cell


def test_an_empty_part_keeps_its_columns_types(
    whole: dict[str, Any], frames: dict[str, pd.DataFrame]
) -> None:
    stored = pq.ParquetFile(io.BytesIO(to_parquet(part(whole, "issuers"))))
    kinds = {f.name: str(f.type) for f in stored.schema_arrow}
    assert kinds["weight_start"] == "double" and kinds["end"] == "date32[day]"
    framed = {name: str(kind) for name, kind in frames["issuers"].dtypes.items()}
    assert (framed["weight_start"], framed["measured"]) == ("float64", "Int64")
    assert (framed["end"], framed["simulated"]) == ("datetime64[s]", "boolean")
    assert framed["symbols"] == "object"


def test_a_text_that_starts_like_a_formula_is_made_harmless(whole: dict[str, Any]) -> None:
    columns = part(whole, "contributors").columns
    for sign in "=+-@\t\r\n＝＋－＠":
        row: list[Any] = ["x"] * len(columns)
        row[0], row[4] = f"{sign}cmd|' /C calc'!A0", -12.5
        written = to_csv(TidyTable("x", columns, (tuple(row),)))
        body = list(csv.reader(io.StringIO(written, newline="")))[1]
        shown = " " if sign.isspace() else sign  # nor does it end a row
        # a number stays a number
        assert (body[0], body[4]) == (f"'{shown}cmd|' /C calc'!A0", "-12.5")


def test_no_text_cell_of_any_part_starts_like_a_formula() -> None:
    """Of a market in which a line's name and sector begin as formulas do."""
    days = weekdays("2025-12-29", "2026-01-30")
    held = prices(days, dict.fromkeys("SLAB", [100.0] * len(days)))
    names, sectors = {"A": "=SUM(1)"}, {"A": "=1+1"}
    files = [
        holdings(fund, "2025-12-31", {"A": 6, "B": 4}, names=names, sectors=sectors)
        for fund in ("S", "L")
    ]
    whole = document(take(make_market(held, *files), Question("S", "L", basis="pr")))
    assert part(whole, "contributors").rows
    for name in PARTS:
        table = part(whole, name)
        for row in list(csv.reader(io.StringIO(to_csv(table))))[1:]:
            for cell, column in zip(row, table.columns, strict=True):
                assert column.kind != "text" or not cell.startswith(("=", "+", "-", "@"))


@pytest.mark.process
def test_export_writes_every_table(filled: Cli, tmp_path: Path) -> None:
    for kind in ("parquet", "csv"):
        code, out, err = filled("export", "--format", kind, tmp_path / "out" / kind)
        assert (code, err) == (0, "") and "tables written" in out
        names = {path.name for path in (tmp_path / "out" / kind).iterdir()}
        assert names == {f"{name}.{kind}" for name in PARTS}
    code, out, _ = filled("note", "--format", "csv")
    assert code == 0
    assert filled("note", "--format", "csv", "--part", "contributors")[1] == out
    kept = (tmp_path / "out/csv/contributors.csv").read_text("utf-8")
    assert kept.splitlines() == out.splitlines()
    code, _, err = filled("export", tmp_path / "p.csv")
    assert code == 2 and "p.csv" in err and err.count("\n") == 1


def test_every_format_says_the_same_with_and_without_what_it_has_no_place_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # what a PNG is made of says what it shows
    monkeypatch.setattr("tui.report.png.to_png", str.encode)
    # a month has few sessions, each a hundred cells of a workbook
    month = replace(markets.QUESTION, window="MTD")
    thin, daily = (
        markets.answer(markets.small_market(), replace(month, daily=daily))
        for daily in (False, True)
    )
    for name in FORMATS:
        assert (written(thin, name) == written(daily, name)) is not tells_daily(name)
    document_of_thin, whole = document(thin), document(daily)
    for name in PARTS:
        same = part(document_of_thin, name).rows == part(whole, name).rows
        assert same is not tells_daily("csv", name)


def test_a_part_is_of_csv_alone(filled: Cli) -> None:
    code, out, _ = filled("note", "--format", "csv", "--part", "bridge")
    assert code == 0 and out.startswith("small,large,step,part_of,pp,")
    for argv in (["--format", "json", "--part", "bridge"], ["--part", "bridge"],
                 ["--format", "csv", "--part", "nonsense"]):  # fmt: skip
        code, out, err = filled("note", *argv)
        assert (code, out) == (2, "") and err.count("\n") == 1


def test_a_notebook_asks_as_the_command_line_does(filled: Cli, tmp_path: Path) -> None:
    from tui.notebook import ask

    home = tmp_path / "home"
    code, out, _ = filled("note", "--format", "json", "--as-of", "2026-01-15", "--basis", "pr")
    answer = ask(as_of="2026-01-15", basis="pr", home=home)
    assert code == 0 and json.loads(out) == document(answer)
    frame = to_pandas(answer)["contributors"]
    assert frame["symbol"].tolist() == ["A", "B", "C", "D"]
