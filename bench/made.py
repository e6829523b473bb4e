"""A made-up market of any size in memory, for timing alone: its figures mean nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from core.data.frames import Block, Events, Holdings, Prices, Reference
from core.data.market import Market

SMALL, LARGE = "IWM", "SPY"
_LAST: Final = 2025
_SECTORS: Final = ("Energy", "Financials", "Industrials", "Materials", "Utilities", "Technology")


@dataclass(frozen=True)
class Made:
    """What a market is made of; every `market` made from it begins with nothing derived."""

    prices: Prices
    holdings: dict[str, tuple[Holdings, ...]]
    reference: Reference

    def market(self) -> Market:
        """The same bars and files with nothing kept of earlier answers."""
        return Market(self.prices, self.holdings, self.reference)

    @property
    def sessions(self) -> list[date]:
        """Every session with closes."""
        return [d for block in self.prices.blocks for d in block.sessions.tolist()]


def make(small: int, large: int, years: int, seed: int = 1) -> Made:
    """Make a market.

    Args:
        small: lines of the small index.
        large: lines of the large one.
        years: calendar years of closes, the last one 2025; two files a fund are of that year.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    calendar = np.arange(np.datetime64(f"{_LAST - years}-01-01"), np.datetime64(f"{_LAST + 2}"))
    calendar = calendar[np.is_busday(calendar)]
    symbols = (*(f"S{i:05}" for i in range(small)), *(f"L{i:05}" for i in range(large)))
    symbols += (SMALL, LARGE)
    level = rng.uniform(10, 300, len(symbols))
    # a line in thirty begins inside the last year but one, and one in a hundred has single holes
    late = np.nonzero(rng.random(len(symbols) - 2) < 1 / 30)[0]
    holed = np.nonzero(rng.random(len(symbols) - 2) < 1 / 100)[0]
    begun = calendar[calendar < np.datetime64(f"{_LAST}-02-01")][-rng.integers(1, 200, len(late))]
    blocks = []
    for year in range(_LAST - years + 1, _LAST + 1):
        sessions = calendar[calendar.astype("datetime64[Y]").astype(int) + 1970 == year]
        steps = rng.standard_normal((len(sessions), len(symbols)), dtype=np.float32)
        close = level * np.exp(np.cumsum(steps * np.float32(0.02), axis=0, dtype=np.float64))
        level = np.clip(close[-1], 1, 1000).copy()
        close[:, late] = np.where(sessions[:, None] < begun, np.nan, close[:, late])
        close[rng.integers(0, len(sessions), len(holed)), holed] = np.nan
        volume = rng.integers(1_000, 1_000_000, close.shape).astype(np.float64)
        paid = np.unique(rng.integers(0, close.size, 2 * len(symbols)))
        row, column = np.divmod(paid, len(symbols))
        row, column = (at[np.isfinite(close[row, column])] for at in (row, column))
        dividends = Events(row, column, close[row, column] * 0.005)
        blocks.append(Block(sessions, symbols, close, None, volume, dividends))
    of = {SMALL: symbols[:small], LARGE: symbols[small:-2]}
    return Made(
        Prices(
            tuple(blocks),
            through=dict.fromkeys(symbols, blocks[-1].sessions[-1].item()),
            source=dict.fromkeys(symbols, "made up"),
        ),
        {fund: _files(fund, lines, blocks[-1], rng) for fund, lines in of.items()},
        Reference(calendar),
    )


def _files(
    fund: str, lines: Sequence[str], block: Block, rng: np.random.Generator
) -> tuple[Holdings, ...]:
    """Two files of the block's year; the later one lacks two lines in a hundred."""
    place = {symbol: i for i, symbol in enumerate(block.symbols)}
    quantity = np.round(rng.lognormal(10, 1, len(lines)))
    found = []
    for row, kept in ((60, len(lines)), (180, len(lines) * 98 // 100 or 1)):
        held = tuple(lines[:kept])
        price = np.nan_to_num(block.close[row, [place[s] for s in held]], nan=20.0)
        value = price * quantity[:kept]
        found.append(
            Holdings(
                fund,
                block.sessions[row].item(),
                held,
                tuple(f"{s} Works" for s in held),
                tuple(_SECTORS[i % len(_SECTORS)] for i in range(kept)),
                quantity[:kept],
                price,
                value,
                float(value.sum()) * 1.002,
                source="made up",
            )
        )
    return tuple(found)
