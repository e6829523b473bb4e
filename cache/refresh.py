"""Run a plan: holdings first, then prices; gate, commit in batches, report.

One refresh a store at a time. A stop at any moment loses at most the batch under way, and
nothing held is ever replaced by nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from cache.bars import Bars
from cache.errors import SourceError, StoreEmpty, StoreError
from cache.files import FILE_SLACK, FileAsk
from cache.interrupt import one_at_a_time, signals, unless
from cache.known import Known
from cache.plan import Ask, Plan, make_plan, whole
from cache.progress import Progress, Stage, Summary
from cache.reasons import asked, wait
from cache.sessions import last_final
from core.frames import Prices

if TYPE_CHECKING:
    from cache.funds import Fund
    from cache.gate import Answer
    from cache.store import Store
    from core.frames import Holdings, Reference

#: Answers after which a batch is committed, and seconds after which it is anyway.
BATCH: Final = 100
EVERY: Final = 5.0
#: At most this many progress reports a second, beside those that open or close a stage.
REPORTS: Final = 10.0


class PriceSource(Protocol):
    """Where prices come from."""

    name: str

    @property
    def unreachable(self) -> bool:
        """Nothing at all answered."""

    @property
    def limited_until(self) -> datetime | None:
        """When a rate limit was met, the time to try again."""

    @property
    def requests(self) -> int:
        """Requests sent so far."""

    @property
    def retried(self) -> int:
        """How many symbols were asked a second time."""

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Ask, and give each answer as it comes."""


class FileSource(Protocol):
    """Where holdings files come from."""

    requests: int

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        """One file and the address it came from."""


def refresh(
    store: Store,
    pair: tuple[str, str],
    funds: Mapping[str, Fund],
    now: datetime,
    reference: Reference,
    *,
    full: bool = False,
    years: int = 2,
    report: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    prices: PriceSource | None = None,
    files: FileSource | None = None,
) -> Summary:
    """Fetch what is stale, commit it in batches and say what came.

    In the main thread SIGINT, SIGTERM and SIGHUP end it promptly, with what came committed; a
    second signal does what it always did.

    Args:
        store: where it is kept.
        pair: the two funds.
        funds: known funds, with the issuers' addresses.
        now: the time, with its time zone.
        reference: exchange sessions, renamed symbols, reconstitution dates.
        full: ask for everything, whole.
        years: how far back the lines go.
        report: called with progress, from this thread.
        stop: ends the refresh when set.
        prices: Yahoo unless given.
        files: the issuers unless given.

    Raises:
        StoreBusy: another refresh of this store is under way.
        StoreError: the store cannot be read or written.
    """
    if store.simulated:
        raise StoreError(f"{store.home} holds the demo market, which is never refreshed")
    stop = stop or threading.Event()
    with one_at_a_time(store.home), signals(stop):
        run = _Run(store, pair, funds, now, reference, full, years, report, stop)
        return run.all(prices, files)


