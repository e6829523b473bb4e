"""The note as a workbook and as a message: numbers as numbers, limits kept, nothing runs."""

from __future__ import annotations

import io
import json
import math
import re
import runpy
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from core.answer.snapshot import Question, Snapshot, take
from tests.tui import markets
from tui.report.document import document
from tui.report.note_formats import written
from tui.report.parts import PARTS, TidyColumn, part
from tui.report.slack import to_slack
from tui.report.tidy import to_polars
from tui.report.workbook import to_xlsx, unit

ROOT = Path(__file__).resolve().parents[2]
#: Real numbers that are no fraction, no pp and no bp, or whose unit stands in their row.
PLAIN = {
    "value", "change", "before", "after", "difference", "z", "ratio", "level", "high_level",
    "low_level", "high_252_level", "low_252_level", "advance_decline_line", "rana", "mcclellan",
    "summation", "trin", "zweig_average", "trend_score", "up4_ratio_5", "up4_ratio_10",
}  # fmt: skip


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return markets.answer(markets.small_market(), replace(markets.QUESTION, daily=True))


@pytest.fixture(scope="module")
def month() -> Snapshot:
    """Of few sessions: each is a hundred cells of a book."""
    question = replace(markets.QUESTION, window="MTD", daily=True)
    return markets.answer(markets.small_market(), question)


@pytest.fixture(scope="module")
def book(month: Snapshot) -> Any:
    return load_workbook(io.BytesIO(to_xlsx(month)))


def test_every_table_is_a_sheet_of_the_notes_numbers(month: Snapshot, book: Any) -> None:
    whole = document(month)
    filled = [name for name in PARTS if part(whole, name).rows]
    assert book.sheetnames == ["answer", *filled] and len(filled) > 20
    for name in filled:
        table, sheet = part(whole, name), book[name]
        titles = [cell.value.partition(" (")[0] for cell in sheet[1]]
        assert titles == [column.name for column in table.columns], name
        for written_row, row in zip(
            sheet.iter_rows(min_row=2, values_only=True), table.rows, strict=True
        ):
            for cell, value, column in zip(written_row, row, table.columns, strict=True):
                if value is None or value == "":
                    assert cell in (None, ""), (name, column)
                elif column.kind == "date":
                    assert cell == datetime.fromisoformat(value), (name, column)
                elif column.kind == "text":
                    assert isinstance(cell, str)
                elif column.kind == "real":
                    # a spreadsheet keeps 15 digits
                    assert math.isclose(cell, value, rel_tol=1e-15), (name, column)
                else:
                    assert cell == value and not isinstance(cell, str), (name, column)


def test_a_signals_own_state_is_in_its_table(snapshot: Snapshot) -> None:
    whole = document(snapshot)
    states = {row["key"]: row["state"] for row in whole["indices"]["IWM"]["signals"]}
    table = part(whole, "signals")
    place = [column.name for column in table.columns].index("signal_state")
    told = {row[1]: row[place] for row in table.rows if row[0] == "IWM"}
    assert told == states and set(states.values()) <= {"on", "off", "armed", "unknown"}


def test_titles_have_units(month: Snapshot, book: Any) -> None:
    titles = [cell.value for cell in book["contributors"][1]]
    assert titles[4:7] == ["weight_start (%)", "return (%)", "contribution_bp (bp)"]
    first = book["contributors"][2]
    assert (first[5].number_format, first[5].data_type) == ("0.00%", "n")
    assert [cell.value for cell in book["bridge"][1]][4] == "pp (pp)"
    whole = document(month)
    names = {c.name for name in PARTS for c in part(whole, name).columns if not unit(c)}
    real = {c.name for name in PARTS for c in part(whole, name).columns if c.kind == "real"}
    # a new column of real numbers is put under a unit, or here
    assert names & real == PLAIN
    assert unit(TidyColumn("of", "whole")) == ""


def test_no_text_is_a_formula_and_no_control_gets_in() -> None:
    markup = ("<b>", "<r><f>1</f></r>", "<r>", "_x0041_")
    plain = ("=1+1", "+cmd|' /C calc'!A0", "-2", "http://a.b", *markup)
    names = (*plain, "@SUM(A1)\x1b[2J", "\x00\x0bTin")
    snapshot = markets.answer(markets.small_market(), markets.QUESTION)
    view = snapshot.indices["IWM"]
    lines = replace(view.contributors, names=names * 3)
    snapshot = replace(
        snapshot, indices={**snapshot.indices, "IWM": replace(view, contributors=lines)}
    )
    data = to_xlsx(snapshot)
    sheets = zipfile.ZipFile(io.BytesIO(data))
    parts = [sheets.read(name).decode() for name in sheets.namelist() if "sheets/" in name]
    links = [name for name in sheets.namelist() if "sheets/_rels" in name]
    assert parts and not any("<f>" in text or "<f " in text for text in parts) and not links
    read = load_workbook(io.BytesIO(data), read_only=True)
    cells = [row[2] for row in read["contributors"].values][1:11]
    assert cells == [*plain, "@SUM(A1)[2J", " Tin"]


