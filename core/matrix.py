"""Bars laid out for look-ups: many lines side by side, or one symbol over all years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.frames import JUMP, Block, BoolArray, Dates, FloatArray, IntArray, day

#: Log of the smallest split that is looked for in the closes, and how near to it a step must be.
_SPLIT: Final = math.log(1.4)
_SAME_STEP: Final = 0.25
#: Cells looked through at a time, so that what is made of them stays in the cache.
_CELLS: Final = 65_536


@dataclass(frozen=True, eq=False, slots=True)
class Series:
    """One symbol's closes over every year held.

    Attributes:
        sessions: (T,) sessions with a close (or an adjusted close where none has a close).
        price: (T,) split-adjusted close, or None where only adjusted closes are held.
        total: (T,) level with dividends reinvested at the ex-date close; equal to
            ``price`` where no dividend and no adjusted close is on record.
        has_dividends: whether ``total`` rests on dividends or adjusted closes.
        doubts: session and words of each move that cannot be believed.
    """

    sessions: Dates
    price: FloatArray | None
    total: FloatArray
    has_dividends: bool
    doubts: tuple[tuple[np.datetime64, str], ...]

    @property
    def stand_in(self) -> FloatArray:
        """(T,) the price, or the adjusted close standing in for it."""
        return self.total if self.price is None else self.price

    def level(self, basis: str) -> FloatArray | None:
        """(T,) what returns on "pr" or "tr" are ratios of; None for PR without closes."""
        return self.total if basis == "tr" else self.price


@dataclass(frozen=True, eq=False)
class Matrix:
    """The lines' bars of some years side by side.

    Attributes:
        sessions: (T,) ascending.
        symbols: (N,).
        stand_in: (T, N) close, or the adjusted close for a symbol that has no close at
            all; NaN where none.
        adjusted: (T, N) adjusted closes or None.
        only_adjusted: (N,) the symbol has adjusted closes and no close.
        by_adjusted: (N,) total return is read from adjusted closes.
        dividends: (K,) rows, columns and D/P of each dividend, at the close it counts at.
        splits: (K,) rows, columns and factors.
        volume: (T, N) or None.
    """

    sessions: Dates
    symbols: tuple[str, ...]
    stand_in: FloatArray
    adjusted: FloatArray | None
    only_adjusted: BoolArray
    by_adjusted: BoolArray
    dividends: tuple[IntArray, IntArray, FloatArray]
    splits: tuple[IntArray, IntArray, FloatArray]
    volume: FloatArray | None
    position: IntArray

    @cached_property
    def column(self) -> Mapping[str, int]:
        """Symbol -> column."""
        return {symbol: place for place, symbol in enumerate(self.symbols)}

    @cached_property
    def _held(self) -> IntArray:
        """(N,) sessions with a close."""
        return np.asarray(np.isfinite(self.stand_in).sum(axis=0), np.intp)

    @property
    def whole(self) -> BoolArray:
        """(N,) a close on every session."""
        return np.asarray(self._held == len(self.sessions))

    @property
    def empty(self) -> BoolArray:
        """(N,) no close at all."""
        return np.asarray(self._held == 0)

    @cached_property
    def last(self) -> NDArray[np.int32]:
        """(T, N) row of the last close at or before each row, -1 where none."""
        rows = np.arange(len(self.sessions), dtype=np.int32)[:, None]
        found = np.broadcast_to(rows, self.stand_in.shape)
        if self.whole.all():
            return found
        found, gaps = found.copy(), np.nonzero(~self.whole)[0]
        held = np.isfinite(self.stand_in[:, gaps])
        found[:, gaps] = np.maximum.accumulate(np.where(held, rows, np.int32(-1)), axis=0)
        return found

    def row(self, value: date) -> int:
        """The last row on or before a date, -1 where none."""
        return int(np.searchsorted(self.sessions, day(value), side="right")) - 1

    def price_at(self, rows: IntArray) -> FloatArray:
        """(N,) stand-in price at a row per column; NaN where the row is -1."""
        values = self.stand_in[np.maximum(rows, 0), np.arange(len(self.symbols))]
        return np.where(rows >= 0, values, np.nan)

    def growth(self, first: IntArray, last: IntArray, basis: str) -> FloatArray:
        """(N,) price ratio between two rows a column, with dividends reinvested under "tr".

        PR: P_last / P_first. TR: times the product of (1 + D/P) over dividends at rows
        in (first, last], which is the product over days of (P_t + D_t) / P_{t-1}; or the
        ratio of adjusted closes where dividends come in that form.
        """
        ratio = self.price_at(last) / self.price_at(first)
        if basis == "pr":
            return np.where(self.only_adjusted, np.nan, ratio)
        rows, columns, yields = self.dividends
        inside = (rows > first[columns]) & (rows <= last[columns])
        np.multiply.at(ratio, columns[inside], 1 + yields[inside])
        if self.adjusted is not None and self.by_adjusted.any():
            everything = np.arange(len(self.symbols))
            upper = self.adjusted[np.maximum(last, 0), everything]
            lower = self.adjusted[np.maximum(first, 0), everything]
            known = (first >= 0) & (last >= 0)
            ratio = np.where(self.by_adjusted, np.where(known, upper / lower, np.nan), ratio)
        return ratio

    @cached_property
    def doubts(self) -> tuple[tuple[int, int, str], ...]:
        """Row, column and words of each move between two closes that cannot be believed.

        A move beyond tenfold that no split since the close before explains, and a move by
        a split's own factor on split-adjusted closes: the two are then on different bases.
        """
        found = []
        split_rows, split_columns, splits = self.splits
        for row, column in self._jumps():
            factor, before = self._step(row, column)
            since = (split_rows > before) & (split_rows <= row)
            if not np.any(since & (split_columns == column)):
                moved = f"moved by a factor {factor:.3g} on {self.sessions[row]}"
                found.append((row, column, f"{moved}, no split on record"))
        for row, column, split in zip(
            split_rows.tolist(), split_columns.tolist(), splits.tolist(), strict=True
        ):
            later = np.nonzero(np.isfinite(self.stand_in[row:, column]))[0]
            close = int(row + later[0]) if len(later) else 0
            if not close or self.last[close - 1, column] < 0:
                continue
            step, size = math.log(self._step(close, column)[0]), math.log(split)
            if abs(size) > _SPLIT and abs(step + size) < _SAME_STEP * abs(size):
                when = self.sessions[row]
                words = f"closes before and after the split of {when} are on different bases"
                found.append((close, column, words))
        return tuple(sorted(found))

    def _step(self, row: int, column: int) -> tuple[float, int]:
        """A close over the one before it, and the row of that one."""
        before = int(self.last[row - 1, column])
        return float(self.stand_in[row, column] / self.stand_in[before, column]), before

    def _jumps(self) -> list[tuple[int, int]]:
        """Row and column of each move between two closes beyond tenfold."""
        found: list[tuple[int, int]] = []
        closes = self.stand_in
        step = max(_CELLS // closes.shape[1], 1)
        edges = [*range(0, len(closes) - 1, step), len(closes) - 1]
        for first, last in pairwise(edges):
            upper, lower = closes[first + 1 : last + 1], closes[first:last]
            wide = (upper > JUMP * lower) | (upper * JUMP < lower)
            if wide.any():
                rows, columns = np.nonzero(wide)
                found += zip((rows + first + 1).tolist(), columns.tolist(), strict=True)
        # where the row before has no close, the move is from an earlier one
        for column in np.nonzero(~self.whole & ~self.empty)[0].tolist():
            rows = np.nonzero(np.isfinite(closes[:, column]))[0]
            after = np.nonzero(np.diff(rows) > 1)[0]
            factor = closes[rows[after + 1], column] / closes[rows[after], column]
            wide = (factor > JUMP) | (factor < 1 / JUMP)
            found += ((row, column) for row in rows[after + 1][wide].tolist())
        return found

    def still(self, row: int, sessions: int) -> BoolArray:
        """(N,) the same close and no volume over the last ``sessions`` sessions up to a row."""
        if self.volume is None or row + 1 < sessions:
            return np.zeros(len(self.symbols), bool)
        closes = self.stand_in[row + 1 - sessions : row + 1]
        quiet = (self.volume[row + 1 - sessions : row + 1] == 0).all(axis=0)
        same: BoolArray = (closes == closes[0]).all(axis=0)
        return np.asarray(quiet & same)


def _dividend_yields(
    close: FloatArray, rows: IntArray, columns: IntArray, cash: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Each dividend moved to the next row with a close, as D/P there; later ones are dropped."""
    if not len(rows):
        return rows, columns, cash
    moved = rows.copy()
    for place in np.nonzero(~np.isfinite(close[rows, columns]))[0]:
        later = np.nonzero(np.isfinite(close[rows[place] :, columns[place]]))[0]
        moved[place] = rows[place] + later[0] if len(later) else -1
    keep = moved >= 0
    moved, columns, cash = moved[keep], columns[keep], cash[keep]
    # two dividends of one close are one: (P + D1 + D2) / P
    key, where = np.unique(moved * close.shape[1] + columns, return_inverse=True)
    rows, columns = key // close.shape[1], key % close.shape[1]
    return rows, columns, np.bincount(where, cash, len(key)) / close[rows, columns]


