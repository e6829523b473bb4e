"""Symbols, names and sectors for lines that do not exist.

No exchange lists symbols with digits such as ``ZS0417``, and every name says that it is
simulated: nobody can take one for a company.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sources.holdings.lines import SECTORS

if TYPE_CHECKING:
    from core.data.frames import FloatArray, IntArray

#: How the year treats each sector, in standard deviations of a line's luck.
SECTOR_LUCK: Final[FloatArray] = np.array(
    [-0.1, -0.2, -0.3, 0.4, 0.0, 0.1, 0.4, 0.6, 0.2, -0.2, -0.1]
)
#: Sectors of small and of large companies, by number of lines; each sums to 1.
SMALL_SECTORS: Final = (0.04, 0.12, 0.04, 0.06, 0.20, 0.17, 0.15, 0.12, 0.04, 0.04, 0.02)
LARGE_SECTORS: Final = (0.04, 0.10, 0.07, 0.05, 0.15, 0.12, 0.16, 0.15, 0.05, 0.05, 0.06)

_GOODS: Final = (
    "Anvil", "Barrel", "Bellows", "Button", "Candle", "Compass", "Copper", "Feather",
    "Kettle", "Ladder", "Lantern", "Marble", "Needle", "Paper", "Pebble", "Quill",
    "Ribbon", "Saddle", "Spindle", "Teapot", "Thimble", "Tin", "Umbrella", "Velvet",
)  # fmt: skip
_TRADES: Final[dict[str, tuple[str, ...]]] = {
    "Communication Services": ("Post Riders", "Town Criers"),
    "Consumer Discretionary": ("Emporium", "Playhouse"),
    "Consumer Staples": ("Larder", "Bakehouse"),
    "Energy": ("Windmill", "Coal Cellar"),
    "Financials": ("Counting House", "Piggy Bank"),
    "Health Care": ("Apothecary", "Infirmary"),
    "Industrials": ("Works", "Foundry"),
    "Information Technology": ("Abacus Makers", "Cipher Office"),
    "Materials": ("Quarry", "Kiln"),
    "Real Estate": ("Cottages", "Almshouses"),
    "Utilities": ("Waterwheel", "Gasworks"),
}


def draw_sectors(rng: np.random.Generator, count: int, parts: tuple[float, ...]) -> IntArray:
    """(count,) int, positions in SECTORS drawn with the probabilities ``parts``."""
    return rng.choice(len(SECTORS), size=count, p=parts).astype(np.intp)


@cache
def trade_of(name: str) -> str:
    """The trade in an invented name, its industry; "" for the name of a company that exists."""
    first, *words = name.split(" ")
    return " ".join(words[1:-1]) if first == "Simulated" else ""


def invent(
    rng: np.random.Generator, prefix: str, first: int, sectors: IntArray
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Symbols and names of unnamed lines.

    Args:
        rng: where the words come from.
        prefix: letters before the number of the symbol, such as "ZS".
        first: number of the first line.
        sectors: (N,) int, positions in SECTORS.

    Returns:
        (N,) symbols such as "ZS0417" and (N,) names such as "Simulated Tin Works 0417".
    """
    goods = rng.integers(len(_GOODS), size=len(sectors))
    trades = rng.integers(2, size=len(sectors))
    symbols, names = [], []
    for number, (sector, good, trade) in enumerate(
        zip(sectors, goods, trades, strict=True), start=first
    ):
        symbols.append(f"{prefix}{number:04d}")
        what = _TRADES[SECTORS[sector]][trade]
        names.append(f"Simulated {_GOODS[good]} {what} {number:04d}")
    return tuple(symbols), tuple(names)
