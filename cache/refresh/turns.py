"""Lines whose older closes are requested too, in rotation; pure.

A day's closes are requested with a few sessions before them. What a vendor corrects further back
would never be seen, so each line is requested from its first stored close once in twenty sessions,
where that is no further request. What has changed there is found as in any answer.

Closes that come for twenty symbols at once carry neither dividends nor splits. A split shows by
the closes before it, which change; a dividend does not. So each line is requested by itself once
in five sessions, and around the day on which its next dividend is expected.
"""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import day, pydate

if TYPE_CHECKING:
    from core.data.frames import Dates, Prices

#: Sessions within which each line has its turn.
TURNS: Final = 5
#: Sessions within which all closes of each line are compared once. A multiple of `TURNS`: the
#: line is requested by itself on that day anyway.
COMPARED: Final = 20
#: A dividend may come so long before or after the day that the last two make one expect.
AROUND: Final = timedelta(days=6)
#: Gaps between two dividends that say something of the next.
_SHORTEST, _LONGEST = timedelta(days=20), timedelta(days=400)


def expected(prices: Prices) -> dict[str, date]:
    """Symbol -> the day on which its next dividend is expected, by the last two stored."""
    last: dict[str, date] = {}
    gap: dict[str, timedelta] = {}
    for block in prices.blocks[-3:]:
        order = np.argsort(block.dividend.row, kind="stable")
        for row, col in zip(
            block.dividend.row[order].tolist(), block.dividend.col[order].tolist(), strict=True
        ):
            symbol, when = block.symbols[col], pydate(block.sessions[row])
            if symbol in last:
                gap[symbol] = when - last[symbol]
            last[symbol] = when
    return {
        symbol: last[symbol] + one for symbol, one in gap.items() if _SHORTEST <= one <= _LONGEST
    }


def due(symbol: str, first: date, last: date, sessions: Dates, next_paid: date | None) -> bool:
    """Whether a line is requested by itself.

    Args:
        symbol: whose turn it may be.
        first: the first session that is new.
        last: the last one.
        sessions: of the exchange.
        next_paid: when its next dividend is expected, None where nothing makes one expect it.
    """
    if next_paid is not None and first - AROUND <= next_paid <= last + AROUND:
        return True
    return has_turn(symbol, first, last, sessions, TURNS)


def has_turn(symbol: str, first: date, last: date, sessions: Dates, every: int) -> bool:
    """Whether a line's turn is on one of some sessions: each has one in so many."""
    start, end = (int(np.searchsorted(sessions, day(when))) for when in (first, last))
    turn = zlib.crc32(symbol.encode()) % every
    return any(place % every == turn for place in range(start, end + 1))
