"""How rare a value is among all values of its own history ("since when").

A value is ranked among every session's value of the same measure: the gap of a window among
all stretches of as many sessions, a share of members among those of every other session. The
functions take any series; arrays are aligned with the sessions, NaN where there is no value.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

import numpy as np

from core.data.closures import on_saturday
from core.data.frames import (
    EXACT_DECIMALS,
    BoolArray,
    Dates,
    FloatArray,
    IntArray,
    day,
    pydate,
)
from core.data.record import record
from core.data.windows import ANCHOR_DAYS, years_back

#: Fewer values than this, the one ranked included, carry no claim.
CLAIM_VALUES: Final = 250
#: Two gaps are as wide as one another when they are equal at 0.01 pp.
TIE_DECIMALS: Final = 4
#: "Since" is worth most from so many years back, and is said from one year back at all.
FAR_YEARS, NEAR_YEARS = 5, 1
#: Share of the history that a value lies beyond for the percentile to be said as a claim.
RARE: Final = 0.95

#: How rare a value is, the strongest claim first: no other is as far out; none since a date at
#: least five years, or one year, back; beyond 95 % of them; none of these.
Standing = Literal["record", "far", "near", "rare", "usual"]
STANDINGS: Final[tuple[Standing, ...]] = ("record", "far", "near", "rare", "usual")


@record(frozen=True, slots=True)
class Extreme:
    """A value of the history and the session it ends on."""

    value: float
    end: date


@record(frozen=True, slots=True)
class Rank:
    """The rank of a value among all values of its history, on its side.

    Attributes:
        value: the value ranked, in the unit of the series (a fraction for gaps and shares).
        end: the session it ends on.
        side: 1 where larger is rarer, -1 where smaller is.
        length: sessions that one value spans, 0 for a level; values closer than that overlap.
        of: values in the history, this one included.
        as_wide: those at least as far out on its side, this one included.
        later: those of them that end after this one.
        last: end of the latest as far out that ended on or before this one's start.
        last_overlapping: the same without regard to overlap, so that nothing between it and
            this one is as far out; None where no earlier value is.
        percentile: share of all values strictly below.
        above: share of all values strictly above.
        z: (value - mean) / sample sd of all; None where they do not differ.
        record: the farthest out on its side, the latest of equal ones.
        first: session on which the first value of the history starts.
        over_holes: values left out because closes are missing inside them.
        least: fewest values that carry a claim; under `CLAIM_VALUES` it is of the share alone.
    """

    value: float
    end: date
    side: int
    length: int
    of: int
    as_wide: int
    later: int
    last: date | None
    last_overlapping: date | None
    percentile: float
    above: float
    z: float | None
    record: Extreme
    first: date
    over_holes: int
    least: int = CLAIM_VALUES

    @property
    def claim(self) -> bool:
        """Whether the history is long enough for a claim."""
        return self.of >= self.least

    @property
    def beyond(self) -> float:
        """Share of all values that are strictly less far out on this value's side."""
        return self.percentile if self.side > 0 else self.above

    @property
    def standing(self) -> Standing | None:
        """The strongest true claim; None where the history is too short for one."""
        if not self.claim:
            return None
        if not self.later and self.of >= CLAIM_VALUES:
            claim = standing_since(self.last_overlapping, self.end)
            if claim is not None:
                return claim
        return "rare" if self.beyond > RARE else "usual"


def standing_since(last: date | None, end: date) -> Standing | None:
    """The claim that nothing since ``last`` was as extreme, at ``end``; None where it is weak."""
    if last is None:
        return "record"
    if last <= years_back(end, FAR_YEARS):
        return "far"
    return "near" if last <= years_back(end, NEAR_YEARS) else None


def holes(sessions: Dates, calendar: Dates | None = None) -> BoolArray:
    """(T,) whether closes are missing before a session.

    They are where the exchange had a session since the one before, a Saturday apart (it met on
    them until 1952, and most histories leave them out), or where that is over 7 days older: the
    longest time that the exchange was closed since 1933 is of 7 days (September 2001).

    Args:
        sessions: (T,) ascending.
        calendar: (C,) ascending sessions of the exchange; None where they are not known.
    """
    after = np.zeros(len(sessions), bool)
    after[1:] = np.diff(sessions).astype(np.int64) > ANCHOR_DAYS
    if calendar is None or len(sessions) < 2:
        return after
    first, last = calendar.searchsorted(sessions[[0, -1]])
    calendar = calendar[first : last + 1]
    if not np.array_equal(calendar, sessions):
        calendar = calendar[~on_saturday(calendar)]
        passed = calendar.searchsorted(sessions, side="right")[:-1]
        after[1:] |= calendar.searchsorted(sessions)[1:] > passed
    return after


def stretch_returns(level: FloatArray, length: int) -> FloatArray:
    """(T,) return over the ``length`` sessions up to each; NaN for the first ones.

    Args:
        level: (T,) what returns are ratios of, NaN or not positive where there is none.
        length: sessions, at least 1.
    """
    returns = np.full(len(level), np.nan)
    if 0 < length < len(level):
        positive_at = level > 0
        positive = level if positive_at.all() else np.where(positive_at, level, np.nan)
        returns[length:] = positive[length:] / positive[:-length] - 1
    return returns


