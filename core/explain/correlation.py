"""How the average correlation of lines came about, worked out pair by pair."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import day
from core.explain.explanation import Explanation, Term

if TYPE_CHECKING:
    from core.explain.ground import Ground


def correlation(ground: Ground) -> Iterator[Explanation]:
    """Explain the average correlation of lines, each pair weighted by its part in the variance."""
    view, basket = ground.view, ground.basket
    title = f"average correlation of {ground.fund}"
    first, last = (day(end) for end in ground.ends)
    calendar = _sessions(ground)
    inside = calendar[(calendar >= first) & (calendar <= last)]
    levels, weights = [], []
    for row in np.nonzero(basket.measured[0])[0].tolist():
        series = ground.market.series(basket.symbols[row])
        if series is None:
            continue
        at = np.searchsorted(series.sessions, inside)
        at = np.minimum(at, len(series.sessions) - 1)
        if (series.sessions[at] == inside).all():
            levels.append(series.stand_in[at])
            weights.append(float(basket.values[0, row]))
    if len(inside) - 1 < 60 or not levels:
        yield Explanation(title, view.correlation, "number", "at least 60 sessions", None, ())
        return
    prices = np.array(levels)
    returns = prices[:, 1:] / prices[:, :-1] - 1
    w = np.array(weights) / math.fsum(weights)
    centred = w[:, None] * (returns - returns.mean(axis=1, keepdims=True))
    together, possible = 0.0, 0.0
    size = np.sqrt((centred**2).sum(axis=1))
    for start in range(0, len(w), 256):
        part = centred[start : start + 256] @ centred.T
        both = size[start : start + 256, None] * size
        rows = np.arange(len(part))
        part[rows, start + rows] = both[rows, start + rows] = 0.0
        together, possible = together + float(part.sum()), possible + float(both.sum())
    days = len(inside) - 2
    yield Explanation(
        title,
        view.correlation,
        "number",
        "sum w w cov / sum w w s s",
        together / possible if possible > 0 else None,
        (
            Term("sum w w cov", together / days, "ratio", "covariances over all pairs"),
            Term("sum w w s s", possible / days, "ratio", "the same if all moved together"),
        ),
        notes=(
            f"{len(w):,} lines with a close on each of {len(inside):,} sessions,"
            " daily price returns",
        ),
        origins=ground.origins,
    )


def _sessions(ground: Ground) -> np.ndarray:
    """(T,) every session with bars."""
    return np.concatenate([block.sessions for block in ground.market.prices.blocks])
