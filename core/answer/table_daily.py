"""Rows of the table of measures that are of a session: advances, oscillators, new highs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.scalar import BREADTH, Scalar, session_scalar
from core.measures.counting import YEAR_SESSIONS
from core.measures.signals import zweig_average

if TYPE_CHECKING:
    from core.data.frames import FloatArray
    from core.measures.daily import Daily

_SESSION: Final = (BREADTH, "session")


def _moved(daily: Daily) -> FloatArray:
    """(T,) members with a close on the session and on the one before."""
    return daily.advances + daily.declines + daily.unchanged


def _settled(pick: Callable[[Daily], FloatArray]) -> Callable[[Daily], FloatArray]:
    """A series with NaN as long as the oscillator's seed matters."""
    return lambda daily: np.where(daily.settled, pick(daily), np.nan)


SESSION: Final[tuple[Scalar, ...]] = (
    session_scalar(
        "advances", "advances", "members that rose on the session", "count", 0,
        lambda d: d.advances, _SESSION, of=_moved,
        before_window=True,
    ),
    session_scalar(
        "declines", "declines", "members that fell on the session", "count", 0,
        lambda d: d.declines, _SESSION, of=_moved,
        before_window=True,
    ),
    session_scalar(
        "unchanged", "members unchanged", "members that stand where they stood", "count", 0,
        lambda d: d.unchanged, _SESSION, of=_moved,
        before_window=True, short="unchanged",
    ),
    session_scalar(
        "advance_decline_line", "advance/decline line", "running sum of advances less declines",
        "count", 0, lambda d: d.oscillators.line, _SESSION, signed=True, also=("adline",),
        before_window=True, short="A/D line",
    ),
    session_scalar(
        "rana", "ratio-adjusted net advances", "1000 (A - D) / (A + D)", "ratio", 1,
        lambda d: d.oscillators.rana, _SESSION, of=_moved, signed=True, before_window=True,
        short="RANA", family="advances",
    ),
    session_scalar(
        "mcclellan", "McClellan oscillator", "10 % less 5 % average of ratio-adjusted net advances",
        "ratio", 1, _settled(lambda d: d.oscillators.mcclellan), _SESSION, signed=True,
        before_window=True, short="McClellan", family="advances",
    ),
    session_scalar(
        "summation", "McClellan summation", "running sum of the oscillator", "ratio", 0,
        _settled(lambda d: d.oscillators.summation), _SESSION, signed=True,
        before_window=True, short="summation",
    ),
    session_scalar(
        "zweig_average", "average of A / (A + D)",
        "10-session exponential average, as in Zweig's breadth thrust", "ratio", 3,
        zweig_average, _SESSION, of=_moved,
        before_window=True, short="A / (A + D)", family="advances",
    ),
    session_scalar(
        "trin", "TRIN", "(advances / declines) / (volume up / volume down)", "ratio", 2,
        lambda d: d.oscillators.trin, _SESSION, of=lambda d: d.traded, volumes=True,
    ),
    session_scalar(
        "new_highs", "52-week highs", "closes above all of the 252 sessions before", "count", 0,
        lambda d: d.highs, _SESSION, of=lambda d: d.seasoned, closes=YEAR_SESSIONS + 1,
        short="new highs", family="new extremes",
    ),
    session_scalar(
        "new_lows", "52-week lows", "closes below all of the 252 sessions before", "count", 0,
        lambda d: d.lows, _SESSION, of=lambda d: d.seasoned, closes=YEAR_SESSIONS + 1,
        short="new lows", family="new extremes",
    ),
    session_scalar(
        "highs_less_lows", "52-week highs less lows", "new highs less new lows", "count", 0,
        lambda d: d.highs - d.lows, _SESSION, of=lambda d: d.seasoned, closes=YEAR_SESSIONS + 1,
        signed=True, short="highs - lows",
    ),
)  # fmt: skip
