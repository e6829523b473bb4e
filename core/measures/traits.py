"""What each line is on each session beyond its move: off its high, its averages, its large moves.

Like the bits of `core.measures.counting`, none of it depends on a list or on anything after the
session, so that it is worked out once a line and kept as bits. It is worked out for the rows that
are asked for, in multiples of a step, since most of it looks back a year: a window pays for
itself alone.

Definitions: distance from the high 1 - P / max(closes of 252 sessions, this one included), of
lines with 200 of them; averages over a line's own closes, strictly above; the trend score counts
P > MA50, P > MA200, MA50 > MA200 and MA200 above its own of 20 closes before; moves over 21, 34
and 65 sessions and of 4 % in one after StockBee (P. Bhatt), the last with more volume than the
session before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray
from core.measures.counting import YEAR_SESSIONS, extremes, sums

if TYPE_CHECKING:
    from core.data.matrix import Matrix

#: Days of the averages that are worked out here; `counting.AVERAGES` has the others.
FURTHER_AVERAGES: Final = (5, 10, 100)
#: Closes that a distance from the 52-week high needs, of its 252 sessions.
HIGH_CLOSES: Final = 200
#: Distances from the high that lines are counted at or beyond.
OFF: Final = (0.10, 0.20, 0.30)
#: Closes the trend score needs, and how far back its average is held against itself.
TREND_CLOSES: Final = 220
_TREND_BACK: Final = 20
#: Sessions of a large move -> its sizes.
MOVES: Final[Mapping[int, tuple[float, ...]]] = {21: (0.25, 0.50), 34: (0.13,), 65: (0.25,)}
#: A large move of one session.
DAY_MOVE: Final = 0.04
#: What is as near as this to a threshold has reached it: 1.25 / 1 - 1 is not 0.25.
_NEAR: Final = 5e-10
#: Rows are worked out in multiples of this, and lines so many at a time.
_STEP: Final = 16
_LINES: Final = 96
#: Counts of a list on a step of rows that are kept.
_KEPT: Final = 512


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
        """Start with none set."""
        self._planes = np.zeros((4, *shape), np.uint8)

    def mark(self, name: str, mask: BoolArray) -> None:
        """Set a bit where a mask holds."""
        plane, shift = _BIT[name]
        self._planes[plane] |= mask.view(np.uint8) * np.uint8(1 << shift)

    def bits(self) -> Bits:
        """All of them in one number a cell."""
        together = np.ascontiguousarray(np.moveaxis(self._planes, 0, -1))
        return together.view("<u4")[..., 0].astype(np.uint32, copy=False)


class Traits:
    """Bits of each line of a matrix, and its distance from its high, on the rows asked for."""

    def __init__(self, matrix: Matrix) -> None:
        """Start without anything worked out."""
        self.matrix = matrix
        self._blocks: dict[int, tuple[Bits, FloatArray, BoolArray]] = {}
        self._counts: dict[tuple[bytes, int], tuple[FloatArray, FloatArray]] = {}

    def prepare(self, columns: IntArray, rows: slice) -> None:
        """Work some rows out in one go, which looks back on the year before them only once."""
        self._starts(columns, rows)

    def of(self, columns: IntArray, rows: slice) -> tuple[Bits, FloatArray]:
        """(n, t) bits and distances from the high of some lines on some rows."""
        pieces = [self._piece(columns, start) for start in self._starts(columns, rows)]
        first = rows.start // _STEP * _STEP
        inside = slice(rows.start - first, rows.stop - first)
        bits, off = (np.concatenate(part, axis=1) for part in zip(*pieces, strict=True))
        return bits[:, inside], off[:, inside]

    def counts(self, columns: IntArray, rows: slice) -> tuple[FloatArray, FloatArray]:
        """(B, t) lines that have each bit, in the order of `NAMES`, and (t,) medians off the high.

        Args:
            columns: of the lines.
            rows: of the matrix, at least one.
        """
        starts, name = self._starts(columns, rows), columns.tobytes()
        missing = [start for start in starts if (name, start) not in self._counts]
        if len(self._counts) + len(missing) > _KEPT:
            self._counts.clear()
            missing = list(starts)
        if missing:
            bits, off = (
                np.concatenate(part, axis=1)
                for part in zip(*(self._piece(columns, start) for start in missing), strict=True)
            )
            totals, middle = count(bits), medians(off)
            for place, start in enumerate(missing):
                few = slice(place * _STEP, (place + 1) * _STEP)
                self._counts[name, start] = totals[:, few], middle[few]
        pieces = [self._counts[name, start] for start in starts]
        inside = slice(rows.start % _STEP, rows.start % _STEP + rows.stop - rows.start)
        totals, middle = (np.concatenate(part, axis=-1) for part in zip(*pieces, strict=True))
        return totals[:, inside], middle[inside]

    def _piece(self, columns: IntArray, start: int) -> tuple[Bits, FloatArray]:
        bits, off, _ = self._blocks[start]
        return bits[columns], off[columns]

    def _starts(self, columns: IntArray, rows: slice) -> range:
        """The first rows of the blocks that some rows lie in; all of them worked out."""
        starts = range(rows.start // _STEP * _STEP, rows.stop, _STEP)
        size = len(self.matrix.sessions)
        for start in starts:
            if start not in self._blocks:
                shape = len(self.matrix.symbols), min(_STEP, size - start)
                self._blocks[start] = (
                    np.zeros(shape, np.uint32), np.full(shape, np.nan), np.zeros(shape[0], bool),
                )  # fmt: skip
        missing = [
            (start, np.flatnonzero(np.bincount(columns[~self._blocks[start][2][columns]])))
            for start in starts
        ]
        missing = [(start, lines) for start, lines in missing if len(lines)]
        # blocks beside each other that lack the same lines look back on the same year
        while missing:
            run = [missing.pop(0)]
            while missing and missing[0][0] == run[-1][0] + _STEP:
                if not np.array_equal(missing[0][1], run[0][1]):
                    break
                run.append(missing.pop(0))
            self._work_out(run[0][1], run[0][0], min(run[-1][0] + _STEP, size))
            for start, lines in run:
                self._blocks[start][2][lines] = True
        return starts

    def _work_out(self, columns: IntArray, first: int, last: int) -> None:
        matrix = self.matrix
        breaks: dict[int, list[int]] = {}
        for row, column, _ in matrix.doubts:
            breaks.setdefault(column, []).append(row)
        # a hole among them asks for more: those without come together
        columns = columns[np.argsort(~matrix.whole[columns], kind="stable")]
        whole = matrix.whole[columns]
        begin = max(first - YEAR_SESSIONS, 0)
        if not whole.all():
            # a line that merely begins or ends among these rows needs no detour
            closed = np.isfinite(matrix.stand_in[begin:last, columns[~whole]])
            edges = np.abs(np.diff(closed.astype(np.int8), axis=0)).sum(axis=0)
            opened, ended = closed[0], closed[-1]
            whole[~whole] = (edges == 0) | ((edges == 1) & (opened | ended))
            # but one with holes before has older closes of its own
            older = np.isfinite(matrix.stand_in[:begin, columns]).any(axis=0)
            whole &= matrix.whole[columns] | ~older | np.isfinite(matrix.stand_in[begin, columns])
        broken = np.isin(columns, list(breaks))
        traded = matrix.volume(max(first - 1, 0), last)
        for lines, start in ((columns[whole & ~broken], begin), (columns[~whole & ~broken], 0)):
            for at in range(0, len(lines), _LINES):
                part = lines[at : at + _LINES]
                closes = np.ascontiguousarray(matrix.stand_in[start:last, part].T)
                volume = None if traded is None else traded[:, part]
                marked = _marked(closes, volume, matrix.position[start:last], first - start)
                self._put(part, first, marked)
        for column in columns[broken].tolist():
            # closes before a move that cannot be believed are held against none after it
            for start, stop in pairwise([0, *breaks[column], len(matrix.sessions)]):
                if start >= last or stop <= first:
                    continue
                closes = np.full((1, last), np.nan)
                closes[0, start:stop] = matrix.stand_in[start : min(stop, last), column]
                volume = None if traded is None else traded[:, [column]]
                marked = _marked(closes, volume, matrix.position[:last], first)
                self._put(np.array([column]), first, marked, add=True)

    def _put(
        self, lines: IntArray, first: int, marked: tuple[Bits, FloatArray], *, add: bool = False
    ) -> None:
        """Keep what was worked out of some lines on the rows from one on."""
        bits, off = marked
        for start in range(first, first + bits.shape[1], _STEP):
            rows = slice(start - first, start - first + _STEP)
            kept_bits, kept_off, _ = self._blocks[start]
            if add:
                kept_bits[lines] |= bits[:, rows]
                known = np.isfinite(off[:, rows])
                kept_off[lines] = np.where(known, off[:, rows], kept_off[lines])
            else:
                kept_bits[lines], kept_off[lines] = bits[:, rows], off[:, rows]


def _marked(
    closes: FloatArray, volume: FloatArray | None, position: IntArray, lead: int
) -> tuple[Bits, FloatArray]:
    """Bits and distances from the high of some lines, on the rows from ``lead`` on.

    Args:
        closes: (n, R) with rows before those wanted.
        volume: (t + 1, n) shares traded from the row before on (or (t, n) where there is none).
        position: (R,) places of the sessions among all sessions.
        lead: rows before those wanted.
    """
    now = closes[:, lead:]
    marker = _Marker(now.shape)
    mark = marker.mark
    off = off_high(closes, now)
    mark("seasoned_high", np.isfinite(off))
    mark("at_high", off <= 0)
    mark("within_5", off <= 0.05 + _NEAR)
    for distance in OFF:
        mark(f"off_{round(distance * 100)}", off >= distance - _NEAR)
    filled = _Filled(closes, position)
    for days, sizes in MOVES.items():
        change = now / filled.before(lead, days) - 1
        mark(f"moved_{days}", np.isfinite(change))
        for step in sizes:
            mark(move_name(days, step, up=True), change >= step - _NEAR)
            mark(move_name(days, step, up=False), change <= -step + _NEAR)
    if volume is not None:
        _mark_day(now / filled.prior(lead) - 1, volume, mark)
    return marker.bits() | _averaged(closes, lead), off


def _mark_day(change: FloatArray, volume: FloatArray, mark: Mark) -> None:
    """Mark large moves of a session with more volume than the session before."""
    traded = np.full((change.shape[1] + 1, len(change)), np.nan)
    traded[len(traded) - len(volume) :] = volume
    known = np.isfinite(traded)
    both = (known[1:] & known[:-1]).T & np.isfinite(change)
    more = both & (traded[1:] > traded[:-1]).T
    mark("traded", both)
    mark("up4", more & (change >= DAY_MOVE - _NEAR))
    mark("down4", more & (change <= -DAY_MOVE + _NEAR))


class _Filled:
    """Closes with the one that stands for a session before: the last, at most 5 sessions old."""

    def __init__(self, closes: FloatArray, position: IntArray) -> None:
        """Take (n, R) closes and the (R,) places of their sessions among all sessions."""
        self._closes, self._position = closes, position
        closed = np.isfinite(closes)
        rows = np.arange(closes.shape[1])
        self._last = (
            None if closed.all() else np.maximum.accumulate(np.where(closed, rows, -1), axis=1)
        )

    def _at(self, rows: IntArray, target: IntArray) -> FloatArray:
        """(n, t) the close that stands for places among all sessions, at or before some rows."""
        place = np.maximum(rows, 0)
        if self._last is None:
            fresh = (rows >= 0) & (target - self._position[place] <= STALE_SESSIONS)
            return np.where(fresh, self._closes[:, place], np.nan)
        last = self._last[:, place]
        known = np.maximum(last, 0)
        fresh = (rows >= 0) & (last >= 0) & (target - self._position[known] <= STALE_SESSIONS)
        return np.where(fresh, np.take_along_axis(self._closes, known, axis=1), np.nan)

    def before(self, lead: int, sessions: int) -> FloatArray:
        """(n, t) the close of so many exchange sessions before each row from ``lead`` on."""
        target = self._position[lead:] - sessions
        return self._at(np.searchsorted(self._position, target, side="right") - 1, target)

    def prior(self, lead: int) -> FloatArray:
        """(n, t) the close before each row from ``lead`` on."""
        return self._at(np.arange(lead, len(self._position)) - 1, self._position[lead:])


def off_high(closes: FloatArray, now: FloatArray) -> FloatArray:
    """(n, t) distance from the highest close of 252 sessions; NaN where under 200 are held."""
    need = now.shape[1] + YEAR_SESSIONS - 1
    slab = closes[:, -need:]
    if slab.shape[1] < need:
        missing = np.full((len(closes), need - slab.shape[1]), np.nan)
        slab = np.concatenate([missing, slab], axis=1)
    closed = np.isfinite(slab)
    if closed.all():
        return 1 - now / extremes(slab, YEAR_SESSIONS, high=True)
    closes_held = np.cumsum(closed, axis=1, dtype=np.int32)
    closes_held[:, YEAR_SESSIONS:] -= closes_held[:, :-YEAR_SESSIONS].copy()
    enough = closes_held[:, YEAR_SESSIONS - 1 :] >= HIGH_CLOSES
    top = extremes(np.where(closed, slab, -np.inf), YEAR_SESSIONS, high=True)
    return np.where(enough, 1 - now / top, np.nan)


def _averaged(closes: FloatArray, lead: int) -> Bits:
    """(n, t) bits of averages and of the trend score, on rows from ``lead`` on.

    An average is over a line's own closes: where one has a hole, its closes are moved together.
    """
    closed = np.isfinite(closes)
    holes = (np.diff(closed.astype(np.int8), axis=1) > 0).sum(axis=1) + closed[:, 0] > 1
    order = np.argsort(~closed, axis=1, kind="stable") if holes.any() else None
    packed = closes if order is None else np.take_along_axis(closes, order, axis=1)
    first, size = 0 if order is not None else lead, closes.shape[1]

    def from_row(values: FloatArray, begin: int) -> FloatArray:
        """Values that stand for the rows from one on, on the rows wanted."""
        whole = values if begin <= first else None
        if whole is not None:
            return whole[:, first - begin :][:, : size - first]
        out = np.full((len(closes), size - first), np.nan)
        out[:, begin - first :] = values[:, : max(size - begin, 0)]
        return out

    sizes = (*FURTHER_AVERAGES, 50, 200)
    if closed.all() and lead >= TREND_CLOSES:
        # rounding that running sums carry along is far below what counts as above
        running = np.cumsum(closes[:, lead - TREND_CLOSES :], axis=1)
        now, rows = running[:, TREND_CLOSES:], running.shape[1]
        mean = {n: (now - running[:, TREND_CLOSES - n : rows - n]) / n for n in sizes}
        back = TREND_CLOSES - _TREND_BACK
        before = (running[:, back : rows - _TREND_BACK] - running[:, : rows - TREND_CLOSES]) / 200
    else:
        totals = sums(packed, sizes)
        mean = {days: from_row(total / days, days - 1) for days, total in totals.items()}
        before = from_row(totals[200] / 200, 199 + _TREND_BACK)
    level = packed[:, first:]
    over = {days: level > values * (1 + 1e-9) for days, values in mean.items()}
    known = np.isfinite(level)
    trended = np.isfinite(before) & known
    score = over[50].astype(np.uint8)
    for one, other in ((level, mean[200]), (mean[50], mean[200]), (mean[200], before)):
        score += one > other * (1 + 1e-9)
    marker = _Marker(level.shape)
    for days in FURTHER_AVERAGES:
        marker.mark(f"above_{days}", over[days])
        marker.mark(f"averaged_{days}", known & np.isfinite(mean[days]))
    for part in (1, 2, 4):
        marker.mark(f"trend_{part}", trended & ((score & np.uint8(part)) != 0))
    marker.mark("trended", trended)
    marker.mark("trend_down", trended & (score == 0))
    if order is None:
        return marker.bits()
    spread: Bits = np.zeros(closes.shape, np.uint32)
    np.put_along_axis(spread, order, marker.bits(), axis=1)
    return spread[:, lead:]


def count(bits: Bits) -> FloatArray:
    """(B, t) lines that have each bit of (n, t) bits, four bits a pass.

    Every eighth bit lies in a byte of its own; a byte holds the sum of fewer than 256 lines.
    """
    totals = np.zeros((8, bits.shape[1], 4))
    lanes = np.uint32(0x01010101)
    for first in range(0, len(bits), _LINES):
        part = bits[first : first + _LINES]
        for shift in range(8):
            four = np.add.reduce((part >> np.uint32(shift)) & lanes, axis=0, dtype=np.uint32)
            totals[shift] += four.astype("<u4").view(np.uint8).reshape(-1, 4)
    by_bit = totals.transpose(2, 0, 1).reshape(32, -1)
    return by_bit[: len(NAMES)]


def medians(values: FloatArray) -> FloatArray:
    """(t,) median of the finite ones of (n, t) values; NaN where none is."""
    columns = np.where(np.isfinite(values), values, np.inf).T.copy()
    known = np.isfinite(columns).sum(axis=1)
    low, high = np.maximum(known - 1, 0) // 2, np.maximum(np.minimum(known // 2, known - 1), 0)
    if not known.any():
        return np.full(len(columns), np.nan)
    columns.partition(np.union1d(low, high), axis=1)
    rows = np.arange(len(columns))
    with np.errstate(invalid="ignore"):
        middle = (columns[rows, low] + columns[rows, high]) / 2
    return np.where(known > 0, middle, np.nan)
