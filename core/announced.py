"""Changes of membership announced before they take effect, held against the files that follow.

A change takes effect at a close. A file dated after that close, or one of that very day that
already shows it, settles the matter: it confirms the change, which then is no longer told as
announced, or it contradicts it, which is said. What was announced after the as-of date is not
known on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from core.frames import Action, Announcement, Holdings
from core.market import Market
from core.phrase import Figure, Name, Sentence, basis_points, key, spoken

if TYPE_CHECKING:
    from core.views import IndexView

#: Leaders of whom the sentence speaks.
TOP: Final = 3
_COUNTS: Final = {1: "one", 2: "two", 3: "three"}
Standing = Literal["announced", "due", "doubtful", "contradicted"]


@dataclass(frozen=True, slots=True)
class Coming:
    """An announced change, how it stands, and what the line brought over the window.

    Attributes:
        symbol: the line, as its closes are followed.
        name: its name, "" where nobody says it.
        sector: its sector, "" where unknown.
        action: "join" or "leave".
        effective: the day at whose close it takes effect.
        announced: the day it was announced, None where not known.
        source: who says so, "" where not known.
        standing: "announced"; "due" when its day has passed and no file since is held;
            "doubtful" when the newest file before it already has it so; "contradicted" when
            a file dated later has it otherwise.
        file: date of the file that makes it doubtful or contradicts it, else None.
        weight: at the window's start, a fraction; None where the line is not measured.
        returns: over the window, while a member where it is one; a fraction, None where unknown.
        contribution: over the window, a fraction; None where not measured.
        rank: place among the contributors, from 1; None where not measured.
    """

    symbol: str
    name: str
    sector: str
    action: Action
    effective: date
    announced: date | None
    source: str
    standing: Standing
    file: date | None = None
    weight: float | None = None
    returns: float | None = None
    contribution: float | None = None
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class _Roll:
    """The files of one fund up to a date, each as a set of lines that renames do not change."""

    market: Market
    files: tuple[tuple[date, Holdings], ...]

    def key(self, symbol: str) -> str:
        """A symbol under its newest name."""
        return self.market.reference.aliases.get(symbol, symbol)

    def has(self, file: Holdings, symbol: str) -> bool:
        """Whether a file lists a line, under its old name or the new one."""
        listed: frozenset[str] = self.market.kept(
            (file, "keys"), lambda: frozenset(map(self.key, file.symbols))
        )
        return self.key(symbol) in listed


def _standing(roll: _Roll, told: Announcement, as_of: date) -> tuple[Standing, date | None] | None:
    """How an announcement stands and the file that says so; None where a file confirms it."""
    effective = roll.market.session(told.effective)
    leaves = told.action == "leave"
    since = [(when, file) for when, file in roll.files if when >= effective]
    if any(roll.has(file, told.symbol) != leaves for _, file in since):
        return None
    later = [file for when, file in since if when > effective]
    if later:
        return "contradicted", later[-1].as_of
    if roll.files and roll.has(roll.files[-1][1], told.symbol) != leaves:
        return "doubtful", roll.files[-1][1].as_of
    return ("due" if effective < as_of else "announced"), None


def coming(
    market: Market,
    fund: str,
    view: IndexView | None,
    as_of: date,
    own_return: Callable[[str], float | None],
) -> tuple[Coming, ...]:
    """A fund's announced changes as they stand at a date, leavers by what they brought first.

    Args:
        market: what is held; ``market.announced`` are the announcements.
        fund: the fund's symbol.
        view: the index over the window, None where it cannot be told.
        as_of: the session asked for.
        own_return: a symbol's return over the window, a fraction, None where not known.
    """
    roll = _Roll(
        market,
        tuple(
            (session, file)
            for file in market.holdings.get(fund, ())
            if (session := market.session(file.as_of)) <= as_of
        ),
    )
    place = {}
    if view is not None:
        place = {roll.key(s): row for row, s in enumerate(view.contributors.symbols)}
    found = []
    for told in market.announced:
        known = told.announced is None or told.announced <= as_of
        stands = _standing(roll, told, as_of) if told.fund == fund and known else None
        if stands is None:
            continue
        symbol = market.symbol(told.symbol)
        name, sector = market.described.get(symbol, ("", ""))
        change = Coming(
            symbol,
            name or told.name,
            sector,
            told.action,
            told.effective,
            told.announced,
            told.source,
            *stands,
        )
        row = place.get(roll.key(told.symbol))
        if view is None or row is None:
            found.append(replace(change, returns=own_return(symbol)))
            continue
        lines = view.contributors
        found.append(
            replace(
                change,
                symbol=lines.symbols[row],
                weight=float(lines.weight[row]),
                returns=float(lines.returns[row]),
                contribution=float(lines.contribution[row]),
                rank=row + 1,
            )
        )
    return tuple(sorted(found, key=_order))


def _order(change: Coming) -> tuple[bool, bool, bool, float, str]:
    """What no file speaks against first; leavers before joiners, by what they brought."""
    brought = change.contribution
    return (
        change.file is not None,
        change.action == "join",
        brought is None,
        -abs(brought or 0.0),
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


@dataclass(frozen=True, slots=True)
class Leaving:
    """Those of an index's largest contributors that are to leave.

    Attributes:
        symbols: by rank.
        effective: the day by which all have left.
        days: on how many days they leave.
        due: one's day has passed without a file since.
        contribution: what they brought together, a fraction.
    """

    symbols: tuple[str, ...]
    effective: date
    days: int
    due: bool
    contribution: float


def leaders_to_leave(changes: tuple[Coming, ...]) -> Leaving | None:
    """Who of the largest contributors is to leave; None where none is, or a file says otherwise."""
    hit = [
        c
        for c in sorted(changes, key=lambda c: c.rank or TOP + 1)
        if c.action == "leave" and c.file is None and c.rank is not None and c.rank <= TOP
    ]
    if not hit:
        return None
    days = {c.effective for c in hit}
    return Leaving(
        symbols=tuple(c.symbol for c in hit),
        effective=max(days),
        days=len(days),
        due=any(c.standing == "due" for c in hit),
        contribution=math.fsum(c.contribution or 0.0 for c in hit),
    )


def announced_sentence(head: Sentence, view: IndexView, changes: tuple[Coming, ...]) -> Sentence:
    """How many of an index's top contributors are to leave, and what they brought; or nothing.

    Args:
        head: how a sentence about the index begins.
        view: the index.
        changes: its announced changes.
    """
    found = leaders_to_leave(changes)
    if found is None or not view.claims:
        return Sentence()
    several = len(found.symbols) > 1
    verb = ("were to leave" if several else "was to leave") if found.due else "leave"
    if not several and not found.due:
        verb = "leaves"
    path = f"changes{key(view.fund)}.leaders_to_leave"
    return Sentence(
        head,
        _COUNTS[len(found.symbols)],
        " of its top three contributors",
        f" {verb}",
        " by " if found.days > 1 else " on ",
        Figure(spoken(found.effective), f"{path}.effective"),
        " as announced (",
        Name(" ".join(found.symbols)),
        "); together ",
        Figure(basis_points(found.contribution), f"{path}.sum_bp"),
        ".",
    )
