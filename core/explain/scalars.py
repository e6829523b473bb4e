"""The explanation of every row of the table of measures.

Each works its number out a second time; a test holds that none is missing, that each bears its
row's title, and that it comes to the row's number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from core.explain import breadth, concentration, correlation, daily, index
from core.explain.explanation import Explanation, Term, cut
from core.explain.returns import return_of
from core.measures.concentration import TOPS
from core.measures.counting import AVERAGES

if TYPE_CHECKING:
    from core.explain.ground import Ground

Explain = Callable[["Ground"], Sequence[Explanation | None]]


def _nth(make: Explain, place: int) -> Explain:
    """One of several explanations that are made together."""

    def one(ground: Ground) -> Sequence[Explanation | None]:
        made = make(ground)
        return made[place : place + 1]

    return one


def _fund_return(ground: Ground) -> list[Explanation]:
    """The fund's own closes."""
    view = ground.view
    if view is None:
        return []
    title = f"fund return of {ground.fund}"
    if view.fund_return is None:
        return [Explanation(title, None, "percent", "P1 / P0 - 1", None, ())]
    fund_return = return_of(ground.market, ground.fund, *ground.ends, ground.basis)
    return [replace(fund_return, title=title, value=view.fund_return)]


def _basket_return(ground: Ground) -> list[Explanation]:
    return [] if ground.view is None else [index.basket_return(ground.view)]


def _gross(sign: int) -> Explain:
    """All gains, or all losses, of the measured lines together."""

    def explain(ground: Ground) -> list[Explanation]:
        view = ground.view
        if view is None:
            return []
        lines = view.contributors
        amounts = zip(lines.symbols, lines.contribution.tolist(), strict=True)
        parts = [(s, c) for s, c in amounts if round(c, 12) * sign > 0]
        parts.sort(key=lambda part: -abs(part[1]))
        word, count = "gain" if sign > 0 else "loss", Term("lines", float(len(parts)), "count")
        figures = view.concentration
        return [
            Explanation(
                f"gross {word} of {ground.fund}",
                figures.gross_gain if sign > 0 else figures.gross_loss,
                "bp",
                f"sum of the contributions {'above' if sign > 0 else 'below'} 0",
                math.fsum(c for _, c in parts),
                (
                    count,
                    *cut(Term(s, c, "bp") for s, c in parts),
                ),
                origins=ground.origins,
            )
        ]

    return explain


def _top_share(k: int) -> Explain:
    """The part of all gains that the k largest contributors brought."""

    def explain(ground: Ground) -> list[Explanation]:
        view = ground.view
        tops = () if view is None else view.concentration.top
        title = f"top {k}'s share of all gains of {ground.fund}"
        if view is None or all(top.k != k for top in tops):
            few = f"fewer than {k} lines are measured"
            return [Explanation(title, None, "percent", "sum / gain", None, (), notes=(few,))]
        (whole,) = concentration.top(ground, str(k))
        share = next(part for part in whole.parts if part.title == "share of gross gain")
        return [replace(share, title=title, origins=ground.origins)]

    return explain


#: Key of a row -> its explanation.
EXPLAINED: Final[Mapping[str, Explain]] = {
    "fund_return": _fund_return,
    "basket_return": _basket_return,
    "share_up": breadth.share_up,
    "lines_up": _nth(breadth.counts, 0),
    "lines_down": _nth(breadth.counts, 1),
    "lines_unchanged": _nth(breadth.counts, 2),
    "equal_weight": breadth.equal_weight,
    "median": breadth.median,
    "mean_less_median": breadth.mean_less_median,
    "equal_less_cap": breadth.equal_less_cap,
    "share_outperforming": breadth.outperforming,
    "dispersion": breadth.dispersion,
    "dispersion_cap_weighted": breadth.dispersion_cap,
    "skew": breadth.skew,
    "names_for_half": concentration.half,
    "effective_n": _nth(concentration.effective, 0),
    "effective_n_gains": _nth(concentration.effective, 1),
    "effective_n_abs": _nth(concentration.effective, 2),
    "gini": _nth(concentration.gini, 0),
    "gini_gains": _nth(concentration.gini, 1),
    "gross_gain": _gross(1),
    "gross_loss": _gross(-1),
    "average_correlation": correlation.correlation,
    **{f"top{k}_share": _top_share(k) for k in TOPS},
    "advances": _nth(daily.advances, 0),
    "declines": _nth(daily.advances, 1),
    "unchanged": _nth(daily.advances, 2),
    "advance_decline_line": daily.net_line,
    "rana": daily.rana,
    "mcclellan": _nth(daily.mcclellan, 0),
    "summation": _nth(daily.mcclellan, 1),
    "trin": daily.trin,
    **{f"share_above_{days}": partial(daily.above, item=str(days)) for days in AVERAGES},
    "new_highs": _nth(daily.extremes, 0),
    "new_lows": _nth(daily.extremes, 1),
    "highs_less_lows": _nth(daily.extremes, 2),
}