def _places(own: tuple[str, ...], symbols: tuple[str, ...]) -> IntArray:
    """(N,) column of each symbol in a block, -1 where the block has it not."""
    if own == symbols:
        return np.arange(len(symbols))
    column = {symbol: place for place, symbol in enumerate(own)}
    return np.array([column.get(symbol, -1) for symbol in symbols], np.intp)


def _over(
    parts: tuple[Block, ...], fields: list[FloatArray | None], places: list[IntArray]
) -> FloatArray | None:
    """(T, N) one field of all blocks over one another, NaN where none; None where none has it."""
    if all(values is None for values in fields):
        return None
    if len(parts) == 1 and fields[0] is not None:
        return fields[0]
    out = np.empty((sum(len(block.sessions) for block in parts), len(places[0])))
    first = 0
    for block, values, place in zip(parts, fields, places, strict=True):
        rows = out[first : first + len(block.sessions)]
        if values is None:
            rows[:] = np.nan
        elif np.array_equal(place, np.arange(values.shape[1])):
            rows[:] = values
        else:
            np.take(values, np.maximum(place, 0), axis=1, out=rows, mode="clip")
            rows[:, place < 0] = np.nan
        first += len(block.sessions)
    return out


def stack(blocks: Iterable[Block], sessions_known: Dates) -> Matrix:
    """Lay year blocks over one another on the union of their symbols."""
    parts = tuple(blocks)
    symbols = parts[0].symbols
    if any(block.symbols != symbols for block in parts):
        symbols = tuple(sorted(set().union(*(block.symbols for block in parts))))
    places = [_places(block.symbols, symbols) for block in parts]
    sessions = np.concatenate([block.sessions for block in parts])
    offsets = np.cumsum([0, *(len(block.sessions) for block in parts)])
    close = _over(parts, [block.close for block in parts], places)
    adjusted = _over(parts, [block.adj_close for block in parts], places)
    volume = _over(parts, [block.volume for block in parts], places)
    assert close is not None

    def events(name: str) -> tuple[IntArray, IntArray, FloatArray]:
        held = [getattr(block, name) for block in parts]
        columns = [np.nonzero(p >= 0)[0][np.argsort(p[p >= 0])] for p in places]
        return (
            np.concatenate([e.row + offset for e, offset in zip(held, offsets, strict=False)]),
            np.concatenate([where[e.col] for e, where in zip(held, columns, strict=True)]),
            np.concatenate([e.value for e in held]),
        )

    (dr, dc, dv), splits = events("dividend"), events("split")
    only_adjusted: BoolArray = np.zeros(len(symbols), bool)
    by_adjusted = only_adjusted.copy()
    if adjusted is not None:
        has_close = np.isfinite(close)
        paid = np.zeros(len(symbols), bool)
        paid[dc] = True
        complete = (np.isfinite(adjusted) | ~has_close).all(axis=0)
        only_adjusted = np.asarray(~has_close.any(axis=0) & np.isfinite(adjusted).any(axis=0))
        by_adjusted = only_adjusted | (complete & ~paid & has_close.any(axis=0))
        if only_adjusted.any():
            close = np.where(only_adjusted, adjusted, close)
    return Matrix(
        sessions=sessions,
        symbols=symbols,
        stand_in=close,
        adjusted=adjusted,
        only_adjusted=only_adjusted,
        by_adjusted=by_adjusted,
        dividends=_dividend_yields(close, dr, dc, dv),
        splits=splits,
        volume=volume,
        position=np.searchsorted(sessions_known, sessions),
    )


