"""Lists derived from others: an old file after announced changes, members at equal weights.

An announced change that took effect acts on a file dated before it: who leaves is a member no
more, who joins is one of unknown weight, counted in breadth alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Action, Announcement, FloatArray, Holdings
    from core.data.market import Market

#: Months at whose third Friday an equal-weight index is set back to 1/N.
_QUARTERS: Final = (3, 6, 9, 12)


@record(frozen=True, slots=True)
class Acting:
    """An announced change that acts on a list.

    Attributes:
        symbol: the line, as its closes are followed.
        name: as announced, "" where not stated.
        action: "join" or "leave".
        session: at whose close it took effect.
        source: who announced it, "" where not stated.
        undone: the list is dated after it and stands for a session before it: a line that
            joined leaves the list, one that left joins it.
    """

    symbol: str
    name: str
    action: Action
    session: date
    source: str
    undone: bool = False


def _shows(market: Market, file: Holdings, change: Announcement) -> bool:
    """Whether a file already shows an announced change."""
    names = market.cached((file, "names"), lambda: {*file.symbols, *market.lines(file)})
    listed = change.symbol in names or market.symbol(change.symbol) in names
    return listed == (change.action == "join")


def _changes_known(
    market: Market, funds: frozenset[str], as_of: date
) -> list[tuple[str, Announcement]]:
    """The line and the announcement of each change known on a session, the earliest first, cached.

    A join and a leave of one line on one session change nothing, and are left out: a line that
    is renamed may be announced so.
    """

    def make() -> list[tuple[str, Announcement]]:
        changes = [
            (market.symbol(change.symbol), change)
            for change in sorted(market.announced, key=lambda change: change.effective)
            if change.fund in funds and (change.announced is None or change.announced <= as_of)
        ]
        actions: dict[tuple[str, date], set[Action]] = {}
        for symbol, change in changes:
            actions.setdefault((symbol, market.session(change.effective)), set()).add(change.action)
        return [
            (symbol, change)
            for symbol, change in changes
            if len(actions[symbol, market.session(change.effective)]) == 1
        ]

    return market.cached(("announced", funds, as_of), make)


def acting(
    market: Market, fund: str, file: Holdings, start: date, as_of: date
) -> tuple[Acting, ...]:
    """The announced changes that make a list one of another session.

    Those that were announced by the as-of date and took effect after the file, on or before
    the session. A file since then, known on the as-of date, that does not show a change
    contradicts it: it does not act. A file of the very day may be the old members'. Those that
    took effect between the session and a later file are taken back.

    Args:
        market: the available data.
        fund: the fund whose index changes.
        file: the list; a lender's announcements count as well.
        start: the session that the list is to stand for.
        as_of: the session asked for.
    """
    if not market.announced:
        return ()
    listed_on = market.session(file.as_of)
    # of two changes of one line the later stands
    newest = {
        symbol: change
        for symbol, change in _changes_known(market, frozenset((fund, file.fund)), as_of)
        if listed_on <= market.session(change.effective) <= start
    }
    active = []
    for symbol, change in newest.items():
        if _shows(market, file, change):
            continue
        session = market.session(change.effective)
        since = (
            f for f in market.holdings.get(change.fund, ()) if market.session(f.as_of) > session
        )
        later = next((f for f in since if market.session(f.as_of) <= as_of), None)
        if later is None or _shows(market, later, change):
            active.append(Acting(symbol, change.name, change.action, session, change.source))
    return (*active, *_undone(market, fund, file, start, as_of))


def _undone(
    market: Market, fund: str, file: Holdings, start: date, as_of: date
) -> Iterator[Acting]:
    """The announced changes, to be taken back, between a session and a later file used for it.

    A line was a member before its first change where that one is that it leaves. A file that
    has it so already does not show the change.
    """
    listed_on = market.session(file.as_of)
    first: dict[str, Announcement] = {}
    for symbol, change in _changes_known(market, frozenset((fund, file.fund)), as_of):
        if start < market.session(change.effective) <= listed_on:
            first.setdefault(symbol, change)
    for symbol, change in first.items():
        if _shows(market, file, change):
            back: Action = "leave" if change.action == "join" else "join"
            session = market.session(change.effective)
            yield Acting(symbol, change.name, back, session, change.source, undone=True)


def amended(market: Market, file: Holdings, changes: tuple[Acting, ...]) -> Holdings:
    """Apply announced changes to a file, cached; the file itself without any.

    The total stays: what the leavers' money was put into is not known, and not measured.
    Joiners have no value (NaN).
    """
    if not changes:
        return file
    return market.cached(("amended", file, changes), lambda: _amended(market, file, changes))


def _amended(market: Market, file: Holdings, changes: tuple[Acting, ...]) -> Holdings:
    leavers = {change.symbol for change in changes if change.action == "leave"}
    rows = [row for row, symbol in enumerate(market.lines(file)) if symbol not in leavers]
    joined = [change for change in changes if change.action == "join"]
    blank = ("",) * len(joined)

    def texts(values: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
        return (*(values[row] for row in rows), *added)

    def floats(values: FloatArray) -> FloatArray:
        return np.concatenate([values[rows], np.full(len(joined), np.nan)])

    return replace(
        file,
        symbols=texts(file.symbols, tuple(change.symbol for change in joined)),
        names=texts(file.names, tuple(change.name for change in joined)),
        sectors=texts(file.sectors, blank),
        quantity=floats(file.quantity),
        price=floats(file.price),
        value=floats(file.value),
        identifiers=texts(file.identifiers, blank) if file.identifiers else (),
        industries=texts(file.industries, blank) if file.industries else (),
    )


def even_list(market: Market, fund: str, members: Holdings, when: date) -> Holdings:
    """A list's members at 1/N at the close of a session, cached."""

    def make() -> Holdings:
        size = len(members.symbols)
        none = np.full(size, np.nan)
        return replace(
            members,
            fund=fund,
            as_of=when,
            quantity=none,
            price=none,
            value=np.ones(size),
            total=float(size),
        )

    return market.cached(("even", fund, members, when), make)


def third_friday(year: int, month: int) -> date:
    """The third Friday of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(4 - first.weekday()) % 7 + 14)


def rebalance(market: Market, when: date) -> date:
    """The session of the last quarterly rebalance on or before a session."""
    days = (third_friday(year, m) for year in (when.year - 1, when.year) for m in _QUARTERS)
    return max(session for day in days if (session := market.session(day)) <= when)


def rebalances(market: Market, start: date, end: date) -> list[date]:
    """The sessions of the quarterly rebalances strictly between two sessions."""
    years = range(start.year, end.year + 1)
    days = (market.session(third_friday(year, month)) for year in years for month in _QUARTERS)
    return [day for day in days if start < day < end]
