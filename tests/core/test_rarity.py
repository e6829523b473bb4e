"""Rarity against answers counted on real closes and against a second implementation."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pytest

from core.data.frames import FloatArray, dates_of
from core.measures.episodes import episode_starts
from core.measures.rarity import Rank
from core.measures.ratio import level_history, records_by_year
from core.measures.streaks import Unit, streak
from tests.answers.read import REAL, real_closes
from tests.core import naive_rarity as naive
from tests.market import rank_of_stretch, weekdays

real = pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")


class Funds:
    """Common closes of IWM and SPY."""

    def __init__(self) -> None:
        self.sessions, closes = real_closes()
        self.iwm, self.spy = closes["IWM"], closes["SPY"]

    def to(self, last: str) -> slice:
        return slice(0, int(self.sessions.searchsorted(np.datetime64(last), side="right")))


@pytest.fixture(scope="module")
def funds() -> Funds:
    return Funds()


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
    # the exchange met on the days that are missing too, or nobody knows
    calendar = weekdays("2015-01-01", "2019-12-31") if seed < 4 else []
    stretches = naive.gaps(days, small.tolist(), large.tolist(), length, calendar)
    for end in (stretches[-1][1], stretches[len(stretches) // 2][1]):
        expected = naive.rank(stretches, end)
        exchange = dates_of(calendar) if calendar else None
        rank = rank_of_stretch(dates_of(days), small, large, length, end=end, calendar=exchange)
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
    for against, known in product((large, None), (True, False)):
        calendar = weekdays("2015-01-01", "2019-12-31") if known else []
        told = naive.streaks(
            days, small.tolist(), None if against is None else against.tolist(), unit, calendar
        )
        exchange = dates_of(calendar) if known else None
        found = streak(dates_of(days), small, against, unit, exchange)
        length, start, end, sign = told[-1]
        # closes are missing before the last one, or right before the run
        assert found.after_hole == (told[-1 if sign in (0, 2) else -2][3] == 2)
        sign = 0 if sign == 2 else sign
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
