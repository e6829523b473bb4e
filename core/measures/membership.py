"""Who is in the index when: which member list applies to which part of a window.

A holdings file holds the close of its day, after any change made at that close. The window is
cut at every file and at every known reconstitution strictly inside it, and where an announced
change takes effect that no file shows yet. A file dated after the as-of date serves only where
none on or before it can.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from core.data.latest import latest
from core.data.lending import lenders
from core.data.record import record
from core.measures.amended import Acting, acting, amended, even_list, rebalance, rebalances
from core.measures.carry import NEAR_DAYS, Carry, carry

if TYPE_CHECKING:
    from core.data.frames import Holdings
    from core.data.market import Market
    from core.data.windows import Window


#: As-of dates and funds whose lists are kept.
_KEPT: Final = 1024


@record(frozen=True, slots=True)
class Span:
    """A part of a window on one list of members.

    Attributes:
        start: session whose close the part begins at.
        end: session whose close it ends at.
        file: the holdings it uses: ``origin``, or what is made of it by announced changes or
            at equal weights.
        origin: the stored holdings file.
        carry: how far its list is carried, and whose it is.
        fund: the fund whose index it is a part of.
        as_of: the session asked for.
        changes: announced changes that make ``file`` of ``origin``.
    """

    start: date
    end: date
    file: Holdings
    origin: Holdings
    carry: Carry
    fund: str
    as_of: date
    changes: tuple[Acting, ...] = ()


@record(frozen=True, slots=True)
class _Choice:
    """A file for the start of a segment.

    Attributes:
        session: of the file.
        file: the holdings.
        older_than: a reconstitution that it is older than, or None.
        lender: the fund that lends it, "" for its own.
        even: lent for its members alone.
    """

    session: date
    file: Holdings
    older_than: date | None
    lender: str = ""
    even: bool = False

    def distance(self, start: date) -> tuple[int, bool, date, str]:
        """Sort key for the nearest list: days, then the fund's own, then the earlier."""
        return abs((self.session - start).days), bool(self.lender), self.session, self.lender


