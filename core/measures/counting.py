"""Facts of each line on each session, as bits, and counts of a list's lines that have them.

Whether a line rose, stands above its averages or at a new extreme does not depend on any list,
and on nothing after the session: it is worked out once a line, and kept as bits. Counting the
lines of a list is then a sum of bits, whatever the list and the date.

Lines are worked through some tens at a time, a row a session: every step over them stays in the
processor's cache, and neighbouring sessions lie side by side in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, Final

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
Bits = NDArray[np.uint16]
#: Rows are counted in blocks of so many, so that the next date finds nearly all of them counted.
_STEP: Final = 128
#: Blocks whose counts are kept: a step of the date comes back to the latest ones.
_KEPT: Final = 128


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
    """Whether a close on some rows may be held against one before it, which lines' marks tell.

    Of closes that are prices of files of month ends none is recent enough for the next.

    Args:
        matrix: closes.
        columns: of the lines.
        first: row of the first close that is held against an earlier one.
        stop: the row after the last.
    """
    closed = np.isfinite(matrix.stand_in[max(first - STALE_SESSIONS, 0) : stop, columns])
    # rows lie at least as many sessions apart as there are rows between them
    return any(
        bool((closed[back:] & closed[:-back]).any()) for back in range(1, STALE_SESSIONS + 1)
    )


def _above(closes: FloatArray, sizes: Sequence[int]) -> dict[int, tuple[BoolArray, BoolArray]]:
    """Days -> (T, n) bool, above the mean of so many own closes, and whether there are so many."""
    closed = np.isfinite(closes)
    order = np.argsort(~closed, axis=0, kind="stable") if holed(closed).any() else None
    packed = closes if order is None else np.take_along_axis(closes, order, axis=0)
    by_days = {}
    for size, total in sums(packed, sizes).items():
        above, known = np.zeros((2, *closes.shape), bool)
        # a flat line is not above its average, however the mean was rounded
        above[size - 1 :] = packed[size - 1 :] > total * ((1 + 1e-9) / size)
        known[size - 1 :] = np.isfinite(total)
        if order is not None:
            for mask in (above, known):
                np.put_along_axis(mask, order, mask.copy(), axis=0)
        by_days[size] = above, known
    return by_days


class Marks:
    """Bits of each line of a matrix on each session; computed when first asked for.

    Attributes:
        matrix: closes and volumes.
    """

    def __init__(self, matrix: Matrix) -> None:
        """Start without any bits computed."""
        shape = len(matrix.symbols), len(matrix.sessions)
        self.matrix = matrix
        self._bits: Bits = np.zeros(shape, np.uint16)
        self._done: BoolArray = np.zeros(shape[0], bool)
        # of a list's lines, by the first row of a block
        self._moves: dict[tuple[bytes, int], tuple[FloatArray, ...]] = {}
        self._counts: dict[tuple[bytes, int], Counts] = {}

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

    def moves(self, listed: IntArray, columns: IntArray, rows: slice) -> tuple[FloatArray, ...]:
        """(t,) lines up, down and unchanged on some rows.

        Args:
            listed: columns of a list's lines; they are counted once and kept.
            columns: those of them that are counted.
            rows: of the matrix.
        """
        blocks, within, inside = _blocks(rows, len(self.matrix.sessions))
        name = listed.tobytes()
        pieces = [
            latest(self._moves, (name, b.start), partial(_moves, self, listed, b), _KEPT)
            for b in blocks
        ]
        less = _moves(self, _others(listed, columns), within)
        whole = map(np.concatenate, zip(*pieces, strict=True))
        return tuple((all_ - few)[inside] for all_, few in zip(whole, less, strict=True))

    def counts(self, listed: IntArray, columns: IntArray, rows: slice) -> tuple[Counts, slice]:
        """Return all counts around some rows, and the place of the rows in them; see `moves`."""
        blocks, within, inside = _blocks(rows, len(self.matrix.sessions))
        name = listed.tobytes()
        pieces = [
            latest(self._counts, (name, b.start), partial(_count, self, listed, b), _KEPT)
            for b in blocks
        ]
        whole = _each(lambda *values: np.concatenate(values), *pieces)
        others = _others(listed, columns)
        return (_less(whole, _count(self, others, within)) if len(others) else whole), inside

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
            # no close on one side of a move that cannot be believed is held against the other side
            for start, stop in pairwise([0, *breaks[column], len(matrix.sessions)]):
                closes = np.full((len(matrix.sessions), 1), np.nan)
                closes[start:stop, 0] = matrix.stand_in[start:stop, column]
                self._bits[column] |= _marked(closes, matrix.position)[:, 0]
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


def _blocks(rows: slice, size: int) -> tuple[list[slice], slice, slice]:
    """The blocks that some rows lie in, all of these together, and the place of the rows in them.

    A day more or less lies in the same blocks.
    """
    starts = range(rows.start // _STEP * _STEP, max(rows.stop, rows.start + 1), _STEP)
    blocks = [slice(start, min(start + _STEP, size)) for start in starts]
    first = starts[0]
    within = slice(first, blocks[-1].stop)
    return blocks, within, slice(rows.start - first, rows.stop - first)


def _others(listed: IntArray, columns: IntArray) -> IntArray:
    """The columns of a list that are not counted; -1 among those counted is none."""
    others = np.zeros(max(listed.max(initial=0), columns.max(initial=0)) + 1, bool)
    others[listed] = True
    others[columns[columns >= 0]] = False
    return np.flatnonzero(others)


def _moves(marks: Marks, columns: IntArray, rows: slice) -> tuple[FloatArray, ...]:
    """Count some lines up, down and unchanged on some rows."""
    sums = _sums(marks.of(columns, rows), (UP, DOWN, SAME))
    return sums[UP], sums[DOWN], sums[SAME]


def _less(whole: Counts, part: Counts) -> Counts:
    """Counts without those of some lines; a volume that nobody's is left of is 0."""
    rest = _each(np.subtract, whole, part)
    return replace(
        rest,
        up_volume=np.where(rest.up_known > 0, rest.up_volume, 0.0),
        down_volume=np.where(rest.down_known > 0, rest.down_volume, 0.0),
    )


