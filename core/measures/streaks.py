"""Streaks: how many sessions, weeks or months in a row something rose, or beat something else.

A session, week or month counts by its return; a return of zero ends a streak, and so does one
that is not known: of a session before which closes are missing, of a week or month that lacks its
last close or that of the one before. A streak that such a one ended says so, as it may be longer.
A week is a calendar week from Monday on; one that has not ended is not counted.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.closures import on_saturday
from core.data.frames import BoolArray, Dates, FloatArray, IntArray, pydate
from core.data.record import record
from core.measures.rarity import CLAIM_VALUES, Standing, holes, standing_since

Unit = Literal["session", "week", "month"]
UNITS: Final[tuple[Unit, ...]] = ("session", "week", "month")
#: Returns are rounded to this before their sign is taken: a rise of 1e-17 is none.
SIGN_DECIMALS: Final = 9


@record(frozen=True, slots=True)
class Run:
    """Sessions (weeks, months) in a row; ``start`` and ``end`` are sessions."""

    length: int
    start: date
    end: date


@record(frozen=True, slots=True)
class Streak:
    """The streak that a series is in, and those before it on its side.

    Attributes:
        unit: what is counted.
        sign: 1 for up (ahead), -1 for down (behind), 0 where the last one was level.
        length: how many in a row up to the last one; 0 where that was level.
        start: first session of the streak, None where there is none.
        end: last session counted; None where no whole session, week or month is available.
        last_as_long: the latest earlier one on this side at least as long.
        longest: the longest on this side, this one included; the latest of equal ones.
        first: session that the history starts from.
        sessions: sessions of the history.
        after_hole: closes are missing right before it, or before the last session, week or month
            where it has none: it may be longer, and nothing is claimed of it.
    """

    unit: Unit
    sign: int
    length: int
    start: date | None
    end: date | None
    last_as_long: Run | None
    longest: Run | None
    first: date
    sessions: int
    after_hole: bool = False

    @property
    def claim(self) -> bool:
        """Whether the history is long enough for a claim, and the streak's length known."""
        return self.sessions >= CLAIM_VALUES and not self.after_hole

    @property
    def standing(self) -> Standing | None:
        """The strongest true claim of this streak's length; None where there is none worth it."""
        if not self.claim or not self.length or self.end is None:
            return None
        return standing_since(self.last_as_long.end if self.last_as_long else None, self.end)


def period_ends(sessions: Dates, unit: Unit, calendar: Dates | None = None) -> IntArray:
    """(P,) place of the last session of each week or month that has ended.

    The last one has ended when the next session of the calendar, or the next weekday where the
    calendar does not reach, lies in a later one.

    Args:
        sessions: (T,) ascending.
        unit: "session" gives every place.
        calendar: (C,) ascending sessions of the exchange, before and after; None for weekdays.
    """
    if not len(sessions) or unit == "session":
        return np.arange(len(sessions))
    last = sessions[-1]
    at = 0 if calendar is None else int(calendar.searchsorted(last, side="right"))
    if calendar is not None and at < len(calendar):
        following = calendar[at]
    else:
        following = np.busday_offset(last + np.timedelta64(1, "D"), 0, roll="forward")
    number = periods(np.append(sessions, following), unit)
    return np.flatnonzero(np.diff(number) > 0)


def periods(sessions: Dates, unit: Unit) -> NDArray[np.int64]:
    """(T,) number of the calendar week (Monday to Sunday) or month that each session lies in."""
    if unit == "month":
        return sessions.astype("datetime64[M]").astype(np.int64)
    # 1970-01-01, day 0, was a Thursday: Monday is then 0 after adding 3
    return (sessions.astype("datetime64[D]").astype(np.int64) + 3) // 7


@record(frozen=True, eq=False, slots=True)
class Periods:
    """The sessions, weeks or months of a history that have ended.

    Attributes:
        ends: (P,) place of the last session of each.
        whole: (P - 1,) whether the return of each but the first is that of its own time: the
            closes at its end and at the end before it are there, and none is over 7 days away.
    """

    ends: IntArray
    whole: BoolArray


def ended_periods(sessions: Dates, unit: Unit, calendar: Dates | None = None) -> Periods:
    """The sessions, weeks or months that have ended; arguments as `period_ends`."""
    ends = period_ends(sessions, unit, calendar)
    if unit == "session":
        return Periods(ends, ~holes(sessions, calendar)[1:])
    # closes missing for long inside a week or month, or weeks without any
    missing = np.cumsum(holes(sessions))[ends]
    whole = np.diff(missing) == 0
    if calendar is not None and len(whole):
        early = _ended_early(sessions[ends], unit, calendar)
        whole &= ~(early[1:] | early[:-1])
    return Periods(ends, whole)


