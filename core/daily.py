"""Breadth session by session: advances and declines, oscillators, averages, highs and lows.

Every figure is over the index's members of that session with the closes it needs; a
session without them is NaN, never 0. Closes are split-adjusted.

Sources: net advances, RANA and the McClellan oscillator and summation index after
S. and M. McClellan (ratio-adjusted net advances, exponential averages of 10 % and 5 %,
seeded with the first value); TRIN after R. Arms.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final

import numpy as np

from core.frames import STALE_SESSIONS, BoolArray, Dates, FloatArray, day
from core.market import Market
from core.matrix import Matrix

#: Days of the averages that closes are held against.
AVERAGES: Final = (20, 50, 200)
#: Sessions before a close that a 52-week high or low must beat.
YEAR_SESSIONS: Final = 252
#: Sessions until the oscillator's seed no longer matters; hidden before.
SETTLING: Final = 100
FAST, SLOW = 0.10, 0.05


@dataclass(frozen=True, eq=False, slots=True)
class Oscillators:
    """What follows from counts alone; (T,) float64 each, NaN where not defined.

    Attributes:
        net: A - D.
        line: running sum of A - D from the first session.
        rana: 1000 (A - D)/(A + D).
        mcclellan: EMA(.10) - EMA(.05) of RANA, both seeded with its first value.
        summation: running sum of the oscillator.
        trin: (A/D)/(AV/DV); NaN without decliners or without declining volume.
    """

    net: FloatArray
    line: FloatArray
    rana: FloatArray
    mcclellan: FloatArray
    summation: FloatArray
    trin: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class Daily:
    """An index's breadth session by session, (T,) each.

    Attributes:
        sessions: ascending, to the as-of session.
        advances, declines, unchanged: counts of members with closes on the session and on
            the one before; NaN where there are none.
        oscillators: from the counts; running sums begin at the first session.
        settled: (T,) bool, the oscillator's seed no longer matters.
        above: days -> share of members above their average of so many closes.
        highs: members at a 52-week closing high; NaN where none has 253 closes.
        lows: the same for lows.
        adjusted: dividend-adjusted closes stand in for closes that are not held.
    """

    sessions: Dates
    advances: FloatArray
    declines: FloatArray
    unchanged: FloatArray
    oscillators: Oscillators
    settled: BoolArray
    above: dict[int, FloatArray]
    highs: FloatArray
    lows: FloatArray
    adjusted: bool


def ema(values: FloatArray, alpha: float) -> FloatArray:
    """(T,) exponential average seeded with the first finite value; a NaN leaves it as it was."""
    out = np.full(len(values), np.nan)
    held = np.nan
    for place, value in enumerate(values.tolist()):
        if value == value:
            held = value if held != held else held + alpha * (value - held)
        out[place] = held
    return out


def oscillators(
    advances: FloatArray, declines: FloatArray, up_volume: FloatArray, down_volume: FloatArray
) -> Oscillators:
    """Oscillators of daily counts.

    Args:
        advances: (T,) lines up.
        declines: (T,) lines down.
        up_volume: (T,) shares traded of lines up, NaN where not known.
        down_volume: (T,) shares traded of lines down.
    """
    net = advances - declines
    moved = advances + declines
    with np.errstate(invalid="ignore", divide="ignore"):
        rana = np.where(moved > 0, 1000 * net / moved, np.nan)
        defined = (declines > 0) & (down_volume > 0) & (up_volume > 0)
        trin = np.where(defined, (advances / declines) / (up_volume / down_volume), np.nan)
    swing = ema(rana, FAST) - ema(rana, SLOW)
    return Oscillators(
        net=net,
        line=np.nancumsum(net),
        rana=rana,
        mcclellan=swing,
        summation=np.nancumsum(swing),
        trin=trin,
    )


def rolling(values: FloatArray, size: int, *, high: bool) -> FloatArray:
    """(T, N) largest (or smallest) of the last ``size`` rows; NaN where one of them is NaN."""
    pick = np.maximum if high else np.minimum
    out, width = values.copy(), 1
    while width < size:
        step = min(width, size - width)
        moved = np.full_like(out, np.nan)
        moved[step:] = out[:-step]
        out, width = pick(out, moved), width + step
    return out


def averages(closes: FloatArray, size: int) -> FloatArray:
    """(T, N) mean of each line's own last ``size`` closes, NaN before it has so many."""
    # each line's closes packed to the top, in order, so that all lines are summed at once
    order = np.argsort(~np.isfinite(closes), axis=0, kind="stable")
    total = np.cumsum(np.take_along_axis(closes, order, axis=0), axis=0)
    mean = np.full(closes.shape, np.nan)
    mean[size - 1 : size] = total[size - 1 : size] / size
    mean[size:] = (total[size:] - total[:-size]) / size
    out = np.full(closes.shape, np.nan)
    np.put_along_axis(out, order, mean, axis=0)
    return out


