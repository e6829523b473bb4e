"""What an index's lines rest on that its fund does not: closes that end early, no dividends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.views import EndEarly, covers
from core.data.frames import day, distinct, pydate

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.series import Series
    from core.data.windows import Window
    from core.measures.basket import Basket

#: Returns that differ by less are one.
_SAME: Final = 1e-9
#: Lines whose last closes fall on one session before it is the data that ends, not the lines.
_TOGETHER: Final = 2


def end_early(basket: Basket, window: Window) -> EndEarly | None:
    """The lines whose closes end before the window does, where they are too many for a claim.

    A line that is no longer traded ends by itself, and stands still from there; where several
    end on one session it is what is held that ends.
    """
    last, share = basket.segments[-1], basket.share[-1]
    closed = basket.closed[-1]
    early = basket.measured[-1] & (closed < day(window.end))
    for session in distinct(closed[early]):
        ending = np.nonzero(early & (closed == session))[0].tolist()
        delisted = [
            n for n in ending if any(w.startswith("last traded") for w in basket.flags.get(n, ()))
        ]
        if len(delisted) < _TOGETHER:
            early[delisted] = False
    weight = float(last.weight_measured * share[early].sum())
    if covers(1 - weight):
        return None
    sessions, place = np.unique(closed[early], return_inverse=True)
    heaviest = sessions[np.bincount(place, share[early]).argmax()]
    return EndEarly(pydate(heaviest), int(early.sum()), weight)


def price_return_weight(market: Market, fund: str, basket: Basket, window: Window) -> float:
    """Weight of the lines that have price returns alone beside a fund's total return.

    A source that has no dividend of any line of the index up to the window's end tells none:
    its lines' total returns are price returns, whatever they paid.

    Args:
        market: what is held.
        fund: the fund's symbol.
        basket: its lines, measured on total return.
        window: what the question's window came to; nothing later is looked at.
    """
    series = market.series(fund)
    if series is None or not _pays(series, window):
        return 0.0
    sources: dict[str, list[int]] = {}
    for row in np.nonzero(basket.measured[0])[0].tolist():
        source = market.prices.sources_of(basket.symbols[row], window.start, window.end)
        sources.setdefault(source, []).append(row)
    first_dividends = market.cached("first dividends", lambda: _first_dividends(market))
    end = day(window.end)
    without_dividends: list[int] = []
    for rows in sources.values():
        symbols = [basket.symbols[row] for row in rows]
        paying = any(
            symbol in first_dividends and first_dividends[symbol] <= end for symbol in symbols
        )
        if not paying and not _any_adjusted(market, symbols, window):
            without_dividends += rows
    return float(basket.segments[0].weight_measured * basket.share[0][without_dividends].sum())


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


def _first_dividends(market: Market) -> dict[str, np.datetime64]:
    """Symbol -> session of its first dividend on record."""
    first: dict[str, np.datetime64] = {}
    for block in market.prices.blocks:
        sessions = block.sessions[block.dividend.row]
        for column, session in zip(block.dividend.col.tolist(), sessions, strict=True):
            symbol = block.symbols[column]
            first[symbol] = min(first.get(symbol, session), session)
    return first


def _any_adjusted(market: Market, symbols: Iterable[str], window: Window) -> bool:
    """Whether one of some symbols has adjusted closes up to a window's end, in its years."""
    wanted = set(symbols)
    for block in market.prices.blocks:
        if block.adj_close is None or not window.start.year <= block.year <= window.end.year:
            continue
        columns = [place for place, symbol in enumerate(block.symbols) if symbol in wanted]
        rows = int(np.searchsorted(block.sessions, day(window.end), side="right"))
        if np.isfinite(block.adj_close[:rows, columns]).any():
            return True
    return False
