"""The New York Stock Exchange's holidays by its rules, for years that are not listed yet.

Source: Rule 7.2 of the exchange and its calendars since 2022, when Juneteenth was added. What
nobody can compute, a day of mourning or a storm, only the next list knows.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Final

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
#: The bell of a half-day, New York time.
EARLY: Final = time(13, 0)
_DAY: Final = timedelta(days=1)


def closed(year: int) -> list[date]:
    """Weekdays of a year on which the exchange stays closed, ascending."""
    good_friday = easter(year) - 2 * _DAY
    days = [
        _nth(year, 1, MONDAY, 3),
        _nth(year, 2, MONDAY, 3),
        good_friday,
        # the last Monday of May is the one before the first of June
        _nth(year, 6, MONDAY, 1) - 7 * _DAY,
        _observed(date(year, 6, 19)),
        _observed(date(year, 7, 4)),
        _nth(year, 9, MONDAY, 1),
        _nth(year, 11, THURSDAY, 4),
        _observed(date(year, 12, 25)),
    ]
    # on a Saturday it is not moved to the last day of the old year
    new_year = date(year, 1, 1)
    if new_year.weekday() != SATURDAY:
        days.append(_observed(new_year))
    return sorted(days)


def early(year: int) -> list[date]:
    """Sessions of a year that end at `EARLY`, ascending."""
    before = [date(year, 7, 3), date(year, 12, 24)]
    # before a holiday that lies on a weekday of its own
    days = [day for day in before if day.weekday() <= THURSDAY]
    return sorted([*days, _nth(year, 11, THURSDAY, 4) + _DAY])


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the anonymous algorithm, Nature, 20 April 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _observed(day: date) -> date:
    """Return the weekday that observes a fixed holiday: Friday for Saturday, Monday for Sunday."""
    if day.weekday() == SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == SUNDAY else day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The n-th of a weekday in a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
