"""Closes that begin later than a symbol's adjusted closes, which are not used beside closes.

An answer from a symbol's first close on is made from its closes alone (`core.data.kinds`): one
close of a day would take the line out of every window that starts before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.overlay import column_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.store.bars import Bars
    from core.data.frames import Dates, Prices

#: The first close of a symbol that has none.
_NEVER: Final = np.datetime64("9999-12-31", "D")


class LateCloses:
    """First closes and first adjusted closes of the symbols of a file, stored ones and its own."""

    def __init__(self, prices: Prices, bars: Bars) -> None:
        self._symbols = bars.symbols
        self._adjusted_stored = _first_stored(prices, bars.symbols, "adj_close")
        self._closed_stored = _first_stored(prices, bars.symbols, "close")
        self._adjusted = np.minimum(self._adjusted_stored, _first_given(bars, "adj_close"))
        self._closed = np.minimum(self._closed_stored, _first_given(bars, "close"))

    def why_refused(self, place: int) -> str:
        """Why a symbol's closes are not to be taken, "" where they may be."""
        first, adjusted = self._closed[place], self._adjusted_stored[place]
        if self._closed_stored[place] != _NEVER or not adjusted < first < _NEVER:
            return ""
        return (
            f"its closes begin on {first} and would take the place of its adjusted closes, stored"
            f" from {adjusted}: windows that start before would lose it; leave these rows out or"
            f" import its closes from {adjusted} on; --accept takes them as they are"
        )

    def notes(self, places: Sequence[int]) -> list[str]:
        """Return a sentence on the adjusted closes that are not used; none where all are."""
        late = [at for at in places if self._adjusted[at] < self._closed[at] < _NEVER]
        if not late:
            return []
        more = f" and of {len(late) - 1:,} more symbols" if len(late) > 1 else ""
        return [
            f"the adjusted closes of {self._symbols[late[0]]} before its first close of"
            f" {self._closed[late[0]]}{more} are stored, and not used beside closes"
        ]


def _first_stored(prices: Prices, symbols: tuple[str, ...], name: str) -> Dates:
    """(N,) session of the first stored value of each symbol."""
    first = np.full(len(symbols), _NEVER)
    for block in prices.blocks:
        values = getattr(block, name)
        if values is None:
            continue
        columns = column_places(block, symbols)
        places = np.flatnonzero(columns >= 0)
        has_close = np.isfinite(values[:, columns[places]])
        sessions = np.where(has_close.any(axis=0), block.sessions[has_close.argmax(axis=0)], _NEVER)
        first[places] = np.minimum(first[places], sessions)
    return first


def _first_given(bars: Bars, name: str) -> Dates:
    """(N,) session of the first value of each symbol in a file."""
    first = np.full(len(bars.symbols), _NEVER)
    values = getattr(bars, name)
    if values is not None:
        rows = np.isfinite(values)
        # datetime64 has no minimum.at
        np.minimum.at(first.view(np.int64), bars.symbol[rows], bars.session[rows].astype(np.int64))
    return first
