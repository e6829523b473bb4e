"""The board on the command line: every format, a group, what is missing."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from cache.facts.pairs import board_pairs, shipped_pairs
from core.answer.board import Board, BoardRow, Pair
from tui.cli.dispatch import run
from tui.report.board import to_line
from tui.report.pictures_board import board_title

#: Closes of two pairs on three sessions: a rise of 10 % against 1 %, and of 4 % against 1 %.
CLOSES = {"IWM": (92, 100, 110), "SPY": (197, 200, 202), "IJR": (24, 25, 26), "IVV": (99, 100, 101)}
DAYS = ("2026-06-24", "2026-06-25", "2026-06-26")
DAY = date(2026, 6, 26)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds two pairs' closes."""
    folder = tmp_path_factory.mktemp("board")
    rows = [
        f"{symbol},{day},{close}"
        for symbol, closes in CLOSES.items()
        for day, close in zip(DAYS, closes, strict=True)
    ]
    file = folder / "closes.csv"
    file.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    assert run(["import", "prices", str(file), "--home", str(folder / "home")]) == 0
    return folder / "home"


def board(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["board", "--basis", "pr", "--home", str(home), *arguments])
    return code, *capsys.readouterr()


def test_the_shipped_pairs_are_26_and_a_user_s_stand_after_them() -> None:
    shipped = shipped_pairs()
    assert len(shipped) == len({pair.name for pair in shipped}) == 26
    own = board_pairs([("IWM", "SPY"), ("IWM", "QQQ"), ("IWM", "QQQ")])
    assert [(pair.name, pair.group) for pair in own[26:]] == [("IWM:QQQ", "own")]


def test_the_json_has_the_gaps_by_hand(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = board(home, capsys, "--group", "size", "--format", "json")
    rows = {row["pair"]: row for row in json.loads(out)["rows"]}
    assert code == 1
    assert rows["IWM:SPY"]["gap_pp"]["1D"] == pytest.approx(9.0)
    assert rows["IJR:IVV"]["gap_pp"]["1D"] == pytest.approx(3.0)
    assert rows["IWM:SPY"]["percentile"] == {"1M": None, "3M": None}
    # up by 8.7 % against 1.5, then by 10 against 1
    assert rows["IWM:SPY"]["streak"] == {
        "sign": 1, "length": 2, "start": "2026-06-25", "after_hole": False,
    }  # fmt: skip
    assert rows["MDY:SPY"]["missing"] == "no closes of MDY"
    assert rows["MDY:SPY"]["gap_pp"] == dict.fromkeys(("1D", "1W", "1M", "QTD", "YTD"))


def test_csv_html_text_and_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = board(home, capsys, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 26
    assert float(rows[0]["gap_1d_pp"]) == pytest.approx(9.0)
    _, out, _ = board(home, capsys, "--format", "html")
    assert "IWM:SPY" in out
    assert "<script" not in out
    _, out, _ = board(home, capsys)
    assert "IWM:SPY  +9.00" in out
    assert "no closes of MDY" in out
    _, out, _ = board(home, capsys, "--format", "line")
    assert out == "no pair has 250 stretches, 2026-06-26\n"


def test_the_most_stretched_pairs_are_named_by_the_window_that_is_stretched() -> None:
    """The gap of one month lies farther out than that of three: it is the one told."""
    row = BoardRow(Pair("IWM", "SPY"), percentiles={"1M": 0.002, "3M": 0.6})
    shown = Board(DAY, "pr", (row,))
    assert row.farthest == ("1M", 0.002) and row.stretched == pytest.approx(0.996)
    assert to_line(shown) == "IWM-SPY 1M gap at percentile 0.2, 2026-06-26\n"
    assert board_title(shown) == "IWM:SPY is stretched most: its 1M gap at percentile 0.2"


def test_breadth_of_the_index_that_leads_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # IWM up 10 % against 1: AAA +10 %, BBB -5 %, CCC +2 %, weights .6, .3, .1: basket +4.7 %
    closes = CLOSES | {"AAA": (9, 10, 11), "BBB": (20, 20, 19), "CCC": (50, 50, 51)}
    file = tmp_path / "closes.csv"
    rows = [f"{s},{d},{c}" for s, row in closes.items() for d, c in zip(DAYS, row, strict=True)]
    file.write_text("symbol,date,close\n" + "\n".join(rows) + "\n")
    lines = tmp_path / "IWM.csv"
    lines.write_text("symbol,name,sector,weight\nAAA,A,X,60%\nBBB,B,X,30%\nCCC,C,X,10%\n")
    home = tmp_path / "home"
    assert run(["import", "prices", str(file), "--home", str(home)]) == 0
    options = ["--fund", "IWM", "--as-of", DAYS[1], "--home", str(home)]
    assert run(["import", "holdings", str(lines), *options]) == 0
    arguments = ("--group", "size", "--window", "1D", "--format")
    _, out, _ = board(home, capsys, *arguments, "json")
    of = {row["pair"]: row["breadth"] for row in json.loads(out)["rows"]}
    assert (of["IWM:SPY"]["fund"], of["IWM:SPY"]["window"]) == ("IWM", "1D")
    assert of["IWM:SPY"]["share_up"] == pytest.approx(2 / 3)
    assert of["IWM:SPY"]["share_outperforming"] == pytest.approx(1 / 3)
    # no line has fifty closes, three lines are not ten, and no list of IJR or IVV is held
    assert of["IWM:SPY"]["share_above_50"] is None and of["IWM:SPY"]["top10_weight"] is None
    assert of["IJR:IVV"] is None
    _, out, _ = board(home, capsys, *arguments, "csv")
    first = next(csv.DictReader(io.StringIO(out)))
    assert (first["breadth_fund"], first["breadth_window"]) == ("IWM", "1D")
    assert float(first["share_up"]) == pytest.approx(2 / 3) and first["share_above_50"] == ""
    for form in ("text", "html"):
        _, out, _ = board(home, capsys, *arguments, form)
        assert "breadth of the index that leads over 1D" in out and "66.7" in out
    _, out, _ = board(home, capsys, "--group", "style", "--window", "1D")
    assert "leads" not in out


def test_a_group_that_is_none_and_a_home_without_closes(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = board(home, capsys, "--group", "sizes")
    assert (code, out) == (2, "")
    assert "no group sizes; there are size, weight" in error
    code, out, error = board(tmp_path, capsys)
    assert (code, out) == (3, "")
