"""How heavy the heaviest lines are, at a window's start and at its end.

At the end the latest list on or before it is carried to it by price, as a segment's list is
carried to its start: w = m v / sum v with v = value x P(end) / P(file), in parts of the fund.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.latest import latest
from core.data.record import record
from core.measures.closes import ClosesOn
from core.measures.concentration import effective_number
from core.measures.contribution import years_of
from core.measures.file_rows import carried_weights

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import FloatArray, Holdings, IntArray
    from core.data.market import Market
    from core.measures.membership import Span

#: The k of "the k heaviest lines".
HEAVIEST: Final = (1, 3, 5, 10, 50)
#: Lists and sessions whose weights are kept.
_KEPT: Final = 1024


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
    return held_weights_of(weights[None])[0]


def held_weights_of(weights: FloatArray) -> list[HeldWeights]:
    """Sum up (W, n) weights in the fund, a row each; see `held_weights`."""
    counts = np.count_nonzero(weights > 0, axis=1).tolist()
    heaviest = np.sort(weights, axis=1)[:, ::-1][:, : max(HEAVIEST)]
    running = np.cumsum(heaviest, axis=1)
    numbers = effective_number(weights).tolist()
    summed = []
    for row, n in enumerate(counts):
        top = {k: float(running[row, k - 1]) for k in HEAVIEST if k <= n}
        summed.append(HeldWeights(n, top, numbers[row]) if n else HeldWeights())
    return summed


def weights_at(market: Market, span: Span | None, when: date) -> HeldWeights:
    """The weights of a list carried to a session, cached.

    Args:
        market: the available data.
        span: a part of a window on the list that applies to the session; None without one.
        when: the session.
    """
    if span is None:
        return HeldWeights()
    at_session = replace(span, start=when, end=when)

    def weigh() -> HeldWeights:
        matrix = market.matrix(years_of(market, (at_session,)))
        if matrix is None:
            return HeldWeights()
        column = market.columns(matrix)[market.rows(span.file)]
        columns = column >= 0, np.maximum(column, 0)
        return held_weights(carried_weights(ClosesOn(market, matrix), [at_session], columns)[0])

    return latest(market.cached("weights", dict), (span.file, when), weigh, _KEPT)


def weights_of(
    closes: ClosesOn, lists: Sequence[tuple[Span | None, date]], column: IntArray
) -> list[HeldWeights]:
    """The weights of lists carried to sessions, as `weights_at` has one.

    Args:
        closes: of all lines of the lists.
        lists: each with the session.
        column: (L,) column of each line of the market's register.
    """
    weights: dict[int, HeldWeights] = {}
    by_file: dict[Holdings, dict[int, Span]] = {}
    for place, (span, when) in enumerate(lists):
        at_session = None if span is None else replace(span, start=when, end=when)
        if at_session is not None and closes.cover(years_of(closes.market, (at_session,))):
            by_file.setdefault(at_session.file, {})[place] = at_session
        else:
            weights[place] = weights_at(closes.market, span, when)
    for file, spans in by_file.items():
        columns = column[closes.market.rows(file)]
        every_row = np.ones(len(columns), bool)
        carried = carried_weights(closes, list(spans.values()), (every_row, columns))
        weights |= zip(spans, held_weights_of(carried), strict=True)
    return [weights[place] for place in range(len(lists))]
