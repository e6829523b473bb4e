"""Converts dates and time stamps of a price file to exchange sessions, for the file as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.sessions import NEW_YORK
from cache.sources.notation import Order, date_order, day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import BoolArray, Dates

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_STAMP: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
    r" ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+-]+\])?",
    re.ASCII,
)
_DIGITS: Final = re.compile(r"(\d{5,19})(?:\.0+)?", re.ASCII)
#: Digits of a count since 1970 -> how many of it make a second.
_EPOCHS: Final = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}
#: Days that a spreadsheet counts from here; five digits are years 1954 to 2119.
_SERIAL: Final = date(1899, 12, 30)
_SERIALS: Final = (20_000, 80_000)
#: When a bar of the day may be stamped in New York: between these, or at midnight.
_HOURS: Final = (time(9, 30), time(17, 0))
_NAT: Final = np.datetime64("NaT", "D")


@record(frozen=True, eq=False, slots=True)
class Stamps:
    """The sessions of a file's distinct dates.

    Attributes:
        session: (U,) datetime64[D], NaT where a text is no date.
        timed: (U,) bool, the text has a time of day that is not midnight.
        order: the order of day, month and year, None where no date needs one.
        zoned: a sentence on what was made of stamps with a zone, "" where there are none.
    """

    session: Dates
    timed: BoolArray
    order: Order | None
    zoned: str


def read_stamps(texts: Sequence[str], option: str | None = None) -> Stamps:
    """Sessions of the distinct dates of a file.

    A stamp at midnight of the zone it states is the date it writes. Where any is not, every
    stamp with a zone is taken to New York, whose date it then is. A stamp without a zone is
    the date it writes.

    Args:
        texts: the distinct cells of its date column.
        option: the order of day, month and year that the user said.

    Raises:
        SourceError: the order cannot be decided, or the stamps are at hours at which no
            session of New York ends or begins.
    """
    session = np.full(len(texts), _NAT)
    timed = np.zeros(len(texts), np.bool_)
    zoned: list[tuple[int, datetime]] = []
    others: list[int] = []
    for at, text in enumerate(texts):
        if _ISO.fullmatch(text):
            session[at] = _date64(text)
        elif stamp := _STAMP.fullmatch(text):
            moment = _moment(stamp)
            if moment is None:
                continue
            session[at] = np.datetime64(moment.date(), "D")
            timed[at] = moment.timetz().replace(tzinfo=None) != time()
            if moment.tzinfo is not None:
                zoned.append((at, moment))
        elif (counted := _counted(text)) is not None:
            if isinstance(counted, date) and not isinstance(counted, datetime):
                session[at] = np.datetime64(counted, "D")
            else:
                session[at] = np.datetime64(counted.date(), "D")
                timed[at] = counted.time() != time()
                zoned.append((at, counted))
        else:
            others.append(at)
    order = date_order((texts[at] for at in others), option)
    for at in others:
        try:
            session[at] = np.datetime64(day(texts[at], order), "D")
        except ValueError:
            continue
    zone = _zoned(texts, session, timed, zoned)
    return Stamps(session, timed, order, zone)


def _zoned(
    texts: Sequence[str], session: Dates, timed: BoolArray, stamps: list[tuple[int, datetime]]
) -> str:
    """Convert time stamps with a zone to New York; return how they were read."""
    if not stamps:
        return ""
    if not any(timed[at] for at, _ in stamps):
        return "time stamps at midnight of their zone, taken as the dates they write"
    for at, moment in stamps:
        local = moment.astimezone(NEW_YORK)
        clock = local.time()
        if clock != time() and not _HOURS[0] <= clock <= _HOURS[1]:
            reason = (
                f'the time stamp "{clean(texts[at], 40)}" is {clock:%H:%M} in New York, neither'
                " midnight nor within a session, so its date is not sure; write the date alone"
            )
            raise SourceError(reason, column="date")
        session[at] = np.datetime64(local.date(), "D")
    return "time stamps taken to the date in New York"


def is_date(text: str) -> bool:
    """Whether a cell can be a date of any notation, spreadsheet serials aside."""
    text = text.strip()
    if _ISO.fullmatch(text) or _STAMP.fullmatch(text):
        return True
    if _DIGITS.fullmatch(text):
        return len(text) > 5 and _counted(text) is not None
    for order in ("dmy", "mdy", "ymd"):
        try:
            day(text, order)
        except ValueError:
            continue
        return True
    return False


def _date64(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError:
        return _NAT


def _moment(stamp: re.Match[str]) -> datetime | None:
    """The moment of a stamp, with its zone where it states one; None where there is no such."""
    zone = stamp[5]
    try:
        written = datetime.combine(
            date.fromisoformat(stamp[1]), time(int(stamp[2]), int(stamp[3]), int(stamp[4] or 0))
        )
        if zone is None:
            return written
        if zone in ("Z", "UTC", "GMT"):
            return written.replace(tzinfo=UTC)
        sign = -1 if zone[0] == "-" else 1
        minutes = int(zone[1:3]) * 60 + int(zone[3:].lstrip(":") or 0)
        return written.replace(tzinfo=timezone(sign * timedelta(minutes=minutes)))
    except ValueError:
        return None


def _counted(text: str) -> date | datetime | None:
    """A date written as one number: 20260121, seconds and finer since 1970, a spreadsheet's day."""
    match = _DIGITS.fullmatch(text)
    if match is None:
        return None
    digits = match[1]
    try:
        if len(digits) == 8:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if len(digits) in _EPOCHS:
            seconds = int(digits) // _EPOCHS[len(digits)]
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        if len(digits) == 5 and _SERIALS[0] <= int(digits) <= _SERIALS[1]:
            return _SERIAL + timedelta(days=int(digits))
    except (ValueError, OverflowError):
        return None
    return None
