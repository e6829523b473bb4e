"""Small files next to the store: a refresh's records for the next one.

Nothing depends on them: one that is missing, damaged or cannot be written costs requests, no more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from cache.facts import regular_files
from cache.store import disk

#: The most read of such a file.
_LIMIT: Final = 1 << 22


def rows(path: Path) -> list[Any]:
    """Return the rows of a file; empty where it is missing or unreadable."""
    try:
        document = json.loads(regular_files.read_or_none(path, _LIMIT) or b"")
    except (ValueError, RecursionError):
        return []
    return document if isinstance(document, list) else []


def keep(path: Path, entries: Sequence[Sequence[Any]]) -> None:
    """Replace the rows of a file; a failed write is ignored."""
    with suppress(OSError):
        disk.replace(path, json.dumps(entries).encode())
