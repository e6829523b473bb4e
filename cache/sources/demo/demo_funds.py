"""The two simulated funds: daily closes since 2000 from invented returns of each year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import day
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.data.frames import Dates, FloatArray, IntArray

#: Standard deviation of a day's return, correlation of the two funds' days.
SMALL_DAY: Final = 0.0125
LARGE_DAY: Final = 0.0095
CORRELATION: Final = 0.88

#: year: price return % of the small and the large fund in the whole year, then to 26 June.
#: Wide from 2001 to 2003, and in no later year by more than 9 pp.
INVENTED: Final[Mapping[int, tuple[float, float, float, float]]] = {
    2001: (3.4, -12.6, 1.8, -6.9),
    2002: (-11.2, -24.1, -3.3, -12.2),
    2003: (44.0, 25.1, 17.2, 10.4),
    2004: (15.9, 9.4, 4.3, 0.9),
    2005: (2.8, 3.6, -1.6, -0.4),
    2006: (15.2, 12.1, 5.9, 1.4),
    2007: (-2.4, 4.1, 4.2, 5.9),
    2008: (-33.1, -37.4, -7.2, -11.8),
    2009: (24.3, 21.1, 2.9, 0.6),
    2010: (22.8, 14.9, 0.4, -4.3),
    2011: (-6.2, 0.8, 2.3, 1.7),
    2012: (13.6, 12.1, 4.9, 6.2),
    2013: (34.9, 28.3, 14.6, 11.1),
    2014: (4.2, 11.9, 1.1, 5.3),
    2015: (-6.6, -0.9, 6.3, 2.2),
    2016: (17.7, 10.3, -1.7, -0.2),
    2017: (12.9, 18.2, 4.4, 8.8),
    2018: (-12.4, -7.1, 7.8, 2.6),
    2019: (22.6, 27.3, 13.1, 16.4),
    2020: (17.1, 14.8, -15.7, -7.1),
    2021: (14.2, 22.4, 16.8, 14.1),
    2022: (-20.7, -18.6, -21.3, -18.4),
    2023: (14.1, 21.7, 4.6, 12.2),
    2024: (11.2, 18.9, 1.3, 9.1),
    2025: (12.3, 15.6, -2.9, 4.2),
}
#: The first sessions of the two funds, and what they made from there to the end of 2000.
SMALL_FROM: Final = date(2000, 5, 26)
LARGE_FROM: Final = date(2000, 1, 3)
REST_OF_2000: Final = (0.016, -0.093)


@record(frozen=True, slots=True)
class DemoEnds:
    """Closes that a fund must meet: at the end of 2025, at the opening date, on the last day."""

    start: float
    end: float
    last: float


def row_on_or_before(sessions: Dates, when: date) -> int:
    """Position of the last session on or before ``when``."""
    return int(np.searchsorted(sessions, day(when), side="right")) - 1


def histories(
    rng: np.random.Generator,
    sessions: Dates,
    small: DemoEnds,
    large: DemoEnds,
    opens_at: date,
) -> tuple[FloatArray, FloatArray]:
    """Daily closes of the small and the large fund.

    Correlated daily noise is bent, in logarithms, through the closes that the invented
    returns ask for at each year's end and each 26 June; those closes are met to the cent.

    Args:
        rng: where the noise comes from.
        sessions: (T,) datetime64[D] from LARGE_FROM through the last day.
        small: closes the small fund must meet.
        large: closes the large fund must meet.
        opens_at: the date of ``DemoEnds.end``.

    Returns:
        Two (T,) float64, price per share; the small fund NaN before SMALL_FROM.
    """
    years = sessions.astype("datetime64[Y]").astype(int) + 1970
    # Bad years are restless ones.
    unrest = {year: 1.0 + 2.0 * max(0.0, -r[1] / 100) for year, r in INVENTED.items()}
    scale = np.array([unrest.get(int(year), 1.0) for year in years])
    draws = rng.standard_normal((2, len(sessions))) * scale
    common, idiosyncratic = draws[0], draws[1]
    noise = (
        SMALL_DAY * (CORRELATION * common + np.sqrt(1 - CORRELATION**2) * idiosyncratic),
        LARGE_DAY * common,
    )
    result = []
    for which, (ends, first) in enumerate(((small, SMALL_FROM), (large, LARGE_FROM))):
        knots = _knots(which, ends, first, opens_at, pyend=sessions[-1].item())
        rows = np.array([row_on_or_before(sessions, when) for when in knots])
        levels = np.array(list(knots.values()))
        walk = np.cumsum(noise[which])
        bend = np.interp(np.arange(len(sessions)), rows, np.log(levels) - walk[rows])
        closes = np.round(np.exp(walk + bend), 2)
        closes[rows] = np.round(levels, 2)
        closes[: rows[0]] = np.nan
        result.append(closes)
    return result[0], result[1]


def _knots(
    which: int, ends: DemoEnds, first: date, opens_at: date, pyend: date
) -> dict[date, float]:
    """Dates and closes a fund's path runs through, ascending; ``which`` 0 small, 1 large."""
    knots = {pyend: ends.last, opens_at: ends.end, date(2025, 12, 31): ends.start}
    level = ends.start
    for year in sorted(INVENTED, reverse=True):
        level /= 1 + INVENTED[year][which] / 100
        knots[date(year, 6, 26)] = level * (1 + INVENTED[year][which + 2] / 100)
        knots[date(year - 1, 12, 31)] = level
    knots[first] = level / (1 + REST_OF_2000[which])
    return dict(sorted(knots.items()))


def quarterly_rows(sessions: Dates, first: int) -> IntArray:
    """Rows of a fund's ex-dates after row ``first``.

    They are the first sessions from the 20th of March, June, September and December.
    """
    months = sessions.astype("datetime64[M]")
    of_month = (sessions - months.astype("datetime64[D]")).astype(int) + 1
    late = (months.astype(int) % 3 == 2) & (of_month >= 20)
    rows = np.flatnonzero(late & (np.arange(len(sessions)) > first))
    _, at = np.unique(months[rows], return_index=True)
    return rows[at]


def opening_rows(sessions: Dates, first: int) -> IntArray:
    """(T,) row of the last session of the year before each, or ``first`` where that is later.

    Dividends depend on the level there: a year pays alike however its prices swing.
    """
    years = sessions.astype("datetime64[Y]").astype(sessions.dtype)
    return np.maximum(np.searchsorted(sessions, years) - 1, first)
