"""What each line of an index has gained or lost since a date inside the window.

Two answers from one start are compared: the window up to that date, as it was known then, and the
window as it stands in the snapshot. Their difference is what came since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.contributions import contributions
from core.answer.snapshot import common_sessions
from core.data.errors import UnavailableError
from core.data.record import record
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from core.answer.contributions import Contributions
    from core.answer.views import IndexView, Snapshot
    from core.data.frames import FloatArray, IntArray
    from core.data.market import Market

#: Without a date, movers are of the last week.
LAST_WEEK: Final = timedelta(days=7)


@record(frozen=True, eq=False, slots=True)
class Movers:
    """One index then and now, line by line, the largest gain first; floats are fractions.

    Attributes:
        fund: the fund it is followed through.
        then: its answer up to the date.
        symbols: (M,) lines measured then or now.
        names: (M,).
        sectors: (M,), "" where unknown.
        industries: (M,) likewise.
        before: (M,) contribution from the window's start to the date, NaN where not measured.
        after: (M,) contribution from the window's start to its end, likewise.
        change: (M,) after less before, what is not measured counting nothing.
        place_before: (M,) place by contribution then, from 1; 0 where not measured.
        place_after: (M,) place now, likewise.
    """

    fund: str
    then: Contributions
    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: tuple[str, ...]
    industries: tuple[str, ...]
    before: FloatArray
    after: FloatArray
    change: FloatArray
    place_before: IntArray
    place_after: IntArray


@record(frozen=True, eq=False, slots=True)
class MoversSince:
    """Every index then and now.

    Attributes:
        since: the session that "then" stands for.
        indices: fund -> its movers; a fund that cannot be answered then is not in it.
        missing: sentences about what could not be answered.
    """

    since: date
    indices: Mapping[str, Movers]
    missing: tuple[str, ...]


def movers(market: Market, snapshot: Snapshot, since: date | None = None) -> MoversSince:
    """Compare a snapshot with its window up to an earlier date; see `contributions_since`."""
    session, then, missing = contributions_since(market, snapshot, since)
    return MoversSince(
        session,
        {
            fund: _movers(earlier, snapshot.indices[fund])
            for fund, earlier in then.items()
            if fund in snapshot.indices
        },
        missing,
    )


def contributions_since(
    market: Market, snapshot: Snapshot, since: date | None = None
) -> tuple[date, Mapping[str, Contributions], tuple[str, ...]]:
    """Answer a snapshot's window up to an earlier date: the session, each fund's lines, what lacks.

    Args:
        market: what the snapshot was taken from; the answer is kept with it.
        snapshot: the answer now.
        since: a date inside the window; the last session on or before it counts. None for a
            week before the window's end, or the session before the end in a shorter window.

    Raises:
        UnavailableError: the date is not inside the window.
    """
    window = snapshot.window
    sessions = common_sessions(market, *snapshot.question.pair)
    if since is None:
        since = window.end - LAST_WEEK
        if since <= window.start:
            since = last_on_or_before(sessions, window.end - timedelta(days=1)) or window.start
    session = last_on_or_before(sessions, since)
    if session is None or not window.start < session < window.end:
        raise UnavailableError(
            f"{since} is not inside the window {window.label}: movers need a session after"
            f" {window.start} and before {window.end}"
        )
    key = ("movers", snapshot.question.pair, snapshot.question.basis, window, session)
    shorter = replace(window, end=session, end_anchor=session)
    then, missing = market.cached(
        key, lambda: contributions(market, snapshot.question, shorter, session)
    )
    return session, then, missing


def _movers(then: Contributions, now: IndexView) -> Movers:
    """One index then and now; both list their lines by contribution."""
    lines = now.contributors
    symbols = tuple(dict.fromkeys((*lines.symbols, *then.symbols)))
    row = dict(zip(symbols, range(len(symbols)), strict=True))
    before, after = np.full((2, len(symbols)), np.nan)
    place_before, place_after = np.zeros((2, len(symbols)), np.intp)
    at_then = np.array([row[symbol] for symbol in then.symbols], np.intp)
    before[at_then] = then.value
    place_before[at_then] = np.arange(1, len(then.symbols) + 1)
    after[: len(lines)] = lines.contribution
    place_after[: len(lines)] = np.arange(1, len(lines) + 1)
    change = np.nan_to_num(after) - np.nan_to_num(before)
    order = np.argsort(-change, kind="stable")
    ordered = tuple(symbols[place] for place in order)

    def texts(field: str) -> tuple[str, ...]:
        text = dict(zip(then.symbols, getattr(then, field), strict=True))
        text |= dict(zip(lines.symbols, getattr(lines, field), strict=True))
        return tuple(text[symbol] for symbol in ordered)

    return Movers(
        fund=now.fund,
        then=then,
        symbols=ordered,
        names=texts("names"),
        sectors=texts("sectors"),
        industries=texts("industries"),
        before=before[order],
        after=after[order],
        change=change[order],
        place_before=place_before[order],
        place_after=place_after[order],
    )