class _Lists:
    """The lists that may apply to one fund, as known on a date.

    The market keeps it, so it is given the market and does not hold it: each would keep the other
    until garbage is looked for, and a screen has a new market with every refresh and every quote.
    """

    def __init__(self, market: Market, fund: str, as_of: date, *, later: bool) -> None:
        self.fund, self.as_of, self.later = fund, as_of, later
        self.lenders = lenders(market.reference.indices, fund, market.holdings)
        self.remade = [market.session(d) for d in market.reference.reconstitutions.get(fund, ())]
        # of a list that lends its members alone, each at 1/N, the weights do not matter
        self.files = {
            (name, weighted): [
                file
                for file in market.holdings.get(name, ())
                if (even or file.weighted) is weighted
            ]
            for name, even in ((fund, False), *self.lenders)
            for weighted in (True, False)
        }
        self.dated = {
            key: [market.session(file.as_of) for file in files] for key, files in self.files.items()
        }
        self.some_unweighted = any(
            files for (_, weighted), files in self.files.items() if not weighted
        )
        self._choices: dict[date, tuple[_Choice, tuple[Acting, ...], Carry, Holdings] | None] = {}
        # the windows of a history share nearly all of their parts
        self._spans: dict[tuple[date, date, date], Span | None] = {}
        self.windows: dict[tuple[date, date], tuple[Span, ...]] = {}
        cuts = {*self.sessions(fund), *(r for r in self.remade if r <= as_of)}
        self.cuts, self.chosen_alone = sorted(cuts), self._chosen_alone()

    def sessions(self, name: str, *, weighted: bool = True) -> list[date]:
        """Sessions of a fund's files up to the as-of date."""
        dated = self.dated[name, weighted]
        return dated[: bisect_right(dated, self.as_of)]

    def _of(
        self,
        name: str,
        start: date,
        *,
        weighted: bool,
        later: bool,
        lender: bool = False,
        even: bool = False,
    ) -> _Choice | None:
        """The file of one fund for a segment's start; ``later``: also one after the as-of date."""
        files, sessions = self.files[name, weighted], self.dated[name, weighted]
        count = len(files) if later else bisect_right(sessions, self.as_of)
        if not count:
            return None
        remade = bisect_right(self.remade, min(start, self.as_of))
        missed = self.remade[remade - 1] if remade else None
        fresh = 0 if missed is None else bisect_left(sessions, missed, 0, count)
        before = bisect_right(sessions, start, fresh, count) - 1
        place = before if before >= fresh else min(fresh, count - 1)
        older_than = None if fresh < count else missed
        return _Choice(sessions[place], files[place], older_than, name if lender else "", even)

    def choose(self, start: date) -> _Choice | None:
        """The file for a segment that starts at a session; None without any.

        A list without weights counts for breadth alone. It is chosen where no list with weights
        says who the members are: none within a year, or none since a reconstitution. So an answer
        as of an earlier day counts the same members as a history does at that day.
        """
        if self.some_unweighted:
            for weighted in (True, False):
                choice = self._nearest(start, weighted=weighted, later=self.later)
                if choice is not None and self._carry(choice, start).members:
                    return choice
        return self._nearest(start, weighted=True, later=self.later) or self._nearest(
            start, weighted=False, later=self.later
        )

    def _nearest(self, start: date, *, weighted: bool, later: bool) -> _Choice | None:
        """The nearest file with weights, or without; ``later``: where needed, also a later one."""
        own_list = self._of(self.fund, start, weighted=weighted, later=False)
        speaks = own_list is not None and own_list.older_than is None
        if own_list is not None and speaks and 0 <= (start - own_list.session).days <= NEAR_DAYS:
            return own_list
        choices = self._candidates(start, weighted=weighted, later=False)
        good = [choice for choice in choices if choice.older_than is None]
        if not good and later:
            choices += self._candidates(start, weighted=weighted, later=True)
            good = [choice for choice in choices if choice.older_than is None]
        # without any list since the reconstitution the old one stays, the fund's first
        pool = good or [choice for choice in choices if not choice.lender] or choices
        return min(pool, key=lambda choice: choice.distance(start), default=None)

    def _candidates(self, start: date, *, weighted: bool, later: bool) -> list[_Choice]:
        """The file of the fund itself and of each lender, those that have one."""
        own_list = self._of(self.fund, start, weighted=weighted, later=later)
        of_lenders = (
            self._of(name, start, weighted=weighted, later=later, lender=True, even=even)
            for name, even in self.lenders
        )
        return [choice for choice in (own_list, *of_lenders) if choice is not None]

    def changes(self, market: Market, choice: _Choice, start: date) -> tuple[Acting, ...]:
        """Announced changes that took effect since a file, on or before a session."""
        return acting(market, self.fund, choice.file, start, self.as_of)

    def span(
        self, market: Market, start: date, end: date, speaks_for: date | None = None
    ) -> Span | None:
        """A part of the window, on the list that applies to its start or to another session."""
        key = start, end, start if speaks_for is None else speaks_for
        if key not in self._spans:
            self._spans[key] = self._span(market, *key)
        return self._spans[key]

    def _span(self, market: Market, start: date, end: date, when: date) -> Span | None:
        if when not in self._choices:
            self._choices[when] = self._list(market, when)
        list_choice = self._choices[when]
        if list_choice is None:
            return None
        choice, changes, list_carry, file = list_choice
        return Span(start, end, file, choice.file, list_carry, self.fund, self.as_of, changes)

    def _list(
        self, market: Market, when: date
    ) -> tuple[_Choice, tuple[Acting, ...], Carry, Holdings] | None:
        """The list for a session: its file, what changes it, how far it is carried, and it."""
        choice = self.choose(when)
        if choice is None:
            return None
        changes = self.changes(market, choice, when)
        file = amended(market, choice.file, changes)
        if choice.even:
            file = even_list(market, self.fund, file, rebalance(market, when))
        return choice, changes, self._carry(choice, when), file

    def _carry(self, choice: _Choice, when: date) -> Carry:
        """How far a chosen list is carried to a session."""
        return carry(
            choice.session,
            when,
            self.remade,
            older_than=choice.older_than,
            lender=choice.lender,
            even=choice.even,
            weighted=choice.even or choice.file.weighted,
        )

    def _chosen_alone(self) -> list[date]:
        """Sessions at which the index is cut where the file of the day is chosen, ascending.

        They are those of lent files, and of lists without weights.
        """
        days = {when for name, _ in self.lenders for when in self.sessions(name)}
        days.update(when for name, _ in self.dated for when in self.sessions(name, weighted=False))
        choices = ((when, self.choose(when)) for when in sorted(days))
        return [
            when
            for when, c in choices
            if c is not None and c.session == when and (c.lender or not c.file.weighted)
        ]


