"""The rows of one segment's file measured: what each is worth at its start, and what it returns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray
from core.data.record import record
from core.data.stated_prices import misfits

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import Holdings, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.closes import ClosesOn
    from core.measures.membership import Span

#: File price and close may differ by this much before the line is flagged.
PRICE_TOLERANCE: Final = 0.02
#: What `start_values` returns.
StartValues = tuple[FloatArray, BoolArray, BoolArray]


def start_values(
    closes: ClosesOn, span: Span, has_column: BoolArray, where: IntArray
) -> StartValues:
    """Carry a file's values to a segment's start by the ratio of closes.

    v = value x P(start)/P(file date) on split-adjusted closes; where no close is held at
    the file's date, quantity x splits since x P(start), unless value and price deny the quantity.

    Returns:
        (n,) values, NaN where unknown; (n,) bool, an adjusted close stood in for the
        price; (n,) bool, the file's price disagrees with the close of its day.
    """
    market, matrix, file = closes.market, closes.matrix, span.file
    file_price, later_splits, off = market.cached(
        (matrix, file, "at its date"), lambda: _at_file(closes, file, has_column, where)
    )
    start_price = closes(span.start).price[where]
    stands_in = matrix.only_adjusted[where] & has_column
    same_day = market.session(file.as_of) == span.start
    if same_day:
        values = file.value.copy()
    else:
        values = file.value * start_price / file_price
        by_count = file.quantity * later_splits * start_price
        in_dollars = np.isfinite(file.price) & np.isfinite(file.quantity) & ~stands_in
        if (in_dollars & ~np.isfinite(values)).any():
            in_dollars &= ~market.cached((file, "misfits"), lambda: misfits(file))
        values = np.where(np.isfinite(values) | ~in_dollars, values, by_count)
    carried = np.zeros(len(has_column), bool) if same_day else stands_in
    return np.where(has_column, values, np.nan), carried, off


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
    known = (of_file.rows >= 0) & (of_file.age <= STALE_SESSIONS)
    file_price = np.where(known, of_file.price, np.nan)[where]
    later_splits = market.splits_since(matrix, session)[where]
    with np.errstate(invalid="ignore"):
        exact = has_column & known[where] & (of_file.age[where] == 0)
        exact &= ~matrix.only_adjusted[where]
        off = exact & (np.abs(file.price / later_splits / file_price - 1) > PRICE_TOLERANCE)
    return file_price, later_splits, off


@record(frozen=True, eq=False, slots=True)
class FileRows:
    """The rows of one segment's file measured; (n,) each.

    Attributes:
        values: the file's value carried to the segment's start, NaN where unknown.
        growth: ratio of the closes at the segment's ends.
        counted: bool, its closes are known: it is measured, or joined as announced.
        joined: bool, it joined as announced and its weight is not known.
        ended: bool, counted although its closes end before the segment does: it is traded no more.
        off: bool, the file's price disagrees with the close of its day.
        carried: bool, an adjusted close stood in for the price.
        jumps: columns with a doubtful move between the file and the segment, or inside it, and why.
    """

    values: FloatArray
    growth: FloatArray
    counted: BoolArray
    joined: BoolArray
    ended: BoolArray
    off: BoolArray
    carried: BoolArray
    jumps: Mapping[int, str]


def file_rows(
    closes: ClosesOn,
    span: Span,
    basis: str,
    columns: tuple[BoolArray, IntArray],
    doubtful: Collection[int],
    values: StartValues | None = None,
) -> FileRows:
    """Measure the rows of a segment's file, each by itself.

    Args:
        closes: of the years needed.
        span: the segment.
        basis: "pr" or "tr".
        columns: (n,) whether a row has a column of the matrix, and (n,) that column, else 0.
        doubtful: columns that are not to be measured in the window that it is a part of.
        values: from `start_values`, where they are known.
    """
    market, matrix, (has_column, where) = closes.market, closes.matrix, columns
    start, end = closes(span.start), closes(span.end)
    # a jump between the file and the segment would be carried into the weight
    jumps = _jumps(closes, span)
    worth, carried, off = values or start_values(closes, span, has_column, where)
    growth = matrix.growth(start.rows, end.rows, basis, (start.price, end.price))[where]
    joined = np.isnan(span.file.value)
    good = has_column & start.fresh[where] & (end.rows > start.row)[where]
    good &= np.isfinite(growth) & (np.isfinite(worth) | joined)
    if doubtful or jumps:
        good &= ~np.isin(where, [*doubtful, *jumps])
    over = np.zeros(len(good), bool)
    early = np.nonzero(good & ~end.fresh[where])[0]
    if len(early):
        over[early] = _ended_columns(market, matrix, where[early], end.rows, span.end)
        good[early] = over[early]
    return FileRows(worth, growth, good, joined, over, off, carried, jumps)


def _ended_columns(
    market: Market, matrix: Matrix, columns: IntArray, rows: IntArray, end: date
) -> BoolArray:
    """(C,) whether the lines of some columns ended with their closes at ``rows`` (N,).

    See `ended`.
    """

    def find() -> IntArray:
        sessions = map(market.through.get, matrix.symbols)
        places = (-1 if on is None else market.position(on) for on in sessions)
        return np.fromiter(places, np.intp, len(matrix.symbols))

    through, last = market.cached((matrix, "through"), find)[columns], rows[columns]
    age = np.minimum(through, market.position(end)) - matrix.position[np.maximum(last, 0)]
    return np.asarray((through >= 0) & (last >= 0) & (age > STALE_SESSIONS))


def ended(market: Market, matrix: Matrix, symbol: str, row: int, end: date) -> bool:
    """Whether the vendor's answer goes well beyond a line's last close: it ended, nobody failed."""
    through = market.through.get(symbol)
    if through is None or row < 0:
        return False
    last = int(matrix.position[row])
    return min(market.position(through), market.position(end)) - last > STALE_SESSIONS


def carried_weights(closes: ClosesOn, span: Span) -> FloatArray:
    """(n,) weights in the fund of a file's lines at a span's start; 0 where not known.

    The measured lines' part of the fund is taken to be what it was at the file's date.
    """
    market, matrix = closes.market, closes.matrix
    columns = market.columns(matrix)[market.rows(span.file)]
    has_column, where = columns >= 0, np.maximum(columns, 0)
    values, _, _ = start_values(closes, span, has_column, where)
    good = has_column & closes(span.start).fresh[where] & np.isfinite(values)
    if jumps := _jumps(closes, span):
        good &= ~np.isin(where, list(jumps))
    worth = np.where(good, values, 0.0)
    if not good.any():
        return worth
    measured = market.cached((span.file, good.tobytes()), lambda: weight(span.file, good))
    return np.asarray(worth / worth.sum() * measured)


def weight(file: Holdings, rows: BoolArray) -> float:
    """Weight of some (n,) rows of a file in its total, a fraction; they are the same for weeks."""
    return math.fsum(file.value[rows].tolist()) / file.total


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
