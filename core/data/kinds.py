"""Symbols that had only adjusted closes at first: answers to questions before their closes came.

A symbol with adjusted closes alone is followed by these; once it has a close it is followed by
its closes. That it has them is known from its first one on, and moves no answer for a session
before it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.bar_edits import between
from core.data.frames import pydate

if TYPE_CHECKING:
    from core.data.frames import Block


def first_closes(blocks: Sequence[Block]) -> Mapping[str, date]:
    """Symbol -> its last first close after adjusted ones alone, in a year or in all.

    Symbols that have none are left out: nearly all.
    """
    turns: dict[str, date] = {}
    bare, closed_before = set[str](), set[str]()
    for block in blocks:
        closed = np.isfinite(block.close)
        begun, alone = closed.any(axis=0), np.zeros(len(block.symbols), bool)
        if block.adj_close is not None:
            adjusted = np.isfinite(block.adj_close)
            alone = np.asarray(adjusted.any(axis=0) & ~begun)
            both = np.flatnonzero(begun & (adjusted & ~closed).any(axis=0))
            alone[both] = adjusted[:, both].argmax(axis=0) < closed[:, both].argmax(axis=0)
        if bare or alone.any():
            for place in np.nonzero(begun)[0].tolist():
                symbol = block.symbols[place]
                if alone[place] or (symbol in bare and symbol not in closed_before):
                    turns[symbol] = pydate(block.sessions[closed[:, place].argmax()])
        bare.update(block.symbols[place] for place in np.nonzero(alone)[0].tolist())
        if block.adj_close is not None or bare:
            closed_before.update(block.symbols[place] for place in np.nonzero(begun)[0].tolist())
    return turns


def without_closes(
    blocks: Sequence[Block], symbols: Collection[str], last: date
) -> tuple[Block, ...]:
    """Return the blocks with some symbols' closes after a session taken away."""
    emptied, out = frozenset(symbols), []
    for block in blocks:
        rows = between(block.sessions, None, last)
        columns = [place for place, symbol in enumerate(block.symbols) if symbol in emptied]
        if rows.stop < len(block.sessions) and columns:
            close = block.close.copy()
            close[rows.stop :, columns] = np.nan
            block = replace(block, close=close)
        out.append(block)
    return tuple(out)
