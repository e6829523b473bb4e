"""What is counted of every session: lines up and down, above their averages, at new extremes.

The lines are worked through a hundred at a time, a row a line, so that every step over
them stays in the processor's cache; only counts of a session leave a block of lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from core.data.matrix import Matrix

#: Lines of a block; under 256, so that a count of them fits a byte.
_LINES: Final = 96


@dataclass(frozen=True, eq=False, slots=True)
class Counts:
    """Counts of every session over an index's members; (T,) float64 each.

    Attributes:
        up, down, same: members by their close against the one before.
        up_volume, down_volume: shares traded of those up and of those down.
        up_known, down_known: members up (down) whose volume is held.
        above: days -> members above the average of so many of their own closes.
        averaged: days -> members that have so many closes.
        highs, lows: members strictly beyond every close of the ``extremes`` sessions before.
        seasoned: members with a close on each of those sessions.
    """

    up: FloatArray
    down: FloatArray
    same: FloatArray
    up_volume: FloatArray
    down_volume: FloatArray
    up_known: FloatArray
    down_known: FloatArray
    above: dict[int, FloatArray]
    averaged: dict[int, FloatArray]
    highs: FloatArray
    lows: FloatArray
    seasoned: FloatArray


def extremes(values: FloatArray, size: int, *, high: bool) -> FloatArray:
    """(n, T - size + 1) largest (or smallest) of each ``size`` neighbours in a row.

    Twice the width a step; NaN where one of them is NaN.
    """
    pick = np.maximum if high else np.minimum
    out, width = values, 1
    while width < size and out.shape[1]:
        step = min(width, size - width)
        out, width = pick(out[:, step:], out[:, :-step]), width + step
    return out


def sums(values: FloatArray, sizes: Sequence[int]) -> dict[int, FloatArray]:
    """Size -> (n, T - size + 1) sums of that many neighbours in a row.

    Put together from sums of 1, 2, 4, ... neighbours: nothing is ever subtracted, so that no
    rounding of earlier values is carried along.
    """
    found: dict[int, tuple[FloatArray, int]] = {}
    part, width = values, 1
    while width <= max(sizes):
        for size in sizes:
            if size & width:
                held, covered = found.get(size, (None, 0))
                whole = part if held is None else held[:, width:] + part[:, : -covered or None]
                found[size] = whole, covered + width
        part, width = part[:, width:] + part[:, :-width], 2 * width
    return {size: found[size][0] for size in sizes}


def _tally(mask: BoolArray) -> IntArray:
    """(T,) members of a block in a mask of (n, T)."""
    return np.asarray(np.add.reduce(mask.view(np.uint8), axis=0, dtype=np.uint8))


def _before(closes: FloatArray, position: IntArray) -> FloatArray:
    """(n, T) the close before each session, NaN where none is recent enough."""
    out = np.empty(closes.shape)
    out[:, :1], out[:, 1:] = np.nan, closes[:, :-1]
    holes = np.nonzero(np.isnan(closes).any(axis=1))[0]
    if len(holes):
        own = closes[holes]
        rows = np.arange(closes.shape[1])
        last = np.maximum.accumulate(np.where(np.isfinite(own), rows, -1), axis=1)[:, :-1]
        fresh = (last >= 0) & (position[1:] - position[np.maximum(last, 0)] <= STALE_SESSIONS)
        prior = np.take_along_axis(own, np.maximum(last, 0), axis=1)
        out[holes, 1:] = np.where(fresh, prior, np.nan)
    return out


def _above(closes: FloatArray, sizes: Sequence[int]) -> dict[int, tuple[BoolArray, BoolArray]]:
    """Days -> (n, T) bool, above the mean of so many own closes, and whether there are so many."""
    held = np.isfinite(closes)
    holes = not held.all()
    order = np.argsort(~held, axis=1, kind="stable") if holes else None
    packed = closes if order is None else np.take_along_axis(closes, order, axis=1)
    found = {}
    for size, total in sums(packed, sizes).items():
        above, known = np.zeros((2, *closes.shape), bool)
        # a flat line is not above its own average, however the mean was rounded
        above[:, size - 1 :] = packed[:, size - 1 :] > total * ((1 + 1e-9) / size)
        known[:, size - 1 :] = np.isfinite(total)
        if order is not None:
            for mask in (above, known):
                np.put_along_axis(mask, order, mask.copy(), axis=1)
        found[size] = above, known
    return found


def count(
    matrix: Matrix, columns: IntArray, member: BoolArray, averages: Sequence[int], year: int
) -> Counts:
    """Count every session of a matrix.

    Args:
        matrix: closes and volumes.
        columns: (N,) the lines' columns.
        member: (N, T) whether a line stands in the index on a session.
        averages: days of the averages that closes are held against.
        year: sessions before a close that a high or a low must beat.
    """
    size = len(matrix.sessions)
    totals = {name: np.zeros(size) for name in ("up", "down", "same", "highs", "lows", "seasoned")}
    volumes = {name: np.zeros(size) for name in ("up", "down")}
    known = {name: np.zeros(size) for name in ("up", "down")}
    above, averaged = ({days: np.zeros(size) for days in averages} for _ in range(2))
    whole, volumes_held = matrix.whole[columns], matrix.volume()
    # lines without a hole first: they need none of the detours
    order = np.argsort(~whole, kind="stable")
    edges = sorted({*range(0, len(order), _LINES), int(whole.sum()), len(order)})
    for first, last in pairwise(edges):
        lines = order[first:last]
        closes = np.ascontiguousarray(matrix.stand_in[:, columns[lines]].T)
        inside = member[lines]
        before = _before(closes, matrix.position)
        volume = None
        if volumes_held is not None:
            volume = np.ascontiguousarray(volumes_held[:, columns[lines]].T)
        for name, mask in (("up", closes > before), ("down", closes < before)):
            mask &= inside
            totals[name] += _tally(mask)
            if volume is not None:
                traded = mask & np.isfinite(volume)
                known[name] += _tally(traded)
                volumes[name] += np.where(traded, volume, 0.0).sum(axis=0)
        totals["same"] += _tally((closes == before) & inside)
        for days, (over, enough) in _above(closes, averages).items():
            above[days] += _tally(over & inside)
            averaged[days] += _tally(enough & inside)
        if size > year:
            now, there = closes[:, year:], inside[:, year:]
            top, bottom = (extremes(closes, year, high=high)[:, :-1] for high in (True, False))
            totals["highs"][year:] += _tally((now > top) & there)
            totals["lows"][year:] += _tally((now < bottom) & there)
            totals["seasoned"][year:] += _tally(np.isfinite(top) & np.isfinite(now) & there)
    return Counts(
        up=totals["up"],
        down=totals["down"],
        same=totals["same"],
        up_volume=volumes["up"],
        down_volume=volumes["down"],
        up_known=known["up"],
        down_known=known["down"],
        above=above,
        averaged=averaged,
        highs=totals["highs"],
        lows=totals["lows"],
        seasoned=totals["seasoned"],
    )
