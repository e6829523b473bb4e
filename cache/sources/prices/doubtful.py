"""Detects closes that are not what their title says, by the columns next to them.

A close as traded without its split, and a close that a download has adjusted for dividends,
look like any other column of prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.errors import SourceError
from core.data.frames import distinct

if TYPE_CHECKING:
    from cache.facts.errors import Rejected
    from cache.sources.prices.basis import Basis
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import BoolArray, FloatArray, IntArray

#: The two closes part on one day by this factor at most through a dividend that no file states.
_PARTED: Final = 1.2
#: A row before is at most so old, days.
_NEAR: Final = 7
#: What single precision leaves of a price, relative.
_SINGLE: Final = 1.2e-7
#: From these parts of the prices in whole cents on a download was not adjusted, or was.
_PLAIN, _ADJUSTED = 0.95, 0.6
#: A download has so many prices at least to tell by.
_ENOUGH: Final = 5


def without_unmarked(columns: PriceColumns, rows: IntArray, basis: Basis) -> list[Rejected]:
    """Leave out closes that diverge from the adjusted ones as at a split missing from the file.

    They are set to NaN in place, before any is brought onto today's shares. Their adjusted closes
    stay, and so they are answered in total return alone.
    """
    close, total = columns.values.get("close"), columns.values.get("adj_close")
    if close is None or total is None or len(rows) < 2:
        return []
    price, adjusted = close[rows], total[rows]
    symbol, days = columns.symbol[rows], columns.session[rows].astype(np.int64)
    near = (symbol[1:] == symbol[:-1]) & (np.diff(days) <= _NEAR)
    parted = np.diff(np.log(adjusted)) - np.diff(np.log(price))
    split = columns.values.get("split")
    if basis == "unadjusted" and split is not None:
        factor = split[rows][1:]
        parted = parted - np.log(np.where(factor > 0, factor, 1.0))
    paid = columns.values.get("dividend")
    if paid is not None:
        part = np.clip(np.nan_to_num(paid[rows][1:]) / price[:-1], 0.0, 0.99)
        parted = parted + np.log1p(-np.nan_to_num(part))
    wrong = near & (np.abs(parted) > np.log(_PARTED))
    rejected: list[Rejected] = []
    for code in distinct(symbol[1:][wrong]).tolist():
        first = int(np.flatnonzero(wrong & (symbol[1:] == code))[0]) + 1
        row = int(rows[first])
        reason = (
            f"its closes are left out, and it has total return only: on"
            f" {columns.session[row]} the close goes from {price[first - 1]:g} to"
            f" {price[first]:g} and the adjusted close does not,"
            " as at a split that the file does not give"
        )
        rejected.append(columns.refused(row, "close", reason))
        of_symbol = rows[symbol == code]
        for name in ("close", "dividend", "split"):
            if name in columns.values:
                columns.values[name][of_symbol] = np.nan
    return rejected


def settle_download(columns: PriceColumns, rows: IntArray) -> None:
    """Decide what the closes of a yfinance download without adjusted closes are.

    ``history()`` and ``download()`` adjust "Close" for dividends unless asked not to, and then
    leave "Adj Close" away; prices that are not adjusted are whole cents. Where they show that they
    are adjusted closes, they become such in place.

    Raises:
        SourceError: they do not show it; the flags that settle it are named.
    """
    downloads = [reading for reading in columns.readings if reading.download]
    close = columns.values.get("close")
    if not downloads or close is None or len(downloads) < len(columns.readings):
        return
    telling = _telling(columns, rows)
    if telling is None:
        return
    prices = close[rows][telling]
    prices = prices[~np.isnan(prices)]
    share, single = _cents(prices)
    if len(prices) >= _ENOUGH and share >= _PLAIN and single:
        return
    if len(prices) < _ENOUGH or share > _ADJUSTED:
        raise SourceError(
            'looks like a download of yfinance without "Adj Close": its Close is adjusted for'
            " dividends unless auto_adjust=False was asked; say which: --columns adj_close=Close"
            " (adjusted, total return alone) or --columns close=Close"
        )
    columns.values["adj_close"] = columns.values.pop("close")
    columns.faulty["adj_close"] = columns.faulty.pop("close")
    for name in ("dividend", "split"):
        columns.values.pop(name, None)
        columns.faulty.pop(name, None)
    for reading in downloads:
        title = reading.columns.pop("close")
        reading.columns["adj_close"] = title
        for name in ("dividend", "capital_gain", "split"):
            if name in reading.columns:
                reading.unread.append(reading.columns.pop(name))
        reading.remarks.append(
            f'"{title}" is adjusted for dividends, as its prices show: total return alone'
        )


def _telling(columns: PriceColumns, rows: IntArray) -> BoolArray | None:
    """Return the rows that can show it: before a symbol's last dividend, where there are dividends.

    None where a column of dividends holds none, so that nothing was adjusted for.
    """
    paid = columns.values.get("dividend")
    if paid is None:
        return np.ones(len(rows), np.bool_)
    symbol = columns.symbol[rows]
    last = np.full(len(columns.symbols), -1)
    at = np.flatnonzero(paid[rows] > 0)
    last[symbol[at]] = at
    telling: BoolArray = np.arange(len(rows)) < last[symbol]
    return telling if telling.any() else None


def _cents(prices: FloatArray) -> tuple[float, bool]:
    """The part of prices that are whole cents in single precision, and whether any is not exact."""
    if not len(prices):
        return 0.0, False
    cents = 100 * prices
    off = np.abs(cents - np.round(cents))
    whole = off <= cents * _SINGLE + 1e-9
    return float(whole.mean()), bool((off[whole] > 1e-9 * cents[whole]).any())
