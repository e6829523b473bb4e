"""Rows of the table of measures that look back a year: averages, highs, trend, large moves.

Their value and its change come from the last sessions, their series from the whole window, which
is worked out when it is requested.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.scalar import BREADTH, Scalar, ScalarUnit, finite, session_scalar
from core.measures.counting import AVERAGES
from core.measures.trait_bits import (
    FURTHER_AVERAGES,
    HIGH_CLOSES,
    MOVES,
    OFF,
    TREND_CLOSES,
    move_name,
)

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.data.frames import FloatArray
    from core.measures.daily import Daily
    from core.measures.standing import Counted, Drawdowns

_AVERAGES: Final = (BREADTH, "averages")
_STOCKBEE: Final = "StockBee"
Pick = Callable[["Counted"], "FloatArray"]


def _row(
    key: str,
    title: str,
    help: str,
    unit: ScalarUnit,
    decimals: int,
    pick: Pick,
    *,
    of: str = "",
    closes: int = 0,
    volumes: bool = False,
    also: tuple[str, ...] = (),
    short: str = "",
    family: str = "",
) -> Scalar:
    """A row of counts of members; ``of`` names the trait of the lines it is measured over."""

    def at(daily: Daily | None, back: int, series: Pick) -> float | None:
        tail = None if daily is None else daily.standing.tail
        if tail is None or len(tail.sessions) <= back:
            return None
        return finite(float(series(tail)[-1 - back]))

    return Scalar(
        key, title, help, unit, decimals, lambda view, daily: at(daily, 0, pick), _AVERAGES,
        of=(lambda view, daily: at(daily, 0, lambda c: c.counts[of])) if of else None,
        series=lambda daily: pick(daily.standing.whole),
        before=lambda view, daily: at(daily, 1, pick), daily=True, closes=closes, volumes=volumes,
        also=also, short=short, family=family,
    )  # fmt: skip


def _share(name: str, of: str) -> Pick:
    return lambda counted: counted.share(name, of)


def _number(name: str, of: str) -> Pick:
    return lambda c: np.where(c.counts[of] > 0, c.counts[name], np.nan)


def _ratio(days: int) -> Pick:
    """Members up 4 % over members down 4 %, both summed over some sessions."""

    def pick(counted: Counted) -> FloatArray:
        out = np.full(len(counted.sessions), np.nan)
        ups, downs = (_number(name, "traded")(counted) for name in ("up4", "down4"))
        if len(out) >= days:
            window = np.lib.stride_tricks.sliding_window_view
            up, down = (window(values, days).sum(axis=1) for values in (ups, downs))
            with np.errstate(invalid="ignore", divide="ignore"):
                out[days - 1 :] = np.where(down > 0, up / down, np.nan)
        return out

    return pick


def _trend(counted: Counted) -> FloatArray:
    """Mean trend score of the members."""
    counts = counted.counts
    total = counts["trend_1"] + 2 * counts["trend_2"] + 4 * counts["trend_4"]
    lines = counts["trended"]
    return np.where(lines > 0, total / np.maximum(lines, 1), np.nan)


def _falls(
    pick: Callable[[Drawdowns], float | None],
) -> Callable[[IndexView, Daily | None], float | None]:
    return lambda view, daily: None if daily is None else pick(daily.standing.drawdowns)


def _drawdown(
    key: str,
    title: str,
    short: str,
    help: str,
    pick: Callable[[Drawdowns], float | None],
    before: Callable[[Drawdowns], float | None],
) -> Scalar:
    return Scalar(
        key, title, help, "return", 1, _falls(pick), _AVERAGES, of=_falls(lambda d: d.n),
        before=_falls(before), daily=True, short=short,
    )  # fmt: skip


def _average(days: int) -> Scalar:
    title, words = f"members above their {days}-day average", "of members that have them"
    help = f"close above the mean of its last {days} closes, {words}"
    key, also, short = f"share_above_{days}", (f"above{days}",), f"above {days} d"
    if days in FURTHER_AVERAGES:
        pick, of = _share(f"above_{days}", f"averaged_{days}"), f"averaged_{days}"
        return _row(key, title, help, "share", 1, pick, of=of, closes=days, also=also, short=short)
    return session_scalar(
        key, title, help, "share", 1, lambda d: d.above[days], _AVERAGES,
        of=lambda d: d.averaged[days], closes=days, also=also, short=short, family="averages",
    )  # fmt: skip


def _move(days: int, size: float, *, up: bool) -> Scalar:
    """A row of one of StockBee's large moves."""
    name, way = move_name(days, size, up=up), "up" if up else "down"
    return _row(
        name, f"members {way} {size * 100:.0f} % in {days} sessions",
        f"{_STOCKBEE}: {way} {size * 100:.0f} % or more in {days} sessions", "count", 0,
        _number(name, f"moved_{days}"), of=f"moved_{days}",
        short=f"{way} {size * 100:.0f} %/{days}", family="moves" if size == 0.25 else "",
    )  # fmt: skip


