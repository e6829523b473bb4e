"""How a figure rolled up from an index's lines came about: counts, sums, steps of the bridge."""

from __future__ import annotations

import math

import numpy as np

from core.breadth import Breadth
from core.bridge import Step
from core.explanation import Explanation, Term
from core.views import IndexView, Snapshot


def rung(view: IndexView, threshold: float, *, below: bool) -> Explanation:
    """How a count of breadth came about."""
    found: Breadth = view.breadth
    rounded = np.round(found.returns, 9)
    count = int((rounded < threshold).sum() if below else (rounded > threshold).sum())
    told = next((r for r in found.ladder if (r.threshold, r.below) == (threshold, below)), None)
    sign = "<" if below else ">"
    outside = tuple(Term(f"outside: {why}", float(n), "count") for why, n in found.outside)
    return Explanation(
        f"lines of {view.fund} with a return {sign} {threshold:+.0%}",
        None if told is None else float(told.count),
        "count",
        f"count of r {sign} {threshold:+.0%} over N",
        float(count),
        (
            Term("N", float(found.n), "count", "lines with closes at both ends of the window"),
            Term("share", count / found.n if found.n else None, "percent"),
            *outside,
        ),
        notes=("strictly beyond the threshold; returns are compared at nine decimals",),
    )


def top(view: IndexView, k: int) -> Explanation | None:
    """How the sum of the k largest contributions came about; None for a k not told."""
    found = next((t for t in view.concentration.top if t.k == k), None)
    if found is None:
        return None
    lines = view.contributors
    terms = tuple(
        Term(lines.symbols[i], float(lines.contribution[i]), "bp", lines.names[i]) for i in range(k)
    )
    gain = view.concentration.gross_gain
    return Explanation(
        f"top {k} of {view.fund}",
        found.contribution,
        "bp",
        " + ".join(term.name for term in terms),
        math.fsum(lines.contribution[:k]),
        (
            *terms,
            Term("of net", found.share_of_net, "percent", "over the fund's return"),
            Term("of gross gain", found.share_of_gross_gain, "percent", f"of {gain * 1e4:,.0f} bp"),
        ),
    )


def group(view: IndexView, name: str, symbols: tuple[str, ...] = ()) -> Explanation | None:
    """How a sector's or a theme's contribution came about; None where the index has it not.

    Args:
        view: the index.
        name: the sector's or theme's name.
        symbols: the theme's lines; () for a sector.
    """
    found = next((g for g in (view.themes if symbols else view.sectors) if g.name == name), None)
    if found is None:
        return None
    lines = view.contributors
    own = [
        i
        for i in range(len(lines))
        if (
            lines.symbols[i] in symbols if symbols else (lines.sectors[i] or "Unclassified") == name
        )
    ]
    return Explanation(
        f"{name} in {view.fund}",
        found.contribution,
        "bp",
        f"sum of the contributions of {len(own):,} lines",
        math.fsum(lines.contribution[own]),
        tuple(
            Term(lines.symbols[i], float(lines.contribution[i]), "bp", lines.names[i]) for i in own
        ),
    )


def step(snapshot: Snapshot, found: Step) -> Explanation:
    """How a step of the bridge came about."""
    figures = {}
    for fund, view in snapshot.indices.items():
        figures[f"fund {fund}"] = view.fund_return
        figures[f"basket {fund}"] = view.basket_return
        figures[f"equal weight {fund}"] = view.breadth.equal_weight
        figures[f"median {fund}"] = view.breadth.median
    small, large = snapshot.question.small, snapshot.question.large
    ways = (
        (f"basket {large}", f"fund {large}"),
        (f"equal weight {large}", f"basket {large}"),
        (f"equal weight {small}", f"equal weight {large}"),
        (f"basket {small}", f"equal weight {small}"),
        (f"fund {small}", f"basket {small}"),
    )
    upper, lower = ways[[s.name for s in snapshot.bridge].index(found.name)]
    first, second = figures[upper], figures[lower]
    return Explanation(
        found.name,
        found.value,
        "pp",
        f"{upper} - {lower}",
        None if first is None or second is None else first - second,
        (Term(upper, first, "percent"), Term(lower, second, "percent")),
        notes=tuple(f"{part.name} {part.value * 100:+.2f} pp" for part in found.parts),
    )
