"""A question, and the one object its answer is drawn from.

A `Snapshot` carries its question, as-of date, sources and coverage, so that no number can be shown
under a wrong title: a screen, a file and a line of JSON are drawn from it and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from core.answer.details import IndexDetails
from core.data.record import record
from core.measures.concentration import net_return

if TYPE_CHECKING:
    from core.answer.coming import Coming
    from core.answer.details import PairDetails
    from core.answer.measure_rank import MeasureRank
    from core.data.closures import StrayDay
    from core.data.frames import FloatArray, LeftOut
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.attribution import SectorEffect
    from core.measures.basket import Segment
    from core.measures.breadth import Breadth
    from core.measures.bridge import GapLeaders, Step
    from core.measures.changes import Changes
    from core.measures.daily import Daily
    from core.measures.spread import Spread

State = Literal["final", "intraday", "partial"]
#: Below this weight nothing is claimed: measured, of leaders or breadth; of known sector, by sector
COVERAGE_FLOOR: Final = 0.90


def covers(weight: float) -> bool:
    """Whether a measured weight, a fraction, reaches the floor: .6 + .3 does."""
    return round(weight, 9) >= COVERAGE_FLOOR


@record(frozen=True, slots=True)
class Source:
    """Where something came from.

    Attributes:
        what: "holdings IWM", "prices SPY", "prices of 1,829 lines".
        origin: file name, address or vendor.
        as_of: the date it applies to.
        fetched_at: when it was taken, None where not known.
    """

    what: str
    origin: str
    as_of: date | None
    fetched_at: datetime | None


@record(frozen=True, eq=False, slots=True)
class Lines:
    """Measured lines, largest contribution first; floats are fractions.

    Attributes:
        symbols: (M,).
        names: (M,).
        sectors: (M,), "" where unknown.
        industries: (M,) the group below the sector, "" where no file says.
        weight: (M,) at the window's start, 0 for a line that joined later.
        returns: (M,) while a member.
        contribution: (M,) to the index's return.
        joined: line -> the close it joined at.
        left: line -> the close it left at.
        flags: line -> words a reader should know.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    weight: FloatArray
    returns: FloatArray
    contribution: FloatArray
    joined: Mapping[int, date] = field(default_factory=dict)
    left: Mapping[int, date] = field(default_factory=dict)
    flags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.symbols)


@record(frozen=True, slots=True)
class Without:
    """An index without some names; returns are fractions.

    Attributes:
        symbols: the names of them that the index has.
        contribution: their sum.
        reweighted: the index's return with the rest weighted up; None with nothing left.
        zeroed: the basket's return less their part of it (without m_k).
        fund_zeroed: the fund's return less their contribution; None without its closes.
    """

    symbols: tuple[str, ...]
    contribution: float
    reweighted: float | None
    zeroed: float
    fund_zeroed: float | None


@record(frozen=True, slots=True)
class EndEarly:
    """Lines whose closes end before the window does.

    Attributes:
        session: of the last close of most of their weight.
        lines: how many they are.
        weight: theirs in the fund, a fraction.
    """

    session: date
    lines: int
    weight: float


@record(frozen=True, slots=True)
class GapWithout:
    """Small less large without some names, fractions.

    Attributes:
        zeroed: the funds' gap with what the names contributed to either taken off.
        baskets: the gap of the measured lines, with all of them.
        reweighted: the same with the other lines weighted up; None where an index has none left.
    """

    zeroed: float
    baskets: float
    reweighted: float | None


