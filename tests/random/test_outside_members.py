"""Drawdowns, correlation, effective number and Zweig's average of members, by other packages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.answer.snapshot import Question, take
from core.answer.table import find, reading
from core.data.frames import FloatArray
from core.measures.signals import zweig_average
from tests.random.test_outside import DAYS, END, START, Case, changes, made, seeds, tape


def window_of(case: Case, fund: str) -> tuple[pd.DataFrame, FloatArray]:
    """(T, N) closes of a fund's lines over the window, and (N,) their shares at its start."""
    file = case.files[fund][0][1]
    closes = pd.DataFrame({s: case.price[s][START : END + 1] for s in file.symbols})
    return closes, file.value / file.value.sum()


@seeds
def test_drawdowns_correlation_and_effective_number(seed: int) -> None:
    # not for every worker: the other tests need none of it
    from scipy.spatial.distance import sqeuclidean

    wickra = pytest.importorskip("wickra")
    case = made(seed, dated=(START,))
    question = Question("S", "L", f"{DAYS[START]}:{DAYS[END]}", DAYS[END], "pr")
    snapshot = take(case.held, replace(question, daily=True))
    for fund, view in snapshot.indices.items():
        rows = {}
        for key in ("drawdown_mean", "drawdown_median", "average_correlation", "effective_n"):
            row = find(key)
            assert row is not None
            rows[key] = reading(row, view, snapshot.daily[fund]).value
        closes, weight = window_of(case, fund)
        falls = (1 - closes / closes.cummax()).max()
        assert rows["drawdown_mean"] == pytest.approx(falls.mean(), abs=1e-12)
        assert rows["drawdown_median"] == pytest.approx(falls.median(), abs=1e-12)
        for symbol in closes:
            fall = wickra.MaxDrawdown(len(closes))
            last = [fall.update(price) for price in closes[symbol]][-1]
            assert abs(last) == pytest.approx(falls[symbol], abs=1e-9)
        returns = closes.pct_change().iloc[1:]
        # the mean of all pairs, each by its part of the basket's variance
        part = weight * returns.std().to_numpy()
        pairs = np.outer(part, part)
        np.fill_diagonal(pairs, 0)
        mean = (returns.corr().to_numpy() * pairs).sum() / pairs.sum()
        assert rows["average_correlation"] == pytest.approx(mean, abs=1e-12)
        none = np.zeros(len(weight))
        assert rows["effective_n"] == pytest.approx(1 / sqeuclidean(weight, none), rel=1e-12)


@seeds
def test_zweigs_average_is_an_exponential_one_of_ten_sessions(seed: int) -> None:
    wickra = pytest.importorskip("wickra")
    of = tape(seed)
    counted, moved, _, _ = changes(of)
    up, down = ((counted & side).sum(axis=1)[1:] for side in (moved > 0, moved < 0))
    share = pd.Series(up / (up + down))
    got = zweig_average(of.found)
    known = np.isfinite(got)
    assert known.sum() > 300
    assert got[known] == pytest.approx(share.ewm(span=10, adjust=False).mean()[known], abs=1e-12)
    # wickra begins with a plain mean of ten: after 200 sessions nothing is left of that
    average = wickra.EMA(10)
    streamed = np.array([average.update(value) or np.nan for value in share])
    assert got[200:] == pytest.approx(streamed[200:], abs=1e-12)
