"""The average correlation of an index's lines, from the variance of the basket.

s_I^2 = sum w^2 s^2 + rho ((sum w s)^2 - sum w^2 s^2), solved for rho, the average
correlation of two lines weighted by what they bring to the basket's variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import day
from core.data.latest import latest

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import BoolArray, FloatArray, Holdings, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.basket import Basket

#: Sessions a correlation needs.
SESSIONS: Final = 60
#: Growth figures that are worked out together, so that they stay in the processor's cache.
_CELLS: Final = 1 << 16
#: Growth figures of a window that are kept, and for how many windows: 8 MB each at most.
_MOST_CACHED: Final = 1 << 20
_WINDOWS: Final = 4
#: They are kept for the next dates as well, in multiples of so many rows.
_STEP: Final = 16


def average_correlation(weight: FloatArray, sd: FloatArray, index_sd: float) -> float | None:
    """Average pairwise correlation of lines from the basket's standard deviation.

    Args:
        weight: (N,) shares at the start, sum 1.
        sd: (N,) standard deviations of daily price returns.
        index_sd: the basket's own.

    Returns:
        rho, or None where fewer than two lines move.
    """
    variances = float((weight**2 * sd**2).sum())
    cross = float((weight * sd).sum()) ** 2 - variances
    return (index_sd**2 - variances) / cross if cross > 1e-18 else None


def correlation_of(market: Market, basket: Basket) -> float | None:
    """Average correlation of a basket's lines over its window.

    Over the lines with a close on every session of the window, at their shares at its
    start; daily price returns, of adjusted closes where no others are available.

    Returns:
        rho, or None under 60 sessions.
    """
    start, end = basket.segments[0].start, basket.segments[-1].end
    rows_of_window = _rows(market, start, end)
    if rows_of_window is None:
        return None
    matrix, first, last = rows_of_window
    rows = np.nonzero(basket.measured[0])[0]
    columns = market.columns(matrix)[basket.numbers[rows]]
    closes = matrix.stand_in[first : last + 1]
    whole = _whole(matrix, columns, first, last)
    columns, weight = columns[whole], basket.share[0][rows][whole]
    if not weight.sum() > 0:
        return None
    weight = weight / weight.sum()
    sd, index = [], np.zeros(last - first)
    lines = max(_CELLS // (last - first), 1)
    cached = _cached_growth(market, matrix, columns, first, last)
    for at in range(0, len(columns), lines):
        part = slice(at, at + lines)
        # growth deviates as returns do, and needs one pass less
        growth = (
            _growth(closes, columns[part]) if cached is None else cached[part, : last - first].T
        )
        index += growth @ weight[part]
        growth = growth - growth.mean(axis=0)
        squares = np.einsum("tn,tn->n", growth, growth)
        sd.append(np.sqrt(squares / (len(growth) - 1)))
    return average_correlation(weight, np.concatenate(sd), float(index.std(ddof=1)))


def can_correlate(market: Market, file: Holdings, start: date, end: date) -> bool:
    """Whether a window may have a correlation, which no line needs to be measured for.

    It takes 60 sessions and a line with a close on each; files of month ends state too few.

    Args:
        market: the available data.
        file: the window's first list.
        start: session of its first close.
        end: session of its last close.
    """
    rows_of_window = _rows(market, start, end)
    if rows_of_window is None:
        return False
    matrix, first, last = rows_of_window
    columns = market.columns(matrix)[market.rows(file)]
    return bool(_whole(matrix, columns[columns >= 0], first, last).any())


def _rows(market: Market, start: date, end: date) -> tuple[Matrix, int, int] | None:
    """The closes of a window's years, its first and last row; None under 60 sessions."""
    matrix = market.matrix(range(start.year, end.year + 1))
    if matrix is None:
        return None
    first, last = np.searchsorted(matrix.sessions, [day(start), day(end)]).tolist()
    return None if last - first < SESSIONS else (matrix, first, last)


def _whole(matrix: Matrix, columns: IntArray, first: int, last: int) -> BoolArray:
    """(n,) whether some columns have a close on every row from one to another."""
    closes = matrix.stand_in[first : last + 1]
    # of a line without holes its closes at the two ends tell
    whole, gaps = matrix.unbroken[columns], np.nonzero(~matrix.unbroken[columns])[0]
    whole &= np.isfinite(closes[0, columns]) & np.isfinite(closes[-1, columns])
    whole[gaps] = np.isfinite(closes[:, columns[gaps]]).all(axis=0)
    return np.asarray(whole)


def _growth(closes: FloatArray, columns: IntArray) -> FloatArray:
    """(T - 1, n) each close of some columns over the one before."""
    levels = closes[:, columns]
    return levels[1:] / levels[:-1]


def _cached_growth(
    market: Market, matrix: Matrix, columns: IntArray, first: int, last: int
) -> FloatArray | None:
    """(n, T) growth of some columns from one row to another and beyond; None of a long window.

    It is kept: the next date needs all of it but a session.
    """
    stop = min(-(-last // _STEP) * _STEP, len(matrix.sessions) - 1)
    if (stop - first) * len(columns) > _MOST_CACHED:
        return None

    def make() -> FloatArray:
        growth = np.empty((len(columns), stop - first))
        lines = max(_CELLS // (stop - first), 1)
        for at in range(0, len(columns), lines):
            part = slice(at, at + lines)
            growth[part] = _growth(matrix.stand_in[first : stop + 1], columns[part]).T
        return growth

    key = matrix, first, stop, columns.tobytes()
    return latest(market.cached("growth", dict), key, make, _WINDOWS)