def column_of(block: Block, place: int) -> Block:
    """One symbol's column of a block."""
    column = slice(place, place + 1)

    def part(values: FloatArray | None) -> FloatArray | None:
        return None if values is None else values[:, column]

    def own(name: str) -> object:
        events = getattr(block, name)
        keep = events.col == place
        return type(events)(
            events.row[keep], np.zeros(int(keep.sum()), np.intp), events.value[keep]
        )

    return Block(
        block.sessions,
        (block.symbols[place],),
        block.close[:, column],
        part(block.adj_close),
        part(block.volume),
        own("dividend"),  # type: ignore[arg-type]
        own("split"),  # type: ignore[arg-type]
    )


def series_of(matrix: Matrix) -> Series | None:
    """A one-column matrix as a series of its closes."""
    price = matrix.stand_in[:, 0]
    held = np.nonzero(np.isfinite(price))[0]
    if not len(held):
        return None
    rows, _, yields = matrix.dividends
    if matrix.by_adjusted[0] and matrix.adjusted is not None:
        total = matrix.adjusted[held, 0]
    else:
        factor = np.ones(len(price))
        factor[rows] = 1 + yields
        total = price[held] * np.cumprod(factor)[held]
    return Series(
        sessions=matrix.sessions[held],
        price=None if matrix.only_adjusted[0] else price[held],
        total=total,
        has_dividends=bool(matrix.by_adjusted[0] or len(rows)),
        doubts=tuple((matrix.sessions[row], words) for row, _, words in matrix.doubts),
    )
