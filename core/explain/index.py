"""Explain an index's return: contributions, what is not measured, the rest; and cuts of it."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from core.explain.explanation import Explanation, Term
from core.explain.returns import return_of
from core.measures.contribution import basket

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.explain.ground import Ground


def index(ground: Ground) -> Explanation:
    """Explain an index's return as a sum: contributions, what is not measured, the rest."""
    view = ground.view
    parts = [basket_return(view), *filter(None, (cuts(ground),))]
    lines = f"sum over {len(view.contributors):,} measured lines"
    terms = [
        Term("contributions", view.explained, "bp", lines),
        Term("unmeasured", view.unmeasured, "bp", "basket return less the contributions"),
    ]
    if view.fund_return is not None:
        parts.insert(0, return_of(ground.market, ground.fund, *ground.ends, ground.basis))
        terms.append(Term("rest", view.rest, "bp", "fund return less basket return"))
    later, weight = "", f"{view.coverage * 100:.1f} %"
    if not view.part_known:
        weight = "an unknown part"
    if view.later:
        later = f"; of {view.later:,} that joined later, {view.later_measured:,}"
    return Explanation(
        f"return of {view.fund}",
        view.net_return,
        "percent",
        " + ".join(term.name for term in terms),
        view.explained + view.unmeasured + (view.rest or 0.0),
        tuple(terms),
        tuple(parts),
        (
            f"{view.measured:,} of {view.lines:,} lines are measured,"
            f" {weight} of weight at the least{later}",
        ),
        ground.origins,
    )


def basket_return(view: IndexView) -> Explanation:
    """Explain the return of the measured lines, segment by segment."""
    terms = tuple(
        Term(
            f"B{k}",
            segment.basket_return,
            "percent",
            f"{segment.start} to {segment.end}, {segment.measured:,} lines,"
            f" holdings of {segment.holdings_as_of}" + (", estimated" if segment.estimated else ""),
        )
        for k, segment in enumerate(view.segments, start=1)
    )
    return Explanation(
        f"basket return of {view.fund}",
        view.basket_return,
        "percent",
        " x ".join(f"(1 + {term.name})" for term in terms) + " - 1",
        math.prod(1 + s.basket_return for s in view.segments) - 1,
        terms,
    )


def cuts(ground: Ground) -> Explanation | None:
    """Explain what cuts that go on with the same file do to the basket's return; None without.

    Such a cut reads the weights anew, which drift with price alone: under total return the
    basket then holds a little less of what paid dividends before the cut. Under price return
    the cut changes nothing while the same lines are measured on both sides of it.
    """
    with_cuts, spans = ground.basket, ground.spans
    runs = [tuple(run) for _, run in groupby(spans, key=lambda span: id(span.file))]
    if len(runs) == len(spans):
        return None
    joined = tuple(replace(run[0], end=run[-1].end) for run in runs)
    uncut = basket(ground.market, joined, ground.basis)
    if uncut is None or not uncut.measured.any():
        return None
    at = [str(late.start) for run in runs for late in run[1:]]
    same = len(with_cuts.symbols) == len(uncut.symbols) and all(
        (with_cuts.measured[k] == uncut.measured[place]).all()
        for place, run in enumerate(runs)
        for k in range(spans.index(run[0]), spans.index(run[0]) + len(run))
    )
    return Explanation(
        f"cuts of {ground.fund} that go on with the same file",
        with_cuts.basket_return - uncut.basket_return,
        "bp",
        "with - without",
        with_cuts.basket_return - uncut.basket_return,
        (
            Term(
                "with", with_cuts.basket_return, "percent", f"weights read again at {', '.join(at)}"
            ),
            Term("without", uncut.basket_return, "percent", "bought once a file and held"),
        ),
        notes=(
            "weights drift with price; a dividend stays in the stock that paid it"
            if ground.basis == "tr"
            else "under price return such a cut moves nothing while the same lines are measured",
            *(() if same else ("the cuts also change which lines are measured",)),
        ),
    )
