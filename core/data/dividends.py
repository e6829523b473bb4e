"""Dividends as a return counts them: each at a close, and none that cannot have been paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import FloatArray, IntArray

#: A dividend above this part of the close before it has to show in the price.
LARGE: Final = 0.20
#: The close falls by at least this part of a dividend that was paid.
FALL: Final = 0.5


@record(frozen=True, eq=False, slots=True)
class Dividends:
    """The dividends of some closes.

    Attributes:
        row: (K,) int, row of the close that each counts at.
        col: (K,) int, its column.
        yields: (K,) float64, cash over that close; several of one close are one.
        doubtful: row, column and cash per share of each that is not counted.
    """

    row: IntArray
    col: IntArray
    yields: FloatArray
    doubtful: tuple[tuple[int, int, float], ...] = ()


def unbelievable(cash: float, before: float, after: float) -> bool:
    """Whether a dividend is above a fifth of the close and the price did not fall for it.

    Args:
        cash: dividend, per share.
        before: the last close before the ex-date, NaN where none; then nothing is known.
        after: the close that the dividend counts at.
    """
    if not before > 0 or cash <= LARGE * before:
        return False
    return cash >= before or before - after < FALL * cash


def dividends_at_closes(
    close: FloatArray, rows: IntArray, columns: IntArray, cash: FloatArray
) -> Dividends:
    """Dividends moved to the next row with a close, as D/P there; later ones are dropped.

    Args:
        close: (T, N) price per share, NaN where none.
        rows: (K,) row of each ex-date.
        columns: (K,) its column.
        cash: (K,) float64, cash per share on the basis of ``close``.
    """
    if not len(rows):
        return Dividends(rows, columns, cash)
    close_rows = rows.copy()
    for place in np.flatnonzero(~np.isfinite(close[rows, columns])).tolist():
        later = np.nonzero(np.isfinite(close[rows[place] :, columns[place]]))[0]
        close_rows[place] = rows[place] + later[0] if len(later) else -1
    keep = close_rows >= 0
    ex, close_rows, columns, cash = rows[keep], close_rows[keep], columns[keep], cash[keep]
    doubtful = []
    # Whatever the price did on the day, a dividend above LARGE is above this part of the close
    # after it, unless that has trebled.
    for place in np.flatnonzero(cash > LARGE / 3 * close[close_rows, columns]).tolist():
        row, column = int(ex[place]), int(columns[place])
        earlier = np.nonzero(np.isfinite(close[:row, column]))[0]
        before = float(close[earlier[-1], column]) if len(earlier) else np.nan
        if unbelievable(float(cash[place]), before, float(close[close_rows[place], column])):
            doubtful.append((place, (row, column, float(cash[place]))))
    sure = np.ones(len(close_rows), np.bool_)
    sure[[place for place, _ in doubtful]] = False
    close_rows, columns, cash = close_rows[sure], columns[sure], cash[sure]
    # two dividends of one close are one: (P + D1 + D2) / P
    key, where = np.unique(close_rows * close.shape[1] + columns, return_inverse=True)
    rows, columns = key // close.shape[1], key % close.shape[1]
    yields = np.bincount(where, cash, len(key)) / close[rows, columns]
    return Dividends(rows, columns, yields, tuple(doubt for _, doubt in doubtful))