class _Run:
    """One refresh: what it was asked, and what came so far."""

    def __init__(
        self,
        store: Store,
        pair: tuple[str, str],
        funds: Mapping[str, Fund],
        now: datetime,
        reference: Reference,
        full: bool,
        years: int,
        report: Callable[[Progress], None] | None,
        stop: threading.Event,
    ) -> None:
        self.store, self.pair, self.funds, self.now = store, pair, funds, now
        self.reference, self.full, self.years, self.stop = reference, full, years, stop
        self._report, self._reported = report, 0.0
        self._began = time.monotonic()
        self.held: Prices = Prices()
        self.holdings: Mapping[str, tuple[Holdings, ...]] = {}
        self.generation = 0
        self.failed: dict[str, str] = {}
        self.files: list[str] = []
        self.refetched: list[str] = []
        self.symbols = self.new_bars = self.done = self.total = 0
        self._answers: list[Answer] = []
        self._failures: dict[str, str] = {}
        self._committed = self._began

    def all(self, prices: PriceSource | None, files: FileSource | None) -> Summary:
        """Both stages, then the summary."""
        try:
            held = self.store.read()
            self.held, self.holdings = held.prices, held.holdings
            self.generation = held.generation
        except StoreEmpty:
            pass
        plan = self._plan()
        self._say("plan", message=_announced(plan), always=True)
        if plan.files:
            files = files or _issuers()
            self._fetch_files(plan.files, files)
            plan = self._plan()
        waiting = None if self.full else plan.wait_until
        if plan.asks and not waiting and not self.stop.is_set():
            prices = prices or self._yahoo()
            self._fetch_prices(plan.asks, prices)
        return self._summary(plan, waiting, prices, files)

    def _plan(self) -> Plan:
        return make_plan(
            self.held,
            self.holdings,
            self.pair,
            self.now,
            self.reference,
            funds=self.funds,
            full=self.full,
            years=self.years,
        )

    def _yahoo(self) -> PriceSource:
        from cache.sources.yahoo import Yahoo

        return Yahoo(self.store.home / "yfinance")

    # Holdings

    def _fetch_files(self, asks: tuple[FileAsk, ...], files: FileSource) -> None:
        self.total = len(asks)
        for ask in asks:
            self._say("holdings", symbol=ask.fund, message=f"asking for {ask}", always=True)
            came = unless(self.stop, partial(files.get, self.funds[ask.fund], ask.day))
            if came is None:
                return
            self.done += 1
            if isinstance(came, SourceError):
                self.failed[str(ask)] = came.reason
            else:
                self._keep_file(ask, *came)

    def _keep_file(self, ask: FileAsk, raw: bytes, address: str) -> None:
        from cache.sources.holdings import read_holdings

        read = partial(read_holdings, raw, address, fund=ask.fund, now=self._now())
        try:
            try:
                file = read()
            except SourceError:
                # A file may do without a date of its own; the day asked for is then its day.
                if ask.day is None:
                    raise
                file = read(as_of=ask.day)
        except SourceError as error:
            self.failed[str(ask)] = error.reason
            return
        held = self.store.commit(holdings=[(file.holdings, file.raw)])
        self.holdings, self.generation = held.holdings, held.generation
        came = file.holdings.as_of
        self.files.append(str(FileAsk(ask.fund, came)))
        if ask.day is not None and abs(came - ask.day) > timedelta(days=FILE_SLACK):
            self.failed[str(ask)] = f"the issuer gave its file of {came} instead"

    # Prices

    def _fetch_prices(self, asks: tuple[Ask, ...], source: PriceSource) -> None:
        known = Known(self.held)
        self.done, self.total = 0, len(asks)
        self._committed = started = time.monotonic()
        self._say("prices", always=True)
        while asks and not self.stop.is_set():
            again: list[Ask] = []
            with closing(source.fetch(asks, now=self.now, stop=self.stop)) as answers:  # type: ignore[type-var]
                for answer in answers:
                    if anew := self._take(answer, known, source):
                        again.append(anew)
                        self.total += 1
                    self.done += 1
                    self._flush(source, known)
                    self._say("prices", symbol=answer.ask.symbol, since=started)
            asks = tuple(again)
        self._flush(source, known, always=True)

    def _take(self, answer: Answer, known: Known, source: PriceSource) -> Ask | None:
        """Put an answer into the batch; gives the Ask that its symbol needs in its place."""
        symbol = answer.ask.symbol
        reason = answer.reason
        if not answer.kind:
            if not answer.ask.whole:
                rewritten = known.rewritten(symbol, answer.session, answer.close, answer.splits())
                if rewritten:
                    return whole(symbol, known, self.pair, self.now, self.years)
            elif reason := known.shrunk(answer.ask, answer.session, answer.close):
                reason = asked(reason, last_final(self.now))
        if reason:
            self.failed[symbol] = reason
            # That nobody was reached is no fact about a symbol.
            if not source.unreachable:
                self._failures[symbol] = reason
            return None
        days, _ = known.closes(symbol)
        if answer.ask.whole and len(days) and not self.full:
            self.refetched.append(symbol)
        fresh = ~np.isnan(answer.close) & ~np.isin(answer.session, days)
        self.new_bars += int(np.count_nonzero(fresh))
        self.symbols += 1
        self._answers.append(answer)
        return None

    def _flush(self, source: PriceSource, known: Known, *, always: bool = False) -> None:
        size = len(self._answers) + len(self._failures)
        since = time.monotonic() - self._committed
        if not size or not (always or size >= BATCH or since >= EVERY):
            return
        bars = _bars(self._answers, self._failures, known, source.name, self._now())
        self.generation = self.store.commit(bars=bars).generation
        self._answers, self._failures = [], {}
        self._committed = time.monotonic()

    # Words

    def _now(self) -> datetime:
        """The time now: the time at the start and the seconds since."""
        seconds = int(time.monotonic() - self._began)
        return self.now + timedelta(seconds=seconds)

    def _say(
        self,
        stage: Stage,
        *,
        symbol: str = "",
        message: str = "",
        since: float | None = None,
        always: bool = False,
    ) -> None:
        at = time.monotonic()
        if self._report is None or not (always or at - self._reported >= 1 / REPORTS):
            return
        self._reported = at
        rate = left = None
        if since is not None and self.done and at - since >= 1.0:
            rate = round(self.done / (at - since), 2)
            left = round((self.total - self.done) / (self.done / (at - since)), 1)
        failed = len(self.failed)
        self._report(Progress(stage, self.done, self.total, failed, rate, left, symbol, message))

    def _summary(
        self,
        plan: Plan,
        waiting: datetime | None,
        prices: PriceSource | None,
        files: FileSource | None,
    ) -> Summary:
        final = last_final(self.now)
        stopped = self.stop.is_set()
        limited = waiting or (prices.limited_until if prices else None)
        missing = [f for f in dict.fromkeys(self.pair) if not self.holdings.get(f)]
        words: list[str] = []
        if prices is not None and prices.unreachable and not self.symbols:
            why = next(reversed(self.failed.values()), "nothing came").removesuffix("; try again")
            words.append(f"{why}; everything held stays as it is")
        elif self.symbols:
            words.append(f"{self.symbols} symbols brought, {self.new_bars} new closes")
        elif not plan.asks:
            words.append(f"prices are current through {final}")
        if limited:
            words.append(f"Yahoo limits requests; {wait(limited)}")
        if self.failed:
            words.append(f"{len(self.failed)} failed")
        if missing:
            words.append(f"no holdings of {' and '.join(missing)} are held")
        if stopped:
            words.append("stopped early; what came is kept")
        ok = not (self.failed or stopped or missing or (plan.asks and waiting))
        summary = Summary(
            ok=ok,
            message="; ".join(words) or "nothing came",
            symbols=self.symbols,
            new_bars=self.new_bars,
            refetched=tuple(self.refetched),
            files=tuple(self.files),
            failed=dict(self.failed),
            requests=(prices.requests if prices else 0) + (files.requests if files else 0),
            seconds=round(time.monotonic() - self._began, 2),
            generation=self.generation,
            wait_until=limited,
            stopped=stopped,
        )
        self._say("done", message=summary.message, always=True)
        return summary


