"""Reading the store's files: each opened once, and trusted only as the bytes that were read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from cache.errors import StoreError

#: What it means that a file cannot be read: it is not there, or is none.
_DAMAGES: Final = (errno.ENOENT, errno.EIO, errno.ELOOP)
#: Bytes from which a file is read into a room.
_LARGE: Final = 1 << 20
#: Where a file begins in a room, so that its numbers stand as the processor likes them.
_STEP: Final = 64


class Damaged(Exception):  # noqa: N818  caught by the store, never shown as an error
    """A file is missing or is not what its name says."""


class Room:
    """Memory for the large ones among some files, asked for in one piece.

    A system gives out one large piece in large pages, for which NumPy asks it; the same bytes in
    a piece a file come 4 KB at a time, and that takes three times as long as reading them.
    """

    def __init__(self, paths: Iterable[Path]) -> None:
        """Files that cannot be looked at are left to `read`."""
        self._places: dict[Path, tuple[int, int]] = {}
        end = 0
        for path in paths:
            try:
                size = os.stat(path).st_size  # noqa: PTH116
            except OSError:
                continue
            if size >= _LARGE:
                self._places[path] = end, end + size
                end += -(-size // _STEP) * _STEP
        self._memory = np.empty(end, np.uint8).data

    def read(self, path: Path) -> bytes | memoryview:
        """A file's bytes.

        Raises:
            Damaged: it is not there, or is no file.
            StoreError: it cannot be read now, which says nothing about it.
        """
        if path not in self._places:
            return read(path)
        first, last = self._places[path]
        try:
            with path.open("rb", buffering=0) as file:
                # Put right meanwhile, it has another size.
                if os.fstat(file.fileno()).st_size != last - first:
                    return file.readall()
                while first < last and (got := file.readinto(self._memory[first:last])):
                    first += got
        except OSError as error:
            raise _refused(path, error) from error
        return self._memory[slice(*self._places[path])].toreadonly()


def read(path: Path) -> bytes:
    """A file's bytes; see `Room.read` for what it raises."""
    try:
        # Of a pipe or a device nobody knows when it ends.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Damaged(f"{path.parent.name}/{path.name} is no file")
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> Damaged | StoreError:
    # Only the disk itself can damage a generation: not a lack of rights or of descriptors.
    if error.errno in _DAMAGES:
        return Damaged(f"{path.parent.name}/{path.name}: {error.strerror}")
    return StoreError(f"cannot read {path}: {error.strerror}")
