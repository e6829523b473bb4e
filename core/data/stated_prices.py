"""Check the prices that a holdings file states against each line's value and quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.file_splits import FEWEST
from core.data.frames import median

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.data.frames import BoolArray, FloatArray, Holdings

#: A fund's total below this is no amount of money: its values are weights.
_MONEY: Final = 1000.0
#: A price is off its line's value over quantity beyond this, rounding apart.
_OFF: Final = 0.02
#: Beyond one line and this part of them no price is singled out: values are of another day.
_PART: Final = 0.05


def stated_prices(file: Holdings) -> FloatArray:
    """(N,) the price of each line as the file states it, NaN where none or where it misfits.

    A file without any price: its lines' value over quantity.
    """
    if (file.price > 0).any():
        return np.where(misfits(file), np.nan, file.price)
    if file.total < _MONEY:
        return np.full(len(file.price), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        price = file.value / file.quantity
    return np.where(file.quantity > 0, price, np.nan)


def misfits(file: Holdings) -> BoolArray:
    """(N,) whether a line's price is not its value over its quantity: a misprint of one of them.

    The ratio is held against the median one of the lines in its currency, which is a rate of
    exchange or 1.
    """
    wrong = np.zeros(len(file.price), bool)
    if file.total < _MONEY:
        return wrong
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = file.price * file.quantity / file.value
        # a price is rounded to a cent, a value to a dollar, a quantity to a share
        slack = _OFF + 0.006 / file.price + 1 / file.value + 0.5 / file.quantity
    for lines in _of_one_currency(file):
        finite = lines & np.isfinite(ratio) & (ratio > 0)
        if finite.sum() >= FEWEST:
            wrong[finite] = np.abs(ratio[finite] / median(ratio[finite]) - 1) > slack[finite]
    return wrong if wrong.sum() <= max(1, _PART * len(wrong)) else np.zeros(len(wrong), bool)


def _of_one_currency(file: Holdings) -> Iterator[BoolArray]:
    """Yield (N,) which lines are in one currency, for each; all of them where no line tells."""
    currencies = np.array([listing.currency for listing in file.listings])
    if len(set(currencies.tolist())) <= 1:
        yield np.ones(len(file.price), bool)
        return
    of_line = currencies[np.array(file.listing, np.intp)]
    for currency in sorted(set(currencies.tolist())):
        yield of_line == currency