def _members(market: Market, fund: str, matrix: Matrix) -> BoolArray:
    """(T, N) whether a column's line stands in the file in force; the first file before it."""
    inside = np.zeros(matrix.stand_in.shape, bool)
    files = market.holdings.get(fund, ())
    for place, file in enumerate(files):
        columns = [matrix.column[s] for s in market.lines(file) if s in matrix.column]
        first = 0 if place == 0 else matrix.row(market.session(file.as_of)) + 1
        last = len(inside)
        if place + 1 < len(files):
            last = matrix.row(market.session(files[place + 1].as_of)) + 1
        inside[first:last, columns] = True
    return inside


def daily(market: Market, fund: str, end: date, years: int = 2) -> Daily | None:
    """An index's daily breadth up to a session, kept; None without holdings or closes.

    Counts of a session look at nothing after it, so one computation serves every end.

    Args:
        market: what is held.
        fund: whose members are counted.
        end: the last session.
        years: calendar years before the last one held that are looked at.
    """
    whole = market.kept(("daily", fund, years), lambda: _daily(market, fund, years))
    return None if whole is None else _upto(whole, end)


def _upto(found: Daily, end: date) -> Daily:
    """The rows up to a session; running sums begin at the first one either way."""
    rows = slice(0, int(np.searchsorted(found.sessions, day(end), side="right")))
    swings = found.oscillators
    return replace(
        found,
        sessions=found.sessions[rows],
        advances=found.advances[rows],
        declines=found.declines[rows],
        unchanged=found.unchanged[rows],
        oscillators=Oscillators(*(getattr(swings, f.name)[rows] for f in fields(swings))),
        settled=found.settled[rows],
        above={size: share[rows] for size, share in found.above.items()},
        highs=found.highs[rows],
        lows=found.lows[rows],
    )


def _daily(market: Market, fund: str, years: int) -> Daily | None:
    """Daily breadth over the last years held."""
    known_years = sorted(market.years)
    matrix = market.matrix(known_years[-1 - years :])
    if matrix is None or not market.holdings.get(fund):
        return None
    member = _members(market, fund, matrix)
    used = np.nonzero(member.any(axis=0))[0]
    member, closes = member[:, used], matrix.stand_in[:, used]
    if not np.isfinite(closes).any():
        return None
    volume = np.full(closes.shape, np.nan)
    if matrix.volume is not None:
        volume = matrix.volume[:, used]
    last = np.vstack([np.full((1, len(used)), -1, np.int32), matrix.last[:-1, used]])
    before = closes[np.maximum(last, 0), np.arange(len(used))]
    age = matrix.position[:, None] - matrix.position[np.maximum(last, 0)]
    counted = member & np.isfinite(closes) & (last >= 0) & (age <= STALE_SESSIONS)
    up, down = counted & (closes > before), counted & (closes < before)
    some = counted.any(axis=1)

    def count(mask: BoolArray) -> FloatArray:
        return np.where(some, mask.sum(axis=1), np.nan)

    def traded(mask: BoolArray) -> FloatArray:
        known = np.where(mask & np.isfinite(volume), volume, 0.0).sum(axis=1)
        return np.where((mask & np.isfinite(volume)).any(axis=1), known, np.nan)

    def share(beyond: BoolArray, known: BoolArray) -> FloatArray:
        size = (member & known).sum(axis=1)
        return np.where(size > 0, (member & beyond).sum(axis=1) / np.maximum(size, 1), np.nan)

    above = {}
    for size in AVERAGES:
        mean = averages(closes, size)
        # a flat line is not above its own average, however the mean was rounded
        above[size] = share(closes > mean * (1 + 1e-9), np.isfinite(mean))
    earlier = np.vstack([np.full((1, len(used)), np.nan), closes[:-1]])
    top = rolling(earlier, YEAR_SESSIONS, high=True)
    bottom = rolling(earlier, YEAR_SESSIONS, high=False)
    known = member & np.isfinite(top) & np.isfinite(closes)
    held = known.any(axis=1)
    return Daily(
        sessions=matrix.sessions,
        advances=count(up),
        declines=count(down),
        unchanged=count(counted & (closes == before)),
        oscillators=oscillators(count(up), count(down), traded(up), traded(down)),
        settled=np.cumsum(some) > SETTLING,
        above=above,
        highs=np.where(held, (known & (closes > top)).sum(axis=1), np.nan),
        lows=np.where(held, (known & (closes < bottom)).sum(axis=1), np.nan),
        adjusted=bool(matrix.only_adjusted[used].any()),
    )


def inside(found: Daily, start: date, end: date) -> slice:
    """The rows after a window's start and up to its end."""
    first, last = np.searchsorted(found.sessions, [day(start), day(end)], side="right")
    return slice(int(first), int(last))
