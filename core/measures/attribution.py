"""The gap of two baskets split by sector.

Source: G. Brinson and N. Fachler, "Measuring Non-US Equity Portfolio Performance",
Journal of Portfolio Management 11(3), 1985.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record
from core.data.register import UNKNOWN

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.measures.basket import Basket


@record(frozen=True, slots=True)
class SectorEffect:
    """One sector's part in R_S - R_L; fractions.

    Attributes:
        name: of the sector.
        small_weight, large_weight: shares of the measured baskets at the start.
        small_return, large_return: of the sector's lines; None where it has none there.
        allocation: (wS - wL)(rL - R_L).
        selection: wL (rS - rL).
        interaction: (wS - wL)(rS - rL).
    """

    name: str
    small_weight: float
    large_weight: float
    small_return: float | None
    large_return: float | None
    allocation: float
    selection: float
    interaction: float

    @property
    def total(self) -> float:
        """The three effects together."""
        return self.allocation + self.selection + self.interaction


def brinson(
    names: tuple[str, ...],
    small_weight: FloatArray,
    large_weight: FloatArray,
    small_return: FloatArray,
    large_return: FloatArray,
) -> tuple[SectorEffect, ...]:
    """Split R_S - R_L by sector into effects that add up to it.

    A sector empty on one side takes the other side's return, so that its selection is 0.

    Args:
        names: (J,) sectors.
        small_weight: (J,) weights of the small index, sum 1.
        large_weight: (J,) of the large one, sum 1.
        small_return: (J,) fractions, NaN where the sector is empty.
        large_return: (J,) the same for the large one.
    """
    # a sector empty on both sides has no weight, so whatever stands for its return is not used
    rs, rl = (
        np.where(np.isnan(side), np.where(np.isnan(other), 0.0, other), side)
        for side, other in ((small_return, large_return), (large_return, small_return))
    )
    index = math.fsum((large_weight * rl)[large_weight != 0])
    active = small_weight - large_weight
    parts = (active * (rl - index), large_weight * (rs - rl), active * (rs - rl))

    def or_none(value: float) -> float | None:
        return None if math.isnan(value) else float(value)

    return tuple(
        SectorEffect(
            name,
            float(small_weight[i]),
            float(large_weight[i]),
            or_none(small_return[i]),
            or_none(large_return[i]),
            *(float(part[i]) for part in parts),
        )
        for i, name in enumerate(names)
    )


def by_sector(small: Basket, large: Basket) -> tuple[SectorEffect, ...]:
    """Brinson-Fachler of two baskets, largest total first.

    A sector's return is its contribution over its weight at the start; over several
    segments this keeps the sum exact. A sector without weight at the start carries its
    contribution as interaction.
    """
    labels = [basket.labels.coded_sectors for basket in (small, large)]
    every = sorted({name or UNKNOWN for of_basket in labels for name in of_basket.texts})
    code = {name: place for place, name in enumerate(every)}
    sides: list[list[FloatArray]] = []
    for basket, of_basket in zip((small, large), labels, strict=True):
        rows = np.nonzero(basket.measured.any(axis=0))[0]
        codes = np.array([code[name or UNKNOWN] for name in of_basket.texts], np.intp)
        places = codes[of_basket.codes[basket.numbers[rows]]]
        sides.append(
            [
                np.bincount(places, values, len(every)).astype(np.float64)
                for values in (np.ones(len(rows)), basket.share[0][rows], basket.unscaled[rows])
            ]
        )
    present = np.nonzero(sides[0][0] + sides[1][0])[0]
    names = tuple(every[place] for place in present.tolist())
    (ws, cs), (wl, cl) = ((weight[present], earned[present]) for _, weight, earned in sides)
    with np.errstate(divide="ignore", invalid="ignore"):
        rs, rl = (np.where(w > 0, c / w, np.nan) for w, c in ((ws, cs), (wl, cl)))
    effects = brinson(names, ws, wl, rs, rl)
    # what a sector earned though it had no weight at the start
    late = (np.where(ws != 0, 0.0, cs) - np.where(wl != 0, 0.0, cl)).tolist()
    whole = [
        replace(effect, interaction=effect.interaction + rest)
        for effect, rest in zip(effects, late, strict=True)
    ]
    return tuple(sorted(whole, key=lambda e: (-e.total, e.name)))
