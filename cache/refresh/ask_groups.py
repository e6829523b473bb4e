"""Asks that are cheap to ask for together: last sessions, longer pieces, histories; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.sessions import sessions
from cache.facts.vendors import AskGroup
from core.data.frames import day

if TYPE_CHECKING:
    from cache.refresh.ask import Ask

#: A piece that begins further back is asked for apart: it would lengthen all others.
RECENT: Final = 12


def ask_groups(asks: Sequence[Ask], final: date) -> list[list[Ask]]:
    """The asks in up to three groups, none of them empty.

    Args:
        asks: in any order, which stays within a group.
        final: the last final session.
    """
    calendar = sessions()
    at = int(np.searchsorted(calendar, day(final)))
    recent = calendar[max(at - RECENT, 0)]
    groups: list[list[Ask]] = [[], [], []]
    for ask in asks:
        groups[2 if ask.whole else 1 if day(ask.start) < recent else 0].append(ask)
    return [group for group in groups if group]


def sizes(asks: Sequence[Ask], final: date) -> list[AskGroup]:
    """What there is of each group."""
    calendar = sessions()
    last = int(np.searchsorted(calendar, day(final), side="right"))

    def span(ask: Ask) -> int:
        return max(last - int(np.searchsorted(calendar, day(ask.start), side="right")), 0)

    return [
        AskGroup(len(group), max(spans), sum(spans), group[0].whole)
        for group in ask_groups(asks, final)
        for spans in [[span(ask) for ask in group]]
    ]
