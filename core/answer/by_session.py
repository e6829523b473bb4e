"""Add breadth session by session to an answer that was made without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.measures.daily import Daily, daily
from core.measures.membership import as_known

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.data.market import Market


def universe(view: IndexView) -> str:
    """The universe of an index's daily counts: the fund's lines, never an exchange's issues."""
    part = view.segments[-1]
    whose = part.carry.lender or view.fund
    return f"members by {whose}'s file of {part.holdings_as_of}, not an exchange's issues"


def daily_of(market: Market, snapshot: Snapshot, fund: str) -> Daily | None:
    """An index's daily breadth up to a snapshot's end; None where there is none."""
    if fund in snapshot.daily:
        return snapshot.daily[fund]
    window, basis = snapshot.window, snapshot.question.basis
    market = as_known(market, snapshot.question.pair, window, snapshot.as_of)
    return daily(market, fund, (window.start, window.end), snapshot.as_of, basis)
