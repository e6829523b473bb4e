"""take: answer a question from the available data with a Snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.announced import coming
from core.answer.details import PairDetails
from core.answer.index import index_of, own_return
from core.answer.lazy_mapping import LazyMapping
from core.answer.levels import pair_levels
from core.answer.provenance import price_returns, sources, warnings
from core.answer.unanswered import (
    absent_names,
    check_names,
    ends_apart,
    moved_ends,
    not_reached,
    window_of,
)
from core.answer.views import IndexView, Snapshot, State
from core.data.errors import UnavailableError
from core.data.frames import Dates, day, in_both, pydate
from core.data.question import Basis, Question
from core.data.windows import Window, exchange_session
from core.measures.bridge import Step, bridge, side
from core.measures.changes import Change, Changes, window_changes
from core.measures.membership import as_known, list_at_end, spans
from core.measures.spread import Spread, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from core.answer.coming import Coming
    from core.data.frames import Holdings
    from core.data.market import Market
    from core.measures.basket import Basket
    from core.measures.daily import Daily
    from core.measures.membership import Span

__all__ = [
    "Basis",
    "IndexView",
    "Question",
    "Snapshot",
    "common_sessions",
    "final_sessions",
    "stepped",
    "take",
]

#: A reconstitution that lies so near to the as-of date is named.
NEAR: Final = timedelta(days=14)


def common_sessions(market: Market, small: str, large: str) -> Dates:
    """(T,) sessions with a close of both funds; of any symbol where a fund has none; cached."""
    return market.cached(("common", small, large), lambda: _common_sessions(market, small, large))


def _common_sessions(market: Market, small: str, large: str) -> Dates:
    series = [market.series(symbol) for symbol in (small, large)]
    if series[0] is not None and series[1] is not None:
        return in_both(series[0].sessions, series[1].sessions)
    blocks = [block.sessions for block in market.bars]
    return np.concatenate(blocks) if blocks else np.zeros(0, "datetime64[D]")


def final_sessions(market: Market, small: str, large: str) -> Dates:
    """(T,) the common sessions less those on which a fund's close is provisional."""
    open_ = {market.prices.provisional.get(symbol) for symbol in (small, large)}
    sessions = common_sessions(market, small, large)
    keep = np.ones(len(sessions), bool)
    for session in open_ - {None}:
        keep &= sessions != np.datetime64(session, "D")
    return sessions[keep]


def _spread(
    market: Market, question: Question, window: Window, sessions: Dates, as_of: date
) -> tuple[Spread | None, str]:
    """The spread, or None and the sentence that says what is missing."""
    pair = (question.small, question.large)
    series = pair_levels(market, pair, question.basis, window, sessions)
    if isinstance(series, str):
        return None, series
    if question.alone:
        series = replace(series, large=None, large_price=None)
    return spread(window, series, as_of=as_of), ""


def _changes(
    market: Market,
    window: Window,
    as_of: date,
    parts: Mapping[str, tuple[Span, ...]],
    indices: Mapping[str, IndexView],
) -> dict[str, Changes]:
    """Fund -> what changed between two files of its index, of those that have two."""
    changes_of = {}
    for fund, spans_of in parts.items():
        first = spans_of[0] if spans_of else None
        compared = window_changes(market, fund, first, window.end, as_of)
        if compared is not None:
            changes_of[fund] = _with_contributions(market, *compared, indices.get(fund))
    return changes_of


def _with_contributions(
    market: Market, changes: Changes, files: tuple[Holdings, Holdings], view: IndexView | None
) -> Changes:
    """Joiners and leavers with what they contributed over the window.

    Where a symbol that one company left and another took over has closes of one line alone,
    they count for the newcomer.
    """
    if view is None:
        return changes
    lines = view.contributors
    place = dict(zip(lines.symbols, count(), strict=False))
    old, new = (dict(zip(f.symbols, market.lines(f), strict=True)) for f in files)
    taken_over = {new[change.symbol] for change in changes.joined}

    def with_contribution(change: Change, ticker: str) -> Change:
        row = place.get(ticker)
        if row is None:
            return change
        figures = float(lines.returns[row]), float(lines.contribution[row])
        return Change(change.symbol, change.name, change.sector, change.weight, *figures)

    return replace(
        changes,
        joined=tuple(with_contribution(c, new[c.symbol]) for c in changes.joined),
        left=tuple(
            c if old[c.symbol] in taken_over else with_contribution(c, old[c.symbol])
            for c in changes.left
        ),
    )


