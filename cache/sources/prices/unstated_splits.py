"""Closes of a file without splits that move on a day as at a split.

Closes as traded fall by the factor of a split, and nothing beside them says that it was one. A
real move can be as large; only whoever has the file knows what its closes are, so the closes
before such a day are left out by name until he says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import distinct

if TYPE_CHECKING:
    from cache.facts.errors import Rejected
    from cache.sources.prices.basis import Basis
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Factor of a split -> how far the close may move besides, natural logarithm. Of 2,348 lines in a
#: year 73 fall by a third within .05, and 122 within .08.
_FACTORS: Final = {1.5: 0.05, 2.0: 0.08} | dict.fromkeys(
    (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 100.0), 0.15
)
#: Shares are joined by two or more.
_LEAST_JOINED: Final = 2.0
#: A close on the row before tells of a day's move where it is at most so old, days.
_NEAR: Final = 7
#: Prices from here on are traded in whole cents; those of a vendor that adjusts for splits are
#: not. A symbol shows it by this part of its closes, a file by this part of its symbols.
_IN_CENTS: Final = 1.0
_FRACTIONS, _OF_SYMBOLS = 0.5, 0.01
#: What single precision leaves of a price, relative.
_SINGLE: Final = 1.2e-7


def without_unstated(
    columns: PriceColumns, rows: IntArray, option: Basis | None
) -> tuple[IntArray, list[Rejected]]:
    """The good rows without closes before an unstated split, and a note on those left out."""
    close, total = columns.values.get("close"), columns.values.get("adj_close")
    if close is None or option == "adjusted" or "split" in columns.values or len(rows) < 2:
        return rows, []
    priced = ~np.isnan(close[rows])
    if total is not None:
        # Beside an adjusted close the two show by themselves whether a split is stated.
        priced &= np.isnan(total[rows])
    by_symbol = rows[priced]
    symbol, price = columns.symbol[by_symbol], close[by_symbol]
    days = columns.session[by_symbol].astype(np.int64)
    factor = _factors(price[1:] / price[:-1])
    factor[(symbol[1:] != symbol[:-1]) | (np.diff(days) > _NEAR)] = 1.0
    at = np.flatnonzero(factor != 1.0) + 1
    if not len(at) or (option is None and _adjusted(symbol, price)):
        return rows, []
    rejected: list[Rejected] = []
    stays = np.ones(len(columns.symbol), np.bool_)
    for code in distinct(symbol[at]).tolist():
        last = int(at[symbol[at] == code][-1])
        row = int(by_symbol[last])
        whole = rows[columns.symbol[rows] == code]
        stays[whole[columns.session[whole] < columns.session[row]]] = False
        reason = (
            f"its closes before {columns.session[row]} are left out: on that day the close goes"
            f" from {price[last - 1]:g} to {price[last]:g}, as at a split of"
            f" {_ratio(factor[last - 1])}, and the file tells no splits; import it with --adjusted"
            " if its closes are split-adjusted and the move is real, or with a column of splits"
        )
        rejected.append(columns.refused(row, "close", reason))
    return rows[stays[rows]], rejected


def _factors(moved: FloatArray) -> FloatArray:
    """(K,) the factor of the split that a close's move looks like, 1 where like none."""
    size = np.log(moved)
    result = np.ones(len(moved))
    for factor, besides in reversed(_FACTORS.items()):
        result[np.abs(size + np.log(factor)) < besides] = factor
        if factor >= _LEAST_JOINED:
            result[np.abs(size - np.log(factor)) < besides] = 1 / factor
    return result


def _adjusted(symbol: IntArray, price: FloatArray) -> bool:
    """Whether closes that are no whole cents show that the vendor adjusts for splits."""
    cents = 100 * price
    fraction: BoolArray = np.abs(cents - np.round(cents)) > cents * _SINGLE + 1e-9
    traded = price >= _IN_CENTS
    size = int(symbol.max()) + 1
    count = np.bincount(symbol[traded], minlength=size)
    odd = np.bincount(symbol[traded & fraction], minlength=size)
    shows = (count > 0) & (odd > _FRACTIONS * count)
    return bool(shows.sum() > _OF_SYMBOLS * (count > 0).sum())


def _ratio(factor: float) -> str:
    """A split as its vendors write it: "4:1", "3:2", "1:5"."""
    if factor == 1.5:
        return "3:2"
    return f"{factor:g}:1" if factor > 1 else f"1:{1 / factor:g}"
