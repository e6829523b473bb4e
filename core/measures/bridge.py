"""The bridge: why one index beat the other, in five steps that add up to the gap.

gap = e_L + (EW_L - R_L) + (EW_S - EW_L) + (R_S - EW_S) + e_S, with e_L = R_L - fund_L
and e_S = fund_S - R_S: fund to basket, basket to equal weight, across, and back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record
from core.measures.concentration import order

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.measures.basket import Basket
    from core.measures.breadth import Breadth


@record(frozen=True, slots=True)
class Step:
    """One step of the bridge, a fraction (0.01 is 1 pp); ``parts`` add up to it."""

    name: str
    value: float
    parts: tuple[Step, ...] = ()


@record(frozen=True, slots=True)
class Side:
    """The bridge's inputs of one index; fractions, and the likely sources of its rest."""

    name: str
    fund: float
    basket: float
    equal_weight: float
    median: float
    rest: str = "cash and fees"


@record(frozen=True, eq=False, slots=True)
class GapLeaders:
    """Each line's part in the gap of the two baskets, largest first.

    Attributes:
        symbols: (U,) union of both indices' lines.
        names: (U,).
        value: (U,) fractions that sum to R_S - R_L.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    value: FloatArray


def side(
    name: str,
    fund: float | None,
    basket: Basket,
    breadth: Breadth,
    rest: str = "cash and fees",
) -> Side | None:
    """One index's side of the bridge; None where something of it is missing."""
    if fund is None or breadth.equal_weight is None or breadth.median is None:
        return None
    return Side(name, fund, basket.basket_return, breadth.equal_weight, breadth.median, rest)


def bridge(small: Side, large: Side) -> tuple[Step, ...]:
    """Five steps that add up to the gap of the funds."""
    return (
        Step(f"unmeasured, {large.rest} in {large.name}", large.basket - large.fund),
        Step(f"{large.name} equal weight over cap weight", large.equal_weight - large.basket),
        Step(
            "equal weight against equal weight",
            small.equal_weight - large.equal_weight,
            (
                Step("of which medians", small.median - large.median),
                Step(
                    "of which mean over median",
                    (small.equal_weight - small.median) - (large.equal_weight - large.median),
                ),
            ),
        ),
        Step(f"{small.name} cap weight over equal weight", small.basket - small.equal_weight),
        Step(f"unmeasured, {small.rest} in {small.name}", small.fund - small.basket),
    )


def gap_leaders(small: Basket, large: Basket) -> GapLeaders:
    """Each line's part in R_S - R_L.

    g_i = (cS_i - cL_i) - (wS_i - wL_i) h with h = (R_S + R_L)/2 and unscaled c; for one
    segment this is (wS_i - wL_i)(r_i - h).
    """
    middle = (small.basket_return + large.basket_return) / 2
    lines = small.register
    values, weights, present = (
        np.zeros(len(lines)),
        np.zeros(len(lines)),
        np.zeros(len(lines), bool),
    )
    for sign, basket in ((1.0, small), (-1.0, large)):
        shares = basket.start_share
        rows = np.nonzero(basket.measured.any(axis=0))[0]
        numbers = basket.numbers[rows]
        values[numbers] += (sign * (basket.unscaled - shares * middle))[rows]
        weights[numbers] += sign * shares[rows]
        present[numbers] = True
    union = np.nonzero(present)[0]
    ranked = union[order(values[union], weights[union], union)]
    called = large.labels.names.copy()
    called[small.numbers] = small.labels.names[small.numbers]
    symbols, names = (lines.texts(kind, ranked) for kind in (lines.symbols, called))
    return GapLeaders(symbols, names, values[ranked])
