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
from core.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray, pydate
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
    market: Market, matrix: Matrix, span: Span, columns: IntArray, at_start: IntArray
) -> tuple[FloatArray, BoolArray, IntArray]:
    """Carry a file's values to a segment's start by the ratio of closes.

    v = value x P(start)/P(file date) on split-adjusted closes; where no close is held at
    the file's date, quantity x splits since x P(start).

    Returns:
        (n,) values, NaN where unknown; (n,) bool, an adjusted close stood in for the
        price; (n,) bool as int, the file's price disagrees with the close of its day.
    """
    file = span.file
    session = market.session(file.as_of)
    held = columns >= 0
    where = np.maximum(columns, 0)
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
    carried = np.zeros(len(columns), bool) if same_day else stands_in
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
    if rows.fresh_start[column] and rows.later[column]:
        if rows.fresh_end[column] or _ended(market, matrix, symbol, int(rows.end[column]), end):
            return ""
        return f"no closes since {matrix.sessions[rows.end[column]]}" + (
            f": {failure}" if failure else ""
        )
    last = rows.end[column]
    if rows.fresh_start[column] or (rows.start[column] >= 0 and last == rows.start[column]):
        return f"last traded {matrix.sessions[last]}"
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
    start, end = window_spans[0].start, window_spans[-1].end
    dates = [start, end, *(market.session(span.file.as_of) for span in window_spans)]
    near = set(range(start.year, end.year + 1)) | {d.year for d in dates}
    near |= {d.year - 1 for d in dates if (d.month, d.day) < (1, 20)}
    if not _any_line_near(market, window_spans[0], start):
        near = {d.year for d in dates}
    matrix = market.matrix(near)
    if matrix is None:
        return None

    index: dict[str, int] = {}
    listed: list[str] = []
    for span in window_spans:
        for symbol, followed in zip(span.file.symbols, market.lines(span.file), strict=True):
            if index.setdefault(followed, len(index)) == len(listed):
                listed.append(symbol)
    symbols = tuple(index)
    columns = np.array([matrix.column.get(s, -1) for s in symbols], np.intp)
    size, count = len(window_spans), len(symbols)
    member, measured = np.zeros((size, count), bool), np.zeros((size, count), bool)
    share, returns = np.zeros((size, count)), np.zeros((size, count))
    reasons, flags = [""] * count, dict[int, list[str]]()

    whole = _rows(market, matrix, start, end)
    quarantined = _quarantined(matrix, whole, matrix.row(end))
    segments: list[Segment] = []
    for k, span in enumerate(window_spans):
        file = span.file
        lines = np.array([index[s] for s in market.lines(file)], np.intp)
        member[k, lines] = True
        cols = columns[lines]
        where = np.maximum(cols, 0)
        rows = _rows(market, matrix, span.start, span.end)
        values, carried, off = _start_values(market, matrix, span, cols, rows.start)
        growth = matrix.growth(rows.start, rows.end, basis)[where]
        good = (cols >= 0) & rows.fresh_start[where] & rows.later[where] & np.isfinite(growth)
        good &= np.isfinite(values)
        for place in np.nonzero(good & ~rows.fresh_end[where])[0]:
            symbol, row = symbols[lines[place]], int(rows.end[cols[place]])
            if _ended(market, matrix, symbol, row, span.end):
                flags.setdefault(int(lines[place]), []).append(
                    f"last traded {matrix.sessions[row]}"
                )
            else:
                good[place] = False
        for place in np.nonzero(good)[0] if quarantined else ():
            good[place] = int(cols[place]) not in quarantined
        for place in np.nonzero(~good)[0]:
            line, column = int(lines[place]), int(cols[place])
            why = quarantined.get(column, "") if column >= 0 else ""
            why = why or _why_not(market, matrix, symbols[line], column, rows, basis, span.end)
            why = why or "no close at the date of the holdings file"
            reasons[line] = reasons[line] or why
            if measured[:k, line].any() and not any(
                f.startswith("last tr") for f in flags.get(line, ())
            ):
                flags.setdefault(line, []).append(f"not measured from {span.start}: {why}")
        for place in np.nonzero(good & off)[0]:
            flags.setdefault(int(lines[place]), []).append("disagrees with the file")

        carried_values = np.bincount(lines[good], values[good], count)
        whole_value = carried_values.sum()
        if whole_value > 0:
            share[k] = carried_values / whole_value
        returns[k, lines[good]] = growth[good] - 1
        measured[k, lines[good]] = True
        segments.append(
            Segment(
                start=span.start,
                end=span.end,
                holdings_as_of=file.as_of,
                estimated=market.session(file.as_of) > span.start or bool((carried & good).any()),
                weight_measured=math.fsum(file.value[good]) / file.total,
                basket_return=math.fsum(share[k] * returns[k]),
                lines=len(file.symbols),
                measured=int(measured[k].sum()),
                older_than=span.older_than,
            )
        )

    before = np.concatenate([[1.0], np.cumprod([1 + s.basket_return for s in segments])[:-1]])
    parts = before[:, None] * share * returns
    scale = np.array([s.weight_measured for s in segments])[:, None]
    ever: BoolArray = np.asarray(measured.any(axis=0))
    first = np.asarray(member[0])
    through_window = matrix.growth(whole.start, whole.end, basis) - 1
    both_ends = whole.fresh_start & whole.fresh_end & (whole.end > whole.start)
    both_ends[list(quarantined)] = False
    window_returns = np.where(both_ends, through_window, np.nan)[np.maximum(columns, 0)]
    window_returns = np.where((columns >= 0) & first, window_returns, np.nan)
    outside = tuple(
        ""
        if np.isfinite(window_returns[i])
        else "joined"
        if not first[i]
        else _outside(reasons[i], flags.get(i, []))
        for i in range(count)
    )
    described = market.described
    quiet = matrix.still(matrix.row(end), STALE_SESSIONS)
    for place in np.nonzero((columns >= 0) & ever & quiet[np.maximum(columns, 0)])[0]:
        flags.setdefault(int(place), []).append("stale")
    for symbol, when in market.reference.spinoffs:
        if start < when <= end and symbol in index and ever[index[symbol]]:
            flags.setdefault(index[symbol], []).append(f"spin-off {when}")
    return Basket(
        segments=tuple(segments),
        symbols=symbols,
        listed=tuple(listed),
        names=tuple(described.get(s, ("", ""))[0] for s in symbols),
        sectors=tuple(described.get(s, ("", ""))[1] for s in symbols),
        first=first,
        member=member,
        measured=measured,
        share=share,
        returns=returns,
        window_returns=window_returns,
        contribution=(scale * parts).sum(axis=0),
        unscaled=parts.sum(axis=0),
        reasons=tuple("" if ever[i] else reasons[i] for i in range(count)),
        outside=outside,
        flags={line: tuple(dict.fromkeys(words)) for line, words in flags.items()},
    )


