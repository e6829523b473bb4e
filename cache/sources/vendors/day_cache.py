"""A cache of the market days that a long first fetch has downloaded, until all are there.

Two years of days at five a minute take hours: whoever stops in between goes on where they were.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts import regular_files
from cache.store import disk

if TYPE_CHECKING:
    from cache.sources.vendors.as_traded import Bar

#: Fewer days than this are requested again.
KEPT_BEYOND: Final = 10
#: A day kept for longer is requested again: its vendor may have corrected it.
_FRESH: Final = timedelta(days=3)
#: The most read of one, packed.
_LIMIT: Final = 8 << 20


class DayCache:
    """The cached days in a folder; failing to write one is no error."""

    def __init__(self, folder: Path | None, now: datetime) -> None:
        """Read nothing yet; without a folder none is cached."""
        self._folder, self._now = folder, now

    def day(self, when: date, fetch: Callable[[date], Mapping[str, Bar]]) -> Mapping[str, Bar]:
        """A session of the market, from the cache, or fetched and cached."""
        if self._folder is None:
            return fetch(when)
        path = self._folder / f"{when}.json.gz"
        if (bars := self._read(path)) is not None:
            return bars
        market = fetch(when)
        if market:
            with suppress(OSError):
                disk.replace(path, gzip.compress(json.dumps(dict(market)).encode(), 1))
        return market

    def _read(self, path: Path) -> dict[str, Bar] | None:
        try:
            age = self._now.timestamp() - path.stat().st_mtime
            if not -60 < age < _FRESH.total_seconds():
                return None
            rows = json.loads(gzip.decompress(regular_files.read_or_none(path, _LIMIT) or b""))
            return {
                str(name): (float(close), float(volume)) for name, (close, volume) in rows.items()
            }
        except (OSError, EOFError, ValueError, TypeError, IndexError, AttributeError, zlib.error):
            return None

    def clear(self) -> None:
        """Remove all days: all answers are complete."""
        if self._folder is None:
            return
        with suppress(OSError):
            for path in self._folder.glob("*.json.gz"):
                path.unlink()
            self._folder.rmdir()
