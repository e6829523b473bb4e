"""A cache of results computed from a store, in files beside it.

    HOME/derived/HASH.json     HASH is of what was asked

A file says of which generation it is; what it holds may be good for a later one too, which whoever
kept it can tell. It is written whole or not at all, and verified by its hash when it is read.
Where nothing can be written, everything is worked out each time.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.errors import StoreError
from cache.store import disk, objects, pack
from cache.store.compression import as_before, smaller
from cache.store.objects import Damaged

if TYPE_CHECKING:
    from cache.store.pack import Json

_NAME: Final = "derived"
#: Files that stay; those written longest ago go.
MOST: Final = 100


class Derived:
    """A cache of results computed from a store.

    Args:
        home: the store's.
        identity: of its newest generation, from `StoreReader.identity`.
    """

    def __init__(self, home: Path, identity: str) -> None:
        self._directory, self._identity = home / _NAME, identity

    @property
    def number(self) -> int:
        """The generation's."""
        return int(self._identity.split(" ", 1)[0])

    def _path(self, key: str) -> Path:
        return self._directory / f"{sha256(key.encode()).hexdigest()}.json"

    def read(self, key: str) -> tuple[Json, bool]:
        """The cached result of a key, and whether it is of this very generation.

        Empty and False where nothing is cached or it is damaged.
        """
        try:
            sealed = pack.unseal(as_before(objects.read(self._path(key))))
        except (Damaged, StoreError, ValueError):
            sealed = None
        if sealed is None:
            return {}, False
        return sealed["answer"], sealed["identity"] == self._identity

    def keep(self, key: str, answer: Json) -> None:
        """Cache a result of this generation; nothing where the directory cannot be written."""
        sealed = {"identity": self._identity, "answer": answer}
        with suppress(OSError, StoreError):
            disk.replace(self._path(key), smaller(pack.seal(pack.to_json(sealed))))


def tidy(home: Path) -> None:
    """Remove the oldest cached results, as far as the disk allows."""
    # the store has more to tidy after this
    with suppress(OSError):
        written = [(path.stat().st_mtime, path) for path in (home / _NAME).iterdir()]
        for _, path in sorted(written, key=itemgetter(0), reverse=True)[MOST:]:
            disk.remove(path)