@record(frozen=True, eq=False)
class IndexView(IndexDetails):
    """One index over the window; returns and contributions are fractions.

    Attributes:
        fund: the fund it is followed through.
        basket_return: of the measured lines.
        lines: lines of the list at the window's start.
        measured: those of them measured in some segment.
        later: lines that only a later list of the window has.
        later_measured: those of them measured in some segment.
        coverage: the smallest part of the fund that a segment measures; NaN where the total
            of a file is not known.
        estimated: a segment's weights are estimated.
        segments: the parts of the window.
        contributors: every measured line.
        breadth: counts over the window.
        without: the index without the question's names; None where it has none of them.
        end_early: lines that end before the window, where they are too many for a claim.
        price_return_weight: weight of lines with price returns alone beside the fund's total
            return, a fraction; 0 on price return.
        file_price_weight: weight measured on a file's price where no close is available, a
            fraction: of the segment with the most.
        stray_day: a day that a part of the window begins or ends on and that few closes exist
            of: who gave them may have dated them on a day of no session.
    """

    fund: str
    basket_return: float
    lines: int
    measured: int
    later: int
    later_measured: int
    coverage: float
    estimated: bool
    segments: tuple[Segment, ...]
    contributors: Lines
    breadth: Breadth
    without: Without | None
    end_early: EndEarly | None = None
    price_return_weight: float = 0.0
    file_price_weight: float = 0.0
    stray_day: StrayDay | None = None

    @property
    def net_return(self) -> float:
        """Return of the fund's closes; of the measured lines where none are available."""
        return net_return(self.fund_return, self.basket_return)

    @property
    def explained(self) -> float:
        """Sum of the contributions."""
        return math.fsum(self.contributors.contribution)

    @property
    def unexplained(self) -> float | None:
        """Fund return less the contributions."""
        return None if self.fund_return is None else self.fund_return - self.explained

    @property
    def unmeasured(self) -> float:
        """The first part of unexplained: basket return less the contributions."""
        return self.basket_return - self.explained

    @property
    def rest(self) -> float | None:
        """The second part: fund return less basket return (cash, fees, trades)."""
        return None if self.fund_return is None else self.fund_return - self.basket_return

    @property
    def not_measured(self) -> tuple[LeftOut, ...]:
        """Every row of its files that is not measured: lines first, then what is no line."""
        return (*self.left_out, *self.others)

    @property
    def part_known(self) -> bool:
        """Whether it is known what part of the fund is measured."""
        return not math.isnan(self.coverage)

    @property
    def covered(self) -> bool:
        """Whether enough weight is measured, to the window's end, for any statement."""
        return covers(self.coverage) and self.end_early is None

    @property
    def claims(self) -> bool:
        """Whether coverage and lists are good enough for statements about leaders."""
        return self.covered and all(segment.carry.leaders for segment in self.segments)

    @property
    def near(self) -> bool:
        """Whether no segment's list is carried so far that the answer is partial."""
        return all(segment.carry.breadth for segment in self.segments)

    @property
    def claims_breadth(self) -> bool:
        """Whether coverage and the list are good enough for statements about breadth.

        A list at the window's end is judged as it is: the segments' lists are not counted.
        """
        members = self.breadth.members
        if members is not None and members.which == "end":
            covered = covers(members.coverage) and self.end_early is None
            return covered and members.carry.breadth
        return self.covered and self.near

    @property
    def claims_sectors(self) -> bool:
        """Whether the sectors of enough weight are known for statements about sectors."""
        return covers(self.basket.sector_share)

    @property
    def complete(self) -> bool:
        """Whether every figure of the index may be claimed."""
        return self.covered and self.near and self.claims_breadth

    @property
    def claims_all(self) -> bool:
        """Whether leaders, too, may be claimed of an index that is `complete`."""
        return self.complete and self.claims


