"""Why a symbol brought nothing: words for a person that a later plan reads back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

_ASKED: Final = re.compile(r" \(asked for (\d{4}-\d\d-\d\d)\)$")
_WAIT: Final = re.compile(r"try again after (\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def asked(reason: str, session: date) -> str:
    """A failure's reason, marked with the session it was asked for."""
    return f"{reason} (asked for {session})"


def asked_for(reason: str) -> date | None:
    """The session a failure was asked for, where its reason carries one."""
    found = _ASKED.search(reason)
    return date.fromisoformat(found[1]) if found else None


def wait(until: datetime) -> str:
    """Words for "not before this time", which ``wait_until`` reads back."""
    return f"try again after {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def wait_until(reasons: Iterable[str], now: datetime) -> datetime | None:
    """The latest time, still ahead, before which a vendor asked not to be asked."""
    times = [
        datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        for found in map(_WAIT.search, set(reasons))
        if found
    ]
    return max((time for time in times if time > now), default=None)
