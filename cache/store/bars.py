"""Bars: the one form in which every source passes prices to the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.errors import SourceError
from cache.facts.sessions import sessions
from core.data.errors import FrameError
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import BoolArray, Dates, FloatArray, IntArray

#: Fields of a row, in the order in which they are checked and merged.
MATRICES: Final = ("close", "adj_close", "volume")
EVENTS: Final = ("dividend", "split")


@record(frozen=True, eq=False, slots=True)
class Bars:
    """Prices as a source gave them: long form, K rows in any order.

    In each float field NaN means "this row does not say", and None that the source has no
    such column: the stored data stays. A dividend or split of 0 says "none on this day".

    Attributes:
        symbols: unique, Yahoo's spelling.
        symbol: (K,) int, position in ``symbols``.
        session: (K,) datetime64[D], exchange sessions.
        close: (K,) float64, split-adjusted price per share.
        adj_close: (K,) float64, split- and dividend-adjusted price per share.
        volume: (K,) float64, shares traded.
        dividend: (K,) float64, cash per share by ex-date, on the basis of ``close``.
        split: (K,) float64, split factor by effective date (4 means 4:1).
        source: where the rows came from, in a few words.
        fetched_at: when they were taken, with a time zone.
        through: symbol -> the last session the source's answer applies to; a symbol that has
            rows and is not named here is answered through the last of them.
        provisional: symbol -> the session of a bar taken before that session closed.
        replace: symbols whose whole history is replaced by these rows.
        failures: symbol -> why its request failed.
        disputed: symbol -> how these rows differ from stored closes of another source, which stay;
            "" where they no longer do.
    """

    symbols: tuple[str, ...]
    symbol: IntArray
    session: Dates
    close: FloatArray | None = None
    adj_close: FloatArray | None = None
    volume: FloatArray | None = None
    dividend: FloatArray | None = None
    split: FloatArray | None = None
    source: str = ""
    fetched_at: datetime = field(kw_only=True)
    through: Mapping[str, date] = field(default_factory=dict)
    provisional: Mapping[str, date] = field(default_factory=dict)
    replace: frozenset[str] = frozenset()
    failures: Mapping[str, str] = field(default_factory=dict)
    disputed: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.session)

    def check(self) -> None:
        """Refuse rows that cannot be stored.

        Raises:
            FrameError: shapes, positions or symbols are broken: the source's code is wrong.
            SourceError: a date, a price or a pair of rows is: the source's data is wrong.
        """
        self._check_shapes()
        self._check_sessions()
        for name in (*MATRICES, *EVENTS):
            values: FloatArray | None = getattr(self, name)
            if values is None:
                continue
            positive = name in ("close", "adj_close")
            wrong = (values <= 0 if positive else values < 0) | np.isinf(values)
            if wrong.any():
                row = int(np.argmax(wrong))
                right = "a positive number" if positive else "a number of 0 or more"
                raise self._wrong(row, f"{values[row]:g} is not {right}", column=name)
        self._check_replaced()

    def _check_shapes(self) -> None:
        size = len(self.session)
        for name in ("symbol", "session", *MATRICES, *EVENTS):
            values = getattr(self, name)
            if values is not None and values.shape != (size,):
                raise FrameError(f"{name} of the bars has shape {values.shape}, not ({size},)")
        if self.session.dtype != np.dtype("datetime64[D]"):
            raise FrameError(f"sessions of the bars are {self.session.dtype}, not datetime64[D]")
        if not np.issubdtype(self.symbol.dtype, np.integer):
            raise FrameError(
                f"positions of the bars' symbols are {self.symbol.dtype}, not integers"
            )
        if size and (self.symbol.min() < 0 or self.symbol.max() >= len(self.symbols)):
            raise FrameError("a bar points outside the symbols of its source")
        if len(set(self.symbols)) != len(self.symbols):
            raise FrameError("a symbol appears twice among the symbols of the bars")
        all_symbols = (*self.symbols, *self.through, *self.failures)
        if odd := [s for s in all_symbols if not s or not s.isprintable() or " " in s]:
            raise FrameError(f"{odd[0]!r} is no symbol; one has neither blanks nor controls")
        if self.fetched_at.tzinfo is None:
            raise FrameError("the time at which bars were taken needs a time zone")

    def _check_sessions(self) -> None:
        if not len(self.session):
            return
        first, open_on = _open_days()
        days = self.session.astype(np.int64) - first
        inside = (days >= 0) & (days < len(open_on))
        valid = inside & open_on[np.where(inside, days, 0)]
        if not valid.all():
            row = int(np.argmin(valid))
            raise self._wrong(row, "the exchange has no session on this day", column="date")
        key = self.symbol.astype(np.int64) * len(open_on) + days
        if (key[1:] > key[:-1]).all():
            return  # in order, as files mostly are
        ordered = np.sort(key)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(twice):
            row = int(np.argmax(key == twice[0]))
            raise self._wrong(row, "this day is given twice; one row a symbol and day is right")

    def _check_replaced(self) -> None:
        if not self.replace:
            return
        priced = {self.symbols[i] for i in np.unique(self.symbol[self.priced()])}
        if missing := sorted(self.replace - priced):
            raise SourceError(
                "its history is to be replaced, but no price came for it",
                file=self.source or None,
                symbol=missing[0],
            )

    def ordered(self) -> IntArray:
        """(K,) positions of the rows by symbol and session."""
        return in_order(self.symbol, self.session)

    def priced(self) -> BoolArray:
        """(K,) bool, rows that give a close or an adjusted close."""
        result = np.zeros(len(self.session), np.bool_)
        for values in (self.close, self.adj_close):
            if values is not None:
                result |= ~np.isnan(values)
        return result

    def _wrong(self, row: int, reason: str, *, column: str | None = None) -> SourceError:
        symbol = self.symbols[int(self.symbol[row])]
        return SourceError(
            f"on {self.session[row]}: {reason}",
            file=self.source or None,
            column=column,
            symbol=symbol,
        )


@cache
def _open_days() -> tuple[int, BoolArray]:
    """The first session as a day number, and (D,) bool, each day from it on: is it a session?

    A table by calendar day is ten times faster than searching each row.
    """
    session_days = sessions().astype(np.int64)
    first = int(session_days[0])
    open_on = np.zeros(session_days[-1] - first + 1, np.bool_)
    open_on[session_days - first] = True
    return first, open_on


def in_order(symbol: IntArray, session: Dates) -> IntArray:
    """(K,) positions of rows by symbol and session; files mostly have them so already."""
    same, later = symbol[1:] == symbol[:-1], session[1:] >= session[:-1]
    if np.all((symbol[1:] > symbol[:-1]) | (same & later)):
        return np.arange(len(symbol))
    return np.lexsort((session, symbol))
