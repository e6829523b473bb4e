"""The gap's path through every year's window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.answer.gap_paths import year_paths
from core.answer.snapshot import Question, take
from tests.tui.markets import GAPS, QUESTION, small_market


def test_each_path_starts_at_nothing_and_ends_at_its_years_gap() -> None:
    market = small_market()
    snapshot = take(market, replace(QUESTION, window="YTD"))
    assert snapshot.spread is not None
    history = snapshot.spread.same_window.history
    found = year_paths(market, snapshot)
    assert [one.year for one in found] == [year.year for year in history]
    for one, year in zip(found, history, strict=True):
        assert one.gap[0] == 0
        assert one.gap[-1] == pytest.approx(year.gap, abs=1e-12)
    # 11 points by hand: +20 % less +9 %
    assert found[-1].gap[-1] == pytest.approx(0.11)


def test_a_full_year_ends_at_the_gap_typed_for_it() -> None:
    market = small_market()
    snapshot = take(market, Question(window="2025", as_of=QUESTION.as_of, basis="pr"))
    found = {one.year: one.gap for one in year_paths(market, snapshot)}
    # years whose first and last days are sessions
    for year in (2019, 2020, 2021):
        assert found[year][-1] == pytest.approx(GAPS[year] / 100, abs=1e-9)
    assert np.isfinite(np.concatenate(list(found.values()))).all()


def test_without_closes_of_a_fund_there_is_no_path() -> None:
    market = small_market(funds=("IWM",))
    assert year_paths(market, take(market, QUESTION)) == ()
