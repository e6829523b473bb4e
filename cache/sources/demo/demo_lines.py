"""The lines of one simulated fund: who they are, and what each makes over the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sources.demo.demo_names import SECTOR_LUCK, draw_sectors, invent
from cache.sources.holdings.lines import SECTORS
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Drawn returns stay this far from a rung's edges: no price rounding carries one across.
CLEAR: Final = 5e-4


@record(frozen=True, slots=True)
class Named:
    """A line with fixed figures: a real ticker in a simulated market.

    ``change`` is the price return in %, ``bp`` the contribution, ``price`` the close at the
    window's start in whole dollars (so that closes of four decimals meet ``change`` exactly),
    ``dividend_yield`` a fraction a year, ``leaves`` whether the reconstitution drops it.
    """

    symbol: str
    name: str
    sector: str
    change: float
    bp: float
    price: int
    dividend_yield: float = 0.0
    leaves: bool = False


@record(frozen=True, slots=True)
class DemoRung:
    """``count`` lines with returns from ``low`` to ``high`` (fractions), beta distributed."""

    count: int
    low: float
    high: float
    shape: tuple[float, float]


@record(frozen=True, slots=True)
class DemoSide:
    """What one simulated fund is made of.

    Attributes:
        fund: its symbol.
        prefix: letters of its unnamed symbols.
        fixed: lines with given figures, each index's most extreme first.
        giants: share at the start and return (fractions) of its largest unnamed lines.
        rungs: returns of all its other measured lines.
        sectors: probability of each sector.
        unmeasured: lines of the first file that have no closes at all.
        changing: how many unmeasured lines join, and leave, at each later file.
        leave: how many unnamed lines the reconstitution drops: largest, smallest.
        join: how many lines the reconstitution adds.
        measured_part: measured lines' part of the fund's value at every file date.
        basket_return: what the measured lines make together over the window.
        bounds_bp: unnamed small lines contribute no less and no more than this.
        widest: largest share of an unnamed line that is no giant.
        value: the measured lines' worth in dollars at the window's start.
        price: median close of unnamed lines in dollars.
        day: median standard deviation of a line's daily return.
        dividend_yield: of the basket, a fraction a year.
    """

    fund: str
    prefix: str
    fixed: tuple[Named, ...]
    giants: tuple[tuple[float, float], ...]
    rungs: tuple[DemoRung, ...]
    sectors: tuple[float, ...]
    unmeasured: int
    changing: int
    leave: tuple[int, int]
    join: int
    measured_part: float
    basket_return: float
    bounds_bp: tuple[float, float]
    widest: float
    value: float
    price: float
    day: float
    dividend_yield: float

    @property
    def measured(self) -> int:
        """Lines of the first file that have closes."""
        return len(self.fixed) + len(self.giants) + sum(rung.count for rung in self.rungs)


@record(frozen=True, eq=False, slots=True)
class DemoLines:
    """(N,) each: named, giants, other measured lines, then those that join.

    Attributes:
        symbols: unique.
        names: for people.
        sectors: positions in SECTORS.
        start: close at the window's start.
        end: close at the window's end.
        share: of the measured basket at the start where given, NaN where to be solved,
            0 for a line that joins.
        size: relative sizes from which the open shares are solved.
        room: part of ``DemoSide.bounds_bp`` that a line may use, so that none crowd at the bound.
        dividend_yield: relative yields of unnamed lines, given ones of named lines.
        leaves: named lines that the reconstitution drops.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: IntArray
    start: FloatArray
    end: FloatArray
    share: FloatArray
    size: FloatArray
    room: FloatArray
    dividend_yield: FloatArray
    leaves: BoolArray


def made_distinct(bp: FloatArray) -> FloatArray:
    """Published bp made distinct by less than half a bp, in the same order.

    Equal figures are spread evenly from 0.3 bp beyond to 0.3 bp short of the figure, so that
    their sum stays what it was.
    """
    result = bp.copy()
    for figure in np.unique(bp):
        at = np.flatnonzero(bp == figure)
        if len(at) > 1:
            result[at] += np.sign(figure) * np.linspace(0.3, -0.3, len(at))
    return result


def draw_lines(rng: np.random.Generator, side: DemoSide) -> DemoLines:
    """Draw every line of a fund that ever has closes."""
    fixed_lines, giants = side.fixed, len(side.giants)
    fixed, count = len(fixed_lines) + giants, side.measured + side.join
    sector = np.concatenate(
        [
            np.array([SECTORS.index(line.sector) for line in fixed_lines], np.intp),
            np.full(giants, SECTORS.index("Information Technology"), np.intp),
            draw_sectors(rng, count - fixed, side.sectors),
        ]
    )
    symbols, names = invent(rng, side.prefix, 1, sector[len(fixed_lines) :])
    spread = np.clip(0.75 * rng.standard_normal(count), -2.0, 2.5)
    start = np.round(side.price * np.exp(spread), 2)
    start[: len(fixed_lines)] = [line.price for line in fixed_lines]
    giant_share = np.array([share for share, _ in side.giants], np.float64)
    giant_share *= 1 + 0.02 * rng.uniform(-1, 1, giants)
    giant_change = np.array([change for _, change in side.giants], np.float64)
    giant_change *= 1 + 0.08 * rng.uniform(-1, 1, giants)
    change = np.concatenate(
        [
            [line.change / 100 for line in fixed_lines],
            giant_change,
            _returns(rng, side.rungs, sector[fixed : side.measured]),
            rng.beta(2, 4, side.join) - 0.15,
        ]
    )
    end = np.round(start * (1 + change), 4)
    share = np.full(count, np.nan)
    bp = made_distinct(np.array([line.bp for line in fixed_lines], np.float64))
    returns = (end / start - 1)[: len(fixed_lines)]
    share[: len(fixed_lines)] = bp / 1e4 / (side.measured_part * returns)
    share[len(fixed_lines) : fixed] = giant_share
    share[side.measured :] = 0.0
    pays = rng.uniform(size=count) < 0.6
    yields = np.where(pays, rng.gamma(2.0, 0.5, count), 0.0)
    yields[: len(fixed_lines)] = [line.dividend_yield for line in fixed_lines]
    return DemoLines(
        symbols=(*(line.symbol for line in fixed_lines), *symbols),
        names=(*(line.name for line in fixed_lines), *names),
        sectors=sector,
        start=start,
        end=end,
        share=share,
        size=np.exp(np.clip(rng.standard_normal(count), -2.6, 2.6)),
        room=rng.uniform(0.5, 1.0, count),
        dividend_yield=yields,
        leaves=np.array(
            [*(line.leaves for line in fixed_lines), *[False] * (count - len(fixed_lines))]
        ),
    )


def _returns(
    rng: np.random.Generator, rungs: tuple[DemoRung, ...], sectors: IntArray
) -> FloatArray:
    """(N,) returns that fill every rung, the better ones rather in the luckier sectors."""
    drawn = [
        rung.low + CLEAR + (rung.high - rung.low - 2 * CLEAR) * rng.beta(*rung.shape, rung.count)
        for rung in rungs
    ]
    luck = SECTOR_LUCK[sectors] + rng.standard_normal(len(sectors))
    result = np.empty(len(sectors))
    result[np.argsort(luck)] = np.sort(np.concatenate(drawn))
    return result
