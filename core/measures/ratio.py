"""The ratio of two levels over all years: since when it was as high, and how far from its highs.

For one index alone, the level of its fund is read the same way, with its record closes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np

from core.data.frames import EXACT_DECIMALS, BoolArray, Dates, FloatArray, IntArray, day, pydate
from core.data.record import record
from core.data.windows import years_back
from core.measures.rarity import (
    CLAIM_VALUES,
    Extreme,
    Standing,
    standing_since,
)

#: Closes of the averages that a ratio is held against.
AVERAGES: Final = (50, 200)
#: Sessions of 52 weeks, today included.
YEAR_SESSIONS: Final = 252
#: Years of the further high and low that stand between 52 weeks and all time.
SPAN_YEARS: Final = 5


@record(frozen=True, slots=True)
class Average:
    """A level against the mean of its last closes.

    Attributes:
        closes: how many the mean is of, today's included.
        level: the mean.
        above: whether the level stands strictly above it.
        crossed: first session on this side of it; None where it never was on the other.
    """

    closes: int
    level: float
    above: bool
    crossed: date | None


@record(frozen=True, slots=True)
class LevelYear:
    """A level against its averages and its extremes of 52 weeks.

    Attributes:
        level: at ``end``.
        end: the last session.
        high_52: the highest of the last 252 sessions, today included; None with fewer.
        low_52: the lowest of them.
        averages: those with enough closes.
    """

    level: float
    end: date
    high_52: Extreme | None
    low_52: Extreme | None
    averages: tuple[Average, ...]

    def off(self, extreme: Extreme) -> float:
        """How far the level stands from another one, a fraction."""
        return self.level / extreme.value - 1

    def stands(self, average: Average) -> str:
        """Where the level stands to one of its averages: "above", "at" or "below"."""
        if average.above:
            return "above"
        return "below" if round(self.level / average.level - 1, EXACT_DECIMALS - 3) < 0 else "at"


@record(frozen=True, slots=True)
class LevelHistory(LevelYear):
    """A level, such as the ratio of two funds, in its history.

    Attributes:
        first: session that the history starts from.
        sessions: how many it has.
        high_since: the latest earlier session at least as high, where the session before was
            lower; None also where no earlier one is as high.
        low_since: likewise for as low.
        record_high: no earlier session is as high.
        record_low: no earlier session is as low.
        high: the highest of the history, the latest of equal ones.
        low: the lowest of it.
        high_span: the highest since the same day five years before; None where the history
            is shorter.
        low_span: the lowest since then.
    """

    first: date
    sessions: int
    high_since: date | None
    low_since: date | None
    record_high: bool
    record_low: bool
    high: Extreme
    low: Extreme
    high_span: Extreme | None
    low_span: Extreme | None

    @property
    def side(self) -> int:
        """1 where the last session was higher than the one before, -1 where lower, else 0."""
        if self.high_since is not None or self.record_high:
            return 1
        return -1 if self.low_since is not None or self.record_low else 0

    @property
    def standing(self) -> Standing | None:
        """The strongest true claim on the side that the last session moved to, None without."""
        if self.sessions < CLAIM_VALUES or not self.side:
            return None
        last = self.high_since if self.side > 0 else self.low_since
        return standing_since(last, self.end)


def means(level: FloatArray, closes: int) -> FloatArray:
    """(T - closes + 1,) mean of the last ``closes`` levels; (0,) with fewer."""
    if len(level) < closes:
        return np.zeros(0)
    sums = np.concatenate([[0.0], np.cumsum(level)])
    averages: FloatArray = (sums[closes:] - sums[:-closes]) / closes
    return averages


#: Means of a level's last closes, and whether the level stands above each; (T - closes + 1,).
#: And (C,) places of the level at which it stands on the other side than at the one before.
Means = tuple[FloatArray, BoolArray, IntArray]


def level_means(level: FloatArray, closes: int) -> Means:
    """The `means` of a level, whether it stands strictly above them, and where that turns."""
    values = means(level, closes)
    # a level that only rounding lifts above its mean stands at it
    above = np.round(level[len(level) - len(values) :] / values - 1, EXACT_DECIMALS - 3) > 0
    return values, above, np.flatnonzero(above[1:] != above[:-1]) + closes


def _average(sessions: Dates, closes: int, of: Means) -> Average | None:
    values, above, turns = of
    last = len(sessions) - closes
    if last < 0:
        return None
    before = int(turns.searchsorted(len(sessions)))
    crossed = pydate(sessions[turns[before - 1]]) if before else None
    return Average(closes, float(values[last]), bool(above[last]), crossed)


def _known_levels(
    sessions: Dates, level: FloatArray, means_of: Mapping[int, Means] | None
) -> tuple[Dates, FloatArray, Mapping[int, Means]] | None:
    """The sessions that have a level, and its means there; None where the last one has none."""
    if not len(level):
        return None
    # nearly always every level is known; for NaN no comparison holds
    if not (level.min() > 0 and level.max() < np.inf):
        positive = np.isfinite(level) & (level > 0)
        if not positive[-1]:
            return None
        sessions, level, means_of = sessions[positive], level[positive], None
    means_of = means_of or {closes: level_means(level, closes) for closes in AVERAGES}
    return sessions, level, means_of


def _extreme(sessions: Dates, level: FloatArray, first: int, pick: int) -> Extreme | None:
    """The highest (or, with -1, lowest) level from a place on; None where it is no place."""
    if first < 0:
        return None
    part = level[first:][::-1]
    place = len(level) - 1 - int(part.argmax() if pick > 0 else part.argmin())
    return Extreme(float(level[place]), pydate(sessions[place]))


def level_year(
    sessions: Dates, level: FloatArray, means_of: Mapping[int, Means] | None = None
) -> LevelYear | None:
    """A level against its averages and its year; arguments and None as in `level_history`."""
    levels = _known_levels(sessions, level, means_of)
    return None if levels is None else _level_year(*levels)


def _level_year(sessions: Dates, level: FloatArray, means_of: Mapping[int, Means]) -> LevelYear:
    year = len(level) - YEAR_SESSIONS
    averages = (_average(sessions, closes, of) for closes, of in means_of.items())
    return LevelYear(
        level=float(level[-1]),
        end=pydate(sessions[-1]),
        high_52=_extreme(sessions, level, year, 1),
        low_52=_extreme(sessions, level, year, -1),
        averages=tuple(average for average in averages if average is not None),
    )


def level_history(
    sessions: Dates, level: FloatArray, means_of: Mapping[int, Means] | None = None
) -> LevelHistory | None:
    """A level in its history; None where its last session has none.

    Args:
        sessions: (T,) ascending, up to the as-of date.
        level: (T,) positive; sessions with NaN or less are left out.
        means_of: number of closes -> means of the level, of later sessions too, where they are
            known already.
    """
    levels = _known_levels(sessions, level, means_of)
    if levels is None:
        return None
    sessions, level, _ = levels
    year = _level_year(*levels)
    near = np.round(level / year.level, EXACT_DECIMALS)
    earlier = near[:-1]
    high_since = low_since = None
    record_high = record_low = False
    if len(earlier):
        high = np.flatnonzero(earlier >= 1)
        low = np.flatnonzero(earlier <= 1)
        record_high, record_low = not len(high), not len(low)
        if len(high) and earlier[-1] < 1:
            high_since = pydate(sessions[high[-1]])
        if len(low) and earlier[-1] > 1:
            low_since = pydate(sessions[low[-1]])
    start = years_back(year.end, SPAN_YEARS)
    span = int(sessions.searchsorted(day(start))) if sessions[0] <= day(start) else -1
    highest, lowest = (_extreme(sessions, level, 0, pick) for pick in (1, -1))
    assert highest is not None
    assert lowest is not None
    return LevelHistory(
        level=year.level,
        end=year.end,
        high_52=year.high_52,
        low_52=year.low_52,
        averages=year.averages,
        first=pydate(sessions[0]),
        sessions=len(sessions),
        high_since=high_since,
        low_since=low_since,
        record_high=record_high,
        record_low=record_low,
        high=highest,
        low=lowest,
        high_span=_extreme(sessions, level, span, 1),
        low_span=_extreme(sessions, level, span, -1),
    )


def record_closes(level: FloatArray) -> IntArray:
    """(R,) places of closes strictly above every earlier one; the first close is none."""
    if len(level) < 2:
        return np.zeros(0, np.intp)
    highest = np.maximum.accumulate(level)
    return np.flatnonzero(level[1:] > highest[:-1]) + 1


def records_by_year(sessions: Dates, level: FloatArray) -> dict[int, int]:
    """Record closes by year, from the year after the first close; 0 for a year without one.

    In the first year of a history every rise is a record: it is left out.
    """
    years = sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    if not len(years):
        return {}
    first, last = int(years[0]), int(years[-1])
    counts = np.bincount(years[record_closes(level)] - first, minlength=last - first + 1)
    return {year: int(counts[year - first]) for year in range(first + 1, last + 1)}
