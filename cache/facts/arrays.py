"""Distinct values and orders of millions of rows, without a sort where none is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A wider span is sorted, not counted.
_SPAN: Final = 1 << 24


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values, ascending; of millions counting is ten times faster than sorting.

    Args:
        values: (K,) integers or datetime64[D] without NaT.
    """
    if not len(values):
        return values
    numbers = values.astype(np.int64)
    first, last = numbers.min(), numbers.max()
    if last - first > _SPAN:
        ordered: NDArray[Any] = np.unique(values)
        return ordered
    there: NDArray[Any] = np.flatnonzero(np.bincount(numbers - first)) + first
    return there.astype(values.dtype)


def in_order(symbol: NDArray[Any], session: NDArray[Any]) -> NDArray[np.intp]:
    """(K,) positions of rows by symbol and session; files mostly have them so already."""
    same, later = symbol[1:] == symbol[:-1], session[1:] >= session[:-1]
    if np.all((symbol[1:] > symbol[:-1]) | (same & later)):
        return np.arange(len(symbol))
    return np.lexsort((session, symbol))
