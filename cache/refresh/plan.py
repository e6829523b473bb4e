"""What to request: decided from the stored data, the question and the clock, before any request.

Pure: no disk, no network. A plan says how many requests it costs, so that a screen can name
the price of a refresh without sending one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.sessions import last_final, next_final
from cache.facts.vendors import YAHOO
from cache.refresh.ask import Ask, sizes
from cache.refresh.file_plan import FileAsk, dated_lenders, stale_files
from cache.refresh.older_days import older_sessions
from cache.refresh.reasons import session_of, wait_until
from cache.refresh.stored_closes import StoredCloses
from cache.refresh.turns import COMPARED, due, expected, has_turn
from core.data.frames import Dates, Holdings, Prices, day, pydate
from core.data.record import record
from core.data.windows import years_back

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.backoff import Wait
    from cache.refresh.host_backoff import LeftHost
    from cache.refresh.request import Request

#: Fund histories begin here: the first fund on the S&P 500 began to trade in January 1993.
FUNDS_FROM: Final = date(1993, 1, 1)
#: Histories of indices, which begin before any fund's: the S&P 500's with that of its forerunner.
INDICES_FROM: Final = date(1927, 12, 30)


@record(frozen=True, slots=True)
class Plan:
    """What a refresh will ask for.

    Attributes:
        files: holdings files, before any price.
        asks: symbols, in the order of asking.
        expected_seconds: how long that takes at the usual rate.
        wait_until: the vendor asked not to be asked before this time.
        waiting: symbol -> the time before which it is not requested again, after a request that
            failed; these are stale, and not asked for.
        refusals: host -> its refusal to talk, because of which a file is not requested now.
        charts: requests that the prices cost, those for ``older`` among them.
        older: sessions of the market that are compared with the stored data.
    """

    files: tuple[FileAsk, ...] = ()
    asks: tuple[Ask, ...] = ()
    expected_seconds: float = 0.0
    wait_until: datetime | None = None
    waiting: Mapping[str, datetime] = field(default_factory=dict)
    refusals: Mapping[str, LeftHost] = field(default_factory=dict)
    charts: int = 0
    older: tuple[date, ...] = ()

    @property
    def requests(self) -> int:
        """Requests that the plan costs; second tries and changed histories come on top."""
        return len(self.files) + self.charts

    def __bool__(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.files or self.asks)


def make_plan(
    prices: Prices,
    holdings: Mapping[str, Sequence[Holdings]],
    request: Request,
    *,
    absent: Collection[FileAsk] = (),
    refusals: Mapping[str, LeftHost] = {},
    waits: Mapping[str, Wait] = {},
    vendor: Vendor = YAHOO,
    vendors: frozenset[str] | None = None,
    only: Collection[str] | None = None,
) -> Plan:
    """Plan the requests by which a pair can be answered as of the last final session.

    Funds come first, then lines by weight. A symbol is asked whole when no close of it is
    stored or ``full`` is set, else from seven sessions before its last final close; once in twenty
    sessions from its first close, where that is no further request. One that answered through the
    last final session is not asked again. Where the whole market of a session is one answer, some
    older sessions are requested besides, to be compared.

    A line whose request failed waits: for the next session where the vendor did not know it or its
    answer was refused, else for a pause that grows. The pair itself never waits: it costs two
    requests, and without it nothing is answered.

    Args:
        prices: the stored prices.
        holdings: fund -> its files, ascending.
        request: what is to be brought.
        absent: holdings files that their issuer said it does not have.
        refusals: hosts that refused to talk; those still left alone are not asked.
        waits: symbol -> its last asking without success.
        vendor: who is to be asked, and on which terms.
        vendors: the sources whose closes a refresh brought, None for those known.
        only: these symbols alone, and no files; None for all.
    """
    pair, now, full = request.leading, request.now, request.full
    final = last_final(now)
    stored = StoredCloses(prices, vendors)
    asks: list[Ask] = []
    waiting: dict[str, datetime] = {}
    again = full or request.again
    symbols = _symbols_of(holdings, request)
    if only is not None:
        symbols = [symbol for symbol in symbols if symbol in only]
    if request.board or only is not None:
        request = replace(request, funds={})
    for symbol in symbols:
        last = stored.final(symbol)
        if not full and last is not None and max(last, prices.through.get(symbol, last)) >= final:
            continue
        until = (
            None
            if again or symbol in pair
            else left_alone(prices, symbol, waits.get(symbol), now, final)
        )
        if until is not None:
            waiting[symbol] = until
        elif full or last is None or stored.of_another_vendor(symbol, vendor.name):
            asks.append(whole(symbol, stored, request, vendor))
        else:
            asks.append(piece(symbol, last, stored, request, vendor))
    files = [*stale_files(holdings, request, final, absent)]
    if vendor.closes_alone:
        asks = _with_turns(asks, stored, final, request.reference.sessions)
    since = reach(vendor, now)
    older = older_sessions(asks, stored, vendor, request.reference.sessions, final, since)
    limited = [r for r in prices.failures.values() if f"limited by {vendor.name};" in r]
    quiet = {} if again else {host: one for host, one in refusals.items() if one.holds(now)}
    hosts = {ask: request.funds[ask.fund].hosts(ask.day) for ask in files}
    skipped = [ask for ask in files if hosts[ask] <= {*quiet}]
    plan = Plan(
        files=tuple(ask for ask in files if ask not in skipped),
        asks=tuple(asks),
        wait_until=wait_until(limited, now),
        charts=vendor.requests(sizes(asks, final), sum(not ask.events for ask in asks))
        + len(older),
        older=older,
        waiting=waiting,
        refusals={host: quiet[host] for ask in skipped for host in hosts[ask]},
    )
    return replace(plan, expected_seconds=round(plan.requests / request.rate, 1))


def piece(symbol: str, last: date, stored: StoredCloses, request: Request, vendor: Vendor) -> Ask:
    """The Ask for a symbol's closes after the last final stored one, and for some before it."""
    sessions = request.reference.sessions
    # the vendor may have spoken for sessions without a close
    covered_to = max(last, stored.prices.through.get(symbol, last))
    # A vendor of days is asked for those after the last one that it answered for.
    start = _sessions_back(sessions, last if vendor.overlap else covered_to, vendor.overlap)
    new, final = _sessions_back(sessions, covered_to, -1), last_final(request.now)
    turn = vendor.by_turns and has_turn(symbol, new, final, sessions, COMPARED)
    if turn or stored.foreign(symbol, vendor.name):
        # All that both have is compared; closes of another source stay.
        start = min(start, max(pydate(stored.closes(symbol)[0][0]), reach(vendor, request.now)))
    return Ask(symbol, start, _until(request.now), whole=False)


