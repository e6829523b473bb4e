"""The rows of one segment's file measured: what each is worth at its start, and what it returns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray
from core.data.record import record
from core.data.stated_prices import misfits

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import Holdings
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.closes import ClosesOn, Ends
    from core.measures.membership import Span

#: File price and close may differ by this much before the line is flagged.
PRICE_TOLERANCE: Final = 0.02
#: How the reason ends for a row of a file that is cash or a contract.
_NO_STOCK: Final = "not a stock"
#: Of the (n,) rows of a file: whether a matrix has a column for each, and that column, else 0.
Columns = tuple[BoolArray, IntArray]


def start_values(
    closes: ClosesOn, file: Holdings, starts: Sequence[date], at_starts: Ends, columns: Columns
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Carry a file's values to the starts of segments by the ratio of closes.

    v = value x P(start)/P(file date) on split-adjusted closes; where no close is available at
    the file's date, quantity x splits since x P(start), unless value and price deny the quantity.

    Args:
        closes: of the years needed.
        file: with (n,) rows.
        starts: (K,) sessions.
        at_starts: the closes that stand for them.
        columns: of its rows.

    Returns:
        (K, n) values, NaN where unknown; (K, n) bool, an adjusted close stood in for the
        price; (n,) bool, the file's price disagrees with the close of its day.
    """
    market, matrix, (has_column, where) = closes.market, closes.matrix, columns
    file_price, later_splits, off = closes.cached(
        (file, "at its date"), lambda: _at_file(closes, file, has_column, where)
    )
    price = at_starts.price.take(where, axis=1)
    stands_in = matrix.only_adjusted[where] & has_column
    values = file.value * price / file_price
    in_dollars = np.isfinite(file.price) & np.isfinite(file.quantity) & ~stands_in
    by_count = in_dollars & ~np.isfinite(values)
    if by_count.any():
        by_count &= ~market.cached((file, "misfits"), lambda: misfits(file))
        values = np.where(by_count, file.quantity * later_splits * price, values)
    session = market.session(file.as_of)
    same_day = np.array([start == session for start in starts])
    values[same_day] = file.value
    values[:, ~has_column] = np.nan
    return values, stands_in & ~same_day[:, None], off


