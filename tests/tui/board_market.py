"""Closes of the funds of the shipped pairs, waves of known length: no randomness."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from cache.facts.pairs import shipped_pairs
from core.data.market import Market
from tests.market import make_market, prices, weekdays

DAYS = weekdays("2024-01-02", "2026-06-26")
FUNDS = tuple(dict.fromkeys(fund for pair in shipped_pairs() for fund in (pair.small, pair.large)))
#: A fund without closes, and one whose closes end three sessions before the others'.
WITHOUT, ENDED = "XLRE", "IWC"


def closes(number: int) -> list[float]:
    """Two waves and a slope, another for each fund."""
    at = np.arange(len(DAYS))
    slow, fast = np.sin(at / (40 + 3 * number)), np.sin(at * (0.31 + 0.017 * number))
    return list(100 * np.exp(0.0004 * at + (0.03 + 0.002 * number) * slow + 0.01 * fast))


@cache
def board_market(*, simulated: bool = True) -> Market:
    """The market: every fund of the shipped pairs but one; the same object for every test."""
    table = {fund: closes(number) for number, fund in enumerate(FUNDS) if fund != WITHOUT}
    table[ENDED][-3:] = [float("nan")] * 3
    return replace(make_market(prices(DAYS, table)), simulated=simulated)
