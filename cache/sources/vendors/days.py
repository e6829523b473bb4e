"""A vendor that answers for a session of the whole market at once, and for a symbol's history.

The last sessions of thousands of symbols are a few requests; a history is requested by its symbol,
unless so many are wanted that the days of the market cost less.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from cache.facts.sessions import sessions
from cache.refresh.ask import ask_groups
from cache.refresh.gate import Answer
from cache.sources.vendors.as_traded import Bar, DeclaredEvents, VendorHistory, answer_of
from cache.sources.vendors.day_cache import KEPT_BEYOND, DayCache
from cache.sources.vendors.keyed_source import KeyedSource, StoppedError, VendorError
from core.data.frames import day

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.sources.vendors.registry import SourceSettings

#: Part of the wanted symbols that a session must have before it counts as having come.
COMPLETE: Final = 0.8
#: Failures in a row, one symbol after the other, after which nothing further is asked.
IN_A_ROW: Final = 5


class DayVendor(KeyedSource, ABC):
    """A source of prices with requests for days and for histories.

    Attributes:
        volume_adjusted: its volumes are on the basis of the last split already.
    """

    volume_adjusted: ClassVar[bool] = False

    def __init__(self, settings: SourceSettings, *, timeout: float = 30.0, pause: float = 2.0):
        """Prepare the source, as `KeyedSource`; no request is sent yet."""
        super().__init__(settings, timeout=timeout, pause=pause)
        self._private = settings.private / f"{settings.vendor.key}-days"
        #: Told how far the asking has come, between two answers.
        self.report: Callable[[str], None] = lambda sentence: None

    # What a vendor's file says

    @abstractmethod
    def spelled(self, symbol: str) -> str:
        """A symbol as the vendor spells it, "" for what it cannot have."""

    @abstractmethod
    def day(self, when: date) -> Mapping[str, Bar]:
        """Close and volume of every symbol of a session, by the vendor's spelling."""

    @abstractmethod
    def events(self, days: Sequence[date]) -> DeclaredEvents:
        """Splits and dividends of every symbol on some sessions and between them."""

    @abstractmethod
    def history(self, symbol: str, first: date, last: date) -> VendorHistory:
        """The bars and events of one symbol, by the vendor's spelling."""

    # The asking

    def closes_on(self, when: date, symbols: Sequence[str]) -> dict[str, float]:
        """Closes of some symbols on a session, as they were traded; {} where it fails."""
        try:
            market = self.day(when)
        except (VendorError, StoppedError):
            return {}
        names = {symbol: self.spelled(symbol) for symbol in symbols}
        return {symbol: market[name][0] for symbol, name in names.items() if name in market}

    def answers(self, asks: Sequence[Ask], now: datetime, final: date) -> Iterator[Answer]:
        """The answers, by days of the market or by symbols, whichever costs less."""
        spelled = {ask.symbol: self.spelled(ask.symbol) for ask in asks}
        for ask in asks:
            if not spelled[ask.symbol]:
                yield self.unknown(ask, final)
        spelled_asks = [ask for ask in asks if spelled[ask.symbol]]
        for group in ask_groups(spelled_asks, final):
            days = self._days(group, final)
            if self.vendor.by_days(len(days), len(group)):
                yield from self._by_days(group, days, spelled, now, final)
            else:
                yield from self._by_symbols(group, spelled, now, final)

    def _days(self, asks: Sequence[Ask], final: date) -> list[date]:
        """The sessions that some asks need.

        A piece begins after the last stored close; once a week it takes that one too, so that what
        the vendor has corrected since is seen.
        """
        calendar = sessions()
        dates: set[date] = set()
        for ask in {(a.start, a.end, a.whole) for a in asks}:
            start, end, whole = ask
            first = int(np.searchsorted(calendar, day(start), side="left" if whole else "right"))
            last = int(np.searchsorted(calendar, day(min(end, final)), side="right"))
            days = calendar[first:last].tolist()
            if days and not whole and days[0].isocalendar()[:2] != start.isocalendar()[:2]:
                days.insert(0, start)
            dates.update(days)
        return sorted(dates)

    def _by_days(
        self,
        asks: Sequence[Ask],
        days: Sequence[date],
        spelled: Mapping[str, str],
        now: datetime,
        final: date,
    ) -> Iterator[Answer]:
        column = {name: n for n, name in enumerate({spelled[ask.symbol] for ask in asks})}
        day_cache = DayCache(self._private if len(days) > KEPT_BEYOND else None, now)
        # (T, N) close and volume, NaN without a bar: years of thousands of lines fit so
        close, volume = (np.full((len(days), len(column)), np.nan) for _ in range(2))
        days_with_data = 0
        for row, when in enumerate(days):
            market = day_cache.day(when, self.day)
            self.report(f"{self.name}'s market of {when}")
            days_with_data += bool(market)
            for name in column.keys() & market.keys():
                close[row, column[name]], volume[row, column[name]] = market[name]
        events = self.events(days) if days_with_data else DeclaredEvents()
        newest = np.count_nonzero(~np.isnan(close[-1])) if days else 0
        complete = days_with_data == len(days) and newest >= COMPLETE * len(column)
        for ask in asks:
            name = spelled[ask.symbol]
            rows = zip(days, close[:, column[name]], volume[:, column[name]], strict=True)
            dated_bars = {
                when: (float(price), float(shares))
                for when, price, shares in rows
                if when >= ask.start and not np.isnan(price)
            }
            if not dated_bars and not ask.whole:
                # Where the market came, this line did not trade; perhaps it has ended.
                yield Answer(ask, through=final if complete else ask.start)
                continue
            yield self._answer(ask, events.history(name, dated_bars), now)
        day_cache.clear()

    def _by_symbols(
        self, asks: Sequence[Ask], spelled: Mapping[str, str], now: datetime, final: date
    ) -> Iterator[Answer]:
        failures = 0
        for ask in asks:
            try:
                history = self.history(spelled[ask.symbol], ask.start, min(ask.end, final))
            except VendorError as error:
                failures += error.kind == "try_again"
                if error.halts or failures >= IN_A_ROW:
                    raise
                yield self.failed(ask, error, final, unasked=False)
                continue
            failures = 0
            yield self._answer(ask, history, now)

    def _answer(self, ask: Ask, history: VendorHistory, now: datetime) -> Answer:
        volume_adjusted = self.volume_adjusted
        return answer_of(ask, history, vendor=self.name, now=now, volume_adjusted=volume_adjusted)
