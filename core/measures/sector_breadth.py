"""Breadth by sector: the same counts, of the lines of each sector."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import median
from core.data.record import record
from core.measures.counting import ABOVE

if TYPE_CHECKING:
    from core.data.frames import FloatArray, IntArray
    from core.measures.basket import Basket
    from core.measures.counting import Marks
    from core.measures.standing import Members

#: Lines that a sector needs before a share of it is given.
FEWEST: Final = 5
#: Averages that members are held against by sector.
SECTOR_AVERAGES: Final = (50, 200)
#: Returns are compared at so many decimals.
_DECIMALS: Final = 9


@record(frozen=True, slots=True)
class SectorBreadth:
    """Breadth of one sector's lines; fractions, None where it has under five lines.

    Attributes:
        name: the sector, "" where unknown.
        n: lines with closes at both ends of the window.
        up: those of them that rose.
        share_up: up / n.
        median: median return over the window; given for any number of lines.
        above: days -> share of members above their average on the last session.
        averaged: days -> members that have so many closes.
    """

    name: str
    n: int
    up: int
    share_up: float | None
    median: float | None
    above: dict[int, float | None]
    averaged: dict[int, int]


@record(frozen=True, eq=False)
class Sectors:
    """Breadth by sector over a window and on its last session, worked out when it is first read.

    Attributes:
        _basket: the index's lines over the window.
        _marks: of the matrix.
        _columns: (M,) column of each of the basket's lines, -1 where the matrix lacks it.
        _parts: who is counted on which rows of the matrix.
        _first: row of the matrix that the daily breadth begins with.
        _last: row of its last session.
    """

    _basket: Basket
    _marks: Marks
    _columns: IntArray
    _parts: tuple[Members, ...]
    _first: int
    _last: int

    @cached_property
    def _names_and_codes(self) -> tuple[list[str], IntArray]:
        """Sectors A to Z, the unknown last, and (M,) the place of each line's among them."""
        sectors = self._basket.labels.coded_sectors.of(self._basket.numbers)
        present = np.flatnonzero(np.bincount(sectors.codes)).tolist()
        present.sort(key=lambda code: not sectors.texts[code])
        place_of = np.zeros(len(sectors.texts), np.intp)
        place_of[present] = np.arange(len(present))
        return [sectors.texts[code] for code in present], place_of[sectors.codes]

    @cached_property
    def _code(self) -> IntArray:
        """(N,) place of the sector of each column of the matrix, -1 of those that are no lines."""
        in_matrix = self._columns >= 0
        code = np.full(len(self._marks.matrix.symbols), -1)
        code[self._columns[in_matrix]] = self._names_and_codes[1][in_matrix]
        return code

    @cached_property
    def rows(self) -> tuple[SectorBreadth, ...]:
        """Sectors A to Z, the unknown last."""
        names, codes = self._names_and_codes
        finite = np.isfinite(self._basket.window_returns)
        returns = np.round(self._basket.window_returns, _DECIMALS)
        counts = self._counts(len(names))
        rows = []
        for place, name in enumerate(names):
            of_sector = returns[(codes == place) & finite]
            n, up = len(of_sector), int(np.count_nonzero(of_sector > 0))
            averaged = {days: enough[place] for days, (_, enough) in counts.items()}
            above = {
                days: over[place] / enough[place] if enough[place] >= FEWEST else None
                for days, (over, enough) in counts.items()
            }
            share = up / n if n >= FEWEST else None
            rows.append(
                SectorBreadth(name, n, up, share, median(of_sector) if n else None, above, averaged)
            )
        return tuple(rows)

    def _counts(self, sectors: int) -> dict[int, tuple[list[int], ...]]:
        """Days -> of each sector, members above their average, and those with so many closes."""
        last = self._last
        now = [part for part in self._parts if part.rows.start <= last < part.rows.stop]
        bits, sector_codes = np.zeros(0, np.uint16), np.zeros(0, np.intp)
        if now:
            bits = self._marks.of(now[-1].columns, slice(last, last + 1))[:, 0]
            sector_codes = self._code[now[-1].columns]

        def members_with(bit: int) -> list[int]:
            # a member that the window's lists lack has -1
            lines = np.bincount(sector_codes[(bits & bit) != 0] + 1, minlength=sectors + 1)
            return [int(count) for count in lines[1:]]

        return {days: tuple(map(members_with, ABOVE[days])) for days in SECTOR_AVERAGES}

    def course(self, days: int = 50) -> FloatArray:
        """(S, T) share of each sector's members above an average, by session.

        NaN where fewer than five members have so many closes, and before the sessions that
        members are counted on.
        """
        size = max(self._last + 1 - self._first, 0)
        out = np.full((len(self.rows), size), np.nan)
        over, enough = ABOVE[days]
        for part in self._parts:
            rows = slice(max(part.rows.start, self._first), part.rows.stop)
            if rows.start >= rows.stop:
                continue
            bits = self._marks.of(part.columns, rows)
            above = _by_sector(self._code[part.columns], (bits & over) != 0, len(self.rows))
            averaged = _by_sector(self._code[part.columns], (bits & enough) != 0, len(self.rows))
            share = np.where(averaged >= FEWEST, above / np.maximum(averaged, 1), np.nan)
            out[:, rows.start - self._first : rows.stop - self._first] = share
        return out


def _by_sector(code: IntArray, mask: np.ndarray, sectors: int) -> FloatArray:
    """(S, t) lines of each sector that a (n, t) mask holds for."""
    inside = code >= 0
    one_hot = np.zeros((sectors, len(code)), np.float32)
    one_hot[code[inside], np.nonzero(inside)[0]] = 1.0
    return (one_hot @ mask.astype(np.float32)).astype(np.float64)