def _ended_early(ends: Dates, unit: Unit, calendar: Dates) -> BoolArray:
    """(P,) whether the exchange had a later session in the week or month of a last close."""
    calendar = calendar[calendar.searchsorted(ends[0]) :]
    calendar = calendar[~on_saturday(calendar)]
    following = calendar.searchsorted(ends, side="right")
    early = np.zeros(len(ends), bool)
    some = following < len(calendar)
    later = calendar[following[some]]
    early[some] = periods(later, unit) == periods(ends[some], unit)
    return early


def return_signs(level: FloatArray, against: FloatArray | None, ended: Periods) -> NDArray[np.int8]:
    """(P - 1,) sign of the return between the ends of periods, 0 where it is not known.

    Args:
        level: (T,) what returns are ratios of.
        against: (T,) level whose return is taken off; None for none.
        ended: the periods.
    """

    def returns(values: FloatArray) -> FloatArray:
        at = np.where(values > 0, values, np.nan)
        if len(ended.ends) < len(at):
            at = at[ended.ends]
        return at[1:] / at[:-1] - 1

    change = returns(level) if against is None else returns(level) - returns(against)
    is_known = np.isfinite(change) & ended.whole
    return np.sign(np.round(np.where(is_known, change, 0.0), SIGN_DECIMALS)).astype(np.int8)


def runs(signs: NDArray[np.int8]) -> tuple[IntArray, IntArray]:
    """(R,) first and last place of each run of equal signs."""
    turns = np.flatnonzero(signs[1:] != signs[:-1]) + 1
    return np.concatenate([[0], turns]), np.append(turns, len(signs)) - 1


def last_run(signs: NDArray[np.int8]) -> int:
    """Length of the run of equal signs at the end, times that sign; 0 where the last one is 0."""
    if not len(signs) or not signs[-1]:
        return 0
    differing = signs[::-1] != signs[-1]
    # where none differs, "the first one that does" is the last sign itself, at 0
    return int(signs[-1]) * (int(differing.argmax()) or len(signs))


def streak(
    sessions: Dates,
    level: FloatArray,
    against: FloatArray | None = None,
    unit: Unit = "session",
    calendar: Dates | None = None,
    ended: Periods | None = None,
) -> Streak:
    """The streak of a level, or of its lead over another one.

    Args:
        sessions: (T,) ascending.
        level: (T,) what returns are ratios of.
        against: (T,) level whose return is taken off; None for none.
        unit: what is counted.
        calendar: see `period_ends`.
        ended: from `ended_periods` of the same sessions, where they are known already.
    """
    ended = ended or ended_periods(sessions, unit, calendar)
    return streak_of(sessions, return_signs(level, against, ended), ended, unit)


def streak_of(
    sessions: Dates, signs: NDArray[np.int8], ended: Periods, unit: Unit = "session"
) -> Streak:
    """The streak that signs end with.

    Args:
        sessions: (T,) ascending.
        signs: (P - 1,) from `return_signs`.
        ended: the periods.
        unit: what is counted.
    """
    before, first, count = ended.ends, pydate(sessions[0]), len(sessions)
    ends = before[1:]
    if not len(signs):
        return Streak(unit, 0, 0, None, None, None, None, first, count)
    last = pydate(sessions[ends[-1]])
    sign = int(signs[-1])
    if not sign:
        unknown = not ended.whole[-1]
        return Streak(unit, 0, 0, None, last, None, None, first, count, unknown)
    begins, stops = runs(signs)
    of_side = signs[begins] == sign
    begins, stops = begins[of_side], stops[of_side]
    lengths = stops - begins + 1

    def run(row: int) -> Run:
        # a week's first session is the one after the end of the week before
        start = sessions[before[begins[row]] + 1]
        return Run(int(lengths[row]), pydate(start), pydate(sessions[ends[stops[row]]]))

    current = run(len(lengths) - 1)
    as_long = np.flatnonzero(lengths[:-1] >= current.length)
    longest = len(lengths) - 1 - int(np.argmax(lengths[::-1]))
    return Streak(
        unit=unit,
        sign=sign,
        length=current.length,
        start=current.start,
        end=current.end,
        last_as_long=run(int(as_long[-1])) if len(as_long) else None,
        longest=run(longest),
        first=first,
        sessions=count,
        after_hole=bool(begins[-1]) and not ended.whole[begins[-1] - 1],
    )


def streak_lengths(signs: NDArray[np.int8], sign: int) -> IntArray:
    """(P,) how many in a row have this sign, up to each place; 0 where it has another."""
    on: BoolArray = signs == sign
    places = np.arange(1, len(signs) + 1)
    return places - np.maximum.accumulate(np.where(on, 0, places))
