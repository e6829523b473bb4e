"""How much of an index hangs on how few names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import FloatArray, IntArray

#: The k of "the top k names".
TOPS: Final = (1, 3, 5, 10, 25)
#: A share of the net return is not given below this return: it explodes near zero.
NET_FLOOR: Final = 0.01
_DECIMALS: Final = 12


@record(frozen=True, slots=True)
class Top:
    """The k largest contributors together; fractions.

    Attributes:
        k: how many names.
        contribution: their sum, as printed (after m_k).
        share_of_net: over the net return; None where that is under 1 %.
        share_of_gross_gain: over the sum of all gains; None without gains.
        reweighted: the index without them, the rest weighted up; None where nothing is left.
        zeroed: the basket's return less their part of it (without m_k).
        fund_zeroed: the fund's return less their contribution; None without its closes.
    """

    k: int
    contribution: float
    share_of_net: float | None
    share_of_gross_gain: float | None
    reweighted: float | None
    zeroed: float
    fund_zeroed: float | None


@record(frozen=True, eq=False, slots=True)
class Concentration:
    """Concentration of weights and of gains.

    Attributes:
        effective_n: 1 / sum w^2 of the start shares.
        effective_n_gains: the same on shares of the gains; None without gains.
        effective_n_abs: the same on |c|.
        gini: of the start shares; 0 where all are equal.
        gini_gains: of the gains; None without gains.
        gross_gain: sum of c > 0 as printed (after m_k), a fraction.
        gross_loss: sum of c < 0 likewise, a fraction <= 0.
        half_of_gain: names needed for half of the gross gain; None without gains.
        curve: (M,) cumulative contribution in ranked order, a fraction, unscaled.
        top: one entry for each k.
    """

    effective_n: float | None
    effective_n_gains: float | None
    effective_n_abs: float | None
    gini: float | None
    gini_gains: float | None
    gross_gain: float
    gross_loss: float
    half_of_gain: int | None
    curve: FloatArray
    top: tuple[Top, ...]


def order(
    contribution: FloatArray, weight: FloatArray, symbols: tuple[str, ...] | IntArray
) -> IntArray:
    """(M,) lines in the one order used everywhere.

    Contribution, larger first (rounded to 1e-12); then start weight, larger first; then
    symbol, A to Z, or its number in the register, which sorts alike. Laggards are the same
    list read backwards.
    """
    larger_first = -np.round(contribution, _DECIMALS)
    ranked = np.argsort(larger_first, kind="stable")
    if np.all(np.diff(larger_first[ranked]) > 0):
        # no ties, for which alone the other keys are
        return ranked
    return np.lexsort((np.array(symbols), -weight, larger_first)).astype(np.intp)


def net_return(fund_return: float | None, basket_return: float) -> float:
    """Return of the fund's closes; of the measured lines where none are held."""
    return basket_return if fund_return is None else fund_return


def effective_number(parts: FloatArray) -> float | None:
    """1 / HHI of non-negative parts, after they are made to sum to 1; None where all are 0."""
    total = float(parts.sum())
    return total**2 / float((parts**2).sum()) if total > 0 else None


def gini(parts: FloatArray) -> float | None:
    """Gini coefficient of non-negative parts; None where all are 0.

    sum over i of (2 i - n - 1) x_i / (n sum x), x ascending, i from 1.
    """
    total = float(parts.sum())
    if not total > 0:
        return None
    size = len(parts)
    rank = 2 * np.arange(1, size + 1) - size - 1
    return float(rank @ np.sort(parts)) / (size * total)


def concentration(
    share: FloatArray,
    unscaled: FloatArray,
    scaled: FloatArray,
    ranked: IntArray,
    net: float,
    without: Callable[[IntArray], tuple[float | None, float]],
    tops: tuple[int, ...] = TOPS,
    fund_return: float | None = None,
) -> Concentration:
    """Measure how concentrated an index's weights and gains are.

    Args:
        share: (M,) shares of the measured basket at the start, sum 1.
        unscaled: (M,) contributions that sum to the basket's return.
        scaled: (M,) contributions as printed.
        ranked: (M,) from `order`.
        net: the return that "share of net" is a share of.
        without: the index's return without the lines at some positions, from the basket.
        tops: the k wanted; those above the number of lines are left out.
        fund_return: of the fund's closes, None where they are not held.
    """
    rounded = np.round(scaled, _DECIMALS)
    # what rounds to nothing at 1e-12 is neither a gain nor a loss
    unscaled = np.where(np.round(unscaled, _DECIMALS) == 0, 0.0, unscaled)
    gains = np.sort(unscaled[unscaled > 0])[::-1]
    gain = math.fsum(gains.tolist())
    half = int(np.searchsorted(np.cumsum(gains), gain / 2 * (1 - 1e-12))) + 1 if gain else None
    largest = []
    for k in tops:
        if k > len(ranked):
            continue
        dropped = ranked[:k]
        sum_scaled = math.fsum(scaled[dropped].tolist())
        reweighted, zeroed = without(dropped)
        largest.append(
            Top(
                k=k,
                contribution=sum_scaled,
                share_of_net=sum_scaled / net if abs(net) >= NET_FLOOR else None,
                share_of_gross_gain=math.fsum(unscaled[dropped].tolist()) / gain if gain else None,
                reweighted=reweighted,
                zeroed=zeroed,
                fund_zeroed=None if fund_return is None else fund_return - sum_scaled,
            )
        )
    return Concentration(
        effective_n=effective_number(share),
        effective_n_gains=effective_number(np.maximum(unscaled, 0)),
        effective_n_abs=effective_number(np.abs(unscaled)),
        gini=gini(share),
        gini_gains=gini(gains),
        gross_gain=math.fsum(scaled[rounded > 0].tolist()),
        gross_loss=math.fsum(scaled[rounded < 0].tolist()),
        half_of_gain=half,
        curve=np.cumsum(unscaled[ranked]),
        top=tuple(largest),
    )
