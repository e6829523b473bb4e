"""Where an index's members stand, session by session: off their highs, above averages, moved.

Counts of `core.measures.trait_bits` over the members of each session, the fund's distance from
its high, the members' drawdowns over the window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import median
from core.data.record import record
from core.measures.counting import YEAR_SESSIONS
from core.measures.trait_bits import NAMES, off_high

if TYPE_CHECKING:
    from core.data.frames import Dates, FloatArray, IntArray
    from core.data.series import Series
    from core.measures.traits import Traits


@record(frozen=True, slots=True)
class Drawdowns:
    """Deepest falls of lines from their running peak in the window, fractions; None without lines.

    Attributes:
        n: lines with closes at both ends of the window.
        mean: average of their deepest falls.
        median: the one in the middle.
        mean_before, median_before: the same up to the session before.
    """

    n: int = 0
    mean: float | None = None
    median: float | None = None
    mean_before: float | None = None
    median_before: float | None = None


@record(frozen=True, eq=False, slots=True)
class Counted:
    """Members counted on some sessions, (T,) each; NaN where they are not counted.

    Attributes:
        sessions: ascending.
        counts: name of `core.measures.trait_bits.NAMES` -> members that have it.
        off_median: median distance from the 52-week high, a fraction.
        own_off: the fund's distance.
    """

    sessions: Dates
    counts: Mapping[str, FloatArray]
    off_median: FloatArray
    own_off: FloatArray

    def share(self, name: str, of: str) -> FloatArray:
        """(T,) members that have one thing, of those that have another; NaN where none has it."""
        lines = self.counts[of]
        return np.where(lines > 0, self.counts[name] / np.maximum(lines, 1), np.nan)


@record(frozen=True, eq=False, slots=True)
class Members:
    """The lines counted on some rows of a matrix.

    Attributes:
        columns: (n,) of the lines.
        rows: of the matrix.
    """

    columns: IntArray
    rows: slice


@record(frozen=True, eq=False)
class MemberStanding:
    """Where an index's members stand: on the last sessions, and through the whole window.

    Each is worked out when it is read: a year of closes is looked through for it, and most
    answers are only looked at for other figures.

    Attributes:
        sessions: (T,) of the daily breadth.
        parts: who is counted, by rows of the matrix, ascending.
        first: row of the matrix that the first session stands in.
        newest: (t,) the last sessions, those of `tail`.
        series: the fund's closes, None where none are available.
    """

    sessions: Dates
    parts: tuple[Members, ...]
    first: int
    newest: Dates
    series: Series | None
    _traits: Traits
    _closes: FloatArray
    _lines: IntArray

    @cached_property
    def drawdowns(self) -> Drawdowns:
        """Deepest falls of the members over the window."""
        return drawdowns(self._closes, self._lines)

    @cached_property
    def tail(self) -> Counted:
        """Counts of members on the last sessions, which need only a year of closes."""
        first = self.first + len(self.sessions) - len(self.newest)
        fund_off_high = own_off(self.series, self.newest)
        return counted(self._traits, self.parts, first, self.newest, fund_off_high)

    @cached_property
    def own_off(self) -> FloatArray:
        """(T,) the fund's distance from its highest close, on every session."""
        return own_off(self.series, self.sessions)

    @cached_property
    def whole(self) -> Counted:
        """Counts of members on every session of daily breadth; NaN where none are counted."""
        return counted(self._traits, self.parts, self.first, self.sessions, self.own_off)


def counted(
    traits: Traits, parts: Sequence[Members], first: int, sessions: Dates, own_distance: FloatArray
) -> Counted:
    """Count members on some sessions, which are consecutive rows of the matrix from ``first`` on.

    Args:
        traits: of the matrix.
        parts: who is counted on which rows.
        first: row of the first session.
        sessions: (T,).
        own_distance: (T,) the fund's distance from its highest close.
    """
    counts = np.full((len(NAMES), len(sessions)), np.nan)
    off = np.full(len(sessions), np.nan)
    inside = [
        Members(part.columns, slice(max(part.rows.start, first), part.rows.stop)) for part in parts
    ]
    inside = [part for part in inside if part.rows.start < part.rows.stop]
    if inside:
        # counted, not sorted; and `np.unique` loads masked arrays
        everyone = np.flatnonzero(np.bincount(np.concatenate([part.columns for part in inside])))
        traits.prepare(everyone, slice(inside[0].rows.start, inside[-1].rows.stop))
    for part in inside:
        place = slice(part.rows.start - first, part.rows.stop - first)
        counts[:, place], off[place] = traits.counts(part.columns, part.rows)
    by_name = dict(zip(NAMES, counts, strict=True))
    return Counted(sessions, by_name, off, own_distance)


def own_off(series: Series | None, sessions: Dates) -> FloatArray:
    """(T,) distance of one symbol's closes from the highest of 252 sessions; NaN under 200 closes.

    On its closes: of a fund nearly every session has one.
    """
    if series is None or not len(series.sessions) or not len(sessions):
        return np.full(len(sessions), np.nan)
    doubts = [when for when, _ in series.doubts if when <= sessions[-1]]
    closes, days = series.stand_in, series.sessions
    if doubts:
        closes, days = closes[days >= doubts[-1]], days[days >= doubts[-1]]
    rows = np.minimum(np.searchsorted(days, sessions), len(days) - 1)
    lead = int(rows.min())
    first = max(lead - YEAR_SESSIONS + 1, 0)
    last = int(rows.max())
    year = closes[first : last + 1, None]
    out = off_high(year, last + 1 - lead, holes=True)[rows - lead, 0]
    return np.where(days[rows] == sessions, out, np.nan)


def drawdowns(closes: FloatArray, columns: IntArray) -> Drawdowns:
    """The lines' deepest falls over a window.

    Args:
        closes: (T, N) the window's closes from its first to its last session, NaN where none.
        columns: of the lines, -1 where the matrix lacks one.
    """
    columns = columns[columns >= 0] if len(closes) > 1 else columns[:0]
    peak, of_peak, earlier = (np.full(len(columns), np.nan) for _ in range(3))
    now = np.empty(len(columns))
    # a session at a time and in place: nothing larger than the lines is made
    for row, session in enumerate(closes):
        if row == len(closes) - 1:
            earlier = of_peak.copy()
        np.take(session, columns, out=now, mode="clip")
        np.fmax(peak, now, out=peak)
        np.divide(now, peak, out=now)
        np.fmin(of_peak, now, out=of_peak)
    deepest, earlier = (1 - part[np.isfinite(part)] for part in (of_peak, earlier))

    def figures(values: FloatArray) -> tuple[float | None, float | None]:
        return (float(values.mean()), median(values)) if len(values) else (None, None)

    return Drawdowns(len(deepest), *figures(deepest), *figures(earlier))
