"""The driver in a pseudo-terminal: the habits of Textual it rests on, its starts and its ends."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal.shown import SIZE, Shown

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


class Calm(Shown):
    """A program that is waited for until nothing more comes."""

    def answered(self) -> None:
        """Wait for the answer, for the ages of its data, which come after it, and for silence."""
        self.until("IWM return")
        self.until(", fetched")
        self.calm()


def demo(home: Path, env: dict[str, str] | None = None) -> closing[Calm]:
    """The simulated market; a start costs a second, so each story looks at several things."""
    return closing(Calm([sys.executable, "-m", "tui", "--demo", "--home", str(home)], env))


@pytest.mark.parametrize("wire", ["cells", "plain"])
def test_every_cell_comes_back_and_the_terminal_is_left_as_it_was(home: Path, wire: str) -> None:
    with demo(home, {"INTERNALS_WIRE": wire}) as shown:
        shown.answered()
        a_stop_and_a_continue_bring_every_cell_back(shown)
        a_terminal_that_lost_its_cells_in_a_resize_is_drawn_anew(shown)
        the_terminal_is_left_as_it_was(shown)


def a_stop_and_a_continue_bring_every_cell_back(shown: Calm) -> None:
    before = shown.screen.seen()
    shown.terminal.send("\x1a")
    shown.wait(lambda: not shown.screen.alternate)
    # the screen is left before the process stops
    shown.wait(lambda: stopped(shown.terminal.pid))
    os.kill(shown.terminal.pid, signal.SIGCONT)
    shown.wait(lambda: shown.screen.alternate and shown.screen.seen() == before)


def stopped(process: int) -> bool:
    """Whether a process of ours has been stopped since it was looked at last."""
    return os.WIFSTOPPED(os.waitpid(process, os.WUNTRACED | os.WNOHANG)[1])


def a_terminal_that_lost_its_cells_in_a_resize_is_drawn_anew(shown: Calm) -> None:
    before = shown.screen.seen()
    for size in ((100, 30), (160, 45), SIZE):
        shown.terminal.resize(*size)
        shown.screen.resize(*size)
        shown.wait(lambda: not any("????" in line for line in shown.screen.lines()))
        shown.calm()
    shown.wait(lambda: shown.screen.seen() == before)


def the_terminal_is_left_as_it_was(shown: Calm) -> None:
    shown.data = ""
    shown.terminal.send("q")
    modes = ("?1049l", "?25h", "?1000l", "?2004l", "?1004l")
    shown.wait(lambda: all(f"\x1b[{mode}" in shown.data for mode in modes))
    assert not shown.screen.alternate


def test_what_is_drawn_over_and_what_is_sent(home: Path) -> None:
    with demo(home) as ours:
        ours.answered()
        what_another_program_wrote_is_drawn_over(ours)
        a_size_that_comes_back_at_once_is_drawn_anew(ours)
        a_frame_stands_between_its_marks_and_begins_with_a_move(ours)


def what_another_program_wrote_is_drawn_over(ours: Calm) -> None:
    before = ours.screen.seen()
    ours.screen.feed("\x1b[5;1H\x1b[0;31mwall: the machine goes down in five minutes" * 4)
    assert ours.screen.seen() != before
    ours.terminal.send("\x0c")
    ours.wait(lambda: ours.screen.seen() == before)


def a_size_that_comes_back_at_once_is_drawn_anew(ours: Calm) -> None:
    before = ours.screen.seen()
    ours.terminal.resize(SIZE[0] - 9, SIZE[1])
    ours.terminal.resize(*SIZE)
    ours.screen.resize(*SIZE)
    ours.wait(lambda: ours.screen.seen() == before)
    ours.calm()


def a_frame_stands_between_its_marks_and_begins_with_a_move(ours: Calm) -> None:
    ours.data = ""
    ours.terminal.send("2j")
    ours.wait(lambda: 0 < ours.data.count("\x1b[?2026h") == ours.data.count("\x1b[?2026l"))
    ours.calm()
    for frame in ours.data.split("\x1b[?2026h")[1:]:
        body, mark, rest = frame.partition("\x1b[?2026l")
        assert body.startswith("\x1b[") and body.endswith("\x1b[m")
        assert mark and not rest
    # a whole row of the table, and not the whole pane
    assert len(ours.data) < 2000
