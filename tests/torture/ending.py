"""The screen cut off in every way: the terminal restored, everything gone within three seconds."""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture import steps
from tests.torture.processes import ROOT, environment
from tests.torture.report import Row, judged

#: Alternate screen left, cursor shown, mouse reports off.
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l")
#: A paste that leaves where its text counts as keys.
PASTED = "\x1b[200~\x1b[31mq\x03\x1b[201~q\x1b[201~"
#: Seconds within which everything is gone.
GONE = 3.0


@dataclass(eq=False)
class Session:
    """A program that leads a session on a terminal of its own.

    Attributes:
        pid: its process.
        ours: our end of the terminal.
        sent: what it wrote so far.
        code: how it ended, None while it runs.
    """

    pid: int
    ours: int
    sent: bytearray = field(default_factory=bytearray)
    code: int | None = None

    @staticmethod
    def start(argv: list[str], environment: dict[str, str], folder: Path = ROOT) -> Session:
        pid, ours = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, *argv], environment)
        session = Session(pid, ours)
        session.resize(36, 120)
        return session

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds: float, *wanted: bytes) -> bool:
        """Read until all that is wanted came, or for so long; whether it came."""
        end = time.monotonic() + seconds
        while not wanted or not all(text in self.sent for text in wanted):
            left = end - time.monotonic()
            if left <= 0:
                return not wanted
            if select.select([self.ours], [], [], min(left, 0.05))[0]:
                try:
                    data = os.read(self.ours, 1 << 16)
                except OSError:
                    return False
                self.sent += data
        return True

    def settle(self, quiet: float, longest: float, wanted: bytes = b"") -> None:
        """Read until nothing comes for a while, and what is wanted came."""
        end = time.monotonic() + longest
        with suppress(OSError):
            while time.monotonic() < end:
                if select.select([self.ours], [], [], quiet)[0]:
                    self.sent += os.read(self.ours, 1 << 16)
                elif wanted in self.sent:
                    return

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def ended(self, seconds: float, *, reads: bool = True) -> float | None:
        """Seconds until the process was gone, None where it is still there."""
        began, passed = time.monotonic(), 0.0
        while self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            passed = time.monotonic() - began
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
            elif passed >= seconds:
                return None
            if reads:
                with suppress(OSError):
                    self.read(0.2 if pid else 0.02, b"never")
            else:
                time.sleep(0.02)
        return passed

    def close(self) -> None:
        with suppress(OSError):
            os.close(self.ours)
        if self.code is None:
            with suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)


