"""The frame before the screen: where it stands, what it needs, how the terminal is given back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bench.terminal import ROOT
from tests.terminal.shown import Shown
from tests.tui.driving import lines_of, settle
from tests.tui.fake_desk import SlowDesk
from tests.tui.markets import QUESTION, small_market
from tui.command.commands import KEYS
from tui.panes.frame import READING, Start, frame
from tui.screen.app import InternalsApp
from tui.state.config import Config
from tui.state.state_files import Seat
from tui.text.spans import plain

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
#: Stays on the frame until it is told to go on as it would have.
SLOWLY = """
import os, sys, time
import tui.cli.screen as show
show._FIRST = 60.0  # the first numbers are awaited, however slow the machine
run = show._run
end = time.monotonic() + 120
def wait_for(number):
    while not os.path.exists(f"{{sys.argv[2]}}{{number}}"):
        assert time.monotonic() < end, "the test has ended"
        time.sleep(0.02)
def slowly(*given):
    wait_for(1)
    {then}
    return run(*given)
show._run = slowly
from tui.cli.dispatch import run as command
sys.exit(command(["--demo", "--home", sys.argv[1]]))
"""


# -- where it stands -----------------------------------------------------------------


SIZES = ((36, 9), (80, 24), (111, 40), (112, 32), (149, 33), (150, 34), (160, 45), (161, 46),
         (200, 60), (251, 77))  # fmt: skip
#: What the program was left with, and whether its market is simulated.
LEFT = tuple(
    (seat, simulated)
    for seat in (Seat(), Seat(3, {3: "ladder", 1: "no such view"}, zoomed=True))
    for simulated in (False, True)
)


@pytest.mark.parametrize("first", range(len(SIZES)))
def test_the_panes_come_where_the_frame_stood(first: int) -> None:
    """A start at each size; while the numbers are read the terminal gets all others in turn."""
    stand_where_the_frame_stood(*LEFT[first % len(LEFT)], SIZES[first:] + SIZES[:first])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("simulated", [False, True])
def test_a_headline_comes_where_the_frame_had_it(size: tuple[int, int], simulated: bool) -> None:
    stand_where_the_frame_stood(Seat(headline="word " * 99), simulated, (size,))


def stand_where_the_frame_stood(
    seat: Seat, simulated: bool, sizes: tuple[tuple[int, int], ...]
) -> None:
    """Start at the first of the sizes, and take the others before there are numbers."""
    desk = SlowDesk(small_market(simulated=simulated))
    desk.memory.remember(QUESTION, seat)
    app = InternalsApp(desk, Config(), QUESTION)
    start = Start(QUESTION, app.config.pairs, KEYS, seat, simulated)

    def differ(size: tuple[int, int]) -> list[tuple[str, str]]:
        """Lines of the screen and of the frame, but blank ones of the frame, that are not alike."""
        drawn, found = plain(frame(*size, start)), lines_of(app)
        assert all(len(line) == size[0] for line in drawn) and len(drawn) == size[1]
        # at once, and not first with the numbers
        assert ("SIMULATED" in "".join(drawn)) is simulated
        assert sum(bool(line.strip()) for line in drawn) >= 4
        if len(found) != size[1] or READING not in "\n".join(found):
            return [("\n".join(found), READING)]
        pairs = ((a.rstrip(), b.rstrip()) for a, b in zip(found, drawn, strict=True) if b.strip())
        return [(a, b) for a, b in pairs if a != b]

    async def run() -> None:
        async with app.run_test(size=sizes[0]) as pilot:
            for size in sizes:
                if size != app.size:
                    await pilot.resize_terminal(*size)
                end = time.monotonic() + 60
                while found := differ(size):
                    assert time.monotonic() < end, (size, found)
                    await pilot.pause(0.02)
            desk.may.set()
            await settle(pilot, app)

    asyncio.run(run())


def test_a_screen_too_small_for_a_frame_says_so() -> None:
    for size in ((1, 1), (20, 5), (35, 9), (36, 8)):
        drawn = plain(frame(*size, Start(QUESTION, (), {}, Seat())))
        assert len(drawn) == size[1] and all(len(line) == size[0] for line in drawn)
    assert "too small" in " ".join(
        "".join(plain(frame(30, 8, Start(QUESTION, (), {}, Seat())))).split()
    )


# -- what it needs -------------------------------------------------------------------

LOADED = """
import json, sys
import tui.terminal.first_frame as opening
def begin(self, text):
    with open(sys.argv[2], "w") as file:
        json.dump([sorted(sys.modules), text], file)
    raise SystemExit(0)
