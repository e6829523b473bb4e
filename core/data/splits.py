"""The splits on record: what a price or a quantity of some session is multiplied by since."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Block, Dates, FloatArray

#: A split of at least this factor shows in the closes, which may move by as much besides (natural
#: logarithm).
TELLING, BESIDES = 1.4, 0.15
#: A split may be on record so many sessions off. A move beside one that is larger is no market's.
OFF: Final = 3
LARGE: Final = math.log(1.7)


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


def denied(step: float, size: float, near: FloatArray) -> bool:
    """Whether the closes around a recorded split deny it: inverted, counted twice, of another day.

    Args:
        step: the move beside it of closes on its basis, as a natural logarithm, as are all.
        size: of its factor.
        near: (K,) the moves of the sessions around it, that of its own among them.
    """
    beside = abs(step - size) < BESIDES or (abs(step) < BESIDES and abs(size) > LARGE)
    if beside and bool((np.abs(near + size) < BESIDES).any()):
        return True
    # a company in trouble may fall by half on the day of its reverse split
    large = LARGE if size > 0 else 2 * LARGE
    wrong = (2 * size, size, size / 2)
    return abs(step) > large and any(abs(step - one) < BESIDES for one in wrong)
