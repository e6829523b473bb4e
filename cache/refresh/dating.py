"""The session that a holdings file is of, found from its prices: for files that state no date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.refresh.jumps import PRICED
from core.data.frames import pydate

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import Holdings, Prices

#: A price is a close to half a cent, or to this part of it.
_CENT, _SAME = 0.0051, 1e-5
#: Of the lines compared, at least this part has its close on the session, and on no other half
#: of that.
_PART: Final = 0.5


def dated_by_prices(file: Holdings, prices: Prices) -> date | None:
    """The only session whose closes, as traded, equal a file's prices; None without just one."""
    row = {s: at for at, s in enumerate(file.symbols) if file.price[at] > 0}
    best: list[tuple[float, date]] = []
    later = np.ones(len(file.symbols))
    for block in reversed(prices.blocks):
        columns = [at for at, symbol in enumerate(block.symbols) if symbol in row]
        rows = np.array([row[block.symbols[at]] for at in columns], np.intp)
        factor = np.ones((len(block.sessions), len(columns))) * later[rows]
        place = {column: at for at, column in enumerate(columns)}
        split = block.split
        for at, column, value in zip(
            split.row.tolist(), split.col.tolist(), split.value.tolist(), strict=True
        ):
            if column in place:
                factor[:at, place[column]] *= value
                later[rows[place[column]]] *= value
        stated, close = file.price[rows], block.close[:, columns] * factor
        has_close = np.isfinite(close)
        with np.errstate(invalid="ignore"):
            same = np.abs(close - stated) <= np.maximum(_CENT, _SAME * stated)
        compared = has_close.sum(axis=1)
        part = np.where(compared >= PRICED, same.sum(axis=1) / np.maximum(compared, 1), 0.0)
        best += list(zip(part.tolist(), map(pydate, block.sessions), strict=True))
    best.sort(reverse=True)
    if not best or best[0][0] < _PART:
        return None
    return best[0][1] if len(best) == 1 or best[1][0] < _PART * best[0][0] else None
