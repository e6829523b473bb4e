"""Protocols of a refresh's sources: prices, and holdings files."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cache.facts.errors import Rejected
    from cache.facts.funds import Fund
    from cache.refresh.ask import Ask
    from cache.refresh.gate import Answer
    from cache.refresh.host_backoff import LeftHost
    from core.data.frames import Holdings


class PriceSource(Protocol):
    """Where prices come from."""

    name: str

    @property
    def unreachable(self) -> bool:
        """Whether not a single request was answered."""

    @property
    def limited_until(self) -> datetime | None:
        """When a rate limit was met, the time to try again."""

    @property
    def off(self) -> timedelta:
        """How far this machine's clock is ahead of the vendor's, 0 where nothing is known."""

    @property
    def requests(self) -> int:
        """Requests sent so far."""

    @property
    def retried(self) -> int:
        """How many symbols were requested a second time."""

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Send the requests, and yield each answer on arrival."""


class FileRead(Protocol):
    """A holdings file as a source reads it."""

    @property
    def holdings(self) -> Holdings:
        """Its lines."""

    @property
    def raw(self) -> bytes:
        """The bytes exactly as they came."""

    @property
    def rejected(self) -> Sequence[Rejected]:
        """Rows that could not be read."""


class FileSource(Protocol):
    """Where holdings files come from."""

    requests: int
    second: int
    retried: int
    dated: str | None
    refusals: dict[str, LeftHost]

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        """One file and the address it came from."""

    def read(
        self, raw: bytes, address: str, *, fund: str, now: datetime, as_of: date | None = None
    ) -> FileRead:
        """The file of such bytes.

        Raises:
            SourceError: the file cannot be used.
        """
