"""This machine's clock compared with the clocks of the servers that answer it."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from core.data.frames import median

#: A clock may be this far off before it is reported: an answer takes a while, and may be cached.
BEARABLE: Final = timedelta(minutes=2)


def http_date(text: str | None) -> datetime | None:
    """The time of an HTTP header (RFC 9110, 5.6.7), in UTC; None where it is no time."""
    # loads random numbers and sockets, which no command but a refresh needs
    from email.utils import parsedate_to_datetime

    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(text or "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return None


class Skew:
    """How far this machine's clock is ahead of a vendor's, by the Date of its answers."""

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._lock = threading.Lock()

    def note(self, header: str | None, now: datetime) -> None:
        """Record one answer's Date header and our own time on arrival; None is ignored."""
        if (at := http_date(header)) is not None:
            with self._lock:
                self._seconds.append((now - at).total_seconds())

    @property
    def off(self) -> timedelta:
        """How far this machine's clock is ahead: the median over servers; 0 where not known."""
        with self._lock:
            return timedelta(seconds=median(np.array(self._seconds)) if self._seconds else 0.0)


def careful(now: datetime, off: timedelta) -> datetime:
    """Return the earlier of our time and the vendor's: what is open by one of them is not final."""
    return min(now, now - off)


def clock_words(off: timedelta, whose: str) -> str:
    """One sentence where this machine's clock is wrong by another's, "" where it is not."""
    if abs(off) <= BEARABLE:
        return ""
    minutes = abs(off).total_seconds() / 60
    long = (
        f"{minutes:,.0f} minutes"
        if minutes < 120
        else f"{minutes / 60:,.0f} hours"
        if minutes < 48 * 60
        else f"{minutes / 1440:,.0f} days"
    )
    direction = "fast" if off > timedelta() else "slow"
    return (
        f"this machine's clock is {long} {direction} by that of {whose}: set it right;"
        " until then a close counts as final only where both clocks say so"
    )
