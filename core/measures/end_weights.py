"""How heavy the heaviest lines are, at a window's start and at its end.

At the end the latest list on or before it is carried to it by price, as a segment's list is
carried to its start: w = m v / sum v with v = value x P(end) / P(file), in parts of the fund.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record
from core.measures.closes import ClosesOn
from core.measures.concentration import effective_number
from core.measures.contribution import years_of
from core.measures.file_rows import carried_weights

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import FloatArray
    from core.data.market import Market
    from core.measures.membership import Span

#: The k of "the k heaviest lines".
HEAVIEST: Final = (1, 3, 5, 10, 50)


@record(frozen=True, slots=True)
class HeldWeights:
    """Weights of an index's lines on a session.

    Attributes:
        n: lines weighed.
        top: k -> sum of the k largest weights in the fund, a fraction; of fewer lines, of all.
        effective_n: 1 / sum of squared shares; None without lines.
    """

    n: int = 0
    top: Mapping[int, float] | None = None
    effective_n: float | None = None

    def of_top(self, k: int) -> float | None:
        """The k largest together; None where fewer lines are weighed."""
        return None if self.top is None or self.n < k else self.top.get(k)


@record(frozen=True, slots=True)
class WindowWeights:
    """Weights at a window's start, at its end, and a session before its end."""

    start: HeldWeights = field(default_factory=HeldWeights)
    end: HeldWeights = field(default_factory=HeldWeights)
    before: HeldWeights = field(default_factory=HeldWeights)


def held_weights(weights: FloatArray) -> HeldWeights:
    """Sum up (n,) weights in the fund, fractions; what has none is left out."""
    weights = weights[weights > 0]
    if not len(weights):
        return HeldWeights()
    running = np.cumsum(np.sort(weights)[::-1][: max(HEAVIEST)])
    top = {k: float(running[k - 1]) for k in HEAVIEST if k <= len(weights)}
    return HeldWeights(len(weights), top, effective_number(weights))


def weights_at(
    market: Market, span: Span | None, when: date, closes: ClosesOn | None = None
) -> HeldWeights:
    """The weights of a list carried to a session, cached.

    Args:
        market: the data held.
        span: a part of a window on the list that speaks for the session; None without one.
        when: the session.
        closes: some that are looked up already, used where they are of all years needed.
    """
    if span is None:
        return HeldWeights()
    here = replace(span, start=when, end=when)

    def weigh() -> HeldWeights:
        years, looked_up = years_of(market, (here,)), closes
        if looked_up is None or not looked_up.cover(years):
            matrix = market.matrix(years)
            if matrix is None:
                return HeldWeights()
            looked_up = ClosesOn(market, matrix)
        return held_weights(carried_weights(looked_up, here))

    return market.cached(("weights", span.file, when), weigh)
