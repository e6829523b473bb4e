"""Traits of each line on each session, computed once a line and cached as bits.

`core.measures.trait_bits` says what the bits are. They are worked out in multiples of a step of
rows, since most of them look back a year: a window pays for itself alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from core.measures.counting import YEAR_SESSIONS
from core.measures.trait_bits import Bits, bits_of, count, medians

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray
    from core.data.matrix import Matrix

#: Rows are worked out in multiples of this: what looks back a year costs as much for one.
_STEP: Final = 16
#: Closes that bits are worked out of together, so that they stay in the processor's cache; but
#: of so many lines at the least.
_CELLS: Final = 1 << 18
_LINES: Final = 64
#: Counts of a list on a step of rows that are kept.
_KEPT: Final = 512


class Traits:
    """Bits of each line of a matrix, and its distance from its high, on some rows."""

    def __init__(self, matrix: Matrix) -> None:
        """Start without anything worked out."""
        self.matrix = matrix
        self._blocks: dict[int, tuple[Bits, FloatArray, BoolArray]] = {}
        self._counts: dict[tuple[bytes, int], tuple[FloatArray, FloatArray]] = {}

    def prepare(self, columns: IntArray, rows: slice) -> None:
        """Work some rows out in one go, which looks back on the year before them only once."""
        self._starts(columns, rows)

    def of(self, columns: IntArray, rows: slice) -> tuple[Bits, FloatArray]:
        """(n, t) bits and distances from the high of some lines on some rows."""
        pieces = [self._piece(columns, start) for start in self._starts(columns, rows)]
        first = rows.start // _STEP * _STEP
        inside = slice(rows.start - first, rows.stop - first)
        bits, off = (np.concatenate(part, axis=1) for part in zip(*pieces, strict=True))
        return bits[:, inside], off[:, inside]

    def counts(self, columns: IntArray, rows: slice) -> tuple[FloatArray, FloatArray]:
        """(B, t) lines that have each bit, in the order of `NAMES`, and (t,) medians off the high.

        Args:
            columns: of the lines.
            rows: of the matrix, at least one.
        """
        starts, name = self._starts(columns, rows), columns.tobytes()
        # another thread may empty the cache meanwhile
        counted = {start: self._counts.get((name, start)) for start in starts}
        missing = [start for start, counts in counted.items() if counts is None]
        if missing:
            bits, off = (
                np.concatenate(part, axis=1)
                for part in zip(*(self._piece(columns, start) for start in missing), strict=True)
            )
            totals, middle = count(bits), medians(off)
            if len(self._counts) + len(missing) > _KEPT:
                self._counts.clear()
            for place, start in enumerate(missing):
                few = slice(place * _STEP, (place + 1) * _STEP)
                counted[start] = self._counts[name, start] = totals[:, few], middle[few]
        pieces = filter(None, counted.values())
        inside = slice(rows.start % _STEP, rows.start % _STEP + rows.stop - rows.start)
        totals, middle = (np.concatenate(part, axis=-1) for part in zip(*pieces, strict=True))
        return totals[:, inside], middle[inside]

    def _piece(self, columns: IntArray, start: int) -> tuple[Bits, FloatArray]:
        bits, off, _ = self._blocks[start]
        return bits[columns], off[columns]

    def _starts(self, columns: IntArray, rows: slice) -> range:
        """The first rows of the blocks that some rows lie in; all of them worked out."""
        starts = range(rows.start // _STEP * _STEP, rows.stop, _STEP)
        size = len(self.matrix.sessions)
        for start in starts:
            if start not in self._blocks:
                shape = len(self.matrix.symbols), min(_STEP, size - start)
                block = np.zeros(shape, np.uint32), np.full(shape, np.nan), np.zeros(shape[0], bool)
                # two threads may come here at once: both fill the one that is there first
                self._blocks.setdefault(start, block)
        missing = [
            (start, np.flatnonzero(np.bincount(columns[~self._blocks[start][2][columns]])))
            for start in starts
        ]
        missing = [(start, lines) for start, lines in missing if len(lines)]
        # blocks beside each other that lack the same lines look back on the same year
        while missing:
            run = [missing.pop(0)]
            while missing and missing[0][0] == run[-1][0] + _STEP:
                if not np.array_equal(missing[0][1], run[0][1]):
                    break
                run.append(missing.pop(0))
            self._work_out(run[0][1], run[0][0], min(run[-1][0] + _STEP, size))
            for start, lines in run:
                self._blocks[start][2][lines] = True
        return starts

    def _work_out(self, columns: IntArray, first: int, last: int) -> None:
        matrix = self.matrix
        breaks: dict[int, list[int]] = {}
        for row, column, _ in matrix.doubts:
            breaks.setdefault(column, []).append(row)
        # a hole asks for more: lines without one are worked out by themselves
        whole = matrix.unbroken[columns]
        begin = max(first - YEAR_SESSIONS, 0)
        if not whole.all():
            # a line that merely begins or ends among these rows needs no detour
            others = columns[~whole]
            closed = np.isfinite(matrix.stand_in[begin:last, others])
            edges = np.abs(np.diff(closed.astype(np.int8), axis=0)).sum(axis=0)
            opened, ended = closed[0], closed[-1]
            # but one with holes before has older closes of its own
            older = matrix.first_close[others] < begin
            whole[~whole] = ((edges == 0) | ((edges == 1) & (opened | ended))) & (~older | opened)
        broken = np.isin(columns, list(breaks))
        traded = matrix.volume(max(first - 1, 0), last)
        for lines, start, holes in (
            (columns[whole & ~broken], begin, False),
            (columns[~whole & ~broken], 0, True),
        ):
            together = max(_CELLS // (last - start), _LINES)
            for at in range(0, len(lines), together):
                part = lines[at : at + together]
                closes = np.take(matrix.stand_in[start:last], part, axis=1)
                volume = None if traded is None else traded[:, part]
                position = matrix.position[start:last]
                marks = bits_of(closes, volume, position, last - first, holes=holes)
                self._put(part, first, marks)
        for column in columns[broken].tolist():
            bits = np.zeros((last - first, 1), np.uint32)
            off = np.full((last - first, 1), np.nan)
            # closes before a move that cannot be believed are held against none after it
            for start, stop in pairwise([0, *breaks[column], len(matrix.sessions)]):
                if start >= last or stop <= first:
                    continue
                closes = np.full((last, 1), np.nan)
                closes[start:stop, 0] = matrix.stand_in[start : min(stop, last), column]
                volume = None if traded is None else traded[:, [column]]
                marks = bits_of(closes, volume, matrix.position[:last], last - first, holes=True)
                bits |= marks[0]
                off = np.where(np.isfinite(marks[1]), marks[1], off)
            self._put(np.array([column]), first, (bits, off))

    def _put(self, lines: IntArray, first: int, marks: tuple[Bits, FloatArray]) -> None:
        """Keep what was worked out of some lines on the rows from one on."""
        bits, off = marks[0].T, marks[1].T
        for start in range(first, first + bits.shape[1], _STEP):
            rows = slice(start - first, start - first + _STEP)
            kept_bits, kept_off, _ = self._blocks[start]
            kept_bits[lines], kept_off[lines] = bits[:, rows], off[:, rows]
