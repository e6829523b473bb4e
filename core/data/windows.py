"""Windows: from "YTD" and an as-of date to two closes.

A window runs from the last common close on or before its anchor to the last
common close on or before its end anchor. The same window of another year is the
same two anchors, shifted whole years. One session, 1D, runs from the close of the exchange
session before to its own, or is not available.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final

from core.data.errors import MissingCloseError, UnavailableError, WindowError
from core.data.frames import Dates, day, pydate
from core.data.question import MONTHS, normal
from core.data.record import record

#: A close this many calendar days before its anchor no longer stands for it.
ANCHOR_DAYS: Final = 7
_SATURDAY: Final = 5


@record(frozen=True, slots=True)
class Window:
    """Two anchors and the two closes that stand for them.

    Attributes:
        label: as asked for, in capitals ("YTD", "2025", "2026-01-02:2026-03-31").
        anchor: the calendar date the window counts from.
        end_anchor: the calendar date it runs to.
        start: session of the start close, on or before ``anchor``.
        end: session of the end close, on or before ``end_anchor``.
    """

    label: str
    anchor: date
    end_anchor: date
    start: date
    end: date


def months_back(value: date, months: int) -> date:
    """The same day of the month, ``months`` earlier, clamped to that month's end."""
    year, month = divmod(value.year * 12 + value.month - 1 - months, 12)
    return date(year, month + 1, min(value.day, calendar.monthrange(year, month + 1)[1]))


def years_back(value: date, years: int) -> date:
    """The same date ``years`` earlier; 29 February becomes 28 February."""
    return months_back(value, 12 * years)


def last_on_or_before(sessions: Dates, value: date) -> date | None:
    """The last of ascending (T,) ``sessions`` on or before ``value``, or None."""
    place = int(sessions.searchsorted(day(value), side="right"))
    return pydate(sessions[place - 1]) if place else None


def exchange_session(calendar: Dates, value: date) -> date | None:
    """The exchange's last session on or before a date, Saturdays apart; None before the first.

    Until May 1952 it met on Saturdays, which most histories leave out.

    Args:
        calendar: (C,) ascending sessions of the exchange.
        value: any date.
    """
    session = last_on_or_before(calendar, value)
    while session is not None and session.weekday() == _SATURDAY:
        session = last_on_or_before(calendar, session - timedelta(days=1))
    return session


def anchors(
    label: str, end: date, as_of: date, sessions: Dates, calendar: Dates | None = None
) -> tuple[date, date]:
    """The two anchors of a window that is requested as of the session ``end``.

    A window with a last day of its own ends on it as soon as the as-of date has reached it,
    be that day a session or not.

    Args:
        label: from `normal`.
        end: the last common session on or before the as-of date.
        as_of: the as-of date.
        sessions: (T,) ascending common sessions; only 1D looks at them.
        calendar: (C,) ascending sessions of the exchange, for 1D; None for the common ones.

    Raises:
        UnavailableError: the window has not begun at ``end``, or no session lies before it.
    """
    if label == "1D":
        yesterday = end - timedelta(days=1)
        before = last_on_or_before(sessions, yesterday)
        if before is None:
            raise UnavailableError(f"no close before {end}")
        session = None if calendar is None else exchange_session(calendar, yesterday)
        return max(before, session or before), end
    if label == "1W":
        return end - timedelta(days=7), end
    if label == "MTD":
        return end.replace(day=1) - timedelta(days=1), end
    if label == "QTD":
        return end.replace(month=end.month - (end.month - 1) % 3, day=1) - timedelta(days=1), end
    if label in MONTHS:
        return months_back(end, MONTHS[label]), end
    if label == "H2":
        year = end.year if end >= date(end.year, 7, 1) else end.year - 1
        return date(year, 6, 30), _reached(date(year, 12, 31), as_of, end)
    if label == "YTD":
        return date(end.year - 1, 12, 31), end
    if label == "H1":
        return date(end.year - 1, 12, 31), _reached(date(end.year, 6, 30), as_of, end)
    if ":" in label:
        first, last = (date.fromisoformat(part) for part in label.split(":"))
    else:
        year = int(label)
        if year < 2:
            raise WindowError(f"{label} is no year")
        first, last = date(year - 1, 12, 31), date(year, 12, 31)
    if first >= end:
        raise UnavailableError(f"the window {label} has not begun at {end}")
    return first, _reached(last, as_of, end)


