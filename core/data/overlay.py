"""Stack one field of several blocks, over the columns of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.data.frames import Block, FloatArray, IntArray


def column_places(block: Block, symbols: Sequence[str]) -> IntArray:
    """(N,) column of each symbol in a block, -1 where the block has it not."""
    if block.symbols == symbols:
        return np.arange(len(symbols))
    return np.fromiter(map(block.column.get, symbols, repeat(-1)), np.intp, len(symbols))


def over_one_another(
    sizes: Sequence[int],
    fields: Sequence[FloatArray | None],
    places: Sequence[IntArray],
    *,
    whole: bool = True,
) -> FloatArray | None:
    """(T, N) one field of all blocks over one another, NaN where none; None where none has it.

    Args:
        sizes: of each block, its rows.
        fields: of each block, (rows, its columns).
        places: of each block, (N,) its columns, -1 where it has none.
        whole: ``places`` are all columns of a single block, in its order.
    """
    if all(values is None for values in fields):
        return None
    if whole and len(fields) == 1 and fields[0] is not None:
        return fields[0]
    out = np.empty((sum(sizes), len(places[0])))
    first = 0
    for size, values, place in zip(sizes, fields, places, strict=True):
        rows = out[first : first + size]
        if values is None:
            rows[:] = np.nan
        elif np.array_equal(place, np.arange(values.shape[1])):
            rows[:] = values
        elif np.count_nonzero(in_block := place >= 0) < len(place) // 2:
            # a year of the funds alone beside years of all their lines
            rows[:] = np.nan
            rows[:, in_block] = values[:, place[in_block]]
        else:
            np.take(values, np.maximum(place, 0), axis=1, out=rows, mode="clip")
            rows[:, ~in_block] = np.nan
        first += size
    return out
