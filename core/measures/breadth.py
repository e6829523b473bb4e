"""Breadth over a window: how many lines rose, and by how much.

Every count is over the same N: lines of the list at the window's start (or at its end, where
that one is requested) with closes at both ends of the window. What stands outside N is counted
with its reason.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.question import ABOVE, BELOW
from core.data.record import record

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import FloatArray, IntArray
    from core.data.question import BreadthList
    from core.measures.basket import Basket
    from core.measures.carry import Carry

#: Bin edges of the histogram, as returns; the tails beyond are open.
EDGES: Final = (-0.50, -0.25, -0.10, 0.0, 0.10, 0.25, 0.50, 1.0)
#: Returns are rounded to this before they are compared: 110/100 - 1 is not 0.1.
_DECIMALS: Final = 9


@record(frozen=True, slots=True)
class Rung:
    """One step of the ladder: strictly above (or below) a threshold."""

    threshold: float
    below: bool
    count: int
    share: float | None


@record(frozen=True, slots=True)
class Bin:
    """low < r <= high; None is an open end. ``count`` is of lines."""

    low: float | None
    high: float | None
    count: int


@record(frozen=True, slots=True)
class MemberList:
    """The list of members that is counted.

    Attributes:
        which: of the window's start, or of its end.
        as_of: date of the holdings file.
        coverage: weight of its measured lines in the fund, a fraction.
        carry: how far it is carried from its date to the end of the window it applies to.
    """

    which: BreadthList
    as_of: date
    coverage: float
    carry: Carry


@record(frozen=True, eq=False, slots=True)
class Breadth:
    """Counts and moments of the lines' returns over a window, as fractions.

    Attributes:
        n: lines counted.
        outside: reason -> lines that are not.
        up, down, unchanged: r > 0, r < 0, neither.
        ladder: thresholds above, then below.
        equal_weight: mean return (equal dollars bought and held); None without lines.
        median: of returns.
        dispersion: population standard deviation.
        dispersion_cap: sqrt(sum w (r - R)^2) over the lines counted.
        skew: g1 = m3 / m2^1.5, None where returns do not differ.
        share_outperforming: share of lines above the basket's return R.
        weight_outperforming: weight of those lines, of the lines counted; None without weight.
        returns: (N,) the returns counted, for finer drawings.
        members: the list they are of; None for returns of no list.
    """

    n: int
    outside: tuple[tuple[str, int], ...]
    up: int
    down: int
    unchanged: int
    ladder: tuple[Rung, ...]
    equal_weight: float | None
    median: float | None
    dispersion: float | None
    dispersion_cap: float | None
    skew: float | None
    share_outperforming: float | None
    returns: FloatArray
    members: MemberList | None = None
    weight_outperforming: float | None = None

    @property
    def share_up(self) -> float | None:
        """Lines up over all lines counted; unchanged ones stay in the count."""
        return self.up / self.n if self.n else None

    def or_absent(self, value: float) -> float | None:
        """A count, None where no line is counted."""
        return value if self.n else None

    @property
    def histogram(self) -> tuple[Bin, ...]:
        """Ascending bins that add up to ``n``."""
        return histogram(self.returns)


def histogram(returns: FloatArray, edges: tuple[float, ...] = EDGES) -> tuple[Bin, ...]:
    """Count returns into bins low < r <= high with open tails; none is dropped.

    Args:
        returns: (N,) finite fractions.
        edges: ascending.
    """
    rounded = np.round(returns, _DECIMALS)
    counts = np.bincount(np.searchsorted(edges, rounded, side="left"), minlength=len(edges) + 1)
    bounds = (None, *edges, None)
    return tuple(
        Bin(low, high, int(count))
        for low, high, count in zip(bounds, bounds[1:], counts, strict=False)
    )


@record(frozen=True, eq=False, slots=True)
class Moments:
    """Counts and moments of some windows, (W,) each, under the names that `Breadth` has them by.

    A moment is NaN where no line is counted, the skew also where returns do not differ.
    """

    n: IntArray
    up: IntArray
    down: IntArray
    equal_weight: FloatArray
    median: FloatArray
    dispersion: FloatArray
    dispersion_cap: FloatArray
    skew: FloatArray
    share_outperforming: FloatArray
    weight_outperforming: FloatArray

    @property
    def unchanged(self) -> IntArray:
        """Lines that neither rose nor fell."""
        return self.n - self.up - self.down

    @property
    def share_up(self) -> FloatArray:
        """Lines up over all lines counted."""
        return self.or_absent(self.up / np.maximum(self.n, 1))

    def or_absent(self, values: FloatArray | IntArray) -> FloatArray:
        """Values, NaN where no line is counted."""
        return np.where(self.n > 0, values, np.nan)


def moments(returns: FloatArray, weights: FloatArray, index_return: FloatArray) -> Moments:
    """Count how many returns rose, with their moments, window by window.

    Args:
        returns: (W, N) over the window, NaN for a line that is not counted.
        weights: (W, N) shares of the basket at its start.
        index_return: (W,) the basket's return.
    """
    if not returns.shape[1]:
        returns, weights = np.full((len(returns), 1), np.nan), np.zeros((len(returns), 1))
    counted = np.isfinite(returns)
    n = np.count_nonzero(counted, axis=1)
    rounded = np.round(returns, _DECIMALS)
    better = rounded > np.round(index_return, _DECIMALS)[:, None]
    returns_or_0, weights = np.where(counted, returns, 0.0), np.where(counted, weights, 0.0)
    whole = weights.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = returns_or_0.sum(axis=1) / n
        deviations = np.where(counted, returns - mean[:, None], 0.0)
        squares = deviations * deviations
        deviation = np.sqrt(squares.sum(axis=1) / n)
        # a power of three takes NumPy ten times as long as two products
        third = (squares * deviations).sum(axis=1) / n
        skew = third / deviation**3
        share_outperforming = np.count_nonzero(better, axis=1) / n
        weight_outperforming = (weights * better).sum(axis=1) / whole
    off = returns_or_0 - index_return[:, None]
    dispersion_cap = np.sqrt((weights * off * off).sum(axis=1))
    # NaN are sorted to the end
    ascending, rows = np.sort(returns, axis=1), np.arange(len(n))
    return Moments(
        n=n,
        up=np.count_nonzero(rounded > 0, axis=1),
        down=np.count_nonzero(rounded < 0, axis=1),
        equal_weight=mean,
        median=(ascending[rows, (n - 1) // 2] + ascending[rows, n // 2]) / 2,
        dispersion=deviation,
        dispersion_cap=np.where(n > 0, dispersion_cap, np.nan),
        skew=np.where(deviation > 0, skew, np.nan),
        share_outperforming=share_outperforming,
        weight_outperforming=np.where(whole > 0, weight_outperforming, np.nan),
    )


def breadth(
    returns: FloatArray,
    weights: FloatArray,
    index_return: float,
    outside: tuple[tuple[str, int], ...] = (),
    above: tuple[float, ...] = ABOVE,
    below: tuple[float, ...] = BELOW,
    members: MemberList | None = None,
) -> Breadth:
    """Count how many of (N,) returns rose and by how much, with their moments.

    Args:
        returns: (N,) finite returns over the window.
        weights: (N,) shares of the basket at its start.
        index_return: R, the basket's return.
        outside: reason and count of lines not in N.
        above: thresholds counted strictly above.
        below: thresholds counted strictly below.
        members: the list that is counted.
    """
    of_window = moments(returns[None], weights[None], np.array([index_return]))
    n, up, down = (int(counts[0]) for counts in (of_window.n, of_window.up, of_window.down))
    rounded = np.round(returns, _DECIMALS)
    rungs = [(t, False, int((rounded > t).sum())) for t in above]
    rungs += [(t, True, int((rounded < t).sum())) for t in below]

    def first_or_none(values: FloatArray) -> float | None:
        return None if math.isnan(values[0]) else float(values[0])

    return Breadth(
        n=n,
        outside=outside,
        up=up,
        down=down,
        unchanged=n - up - down,
        ladder=tuple(Rung(t, is_below, c, c / n if n else None) for t, is_below, c in rungs),
        equal_weight=first_or_none(of_window.equal_weight),
        median=first_or_none(of_window.median),
        dispersion=first_or_none(of_window.dispersion),
        dispersion_cap=first_or_none(of_window.dispersion_cap),
        skew=first_or_none(of_window.skew),
        share_outperforming=first_or_none(of_window.share_outperforming),
        returns=returns,
        members=members,
        weight_outperforming=first_or_none(of_window.weight_outperforming),
    )


def breadth_of(
    basket: Basket,
    above: tuple[float, ...] = ABOVE,
    below: tuple[float, ...] = BELOW,
    which: BreadthList = "start",
    index_return: float | None = None,
) -> Breadth:
    """Measure the breadth of the lines of a basket's first list.

    Args:
        basket: of the index; or of the whole window on the list at its end.
        above: thresholds counted strictly above.
        below: thresholds counted strictly below.
        which: the list that the basket begins with.
        index_return: what lines are held against, None for the basket's return.
    """
    first = basket.segments[0]
    counted = np.isfinite(basket.window_returns)
    outside = Counter(reason for reason in basket.outside if reason)
    return breadth(
        basket.window_returns[counted],
        basket.share[0][counted],
        basket.basket_return if index_return is None else index_return,
        tuple(sorted(outside.items(), key=lambda item: (-item[1], item[0]))),
        above,
        below,
        MemberList(which, first.holdings_as_of, first.coverage, first.carry),
    )
