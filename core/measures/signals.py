"""Signals of breadth after rules that people quote: thrusts, 90 % days, omens, divergences.

Each is of the members of one index, not of an exchange's issues, and says so. Rules: M. Zweig's
breadth thrust (average of A / (A + D) from below .40 to above .615 within ten sessions); L. Lowry's
90 % days; the Hindenburg omen after J. Miekka; a divergence of the advance/decline line from its
index.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from core.data.record import record
from core.measures.counting import YEAR_SESSIONS
from core.measures.daily import Daily, ema

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray

SignalState = Literal["on", "armed", "off", "unknown"]
#: The average of Zweig's thrust, the levels it crosses, and the sessions it has for it.
ZWEIG_ALPHA, ZWEIG_LOW, ZWEIG_HIGH, ZWEIG_SESSIONS = 2 / 11, 0.40, 0.615, 10
#: Sessions until the average's seed weighs less than a hundredth.
_ZWEIG_SETTLING: Final = 24
#: What is as near as this to a threshold has reached it.
_NEAR: Final = 5e-10
NINETY: Final = 0.90
#: Least share of new highs, and of new lows; sessions that the index must have risen over.
OMEN_SHARE, OMEN_SESSIONS = 0.028, 50
#: How near its high the index is, and how far below its own high the line.
NEAR_HIGH, LINE_BELOW = 0.01, 0.01

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "zweig": (
        "Zweig breadth thrust",
        "10-session exponential average of A / (A + D) from below .40 to above .615 within"
        " 10 sessions",
    ),
    "up_volume_90": (
        "90 % up day by volume", "volume of members up at least 90 % of volume up and down",
    ),
    "down_volume_90": (
        "90 % down day by volume", "volume of members down at least 90 % of volume up and down",
    ),
    "up_issues_90": ("90 % up day by members", "members up at least 90 % of members up and down"),
    "down_issues_90": (
        "90 % down day by members", "members down at least 90 % of members up and down",
    ),
    "hindenburg": (
        "Hindenburg omen",
        "new 52-week highs and new lows each above 2.8 % of members, highs at most twice the"
        " lows, the index above its close of 50 sessions before, McClellan oscillator below 0",
    ),
    "divergence": (
        "A/D line below its high",
        "index within 1 % of its 252-session high while its members' advance/decline line is more"
        " than 1 % of its 252-session range below its own",
    ),
}  # fmt: skip


@record(frozen=True, slots=True)
class Signal:
    """The state of one signal of an index on a session.

    Attributes:
        key: of `RULES`.
        title: its name.
        rule: when it is on.
        state: "on"; "armed" where the thrust may still come; "off"; "unknown" where what it
            needs is not available, as ``needs`` says.
        since: first session of the state as it stands; None where it is not known.
        last: the last session that it was on, up to this one; None for none since ``first``.
        first: the first session that it is known for; None for none.
        days_left: sessions that an armed thrust has left.
        needs: what is missing, "" where it is known.
        fired: it came on in this session.
        ended: in this session it went off, or a thrust's time ran out; never of what is of one
            day.
    """

    key: str
    title: str
    rule: str
    state: SignalState
    since: date | None
    last: date | None
    first: date | None
    days_left: int | None = None
    needs: str = ""
    fired: bool = False
    ended: bool = False


def zweig_average(daily: Daily) -> FloatArray:
    """(T,) exponential average of A / (A + D); NaN until its seed no longer matters."""
    advances, declines = daily.advances, daily.declines
    movers = advances + declines
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(movers > 0, advances / movers, np.nan)
    average = ema(ratio, ZWEIG_ALPHA)
    settled = np.cumsum(np.isfinite(ratio)) > _ZWEIG_SETTLING
    return np.where(settled, average, np.nan)


def thrusts(average: FloatArray) -> tuple[BoolArray, FloatArray]:
    """Return (T,) sessions on which a thrust is completed, and those it has left, NaN for none.

    A dip below the lower level opens ten sessions for the average to pass the upper one; it
    passes once.
    """
    fired, days_left = np.zeros(len(average), bool), np.full(len(average), np.nan)
    low: int | None = None
    for place, value in enumerate(average.tolist()):
        if value < ZWEIG_LOW:
            low = place
        if low is None or value != value:
            continue
        if place - low > ZWEIG_SESSIONS:
            low = None
        elif value > ZWEIG_HIGH:
            fired[place], low = True, None
        else:
            days_left[place] = ZWEIG_SESSIONS - (place - low)
    return fired, days_left


def _index_levels(daily: Daily) -> tuple[FloatArray, FloatArray]:
    """Return (T,) whether the fund has risen over 50 sessions, and its distance from its high.

    1 or 0, and a fraction; NaN where that is not known.
    """
    days, series = daily.sessions, daily.standing.series
    if series is None or not len(series.sessions):
        return np.full(len(days), np.nan), np.full(len(days), np.nan)
    closes = series.stand_in
    rows = np.minimum(np.searchsorted(series.sessions, days), len(closes) - 1)
    before = np.maximum(rows - OMEN_SESSIONS, 0)
    comparable = (series.sessions[rows] == days) & (rows >= OMEN_SESSIONS)
    for when, _ in series.doubts:
        # closes on either side of a doubtful move do not compare
        comparable &= (series.sessions[before] >= when) | (days < when)
    risen = closes[rows] > closes[before]
    return np.where(comparable, risen, np.nan), daily.standing.own_off


def _line_extremes(line: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(T,) highest and lowest of the line over 252 sessions; NaN where there are fewer."""
    out = np.full((2, len(line)), np.nan)
    if len(line) >= YEAR_SESSIONS:
        window = np.lib.stride_tricks.sliding_window_view(line, YEAR_SESSIONS)
        out[0, YEAR_SESSIONS - 1 :] = window.max(axis=1)
        out[1, YEAR_SESSIONS - 1 :] = window.min(axis=1)
    return out[0], out[1]


