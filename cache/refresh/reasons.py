"""Why a symbol failed: words for the user, which a later plan parses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

_ASKED: Final = re.compile(r" \(asked for (\d{4}-\d\d-\d\d)\)$")
#: Reasons named in one sentence.
MOST_NAMED: Final = 2
#: No limit is taken to last longer than this.
LONGEST: Final = timedelta(days=1, minutes=2)
_WAIT: Final = re.compile(r"try again after (\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


def with_session(reason: str, session: date) -> str:
    """Return a failure's reason, marked with the session that was requested."""
    return f"{reason} (asked for {session})"


def session_of(reason: str) -> date | None:
    """Return the session marked in a failure's reason, None where there is none."""
    match = _ASKED.search(reason)
    return date.fromisoformat(match[1]) if match else None


def wait(until: datetime) -> str:
    """Return the words for "not before this time", which ``wait_until`` parses."""
    return f"try again after {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def reasons(failed: Mapping[str, str]) -> str:
    """Return the most frequent reasons in brackets: " (not found at Yahoo: 8, others: 4)"."""
    short = Counter(_ASKED.sub("", why).partition(";")[0] for why in failed.values())
    most_frequent = short.most_common(MOST_NAMED)
    phrases = [f"{why}: {count:,}" for why, count in most_frequent]
    if more := len(failed) - sum(count for _, count in most_frequent):
        phrases.append(f"others: {more:,}")
    return f" ({', '.join(phrases)})" if phrases else ""


def next_try(times: Collection[datetime], now: datetime) -> str:
    """Words for symbols that failed earlier and wait until these times for their next request."""
    first, last = min(times), max(times)
    form = "%H:%M UTC" if first.date() == now.astimezone(UTC).date() else "%Y-%m-%d %H:%M UTC"
    symbols = "1 symbol" if len(times) == 1 else f"{len(times):,} symbols"
    tries = "next tries from" if last - first >= timedelta(minutes=1) else "next try"
    return f"{symbols} failed earlier; {tries} {first.astimezone(UTC):{form}}"


def wait_until(reasons: Iterable[str], now: datetime) -> datetime | None:
    """Return the latest future time before which a vendor takes no requests, else None.

    One further ahead than any limit lasts was written by a clock that stood wrong.
    """
    times = [
        datetime.strptime(match[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        for match in map(_WAIT.search, set(reasons))
        if match
    ]
    return max((time for time in times if now < time <= now + LONGEST), default=None)
