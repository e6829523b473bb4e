"""Limits of the lines' data that the fund's do not have: closes that end early, no dividends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.origins import origins_of
from core.answer.views import EndEarly, covers
from core.data.frames import day, distinct, pydate

if TYPE_CHECKING:
    from core.data.frames import Block, Dates, IntArray
    from core.data.market import Market
    from core.data.series import Series
    from core.data.windows import Window
    from core.measures.basket import Basket
    from core.measures.membership import Span

#: Returns that differ by less are one.
_SAME: Final = 1e-9
#: Lines whose last closes fall on one session before it is the data that ends, not the lines.
_TOGETHER: Final = 2


def end_early(basket: Basket, window: Window) -> EndEarly | None:
    """Lines whose closes end before the window does, where there are too many of them.

    A line that is no longer traded ends by itself, and stands still from there; where several
    end on one session it is the available data that ends.
    """
    last, share = basket.segments[-1], basket.share[-1]
    closed = basket.closed[-1]
    early = basket.measured[-1] & (closed < day(window.end))
    if not early.any():
        return None
    for session in distinct(closed[early]):
        ending = np.nonzero(early & (closed == session))[0].tolist()
        delisted = [
            n for n in ending if any(w.startswith("last traded") for w in basket.flags.get(n, ()))
        ]
        if len(delisted) < _TOGETHER:
            early[delisted] = False
    weight = float(last.part * share[early].sum())
    if covers(1 - weight):
        return None
    sessions, place = np.unique(closed[early], return_inverse=True)
    heaviest = sessions[np.bincount(place, share[early]).argmax()]
    return EndEarly(pydate(heaviest), int(early.sum()), weight)


def file_price_weight(market: Market, basket: Basket, parts: Sequence[Span]) -> float:
    """Weight measured on a file's price, of the segment with the most; see `IndexView`.

    A line's weight and return depend on its closes of three sessions: the file's, and the
    segment's two ends.

    Args:
        market: the available data.
        basket: the index's lines.
        parts: of the window, one a segment.
    """
    on_files = market.line_tickers.on_files
    weights = []
    for k, part in enumerate(parts):
        measured = basket.measured[k]
        stands = np.zeros(len(measured), bool)
        of_list = market.session(part.file.as_of)
        ends = distinct(np.append(basket.opened[k, measured], basket.closed[k, measured]))
        for when in {of_list, *ends.tolist()}:
            if not (tickers := on_files(when)):
                continue
            of_file = np.fromiter((s in tickers for s in basket.symbols), bool, len(stands))
            at_end = (basket.opened[k] == day(when)) | (basket.closed[k] == day(when))
            stands |= of_file & (at_end | (when == of_list))
        share = basket.share[k, measured & stands].sum()
        weights.append(basket.segments[k].part * share)
    return float(max(weights))


def price_return_weight(market: Market, fund: str, basket: Basket, window: Window) -> float:
    """Weight of the lines that have price returns alone beside a fund's total return.

    A source that has no dividend of any line of the index up to the window's end tells none:
    its lines' total returns are price returns, whatever they paid.

    Args:
        market: the available data.
        fund: the fund's symbol.
        basket: its lines, measured on total return.
        window: what the question's window came to; nothing later is looked at.
    """
    series = market.series(fund)
    if series is None or not _pays(series, window):
        return 0.0
    rows = np.nonzero(basket.measured[0])[0]
    numbers, end = basket.numbers[rows], day(window.end)
    origin = origins_of(market, window).name[numbers]
    # NaT is never on or before a day
    paying = set(origin[_first_dividends(market)[numbers] <= end].tolist())
    without_dividends = np.zeros(len(rows), bool)
    for source in set(origin.tolist()) - paying:
        of_source = origin == source
        if not _any_adjusted(market, numbers[of_source], window):
            without_dividends |= of_source
    weight = basket.share[0][rows[without_dividends]].sum()
    return float(basket.segments[0].part * weight)


def _pays(series: Series, window: Window) -> bool:
    """Whether a fund's total return is another than its price return over a window."""
    if series.price is None:
        return True
    ends = [day(window.start), day(window.end)]
    at = np.searchsorted(series.sessions, ends, side="right") - 1
    if at[0] < 0:
        return False
    total, price = (float(level[at[1]] / level[at[0]]) for level in (series.total, series.price))
    return abs(total - price) > _SAME


def _first_dividends(market: Market) -> Dates:
    """(L,) session of each line's first dividend on record, NaT without any; cached."""

    def find() -> Dates:
        # in days: NumPy's minimum of dates by place is deprecated within itself (2.5)
        never = np.iinfo(np.int64).max
        first = np.full(len(market.register), never)
        for block in market.bars:
            line = _lines_of(market, block)
            listed = line >= 0
            sessions = block.sessions[block.dividend.row[listed]]
            np.minimum.at(first, line[listed], sessions.astype(np.int64))
        dates: Dates = np.where(first == never, np.iinfo(np.int64).min, first).view("datetime64[D]")
        return dates

    return market.cached((market.register, "first dividends"), find)


def _any_adjusted(market: Market, numbers: IntArray, window: Window) -> bool:
    """Whether one of some lines has adjusted closes up to a window's end, in its years."""
    matrix = market.matrix(range(window.start.year, window.end.year + 1))
    if matrix is None or matrix.adjusted is None:
        return False
    columns, last = market.columns(matrix)[numbers], matrix.row(window.end)
    columns = columns[columns >= 0]
    # where there are any, there are some on the last session
    spans = slice(max(last, 0), last + 1), slice(last + 1)
    return any(np.isfinite(matrix.adjusted[rows][:, columns]).any() for rows in spans)


def _lines_of(market: Market, block: Block) -> IntArray:
    """(K,) number in the register of the symbol of each dividend, -1 where no file lists it."""
    number, paying = market.register.number, distinct(block.dividend.col)
    lines = [number.get(block.symbols[column], -1) for column in paying.tolist()]
    return np.array(lines, np.intp)[paying.searchsorted(block.dividend.col)]