def _each(make: Callable[..., FloatArray], *counts: Counts) -> Counts:
    """Counts made of others, figure by figure."""

    def of(name: str) -> Any:
        values = [getattr(one, name) for one in counts]
        if isinstance(values[0], dict):
            return {days: make(*(one[days] for one in values)) for days in values[0]}
        return make(*values)

    return Counts(**{field.name: of(field.name) for field in fields(Counts)})


def _sums(bits: Bits, wanted: Iterable[int]) -> dict[int, FloatArray]:
    """Bit -> (T,) lines that have it, of (N, T) bits."""
    totals = {bit: np.zeros(bits.shape[1], np.uint32) for bit in wanted}
    for first in range(0, len(bits), _LINES):
        part = bits[first : first + _LINES]
        for bit, total in totals.items():
            shift = bit.bit_length() - 1
            total += np.add.reduce((part >> shift) & 1, axis=0, dtype=np.uint16)
    return {bit: total.astype(np.float64) for bit, total in totals.items()}


def _count(marks: Marks, columns: IntArray, rows: slice) -> Counts:
    """Count some lines on some rows."""
    bits = marks.of(columns, rows)
    counts = _sums(bits, (UP, DOWN, SAME, HIGH, LOW, SEASONED, *chain(*ABOVE.values())))
    size = bits.shape[1]
    totals = {bit: (np.zeros(size), np.zeros(size)) for bit in (UP, DOWN)}
    volume = marks.matrix.volume(rows.start, rows.stop, columns)
    if volume is None:
        volume = np.zeros((size, 0))
    for start in range(0, volume.shape[1], _LINES):
        traded = np.ascontiguousarray(volume[:, start : start + _LINES].T)
        known = np.isfinite(traded)
        np.nan_to_num(traded, copy=False)
        for bit, (shares, lines) in totals.items():
            moved = ((bits[start : start + _LINES] & bit) != 0) & known
            shares += (traded * moved).sum(axis=0)
            lines += np.add.reduce(moved.view(np.uint8), axis=0, dtype=np.uint8)
    return Counts(
        up=counts[UP],
        down=counts[DOWN],
        same=counts[SAME],
        up_volume=totals[UP][0],
        down_volume=totals[DOWN][0],
        up_known=totals[UP][1],
        down_known=totals[DOWN][1],
        above={days: counts[over] for days, (over, _) in ABOVE.items()},
        averaged={days: counts[enough] for days, (_, enough) in ABOVE.items()},
        highs=counts[HIGH],
        lows=counts[LOW],
        seasoned=counts[SEASONED],
    )
