"""Yahoo's prices, imported when the first is asked for: a second that most refreshes do without."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cache.store import disk

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.refresh.gate import Answer
    from cache.sources.yahoo.yahoo import Yahoo


class DeferredYahoo:
    """`Yahoo` as a source whose heavy imports wait for the first `fetch`.

    A refresh that finds everything current, or waits for another one and takes over its answer,
    costs 0.3 s of processor time in place of 1.4.
    """

    name = "Yahoo"

    def __init__(self, private: Path, **options: Any) -> None:
        """Import nothing yet.

        Args:
            private: a directory for whatever yfinance keeps; made now.
            options: the others of `Yahoo`.

        Raises:
            OSError: the directory cannot be made.
        """
        disk.make(private)
        self._private, self._options = private, options
        self._yahoo: Yahoo | None = None

    @property
    def unreachable(self) -> bool:
        """Whether not a single request was answered."""
        return self._yahoo is not None and self._yahoo.unreachable

    @property
    def limited_until(self) -> datetime | None:
        """When a rate limit was met, the time to try again."""
        return self._yahoo.limited_until if self._yahoo else None

    @property
    def off(self) -> timedelta:
        """How far this machine's clock is ahead of Yahoo's."""
        return self._yahoo.off if self._yahoo else timedelta()

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._yahoo.requests if self._yahoo else 0

    @property
    def retried(self) -> int:
        """How many symbols were requested a second time."""
        return self._yahoo.retried if self._yahoo else 0

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Send the requests, and yield each answer on arrival, as `Yahoo.fetch`."""
        if self._yahoo is None:
            from cache.sources.yahoo.yahoo import Yahoo

            self._yahoo = Yahoo(self._private, **self._options)
        return self._yahoo.fetch(asks, now=now, stop=stop)
