"""Differences between operating systems: opening and locking files, and the user's identity.

POSIX systems have all of it. Windows has no ownership by number, syncs no directories, and locks
through another module; elsewhere there may be no locks at all. `lacking` names what the program
does without, for `internals doctor`.
"""

from __future__ import annotations

import importlib
import os
import signal
from typing import Any, Final


def _module(name: str) -> Any:
    """A module that not every system has, None where it is not there."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


_FCNTL: Final = _module("fcntl")
#: Flags for reading a file whose kind is not known yet: a pipe in its place must not block.
READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
#: Further flags for a pipe or a device: no wait for a reader, and it does not become our terminal.
UNASKED: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
#: Flags for writing a new file, in place of what was there.
WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
#: Flags for a lock's file, which is read and written.
LOCK: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
#: Signals that ask a program to end, as far as the system has them.
ENDING: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
#: Where Windows locks a file: far behind its content, which stays readable for others.
_BEHIND: Final = 1 << 30


def try_lock(opened: int) -> bool:
    """Lock an open file for this process until it is closed.

    Returns:
        False where another process holds it; True where it is ours, or where the system has no
        file locks (`lacking` says so).
    """
    if _FCNTL is not None:
        try:
            _FCNTL.flock(opened, _FCNTL.LOCK_EX | _FCNTL.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    msvcrt = _module("msvcrt")
    if msvcrt is None:
        return True
    place = os.lseek(opened, 0, os.SEEK_CUR)
    try:
        os.lseek(opened, _BEHIND, os.SEEK_SET)
        msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    finally:
        os.lseek(opened, place, os.SEEK_SET)
    return True


def user() -> int | None:
    """The number of the user who runs this, None where files have no owner by number."""
    geteuid = getattr(os, "geteuid", None)
    return None if geteuid is None else int(geteuid())


def lacking() -> tuple[str, ...]:
    """The features that this system lacks, not promised here; () on a POSIX system."""
    gaps = []
    if _FCNTL is None and _module("msvcrt") is None:
        gaps.append("no file locks: only one process may write to a store at a time")
    if user() is None:
        gaps.append("no owners of files: who may write to a store is not checked")
    if not hasattr(os, "O_DIRECTORY"):
        gaps.append("directories are not synced: the last refresh may be lost in a power cut")
    if _module("resource") is None:
        gaps.append("no limits on memory for the process that reads foreign files")
    if _module("termios") is None:
        gaps.append("the screen runs on Textual's own driver, which sends more bytes")
    return tuple(gaps)
