"""One segment of a window measured: which closes stand for its ends, and what each line is worth.

A segment rests on one holdings file. Its values are carried to the segment's start by the
ratio of closes, its returns run between the last closes at or before its two ends.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import STALE_SESSIONS, BoolArray, Dates, FloatArray, Holdings, IntArray
from core.data.record import record
from core.measures.basket import Segment

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.membership import Span

#: File price and close may differ by this much before the line is flagged.
PRICE_TOLERANCE = 0.02


@record(frozen=True, eq=False, slots=True)
class Rows:
    """Which closes stand for the two ends of a stretch; all (N,) over the matrix's columns."""

    start: IntArray
    end: IntArray
    fresh_start: BoolArray
    later: BoolArray
    fresh_end: BoolArray


def closes_at(market: Market, matrix: Matrix, start: date, end: date) -> Rows:
    """The closes at or before two dates, and whether they are recent enough.

    A file's price is so on its own session alone.
    """
    first, last = matrix.row(start), matrix.row(end)
    at_start, at_end = matrix.last(first), matrix.last(last)

    def fresh(rows: IntArray, when: date) -> BoolArray:
        age = market.position(when) - matrix.position[np.maximum(rows, 0)]
        oldest = np.where(matrix.of_file(rows), 0, STALE_SESSIONS)
        return (rows >= 0) & (age <= oldest)

    return Rows(
        at_start,
        at_end,
        fresh(at_start, start),
        at_end > first,
        fresh(at_end, end),
    )


