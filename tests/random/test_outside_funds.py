"""Drawdown, cumulative returns and Gini against pandas, scipy and published figures.

These stand where empyrical-reloaded and inequality once stood: the first asks for a peewee
older than the one yfinance asks for, the second for 300 MB of maps. What is used here is
installed wherever the tests run, so that none of it is ever skipped.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.answer.snapshot import Basis
from core.data.windows import Window
from core.measures.concentration import gini
from core.measures.pair_series import PairSeries
from core.measures.spread import spread
from tests.market import weekdays
from tests.random.test_outside import END, START, both_bases, made, seeds


@seeds
@both_bases
def test_cumulative_returns_and_drawdown_are_those_of_pandas(seed: int, basis: Basis) -> None:
    case = made(seed)
    level = case.total if basis == "tr" else case.price
    frame = pd.DataFrame({f: level[f][START : END + 1] for f in "SL"}).pct_change().iloc[1:]
    wealth = (1 + frame).cumprod()
    found = case.take(basis).spread
    assert found is not None
    assert found.small_line[1:] == pytest.approx(wealth["S"] - 1, abs=1e-12)
    assert found.large_line[1:] == pytest.approx(wealth["L"] - 1, abs=1e-12)
    assert found.small_return == pytest.approx(frame["S"].add(1).prod() - 1, abs=1e-12)
    relative = pd.concat([pd.Series([1.0]), wealth["S"] / wealth["L"]])
    deepest = (relative / relative.cummax() - 1).min()
    assert found.drawdown == pytest.approx(deepest, abs=1e-12)
    assert found.geometric_gap == pytest.approx(relative.iloc[-1] - 1, abs=1e-12)


@pytest.mark.parametrize(
    ("returns", "deepest"),
    [
        # quantopian/empyrical, empyrical/tests/test_stats.py, test_max_drawdown (Apache 2.0)
        ([0, -6, -7, -1, -9, -2, -6, -8, -5], -0.36590730349873601),
        ([1, 10, -4, 2, 3, 2, 1, -10], -0.1),
        ([1, 2, 1, 1, 1, 1, 1, 1, 1], 0.0),
        ([10, -10, 10], -0.10),
    ],
)
def test_drawdown_is_the_published_one(returns: list[float], deepest: float) -> None:
    """The large fund stands still, so that the ratio is the small one's own path."""
    days = weekdays("2026-01-01", "2026-02-27")[: len(returns) + 1]
    path = np.cumprod([1.0, *(1 + r / 100 for r in returns)])
    window = Window("made", days[0], days[-1], days[0], days[-1])
    found = spread(window, PairSeries(np.array(days, "M8[D]"), path, np.ones(len(days))))
    assert found.drawdown == pytest.approx(deepest, abs=1e-12)


@seeds
def test_gini_is_half_the_relative_mean_difference_of_scipy(seed: int) -> None:
    from scipy.spatial.distance import pdist

    parts = np.random.default_rng(seed).lognormal(0, 1, 40) * (seed % 3 > 0 or np.arange(40) > 20)
    pairs = 2 * float(pdist(parts[:, None], "cityblock").sum())
    assert gini(np.sort(parts)) == pytest.approx(pairs / (2 * 40 * 40 * parts.mean()), abs=1e-13)


def test_gini_of_the_closed_forms() -> None:
    """Of 1 to n it is (n - 1) / (3 n); of one part that has all, (n - 1) / n."""
    assert gini(np.arange(1.0, 11.0)) == pytest.approx(9 / 30)
    assert gini(np.array([0.0, 0, 0, 7])) == pytest.approx(3 / 4)
