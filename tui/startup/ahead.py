"""The first answer, worked out by a child while what draws it is still being loaded.

Loading and answering cannot be done at once by one interpreter, and a start is little else. So
the program forks before either: the child reads the store, answers the first question, hands
the snapshot over and is gone. Where it fails, or brings another question's answer, the screen
asks as it always does, and then tells what is wrong.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.answer.views import Snapshot
    from core.data.question import Question

#: Bytes asked of the pipe at once.
_PIECE: Final = 1 << 20


class Ahead:
    """An answer that a child is working on.

    Args:
        child: its process.
        pipe: where the answer comes from.
    """

    def __init__(self, child: int, pipe: int) -> None:
        self._child, self._pipe = child, pipe

    def take(self, question: Question) -> Snapshot | None:
        """The answer once it is there; None where the child has none to this question.

        It can be had once.
        """
        from tui.startup.carried import unpacked

        parts = []
        with suppress(OSError):
            while part := os.read(self._pipe, _PIECE):
                parts.append(part)
        self.end()
        try:
            found: Snapshot = unpacked(b"".join(parts))
        except ValueError:
            return None
        return found if found.question == question else None

    def end(self) -> None:
        """Nothing more is wanted of the child; once or more often."""
        child, self._child = self._child, 0
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(self._pipe)


@contextmanager
def begun(answer: Callable[[], Snapshot]) -> Iterator[Ahead | None]:
    """Let a child work out an answer; None where no processor is free for it.

    Called while nothing but the program's first modules is loaded and no thread runs.

    Args:
        answer: what the child calls; whatever it raises is left for the screen to meet.
    """
    ahead = _forked(answer) if spare() else None
    try:
        yield ahead
    finally:
        if ahead is not None:
            ahead.end()


def _forked(answer: Callable[[], Snapshot]) -> Ahead | None:
    ours, its = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(ours)
        os.close(its)
        return None
    if child:
        os.close(its)
        return Ahead(child, ours)
    try:
        # it is gone before there is garbage
        gc.disable()
        os.close(ours)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        from tui.startup.carried import packed

        answered = packed(answer())
        with os.fdopen(its, "wb") as file:
            file.write(answered)
    finally:
        # whatever happened: nothing of the parent's is given back or written by a child
        os._exit(0)


def spare() -> bool:
    """Whether another processor is likely to be free: on one alone two take longer than one."""
    if sys.platform == "win32":
        return False
    own = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if own else os.cpu_count() or 1
    return running() < processors


def running() -> float:
    """What runs at this moment, this process included; where nobody tells, what ran of late."""
    try:
        # "0.20 0.18 0.12 1/80 11206": what runs, of all there is
        return int(Path("/proc/loadavg").read_text("ascii").split()[3].partition("/")[0])
    except (OSError, ValueError, IndexError):
        return os.getloadavg()[0] + 1
