"""Exchange sessions of the New York Stock Exchange, from two data files in the package.

One lists the weekdays since 1987 on which the exchange stays closed and the days on which it
closes early, the other the weekdays and Saturdays from 1885 to 1986 on which it was closed;
``python -m cache.facts.make_sessions`` makes both anew. For the years after them sessions
are computed from the exchange's rules (`cache.facts.holidays`), and are marked as such.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from cache.facts import holidays
from cache.facts.errors import CacheError
from core.data.frames import BoolArray, Dates, day, pydate
from core.data.record import record
from core.data.windows import last_on_or_before

#: The data files, and the exchange's clock.
FILE: Final = Path(__file__).with_name("data") / "sessions.csv"
OLD_FILE: Final = FILE.with_name("closed_1885_1986.csv")
#: Lines of its head.
OLD_HEAD: Final = 4
NEW_YORK: Final = ZoneInfo("America/New_York")
OPEN: Final = time(9, 30)
CLOSE: Final = time(16, 0)
#: A close is taken as final this long after the bell: late prints and corrections are in.
SETTLE: Final = timedelta(minutes=20)
#: Years after those of the data file whose sessions are computed.
AHEAD: Final = 10
#: Its list of closings begins here; the oldest index with daily closes begins in July 1884.
FIRST: Final = date(1885, 1, 1)
#: Until this day it met on Saturdays too.
LAST_SATURDAY: Final = date(1952, 5, 24)


@record(frozen=True, eq=False, slots=True)
class _Calendar:
    sessions: Dates
    early: dict[date, time]
    #: Weekdays without a session, in the newer file.
    closed: tuple[date, ...]
    #: The first and the last day that this file knows, and the last one computed.
    first: date
    listed: date
    last: date


def sessions() -> Dates:
    """Every session of the exchange: (T,) datetime64[D], ascending, read-only.

    Runs from the first session of 1885 through the last day of the data files, and on with
    computed ones. Before 1987 early closes are not known.
    """
    return _calendar().sessions


def listed_through() -> date:
    """Return the last day of the data files; sessions after it are computed."""
    return _calendar().listed


@cache
def unforeseen() -> frozenset[date]:
    """The weekdays since 1987 on which it was closed by no rule of the exchange's."""
    years = range(_calendar().first.year, listed_through().year + 1)
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


# these two are asked for each of a refresh's thousands of lines, at one moment or few
@lru_cache(maxsize=64)
def last_session(now: datetime) -> date:
    """The latest session that has opened by ``now`` (a time with a time zone)."""
    local = _local(now)
    if local.time() < OPEN:
        return session_before(local.date())
    return _on_or_before(local.date())


@lru_cache(maxsize=64)
def last_final(now: datetime) -> date:
    """The latest session whose close, and 20 minutes after it, has passed by ``now``."""
    session = _on_or_before(_local(now).date())
    return session if closes_at(session) + SETTLE <= now else session_before(session)


def session_before(when: date) -> date:
    """The last session before a day.

    Raises:
        CacheError: it is the first one known, or before that.
    """
    return _on_or_before(when - timedelta(days=1))


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


def _on_or_before(when: date) -> date:
    session = last_on_or_before(sessions(), when)
    if session is None:
        raise CacheError(f"exchange sessions are known from {sessions()[0]} on, not for {when}")
    return session


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
        when, _, what = line.partition(",")
        if what == "closed":
            closed.append(when)
        elif what != "closes":
            early[date.fromisoformat(when)] = time.fromisoformat(what)
    in_file = tuple(map(date.fromisoformat, closed))
    first, listed = date.fromisoformat(notes["first"]), date.fromisoformat(notes["last"])
    for year in range(listed.year + 1, listed.year + 1 + AHEAD):
        closed += map(str, holidays.closed(year))
        early |= dict.fromkeys(holidays.early(year), holidays.EARLY)
    last = date(listed.year + AHEAD, 12, 31)
    open_on, first_day = usual_days(last), day(FIRST).astype(np.int64)
    for days in (OLD_FILE.read_text("ascii").splitlines()[OLD_HEAD:], closed):
        open_on[np.array(days, "datetime64[D]").astype(np.int64) - first_day] = False
    result = (np.flatnonzero(open_on) + first_day).astype("datetime64[D]")
    result.flags.writeable = False
    return _Calendar(result, early, in_file, first, listed, last)


def usual_days(last: date) -> BoolArray:
    """(D,) bool, of each day from `FIRST` to ``last`` whether the exchange meets on its weekday."""
    result = np.zeros((last - FIRST).days + 1, np.bool_)
    for at in range(7):
        weekday = (FIRST.weekday() + at) % 7
        if weekday < holidays.SATURDAY:
            result[at::7] = True
        elif weekday == holidays.SATURDAY:
            result[at : (LAST_SATURDAY - FIRST).days + 1 : 7] = True
    return result
