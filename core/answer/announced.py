"""Changes of membership announced before they take effect, checked against later files.

A change takes effect at a close. A file dated after that close, or one of that very day that
already shows it, settles the matter: it confirms the change, which then no longer stands as
announced, or it contradicts it, which is said. What was announced after the as-of date is not
known on it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Final

from core.answer.coming import AnnouncedState, Coming
from core.data.labels import labels_of
from core.data.record import record

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.data.frames import Announcement
    from core.data.market import Market

#: Leaders of whom the sentence speaks.
TOP: Final = 3


@record(frozen=True, slots=True)
class _Entry:
    """An announcement, with all that the files say of it at any date.

    Attributes:
        announcement: as it was announced.
        effective: the session at whose close it takes effect.
        symbol: the line, as its closes are followed.
        known_as: the symbols that renames make one with it.
        in_files: of each file of the fund, whether it already has the line so.
        confirmed: the session of the first file that confirms it, None without one.
        after: place of the first file dated later than ``effective``.
    """

    announcement: Announcement
    effective: date
    symbol: str
    known_as: tuple[str, ...]
    in_files: tuple[bool, ...]
    confirmed: date | None
    after: int


@record(frozen=True, slots=True)
class _Roll:
    """The announcements about one fund, with the session and stated date of each of its files."""

    sessions: tuple[date, ...]
    stated: tuple[date, ...]
    entries: tuple[_Entry, ...]


def _roll(market: Market, fund: str) -> _Roll:
    """Collect what was announced of one fund, checked against every file of it."""
    files, companies = market.holdings.get(fund, ()), market.line_tickers.company
    sessions = tuple(market.session(file.as_of) for file in files)
    symbols_of_files = [set(file.symbols) for file in files]
    entries = []
    for announcement in market.announced:
        if announcement.fund != fund:
            continue
        company = companies.get(announcement.symbol)
        known_as = {announcement.symbol} if company is None else set(company.tickers)
        symbol = market.symbol(announcement.symbol)
        in_files = tuple(
            (announcement.action == "leave") == known_as.isdisjoint(symbols)
            for symbols in symbols_of_files
        )
        effective = market.session(announcement.effective)
        after = bisect_right(sessions, effective)
        speaking = zip(sessions, in_files, strict=True)
        confirmed = next((s for s, has in speaking if has and s >= effective), None)
        entries.append(
            _Entry(
                announcement,
                effective,
                symbol,
                tuple(known_as),
                in_files,
                confirmed,
                after,
            )
        )
    return _Roll(sessions, tuple(file.as_of for file in files), tuple(entries))


def _standing(roll: _Roll, entry: _Entry, as_of: date) -> tuple[AnnouncedState, date | None] | None:
    """How an announcement stands and the file that says so; None where a file confirms it."""
    if entry.confirmed is not None and entry.confirmed <= as_of:
        return None
    number = bisect_right(roll.sessions, as_of)
    if number > entry.after:
        return "contradicted", roll.stated[number - 1]
    if number and entry.in_files[number - 1]:
        return "doubtful", roll.stated[number - 1]
    return ("due" if entry.effective < as_of else "announced"), None


def coming(
    market: Market,
    fund: str,
    view: IndexView | None,
    as_of: date,
    own_return: Callable[[str], float | None],
) -> tuple[Coming, ...]:
    """A fund's announced changes as of a date; leavers in the order of their contributions.

    Args:
        market: the available data; ``market.announced`` are the announcements.
        fund: the fund's symbol.
        view: the index over the window, None where it is not known.
        as_of: the session asked for.
        own_return: a symbol's return over the window, a fraction, None where not known.
    """
    roll = market.cached((market.register, fund), lambda: _roll(market, fund))
    if not roll.entries:
        return ()
    lines = None if view is None else view.contributors
    place = {} if lines is None else dict(zip(lines.symbols, count(), strict=False))
    labels, number = labels_of(market, fund, as_of), market.register.number
    changes = []
    for entry in roll.entries:
        announcement = entry.announcement
        is_public = announcement.announced is None or announcement.announced <= as_of
        stands = _standing(roll, entry, as_of) if is_public else None
        if stands is None:
            continue
        row = max((place[symbol] for symbol in entry.known_as if symbol in place), default=None)
        line = number[entry.symbol]
        name, sector = labels.names[line] or announcement.name, labels.sectors[line]
        facts = (
            name,
            sector,
            announcement.action,
            announcement.effective,
            announcement.announced,
            announcement.source,
        )
        if lines is None or row is None:
            changes.append(Coming(entry.symbol, *facts, *stands, None, own_return(entry.symbol)))
            continue
        weight, returns, contribution = (
            float(figure[row]) for figure in (lines.weight, lines.returns, lines.contribution)
        )
        symbol, rank = lines.symbols[row], row + 1
        changes.append(Coming(symbol, *facts, *stands, weight, returns, contribution, rank))
    return tuple(sorted(changes, key=_order))


def _order(change: Coming) -> tuple[bool, bool, bool, float, str]:
    """Sort key: changes that no file contradicts, then leavers, then by contribution."""
    contribution = change.contribution
    return (
        change.file is not None,
        change.action == "join",
        contribution is None,
        -abs(contribution or 0.0),
        change.symbol,
    )


def standing_words(change: Coming) -> str:
    """How an announced change stands, in a few words.

    "leaves 2026-06-26", "was to leave 2026-06-26, no file since", "... lists it in the file of ..."
    """
    verb = {"leave": "leaves", "join": "joins"}[change.action]
    listed = "lists it" if change.action == "leave" else "does not list it"
    if change.standing == "announced":
        return f"{verb} {change.effective}"
    if change.standing == "due":
        return f"was to {change.action} {change.effective}, no file since"
    if change.standing == "contradicted":
        return f"was to {change.action} {change.effective}, the file of {change.file} {listed}"
    already = "does not list it" if change.action == "leave" else "lists it already"
    return f"{verb} {change.effective}, the file of {change.file} {already}"


@record(frozen=True, slots=True)
class Leaving:
    """Those of an index's largest contributors that are to leave.

    Attributes:
        symbols: by rank.
        effective: the day by which all have left.
        days: on how many days they leave.
        due: one's day has passed without a file since.
        contribution: what they contributed together, a fraction.
    """

    symbols: tuple[str, ...]
    effective: date
    days: int
    due: bool
    contribution: float


def leaders_to_leave(changes: tuple[Coming, ...]) -> Leaving | None:
    """The largest contributors that are to leave; None where none is, or a file says otherwise."""
    leaders = [
        c
        for c in sorted(changes, key=lambda c: c.rank or TOP + 1)
        if c.action == "leave" and c.file is None and c.rank is not None and c.rank <= TOP
    ]
    if not leaders:
        return None
    days = {c.effective for c in leaders}
    return Leaving(
        symbols=tuple(c.symbol for c in leaders),
        effective=max(days),
        days=len(days),
        due=any(c.standing == "due" for c in leaders),
        contribution=math.fsum(c.contribution or 0.0 for c in leaders),
    )
