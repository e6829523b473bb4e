"""Read files that others may have placed: only regular files of a limited size.

A pipe has no end, a device may act when it is opened, and a sparse file of terabytes takes no
room on the disk: each would be a wait or all memory.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from cache.facts import system
from cache.facts.clean import clean
from cache.facts.errors import SourceError

#: The largest of a person's small files that is read.
SMALL: Final = 1 << 20
_KINDS: Final = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


def opened(path: Path, largest: int) -> BinaryIO:
    """A regular file opened for reading; anything else is refused without being read.

    Raises:
        OSError: it is missing or may not be read.
        SourceError: it is a directory, a pipe, a device or too large.
    """
    # Looked at before it is opened: opening a device can already do something.
    _check(path, os.stat(path), largest)  # noqa: PTH116
    # Not blocking: a pipe put in its place meanwhile must not hang us.
    file = os.fdopen(os.open(path, system.READ), "rb")
    try:
        _check(path, os.fstat(file.fileno()), largest)
    except SourceError:
        file.close()
        raise
    return file


def read(path: Path, largest: int = SMALL) -> bytes:
    """The bytes of a regular file.

    Raises:
        OSError: it is missing or cannot be read.
        SourceError: it is a directory, a pipe, a device or too large.
    """
    with opened(path, largest) as file:
        return file.read(largest)


def read_or_none(path: Path, largest: int = SMALL) -> bytes | None:
    """Return the bytes of an optional file; None where it is missing or unreadable."""
    with suppress(OSError, ValueError, SourceError):
        return read(path, largest)
    return None


def _check(path: Path, status: os.stat_result, largest: int) -> None:
    """Refuse what is no regular file, or is too large."""
    name = clean(str(path), 200)
    if not stat.S_ISREG(status.st_mode):
        kind = next((kind for test, kind in _KINDS if test(status.st_mode)), "a device")
        raise SourceError(f"is {kind}; a regular file is needed", file=name)
    if status.st_size > largest:
        size = f"holds {status.st_size >> 20:,} MB; at most {largest >> 20:,} MB are read"
        raise SourceError(size, file=name)
