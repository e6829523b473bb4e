"""Rebases older closes of a symbol after a split that is not applied to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.data.frames import Block, Events, day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import FloatArray, Prices


@record(frozen=True, slots=True)
class Rebase:
    """Closes before a day, times a factor.

    Attributes:
        symbol: whose.
        before: the first session that stays as it is.
        factor: what closes and dividends are multiplied by; volumes are divided by it.
        what: "close" for all of it, "adj_close" for adjusted closes alone.
    """

    symbol: str
    before: date
    factor: float
    what: Literal["close", "adj_close"] = "close"

    def __str__(self) -> str:
        """A sentence on what was changed."""
        down = self.factor < 1
        by = 1 / self.factor if down else self.factor
        what = "closes" if self.what == "close" else "adjusted closes"
        verb = "divided" if down else "multiplied"
        return f"older {what} of {self.symbol} were {verb} by {by:.6g}"


def rebased(prices: Prices, changes: Sequence[Rebase]) -> Prices:
    """The prices with older closes on the new basis; at most one change of a kind a symbol."""
    if not changes:
        return prices
    by_symbol = {change.symbol: change for change in changes}
    blocks = tuple(_rebased(block, by_symbol) for block in prices.blocks)
    return replace(prices, blocks=blocks)


def _rebased(block: Block, changes: Mapping[str, Rebase]) -> Block:
    factor = np.ones((len(block.sessions), len(block.symbols)))
    adjusted = False
    for column, symbol in enumerate(block.symbols):
        if (change := changes.get(symbol)) is not None:
            rows = int(np.searchsorted(block.sessions, day(change.before)))
            factor[:rows, column] = change.factor
            adjusted = change.what == "adj_close"
    if (factor == 1).all():
        return block

    def times(values: FloatArray | None, by: FloatArray) -> FloatArray | None:
        if values is None:
            return None
        scaled: FloatArray = values * by
        scaled.flags.writeable = False
        return scaled

    if adjusted:
        return replace(block, adj_close=times(block.adj_close, factor))
    close = times(block.close, factor)
    assert close is not None
    paid = block.dividend
    value = paid.value * factor[paid.row, paid.col]
    return replace(
        block,
        close=close,
        volume=times(block.volume, 1 / factor),
        dividend=Events(paid.row, paid.col, value),
    )
