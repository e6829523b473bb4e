"""Simulated closes of the funds that the board shows beside the two of the opening pair.

They follow the two funds with betas of their own and noise on top: no real price, and nothing of
the two funds or of their lines is changed by them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.pairs import shipped_pairs
from cache.sources.demo.demo_funds import opening_rows, quarterly_rows, row_on_or_before
from core.data.frames import Events

if TYPE_CHECKING:
    from cache.sources.demo.demo_bars import DemoColumns
    from core.data.frames import FloatArray

#: The first session of all of them.
FROM: Final = date(2003, 1, 2)
#: Tells their stream of random numbers from those of the funds and lines.
_STREAM: Final = 26
#: Funds that follow the small index mostly; the others follow the large one.
_SMALL: Final = frozenset({"IJR", "IWC", "IWN", "IWO", "MDY"})
#: Funds that are one index with another: the daily noise between the two is this small.
_TWINS: Final = {"IVV": 0.0001}
#: Standard deviation of a day's move, lowest and highest; and of the slope of a year.
_DAY: Final = (0.003, 0.008)
_SLOPE: Final = 0.03
_YEAR: Final = 252
_YIELD: Final = 0.013
_VOLUME: Final = 5e6


def add_board_funds(seed: int, columns: DemoColumns, small: FloatArray, large: FloatArray) -> None:
    """Add the funds of the shipped pairs that have no closes yet.

    Args:
        seed: the market's; the same seed makes the same closes.
        columns: what has been added, and where these are.
        small: (T,) closes of the small fund.
        large: (T,) closes of the large one.
    """
    pair_funds = dict.fromkeys(
        fund for pair in shipped_pairs() for fund in (pair.small, pair.large)
    )
    funds = tuple(fund for fund in pair_funds if fund not in columns.symbols)
    rng = np.random.default_rng([seed, _STREAM])
    first = row_on_or_before(columns.days, FROM)
    moves = np.diff(np.log(np.column_stack([small, large])[first:]), axis=0)
    count, rows = len(funds), len(moves)
    part = np.array([0.9 if fund in _SMALL else 0.1 for fund in funds])
    beta = 1 + 0.15 * rng.standard_normal(count)
    specific = rng.uniform(*_DAY, count)
    specific[:] = [_TWINS.get(fund, day) for fund, day in zip(funds, specific, strict=True)]
    beta[specific < _DAY[0]] = 1.0
    part[specific < _DAY[0]] = 0.0
    slope = np.where(specific < _DAY[0], 0.0, _SLOPE * rng.standard_normal(count)) / _YEAR
    market = np.outer(moves[:, 0], part) + np.outer(moves[:, 1], 1 - part)
    walk = beta * market + specific * rng.standard_normal((rows, count)) + slope
    level = rng.uniform(20, 60, count) * np.exp(np.vstack([np.zeros(count), walk.cumsum(axis=0)]))
    close = np.round(level, 2)
    volume = np.rint(_VOLUME * np.exp(0.3 * rng.standard_normal(close.shape)))
    paid = quarterly_rows(columns.days, first)
    opened = close[opening_rows(columns.days, first)[paid] - first]
    at = np.repeat(paid - first, count), np.tile(np.arange(count), len(paid))
    dividend = Events(*at, np.round(_YIELD / 4 * opened, 3).ravel())
    columns.add_lines(funds, first, close, volume, dividend, Events.none())