def states(daily: Daily) -> dict[str, FloatArray]:
    """Key -> (T,) 1 where a signal is on, 0 where not, NaN where it is not known."""
    average = zweig_average(daily)
    return _states(daily, average, thrusts(average)[0])


def _states(daily: Daily, average: FloatArray, fired: BoolArray) -> dict[str, FloatArray]:
    """`states`, from the thrust's average and the sessions on which it was completed."""
    by_key = {"zweig": np.where(np.isfinite(average), fired, np.nan)}
    sides = {
        "volume": (daily.up_volume, daily.down_volume),
        "issues": (daily.advances, daily.declines),
    }
    for what, (up, down) in sides.items():
        # nothing of one side is no volume at all, where there is some of the other
        if what == "volume":
            up = np.where(np.isnan(up) & (daily.advances == 0), 0.0, up)
            down = np.where(np.isnan(down) & (daily.declines == 0), 0.0, down)
        both = up + down
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.where(both > 0, up / both, np.nan), np.where(both > 0, down / both, np.nan)
        for way, share in zip(("up", "down"), shares, strict=True):
            on = np.where(np.isfinite(share), np.round(share, 9) >= NINETY, np.nan)
            by_key[f"{way}_{what}_90"] = on
    risen, off = _index_levels(daily)
    with np.errstate(invalid="ignore", divide="ignore"):
        highs, lows = daily.highs / daily.seasoned, daily.lows / daily.seasoned
        swing = np.where(daily.settled, daily.oscillators.mcclellan, np.nan)
        finite = np.isfinite(highs) & np.isfinite(lows) & np.isfinite(risen) & np.isfinite(swing)
        omen = (highs > OMEN_SHARE) & (lows > OMEN_SHARE) & (daily.highs <= 2 * daily.lows)
        omen &= (risen > 0) & (swing < 0)
        by_key["hindenburg"] = np.where(finite, omen, np.nan)
        top, bottom = _line_extremes(daily.oscillators.line)
        diverges = (off <= NEAR_HIGH + _NEAR) & (
            top - daily.oscillators.line > LINE_BELOW * (top - bottom)
        )
        finite = np.isfinite(off) & np.isfinite(top) & (top > bottom)
        by_key["divergence"] = np.where(finite, diverges, np.nan)
    return {key: by_key[key].astype(np.float64) for key in RULES}


_NEEDS: Final = {
    "zweig": "needs 25 sessions",
    "up_volume_90": "needs members' volumes",
    "down_volume_90": "needs members' volumes",
    "up_issues_90": "needs members' closes",
    "down_issues_90": "needs members' closes",
    "hindenburg": "needs 253 closes a member",
    "divergence": "needs 252 sessions",
}


def signals(daily: Daily) -> tuple[Signal, ...]:
    """Every signal of an index as of the daily breadth's last session; () without sessions."""
    days = daily.sessions
    if not len(days):
        return ()
    average = zweig_average(daily)
    fired, days_left = thrusts(average)
    judged = []
    for key, on in _states(daily, average, fired).items():
        title, rule = RULES[key]
        finite = np.isfinite(on)
        if not finite[-1]:
            judged.append(Signal(key, title, rule, "unknown", None, None, None, needs=_NEEDS[key]))
            continue
        levels = on.copy()
        if key == "zweig":
            levels = np.where(on > 0, 2.0, np.where(np.isfinite(days_left), 1.0, on))
        state: SignalState = "on" if levels[-1] == on[-1] == 1 or levels[-1] == 2 else "off"
        if key == "zweig" and levels[-1] == 1:
            state = "armed"
        before = np.nonzero(~(levels == levels[-1]))[0]
        begun = int(before[-1]) + 1 if len(before) else int(finite.argmax())
        fires = np.nonzero(on == 1)[0]
        previous = levels[-2] if len(levels) > 1 else np.nan
        judged.append(
            Signal(
                key,
                title,
                rule,
                state,
                since=days[begun].item(),
                last=days[fires[-1]].item() if len(fires) else None,
                first=days[finite.argmax()].item(),
                days_left=int(days_left[-1]) if state == "armed" else None,
                fired=state == "on" and (len(levels) < 2 or bool(previous != levels[-1])),
                # a day has no end of its own, nor has the session that completes a thrust
                ended=state == "off" and bool(previous == 1) and not key.endswith("_90"),
            )
        )
    return tuple(judged)
