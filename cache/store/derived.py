"""What was worked out from one generation, kept beside it so that it is not worked out again.

    HOME/derived/00000012-HASH.json     HASH is of the generation and of what was asked

A file is written whole or not at all, verified by its own hash when it is read, and goes with its
generation. Where nothing can be written, everything is worked out each time.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.errors import StoreError
from cache.store import disk, objects, pack
from cache.store.objects import Damaged

if TYPE_CHECKING:
    from cache.store.pack import Json

_NAME: Final = "derived"


class Derived:
    """What was worked out from the newest generation of a store.

    Args:
        home: the store's.
        identity: from `StoreReader.identity`.
    """

    def __init__(self, home: Path, identity: str) -> None:
        self._directory, self._identity = home / _NAME, identity

    @property
    def number(self) -> int:
        """The generation's."""
        return int(self._identity.split(" ", 1)[0])

    def _path(self, asked: str) -> Path:
        name = sha256(f"{self._identity} {asked}".encode()).hexdigest()
        return self._directory / f"{self.number:08d}-{name}.json"

    def read(self, asked: str) -> Json | None:
        """What is kept for something that was asked; None where there is nothing, or damaged."""
        try:
            return pack.unseal(objects.read(self._path(asked)))
        except (Damaged, StoreError, ValueError):
            return None

    def keep(self, asked: str, answer: Json) -> None:
        """Keep an answer; nothing where the directory cannot be written."""
        with suppress(OSError):
            disk.replace(self._path(asked), pack.seal(pack.to_json(answer)))


def tidy(home: Path, numbers: Collection[int]) -> None:
    """Drop what was worked out from generations that are gone, as far as the disk allows."""
    prefixes = {f"{number:08d}" for number in numbers}
    # the store has more to tidy after this
    with suppress(OSError):
        for path in (home / _NAME).iterdir():
            if path.name[:8] not in prefixes:
                disk.remove(path)
