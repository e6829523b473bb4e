"""Reads the store's files: each is opened once, and verified by the bytes that were read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from cache.facts import system
from cache.facts.errors import StoreError

#: What it means that a file cannot be read: it is not there, or is none, or its file system says
#: that it is broken.
_DAMAGES: Final = (
    *(errno.ENOENT, errno.EIO, errno.ELOOP, errno.EBADMSG),
    *((errno.EUCLEAN,) if hasattr(errno, "EUCLEAN") else ()),
)
#: Bytes from which a file is read into one common piece of memory.
_LARGE: Final = 1 << 20
#: Bytes that no file of a store has: a year's closes of half a million lines.
MOST: Final = 1 << 30
#: Bytes of a manifest up to the end of its hash.
_HASHED: Final = 76
#: Where a file begins in the memory, so that its numbers stand as the processor likes them.
_STEP: Final = 64
_NOWHERE: Final = memoryview(b"")


class Damaged(Exception):  # noqa: N818  caught by the store, never shown as an error
    """A file is missing or is not what its name says."""


class FileMemory:
    """Memory for the large files among some, allocated in one piece.

    A system gives out one large piece in large pages, for which NumPy asks it; the same bytes in
    a piece a file come 4 KB at a time, and that takes three times as long as reading them.
    """

    def __init__(self, paths: Iterable[Path | str]) -> None:
        """Files that cannot be looked at, and those of a strange size, are left to `read`."""
        self._places: dict[Path | str, slice] = {}
        self._memory, end = _NOWHERE, 0
        for path in paths:
            try:
                status = os.stat(path)  # noqa: PTH116
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode) and _LARGE <= status.st_size <= MOST:
                self._places[path] = slice(end, end + status.st_size)
                end += -(-status.st_size // _STEP) * _STEP
        # What is not there in one piece may be there file by file: sizes can lie.
        with suppress(MemoryError):
            self._memory = np.empty(end, np.uint8).data

    def read(self, path: Path | str) -> bytes | memoryview:
        """A file's bytes; see `read` for what it raises."""
        return _read(path, self._memory[self._places.get(path, slice(0))])


def beginning(path: Path, size: int = _HASHED) -> bytes:
    """Return a file's first bytes, for a manifest those with its hash; b"" where unreadable.

    Whatever stands there, it ends soon: a pipe does not block, a device is cut short.
    """
    try:
        opened = os.open(path, system.READ)
    except OSError:
        return b""
    try:
        return os.read(opened, size)
    except OSError:
        return b""
    finally:
        os.close(opened)


def read(path: Path | str) -> bytes:
    """A file's bytes.

    Raises:
        Damaged: it is not there, is no file, or is larger than any of a store.
        StoreError: it cannot be read now, which says nothing about it.
    """
    return bytes(_read(path, _NOWHERE))


def _read(path: Path | str, memory: memoryview) -> bytes | memoryview:
    """Return a file's bytes, in the reserved memory where the size is unchanged."""
    try:
        # Before it is opened, since to open a device may do something; and once more after.
        _regular(path, os.stat(path))  # noqa: PTH116
        opened = os.open(path, system.READ)
        try:
            size = _regular(path, os.fstat(opened))
            if not memory or size != len(memory):
                return _piece(opened, size)
            return _filled(opened, memory)
        finally:
            os.close(opened)
    except OSError as error:
        # Only the disk itself can damage a generation: not a lack of rights or of descriptors.
        if error.errno in _DAMAGES:
            raise Damaged(f"{_name(path)}: {error.strerror}") from error
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    except MemoryError as error:
        raise StoreError(f"cannot read {path}: there is not enough memory") from error


def _regular(path: Path | str, status: os.stat_result) -> int:
    """Return the size of a regular file; a pipe or a device is refused."""
    if not stat.S_ISREG(status.st_mode):
        raise Damaged(f"{_name(path)} is no file")
    if status.st_size > MOST:
        raise Damaged(f"{_name(path)} has {status.st_size:,} bytes, as no file of a store has")
    return status.st_size


def _piece(opened: int, size: int) -> bytes:
    """Read at most so many bytes: a file that grows while it is read has no end."""
    parts = []
    while size and (part := os.read(opened, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _filled(opened: int, memory: memoryview) -> memoryview:
    """Return the bytes that were read, without the rest of the memory of a shorter file."""
    size = 0
    while size < len(memory) and (count := os.readv(opened, [memory[size:]])):
        size += count
    return memory[:size].toreadonly()


def _name(path: Path | str) -> str:
    return "/".join(Path(path).parts[-2:])


def check_size(data: bytes) -> None:
    """Refuse bytes that no file of a store has.

    Raises:
        StoreError: there are too many.
    """
    if len(data) > MOST:
        raise StoreError(f"{len(data):,} bytes in one piece are more than a store takes")


def holds(path: Path, data: bytes) -> bool:
    """Whether a file exists with this content; an unreadable one does not count."""
    try:
        return read(path) == data
    except Damaged:
        return False
