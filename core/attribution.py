"""The gap read by sector.

Source: G. Brinson and N. Fachler, "Measuring Non-US Equity Portfolio Performance",
Journal of Portfolio Management 11(3), 1985.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from core.basket import Basket
from core.frames import FloatArray
from core.groups import UNKNOWN


@dataclass(frozen=True, slots=True)
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
    """Take R_S - R_L apart by sector; the effects add up to it.

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
        np.where(np.isnan(own), np.where(np.isnan(other), 0.0, other), own)
        for own, other in ((small_return, large_return), (large_return, small_return))
    )
    index = math.fsum((large_weight * rl)[large_weight != 0])
    active = small_weight - large_weight
    parts = (active * (rl - index), large_weight * (rs - rl), active * (rs - rl))

    def known(value: float) -> float | None:
        return None if math.isnan(value) else float(value)

    return tuple(
        SectorEffect(
            name,
            float(small_weight[i]),
            float(large_weight[i]),
            known(small_return[i]),
            known(large_return[i]),
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
    sides = []
    for basket in (small, large):
        weight: dict[str, float] = {}
        earned: dict[str, float] = {}
        shares = basket.share[0]
        for row in np.nonzero(basket.measured.any(axis=0))[0].tolist():
            name = basket.sectors[row] or UNKNOWN
            weight[name] = weight.get(name, 0.0) + float(shares[row])
            earned[name] = earned.get(name, 0.0) + float(basket.unscaled[row])
        sides.append((weight, earned))
    (ws, cs), (wl, cl) = sides
    names = tuple(sorted({*ws, *wl}))
    found = brinson(
        names,
        *(np.array([w.get(n, 0.0) for n in names]) for w in (ws, wl)),
        *(
            np.array([c[n] / w[n] if w.get(n, 0.0) > 0 else np.nan for n in names])
            for w, c in ((ws, cs), (wl, cl))
        ),
    )
    # what a sector earned though it had no weight at the start
    late = {
        n: (0 if ws.get(n) else cs.get(n, 0.0)) - (0 if wl.get(n) else cl.get(n, 0.0))
        for n in names
    }
    whole = [replace(e, interaction=e.interaction + late[e.name]) for e in found]
    return tuple(sorted(whole, key=lambda e: (-e.total, e.name)))
