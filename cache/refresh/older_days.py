"""Older sessions of the whole market, compared in rotation with the stored ones.

Where a session of the market is one answer, a refresh asks for those that are new and sees nothing
of what the vendor corrects afterwards. So each is requested again a week later, half a year later
and every half year from then on. A line whose close has changed there is fetched anew whole.

A refresh takes the turns of all sessions since the one before, up to a week's: else who refreshes
on Fridays alone would never see four fifths of the history again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.refresh.ask import ask_groups
from cache.refresh.stored_closes import TOLERANCE
from core.data.frames import day

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.ask import Ask
    from cache.refresh.stored_closes import StoredCloses
    from core.data.frames import Dates

#: Sessions after which each is requested again: a week, and every half year.
WEEK: Final = 5
HALF_YEAR: Final = 125
#: A session counts where this part of the lines has a close on it.
PART: Final = 0.5
#: More lines than these are not fetched anew: it is the vendor's session that is odd.
MANY: Final = 20


def older_sessions(
    asks: Sequence[Ask],
    stored: StoredCloses,
    vendor: Vendor,
    sessions: Dates,
    final: date,
    since: date,
) -> tuple[date, ...]:
    """The older sessions since a day whose turn it is; none where lines are requested singly."""
    if not vendor.per_day:
        return ()
    groups = [group for group in ask_groups(asks, final) if not group[0].whole]
    if not groups:
        return ()
    symbols, starts = {ask.symbol for ask in groups[0]}, sorted(ask.start for ask in groups[0])
    # a line that lags behind says nothing of when the others were refreshed last
    edges = (starts[0], starts[len(starts) // 2], final)
    first, refreshed, last = (int(np.searchsorted(sessions, day(when))) for when in edges)
    if not vendor.by_days(last - first, len(symbols)):
        return ()
    places: set[int] = set()
    for new in range(max(refreshed, last - WEEK) + 1, last + 1):
        places.update(range(new % HALF_YEAR, new, HALF_YEAR), [new - WEEK])
    turns = sessions[[place for place in sorted(places) if 0 <= place < first]]
    turns = turns[turns >= day(since)]
    stored_on = stored.counts(turns, symbols) >= PART * len(symbols)
    return tuple(turns[stored_on].tolist())


def changed(
    stored: StoredCloses, vendor: Vendor, when: date, closes: Mapping[str, float]
) -> tuple[str, ...]:
    """Symbols whose close of a session differs from the stored one.

    Args:
        stored: the stored data; only what this vendor alone brought is compared.
        vendor: who answered.
        when: the session.
        closes: symbol -> its close as it was traded.
    """
    symbols = []
    for symbol, traded in closes.items():
        if stored.prices.sources_of(symbol) != vendor.name:
            continue
        days, values = stored.final_closes(symbol)
        row = int(np.searchsorted(days, day(when)))
        if row == len(days) or days[row] != day(when):
            continue
        later = math.prod(factor for on, factor in stored.splits(symbol).items() if on > when)
        if abs(traded / (float(values[row]) * later) - 1) > TOLERANCE:
            symbols.append(symbol)
    return tuple(symbols)
