"""What changed between two looks at the same question.

`since(before, after)` takes two `core.answer.looks.Look`: of a Snapshot (`look`), or read from a
file (`read`: a kept look, or an earlier note's JSON). Different questions are never compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from core.answer.looks import IndexLook, Look, LookError
from core.answer.views import covers
from core.data.record import record

#: Names at either end that count as leaders and laggards.
ENDS: Final = 10
#: Windows that begin anew: their start tells one from the next.
_RENEWED: Final = ("MTD", "QTD", "YTD", "H1", "H2")


@record(frozen=True, slots=True)
class ThenNow:
    """A number then and now; None where it is not known."""

    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """Now less then."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@record(frozen=True, slots=True)
class Placed:
    """A name's rank and contribution then and now.

    Attributes:
        symbol: the line.
        rank: 1-based place from the best (or from the worst, among laggards).
        bp: its contribution in bp.
    """

    symbol: str
    rank: ThenNow
    bp: ThenNow


@record(frozen=True, slots=True)
class RankingEnd:
    """One end of the ranking, best or worst.

    Attributes:
        entered: among the first now and not then, by place now.
        dropped: among the first then and not now, by place then.
        moved: among the first both times, at another place; by place now.
    """

    entered: tuple[Placed, ...]
    dropped: tuple[Placed, ...]
    moved: tuple[Placed, ...]

    @property
    def same(self) -> bool:
        """Whether nothing changed at this end."""
        return not (self.entered or self.dropped or self.moved)


@record(frozen=True, slots=True)
class IndexSince:
    """What changed in one index.

    Attributes:
        fund_return: fractions.
        share_up: share of lines that rose, fractions; None below the coverage floor.
        leaders, laggards: None where either look is below the coverage floor.
        joined, left: names that the later pair of files tells and the earlier did not.
        withheld: why leaders and breadth are not compared, "" where they are.
    """

    fund_return: ThenNow
    share_up: ThenNow
    leaders: RankingEnd | None
    laggards: RankingEnd | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    withheld: str


@record(frozen=True, slots=True)
class Since:
    """What changed between two looks.

    Attributes:
        before, after: the looks.
        gap_pp: percentage points.
        own_return: of one index alone, fractions.
        rank: place of the gap, or of the return, among the same windows of every year.
        indices: fund -> what changed; only those that both looks tell.
        rolled: the window's start moved with its end (1M, 1W ...): both ends differ.
    """

    before: Look
    after: Look
    gap_pp: ThenNow
    own_return: ThenNow
    rank: ThenNow
    indices: Mapping[str, IndexSince]
    rolled: bool


def since(before: Look, after: Look, ends: int = ENDS) -> Since:
    """Compare two looks; ``ends`` names at either end count as leaders and laggards.

    Raises:
        LookError: they are looks at different questions, or in the wrong order of time.
    """
    for what, then, now in (
        ("pair", _funds(before), _funds(after)),
        ("window", before.window, after.window),
        ("basis", before.basis, after.basis),
        ("market", _market(before), _market(after)),
    ):
        if then != now:
            raise LookError(f"the earlier look is at another {what} ({then}, now {now})")
    if before.as_of > after.as_of:
        raise LookError(
            f"the earlier look is of {before.as_of}, later than {after.as_of}: nothing to compare"
        )
    rolled = before.start != after.start
    if rolled and before.window in _RENEWED:
        raise LookError(
            f"a new {before.window} began on {after.start}: the earlier look is at the one from"
            f" {before.start}"
        )
    both = [fund for fund in after.indices if fund in before.indices]
    return Since(
        before=before,
        after=after,
        gap_pp=ThenNow(before.gap_pp, after.gap_pp),
        own_return=ThenNow(before.own_return, after.own_return),
        rank=ThenNow(before.rank, after.rank),
        indices={f: _index(f, before.indices[f], after.indices[f], ends) for f in both},
        rolled=rolled,
    )


def _funds(look: Look) -> str:
    return f"{look.small} alone" if look.alone else f"{look.small}:{look.large}"


def _market(look: Look) -> str:
    return "simulated" if look.simulated else "real"


def _index(fund: str, then: IndexLook, now: IndexLook, ends: int) -> IndexSince:
    thin = [look for look in (then, now) if not look.claims]
    comparable = not thin
    known_joined, known_left = set(then.joined), set(then.left)
    return IndexSince(
        fund_return=ThenNow(then.fund_return, now.fund_return),
        share_up=ThenNow(then.share_up, now.share_up) if comparable else ThenNow(None, None),
        leaders=_ends(list(then.ranked), list(now.ranked), then, now, ends) if comparable else None,
        laggards=_ends(list(then.ranked)[::-1], list(now.ranked)[::-1], then, now, ends)
        if comparable
        else None,
        joined=tuple(symbol for symbol in now.joined if symbol not in known_joined),
        left=tuple(symbol for symbol in now.left if symbol not in known_left),
        withheld=""
        if comparable
        else f"{fund}: {_thin(thin[-1], now)}; leaders and breadth are not compared",
    )


def _thin(look: IndexLook, now: IndexLook) -> str:
    """Why a look carries no claim."""
    verb = "is" if look is now else "was"
    if covers(look.coverage):
        return f"the list of members {verb} carried too far, or the lines' closes end early"
    if math.isnan(look.coverage):
        return f"what part of weight {verb} measured is not known"
    return f"{look.coverage * 100:.1f} % of weight {verb} measured"


def _ends(
    then: list[str], now: list[str], before: IndexLook, after: IndexLook, ends: int
) -> RankingEnd:
    """Compare the first names of two orders."""
    was = {symbol: place for place, symbol in enumerate(then, start=1)}
    is_ = {symbol: place for place, symbol in enumerate(now, start=1)}

    def placed(symbol: str) -> Placed:
        return Placed(
            symbol,
            ThenNow(was.get(symbol), is_.get(symbol)),
            ThenNow(before.ranked.get(symbol), after.ranked.get(symbol)),
        )

    first, old = now[:ends], then[:ends]
    return RankingEnd(
        entered=tuple(placed(symbol) for symbol in first if symbol not in old),
        dropped=tuple(placed(symbol) for symbol in old if symbol not in first),
        moved=tuple(placed(s) for s in first if s in old and was[s] != is_[s]),
    )
