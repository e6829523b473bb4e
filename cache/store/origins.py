"""The source of each close, which stays as long as the value does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from cache.store.stored_values import stored_values

if TYPE_CHECKING:
    from cache.store.bars import Bars
    from core.data.frames import Dates, FloatArray, Prices

#: Sources of a symbol's closes in their order, each with its last session.
Runs = tuple[tuple[date, str], ...]


def origins_after(
    prices: Prices, merged: Prices, bars: Bars, symbols: Iterable[str]
) -> Mapping[str, Runs]:
    """Return the sources of all closes after a merge; ``prices.origin`` itself where unchanged.

    Args:
        prices: those before the merge.
        merged: those after it, their ``origin`` not yet right.
        bars: what was merged.
        symbols: those of which something changed.
    """
    mixed = [
        symbol
        for symbol in symbols
        if symbol in prices.source
        and (symbol in prices.origin or prices.source[symbol] != bars.source)
        and symbol in merged.source
    ]
    if not mixed:
        return prices.origin
    result = dict(prices.origin)
    for symbol in mixed:
        was, now = (_closes(state, symbol) for state in (prices, merged))
        runs = _runs(was, now, prices, symbol, bars.source)
        result.pop(symbol, None)
        if any(source != merged.source[symbol] for _, source in runs):
            result[symbol] = runs
    return prices.origin if result == prices.origin else result


def _closes(prices: Prices, symbol: str) -> tuple[Dates, FloatArray]:
    """(K,) sessions and (K,) closes of a symbol, adjusted ones where there is no close."""
    return stored_values(prices, symbol, "close", "adj_close")


def _runs(
    was: tuple[Dates, FloatArray],
    now: tuple[Dates, FloatArray],
    prices: Prices,
    symbol: str,
    source: str,
) -> Runs:
    days, values = now
    if not len(days):
        return ()
    at = np.searchsorted(was[0], days)
    inside = np.minimum(at, len(was[0]) - 1)
    same = np.zeros(len(days), np.bool_)
    if len(was[0]):
        same = (was[0][inside] == days) & (was[1][inside] == values)
    before = prices.origin.get(symbol) or ((date.max, prices.source[symbol]),)
    names = [*(name for _, name in before), source]
    ends = np.array([last for last, _ in before], "datetime64[D]")
    place = np.minimum(np.searchsorted(ends, days), len(before) - 1)
    place = np.where(same, place, len(before))
    distinct_names = list(dict.fromkeys(names))
    of = np.array([distinct_names.index(name) for name in names])[place]
    last = np.flatnonzero(np.append(of[1:] != of[:-1], True))
    runs: list[tuple[date, str]] = [
        (day, distinct_names[which])
        for day, which in zip(days[last].tolist(), of[last].tolist(), strict=True)
    ]
    return tuple(runs)


def trimmed(prices: Prices, symbols: Iterable[str]) -> Mapping[str, Runs]:
    """Return the sources without those that have no close left."""
    result = dict(prices.origin)
    for symbol in set(symbols) & result.keys():
        days, _ = _closes(prices, symbol)
        ends = np.array([last for last, _ in result[symbol]], "datetime64[D]")
        used = np.unique(np.minimum(np.searchsorted(ends, days), len(ends) - 1)).tolist()
        runs = tuple(result[symbol][at] for at in used)
        del result[symbol]
        if any(source != prices.source.get(symbol) for _, source in runs):
            result[symbol] = runs
    return result
