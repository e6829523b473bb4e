"""A matrix of bars: sessions by lines, for quick look-ups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.frames import JUMP, Block, BoolArray, Dates, FloatArray, IntArray, day
from core.data.overlay import over_one_another
from core.data.record import record

#: Log of the smallest split that is looked for in the closes, and how near to it a step must be.
_SPLIT: Final = math.log(1.4)
_SAME_STEP: Final = 0.25
#: Cells looked through at a time, so that what is made of them stays in the cache.
_CELLS: Final = 65_536


@record(frozen=True, eq=False)
class Matrix:
    """The lines' bars of some years side by side.

    Attributes:
        sessions: (T,) ascending.
        symbols: (N,).
        stand_in: (T, N) close, or the adjusted close for a symbol that has no close at
            all; NaN where none.
        adjusted: (T, N) adjusted closes or None.
        only_adjusted: (N,) the symbol has adjusted closes and no close.
        by_adjusted: (N,) up to this row total return is read from adjusted closes: before a
            close without one, and before the first dividend on record.
        dividends: (K,) rows, ascending, columns and D/P of each dividend, at the close it counts
            at.
        doubtful_dividends: row, column and cash of each that is too large for what the price did.
        breaks: row, column and words of each close that must not be compared with the one before.
        of_files: (K,) row times N plus column, ascending, of closes that are prices of files.
        splits: (K,) rows, columns and factors.
        position: (T,) place of each session among all sessions of the exchange.
        blocks: what it was laid out from.
        places: of each block, (N,) its column of each symbol, -1 where it has it not.
    """

    sessions: Dates
    symbols: tuple[str, ...]
    stand_in: FloatArray
    adjusted: FloatArray | None
    only_adjusted: BoolArray
    by_adjusted: IntArray
    dividends: tuple[IntArray, IntArray, FloatArray]
    splits: tuple[IntArray, IntArray, FloatArray]
    position: IntArray
    blocks: tuple[Block, ...]
    places: tuple[IntArray, ...]
    doubtful_dividends: tuple[tuple[int, int, float], ...] = ()
    breaks: tuple[tuple[int, int, str], ...] = ()
    of_files: IntArray = field(default_factory=lambda: np.zeros(0, np.intp))

    @cached_property
    def column(self) -> Mapping[str, int]:
        """Symbol -> column."""
        return {symbol: place for place, symbol in enumerate(self.symbols)}

    @cached_property
    def first_close(self) -> IntArray:
        """(N,) row of each symbol's first close, the number of rows where it has none."""
        closed = np.isfinite(self.stand_in)
        first, later = np.zeros(len(self.symbols), np.intp), np.flatnonzero(~closed[0])
        closed = closed[:, later]
        first[later] = np.where(closed.any(axis=0), closed.argmax(axis=0), len(closed))
        return first

    @cached_property
    def unbroken(self) -> BoolArray:
        """(N,) a close on every session from the symbol's first close to its last."""
        return ~holed(np.isfinite(self.stand_in))

    @cached_property
    def _gaps(self) -> IntArray:
        """(G,) columns that lack closes after their first one: few."""
        to_the_end = np.isfinite(self.stand_in[-1:]).all(axis=0)
        none = self.first_close == len(self.sessions)
        return np.nonzero(~(self.unbroken & (to_the_end | none)))[0]

    @cached_property
    def _last_in_gaps(self) -> NDArray[np.int32]:
        """(T, G) row of the last close at or before each row, -1 where none."""
        rows = np.arange(len(self.sessions), dtype=np.int32)[:, None]
        closed = np.isfinite(self.stand_in)[:, self._gaps]
        last = np.where(closed, rows, np.int32(-1))
        if len(self._gaps) < len(rows):
            return np.asarray(np.maximum.accumulate(last, axis=0))
        # many columns are followed down several times as fast row by row
        for before, current in pairwise(last):
            np.maximum(before, current, out=current)
        return last

    def last(self, row: int | IntArray) -> IntArray:
        """(..., N) row of the last close at or before a row, -1 where none.

        Args:
            row: one or several, -1 for a date before the first row.
        """
        row = np.asarray(row)[..., None]
        last_rows = np.where(row >= self.first_close, row, -1)
        if len(self._gaps):
            last_rows[..., self._gaps] = np.where(row >= 0, self._last_in_gaps[row[..., 0]], -1)
        return last_rows

    def of_file(self, rows: IntArray) -> BoolArray:
        """(..., N) whether the close at a row per column is a file's price.

        Such a price stands for its session alone: all lines have theirs on the same few.
        """
        if not len(self.of_files):
            return np.zeros(rows.shape, bool)
        key = rows * len(self.symbols) + np.arange(len(self.symbols))
        place = np.minimum(np.searchsorted(self.of_files, key), len(self.of_files) - 1)
        return np.asarray(self.of_files[place] == key)

    def row(self, value: date) -> int:
        """The last row on or before a date, -1 where none."""
        return int(np.searchsorted(self.sessions, day(value), side="right")) - 1

    def price_at(self, rows: IntArray) -> FloatArray:
        """(..., N) stand-in price at a row per column; NaN where the row is -1."""
        values = self.stand_in[np.maximum(rows, 0), np.arange(len(self.symbols))]
        return np.where(rows >= 0, values, np.nan)

    def last_closes(self, row: int | IntArray) -> FloatArray:
        """(..., N) last stand-in price at or before one or several rows, NaN where none."""
        row = np.asarray(row)[..., None]
        prices = np.where(row >= 0, self.stand_in[row[..., 0]], np.nan)
        rows = self._last_in_gaps[row[..., 0]]
        both = (row >= 0) & (rows >= 0)
        prices[..., self._gaps] = np.where(both, self.stand_in[rows, self._gaps], np.nan)
        return np.asarray(prices)

    def growth(
        self,
        first: IntArray,
        last: IntArray,
        basis: str,
        prices: tuple[FloatArray, FloatArray] | None = None,
    ) -> FloatArray:
        """(..., N) price ratio between two rows a column, with dividends reinvested under "tr".

        PR: P_last / P_first. TR: times the product of (1 + D/P) over dividends at rows
        in (first, last], which is the product over days of (P_t + D_t) / P_{t-1}; or the
        ratio of adjusted closes where dividends come in that form, as far as they do.

        Args:
            first: (..., N) rows, -1 where none.
            last: (..., N) likewise.
            basis: "pr" or "tr".
            prices: those at the two rows, where they are known.
        """
        lower, upper = prices or (self.price_at(first), self.price_at(last))
        ratio = upper / lower
        if basis == "pr":
            return np.where(self.only_adjusted, np.nan, ratio)
        rows, columns, yields = self.dividends
        # ascending by row: those before and after all of the rows are left out at once
        ends = first.min(initial=len(self.sessions)), last.max(initial=-1)
        some = slice(*np.searchsorted(rows, ends, side="right"))
        rows, columns, yields = rows[some], columns[some], yields[some]
        inside = (rows > first[..., columns]) & (rows <= last[..., columns])
        *leading, which = np.nonzero(inside)
        at = np.ravel_multi_index((*leading, columns[which]), ratio.shape)
        np.multiply.at(ratio.reshape(-1), at, 1 + yields[which])
        if self.adjusted is not None and self.by_adjusted.any():
            everything = np.arange(len(self.symbols))
            upper = self.adjusted[np.maximum(last, 0), everything]
            lower = self.adjusted[np.maximum(first, 0), everything]
            both = (first >= 0) & (last >= 0)
            by_adjusted = last < self.by_adjusted
            ratio = np.where(by_adjusted, np.where(both, upper / lower, np.nan), ratio)
            turned = (first < self.by_adjusted) & ~by_adjusted & (first >= 0)
            if turned.any():
                # by adjusted closes as far as they go, with dividends from there on
                row = np.maximum(self._last_by_adjusted, 0)
                upper, closes = (t[row, everything] for t in (self.adjusted, self.stand_in))
                inside = turned & (self._last_by_adjusted >= first)
                paid = upper / lower / (closes / self.price_at(first))
                ratio = np.where(inside, ratio * paid, ratio)
        return ratio

    @cached_property
    def _last_by_adjusted(self) -> IntArray:
        """(N,) row of the last close that total return reads from adjusted ones, -1 where none."""
        rows = np.arange(len(self.sessions))[:, None]
        closed = np.isfinite(self.stand_in) & (rows < self.by_adjusted)
        return np.where(closed.any(axis=0), len(rows) - 1 - closed[::-1].argmax(axis=0), -1)

    @cached_property
    def doubts(self) -> tuple[tuple[int, int, str], ...]:
        """Row, column and words of each move between two closes that cannot be believed.

        A move beyond tenfold that no split since the close before explains, and a move by
        a split's factor on split-adjusted closes: the two are then on different bases. And
        what is in `breaks`.
        """
        doubts = list(self.breaks)
        split_rows, split_columns, splits = self.splits
        for row, column in self._jumps():
            factor, before = self._step(row, column)
            since = (split_rows > before) & (split_rows <= row)
            if not np.any(since & (split_columns == column)):
                move = f"moved by a factor {factor:.3g} on {self.sessions[row]}"
                doubts.append((row, column, f"{move}, no split on record"))
        for row, column, split in zip(
            split_rows.tolist(), split_columns.tolist(), splits.tolist(), strict=True
        ):
            later = np.nonzero(np.isfinite(self.stand_in[row:, column]))[0]
            close = int(row + later[0]) if len(later) else 0
            if not np.isfinite(self.stand_in[:close, column]).any():
                continue
            step, size = math.log(self._step(close, column)[0]), math.log(split)
            if abs(size) > _SPLIT and abs(step + size) < _SAME_STEP * abs(size):
                when = self.sessions[row]
                words = f"closes before and after the split of {when} are on different bases"
                doubts.append((close, column, words))
        return tuple(sorted(doubts))

    def _step(self, row: int, column: int) -> tuple[float, int]:
        """A close over the one before it, and the row of that one."""
        before = int(np.nonzero(np.isfinite(self.stand_in[:row, column]))[0][-1])
        return float(self.stand_in[row, column] / self.stand_in[before, column]), before

    def _jumps(self) -> list[tuple[int, int]]:
        """Row and column of each move between two closes beyond tenfold."""
        jumps: list[tuple[int, int]] = []
        closes = self.stand_in
        # where they are prices of files, few sessions have any
        closed = np.flatnonzero(np.isfinite(closes).any(axis=1))
        some = closes if len(closed) == len(closes) else closes[closed]
        lowest, highest = np.fmin.reduce(some, axis=0), np.fmax.reduce(some, axis=0)
        # a line that never was ten times its lowest close cannot have jumped
        far = np.nonzero(highest > JUMP * lowest)[0]
        step = max(_CELLS // max(len(far), 1), 1)
        edges = [*range(0, len(closes) - 1, step), len(closes) - 1]
        for first, last in pairwise(edges if len(far) else ()):
            piece = closes[first : last + 1, far]
            upper, lower = piece[1:], piece[:-1]
            wide = (upper > JUMP * lower) | (upper * JUMP < lower)
            if wide.any():
                rows, columns = np.nonzero(wide)
                jumps += zip((rows + first + 1).tolist(), far[columns].tolist(), strict=True)
        if not len(self._gaps):
            return jumps
        # where the row before has no close, the move is from an earlier one
        rows = closed[closed > 0]
        last, before = self._last_in_gaps[rows], self._last_in_gaps[rows - 1]
        place, gap = np.nonzero(
            (last == rows[:, None]) & (before >= 0) & (before < rows[:, None] - 1)
        )
        row, column = rows[place], self._gaps[gap]
        factor = closes[row, column] / closes[before[place, gap], column]
        wide = (factor > JUMP) | (factor < 1 / JUMP)
        return jumps + list(zip(row[wide].tolist(), column[wide].tolist(), strict=True))

    def volume(
        self, first: int = 0, last: int | None = None, columns: IntArray | None = None
    ) -> FloatArray | None:
        """(T, N) shares traded on the rows from ``first`` up to ``last``, NaN where none.

        Laid out when asked for and not kept: an answer looks at the last few rows alone. None
        where no block of these rows has volumes.

        Args:
            first: row.
            last: row, None for the end.
            columns: (N,) the only ones wanted; None for all.
        """
        fields, sizes, begins = [], [], 0
        for block in self.blocks:
            size = len(block.sessions)
            stop = size if last is None else min(max(last - begins, 0), size)
            rows = slice(min(max(first - begins, 0), size), stop)
            fields.append(None if block.volume is None else block.volume[rows])
            sizes.append(max(rows.stop - rows.start, 0))
            begins += size
        if all(values is None or not size for values, size in zip(fields, sizes, strict=True)):
            return None
        places = self.places if columns is None else [place[columns] for place in self.places]
        return over_one_another(sizes, fields, places, whole=columns is None)

    def still(self, row: int, sessions: int) -> BoolArray:
        """(N,) the same close and no volume over the last ``sessions`` sessions up to a row."""
        first = row + 1 - sessions
        volume = self.volume(first, row + 1) if first >= 0 else None
        if volume is None:
            return np.zeros(len(self.symbols), bool)
        closes = self.stand_in[first : row + 1]
        quiet = (volume == 0).all(axis=0)
        same: BoolArray = (closes == closes[0]).all(axis=0)
        return np.asarray(quiet & same)


def holed(closed: BoolArray) -> BoolArray:
    """(n,) whether a line of (T, n) has sessions without a close between two with one."""
    begins = np.add.reduce((closed[1:] > closed[:-1]).view(np.uint8), axis=0, dtype=np.int32)
    return np.asarray(begins + closed[:1].sum(axis=0) > 1)
