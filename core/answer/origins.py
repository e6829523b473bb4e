"""Where the closes of each line came from: the vendor or the file, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.latest import latest
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import IntArray
    from core.data.market import Market
    from core.data.windows import Window


#: Windows whose origins are kept.
_WINDOWS: Final = 16


@record(frozen=True, eq=False, slots=True)
class Origins:
    """Where the closes of each line of the register came from; (L,) each.

    Attributes:
        names: the sources, A to Z.
        name: place of its source in ``names``.
        times: when closes were taken, ascending.
        time: place of its own in ``times``, their number where not known.
    """

    names: tuple[str, ...]
    name: IntArray
    times: tuple[datetime, ...]
    time: IntArray


def origins_of(market: Market, window: Window) -> Origins:
    """Where closes came from, cached; for a symbol of several sources, those of the window."""
    # Where each symbol has one source it is that of any window.
    stretch = window if market.prices.origin else None
    key = market.register, stretch and (stretch.start, stretch.end)
    return latest(market.cached("origins", dict), key, lambda: _origins(market, stretch), _WINDOWS)


def _origins(market: Market, window: Window | None) -> Origins:
    symbols: list[str] = market.register.symbols.tolist()
    prices = market.prices
    source = (
        [prices.sources_of(symbol, window.start, window.end) for symbol in symbols]
        if window
        else [prices.source.get(symbol, "") for symbol in symbols]
    )
    fetched = list(map(prices.fetched_at.get, symbols))
    names, times = sorted(set(source)), sorted({when for when in fetched if when is not None})
    name = {text: place for place, text in enumerate(names)}
    time: dict[datetime | None, int] = {when: place for place, when in enumerate(times)}
    time[None] = len(times)
    return Origins(
        names=tuple(names),
        name=np.array([name[text] for text in source], np.intp),
        times=tuple(times),
        time=np.array([time[when] for when in fetched], np.intp),
    )
