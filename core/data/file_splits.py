"""Splits between two holdings files of one fund, found from quantities and prices together.

A split multiplies a line's quantity by its factor f and divides its price by f; what the fund
bought or sold multiplies the quantities of all lines alike. k is a line's ratio of quantities
over the median one, p its ratio of prices over the median one:

    k within 3 % of f and p within 15 % of 1/f      a split of f; of a rare f k within 0.5 %
    k far from 1 and p far from 1, the other way    a split or new shares: not known
    k within 1 % of a small factor, p within 50 %   likewise
    anything else                                   no split
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import median

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray

#: Splits that are recognised, the common and the rare ones; each also the other way round.
_COMMON, _RARE = (1.5, 2, 3, 4, 5, 10, 20), (6, 7, 8, 12, 15, 25, 30, 40, 50)
FACTORS: Final[FloatArray] = np.array(
    [side for f in (*_COMMON, *_RARE) for side in (f, 1 / f)], np.float64
)
#: Splits so small that new shares look alike. 3:2 is recognised by its price, the others never;
#: where no split is recognised it is doubted.
_SMALL: Final[FloatArray] = np.array([5 / 4, 4 / 3, 3 / 2, 4 / 5, 3 / 4, 2 / 3])
#: How near the quantities must be to a factor, and to a small one; how near the prices.
_QUANTITY, _PRICE = 0.03, 0.15
#: How near to each factor: rare ones lie so close that another one with new shares looks alike
#: (8:1 with shares issued at 1.3 is 6.15).
_NEAR: Final[FloatArray] = np.repeat([_QUANTITY, 0.005], [2 * len(_COMMON), 2 * len(_RARE)])
#: The same for small ones: much narrower and wider, so that a rise beside one is doubted too.
_SMALL_QUANTITY, _SMALL_PRICE = 0.01, 0.50
#: Ratios of quantities and of prices beyond these are not near 1.
_TRADED, _MOVED, _MOVED_AT_FACTOR = np.log(1.18), np.log(1.25), np.log(1.10)
#: Fewer common lines than this have no median that shows what the fund bought.
FEWEST: Final = 3


def split_factors(quantity: FloatArray, price: FloatArray) -> FloatArray:
    """(N,) split factor of each line between two files: 1 for none, NaN where it is not known.

    Args:
        quantity: (N,) later quantity over the earlier one of every line that both files have.
        price: (N,) the same of prices as the files state them.
    """
    positive = np.isfinite(quantity) & np.isfinite(price) & (quantity > 0) & (price > 0)
    factors = np.full(len(quantity), np.nan)
    if positive.sum() < FEWEST:
        return factors
    k = quantity[positive] / median(quantity[positive])
    p = price[positive] / median(price[positive])
    # no factor is nearer to 1 than that: nearly every line is done with here
    traded = np.abs(np.log(k)) > _QUANTITY
    factors[positive] = 1.0
    factors[np.nonzero(positive)[0][traded]] = _factors(k[traded], p[traded])
    return factors


def _factors(k: FloatArray, p: FloatArray) -> FloatArray:
    """(N,) the factors of lines whose quantity moved, by its ratio and that of the prices."""
    off = np.abs(k[:, None] / FACTORS - 1)
    fits = (off <= _NEAR) & (np.abs(p[:, None] * FACTORS - 1) <= _PRICE)
    nearest = FACTORS[np.where(fits, off, np.inf).argmin(axis=1)]
    return np.where(fits.any(axis=1), nearest, np.where(_doubtful(k, p), np.nan, 1.0))


def _doubtful(k: FloatArray, p: FloatArray) -> BoolArray:
    """(N,) whether quantity and price moved in opposite directions, as at an unclear split."""
    bought, moved = np.log(k), np.log(p)
    opposite = bought * moved < 0
    far = opposite & (np.abs(bought) > _TRADED) & (np.abs(moved) > _MOVED)
    at_factor = (np.abs(k[:, None] / FACTORS - 1) <= _QUANTITY).any(axis=1)
    small = (np.abs(k[:, None] / _SMALL - 1) <= _SMALL_QUANTITY) & (
        np.abs(p[:, None] * _SMALL - 1) <= _SMALL_PRICE
    )
    return np.asarray(
        far | (opposite & at_factor & (np.abs(moved) > _MOVED_AT_FACTOR)) | small.any(axis=1)
    )