def _reconstitutions(market: Market, funds: Iterable[str], as_of: date) -> dict[str, date]:
    """Fund -> the known reconstitution nearest to a date, where it is near."""
    nearest = {}
    for fund in funds:
        dates = map(market.session, market.reference.reconstitutions.get(fund, ()))
        near = [d for d in dates if abs(d - as_of) <= NEAR]
        if near:
            nearest[fund] = min(near, key=lambda d: abs(d - as_of))
    return nearest


def _check_funds(market: Market, question: Question) -> None:
    """Raise where the two funds are one, or where one of them has neither closes nor holdings."""
    if question.small == question.large and not question.alone:
        raise UnavailableError(f"{question.small} cannot be compared with itself")
    without = [
        fund
        for fund in question.funds
        if fund not in market.last_close and fund not in market.holdings
    ]
    if without:
        files = "its files" if len(without) == 1 else "their files"
        raise UnavailableError(f"no data for {' and '.join(without)}: import {files} or fetch")


def _bridge(indices: Mapping[str, IndexView], baskets: Mapping[str, Basket]) -> tuple[Step, ...]:
    """The steps from one index's return to the other's; () where one of them has no answer."""
    if len(indices) < 2:
        return ()
    first, second = (
        side(
            fund,
            view.fund_return,
            baskets[fund],
            view.breadth,
            "price returns" if view.price_return_weight else "cash and fees",
        )
        for fund, view in indices.items()
    )
    return () if first is None or second is None else bridge(first, second)


def _announced(
    market: Market,
    question: Question,
    window: Window,
    as_of: date,
    indices: Mapping[str, IndexView],
) -> dict[str, tuple[Coming, ...]]:
    """Fund -> the announced changes of its index that are still to come, of those that have any."""
    changes_of = {
        fund: coming(
            market,
            fund,
            indices.get(fund),
            as_of,
            lambda symbol: own_return(market.series(symbol), window, question.basis),
        )
        for fund in question.funds
    }
    return {fund: changes for fund, changes in changes_of.items() if changes}


def _daily(
    market: Market,
    question: Question,
    window: Window,
    as_of: date,
    baskets: Mapping[str, Basket],
) -> dict[str, Daily]:
    """Fund -> its breadth by session of the window, of those that have one."""
    # what only the command line asks for at first is loaded where it is requested
    from core.measures.daily import daily

    ends = window.start, window.end
    by_day = {
        fund: daily(market, fund, ends, as_of, question.basis, basket)
        for fund, basket in baskets.items()
    }
    return {fund: breadth for fund, breadth in by_day.items() if breadth is not None}


