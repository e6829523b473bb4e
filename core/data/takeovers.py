"""Tickers that one company gave up and another took over.

A line's closes that stop for more than 20 sessions in which at least half of the other lines of
a file have closes, and come back above three times or below a third of their level without a
split on record, are those of two securities.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import pydate
from core.data.overlay import column_places
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Block, BoolArray, Dates, FloatArray, Holdings

#: Closes that stop for more sessions than this may come back as another company's.
GAP: Final = 20
#: They do where their level is beyond this factor, or below its inverse.
LEVEL: Final = 3.0


@record(frozen=True, slots=True)
class Takeover:
    """A ticker that passes from one company to another.

    Attributes:
        symbol: the ticker.
        last: session of the old company's last close.
        first: session of the new company's first one.
        before: the last close.
        after: the first one.
    """

    symbol: str
    last: date
    first: date
    before: float
    after: float


def takeovers(
    blocks: Sequence[Block], sessions: Dates, files: Collection[Holdings]
) -> tuple[Takeover, ...]:
    """Every takeover of a listed ticker, by symbol and session.

    Args:
        blocks: the bars under the tickers that they came with.
        sessions: every session of the exchange.
        files: all holdings files.
    """
    listed = set[str]().union(*(file.symbols for file in files))
    symbols = sorted(_with_holes(blocks) & listed)
    if not symbols:
        return ()
    days = np.concatenate([block.sessions for block in blocks])
    closes = np.concatenate([_columns(block, symbols) for block in blocks])
    position = np.searchsorted(sessions, days)
    columns, rows = np.nonzero(np.isfinite(closes.T))
    same = columns[1:] == columns[:-1]
    first, last = rows[:-1], rows[1:]
    wide = same & (position[last] - position[first] - 1 > GAP)
    column, first, last = columns[1:][wide], first[wide], last[wide]
    ratio = closes[last, column] / closes[first, column]
    far = (ratio > LEVEL) | (ratio < 1 / LEVEL)
    handovers = []
    for place, row, back in zip(
        column[far].tolist(), first[far].tolist(), last[far].tolist(), strict=True
    ):
        symbol, gap = symbols[place], (days[row], days[back])
        if not _split(blocks, symbol, gap) and any(
            _others_trade(blocks, file, symbol, gap) for file in files
        ):
            levels = float(closes[row, place]), float(closes[back, place])
            handovers.append(Takeover(symbol, pydate(days[row]), pydate(days[back]), *levels))
    return tuple(handovers)


def _with_holes(blocks: Sequence[Block]) -> set[str]:
    """Symbols whose closes stop and come back, as far as every 20th session shows: few.

    A hole of more than `GAP` sessions cannot lie between the rows that are looked at.
    """
    earlier, stopped, holed = set[str](), set[str](), set[str]()
    for block in blocks:
        size = len(block.sessions)
        rows = sorted({*range(0, size, GAP), size - 1})
        closed = np.isfinite(block.close[rows])
        if block.adj_close is not None:
            closed |= np.isfinite(block.adj_close[rows])
        begun = np.logical_or.accumulate(closed, axis=0)
        hole = np.logical_or.accumulate(begun & ~closed, axis=0)

        def symbols_where(mask: BoolArray, symbols: tuple[str, ...] = block.symbols) -> set[str]:
            return {symbols[place] for place in np.nonzero(mask)[0].tolist()}

        with_closes = symbols_where(begun[-1])
        holed |= symbols_where(np.asarray((hole & closed).any(axis=0)))
        holed |= with_closes & (stopped | (earlier & symbols_where(~closed[0])))
        stopped = (stopped | earlier.difference(block.symbols) | symbols_where(hole[-1])) - holed
        stopped |= earlier & symbols_where(~begun[-1])
        earlier |= with_closes
    return holed


def _columns(block: Block, symbols: Sequence[str]) -> FloatArray:
    """(T, C) closes of some symbols, or adjusted closes of those without any; NaN where none."""
    where = column_places(block, symbols)
    out = np.full((len(block.sessions), len(symbols)), np.nan)
    in_block = where >= 0
    out[:, in_block] = block.close[:, where[in_block]]
    if block.adj_close is not None:
        bare = in_block & ~np.isfinite(out).any(axis=0)
        out[:, bare] = block.adj_close[:, where[bare]]
    return out


def _split(blocks: Sequence[Block], symbol: str, gap: tuple[np.datetime64, np.datetime64]) -> bool:
    """Whether a split of a symbol is on record after a gap's last close, up to its end."""
    for block in blocks:
        if symbol in block.column and len(block.split):
            rows = block.split.row[block.split.col == block.column[symbol]]
            if ((block.sessions[rows] > gap[0]) & (block.sessions[rows] <= gap[1])).any():
                return True
    return False


def _others_trade(
    blocks: Sequence[Block],
    file: Holdings,
    symbol: str,
    gap: tuple[np.datetime64, np.datetime64],
) -> bool:
    """Whether half of a file's other lines have closes on more than `GAP` sessions of a gap."""
    if symbol not in file.symbols or len(file.symbols) < 2:
        return False
    others = [other for other in file.symbols if other != symbol]
    sessions = 0
    for block in blocks:
        rows = (block.sessions > gap[0]) & (block.sessions < gap[1])
        if rows.any():
            closed = np.isfinite(_columns(block, others)[rows])
            sessions += int((closed.sum(axis=1) * 2 >= len(others)).sum())
    return sessions > GAP


def holder(changes: Sequence[Takeover], on: date, price: float) -> int:
    """Which of a ticker's companies, from 0, a file of a session means.

    Between the last close of one and the first of the next, the file's price decides.

    Args:
        changes: the ticker's takeovers, ascending.
        on: session of the file.
        price: as the file states it, NaN where it does not.
    """
    place = 0
    for one in changes:
        if on >= one.first:
            place += 1
        elif on > one.last and price > 0:
            near, far = (abs(np.log(price / level)) for level in (one.after, one.before))
            place += int(near < far)
    return place
