"""Facts of each line on each session, as bits, and counts of a list's lines that have them.

Whether a line rose, stands above its averages or at a new extreme does not depend on any list,
and on nothing after the session: it is worked out once a line, and kept as bits. Counting the
lines of a list is then a sum of bits, whatever the list and the date.

Lines are worked through some tens at a time, a row a session: every step over them stays in the
processor's cache, and neighbouring sessions lie side by side in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray
from core.data.latest import latest
from core.data.matrix import holed
from core.data.record import record

if TYPE_CHECKING:
    from core.data.matrix import Matrix

#: Days of the averages that closes are held against.
AVERAGES: Final = (20, 50, 200)
#: Sessions before a close that a 52-week high or low must beat.
YEAR_SESSIONS: Final = 252
#: Lines of a block, and its cells at the most: 26 years of closes are many.
_LINES: Final = 96
_CELLS: Final = 1 << 16
UP, DOWN, SAME, HIGH, LOW, SEASONED = (1 << bit for bit in range(6))
#: Days of an average -> bits for above it, and for a line that has so many closes.
ABOVE: Final = {days: (64 << 2 * k, 128 << 2 * k) for k, days in enumerate(AVERAGES)}
#: The bits that are counted of a list's lines, in this order.
_BITS: Final = (UP, DOWN, SAME, HIGH, LOW, SEASONED, *chain(*ABOVE.values()))
Bits = NDArray[np.uint16]
#: What counts some lines of marks on some rows: (F, t).
_Count = Callable[["Marks", IntArray, slice], FloatArray]
#: Rows are counted in blocks of so many, so that the next date finds nearly all of them counted.
_STEP: Final = 128
#: Blocks whose counts are kept: a step of the date comes back to the latest ones.
_KEPT: Final = 256


@record(frozen=True, eq=False, slots=True)
class Counts:
    """Counts of lines on each session; (T,) float64 each.

    Attributes:
        up, down, same: lines by their close against the one before.
        up_volume, down_volume: shares traded of those up and of those down.
        up_known, down_known: lines up (down) whose volume is available.
        above: days -> lines above the average of so many of their own closes.
        averaged: days -> lines that have so many closes.
        highs, lows: lines strictly beyond every close of the 252 sessions before.
        seasoned: lines with a close on each of those sessions.
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
    """(T - size + 1, n) largest (or smallest) of each ``size`` neighbouring rows.

    NaN where one of them is NaN.
    """
    pick = np.maximum if high else np.minimum
    # twice the width a step
    out, width = values, 1
    while width < size and len(out):
        step = min(width, size - width)
        out, width = pick(out[step:], out[:-step]), width + step
    return out


def sums(values: FloatArray, sizes: Sequence[int]) -> dict[int, FloatArray]:
    """Size -> (T - size + 1, n) sums of that many neighbouring rows.

    Put together from sums of 1, 2, 4, ... neighbours: nothing is ever subtracted, so that no
    rounding of earlier values is carried along.
    """
    by_size: dict[int, tuple[FloatArray, int]] = {}
    part, width = values, 1
    while width <= max(sizes):
        for size in sizes:
            if size & width:
                partial, covered = by_size.get(size, (None, 0))
                whole = part if partial is None else partial[width:] + part[: -covered or None]
                by_size[size] = whole, covered + width
        part, width = part[width:] + part[:-width], 2 * width
    return {size: by_size[size][0] for size in sizes}


def _before(closes: FloatArray, position: IntArray) -> FloatArray:
    """(T, n) the close before each session, NaN where none is recent enough."""
    out = np.empty(closes.shape)
    out[:1], out[1:] = np.nan, closes[:-1]
    holes = np.nonzero(holed(np.isfinite(closes)))[0]
    if len(holes):
        gappy = closes[:, holes]
        rows = np.arange(len(closes))[:, None]
        last = np.maximum.accumulate(np.where(np.isfinite(gappy), rows, -1), axis=0)[:-1]
        age = position[1:, None] - position[np.maximum(last, 0)]
        prior = np.take_along_axis(gappy, np.maximum(last, 0), axis=0)
        out[1:, holes] = np.where((last >= 0) & (age <= STALE_SESSIONS), prior, np.nan)
    return out


def may_move(matrix: Matrix, columns: IntArray, first: int, stop: int) -> bool:
    """Whether a close on some rows may be compared with an earlier one, as lines' marks tell.

    Of closes that are prices of files of month ends none is recent enough for the next.

    Args:
        matrix: closes.
        columns: of the lines.
        first: row of the first close that is held against an earlier one.
        stop: the row after the last.
    """
    first = max(first - STALE_SESSIONS, 0)
    # nearly always the last sessions tell, and the years before them are not looked through
    for begin in (max(stop - STALE_SESSIONS - 1, first), first):
        closed = np.isfinite(matrix.stand_in[begin:stop, columns])
        # rows lie at least as many sessions apart as there are rows between them
        for back in range(1, STALE_SESSIONS + 1):
            if (closed[back:] & closed[:-back]).any():
                return True
    return False