def _lists(market: Market, fund: str, as_of: date, *, later: bool) -> _Lists:
    """The lists that may apply to a fund, laid out once for each as-of date."""
    key = fund, as_of, later
    make = partial(_Lists, market, fund, as_of, later=later)
    return latest(market.cached("lists", dict), key, make, _KEPT)


def spans(
    market: Market, fund: str, start: date, end: date, as_of: date, *, later: bool = True
) -> tuple[Span, ...]:
    """Cut a window into parts with one list each; empty without any file.

    A part uses the latest file on or before its start that no reconstitution since has made
    old; where there is none, the earliest after it; where none is available since a reconstitution
    the old file stays. A fund without a file of its own for the date borrows the nearer
    list of a fund of the same index.

    Args:
        market: the available data.
        fund: the fund's symbol.
        start: session of the window's first close.
        end: session of its last close.
        as_of: the session asked for.
        later: a file dated after it may serve where no other can.
    """
    lists = _lists(market, fund, as_of, later=later)
    if (start, end) not in lists.windows:
        lists.windows[start, end] = _cut(market, lists, start, end)
    return lists.windows[start, end]


def _cut(market: Market, lists: _Lists, start: date, end: date) -> tuple[Span, ...]:
    """The parts of a window; see `spans`."""
    inside = {*_between(lists.cuts, start, end), *_between(lists.chosen_alone, start, end)}
    if any(even for _, even in lists.lenders):
        turns = rebalances(market, start, end)
        inside |= {when for when in turns if (c := lists.choose(when)) is not None and c.even}
    effective = {market.session(change.effective) for change in market.announced}
    for when in sorted(w for w in effective if start < w < end):
        # acting from here on, or taken back up to here
        for at in (when, market.session(when - timedelta(days=1))):
            choice = lists.choose(at)
            changes = () if choice is None else lists.changes(market, choice, at)
            if any(c.session == when and c.undone == (at < when) for c in changes):
                inside.add(when)
    edges = [start, *sorted(inside), end]
    parts = (lists.span(market, first, last) for first, last in pairwise(edges))
    return tuple(part for part in parts if part is not None)


def _between(sessions: Sequence[date], start: date, end: date) -> Sequence[date]:
    """The part of ascending sessions strictly between two."""
    return sessions[bisect_right(sessions, start) : bisect_left(sessions, end)]


def as_known(market: Market, funds: Iterable[str], window: Window, as_of: date) -> Market:
    """The market as it was known on a session: its lines, and the closes known by then."""
    market = market.kinds_known_on(as_of)
    if market.all_known_on(as_of) or market.line_tickers.until(as_of) == date.max:
        return market
    start, end = window.start, window.end
    serving: set[Holdings] = set()
    for fund in funds:
        at_end = list_at_end(market, fund, start, end, as_of)
        parts = (*spans(market, fund, start, end, as_of), *filter(None, [at_end]))
        serving |= {p.origin for p in parts if market.session(p.origin.as_of) > as_of}
    return market.known_on(as_of, frozenset(serving))


def list_at_end(market: Market, fund: str, start: date, end: date, as_of: date) -> Span | None:
    """The whole window on the list that applies to its end; None without any file. See `spans`."""
    for later in (False, True):
        lists = _lists(market, fund, as_of, later=later)
        if part := lists.span(market, start, end, speaks_for=end):
            return part
    return None
