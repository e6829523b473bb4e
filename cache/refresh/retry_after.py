"""When to ask again after a refusal: as its Retry-After means by the server's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cache.refresh.clock_skew import http_date

#: Wait this long after a refusal that does not say how long.
LIMIT_PAUSE: Final = timedelta(minutes=30)
#: No wait asked for is kept for longer than this.
LONGEST: Final = timedelta(days=1)


def retry_at(retry_after: str | None, now: datetime, date: str | None = None) -> datetime:
    """The time to try again by this machine's clock: as late as requested, at most a day on.

    Args:
        retry_after: seconds or a date (RFC 9110, 10.2.3); half an hour where it is neither, or
            over.
        now: the time.
        date: the answer's own Date, which a date to come is counted from: whatever our clock
            says, the wait is as long as was meant.
    """
    wait: timedelta | None = None
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        # More digits than this are no number worth reading, nor one that int() would.
        wait = LONGEST if len(text) > 9 else timedelta(seconds=int(text))
    elif (at := http_date(text)) is not None and at > (since := http_date(date) or now):
        wait = at - since
    if wait is None:
        return now + LIMIT_PAUSE
    # It is given to the minute: the seconds cut off must not make it too soon.
    return now + min(wait, LONGEST) + timedelta(minutes=1)
