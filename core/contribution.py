"""Who did it: each line's contribution to its index, over segments of membership.

c_i = sum over segments k of G_k w_i r_i, with w_i = m_k share_i the line's weight at
the segment's start, r_i its return in the segment and G_k the basket's growth before
it. This is the money the line made over the starting value; it equals Frongello's
linking against a zero benchmark (A. Frongello, "Attribution Linking: Proofed and
Clarified", Journal of Performance Measurement 7(1), 2002).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.basket import Basket, Segment
from core.frames import STALE_SESSIONS, BoolArray, Dates, FloatArray, IntArray
from core.market import Market
from core.matrix import Matrix
from core.membership import Span

#: File price and close may differ by this much before the line is flagged.
PRICE_TOLERANCE = 0.02


@dataclass(frozen=True, eq=False, slots=True)
class _Rows:
    """Which closes stand for the two ends of a stretch; all (N,) over the matrix's columns."""

    start: IntArray
    end: IntArray
    fresh_start: BoolArray
    later: BoolArray
    fresh_end: BoolArray


def _rows(market: Market, matrix: Matrix, start: date, end: date) -> _Rows:
    """The closes at or before two dates, and whether they are recent enough."""
    first, last = matrix.row(start), matrix.row(end)
    nothing = np.full(len(matrix.symbols), -1, np.int32)
    at_start = (matrix.last[first] if first >= 0 else nothing).astype(np.intp)
    at_end = (matrix.last[last] if last >= 0 else nothing).astype(np.intp)

    def fresh(rows: IntArray, when: date) -> BoolArray:
        age = market.position(when) - matrix.position[np.maximum(rows, 0)]
        return (rows >= 0) & (age <= STALE_SESSIONS)

    return _Rows(
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
    held: BoolArray,
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
    row = matrix.row(session)
    at_file = matrix.last[row] if row >= 0 else np.full(len(matrix.symbols), -1, np.int32)
    age = market.position(session) - matrix.position[np.maximum(at_file, 0)]
    known = (at_file >= 0) & (age <= STALE_SESSIONS)
    start_price = matrix.price_at(at_start)[where]
    file_price = np.where(known, matrix.price_at(at_file.astype(np.intp)), np.nan)[where]

    later_splits = market.splits_since(matrix, session)[where]
    stands_in = matrix.only_adjusted[where] & held
    same_day = session == span.start
    if same_day:
        values = file.value.copy()
    else:
        values = file.value * start_price / file_price
        by_count = file.quantity * later_splits * start_price
        in_dollars = np.isfinite(file.price) & np.isfinite(file.quantity) & ~stands_in
        values = np.where(np.isfinite(values) | ~in_dollars, values, by_count)
    with np.errstate(invalid="ignore"):
        exact = held & known[where] & (age[where] == 0) & ~matrix.only_adjusted[where]
        off = exact & (np.abs(file.price / later_splits / file_price - 1) > PRICE_TOLERANCE)
    carried = np.zeros(len(held), bool) if same_day else stands_in
    return np.where(held, values, np.nan), carried, off


def _why_not(
    market: Market, matrix: Matrix, symbol: str, column: int, rows: _Rows, basis: str, end: date
) -> str:
    """Why a line is not measured between two dates; "" where its closes allow it."""
    failure = market.prices.failures.get(symbol)
    if column < 0 or (rows.end[column] < 0 and not np.isfinite(matrix.stand_in[:, column]).any()):
        return f"not fetched: {failure}" if failure else "no prices held"
    if basis == "pr" and matrix.only_adjusted[column]:
        return "only adjusted closes held: no price return"
    last = int(rows.end[column])
    ended = _ended(market, matrix, symbol, last, end)
    if rows.fresh_start[column] and rows.later[column] and (rows.fresh_end[column] or ended):
        return ""
    if rows.fresh_start[column] or (last >= 0 and last == rows.start[column]):
        when = matrix.sessions[last]
        if ended:
            return f"last traded {when}"
        through = market.prices.through.get(symbol)
        if through is not None and market.position(through) >= market.position(end):
            return f"no close after {when}"
        return f"no closes since {when}" + (f": {failure}" if failure else "")
    return "no price at start"


def _ended(market: Market, matrix: Matrix, symbol: str, row: int, end: date) -> bool:
    """Whether the vendor's answer goes well beyond a line's last close: it ended, nobody failed."""
    through = market.prices.through.get(symbol)
    if through is None or row < 0:
        return False
    last = int(matrix.position[row])
    return min(market.position(through), market.position(end)) - last > STALE_SESSIONS


def basket(market: Market, window_spans: tuple[Span, ...], basis: str) -> Basket | None:
    """Measure an index's lines over a window.

    Args:
        market: what is held.
        window_spans: from `membership.spans`, at least one.
        basis: "pr" or "tr".

    Returns:
        The basket, or None where no price at all is held for the years needed.
    """
    matrix = market.matrix(_years(market, window_spans))
    if matrix is None:
        return None
    lines = _lines(market, matrix, window_spans)
    start, end = window_spans[0].start, window_spans[-1].end
    whole = _rows(market, matrix, start, end)
    doubtful = _quarantined(matrix, whole.start, matrix.row(end))
    parts = [_part(market, matrix, lines, span, basis, doubtful) for span in window_spans]

    member, measured, share, returns, values, opened, closed = (
        np.array([getattr(part, name) for part in parts])
        for name in ("member", "measured", "share", "returns", "values", "opened", "closed")
    )
    growth = np.cumprod([1.0, *(1 + p.segment.basket_return for p in parts[:-1])])[:, None]
    earned = growth * share * returns
    scale = np.array([p.segment.weight_measured for p in parts])[:, None]

    ever: BoolArray = np.asarray(measured.any(axis=0))
    reasons, flags = _words(parts, measured)
    _market_flags(market, matrix, lines, (start, end), ever, flags)
    for line in np.nonzero(ever & ~whole.fresh_end[lines.where])[0].tolist():
        last = int(whole.end[lines.where[line]])
        if _ended(market, matrix, lines.symbols[line], last, end):
            flags.setdefault(line, []).append(f"last traded {matrix.sessions[last]}")
    both_ends = whole.fresh_start & whole.fresh_end & (whole.end > whole.start)
    both_ends[list(doubtful)] = False
    through = np.where(both_ends, matrix.growth(whole.start, whole.end, basis) - 1, np.nan)
    counted = np.where(member[0] & lines.held, through[lines.where], np.nan)
    described = market.described
    return Basket(
        segments=tuple(p.segment for p in parts),
        symbols=lines.symbols,
        listed=lines.listed,
        names=tuple(described.get(s, ("", ""))[0] for s in lines.symbols),
        sectors=tuple(described.get(s, ("", ""))[1] for s in lines.symbols),
        first=np.asarray(member[0]),
        member=member,
        measured=measured,
        share=share,
        returns=returns,
        values=values,
        opened=opened,
        closed=closed,
        window_returns=counted,
        contribution=(scale * earned).sum(axis=0),
        unscaled=earned.sum(axis=0),
        reasons=tuple("" if ever[i] else why for i, why in enumerate(reasons)),
        outside=tuple(
            "" if inside else "joined" if not there else _outside(why, flags.get(i, []))
            for i, (inside, there, why) in enumerate(
                zip(np.isfinite(counted).tolist(), member[0].tolist(), reasons, strict=True)
            )
        ),
        flags={line: tuple(dict.fromkeys(words)) for line, words in flags.items()},
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Lines:
    """Every line of a window once, in the order of the files; (M,) each.

    Attributes:
        symbols: the symbol it is followed by.
        listed: the symbol the first file that has it gives it.
        index: symbol -> line.
        held: bool, a column of the matrix is its.
        where: that column, 0 where it has none.
    """

    symbols: tuple[str, ...]
    listed: tuple[str, ...]
    index: dict[str, int]
    held: BoolArray
    where: IntArray


def _lines(market: Market, matrix: Matrix, window_spans: tuple[Span, ...]) -> _Lines:
    """The lines of all files of a window."""
    listed: dict[str, str] = {}
    for span in window_spans:
        for symbol, followed in zip(span.file.symbols, market.lines(span.file), strict=True):
            listed.setdefault(followed, symbol)
    columns = np.array([matrix.column.get(s, -1) for s in listed], np.intp)
    return _Lines(
        tuple(listed),
        tuple(listed.values()),
        {symbol: line for line, symbol in enumerate(listed)},
        columns >= 0,
        np.maximum(columns, 0),
    )


def _years(market: Market, window_spans: tuple[Span, ...]) -> set[int]:
    """The calendar years whose closes a window needs: its own, its files', and just before."""
    start, end = window_spans[0].start, window_spans[-1].end
    dates = [start, end, *(market.session(span.file.as_of) for span in window_spans)]
    if not _any_line_near(market, window_spans[0], start):
        return {d.year for d in dates}
    years = set(range(start.year, end.year + 1)) | {d.year for d in dates}
    return years | {d.year - 1 for d in dates if (d.month, d.day) < (1, 20)}


@dataclass(frozen=True, eq=False, slots=True)
class _Part:
    """One segment measured; arrays are (M,) over all lines of the window.

    Attributes:
        segment: as it is told.
        member: the line stands in the segment's file.
        measured: its closes and value are known.
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
    share: FloatArray
    returns: FloatArray
    values: FloatArray
    opened: Dates
    closed: Dates
    reasons: dict[int, str]
    flags: dict[int, list[str]]


def _part(
    market: Market, matrix: Matrix, lines: _Lines, span: Span, basis: str, doubtful: dict[int, str]
) -> _Part:
    """Measure one segment; (n,) arrays are over the rows of its file."""
    file, count = span.file, len(lines.symbols)
    place = np.array([lines.index[s] for s in market.lines(file)], np.intp)
    held, where = lines.held[place], lines.where[place]
    rows = _rows(market, matrix, span.start, span.end)
    values, carried, off = _start_values(market, matrix, span, held, where, rows.start)
    growth = matrix.growth(rows.start, rows.end, basis)[where]
    # a jump between the file and the segment would be carried into the weight
    doubtful = doubtful | _quarantined(matrix, *_reach(market, matrix, span, rows))
    good = held & rows.fresh_start[where] & rows.later[where]
    good &= np.isfinite(growth) & np.isfinite(values) & ~np.isin(where, list(doubtful))
    flags: dict[int, list[str]] = {}
    for row in np.nonzero(good & ~rows.fresh_end[where])[0]:
        line, last = int(place[row]), int(rows.end[where[row]])
        if _ended(market, matrix, lines.symbols[line], last, span.end):
            flags.setdefault(line, []).append(f"last traded {matrix.sessions[last]}")
        else:
            good[row] = False
    for row in np.nonzero(good & off)[0]:
        flags.setdefault(int(place[row]), []).append("disagrees with the file")
    reasons: dict[int, str] = {}
    for row in np.nonzero(~good)[0]:
        line, column = int(place[row]), int(where[row]) if held[row] else -1
        reasons[line] = (
            doubtful.get(column)
            or _why_not(market, matrix, lines.symbols[line], column, rows, basis, span.end)
            or "no close at the date of the holdings file"
        )

    carried_values = np.bincount(place[good], values[good], count).astype(np.float64)
    share = carried_values / carried_values.sum() if good.any() else np.zeros(count)
    opened, closed = (np.full(count, np.datetime64("NaT"), "datetime64[D]") for _ in range(2))
    opened[place[good]] = matrix.sessions[rows.start[where[good]]]
    closed[place[good]] = matrix.sessions[rows.end[where[good]]]
    returns, member, measured = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    returns[place[good]] = growth[good] - 1
    member[place], measured[place[good]] = True, True
    segment = Segment(
        start=span.start,
        end=span.end,
        holdings_as_of=file.as_of,
        estimated=market.session(file.as_of) > span.start or bool((carried & good).any()),
        weight_measured=math.fsum(file.value[good]) / file.total,
        basket_return=math.fsum(share * returns),
        lines=len(file.symbols),
        measured=int(measured.sum()),
        older_than=span.older_than,
    )
    return _Part(
        segment, member, measured, share, returns, carried_values, opened, closed, reasons, flags
    )


def _words(parts: list[_Part], measured: BoolArray) -> tuple[list[str], dict[int, list[str]]]:
    """Each line's first reason for not being measured, and what else is to be said of it."""
    reasons, flags = [""] * measured.shape[1], dict[int, list[str]]()
    for k, part in enumerate(parts):
        for line, words in part.flags.items():
            flags.setdefault(line, []).extend(words)
        for line, why in part.reasons.items():
            reasons[line] = reasons[line] or why
            known = any(words.startswith("last traded") for words in flags.get(line, []))
            if measured[:k, line].any() and not known:
                ended = why.startswith("last traded")
                said = why if ended else f"not measured from {part.segment.start}: {why}"
                flags.setdefault(line, []).append(said)
    return reasons, flags


def _market_flags(
    market: Market,
    matrix: Matrix,
    lines: _Lines,
    ends: tuple[date, date],
    ever: BoolArray,
    flags: dict[int, list[str]],
) -> None:
    """Add what prices and data files say of measured lines: stale closes, spin-offs."""
    quiet = matrix.still(matrix.row(ends[1]), STALE_SESSIONS)
    for line in np.nonzero(lines.held & ever & quiet[lines.where])[0].tolist():
        flags.setdefault(line, []).append("stale")
    for symbol, when in market.reference.spinoffs:
        line = lines.index.get(symbol, -1)
        if line >= 0 and ever[line] and ends[0] < when <= ends[1]:
            flags.setdefault(line, []).append(f"spin-off {when}")


def _any_line_near(market: Market, span: Span, start: date) -> bool:
    """Whether a line of the first file has a close held in the window's first year or the next."""
    held: set[str] = set()
    for year in (start.year, start.year + 1):
        block = market.years.get(year)
        held |= set(block.symbols) if block else set()
    return any(symbol in held for symbol in market.lines(span.file))


def _reach(market: Market, matrix: Matrix, span: Span, rows: _Rows) -> tuple[IntArray, int]:
    """(N,) first close and the last row that a segment's weights and returns look at."""
    at_file = matrix.row(market.session(span.file.as_of))
    if at_file < 0:
        return rows.start, matrix.row(span.end)
    return np.minimum(rows.start, matrix.last[at_file]), max(at_file, matrix.row(span.end))


def _quarantined(matrix: Matrix, first: IntArray, last: int) -> dict[int, str]:
    """Columns with a doubtful move after their row in ``first``, up to ``last``, and why."""
    found: dict[int, str] = {}
    for row, column, words in matrix.doubts:
        if first[column] < row <= last:
            found.setdefault(column, f"quarantined: {words}")
    return found


def _outside(reason: str, words: list[str]) -> str:
    """Why a line of the first file is outside breadth's count, short enough to be counted."""
    ended = next((w for w in words if w.startswith("last traded")), "")
    text = ended or reason or "no close at both ends"
    if text.startswith("last traded"):
        return "ended"
    return text.split(":")[0].split(" since ")[0]
