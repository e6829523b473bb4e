"""One segment of a window measured: which closes stand for its ends, and what each line is worth.

A segment depends on one holdings file. Its values are carried to the segment's start by the
ratio of closes, its returns run between the last closes at or before its two ends.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record
from core.measures.basket import Segment
from core.measures.file_rows import ended, file_rows, part_measured, weight

if TYPE_CHECKING:
    from core.data.frames import BoolArray, Dates, FloatArray, Holdings, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.closes import Closes, ClosesOn
    from core.measures.membership import Span


def _why_not(
    market: Market,
    matrix: Matrix,
    symbol: str,
    column: int,
    ends: tuple[Closes, Closes],
    basis: str,
    end: date,
) -> str:
    """Why a line is not measured between two dates; "" where its closes allow it."""
    failure = market.prices.failures.get(symbol)
    start, last = ends
    # closes after the end are not known of yet
    if column < 0 or last.rows[column] < 0:
        adjusted = matrix.adjusted if column >= 0 else None
        if adjusted is not None and np.isfinite(adjusted[: last.row + 1, column]).any():
            return "no prices: closes begin later, and adjusted ones are not used beside closes"
        return f"not fetched: {failure}" if failure else "no prices"
    if basis == "pr" and matrix.only_adjusted[column]:
        return "only adjusted closes: no price return"
    row = int(last.rows[column])
    has_ended = ended(market, matrix, symbol, row, end)
    fresh, later = bool(start.fresh[column]), row > start.row
    if fresh and later and (last.fresh[column] or has_ended):
        return ""
    if fresh or row == start.rows[column]:
        when = matrix.sessions[row]
        if has_ended:
            return f"last traded {when}"
        through = market.through.get(symbol)
        if through is not None and market.position(through) >= market.position(end):
            return f"no close after {when}"
        return f"no closes since {when}" + (f": {failure}" if failure else "")
    return "no price at start"


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
class Part:
    """One segment measured; arrays are (M,) over all lines of the window.

    Attributes:
        segment: as an answer shows it.
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
    closes: ClosesOn,
    lines: WindowLines,
    span: Span,
    basis: str,
    doubtful: dict[int, str],
) -> Part:
    """Measure one segment; (n,) arrays are over the rows of its file."""
    market, matrix = closes.market, closes.matrix
    file, count = span.file, len(lines.symbols)
    place = lines.line[market.rows(file)]
    has_column, where = lines.has_column[place], lines.where[place]
    of_file = file_rows(closes, [span], basis, (has_column, where), [doubtful])
    start, end = closes(span.start), closes(span.end)
    values, growth = of_file.values[0], of_file.growth[0]
    joined, good, jumps = of_file.joined, of_file.counted[0], of_file.jumps[0]
    flags: dict[int, list[str]] = {}
    for row in np.nonzero(of_file.ended[0])[0].tolist():
        last = int(end.rows[where[row]])
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
            jumps.get(column)
            or doubtful.get(column)
            or _why_not(market, matrix, lines.symbols[line], column, (start, end), basis, span.end)
            or "no close at the date of the holdings file"
        )

    carried_values = np.bincount(place[good], values[good], count).astype(np.float64)
    share = carried_values / carried_values.sum() if good.any() else np.zeros(count)
    opened, closed = (np.full(count, np.datetime64("NaT", "D")) for _ in range(2))
    opened[place[good]] = matrix.sessions[start.rows[where[good]]]
    closed[place[good]] = matrix.sessions[end.rows[where[good]]]
    returns, member, measured = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    returns[place[good]] = growth[good] - 1
    member[place], measured[place[good]] = True, True
    scale = weight(file, good)
    segment = Segment(
        start=span.start,
        end=span.end,
        holdings_as_of=span.origin.as_of,
        estimated=span.carry.estimated or bool((of_file.carried[0] & good).any()),
        weight_measured=float(scale),
        coverage=float(part_measured(span, scale)),
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
