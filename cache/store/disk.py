"""Durable files: written whole or not at all, and still there after a power cut.

Everything the store does to a disk goes through the calls of `os` made here, so that an
experiment can take the place of that one name and fail, record or replay each of them.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cache.facts import system
from cache.facts.errors import StoreBusy


def write(path: Path, data: bytes) -> None:
    """Write a file atomically and durably: temporary file, fsync, rename; mode as the directory.

    The name itself lasts once the directory was synced. One writer at a time: the temporary
    name is free, or left over from a writer that was killed.

    Raises:
        OSError: nothing stands under the name that did not stand there before.
    """
    temporary = path.with_name(f".{path.name}")
    mode = os.stat(path.parent).st_mode & 0o666  # noqa: PTH116
    write_new(temporary, data, mode)
    os.replace(temporary, path)  # noqa: PTH105


def replace(path: Path, data: bytes) -> None:
    """Write a small file for its owner alone, atomically: processes and threads may do so at once.

    Missing directories are made.

    Raises:
        OSError: the file is as it was before.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        make(path.parent)
        write_new(temporary, data, 0o600)
        os.replace(temporary, path)  # noqa: PTH105
    except OSError as error:
        with suppress(OSError):
            remove(temporary)
        # the file that was wanted is what a message is to name
        error.filename, error.filename2 = str(path), None
        raise


def write_new(path: Path, data: bytes, mode: int | None) -> None:
    """Write a new file durably (fsync); a mode of None is the umask's."""
    opened = os.open(path, system.WRITE, 0o666 if mode is None else 0o600)
    try:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(opened, mode)
        unwritten = memoryview(data)
        while unwritten:
            unwritten = unwritten[os.write(opened, unwritten) :]
        os.fsync(opened)
    finally:
        os.close(opened)


def sync(directory: Path) -> None:
    """Make the names in a directory durable (fsync), where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sync_above(directory: Path) -> None:
    """Make the path down to a directory durable, as far as permissions and the system allow.

    It ends where the directory's file system is mounted: the names above are not of this disk, and
    to sync another one is a wait of milliseconds.
    """
    device = os.stat(directory).st_dev  # noqa: PTH116
    for above in directory.absolute().parents:
        try:
            if os.stat(above).st_dev != device:  # noqa: PTH116
                return
            sync(above)
        except OSError as error:
            if error.errno == errno.EIO:
                raise


def make(directory: Path) -> None:
    """Make a directory of mode 0700, and its missing parents."""
    if directory.is_dir():
        return
    if directory != directory.parent:
        make(directory.parent)
    with suppress(FileExistsError):
        os.mkdir(directory, 0o700)  # noqa: PTH102


def remove(path: Path) -> None:
    """Remove a file; one that is gone already is no error."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108


@contextmanager
def locked(path: Path, timeout: float) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends.

    Args:
        path: the lock's file, made where there is none.
        timeout: seconds to wait for whoever holds it.

    Raises:
        StoreBusy: it was not free within that time.
        OSError: the file cannot be made or opened.
    """
    opened = os.open(path, system.LOCK, 0o600)
    try:
        deadline = time.monotonic() + timeout
        while not system.try_lock(opened):
            if time.monotonic() >= deadline:
                raise StoreBusy(f"another process is writing to {path.parent}; try again later")
            time.sleep(0.02)
        yield
    finally:
        os.close(opened)
