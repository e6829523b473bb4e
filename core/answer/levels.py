"""The price levels of a pair's two funds on their common sessions, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.frames import Dates, day
from core.measures.pair_series import PairSeries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.data.market import Market
    from core.data.series import Series
    from core.data.windows import Window


def pair_levels(
    market: Market, pair: tuple[str, str], basis: str, window: Window, sessions: Dates
) -> PairSeries | str:
    """The levels of a pair for a window, from after the last doubtful close before it.

    Args:
        market: the available data.
        pair: the two funds.
        basis: "tr" or "pr".
        window: on ``sessions``.
        sessions: (T,) all common sessions, ascending; those after the window's end too.

    Returns:
        The levels, or a sentence that says what is missing.
    """
    absent = [symbol for symbol in pair if market.series(symbol) is None]
    if absent:
        return f"no closes of {' and '.join(dict.fromkeys(absent))}: import them or fetch"
    series = []
    for symbol in pair:
        one = market.series(symbol)
        assert one is not None
        if one.level(basis) is None:
            return f"only adjusted closes of {symbol}: price return is not known"
        bad = [doubt for doubt in one.doubts if doubt[0] <= day(window.end)]
        if bad and bad[-1][0] > day(window.start):
            return f"{symbol} {bad[-1][1]}: its return is not computed"
        if bad:
            sessions = sessions[sessions >= bad[-1][0]]
        series.append(one)
    # one pair has the same sessions for every window, but after a doubtful close
    key = ("pair levels", *pair, basis, len(sessions))
    calendar = market.reference.sessions
    return market.cached(key, lambda: _on_sessions(series, basis, sessions, calendar))


def _on_sessions(
    series: Sequence[Series], basis: str, sessions: Dates, calendar: Dates
) -> PairSeries:
    """Two series on the sessions that both have."""
    levels, prices = [], []
    for one in series:
        rows = one.sessions.searchsorted(sessions)
        level = one.level(basis)
        assert level is not None
        levels.append(level[rows])
        prices.append(None if one.price is None else one.price[rows])
    return PairSeries(sessions, levels[0], levels[1], prices[0], prices[1], calendar)
