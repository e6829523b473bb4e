"""Requests to a vendor: a symbol and its days, and which are cheap to send together; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from cache.facts.sessions import sessions
from cache.facts.vendors import AskGroup
from core.data.frames import day
from core.data.record import record

#: A piece that begins further back is requested apart: it would lengthen all others.
RECENT: Final = 12


@record(frozen=True, slots=True)
class Ask:
    """One symbol to ask a vendor for.

    Attributes:
        symbol: Yahoo's spelling.
        start: first day wanted.
        end: last day wanted, itself included.
        whole: the answer is the whole history, not a piece that continues the stored data.
        events: dividends and splits are wanted too; without, closes alone will do.
    """

    symbol: str
    start: date
    end: date
    whole: bool
    events: bool = True


def ask_groups(asks: Sequence[Ask], final: date) -> list[list[Ask]]:
    """Split asks into up to three groups, none empty, in their order within each."""
    recent = _recent(final)
    groups: list[list[Ask]] = [[], [], []]
    for ask in asks:
        groups[2 if ask.whole else 1 if day(ask.start) < recent else 0].append(ask)
    return [group for group in groups if group]


def far(ask: Ask, final: date) -> bool:
    """Whether an ask reaches further back than the last sessions."""
    return ask.whole or bool(day(ask.start) < _recent(final))


def _recent(final: date) -> np.datetime64:
    """The first of the last sessions."""
    calendar = sessions()
    first: np.datetime64 = calendar[max(int(np.searchsorted(calendar, day(final))) - RECENT, 0)]
    return first


def sizes(asks: Sequence[Ask], final: date) -> list[AskGroup]:
    """Count each group's asks and the sessions they reach back."""
    calendar = sessions()
    last = int(np.searchsorted(calendar, day(final), side="right"))

    def span(ask: Ask) -> int:
        return max(last - int(np.searchsorted(calendar, day(ask.start), side="right")), 0)

    return [
        AskGroup(len(group), max(spans), sum(spans), far(group[0], final))
        for group in ask_groups(asks, final)
        for spans in [[span(ask) for ask in group]]
    ]
