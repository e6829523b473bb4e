"""The verdict: detractors, names that leave, and whether few names or many made the return.

Each is a small sum over figures of the Snapshot and stands in the note's JSON, so that
the sentence that tells it can be checked there.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from core.data.record import record
from core.data.register import UNKNOWN
from core.measures.rarity import TIE_DECIMALS

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.changes import Change, Changes
    from core.measures.spread import Ranking

#: Leaders and drags that are named.
MOST_NAMED: Final = 3
#: Contributors whose part decides whether a gap is called a handful's.
HANDFUL: Final = 10
#: Below this gap nothing is said about what made it: shares of it explode near zero.
GAP_FLOOR: Final = 0.01
#: Part of the gap that equal weights (or the handful) must carry for the word to be used.
CARRIES: Final = 0.5
#: Part of the gap that the medians must carry where it is broad, and may not where a handful did.
MEDIANS: Final = 0.25

#: Part of the gap above which the rests of both indices together leave it unexplained.
UNEXPLAINED: Final = 0.5

Word = Literal["broad", "handful", "between", "unexplained"]


@record(frozen=True, slots=True)
class Few:
    """Some names of an index and their contribution together, a fraction."""

    symbols: tuple[str, ...]
    contribution: float


@record(frozen=True, slots=True)
class MembersTotal:
    """The lines that left (or joined) between two files.

    Attributes:
        count: lines.
        measured: those whose contribution over the window is known.
        weight: their share of the fund by the file they stand in.
        contribution: sum of what is known, a fraction.
    """

    count: int
    measured: int
    weight: float
    contribution: float


@record(frozen=True, slots=True)
class Verdict:
    """Whether a gap is the whole market's or a handful's; fractions.

    Attributes:
        word: "broad" where equal weights carry half of the gap and the medians a quarter;
            "handful" where the medians carry less and the leaders of the index ahead half;
            else "between"; "unexplained" where the funds' closes and their lines disagree by more
            than half of the gap: then neither is said.
        ahead: fund of the index ahead.
        behind: fund of the other one.
        equal: equal-weight return of the index ahead less that of the other.
        medians: median of the index ahead less that of the other.
        gap: of the funds, the index ahead less the other, above zero.
        leaders: contribution of the largest contributors of the index ahead.
        without: the gap less that.
        count: how many contributors that is.
        sign: 1 where the small fund is ahead, -1 where it trails.
    """

    word: Word
    ahead: str
    behind: str
    equal: float
    medians: float
    gap: float
    leaders: float
    without: float
    count: int
    sign: int

    @property
    def equal_gap(self) -> float:
        """Equal-weight return of the small index less that of the large one."""
        return self.sign * self.equal

    @property
    def medians_gap(self) -> float:
        """Median of the small index less that of the large one."""
        return self.sign * self.medians

    @property
    def without_gap(self) -> float:
        """Small less large, with the leaders' contribution at zero."""
        return self.sign * self.without


def margin(ranking: Ranking) -> float | None:
    """Distance to the next rank: to the better one, at rank 1 to the runner-up; >= 0."""
    side = -1.0 if ranking.gap < 0 else 1.0
    if ranking.next_gap is not None:
        return side * (ranking.next_gap - ranking.gap)
    if ranking.runner_up is None:
        return None
    return max(side * (ranking.gap - ranking.runner_up.gap), 0.0)


def drags(view: IndexView) -> Few | None:
    """The largest losers of an index, worst first; None where no line lost a basis point."""
    lines = view.contributors
    rows = [r for r in range(len(lines))[::-1][:MOST_NAMED] if round(lines.contribution[r], 4) < 0]
    if not rows:
        return None
    return Few(
        tuple(lines.symbols[r] for r in rows), math.fsum(lines.contribution[r] for r in rows)
    )


def leaders_that_left(changes: Changes, view: IndexView) -> Few | None:
    """Those of an index's largest contributors that left between two files; None where none."""
    leavers = {c.symbol: c.contribution for c in changes.left if c.contribution is not None}
    symbols = [s for s in view.contributors.symbols[:MOST_NAMED] if s in leavers]
    return Few(tuple(symbols), math.fsum(leavers[s] for s in symbols)) if symbols else None


def members_total(changes: tuple[Change, ...]) -> MembersTotal:
    """Add up the lines that left, or joined."""
    contributions = [c.contribution for c in changes if c.contribution is not None]
    return MembersTotal(
        len(changes),
        len(contributions),
        math.fsum(c.weight for c in changes),
        math.fsum(contributions),
    )


def inside_window(changes: Changes, start: date) -> bool:
    """Whether the changes fall inside the window: the later file is from after it began."""
    return changes.to_date > start


def verdict(snapshot: Snapshot) -> Verdict | None:
    """Breadth or a handful; None where coverage, a side or a gap worth it is missing."""
    spread, small, large = snapshot.spread, snapshot.small, snapshot.large
    if spread is None or small is None or large is None:
        return None
    if not all(view.claims_all for view in (small, large)):
        return None
    if abs(spread.gap) < GAP_FLOOR:
        return None
    ahead, behind = (small, large) if spread.gap > 0 else (large, small)
    mine, theirs = ahead.breadth, behind.breadth
    if mine.median is None or theirs.median is None or len(ahead.contributors) <= HANDFUL:
        return None
    assert mine.equal_weight is not None and theirs.equal_weight is not None
    gap = abs(spread.gap)
    leaders = math.fsum(ahead.contributors.contribution[:HANDFUL])
    medians = mine.median - theirs.median
    equal = mine.equal_weight - theirs.equal_weight
    word: Word = "between"
    if math.fsum(abs(view.rest or 0.0) for view in (ahead, behind)) > UNEXPLAINED * gap:
        word = "unexplained"
    elif equal >= CARRIES * gap and medians >= MEDIANS * gap:
        word = "broad"
    elif medians < MEDIANS * gap and leaders >= CARRIES * gap:
        word = "handful"
    return Verdict(
        word=word,
        ahead=ahead.fund,
        behind=behind.fund,
        equal=equal,
        medians=medians,
        gap=gap,
        leaders=leaders,
        without=gap - leaders,
        count=HANDFUL,
        sign=1 if spread.gap > 0 else -1,
    )


def level(gap: float) -> bool:
    """Whether a gap rounds to zero at the places it is printed with."""
    return round(abs(gap), TIE_DECIMALS) == 0


def named_sectors(view: IndexView) -> tuple[int, int] | None:
    """Places of an index's best and worst sector that are known.

    None where nothing may be claimed about sectors, or fewer than two are known.
    """
    known = [place for place, sector in enumerate(view.sectors) if sector.name != UNKNOWN]
    return (known[0], known[-1]) if len(known) > 1 and view.claims_sectors else None
