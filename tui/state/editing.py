"""The user's files are edited by one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cache.store import disk

if TYPE_CHECKING:
    from pathlib import Path

#: Seconds to wait for another process that edits the user's files.
PATIENCE: Final = 5.0


@contextmanager
def editing(file: Path, lock: Path) -> Iterator[None]:
    """Lock the user's files between reading one and writing it.

    Args:
        file: what is edited; it and its directory need not exist.
        lock: a file that one process at a time has meanwhile.

    Raises:
        StoreBusy: another process does not let go of it.
        OSError: a directory or the lock's file cannot be made.
    """
    disk.make(lock.parent)
    disk.make(file.parent)
    with disk.locked(lock, PATIENCE):
        yield


def rewrite(file: Path, lock: Path, changed: Callable[[str], str]) -> None:
    """Change the text of one of the user's TOML files, "" where there is none yet.

    Args:
        file: it and its directory need not exist.
        lock: see `editing`.
        changed: the text after the change, of the text before it.

    Raises:
        SourceError: the file is broken; and what ``changed`` raises, when the file stays.
        StoreBusy: see `editing`.
        OSError: the file cannot be written.
    """
    from cache.facts.datafile import toml_text

    with editing(file, lock):
        try:
            before = toml_text(file)
        except (FileNotFoundError, NotADirectoryError):
            before = ""
        # a link stays one
        disk.replace(file.resolve(), changed(before).encode())
