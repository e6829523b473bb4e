"""Which measures of a session are unusual among the sessions at hand, the strongest first.

A measure is ranked among the sessions of its daily series: two years of advances and declines,
the window for what looks back a year. Under 200 values, as many as a 52-week high needs, nothing
is claimed; under 250 only that a value lies beyond 95 % of them. The order is that of every claim
of rarity: on record, none since five years, none since a year, beyond 95 %; then by how far
beyond; one of each family, three in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.table import ROWS
from core.data.record import record
from core.measures.rarity import STANDINGS, Rank, rank_value

if TYPE_CHECKING:
    from core.answer.scalar import Scalar
    from core.answer.views import Snapshot
    from core.measures.daily import Daily

#: Most that a note tells.
MOST: Final = 3
#: Fewest sessions that a claim is made of: a year of members' closes has 247 to 249 changes.
LEAST: Final = 200
_DECIMALS: Final = 9


@record(frozen=True, slots=True)
class Unusual:
    """A measure of an index that stands out.

    Attributes:
        fund: the index's fund.
        row: of the table of measures.
        rank: its value among the sessions at hand.
    """

    fund: str
    row: Scalar
    rank: Rank


def among(row: Scalar, daily: Daily | None) -> Rank | None:
    """A daily measure's last value among those at hand; None under `LEAST` of them.

    On the side that it lies on: above the middle a larger value is rarer, below it a smaller.
    """
    if row.series is None or daily is None or not len(daily.sessions):
        return None
    sessions = sum(part.rows.stop - part.rows.start for part in daily.standing.parts)
    if not row.before_window and sessions < LEAST:
        return None
    series = row.series(daily)
    rank = rank_value(series, daily.sessions, side=1, decimals=_DECIMALS, least=LEAST)
    if rank is None or not rank.claim:
        return None
    if rank.percentile >= rank.above:
        return rank
    return rank_value(series, daily.sessions, side=-1, decimals=_DECIMALS, least=LEAST)


def unusual(snapshot: Snapshot) -> tuple[Unusual, ...]:
    """The most unusual measures, where the index's coverage is enough."""
    candidates = []
    for fund, daily in snapshot.daily.items():
        view = snapshot.indices.get(fund)
        if view is None or not view.claims_breadth:
            continue
        of_family: dict[str, list[Unusual]] = {}
        for row in ROWS:
            rank = among(row, daily) if row.family else None
            if rank is not None and rank.standing not in (None, "usual"):
                of_family.setdefault(row.family, []).append(Unusual(fund, row, rank))
        candidates += [min(ranks, key=_order) for ranks in of_family.values()]
    return tuple(sorted(candidates, key=_order)[:MOST])


def _order(one: Unusual) -> tuple[int, float]:
    standing = one.rank.standing
    return (len(STANDINGS) if standing is None else STANDINGS.index(standing), -one.rank.beyond)
