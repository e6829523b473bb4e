"""Market: all available data at one moment, arranged for quick look-ups.

A `Market` never changes. What costs time to derive (which close stands for which
session, where a price jumped) is derived once and kept, so that the next question,
another window or another date, is a few row look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakValueDictionary

import numpy as np

from core.data.bar_edits import same_bars
from core.data.closures import StrayDay, closures, stray_day
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
from core.data.kinds import first_closes, without_closes
from core.data.latest import latest, once
from core.data.line_tickers import LineTickers, line_tickers
from core.data.matrix_layout import stack
from core.data.record import record
from core.data.register import Register, register
from core.data.series import Series, series_of
from core.data.splits import Splits, splits_of
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from core.data.industries import IndustryList
    from core.data.matrix import Matrix

T = TypeVar("T")
#: Markets as they were known on earlier sessions that are kept.
_MARKETS: Final = 12
#: Layouts of years that are kept, of some tens of megabytes each: two for a year of dates.
_LAYOUTS: Final = 8
#: What a market derives of its bars alone.
_OF_BARS: Final = frozenset({"years", "last_close", "_splits"})


@record(frozen=True, eq=False)
class Market:
    """All available data at one moment: prices, holdings, facts from data files.

    Attributes:
        prices: all bars.
        holdings: fund -> its dated files, ascending.
        reference: exchange sessions, aliases, reconstitutions, themes.
        simulated: the market is made up, and every answer says so.
        damage: sentences about what of the store could not be read.
        generation: number of the store's generation, None for a market not from a store.
        announced: changes of membership announced before they take effect.
        industries: the user's lists of industries, the last one counts.
    """

    prices: Prices
    holdings: Mapping[str, tuple[Holdings, ...]]
    reference: Reference
    simulated: bool = False
    damage: tuple[str, ...] = ()
    generation: int | None = None
    announced: tuple[Announcement, ...] = ()
    industries: tuple[IndustryList, ...] = ()
    # not arguments: `dataclasses.replace` gives a changed market empty ones
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False, init=False)
    _of_bars: dict[Hashable, Any] = field(default_factory=dict, repr=False, init=False)
    # of a market as it was known on a session: the tickers of lines as they are known by now,
    # and the files that were known
    _by_now: LineTickers | None = field(default=None, repr=False, init=False)
    _files_then: tuple[Holdings, ...] = field(default=(), repr=False, init=False)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return ``make()`` for a key, computed once for this market."""
        return once(self._cache, key, make)

    def cached_of_bars(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return ``make()`` for a key, computed once for `bars`."""
        return once(self._of_bars, key, make)

    @cached_property
    def line_tickers(self) -> LineTickers:
        """Which closes each line is followed by."""
        return line_tickers(self.prices.blocks, self.holdings, self.reference)

    @cached_property
    def _newest(self) -> date:
        """The last session with any data: closes, a file."""
        closes = (pydate(block.sessions[-1]) for block in self.prices.blocks[-1:])
        files = (of_fund[-1].as_of for of_fund in self.holdings.values())
        return max(chain(closes, files), default=date.min)

    def all_known_on(self, as_of: date) -> bool:
        """Whether no data of a later day is available."""
        return as_of >= self._newest

    @cached_property
    def _first_closes(self) -> Mapping[str, date]:
        """Symbol -> its first close after adjusted ones alone."""
        return first_closes(self.prices.blocks)

    def kinds_known_on(self, as_of: date) -> Market:
        """This market with symbols by the kind of closes that they had on a session.

        Args:
            as_of: the session; symbols that have their first close after it have adjusted ones
                alone.
        """
        if self.all_known_on(as_of):
            return self
        later = {symbol: on for symbol, on in self._first_closes.items() if on > as_of}
        if not later:
            return self
        last = min(later.values()) - timedelta(days=1)

        def make() -> Market:
            blocks = without_closes(self.prices.blocks, later, last)
            return replace(self, prices=replace(self.prices, blocks=blocks))

        return latest(self.cached("kinds", dict), last, make, _MARKETS)

    def known_on(self, as_of: date, serving: frozenset[Holdings]) -> Market:
        """This market with its lines followed as they were known on a session.

        A rename that only a later file tells, a ticker that only later closes show to be
        another company's: neither moves an answer for an earlier session. Where nothing that
        became known later bears on a line it is this very market.

        Args:
            as_of: the session.
            serving: files dated after it that the answer depends on.
        """
        if self.all_known_on(as_of):
            return self
        market, until, last = self, date.max, self.line_tickers.until(as_of)
        while last < until:
            # of two sessions with no turn between them no more was known on the one
            until, key = last, (last, serving)
            make = partial(self._known_on, *key)
            market = latest(self.cached("known", dict), key, make, _MARKETS)
            # under their tickers of the time lines may have prices that a later file tells of
            last = market.line_tickers.until_told(as_of)
        return market

    def _known_on(self, last: date, serving: frozenset[Holdings]) -> Market:
        holdings = {
            fund: tuple(f for f in files if self.session(f.as_of) <= last or f in serving)
            for fund, files in self.holdings.items()
        }
        tickers = self.line_tickers.known_on(last, self.prices.blocks, holdings, self.reference)
        market = replace(self)
        if tickers.file_closes.same_until(self.line_tickers.file_closes, last) and self._same_bars(
            tickers, holdings, last
        ):
            # what is laid out of the bars serves both
            tickers = replace(tickers, bars=self.bars)
            for name in {"_of_bars", *_OF_BARS} & vars(self).keys():
                vars(market)[name] = vars(self)[name]
        vars(market)["line_tickers"] = tickers
        files = tuple(chain.from_iterable(holdings.values()))
        vars(market).update(_by_now=self.line_tickers, _files_then=files)
        return market

    def _same_bars(
        self, tickers: LineTickers, holdings: Mapping[str, tuple[Holdings, ...]], last: date
    ) -> bool:
        """Whether lines of files have the same bars up to a session under other tickers."""
        edited = self.line_tickers.edited | tickers.edited
        files = [file for of_fund in holdings.values() for file in of_fund]
        lines = (tickers.lines(file, self.session(file.as_of)) for file in files)
        joining = set(map(tickers.symbol, (change.symbol for change in self.announced)))
        used = edited & joining.union(*lines)
        return all(same_bars(self.bars, tickers.bars, symbol, last) for symbol in used)

    @property
    def bars(self) -> tuple[Block, ...]:
        """The bars as lines are followed by them.

        Closes of a renamed line stand under one symbol, those of a ticker that another company
        took over under two, and a file's price for its session where no close is available.
        """
        return self.line_tickers.bars

    @cached_property
    def through(self) -> Mapping[str, date]:
        """Symbol -> the session up to which the vendor's answer is known to go."""
        through = dict(self.prices.through)
        for symbol, ends in self.line_tickers.ends.items():
            through |= {name: max(through.get(symbol, last), last) for name, last in ends.items()}
        return through

    @cached_property
    def years(self) -> Mapping[int, Block]:
        """Year -> its block."""
        return {block.year: block for block in self.bars}

    @cached_property
    def last_close(self) -> Mapping[str, date]:
        """Symbol -> its last session with a close (or adjusted close)."""
        dates: dict[str, date] = {}
        for block in reversed(self.bars):
            new = [place for place, symbol in enumerate(block.symbols) if symbol not in dates]
            columns = np.array(new, np.intp)
            # nearly every line has a close on the very last session
            for rows in (slice(-1, None), slice(None)):
                closed = np.isfinite(block.close[rows, columns])
                if block.adj_close is not None:
                    closed |= np.isfinite(block.adj_close[rows, columns])
                has_close = closed.any(axis=0)
                days = block.sessions[rows][::-1][closed[::-1].argmax(axis=0)[has_close]].tolist()
                symbols = map(block.symbols.__getitem__, columns[has_close].tolist())
                dates |= dict(zip(symbols, days, strict=True))
                columns = columns[~has_close]
        return dates

    def symbol(self, listed: str) -> str:
        """The symbol whose closes a listed line is followed by.

        A renamed line is followed under the symbol whose closes run latest; of several, or
        without closes, under its newest.
        """
        return self.line_tickers.symbol(listed)

    def line(self, name: str) -> str:
        """The symbol of the line that a person names, by its ticker of the time or a later one.

        Unlike `symbol` it knows renames that only a later file tells; they move no number.
        """
        symbol = self.symbol(name)
        company = self._by_now.company.get(name) if self._by_now is not None else None
        if company is None or symbol in self._listed_then:
            return symbol
        newest_first = sorted(company.tickers, key=company.tickers.__getitem__, reverse=True)
        symbols = map(self.symbol, newest_first)
        return next((one for one in symbols if one in self._listed_then), symbol)

    @cached_property
    def _listed_then(self) -> frozenset[str]:
        """The symbols of all lines of the files that were known."""
        return frozenset().union(*map(self.lines, self._files_then))

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        """The themes, each name under the symbol its closes are followed by."""
        return tuple(
            replace(theme, symbols=tuple(dict.fromkeys(map(self.line, theme.symbols))))
            for theme in self.reference.themes
        )

    def lines(self, file: Holdings) -> tuple[str, ...]:
        """(N,) the symbols a holdings file's lines are followed by, cached."""
        session = self.session(file.as_of)
        return self.cached((file, "lines"), lambda: self.line_tickers.lines(file, session))

    @cached_property
    def register(self) -> Register:
        """The lines of all holdings files by number.

        It is this market's alone: what depends on more than files and bars is kept under it.
        """
        files = chain.from_iterable(self.holdings.values())
        joining = (self.symbol(change.symbol) for change in self.announced)
        return register([(file, self.lines(file)) for file in files], joining)

    def rows(self, file: Holdings) -> IntArray:
        """(N,) numbers of a file's lines; cached for files made from a stored one."""
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
            columns = map(matrix.column.get, self.register.symbols.tolist(), repeat(-1))
            return np.fromiter(columns, np.intp, len(self.register))

        return self.cached((self.register, matrix), find)

    def position(self, value: date) -> int:
        """Place of the last exchange session on or before a date."""
        place = self._positions.get(value)
        if place is None:
            place = int(self.reference.sessions.searchsorted(day(value), side="right")) - 1
            self._positions[value] = place
        return place

    @cached_property
    def _positions(self) -> dict[date, int]:
        """Date -> its `position`, as far as it was requested: the same few dates every time."""
        return {}

    def session(self, value: date) -> date:
        """The last exchange session on or before a date; the date itself before the first.

        A day that turned out to be none (`closures`) is none here either.
        """
        session = self._session_of.get(value)
        if session is None:
            session = self._session_of[value] = last_on_or_before(self._sessions, value) or value
        return session

    @cached_property
    def _session_of(self) -> dict[date, date]:
        """Date -> its `session`, as far as it was requested."""
        return {}

    @cached_property
    def closures(self) -> Dates:
        """(K,) days that the calendar calls sessions and nothing available has a close of."""
        return closures(self.reference.sessions, self.prices.blocks)

    def stray_day(self, session: date) -> StrayDay | None:
        """Describe a session on which only a few symbols have closes; None where most have one."""
        return self.cached(("stray day", session), lambda: stray_day(self.prices, session))

    @cached_property
    def _sessions(self) -> Dates:
        """(T,) the calendar's sessions without `closures`."""
        calendar = self.reference.sessions
        if not len(self.closures):
            return calendar
        return np.setdiff1d(calendar, self.closures, assume_unique=True)

    def session_before(self, value: date) -> date | None:
        """The exchange session before the one of a date; None before the first."""
        place = self.position(value) - 1
        return pydate(self.reference.sessions[place]) if place >= 0 else None

    def matrix(self, years: Iterable[int], symbols: tuple[str, ...] | None = None) -> Matrix | None:
        """The bars of some years side by side; None where none of them is available.

        Args:
            years: calendar years.
            symbols: the columns; None for all symbols, of which the latest layouts are kept.
        """
        stored_years = tuple(sorted(set(years) & set(self.years)))
        if not stored_years:
            return None
        blocks = [self.years[year] for year in stored_years]
        files, sessions = self.line_tickers.file_closes, self.reference.sessions
        if symbols is not None:
            return stack(blocks, sessions, files, symbols)
        layouts, markets = self._layouts()
        if stored_years not in layouts and len(layouts) >= _LAYOUTS:
            # what is worked out of a layout goes with it: years of dates do not add up
            for market in filter(None, [reference() for reference in markets.valuerefs()]):
                market._cache.clear()
            self._of_bars.clear()
            layouts, markets = self._layouts()
        layouts.add(stored_years)
        markets[id(self)] = self
        return self.cached_of_bars(stored_years, lambda: stack(blocks, sessions, files))

    def _layouts(self) -> tuple[set[tuple[int, ...]], WeakValueDictionary[int, Market]]:
        """The years of the cached layouts, and the markets with these bars that use any."""
        return self.cached_of_bars("layouts", lambda: (set(), WeakValueDictionary()))

    @cached_property
    def _splits(self) -> Splits:
        return splits_of(self.bars)

    def splits_since(self, matrix: Matrix, session: date) -> FloatArray:
        """(N,) product of the split factors on record after a session, by a matrix's columns."""
        return self._splits.since(session, matrix.column)

    def split_since(self, symbol: str, session: date) -> float:
        """Product of one symbol's split factors on record after a session."""
        return float(self._splits.since(session, {symbol: 0})[0])

    def series(self, symbol: str) -> Series | None:
        """One symbol's closes over every available year, cached; None where none is available."""
        return self.cached_of_bars(symbol, lambda: self._make_series(symbol))

    def _make_series(self, symbol: str) -> Series | None:
        columns = [(block, block.column[symbol]) for block in self.bars if symbol in block.column]
        return series_of(columns, self.reference.sessions) if columns else None
