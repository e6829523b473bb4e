"""How the gap of the two funds came about, and where it stands among other years."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.explain.explanation import Explanation, Term
from core.explain.returns import return_of
from core.measures.rarity import TIE_DECIMALS

if TYPE_CHECKING:
    from core.explain.ground import Ground
    from core.measures.pair_series import YearGap
    from core.measures.spread import Ranking, Spread


def _sides(ground: Ground) -> tuple[Explanation, Explanation]:
    """Explain both funds' returns."""
    small, large = (
        return_of(ground.market, side.fund, *ground.ends, ground.basis) for side in ground.pair
    )
    return small, large


def gap(ground: Ground) -> list[Explanation]:
    """Explain the gap and its two ranks; nothing where a fund's closes are missing."""
    figures = ground.snapshot.spread
    if figures is None:
        return []
    sides = _sides(ground)
    names = [side.fund for side in ground.pair]
    values = [side.computed or 0.0 for side in sides]
    return [
        Explanation(
            f"gap of {names[0]} over {names[1]}",
            figures.gap,
            "pp",
            "R small - R large",
            values[0] - values[1],
            (
                Term("R small", figures.small_return, "percent", sides[0].title),
                Term("R large", figures.large_return, "percent", sides[1].title),
            ),
            (*sides, *rank(ground), *full_rank(ground)),
        )
    ]


def geometric(ground: Ground) -> list[Explanation]:
    """Explain the geometric gap."""
    figures = ground.snapshot.spread
    if figures is None:
        return []
    sides = _sides(ground)
    small, large = (side.computed or 0.0 for side in sides)
    return [
        Explanation(
            "geometric gap",
            figures.geometric_gap,
            "pp",
            "(1 + R small) / (1 + R large) - 1",
            (1 + small) / (1 + large) - 1,
            (
                Term("R small", figures.small_return, "percent", sides[0].title),
                Term("R large", figures.large_return, "percent", sides[1].title),
            ),
            sides,
        )
    ]


def drawdown(ground: Ground) -> list[Explanation]:
    """Explain where the ratio of the two funds fell deepest: from which session to which."""
    figures = ground.snapshot.spread
    if figures is None:
        return []
    levels = []
    for side in ground.pair:
        series = ground.market.series(side.fund)
        level = series.level(ground.basis) if series is not None else None
        assert series is not None and level is not None
        levels.append(level[np.searchsorted(series.sessions, figures.sessions)])
    ratio = (levels[0] / levels[0][0] / (levels[1] / levels[1][0])).tolist()
    high, worst, peak, low = ratio[0], 0.0, 0, 0
    place_of_high = 0
    for place, value in enumerate(ratio):
        if value > high:
            high, place_of_high = value, place
        if value / high - 1 < worst:
            worst, peak, low = value / high - 1, place_of_high, place
    return [
        Explanation(
            "deepest fall of the ratio",
            figures.drawdown,
            "percent",
            "Q low / Q peak - 1",
            worst,
            (
                Term("Q peak", ratio[peak], "ratio", f"on {figures.sessions[peak]}"),
                Term("Q low", ratio[low], "ratio", f"on {figures.sessions[low]}"),
            ),
            notes=("Q is (S / S at the start) / (L / L at the start), session by session",),
        )
    ]


def _earlier(ranking: Ranking) -> list[YearGap]:
    """Return the earlier years, without the window itself."""
    this_window = ranking.history[-1] if len(ranking.history) == ranking.of else None
    return [year for year in ranking.history if year is not this_window]


def _gaps(ground: Ground, years: Sequence[YearGap]) -> list[float]:
    """Compute each year's gap a second time, from the funds' closes."""
    gaps = []
    for year in years:
        one, other = ground.returns((side.fund for side in ground.pair), year.start, year.end)
        gaps.append(one - other)
    return gaps


def _terms(ranking: Ranking, years: Sequence[YearGap], gaps: Sequence[float]) -> tuple[Term, ...]:
    return (
        Term("gap", ranking.gap, "pp", "this window"),
        *(
            Term(str(year.year), gap, "pp", f"{year.start} to {year.end}")
            for year, gap in zip(years, gaps, strict=True)
        ),
    )