def _reached(last: date, as_of: date, end: date) -> date:
    """A window's last day where the as-of date has reached it, else the as-of session."""
    return last if last <= as_of else end


def between(
    label: str, anchor: date, end_anchor: date, sessions: Dates, calendar: Dates | None = None
) -> Window:
    """The window between two anchors on the available closes.

    Args:
        label: what to call it.
        anchor: calendar date it counts from.
        end_anchor: calendar date it runs to.
        sessions: (T,) ascending sessions with a close of every instrument compared.
        calendar: (C,) ascending sessions of the exchange, for 1D; None for the common ones.

    Raises:
        MissingCloseError: a window of one session lacks the close of an anchor's session.
        UnavailableError: no close within seven calendar days of an anchor, or the same one
            for both.
    """
    if label == "1D" and calendar is not None:
        _check_one_session((anchor, end_anchor), sessions, calendar)
    closes = []
    for value in (anchor, end_anchor):
        close = last_on_or_before(sessions, value)
        if close is None or (value - close).days > ANCHOR_DAYS:
            nearest = (
                f"the last one before it is of {close}" if close else "there is none before it"
            )
            raise UnavailableError(f"window {label}: no close near {value}; {nearest}")
        closes.append(close)
    if closes[0] >= closes[1]:
        raise UnavailableError(
            f"window {label}: no session after {closes[0]} and up to {end_anchor}"
        )
    return Window(label, anchor, end_anchor, closes[0], closes[1])


def _check_one_session(ends: tuple[date, date], sessions: Dates, calendar: Dates) -> None:
    """Raise where a close of an earlier session would stand for an anchor of 1D.

    Two sessions would then pass for one.
    """
    start, end = (last_on_or_before(sessions, value) for value in ends)
    if start is None or end is None:
        return
    for value, close in zip(ends, (start, end), strict=True):
        session = exchange_session(calendar, value)
        if session is not None and close < session:
            raise MissingCloseError("1D", session, (start, end))


def resolve(spec: str, as_of: date, sessions: Dates, calendar: Dates | None = None) -> Window:
    """The window ``spec`` as of a date.

    Args:
        spec: one of `FORMS`.
        as_of: calendar date; the last session on or before it is the as-of session.
        sessions: (T,) ascending sessions with a close of every instrument compared.
        calendar: (C,) ascending sessions of the exchange, for 1D; None for the common ones.

    Raises:
        WindowError: see `normal`.
        UnavailableError: see `anchors` and `between`.
    """
    label = normal(spec)
    end = last_on_or_before(sessions, as_of)
    if end is None:
        raise UnavailableError(f"no close on or before {as_of}")
    anchor, end_anchor = anchors(label, end, as_of, sessions, calendar)
    return between(label, anchor, end_anchor, sessions, calendar)


def same_window(
    window: Window, years: int, sessions: Dates, calendar: Dates | None = None
) -> Window | None:
    """The same window ``years`` earlier, or None where the available closes have no such window."""
    try:
        return between(
            window.label,
            years_back(window.anchor, years),
            years_back(window.end_anchor, years),
            sessions,
            calendar,
        )
    except (UnavailableError, ValueError):
        return None


def full_year(year: int, sessions: Dates) -> Window | None:
    """The calendar year ``year``, or None where the available closes have no whole one."""
    try:
        return between(str(year), date(year - 1, 12, 31), date(year, 12, 31), sessions)
    except (UnavailableError, ValueError):
        return None
