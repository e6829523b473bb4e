"""The stored values of single symbols, read from the year blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.data.frames import Dates, FloatArray, Prices


def stored_values(prices: Prices, symbol: str, *fields: str) -> tuple[Dates, FloatArray]:
    """(K,) sessions, ascending, and (K,) float64 values of a symbol, none of them NaN.

    Args:
        prices: the stored data.
        symbol: whose values.
        fields: matrices of a block; a later one counts where those before it have no value.
    """
    days: list[Dates] = [np.zeros(0, "datetime64[D]")]
    values: list[FloatArray] = [np.zeros(0)]
    for block in prices.blocks:
        matrices = [m for m in (getattr(block, name) for name in fields) if m is not None]
        if not matrices or (column := block.column.get(symbol)) is None:
            continue
        column_values = matrices[0][:, column]
        for matrix in matrices[1:]:
            column_values = np.where(np.isnan(column_values), matrix[:, column], column_values)
        has_value = ~np.isnan(column_values)
        days.append(block.sessions[has_value])
        values.append(column_values[has_value])
    return np.concatenate(days), np.concatenate(values)
