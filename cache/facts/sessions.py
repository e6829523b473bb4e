"""Exchange sessions of the New York Stock Exchange, from a data file in the package.

The file lists the weekdays on which the exchange stays closed and the days on which it
closes early; ``python -m cache.facts.make_sessions`` makes it anew. For the years after it sessions
are computed from the exchange's rules (`cache.facts.holidays`), and are told as such.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from cache.facts import holidays
from cache.facts.errors import CacheError
from core.data.frames import Dates, pydate
from core.data.record import record

#: The data file, and the exchange's own clock.
FILE: Final = Path(__file__).with_name("data") / "sessions.csv"
NEW_YORK: Final = ZoneInfo("America/New_York")
OPEN: Final = time(9, 30)
CLOSE: Final = time(16, 0)
#: A close is taken as final this long after the bell: late prints and corrections are in.
SETTLE: Final = timedelta(minutes=20)
#: Years after those of the data file whose sessions are computed.
AHEAD: Final = 10


@record(frozen=True, eq=False, slots=True)
class _Calendar:
    sessions: Dates
    early: dict[date, time]
    #: Weekdays without a session, in the file.
    closed: tuple[date, ...]
    #: The last day that the file knows, and the last one computed.
    listed: date
    last: date


def sessions() -> Dates:
    """Every session of the exchange: (T,) datetime64[D], ascending, read-only.

    Runs from the first session of 1987 through the last day of the data file, and on with
    computed ones.
    """
    return _calendar().sessions


def listed_through() -> date:
    """Return the last day of the data file; sessions after it are computed."""
    return _calendar().listed


@cache
def unforeseen() -> frozenset[date]:
    """The weekdays in the data file on which no rule of the exchange's own kept it closed."""
    years = range(pydate(sessions()[0]).year, listed_through().year + 1)
    by_rule = {day for year in years for day in holidays.closed(year)}
    return frozenset(_calendar().closed) - by_rule


def closes_at(session: date) -> datetime:
    """The closing bell of a session, in UTC; half-days close early.

    Raises:
        CacheError: the exchange has no session on that day.
    """
    calendar = _calendar()
    day = np.datetime64(session, "D")
    at = int(np.searchsorted(calendar.sessions, day))
    if at == len(calendar.sessions) or calendar.sessions[at] != day:
        raise CacheError(f"the exchange has no session on {session}")
    bell = calendar.early.get(session, CLOSE)
    return datetime.combine(session, bell, NEW_YORK).astimezone(UTC)


def last_session(now: datetime) -> date:
    """The latest session that has opened by ``now`` (a time with a time zone)."""
    local = _local(now)
    if local.time() < OPEN:
        return _before(local.date() - timedelta(days=1))
    return _before(local.date())


def last_final(now: datetime) -> date:
    """The latest session whose close, and 20 minutes after it, has passed by ``now``."""
    session = _before(_local(now).date())
    if closes_at(session) + SETTLE <= now:
        return session
    return _before(session - timedelta(days=1))


def next_final(final: date) -> datetime:
    """Return when the close of the next session is final; one day later where it is unknown."""
    calendar = sessions()
    at = int(np.searchsorted(calendar, np.datetime64(final, "D"), side="right"))
    if at == len(calendar):
        return datetime.combine(final + timedelta(days=1), CLOSE, NEW_YORK).astimezone(UTC)
    return closes_at(pydate(calendar[at])) + SETTLE


def _local(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise CacheError(f"the time {now} has no time zone; exchange sessions need one")
    local = now.astimezone(NEW_YORK)
    last = _calendar().last
    if local.date() > last:
        raise CacheError(
            f"exchange sessions are known through {last} only, and today is {local.date()}; "
            "is the clock right? A newer release of this program knows more"
        )
    return local


def _before(day: date) -> date:
    """The latest session on or before ``day``."""
    calendar = sessions()
    at = int(np.searchsorted(calendar, np.datetime64(day, "D"), side="right")) - 1
    if at < 0:
        raise CacheError(f"exchange sessions are known from {calendar[0]} on, not for {day}")
    return pydate(calendar[at])


@cache
def _calendar() -> _Calendar:
    notes: dict[str, str] = {}
    closed: list[str] = []
    early: dict[date, time] = {}
    for line in FILE.read_text("ascii").splitlines():
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            notes[name.strip()] = value.strip()
            continue
        day, _, what = line.partition(",")
        if what == "closed":
            closed.append(day)
        elif what != "closes":
            early[date.fromisoformat(day)] = time.fromisoformat(what)
    in_file = tuple(map(date.fromisoformat, closed))
    first, listed = np.datetime64(notes["first"], "D"), pydate(np.datetime64(notes["last"], "D"))
    for year in range(listed.year + 1, listed.year + 1 + AHEAD):
        closed += map(str, holidays.closed(year))
        early |= dict.fromkeys(holidays.early(year), holidays.EARLY)
    last = np.datetime64(f"{listed.year + AHEAD}-12-31", "D")
    days = np.arange(first, last + np.timedelta64(1, "D"))
    # 1970-01-01, day 0, was a Thursday: Monday is then 0 after adding 3.
    weekday = (days.astype(np.int64) + 3) % 7 < 5
    weekday[np.array(closed, "datetime64[D]").astype(np.int64) - first.astype(np.int64)] = False
    result = days[weekday]
    result.flags.writeable = False
    return _Calendar(result, early, in_file, listed, pydate(last))
