"""One index over a window: its basket, and every figure about it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.answer.ground_of_lines import end_early, file_price_weight, price_return_weight
from core.answer.views import IndexView, Lines, Without
from core.data.frames import BoolArray, Holdings, IntArray, day
from core.data.question import names_left_out
from core.measures.breadth import breadth_of
from core.measures.concentration import order
from core.measures.contribution import basket
from core.measures.membership import list_at_end

if TYPE_CHECKING:
    from core.data.closures import StrayDay
    from core.data.market import Market
    from core.data.question import BreadthList, Question
    from core.data.series import Series
    from core.data.windows import Window
    from core.measures.basket import Basket
    from core.measures.membership import Span


def own_return(series: Series | None, window: Window, basis: str) -> float | None:
    """A symbol's return over the window; None without a close at one of its ends."""
    level = series.level(basis) if series is not None else None
    if series is None or level is None:
        return None
    start, end = day(window.start), day(window.end)
    first, last = (int(series.sessions.searchsorted(when)) for when in (start, end))
    if last >= len(level) or series.sessions[first] != start or series.sessions[last] != end:
        return None
    if any(start < when <= end for when, _ in series.doubts):
        return None
    return float(level[last] / level[first] - 1)


def _lines(basket: Basket, ranked: IntArray, files: Sequence[Holdings]) -> Lines:
    """The measured lines of a basket in order."""
    entered = basket.member.argmax(axis=0)[ranked]
    segments_out = basket.member[::-1].argmax(axis=0)[ranked]
    size = len(basket.segments)
    numbers, register = basket.numbers[ranked], basket.register
    rank = np.full(len(basket.symbols), -1)
    rank[ranked] = np.arange(len(ranked))
    flagged = sorted((r, line) for line in basket.flags if (r := int(rank[line])) >= 0)
    symbols = register.texts(register.symbols, numbers)
    left_at = {
        int(r): basket.segments[size - 1 - segments_out[r]].end for r in np.nonzero(segments_out)[0]
    }
    flags = {r: basket.flags[line] for r, line in flagged}
    for file in (file for file in files if file.not_read):
        # That its row could not be read is no sign that a line left.
        for r in [r for r in left_at if symbols[r] in file.not_read]:
            del left_at[r]
            flags[r] = (*flags.get(r, ()), f"not read in the file of {file.as_of}")
    return Lines(
        symbols=symbols,
        names=register.texts(basket.labels.names, numbers),
        sectors=register.texts(basket.labels.sectors, numbers),
        industries=register.texts(basket.labels.industries, numbers),
        weight=basket.weights[ranked],
        returns=basket.member_returns[ranked],
        contribution=basket.contribution[ranked],
        joined={int(r): basket.segments[entered[r]].start for r in np.nonzero(entered)[0]},
        left=left_at,
        flags=flags,
    )


def _without(basket: Basket, marked: BoolArray, fund_return: float | None) -> Without:
    """The index without the marked ones of a basket's (M,) lines."""
    total = math.fsum(basket.contribution[marked])
    register = basket.register
    return Without(
        register.texts(register.symbols, basket.numbers[marked]),
        total,
        *basket.without(marked),
        None if fund_return is None else fund_return - total,
    )


def no_list(fund: str) -> str:
    """The sentence that says a fund has no list of members for a window."""
    return f"no holdings file of {fund}: import one or fetch"


def index_of(
    market: Market,
    question: Question,
    fund: str,
    window: Window,
    parts: tuple[Span, ...],
    at_end: Span | None = None,
) -> tuple[IndexView, Basket] | str:
    """One index, or the sentence that says what is missing.

    Args:
        market: the available data.
        question: what is asked.
        fund: the fund it is followed through.
        window: what the question's window came to.
        parts: of the window, from `membership.spans`.
        at_end: the window on the list at its end, where breadth is to count that one.
    """
    if not parts:
        return no_list(fund)
    measured = basket(market, parts, question.basis)
    if measured is None or not measured.measured.any():
        # announced changes may have left no line of a list at all
        reasons = Counter(measured.reasons if measured else ()).most_common(1)
        why = reasons[0][0] if reasons else "no prices"
        return f"none of the {len(parts[0].file.symbols):,} lines of {fund} is measured: {why}"
    ever: BoolArray = np.asarray(measured.measured.any(axis=0))
    rows, numbers = np.nonzero(ever)[0], measured.numbers
    ranked = order(measured.contribution[rows], measured.weights[rows], numbers[rows])
    files = tuple(dict.fromkeys(part.file for part in parts))
    fund_return = own_return(market.series(fund), window, question.basis)
    marked: BoolArray = np.zeros(len(ever), bool)
    if question.without:
        left_out = [*map(market.line, names_left_out(question, fund))]
        marked = ever & np.isin(measured.symbols, left_out)
    counted = basket(market, (at_end,), question.basis) if at_end is not None else None
    which: BreadthList = "start" if counted is None else "end"
    counted = counted or measured
    view = IndexView(
        market=market,
        basket=measured,
        rows=rows,
        ranked=ranked,
        files=files,
        fund_return=fund_return,
        at_end=at_end or list_at_end(market, fund, window.start, window.end, parts[0].as_of),
        end=window.end,
        fund=fund,
        basket_return=measured.basket_return,
        lines=int(measured.first.sum()),
        measured=int(measured.first[rows].sum()),
        later=int((~measured.first).sum()),
        later_measured=int((~measured.first[rows]).sum()),
        coverage=measured.coverage,
        estimated=measured.estimated,
        segments=measured.segments,
        contributors=_lines(measured, rows[ranked], files),
        breadth=breadth_of(counted, question.above, question.below, which, measured.basket_return),
        without=_without(measured, marked, fund_return) if marked.any() else None,
        end_early=end_early(measured, window),
        price_return_weight=price_return_weight(market, fund, measured, window)
        if question.basis == "tr"
        else 0.0,
        file_price_weight=file_price_weight(market, measured, parts),
        stray_day=_stray_day(market, window, parts),
    )
    return view, measured


def _stray_day(market: Market, window: Window, parts: tuple[Span, ...]) -> StrayDay | None:
    """The first of the days on which the window's parts end that has closes of only a few lines."""
    edges = {window.start, window.end, *(part.start for part in parts)}
    return next(filter(None, map(market.stray_day, sorted(edges))), None)