opening.Opening.begin = begin
opening.Opening.end = lambda self: None
sys.stdin.isatty = sys.stdout.isatty = lambda: True
opening.termios.tcgetattr = lambda descriptor: []
from tui.cli.dispatch import run
# asks for the place of a market that is not simulated
import tui.cli.remote
run(["--demo", "--home", sys.argv[1]])
"""


def test_nothing_that_draws_or_measures_is_loaded_for_it(home: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", LOADED, str(home), str(tmp_path / "found.json")],
        capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )  # fmt: skip
    modules, text = json.loads((tmp_path / "found.json").read_text())
    assert "Spread" in text and READING in text
    roots = {name.partition(".")[0] for name in modules}
    assert not roots & {"numpy", "textual", "pandas", "asyncio", "pyarrow", "yfinance", "tomllib"}
    heavy = {"core.answer.snapshot", "cache.store.store", "tui.screen.app", "rich.style"}
    assert not heavy & set(modules)


# -- how the terminal is given back --------------------------------------------------


class Opening(Shown):
    """A program that stays on the frame until it is told to go on."""

    def __init__(self, home: Path, then: str = "") -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._signs = f"{self._folder.name}/go-on"
        program = SLOWLY.format(then=then or "pass")
        super().__init__([sys.executable, "-c", program, str(home), self._signs])
        self.modes = termios.tcgetattr(self.terminal._fd)

    def close(self) -> None:
        """End the program where it has not ended, and remove what told it to go on."""
        super().close()
        self._folder.cleanup()

    def go_on(self, number: int = 1) -> None:
        """Let it go on from its first or its second wait."""
        Path(f"{self._signs}{number}").touch()

    def until_all_is_drawn(self) -> None:
        """Wait until nothing of what another size left is seen, and then for silence."""
        self.wait(lambda: "?" not in "".join(self.screen.lines()[:-1]))
        self.calm()
        assert "?" not in "".join(self.screen.lines()[:-1])

    def ended(self) -> int:
        """Its exit code, once it has ended and its terminal is as it was."""
        end, status = time.monotonic() + 60, (0, 0)
        while not status[0] and time.monotonic() < end:
            self.take(0.1)
            status = os.waitpid(self.terminal.pid, os.WNOHANG)
        self.terminal.ended = bool(status[0])
        assert status[0], "it has not ended"
        self.calm(0.2)
        assert not self.screen.alternate
        assert self.data.rindex("\x1b[?25h") > self.data.rindex("\x1b[?25l")
        assert termios.tcgetattr(self.terminal._fd) == self.modes
        return os.waitstatus_to_exitcode(status[1])


def shown(home: Path, then: str = "") -> closing[Opening]:
    return closing(Opening(home, then))


def echoes(one: Opening) -> bool:
    modes: list[Any] = termios.tcgetattr(one.terminal._fd)
    return bool(modes[3] & termios.ECHO)


def test_what_is_typed_on_the_frame_is_kept_for_the_screen(home: Path) -> None:
    with shown(home, "assert 'textual' not in sys.modules") as one:
        one.until("Contributors")
        assert one.screen.alternate and not echoes(one)
        one.terminal.send("3v")
        # the first numbers stand there before the screen is loaded
        lines = one.until("store 1")
        assert "as of 2026-06-26" in lines[0] and any("IWM +" in line for line in lines)
        assert not any("IWM return" in line for line in lines)
        one.go_on()
        lines = one.until("IWM return")
        assert any("━▸3 Breadth" in line for line in one.until("━▸3 Breadth"))
        assert not any("3v" in line for line in lines)
        one.terminal.send("q")
        assert one.ended() == 0


def test_a_paste_on_the_frame_presses_no_key(home: Path) -> None:
    with shown(home) as one:
        one.until("quit")
        one.terminal.send("\x1b[200~4q\x1b[31mD\x03\x1a\x1b[201~")
        one.go_on()
        lines = one.until("IWM return")
        # had the paste pressed its keys, they came before this one
        one.terminal.send("3")
        one.until("━▸3")
        assert not any("━▸4" in line for line in lines)
        assert one.screen.alternate
        one.terminal.send("1q")
        assert one.ended() == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_on_the_frame_gives_the_terminal_back(
    home: Path, number: signal.Signals, code: int
) -> None:
    with shown(home) as one:
        one.until("Contributors")
        os.kill(one.terminal.pid, number)
        assert one.ended() == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_on_the_screen_tells_the_same(
    home: Path, number: signal.Signals, code: int
) -> None:
    with shown(home) as one:
        one.go_on()
        one.until("IWM return")
        os.kill(one.terminal.pid, number)
        assert one.ended() == code


def test_ctrl_c_on_the_frame_ends_the_screen_when_it_comes(home: Path) -> None:
    with shown(home) as one:
        one.until("quit")
        one.terminal.send("\x03")
        one.go_on()
        assert one.ended() == 0


def test_a_fault_on_the_way_gives_the_terminal_back(home: Path) -> None:
    with shown(home, "raise RuntimeError('no such thing')") as one:
        one.until("Contributors")
        one.go_on()
        assert one.ended() == 2


def test_a_fault_once_the_screen_has_begun_gives_it_back_too(home: Path) -> None:
    # the signal is not yet the screen's own: it comes while the loop starts
    then = (
        "import tui.screen.app, os, signal\n"
        "    tui.screen.app.InternalsApp.on_load = lambda self: None\n"
        "    from textual.drivers.linux_driver import LinuxDriver as L\n"
        "    start = L.start_application_mode\n"
        "    def begun(self):\n"
        "        start(self)\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    L.start_application_mode = begun\n"
    )
    with shown(home, then) as one:
        one.until("Contributors")
        one.go_on()
        assert one.ended() == 143


def test_a_terminal_of_another_size_by_then_is_drawn_anew(home: Path) -> None:
    with shown(home) as one:
        one.until("Contributors")
        one.terminal.resize(100, 30)
        one.screen.resize(100, 30)
        one.go_on()
        one.until("as of 2026-06-26")
        one.until_all_is_drawn()
        lines = one.screen.lines()
        assert len(lines) == 30
        assert sum(line.startswith("━▸") for line in lines) == 1, lines
        assert "Contributors" not in "".join(lines)
        one.terminal.send("q")
        assert one.ended() == 0


def test_an_answer_that_is_there_before_the_screen_is_shown_when_it_comes(home: Path) -> None:
    then = (
        "answer = given[0].take(given[2])\n"
        "    given[0].take = lambda question: answer\n"
        "    given[0].market()\n"
    )
    with shown(home, then) as one:
        one.go_on()
        one.until("IWM return")
        one.terminal.send("q")
        assert one.ended() == 0


def test_an_answer_that_takes_its_time_leaves_a_screen_that_obeys(home: Path) -> None:
    then = (
        "import core.answer.snapshot as snapshot\n"
        "    take = snapshot.take\n"
        "    def late(*asked):\n"
        "        wait_for(2)\n"
        "        return take(*asked)\n"
        "    snapshot.take = late\n"
    )
    with shown(home, then) as one:
        one.until("Contributors")
        one.go_on()
        one.terminal.send("?")
        assert "IWM return" not in "".join(one.until("Moving"))
        one.terminal.send("\x1b")
        one.go_on(2)
        one.until("IWM return")
        one.terminal.send("q")
        assert one.ended() == 0
