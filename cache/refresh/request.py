"""The request of a refresh: which funds and lines to fetch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from cache.facts.vendors import RATE
from core.data.record import record

if TYPE_CHECKING:
    from datetime import date, datetime

    from cache.facts.funds import Fund
    from core.data.frames import Reference


@record(frozen=True, slots=True)
class Request:
    """What a refresh is to fetch.

    Attributes:
        pair: the two funds.
        now: the time, with its time zone.
        reference: exchange sessions, renamed symbols, reconstitution dates.
        funds: where issuers keep their files; without it no file is requested.
        full: ask for everything, whole.
        again: ask also for what waits after a failure.
        years: how far back the lines go; funds go back to 1993, indices to 1927.
        since: start of the window, for the holdings files of its start and month ends.
        rate: requests a second, for the expected time.
        board: funds whose closes alone are brought, whole as those of the pair: no lines, no
            files; () for the pair itself.
    """

    pair: tuple[str, str]
    now: datetime
    reference: Reference
    funds: Mapping[str, Fund] = field(default_factory=dict)
    full: bool = False
    again: bool = False
    years: int = 2
    since: date | None = None
    rate: float = RATE
    board: tuple[str, ...] = ()

    @property
    def leading(self) -> tuple[str, ...]:
        """The symbols that come first, whole, and never wait: without them nothing is answered."""
        return self.board or self.pair
