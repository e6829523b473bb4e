"""Traits of lines on each session as bits: distance from the high, averages, large moves.

Like the bits of `core.measures.counting`, none of it depends on a list or on anything after the
session; `core.measures.traits` keeps it.

Definitions: distance from the high 1 - P / max(closes of 252 sessions, this one included), of
lines with 200 of them; averages over a line's closes, strictly above; the trend score counts
P > MA50, P > MA200, MA50 > MA200 and MA200 above its value 20 closes before; moves over 21, 34
and 65 sessions and of 4 % in one after StockBee (P. Bhatt), the last with more volume than the
session before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray, distinct
from core.measures.counting import YEAR_SESSIONS

#: Days of the averages that are worked out here; `counting.AVERAGES` has the others.
FURTHER_AVERAGES: Final = (5, 10, 100)
#: Closes that a distance from the 52-week high needs, of its 252 sessions.
HIGH_CLOSES: Final = 200
#: Distances from the high that lines are counted at or beyond.
OFF: Final = (0.10, 0.20, 0.30)
#: Closes the trend score needs, and how far back its average is held against itself.
TREND_CLOSES: Final = 220
_TREND_BACK: Final = 20
#: Days of all averages that are worked out here.
_SIZES: Final = (*FURTHER_AVERAGES, 50, 200)
#: Sessions of a large move -> its sizes.
MOVES: Final[Mapping[int, tuple[float, ...]]] = {21: (0.25, 0.50), 34: (0.13,), 65: (0.25,)}
#: Lines whose bits are counted in one pass: a byte holds their sum.
_PASS: Final = 255
#: A large move of one session.
DAY_MOVE: Final = 0.04
#: What is as near as this to a threshold has reached it: 1.25 / 1 - 1 is not 0.25.
_NEAR: Final = 5e-10


def move_name(days: int, size: float, *, up: bool) -> str:
    """The name of a large move: ``up25_65``."""
    return f"{'up' if up else 'down'}{round(size * 100)}_{days}"


#: What a bit says, from the lowest one on.
NAMES: Final = (
    *(name for days in FURTHER_AVERAGES for name in (f"above_{days}", f"averaged_{days}")),
    "trend_1", "trend_2", "trend_4", "trend_down", "trended",
    "at_high", "within_5", *(f"off_{round(size * 100)}" for size in OFF), "seasoned_high",
    *(
        name
        for days, sizes in MOVES.items()
        for name in (
            *(move_name(days, size, up=up) for size in sizes for up in (True, False)),
            f"moved_{days}",
        )
    ),
    "up4", "down4", "traded",
)  # fmt: skip
_BIT: Final = {name: divmod(place, 8) for place, name in enumerate(NAMES)}
Bits = NDArray[np.uint32]
Mark = Callable[[str, BoolArray], None]


class _Marker:
    """Bits being set, eight to a byte, so that a mask is shifted and joined as bytes."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        """Start with no bit set."""
        self._planes = np.zeros((4, *shape), np.uint8)

    def mark(self, name: str, mask: BoolArray) -> None:
        """Set a bit where a mask holds."""
        plane, shift = _BIT[name]
        self._planes[plane] |= mask.view(np.uint8) * np.uint8(1 << shift)

    def bits(self) -> Bits:
        """The bits of each cell as one number."""
        together = np.ascontiguousarray(np.moveaxis(self._planes, 0, -1))
        return together.view("<u4")[..., 0].astype(np.uint32, copy=False)


def bits_of(
    closes: FloatArray, volume: FloatArray | None, position: IntArray, size: int, *, holes: bool
) -> tuple[Bits, FloatArray]:
    """Bits and distances from the high of some lines, (t, n) each, on the last (t,) rows.

    Args:
        closes: (R, n) with rows before those wanted.
        volume: (t + 1, n) shares traded from the row before on (or (t, n) where there is none).
        position: (R,) places of the sessions among all sessions.
        size: t.
        holes: a line may lack closes between two that it has.
    """
    now = closes[-size:]
    marker = _Marker(now.shape)
    mark = marker.mark
    off = off_high(closes, size, holes=holes)
    mark("seasoned_high", np.isfinite(off))
    mark("at_high", off <= 0)
    mark("within_5", off <= 0.05 + _NEAR)
    for distance in OFF:
        mark(f"off_{round(distance * 100)}", off >= distance - _NEAR)
    filled = _Filled(closes, position, holes=holes)
    for days, sizes in MOVES.items():
        change = now / filled.before(size, days) - 1
        mark(f"moved_{days}", np.isfinite(change))
        for step in sizes:
            mark(move_name(days, step, up=True), change >= step - _NEAR)
            mark(move_name(days, step, up=False), change <= -step + _NEAR)
    if volume is not None:
        _mark_day(now / filled.prior(size) - 1, volume, mark)
    averaged = _averaged_with_holes if holes else _averaged
    return marker.bits() | averaged(closes, size), off


def _mark_day(change: FloatArray, volume: FloatArray, mark: Mark) -> None:
    """Mark large moves of a session with more volume than the session before."""
    traded = _last_rows(volume, len(change) + 1)
    finite = np.isfinite(traded)
    both = finite[1:] & finite[:-1] & np.isfinite(change)
    more = both & (traded[1:] > traded[:-1])
    mark("traded", both)
    mark("up4", more & (change >= DAY_MOVE - _NEAR))
    mark("down4", more & (change <= -DAY_MOVE + _NEAR))


class _Filled:
    """Closes with the one that stands for a session before: the last, at most 5 sessions old."""

    def __init__(self, closes: FloatArray, position: IntArray, *, holes: bool) -> None:
        """Take (R, n) closes and the (R,) places of their sessions among all sessions."""
        self._closes, self._position = closes, position
        # without a hole, a session has its close or is one that a line has no figure of
        self._last: IntArray | None = None
        if holes:
            rows = np.arange(len(closes))[:, None]
            self._last = np.maximum.accumulate(np.where(np.isfinite(closes), rows, -1), axis=0)

    def _at(self, rows: IntArray, target: IntArray) -> FloatArray:
        """(t, n) the close that stands for places among all sessions, at or before some rows."""
        rows, target = rows[:, None], target[:, None]
        place = np.maximum(rows, 0)
        if self._last is None:
            fresh = (rows >= 0) & (target - self._position[place] <= STALE_SESSIONS)
            return np.where(fresh, self._closes[place[:, 0]], np.nan)
        last = self._last[place[:, 0]]
        last_row = np.maximum(last, 0)
        fresh = (rows >= 0) & (last >= 0) & (target - self._position[last_row] <= STALE_SESSIONS)
        return np.where(fresh, np.take_along_axis(self._closes, last_row, axis=0), np.nan)

    def before(self, size: int, sessions: int) -> FloatArray:
        """(t, n) the close of so many exchange sessions before each of the last (t,) rows."""
        target = self._position[-size:] - sessions
        return self._at(np.searchsorted(self._position, target, side="right") - 1, target)

    def prior(self, size: int) -> FloatArray:
        """(t, n) the close before each of the last (t,) rows."""
        end = len(self._position)
        return self._at(np.arange(end - size, end) - 1, self._position[-size:])


def _last_rows(values: FloatArray, size: int) -> FloatArray:
    """(size, n) the last rows of (R, n) values, after rows of NaN where there are fewer."""
    lacking = size - len(values)
    if lacking <= 0:
        return values[-size:]
    return np.concatenate([np.full((lacking, values.shape[1]), np.nan), values])


def trailing(pick: np.ufunc, values: FloatArray, size: int, rows_out: int) -> FloatArray:
    """(t, n) sum, maximum or the like of ``size`` rows up to each of the last (t,) rows.

    What neighbouring rows share is looked through once (M. van Herk, "A fast algorithm for
    local minimum and maximum filters", Pattern Recognition Letters 13(7), 1992).

    Args:
        pick: `numpy.add`, `numpy.fmax`, ...
        values: (R, n), R at least size + t - 1.
        size: rows of each result.
        rows_out: t.
    """
    out = np.empty((rows_out, values.shape[1]))
    rest = rows_out % size
    # blocks of as many rows as a result has are worked out together, and the rest by itself
    for first, few, blocks in ((0, size, rows_out // size), (rows_out - rest, rest, 1)):
        if not few * blocks:
            continue
        part = out[first : first + few * blocks].reshape(blocks, few, values.shape[1])
        row = len(values) - rows_out + first
        if few == size:
            part[:] = values[row::size][:blocks, None]
        else:
            part[:] = pick.reduce(values[row + few - size : row + 1], axis=0)
        for start, way, place in ((row + few - size - 1, -1, few - 2), (row + 1, 1, 1)):
            together = None
            for step in range(0, way * (few - 1), way):
                other, result = values[start + step :: size][:blocks], part[:, place + step]
                together = other if together is None else pick(together, other)
                pick(result, together, out=result)
    return out


def off_high(closes: FloatArray, size: int, *, holes: bool) -> FloatArray:
    """(t, n) distance from the highest close of 252 sessions; NaN where under 200 are available.

    Args:
        closes: (R, n).
        size: t, the last rows that it is wanted on.
        holes: a line may lack closes between two that it has.
    """
    slab = _last_rows(closes, size + YEAR_SESSIONS - 1)
    if holes:
        enough = trailing(np.add, np.isfinite(slab) * 1.0, YEAR_SESSIONS, size) >= HIGH_CLOSES
    else:
        # as many as there are sessions since its first
        enough = np.isfinite(slab[YEAR_SESSIONS - HIGH_CLOSES :][:size])
    top = trailing(np.fmax, slab, YEAR_SESSIONS, size)
    return np.where(enough, 1 - slab[-size:] / top, np.nan)


def _averaged(closes: FloatArray, size: int) -> Bits:
    """(t, n) bits of averages and of the trend score, on the last (t,) rows."""
    slab = _last_rows(closes, size + TREND_CLOSES - 1)
    mean = {days: trailing(np.add, slab, days, size) / days for days in _SIZES}
    before = trailing(np.add, slab[:-_TREND_BACK], 200, size) / 200
    return _average_bits(closes[-size:], mean, before)


def _averaged_with_holes(closes: FloatArray, size: int) -> Bits:
    """`_averaged` for lines with holes: averages over each line's own closes, without the holes."""
    order = np.argsort(np.isnan(closes), axis=0, kind="stable")
    packed = np.take_along_axis(closes, order, axis=0)
    # rounding that running sums carry along is far below what counts as above
    running = np.cumsum(np.concatenate([np.zeros((1, packed.shape[1])), packed]), axis=0)
    mean = {
        days: _last_rows((running[days:] - running[:-days]) / days, len(packed)) for days in _SIZES
    }
    before = _last_rows(mean[200][:-_TREND_BACK], len(packed))
    spread: Bits = np.zeros(closes.shape, np.uint32)
    np.put_along_axis(spread, order, _average_bits(packed, mean, before), axis=0)
    return spread[-size:]


def _average_bits(level: FloatArray, mean: Mapping[int, FloatArray], before: FloatArray) -> Bits:
    """(t, n) bits of averages and of the trend score.

    Args:
        level: (t, n) closes.
        mean: days -> (t, n) means of so many, NaN where there are fewer.
        before: (t, n) the mean of 200 some rows before.
    """
    over = {days: level > values * (1 + 1e-9) for days, values in mean.items()}
    closed = np.isfinite(level)
    trended = np.isfinite(before) & closed
    score = over[50].astype(np.uint8)
    for one, other in ((level, mean[200]), (mean[50], mean[200]), (mean[200], before)):
        score += one > other * (1 + 1e-9)
    marker = _Marker(level.shape)
    for days in FURTHER_AVERAGES:
        marker.mark(f"above_{days}", over[days])
        marker.mark(f"averaged_{days}", closed & np.isfinite(mean[days]))
    for part in (1, 2, 4):
        marker.mark(f"trend_{part}", trended & ((score & np.uint8(part)) != 0))
    marker.mark("trended", trended)
    marker.mark("trend_down", trended & (score == 0))
    return marker.bits()


def count(bits: Bits) -> FloatArray:
    """(B, t) lines that have each bit of (n, t) bits, in the order of `NAMES`."""
    octets = np.ascontiguousarray(bits, "<u4").view(np.uint8).reshape(*bits.shape, 4)
    totals = np.zeros((bits.shape[1], 32))
    for first in range(0, len(bits), _PASS):
        each = np.unpackbits(octets[first : first + _PASS], axis=-1, bitorder="little")
        totals += np.add.reduce(each, axis=0, dtype=np.uint8)
    return totals.T[: len(NAMES)]


def medians(values: FloatArray) -> FloatArray:
    """(t,) median of the finite ones of (n, t) values; NaN where none is."""
    columns = np.where(np.isfinite(values), values, np.inf).T.copy()
    lines = np.isfinite(columns).sum(axis=1)
    low, high = np.maximum(lines - 1, 0) // 2, np.maximum(np.minimum(lines // 2, lines - 1), 0)
    if not lines.any():
        return np.full(len(columns), np.nan)
    columns.partition(distinct(np.append(low, high)), axis=1)
    rows = np.arange(len(columns))
    with np.errstate(invalid="ignore"):
        middle = (columns[rows, low] + columns[rows, high]) / 2
    return np.where(lines > 0, middle, np.nan)
