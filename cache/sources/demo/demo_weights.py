"""Share counts under which a simulated basket lands on a given return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from cache.sources.demo.demo_lines import DemoLines, DemoSide
    from core.data.frames import BoolArray, FloatArray

#: Part of the unnamed lines whose share count changes at a file date, and by how much.
TRADED: Final = 0.08
TRADE: Final = 0.02
#: Bounds of the tilt towards lines that rose, in logarithms of weight a unit of return.
TILT: Final = 6.0


def turns(rng: np.random.Generator, files: int, fixed: int, count: int) -> FloatArray:
    """(F, N) factors on share counts at each file date; 1 for the ``fixed`` first lines."""
    moved = rng.uniform(size=(files, count)) < TRADED
    moved[0] = moved[:, :fixed] = False
    change = np.clip(TRADE * rng.standard_normal((files, count)), -3 * TRADE, 3 * TRADE)
    return np.where(moved, 1.0 + change, 1.0)


def value_neutral(
    quantity: FloatArray, price: FloatArray, turn: FloatArray, *, whole: bool
) -> FloatArray:
    """Share counts after each file date, every change of them value-neutral.

    Args:
        quantity: (N,) shares in the first file.
        price: (F, N) price per share at each file date.
        turn: (F, N) factors from ``turns``.
        whole: whether counts are rounded to whole shares.

    Returns:
        (F, N) shares.
    """
    result = [np.rint(quantity) if whole else quantity]
    for now, factor in zip(price[1:], turn[1:], strict=True):
        before = result[-1]
        moved = factor != 1.0
        worth = before * now
        neutral = worth[moved].sum() / (worth * factor)[moved].sum()
        after = np.where(moved, before * factor * neutral, before)
        result.append(np.rint(after) if whole else after)
    return np.array(result)


def basket_return(quantity: FloatArray, price: FloatArray) -> float:
    """Compounded return from the first file date to the last, (F, N) shares and prices."""
    opened = (quantity[:-1] * price[:-1]).sum(axis=1)
    closed = (quantity[:-1] * price[1:]).sum(axis=1)
    return float(np.prod(closed / opened) - 1)


def solve(side: DemoSide, lines: DemoLines, price: FloatArray, turn: FloatArray) -> FloatArray:
    """Shares of the measured basket at the start, under which it makes its return.

    Open shares are the lines' sizes tilted by what they made, capped so that no unnamed
    line contributes beyond ``side.bounds_bp``; the tilt is found by bisection.

    Args:
        side: what the fund must meet.
        lines: (N,) lines, shares given or NaN.
        price: (F, N) price per share at each file date, the window's start and end first
            and last.
        turn: (F, N) factors from ``turns``.

    Returns:
        (N,) shares that sum to 1.

    Raises:
        ValueError: the drawn lines cannot make the return.
    """
    open_ = np.isnan(lines.share)
    returns = lines.end / lines.start - 1
    unnamed_share = 1.0 - float(lines.share[~open_].sum())
    cap = _caps(side, returns[open_], lines.room[open_])
    pull = np.clip(returns[open_], -0.5, 1.0)
    shares = lines.share.copy()

    def lands_at(tilt: float) -> float:
        size = lines.size[open_] * np.exp(tilt * pull)
        for _ in range(12):
            size = np.minimum(size * (unnamed_share / size.sum()), cap)
        shares[open_] = size * (unnamed_share / size.sum())
        counts = value_neutral(shares / lines.start, price, turn, whole=False)
        return basket_return(counts, price)

    low, high = -TILT, TILT
    if not lands_at(low) < side.basket_return < lands_at(high):
        raise ValueError(f"no weights of the simulated {side.fund} meet its return")
    while high - low > 1e-13:
        middle = (low + high) / 2
        low, high = (middle, high) if lands_at(middle) < side.basket_return else (low, middle)
    return shares


def _caps(side: DemoSide, contributions: FloatArray, room: FloatArray) -> FloatArray:
    """(N,) largest share each open line may have; ``contributions`` is nowhere 0."""
    least, most = side.bounds_bp
    bound = np.where(contributions > 0, most, least) / 1e4 / (side.measured_part * contributions)
    return room * np.minimum(bound, side.widest)


def share_counts(
    side: DemoSide,
    lines: DemoLines,
    start: FloatArray,
    price: FloatArray,
    turn: FloatArray,
    *,
    whole: bool,
) -> FloatArray:
    """(F, N) shares in each file: ``value_neutral``, and the reconstitution in the last file.

    There what the leavers were worth buys the joiners, so that all others keep their shares.
    """
    quantity = value_neutral(start, price, turn, whole=whole)
    worth = quantity[-1] * price[-1]
    leaves: BoolArray = lines.leaves.copy()
    first, last = len(side.fixed) + len(side.giants), side.measured
    order = first + np.argsort(worth[first:last], kind="stable")
    largest, smallest = side.leave
    leaves[order[:smallest]] = True
    leaves[order[len(order) - largest :]] = True
    size = lines.size[last:]
    bought = worth[leaves].sum() * size / size.sum() / price[-1, last:]
    quantity[-1, leaves] = 0.0
    quantity[-1, last:] = np.rint(bought) if whole else bought
    return quantity
