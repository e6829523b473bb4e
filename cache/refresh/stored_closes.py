"""The stored closes of each symbol, and whether an answer continues them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from cache.facts.vendors import fetched_names
from cache.store.stored_values import stored_values
from core.data.frames import (
    BoolArray,
    Dates,
    Events,
    FloatArray,
    IntArray,
    Prices,
    day,
    pydate,
    rows_in_both,
)
from core.data.latest import latest

if TYPE_CHECKING:
    from cache.refresh.gate import Answer

#: Two closes of one session further apart than this (relative) are different histories.
TOLERANCE: Final = 1e-6
#: A whole answer with fewer than this part of the stored closes does not replace them.
WHOLE_ENOUGH: Final = 0.9
#: Histories that are not read again: the closes, dividends and splits of the latest symbols.
_LATEST: Final = 12


class StoredCloses:
    """The stored closes of each symbol, read from the year blocks one symbol at a time."""

    def __init__(self, prices: Prices, vendors: frozenset[str] | None = None) -> None:
        """Read nothing yet.

        Args:
            prices: the stored data.
            vendors: the sources whose closes a refresh brought, None for those known.
        """
        self.vendors = fetched_names() if vendors is None else vendors
        self.prices = prices
        self._latest: dict[tuple[str, str], tuple[Dates, FloatArray]] = {}

    def closes(self, symbol: str) -> tuple[Dates, FloatArray]:
        """Return a symbol's stored sessions (K,) and closes (K,), ascending, none of them NaN."""
        make = partial(stored_values, self.prices, symbol, "close")
        return latest(self._latest, (symbol, "close"), make, _LATEST)

    def counts(self, days: Dates, symbols: Collection[str]) -> IntArray:
        """(K,) how many of some symbols have a stored close of each of some sessions."""
        counts = np.zeros(len(days), np.intp)
        for block in self.prices.blocks:
            rows, day_places = rows_in_both(block.sessions, days)
            places = [block.column[symbol] for symbol in symbols if symbol in block.column]
            counts[day_places] = np.isfinite(block.close[rows][:, places]).sum(axis=1)
        return counts

    def final_closes(self, symbol: str) -> tuple[Dates, FloatArray]:
        """Return `closes` without the close of an unfinished session."""
        days, closes = self.closes(symbol)
        unfinished = self.prices.provisional.get(symbol)
        if unfinished is None:
            return days, closes
        final = days != day(unfinished)
        return days[final], closes[final]

    def foreign(self, symbol: str, vendor: str) -> bool:
        """Whether the symbol has stored closes of another source than the vendor."""
        others = self._sources(symbol) - self.vendors - {vendor}
        return bool(others) and len(self.closes(symbol)[0]) > 0

    def of_another_vendor(self, symbol: str, vendor: str) -> bool:
        """Whether stored closes of a symbol are from another vendor, and from no file."""
        sources = self._sources(symbol)
        others = bool(sources - {vendor}) and sources <= self.vendors | {vendor}
        return others and len(self.closes(symbol)[0]) > 0

    def bars_before(self, symbol: str, first: date) -> dict[str, Any]:
        """The fields of an Answer, of a symbol's stored bars before a day."""
        rows: list[tuple[Any, ...]] = []
        for block in self.prices.blocks:
            stop = int(np.searchsorted(block.sessions, day(first)))
            if (column := block.column.get(symbol)) is None or not stop:
                continue
            close = block.close[:stop, column]
            volume = np.full(stop, np.nan) if block.volume is None else block.volume[:stop, column]
            dividend, split = np.zeros(stop), np.zeros(stop)
            for events, values in ((block.dividend, dividend), (block.split, split)):
                mine = (events.col == column) & (events.row < stop)
                values[events.row[mine]] = events.value[mine]
            has_value = ~np.isnan(close) | (dividend > 0) | (split > 0)
            fields = (block.sessions[:stop], close, volume, dividend, split)
            rows.append(tuple(values[has_value] for values in fields))
        names = ("session", "close", "volume", "dividend", "split")
        return {
            name: np.concatenate(values)
            for name, values in zip(names, zip(*rows, strict=True), strict=True)
        }

    def given_by(self, source: str, symbol: str, days: Dates) -> BoolArray:
        """(K,) whether a symbol's closes of some sessions came from a source."""
        newest = (date.max, self.prices.source.get(symbol, ""))
        runs = (*self.prices.origin.get(symbol, ()), newest)
        ends = np.array([last for last, _ in runs], "datetime64[D]")
        from_source = np.array([name == source for _, name in runs])
        return from_source[np.searchsorted(ends, days)]

    def first_adjusted(self, symbol: str) -> date | None:
        """The session of a symbol's first stored adjusted close, None where it has none."""
        days, _ = stored_values(self.prices, symbol, "adj_close")
        return pydate(days[0]) if len(days) else None

    def _sources(self, symbol: str) -> set[str]:
        runs = self.prices.origin.get(symbol)
        names = {source for _, source in runs} if runs else {self.prices.source.get(symbol)}
        return {name for name in names if name}

    def has_events(self, symbol: str) -> bool:
        """Whether the symbol has stored dividends, splits or adjusted closes."""
        for block in self.prices.blocks:
            if (column := block.column.get(symbol)) is None:
                continue
            adjusted = block.adj_close
            if adjusted is not None and not np.isnan(adjusted[:, column]).all():
                return True
            if (block.dividend.col == column).any() or (block.split.col == column).any():
                return True
        return False

    def dividends(self, symbol: str) -> tuple[Dates, FloatArray]:
        """Return the stored ex-dates (K,) and dividends (K,) of a symbol, ascending."""
        return self._events(symbol, "dividend")

    def splits(self, symbol: str) -> dict[date, float]:
        """Return effective date -> stored split factor."""
        days, factors = self._events(symbol, "split")
        return dict(zip(map(pydate, days), factors.tolist(), strict=True))

    def _events(self, symbol: str, name: Literal["dividend", "split"]) -> tuple[Dates, FloatArray]:
        """The sessions (K,) and values (K,) of a symbol's stored events, ascending."""
        return latest(
            self._latest, (symbol, name), partial(self._read_events, symbol, name), _LATEST
        )

    def _read_events(
        self, symbol: str, name: Literal["dividend", "split"]
    ) -> tuple[Dates, FloatArray]:
        days: list[Dates] = [np.zeros(0, "datetime64[D]")]
        values: list[FloatArray] = [np.zeros(0)]
        for block in self.prices.blocks:
            if (column := block.column.get(symbol)) is not None:
                events: Events = getattr(block, name)
                at = np.flatnonzero(events.col == column)
                at = at[np.argsort(events.row[at], kind="stable")]
                days.append(block.sessions[events.row[at]])
                values.append(events.value[at])
        return np.concatenate(days), np.concatenate(values)

    def final(self, symbol: str) -> date | None:
        """Return the last session with a stored final close, None where there is none."""
        unfinished = self.prices.provisional.get(symbol)
        for block in reversed(self.prices.blocks):
            if (column := block.column.get(symbol)) is None:
                continue
            days = block.sessions[~np.isnan(block.close[:, column])]
            if unfinished is not None:
                days = days[days < day(unfinished)]
            if len(days):
                return pydate(days[-1])
        return None

    def rewritten(self, answer: Answer, *, follows: bool = False) -> str:
        """Return why an answer does not continue the stored closes; "" where it does.

        Where it ``follows``, it may begin after the last stored close, with none in common.
        """
        symbol, session, close = answer.ask.symbol, answer.session, answer.close
        stored_splits = self.splits(symbol)
        for when, factor in answer.splits().items():
            # 1e-3: vendors write 3:2 as 1.5 or 1.499999.
            if abs(stored_splits.get(when, 0.0) - factor) > 1e-3 * factor:
                return f"a new split on {when}"
        days, closes = self.closes(symbol)
        final = self.final(symbol)
        if final is None:
            return ""
        days, closes = days[days <= day(final)], closes[days <= day(final)]
        mine, theirs = rows_in_both(days, session)
        both = ~np.isnan(close[theirs])
        if not both.any():
            if follows and not (session[~np.isnan(close)] <= day(final)).any():
                return ""
            return "the answer has no session in common with the closes in the store"
        off = np.abs(close[theirs] / closes[mine] - 1.0) > TOLERANCE
        if (off & both).any():
            return f"its close of {days[mine][off & both][0]} has changed"
        return ""

    def shrunk(self, answer: Answer, vendor: str, since: date = date.min) -> str:
        """Return why a whole history must not replace the stored one; "" where it may.

        Stored closes from before ``since`` stay in any case.
        """
        days, _ = self.closes(answer.ask.symbol)
        count = int(np.count_nonzero(days >= day(since)))
        sessions = answer.session[~np.isnan(answer.close)]
        new_count = int(np.count_nonzero(sessions >= day(answer.ask.start)))
        if new_count < WHOLE_ENOUGH * count:
            return f"{vendor} gave {new_count} closes where there were {count}"
        # A clock that was set back asks for too little, and closes can come late.
        last = self.final(answer.ask.symbol)
        if answer.provisional is not None:
            sessions = sessions[sessions < day(answer.provisional)]
        if last is not None and not (sessions >= day(last)).any():
            return f"{vendor} gave no final close of {last}, which is in the store"
        return ""
