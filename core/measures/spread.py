"""The gap between two indices, and how rare it is.

The gap is the difference of two fund returns. It is ranked against the same window
of every earlier year, separately against full calendar years, and against every stretch of
as many sessions; the three are never mixed. All depend on the funds' closes alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import Dates, FloatArray, day, pydate
from core.data.record import record
from core.data.windows import Window, same_window
from core.measures.pair_history import PairHistory
from core.measures.pair_series import YearGap
from core.measures.rarity import TIE_DECIMALS, Rank

if TYPE_CHECKING:
    from core.measures.pair_series import PairSeries

#: Fewer earlier years than this carry no claim.
CLAIM_YEARS: Final = 10
#: Windows that begin where a calendar period does: the same one of other years is like them.
CALENDAR_WINDOWS: Final = ("QTD", "YTD", "H1", "H2")
#: Under so many sessions a window is set beside stretches as long first, and beside full
#: years not at all.
YEARLIKE_SESSIONS: Final = 100


@record(frozen=True, slots=True)
class Comparisons:
    """The comparisons of a window's gap; which one leads depends on the window's length.

    Attributes:
        rolling: every stretch of as many sessions.
        same_window: the same window of earlier years.
        full_years: full calendar years.
    """

    rolling: bool
    same_window: bool
    full_years: bool


def comparisons(label: str, sessions: int) -> Comparisons:
    """The comparisons of the gap of a window.

    Args:
        label: the window's, from `core.data.question.normal`.
        sessions: from its start to its end.
    """
    calendar = label.isdigit() or label in CALENDAR_WINDOWS
    long = sessions >= YEARLIKE_SESSIONS
    return Comparisons(
        rolling=not calendar or not long,
        same_window=calendar,
        full_years=calendar and label != "QTD" and long,
    )


@record(frozen=True, slots=True)
class Ranking:
    """A gap ranked among those of other years, on the gap's side of zero.

    Attributes:
        gap: the gap ranked, a fraction.
        history: ascending years; the window itself is the last one where it is one of
            them (same window), or stands outside (full years).
        rank: 1 + the number of earlier years strictly wider on the same side.
        of: earlier years and this one.
        since: the latest earlier year at least as wide; None where there is none.
        on_record: no earlier year is as wide, and there are enough years to say so.
        ties: the latest year equal at 0.01 pp, or None.
        runner_up: the widest of the earlier years on the same side.
        next_gap: the gap that would take the next better rank, None at rank 1.
        z: (gap - mean) / sample sd of the earlier years; None under two years.
        percentile: share of the earlier years strictly below; None without any.
        claim: there are at least ten earlier years, and none without closes since the one named.
    """

    gap: float
    history: tuple[YearGap, ...]
    rank: int
    of: int
    since: int | None
    on_record: bool
    ties: int | None
    runner_up: YearGap | None
    next_gap: float | None
    z: float | None
    percentile: float | None
    claim: bool
    first_year: int | None


@record(frozen=True, eq=False, slots=True)
class Spread:
    """Two funds over one window.

    Attributes:
        small_return: fraction over the window on its basis.
        large_return: the same for the large one.
        sessions: (T,) common sessions from start to end.
        small_line: (T,) cumulative return since the start, a fraction, 0 at the start.
        large_line: (T,) the same for the large one.
        ratio_line: (T,) (S_t/S_0)/(L_t/L_0).
        same_window: rank among the same window of every year.
        full_years: rank among full calendar years.
        history: the pair through all years: the rank among all stretches as long, streaks,
            ratio, what followed.
    """

    small_return: float
    large_return: float
    sessions: Dates
    small_line: FloatArray
    large_line: FloatArray
    ratio_line: FloatArray
    same_window: Ranking
    full_years: Ranking
    history: PairHistory

    @property
    def gap(self) -> float:
        """Small minus large, a fraction."""
        return self.small_return - self.large_return

    @property
    def rolling(self) -> Rank | None:
        """The gap among all stretches as long; None where closes are missing inside it."""
        return self.history.rolling

    @property
    def geometric_gap(self) -> float:
        """(1 + R_S) / (1 + R_L) - 1, a fraction."""
        return (1 + self.small_return) / (1 + self.large_return) - 1

    @property
    def drawdown(self) -> float:
        """Deepest fall of the ratio line from its running peak, a fraction <= 0."""
        return float((self.ratio_line / np.maximum.accumulate(self.ratio_line) - 1).min())


def rank_gap(
    gap: float, earlier: Iterable[YearGap], now: int, this_year: YearGap | None = None
) -> Ranking:
    """Rank a gap among those of earlier years.

    With s = sign(gap): rank = 1 + count(s g_y > s gap); since = the latest year with
    s g_y >= s gap. Gaps are compared at 0.01 pp. Nothing is claimed over a year without closes:
    it may have been wider.

    Args:
        gap: fraction.
        earlier: the years to compare with, any order.
        now: the year of the gap.
        this_year: this window as a year of the history, where it is shown as one.
    """
    years = sorted(earlier, key=lambda y: y.year)
    side = -1.0 if gap < 0 else 1.0
    width = round(side * gap, TIE_DECIMALS)
    widths = [round(side * year.gap, TIE_DECIMALS) for year in years]
    wider = [year for year, value in zip(years, widths, strict=True) if value > width]
    as_wide = [year.year for year, value in zip(years, widths, strict=True) if value >= width]
    ties = [year.year for year, value in zip(years, widths, strict=True) if value == width]
    runner = max(years, key=lambda y: (side * y.gap, y.year), default=None)
    gaps = np.array([year.gap for year in years])
    spread = float(gaps.std(ddof=1)) if len(gaps) > 1 else 0.0
    since = max(as_wide, default=None)
    years_since = {year.year for year in years if since is None or year.year >= since}
    unbroken = not years_since or len(years_since) == now - min(years_since)
    claim = len(years) >= CLAIM_YEARS and unbroken
    return Ranking(
        gap=gap,
        history=(*years, this_year) if this_year else tuple(years),
        rank=1 + len(wider),
        of=len(years) + 1,
        since=since,
        on_record=claim and not as_wide,
        ties=max(ties, default=None),
        runner_up=runner,
        next_gap=min((year.gap for year in wider), key=abs, default=None),
        z=(gap - float(gaps.mean())) / spread if spread else None,
        percentile=float(np.mean(gaps < gap)) if len(gaps) else None,
        claim=claim,
        first_year=min((year.year for year in years), default=None),
    )


def spread(
    window: Window,
    series: PairSeries,
    *,
    as_of: date | None = None,
) -> Spread:
    """Measure the spread of two funds over a window and rank it.

    Args:
        window: on the sessions of ``series``.
        series: the two funds; of one alone the gap is the return.
        as_of: the last session of the history; None for the window's end.
    """
    sessions, small, large = series.sessions, series.small, series.large_or_flat
    first = int(np.searchsorted(sessions, day(window.start)))
    last = int(np.searchsorted(sessions, day(window.end)))
    small_line = small[first : last + 1] / small[first]
    large_line = large[first : last + 1] / large[first]
    this_year = YearGap(
        window.end.year,
        window.start,
        window.end,
        float(small_line[-1] - 1),
        float(large_line[-1] - 1),
    )

    span = window.end.year - pydate(sessions[0]).year
    shifted = {
        window.end.year - back: same_window(window, back, sessions, series.calendar)
        for back in range(1, span + 1)
    }
    same = [series.year_gap(year, of_year) for year, of_year in shifted.items() if of_year]
    full = [gap for gap in series.full_years if gap.year < window.end.year]
    stop = int(np.searchsorted(sessions, day(as_of or window.end), side="right"))
    return Spread(
        small_return=this_year.small_return,
        large_return=this_year.large_return,
        sessions=sessions[first : last + 1],
        small_line=small_line - 1,
        large_line=large_line - 1,
        ratio_line=small_line / large_line,
        same_window=rank_gap(this_year.gap, same, this_year.year, this_year),
        full_years=rank_gap(this_year.gap, full, this_year.year),
        history=PairHistory(
            series,
            stop,
            start=window.start,
            end=window.end,
        ),
    )
