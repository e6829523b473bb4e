"""Each line's contribution to its index, over segments of membership.

c_i = sum over segments k of G_k w_i r_i, with w_i = m_k share_i the line's weight at
the segment's start, r_i its return in the segment and G_k the basket's growth before
it. This is the money the line made over the starting value; it equals Frongello's
linking against a zero benchmark (A. Frongello, "Attribution Linking: Proofed and
Clarified", Journal of Performance Measurement 7(1), 2002).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import STALE_SESSIONS, BoolArray, FloatArray, IntArray
from core.data.labels import labels_of
from core.measures.basket import Basket
from core.measures.closes import ClosesOn
from core.measures.file_rows import ended, file_rows, quarantined
from core.measures.segment import Part, WindowLines, lines_of, measure

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.membership import Span


def counted_lines(
    market: Market, window_spans: tuple[Span, ...], basis: str, matrix: Matrix
) -> list[IntArray]:
    """Of each part, the numbers of the lines that daily breadth counts; see `Basket.counted`.

    Args:
        market: the available data.
        window_spans: from `membership.spans`, at least one.
        basis: "pr" or "tr".
        matrix: the bars of at least `years_of` the parts.
    """
    lines = lines_of(market, matrix, window_spans)
    start, end = window_spans[0].start, window_spans[-1].end
    closes = ClosesOn(market, matrix)
    doubtful = quarantined(matrix, closes(start).rows, matrix.row(end))
    numbers = []
    for span in window_spans:
        place = lines.line[market.rows(span.file)]
        columns = lines.has_column[place], lines.where[place]
        of_file = file_rows(closes, [span], basis, columns, [doubtful])
        counted = np.zeros(len(lines.numbers), bool)
        counted[place[of_file.counted[0]]] = True
        numbers.append(lines.numbers[counted])
    return numbers


def basket(market: Market, window_spans: tuple[Span, ...], basis: str) -> Basket | None:
    """Measure an index's lines over the parts of a window; None without any price of its years."""
    matrix = market.matrix(years_of(market, window_spans))
    if matrix is None:
        return None
    lines = lines_of(market, matrix, window_spans)
    start, end = window_spans[0].start, window_spans[-1].end
    closes = ClosesOn(market, matrix)
    first, last = closes(start), closes(end)
    doubtful = quarantined(matrix, first.rows, last.row)
    parts = [measure(closes, lines, span, basis, doubtful) for span in window_spans]

    names = ("member", "measured", "share", "returns", "values", "opened", "closed")
    member, measured, share, returns, values, opened, closed = (
        np.array([getattr(part, name) for part in parts]) for name in names
    )
    growth = np.cumprod([1.0, *(1 + p.segment.basket_return for p in parts[:-1])])[:, None]
    earned = growth * share * returns
    scale = np.array([p.segment.weight_measured for p in parts])[:, None]

    ever: BoolArray = np.asarray(measured.any(axis=0))
    reasons, flags = _words(parts, measured)
    _market_flags(market, matrix, lines, (start, end), ever, flags)
    if basis == "tr":
        _dividend_flags(matrix, lines, first.rows, last.row, flags)
    for line in np.nonzero(ever & ~last.fresh[lines.where])[0].tolist():
        row = int(last.rows[lines.where[line]])
        if ended(market, matrix, lines.symbols[line], row, end):
            flags.setdefault(line, []).append(f"last traded {matrix.sessions[row]}")
    through = window_returns(closes, [(start, end)], basis, [doubtful])[0]
    counted = np.where(member[0] & lines.has_column, through[lines.where], np.nan)
    register = market.register
    outside = [""] * len(lines.symbols)
    for line in np.nonzero(~np.isfinite(counted))[0].tolist():
        is_member = bool(member[0, line])
        outside[line] = _outside(reasons[line], flags.get(line, [])) if is_member else "joined"
    for line in set().union(*(part.reasons for part in parts)):
        if ever[line]:
            reasons[line] = ""
    return Basket(
        segments=tuple(p.segment for p in parts),
        numbers=lines.numbers,
        register=register,
        symbols=lines.symbols,
        listed=lines.listed,
        labels=labels_of(
            market,
            window_spans[0].fund,
            window_spans[0].as_of,
            tuple(span.origin for span in window_spans),
        ),
        first=np.asarray(member[0]),
        member=member,
        measured=measured,
        counted=np.array([part.counted for part in parts]),
        share=share,
        returns=returns,
        values=values,
        opened=opened,
        closed=closed,
        window_returns=counted,
        contribution=(scale * earned).sum(axis=0),
        unscaled=earned.sum(axis=0),
        reasons=tuple(reasons),
        outside=tuple(outside),
        flags={line: tuple(dict.fromkeys(words)) for line, words in flags.items()},
    )


