"""A fault in the program: one sentence and a log, and no value of anybody's in either."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.cli import dispatch as cli
from tui.cli.dispatch import run
from tui.terminal import crash

NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


def fault(secret: str = "hunter2") -> Exception:
    def inner(password: str) -> None:
        try:
            raise KeyError(len(password))
        except KeyError as error:
            raise ValueError("no such thing in /home/ada/x at http://ada:pw@proxy/") from error

    try:
        inner(secret)
    except ValueError as error:
        return error
    raise AssertionError


def test_the_sentence_and_the_log_hold_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    log = tmp_path / "state" / "crash.log"
    said = crash.sentence(fault(), log, NOW)
    assert said.startswith("ValueError('no such thing in ~/x at http://proxy/')")
    assert "(tests/terminal/test_crash.py, line" in said and str(log) in said
    text = log.read_text("utf-8")
    assert text.splitlines()[0] == "internals 0.1.0, 2026-07-01 14:30 UTC"
    assert "  tests/terminal/test_crash.py, line" in text and "in inner" in text
    assert "KeyError(7)" in text
    for told in (said, text):
        for private in ("hunter2", "ada", "pw@", str(ROOT)):
            assert private not in told
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert [path.name for path in log.parent.iterdir()] == ["crash.log"]


def test_packages_are_named_without_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        Path("\0").stat()
    except ValueError as error:
        text = crash.report(error, NOW)
    assert "  pathlib" in text and "/lib/python" not in text and sys.prefix not in text


def test_a_log_that_cannot_be_written_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = crash.sentence(fault(), tmp_path / "file" / "crash.log", NOW)
    assert "the way there" not in said and said.endswith(")")


def test_a_terminal_can_obey_nothing_of_it() -> None:
    assert crash.sentence(ValueError("\x1b]0;x\x07\u202e"), None, NOW).isprintable()


def test_the_command_line_keeps_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(cli, "places", broken)
    assert run(["status", "--home", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("internals: a fault in the program: ZeroDivisionError('by nothing')")
    assert said.count("\n") == 1 and "nothing that was stored is lost" in said
    log = tmp_path / "crash.log"
    assert str(log) in said and "in broken" in log.read_text("utf-8")


SCREEN = """
import sys
from pathlib import Path
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, small_market
from tui.screen.app import InternalsApp
from tui.state.config import Config
def broken(self):
    secret = "hunter2"
    raise KeyError(len(secret))
InternalsApp.poll = broken
app = InternalsApp(FakeDesk(small_market()), Config(), QUESTION)
app.crash_log = Path(sys.argv[1])
app.run()
"""


def test_the_screen_keeps_a_fault(tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", SCREEN, str(tmp_path / "crash.log")],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=os.environ | {"TERM": "xterm-256color", "PYTHONPATH": str(ROOT)},
    )
    os.close(theirs)
    end = time.monotonic() + 60
    with suppress(OSError):
        while done.poll() is None:
            assert time.monotonic() < end, "the screen has not ended within 60 s"
            if select.select([ours], [], [], 0.2)[0]:
                os.read(ours, 1 << 16)
    # the sentence is wrapped at the terminal's width, also inside a path
    said = (done.communicate(timeout=60)[1] or b"").decode()
    joined = "".join(said.split())
    os.close(ours)
    text = (tmp_path / "crash.log").read_text("utf-8")
    assert "aninternalerrorendedthescreen:KeyError(7)" in joined
    assert "crash.log" in joined
    assert "KeyError(7)" in text and "in broken" in text
    assert "hunter2" not in said + text and "Traceback" not in said
