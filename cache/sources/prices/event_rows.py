"""Splits and dividends of a file that cannot be: denied by its closes, or there a second time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.splits import OFF, TELLING, denied

if TYPE_CHECKING:
    from cache.facts.errors import Rejected
    from cache.sources.prices.basis import Basis
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import FloatArray, IntArray

#: A dividend is the one before once more where it is as large and at most so many days later.
AGAIN: Final = 5


def without_denied(
    columns: PriceColumns, rows: IntArray, basis: Basis
) -> tuple[IntArray, list[Rejected]]:
    """The good rows without symbols with a split that their closes deny, and why for each."""
    split, close = columns.values.get("split"), columns.values.get("close")
    if split is None or close is None:
        return rows, []
    symbol, price = columns.symbol[rows], close[rows]
    factor = np.where(split[rows] > 0, split[rows], 1.0)
    reasons: dict[int, Rejected] = {}
    for at in np.flatnonzero((factor >= TELLING) | (factor <= 1 / TELLING)).tolist():
        code = int(symbol[at])
        if code in reasons or not _denied(price, symbol, factor, at, basis):
            continue
        row = int(rows[at])
        reason = (
            f"its closes deny the split of {factor[at]:g} on {columns.session[row]}: is it of"
            " another day, turned round or there twice? Left out"
        )
        reasons[code] = columns.refused(row, "split", reason)
    if not reasons:
        return rows, []
    return rows[~np.isin(symbol, list(reasons))], list(reasons.values())


def _denied(price: FloatArray, symbol: IntArray, factor: FloatArray, at: int, basis: Basis) -> bool:
    """Whether the closes of a symbol around one of its splits deny it."""
    first, last = max(at - OFF - 1, 0), at + OFF + 1
    around = np.arange(first, min(last, len(price)))
    around = around[(symbol[around] == symbol[at]) & (np.isfinite(price[around]) | (around == at))]
    place = int(np.searchsorted(around, at))
    if place == 0 or not np.isfinite(price[around]).all():
        return False  # no close before it, or none on its day: nothing is shown
    if (factor[around[place + 1 :]] == factor[at]).any():
        return True
    moves = np.diff(np.log(price[around]))
    if basis == "unadjusted":
        moves += np.log(factor[around[1:]])
    return denied(float(moves[place - 1]), math.log(factor[at]), moves)


def without_repeated(columns: PriceColumns, rows: IntArray) -> list[Rejected]:
    """Take out the second of two equal dividends days apart, in place; return why for each."""
    paid = columns.values.get("dividend")
    if paid is None:
        return []
    paid_rows = rows[paid[rows] > 0]
    if len(paid_rows) < 2:
        return []
    cash, symbol = paid[paid_rows], columns.symbol[paid_rows]
    days = np.diff(columns.session[paid_rows].astype(np.int64))
    again = (days <= AGAIN) & (symbol[1:] == symbol[:-1]) & (cash[1:] == cash[:-1])
    rejected = []
    for place in np.flatnonzero(again).tolist():
        first, row = int(paid_rows[place]), int(paid_rows[place + 1])
        reason = f"{cash[place]:g} is the dividend of {columns.session[first]} once more"
        rejected.append(columns.refused(row, "dividend", reason))
        paid[row] = 0.0
    return rejected
