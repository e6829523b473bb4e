"""The splits on record: what a price or a quantity of some session is multiplied by since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Block, Dates, FloatArray


@record(frozen=True, eq=False, slots=True)
class Splits:
    """Every split on record.

    Attributes:
        sessions: (K,) on which each takes effect.
        symbols: (K,) of what.
        factors: (K,) 4 for a split of 4:1.
    """

    sessions: Dates
    symbols: tuple[str, ...]
    factors: tuple[float, ...]

    def since(self, session: date, column: Mapping[str, int]) -> FloatArray:
        """(N,) product of the factors after a session, by the columns of some symbols."""
        factor = np.ones(len(column))
        for place in np.nonzero(self.sessions > day(session))[0].tolist():
            if (at := column.get(self.symbols[place])) is not None:
                factor[at] *= self.factors[place]
        return factor

    def by_symbol(self) -> dict[str, list[tuple[date, float]]]:
        """Symbol -> session and factor of each of its splits."""
        splits: dict[str, list[tuple[date, float]]] = {}
        events = zip(self.sessions.tolist(), self.symbols, self.factors, strict=True)
        for session, symbol, factor in events:
            splits.setdefault(symbol, []).append((session, factor))
        return splits


def splits_of(blocks: Iterable[Block]) -> Splits:
    """Return the splits of year blocks."""
    sessions, symbols, factors = [np.zeros(0, "datetime64[D]")], list[str](), list[float]()
    for block in blocks:
        sessions.append(block.sessions[block.split.row])
        symbols += (block.symbols[place] for place in block.split.col.tolist())
        factors += block.split.value.tolist()
    return Splits(np.concatenate(sessions), tuple(symbols), tuple(factors))
