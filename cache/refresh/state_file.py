"""Small files next to the store: a refresh's records for the next one.

Nothing depends on them: one that is missing, damaged or cannot be written costs requests, no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from cache.facts import regular_files
from cache.store import disk

Key = TypeVar("Key")
Value = TypeVar("Value")
#: The most read of such a file.
_LIMIT: Final = 1 << 22


def read(path: Path, parse: Callable[..., tuple[Key, Value]]) -> dict[Key, Value]:
    """The rows of a file by their keys; none where it is missing or unreadable.

    Args:
        path: the file.
        parse: the key and the value of a row's cells; raises ValueError or TypeError for a damaged
            row, which is skipped.
    """
    try:
        document = json.loads(regular_files.read_or_none(path, _LIMIT) or b"")
    except (ValueError, RecursionError):
        return {}
    entries: dict[Key, Value] = {}
    for row in document if isinstance(document, list) else ():
        with suppress(ValueError, TypeError, OverflowError):
            key, value = parse(*row)
            entries[key] = value
    return entries


def moment(text: str) -> datetime:
    """A time as `keep` wrote it.

    Raises:
        ValueError, TypeError: it is none, or has no time zone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def keep(path: Path, entries: Sequence[Sequence[Any]]) -> None:
    """Replace the rows of a file; a failed write is ignored."""
    with suppress(OSError):
        disk.replace(path, json.dumps(entries).encode())
