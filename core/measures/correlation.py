"""How alike the lines of an index moved: one number from the variance of the basket.

s_I^2 = sum w^2 s^2 + rho ((sum w s)^2 - sum w^2 s^2), solved for rho, the average
correlation of two lines weighted by what they bring to the basket's variance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.frames import FloatArray, day

if TYPE_CHECKING:
    from core.data.market import Market
    from core.measures.basket import Basket

#: Sessions a correlation needs.
SESSIONS: Final = 60
#: Growth figures that are worked out together, so that they stay in the processor's cache.
_CELLS: Final = 1 << 16
T = TypeVar("T", bound=np.generic)


def average_correlation(weight: FloatArray, sd: FloatArray, index_sd: float) -> float | None:
    """Average pairwise correlation of lines from the basket's own standard deviation.

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
    start; daily price returns, of adjusted closes where no others are held.

    Returns:
        rho, or None under 60 sessions.
    """
    start, end = basket.segments[0].start, basket.segments[-1].end
    matrix = market.matrix(range(start.year, end.year + 1))
    if matrix is None:
        return None
    first, last = np.searchsorted(matrix.sessions, [day(start), day(end)])
    if last - first < SESSIONS:
        return None
    rows = np.nonzero(basket.measured[0])[0]
    columns = market.columns(matrix)[basket.numbers[rows]]
    closes = matrix.stand_in[first : last + 1]
    # of a line without holes its closes at the two ends tell
    whole, gaps = matrix.unbroken[columns], np.nonzero(~matrix.unbroken[columns])[0]
    whole &= np.isfinite(closes[0, columns]) & np.isfinite(closes[-1, columns])
    whole[gaps] = np.isfinite(closes[:, columns[gaps]]).all(axis=0)
    columns, weight = columns[whole], basket.share[0][rows][whole]
    if not weight.sum() > 0:
        return None
    weight = weight / weight.sum()
    sd, index = [], np.zeros(last - first)
    lines = max(_CELLS // (last - first), 1)
    for part, shares in zip(_parts(columns, lines), _parts(weight, lines), strict=True):
        levels = closes[:, part]
        # growth deviates as returns do, and needs one pass less
        growth = levels[1:] / levels[:-1]
        index += growth @ shares
        growth -= growth.mean(axis=0)
        squares = np.einsum("tn,tn->n", growth, growth)
        sd.append(np.sqrt(squares / (len(growth) - 1)))
    return average_correlation(weight, np.concatenate(sd), float(index.std(ddof=1)))


def _parts(values: NDArray[T], size: int) -> list[NDArray[T]]:
    """An array over lines in pieces of so many."""
    return [values[at : at + size] for at in range(0, len(values), size)]
