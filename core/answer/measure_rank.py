"""The rank of a measure's last value among earlier windows of the same kind."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from core.data.record import record
from core.data.windows import years_back
from core.measures.rarity import FAR_YEARS

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a point of a history stands for.
Every = Literal["year", "month", "session"]
#: Measures whose rank among the years a note may tell: each says something of its own.
NOTED: Final = (
    "share_up", "median", "share_outperforming", "dispersion", "names_for_half", "effective_n",
    "top10_share",
)  # fmt: skip
#: Most that a note tells.
MOST: Final = 3


@record(frozen=True, slots=True)
class MeasureRank:
    """The last point of a history among those that count.

    Attributes:
        value: ranked, a fraction.
        side: 1 where it lies above the middle of the others and larger is rarer, else -1.
        rank: 1 where none is farther out on its side.
        of: points that count, this one included.
        since: end of the latest earlier one at least as far out; None where there is none.
        first: end of the first point that counts.
        end: of the point ranked.
        coverage: the smallest of the points that count.
        on_files: the largest part on prices of files.
        claim: whether the history is long enough for a claim.
        every: what a point stands for.
        estimated: how many of the points that count are estimated.
    """

    value: float
    side: int
    rank: int
    of: int
    since: date | None
    first: date
    end: date
    coverage: float
    on_files: float
    claim: bool
    every: Every = "year"
    estimated: int = 0

    @property
    def stands_out(self) -> bool:
        """Whether the measure is on record, or the farthest out for five years or more."""
        if not self.claim:
            return False
        return self.since is None or self.since <= years_back(self.end, FAR_YEARS)


def outstanding(
    ranks: Mapping[str, Mapping[str, MeasureRank]],
) -> list[tuple[str, str, MeasureRank]]:
    """Fund, measure and rank of what stands out most, `MOST` at most: on record first."""
    some = [
        (fund, name, of_fund[name])
        for fund, of_fund in ranks.items()
        for name in NOTED
        if name in of_fund and of_fund[name].stands_out
    ]
    some.sort(key=lambda one: one[2].since or date.min)
    return some[:MOST]
