"""The gap and its rank, against answers from real closes and by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.data.windows import resolve
from core.measures.pair_series import PairSeries, YearGap
from core.measures.spread import Ranking, rank_gap, spread
from tests.answers.read import REAL, real_closes, spread_history
from tests.market import weekdays


def years(gaps: dict[int, float]) -> list[YearGap]:
    return [YearGap(y, date(y - 1, 12, 31), date(y, 12, 31), g, 0.0) for y, g in gaps.items()]


def ranked(gap: float, others: list[float]) -> Ranking:
    gaps = {2010 + i: g for i, g in enumerate(others)}
    return rank_gap(gap, years(gaps), 2010 + len(others))


def test_rank_is_on_the_gaps_own_side() -> None:
    others = [0.05, -0.20, 0.10, -0.01, 0.02, 0.0, 0.03, 0.04, -0.3, 0.01]
    up = ranked(0.04, others)
    assert (up.rank, up.of, up.since, up.ties, up.on_record) == (3, 11, 2017, 2017, False)
    assert up.next_gap == 0.05
    down = ranked(-0.25, others)
    assert (down.rank, down.since, down.ties) == (2, 2018, None)
    assert down.next_gap == -0.3
    widest = ranked(0.11, others)
    assert (widest.rank, widest.since, widest.on_record) == (1, None, True)
    assert widest.runner_up is not None and widest.runner_up.gap == 0.10


def test_a_tie_is_equality_at_a_hundredth_of_a_point() -> None:
    assert ranked(0.10004, [0.1] + [0.0] * 9).ties == 2010
    assert ranked(0.10006, [0.1] + [0.0] * 9).ties is None
    assert ranked(0.09996, [0.1] + [0.0] * 9).rank == 1


def test_under_ten_earlier_years_nothing_is_claimed() -> None:
    few = ranked(0.5, [0.0] * 9)
    assert not few.claim and not few.on_record
    assert ranked(0.5, [0.0] * 10).claim


def test_nothing_is_claimed_over_a_year_that_is_not_held() -> None:
    gaps = dict.fromkeys(range(2010, 2025), 0.0) | {2019: 0.5}
    assert rank_gap(0.3, years(gaps), 2025).claim
    del gaps[2022]
    over = rank_gap(0.3, years(gaps), 2025)
    assert over.since == 2019 and not over.claim
    record = rank_gap(0.6, years(gaps), 2025)
    assert not record.claim and not record.on_record
    # since 2023 every year is held
    assert rank_gap(0.3, years(gaps | {2023: 0.4}), 2025).claim
    # nor is it claimed where the last year is the one that lacks closes
    assert not rank_gap(0.3, years(gaps), 2026).claim


def test_z_and_percentile_are_against_the_earlier_years_alone() -> None:
    found = ranked(3.0, [1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.z == pytest.approx(0.0)
    assert found.percentile == pytest.approx(0.4)
    assert ranked(6.0, [1.0, 2.0, 3.0, 4.0, 5.0]).z == pytest.approx(3 / 2.5**0.5)
    assert ranked(6.0, []).z is None


def test_the_gap_two_ways_and_the_ratio_line() -> None:
    sessions = np.array(weekdays("2025-12-31", "2026-01-05"), "datetime64[D]")
    found = spread(
        resolve("YTD", date(2026, 1, 5), sessions),
        PairSeries(sessions, np.array([100.0, 110, 99, 121]), np.array([50.0, 50, 55, 55])),
    )
    assert found.gap == pytest.approx(0.21 - 0.10)
    assert found.geometric_gap == pytest.approx(0.1)
    assert found.ratio_line == pytest.approx([1, 1.1, 0.9, 1.1])
    assert found.drawdown == pytest.approx(0.9 / 1.1 - 1)


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not on this machine")
@pytest.mark.parametrize(
    ("column", "basis", "tolerance"), [("close", "pr", 0.02), ("adj_close", "tr", 0.4)]
)
@pytest.mark.parametrize("label", ["to_06-26", "H1", "FY"])
def test_the_history_on_real_closes(column: str, basis: str, tolerance: float, label: str) -> None:
    sessions, closes = real_closes()
    small, large = (closes[s][:, ("close", "adj_close").index(column)] for s in ("IWM", "SPY"))
    spec = {"to_06-26": "YTD", "H1": "H1", "FY": "YTD"}[label]
    as_of = date(2025, 12, 31) if label == "H1" else date(2026, 6, 26)
    found = spread(resolve(spec, as_of, sessions), PairSeries(sessions, small, large))
    ranking = found.full_years if label == "FY" else found.same_window
    expected = {int(r["year"]): r for r in spread_history() if r["window"] == label}
    if label == "H1":
        del expected[2026]
    got = {y.year: y for y in ranking.history}
    assert set(got) == set(expected)
    for year, answer in expected.items():
        assert str(got[year].start) == answer["start"]
        assert str(got[year].end) == answer["end"]
        assert got[year].small_return * 100 == pytest.approx(
            float(answer[f"iwm_{basis}"]), abs=tolerance
        )
        assert got[year].gap * 100 == pytest.approx(float(answer[f"gap_{basis}"]), abs=tolerance)