def _start_values(
    market: Market,
    matrix: Matrix,
    span: Span,
    has_column: BoolArray,
    where: IntArray,
    at_start: IntArray,
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Carry a file's values to a segment's start by the ratio of closes.

    v = value x P(start)/P(file date) on split-adjusted closes; where no close is held at
    the file's date, quantity x splits since x P(start).

    Returns:
        (n,) values, NaN where unknown; (n,) bool, an adjusted close stood in for the
        price; (n,) bool, the file's price disagrees with the close of its day.
    """
    file = span.file
    session = market.session(file.as_of)
    file_price, later_splits, off = market.cached(
        (matrix, file, "at its date"),
        lambda: _at_file(market, matrix, file, has_column, where),
    )
    start_price = matrix.price_at(at_start)[where]
    stands_in = matrix.only_adjusted[where] & has_column
    same_day = session == span.start
    if same_day:
        values = file.value.copy()
    else:
        values = file.value * start_price / file_price
        by_count = file.quantity * later_splits * start_price
        in_dollars = np.isfinite(file.price) & np.isfinite(file.quantity) & ~stands_in
        values = np.where(np.isfinite(values) | ~in_dollars, values, by_count)
    carried = np.zeros(len(has_column), bool) if same_day else stands_in
    return np.where(has_column, values, np.nan), carried, off


def _at_file(
    market: Market, matrix: Matrix, file: Holdings, has_column: BoolArray, where: IntArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """What is held of a file's lines on its date.

    Returns:
        (n,) close that stands for the date, NaN where none; (n,) product of the split factors
        since; (n,) bool, the file's price disagrees with the close of its day.
    """
    session = market.session(file.as_of)
    at_file = matrix.last(matrix.row(session))
    age = market.position(session) - matrix.position[np.maximum(at_file, 0)]
    known = (at_file >= 0) & (age <= STALE_SESSIONS)
    file_price = np.where(known, matrix.price_at(at_file), np.nan)[where]
    later_splits = market.splits_since(matrix, session)[where]
    with np.errstate(invalid="ignore"):
        exact = has_column & known[where] & (age[where] == 0) & ~matrix.only_adjusted[where]
        off = exact & (np.abs(file.price / later_splits / file_price - 1) > PRICE_TOLERANCE)
    return file_price, later_splits, off


def _why_not(
    market: Market, matrix: Matrix, symbol: str, column: int, rows: Rows, basis: str, end: date
) -> str:
    """Why a line is not measured between two dates; "" where its closes allow it."""
    failure = market.prices.failures.get(symbol)
    # closes after the end are not known of yet
    if column < 0 or rows.end[column] < 0:
        return f"not fetched: {failure}" if failure else "no prices"
    if basis == "pr" and matrix.only_adjusted[column]:
        return "only adjusted closes: no price return"
    last = int(rows.end[column])
    has_ended = ended(market, matrix, symbol, last, end)
    if rows.fresh_start[column] and rows.later[column] and (rows.fresh_end[column] or has_ended):
        return ""
    if rows.fresh_start[column] or (last >= 0 and last == rows.start[column]):
        when = matrix.sessions[last]
        if has_ended:
            return f"last traded {when}"
        through = market.through.get(symbol)
        if through is not None and market.position(through) >= market.position(end):
            return f"no close after {when}"
        return f"no closes since {when}" + (f": {failure}" if failure else "")
    return "no price at start"


def ended(market: Market, matrix: Matrix, symbol: str, row: int, end: date) -> bool:
    """Whether the vendor's answer goes well beyond a line's last close: it ended, nobody failed."""
    through = market.through.get(symbol)
    if through is None or row < 0:
        return False
    last = int(matrix.position[row])
    return min(market.position(through), market.position(end)) - last > STALE_SESSIONS


@record(frozen=True, eq=False, slots=True)
class WindowLines:
    """Every line of a window once, in the order of the files; (M,) each.

    Attributes:
        numbers: its number in the market's register.
        symbols: the symbol it is followed by.
        listed: the symbol the first file that has it gives it.
        line: (L,) number -> line, -1 where the window has it not.
        has_column: bool, a column of the matrix is its.
        where: that column, 0 where it has none.
    """

    numbers: IntArray
    symbols: tuple[str, ...]
    listed: tuple[str, ...]
    line: IntArray
    has_column: BoolArray
    where: IntArray


def lines_of(market: Market, matrix: Matrix, window_spans: tuple[Span, ...]) -> WindowLines:
    """The lines of all files of a window, cached."""
    files = tuple(dict.fromkeys(span.file for span in window_spans))
    key = market.register, matrix, files
    return market.cached(key, lambda: _lines_of(market, matrix, files))


def _lines_of(market: Market, matrix: Matrix, files: tuple[Holdings, ...]) -> WindowLines:
    register = market.register
    rows = np.concatenate([market.rows(file) for file in files])
    order = np.arange(len(rows))
    place = np.empty(len(register), np.intp)
    place[rows[::-1]] = order[::-1]
    numbers = rows[place[rows] == order]
    line = np.full(len(register), -1)
    line[numbers] = np.arange(len(numbers))
    symbols = listed = register.texts(register.symbols, numbers)
    if any(market.lines(file) is not file.symbols for file in files):
        first, row = (
            firsts[numbers].tolist()
            for firsts in register.first([market.rows(file) for file in files])
        )
        listed = tuple(files[k].symbols[i] for k, i in zip(first, row, strict=True))
    columns = market.columns(matrix)[numbers]
    return WindowLines(numbers, symbols, listed, line, columns >= 0, np.maximum(columns, 0))


@record(frozen=True, eq=False, slots=True)
class FileRows:
    """The rows of one segment's file measured; (n,) each.

    Attributes:
        rows: which closes stand for the segment's ends, over the matrix's columns.
        values: the file's value carried to the segment's start, NaN where unknown.
        growth: ratio of the closes at the segment's ends.
        counted: bool, its closes are known: it is measured, or joined as announced.
        joined: bool, it joined as announced and its weight is not known.
        ended: bool, counted although its closes end before the segment does: it is traded no more.
        off: bool, the file's price disagrees with the close of its day.
        carried: bool, an adjusted close stood in for the price.
    """

    rows: Rows
    values: FloatArray
    growth: FloatArray
    counted: BoolArray
    joined: BoolArray
    ended: BoolArray
    off: BoolArray
    carried: BoolArray


def file_rows(
    market: Market,
    matrix: Matrix,
    span: Span,
    basis: str,
    columns: tuple[BoolArray, IntArray],
    doubtful: Collection[int],
) -> FileRows:
    """Measure the rows of a segment's file, each by itself.

    Args:
        market: what is held.
        matrix: the bars of the years needed.
        span: the segment.
        basis: "pr" or "tr".
        columns: (n,) whether a row has a column of the matrix, and (n,) that column, else 0.
        doubtful: columns that are not to be measured in the window that it is a part of.
    """
    file, (has_column, where) = span.file, columns
    rows = closes_at(market, matrix, span.start, span.end)
    # a jump between the file and the segment would be carried into the weight
    if matrix.doubts:
        doubtful = {*doubtful, *quarantined(matrix, *_reach(market, matrix, span, rows))}
    values, carried, off = _start_values(market, matrix, span, has_column, where, rows.start)
    growth = matrix.growth(rows.start, rows.end, basis)[where]
    joined = np.isnan(file.value)
    good = has_column & rows.fresh_start[where] & rows.later[where]
    good &= np.isfinite(growth) & (np.isfinite(values) | joined)
    if doubtful:
        good &= ~np.isin(where, list(doubtful))
    over = np.zeros(len(good), bool)
    early = np.nonzero(good & ~rows.fresh_end[where])[0]
    if len(early):
        over[early] = ended_columns(market, matrix, where[early], rows.end, span.end)
        good[early] = over[early]
    return FileRows(rows, values, growth, good, joined, over, off, carried)


def ended_columns(
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


@record(frozen=True, eq=False, slots=True)
class Part:
    """One segment measured; arrays are (M,) over all lines of the window.

    Attributes:
        segment: as it is told.
        member: the line stands in the segment's file.
        measured: its closes and value are known.
        counted: likewise, or it joined as announced and only its weight is not known.
        share: of the measured basket at the segment's start, 0 where not measured.
        returns: within the segment, 0 where not measured.
        values: the file's value carried to the start, 0 where not measured.
        opened: session of the close at the start, NaT where not measured.
        closed: session of the close at the end, likewise.
        reasons: line -> why it is not measured.
        flags: line -> words about it.
    """

    segment: Segment
    member: BoolArray
    measured: BoolArray
    counted: BoolArray
    share: FloatArray
    returns: FloatArray
    values: FloatArray
    opened: Dates
    closed: Dates
    reasons: dict[int, str]
    flags: dict[int, list[str]]


def measure(
    market: Market,
    matrix: Matrix,
    lines: WindowLines,
    span: Span,
    basis: str,
    doubtful: dict[int, str],
) -> Part:
    """Measure one segment; (n,) arrays are over the rows of its file."""
    file, count = span.file, len(lines.symbols)
    place = lines.line[market.rows(file)]
    has_column, where = lines.has_column[place], lines.where[place]
    of_file = file_rows(market, matrix, span, basis, (has_column, where), doubtful)
    rows, values, growth = of_file.rows, of_file.values, of_file.growth
    if matrix.doubts:
        doubtful = doubtful | quarantined(matrix, *_reach(market, matrix, span, rows))
    joined, good = of_file.joined, of_file.counted
    flags: dict[int, list[str]] = {}
    for row in np.nonzero(of_file.ended)[0].tolist():
        last = int(rows.end[where[row]])
        flags.setdefault(int(place[row]), []).append(f"last traded {matrix.sessions[last]}")
    counted = np.zeros(count, bool)
    counted[place[good]] = True
    good = good & ~joined
    for row in np.nonzero(good & of_file.off)[0].tolist():
        flags.setdefault(int(place[row]), []).append("disagrees with the file")
    reasons: dict[int, str] = {}
    verb = "left later" if any(change.undone for change in span.changes) else "joined"
    for row in np.nonzero(~good)[0].tolist():
        line, column = int(place[row]), int(where[row]) if has_column[row] else -1
        if joined[row]:
            reasons[line] = f"{verb} as announced: its weight is not known"
            continue
        reasons[line] = (
            doubtful.get(column)
            or _why_not(market, matrix, lines.symbols[line], column, rows, basis, span.end)
            or "no close at the date of the holdings file"
        )

    carried_values = np.bincount(place[good], values[good], count).astype(np.float64)
    share = carried_values / carried_values.sum() if good.any() else np.zeros(count)
    opened, closed = (np.full(count, np.datetime64("NaT", "D")) for _ in range(2))
    opened[place[good]] = matrix.sessions[rows.start[where[good]]]
    closed[place[good]] = matrix.sessions[rows.end[where[good]]]
    returns, member, measured = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    returns[place[good]] = growth[good] - 1
    member[place], measured[place[good]] = True, True
    segment = Segment(
        start=span.start,
        end=span.end,
        holdings_as_of=span.origin.as_of,
        estimated=span.carry.estimated or bool((of_file.carried & good).any()),
        weight_measured=market.cached((file, good.tobytes()), lambda: _weight(file, good)),
        basket_return=math.fsum((share * returns).tolist()),
        lines=len(file.symbols),
        measured=int(measured.sum()),
        carry=span.carry,
    )
    return Part(
        segment,
        member,
        measured,
        counted,
        share,
        returns,
        carried_values,
        opened,
        closed,
        reasons,
        flags,
    )


def carried_weights(market: Market, matrix: Matrix, span: Span) -> FloatArray:
    """(n,) weights in the fund of a file's lines at a span's start; 0 where not known.

    The measured lines' part of the fund is taken to be what it was at the file's date.
    """
    columns = market.columns(matrix)[market.rows(span.file)]
    has_column, where = columns >= 0, np.maximum(columns, 0)
    rows = closes_at(market, matrix, span.start, span.end)
    values, _, _ = _start_values(market, matrix, span, has_column, where, rows.start)
    good = has_column & rows.fresh_start[where] & np.isfinite(values)
    if matrix.doubts:
        good &= ~np.isin(where, list(quarantined(matrix, *_reach(market, matrix, span, rows))))
    worth = np.where(good, values, 0.0)
    return worth / worth.sum() * _weight(span.file, good) if good.any() else worth


def _weight(file: Holdings, rows: BoolArray) -> float:
    """Weight of some (n,) rows of a file in its total, a fraction; they are the same for weeks."""
    return math.fsum(file.value[rows].tolist()) / file.total


def _reach(market: Market, matrix: Matrix, span: Span, rows: Rows) -> tuple[IntArray, int]:
    """(N,) first close and the last row that a segment's weights and returns look at."""
    at_file = matrix.row(market.session(span.file.as_of))
    if at_file < 0:
        return rows.start, matrix.row(span.end)
    return np.minimum(rows.start, matrix.last(at_file)), max(at_file, matrix.row(span.end))


def quarantined(matrix: Matrix, first: IntArray, last: int) -> dict[int, str]:
    """Columns with a doubtful move after their row in ``first``, up to ``last``, and why."""
    reasons: dict[int, str] = {}
    for row, column, words in matrix.doubts:
        if first[column] < row <= last:
            reasons.setdefault(column, f"quarantined: {words}")
    return reasons
