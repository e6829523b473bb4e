"""The gap of two funds session by session, in the same window of every year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import FloatArray, day, in_both
from core.data.record import record

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.market import Market


@record(frozen=True, eq=False, slots=True)
class YearPath:
    """The path of the gap through one year's window.

    Attributes:
        year: that the window ends in.
        gap: (T,) small minus large since the window's start, a fraction, 0 at the start.
    """

    year: int
    gap: FloatArray


def year_paths(market: Market, snapshot: Snapshot) -> tuple[YearPath, ...]:
    """The path of the gap through each year of ``snapshot.spread.same_window.history``, in order.

    g_t = S_t / S_0 - L_t / L_0 on the sessions that both funds have, on the question's basis.
    Empty where there is no spread, or no level of that basis.
    """
    question, spread = snapshot.question, snapshot.spread
    pair = [market.series(symbol) for symbol in (question.small, question.large)]
    small, large = pair
    if spread is None or small is None or large is None:
        return ()
    levels = [series.level(question.basis) for series in (small, large)]
    if levels[0] is None or levels[1] is None:
        return ()
    sessions = in_both(small.sessions, large.sessions)
    s = levels[0][np.searchsorted(small.sessions, sessions)]
    b = levels[1][np.searchsorted(large.sessions, sessions)]
    paths: list[YearPath] = []
    for year in spread.same_window.history:
        first = int(np.searchsorted(sessions, day(year.start)))
        stop = int(np.searchsorted(sessions, day(year.end), side="right"))
        paths.append(YearPath(year.year, s[first:stop] / s[first] - b[first:stop] / b[first]))
    return tuple(paths)
