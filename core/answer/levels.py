"""The levels of a pair's two funds on their common sessions, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.frames import Dates, FloatArray, day
from core.data.record import record

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.series import Series
    from core.data.windows import Window


@record(frozen=True, slots=True, eq=False)
class PairLevels:
    """Two funds on the sessions that both have closes of.

    Attributes:
        sessions: (T,) ascending.
        small: (T,) level on the basis asked for, what returns are ratios of.
        large: (T,) the same for the large one.
        small_price: (T,) split-adjusted closes, None where only adjusted ones are held.
        large_price: (T,) the same for the large one.
    """

    sessions: Dates
    small: FloatArray
    large: FloatArray
    small_price: FloatArray | None
    large_price: FloatArray | None

    def returns(self, window: Window) -> tuple[float, float]:
        """The small fund's return over a window on its sessions and the large one's, fractions."""
        first, last = self.sessions.searchsorted([day(window.start), day(window.end)])
        small, large = self.small, self.large
        return float(small[last] / small[first] - 1), float(large[last] / large[first] - 1)


def pair_levels(
    market: Market, pair: tuple[str, str], basis: str, window: Window, sessions: Dates
) -> PairLevels | str:
    """The levels of a pair for a window, from after the last doubtful close before it.

    Args:
        market: what is held.
        pair: the two funds.
        basis: "tr" or "pr".
        window: on ``sessions``.
        sessions: (T,) all common sessions, ascending; those after the window's end too.

    Returns:
        The levels, or a sentence that says what is missing.
    """
    series = []
    for symbol in pair:
        one = market.series(symbol)
        if one is None:
            return f"no closes of {symbol}: import them or fetch"
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
    return market.cached(key, lambda: _on_sessions(series[0], series[1], basis, sessions))


def _on_sessions(small: Series, large: Series, basis: str, sessions: Dates) -> PairLevels:
    """Two series on the sessions that both have."""
    levels, prices = [], []
    for one in (small, large):
        rows = one.sessions.searchsorted(sessions)
        level = one.level(basis)
        assert level is not None
        levels.append(level[rows])
        prices.append(None if one.price is None else one.price[rows])
    return PairLevels(sessions, levels[0], levels[1], prices[0], prices[1])
