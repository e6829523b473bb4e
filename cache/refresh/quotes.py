"""Today's quotes: which are accepted, and the market with a provisional bar of today on top.

Quotes live in memory alone: nothing here writes, and a bar made of a quote is provisional.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.sessions import NEW_YORK, OPEN, closes_at, session_before, sessions
from cache.store.bars import Bars
from cache.store.merge import merge
from core.data.frames import JUMP, Prices, day, pydate
from core.data.record import record

#: A quote may lie this far ahead of this machine's clock.
AHEAD: Final = timedelta(minutes=2)
#: The close that a quote's change counts from may be this far (relative) off the stored close
#: of the session before; further off, the two are on different bases.
BASIS: Final = 0.02
SOURCE: Final = "Yahoo live quotes"


@record(frozen=True, slots=True)
class Close:
    """The last stored final close of a symbol."""

    session: date
    price: float


def open_session(now: datetime) -> date | None:
    """The session that is open now, None where the exchange is closed."""
    today = now.astimezone(NEW_YORK).date()
    at = int(np.searchsorted(sessions(), day(today)))
    if at == len(sessions()) or sessions()[at] != day(today):
        return None
    return today if _opens(today) <= now < closes_at(today) else None


def closed(now: datetime) -> str:
    """One sentence on why there are no quotes now, and when there will be."""
    ahead = [pydate(s) for s in sessions()[sessions() >= day(now.astimezone(NEW_YORK).date())][:2]]
    following = next((session for session in ahead if now < _opens(session)), None)
    if following is None:
        return "the exchange is closed"
    return f"the exchange is closed; the next session opens on {following:%A %-d %B} at 9:30 ET"


def _opens(session: date) -> datetime:
    return datetime.combine(session, OPEN, NEW_YORK).astimezone(UTC)


def last_closes(prices: Prices, symbols: Iterable[str], session: date) -> dict[str, Close]:
    """Return each symbol's last stored close before a session."""
    names = set(symbols)
    closes: dict[str, Close] = {}
    for block in prices.blocks:
        before = block.sessions < day(session)
        usable = np.isfinite(block.close) & before[:, None]
        row = len(usable) - 1 - usable[::-1].argmax(axis=0)
        for column in np.flatnonzero(usable.any(axis=0)).tolist():
            if (symbol := block.symbols[column]) in names:
                at = int(row[column])
                closes[symbol] = Close(pydate(block.sessions[at]), float(block.close[at, column]))
    return closes


class Gate:
    """Accepts quotes of one session, and has the newest of each symbol.

    Attributes:
        session: the session that quotes are taken of.
        refused: symbol -> why its last quote did not pass.
    """

    def __init__(self, session: date, closes: Mapping[str, Close], symbols: Iterable[str]) -> None:
        """Start without quotes; the closes are those of `last_closes`."""
        self.session = session
        self.refused: dict[str, str] = {}
        self._symbols = frozenset(symbols)
        self._closes = closes
        self._from, self._to = _opens(session), closes_at(session)
        self._before = session_before(session)
        self._newest: dict[str, tuple[float, datetime]] = {}
        self._fresh: set[str] = set()

    @property
    def quoted(self) -> int:
        """How many symbols have a quote of the session."""
        return len(self._newest)

    def take(self, fields: Mapping[str, Any], now: datetime) -> bool:
        """Return whether a quote is accepted; the reason is recorded where it is not.

        A quote from outside the session's hours, or older than the newest one, is ignored:
        that is no fault.

        Args:
            fields: Yahoo's PricingData: id, price, time (milliseconds), currency, change.
            now: the time.
        """
        symbol = fields.get("id")
        if not isinstance(symbol, str) or symbol not in self._symbols:
            self.refused["?"] = f"{clean(str(symbol), 16)!r} was not requested"
            return False
        price, at = _number(fields.get("price")), _time(fields.get("time"))
        wrong = self._wrong(symbol, price, at, fields, now)
        if wrong:
            self.refused[symbol] = wrong
            return False
        if not self._from <= at < self._to:
            return False
        newest = self._newest.get(symbol)
        if newest is not None and at < newest[1]:
            return False
        self.refused.pop(symbol, None)
        if newest is None or newest[0] != price:
            self._fresh.add(symbol)
        self._newest[symbol] = (price, at)
        return True

    def drain(self) -> dict[str, float]:
        """Return symbol -> price of what changed since the last call."""
        fresh = {symbol: self._newest[symbol][0] for symbol in sorted(self._fresh)}
        self._fresh.clear()
        return fresh

    def _wrong(
        self, symbol: str, price: float, at: datetime, fields: Mapping[str, Any], now: datetime
    ) -> str:
        if not (math.isfinite(price) and price > 0):
            return "its price is not positive"
        if fields.get("currency", "USD") != "USD":
            return f"is quoted in {clean(str(fields['currency']), 8)!r}, not in dollars"
        if at > now + AHEAD:
            return "its time is in the future"
        close = self._closes.get(symbol)
        if close is None:
            return ""
        ratio = price / close.price
        if not 1 / JUMP <= ratio <= JUMP:
            return f"moves {ratio:.3g}-fold from the close of {close.session}"
        change = _number(fields.get("change"))
        if close.session == self._before and math.isfinite(change):
            counted = price - change
            if abs(counted / close.price - 1) > BASIS:
                return (
                    f"counts its change from {counted:,.2f}, not from the close of"
                    f" {close.session}, {close.price:,.2f}: a split, or a close to refresh"
                )
        return ""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return math.nan
    return float(value)


def _time(value: object) -> datetime:
    """Parse a time in milliseconds, a number or text; the epoch where it is neither."""
    try:
        return datetime.fromtimestamp(int(str(value)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.min.replace(tzinfo=UTC)


def overlay(prices: Prices, quotes: Mapping[str, float], session: date, at: datetime) -> Prices:
    """Prices with a provisional bar of a session for each symbol that has a quote.

    A line without a quote keeps its last close. What the store has of the session itself, from a
    refresh during it, stays where no quote is newer.
    """
    known_symbols = {symbol for block in prices.blocks for symbol in block.symbols}
    final = {symbol for symbol, through in prices.through.items() if through >= session}
    symbols = tuple(sorted(quotes.keys() & known_symbols - final))
    if not symbols:
        return prices
    before = session_before(session)
    newest = max((prices.fetched_at[s] for s in symbols if s in prices.fetched_at), default=at)
    return merge(
        prices,
        Bars(
            symbols=symbols,
            symbol=np.arange(len(symbols)),
            session=np.full(len(symbols), day(session)),
            close=np.array([quotes[symbol] for symbol in symbols]),
            source=SOURCE,
            # Newer than all that is stored, also where this machine's clock was set back.
            fetched_at=max(at, newest),
            # A quote applies to no session: whatever was answered before stays the last.
            through={symbol: prices.through.get(symbol, before) for symbol in symbols},
            provisional=dict.fromkeys(symbols, session),
        ),
    )
