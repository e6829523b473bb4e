"""Twenty years of an index followed by its files alone, against what its lines really did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.answer.snapshot import Question, take
from core.note.phrase import several
from tests.random.test_files_alone import simulate
from tests.torture.report import Row

if TYPE_CHECKING:
    from pathlib import Path

#: A line's return may be off by what the rounding of its two prices makes of it.
ROUNDING = 5e-3


def archive(place: Path, small: bool) -> Iterator[Row]:
    """Files of every month end, no close of any line; seeds of its own, markets of any size."""
    lines, months, seeds = (100, 36, 2) if small else (2000, 240, 1)
    told = wrong = left_out = 0
    residuals = []
    for seed in range(seeds):
        held, days, truth = simulate(100 + seed, lines, months)
        files = {file.as_of: file for file in held.holdings["IWM"]}
        for (start, end), real in zip(pairwise(days), truth, strict=True):
            view = take(held, Question(window=f"{start}:{end}", basis="pr")).indices["IWM"]
            file = files[start]
            listed = dict(zip(held.lines(file), file.symbols, strict=True))
            returns = {
                listed[symbol]: value
                for symbol, value in zip(
                    view.contributors.symbols, view.contributors.returns.tolist(), strict=True
                )
            }
            told += len(returns)
            left_out += len(real.keys() - returns.keys())
            wrong += sum(
                ticker not in real or abs(real[ticker] - value) > ROUNDING
                for ticker, value in returns.items()
            )
            value = dict(zip(file.symbols, file.value.tolist(), strict=True))
            whole = sum(value[t] * r for t, r in real.items()) / sum(value[t] for t in real)
            residuals.append(abs(1e4 * (view.basket_return - whole)))
    yield Row(
        "closes that nobody sells any more",
        f"{several(seeds, 'market')} of {lines:,} lines, {months} month-end files, no close"
        " of a line",
        "no line's month told wrong; what cannot be told is left out and counted",
        f"{wrong:,} of {told:,} wrong, {left_out / (told + left_out):.2%} left out; basket off by"
        f" {np.median(residuals):.1f} bp in the median month, {max(residuals):.0f} in the worst",
        wrong == 0,
    )
