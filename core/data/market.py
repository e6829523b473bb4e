"""Everything held at one moment, laid out so that a question is answered by look-ups.

A `Market` never changes. What costs time to derive (which close stands for which
session, where a price jumped) is derived once and kept, so that the next question,
another window or another date, is a few row look-ups.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain, count
from typing import Any, TypeVar

import numpy as np

from core.data.followed import LineTickers, line_tickers
from core.data.frames import (
    Announcement,
    Block,
    Dates,
    FloatArray,
    Holdings,
    IntArray,
    Prices,
    Reference,
    Theme,
    day,
    pydate,
)
from core.data.matrix import Matrix, stack
from core.data.register import Register, register
from core.data.series import Series, series_of
from core.data.windows import last_on_or_before

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Market:
    """Everything held at one moment: prices, holdings, facts from data files.

    Attributes:
        prices: all bars.
        holdings: fund -> its dated files, ascending.
        reference: exchange sessions, aliases, reconstitutions, themes.
        simulated: the market is made up, and every answer says so.
        damage: sentences about what of the store could not be read.
        generation: number of the store's generation, None for a market not from a store.
        announced: changes of membership announced before they take effect.
    """

    prices: Prices
    holdings: Mapping[str, tuple[Holdings, ...]]
    reference: Reference
    simulated: bool = False
    damage: tuple[str, ...] = ()
    generation: int | None = None
    announced: tuple[Announcement, ...] = ()
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return ``make()`` for a key, computed once for this market."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value

    @cached_property
    def line_tickers(self) -> LineTickers:
        """Which closes each line is followed by."""
        return line_tickers(self.prices.blocks, self.holdings, self.reference)

    @property
    def bars(self) -> tuple[Block, ...]:
        """The bars as lines are followed by them.

        Closes of a renamed line stand under one symbol, those of a ticker that another company
        took over under two, and a file's price for its session where no close is held.
        """
        return self.line_tickers.bars

    @cached_property
    def through(self) -> Mapping[str, date]:
        """Symbol -> the session up to which the vendor's answer is known to go."""
        known = dict(self.prices.through)
        for symbol, ends in self.line_tickers.ends.items():
            known |= {ticker: max(known.get(symbol, last), last) for ticker, last in ends.items()}
        return known

    @cached_property
    def years(self) -> Mapping[int, Block]:
        """Year -> its block."""
        return {block.year: block for block in self.bars}

    def first_close(self, symbol: str) -> date | None:
        """A symbol's first session with a close (or adjusted close); None where it has none."""
        for block, places in zip(self.bars, self.places.values(), strict=True):
            place = places.get(symbol)
            if place is None:
                continue
            closed = np.isfinite(block.close[:, place])
            if block.adj_close is not None:
                closed |= np.isfinite(block.adj_close[:, place])
            if closed.any():
                return pydate(block.sessions[closed.argmax()])
        return None

    @cached_property
    def last_close(self) -> Mapping[str, date]:
        """Symbol -> its last session with a close (or adjusted close)."""
        dates: dict[str, date] = {}
        for block in reversed(self.bars):
            wanted = [place for place, symbol in enumerate(block.symbols) if symbol not in dates]
            columns = np.array(wanted, np.intp)
            # nearly every line has a close on the very last session
            for rows in (slice(-1, None), slice(None)):
                closed = np.isfinite(block.close[rows, columns])
                if block.adj_close is not None:
                    closed |= np.isfinite(block.adj_close[rows, columns])
                there = closed.any(axis=0)
                days = block.sessions[rows][::-1][closed[::-1].argmax(axis=0)[there]].tolist()
                symbols = map(block.symbols.__getitem__, columns[there].tolist())
                dates |= dict(zip(symbols, days, strict=True))
                columns = columns[~there]
        return dates

    def symbol(self, listed: str) -> str:
        """The symbol whose closes a listed line is followed by.

        A renamed line is followed under the symbol whose closes run latest; of several, or
        without closes, under its newest.
        """
        return self.line_tickers.symbol(listed)

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        """The themes, each name under the symbol its closes are followed by."""
        return tuple(
            replace(theme, symbols=tuple(dict.fromkeys(map(self.symbol, theme.symbols))))
            for theme in self.reference.themes
        )

    def lines(self, file: Holdings) -> tuple[str, ...]:
        """(N,) the symbols a holdings file's lines are followed by, cached."""
        session = self.session(file.as_of)
        return self.cached((file, "lines"), lambda: self.line_tickers.lines(file, session))

    @cached_property
    def register(self) -> Register:
        """The lines of all holdings files by number.

        It is this market's alone: what rests on more than files and bars is kept under it.
        """
        files = chain.from_iterable(self.holdings.values())
        joining = (self.symbol(change.symbol) for change in self.announced)
        return register([(file, self.lines(file)) for file in files], joining)

    def rows(self, file: Holdings) -> IntArray:
        """(N,) numbers of a file's lines; cached where the file is made of one that is held."""
        register = self.register
        numbers = register.rows.get(file)
        if numbers is not None:
            return numbers

        def find() -> IntArray:
            lines = self.lines(file)
            return np.fromiter(map(register.number.__getitem__, lines), np.intp, len(lines))

        return self.cached((register, file), find)

    def columns(self, matrix: Matrix) -> IntArray:
        """(L,) column of each line of the register, -1 where the matrix lacks it; cached."""

        def find() -> IntArray:
            wanted, column = self.register.symbols.tolist(), matrix.column
            return np.array([column.get(symbol, -1) for symbol in wanted], np.intp)

        return self.cached((self.register, matrix), find)

    def position(self, value: date) -> int:
        """Place of the last exchange session on or before a date."""
        return int(np.searchsorted(self.reference.sessions, day(value), side="right")) - 1

    def session(self, value: date) -> date:
        """The last exchange session on or before a date; the date itself before the first."""
        return last_on_or_before(self.reference.sessions, value) or value

    def session_before(self, value: date) -> date | None:
        """The exchange session before the one of a date; None before the first."""
        place = self.position(value) - 1
        return pydate(self.reference.sessions[place]) if place >= 0 else None

    def matrix(self, years: Iterable[int]) -> Matrix | None:
        """The bars of some years side by side, cached; None where none of them is held."""
        wanted = tuple(sorted(set(years) & set(self.years)))
        if not wanted:
            return None
        blocks = [self.years[year] for year in wanted]
        return self.cached(wanted, lambda: stack(blocks, self.reference.sessions))

    @cached_property
    def _splits(self) -> tuple[tuple[np.datetime64, str, float], ...]:
        """Session, symbol and factor of every split on record."""
        splits: list[tuple[np.datetime64, str, float]] = []
        for block in self.bars:
            split = block.split
            symbols = (block.symbols[place] for place in split.col.tolist())
            splits += zip(block.sessions[split.row], symbols, split.value.tolist(), strict=True)
        return tuple(splits)

    @cached_property
    def _split_sessions(self) -> Dates:
        """(K,) sessions of the splits on record."""
        return np.array([session for session, _, _ in self._splits], "datetime64[D]")

    def _splits_after(self, session: date) -> Iterator[tuple[str, float]]:
        """Symbol and factor of every split on record after a session."""
        for place in np.nonzero(self._split_sessions > day(session))[0].tolist():
            _, symbol, factor = self._splits[place]
            yield symbol, factor

    def splits_since(self, matrix: Matrix, session: date) -> FloatArray:
        """(N,) product of the split factors on record after a session, by a matrix's columns."""
        factor = np.ones(len(matrix.symbols))
        for symbol, value in self._splits_after(session):
            column = matrix.column.get(symbol)
            if column is not None:
                factor[column] *= value
        return factor

    def split_since(self, symbol: str, session: date) -> float:
        """Product of one symbol's split factors on record after a session."""
        return math.prod(value for other, value in self._splits_after(session) if other == symbol)

    def series(self, symbol: str) -> Series | None:
        """One symbol's closes over every year held, cached; None where none is held."""
        return self.cached(symbol, lambda: self._make_series(symbol))

    @cached_property
    def places(self) -> Mapping[int, dict[str, int]]:
        """Year -> symbol -> column of its block."""
        blocks = self.bars
        return {block.year: dict(zip(block.symbols, count(), strict=False)) for block in blocks}

    def _make_series(self, symbol: str) -> Series | None:
        columns = [
            (block, places[symbol])
            for block, places in zip(self.bars, self.places.values(), strict=True)
            if symbol in places
        ]
        return series_of(columns, self.reference.sessions) if columns else None
