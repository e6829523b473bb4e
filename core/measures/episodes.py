"""Episodes: earlier times that a state began, and the returns after them, with the base rate.

A state that lasts, or comes and goes within its window, is one episode and not many. What
followed is set beside the same horizon from every session of the same history; below ten
episodes nothing is summed up. Nothing here is a forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from core.data.frames import BoolArray, Dates, FloatArray, IntArray, median, pydate
from core.data.record import record

#: Sessions of the horizons: 1, 3, 6 and 12 months.
HORIZONS: Final = (21, 63, 126, 252)
#: Fewer episodes than this are listed, not summed up.
CLAIM_EPISODES: Final = 10


@record(frozen=True, slots=True)
class ReturnSummary:
    """Forward returns summed up; fractions.

    Attributes:
        n: how many.
        median: None where nothing is claimed.
        mean: likewise.
        share_positive: share strictly above zero, likewise.
    """

    n: int
    median: float | None
    mean: float | None
    share_positive: float | None


@record(frozen=True, slots=True)
class Forward:
    """Forward returns of one series over one horizon.

    Attributes:
        of: "gap", "small" or "large".
        horizon: sessions.
        episodes: those whose horizon has ended.
        base: every session of the history whose horizon has ended.
        returns: of each episode whose horizon has ended, a fraction, in the order of
            `Followed.starts`; NaN where closes are missing inside it, which is not counted.
    """

    of: str
    horizon: int
    episodes: ReturnSummary
    base: ReturnSummary
    returns: tuple[float, ...]


@record(frozen=True, slots=True)
class Followed:
    """The episodes of a state and the forward returns after them.

    Attributes:
        window: sessions that the state has to have been off before an episode starts.
        starts: first session of each episode, ascending.
        horizons: what followed.
        open: horizon -> episodes whose horizon has not ended, which are left out.
        overlapping: horizon -> episodes counted that started inside the horizon of the one before.
        first: session that the history starts from.
        last: its last session.
    """

    window: int
    starts: tuple[date, ...]
    horizons: tuple[Forward, ...]
    open: dict[int, int]
    overlapping: dict[int, int]
    first: date
    last: date


def episode_starts(state: BoolArray, window: int) -> IntArray:
    """(E,) places where a state turns true after ``window`` sessions of being false.

    A state that is true within the first ``window`` sessions may have begun before the history.
    """
    on = np.flatnonzero(state)
    if not len(on):
        return on
    off = np.diff(on, prepend=-1) - 1
    starts: IntArray = on[off >= max(window, 1)]
    return starts


def summary(returns: FloatArray, least: int = CLAIM_EPISODES) -> ReturnSummary:
    """Sum up (n,) returns; with fewer than ``least`` only their number."""
    if len(returns) < max(least, 1):
        return ReturnSummary(len(returns), None, None, None)
    positive = float(np.count_nonzero(returns > 0) / len(returns))
    return ReturnSummary(len(returns), median(returns), float(returns.mean()), positive)


def forward_returns(level: FloatArray, horizon: int) -> FloatArray:
    """(T - horizon,) return over the ``horizon`` sessions after each; (0,) with a shorter level."""
    if horizon >= len(level):
        return np.zeros(0)
    return level[horizon:] / level[:-horizon] - 1


@record(frozen=True, eq=False, slots=True)
class Ahead:
    """Forward returns after every session over one horizon, shared by all states.

    Attributes:
        of: "gap", "small" or "large".
        horizon: sessions.
        returns: (T - horizon,) from each session's close, fractions; NaN over missing closes.
        base: all of them, summed up.
    """

    of: str
    horizon: int
    returns: FloatArray
    base: ReturnSummary


def all_ahead(
    small: FloatArray,
    large: FloatArray,
    horizons: Sequence[int] = HORIZONS,
    holes: BoolArray | None = None,
) -> tuple[Ahead, ...]:
    """Forward returns after every session, of the gap and of each level.

    Args:
        small: (T,) level of the one, positive.
        large: (T,) level of the other, positive.
        horizons: sessions ahead.
        holes: (T,) whether closes are missing before a session; None for none.
    """
    rows: list[Ahead] = []
    passed = None if holes is None or not holes.any() else np.cumsum(holes)
    for horizon in horizons:
        of_small, of_large = forward_returns(small, horizon), forward_returns(large, horizon)
        for name, ahead in (("gap", of_small - of_large), ("small", of_small), ("large", of_large)):
            counted = ahead
            if passed is not None and len(ahead):
                whole = passed[horizon:] == passed[:-horizon]
                ahead, counted = np.where(whole, ahead, np.nan), ahead[whole]
            rows.append(Ahead(name, horizon, ahead, summary(counted, 1)))
    return tuple(rows)


def followed(sessions: Dates, state: BoolArray, window: int, ahead: Sequence[Ahead]) -> Followed:
    """Forward returns after the episodes of a state.

    Args:
        sessions: (T,) ascending common sessions.
        state: (T,) whether the state holds at a session's close.
        window: sessions of the state's window.
        ahead: from `all_ahead`.
    """
    starts = episode_starts(state, window)
    rows: list[Forward] = []
    still_open: dict[int, int] = {}
    overlapping: dict[int, int] = {}
    for one in ahead:
        ended = starts[starts < len(one.returns)]
        still_open[one.horizon] = len(starts) - len(ended)
        after = one.returns[ended]
        known = np.isfinite(after)
        overlapping[one.horizon] = int(np.count_nonzero(np.diff(ended[known]) < one.horizon))
        counted = summary(after[known])
        rows.append(Forward(one.of, one.horizon, counted, one.base, tuple(after.tolist())))
    return Followed(
        window=window,
        starts=tuple(pydate(session) for session in sessions[starts]),
        horizons=tuple(rows),
        open=still_open,
        overlapping=overlapping,
        first=pydate(sessions[0]),
        last=pydate(sessions[-1]),
    )
