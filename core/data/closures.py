"""Calendar sessions on which the exchange was closed after all, or open only in part.

A state funeral or a storm closes the exchange when its calendar is long printed. No line has a
close on such a day, while they have closes before and after it. Until 1952 the exchange met on
Saturdays too, which most histories of an index leave out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import BoolArray, Dates, day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Block, Prices

#: Sessions in a row that a closure lasts at most: two for the storm of October 2012, four in
#: September 2001.
LONGEST: Final = 4
#: Sessions in a row that are available before it; closes of every week or month have no such run.
RUN: Final = 5
#: A day on which less than this part of the symbols of the session before have a close is no whole
#: session, where those are at least so many.
PART, LEAST = 0.5, 10
#: The last session on a Saturday.
LAST_SATURDAY: Final = np.datetime64("1952-05-24", "D")
#: Sources that are named.
_MOST_NAMED: Final = 3


@record(frozen=True, slots=True)
class StrayDay:
    """A day with closes of few symbols only.

    Attributes:
        session: the day.
        closes: symbols with a close on it.
        before: symbols with a close on the session before.
        sources: who gave the closes of the day, A to Z.
    """

    session: date
    closes: int
    before: int
    sources: tuple[str, ...]

    @property
    def by(self) -> str:
        """The source of the day's closes: ``, by x.csv``, or "" where nothing is known."""
        further = len(self.sources) - _MOST_NAMED
        more = f" and {further:,} more" if further > 0 else ""
        return f", by {', '.join(self.sources[:_MOST_NAMED])}{more}" if self.sources else ""

    def __str__(self) -> str:
        """``closes of 2026-06-29 are held of 3 of 14 symbols, by x.csv``."""
        of = f"{self.closes:,} of {self.before:,} symbols{self.by}"
        return f"closes of {self.session} are held of {of}"


def closures(calendar: Dates, blocks: Sequence[Block]) -> Dates:
    """(K,) sessions of a calendar on which nothing has a close, between ones that are available.

    They are runs of at most `LONGEST` sessions after `RUN` available ones, and Saturdays.

    Args:
        calendar: (T,) ascending sessions of the exchange.
        blocks: the available bars, ascending.
    """
    if not blocks or not len(calendar):
        return calendar[:0]
    sessions = np.concatenate([block.sessions for block in blocks])
    calendar = calendar[
        calendar.searchsorted(sessions[0]) : calendar.searchsorted(sessions[-1]) + 1
    ]
    # np.isin would import numpy.ma for dates
    with_closes = (
        sessions[np.minimum(sessions.searchsorted(calendar), len(sessions) - 1)] == calendar
    )
    rows = np.flatnonzero(with_closes)
    gap = np.diff(rows) - 1
    # Available sessions in a row, up to each of them.
    breaks = np.r_[0, np.flatnonzero(gap) + 1]
    run = np.arange(len(rows)) - breaks[np.searchsorted(breaks, np.arange(len(rows)), "right") - 1]
    closed = np.flatnonzero((gap > 0) & (gap <= LONGEST) & (run[:-1] + 1 >= RUN))
    lacking = np.zeros(len(calendar), np.bool_)
    for at in closed.tolist():
        lacking[rows[at] + 1 : rows[at + 1]] = True
    early = int(calendar.searchsorted(LAST_SATURDAY, side="right"))
    lacking[:early] |= ~with_closes[:early] & on_saturday(calendar[:early])
    return calendar[lacking]


def on_saturday(sessions: Dates) -> BoolArray:
    """(T,) which (T,) sessions were on a Saturday."""
    # 1970-01-01, day 0, was a Thursday: Saturday is then a multiple of 7 after taking 2 off
    return np.asarray((sessions.astype(np.int64) - 2) % 7 == 0)


def stray_day(prices: Prices, session: date) -> StrayDay | None:
    """Describe a session on which only a few symbols have closes; None where most have one."""
    closed = before = None
    for block in reversed(prices.blocks):
        row = int(np.searchsorted(block.sessions, day(session)))
        if row < len(block.sessions) and block.sessions[row] == day(session):
            closed = _closed(block, row)
            symbols = block.symbols
        if row:
            before = _closed(block, row - 1)
            break
    if closed is None or before is None:
        return None
    closes, usual = int(closed.sum()), int(before.sum())
    if usual < LEAST or closes >= PART * usual:
        return None
    sources = {prices.source_of(symbols[at], session) for at in np.flatnonzero(closed).tolist()}
    return StrayDay(session, closes, usual, tuple(sorted(sources - {""})))


def _closed(block: Block, row: int) -> BoolArray:
    """(N,) whether a symbol has a close, or an adjusted one, on a row."""
    closed: BoolArray = np.isfinite(block.close[row])
    if block.adj_close is not None:
        closed |= np.isfinite(block.adj_close[row])
    return closed
