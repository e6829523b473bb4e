"""How breadth came about: counts, steps of the ladder, bins, and moments of the returns.

Each is worked out once more from the lines' closes, with the standard library's
statistics where it has them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from core.explain.explanation import Explanation, Term, Unit, cut
from core.explain.ground import Ground, select, values_at
from core.explain.returns import return_of

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.breadth import Bin, Rung

#: Returns are compared at so many decimals: 110 / 100 - 1 is not 0.1.
_DECIMALS: Final = 9
_COMPARED: Final = "returns are compared at nine decimals, strictly"


def _lines(ground: Ground) -> tuple[Term, ...]:
    """The lines counted, largest return first, the middle of the list cut."""
    ranked = sorted(ground.line_returns, key=lambda line: (-line[1], line[0]))
    return cut((Term(symbol, r, "percent") for symbol, r in ranked), 6, both_ends=True)


def _outside(view: IndexView) -> tuple[str, ...]:
    """Notes on lines that are not counted, with the reason."""
    return tuple(f"outside N: {n:,} {why}" for why, n in view.breadth.outside)


def _moment(
    ground: Ground,
    title: str,
    value: float | None,
    unit: Unit,
    formula: str,
    work: Callable[[list[float]], tuple[float | None, tuple[Term, ...]]],
    parts: tuple[Explanation, ...] = (),
) -> Iterator[Explanation]:
    """Explain one statistic of the returns r of N lines."""
    view = ground.view
    returns = [r for _, r in ground.line_returns]
    computed, terms = work(returns) if returns else (None, ())
    n = Term("N", float(len(returns)), "count", "lines with closes at both ends of the window")
    yield Explanation(
        f"{title} of {view.fund}",
        value,
        unit,
        formula,
        computed,
        (n, *terms, *_lines(ground)),
        parts,
        _outside(view),
        ground.origins,
    )


def equal_weight(ground: Ground) -> Iterator[Explanation]:
    """Explain the mean return: of equal amounts bought at the start and never traded."""

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        return statistics.fmean(r), (Term("sum r", math.fsum(r), "ratio", "over the N lines"),)

    value = ground.view.breadth.equal_weight
    return _moment(ground, "equal-weight return", value, "percent", "sum r / N", work)


def median(ground: Ground) -> Iterator[Explanation]:
    """Explain the median return, with the one or two lines in the middle."""
    ranked = sorted(ground.line_returns, key=lambda line: line[1])
    size = len(ranked)
    middle = ranked[(size - 1) // 2 : size // 2 + 1]
    names = ["r low", "r high"] if len(middle) > 1 else ["r middle"]
    parts = [
        return_of(ground.market, symbol, *ground.closes(symbol), ground.basis)
        for symbol, _ in middle
    ]

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        return statistics.median(r), tuple(
            Term(name, value, "percent", f"{symbol}, number {(size - 1) // 2 + place} from below")
            for place, (name, (symbol, value)) in enumerate(zip(names, middle, strict=True), 1)
        )

    formula = "(r low + r high) / 2" if len(middle) > 1 else "r middle"
    value = ground.view.breadth.median
    return _moment(ground, "median return", value, "percent", formula, work, tuple(parts))


def mean_less_median(ground: Ground) -> Iterator[Explanation]:
    """Explain the mean return less the median return."""
    view = ground.view
    mean, middle = view.breadth.equal_weight, view.breadth.median
    value = None if mean is None or middle is None else mean - middle

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        mean_and_median = statistics.fmean(r), statistics.median(r)
        return mean_and_median[0] - mean_and_median[1], (
            Term("mean", mean_and_median[0], "percent", "equal-weight return"),
            Term("median", mean_and_median[1], "percent", "the return in the middle"),
        )

    return _moment(ground, "mean less median", value, "pp", "mean - median", work)


def dispersion(ground: Ground) -> Iterator[Explanation]:
    """Explain the population standard deviation of the returns."""

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        mean = statistics.fmean(r)
        squares = math.fsum((x - mean) ** 2 for x in r)
        return math.sqrt(squares / len(r)), (
            Term("mean", mean, "percent", "equal-weight return"),
            Term("sum (r - mean)^2", squares, "ratio"),
        )

    value = ground.view.breadth.dispersion
    formula = "square root of sum (r - mean)^2 / N"
    return _moment(ground, "dispersion", value, "percent", formula, work)


def dispersion_cap(ground: Ground) -> Iterator[Explanation]:
    """Explain the dispersion around the basket's return, by weight."""
    view, values = ground.view, values_at(ground.basket)
    whole = math.fsum(values.values())

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        squares = math.fsum(
            values[symbol] / whole * (x - view.basket_return) ** 2
            for symbol, x in ground.line_returns
        )
        return math.sqrt(squares), (
            Term("R", view.basket_return, "percent", "the basket's return"),
            Term("sum w (r - R)^2", squares, "ratio", "w the line's value over the basket's"),
        )

    formula = "square root of sum w (r - R)^2"
    value = view.breadth.dispersion_cap
    return _moment(ground, "cap-weight dispersion", value, "percent", formula, work)


def skew(ground: Ground) -> Iterator[Explanation]:
    """Explain the skewness g1 of the returns."""

    def work(r: list[float]) -> tuple[float | None, tuple[Term, ...]]:
        mean = statistics.fmean(r)
        second, third = (math.fsum((x - mean) ** k for x in r) / len(r) for k in (2, 3))
        return third / second**1.5 if second else None, (
            Term("m3", third, "ratio", "mean of (r - mean)^3"),
            Term("m2", second, "ratio", "mean of (r - mean)^2"),
            Term("mean", mean, "percent", "equal-weight return"),
        )

    value = ground.view.breadth.skew
    return _moment(ground, "skew", value, "number", "m3 / m2^1.5", work)


