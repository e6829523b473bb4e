"""The number of the newest generation, stored beside the manifests to detect a removed one.

It is written only once the manifest it names is sure to last, and is lowered before one goes: no
kill and no power cut leaves it ahead of what is there. A store without it, an older release's or
one whose head is damaged, is read like any other, and nothing is said. Of a published copy alone
it may name one that never came there: the store it was taken from has lost that
(`cache.store.mirror`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from cache.store import disk, objects, pack

NAME: Final = "head"
_MOST: Final = 4096


def read(home: Path) -> int:
    """Return the newest generation known to be durable, 0 where unknown."""
    try:
        body = pack.unseal(objects.beginning(home / NAME, _MOST))
    except ValueError:
        return 0
    number = body.get("newest") if isinstance(body, dict) else None
    return number if isinstance(number, int) else 0


def write(home: Path, number: int) -> None:
    """Record a durable generation; OSError where the disk refuses."""
    if read(home) != number:
        disk.write(home / NAME, pack.seal(pack.to_json({"newest": number})))
        disk.sync(home)


def tidy(home: Path) -> None:
    """Remove what a killed writer left."""
    with suppress(OSError):
        disk.remove(home / f".{NAME}")