def _above(closes: FloatArray, sizes: Sequence[int]) -> dict[int, tuple[BoolArray, BoolArray]]:
    """Days -> (T, n) bool, above the mean of so many own closes, and whether there are so many."""
    closed = np.isfinite(closes)
    order = np.argsort(~closed, axis=0, kind="stable") if holed(closed).any() else None
    packed = closes if order is None else np.take_along_axis(closes, order, axis=0)
    by_days = {}
    for size, total in sums(packed, sizes).items():
        above, averaged = np.zeros((2, *closes.shape), bool)
        # a flat line is not above its average, however the mean was rounded
        above[size - 1 :] = packed[size - 1 :] > total * ((1 + 1e-9) / size)
        averaged[size - 1 :] = np.isfinite(total)
        if order is not None:
            for mask in (above, averaged):
                np.put_along_axis(mask, order, mask.copy(), axis=0)
        by_days[size] = above, averaged
    return by_days


class Marks:
    """Bits of each line of a matrix on each session; computed when first needed.

    Attributes:
        matrix: closes and volumes.
    """

    def __init__(self, matrix: Matrix) -> None:
        """Start without any bits computed."""
        shape = len(matrix.symbols), len(matrix.sessions)
        self.matrix = matrix
        self._bits: Bits = np.zeros(shape, np.uint16)
        self._done: BoolArray = np.zeros(shape[0], bool)
        # what was counted, of which lines, first row of the block -> counts
        self._kept: dict[tuple[_Count, bytes, int], FloatArray] = {}

    def begun(self, columns: IntArray, row: int) -> int:
        """The first row on which half of the lines that have a close by a row have one."""
        rows = np.sort(self.matrix.first_close[columns])
        rows = rows[rows <= row]
        return int(rows[(len(rows) - 1) // 2]) if len(rows) else row

    def of(self, columns: IntArray, rows: slice) -> Bits:
        """(N, t) bits of some lines by their columns in the matrix, on some rows."""
        missing = np.zeros(len(self._done), bool)
        missing[columns] = ~self._done[columns]
        if missing.any():
            self._work_out(np.flatnonzero(missing))
        return self._bits[:, rows][columns]

    def moves(self, listed: IntArray, columns: IntArray, rows: slice) -> FloatArray:
        """(3, t) lines up, down and unchanged on some rows.

        Args:
            listed: columns of a list's lines.
            columns: those of them that are counted.
            rows: of the matrix.
        """
        return self._sums(_moves, listed, columns, rows)

    def counts(self, listed: IntArray, columns: IntArray, rows: slice) -> Counts:
        """All counts on some rows; see `moves`."""
        sums = self._sums(_count, listed, columns, rows)
        of_bit = dict(zip(_BITS, sums[: len(_BITS)], strict=True))
        # the four rows after those of the bits: up and down
        volumes, lines = sums[len(_BITS) :].reshape(2, 2, -1)
        # where nobody's volume is left, no rounding is
        volumes = np.where(lines > 0, volumes, 0.0)
        return Counts(
            up=of_bit[UP],
            down=of_bit[DOWN],
            same=of_bit[SAME],
            up_volume=volumes[0],
            down_volume=volumes[1],
            up_known=lines[0],
            down_known=lines[1],
            above={days: of_bit[over] for days, (over, _) in ABOVE.items()},
            averaged={days: of_bit[enough] for days, (_, enough) in ABOVE.items()},
            highs=of_bit[HIGH],
            lows=of_bit[LOW],
            seasoned=of_bit[SEASONED],
        )

    def _sums(self, count: _Count, listed: IntArray, columns: IntArray, rows: slice) -> FloatArray:
        """(F, t) what a function counts, of a list's lines less those that are not counted.

        Both change little from date to date: they are counted in blocks of rows, and kept.
        """
        starts = range(rows.start // _STEP * _STEP, max(rows.stop, rows.start + 1), _STEP)
        size = len(self.matrix.sessions)
        blocks = [slice(start, min(start + _STEP, size)) for start in starts]
        inside = slice(rows.start - starts[0], rows.stop - starts[0])

        def together(lines: IntArray) -> FloatArray:
            name = count, lines.tobytes()
            pieces = [
                latest(self._kept, (*name, block.start), partial(count, self, lines, block), _KEPT)
                for block in blocks
            ]
            return np.concatenate(pieces, axis=1)[:, inside]

        others = _others(listed, columns)
        return together(listed) - together(others) if len(others) else together(listed)

    def _work_out(self, columns: IntArray) -> None:
        matrix = self.matrix
        breaks: dict[int, list[int]] = {}
        for row, column, _ in matrix.doubts:
            breaks.setdefault(column, []).append(row)
        plain = columns[~np.isin(columns, list(breaks))]
        # lines without a hole first: they need none of the detours; and those that begin together
        unbroken, begins = matrix.unbroken[plain], matrix.first_close[plain]
        order = plain[np.lexsort((begins, ~unbroken))]
        together = min(_LINES, max(_CELLS // len(matrix.sessions), 1))
        edges = sorted({*range(0, len(order), together), int(unbroken.sum()), len(order)})
        for first, last in pairwise(edges):
            lines = order[first:last]
            begin = int(matrix.first_close[lines].min())
            closes = np.take(matrix.stand_in[begin:], lines, axis=1)
            self._bits[lines, begin:] = _marked(closes, matrix.position[begin:]).T
        for column in columns[np.isin(columns, list(breaks))].tolist():
            bits: Bits = np.zeros(len(matrix.sessions), np.uint16)
            # no close on one side of a move that cannot be believed is held against the other side
            for start, stop in pairwise([0, *breaks[column], len(matrix.sessions)]):
                closes = np.full((len(matrix.sessions), 1), np.nan)
                closes[start:stop, 0] = matrix.stand_in[start:stop, column]
                bits |= _marked(closes, matrix.position)[:, 0]
            self._bits[column] = bits
        self._done[columns] = True


def _marked(closes: FloatArray, position: IntArray) -> Bits:
    """(T, n) bits of (T, n) closes."""
    before = _before(closes, position)
    bits: Bits = np.zeros(closes.shape, np.uint16)

    def mark(bit: int, mask: BoolArray, first: int = 0) -> None:
        bits[first:] |= mask * np.uint16(bit)

    mark(UP, closes > before)
    mark(DOWN, closes < before)
    mark(SAME, closes == before)
    for days, (over, enough) in _above(closes, AVERAGES).items():
        mark(ABOVE[days][0], over)
        mark(ABOVE[days][1], enough)
    if len(closes) > YEAR_SESSIONS:
        now = closes[YEAR_SESSIONS:]
        top, bottom = (extremes(closes, YEAR_SESSIONS, high=h)[:-1] for h in (True, False))
        mark(HIGH, now > top, YEAR_SESSIONS)
        mark(LOW, now < bottom, YEAR_SESSIONS)
        mark(SEASONED, np.isfinite(top) & np.isfinite(now), YEAR_SESSIONS)
    return bits


def _others(listed: IntArray, columns: IntArray) -> IntArray:
    """The columns of a list that are not counted; -1 among those counted is none."""
    others = np.zeros(max(listed.max(initial=0), columns.max(initial=0)) + 1, bool)
    others[listed] = True
    others[columns[columns >= 0]] = False
    return np.flatnonzero(others)


def _moves(marks: Marks, columns: IntArray, rows: slice) -> FloatArray:
    """(3, t) some lines up, down and unchanged on some rows."""
    return _with_bits(marks.of(columns, rows), (UP, DOWN, SAME))


def _count(marks: Marks, columns: IntArray, rows: slice) -> FloatArray:
    """(F, t) all counts of some lines: of `_BITS`, volumes up and down, lines that have them."""
    bits = marks.of(columns, rows)
    moved = np.zeros((4, bits.shape[1]))
    volume = marks.matrix.volume(rows.start, rows.stop, columns)
    if volume is None:
        volume = np.zeros((len(moved[0]), 0))
    for start in range(0, volume.shape[1], _LINES):
        traded = np.ascontiguousarray(volume[:, start : start + _LINES].T)
        has_volume = np.isfinite(traded)
        np.nan_to_num(traded, copy=False)
        for bit, shares, lines in zip((UP, DOWN), moved[:2], moved[2:], strict=True):
            with_volume = ((bits[start : start + _LINES] & bit) != 0) & has_volume
            shares += (traded * with_volume).sum(axis=0)
            lines += np.add.reduce(with_volume.view(np.uint8), axis=0, dtype=np.uint8)
    return np.concatenate([_with_bits(bits, _BITS), moved])


def _with_bits(bits: Bits, each: Sequence[int]) -> FloatArray:
    """(B, t) lines that have each bit, of (n, t) bits."""
    totals = np.zeros((len(each), bits.shape[1]), np.uint32)
    for first in range(0, len(bits), _LINES):
        part = bits[first : first + _LINES]
        for bit, total in zip(each, totals, strict=True):
            shift = bit.bit_length() - 1
            total += np.add.reduce((part >> shift) & 1, axis=0, dtype=np.uint16)
    return totals.astype(np.float64)
