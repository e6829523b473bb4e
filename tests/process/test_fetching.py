"""``internals refresh`` and the note after it, the program unchanged, against the look-alike."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from core.answer.alerts import AlertState, parse
from core.answer.snapshot import Question
from tests.cache.lookalike import Lookalike
from tui.alerts.book import AlertBook
from tui.cli import dispatch as commands
from tui.state.state_files import Memory

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    stdout: str
    stderr: str


def test_a_refresh_fills_an_empty_home_and_what_failed_is_asked_for_by_wish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("[fetch]\nrate = 20\npool = 8\n")
    lines = {"IWM": [f"SA{c}" for c in "ABCDEFGH"], "IVV": [f"LA{c}" for c in "ABCDEF"]}
    pair = ("--pair", "IWM:IVV", "--home", str(home))

    with Lookalike(tmp_path, datetime.now(UTC), lines=lines, faults={"SAH": "500"}) as server:
        server.redirect(monkeypatch)

        def run(*argv: str, pair: tuple[str, ...] = pair) -> Done:
            """A command line in this process, without the second that another takes to start."""
            return Done(commands.run([*argv, *pair]), *capsys.readouterr())

        command = [sys.executable, "-m", "tui", "refresh", "--progress", "json", *pair]
        first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)
        # 14 lines and 2 funds; the one that answers 500 is asked a second time
        assert server.charts.total() == 17
        said = [json.loads(line) for line in first.stderr.splitlines()]
        assert (first.returncode, first.stdout) == (1, "")
        assert (said[0]["stage"], said[-1]["stage"]) == ("plan", "done")
        assert (said[-1]["done"], said[-1]["failed"]) == (16, 1)

        # at once nobody is asked again, and it is said what is missing
        sent = server.requests
        with monkeypatch.context() as patch:
            # nor is what would ask imported, which takes a second
            patch.setitem(sys.modules, "cache.sources.yahoo.yahoo", None)
            second = run("refresh", "--quiet")
        assert server.requests == sent
        assert (second.code, second.stderr.count("\n")) == (1, 1)
        assert "1 symbol failed earlier; next try " in second.stderr
        assert "error 500" in second.stderr
        # a process of its own: what one session of Yahoo's knows is kept as long as the process
        command = [sys.executable, "-m", "tui", "refresh", "--quiet", "--retry", *pair]
        again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)
        wish = Done(again.returncode, again.stdout, again.stderr)
        assert server.charts.total() == 19
        assert (wish.code, wish.stderr.count("\n")) == (1, 1)
        assert "error 500" in wish.stderr

        # what failed and why, and what it cost: two charts, the cookie and the crumb
        status = run("status", "--format", "json", pair=("--home", str(home)))
        told = json.loads(status.stdout)
        assert [(row["names"], row["reason"]) for row in told["failures"]] == [
            (["SAH"], "Yahoo answered with error 500; try again")
        ]
        assert datetime.fromisoformat(told["failures"][0]["not_before"]) > datetime.now(UTC)
        assert (told["refresh"]["requests"], told["refresh"]["failed"]) == (4, 1)
        text = run("status", pair=("--home", str(home))).stdout
        assert "SAH; requested again after " in text and "4 requests" in text
        assert "; 1 symbol failed earlier; next try " in text

        # an alert set before: said once, by the refresh that saw it; the hook runs once
        question = Question("IWM", "IVV", "YTD", None, "tr")
        AlertBook(Memory(home / "market.json")).add(AlertState(parse("return > -90", question)))
        hook = [sys.executable, "-c", f"open({str(tmp_path / 'rang')!r}, 'a').write('x')"]
        with (home / "config.toml").open("a") as config:
            config.write(f"[alerts]\nhook = {json.dumps(hook)}\n")
        assert "fund_return IWM" not in run("refresh", "--quiet", "--no-alerts").stderr
        assert "internals: fund_return IWM > -90 %: now " in run("refresh", "--quiet").stderr
        assert "fund_return IWM" not in run("refresh", "--quiet").stderr
        assert (tmp_path / "rang").read_text() == "x"

        note = run("note", "--format", "json")
        assert server.charts.total() == 19
        found = json.loads(note.stdout)
        assert found["indices"]["IVV"]["measured"] == 6
        left = found["indices"]["IWM"]["left_out"]
        # USD is the cash of the file, which is no line
        assert [row["symbol"] for row in left] == ["USD"]
        # what was not fetched stands on the prices of its files, and says so
        (line,) = (c for c in found["indices"]["IWM"]["contributors"] if c["symbol"] == "SAH")
        assert any(flag.startswith("the file's price is its close of ") for flag in line["flags"])


def test_nobody_there_and_nothing_held_is_nothing_to_answer_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    code = commands.run(["refresh", "--quiet", "--home", str(tmp_path)])
    done = Done(code, *capsys.readouterr())
    assert (done.code, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    # what can be done by hand is said of the file that was asked for
    what, _, why = done.stderr.rpartition("(holdings ")[2].partition(": ")
    assert f"internals import holdings FILE --fund {what}" in why
    assert "no holdings file of IWM and SPY" in done.stderr


def test_a_wrong_clock_is_told_to_cron_to_the_summary_and_by_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "home")]
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    theirs = datetime.now(UTC) - timedelta(days=9)
    with Lookalike(tmp_path, theirs, lines=lines) as server:
        server.redirect(monkeypatch)
        commands.run(["refresh", "--quiet", "--pair", "IWM:IVV", *home])
        words = "this machine's clock is 9 days fast by that of Yahoo: set it right"
        said = capsys.readouterr().err
        assert said.count(words) == 1 and said.count("\n") == 1
    commands.run(["status", *home])
    assert capsys.readouterr().out.count(words) == 1
