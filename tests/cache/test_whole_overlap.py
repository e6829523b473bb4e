"""All that both hold is compared by turns: once in twenty sessions, at no further request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import numpy as np

from cache.facts.sessions import sessions
from cache.facts.vendors import load_vendors
from cache.refresh.plan import make_plan
from cache.refresh.request import Request
from core.data.frames import Block, Prices
from tests.cache.planning import PAIR, REFERENCE
from tests.market import holdings

LINES = tuple(f"L{n}" for n in range(30))
SYMBOLS = (*PAIR, *LINES)
FILES = {"IWM": (holdings("IWM", "2026-06-01", dict.fromkeys(LINES, 1.0)),)}
DAYS = sessions()
LAST = int(np.searchsorted(DAYS, np.datetime64("2026-06-26")))


def request(place: int) -> Request:
    """The evening of a session."""
    return Request(PAIR, datetime.combine(DAYS[place].item(), time(22), UTC), REFERENCE)


def stored(place: int, through: date | None = None) -> Prices:
    """A hundred closes of each symbol up to a session; the vendor spoke for one."""
    held = DAYS[place - 99 : place + 1]
    block = Block(held, SYMBOLS, np.full((100, len(SYMBOLS)), 10.0))
    return Prices((block,), dict.fromkeys(SYMBOLS, through or held[-1].item()))


def test_each_line_is_compared_from_its_first_close_once_in_twenty_sessions() -> None:
    compared: list[str] = []
    for place in range(LAST - 20, LAST):
        plan = make_plan(stored(place), FILES, request(place + 1))
        # as many as for seven sessions of each: one a symbol, and two before the first
        assert plan.requests == len(SYMBOLS) + 2 and not any(ask.whole for ask in plan.asks)
        first, usual = DAYS[place - 99].item(), DAYS[place - 7].item()
        assert {ask.start for ask in plan.asks} <= {first, usual}
        compared += [ask.symbol for ask in plan.asks if ask.start == first]
    assert sorted(compared) == sorted(SYMBOLS)


def test_where_a_history_costs_further_requests_none_is_compared_so() -> None:
    massive = load_vendors()["massive"]
    for place in range(LAST - 20, LAST):
        held = replace(stored(place), source=dict.fromkeys(SYMBOLS, massive.name))
        plan = make_plan(held, FILES, request(place + 1), vendor=massive)
        assert min(ask.start for ask in plan.asks) > DAYS[place - 7].item()


def test_a_line_that_ended_has_its_turn_as_any_other() -> None:
    # no close for sixty sessions, for which the vendor spoke until yesterday
    held = stored(LAST - 60, through=DAYS[LAST - 1].item())
    plan = make_plan(held, FILES, request(LAST))
    starts = [ask.start for ask in plan.asks if ask.symbol in LINES]
    assert len(starts) == len(LINES)
    assert starts.count(DAYS[LAST - 159].item()) < len(LINES) / 4
