"""Daily closes of simulated lines between given ends, and their volumes and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sources.holdings.lines import SECTORS
from core.data.frames import Events

if TYPE_CHECKING:
    from cache.sources.demo.demo_lines import DemoLines, DemoSide
    from core.data.frames import Dates, FloatArray, IntArray

#: Standard deviation of a sector's daily return.
SECTOR_DAY: Final = 0.004
#: Sessions between two reports of a company, and how much wilder that day is.
REPORT_EVERY: Final = 63
REPORT: Final = 3.0
#: No line's daily move exceeds this, in logarithms.
LARGEST_MOVE: Final = 0.35
#: The basket's distance from its fund: standard deviation of its daily change.
TRACKING_DAY: Final = 3e-5


def raw_paths(
    rng: np.random.Generator, side: DemoSide, lines: DemoLines, rows: int, start: int, end: int
) -> FloatArray:
    """(T, N) closes before the market's move is added.

    Logarithms are random walks, bent between rows ``start`` and ``end`` so that each line
    has its given closes there.
    """
    count = len(lines.symbols)
    log_return = np.log(lines.end / lines.start)
    day = side.day * np.exp(0.25 * rng.standard_normal(count)) * (1 + 0.3 * np.abs(log_return))
    noise = rng.standard_normal((rows, count))
    noise *= np.minimum(day, 2.5 * side.day)
    phase = rng.integers(REPORT_EVERY, size=count)
    for first in range(REPORT_EVERY):
        reporting = np.flatnonzero((first + phase) % REPORT_EVERY == 0)
        noise[first::REPORT_EVERY, reporting] *= REPORT
    noise += SECTOR_DAY * rng.standard_normal((rows, len(SECTORS)))[:, lines.sectors]
    walk = np.cumsum(np.clip(noise, -LARGEST_MOVE, LARGEST_MOVE, out=noise), axis=0, out=noise)
    at_start = np.log(lines.start) - walk[start]
    at_end = np.log(lines.end) - walk[end]
    part = np.minimum((np.arange(start, rows) - start) / (end - start), 1.0)[:, None]
    walk[:start] += at_start
    walk[start:] += at_start + (at_end - at_start) * part
    return np.exp(walk, out=walk)


def index_of(quantity: FloatArray, price: FloatArray, cuts: IntArray) -> FloatArray:
    """(T,) worth of the basket over its worth at the first cut, trades value-neutral.

    Args:
        quantity: (F, N) shares after each file date; the first ones hold before it, too.
        price: (T, N) price per share.
        cuts: (F,) rows of the file dates, ascending.
    """
    level = np.empty(len(price))
    base, value = 1.0, float(price[cuts[0]] @ quantity[0])
    level[: cuts[0] + 1] = price[: cuts[0] + 1] @ quantity[0] / value
    ends = np.append(cuts[1:], len(price) - 1)
    for shares, first, last in zip(quantity, cuts, ends, strict=True):
        value = float(price[first] @ shares)
        level[first + 1 : last + 1] = base * (price[first + 1 : last + 1] @ shares) / value
        base = level[last]
    return level


def follow(
    rng: np.random.Generator,
    side: DemoSide,
    lines: DemoLines,
    raw: FloatArray,
    quantity: FloatArray,
    cuts: IntArray,
    fund: FloatArray,
) -> FloatArray:
    """(T, N) closes, four decimals: every line moved alike so that the basket follows its fund.

    Args:
        rng: where the small distance between basket and fund comes from.
        side: what the basket makes over the window.
        lines: (N,) lines with their closes at both ends of the window.
        raw: (T, N) closes from ``raw_paths``; overwritten.
        quantity: (F, N) shares after each file date.
        cuts: (F,) rows of the file dates, the window's start and end first and last.
        fund: (T,) closes of the fund.
    """
    start, end = int(cuts[0]), int(cuts[-1])
    tracking = np.cumsum(TRACKING_DAY * rng.standard_normal(len(raw)))
    target = np.log((1 + side.basket_return) / (fund[end] / fund[start]))
    knots = np.array([0.0, target]) - tracking[[start, end]]
    tracking += np.interp(np.arange(len(raw)), [start, end], knots)
    market = fund / fund[start] * np.exp(tracking) / index_of(quantity, raw, cuts)
    raw *= market[:, None]
    # Exactly: the logarithms above are off by a rounding.
    raw[start], raw[end] = lines.start, lines.end
    np.round(raw, 4, out=raw)
    np.maximum(raw, 0.05, out=raw)
    return raw


def volumes(rng: np.random.Generator, side: DemoSide, close: FloatArray) -> FloatArray:
    """(T, N) whole shares traded, more on days of large moves."""
    rows, count = close.shape
    turnover = side.value / 400 * np.exp(0.9 * rng.standard_normal(count)) / close[-1]
    busy = rng.standard_normal((rows, count), dtype=np.float32).astype(np.float64)
    busy *= 0.3
    busy[1:] += 6.0 * np.abs(np.diff(close, axis=0)) / close[:-1]
    np.exp(busy, out=busy)
    busy *= turnover
    return np.rint(busy) + 1.0


def dividends(
    rng: np.random.Generator,
    side: DemoSide,
    lines: DemoLines,
    share: FloatArray,
    sessions: Dates,
    level: FloatArray,
) -> Events:
    """Quarterly dividends: one a quarter, in the first thirteen sessions of a month.

    Args:
        rng: where payers' months and days come from.
        side: the basket's yield, to which those of unnamed lines are scaled.
        lines: (N,) lines with given or relative yields.
        share: (N,) shares of the basket at the window's start.
        sessions: (T,) ascending.
        level: (T,) the fund at each year's opening over the fund at the window's start.
    """
    first = len(side.fixed)
    owed = side.dividend_yield - float(share[:first] @ lines.dividend_yield[:first])
    yields = lines.dividend_yield.copy()
    yields[first:] *= owed / float(share[first:] @ yields[first:])
    cash = yields / 4 * lines.start
    phase = rng.integers(3, size=len(cash))
    nth = rng.integers(13, size=len(cash))
    months = sessions.astype("datetime64[M]").astype(int)
    rows, cols = [], []
    for month in np.unique(months):
        of_month = np.flatnonzero(months == month)
        paid = np.flatnonzero((phase == month % 3) & (cash > 1e-3) & (nth < len(of_month)))
        rows.append(of_month[nth[paid]])
        cols.append(paid)
    row, col = np.concatenate(rows), np.concatenate(cols)
    return Events(row, col, np.round(cash[col] * level[row], 4))


def splits(rng: np.random.Generator, side: DemoSide, start: int, end: int) -> Events:
    """Splits of different unnamed lines: three before row ``start``, two up to row ``end``."""
    first = len(side.fixed) + len(side.giants)
    row = np.concatenate([rng.integers(20, start, size=3), rng.integers(start + 1, end, size=2)])
    col = rng.choice(np.arange(first, side.measured), size=len(row), replace=False)
    return Events(row.astype(np.intp), col.astype(np.intp), rng.choice([2.0, 3.0, 4.0], size=5))
