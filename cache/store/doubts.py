"""Doubtful prices before a merge: a session repeated, a dividend without a fall, a long gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.store.stored_values import stored_values
from core.data.dividends import unbelievable
from core.data.frames import pydate
from core.data.takeovers import GAP

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from cache.store.bars import Bars
    from core.data.frames import Dates, Prices

#: Symbols that must repeat a close, and the part of all, before a session is called repeated.
REPEATED, REPEATED_PART = 10, 0.5
#: Without a price for longer, a symbol may have become another company's.
LONG_GAP: Final = np.timedelta64(100, "D")
NO_SESSIONS: Final = np.zeros(0, "datetime64[D]")


def repeated_session(bars: Bars) -> str:
    """A sentence about a session on which most symbols repeat the close before, or ""."""
    if bars.close is None or len(bars.symbols) < REPEATED:
        return ""
    order = bars.ordered()
    order = order[~np.isnan(bars.close[order])]
    if len(order) < 2:
        return ""
    symbol, close = bars.symbol[order], bars.close[order]
    follows = symbol[1:] == symbol[:-1]
    days = bars.session[order][1:].astype(np.int64)
    first = int(days.min())
    at = days - first
    has_closes = np.bincount(at) > 0
    count = np.bincount(at[follows], minlength=len(has_closes))
    repeats = np.bincount(at[follows & (close[1:] == close[:-1])], minlength=len(has_closes))
    wrong = (count >= REPEATED) & (repeats > REPEATED_PART * count)
    # A market that never moves is somebody's example, and tells nothing.
    if not wrong.any() or wrong[has_closes].all():
        return ""
    where = int(np.argmax(wrong))
    return (
        f"{int(repeats[where]):,} of {int(count[where]):,} symbols repeat the close before on"
        f" {np.datetime64(first + where, 'D')}: refused as a whole; --accept takes it as it is"
    )


def doubtful_dividends(prices: Prices, bars: Bars) -> list[str]:
    """Sentences on dividends above a fifth of the close without a fall to match."""
    paid, close = bars.dividend, bars.close
    if paid is None or close is None:
        return []
    order = bars.ordered()
    notes = []
    for at in np.flatnonzero(paid[order] > 0).tolist():
        row = int(order[at])
        before = int(order[at - 1]) if at else -1
        if before < 0 or bars.symbol[before] != bars.symbol[row]:
            previous = _close_before(prices, bars.symbols[bars.symbol[row]], bars.session[row])
        else:
            previous = float(close[before])
        cash, after = float(paid[row]), float(close[row])
        if np.isfinite(after) and unbelievable(cash, previous, after):
            notes.append(
                f"dividend of {cash:g} of {bars.symbols[bars.symbol[row]]} on {bars.session[row]}"
                f" is doubtful, not counted: its close went from {previous:g} to {after:g}"
            )
    return notes


def _close_before(prices: Prices, symbol: str, session: np.datetime64) -> float:
    """The last stored close of a symbol before a session, NaN where none."""
    days, closes = stored_values(prices, symbol, "close")
    place = int(np.searchsorted(days, session))
    return float(closes[place - 1]) if place else float("nan")


def long_gaps(
    priced_sessions: Dates, traded: Callable[[], Dates], stored: Dates = NO_SESSIONS
) -> list[tuple[date, date]]:
    """The quarters without a price of a symbol, at an end of which a file has one.

    Args:
        priced_sessions: (K,) sessions with a price in the file, ascending.
        traded: returns (T,) sessions with a price of any symbol, ascending.
        stored: (H,) sessions with a price in the store, ascending.

    Returns:
        The sessions before and after each gap in which others were traded on more than `GAP`.
    """
    if not len(priced_sessions):
        return []
    first = max(int(np.searchsorted(stored, priced_sessions[0])) - 1, 0)
    near = stored[first : np.searchsorted(stored, priced_sessions[-1], "right") + 1]
    if not (np.diff(np.concatenate([near[:1], priced_sessions, near[-1:]])) > LONG_GAP).any():
        return []
    days = np.union1d(near, priced_sessions)
    before, after = days[:-1], days[1:]
    others = np.searchsorted(traded(), after) - np.searchsorted(traded(), before, "right")
    new = ~(np.isin(before, stored) & np.isin(after, stored))
    gaps = (after - before > LONG_GAP) & (others > GAP) & new
    return [(pydate(days[at]), pydate(days[at + 1])) for at in np.flatnonzero(gaps).tolist()]
