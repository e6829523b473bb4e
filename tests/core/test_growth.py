"""How the work of an answer grows with the market, in calls: the same on every machine."""

from __future__ import annotations

import cProfile
import pstats
from typing import Any

from bench.made import make
from core.answer.snapshot import Question, take
from core.data.market import Market


def calls(market: Market, question: Question) -> int:
    """Function calls of one answer."""
    profile = cProfile.Profile()
    profile.enable()
    take(market, question)
    profile.disable()
    total: Any = pstats.Stats(profile)
    return int(total.total_calls)


def test_an_answer_grows_with_the_lines_and_no_faster() -> None:
    found = []
    for small in (400, 4000):
        made = make(small, small // 4, 2)
        question = Question(window="1Y", as_of=made.sessions[-1], daily=True)
        # what a first answer makes for good is asked of a market of its own
        take(made.market(), question)
        found.append(calls(made.market(), question))
    assert found[1] < 10 * 1.3 * found[0]
