"""The numbers an alert can be set on: one table, each with its words, its unit and its pane."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.answer import rarity_values
from core.measures.counting import AVERAGES

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.breadth import Breadth

SPREAD, CONTRIBUTORS, BREADTH, CHANGES = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class AlertMeasure:
    """One number of a Snapshot.

    Attributes:
        words: how it is written, in small letters.
        help: what it is, one clause.
        unit: "pp", "%", "bp", "y" for years, or "" for a count or a rank.
        pane: number of the pane that shows it.
        value: (snapshot, fund, symbol) -> the number in its unit, None where not told.
        fund: it is of one index; the small one unless named.
        symbol: it is of one line, which has to be named.
        closes: it rests on the two funds' closes alone, whatever the coverage.
        weights: it rests on weights, which may be estimated.
        days: it needs breadth session by session, against an average of so many closes; 0 not.
    """

    words: str
    help: str
    unit: str
    pane: int
    value: Callable[[Snapshot, str, str], float | None]
    fund: bool = False
    symbol: bool = False
    closes: bool = False
    weights: bool = False
    days: int = 0


def _gap(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    return None if snapshot.spread is None else snapshot.spread.gap * 100


def _rank(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    ranking = snapshot.spread.same_window if snapshot.spread is not None else None
    return float(ranking.rank) if ranking is not None and ranking.claim else None


def _z(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    ranking = snapshot.spread.same_window if snapshot.spread is not None else None
    return ranking.z if ranking is not None and ranking.claim else None


def _return(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    spread, question = snapshot.spread, snapshot.question
    if spread is None:
        return None
    return 100 * (spread.small_return if fund == question.small else spread.large_return)


def _breadth_share(
    of: Callable[[Breadth], float | None],
) -> Callable[[Snapshot, str, str], float | None]:
    """A share or return of breadth, in per cent."""

    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        view = _covered(snapshot, fund, breadth=True)
        share = of(view.breadth) if view is not None and view.breadth.n else None
        return None if share is None else 100 * share

    return value


def _top(k: int) -> Callable[[Snapshot, str, str], float | None]:
    """Share of the gross gain that the k best names brought, in per cent."""

    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        view = _covered(snapshot, fund)
        tops = view.concentration.top if view is not None else ()
        share = next((top.share_of_gross_gain for top in tops if top.k == k), None)
        return None if share is None else 100 * share

    return value


def _above(days: int) -> Callable[[Snapshot, str, str], float | None]:
    """Share of members above their average of so many closes on the last session, per cent."""

    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        daily = snapshot.daily.get(fund) if _covered(snapshot, fund, breadth=True) else None
        share = (
            float(daily.above[days][-1]) if daily is not None and len(daily.sessions) else math.nan
        )
        return None if math.isnan(share) else 100 * share

    return value


def _contribution(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    view = _covered(snapshot, fund)
    if view is None or symbol not in view.contributors.symbols:
        return None
    contribution = float(view.contributors.contribution[view.contributors.symbols.index(symbol)])
    return contribution * 1e4 if math.isfinite(contribution) else None


def _member_changes(joined: bool) -> Callable[[Snapshot, str, str], float | None]:
    def value(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
        changes = snapshot.changes.get(fund)
        return None if changes is None else float(len(changes.joined if joined else changes.left))

    return value


def _covered(snapshot: Snapshot, fund: str, *, breadth: bool = False) -> IndexView | None:
    """An index whose coverage and lists carry a claim; None where they do not, or it is missing."""
    view = snapshot.indices.get(fund)
    if view is None or not view.claims or (breadth and not view.claims_breadth):
        return None
    return view


_RARITY: Final = (
    AlertMeasure(
        "gap percentile",
        "share of all stretches as long that lie below the gap",
        "%",
        SPREAD,
        rarity_values.gap_percentile,
        closes=True,
    ),
    AlertMeasure(
        "streak",
        "sessions in a row ahead, below zero for behind",
        "",
        SPREAD,
        rarity_values.streak,
        closes=True,
    ),
    AlertMeasure(
        "ratio high since",
        "years since the ratio of closes was as high",
        "y",
        SPREAD,
        rarity_values.ratio_high,
        closes=True,
    ),
    AlertMeasure(
        "ratio low since",
        "years since the ratio of closes was as low",
        "y",
        SPREAD,
        rarity_values.ratio_low,
        closes=True,
    ),
)
#: Longer words before shorter ones that begin alike.
MEASURES: Final = (
    AlertMeasure("gap rank", "place of the gap among its years", "", SPREAD, _rank, closes=True),
    AlertMeasure("gap z", "the gap against its years, in deviations", "", SPREAD, _z, closes=True),
    *_RARITY,
    AlertMeasure("gap", "small less large", "pp", SPREAD, _gap, closes=True),
    AlertMeasure("return", "a fund's return", "%", SPREAD, _return, fund=True, closes=True),
    AlertMeasure(
        "breadth",
        "lines that rose",
        "%",
        BREADTH,
        _breadth_share(lambda b: b.share_up),
        fund=True,
    ),
    AlertMeasure(
        "outperforming",
        "lines above their index",
        "%",
        BREADTH,
        _breadth_share(lambda b: b.share_outperforming),
        fund=True,
        weights=True,
    ),
    AlertMeasure(
        "median", "the median line's return", "%", BREADTH, _breadth_share(lambda b: b.median), True
    ),
    *(
        AlertMeasure(
            f"above{days}",
            f"members above their {days}-day average",
            "%",
            BREADTH,
            _above(days),
            fund=True,
            days=days,
        )
        for days in AVERAGES
    ),
    *(
        AlertMeasure(
            f"top{k} share",
            f"the {k} best names' part of all gains",
            "%",
            CHANGES,
            _top(k),
            fund=True,
            weights=True,
        )
        for k in (3, 5, 10)
    ),
    AlertMeasure(
        "contribution",
        "what a name brought",
        "bp",
        CONTRIBUTORS,
        _contribution,
        fund=True,
        symbol=True,
        weights=True,
    ),
    AlertMeasure(
        "joiners", "names that joined between two files", "", CHANGES, _member_changes(True), True
    ),
    AlertMeasure(
        "leavers", "names that left between two files", "", CHANGES, _member_changes(False), True
    ),
)