@record(frozen=True, eq=False, slots=True)
class Snapshot:
    """The answer to a question.

    Attributes:
        question: what was asked, as asked.
        window: what it came to.
        as_of: the session every number is of.
        last_session: the last as-of session that can be requested.
        state: "final"; "intraday" when a close is of an unfinished session; "partial"
            when an index is missing, below the coverage floor or on a list carried too far.
        simulated: the market is made up.
        sources: where everything came from.
        spread: None where a fund's closes are missing (``missing`` says so) or one index stands
            alone.
        indices: fund -> its view; a fund without holdings or prices is not in it.
        bridge: five steps that add up to the gap; () where a side is missing.
        pair: of two indices, what is worked out when it is first read; None where a side is
            missing.
        changes: fund -> differences of two files.
        daily: fund -> breadth session by session up to the window's end, where asked for.
        before: fund -> its view a session earlier, from the same start; made when read.
        missing: sentences about what could not be answered, and what would answer it.
        warnings: sentences about what to bear in mind.
        generation: of the store, None without one.
        announced: fund -> changes announced and not yet confirmed by a file, of funds with any.
        remarks: those of the warnings that are about the question itself.
        not_reached: a date asked for lies beyond the last available session.
        reconstitutions: fund -> the known reconstitution of its index nearest to the as-of date,
            where it lies within two weeks of it.
        measure_ranks: fund -> measure -> its rank among such windows of other times, where asked.
        index_names: fund -> the index it follows, or that it is, where that is known.
        price_returns: funds whose total return is one of prices, as no dividend is available.
        single_spread: of one index alone: its return as a spread over a level that does not move,
            so that the gap is the return and its ranks those of the return.
    """

    question: Question
    window: Window
    as_of: date
    last_session: date
    state: State
    simulated: bool
    sources: tuple[Source, ...]
    spread: Spread | None
    indices: Mapping[str, IndexView]
    bridge: tuple[Step, ...]
    pair: PairDetails | None
    changes: Mapping[str, Changes]
    daily: Mapping[str, Daily]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    generation: int | None
    announced: Mapping[str, tuple[Coming, ...]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    not_reached: bool = False
    before: Mapping[str, IndexView] = field(default_factory=dict)
    reconstitutions: Mapping[str, date] = field(default_factory=dict)
    single_spread: Spread | None = None
    measure_ranks: Mapping[str, Mapping[str, MeasureRank]] = field(default_factory=dict)
    index_names: Mapping[str, str] = field(default_factory=dict)
    price_returns: tuple[str, ...] = ()

    @property
    def gap_leaders(self) -> GapLeaders | None:
        """Each line's part in the gap of the baskets; None where a side is missing."""
        return None if self.pair is None else self.pair.gap_leaders

    @property
    def sector_effects(self) -> tuple[SectorEffect, ...]:
        """The gap of the two baskets by sector; () where a side or its sectors are missing."""
        known = all(view.claims_sectors for view in self.indices.values())
        return () if self.pair is None or not known else self.pair.sector_effects

    @property
    def state_words(self) -> str:
        """The state, and whether weights are estimated: "final, estimated"."""
        estimated = any(view.estimated for view in self.indices.values())
        return f"{self.state}, estimated" if estimated else self.state

    @property
    def small(self) -> IndexView | None:
        """The small index, None where it is not known."""
        return self.indices.get(self.question.small)

    @property
    def large(self) -> IndexView | None:
        """The large index, None where it is not known."""
        return self.indices.get(self.question.large)

    @property
    def ranked(self) -> Spread | None:
        """What is ranked: the spread of a pair, or of one index its return in the same shape."""
        return self.spread or self.single_spread

    @property
    def complete(self) -> bool:
        """Whether all was answered, both indices well covered, on lists not carried too far."""
        return (
            self.ranked is not None
            and not self.not_reached
            and all(view is not None and view.complete for view in (self.small, self.large))
        )

    @property
    def basket_gap(self) -> float | None:
        """Small less large of the measured lines, a fraction, where the funds' gap is not known.

        It stands for no gap of funds and is not ranked. None where the gap is known, or below the
        coverage floor.
        """
        small, large = self.small, self.large
        if self.spread is not None or self.question.alone or small is None or large is None:
            return None
        covered = small.covered and large.covered
        return small.basket_return - large.basket_return if covered else None

    @property
    def gap_without(self) -> GapWithout | None:
        """The gap without the question's names; None where no index has any, or none is known."""
        small, large, spread = self.small, self.large, self.spread
        if spread is None or small is None or large is None:
            return None
        if small.without is None and large.without is None:
            return None
        contributions, baskets = [], []
        for view in (small, large):
            without = view.without
            contributions.append(0.0 if without is None else without.contribution)
            baskets.append(view.basket_return if without is None else without.reweighted)
        reweighted = None if baskets[0] is None or baskets[1] is None else baskets[0] - baskets[1]
        return GapWithout(
            zeroed=spread.gap - contributions[0] + contributions[1],
            baskets=small.basket_return - large.basket_return,
            reweighted=reweighted,
        )