def children(pid: int) -> list[int]:
    """The processes below one."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *children(child)]
    return found


def _stat(place: Path) -> list[str]:
    """What the kernel says of a process or a thread, from its state on; nothing once it is gone."""
    try:
        return place.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    return _stat(Path(f"/proc/{pid}/stat"))[:1] not in ([], ["Z"])


def _hang_up(session: Session) -> None:
    os.close(session.ours)


def _deaf(session: Session) -> None:
    """Nobody reads any more, and then the line is dropped."""
    for _ in range(60):
        session.press("v")
        time.sleep(0.01)
    os.kill(session.pid, signal.SIGHUP)


def _signal(number: int) -> Callable[[Session], None]:
    return lambda session: os.kill(session.pid, number)


#: What happens -> how it is brought about, whether the terminal can still be restored.
WAYS: dict[str, tuple[str, Callable[[Session], None], bool]] = {
    "SIGTERM": ("kill", _signal(signal.SIGTERM), True),
    "SIGHUP": ("kill -HUP", _signal(signal.SIGHUP), True),
    "a closed terminal": ("our end of the pty closed", _hang_up, False),
    "a terminal nobody reads": ("its output full, then SIGHUP", _deaf, False),
    "q": ("the key", lambda session: session.press("q"), True),
}


def ending(folder: Path, small: bool) -> Iterator[Row]:
    """Each way with a fetching child under way, ctrl+z, sizes, and a kill -9."""
    home = folder / "home"
    steps.with_files(home / "market", 60)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # A vendor that takes every connection and never answers.
        proxy = f"http://127.0.0.1:{silent.getsockname()[1]}"
        here = environment(HOME=folder, INTERNALS_HOME=home, HTTPS_PROXY=proxy, https_proxy=proxy)
        ways = dict(list(WAYS.items())[2:3]) if small else WAYS
        for name, (how, act, restores) in ways.items():
            yield _left(here, name, how, act, restores, 1 if small else 5)
        yield _resized(here, 40 if small else 300)
        yield _stopped(here)
        if not small:
            yield _killed(here)


def _started(here: dict[str, str], *, fetching: bool = False) -> tuple[Session, list[int]]:
    """A screen that shows numbers, with its fetching child where asked."""
    session = Session.start(["-m", "tui"], here)
    # The frame is enough: what is typed on it is kept, and its sizes are heeded.
    if not session.read(60, b"IWM", b"help", b"\x1b[?2004h"):
        raise AssertionError(f"no screen came: {bytes(session.sent[-500:])!r}")
    below: list[int] = []
    if fetching:
        session.press("r")
        end = time.monotonic() + 20
        while not below and time.monotonic() < end:
            session.read(0.1, b"never")
            below = children(session.pid)
        session.read(1.0, b"never")
        below = children(session.pid)
    return session, below


def _left(
    here: dict[str, str],
    name: str,
    how: str,
    act: Callable[[Session], None],
    restores: bool,
    times: int,
) -> Row:
    wrong: list[str] = []
    longest, had = 0.0, 0
    for _ in range(times):
        session, below = _started(here, fetching=True)
        had += bool(below)
        act(session)
        began = time.monotonic()
        if session.ended(GONE + 2) is None:
            wrong.append("still there after 5 s")
        while any(map(alive, below)) and time.monotonic() - began < GONE + 2:
            time.sleep(0.02)
        longest = max(longest, time.monotonic() - began)
        if any(map(alive, below)):
            wrong.append("its child is still there")
        if restores and not all(text in session.sent for text in RESTORED):
            wrong.append(f"not restored: {bytes(session.sent[-200:])!r}")
        if restores and termios.tcgetattr(session.ours)[3] & termios.ECHO == 0:
            wrong.append("no echo after the end")
        session.close()
    return judged(
        name,
        f"{how}, {times} times, with a refresh under way at a vendor that never answers",
        f"gone within {GONE:.0f} s, its children too" + "; terminal restored" * restores,
        f"gone after {longest:.1f} s at most, {had} children with it",
        wrong,
        longest <= GONE and had > 0,
    )


def _killed(here: dict[str, str]) -> Row:
    session, below = _started(here, fetching=True)
    # By then it waits for the vendor, and has nothing to say to a screen that is gone.
    session.read(2.0, b"never")
    os.kill(session.pid, signal.SIGKILL)
    session.ended(1)
    began, used = time.monotonic(), cpu(below)
    while any(map(alive, below)) and time.monotonic() - began < GONE:
        time.sleep(0.05)
    left, seconds = sum(map(alive, below)), time.monotonic() - began
    burnt = cpu(below) - used
    for pid in below:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    session.close()
    return Row(
        "kill -9 of the screen",
        "with a refresh under way",
        "its child ends too, or waits without using the processor",
        f"{len(below)} child, {left} left after {seconds:.1f} s, {burnt:.2f} s of processor",
        bool(below) and burnt < 1.0 and not left,
    )


def runnable(pid: int) -> bool:
    """Whether a thread of a process runs, or waits for the processor."""
    return any(_stat(task)[:1] == ["R"] for task in Path(f"/proc/{pid}/task").glob("*/stat"))


def cpu(pids: list[int]) -> float:
    """Processor seconds that processes have used."""
    ticks = (int(tick) for pid in pids for tick in _stat(Path(f"/proc/{pid}/stat"))[11:13])
    return sum(ticks) / os.sysconf("SC_CLK_TCK")


def _resized(here: dict[str, str], times: int) -> Row:
    session, _ = _started(here)
    chance = random.Random(2)
    for number in range(times):
        rows, columns = (1, 1) if number % 20 == 19 else (
            chance.randint(1, 70), chance.randint(1, 220))  # fmt: skip
        session.resize(rows, columns)
        session.press(chance.choice(("1", "2", "3", "4", "v", "z", "\t", PASTED)))
        session.read(0.01, b"never")
    session.resize(36, 120)
    session.read(1.0, b"never")
    for key in ("\x1b", "\x1b", "1"):
        session.press(key)
        session.read(0.3, b"never")
    session.sent.clear()
    session.press("?")
    lives = session.read(10, b"command")
    session.press("\x1b")
    session.read(0.5, b"never")
    session.press("q")
    gone = session.ended(10)
    session.close()
    return Row(
        f"{times} sizes down to 1x1",
        "TIOCSWINSZ with a key, or a paste of keys that leave, between each two",
        "it draws again, answers keys and leaves with 0",
        f"help came: {lives}; left with {session.code}",
        lives and gone is not None and session.code == 0,
    )


def _waits_in_state(pid: int, wanted: str) -> bool:
    """Until a process is in a state of the kernel's, five seconds at most."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if _stat(Path(f"/proc/{pid}/stat"))[:1] == [wanted]:
            return True
        time.sleep(0.02)
    return False


def _stopped(here: dict[str, str]) -> Row:
    session, _ = _started(here)
    session.sent.clear()
    session.press("\x1a")
    restored = session.read(10, *RESTORED[:2])
    stopped = _waits_in_state(session.pid, "T")
    session.sent.clear()
    os.kill(session.pid, signal.SIGCONT)
    again = session.read(10, b"\x1b[?1049h", b"IWM")
    # Stopped again, and then the line is dropped: a stopped process must not stay for ever.
    session.press("\x1a")
    session.read(2, *RESTORED[:2])
    _waits_in_state(session.pid, "T")
    os.close(session.ours)
    gone = session.ended(GONE)
    session.close()
    return Row(
        "ctrl+z",
        "stopped, continued; stopped again and the terminal closed",
        f"restored while stopped, drawn again; gone within {GONE:.0f} s of the closing",
        f"restored: {restored}, stopped: {stopped}, drawn again: {again}, gone: {gone is not None}",
        restored and stopped and again and gone is not None,
    )
