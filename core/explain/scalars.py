"""The explanation of every row of the table of measures.

Each works its number out a second time; a test holds that none is missing, that each bears its
row's title, and that it comes to the row's number.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from core.explain import breadth, concentration, correlation, daily, index, members, weights
from core.explain.explanation import Explanation, Term, cut
from core.explain.returns import return_of
from core.measures.concentration import TOPS
from core.measures.counting import AVERAGES
from core.measures.end_weights import HEAVIEST
from core.measures.trait_bits import FURTHER_AVERAGES, MOVES, OFF, move_name

if TYPE_CHECKING:
    from core.explain.ground import Explain, Ground


def _nth(make: Explain, place: int) -> Explain:
    """A function that gives one of several explanations made together."""
    return lambda ground: islice(make(ground), place, place + 1)


def _fund_return(ground: Ground) -> Iterator[Explanation]:
    """The return of the fund's closes."""
    value, title = ground.view.fund_return, f"fund return of {ground.fund}"
    if value is None:
        yield Explanation(title, None, "percent", "P1 / P0 - 1", None, ())
    else:
        fund_return = return_of(ground.market, ground.fund, *ground.ends, ground.basis)
        yield replace(fund_return, title=title, value=value)


def _basket_return(ground: Ground) -> Iterator[Explanation]:
    yield index.basket_return(ground.view)


def _gross(sign: int) -> Explain:
    """All gains, or all losses, of the measured lines together."""

    def explain(ground: Ground) -> Iterator[Explanation]:
        figures, lines = ground.view.concentration, ground.view.contributors
        amounts = zip(lines.symbols, lines.contribution.tolist(), strict=True)
        parts = [(s, c) for s, c in amounts if round(c, 12) * sign > 0]
        parts.sort(key=lambda part: -abs(part[1]))
        count = Term("lines", float(len(parts)), "count")
        yield Explanation(
            f"gross {'gain' if sign > 0 else 'loss'} of {ground.fund}",
            figures.gross_gain if sign > 0 else figures.gross_loss,
            "bp",
            f"sum of the contributions {'above' if sign > 0 else 'below'} 0",
            math.fsum(c for _, c in parts),
            (count, *cut(Term(s, c, "bp") for s, c in parts)),
            origins=ground.origins,
        )

    return explain


def _top_share(k: int) -> Explain:
    """The part of all gains that comes from the k largest contributors."""

    def explain(ground: Ground) -> Iterator[Explanation]:
        title = f"top {k}'s share of all gains of {ground.fund}"
        if all(top.k != k for top in ground.view.concentration.top):
            few = f"fewer than {k} lines are measured"
            yield Explanation(title, None, "percent", "sum / gain", None, (), notes=(few,))
            return
        (whole,) = concentration.top(ground, str(k))
        share = next(part for part in whole.parts if part.title == "share of gross gain")
        yield replace(share, title=title, origins=ground.origins)

    return explain


def _beyond(size: float) -> Explain:
    key, words = f"share_off_{size * 100:.0f}", f"{size * 100:.0f} % or more off"
    return members.share(key, members.off_high, lambda off: off >= size, words)


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
    "weight_outperforming": breadth.weight_outperforming,
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
    "new_highs": _nth(daily.extremes, 0),
    "new_lows": _nth(daily.extremes, 1),
    "highs_less_lows": _nth(daily.extremes, 2),
    "zweig_average": members.zweig,
    "effective_n_end": weights.effective_end,
    **{
        f"top{k}_weight_start": weights.top(f"top{k}_weight_start", k, weights.at_start)
        for k in HEAVIEST
    },
    **{f"top{k}_weight": weights.top(f"top{k}_weight", k, weights.at_end) for k in HEAVIEST},
    **{
        f"share_above_{days}": partial(daily.above, item=str(days))
        for days in (*AVERAGES, *FURTHER_AVERAGES)
    },
    "trend_score": members.middle(
        "trend_score",
        members.trend,
        "mean of how many hold: P > MA50, P > MA200, MA50 > MA200, MA200 > its own of 20 before",
        statistics.fmean,
    ),
    "share_uptrend": members.share(
        "share_uptrend", members.trend, lambda score: score == 4, "a score of 4", "number"
    ),
    "share_downtrend": members.share(
        "share_downtrend", members.trend, lambda score: score == 0, "a score of 0", "number"
    ),
    "off_high_median": members.middle(
        "off_high_median", members.off_high, "median of 1 - close / high", statistics.median
    ),
    "fund_off_high": members.fund_off_high,
    "share_at_high": members.share(
        "share_at_high", members.off_high, lambda off: off <= 0, "at the highest close"
    ),
    "share_within_5": members.share(
        "share_within_5", members.off_high, lambda off: off <= 0.05, "at most 5 % off"
    ),
    **{f"share_off_{size * 100:.0f}": _beyond(size) for size in OFF},
    "drawdown_mean": members.drawdown("drawdown_mean", statistics.fmean),
    "drawdown_median": members.drawdown("drawdown_median", statistics.median),
    "up4": members.day_move("up4", 1),
    "down4": members.day_move("down4", -1),
    **{f"up4_ratio_{n}": members.day_move_ratio(f"up4_ratio_{n}", n) for n in (5, 10)},
    **{
        (name := move_name(days, size, up=sign > 0)): members.moved(name, days, size, sign)
        for days, sizes in MOVES.items()
        for size in sizes
        for sign in (1, -1)
    },
}
