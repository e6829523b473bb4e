"""How concentration came about: effective numbers, Gini, top names, the index without some."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.answer.views import Without
from core.data.errors import MeasureError
from core.data.question import names_left_out
from core.explain.explanation import Explanation, Term, cut
from core.explain.ground import Ground, select, values_at
from core.measures.concentration import NET_FLOOR, Top

if TYPE_CHECKING:
    from core.measures.basket import Basket

#: Contributions under this are neither gains nor losses.
_NOTHING = 5e-13
_SHARES = "shares of the measured basket at the start"


def shares(ground: Ground, segment: int = 0) -> dict[str, float]:
    """Line -> share of the measured basket at a segment's start, from the files' values."""
    values = values_at(ground.basket, segment)
    whole = math.fsum(values.values())
    return {s: v / whole for s, v in values.items() if v > 0} if whole else {}


def earned(ground: Ground) -> dict[str, float]:
    """Line -> contribution without m: sum of G share r, each from its values and own closes."""
    basket = ground.basket
    parts: dict[str, list[float]] = {}
    growth = 1.0
    for k, segment in enumerate(basket.segments):
        rows = np.nonzero(basket.measured[k])[0].tolist()
        symbols = [basket.symbols[row] for row in rows]
        returns = ground.returns(symbols, segment.start, segment.end)
        whole = math.fsum(basket.values[k])
        for row, symbol, r in zip(rows, symbols, returns, strict=True):
            part = growth * float(basket.values[k, row]) / whole * r
            parts.setdefault(symbol, []).append(part)
        growth *= 1 + segment.basket_return
    sums = {symbol: math.fsum(amounts) for symbol, amounts in parts.items()}
    return {symbol: 0.0 if abs(c) <= _NOTHING else c for symbol, c in sums.items()}


def _largest(parts: dict[str, float], *, bp: bool = False) -> tuple[Term, ...]:
    ranked = sorted(parts.items(), key=lambda part: (-abs(part[1]), part[0]))
    return cut((Term(symbol, v, "bp" if bp else "percent") for symbol, v in ranked), 6)


def _effective(
    ground: Ground, title: str, value: float | None, parts: dict[str, float], what: str
) -> Explanation:
    total = math.fsum(parts.values())
    hhi = math.fsum((part / total) ** 2 for part in parts.values()) if total > 0 else None
    return Explanation(
        f"{title} of {ground.fund}",
        value,
        "number",
        "1 / HHI",
        1 / hhi if hhi else None,
        (
            Term("HHI", hhi, "ratio", f"sum of squares of {len(parts):,} {what}"),
            *_largest(parts, bp=what != _SHARES),
        ),
        origins=ground.origins,
    )


def hhi(ground: Ground) -> Iterator[Explanation]:
    """The Herfindahl-Hirschman index of the weights."""
    number = ground.view.concentration.effective_n
    w = shares(ground)
    yield Explanation(
        f"HHI of {ground.fund}",
        1 / number if number else None,
        "ratio",
        f"sum of w^2 over {len(w):,} lines",
        math.fsum(share * share for share in w.values()) if w else None,
        _largest(w),
        notes=("w is a line's share of the measured basket at the window's start",),
        origins=ground.origins,
    )


def effective(ground: Ground) -> Iterator[Explanation]:
    """The effective number of names by weight, by gain, and by size of contribution."""
    figures, amounts = ground.view.concentration, earned(ground)
    gains = {s: c for s, c in amounts.items() if c > 0}
    sizes = {s: abs(c) for s, c in amounts.items() if c}
    weights = shares(ground)
    yield _effective(ground, "effective N by weight", figures.effective_n, weights, _SHARES)
    yield _effective(ground, "effective N by gain", figures.effective_n_gains, gains, "gains")
    yield _effective(ground, "effective N by size", figures.effective_n_abs, sizes, "contributions")


def gini(ground: Ground) -> Iterator[Explanation]:
    """Gini coefficients: of the weights, and of the gains."""
    concentration, basket = ground.view.concentration, ground.basket
    # lines measured later alone have no weight at the start, and count as nothing
    late = [0.0] * (int(basket.measured.any(axis=0).sum()) - len(shares(ground)))
    gains = [c for c in earned(ground).values() if c > 0]
    for what, value, parts in (
        ("weights", concentration.gini, [*shares(ground).values(), *late]),
        ("gains", concentration.gini_gains, gains),
    ):
        yield Explanation(
            f"Gini of the {what} of {ground.fund}",
            value,
            "number",
            "sum over pairs |x - y| / (2 n^2 mean)",
            _mean_difference(parts),
            (
                Term("n", float(len(parts)), "count"),
                Term("mean", math.fsum(parts) / len(parts) if parts else None, "percent"),
            ),
            origins=ground.origins,
        )


def _mean_difference(parts: Sequence[float]) -> float | None:
    """Sum of |x - y| over all pairs, over 2 n^2 mean; None where all are 0."""
    total = math.fsum(parts)
    if not total > 0:
        return None
    values = np.array(parts)
    differences = math.fsum(float(np.abs(values - x).sum()) for x in parts)
    return differences / (2 * len(parts) * total)


def top(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """The k largest contributions, their shares, and the index without them."""
    amounts = earned(ground)
    tops = ground.view.concentration.top
    for one in select(tops, lambda t: str(t.k), item, "k of the top names"):
        yield _top(ground, one, amounts)


def _top(ground: Ground, best: Top, amounts: dict[str, float]) -> Explanation:
    view = ground.view
    lines, net = view.contributors, view.net_return
    parts = [float(lines.contribution[i]) for i in range(best.k)]
    names = lines.symbols[: best.k]
    gain = math.fsum(c for c in amounts.values() if c > 0)
    unscaled = math.fsum(amounts[s] for s in names)
    terms = (Term(lines.symbols[i], parts[i], "bp", lines.names[i]) for i in range(best.k))
    total = math.fsum(parts)
    return Explanation(
        f"top {best.k} of {view.fund}",
        best.contribution,
        "bp",
        f"sum of the {best.k} largest contributions" if best.k > 1 else "the largest contribution",
        total,
        cut(terms),
        (
            Explanation(
                "share of net",
                best.share_of_net,
                "percent",
                "sum / net",
                total / net if abs(net) >= NET_FLOOR else None,
                (Term("sum", total, "bp"), Term("net", net, "percent", "the index's return")),
            ),
            Explanation(
                "share of gross gain",
                best.share_of_gross_gain,
                "percent",
                "sum / gain",
                unscaled / gain if gain else None,
                (
                    Term("sum", unscaled, "bp", "of the measured basket alone"),
                    Term("gain", gain, "bp", "all contributions above 0 together"),
                ),
            ),
            *_without(ground, names, best, amounts),
        ),
        origins=ground.origins,
    )


def _without(
    ground: Ground, names: Sequence[str], figures: Top | Without, amounts: dict[str, float]
) -> Iterator[Explanation]:
    """The returns without some names: the fund's and the basket's, by both conventions."""
    view, basket = ground.view, ground.basket
    if view.fund_return is not None:
        total = _contributed(basket, names)
        yield Explanation(
            "the fund without them, zeroed",
            figures.fund_zeroed,
            "percent",
            "fund - C",
            view.fund_return - total,
            (
                Term("fund", view.fund_return, "percent", "the fund's return"),
                Term("C", total, "bp", "their contributions to it"),
            ),
        )
    steps, terms = [], []
    for k, segment in enumerate(basket.segments):
        rows = [
            row
            for row in np.nonzero(basket.measured[k])[0].tolist()
            if basket.symbols[row] not in names
        ]
        others = math.fsum(basket.values[k, rows])
        returns = ground.returns([basket.symbols[r] for r in rows], segment.start, segment.end)
        if others:
            part = math.fsum(
                float(basket.values[k, row]) / others * r
                for row, r in zip(rows, returns, strict=True)
            )
            steps.append(part)
        words = f"{segment.start} to {segment.end}, {len(rows):,} lines left"
        terms.append(Term(f"B{k + 1}", steps[-1] if others else None, "percent", words))
    whole = len(steps) == len(basket.segments)
    yield Explanation(
        "the measured lines without them, reweighted",
        figures.reweighted,
        "percent",
        " x ".join(f"(1 + {term.name})" for term in terms) + " - 1",
        math.prod(1 + b for b in steps) - 1 if whole else None,
        tuple(terms),
    )
    total = math.fsum(amounts.get(s, 0.0) for s in names)
    yield Explanation(
        "the measured lines without them, zeroed",
        figures.zeroed,
        "percent",
        "R - C",
        basket.basket_return - total,
        (
            Term("R", basket.basket_return, "percent", "the basket's return"),
            Term("C", total, "bp", "their contributions to it, without m"),
        ),
    )


def _contributed(basket: Basket, names: Sequence[str]) -> float:
    """The sum of what some lines contributed."""
    return math.fsum(float(basket.contribution[basket.symbols.index(s)]) for s in names)


def without(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """The index without the marked names, or without those named.

    Raises:
        MeasureError: no name is marked and none is named, or the index has none of them.
    """
    view, basket = ground.view, ground.basket
    left_out = names_left_out(ground.snapshot.question, ground.fund)
    symbols = item.upper().replace(",", " ").split() or [*map(ground.market.symbol, left_out)]
    place = {symbol: row for row, symbol in enumerate(view.contributors.symbols)}
    names = [symbol for symbol in dict.fromkeys(symbols) if symbol in place]
    if not names:
        problem = "no line is marked"
        if symbols:
            problem = f"{view.fund} has no measured line {' '.join(symbols)}"
        raise MeasureError(f"{problem}; name lines of {view.fund}, such as without:BE,STRL")
    contributions = view.contributors.contribution
    figures = view.without
    if figures is None or set(figures.symbols) != set(names):
        total = math.fsum(float(contributions[place[s]]) for s in names)
        ways = basket.without(np.isin(basket.symbols, names))
        fund = None if view.fund_return is None else view.fund_return - total
        figures = Without(tuple(names), total, *ways, fund)
    yield Explanation(
        f"{view.fund} without {' '.join(names[:6])}{' …' if names[6:] else ''}",
        figures.contribution,
        "bp",
        "sum of their contributions",
        _contributed(basket, names),
        cut(Term(s, float(contributions[place[s]]), "bp") for s in names),
        tuple(_without(ground, names, figures, earned(ground))),
        origins=ground.origins,
    )


def half(ground: Ground) -> Iterator[Explanation]:
    """Explain how many names make half of all gains."""
    gains = sorted(((c, s) for s, c in earned(ground).items() if c > 0), reverse=True)
    total, sums, needed = math.fsum(c for c, _ in gains), 0.0, 0
    while sums < total / 2 * (1 - 1e-12):
        sums += gains[needed][0]
        needed += 1
    value = ground.view.concentration.half_of_gain
    yield Explanation(
        f"names for half of all gains of {ground.fund}",
        None if value is None else float(value),
        "count",
        "the fewest largest gains whose sum reaches gains / 2",
        float(needed) if gains else None,
        (
            Term("gains", total, "bp", f"{len(gains):,} contributions above 0"),
            Term("reached", sums, "bp", f"by the {needed:,} largest"),
            *cut(Term(s, c, "bp") for c, s in gains[:needed]),
        ),
        origins=ground.origins,
    )