def outperforming(ground: Ground) -> Iterator[Explanation]:
    """Explain the share of lines above the basket's return."""
    view = ground.view

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        bar = round(view.basket_return, _DECIMALS)
        above = sum(round(x, _DECIMALS) > bar for x in r)
        return above / len(r), (
            Term("above", float(above), "count", "lines with r > R"),
            Term("R", view.basket_return, "percent", "the basket's return"),
        )

    value = view.breadth.share_outperforming
    return _moment(ground, "share outperforming the basket", value, "percent", "above / N", work)


def weight_outperforming(ground: Ground) -> Iterator[Explanation]:
    """Explain the weight of the lines above the basket's return."""
    view, basket = ground.view, ground.breadth_basket
    values = {} if basket is None else values_at(basket)

    def work(r: list[float]) -> tuple[float | None, tuple[Term, ...]]:
        bar, lines = round(view.basket_return, _DECIMALS), ground.line_returns
        whole = math.fsum(values[symbol] for symbol, _ in lines)
        above = math.fsum(values[symbol] for symbol, x in lines if round(x, _DECIMALS) > bar)
        return above / whole if whole else None, (
            Term("above", above, "money", "value of the lines with r > R at the start"),
            Term("whole", whole, "money", "value of the lines counted"),
            Term("R", view.basket_return, "percent", "the basket's return"),
        )

    value, title = view.breadth.weight_outperforming, "weight outperforming the basket"
    return _moment(ground, title, value, "percent", "above / whole", work)


def equal_less_cap(ground: Ground) -> Iterator[Explanation]:
    """Equal weight less cap weight, which for one segment is -N cov(w, r)."""
    view = ground.view
    mean = view.breadth.equal_weight
    value = None if mean is None else mean - view.basket_return

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        equal = statistics.fmean(r)
        whole = math.prod(1 + segment.basket_return for segment in view.segments) - 1
        return equal - whole, (
            Term("equal weight", equal, "percent", "mean of the returns"),
            Term("R", whole, "percent", "the basket's return"),
        )

    return _moment(ground, "equal less cap weight", value, "pp", "equal weight - R", work)


def _count(
    ground: Ground,
    title: str,
    value: int,
    formula: str,
    condition: Callable[[float], bool],
) -> Explanation:
    """Explain a count of lines, with its share of N."""
    view = ground.view
    inside = [(symbol, r) for symbol, r in ground.line_returns if condition(round(r, _DECIMALS))]
    size = len(ground.line_returns)
    ranked = sorted(inside, key=lambda line: (-line[1], line[0]))
    return Explanation(
        f"{title} of {view.fund}",
        float(value),
        "count",
        formula,
        float(len(inside)),
        (
            Term("N", float(size), "count", "lines with closes at both ends of the window"),
            Term("share", len(inside) / size if size else None, "percent", "of N"),
            *cut((Term(symbol, r, "percent") for symbol, r in ranked), 6, both_ends=True),
        ),
        notes=(_COMPARED, *_outside(view)),
        origins=ground.origins,
    )


def counts(ground: Ground) -> Iterator[Explanation]:
    """Explain the counts of lines up, down and unchanged."""
    figures = ground.view.breadth
    yield _count(ground, "lines up", figures.up, "count of r > 0", lambda r: r > 0)
    yield _count(ground, "lines down", figures.down, "count of r < 0", lambda r: r < 0)
    yield _count(ground, "lines unchanged", figures.unchanged, "count of r = 0", lambda r: r == 0)


def share_up(ground: Ground) -> Iterator[Explanation]:
    """Explain the share of lines that rose."""

    def work(r: list[float]) -> tuple[float, tuple[Term, ...]]:
        up = sum(round(x, _DECIMALS) > 0 for x in r)
        return up / len(r), (Term("up", float(up), "count", "lines with r > 0"),)

    value = ground.view.breadth.share_up
    return _moment(ground, "share of lines up", value, "percent", "up / N", work)


def ladder(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Explain every step of the ladder, or the one named (">10", "<-25")."""

    def name(rung: Rung) -> str:
        return f"{'<' if rung.below else '>'}{rung.threshold * 100:.6g}"

    for rung in select(ground.view.breadth.ladder, name, item, "step"):
        yield _rung(ground, rung)


def _rung(ground: Ground, rung: Rung) -> Explanation:
    limit = rung.threshold
    words = f"r {'<' if rung.below else '>'} {limit * 100:+.6g} %"

    def beyond(r: float) -> bool:
        return r < limit if rung.below else r > limit

    return _count(ground, f"lines with {words}", rung.count, f"count of {words}", beyond)


def histogram(ground: Ground, item: str = "") -> Iterator[Explanation]:
    """Explain every bin of the histogram, or the one named ("0..10", "..-50")."""

    def edge(value: float | None) -> str:
        return "" if value is None else f"{value * 100:.6g}"

    def name(one: Bin) -> str:
        return f"{edge(one.low)}..{edge(one.high)}"

    for one in select(ground.view.breadth.histogram, name, item, "bin"):
        yield _bin(ground, one, name(one))


def _bin(ground: Ground, one: Bin, name: str) -> Explanation:
    low = -math.inf if one.low is None else one.low
    high = math.inf if one.high is None else one.high
    bounds = [f"r > {low * 100:.6g} %"] if one.low is not None else []
    bounds += [f"r <= {high * 100:.6g} %"] if one.high is not None else []
    formula = f"count of {' and '.join(bounds)}"
    return _count(ground, f"bin {name} %", one.count, formula, lambda r: low < r <= high)
