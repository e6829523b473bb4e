"""Which closes stand for a date, of all columns of a matrix at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from core.data.frames import STALE_SESSIONS
from core.data.latest import latest
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from datetime import date

    from core.data.frames import BoolArray, FloatArray, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix

T = TypeVar("T")
#: Dates whose closes a market keeps of a matrix, some tens of kilobytes each.
_KEPT: Final = 64
#: Windows whose ratios of closes it keeps.
_WINDOWS: Final = 16


@record(frozen=True, eq=False, slots=True)
class Closes:
    """The last closes at or before a date; arrays are (N,) over the matrix's columns.

    Attributes:
        row: the matrix's last row at or before the date, -1 where none.
        rows: of each close, -1 where none.
        age: exchange sessions since.
        fresh: bool, recent enough to stand for the date; a file's price is so on its session
            alone.
        price: the closes, NaN where none.
    """

    row: int
    rows: IntArray
    age: IntArray
    fresh: BoolArray
    price: FloatArray


@record(frozen=True, eq=False, slots=True)
class Ends:
    """The last closes at or before (K,) dates; arrays are (K, N), for the rest see `Closes`."""

    row: IntArray
    rows: IntArray
    fresh: BoolArray
    price: FloatArray


class ClosesOn:
    """Date -> the closes that stand for it; the market keeps those of the latest dates.

    Args:
        market: the available data.
        matrix: the bars.
        alone: the market does not keep the matrix: what is worked out of it goes with these closes.
    """

    def __init__(self, market: Market, matrix: Matrix, *, alone: bool = False) -> None:
        self.market, self.matrix = market, matrix
        self._of_matrix: dict[Hashable, Any] | None = {} if alone else None
        self._by_date: dict[date, Closes] = self.cached("closes", dict)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return ``make()`` for a key, computed once for the matrix."""
        if self._of_matrix is None:
            return self.market.cached((self.matrix, key), make)
        if key not in self._of_matrix:
            self._of_matrix[key] = make()
        value: T = self._of_matrix[key]
        return value

    def __call__(self, when: date) -> Closes:
        """The closes that stand for a date."""
        return self.look_up([when])[0]

    def look_up(self, dates: Sequence[date]) -> list[Closes]:
        """The closes that stand for some dates, looked up in one pass."""
        cached = {when: self._by_date[when] for when in dates if when in self._by_date}
        new = [when for when in dict.fromkeys(dates) if when not in cached]
        if new:
            cached |= zip(new, self._find(new), strict=True)
            if self._of_matrix is None and len(self._by_date) + len(new) > _KEPT:
                self._by_date.clear()
            self._by_date.update(cached)
        return [cached[when] for when in dates]

    def _find(self, dates: Sequence[date]) -> list[Closes]:
        matrix = self.matrix
        row = np.searchsorted(matrix.sessions, np.array(dates, "datetime64[D]"), side="right") - 1
        rows, price = matrix.last(row), matrix.last_closes(row)
        now = np.array([self.market.position(when) for when in dates])[:, None]
        age = now - matrix.position[np.maximum(rows, 0)]
        fresh = (rows >= 0) & (age <= STALE_SESSIONS)
        if len(matrix.of_files):
            fresh &= (age == 0) | ~matrix.of_file(rows)
        return [Closes(*one) for one in zip(row.tolist(), rows, age, fresh, price, strict=True)]

    def ends(self, dates: Sequence[date]) -> Ends:
        """The closes that stand for (K,) dates; ``row`` is (K, 1)."""
        looked_up = self.look_up(dates)
        if len(looked_up) == 1:
            one = looked_up[0]
            return Ends(np.array([[one.row]]), one.rows[None], one.fresh[None], one.price[None])
        return Ends(
            np.array([closes.row for closes in looked_up])[:, None],
            np.array([closes.rows for closes in looked_up]),
            np.array([closes.fresh for closes in looked_up]),
            np.array([closes.price for closes in looked_up]),
        )

    def growth(self, windows: Sequence[tuple[date, date]], basis: str) -> FloatArray:
        """(K, N) ratio of the closes that stand for the two ends of (K,) windows.

        Both funds and several figures of each depend on one window's: the market keeps it.

        Args:
            windows: (K,) first and last session.
            basis: "pr" or "tr", see `Matrix.growth`.
        """

        def work_out() -> FloatArray:
            first, last = (self.ends(dates) for dates in zip(*windows, strict=True))
            prices = first.price, last.price
            return self.matrix.growth(first.rows, last.rows, basis, prices)

        if len(windows) > 1 or self._of_matrix is not None:
            return work_out()
        return latest(self.cached("growth", dict), (*windows[0], basis), work_out, _WINDOWS)

    def cover(self, years: Iterable[int]) -> bool:
        """Whether the matrix has every bar of some years."""
        return {block.year for block in self.matrix.blocks} >= set(years) & set(self.market.years)
