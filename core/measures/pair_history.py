"""One pair of levels, or one alone, through all its years: rank, streaks, ratio, what followed.

Each is worked out when it is first read, and cached.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from core.data.frames import BoolArray, Dates, FloatArray, day
from core.data.record import record
from core.measures.rarity import Rank, percentiles, rank_value
from core.measures.ratio import (
    AVERAGES,
    YEAR_SESSIONS,
    LevelHistory,
    LevelYear,
    level_history,
    level_year,
    means,
    records_by_year,
)
from core.measures.streaks import (
    UNITS,
    Periods,
    Streak,
    Unit,
    ended_periods,
    last_run,
    period_ends,
    streak,
    streak_lengths,
    streak_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.measures.episodes import Ahead, Followed
    from core.measures.pair_series import PairSeries

#: What a streak is of: small against large, or one fund's rises.
StreakOf = Literal["gap", "small", "large"]
#: Percentiles, on the gap's side, from which it is worked out what followed; the
#: highest that holds counts.
PERCENTILES: Final = (0.99, 0.95, 0.90)
#: Sessions in a row from which what followed is worked out.
LEAST_STREAK: Final = 3

StateKind = Literal["percentile", "streak", "ratio"]


@record(frozen=True, slots=True)
class State:
    """A state that holds at the last session, and the forward returns after it at earlier times.

    Attributes:
        kind: a gap at or beyond a percentile, a streak, or a ratio at a new extreme.
        threshold: the percentile as a fraction, the sessions in a row, or those of the extreme.
        length: sessions of the gap's stretch; of the streak; of the extreme.
        side: 1 for ahead or high, -1 for behind or low.
        followed: the episodes before, the one that is on included where it began at a close.
    """

    kind: StateKind
    threshold: float
    length: int
    side: int
    followed: Followed


@record(frozen=True, eq=False)
class PairHistory:
    """Two funds over every available year, up to the as-of date.

    Attributes:
        series: the two funds on every available session, those after the as-of date too.
        stop: T, how many of the sessions lie up to the as-of date.
        start: session of the window's start.
        end: session of the window's end.
    """

    series: PairSeries
    stop: int
    start: date
    end: date

    @cached_property
    def sessions(self) -> Dates:
        """(T,) common sessions up to the as-of date, ascending."""
        return self.series.sessions[: self.stop]

    @property
    def small(self) -> FloatArray:
        """(T,) level of the small index's fund on the question's basis."""
        return self.series.small[: self.stop]

    @property
    def large(self) -> FloatArray | None:
        """(T,) level of the large index's fund, as `small` has it; None for one index alone."""
        return None if self.series.large is None else self.series.large[: self.stop]

    @cached_property
    def length(self) -> int:
        """Common sessions from the window's start to its end."""
        first, last = self.sessions.searchsorted([day(self.start), day(self.end)])
        return int(last - first)

    @property
    def whole(self) -> bool:
        """Whether the window ends on the history's last session."""
        return bool(len(self.sessions)) and bool(self.sessions[-1] == day(self.end))

    @cached_property
    def _gaps(self) -> tuple[FloatArray, int]:
        """(T,) gap (or return) over as many sessions as the window, and how many are left out."""
        gaps, over_holes = self.series.gaps(self.length)
        return gaps[: self.stop], int(over_holes[self.stop - 1]) if self.stop else 0

    @property
    def gaps(self) -> FloatArray:
        """(T,) gap over as many sessions as the window, NaN where there is none."""
        return self._gaps[0]

    @cached_property
    def rolling(self) -> Rank | None:
        """The window's gap among all stretches as long; None where it lies over a hole."""
        if not 0 < self.length < len(self.sessions):
            return None
        gaps, over_holes = self._gaps
        return rank_value(gaps, self.sessions, self.length, end=self.end, over_holes=over_holes)

    def streak(self, of: StreakOf = "gap", unit: Unit = "session") -> Streak:
        """One streak up to the as-of date."""
        level, against = self._sides(of)
        return streak(self.sessions, level, against, unit, ended=self._ended(unit))

    def _ended(self, unit: Unit) -> Periods:
        """The sessions, weeks or months that have ended; cached."""
        if unit not in self._periods:
            self._periods[unit] = ended_periods(self.sessions, unit, self.series.exchange)
        return self._periods[unit]

    @cached_property
    def _periods(self) -> dict[Unit, Periods]:
        return {}

    @cached_property
    def _ahead(self) -> tuple[Ahead, ...]:
        """Forward returns after every session: the base rate beside those after a state."""
        from core.measures.episodes import all_ahead

        large, holes = self.series.large_or_flat[: self.stop], self.series.holes[: self.stop]
        return all_ahead(self.small, large, holes=holes)

    def _sides(self, of: StreakOf) -> tuple[FloatArray, FloatArray | None]:
        if of == "large":
            assert self.large is not None
            return self.large, None
        return self.small, self.large if of == "gap" else None

    @property
    def _session_signs(self) -> NDArray[np.int8]:
        return self.series.gap_signs[: max(self.stop - 1, 0)]

    @cached_property
    def session_streak(self) -> Streak:
        """The gap's streak in sessions; of one index alone, of its rises."""
        every = Periods(np.arange(self.stop), ~self.series.holes[1 : self.stop])
        return streak_of(self.sessions, self._session_signs, every)

    @property
    def session_run(self) -> int | None:
        """Sessions of that streak, below 0 where the gap is negative; None `Streak.after_hole`."""
        run = last_run(self._session_signs)
        # the session before the run; of no run, the last one
        first = self.stop - 1 - abs(run)
        return None if 0 < first < self.stop and self.series.holes[first] else run

    @cached_property
    def gap_streaks(self) -> tuple[tuple[StreakOf, Streak], ...]:
        """The gap's streaks in sessions, weeks and months; of one index alone, of its rises."""
        of: StreakOf = "small" if self.large is None else "gap"
        later = ((of, self.streak(of, unit)) for unit in UNITS[1:])
        return ((of, self.session_streak), *later)

    @cached_property
    def streaks(self) -> tuple[tuple[StreakOf, Streak], ...]:
        """Every streak: of the gap, then of each fund, by sessions, weeks and months."""
        if self.large is None:
            return self.gap_streaks
        sides: tuple[StreakOf, ...] = ("small", "large")
        of_funds = ((of, self.streak(of, unit)) for of in sides for unit in UNITS)
        return (*self.gap_streaks, *of_funds)

    @cached_property
    def ratio(self) -> LevelHistory | None:
        """The ratio of closes; of one index alone, its closes; None without closes."""
        level = self.ratio_of_prices
        if level is None:
            return None
        return level_history(self.sessions, level, self.series.price_means)

    @cached_property
    def ratio_year(self) -> LevelYear | None:
        """The part of `ratio` about its averages and the last 52 weeks."""
        level = self.ratio_of_prices
        return None if level is None else level_year(self.sessions, level, self.series.price_means)

    @property
    def ratio_of_prices(self) -> FloatArray | None:
        """(T,) small closes over large ones; None where no closes are available."""
        ratio = self.series.ratio_of_prices
        return None if ratio is None else ratio[: self.stop]

    @property
    def ratio_of_levels(self) -> FloatArray:
        """(T,) the ratio on the question's basis, 1 at the first session."""
        return self.series.ratio_of_levels[: self.stop]

    @property
    def ratio_shown(self) -> FloatArray:
        """(T,) the ratio of closes, or that of `ratio_of_levels` where no closes are available."""
        ratio = self.ratio_of_prices
        return self.ratio_of_levels if ratio is None else ratio

    def weekly_ratio(self) -> tuple[Dates, FloatArray, dict[int, FloatArray]]:
        """The ratio at the end of each week and at the last session, of closes where there are any.

        Returns:
            (W,) sessions; (W,) ratio; number of closes -> (W,) mean of the last so many, NaN where
            there are fewer.
        """
        level = self.ratio_shown
        rows = np.union1d(period_ends(self.sessions, "week"), [len(level) - 1]).astype(np.intp)
        averages = {}
        for closes in AVERAGES:
            mean = np.full(len(level), np.nan)
            if len(level) >= closes:
                mean[closes - 1 :] = means(level, closes)
            averages[closes] = mean[rows]
        return self.sessions[rows], level[rows], averages

    @cached_property
    def total_ratio(self) -> LevelHistory | None:
        """`ratio` of the levels on the question's basis, as a multiple of the first session's."""
        return level_history(self.sessions, self.ratio_of_levels) if len(self.small) else None

    @cached_property
    def record_closes(self) -> dict[int, int]:
        """Year -> closes of the small fund above every earlier one; {} without closes."""
        price = self.series.small_price
        return {} if price is None else records_by_year(self.sessions, price[: self.stop])

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states that hold at the as-of date, each with the forward returns after it before."""
        candidates = (self._percentile_state(), self._streak_state(), self._ratio_state())
        return tuple(state for state in candidates if state is not None)

    def _state(
        self, kind: StateKind, threshold: float, length: int, side: int, state: BoolArray
    ) -> State:
        from core.measures.episodes import followed

        after = followed(self.sessions, state, length, self._ahead)
        return State(kind, threshold, length, side, after)

    def _percentile_state(self) -> State | None:
        rank = self.rolling
        if rank is None or not rank.claim or not self.whole:
            return None
        threshold = next((p for p in PERCENTILES if rank.beyond >= p), None)
        if threshold is None:
            return None
        state = percentiles(rank.side * self.gaps) >= threshold
        return self._state("percentile", threshold, self.length, rank.side, state)

    def _streak_state(self) -> State | None:
        now = self.session_streak
        if now.length < LEAST_STREAK or not now.claim:
            return None
        state = np.zeros(len(self.sessions), bool)
        state[1:] = streak_lengths(self._session_signs, now.sign) >= now.length
        return self._state("streak", now.length, now.length, now.sign, state)

    def _ratio_state(self) -> State | None:
        for side in (1, -1):
            state = new_extremes(side * self.ratio_shown)
            if len(state) and state[-1]:
                return self._state("ratio", YEAR_SESSIONS, YEAR_SESSIONS, side, state)
        return None


def new_extremes(level: FloatArray) -> BoolArray:
    """(T,) whether a level is strictly above all of the year's sessions before it."""
    from core.measures.counting import extremes

    state = np.zeros(len(level), bool)
    before = extremes(level[:, None], YEAR_SESSIONS - 1, high=True)[:, 0]
    if len(level) >= YEAR_SESSIONS:
        state[YEAR_SESSIONS - 1 :] = level[YEAR_SESSIONS - 1 :] > before[:-1]
    return state
