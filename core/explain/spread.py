"""How the gap of the two funds came about, and where it stands among other years."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.explain.explanation import Explanation, Term
from core.explain.returns import return_of
from core.measures.rarity import TIE_DECIMALS

if TYPE_CHECKING:
    from core.explain.ground import Ground
    from core.measures.pair_series import YearGap
    from core.measures.spread import Ranking, Spread


def _sides(ground: Ground, spread: Spread) -> tuple[tuple[Term, ...], tuple[Explanation, ...]]:
    """Both funds' returns, as terms and explained."""
    small, large = (
        return_of(ground.market, side.fund, *ground.ends, ground.basis) for side in ground.pair
    )
    terms = (
        Term("R small", spread.small_return, "percent", small.title),
        Term("R large", spread.large_return, "percent", large.title),
    )
    return terms, (small, large)


def gap(ground: Ground) -> Iterator[Explanation]:
    """Explain the gap and its two ranks; nothing where a fund's closes are missing."""
    figures = ground.snapshot.spread
    if figures is None:
        return
    terms, sides = _sides(ground, figures)
    names = [side.fund for side in ground.pair]
    values = [side.computed or 0.0 for side in sides]
    yield Explanation(
        f"gap of {names[0]} over {names[1]}",
        figures.gap,
        "pp",
        "R small - R large",
        values[0] - values[1],
        terms,
        (*sides, *rank(ground), *full_rank(ground)),
    )


def geometric(ground: Ground) -> Iterator[Explanation]:
    """Explain the geometric gap."""
    figures = ground.snapshot.spread
    if figures is None:
        return
    terms, sides = _sides(ground, figures)
    small, large = (side.computed or 0.0 for side in sides)
    yield Explanation(
        "geometric gap",
        figures.geometric_gap,
        "pp",
        "(1 + R small) / (1 + R large) - 1",
        (1 + small) / (1 + large) - 1,
        terms,
        sides,
    )


def drawdown(ground: Ground) -> Iterator[Explanation]:
    """Explain where the ratio of the two funds fell deepest: from which session to which."""
    figures = ground.snapshot.spread
    if figures is None:
        return
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
    yield Explanation(
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


def _gaps(ground: Ground, ranking: Ranking) -> list[tuple[YearGap, float]]:
    """Each earlier year with its gap, computed a second time from the funds' closes."""
    this_window = ranking.history[-1] if len(ranking.history) == ranking.of else None
    gaps = []
    for year in ranking.history:
        if year is not this_window:
            one, other = ground.returns((side.fund for side in ground.pair), year.start, year.end)
            gaps.append((year, one - other))
    return gaps


def _terms(ranking: Ranking, gaps: Sequence[tuple[YearGap, float]]) -> tuple[Term, ...]:
    return (
        Term("gap", ranking.gap, "pp", "this window"),
        *(Term(str(year.year), gap, "pp", f"{year.start} to {year.end}") for year, gap in gaps),
    )


def _width(ranking: Ranking, gap: float) -> float:
    """The width of a gap on the side of the ranked one, rounded as ties are."""
    return round(-gap if ranking.gap < 0 else gap, TIE_DECIMALS)


def _ranked(ground: Ground, title: str, ranking: Ranking) -> Explanation:
    """Explain a rank: 1 + the earlier years that are wider on the same side."""
    gaps, width = _gaps(ground, ranking), _width(ranking, ranking.gap)
    wider = [str(year.year) for year, gap in gaps if _width(ranking, gap) > width]
    notes = [f"{len(gaps)} earlier years; a tie is equality at 0.01 pp"]
    if not ranking.claim:
        notes.append("fewer than ten earlier years carry no claim")
    return Explanation(
        title,
        float(ranking.rank),
        "count",
        "1 + years that are wider" + (f": {' '.join(wider)}" if wider else ""),
        1.0 + len(wider),
        _terms(ranking, gaps),
        notes=tuple(notes),
    )


def _rankings(ground: Ground) -> list[tuple[str, Ranking]]:
    spread = ground.snapshot.spread
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


def since(ground: Ground) -> Iterator[Explanation]:
    """The latest earlier year at least as wide, against each set of years."""
    for name, ranking in _rankings(ground):
        gaps, width = _gaps(ground, ranking), _width(ranking, ranking.gap)
        wide = [year.year for year, gap in gaps if _width(ranking, gap) >= width]
        none = "on record: no earlier year is as wide" if ranking.on_record else "no earlier year"
        yield Explanation(
            f"widest since, {name}",
            None if ranking.since is None else float(ranking.since),
            "year",
            "the latest earlier year whose gap is at least as wide on the same side",
            float(max(wide)) if wide else None,
            _terms(ranking, gaps),
            notes=() if wide else (none,),
        )


def z(ground: Ground) -> Iterator[Explanation]:
    """How many standard deviations the gap is from the earlier years' mean."""
    for name, ranking in _rankings(ground):
        gaps = _gaps(ground, ranking)
        values = [gap for _, gap in gaps]
        mean = statistics.fmean(values) if values else None
        sd = statistics.stdev(values) if len(values) > 1 else None
        yield Explanation(
            f"z {name}",
            ranking.z,
            "number",
            "(gap - mean) / sd",
            (ranking.gap - mean) / sd if mean is not None and sd else None,
            (
                Term("mean", mean, "pp", f"of {len(gaps)} earlier years"),
                Term("sd", sd, "pp", "sample standard deviation (n - 1)"),
                *_terms(ranking, gaps),
            ),
        )


def percentile(ground: Ground) -> Iterator[Explanation]:
    """The share of the earlier years that lie strictly below."""
    for name, ranking in _rankings(ground):
        gaps = _gaps(ground, ranking)
        below = sum(gap < ranking.gap for _, gap in gaps)
        yield Explanation(
            f"percentile {name}",
            ranking.percentile,
            "percent",
            "below / years",
            below / len(gaps) if gaps else None,
            (
                Term("below", float(below), "count", "earlier years strictly below the gap"),
                Term("years", float(len(gaps)), "count", "earlier years"),
                *_terms(ranking, gaps),
            ),
        )