def _any_line_near(market: Market, span: Span, start: date) -> bool:
    """Whether a line of the first file has a close held in the window's first year or the next."""
    held: set[str] = set()
    for year in (start.year, start.year + 1):
        block = market.years.get(year)
        held |= set(block.symbols) if block else set()
    return any(symbol in held for symbol in market.lines(span.file))


def _quarantined(matrix: Matrix, rows: _Rows, last: int) -> dict[int, str]:
    """Columns with a one-day move beyond tenfold inside the window, with the reason."""
    where, columns, factors = matrix.jumps
    found: dict[int, str] = {}
    for row, column, factor in zip(where.tolist(), columns.tolist(), factors.tolist(), strict=True):
        if rows.start[column] < row <= last:
            when = pydate(matrix.sessions[row])
            found.setdefault(
                column, f"quarantined: moved by a factor {factor:.3g} on {when}, no split on record"
            )
    return found


def _outside(reason: str, words: list[str]) -> str:
    """Why a line of the first file is outside breadth's count, short enough to be counted."""
    ended = next((w for w in words if w.startswith("last traded")), "")
    text = ended or reason or "no close at both ends"
    if text.startswith("last traded"):
        return "ended"
    return text.split(":")[0].split(" since ")[0]


def no_dividends(market: Market) -> bool:
    """Whether no dividend and no adjusted close of any line is held: TR then equals PR."""
    return all(not len(b.dividend) and b.adj_close is None for b in market.prices.blocks)
