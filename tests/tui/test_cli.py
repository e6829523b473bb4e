"""The command line as a person and a script use it: exit codes, one-line errors, the JSON."""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cache.store.store import Store
from tests.answers.read import REAL
from tests.cache.stores import bars, files
from tests.home import SESSIONS, Cli, note, write_holdings, write_prices


def test_ctrl_c_while_the_options_are_read_is_no_traceback(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some options load NumPy, which takes long enough to be interrupted."""

    def interrupted(argv: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.cli.dispatch.parser", interrupted)
    assert cli("history") == (130, "", "")


def test_each_commands_help_can_be_had_as_soon_as_its_parser_is_made(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python 3.14 formats it there and then, also of commands that the line does not name."""
    made = []
    add_parser = argparse._SubParsersAction.add_parser

    def checked(
        commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, **options: Any
    ) -> argparse.ArgumentParser:
        command = add_parser(commands, name, **options)
        made.append(command.format_help())
        return command

    monkeypatch.setattr(argparse._SubParsersAction, "add_parser", checked)
    assert cli("completion", "nosuchshell")[0] == 2
    assert len(made) > 10


@pytest.mark.process
def test_the_json_by_hand(filled: Cli) -> None:
    found = note(filled)
    assert found["schema"] == 1
    assert found["question"] | {"without": []} == {
        "small": "IWM", "large": "SPY", "window": "YTD", "start": "2025-12-31",
        "end": "2026-01-30", "basis": "tr", "without": [],
        "breadth_list": "start", "as_of": None, "index": None,
    }  # fmt: skip
    assert (found["as_of"], found["state"], found["simulated"]) == ("2026-01-30", "final", False)
    spread = found["spread"]
    assert spread["gap_pp"] == pytest.approx(9.0)
    assert spread["geometric_gap_pp"] == pytest.approx((1.10 / 1.01 - 1) * 100)
    small = found["indices"]["IWM"]
    assert small["basket_return"] == pytest.approx(0.6 * 0.2 - 0.4 * 0.05)
    assert small["unexplained_bp"] == pytest.approx(0, abs=1e-9)
    assert [(c["symbol"], c["contribution_bp"]) for c in small["contributors"]] == [
        ("A", pytest.approx(1200)),
        ("B", pytest.approx(-200)),
    ]
    assert small["breadth"]["n"] == 2 and small["breadth"]["share_up"] == 0.5
    daily = small["breadth"]["daily"]
    assert len(daily["sessions"]) == len(daily["advances"]) == SESSIONS.index(date(2026, 1, 30)) - 2
    assert (daily["advances"][-1], daily["declines"][-1]) == (1, 1)
    assert daily["new_highs"][-1] is None and daily["mcclellan"][-1] is None
    effects = found["sector_effects"]
    kinds = ("allocation_bp", "selection_bp", "interaction_bp")
    total = sum(effect[kind] for effect in effects for kind in kinds)
    assert total == pytest.approx((0.10 - 0.01) * 1e4)
    large = found["indices"]["SPY"]
    assert large["basket_return"] == pytest.approx(0.4 * 0.025)
    assert sum(step["pp"] for step in found["bridge"]) == pytest.approx(spread["gap_pp"], abs=1e-12)
    assert {s["what"] for s in found["sources"]} >= {"holdings IWM", "prices SPY"}


def test_the_csv_carries_full_precision(filled: Cli) -> None:
    code, out, _ = filled("note", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and [r["symbol"] for r in rows] == ["A", "B", "C", "D"]
    exact = note(filled)["indices"]["IWM"]["contributors"][0]["contribution_bp"]
    assert float(rows[0]["contribution_bp"]) == exact


@pytest.mark.parametrize("kind", ["text", "md"])
def test_text_and_markdown_say_the_same_numbers(filled: Cli, kind: str) -> None:
    code, out, err = filled("note", "--format", kind)
    assert code == 0 and not err
    assert "IWM leads SPY by 9.00 pp this year" in out
    assert "+1,200" in out and "2 of 2 lines, 100.0 % of weight" in out
    assert "\x1b" not in out


def test_a_number_says_how_it_came_about(filled: Cli) -> None:
    code, out, _ = filled("explain", "IWM", "A")
    assert code == 0
    assert "contribution of A Tin to IWM = 1,200.0000 bp" in out
    assert "s.csv, as of 2025-12-31" in out and "close of 2026-01-30, p.csv" in out
    code, out, _ = filled("explain", "iwm")
    assert code == 0 and "return of IWM = 10.0000 %" in out and "gap of IWM over SPY" in out
    for argv in (["explain", "QQQ"], ["explain", "IWM", "NOPE"]):
        code, out, err = filled(*argv)
        assert (code, out) == (2, "") and err.count("\n") == 1


def test_output_goes_to_a_file_and_nothing_else_is_left(filled: Cli, tmp_path: Path) -> None:
    target = tmp_path / "note.json"
    code, out, _ = filled("note", "--format", "json", "--output", target)
    assert code == 0 and out == ""
    assert json.loads(target.read_text())["schema"] == 1
    assert not list(tmp_path.glob(".note*"))


def test_an_empty_home_has_nothing_to_answer_from(cli: Cli) -> None:
    for argv in (["note"], ["status"]):
        code, out, err = cli(*argv)
        assert code == 3 and out == ""
        assert err.count("\n") == 1 and "internals:" in err


#: What is typed -> the exit code, and words of the one line.
WRONG = {
    "note --pair NOPE:SPY": (3, "no data for NOPE"),
    "note --pair IWM": (2, "IWM"),
    "note --pair IWM:IWM": (2, "IWM"),
    "note --window 2Q": (2, "2Q"),
    "note --index MYA:MYB": (2, "--index MYA:MYB: write one fund such as IWM; --pair takes two"),
    "note --index=": (2, "write one fund such as IWM"),
    # no fund is not a wish for all of them
    "refresh --fund=": (2, '"" is no fund; write one such as IWM'),
    "history --fund=../x": (2, '"../x" is no fund'),
    "explain QQQ": (2, "QQQ is not of the pair IWM:SPY; name it with --pair or --index"),
    "note --window 1Y": (3, "no close near 2025-01-30"),
    "note --as-of yesterday": (2, "'yesterday' is no date"),
    "note --as-of 2020-01-01": (3, "no close on or before 2020-01-01"),
    "note --basis gross": (2, "gross"),
    "note --format pdf": (2, "pdf"),
    "nonsense": (2, "nonsense"),
    "import prices /nowhere/p.csv": (2, "/nowhere/p.csv"),
    "import holdings /dev/zero --fund IWM": (2, "/dev/zero"),
    "forget holdings IWM 2020-01-01": (2, "there are 2025-12-31"),
}


def test_wrong_use_is_one_clear_line(filled: Cli, tmp_path: Path) -> None:
    before = files(tmp_path / "home" / "market")
    for line, (code, words) in WRONG.items():
        got, out, err = filled(*line.split())
        assert (got, out, err.count("\n")) == (code, "", 1), line
        assert words in err, line
        # what was held is held
        assert files(tmp_path / "home" / "market") == before, line
    assert note(filled)["as_of"] == "2026-01-30"


@pytest.mark.process
def test_half_of_a_file_bad_keeps_the_good_half(cli: Cli, tmp_path: Path) -> None:
    bad = "A,2026-01-30,12,0\nE,2026-01-30,-1,0\nE,2026-01-18,10,0\nE,2026-01-29,ten,0\nE,x,1,0\n"
    code, out, err = cli("import", "prices", write_prices(tmp_path / "p.csv", extra=bad))
    assert code == 1 and "4 rows refused" in out
    lines = err.splitlines()
    assert len(lines) == 4
    first = 1 + 6 * len(SESSIONS) + 2
    for number, line in enumerate(lines, start=first):
        assert f"p.csv, line {number}, " in line
    assert json.loads(cli("status", "--format", "json")[1])["prices"]["symbols"] == 6


@pytest.mark.process
def test_a_file_with_no_good_row_changes_nothing(filled: Cli, tmp_path: Path) -> None:
    before = note(filled)
    path = tmp_path / "bad.csv"
    path.write_text("symbol,date,close\nA,2026-01-18,0\n")
    code, out, err = filled("import", "prices", path)
    assert (code, out) == (2, "") and "bad.csv" in err
    for text in ("", "<html><body>Sorry</body></html>", "symbol,date\nA,2026-01-05\n", "\x00\x01"):
        path.write_text(text)
        assert filled("import", "prices", path)[0] == 2
        assert filled("import", "holdings", path, "--fund", "IWM")[0] == 2
    assert note(filled) == before


@pytest.mark.process
def test_the_same_file_twice_changes_nothing(filled: Cli, tmp_path: Path) -> None:
    before = json.loads(filled("status", "--format", "json")[1])["generation"]
    code, out, _ = filled("import", "prices", tmp_path / "p.csv")
    assert code == 0 and "nothing new" in out
    assert json.loads(filled("status", "--format", "json")[1])["generation"] == before


@pytest.mark.process
def test_a_wrong_import_can_be_taken_back(filled: Cli, tmp_path: Path) -> None:
    before = note(filled)["indices"]["IWM"]["contributors"]
    wrong = write_holdings(tmp_path / "w.csv", "B,Lamp,Materials,4,10", "2026-01-15")
    assert filled("import", "holdings", wrong, "--fund", "iwm")[0] == 0
    assert note(filled)["indices"]["IWM"]["contributors"] != before
    assert filled("forget", "holdings", "iwm", "2026-01-15")[0] == 0
    assert note(filled)["indices"]["IWM"]["contributors"] == before


@pytest.mark.process
def test_below_the_coverage_floor_the_answer_is_in_part(filled: Cli, tmp_path: Path) -> None:
    thin = write_holdings(tmp_path / "t.csv", "A,Tin,Energy,6,10 ZZ,Gone,Energy,4,10")
    assert filled("import", "holdings", thin, "--fund", "IWM")[0] == 0
    code, out, _ = filled("note", "--format", "json")
    assert code == 1 and json.loads(out)["state"] == "partial"


def test_the_screen_needs_a_terminal(cli: Cli) -> None:
    code, out, err = cli()
    assert (code, out) == (2, "") and "needs a terminal" in err


def test_the_demo_cannot_be_written_to(cli: Cli, tmp_path: Path) -> None:
    assert cli("import", "prices", write_prices(tmp_path / "p.csv"), "--demo")[0] == 2
    assert cli("refresh", "--demo")[0] == 2


def test_a_broken_config_is_one_clear_line(filled: Cli, tmp_path: Path) -> None:
    (tmp_path / "home" / "config.toml").write_text('window = "2Q"\n')
    code, _, err = filled("note")
    assert code == 2 and "config.toml, line 1" in err


@pytest.mark.process
def test_the_reader_of_a_pipe_may_leave(filled: Cli, tmp_path: Path) -> None:
    del filled
    read, write = os.pipe()
    os.close(read)
    argv = [sys.executable, "-m", "tui", "note", "--home", str(tmp_path / "home")]
    with os.fdopen(write, "wb") as pipe:
        done = subprocess.run(argv, stdout=pipe, stderr=subprocess.PIPE, timeout=60, check=False)
    assert done.stderr == b""


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
@pytest.mark.process
def test_real_files_give_the_known_answers(cli: Cli) -> None:
    for kind, name in (
        ("holdings", "IWM_2026-01-21.csv"),
        ("holdings", "IWM_2026-05-05.csv"),
        ("holdings", "IVV_2025-11-18.csv"),
        ("holdings", "SPY_2025-11-18.xlsx"),
        ("prices", "funds_daily.csv"),
        ("prices", "members_adjclose_2025-07_2026-06-26.parquet"),
    ):
        assert cli("import", kind, REAL / name)[0] == 0
    found = note(cli, "--as-of", "2026-06-26")
    spread, small = found["spread"], found["indices"]["IWM"]
    assert round(spread["small_return"] * 100, 2) == 22.31
    assert round(spread["large_return"] * 100, 2) == 7.47
    assert round(spread["gap_pp"], 2) == 14.84
    same = spread["same_window"]
    assert (same["rank"], same["of"], same["on_record"]) == (1, 26, True)
    assert spread["full_years"]["since"] == 2003
    assert small["contributors"][0]["symbol"] == "BE"
    assert 0.93 < small["weight_measured"] < 0.96
    assert small["estimated"] and found["indices"]["SPY"]["estimated"]
    total = math.fsum(c["contribution_bp"] for c in small["contributors"])
    assert total + small["unexplained_bp"] == pytest.approx(small["fund_return"] * 1e4, abs=1e-8)
    # the members' file has adjusted closes alone, so price return is of the funds only
    price = note(cli, "--as-of", "2026-06-26", "--basis", "pr", expect=1)
    assert round(price["spread"]["gap_pp"], 2) == 14.90
    assert price["indices"] == {}
    assert "only adjusted closes: no price return" in price["missing"][0]

    breadth = note(cli, "--as-of", "2026-06-24")["indices"]["IWM"]["breadth"]
    ladder = {r.get("above"): r["share"] * 100 for r in breadth["ladder"]}
    assert [ladder[t] for t in (0.0, 0.1, 0.25, 1.0)] == pytest.approx(
        [65.0, 53.6, 34.4, 5.1], abs=0.5
    )


def test_status_tells_what_a_vendor_of_days_is_not_asked_again_for(
    filled: Cli, tmp_path: Path
) -> None:
    words = "dividends of older sessions from Massive are compared by `internals refresh --full`"
    assert words not in filled("status")[1]
    store = Store(tmp_path / "home" / "market")
    store.commit(bars=bars("DIA", source="Massive closes.csv"))
    text = filled("status")[1]
    assert "from Massive closes.csv" in text
    assert words not in text
    store.commit(bars=bars("QQQ", source="Massive"))
    assert words in filled("status")[1]
