"""How weights at a window's start and end came about: each line's value carried by its closes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.answer.table import find
from core.data.frames import STALE_SESSIONS, day
from core.explain.concentration import shares
from core.explain.explanation import Explanation, Term, cut
from core.measures.membership import list_at_end

if TYPE_CHECKING:
    from datetime import date

    from core.explain.ground import Explain, Ground


def at_start(ground: Ground) -> dict[str, float]:
    """Line -> weight in the fund at the window's start."""
    measured = ground.basket.segments[0].weight_measured
    return {symbol: w * measured for symbol, w in shares(ground).items()}


def _close(ground: Ground, symbol: str, when: date) -> float | None:
    """A line's last close on or before a session, where it is recent enough."""
    series, position = ground.market.series(symbol), ground.market.position
    if series is None:
        return None
    row = int(np.searchsorted(series.sessions, day(when), side="right")) - 1
    if row < 0 or position(when) - position(series.sessions[row].item()) > STALE_SESSIONS:
        return None
    return float(series.stand_in[row])


def at_end(ground: Ground) -> dict[str, float]:
    """Line -> weight in the fund at the window's end, by the list that applies to it."""
    market, end = ground.market, ground.ends[1]
    span = list_at_end(market, ground.fund, *ground.ends, ground.snapshot.as_of)
    if span is None:
        return {}
    file, session = span.file, market.session(span.file.as_of)
    worth: dict[str, float] = {}
    measured = 0.0
    for row, symbol in enumerate(market.lines(file)):
        now, then = _close(ground, symbol, end), _close(ground, symbol, session)
        if now is None:
            continue
        value = float(file.value[row])
        if session != end:
            shares = float(file.quantity[row]) * market.split_since(symbol, session)
            value = value * now / then if then is not None else shares * now
        if math.isfinite(value):
            worth[symbol] = worth.get(symbol, 0.0) + value
            measured += float(file.value[row])
    whole = math.fsum(worth.values())
    return {s: v / whole * measured / file.total for s, v in worth.items()} if whole else {}


def top(key: str, k: int, weights: Callable[[Ground], dict[str, float]]) -> Explain:
    """Explain the k largest weights together."""

    def explain(ground: Ground) -> Iterator[Explanation]:
        view, row = ground.view, find(key)
        assert row is not None
        ranked = sorted(weights(ground).items(), key=lambda item: (-item[1], item[0]))
        ranked = [(s, w) for s, w in ranked if w > 0]
        few = len(ranked) < k
        yield Explanation(
            f"{row.title} of {view.fund}",
            row.value(view, None),
            "percent",
            f"sum of the {k} largest weights" if k > 1 else "the largest weight",
            None if few else math.fsum(w for _, w in ranked[:k]),
            cut(Term(s, w, "percent") for s, w in ranked[:k]),
            notes=(f"fewer than {k} lines are weighed",) if few else (),
            origins=ground.origins,
        )

    return explain


def effective_end(ground: Ground) -> Iterator[Explanation]:
    """Explain the effective number of lines at the window's end."""
    view = ground.view
    weights = [w for w in at_end(ground).values() if w > 0]
    whole = math.fsum(weights)
    hhi = math.fsum((w / whole) ** 2 for w in weights) if whole else None
    yield Explanation(
        f"effective N at the end of {view.fund}",
        view.weights.end.effective_n,
        "number",
        "1 / HHI",
        1 / hhi if hhi else None,
        (Term("HHI", hhi, "ratio", f"sum of squares of {len(weights):,} shares"),),
        origins=ground.origins,
    )
