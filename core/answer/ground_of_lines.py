"""What an index's lines rest on that its fund does not: closes that end early, no dividends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.views import EndEarly, covers
from core.data.frames import day, pydate

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.windows import Window
    from core.measures.basket import Basket

#: Lines whose last closes fall on one session before it is the data that ends, not the lines.
_TOGETHER: Final = 2


def end_early(found: Basket, window: Window) -> EndEarly | None:
    """The lines whose closes end before the window does, where they are too many for a claim.

    A line that is no longer traded ends by itself, and stands still from there; where several
    end on one session it is what is held that ends.
    """
    last, share = found.segments[-1], found.share[-1]
    closed = found.closed[-1]
    early = found.measured[-1] & (closed < day(window.end))
    for session in np.unique(closed[early]):
        own = np.nonzero(early & (closed == session))[0].tolist()
        gone = [n for n in own if any(w.startswith("last traded") for w in found.flags.get(n, ()))]
        if len(gone) < _TOGETHER:
            early[gone] = False
    weight = float(last.weight_measured * share[early].sum())
    if covers(1 - weight):
        return None
    sessions, place = np.unique(closed[early], return_inverse=True)
    heaviest = sessions[np.bincount(place, share[early]).argmax()]
    return EndEarly(pydate(heaviest), int(early.sum()), weight)


def price_return_weight(market: Market, fund: str, found: Basket) -> float:
    """Weight of the lines that have price returns alone beside a fund's total return.

    A source that has no dividend of any line of the index tells none: its lines' total returns
    are price returns, whatever they paid.

    Args:
        market: what is held.
        fund: the fund's symbol.
        found: its lines, measured on total return.
    """
    series = market.series(fund)
    if series is None or not series.has_dividends:
        return 0.0
    rows = np.nonzero(found.measured[0])[0].tolist()
    sources: dict[str, list[int]] = {}
    for row in rows:
        sources.setdefault(market.prices.source.get(found.symbols[row], ""), []).append(row)
    paying = market.kept("paying", lambda: _paying(market))
    silent = [
        row
        for own in sources.values()
        if not any(found.symbols[row] in paying for row in own)
        and not _any_adjusted(market, (found.symbols[row] for row in own), found.segments[0].start)
        for row in own
    ]
    return float(found.segments[0].weight_measured * found.share[0][silent].sum())


def _paying(market: Market) -> frozenset[str]:
    """Symbols with a dividend on record."""
    return frozenset(
        block.symbols[column]
        for block in market.prices.blocks
        for column in np.unique(block.dividend.col).tolist()
    )


def _any_adjusted(market: Market, symbols: Iterable[str], start: date) -> bool:
    """Whether one of some symbols has adjusted closes, in the window's first year or later."""
    wanted = set(symbols)
    for block in market.prices.blocks:
        if block.year < start.year or block.adj_close is None:
            continue
        columns = [place for place, symbol in enumerate(block.symbols) if symbol in wanted]
        if np.isfinite(block.adj_close[:, columns]).any():
            return True
    return False