MEMBERS: Final[tuple[Scalar, ...]] = (
    *(_average(days) for days in sorted((*AVERAGES, *FURTHER_AVERAGES))),
    _row(
        "trend_score", "average trend score",
        "0 to 4: P > MA50, P > MA200, MA50 > MA200, MA200 above its own of 20 closes before",
        "ratio", 2, _trend, of="trended", closes=TREND_CLOSES, short="trend score",
        family="averages",
    ),
    _row(
        "share_uptrend", "members in a full uptrend", "a trend score of 4", "share", 1,
        _share("trend_4", "trended"), of="trended", closes=TREND_CLOSES, short="uptrend",
    ),
    _row(
        "share_downtrend", "members in a full downtrend", "a trend score of 0", "share", 1,
        _share("trend_down", "trended"), of="trended", closes=TREND_CLOSES, short="downtrend",
    ),
    _row(
        "off_high_median", "median distance from the 52-week high",
        "1 - close / highest close of 252 sessions, of members with 200 of them", "return", 1,
        lambda c: c.off_median, of="seasoned_high", closes=HIGH_CLOSES, short="off (median)",
        family="off high",
    ),
    _row(
        "fund_off_high", "the fund's distance from its 52-week high",
        "1 - close / highest close of 252 sessions, of the fund", "return", 1, lambda c: c.own_off,
        short="off (fund)",
    ),
    _row(
        "share_at_high", "members at their 52-week high", "at the highest close of 252 sessions",
        "share", 1, _share("at_high", "seasoned_high"), of="seasoned_high", closes=HIGH_CLOSES,
        short="at the high", family="off high",
    ),
    _row(
        "share_within_5", "members within 5 % of their high", "at most 5 % off the highest close",
        "share", 1, _share("within_5", "seasoned_high"), of="seasoned_high", closes=HIGH_CLOSES,
        short="within 5 %",
    ),
    *(
        _row(
            f"share_off_{size * 100:.0f}",
            f"members {size * 100:.0f} % or more off their high",
            f"{size * 100:.0f} % or more off the highest close of 252 sessions", "share", 1,
            _share(f"off_{size * 100:.0f}", "seasoned_high"), of="seasoned_high",
            closes=HIGH_CLOSES, short=f"{size * 100:.0f} % off",
            family="off high" if size == 0.20 else "",
        )
        for size in OFF
    ),
    _drawdown(
        "drawdown_mean", "average maximum drawdown", "avg drawdown",
        "mean of the members' deepest falls from a running peak in the window",
        lambda d: d.mean, lambda d: d.mean_before,
    ),
    _drawdown(
        "drawdown_median", "median maximum drawdown", "med drawdown",
        "the deepest fall in the middle",
        lambda d: d.median, lambda d: d.median_before,
    ),
    _row(
        "up4", "members up 4 % on more volume",
        f"{_STOCKBEE}: up 4 % or more in the session, with more volume than in the one before",
        "count", 0, _number("up4", "traded"), of="traded", volumes=True, short="up 4 %",
    ),
    _row(
        "down4", "members down 4 % on more volume",
        f"{_STOCKBEE}: down 4 % or more in the session, with more volume than in the one before",
        "count", 0, _number("down4", "traded"), of="traded", volumes=True, short="down 4 %",
    ),
    *(
        _row(
            f"up4_ratio_{days}", f"{days}-session ratio of up 4 % to down 4 %",
            f"{_STOCKBEE}: members up 4 % over members down 4 %, summed over {days} sessions",
            "ratio", 2, _ratio(days), of="traded", volumes=True, short=f"4 % ratio {days}",
        )
        for days in (5, 10)
    ),
    *(
        _move(days, size, up=up)
        for days, sizes in MOVES.items()
        for size in sizes
        for up in (True, False)
    ),
)  # fmt: skip
