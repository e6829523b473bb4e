"""The program as it is started, on a terminal of each kind: a pseudo-terminal, bytes looked at."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.terminal.test_child import read_until
from tests.vt import UNFINISHED, Screen

ROOT = Path(__file__).resolve().parents[2]
TRUE = 1 << 24
#: Variables of this machine's own terminal.
OURS = (
    "COLORTERM", "TMUX", "STY", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE", "TERM_PROGRAM",
    "VTE_VERSION", "PYTHONUTF8", "TEXTUAL_COLOR_SYSTEM",
)  # fmt: skip


@dataclass
class Terminal:
    """Our end of it, and its settings before anything ran there."""

    process: subprocess.Popen[bytes]
    ours: int
    settings: list[object]

    def quit(self) -> bytes:
        """Press q; what is written from then on."""
        os.write(self.ours, b"q")
        written = read_until(self.ours, b"\x1b[?1004l")
        assert self.process.wait(60) == 0
        return written + rest(self.ours)


@contextmanager
def started(home: Path, *, demo: bool = True, **environ: str) -> Iterator[Terminal]:
    """The demo, or a market of one's own, started as a person would."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (36, 120))
    settings = termios.tcgetattr(theirs)
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *["--demo"] * demo, "--home", str(home)],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, start_new_session=True,
        env=kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environ,
    )  # fmt: skip
    os.set_blocking(ours, False)
    try:
        yield Terminal(process, ours, settings)
        assert termios.tcgetattr(theirs) == settings
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(theirs)
        os.close(ours)


def rest(ours: int) -> bytes:
    """What a program that has ended has left to be read."""
    written = b""
    with suppress(OSError):  # how a terminal without a program ends on Linux
        while select.select([ours], [], [], 0.5)[0] and (more := os.read(ours, 1 << 16)):
            written += more
    return written


def until_drawn(ours: int, *more: str) -> bytes:
    """What is written until the whole screen is seen, and some more words on it.

    A word that stands there already is not written again: it need not come in one piece.
    """
    written = b""
    for _ in range(1200):
        if select.select([ours], [], [], 0.05)[0]:
            written += os.read(ours, 1 << 16)
            lines = "\n".join(screen_of(written).lines())
            words = ("IWM", "SIMULATED", "Breadth", "lines rose", "quit", *more)
            if all(word in lines for word in words):
                return written
    raise AssertionError(screen_of(written).lines())


def screen_of(written: bytes) -> Screen:
    """The screen after some bytes, the last of which may be the beginning of something."""
    text = written.decode(errors="ignore").partition("\x1b[?1049l")[0]
    screen = Screen(120, 36)
    screen.feed(UNFINISHED.sub("", text))
    return screen


def colours(written: bytes) -> int:
    """The number of colours a terminal needs for what was written."""
    found = 0
    for codes in re.findall(rb"\x1b\[([0-9;:]*)m", written):
        numbers = [int(n or 0) for n in re.split(rb"[;:]", codes)]
        while numbers:
            code = numbers.pop(0)
            if code in (38, 48):
                size = TRUE if numbers[0] == 2 else 256
                numbers = numbers[4 if size == TRUE else 2 :]
            elif 90 <= code <= 107:
                size = 16
            elif code // 10 in (3, 4) and code % 10 < 8:
                size = 8
            else:
                size = 0
            found = max(found, size)
    return found


@pytest.mark.parametrize(
    ("environ", "most"),
    [
        ({"TERM": "xterm", "LANG": "C"}, 8),
        ({"TERM": "xterm-256color", "LANG": ""}, 256),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "xx_XX.UTF-8"}, TRUE),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/none,1,0"}, 256),
        ({"TERM": "screen", "STY": "1.none", "COLORTERM": "truecolor"}, 8),
        ({"TERM": "linux"}, 8),
        ({"TERM": "vt100"}, 0),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"TERM": "xterm", "COLORTERM": "truecolor", "NO_COLOR": ""}, TRUE),
    ],
)
def test_a_terminal_is_sent_what_it_knows_and_left_as_it_was(
    home: Path, environ: dict[str, str], most: int
) -> None:
    ascii, said = environ.get("LANG") in ("C", ""), "drawn in ASCII, because LANG"
    with started(home, **environ) as terminal:
        drawn = until_drawn(terminal.ours, *[said] * ascii)
        left = terminal.quit()
    # The locale decides the characters.
    assert (drawn + left).isascii() is ascii
    assert (said in "\n".join(screen_of(drawn + left).lines())) is ascii
    # All of the colours it has are used, and none beyond.
    assert colours(drawn + left) == most
    for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l"):
        assert restored in left
    console = environ["TERM"] in ("linux", "vt100")
    assert (b"\x1b[?1003h" in drawn) is not console
    assert (b"\x1b[?1003l" in left) is not console
    assert (b"u" in re.findall(rb"\x1b\[>\d+(.)", drawn)) is not console
    titled = not console and environ["TERM"] != "screen"
    assert (b"\x1b[22;2t" in drawn) is titled
    assert (b"\x1b]2;IWM-SPY YTD +11.00 pp SIMULATED\x07" in drawn) is titled
    assert (b"\x1b[23;2t" in left) is titled


def test_a_setting_is_stronger_than_the_locale_also_over_a_stop(tmp_path: Path, home: Path) -> None:
    for kept in home.iterdir():
        (tmp_path / kept.name).symlink_to(kept)
    (tmp_path / "config.toml").write_text("ascii = false\nmouse = false\n")
    with started(tmp_path, LANG="C") as terminal:
        drawn = until_drawn(terminal.ours)
        drawn += a_suspended_screen_gives_the_title_back(terminal)
        terminal.quit()
    assert not drawn.isascii()
    assert b"\x1b[?1003h" not in drawn


def a_suspended_screen_gives_the_title_back(terminal: Terminal) -> bytes:
    """Stop it by ctrl+z and let it go on; what is written then."""
    os.write(terminal.ours, b"\x1a")
    # the alternate screen is left and the cursor shown before the process stops
    stopped = read_until(terminal.ours, b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1004l")
    for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[23;2t"):
        assert restored in stopped
    assert os.WIFSTOPPED(os.waitpid(terminal.process.pid, os.WUNTRACED)[1])
    terminal.process.send_signal(signal.SIGCONT)
    again = read_until(terminal.ours, b"SIMULATED\x07", b"\x1b[?1049h", b"Breadth", b"help")
    assert b"\x1b[?1049h" in again and b"help" in again
    assert again.index(b"\x1b[22;2t") < again.index(b"\x1b]2;IWM-SPY")
    return again


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_what_cannot_show_a_screen_says_so_in_one_line(home: Path, term: str) -> None:
    with started(home, TERM=term) as terminal:
        written = read_until(terminal.ours, b"\n")
        assert terminal.process.wait(60) == 2
    assert written.startswith(b"internals: TERM")
    assert b"\x1b" not in written
    assert written.count(b"\n") == 1
