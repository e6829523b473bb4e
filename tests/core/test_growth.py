"""How the work of an answer grows with the market, in calls: the same on every machine."""

from __future__ import annotations

import cProfile
import gc
import pstats
from dataclasses import replace
from typing import Any

import numpy as np

from bench.made import make
from core.answer.snapshot import Question, take
from core.data.market import Market
from core.data.matrix import Matrix
from core.measures.pair_history import PairHistory
from core.measures.pair_series import PairSeries


def calls(market: Market, question: Question) -> int:
    """Function calls of one answer."""
    profile = cProfile.Profile()
    profile.enable()
    take(market, question)
    profile.disable()
    total: Any = pstats.Stats(profile)
    return int(total.total_calls)


def test_an_answer_grows_with_the_lines_and_no_faster() -> None:
    """Most calls are those of any market: with ten times the lines there are 1.6 times as many."""
    found = []
    for small in (100, 1000):
        made = make(small, small // 4, 2)
        question = Question(window="1Y", as_of=made.sessions[-1], daily=True)
        if not found:
            # what a first answer makes for good is asked of a market of its own
            take(made.market(), question)
        found.append(calls(made.market(), question))
    assert found[1] < 3 * found[0]


def test_how_rare_a_gap_is_costs_as_many_calls_however_long_the_history() -> None:
    rng = np.random.default_rng(3)
    found = []
    for years in (5, 26):
        days = np.arange(np.datetime64("2026-06-26") - 365 * years, np.datetime64("2026-06-27"))
        sessions = days[np.is_busday(days)]
        levels = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (2, len(sessions))), axis=1))
        start, end = sessions[-22].item(), sessions[-1].item()
        series = PairSeries(sessions, *levels, *levels, sessions)
        history = PairHistory(series, len(sessions), start, end)
        profile = cProfile.Profile()
        profile.enable()
        assert history.rolling and history.streaks and history.ratio and history.total_ratio
        assert history.record_closes and history.states is not None
        profile.disable()
        total: Any = pstats.Stats(profile)
        found.append(int(total.total_calls))
    # no call a session: those of 1,300 and 6,800 sessions differ by the lists that are told
    assert found[1] < 1.3 * found[0] and max(found) < 6_000


def matrices() -> int:
    """Layouts of years that something keeps alive, but for those that were frozen."""
    gc.collect()
    return sum(type(one) is Matrix for one in gc.get_objects())


def test_years_of_dates_keep_no_more_than_the_latest_layouts() -> None:
    gc.freeze()  # what tests before have left is not looked at
    made = make(20, 5, 13)
    market, layouts = made.market(), list[int]()
    for year in range(2025, 2015, -1):
        last = max(day for day in made.sessions if day.year == year)
        take(market, Question(window="1Y", as_of=last, daily=True))
        layouts.append(matrices())
    # a year asks for two: its own closes, and with the years before for averages
    assert layouts[0] == 2 and max(layouts) <= 8


def test_markets_of_earlier_sessions_keep_no_layouts_of_their_own() -> None:
    """A line that a later file renames is followed otherwise before: by a market with its bars."""
    gc.freeze()
    made = make(20, 5, 11)
    first, second = made.holdings["IWM"]
    renamed = replace(first, symbols=("OLD", *first.symbols[1:]))
    market = replace(made.market(), holdings={**made.holdings, "IWM": (renamed, second)})
    lasts = {day.year: day for day in made.sessions}
    layouts = []
    for year in 2 * [*range(2025, 2015, -1)]:
        take(market, Question(window="1Y", as_of=lasts[year], daily=True))
        layouts.append(matrices())
    assert market.known_on(lasts[2018], frozenset()) is not market
    assert max(layouts) == 8
