"""Ranks, streaks, records and what followed, on short series counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from core.data.frames import Dates, FloatArray, dates_of
from core.measures.episodes import all_ahead, followed, summary
from core.measures.pair_history import PairHistory
from core.measures.pair_series import PairSeries
from core.measures.rarity import (
    Extreme,
    holes,
    percentiles,
    percentiles_at,
    rank_value,
    stretch_returns,
)
from core.measures.ratio import LevelHistory, level_history, record_closes, records_by_year
from core.measures.streaks import Streak, period_ends, streak, streak_lengths
from tests.market import rank_of_stretch, weekdays


def days_from(first: str, count: int) -> Dates:
    return dates_of(weekdays(first, "2030-12-31")[:count])


def level_of(*changes: float) -> FloatArray:
    return 100 * np.cumprod([1.0, *(1 + change for change in changes)])


def test_a_rank_by_hand() -> None:
    # gaps +1 -2 +3 +1 +2 pp: the last is matched by +3 alone, two below: -2 +1 +1 make three
    small = level_of(0.01, -0.02, 0.03, 0.01, 0.02)
    sessions = days_from("2026-01-05", 6)
    rank = rank_of_stretch(sessions, small, np.full(6, 7.0), 1)
    assert rank is not None
    assert (rank.of, rank.as_wide, rank.later) == (5, 2, 0)
    assert rank.last == rank.last_overlapping == date(2026, 1, 8)
    assert (rank.percentile, rank.above, rank.beyond) == (0.6, 0.2, 0.6)
    assert rank.z == pytest.approx((2 - 1) / (14 / 4) ** 0.5)
    assert rank.first == date(2026, 1, 5)
    assert not rank.claim and rank.standing is None


def test_a_loss_is_ranked_among_losses() -> None:
    small = level_of(-0.03, 0.05, -0.01)
    rank = rank_of_stretch(days_from("2026-01-05", 4), small, np.ones(4), 1)
    assert rank is not None
    assert (rank.side, rank.as_wide, rank.record.end) == (-1, 2, date(2026, 1, 6))
    assert rank.beyond == rank.above == pytest.approx(1 / 3)


def test_what_overlaps_is_not_the_last_that_was_as_wide() -> None:
    # over two sessions: 2.01 0 0 2.01 2.01 (the last two share a session)
    small = level_of(0.0101, 0.01, 0, -0.01 / 1.01, 0.0101 / 1, 0.01, 0.0101)
    rank = rank_of_stretch(days_from("2026-01-05", 8), small, np.ones(8), 2)
    assert rank is not None
    assert rank.last_overlapping == date(2026, 1, 13)
    assert rank.last == date(2026, 1, 7)


def test_a_stretch_as_wide_after_the_one_asked_takes_the_superlative() -> None:
    count = 400
    steps = np.zeros(count)
    steps[300], steps[350] = 0.04, 0.05
    sessions, small = days_from("2020-01-01", count + 1), level_of(*steps)
    last = sessions[301].item()
    rank = rank_of_stretch(sessions, small, np.ones(count + 1), 1, end=last)
    assert rank is not None and (rank.as_wide, rank.later) == (2, 1)
    assert rank.last is None
    # no claim of a record: a wider one followed
    assert rank.standing == "rare"
    alone = rank_of_stretch(sessions[:340], small[:340], np.ones(340), 1, end=last)
    assert alone is not None and alone.standing == "record"


def test_the_written_order_of_claims() -> None:
    count = 252 * 8
    steps = np.zeros(count)
    steps[100] = 0.05
    sessions, flat = days_from("2018-01-01", count + 1), np.ones(count + 1)

    def standing(**changed: float) -> str | None:
        now = steps.copy()
        for place, value in changed.items():
            now[int(place[1:])] = value
        rank = rank_of_stretch(sessions, level_of(*now), flat, 1)
        return rank and rank.standing

    last = f"_{count - 1}"
    assert standing(**{last: 0.06}) == "record"
    assert standing(**{last: 0.04}) == "far"
    assert standing(_1400=0.04, **{last: 0.03}) == "near"
    assert standing(_2000=0.04, **{last: 0.03}) == "rare"
    assert standing(**{last: 0.0}) == "usual"


def test_holes_break_stretches_and_streaks() -> None:
    days = weekdays("2026-01-01", "2026-04-30")
    sessions = dates_of(days[:20] + days[30:60])
    small = level_of(*[0.01] * 49)
    rank = rank_of_stretch(sessions, small, np.ones(50), 5)
    assert rank is not None
    assert (rank.of, rank.over_holes) == (40, 5)
    run = streak(sessions, small, np.ones(50))
    assert (run.length, run.start) == (29, days[31])
    # a stretch that lies over the hole has no rank
    over = sessions[22].item()
    assert rank_of_stretch(sessions, small, np.ones(50), 5, end=over) is None


def test_a_younger_fund_starts_the_history() -> None:
    sessions = days_from("2026-01-05", 30)
    large = np.full(30, np.nan)
    large[10:] = 5.0
    rank = rank_of_stretch(sessions, level_of(*[0.01] * 29), large, 5)
    assert rank is not None
    assert (rank.of, str(rank.first)) == (15, str(sessions[10]))


def test_a_window_longer_than_the_history_has_no_rank() -> None:
    sessions, level = days_from("2026-01-05", 6), np.ones(6)
    assert rank_of_stretch(sessions, level, level, 5) is not None
    for length in (0, 6, 7, 5000):
        assert rank_of_stretch(sessions, level, level, length) is None
    assert np.isnan(stretch_returns(level, 6)).all()


def test_a_constant_history_ties_with_itself() -> None:
    sessions, level = days_from("2025-01-01", 300), np.full(300, 3.0)
    rank = rank_of_stretch(sessions, level, level, 5)
    assert rank is not None
    assert (rank.as_wide, rank.of, rank.percentile, rank.z) == (295, 295, 0.0, None)
    assert rank.standing == "usual"
    still = streak(sessions, level, level)
    assert (still.sign, still.length, still.start, still.longest) == (0, 0, None, None)
    ratio = level_history(sessions, level)
    assert ratio is not None and ratio.standing is None
    assert (ratio.high_since, ratio.low_since, ratio.record_high) == (None, None, False)
    assert [average.above for average in ratio.averages] == [False, False]
    assert len(record_closes(level)) == 0


def test_under_250_sessions_nothing_is_claimed() -> None:
    for count, claimed in ((250, False), (251, True)):
        steps = [0.001] * (count - 2) + [0.05]
        sessions, level, flat = days_from("2025-01-01", count), level_of(*steps), np.ones(count)
        rank = rank_of_stretch(sessions, level, flat, 1)
        assert rank is not None and rank.claim is claimed
        assert rank.standing == ("record" if claimed else None)
    short = slice(0, 249)
    run = streak(sessions[short], level[short])
    assert not run.claim and run.standing is None
    ratio: LevelHistory | None = level_history(sessions[short], level[short])
    assert ratio is not None and ratio.record_high and ratio.standing is None


def test_missing_and_broken_values_are_never_ranked() -> None:
    sessions = days_from("2026-01-05", 5)
    values = np.array([np.nan, 1.0, np.nan, 2.0, 3.0])
    rank = rank_value(values, sessions, side=-1, decimals=9)
    assert rank is not None and (rank.of, rank.as_wide, rank.above) == (3, 3, 0.0)
    assert str(rank.first) == "2026-01-06"
    assert rank_value(values, sessions, end=date(2026, 1, 7)) is None
    assert rank_value(values, sessions, end=date(2026, 1, 10)) is None
    assert rank_value(np.full(5, np.nan), sessions) is None
    assert rank_value(np.zeros(0), sessions[:0]) is None
    returns = stretch_returns(np.array([1.0, 0.0, 2.0, -1.0, 4.0]), 1)
    assert np.isnan(returns).all()
    assert level_history(sessions, np.array([1.0, 2, 3, 4, np.nan])) is None
    assert level_history(sessions[:0], np.zeros(0)) is None


def test_percentiles_of_a_whole_series() -> None:
    values = np.array([3.0, np.nan, 1.0, 3.0, 2.0])
    assert percentiles(values)[[0, 2, 3, 4]].tolist() == [0.5, 0.0, 0.5, 0.25]
    assert np.isnan(percentiles(values)[1])
    at = percentiles_at(values, np.array([4, 1, 0]))
    assert at[[0, 2]].tolist() == [0.25, 0.5] and np.isnan(at[1])
    assert np.isnan(percentiles_at(np.full(3, np.nan), np.array([0])))


def test_an_unfinished_week_or_month_is_not_counted() -> None:
    # Monday 5 January to Wednesday 14 January 2026
    sessions = days_from("2026-01-05", 8)
    assert period_ends(sessions, "week").tolist() == [4]
    assert period_ends(sessions[:5], "week").tolist() == [4]
    assert period_ends(sessions, "month").tolist() == []
    # Good Friday 2026 (3 April) is no session: on Thursday the week has ended
    calendar = dates_of(["2026-04-01", "2026-04-02", "2026-04-06"])
    assert period_ends(calendar[:2], "week", calendar).tolist() == [1]
    assert period_ends(calendar[:2], "week").tolist() == []
    # the last weekday of a month ends it, whatever follows
    assert period_ends(dates_of(["2026-05-28", "2026-05-29"]), "month").tolist() == [1]


def test_weeks_are_counted_by_their_own_return() -> None:
    # three weeks: +1 %, +2 %, -1 % on their last days
    days = weekdays("2026-01-05", "2026-01-30")
    level = np.array([100.0] * 5 + [99, 98, 97, 96, 101] + [103.02] * 5 + [101.9898] * 5)
    run: Streak = streak(dates_of(days[:15]), level[:15], unit="week")
    assert (run.length, run.sign) == (2, 1)
    assert (run.start, run.end) == (date(2026, 1, 12), date(2026, 1, 23))
    after = streak(dates_of(days), level, unit="week")
    assert (after.length, after.sign, after.end) == (1, -1, date(2026, 1, 30))


def test_streak_lengths_along_a_history() -> None:
    signs = np.array([1, 1, 0, 1, -1, 1, 1, 1], np.int8)
    assert streak_lengths(signs, 1).tolist() == [1, 2, 0, 1, 0, 1, 2, 3]
    assert streak_lengths(signs, -1).tolist() == [0, 0, 0, 0, 1, 0, 0, 0]


def test_the_first_close_is_no_record_and_a_tie_is_none() -> None:
    level = np.array([2.0, 1, 2, 3, 3, 4])
    assert record_closes(level).tolist() == [3, 5]
    sessions = dates_of(["2023-12-28", "2023-12-29", "2024-01-02", "2025-01-02", "2025-01-03",
                         "2025-01-06"])  # fmt: skip
    assert records_by_year(sessions, level) == {2024: 0, 2025: 2}


def test_the_ratio_at_an_extreme_is_that_of_closes_where_they_are_held() -> None:
    # 260 sessions level, then closes end a hundredth up; with dividends the fund stands lower
    sessions = days_from("2025-01-02", 261)
    price, level = np.full(261, 100.0), np.full(261, 100.0)
    price[-1], level[-1] = 101.0, 99.0
    ends = date(2025, 6, 2), sessions[-1].item()
    for prices, side in ((price, 1), (None, -1)):
        flat = None if prices is None else np.full(261, 50.0)
        series = PairSeries(sessions, level, np.full(261, 50.0), prices, flat)
        history = PairHistory(series, 261, *ends)
        assert [s.side for s in history.states if s.kind == "ratio"] == [side]


def test_what_followed_by_hand() -> None:
    sessions = days_from("2026-01-05", 9)
    small = np.array([1.0, 2, 4, 8, 4, 2, 4, 8, 16])
    large = np.ones(9)
    state = np.array([False, False, True, False, False, True, True, False, True])
    outcome = followed(sessions, state, 2, all_ahead(small, large, (1, 3)))
    # the third begins one session after the second ended: the same episode
    assert outcome.starts == (sessions[2].item(), sessions[5].item())
    assert (outcome.open, outcome.overlapping) == ({1: 0, 3: 0}, {1: 0, 3: 0})
    gap_1, gap_3 = (
        next(f for f in outcome.horizons if (f.of, f.horizon) == ("gap", h)) for h in (1, 3)
    )
    assert gap_1.returns == (1.0, 1.0)
    assert gap_3.returns == (-0.5, 7.0)
    assert gap_1.episodes == summary(np.ones(2)) and gap_1.episodes.median is None
    # every session's next one: up six times of eight, by 100 %, and down twice by 50 %
    assert (gap_1.base.n, gap_1.base.median, gap_1.base.share_positive) == (8, 1.0, 0.75)
    assert gap_1.base.mean == pytest.approx((6 * 1 - 2 * 0.5) / 8)
    late = followed(sessions, state, 2, all_ahead(small, large, (4, 9)))
    assert late.open == {4: 1, 9: 2}
    assert [f.base.n for f in late.horizons if f.of == "gap"] == [5, 0]


def test_what_followed_over_a_missing_close_is_left_out() -> None:
    # a session is missing between the fourth and the fifth close
    sessions = days_from("2026-01-05", 10)
    kept = np.delete(sessions, 4)
    small, large = np.array([1.0, 2, 4, 8, 4, 2, 4, 8, 16]), np.ones(9)
    state = np.array([False, False, True, False, False, True, True, False, True])
    after = holes(kept, sessions)
    assert after.tolist() == [False] * 4 + [True] + [False] * 4
    outcome = followed(kept, state, 2, all_ahead(small, large, (1, 3), after))
    gap_1, gap_3 = (
        next(f for f in outcome.horizons if (f.of, f.horizon) == ("gap", h)) for h in (1, 3)
    )
    # the first episode's third session lies beyond the missing one
    assert gap_1.returns == (1.0, 1.0) and gap_1.episodes.n == 2
    assert np.isnan(gap_3.returns[0]) and gap_3.returns[1] == 7.0 and gap_3.episodes.n == 1
    assert outcome.open == {1: 0, 3: 0}
    # of eight next sessions one fall is left out; of six third ones those from the 2nd to the 4th
    assert (gap_1.base.n, gap_1.base.share_positive) == (7, 6 / 7)
    assert gap_3.base.n == 3


def test_ten_episodes_are_summed_up_and_nine_are_not() -> None:
    assert summary(np.arange(9.0)).mean is None
    ten = summary(np.arange(10.0))
    assert (ten.n, ten.median, ten.mean, ten.share_positive) == (10, 4.5, 4.5, 0.9)


def test_the_record_is_the_latest_of_equal_ones() -> None:
    values: Sequence[float] = [0.0, 0.02, 0.01, 0.02, 0.0]
    rank = rank_value(np.array(values), days_from("2026-01-05", 5))
    assert rank is not None and rank.record == Extreme(0.02, date(2026, 1, 8))
