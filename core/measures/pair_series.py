"""Two funds on every session that both have closes of, and what is worked out of them once.

All of it looks back alone: the history up to any session is the beginning of these arrays, so that
another date or another window is a matter of slices.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import BoolArray, Dates, FloatArray, IntArray, day, pydate
from core.data.latest import latest
from core.data.record import record
from core.data.windows import Window, full_year
from core.measures.rarity import holes, stretch_gaps
from core.measures.ratio import AVERAGES, Means, level_means
from core.measures.streaks import Periods, return_signs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Lengths of stretches whose gaps are kept: those of the windows of a few neighbouring dates.
_KEPT: Final = 12


@record(frozen=True, slots=True)
class YearGap:
    """One window of the history: returns are fractions on the window's basis."""

    year: int
    start: date
    end: date
    small_return: float
    large_return: float

    @property
    def gap(self) -> float:
        """Small minus large, a fraction (0.1484 is 14.84 pp)."""
        return self.small_return - self.large_return


@record(frozen=True, eq=False)
class PairSeries:
    """Two funds, or one alone, over all available sessions.

    Attributes:
        sessions: (T,) ascending.
        small: (T,) level of the small index's fund on the question's basis.
        large: (T,) the same for the large one; None for one index alone.
        small_price: (T,) split-adjusted closes, None where only adjusted ones are available.
        large_price: (T,) the same for the large one.
        calendar: (C,) sessions of the exchange, before and after, which tell where closes are
            missing and whether a week has ended; None for those given.
    """

    sessions: Dates
    small: FloatArray
    large: FloatArray | None
    small_price: FloatArray | None = None
    large_price: FloatArray | None = None
    calendar: Dates | None = None

    @property
    def exchange(self) -> Dates:
        """(C,) the exchange's sessions, or those given."""
        return self.sessions if self.calendar is None else self.calendar

    def returns(self, window: Window) -> tuple[float, float]:
        """The small fund's return over a window on its sessions and the large one's, fractions."""
        first, last = map(self.sessions.searchsorted, (day(window.start), day(window.end)))
        return self.returns_between(int(first), int(last))

    def returns_between(self, first: int, last: int) -> tuple[float, float]:
        """The funds' returns between the sessions at two places, fractions."""
        small, large = self.small, self.large_or_flat
        return float(small[last] / small[first] - 1), float(large[last] / large[first] - 1)

    @property
    def large_or_flat(self) -> FloatArray:
        """(T,) level of the large one; 1 throughout for one index alone."""
        return np.ones(len(self.small)) if self.large is None else self.large

    def year_gap(self, year: int, window: Window) -> YearGap:
        """The gap of a year's window on its sessions."""
        return YearGap(year, window.start, window.end, *self.returns(window))

    @cached_property
    def full_years(self) -> tuple[YearGap, ...]:
        """The gap of each calendar year whose closes are available, ascending."""
        first, last = (pydate(session).year for session in self.sessions[[0, -1]])
        windows = {year: full_year(year, self.sessions) for year in range(first, last + 1)}
        return tuple(self.year_gap(year, window) for year, window in windows.items() if window)

    @cached_property
    def holes(self) -> BoolArray:
        """(T,) whether closes are missing before a session."""
        return holes(self.sessions, self.calendar)

    def gaps(self, length: int) -> tuple[FloatArray, IntArray]:
        """(T,) gap over so many sessions, and (T,) how many up to each lie over holes; cached."""

        def make() -> tuple[FloatArray, IntArray]:
            return stretch_gaps(self.holes, self.small, self.large_or_flat, length)

        return latest(self._gaps, length, make, _KEPT)

    @cached_property
    def _gaps(self) -> dict[int, tuple[FloatArray, IntArray]]:
        return {}

    @cached_property
    def ratio_of_prices(self) -> FloatArray | None:
        """(T,) small closes over large ones; of one index alone, its closes; None without."""
        if self.small_price is None or (self.large is not None and self.large_price is None):
            return None
        return self.small_price if self.large_price is None else self.small_price / self.large_price

    @cached_property
    def ratio_of_levels(self) -> FloatArray:
        """(T,) the ratio on the question's basis, 1 at the first session."""
        level = self.small if self.large is None else self.small / self.large
        from_first: FloatArray = level / level[0]
        return from_first

    @cached_property
    def price_means(self) -> Mapping[int, Means]:
        """Number of closes -> means of `ratio_of_prices`; {} without closes."""
        level = self.ratio_of_prices
        return {} if level is None else {closes: level_means(level, closes) for closes in AVERAGES}

    @cached_property
    def gap_signs(self) -> NDArray[np.int8]:
        """(T - 1,) sign of the gap of each session but the first, 0 where it is not known."""
        every = Periods(np.arange(len(self.sessions)), ~self.holes[1:])
        return return_signs(self.small, self.large, every)