def _ranked(ground: Ground, title: str, ranking: Ranking) -> Explanation:
    """Explain a rank: 1 + the earlier years that are wider on the same side."""
    side = -1.0 if ranking.gap < 0 else 1.0
    years = _earlier(ranking)
    gaps = _gaps(ground, years)
    width = round(side * ranking.gap, TIE_DECIMALS)
    wider = [y for y, g in zip(years, gaps, strict=True) if round(side * g, TIE_DECIMALS) > width]
    notes = [f"{len(years)} earlier years; a tie is equality at 0.01 pp"]
    if not ranking.claim:
        notes.append("fewer than ten earlier years carry no claim")
    return Explanation(
        title,
        float(ranking.rank),
        "count",
        "1 + years that are wider" + (f": {' '.join(str(y.year) for y in wider)}" if wider else ""),
        1.0 + len(wider),
        _terms(ranking, years, gaps),
        notes=tuple(notes),
    )


def _rankings(ground: Ground) -> list[tuple[str, Ranking]]:
    spread: Spread | None = ground.snapshot.spread
    if spread is None:
        return []
    return [
        ("among the same windows", spread.same_window),
        ("among full calendar years", spread.full_years),
    ]


def rank(ground: Ground) -> list[Explanation]:
    """The rank among the same windows of earlier years."""
    return [_ranked(ground, f"rank {name}", ranking) for name, ranking in _rankings(ground)[:1]]


def full_rank(ground: Ground) -> list[Explanation]:
    """The rank among full calendar years."""
    return [_ranked(ground, f"rank {name}", ranking) for name, ranking in _rankings(ground)[1:]]


def since(ground: Ground) -> list[Explanation]:
    """The latest earlier year at least as wide, against each set of years."""
    explanations = []
    for name, ranking in _rankings(ground):
        side = -1.0 if ranking.gap < 0 else 1.0
        years = _earlier(ranking)
        gaps = _gaps(ground, years)
        width = round(side * ranking.gap, TIE_DECIMALS)
        wide = [
            y.year
            for y, g in zip(years, gaps, strict=True)
            if round(side * g, TIE_DECIMALS) >= width
        ]
        none = "on record: no earlier year is as wide" if ranking.on_record else "no earlier year"
        explanations.append(
            Explanation(
                f"widest since, {name}",
                None if ranking.since is None else float(ranking.since),
                "year",
                "the latest earlier year whose gap is at least as wide on the same side",
                float(max(wide)) if wide else None,
                _terms(ranking, years, gaps),
                notes=() if wide else (none,),
            )
        )
    return explanations


def z(ground: Ground) -> list[Explanation]:
    """How many standard deviations the gap is from the earlier years' mean."""
    explanations = []
    for name, ranking in _rankings(ground):
        years = _earlier(ranking)
        gaps = _gaps(ground, years)
        mean = statistics.fmean(gaps) if gaps else None
        sd = statistics.stdev(gaps) if len(gaps) > 1 else None
        explanations.append(
            Explanation(
                f"z {name}",
                ranking.z,
                "number",
                "(gap - mean) / sd",
                (ranking.gap - mean) / sd if mean is not None and sd else None,
                (
                    Term("mean", mean, "pp", f"of {len(gaps)} earlier years"),
                    Term("sd", sd, "pp", "sample standard deviation (n - 1)"),
                    *_terms(ranking, years, gaps),
                ),
            )
        )
    return explanations


def percentile(ground: Ground) -> list[Explanation]:
    """The share of the earlier years that lie strictly below."""
    explanations = []
    for name, ranking in _rankings(ground):
        years = _earlier(ranking)
        gaps = _gaps(ground, years)
        below = sum(g < ranking.gap for g in gaps)
        explanations.append(
            Explanation(
                f"percentile {name}",
                ranking.percentile,
                "percent",
                "below / years",
                below / len(gaps) if gaps else None,
                (
                    Term("below", float(below), "count", "earlier years strictly below the gap"),
                    Term("years", float(len(gaps)), "count", "earlier years"),
                    *_terms(ranking, years, gaps),
                ),
            )
        )
    return explanations
