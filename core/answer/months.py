"""The gap of two funds month by month: a calendar of months and years."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING

from core.answer.levels import pair_levels
from core.answer.snapshot import common_sessions
from core.data.errors import UnavailableError
from core.data.frames import pydate
from core.data.record import record
from core.data.windows import Window, between

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.frames import Dates
    from core.data.market import Market
    from core.data.question import Question


@record(frozen=True, slots=True)
class PeriodGap:
    """The gap over a calendar month or year.

    Attributes:
        gap: small less large, a fraction; of one index alone its return.
        window: the closes it runs between.
        partial: they are not those of the period's ends: it is not over, or closes are missing.
    """

    gap: float
    window: Window
    partial: bool


def gap_by_month(market: Market, snapshot: Snapshot) -> dict[tuple[int, int], PeriodGap]:
    """(year, month) -> the gap of that month, and (year, 0) -> that of the whole year.

    Each is what the pair's question for those dates answers as of the snapshot's session, on
    its basis. A period without closes near both ends, or with doubtful ones inside, is not in it.

    Args:
        market: what the snapshot was taken from; the calendar is kept with it.
        snapshot: its pair, basis and as-of session.
    """
    question, as_of = snapshot.question, snapshot.as_of
    key = ("gap by month", question.pair, question.basis, as_of)
    return market.cached(key, lambda: _gap_by_month(market, question, as_of))


def _gap_by_month(
    market: Market, question: Question, as_of: date
) -> dict[tuple[int, int], PeriodGap]:
    market = market.kinds_known_on(as_of)
    sessions = common_sessions(market, *question.pair)
    periods: dict[tuple[int, int], PeriodGap] = {}
    for year in range(pydate(sessions[0]).year, as_of.year + 1):
        for month in range(13):
            period = _period(market, question, as_of, (year, month), sessions)
            if period is not None:
                periods[year, month] = period
    return periods


def _period(
    market: Market, question: Question, as_of: date, period: tuple[int, int], sessions: Dates
) -> PeriodGap | None:
    """The gap of a (year, month), or of the year where the month is 0; None where not known."""
    year, month = period
    first = date(year, month or 1, 1)
    last = date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    if first > as_of:
        return None
    anchor = first - timedelta(days=1)
    try:
        window = between(f"{anchor}:{last}", anchor, min(last, as_of), sessions)
    except UnavailableError:
        return None
    levels = pair_levels(market, question.pair, question.basis, window, sessions)
    if isinstance(levels, str):
        return None
    small, large = levels.returns(window)
    partial = (window.start, window.end) != (market.session(anchor), market.session(last))
    return PeriodGap(small if question.alone else small - large, window, partial)
