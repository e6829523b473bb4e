"""Pictures of a pair's whole history: every stretch as long, and the ratio."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tui.charts.canvas import finite_range
from tui.report.pictures import BOTTOM, LEFT, TOP, SvgScale, dates, grid, spaced
from tui.report.sketch import CHARACTER, Sketch
from tui.text import formats as f

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.measures.pair_history import PairHistory
    from core.measures.rarity import Rank

#: Bins of a distribution, the open tails among them.
_BINS: Final = 41
#: Share of the values in each open tail.
_TAIL: Final = 0.002


def stretches(history: PairHistory, rank: Rank, sides: tuple[str, str], width: float) -> Sketch:
    """Every stretch as long as the window, counted by its gap; the bin of this one is marked.

    Args:
        history: of the pair, or of one index alone.
        rank: of the window's gap among them.
        sides: what the bars below zero and above it are, in words.
        width: in pixels.
    """
    gaps = history.gaps[np.isfinite(history.gaps)]
    edges = _edges(gaps)
    counts = np.bincount(np.searchsorted(edges, gaps, side="left"), minlength=len(edges) + 1)
    here = int(np.searchsorted(edges, rank.value, side="left"))
    alone = history.large is None
    value = f.pct(rank.value) if alone else f.pp(rank.value)
    as_far = "high" if alone and rank.side > 0 else "low" if alone else "wide"
    words = f"{value}: {rank.as_wide:,} of {rank.of:,} at least as {as_far}"
    last = f"the last on {rank.last}" if rank.last is not None else "none before"
    sketch = Sketch(width, 300.0, "Every stretch as long, by its gap", f"{words}, {last}")
    scale = SvgScale(0.0, float(counts.max()), TOP + 44, sketch.height - BOTTOM)
    scale.low = 0.0
    left, right = 4.0, width - 4
    step = (right - left) / len(counts)
    for place, count in enumerate(counts.tolist()):
        side = "small" if place and edges[place - 1] >= 0 else "large"
        look = "bar is-own" if place == here else f"bar is-{side}"
        top = min(scale(float(count)), scale(0.0) - 1) if count else scale(0.0)
        size = (step * 0.84, scale(0.0) - top)
        sketch.box(left + place * step + step * 0.08, top, size, look, f"{count:,}")
    base = scale(0.0)
    sketch.line((left, base), (right, base), "zero")
    for place, (edge, after) in enumerate(pairwise(edges.tolist())):
        if round(edge / (after - edge)) % 5 == 0:
            x = left + (place + 1) * step
            sketch.line((x, base), (x, base + 4), "zero")
            sketch.text(x, base + 17, f"{edge * 100:+g}".replace("+0", "0"), "t muted", "middle")
    sketch.text(right, base + 17, "%" if alone else "pp", "t muted", "end")
    sketch.text(left, 50, f"◂ {sides[0]}", "t strong is-large")
    sketch.text(right, 50, f"{sides[1]} ▸", "t strong is-small", "end")
    middle = left + (here + 0.5) * step
    half = max(len(words), len(last)) * CHARACTER / 2
    at = min(max(middle, left + half), right - half)
    sketch.text(at, 12, words, "t strong", "middle")
    sketch.text(at, 27, last, "t muted", "middle")
    sketch.line((middle, 32), (middle, scale(float(counts[here])) - 3), "zero")
    return sketch


def _edges(gaps: FloatArray) -> FloatArray:
    """(K,) edges between bins: a round step, zero among them, about `_BINS` in all."""
    low, high = (float(q) for q in np.quantile(gaps, [_TAIL, 1 - _TAIL]))
    span = max(high - low, 1e-6) / (_BINS - 2)
    power = 10.0 ** np.floor(np.log10(span))
    step = float(next(power * digit for digit in (1, 2, 5, 10) if power * digit >= span))
    edges: FloatArray = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    return edges


def ratio(history: PairHistory, width: float) -> Sketch:
    """The ratio of closes week by week, with its averages; of one index alone, its closes."""
    sessions, level, averages = history.weekly_ratio()
    places = 2 if history.large is None else 4
    curves = [("now", level, "line even small")]
    for (closes, mean), look in zip(averages.items(), ("thin", "thin far"), strict=True):
        curves.append((f"mean of {closes}", mean, look))
    ends = [
        (f"{name} {f.number(float(line[-1]), places)}", line, look) for name, line, look in curves
    ]
    description = ", ".join(text for text, _, _ in ends)
    caption = "weekly, with the means of the last 50 and 200 closes"
    sketch = Sketch(width, 300.0, f"Ratio of closes, {caption}", description)
    bounds = finite_range([line for _, line, _ in ends])
    assert bounds is not None
    right = width - CHARACTER * max(len(text) for text, _, _ in ends) - 8
    scale = SvgScale(*bounds, TOP, sketch.height - BOTTOM)
    grid(sketch, scale, LEFT, right, "")
    xs = np.linspace(LEFT, right, len(sessions)).tolist()
    dates(sketch, sessions, xs, right)
    for _, line, look in reversed(ends):
        points = [(x, scale(y)) for x, y in zip(xs, line.tolist(), strict=True) if np.isfinite(y)]
        sketch.curve(points, look)
    heights = spaced([scale(float(line[-1])) for _, line, _ in ends], 16)
    for (text, _, look), y in zip(ends, heights, strict=True):
        shade = "strong is-small" if look == "line even small" else "muted"
        sketch.text(right + 6, y + 4, text, f"t {shade}")
    return sketch
