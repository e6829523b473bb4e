"""How rare the last value of a measure is among the same windows of other times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.record import record

if TYPE_CHECKING:
    from datetime import date


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
