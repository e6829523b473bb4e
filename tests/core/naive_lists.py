"""Which list speaks for which day, told a second time, day by day and as plainly as it can be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from core.data.frames import Announcement, Holdings
from core.data.market import Market

YEAR = 365  # calendar days; no list of these tests is carried a year over a 29 February


@dataclass
class Part:
    """One segment: what its lines weighed and made."""

    start: date
    end: date
    file: Holdings
    older_than: date | None
    age: int = 0  # calendar days between the list and the start
    back: bool = False  # the list is the later
    over: bool = False  # a reconstitution lies between
    estimated: bool = False
    scale: float = 0.0  # m_k
    covered: float = 0.0  # of all that is to be measured
    basket: float = 0.0  # B_k
    lender: str = ""
    gone: set[str] = field(default_factory=set)  # left as announced
    joining: tuple[str, ...] = ()  # joined as announced, weight not known
    members: tuple[str, ...] = ()
    share: dict[str, float] = field(default_factory=dict)
    returns: dict[str, float] = field(default_factory=dict)
    reasons: dict[str, set[str]] = field(default_factory=dict)

    @property
    def leaders(self) -> bool:
        """Leaders may be named on its list."""
        return self.older_than is None and not self.over and self.age <= YEAR

    @property
    def breadth(self) -> bool:
        """So may what breadth comes to."""
        return self.leaders and (not self.back or self.age <= 100)


@dataclass
class Listed:
    """A list that speaks for a day: the file, a reconstitution it is older than, its lender."""

    file: Holdings
    older: date | None
    lender: str


class Lists:
    """Of a market's files and announcements."""

    market: Market
    calendar: list[date]

    def session(self, on: date) -> date:
        """A date without a session counts as the session before."""
        return self.calendar[bisect_right(self.calendar, on) - 1]

    def age(self, close: date, on: date) -> int:
        """How many exchange sessions old a close is on a date."""
        return bisect_right(self.calendar, on) - bisect_right(self.calendar, close)

    def follow(self, listed: str) -> str:
        raise NotImplementedError

    def remade(self, fund: str) -> set[date]:
        return set(map(self.session, self.market.reference.reconstitutions.get(fund, ())))

    def file_of(self, owner: str, fund: str, on: date, until: date) -> Listed | None:
        """The file of one fund that speaks for another (or itself) on a day.

        The latest on or before the day that is not older than the last reconstitution, else
        the first dated on or after that one; else the newest of the old ones, told as old.

        Args:
            owner: whose files.
            fund: whose index.
            on: the day.
            until: files later than this are not known.
        """
        files = [f for f in self.market.holdings.get(owner, ()) if self.session(f.as_of) <= until]
        files.sort(key=lambda f: f.as_of)
        lender = "" if owner == fund else owner
        made = max((d for d in self.remade(fund) if d <= on), default=date.min)
        now = [f for f in files if self.session(f.as_of) >= made]
        past = [f for f in now if self.session(f.as_of) <= on]
        if past or now:
            return Listed((past[-1:] or now)[0], None, lender)
        return Listed(files[-1], made, lender) if files else None

    def chosen(self, fund: str, on: date, as_of: date, later: bool = True) -> Listed | None:
        """The list for a segment that starts on a day; ``later`` ones where no other can serve."""
        indices = self.market.reference.indices
        others = [f for f in self.market.holdings if f != fund and fund in indices]
        others = [f for f in others if indices.get(f) == indices[fund]]
        far = lambda held: abs((self.session(held.file.as_of) - on).days)  # noqa: E731
        own = self.file_of(fund, fund, on, as_of)
        if own and own.older is None and self.session(own.file.as_of) <= on and far(own) <= 100:
            return own
        lent = [self.file_of(f, fund, on, as_of) for f in others]
        every = [held for held in (own, *lent) if held]
        good = [held for held in every if held.older is None]
        if later and not good:
            late = [self.file_of(f, fund, on, date.max) for f in (fund, *others)]
            every += [held for held in late if held]
            good = [held for held in every if held.older is None]
        if not good and own:
            return own
        ranked = sorted(good or every, key=lambda h: (far(h), h.lender != "", h.file.as_of))
        return ranked[0] if ranked else None

    def told_of(self, funds: set[str], as_of: date) -> list[Announcement]:
        """What is announced of funds by a day; a join and a leave in one session are neither."""
        told = [a for a in self.market.announced if a.fund in funds]
        told = [a for a in told if a.announced is None or a.announced <= as_of]

        def opposed(one: Announcement) -> bool:
            return any(
                other.action != one.action
                and self.follow(other.symbol) == self.follow(one.symbol)
                and self.session(other.effective) == self.session(one.effective)
                for other in told
            )

        return sorted((a for a in told if not opposed(a)), key=lambda a: a.effective)

    def took_effect(self, fund: str, held: Listed, on: date, as_of: date) -> dict[str, date]:
        """Line -> day of each announced change since a list that no file shows yet."""
        funds, dated = {fund, held.file.fund}, self.session(held.file.as_of)
        newest: dict[str, Announcement] = {}
        for told in self.told_of(funds, as_of):
            if dated <= self.session(told.effective) <= on:
                newest[self.follow(told.symbol)] = told
        found = {}
        for symbol, told in newest.items():
            when = self.session(told.effective)
            later = [
                f
                for f in sorted(self.market.holdings.get(told.fund, ()), key=lambda f: f.as_of)
                if when < self.session(f.as_of) <= as_of
            ]
            wanted = told.action == "join"
            listed = symbol in map(self.follow, held.file.symbols)
            confirmed = not later or (symbol in map(self.follow, later[0].symbols)) == wanted
            if listed != wanted and confirmed:
                found[symbol] = when
        return found

    def taken_back(self, fund: str, held: Listed, on: date, as_of: date) -> dict[str, date]:
        """Line -> day of its first announced change after a day, up to a later list that shows it.

        Before it the line was a member where the change is that it leaves.
        """
        funds, dated = {fund, held.file.fund}, self.session(held.file.as_of)
        found: dict[str, date] = {}
        for told in reversed(self.told_of(funds, as_of)):
            when, symbol = self.session(told.effective), self.follow(told.symbol)
            if on < when <= dated:
                found.pop(symbol, None)
                listed = symbol in map(self.follow, held.file.symbols)
                if listed == (told.action == "join"):
                    found[symbol] = when
        return found

    def cut(self, fund: str, start: date, end: date, as_of: date, later: bool = True) -> list[Part]:
        """The window in segments, each with the list it uses."""
        own = {self.session(f.as_of) for f in self.market.holdings.get(fund, ())}
        edges = [start]
        # the session before the first that may be cut at, and each of those
        place, past = bisect_right(self.calendar, start), bisect_left(self.calendar, end)
        before = self.chosen(fund, self.calendar[place - 1], as_of, later)
        for eve, on in pairwise(self.calendar[place - 1 : past]):
            held = self.chosen(fund, on, as_of, later)
            lent = held and held.lender and self.session(held.file.as_of) == on
            acts = held and on in self.took_effect(fund, held, on, as_of).values()
            acts = acts or (before and on in self.taken_back(fund, before, eve, as_of).values())
            if on in own | self.remade(fund) or lent or acts:
                edges.append(on)
            before = held
        parts = []
        for first, last in pairwise([*edges, end]):
            held = self.chosen(fund, first, as_of, later)
            if held is None:
                continue
            changed = self.took_effect(fund, held, first, as_of)
            changed |= self.taken_back(fund, held, first, as_of)
            dated = self.session(held.file.as_of)
            part = Part(
                first,
                last,
                held.file,
                held.older,
                age=abs((dated - first).days),
                back=dated > first,
                over=any(first < d <= dated for d in self.remade(fund)),
                lender=held.lender,
            )
            listed = list(map(self.follow, held.file.symbols))
            part.gone = {s for s in changed if s in listed}
            part.joining = tuple(s for s in changed if s not in listed)
            parts.append(part)
        return parts
