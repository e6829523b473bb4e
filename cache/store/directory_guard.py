"""The directory of a store as long as something is brought into it: this one and no other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cache.facts.errors import StoreError


class DirectoryGuard:
    """Tells a directory from another that is put in its place.

    Args:
        home: the directory, which need not exist yet.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pinned: tuple[int, int] | None = None

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Meanwhile nothing is written to another directory of this name, and none is made."""
        self._pinned = self._identity()
        try:
            yield
        finally:
            self._pinned = None

    def check(self) -> None:
        """Refuse to go on where the directory that was pinned is gone, or another is there.

        Raises:
            StoreError: it says so.
        """
        if self._pinned is not None and self._identity() != self._pinned:
            raise StoreError(
                f"{self._home} was taken away or replaced meanwhile; what came since is not kept"
            )

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._home)  # noqa: PTH116
        except OSError:
            return None
        return status.st_dev, status.st_ino
