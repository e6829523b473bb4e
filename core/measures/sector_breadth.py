"""Breadth by sector: the same counts, of the lines of each sector."""

from __future__ import annotations

from collections.abc import Sequence
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


@record(frozen=True, eq=False, slots=True)
class Sectors:
    """Breadth by sector, and what its course through the window is worked out from.

    Attributes:
        rows: sectors A to Z, the unknown last.
    """

    rows: tuple[SectorBreadth, ...]
    _code: IntArray
    _marks: Marks
    _parts: tuple[Members, ...]
    _first: int
    _size: int

    def course(self, days: int = 50) -> FloatArray:
        """(S, T) share of each sector's members above an average, by session.

        NaN where fewer than five members have so many closes, and before the sessions that
        members are counted on.
        """
        out = np.full((len(self.rows), self._size), np.nan)
        over, enough = ABOVE[days]
        for part in self._parts:
            rows = slice(max(part.rows.start, self._first), part.rows.stop)
            if rows.start >= rows.stop:
                continue
            bits = self._marks.of(part.columns, rows)
            above = _by_sector(self._code[part.columns], (bits & over) != 0, len(self.rows))
            known = _by_sector(self._code[part.columns], (bits & enough) != 0, len(self.rows))
            share = np.where(known >= FEWEST, above / np.maximum(known, 1), np.nan)
            out[:, rows.start - self._first : rows.stop - self._first] = share
        return out


def _by_sector(code: IntArray, mask: np.ndarray, sectors: int) -> FloatArray:
    """(S, t) lines of each sector that a (n, t) mask holds for."""
    inside = code >= 0
    one_hot = np.zeros((sectors, len(code)), np.float32)
    one_hot[code[inside], np.nonzero(inside)[0]] = 1.0
    return (one_hot @ mask.astype(np.float32)).astype(np.float64)


def sectors_of(
    basket: Basket, marks: Marks, columns: IntArray, parts: Sequence[Members], first: int, last: int
) -> Sectors:
    """Breadth by sector over a window and on its last session.

    Args:
        basket: the index's lines over the window.
        marks: of the matrix.
        columns: (M,) column of each of the basket's lines, -1 where the matrix lacks it.
        parts: who is counted on which rows of the matrix.
        first: row of the matrix that the daily breadth begins with.
        last: row of its last session.
    """
    sectors = basket.labels.coded_sectors.of(basket.numbers)
    there = np.flatnonzero(np.bincount(sectors.codes)).tolist()
    there.sort(key=lambda code: not sectors.texts[code])
    names = [sectors.texts[code] for code in there]
    place_of = np.zeros(len(sectors.texts), np.intp)
    place_of[there] = np.arange(len(there))
    codes = place_of[sectors.codes]
    code = np.full(len(marks.matrix.symbols), -1)
    code[columns[columns >= 0]] = codes[columns >= 0]
    finite = np.isfinite(basket.window_returns)
    by_sector = np.argsort(codes[finite], kind="stable")
    returns = np.round(basket.window_returns[finite], _DECIMALS)[by_sector]
    ends = np.cumsum(np.bincount(codes[finite], minlength=len(names)))
    now = [part for part in parts if part.rows.start <= last < part.rows.stop]
    bits = marks.of(now[-1].columns, slice(last, last + 1))[:, 0] if now else np.zeros(0, np.uint16)
    here = code[now[-1].columns] if now else np.zeros(0, np.intp)

    def members_with(bit: int) -> list[int]:
        """Of each sector, its members that have a bit."""
        # a member that the window's lists lack has -1
        lines = np.bincount(here[(bits & bit) != 0] + 1, minlength=len(names) + 1)
        return [int(count) for count in lines[1:]]

    counts = {days: tuple(map(members_with, ABOVE[days])) for days in SECTOR_AVERAGES}
    rows = []
    for place, name in enumerate(names):
        of_sector = returns[ends[place - 1] if place else 0 : ends[place]]
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
    size = max(last + 1 - first, 0)
    return Sectors(tuple(rows), code, marks, tuple(parts), first, size)
