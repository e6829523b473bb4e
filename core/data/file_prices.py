"""A file's price as the close of its session, where a line has no close."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.bar_edits import Fill
from core.data.frames import (
    EXACT_DECIMALS,
    JUMP,
    STALE_SESSIONS,
    Block,
    BoolArray,
    Dates,
    FloatArray,
    day,
    pydate,
)
from core.data.overlay import column_places
from core.data.stated_prices import misfits
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.data.frames import Holdings

#: A step as large as the smallest split, or nearly: the price may be on another basis than the
#: closes, or a misprint.
_STEP: Final = 0.97 * 1.5


def file_prices(
    bars: Sequence[Block],
    files: Iterable[Holdings],
    lines_of: Callable[[Holdings, date], tuple[str, ...]],
    sessions: Dates,
    splits: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> Iterable[Fill]:
    """The files' prices for their sessions, where a close was available up to just before.

    A file's price is unadjusted: splits since are taken out. One that does not fit its line's
    value and quantity is not taken, nor is one as far as a split from the close before, unless
    the next close bears it out.

    Args:
        bars: the closes.
        files: holdings files.
        lines_of: a file and its session -> the tickers that its lines are followed by.
        sessions: every session of the exchange.
        splits: symbol -> session and factor of its splits on record; asked where needed.
    """
    years = {block.year: place for place, block in enumerate(bars)}
    filled: set[tuple[str, date]] = set()
    for file in files:
        when = last_on_or_before(sessions, file.as_of) or file.as_of
        place = years.get(when.year)
        if place is None or not (file.price > 0).any():
            continue
        block = bars[place]
        row = int(np.searchsorted(block.sessions, day(when)))
        if row == len(block.sessions) or block.sessions[row] != day(when):
            continue
        lines = lines_of(file, when)
        open_ = _open(block, row, lines) & (file.price > 0)
        if not open_.any() or not (open_ := open_ & ~misfits(file)).any():
            continue
        symbols = [lines[line] for line in np.nonzero(open_)[0].tolist()]
        before = _before(bars[: place + 1], row, symbols, sessions)
        for symbol, price, (close, adjusted) in zip(
            symbols, file.price[open_].tolist(), before.tolist(), strict=True
        ):
            base = close if close == close else adjusted
            if (symbol, when) in filled or base != base:
                continue
            value = price / math.prod(f for on, f in splits().get(symbol, ()) if on > when)
            known_from = _known_on(value, base, when, _after(block, row, symbol))
            if known_from is None:
                continue
            filled.add((symbol, when))
            adjusted_close = value * adjusted / close if close == close else value
            yield Fill(
                symbol, when, value if close == close else math.nan, adjusted_close, known_from
            )


def _open(block: Block, row: int, lines: Sequence[str]) -> BoolArray:
    """(N,) whether a line has a column and no close on a row of a block."""
    where = column_places(block, lines)
    closed = np.isfinite(block.close[row])
    if block.adj_close is not None:
        closed |= np.isfinite(block.adj_close[row])
    return np.asarray((where >= 0) & ~closed[where])


def _before(bars: Sequence[Block], row: int, symbols: Sequence[str], sessions: Dates) -> FloatArray:
    """(C, 2) last close and adjusted close of symbols before a row of the last of some blocks.

    NaN where the last close is more than `STALE_SESSIONS` sessions old.
    """
    when = np.searchsorted(sessions, bars[-1].sessions[row])
    out = np.full((len(symbols), 2), np.nan)
    for block, stop in (
        (bars[-1], row),
        *((earlier, len(earlier.sessions)) for earlier in bars[-2:-1]),
    ):
        days = block.sessions[max(stop - STALE_SESSIONS, 0) : stop]
        rows = (
            max(stop - STALE_SESSIONS, 0)
            + np.nonzero(when - np.searchsorted(sessions, days) <= STALE_SESSIONS)[0]
        )
        where = column_places(block, symbols)
        for back in rows[::-1].tolist():
            open_ = np.isnan(out).all(axis=1) & (where >= 0)
            out[open_, 0] = block.close[back, where[open_]]
            if block.adj_close is not None:
                out[open_, 1] = block.adj_close[back, where[open_]]
    return out


def _after(block: Block, row: int, symbol: str) -> tuple[date, float] | None:
    """A symbol's next close within `STALE_SESSIONS` rows after one; None without."""
    if symbol not in block.column:
        return None
    at, rows = block.column[symbol], slice(row + 1, row + 1 + STALE_SESSIONS)
    for table in (block.close, block.adj_close):
        values = [] if table is None else table[rows, at].tolist()
        for place, value in enumerate(values):
            if math.isfinite(value):
                return pydate(block.sessions[row + 1 + place]), float(value)
    return None


def _known_on(
    price: float, before: float, when: date, after: tuple[date, float] | None
) -> date | None:
    """The session from which a price is known to be on the basis of the closes; None if not.

    A step as large as a split is a move where the next close is nearer to the price than to the
    close before.

    Args:
        price: the file's.
        before: the close before it.
        when: session of the file.
        after: session and value of the next close, None without any.
    """
    size = max(price / before, before / price)
    if size > JUMP:
        return None
    # 25.00 and 36.375 are 0.97 times 1.5 apart; in binary they are a little less
    if round(size, EXACT_DECIMALS) < _STEP:
        return when
    if after is None:
        return None
    session, close = after
    return session if abs(math.log(close / price)) < abs(math.log(close / before)) else None
