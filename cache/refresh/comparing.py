"""Compare stored closes with another source's: where the two differ; nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.sessions import last_final, sessions
from cache.refresh.ask import Ask
from cache.refresh.stored_closes import StoredCloses
from core.data.frames import day, pydate, rows_in_both
from core.data.record import record

if TYPE_CHECKING:
    from cache.refresh.sources import PriceSource
    from core.data.frames import Prices

#: Newest sessions that are compared.
SESSIONS: Final = 5
#: Closes further apart than this, relative, disagree.
LIMIT: Final = 1e-3


@record(frozen=True, slots=True)
class Disagreement:
    """A symbol of which the two give different closes.

    Attributes:
        symbol: whose closes.
        session: the session on which they lie furthest apart.
        stored: the stored close, split-adjusted, per share.
        source: whose it is.
        other: the other source's.
        sessions: on how many of the compared sessions they disagree.
    """

    symbol: str
    session: date
    stored: float
    source: str
    other: float
    sessions: int

    @property
    def relative(self) -> float:
        """How far the other close lies above the stored one, a fraction."""
        return self.other / self.stored - 1


@dataclass(slots=True)
class Comparing:
    """The result of comparing two sources.

    Attributes:
        compared: symbols of which both gave closes of a session.
        closes: closes that were compared.
        disagree: those that differ by more than `LIMIT`, the furthest apart first.
        failed: symbol -> why it could not be compared.
    """

    compared: int = 0
    closes: int = 0
    disagree: list[Disagreement] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def compare_sources(
    stored: Prices,
    symbols: Sequence[str],
    source: PriceSource,
    now: datetime,
) -> Comparing:
    """Compare the newest sessions of some symbols at a source with the store; nothing is saved."""
    stored_closes, result = StoredCloses(stored), Comparing()
    final = last_final(now)
    start, first = _range(final)
    asks = []
    for symbol in symbols:
        days, _ = stored_closes.final_closes(symbol)
        if (days >= day(first)).any():
            asks.append(Ask(symbol, start, final, whole=False))
        else:
            result.failed[symbol] = f"no close since {first} is stored"
    for answer in source.fetch(asks, now=now):
        symbol = answer.ask.symbol
        if answer.kind:
            result.failed[symbol] = answer.reason
            continue
        days, closes = stored_closes.final_closes(symbol)
        has_close = ~np.isnan(answer.close) & (answer.session >= day(first))
        mine, theirs = rows_in_both(days, answer.session[has_close])
        if not len(mine):
            result.failed[symbol] = f"{source.name} gave no close of a stored session"
            continue
        result.compared += 1
        result.closes += len(mine)
        ours, other = closes[mine], answer.close[has_close][theirs]
        differences = np.abs(other / ours - 1)
        if (differences > LIMIT).any():
            worst = int(np.argmax(differences))
            when = pydate(days[mine[worst]])
            result.disagree.append(
                Disagreement(
                    symbol,
                    when,
                    float(ours[worst]),
                    stored.sources_of(symbol, when, when),
                    float(other[worst]),
                    int((differences > LIMIT).sum()),
                )
            )
    result.disagree.sort(key=lambda one: (-abs(one.relative), one.symbol))
    return result


def _range(final: date) -> tuple[date, date]:
    """The session before the compared ones, and the first of these."""
    calendar = sessions()
    at = int(np.searchsorted(calendar, day(final)))
    return pydate(calendar[at - SESSIONS]), pydate(calendar[at - SESSIONS + 1])
