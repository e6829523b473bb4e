"""Concentration: how much of an index depends on how few names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: The k of "the top k names".
TOPS: Final = (1, 3, 5, 10, 25, 50)
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


def largest(
    contribution: FloatArray, weight: FloatArray, numbers: IntArray, measured: BoolArray, k: int
) -> IntArray:
    """(W, min(k, M)) the first lines of each window in the order of `order`.

    Lines that are not measured come last.

    Args:
        contribution: (W, M).
        weight: (W, M) start weights.
        numbers: (M,) of the lines in the register.
        measured: (W, M) bool.
        k: how many.
    """
    smaller_first = np.where(measured, -np.round(contribution, _DECIMALS), np.inf)
    size = min(k + 1, len(numbers))
    some = np.argpartition(smaller_first, size - 1, axis=1)[:, :size]
    keys = np.take_along_axis(smaller_first, some, axis=1)
    ascending = np.argsort(keys, axis=1)
    first = np.take_along_axis(some, ascending, axis=1)[:, :k]
    keys = np.take_along_axis(keys, ascending, axis=1)
    ties = (keys[:, 1:] == keys[:, :-1]) & (keys[:, 1:] < np.inf)
    for window in np.flatnonzero(ties.any(axis=1)).tolist():
        # the other keys are for ties alone
        lines = np.flatnonzero(measured[window])
        ranked = order(contribution[window, lines], weight[window, lines], numbers[lines])[:k]
        first[window, : len(ranked)] = lines[ranked]
    return first


def effective_number(parts: FloatArray) -> FloatArray:
    """(...,) 1 / HHI of (..., M) non-negative parts of their sum; NaN where all are 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(parts.sum(axis=-1) ** 2 / (parts * parts).sum(axis=-1))


def gini(ascending: FloatArray, size: IntArray | None = None) -> FloatArray:
    """(...,) Gini coefficient of non-negative parts; NaN where all are 0.

    sum over i of (2 i - n - 1) x_i / (n sum x), x ascending, i from 1 to n.

    Args:
        ascending: (..., M).
        size: (...,) n, where the first parts are 0 and stand for nothing; None for M.
    """
    count = ascending.shape[-1]
    n = count if size is None else size
    # place j of all parts is place j - (M - n) of those that count
    by_place, total = ascending @ np.arange(1.0, count + 1), ascending.sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.asarray((2 * by_place + (n - 2 * count - 1) * total) / (n * total))


class TopShare(NamedTuple):
    """(W,) the k largest contributors' part of all gains; see `Top`."""

    k: int
    contribution: FloatArray
    share_of_gross_gain: FloatArray


@record(frozen=True, eq=False, slots=True)
class Concentrations:
    """The concentration of some windows, (W,) each, under the names `Concentration` has them by.

    NaN where there is none.
    """

    effective_n: FloatArray
    effective_n_gains: FloatArray
    effective_n_abs: FloatArray
    gini: FloatArray
    gini_gains: FloatArray
    gross_gain: FloatArray
    gross_loss: FloatArray
    half_of_gain: FloatArray
    top: tuple[TopShare, ...]


def concentrations(
    shares: FloatArray,
    start: IntArray,
    lines: IntArray,
    unscaled: FloatArray,
    scaled: FloatArray,
    first: IntArray,
    tops: tuple[int, ...] = TOPS,
) -> Concentrations:
    """Measure how concentrated an index's weights and gains are, window by window.

    Args:
        shares: (S, M) shares of the measured basket at the starts of windows, sum 1.
        start: (W,) row of ``shares``.
        lines: (W,) how many lines are measured; all figures of the others are 0.
        unscaled: (W, M) contributions that sum to the basket's return.
        scaled: (W, M) contributions as printed.
        first: (W, K) the largest contributors, from `largest`.
        tops: the k wanted, those up to K.
    """
    # windows one after another mostly have their start in common
    weights = np.sort(shares, axis=1)
    real = _real(unscaled)
    gains, printed = np.sort(np.maximum(real, 0.0), axis=1), np.round(scaled, _DECIMALS)
    total = gains.sum(axis=1)
    from_largest = np.cumsum(gains[:, ::-1], axis=1)
    needed = 1.0 + np.count_nonzero(from_largest < (total / 2 * (1 - 1e-12))[:, None], axis=1)
    contribution, of_gain = (
        np.cumsum(np.take_along_axis(values, first, axis=1), axis=1) for values in (scaled, real)
    )
    largest_first = []
    for k in (k for k in tops if k <= first.shape[1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where((k <= lines) & (total > 0), of_gain[:, k - 1] / total, np.nan)
        largest_first.append(TopShare(k, contribution[:, k - 1], share))
    return Concentrations(
        effective_n=effective_number(weights)[start],
        effective_n_gains=effective_number(gains),
        effective_n_abs=effective_number(np.abs(real)),
        gini=gini(weights[start], lines),
        gini_gains=gini(gains, np.count_nonzero(gains, axis=1)),
        gross_gain=np.where(printed > 0, scaled, 0.0).sum(axis=1),
        gross_loss=np.where(printed < 0, scaled, 0.0).sum(axis=1),
        half_of_gain=np.where(total > 0, needed, np.nan),
        top=tuple(largest_first),
    )


def _real(contribution: FloatArray) -> FloatArray:
    """Contributions; what rounds to nothing at 1e-12 is neither a gain nor a loss."""
    return np.where(np.round(contribution, _DECIMALS) == 0, 0.0, contribution)


def net_return(fund_return: float | None, basket_return: float) -> float:
    """Return of the fund's closes; of the measured lines where none are available."""
    return basket_return if fund_return is None else fund_return


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
        fund_return: of the fund's closes, None where they are not available.
    """
    of_window = concentrations(
        share[None], np.zeros(1, np.intp), np.array([len(share)]), unscaled[None], scaled[None],
        ranked[None, : max(tops)], tops,
    )  # fmt: skip

    def first_or_none(values: FloatArray) -> float | None:
        return None if math.isnan(values[0]) else float(values[0])

    top = []
    for one in of_window.top:
        contribution = float(one.contribution[0])
        reweighted, zeroed = without(ranked[: one.k])
        top.append(
            Top(
                k=one.k,
                contribution=contribution,
                share_of_net=contribution / net if abs(net) >= NET_FLOOR else None,
                share_of_gross_gain=first_or_none(one.share_of_gross_gain),
                reweighted=reweighted,
                zeroed=zeroed,
                fund_zeroed=None if fund_return is None else fund_return - contribution,
            )
        )
    half = first_or_none(of_window.half_of_gain)
    return Concentration(
        effective_n=first_or_none(of_window.effective_n),
        effective_n_gains=first_or_none(of_window.effective_n_gains),
        effective_n_abs=first_or_none(of_window.effective_n_abs),
        gini=first_or_none(of_window.gini),
        gini_gains=first_or_none(of_window.gini_gains),
        gross_gain=float(of_window.gross_gain[0]),
        gross_loss=float(of_window.gross_loss[0]),
        half_of_gain=None if half is None else int(half),
        curve=np.cumsum(_real(unscaled)[ranked]),
        top=tuple(top),
    )
