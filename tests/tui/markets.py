"""A small market typed by hand: 30 small and 20 large lines, known returns, no randomness.

IWM rose 20 % and SPY 9 % from 31 December 2025 to 26 June 2026 (price return). Small line
S00 lost 40 %, each next one did 5 points better, up to S29 at +105 %; large line L00 lost
20 %, each next one did 3 points better, up to L19 at +37 %. Weights are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache

import numpy as np

from core.answer.snapshot import Question, Snapshot, take
from core.data.errors import UnavailableError
from core.data.frames import FloatArray, Holdings, LeftOut, Prices, Theme, dates_of
from core.data.market import Market
from tests.market import holdings, make_market, prices, weekdays

START, END, LAST = date(2025, 12, 31), date(2026, 6, 26), date(2026, 6, 30)
NOW = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)
FETCHED = datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
#: Year -> gap of the funds over that full year, in points.
GAPS = {
    2015: -3, 2016: 9, 2017: -6, 2018: 14, 2019: -4, 2020: 2,
    2021: -12, 2022: -1, 2023: -8, 2024: -13, 2025: -5,
}  # fmt: skip
SECTORS = ("Industrials", "Information Technology", "Energy", "Financials")
SMALL = tuple(f"S{n:02}" for n in range(30))
LARGE = tuple(f"L{n:02}" for n in range(20))
JOINERS = ("N00", "N01")
SMALL_RETURNS = {symbol: -0.525 + 0.05 * n for n, symbol in enumerate(SMALL)}
LARGE_RETURNS = {symbol: -0.195 + 0.03 * n for n, symbol in enumerate(LARGE)}
HOSTILE = (
    "\x1b]0;owned\x07Evil",
    "\x1b]52;c;aGk=\x07Clip",
    "[@click=app.quit]Bait[/]",
    "[/]",
    "[red",
    "株式会社サンプル例示商事",
    "So\u0301cie\u0301te\u0301 \u202egnp.exe",
    "\x9b31mC1",
    "Zero\u200bWidth",
    "line\nfeed",
)


SESSIONS = weekdays("2014-12-31", LAST.isoformat())
#: The same as days since 1970: to be made of 3000 dates once, and not for each line's closes.
DAYS = dates_of(SESSIONS).astype(float)
#: When SPY paid 2 a share.
PAID = date(2026, 3, 18)


def path(levels: dict[date, float]) -> FloatArray:
    """(T,) straight in logarithms between the levels given; NaN before the first."""
    at = dates_of(list(levels)).astype(float)
    out = np.exp(np.interp(DAYS, at, np.log(list(levels.values()))))
    out[at[0] > DAYS] = np.nan
    return out


def fund_levels(end: float, large: bool) -> dict[date, float]:
    levels = {date(2014, 12, 31): 100.0}
    level = 100.0
    for year, gap in GAPS.items():
        level *= 1.10 if large else 1.10 + gap / 100
        levels[date(year, 12, 31)] = level
    levels[END] = level * (1 + end)
    levels[LAST] = levels[END] * 1.001
    return levels


def members(
    fund: str, as_of: date, symbols: tuple[str, ...], names: Mapping[str, str], covered: float
) -> Holdings:
    """Equal values that are ``covered`` of the total; two lines without closes, and cash."""
    each = 100 * covered / len(symbols)
    unpriced = {f"{fund[0]}X0": "Unpriced One", f"{fund[0]}X1": "Unpriced Two"}
    values = dict.fromkeys(symbols, each) | dict.fromkeys(unpriced, (98 - 100 * covered) / 2)
    return holdings(
        fund,
        as_of.isoformat(),
        values,
        total=100.0,
        names={**names, **unpriced},
        sectors={symbol: SECTORS[n % 4] for n, symbol in enumerate(values)},
        quantity=values,
        others=[LeftOut("USD", "Cash", 0.02, "cash")],
        source=f"{fund}.csv",
        fetched_at=FETCHED,
    )


@cache
def small_prices(funds: tuple[str, ...]) -> Prices:
    """The closes of every line, and of these funds."""
    levels = {"IWM": fund_levels(0.20, large=False), "SPY": fund_levels(0.09, large=True)}
    closes = {fund: path(levels[fund]) for fund in funds}
    for symbol, change in (SMALL_RETURNS | LARGE_RETURNS).items():
        closes[symbol] = path({date(2024, 12, 31): 100, START: 100, END: 100 * (1 + change)})
    for symbol in JOINERS:
        closes[symbol] = path({date(2024, 12, 31): 50, LAST: 50.5})
    return prices(
        SESSIONS,
        dict(sorted(closes.items())),
        dividends=[("SPY", PAID, 2.0)] if "SPY" in funds else (),
        source="typed by hand",
        fetched_at=FETCHED,
    )


@cache
def small_market(
    *,
    hostile: bool = False,
    covered: float = 0.96,
    simulated: bool = False,
    generation: int = 7,
    funds: tuple[str, ...] = ("IWM", "SPY"),
    listed: tuple[str, ...] = ("IWM", "SPY"),
) -> Market:
    """The market; fewer ``funds`` have closes, fewer of them files (``listed``), where asked.

    The same arguments give the same object: what it works out for one test is there for the next.
    """
    names = {s: f"Example {s}" for s in (*SMALL, *LARGE, *JOINERS)}
    if hostile:
        names |= dict(zip(SMALL[-10:], HOSTILE, strict=True))
        names |= dict(zip(LARGE[:10], HOSTILE, strict=True))
    later = (*SMALL[:29], *JOINERS)
    files = (
        members("IWM", START, SMALL, names, covered),
        members("IWM", END, later, names, covered),
        members("SPY", date(2025, 11, 28), LARGE, names, covered),
        members("SPY", START, LARGE, names, covered),
    )
    market = make_market(
        small_prices(funds),
        *(file for file in files if file.fund in listed),
        themes=[Theme("Odd pair", ("S01", "S29", "L19"))],
    )
    return replace(market, simulated=simulated, generation=generation)


QUESTION = Question(as_of=END, basis="pr")


@lru_cache(maxsize=100)
def answer(market: Market, question: Question) -> Snapshot:
    """The answer to a question, once for all stories of the same market."""
    return take(market, question)


def newer(market: Market, generation: int) -> Market:
    """The same market as another generation of the store."""
    return replace(market, generation=generation)


@cache
def formats_here() -> tuple[str, ...]:
    """The formats that this machine can write: PNG needs a library of an extra, and a font."""
    from tui.report.note_formats import FORMATS
    from tui.report.png import to_png
    from tui.report.style import picture_style

    size = 'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
    try:
        to_png(f"<svg {size}><style>{picture_style()}</style></svg>")
    except UnavailableError:
        return tuple(name for name in FORMATS if name != "png")
    return tuple(FORMATS)
