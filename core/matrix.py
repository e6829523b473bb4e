"""Bars laid out for look-ups: many lines side by side, or one symbol over all years."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.frames import JUMP, Block, BoolArray, Dates, FloatArray, IntArray, day

#: Log of the smallest split that is looked for in the closes, and how near to it a step must be.
_SPLIT: Final = math.log(1.4)
_SAME_STEP: Final = 0.25


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
    def last(self) -> NDArray[np.int32]:
        """(T, N) row of the last close at or before each row, -1 where none."""
        return _last_rows(self.stand_in)

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
        before = np.full(self.last.shape, -1, np.int32)
        before[1:] = self.last[:-1]
        held = np.isfinite(self.stand_in) & (before >= 0)
        prior = self.stand_in[np.maximum(before, 0), np.arange(len(self.symbols))]
        with np.errstate(invalid="ignore"):
            factor = self.stand_in / prior
            wide = held & ((factor > JUMP) | (factor < 1 / JUMP))
        found = []
        split_rows, split_columns, splits = self.splits
        for row, column in zip(*(where.tolist() for where in np.nonzero(wide)), strict=True):
            since = (split_rows > before[row, column]) & (split_rows <= row)
            if not np.any(since & (split_columns == column)):
                moved = f"moved by a factor {factor[row, column]:.3g} on {self.sessions[row]}"
                found.append((row, column, f"{moved}, no split on record"))
        for row, column, split in zip(
            split_rows.tolist(), split_columns.tolist(), splits.tolist(), strict=True
        ):
            later = np.nonzero(np.isfinite(self.stand_in[row:, column]))[0]
            if not len(later) or not held[row + later[0], column]:
                continue
            close = int(row + later[0])
            step, size = math.log(factor[close, column]), math.log(split)
            if abs(size) > _SPLIT and abs(step + size) < _SAME_STEP * abs(size):
                when = self.sessions[row]
                words = f"closes before and after the split of {when} are on different bases"
                found.append((close, column, words))
        return tuple(sorted(found))

    def still(self, row: int, sessions: int) -> BoolArray:
        """(N,) the same close and no volume over the last ``sessions`` sessions up to a row."""
        if self.volume is None or row + 1 < sessions:
            return np.zeros(len(self.symbols), bool)
        closes = self.stand_in[row + 1 - sessions : row + 1]
        quiet = (self.volume[row + 1 - sessions : row + 1] == 0).all(axis=0)
        same: BoolArray = (closes == closes[0]).all(axis=0)
        return np.asarray(quiet & same)


def _last_rows(values: FloatArray) -> NDArray[np.int32]:
    """(T, N) row of the last finite value at or before each row, -1 where none."""
    rows = np.arange(len(values), dtype=np.int32)[:, None]
    return np.maximum.accumulate(np.where(np.isfinite(values), rows, np.int32(-1)), axis=0)


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


def stack(blocks: Iterable[Block], sessions_known: Dates) -> Matrix:
    """Lay year blocks over one another on the union of their symbols."""
    parts = tuple(blocks)
    symbols = tuple(sorted(set().union(*(block.symbols for block in parts))))
    column = {symbol: place for place, symbol in enumerate(symbols)}
    sessions = np.concatenate([block.sessions for block in parts])
    shape = (len(sessions), len(symbols))
    close = np.full(shape, np.nan)
    adjusted = np.full(shape, np.nan) if any(b.adj_close is not None for b in parts) else None
    volume = np.full(shape, np.nan) if any(b.volume is not None for b in parts) else None
    events: dict[str, list[tuple[IntArray, IntArray, FloatArray]]] = {"dividend": [], "split": []}
    offset = 0
    for block in parts:
        where = np.array([column[symbol] for symbol in block.symbols], np.intp)
        rows = slice(offset, offset + len(block.sessions))
        close[rows, where] = block.close
        if adjusted is not None and block.adj_close is not None:
            adjusted[rows, where] = block.adj_close
        if volume is not None and block.volume is not None:
            volume[rows, where] = block.volume
        events["dividend"].append(
            (block.dividend.row + offset, where[block.dividend.col], block.dividend.value)
        )
        events["split"].append(
            (block.split.row + offset, where[block.split.col], block.split.value)
        )
        offset += len(block.sessions)
    (dr, dc, dv), (sr, sc, sv) = (
        tuple(np.concatenate(arrays) for arrays in zip(*events[name], strict=True))
        for name in ("dividend", "split")
    )
    has_close = np.isfinite(close)
    only_adjusted = ~has_close.any(axis=0)
    by_adjusted = np.zeros(len(symbols), bool)
    if adjusted is not None:
        paid = np.zeros(len(symbols), bool)
        paid[dc] = True
        complete = (np.isfinite(adjusted) | ~has_close).all(axis=0)
        only_adjusted &= np.isfinite(adjusted).any(axis=0)
        by_adjusted = only_adjusted | (complete & ~paid & has_close.any(axis=0))
        close = np.where(only_adjusted, adjusted, close)
    else:
        only_adjusted = np.zeros(len(symbols), bool)
    return Matrix(
        sessions=sessions,
        symbols=symbols,
        stand_in=close,
        adjusted=adjusted,
        only_adjusted=only_adjusted,
        by_adjusted=by_adjusted,
        dividends=_dividend_yields(close, dr, dc, dv),
        splits=(sr, sc, sv),
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
