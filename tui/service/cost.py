"""The cost of a refresh, in one sentence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cache.facts.funds import load_funds
from cache.facts.sessions import last_final, sessions
from cache.facts.vendors import YAHOO
from cache.refresh.absent_files import load_absent
from cache.refresh.backoff import load_waits
from cache.refresh.host_backoff import load_hosts
from cache.refresh.plan import make_plan
from cache.refresh.reasons import next_try, wait
from cache.refresh.request import Request
from core.data.errors import CoreError
from core.data.question import normal
from core.data.windows import anchors
from tui.service.price_sources import vendor_of
from tui.state.config import FILE, Config, ConfigError, load
from tui.text.formats import ago

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.data.frames import Holdings, Prices, Reference
    from core.data.question import Question
    from tui.state.places import Places

#: Lines are fetched for this many years: an older window's start needs no holdings of its own.
_YEARS = 2
#: A clock may be this much behind the one that the data was taken by.
_SLOW = timedelta(minutes=10)


def window_start(question: Question, now: datetime) -> date | None:
    """Return where the question's window starts today; None where it is older than the lines."""
    final = last_final(now)
    try:
        start, _ = anchors(normal(question.window), final, final, sessions())
    except CoreError:
        return None
    return start if start > final - timedelta(days=366 * _YEARS) else None


def sentence(
    where: Places,
    prices: Prices,
    holdings: Mapping[str, Sequence[Holdings]],
    question: Question,
    now: datetime,
    reference: Reference,
    by: str,
    board: tuple[str, ...] = (),
) -> str:
    """Say what is stale, and how many requests a refresh (started by ``by``) costs.

    Of a board's funds, where there are any, the closes alone are counted, in place of the pair.
    """
    pair = (question.small, question.large)
    try:
        config = load(where.settings / FILE)
    except ConfigError:
        config = Config()
    vendor = vendor_of(where, config) if {"source", "spark"} & config.set_by_user else YAHOO
    plan = make_plan(
        prices,
        holdings,
        Request(
            pair,
            now,
            reference,
            funds=load_funds(where.config / "funds.toml"),
            since=window_start(question, now),
            rate=vendor.rate if vendor.key != YAHOO.key else config.rate,
            board=board,
        ),
        absent=load_absent(where.store, now),
        refusals=load_hosts(where.store),
        waits=load_waits(where.store, vendor.key),
        vendor=vendor,
    )
    newest = max(prices.fetched_at.values(), default=now)
    if newest - now > _SLOW:
        # with a clock that is behind the data nothing can be said of its age
        return f"the newest data is {ago(newest, now)}: set this machine's clock right first"
    waiting = next_try(plan.waiting.values(), now) if plan.waiting else ""
    if plan.refusals:
        quiet = "; ".join(f"{host} {refusal}" for host, refusal in plan.refusals.items())
        waiting = f"{waiting}; {quiet}" if waiting else quiet
    if not plan:
        retry = "`internals refresh --retry`" if by.startswith("`") else ":retry"
        return f"{waiting}; {retry} asks now" if waiting else "up to date: nothing to fetch"
    waiting = f"; {waiting}" if waiting else ""
    stale = f"stale: {len(plan.asks):,} symbols, {len(plan.files):,} holdings files;"
    if board:
        stale = f"stale: closes of {len(plan.asks):,} of the board's {len(board):,} funds;"
    if plan.asks and plan.wait_until:
        return f"{stale} {vendor.name} limits requests; {wait(plan.wait_until)}"
    asks = f"{by} fetches: {plan.requests:,} requests"
    unknown = [] if board else [fund for fund in pair if fund not in holdings]
    if unknown:
        # how many lines a fund has is known once its holdings are
        return f"{stale} {asks} and one for each line of {' and '.join(unknown)}{waiting}"
    return f"{stale} {asks}, {max(1, round(plan.expected_seconds / 60)):,} min{waiting}"
