"""A program in a pseudo-terminal: keys in, bytes and times out."""

from __future__ import annotations

import compileall
import fcntl
import math
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
#: Columns and rows of every measurement.
SIZE: Final = (160, 45)
#: Questions a program asks its terminal, and what an up-to-date terminal answers.
ANSWERS: Final = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # output in whole frames: known
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;c",
}
#: Where a frame puts text: the row of every absolute move.
_ROW: Final = re.compile(rb"\x1b\[(\d+)(?:;\d+)?H")


@dataclass
class Burst:
    """What came after a key, and the seconds from the key to it.

    Attributes:
        data: every byte.
        first: to the first piece that is an answer.
        answered: to the last piece that is one.
        last: to the last piece of all.
        cpu: seconds of processor time that the program had taken at the first answer.
        answer: bytes of the pieces that are an answer.
    """

    data: bytes = b""
    first: float = 0.0
    answered: float = 0.0
    last: float = 0.0
    cpu: float = 0.0
    answer: int = 0

    @property
    def size(self) -> int:
        """Bytes as sent."""
        return len(self.data)


def rows_of(data: bytes) -> set[int]:
    """Rows, counted from 1, that a frame moves to."""
    return {int(row) for row in _ROW.findall(data)}


# a start is measured as an installed program's: where Python writes no bytecode, it is made here
for _room in ("core", "cache", "tui", "bench"):
    compileall.compile_dir(ROOT / _room, quiet=1)


def idle(pid: int) -> bool:
    """Whether every thread of a program waits; True where the system does not tell.

    What a busy machine has not run yet is silent too, and is not at its end.
    """
    try:
        tasks = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:
        return False  # a thread has ended this moment
    return {task.rpartition(")")[2].split()[0] for task in tasks} <= {"S", "Z"}


class Terminal:
    """A child in a pseudo-terminal of its own that answers as a terminal does.

    Args:
        argv: the program.
        size: columns and rows.
        env: variables over those of a plain true-colour terminal.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = SIZE,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.squeezed = 0
        self._zlib = zlib.compressobj(6)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TEXTUAL", "INTERNALS"))}
        variables = {
            **kept,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **(env or {}),
        }
        variables.pop("NO_COLOR", None)
        variables |= {"NO_COLOR": "1"} if env and "NO_COLOR" in env else {}
        self.started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execvpe(argv[0], list(argv), variables)
        self.resize(*size)
        self.ended = False

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self._fd)
            self.ended = True

    def cpu(self) -> float:
        """Seconds of processor time that the program has taken; NaN but on Linux."""
        # the clock of another process, as `clock_getcpuclockid` names it
        return time.clock_gettime(~self.pid << 3 | 2) if sys.platform == "linux" else math.nan

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What comes within a time, at once when something does; b"" where nothing does."""
        if not select.select([self._fd], [], [], max(seconds, 0))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 20)
        except OSError:
            return b""
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self._fd, answer)
        # as ``ssh -C`` does: one stream, flushed after each packet
        packed = self._zlib.compress(data) + self._zlib.flush(zlib.Z_PARTIAL_FLUSH)
        self.squeezed += len(packed)
        return data

    def burst(
        self,
        since: float | None = None,
        *,
        quiet: float = 0.3,
        most: float = 20.0,
        wanted: Callable[[bytes], bool] = bool,
        settle: bool = True,
    ) -> Burst:
        """Everything until the program has been quiet for a while.

        Args:
            since: moment the times count from; now, where not given.
            quiet: seconds without an answer that end it, once one came.
            most: seconds after which it ends in any case.
            wanted: whether a piece of output is the answer that is waited for.
            settle: whether any byte puts off the end, or an answer alone: a refresh reports on.
        """
        since = time.perf_counter() if since is None else since
        found, until = Burst(), since + most
        while (left := until - time.perf_counter()) > 0:
            piece = self.read(left)
            at = time.perf_counter() - since
            if not piece:
                if at >= most or idle(self.pid):
                    break
                until = min(since + at + quiet, since + most)
                continue
            found.data += piece
            found.last = at
            if wanted(piece):
                if not found.first:
                    found.first, found.cpu = at, self.cpu()
                found.answered = at
                found.answer += len(piece)
            if found.answer:
                until = since + min((at if settle else found.answered) + quiet, most)
        return found

    def press(
        self,
        keys: str,
        *,
        quiet: float = 0.3,
        most: float = 5.0,
        wanted: Callable[[bytes], bool] = bool,
        settle: bool = True,
    ) -> Burst:
        """Type, and take everything that comes of it."""
        since = time.perf_counter()
        self.send(keys)
        return self.burst(since, quiet=quiet, most=most, wanted=wanted, settle=settle)


def drained(terminal: Terminal, seconds: float) -> bytes:
    """What a program sends while it is left alone for a time."""
    data, end = b"", time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        data += terminal.read(left)
    return data
