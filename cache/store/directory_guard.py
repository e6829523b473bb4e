"""Guards a store's directory against being replaced while something is written to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cache.facts.errors import StoreError


class DirectoryGuard:
    """Recognises that a directory was replaced by another of the same name.

    Args:
        home: the directory, which need not exist yet.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._pinned: tuple[int, int] | None = None

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Pin the directory: meanwhile nothing is written to, or made in place of, another one."""
        self._pinned = self._identity()
        try:
            yield
        finally:
            self._pinned = None

    def check(self) -> None:
        """Raise where the pinned directory is gone or was replaced.

        Raises:
            StoreError: it says so.
        """
        if self._pinned is not None and self._identity() != self._pinned:
            raise StoreError(
                f"{self._home} was removed or replaced meanwhile; what arrived since is not stored"
            )

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._home)  # noqa: PTH116
        except OSError:
            return None
        return status.st_dev, status.st_ino
