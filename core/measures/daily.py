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
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import BoolArray, Dates, FloatArray, day
from core.measures.counting import count

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.matrix import Matrix

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


def _members(market: Market, fund: str, matrix: Matrix) -> BoolArray:
    """(N, T) whether a column's line stands in the file in force; the first file before it."""
    inside = np.zeros((len(matrix.symbols), len(matrix.sessions)), bool)
    files = market.holdings.get(fund, ())
    edges = [matrix.row(market.session(file.as_of)) + 1 for file in files[1:]]
    for file, first, last in zip(files, [0, *edges], [*edges, inside.shape[1]], strict=True):
        columns = [matrix.column[s] for s in market.lines(file) if s in matrix.column]
        inside[columns, first:last] = True
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
    used = np.nonzero(member.any(axis=1))[0]
    if matrix.empty[used].all():
        return None
    found = count(matrix, used, member[used], AVERAGES, YEAR_SESSIONS)
    some = found.up + found.down + found.same > 0

    def known(counts: FloatArray, where: BoolArray) -> FloatArray:
        return np.where(where, counts, np.nan)

    def share(part: FloatArray, whole: FloatArray) -> FloatArray:
        return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)

    up, down = known(found.up, some), known(found.down, some)
    seasoned = found.seasoned > 0
    return Daily(
        sessions=matrix.sessions,
        advances=up,
        declines=down,
        unchanged=known(found.same, some),
        oscillators=oscillators(
            up,
            down,
            known(found.up_volume, found.up_known > 0),
            known(found.down_volume, found.down_known > 0),
        ),
        settled=np.cumsum(some) > SETTLING,
        above={days: share(found.above[days], found.averaged[days]) for days in AVERAGES},
        highs=known(found.highs, seasoned),
        lows=known(found.lows, seasoned),
        adjusted=bool(matrix.only_adjusted[used].any()),
    )


def inside(found: Daily, start: date, end: date) -> slice:
    """The rows after a window's start and up to its end."""
    first, last = np.searchsorted(found.sessions, [day(start), day(end)], side="right")
    return slice(int(first), int(last))