def whole(symbol: str, stored: StoredCloses, request: Request, vendor: Vendor = YAHOO) -> Ask:
    """The Ask for a symbol's whole history: indices from 1927, funds from 1993, lines some years.

    It reaches back to the first stored close, so that replacing loses no year, and to the first
    adjusted close, which is not used beside closes.
    """
    today = request.now.date()
    begin = _years_back(today, request.years)
    if symbol in request.leading:
        begin = INDICES_FROM if symbol.startswith("^") else FUNDS_FROM
    days, _ = stored.closes(symbol)
    if len(days):
        begin = min(begin, pydate(days[0]))
    if (adjusted := stored.first_adjusted(symbol)) is not None:
        begin = min(begin, adjusted)
    begin = max(begin, reach(vendor, request.now))
    return Ask(symbol, begin, _until(request.now), whole=True)


def reach(vendor: Vendor, now: datetime) -> date:
    """The first day that a vendor's plan covers: what is before it, it would refuse."""
    return _years_back(now.date(), vendor.years) if vendor.years else date.min


def _with_turns(
    asks: Sequence[Ask], stored: StoredCloses, final: date, sessions: Dates
) -> list[Ask]:
    """The asks, those marked that closes alone answer."""
    paid = expected(stored.prices)
    marked = []
    for ask in asks:
        last = stored.final(ask.symbol)
        if ask.whole or last is None:
            marked.append(ask)
            continue
        first = _sessions_back(sessions, last, -1)
        events = due(ask.symbol, first, final, sessions, paid.get(ask.symbol))
        marked.append(replace(ask, events=events))
    return marked


def _until(now: datetime) -> date:
    """Return the last day to request: today in New York, or tomorrow where it is past midnight."""
    return now.astimezone(UTC).date()


def _symbols_of(holdings: Mapping[str, Sequence[Holdings]], request: Request) -> list[str]:
    """Return the leading symbols, then every line of the pair's files and of those lent to it.

    Heaviest first; of a fund of the pair without a file of these years its newest counts.
    """
    pair, aliases = request.leading, request.reference.aliases
    if request.board:
        return [*dict.fromkeys(pair)]
    since = _years_back(request.now.date(), request.years)
    lists = dict.fromkeys(pair)
    lists |= {name: None for fund in pair for name in dated_lenders(request.funds, fund)}
    weight: dict[str, float] = {}
    for fund in lists:
        files = holdings.get(fund, ())
        for file in [f for f in files if f.as_of >= since] or (files[-1:] if fund in pair else ()):
            for symbol, value in zip(file.symbols, file.value / file.total, strict=True):
                # A renamed line trades, and is known to the vendor, under its new symbol.
                now_named = aliases.get(symbol, symbol)
                weight[now_named] = max(weight.get(now_named, 0.0), float(value))
    lines = sorted(weight.keys() - set(pair), key=lambda s: (-weight[s], s))
    return [*dict.fromkeys(pair), *lines]


def open_lines(
    first: Plan, failed: Mapping[str, str], stored: Prices, vendor: Vendor, final: date
) -> frozenset[str]:
    """The symbols to request from a further source after one has failed to give them.

    A line that the first source keeps up, and failed to only in passing, waits for it: taking
    it anew from another, and back again, would mix nothing and cost everything.
    """
    stored_closes = StoredCloses(stored)
    missing: set[str] = set()
    for symbol in (*(ask.symbol for ask in first.asks), *first.waiting):
        last = stored_closes.final(symbol)
        if last is not None and max(last, stored.through.get(symbol, last)) >= final:
            continue
        reason = failed.get(symbol) or stored.failures.get(symbol, "")
        refused = session_of(reason) is not None
        if last is None or refused or stored.source.get(symbol) == vendor.name:
            missing.add(symbol)
    return frozenset(missing)


def left_alone(
    prices: Prices, symbol: str, wait: Wait | None, now: datetime, final: date
) -> datetime | None:
    """Return the time until which a stale symbol waits, None where it is requested now."""
    times: list[datetime] = []
    if session_of(prices.failures.get(symbol, "")) == final:
        # The vendor was asked for this session, and its answer was of no use.
        times.append(next_final(final))
    if wait is not None and wait.holds(now, final, prices.fetched_at.get(symbol)):
        times.append(wait.until)
    return max(times, default=None)


def _years_back(today: date, years: int) -> date:
    """The date years ago, less ten days, so that the anchor has a close before it."""
    return years_back(today, years) - timedelta(days=10)


def _sessions_back(sessions: Dates, when: date, count: int) -> date:
    """The session ``count`` sessions before ``when``."""
    at = int(np.searchsorted(sessions, day(when), side="right")) - 1
    return pydate(sessions[min(max(at - count, 0), len(sessions) - 1)])
