"""Rarity against answers counted on real closes, a second implementation, and by hand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from core.data.frames import Dates, FloatArray, dates_of
from core.measures.episodes import episode_starts, followed, summary
from core.measures.rarity import (
    Extreme,
    Rank,
    holes,
    percentiles,
    percentiles_at,
    rank_value,
    stretch_gaps,
    stretch_returns,
)
from core.measures.ratio import LevelHistory, level_history, record_closes, records_by_year
from core.measures.streaks import Streak, Unit, period_ends, streak, streak_lengths
from tests.answers.read import REAL
from tests.core import naive_rarity as naive
from tests.core.build import weekdays

real = pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")


class Funds:
    """Common closes of IWM and SPY."""

    def __init__(self) -> None:
        rows: dict[str, dict[str, tuple[float, float]]] = {"IWM": {}, "SPY": {}}
        with (REAL / "funds_daily.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                rows[row["symbol"]][row["date"]] = float(row["close"]), float(row["adj_close"])
        days = sorted(set(rows["IWM"]) & set(rows["SPY"]))
        self.sessions = dates_of(days)
        self.iwm, self.spy = (np.array([rows[s][d] for d in days]) for s in ("IWM", "SPY"))

    def to(self, last: str) -> slice:
        return slice(0, int(self.sessions.searchsorted(np.datetime64(last), side="right")))


@pytest.fixture(scope="module")
def funds() -> Funds:
    return Funds()


def rank_of_stretch(
    sessions: Dates, small: FloatArray, large: FloatArray, length: int, *, end: date | None = None
) -> Rank | None:
    """The rank of the gap of two levels over one stretch, among all stretches as long."""
    gaps, over_holes = stretch_gaps(holes(sessions), small, large, length)
    return rank_value(gaps, sessions, length, end=end, over_holes=int(over_holes[-1]))


def ranked(funds: Funds, length: int, last: str = "2026-06-26") -> Rank:
    part = funds.to(last)
    rank = rank_of_stretch(funds.sessions[part], funds.iwm[part, 1], funds.spy[part, 1], length)
    assert rank is not None
    return rank


# -- counted on real closes, total return ---------------------------------------------------


@real
@pytest.mark.parametrize(
    ("length", "gap", "as_wide", "of", "last", "overlapping", "percentile", "z"),
    [
        (1, 1.03, 401, 6558, "2026-06-22", "2026-06-22", 0.9396, 1.45),
        (5, 3.81, 84, 6554, "2026-05-27", "2026-05-27", 0.9875, 2.53),
        (21, 6.11, 151, 6538, "2026-01-22", "2026-06-22", 0.9771, 2.09),
        (63, 8.16, 314, 6496, "2026-02-24", "2026-06-22", 0.9518, 1.63),
    ],
)
def test_the_last_stretch_on_real_closes(
    funds: Funds, length: int, gap: float, as_wide: int, of: int, last: str, overlapping: str,
    percentile: float, z: float,
) -> None:  # fmt: skip
    rank = ranked(funds, length)
    assert round(rank.value * 100, 2) == gap
    assert (rank.as_wide, rank.of) == (as_wide, of)
    assert (str(rank.last), str(rank.last_overlapping)) == (last, overlapping)
    assert round(rank.percentile, 4) == percentile
    assert rank.z is not None and round(rank.z, 2) == z
    assert str(rank.first) == "2000-05-26"


@real
@pytest.mark.parametrize(
    ("length", "gap", "end"),
    [
        (1, 7.35, "2008-10-10"),
        (5, 10.06, "2024-07-17"),
        (21, 12.29, "2024-07-26"),
        (63, 28.09, "2021-02-09"),
    ],
)
def test_the_widest_stretch_on_real_closes(funds: Funds, length: int, gap: float, end: str) -> None:
    record = ranked(funds, length).record
    assert (round(record.value * 100, 2), str(record.end)) == (gap, end)


@real
def test_the_streak_of_january_2026_and_those_before_it(funds: Funds) -> None:
    part = funds.to("2026-01-22")
    now = streak(funds.sessions[part], funds.iwm[part, 1], funds.spy[part, 1])
    assert (now.length, now.sign, str(now.end), now.last_as_long) == (14, 1, "2026-01-22", None)
    assert now.longest is not None and now.longest.length == 14
    assert now.standing == "record"
    for length, end in ((13, "2008-06-06"), (10, "2003-06-02")):
        at = funds.to(end)
        run = streak(funds.sessions[at], funds.iwm[at, 1], funds.spy[at, 1])
        assert (run.length, str(run.end)) == (length, end)


@real
def test_the_ratio_of_closes_in_january_2026(funds: Funds) -> None:
    part = funds.to("2026-01-15")
    ratio = level_history(funds.sessions[part], funds.iwm[part, 0] / funds.spy[part, 0])
    assert ratio is not None
    assert str(ratio.high_since) == "2024-12-16"
    assert ratio.low_since is None
    assert (str(ratio.high.end), round(ratio.off(ratio.high), 3)) == ("2011-04-05", -0.400)
    assert ratio.high_span is not None
    assert (str(ratio.high_span.end), round(ratio.off(ratio.high_span), 3)) == (
        "2021-03-12", -0.353,
    )  # fmt: skip
    assert ratio.standing == "near"


@real
def test_record_closes_of_the_small_fund(funds: Funds) -> None:
    part = funds.to("2026-01-21")
    counts = records_by_year(funds.sessions[part], funds.iwm[part, 0])
    assert (counts[2025], counts[2026]) == (8, 7)
    assert counts[2002] == 0


# -- against the second implementation ---------------------------------------------------------


def walk(seed: int, count: int, *, ties: bool = False) -> tuple[list[date], FloatArray, FloatArray]:
    """Two random levels on weekdays, a few days of them missing; with ties few steps repeat."""
    random = np.random.default_rng(seed)
    days = weekdays("2015-01-01", "2019-12-31")[:count]
    steps = random.normal(0, 0.01, (2, len(days)))
    if ties:
        steps = np.round(steps, 2)
    keep = random.random(len(days)) > 0.02
    if seed % 2:
        keep[40:52] = False
    small, large = (100 * np.exp(np.cumsum(line)) for line in steps)
    return [d for d, k in zip(days, keep, strict=True) if k], small[keep], large[keep]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("length", [1, 5, 21])
def test_ranks_agree_with_the_second_implementation(seed: int, length: int) -> None:
    days, small, large = walk(seed, 300, ties=seed > 3)
    stretches = naive.gaps(days, small.tolist(), large.tolist(), length)
    for end in (stretches[-1][1], stretches[len(stretches) // 2][1]):
        expected = naive.rank(stretches, end)
        rank = rank_of_stretch(dates_of(days), small, large, length, end=end)
        assert rank is not None
        found = {name: getattr(rank, name) for name in expected}
        assert rank.record.value == pytest.approx(expected.pop("record"), abs=1e-12)
        assert found.pop("z") == pytest.approx(expected.pop("z"))
        assert found.pop("percentile") == pytest.approx(expected.pop("percentile"))
        del found["record"]
        assert found == expected
        assert rank.over_holes == len(days) - length - len(stretches)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("unit", ["session", "week", "month"])
def test_streaks_agree_with_the_second_implementation(seed: int, unit: Unit) -> None:
    days, small, large = walk(seed, 420 + seed, ties=seed > 3)
    for against in (large, None):
        told = naive.streaks(
            days, small.tolist(), None if against is None else against.tolist(), unit
        )
        found = streak(dates_of(days), small, against, unit)
        length, start, end, sign = told[-1]
        assert (found.sign, found.end) == (sign, end)
        if not sign:
            assert (found.length, found.longest, found.last_as_long) == (0, None, None)
            continue
        assert (found.length, found.start) == (length, start)
        same = [one for one in told if one[3] == sign]
        before = [one for one in same[:-1] if one[0] >= length]
        assert found.longest is not None
        assert found.longest.length == max(one[0] for one in same)
        if before:
            run = found.last_as_long
            assert run is not None and (run.length, run.start, run.end) == before[-1][:3]
        else:
            assert found.last_as_long is None


@pytest.mark.parametrize("seed", range(8))
def test_levels_agree_with_the_second_implementation(seed: int) -> None:
    days, level, _ = walk(seed, 300 + seed)
    found = level_history(dates_of(days), level)
    assert found is not None
    rose = level[-1] > level[-2]
    high, low = (naive.since(days, level.tolist(), high=high) for high in (True, False))
    assert found.high_since == (high if rose else None)
    assert found.low_since == (None if rose else low)
    assert (found.record_high, found.record_low) == (high is None, low is None)
    assert found.high_52 is not None and found.high_52.value == max(level[-252:])
    for average in found.averages:
        above = [
            level[at] > sum(level[at - average.closes + 1 : at + 1]) / average.closes
            for at in range(average.closes - 1, len(level))
        ]
        assert average.above == above[-1]
        turned = [k for k in range(1, len(above)) if above[k] != above[k - 1]]
        expected = days[average.closes - 1 + turned[-1]] if turned else None
        assert average.crossed == expected


@pytest.mark.parametrize("window", [1, 3, 10])
def test_episodes_agree_with_the_second_implementation(window: int) -> None:
    random = np.random.default_rng(window)
    for share in (0.05, 0.5, 0.95):
        state = random.random(300) < share
        assert episode_starts(state, window).tolist() == naive.episodes(state.tolist(), window)


# -- by hand ------------------------------------------------------------------------------------


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


def test_what_followed_by_hand() -> None:
    sessions = days_from("2026-01-05", 9)
    small = np.array([1.0, 2, 4, 8, 4, 2, 4, 8, 16])
    large = np.ones(9)
    state = np.array([False, False, True, False, False, True, True, False, True])
    told = followed(sessions, small, large, state, 2, (1, 3))
    # the third begins one session after the second ended: the same episode
    assert told.starts == (sessions[2].item(), sessions[5].item())
    assert (told.open, told.overlapping) == ({1: 0, 3: 0}, {1: 0, 3: 0})
    gap_1, gap_3 = (
        next(f for f in told.horizons if (f.of, f.horizon) == ("gap", h)) for h in (1, 3)
    )
    assert gap_1.returns == (1.0, 1.0)
    assert gap_3.returns == (-0.5, 7.0)
    assert gap_1.episodes == summary(np.ones(2)) and gap_1.episodes.median is None
    # every session's next one: up six times of eight, by 100 %, and down twice by 50 %
    assert (gap_1.base.n, gap_1.base.median, gap_1.base.share_positive) == (8, 1.0, 0.75)
    assert gap_1.base.mean == pytest.approx((6 * 1 - 2 * 0.5) / 8)
    late = followed(sessions, small, large, state, 2, (4, 9))
    assert late.open == {4: 1, 9: 2}
    assert [f.base.n for f in late.horizons if f.of == "gap"] == [5, 0]


def test_ten_episodes_are_summed_up_and_nine_are_not() -> None:
    assert summary(np.arange(9.0)).mean is None
    ten = summary(np.arange(10.0))
    assert (ten.n, ten.median, ten.mean, ten.share_positive) == (10, 4.5, 4.5, 0.9)


def test_the_record_is_the_latest_of_equal_ones() -> None:
    values: Sequence[float] = [0.0, 0.02, 0.01, 0.02, 0.0]
    rank = rank_value(np.array(values), days_from("2026-01-05", 5))
    assert rank is not None and rank.record == Extreme(0.02, date(2026, 1, 8))