def window_returns(
    closes: ClosesOn,
    windows: Sequence[tuple[date, date]],
    basis: str,
    doubtful: Sequence[Collection[int]],
) -> FloatArray:
    """(W, N) returns between the closes at windows' ends; NaN without both, or where in doubt.

    Args:
        closes: of the years needed.
        windows: (W,) first and last session.
        basis: "pr" or "tr".
        doubtful: (W,) columns that are not to be measured.
    """
    first, last = (closes.ends(dates) for dates in zip(*windows, strict=True))
    both = first.fresh & last.fresh & (last.rows > first.rows)
    for row, columns in zip(both, doubtful, strict=True):
        row[list(columns)] = False
    return np.where(both, closes.growth(windows, basis) - 1, np.nan)


def years_of(market: Market, window_spans: tuple[Span, ...]) -> set[int]:
    """The calendar years whose closes a window needs.

    Its own, its files', those between, where a price may have jumped, and the one just before.
    """
    start, end = window_spans[0].start, window_spans[-1].end
    dates = [start, end, *(market.session(span.file.as_of) for span in window_spans)]
    if not any_line_near(market, window_spans):
        return {d.year for d in dates}
    years = set(range(min(dates).year, max(dates).year + 1))
    return years | {d.year - 1 for d in dates if (d.month, d.day) < (1, 20)}


def _words(parts: list[Part], measured: BoolArray) -> tuple[list[str], dict[int, list[str]]]:
    """Each line's first reason for not being measured, and its flags."""
    reasons, flags = [""] * measured.shape[1], dict[int, list[str]]()
    earlier = np.zeros(measured.shape[1], bool)
    for part in parts:
        start = part.segment.start
        for line in np.nonzero(part.measured & ~earlier)[0].tolist():
            if reasons[line]:
                flags.setdefault(line, []).append(f"not measured before {start}: {reasons[line]}")
        before, earlier = earlier.tolist(), earlier | part.measured
        for line, words in part.flags.items():
            flags.setdefault(line, []).extend(words)
        for line, why in part.reasons.items():
            reasons[line] = reasons[line] or why
            if not before[line]:
                continue
            if not any(words.startswith("last traded") for words in flags.get(line, [])):
                sentence = (
                    why if why.startswith("last traded") else f"not measured from {start}: {why}"
                )
                flags.setdefault(line, []).append(sentence)
    return reasons, flags


def _market_flags(
    market: Market,
    matrix: Matrix,
    lines: WindowLines,
    ends: tuple[date, date],
    ever: BoolArray,
    flags: dict[int, list[str]],
) -> None:
    """Add what prices and data files say of measured lines: stale closes, spin-offs."""
    quiet = matrix.still(matrix.row(ends[1]), STALE_SESSIONS)
    for line in np.nonzero(lines.has_column & ever & quiet[lines.where])[0].tolist():
        flags.setdefault(line, []).append("stale")
    days_of: dict[tuple[date, ...], str] = {}
    for symbol, inside in market.line_tickers.file_sessions(*ends).items():
        line = int(lines.line[market.register.number[symbol]])
        if line >= 0 and ever[line]:
            if (key := tuple(inside)) not in days_of:
                days = ", ".join(map(str, inside))
                days_of[key] = f"the file's price is its close of {days}"
            flags.setdefault(line, []).append(days_of[key])
    for split in market.line_tickers.file_closes.splits:
        if ends[0] < split.after and split.before < ends[1]:
            line = int(lines.line[market.register.number[split.symbol]])
            if line >= 0 and ever[line]:
                words = f"split {split.factor:g}:1 between {split.before} and {split.after}"
                flags.setdefault(line, []).append(f"{words}, told by its files")
    for symbol, when in market.reference.spinoffs:
        if ends[0] < when <= ends[1] and symbol in lines.symbols:
            line = lines.symbols.index(symbol)
            if ever[line]:
                flags.setdefault(line, []).append(f"spin-off {when}")


def _dividend_flags(
    matrix: Matrix, lines: WindowLines, first: IntArray, last: int, flags: dict[int, list[str]]
) -> None:
    """Name the dividends that were not counted because the price did not fall for them."""
    inside = [one for one in matrix.doubtful_dividends if first[one[1]] < one[0] <= last]
    if not inside:
        return
    line_at = {
        int(column): line for line, column in enumerate(lines.where) if lines.has_column[line]
    }
    for row, column, cash in inside:
        if column in line_at:
            words = f"dividend of {cash:g} on {matrix.sessions[row]} is doubtful, not counted"
            flags.setdefault(line_at[column], []).append(words)


def any_line_near(market: Market, window_spans: tuple[Span, ...]) -> bool:
    """Whether a line of the first file has a close in the window's first year or the next."""
    file, year = window_spans[0].file, window_spans[0].start.year

    def look() -> bool:
        near = [market.years[one] for one in (year, year + 1) if one in market.years]
        return any(not block.column.keys().isdisjoint(market.lines(file)) for block in near)

    return market.cached((file, "near", year), look)


def _outside(reason: str, words: list[str]) -> str:
    """Why a line of the first file is outside breadth's count, short enough to be counted."""
    last_trade = next((w for w in words if w.startswith("last traded")), "")
    text = last_trade or reason or "no close at both ends"
    if text.startswith("last traded"):
        return "ended"
    return text.split(":")[0].split(" since ")[0]
