"""Who is in the index when: which holdings file speaks for which part of a window.

A holdings file holds the close of its day, after any change made at that close. The
window is cut at every file and at every known reconstitution strictly inside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.data.frames import Holdings
    from core.data.market import Market


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a window on one holdings file.

    Attributes:
        start: session whose close the part begins at.
        end: session whose close it ends at.
        file: the holdings it uses.
        older_than: a reconstitution that lies between the file and ``start`` and that no
            file held speaks for, or None.
    """

    start: date
    end: date
    file: Holdings
    older_than: date | None


def spans(market: Market, fund: str, start: date, end: date, as_of: date) -> tuple[Span, ...]:
    """Cut a window into parts with one holdings file each; empty without any file.

    A part uses the latest file on or before its start; where there is none, the
    earliest after it. From a reconstitution strictly inside the window on, it uses the
    first file dated on or after that close; where none is held the old file stays.
    """
    files = [(market.session(file.as_of), file) for file in market.holdings.get(fund, ())]
    if not files:
        return ()
    remade = [
        market.session(d) for d in market.reference.reconstitutions.get(fund, ()) if d <= as_of
    ]
    cuts = {s for s, _ in files if start < s < end} | {s for s in remade if start < s < end}
    edges = [start, *sorted(cuts), end]
    found = []
    for first, last in pairwise(edges):
        held = [pair for pair in files if pair[0] <= first]
        session, file = held[-1] if held else files[0]
        missed = max((s for s in remade if session < s <= first), default=None)
        if missed is not None and missed > start:
            after = [pair for pair in files if pair[0] >= missed]
            if after:
                session, file = after[0]
                missed = None
        found.append(Span(first, last, file, missed))
    return tuple(found)