def stretch_gaps(
    after: BoolArray, small: FloatArray, large: FloatArray, length: int
) -> tuple[FloatArray, IntArray]:
    """(T,) gap of two levels over the ``length`` sessions up to each, and how many lie over holes.

    A stretch inside which closes are missing has no gap: it would span more time than the others.

    Args:
        after: (T,) from `holes`.
        small: (T,) level of the one, positive.
        large: (T,) level of the other, positive.
        length: sessions of a stretch.

    Returns:
        Fractions, NaN where there is none; (T,) how many up to each session have none for a hole.
    """
    gaps = stretch_returns(small, length) - stretch_returns(large, length)
    if not after.any():
        return gaps, np.zeros(len(gaps), np.intp)
    passed = np.cumsum(after)
    over = np.zeros(len(gaps), bool)
    over[length:] = passed[length:] > passed[: len(passed) - length]
    over &= np.isfinite(gaps)
    gaps[over] = np.nan
    return gaps, np.cumsum(over)


def rank_value(
    values: FloatArray,
    sessions: Dates,
    length: int = 0,
    *,
    end: date | None = None,
    side: int = 0,
    decimals: int = TIE_DECIMALS,
    over_holes: int = 0,
    least: int = CLAIM_VALUES,
) -> Rank | None:
    """Rank one value of a series among all of them.

    Args:
        values: (T,) NaN where there is none.
        sessions: (T,) ascending.
        length: sessions that one value spans: the gap over 5 sessions 5, a level 0.
        end: session of the value ranked; None for the last session.
        side: 1 where larger is rarer, -1 where smaller is, 0 for the sign of the value.
        decimals: places at which two values count as equal.
        over_holes: from `stretch_gaps`, to be stated with the rank.
        least: fewest values that carry a claim.

    Returns:
        None where the session has no value.
    """
    place = len(sessions) - 1
    if end is not None:
        place = int(sessions.searchsorted(day(end)))
        if place == len(sessions) or sessions[place] != day(end):
            return None
    if place < 0 or not np.isfinite(values[place]):
        return None
    value = float(values[place])
    side = side or (-1 if value < 0 else 1)
    places = np.flatnonzero(np.isfinite(values))
    first = int(places[0])
    # nearly always nothing is missing from the first value on
    finite = values[first:] if len(places) == len(values) - first else values[places]
    sided = finite if side > 0 else -finite
    out = np.round(sided, decimals)
    far = places[out >= out[places.searchsorted(place)]]
    at = int(far.searchsorted(place))
    apart = int(far.searchsorted(place - max(length, 1), side="right"))
    # the latest of the farthest out: it is shown with its date, and the latest is the most useful
    top = int(places[len(places) - 1 - int(sided[::-1].argmax())])
    spread = float(finite.std(ddof=1)) if len(finite) > 1 else 0.0
    return Rank(
        value=value,
        end=pydate(sessions[place]),
        side=side,
        length=length,
        of=len(finite),
        as_wide=len(far),
        later=len(far) - at - 1,
        last=pydate(sessions[far[apart - 1]]) if apart else None,
        last_overlapping=pydate(sessions[far[at - 1]]) if at else None,
        percentile=float(np.count_nonzero(finite < value) / len(finite)),
        above=float(np.count_nonzero(finite > value) / len(finite)),
        z=(value - float(finite.mean())) / spread if spread > 10.0**-EXACT_DECIMALS else None,
        record=Extreme(float(values[top]), pydate(sessions[top])),
        first=pydate(sessions[max(first - length, 0)]),
        over_holes=over_holes,
        least=least,
    )


def percentiles_at(values: FloatArray, places: IntArray) -> FloatArray:
    """(P,) share of all values strictly below those at a few places; NaN where there is none."""
    finite = values[np.isfinite(values)]
    # counted: ranking all of them asks for a sort
    below = [np.count_nonzero(finite < value) for value in values[places].tolist()]
    shares = np.array(below, np.float64) / max(len(finite), 1)
    return np.where(np.isfinite(values[places]), shares, np.nan)


def last_percentile(values: FloatArray) -> float | None:
    """Share of all (T,) values strictly below the last one; None where it is NaN, or of too few."""
    if not len(values) or not np.isfinite(values[-1]):
        return None
    count = np.count_nonzero(np.isfinite(values))
    return None if count < CLAIM_VALUES else float(np.count_nonzero(values < values[-1]) / count)


def percentiles(values: FloatArray) -> FloatArray:
    """(T,) share of all values strictly below each; NaN where there is none."""
    shares = np.full(len(values), np.nan)
    is_finite = np.isfinite(values)
    finite = values[is_finite]
    if len(finite):
        shares[is_finite] = np.searchsorted(np.sort(finite), finite, side="left") / len(finite)
    return shares
