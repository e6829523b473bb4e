"""The driver in a pseudo-terminal: the habits of Textual it rests on, its starts and its ends."""

from __future__ import annotations

import codecs
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.terminal import Terminal, drained
from tests.vt import Screen

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
SIZE = (120, 36)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--demo", "--home", str(where), "status"],
        capture_output=True,
    )
    assert done.returncode == 0
    return where


class Shown:
    """A program, and the terminal that shows what it sends."""

    def __init__(self, argv: list[str], env: dict[str, str]) -> None:
        self.terminal = Terminal(argv, size=SIZE, env=env)
        self.screen = Screen(*SIZE)
        self.data = ""
        # a read may end within a letter
        self.decode = codecs.getincrementaldecoder("utf-8")().decode

    def until(self, text: str, seconds: float = 30.0) -> None:
        """Wait for a text on the screen, and then for silence."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and text not in "\n".join(self.screen.lines()):
            self.take(0.1)
        assert text in "\n".join(self.screen.lines())
        self.calm()

    def calm(self) -> None:
        while self.take(0.4):
            pass

    def take(self, seconds: float) -> str:
        got = self.decode(self.terminal.read(seconds))
        while got and (more := self.terminal.read(0.05)):
            got += self.decode(more)
        self.data += got
        self.screen.feed(got)
        return got


@pytest.fixture(params=["cells", "plain"])
def shown(request: pytest.FixtureRequest, home: Path) -> Iterator[Shown]:
    one = Shown(
        [sys.executable, "-m", "tui", "--demo", "--home", str(home)],
        {"INTERNALS_WIRE": request.param},
    )
    try:
        yield one
    finally:
        one.terminal.close()


@pytest.fixture
def ours(home: Path) -> Iterator[Shown]:
    one = Shown([sys.executable, "-m", "tui", "--demo", "--home", str(home)], {})
    try:
        yield one
    finally:
        one.terminal.close()


def test_a_stop_and_a_continue_bring_every_cell_back(shown: Shown) -> None:
    shown.until("IWM return")
    before = shown.screen.seen()
    shown.terminal.send("\x1a")
    shown.calm()
    assert not shown.screen.alternate
    os.kill(shown.terminal.pid, signal.SIGCONT)
    shown.until("IWM return")
    assert shown.screen.alternate
    assert shown.screen.seen() == before


def test_a_frame_stands_between_its_marks_and_begins_with_a_move(ours: Shown) -> None:
    ours.until("IWM return")
    ours.data = ""
    ours.terminal.send("2j")
    ours.calm()
    frames = ours.data.split("\x1b[?2026h")[1:]
    assert len(frames) >= 1
    for frame in frames:
        body, mark, rest = frame.partition("\x1b[?2026l")
        assert body.startswith("\x1b[") and body.endswith("\x1b[m")
        assert mark and not rest
    # a whole row of the table, and not the whole pane
    assert len(ours.data) < 2000


def test_nothing_is_sent_while_nothing_changes_or_the_mouse_moves(ours: Shown) -> None:
    ours.until("IWM return")
    drained(ours.terminal, 1.0)
    assert drained(ours.terminal, 3.0) == b""
    for x in range(5, 100, 5):
        ours.terminal.send(f"\x1b[<35;{x};{8 + x % 20}M")
    assert len(drained(ours.terminal, 1.0)) < 400


def test_what_another_program_wrote_is_drawn_over(ours: Shown) -> None:
    ours.until("IWM return")
    before = ours.screen.seen()
    ours.screen.feed("\x1b[5;1H\x1b[0;31mwall: the machine goes down in five minutes" * 4)
    assert ours.screen.seen() != before
    ours.terminal.send("\x0c")
    ours.calm()
    assert ours.screen.seen() == before


def test_a_terminal_that_lost_its_cells_in_a_resize_is_drawn_anew(shown: Shown) -> None:
    shown.until("IWM return")
    before = shown.screen.seen()
    for size in ((100, 30), (160, 45), SIZE):
        shown.terminal.resize(*size)
        shown.screen.resize(*size)
        shown.calm()
        assert not any("????" in line for line in shown.screen.lines())
    assert shown.screen.seen() == before


def test_a_size_that_comes_back_at_once_is_drawn_anew(ours: Shown) -> None:
    ours.until("IWM return")
    before = ours.screen.seen()
    ours.terminal.resize(SIZE[0] - 9, SIZE[1])
    ours.terminal.resize(*SIZE)
    ours.screen.resize(*SIZE)
    ours.calm()
    assert ours.screen.seen() == before


def test_the_terminal_is_left_as_it_was(shown: Shown) -> None:
    shown.until("IWM return")
    shown.terminal.send("q")
    shown.calm()
    assert not shown.screen.alternate
    for mode in ("?1049l", "?25h", "?1000l", "?2004l", "?1004l"):
        assert f"\x1b[{mode}" in shown.data
