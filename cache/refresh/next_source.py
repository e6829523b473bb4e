"""Choose the lines to request from the next source, after one has failed; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cache.refresh.reasons import session_of
from cache.refresh.stored_closes import StoredCloses

if TYPE_CHECKING:
    from datetime import date

    from cache.facts.vendors import Vendor
    from cache.refresh.plan import Plan
    from core.data.frames import Prices


def open_lines(
    first: Plan, failed: Mapping[str, str], stored: Prices, vendor: Vendor, final: date
) -> frozenset[str]:
    """The symbols to request from a further source.

    A line that the first source keeps up, and failed to only in passing, waits for it: taking
    it anew from another, and back again, would mix nothing and cost everything.

    Args:
        first: the plan of the first source.
        failed: symbol -> why it failed in this refresh.
        stored: the stored prices now.
        vendor: the further source.
        final: the last session whose close is final.
    """
    stored_closes = StoredCloses(stored)
    missing: set[str] = set()
    for symbol in (*(ask.symbol for ask in first.asks), *first.waiting):
        last = stored_closes.final(symbol)
        if last is not None and max(last, stored.through.get(symbol, last)) >= final:
            continue
        reason = failed.get(symbol) or stored.failures.get(symbol, "")
        refused = session_of(reason) is not None
        if last is None or refused or stored.source.get(symbol) == vendor.name:
            missing.add(symbol)
    return frozenset(missing)