def blocks(snapshot: Snapshot) -> list[dict[str, Any]]:
    payload = json.loads(to_slack(snapshot))
    assert 0 < len(payload["text"]) <= 3000 and 0 < len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        match block["type"]:
            case "header":
                assert block["text"]["type"] == "plain_text"
                assert 0 < len(block["text"]["text"]) <= 150
            case "section":
                texts = block.get("fields") or [block["text"]]
                assert len(texts) <= 10
                limit = 2000 if "fields" in block else 3000
                assert all(0 < len(text["text"]) <= limit for text in texts)
            case "context":
                assert 0 < len(block["elements"]) <= 10
            case kind:
                pytest.fail(kind)
    found: list[dict[str, Any]] = payload["blocks"]
    return found


def test_the_message_keeps_the_services_limits(snapshot: Snapshot) -> None:
    told = blocks(snapshot)
    assert told[0]["text"]["text"] == "IWM against SPY, YTD to 2026-06-26"
    # the prose, not its ledger
    assert told[1]["text"]["text"].startswith("IWM outpaced SPY by 11.0 percentage points")
    assert "(zeroed)" not in json.dumps(told)
    fields = [text["text"] for text in told[2]["fields"]]
    assert fields[:3] == ["*gap*\n+11.00 pp", "*IWM*\n+20.00 %", "*SPY*\n+9.00 %"]
    assert "final" in told[-1]["elements"][0]["text"]
    doubts = tuple(f"doubt {n} " + "<&>" * 2000 for n in range(80))
    crowded = blocks(replace(snapshot, warnings=doubts))
    assert crowded[-1]["type"] == "context"
    assert any("doubt 0" in json.dumps(block) for block in crowded)
    for block in crowded:
        for text in re.findall(r"&[^;]{0,4}…", json.dumps(block, ensure_ascii=False)):
            pytest.fail(text)


def test_no_name_mentions_or_links(snapshot: Snapshot) -> None:
    view = snapshot.indices["IWM"]
    bad = ("<!channel>", "<http://x|y>", "*bold* `x`", "```", "@here", "a & b") * 5
    lines = replace(view.contributors, names=bad)
    indices = {**snapshot.indices, "IWM": replace(view, contributors=lines)}
    text = json.dumps(blocks(replace(snapshot, indices=indices, missing=("<!here> *x*",))))
    assert "<" not in text and "&lt;!channel&gt;" in text and "&lt;!here&gt;" in text
    assert all(
        part["verbatim"]
        for block in blocks(snapshot)
        for part in [block.get("text"), *block.get("fields", []), *block.get("elements", [])]
        if part and part["type"] == "mrkdwn"
    )


@pytest.fixture(scope="module")
def nothing() -> Snapshot:
    """What is answered of two lines in place of funds."""
    return take(markets.small_market(), Question(small="S00", large="L00", as_of=markets.END))


def test_a_snapshot_without_an_answer_is_written_too(nothing: Snapshot) -> None:
    blocks(nothing)
    assert "answer" in load_workbook(io.BytesIO(to_xlsx(nothing)), read_only=True).sheetnames
    assert isinstance(written(nothing, "xlsx"), bytes)


@pytest.mark.parametrize("day", [date(1890, 1, 2), date(1900, 2, 28), date(1900, 3, 1)])
def test_a_workbook_knows_its_date_alone(nothing: Snapshot, day: date) -> None:
    data = to_xlsx(replace(nothing, as_of=day))
    # nothing of the clock: two runs write the same bytes
    entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    book = load_workbook(io.BytesIO(data), read_only=True)
    midnight = datetime(day.year, day.month, day.day)
    assert book.properties.created == book.properties.modified == midnight
    titles, first, *_ = book["spread"].values
    assert first[titles.index("as_of")] == midnight


def test_polars_says_what_the_json_says(snapshot: Snapshot) -> None:
    polars = pytest.importorskip("polars")
    frames, whole = to_polars(snapshot), document(snapshot)
    assert tuple(frames) == PARTS
    for name, frame in frames.items():
        table = part(whole, name)
        assert frame.columns == [column.name for column in table.columns]
        kinds = {
            "text": polars.String, "real": polars.Float64, "whole": polars.Int64,
            "date": polars.Date, "flag": polars.Boolean,
        }  # fmt: skip
        assert frame.dtypes == [kinds[column.kind] for column in table.columns], name
        assert frame.height == len(table.rows)
    row = frames["contributors"].row(0, named=True)
    first = whole["indices"]["IWM"]["contributors"][0]
    assert (row["symbol"], row["return"]) == (first["symbol"], first["return"])
    assert frames["spread"]["end"].to_list() == [markets.END]


def test_the_notebook_runs(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNALS_HOME", str(demo_home))
    told = runpy.run_path(str(ROOT / "docs" / "notebook.py"))
    assert told["answer"].simulated and round(told["gap_pp"], 2) == 11.0
    assert told["leaders"]["symbol"].tolist()[:3] == ["BE", "STRL", "CRDO"]