def _issuers() -> FileSource:
    from cache.sources.issuers import Issuers

    return Issuers()


def _announced(plan: Plan) -> str:
    if not plan:
        return "nothing is stale"
    minutes = plan.expected_seconds / 60
    return f"{plan.requests} requests, about {max(minutes, 0.1):.1f} minutes"


def _bars(
    answers: list[Answer],
    failures: Mapping[str, str],
    known: Known,
    source: str,
    fetched_at: datetime,
) -> Bars:
    """A batch of answers as the store takes it."""

    def joined(name: str, empty: Any) -> Any:
        return np.concatenate([getattr(a, name) for a in answers] or [empty])

    symbols = tuple(answer.ask.symbol for answer in answers)
    floats = {n: joined(n, np.zeros(0)) for n in ("close", "volume", "dividend", "split")}
    return Bars(
        symbols=symbols,
        symbol=np.repeat(np.arange(len(answers)), [len(a.session) for a in answers]),
        session=joined("session", np.zeros(0, "datetime64[D]")),
        **floats,
        source=source,
        fetched_at=fetched_at,
        through={a.ask.symbol: a.through for a in answers if a.through},
        provisional={a.ask.symbol: a.provisional for a in answers if a.provisional},
        replace=frozenset(
            a.ask.symbol for a in answers if a.ask.whole and len(known.closes(a.ask.symbol)[0])
        ),
        failures=failures,
    )