def _at_file(
    closes: ClosesOn, file: Holdings, has_column: BoolArray, where: IntArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Prices and splits of a file's lines on its date.

    Returns:
        (n,) close that stands for the date, NaN where none; (n,) product of the split factors
        since; (n,) bool, the file's price disagrees with the close of its day.
    """
    market, matrix = closes.market, closes.matrix
    session = market.session(file.as_of)
    of_file = closes(session)
    priced = (of_file.rows >= 0) & (of_file.age <= STALE_SESSIONS)
    file_price = np.where(priced, of_file.price, np.nan)[where]
    later_splits = market.splits_since(matrix, session)[where]
    with np.errstate(invalid="ignore"):
        exact = has_column & priced[where] & (of_file.age[where] == 0)
        exact &= ~matrix.only_adjusted[where]
        off = exact & (np.abs(file.price / later_splits / file_price - 1) > PRICE_TOLERANCE)
    return file_price, later_splits, off


@record(frozen=True, eq=False, slots=True)
class FileRows:
    """The (n,) rows of a file measured over each of (K,) segments.

    Attributes:
        values: (K, n) the file's value carried to the segment's start, NaN where unknown.
        growth: (K, n) ratio of the closes at the segment's ends.
        counted: (K, n) bool, its closes are known: it is measured, or joined as announced.
        joined: (n,) bool, it joined as announced and its weight is not known.
        ended: (K, n) bool, counted although its closes end before the segment does: it is traded
            no more.
        off: (n,) bool, the file's price disagrees with the close of its day.
        carried: (K, n) bool, an adjusted close stood in for the price.
        jumps: (K,) columns with a doubtful move between the file and the segment, or inside it,
            and why.
        start: the closes at the segments' starts.
        end: at their ends.
    """

    values: FloatArray
    growth: FloatArray
    counted: BoolArray
    joined: BoolArray
    ended: BoolArray
    off: BoolArray
    carried: BoolArray
    jumps: tuple[Mapping[int, str], ...]
    start: Ends
    end: Ends


def file_rows(
    closes: ClosesOn,
    segments: Sequence[Span],
    basis: str,
    columns: Columns,
    doubtful: Sequence[Collection[int]],
) -> FileRows:
    """Measure the rows of a file over segments that depend on it, each row by itself.

    Args:
        closes: of the years needed.
        segments: (K,) at least one, all on one file.
        basis: "pr" or "tr".
        columns: of the file's rows.
        doubtful: (K,) of each segment's window, the columns that are not to be measured in it.
    """
    market, (has_column, where) = closes.market, columns
    file, starts = segments[0].file, [span.start for span in segments]
    start, end = closes.ends(starts), closes.ends([span.end for span in segments])
    # a jump between the file and the segment would be carried into the weight
    jumps = tuple(_jumps(closes, span) for span in segments)
    worth, carried, off = start_values(closes, file, starts, start, columns)
    windows = [(span.start, span.end) for span in segments]
    growth = closes.growth(windows, basis).take(where, axis=1)
    joined = np.isnan(file.value)
    good = has_column & (start.fresh & (end.rows > start.row)).take(where, axis=1)
    good &= np.isfinite(growth) & (np.isfinite(worth) | joined)
    for rows, of_window, of_segment in zip(good, doubtful, jumps, strict=True):
        if of_window:
            rows &= ~np.isin(where, list(of_window))
        if of_segment:
            # nothing of the file is carried to a line that joined as announced
            rows &= joined | ~np.isin(where, list(of_segment))
    over = np.zeros(good.shape, bool)
    segment, early = np.nonzero(good & ~end.fresh.take(where, axis=1))
    if len(early):
        column = where[early]
        ends = np.array([market.position(span.end) for span in segments])
        over[segment, early] = _ended_columns(
            closes, column, end.rows[segment, column], ends[segment]
        )
        good[segment, early] = over[segment, early]
    return FileRows(worth, growth, good, joined, over, off, carried, jumps, start, end)


def _ended_columns(
    closes: ClosesOn, columns: IntArray, last: IntArray, ends: IntArray
) -> BoolArray:
    """(C,) whether the lines of some columns ended with their closes at rows ``last``.

    See `ended`; ``ends`` are the positions of the segments' ends.
    """
    market, matrix = closes.market, closes.matrix
    sessions = (market.through.get(matrix.symbols[column]) for column in columns.tolist())
    positions = [-1 if session is None else market.position(session) for session in sessions]
    through = np.array(positions, np.intp)
    age = np.minimum(through, ends) - matrix.position[np.maximum(last, 0)]
    return np.asarray((through >= 0) & (last >= 0) & (age > STALE_SESSIONS))


def ended(market: Market, matrix: Matrix, symbol: str, row: int, end: date) -> bool:
    """Whether the vendor's answer goes well beyond a line's last close: it ended, nobody failed."""
    through = market.through.get(symbol)
    if through is None or row < 0:
        return False
    last = int(matrix.position[row])
    return min(market.position(through), market.position(end)) - last > STALE_SESSIONS


def carried_weights(closes: ClosesOn, lists: Sequence[Span], columns: Columns) -> FloatArray:
    """(K, n) weights in the fund of a file's lines at the starts of (K,) spans on it.

    0 where not known. The measured lines' part of the fund is taken to be what it was at the
    file's date.
    """
    has_column, where = columns
    file, starts = lists[0].file, [span.start for span in lists]
    at_starts = closes.ends(starts)
    values, _, _ = start_values(closes, file, starts, at_starts, columns)
    fresh = at_starts.fresh.take(where, axis=1)
    good = has_column & fresh & np.isfinite(values)
    for rows, span in zip(good, lists, strict=True):
        if jumps := _jumps(closes, span):
            rows &= ~np.isin(where, list(jumps))
    worth = np.where(good, values, 0.0)
    whole = worth.sum(axis=1, keepdims=True)
    np.divide(worth * weight(file, good)[:, None], whole, out=worth, where=whole > 0)
    return worth


def weight(file: Holdings, rows: BoolArray) -> FloatArray:
    """(...,) weight of some (..., n) rows of a file in its total, a fraction."""
    return np.asarray(np.where(rows, file.value, 0.0).sum(axis=-1) / file.total)


def part_measured(span: Span, scale: FloatArray) -> FloatArray:
    """(...,) part of a fund that is measured, where lines of the weights ``scale`` are.

    Lines and cash above zero, and lines sold short, whose size counts, are what is to be measured;
    money borrowed is not, nor is the loss on a contract. NaN where the file's total is not known.
    """
    file = span.file
    if not file.whole:
        return np.where(scale > 0, np.nan, scale)
    if span.carry.even:
        return scale
    below = [other for other in file.others if other.weight < 0]
    times = (1 if other.reason.endswith(_NO_STOCK) else 2 for other in below)
    to_measure = 1 - math.fsum(t * other.weight for t, other in zip(times, below, strict=True))
    return scale / to_measure if below else scale


def _jumps(closes: ClosesOn, span: Span) -> dict[int, str]:
    """Columns with a doubtful move among the closes that a segment looks at, and why."""
    if not closes.matrix.doubts:
        return {}
    start, end = closes(span.start), closes(span.end)
    of_file = closes(closes.market.session(span.file.as_of))
    if of_file.row < 0:
        return quarantined(closes.matrix, start.rows, end.row)
    first = np.minimum(start.rows, of_file.rows)
    return quarantined(closes.matrix, first, max(of_file.row, end.row))


def quarantined(matrix: Matrix, first: IntArray, last: int) -> dict[int, str]:
    """Columns with a doubtful move after their row in ``first``, up to ``last``, and why."""
    reasons: dict[int, str] = {}
    for row, column, words in matrix.doubts:
        if first[column] < row <= last:
            reasons.setdefault(column, f"quarantined: {words}")
    return reasons
