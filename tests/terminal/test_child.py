"""The fetching child, and how the screen ends."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
import tty
from contextlib import suppress
from pathlib import Path
from typing import IO, cast
from unittest.mock import patch

import pytest

from bench.terminal import idle
from tests.tui.driving import drive
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp
from tui.terminal.writing import Writer
from tui.workers import child

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "fetching"),
        ({"stage": "plan"}, "looking up what is stale"),
        ({"stage": "holdings", "done": 1, "total": 2}, "holdings 1 of 2"),
        (
            {
                "stage": "prices",
                "done": 300,
                "total": 1952,
                "failed": 2,
                "rate": 3.94,
                "seconds_left": 420,
                "symbol": "MSFT",
            },
            "closes 300 of 1,952 · 2 failed · 3.9 a second · 7 m left · MSFT",
        ),
        ({"stage": "prices", "total": "many", "rate": None, "seconds_left": True}, "closes"),
        ({"stage": "prices", "seconds_left": 42.4, "symbol": 7}, "closes · 42 s left"),
        ({"stage": "done", "seconds_left": 0, "message": "all came"}, "done · all came"),
    ],
)
def test_progress_in_words(fields: dict[str, object], said: str) -> None:
    assert child.progress_text(fields) == said


def test_a_cancelled_refresh_ends_its_child(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"

    async def run() -> None:
        task = asyncio.create_task(child.run([sys.executable, "-c", script], lambda said: None))
        async with asyncio.timeout(60):
            while not (note.exists() and note.read_text()):
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(60):
            while alive(int(note.read_text())):
                await asyncio.sleep(0.01)

    asyncio.run(run())


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_last_words_of_a_child_that_speaks_no_json() -> None:
    script = "import sys; print('internals: no network', file=sys.stderr); sys.exit(3)"
    heard: list[str] = []
    done = asyncio.run(child.run([sys.executable, "-c", script], heard.append))
    assert done == (3, "no network", True)
    assert heard == []


def test_an_error_of_its_own_ends_in_a_sentence_without_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def story(pilot: object, app: InternalsApp) -> None:
        def broken() -> None:
            secret = "hunter2"
            raise KeyError(len(secret))

        app.call_later(broken)
        await asyncio.sleep(0.2)

    with pytest.raises(KeyError):
        drive(story, market=small_market())
    said = capsys.readouterr().err
    assert "an internal error ended the screen: KeyError(7)" in " ".join(said.split())
    assert "hunter2" not in said
    assert "Traceback" not in said


SCREEN = """
import sys
sys.path.insert(0, {root!r})
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, small_market
import tui.screen.app
from tui.screen.app import InternalsApp
from tui.state.config import Config
tui.screen.app.POLL = 0.2
app = InternalsApp(FakeDesk(small_market()), Config(), QUESTION)
app.run()
sys.exit(app.return_code)
"""


def on_a_terminal(**env: str) -> tuple[subprocess.Popen[bytes], int]:
    """The screen on a terminal of its own, and our end of it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", SCREEN.format(root=str(ROOT))],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=os.environ | {"TERM": "xterm-256color"} | env,
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    return process, ours


def read_until(ours: int, *wanted: bytes) -> bytes:
    """What is written until all of ``wanted`` was, a minute at most."""
    written, end = b"", time.monotonic() + 60
    while not all(text in written for text in wanted) and time.monotonic() < end:
        time.sleep(0.02)
        with suppress(OSError):
            written += os.read(ours, 1 << 20)
    return written


@pytest.mark.parametrize("wire", ["cells", "plain"])
def test_a_halted_screen_goes_on_and_leaves_the_terminal_as_it_was(wire: str) -> None:
    """SIGSTOP, as of a debugger or ``kill -STOP``, gives no time to leave the terminal first."""
    process, ours = on_a_terminal(INTERNALS_WIRE=wire)
    try:
        read_until(ours, b"IWM", b"help")
        process.send_signal(signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(process.pid, os.WUNTRACED)[1])
        process.send_signal(signal.SIGCONT)
        again = read_until(ours, b"\x1b[?1049h", b"IWM", b"help")
        assert b"help" in again
        os.write(ours, b"q")
        read_until(ours, b"\x1b[?1049l")
        assert process.wait(60) == 0
        # the modes of a new terminal
        lines, echo = termios.ICANON, termios.ECHO
        assert termios.tcgetattr(ours)[tty.LFLAG] & (lines | echo) == lines | echo
    finally:
        if process.poll() is None:
            process.kill()
        os.close(ours)


def test_bytes_that_are_no_text_end_nothing() -> None:
    process, ours = on_a_terminal()
    try:
        read_until(ours, b"IWM", b"help")
        # A Latin-1 e-acute, half a character, a lone continuation; in a paste and without one.
        os.write(ours, b"\xe9\xe2\x82\xbe/\x1b[200~caf\xe9\xff\x1b[201~")
        assert b"caf" in read_until(ours, b"caf")
        os.write(ours, b"\x03")
        read_until(ours, b"\x1b[?1049l")
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
        os.close(ours)


def test_an_idle_screen_ends_with_a_terminal_that_sends_no_signal() -> None:
    """It is not that terminal's own process, which alone is sent SIGHUP, and writes nothing."""
    process, ours = on_a_terminal()
    try:
        read_until(ours, b"IWM", b"help")
        end = time.monotonic() + 60
        while (ready := select.select([ours], [], [], 2.5)[0]) or not idle(process.pid):
            assert time.monotonic() < end, "the screen is still busy after 60 s"
            if ready:
                os.read(ours, 1 << 20)
    finally:
        os.close(ours)
    try:
        assert process.wait(60) == 128 + signal.SIGHUP
    finally:
        process.kill()


def test_the_last_bytes_are_written_by_a_process_that_has_not_run_for_a_while() -> None:
    """Its first wait for them is over before the thread that writes has begun."""
    ours, theirs = os.pipe()
    running = threading.Event()
    join, waits = threading.Thread.join, list[float]()

    class Late:
        encoding = "utf-8"

        def fileno(self) -> int:
            assert running.wait(60)
            return theirs

    def late(thread: threading.Thread, seconds: float) -> None:
        waits.append(seconds)
        if len(waits) > 1:
            running.set()
            join(thread, seconds)

    writer = Writer(cast("IO[str]", Late()))
    writer.start()
    writer.write("\x1b[?1049l")
    with patch.object(threading.Thread, "join", late):
        writer.stop()
    join(writer, 60)
    os.close(theirs)
    assert os.read(ours, 100) == b"\x1b[?1049l"
    os.close(ours)