def take(market: Market, question: Question) -> Snapshot:
    """Answer a question from the available data.

    Raises:
        WindowError: the window cannot be read.
        UnavailableError: nothing is available to answer from, or not for the window.
        NoSuchNameError: a name to leave out stands in no list of members held.
    """
    pair = question.funds
    _check_funds(market, question)
    check_names(market, question)
    both = question.small, question.large
    newest = final_sessions(market, *both)[-1:]
    if question.as_of is not None:
        market = market.kinds_known_on(question.as_of)
    sessions = common_sessions(market, *both)
    final = final_sessions(market, *both)
    if not len(sessions):
        raise UnavailableError(f"no closes for {' and '.join(pair)}: import or fetch")
    last = pydate((final if len(final) else sessions)[-1])
    requested_as_of = question.as_of or last
    window = window_of(market, pair, question.window, requested_as_of, sessions)
    as_of = pydate(sessions[np.searchsorted(sessions, day(requested_as_of), side="right") - 1])

    late = not_reached(market, question, window.label, sessions)
    apart = ends_apart(market, question, window.end)

    market = as_known(market, pair, window, as_of)
    pair_spread, why = _spread(market, question, window, sessions, as_of)
    missing = [why] if why else []
    parts = {fund: spans(market, fund, window.start, window.end, as_of) for fund in pair}
    at_end: dict[str, Span] = {}
    for fund in pair if question.breadth_list == "end" else ():
        span = list_at_end(market, fund, window.start, window.end, as_of)
        at_end |= {} if span is None else {fund: span}
    lists = {fund: (*parts[fund], *filter(None, [at_end.get(fund)])) for fund in pair}
    indices: dict[str, IndexView] = {}
    baskets: dict[str, Basket] = {}
    for fund in pair:
        answer = index_of(market, question, fund, window, parts[fund], at_end.get(fund))
        if isinstance(answer, str):
            missing.append(answer)
        else:
            indices[fund], baskets[fund] = answer
    if pair_spread is None and not indices:
        raise UnavailableError("; ".join(missing))

    open_sessions = set(market.prices.provisional.values())
    names = {**market.reference.index_levels, **market.reference.indices}
    absent = absent_names(market, question, indices)
    moved = [] if late else moved_ends(market, question, window, as_of)
    remarks = tuple(filter(None, [late, apart, *moved, *absent]))
    whole = pair_spread is not None and len(indices) == len(pair) and not late
    state: State = "final"
    if window.end in open_sessions:
        state = "intraday"
    elif not whole or not all(view.complete for view in indices.values()):
        state = "partial"
    return Snapshot(
        question=question,
        window=window,
        as_of=as_of,
        last_session=pydate(newest[0]) if len(newest) else last,
        state=state,
        simulated=market.simulated,
        sources=sources(market, question, window, baskets, lists),
        spread=None if question.alone else pair_spread,
        single_spread=pair_spread if question.alone else None,
        indices=indices,
        bridge=_bridge(indices, baskets),
        pair=PairDetails(baskets[pair[0]], baskets[pair[1]]) if len(indices) == 2 else None,
        changes=LazyMapping(lambda: _changes(market, window, as_of, parts, indices)),
        daily=_daily(market, question, window, as_of, baskets) if question.daily else {},
        missing=tuple(missing),
        warnings=(*remarks, *warnings(market, question, window, indices, lists)),
        generation=market.generation,
        announced=_announced(market, question, window, as_of, indices),
        remarks=remarks,
        not_reached=bool(late),
        reconstitutions=_reconstitutions(market, pair, as_of),
        index_names={fund: names[fund] for fund in pair if fund in names},
        price_returns=price_returns(market, question, window),
        before=LazyMapping(lambda: _a_session_earlier(market, question, window, sessions)),
    )


def _a_session_earlier(
    market: Market, question: Question, window: Window, sessions: Dates
) -> dict[str, IndexView]:
    """Each index from the same start to the session before the window's end; {} in one session.

    And {} where a fund has no close on that session.
    """
    place = int(np.searchsorted(sessions, day(window.end))) - 1
    if place < 0 or sessions[place] <= day(window.start):
        return {}
    end = pydate(sessions[place])
    before = exchange_session(market.reference.sessions, window.end - timedelta(days=1))
    if before is not None and end < before:
        return {}
    shorter = replace(window, end=end, end_anchor=end)
    views = {}
    for fund in question.funds:
        at_end = None
        if question.breadth_list == "end":
            at_end = list_at_end(market, fund, window.start, end, end)
        parts = spans(market, fund, window.start, end, end)
        answer = index_of(market, question, fund, shorter, parts, at_end)
        if not isinstance(answer, str):
            views[fund] = answer[0]
    return views


def stepped(question: Question, market: Market, snapshot: Snapshot, sessions: int) -> Question:
    """The same question some sessions later (or earlier), inside the available sessions."""
    final = final_sessions(market, question.small, question.large)
    place = int(np.searchsorted(final, day(snapshot.as_of), side="right")) - 1 + sessions
    if sessions < 0 and not np.any(final == day(snapshot.as_of)):
        # From a session that is still open, one step back is the last final one.
        place += 1
    place = min(max(place, 0), len(final) - 1)
    return replace(question, as_of=pydate(final[place]))
