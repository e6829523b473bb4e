"""Which closes stand for a date, of all columns of a matrix at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import STALE_SESSIONS
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from core.data.frames import BoolArray, FloatArray, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix


@record(frozen=True, eq=False, slots=True)
class Closes:
    """The last closes at or before a date; arrays are (N,) over the matrix's columns.

    Attributes:
        row: the matrix's last row at or before the date, -1 where none.
        rows: of each close, -1 where none.
        age: exchange sessions since.
        fresh: bool, recent enough to stand for the date; a file's price is so on its own session
            alone.
        price: the closes, NaN where none.
    """

    row: int
    rows: IntArray
    age: IntArray
    fresh: BoolArray
    price: FloatArray


class ClosesOn:
    """Date -> the closes that stand for it, each date looked up once."""

    def __init__(self, market: Market, matrix: Matrix) -> None:
        self.market, self.matrix = market, matrix
        self._made: dict[date, Closes] = {}

    def __call__(self, when: date) -> Closes:
        """The closes that stand for a date."""
        if when not in self._made:
            self._made[when] = self._look_up(when)
        return self._made[when]

    def cover(self, years: Iterable[int]) -> bool:
        """Whether the matrix has every bar of some years."""
        return {block.year for block in self.matrix.blocks} >= set(years) & set(self.market.years)

    def _look_up(self, when: date) -> Closes:
        matrix = self.matrix
        row = matrix.row(when)
        rows, price = matrix.last(row), matrix.last_closes(row)
        age = self.market.position(when) - matrix.position[np.maximum(rows, 0)]
        fresh = (rows >= 0) & (age <= STALE_SESSIONS)
        if len(matrix.of_files):
            fresh &= (age == 0) | ~matrix.of_file(rows)
        return Closes(row, rows, age, fresh, price)
