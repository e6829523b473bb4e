"""One run of a plan: holdings first, then prices; gate, commit in batches, report.

A stop at any moment loses at most the batch under way, and nothing held is ever replaced by
nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cache.facts.errors import SourceError, StoreEmpty
from cache.facts.sessions import last_final
from cache.facts.vendors import FETCHED, YAHOO
from cache.refresh.absent_files import AbsentError, load_absent, remember_absent
from cache.refresh.assessment import Assessment, assess
from cache.refresh.backoff import load_waits
from cache.refresh.batch import Batch
from cache.refresh.clock_skew import Skew, careful
from cache.refresh.file_plan import FILE_SLACK, FileAsk, by_hand
from cache.refresh.held import HeldCloses
from cache.refresh.interrupt import unless
from cache.refresh.jumps import odd, same_rows
from cache.refresh.left_hosts import keep_hosts, load_hosts
from cache.refresh.plan import Plan, make_plan, whole
from cache.refresh.poison import Evidence
from cache.refresh.progress import Progress, Stage
from cache.refresh.second_leg import open_lines
from cache.store.draft import Note
from core.data.frames import Prices

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.facts.vendors import Vendor
    from cache.refresh.ask import Ask
    from cache.refresh.gate import Answer
    from cache.refresh.sources import FileRead, FileSource, PriceSource
    from cache.store.store import Store
    from core.data.frames import Holdings, Reference

#: How the reason of a file begins that does not say its day.
NO_DATE: Final = "states no date"
#: A file younger than this may come yet: that there is none is not remembered.
NOT_YET: Final = timedelta(days=4)
#: At most this many progress reports a second, beside those that open or close a stage.
REPORTS: Final = 10.0


class Run:
    """One refresh: its request, and its results so far."""

    def __init__(
        self,
        store: Store,
        pair: tuple[str, str],
        funds: Mapping[str, Fund],
        now: datetime,
        reference: Reference,
        full: bool,
        again: bool,
        years: int,
        since: date | None,
        rate: float,
        report: Callable[[Progress], None] | None,
        stop: threading.Event,
        vendor: Vendor,
        others: Sequence[tuple[Callable[[], PriceSource], Vendor]] = (),
    ) -> None:
        self.vendor, self.others = vendor, tuple(others)
        self.store, self.pair, self.funds, self.now = store, pair, funds, now
        self.reference, self.full, self.years, self.stop = reference, full, years, stop
        self.again, self.since, self.rate = again, since, rate
        self.waits, self.left = load_waits(store.home, vendor.key), load_hosts(store.home)
        self._report, self._reported = report, 0.0
        self.began = time.monotonic()
        self.skew = Skew()
        self.held: Prices = Prices()
        self.holdings: Mapping[str, tuple[Holdings, ...]] = {}
        self.generation = 0
        self.failed: dict[str, str] = {}
        self.files: list[str] = []
        self.refetched: list[str] = []
        self.moved: list[str] = []
        self.asked: list[PriceSource] = []
        self.symbols = self.new_bars = self.done = self.total = self.planned = 0
        self.unanswered = 0
        self.notes: list[str] = []
        self.poisoned = self.refused = ""
        #: Names of the sources of this run, beside the usual ones.
        self.vendors = FETCHED | {vendor.name, *(one.name for _, one in others)}
        self._absent: set[FileAsk] = set()

    def all(self, prices: PriceSource, files: FileSource) -> Plan:
        """Run both stages; returns the plan that was followed last."""
        self.load()
        plan = self._plan()
        self.say("plan", message=_announced(plan), always=True)
        self.planned = len(plan.files)
        if plan.files:
            self.fetch_files(plan.files, files)
            plan = self._plan()
            self.say("plan", message=_announced(replace(plan, files=())), always=True)
        if plan.asks and not plan.wait_until and not self.stop.is_set():
            self.planned += plan.charts
            self._fetch_prices(plan.asks, prices)
        self.asked = [prices]
        if prices.unreachable:
            self.refused = next(reversed(self.failed.values()), "").removesuffix("; try again")
        for make, vendor in self.others:
            if not self.stop.is_set() and not self.poisoned:
                self._second_leg(plan, make, vendor)
        return plan

    def load(self) -> None:
        """Read what is held, where anything is."""
        try:
            snapshot = self.store.read()
        except StoreEmpty:
            return
        self.held, self.holdings = snapshot.prices, snapshot.holdings
        self.generation = snapshot.generation

    def _second_leg(self, first: Plan, make: Callable[[], PriceSource], vendor: Vendor) -> None:
        """Ask the next source for what the one before did not bring and is not to keep."""
        self.held = self.store.read().prices if self.generation else Prices()
        missing = open_lines(first, self.failed, self.held, vendor, last_final(self.now))
        if not missing:
            return
        before, name = self.symbols, self.vendor.name
        self.vendor, self.waits = vendor, load_waits(self.store.home, vendor.key)
        plan = self._plan(only=missing)
        if plan.asks and not plan.wait_until:
            message = f"asking {vendor.name} for {len(plan.asks):,} lines that {name} did not bring"
            self.say("plan", message=message, always=True)
            self.planned += plan.charts
            source = make()
            self.asked.append(source)
            self._fetch_prices(plan.asks, source)
        if brought := self.symbols - before:
            lines = f"{brought:,} line{'' if brought == 1 else 's'}"
            self.notes.append(f"{lines} of {vendor.name}, in place of {name}")

    def _plan(self, only: Collection[str] | None = None) -> Plan:
        prices = self.held
        if only is not None:
            # Why another source brought nothing makes nobody wait for this one.
            mine = f"limited by {self.vendor.name};"
            limited = {symbol: r for symbol, r in prices.failures.items() if mine in r}
            prices = replace(prices, failures=limited)
        return make_plan(
            prices,
            self.holdings,
            self.pair,
            self.now,
            self.reference,
            funds=self.funds,
            full=self.full,
            again=self.again,
            waits=self.waits,
            years=self.years,
            since=self.since,
            rate=self.rate if self.vendor.key == YAHOO.key else self.vendor.rate,
            vendor=self.vendor,
            vendors=self.vendors,
            only=only,
            left=self.left,
            absent=() if self.full else load_absent(self.store.home, self.now),
        )

    # Holdings

    def fetch_files(self, asks: tuple[FileAsk, ...], files: FileSource) -> None:
        """Ask issuers for files and commit each as it comes."""
        files.left = {} if self.again or self.full else dict(self.left)
        self._fetch_files(asks, files)
        if files.left != self.left:
            self.left = dict(files.left)
            keep_hosts(self.store.home, self.left, self.now)

    def _fetch_files(self, asks: tuple[FileAsk, ...], files: FileSource) -> None:
        self.total = len(asks)
        silent: set[str] = set()
        for ask in asks:
            self.store.guard.check()
            self.say("holdings", symbol=ask.fund, message=f"asking for {ask}", always=True)
            self.done += 1
            if ask.fund in silent:
                self.failed[str(ask)] = "not asked for: its issuer did not answer before"
                continue
            came = unless(self.stop, partial(files.get, self.funds[ask.fund], ask.day))
            if came is None:
                break
            if isinstance(came, SourceError):
                self.failed[str(ask)] = came.reason
                if isinstance(came, AbsentError):
                    self._absent.add(ask)
                else:
                    silent.add(ask.fund)
            else:
                self.skew.note(files.dated, self.clock())
                self._keep_file(files, ask, *came)
        # What is of yesterday may not have been published yet.
        old = self.now.date() - NOT_YET
        dated = frozenset(ask for ask in self._absent if ask.day is not None and ask.day < old)
        remember_absent(self.store.home, dated, self.now)

    def _keep_file(self, files: FileSource, ask: FileAsk, raw: bytes, address: str) -> None:
        # No file is of a day that has not come by the issuer's own clock either.
        now = careful(self.clock(), self.skew.off)
        read = partial(files.read, raw, address, fund=ask.fund, now=now)
        undated = False
        try:
            try:
                file = read()
            except SourceError as error:
                # A file may do without a date of its own; the day asked for is then its day.
                if ask.day is None or not error.reason.startswith(NO_DATE):
                    raise
                file, undated = read(as_of=ask.day), True
        except SourceError as error:
            self.failed[str(ask)] = f"{error.reason}; if its layout has changed, {by_hand(ask)}"
            self._absent.add(ask)
            return
        if why := self._of_another_day(ask, file.holdings, undated=undated):
            self.failed[str(ask)] = why
            self._absent.add(ask)
            return
        rows = self._believed(ask, file)
        if rows is None:
            return
        snapshot = self.store.commit(holdings=[(rows, file.raw)], note=self._note())
        self.holdings, self.generation = snapshot.holdings, snapshot.generation
        self.files.append(str(FileAsk(ask.fund, rows.as_of)))

    def _of_another_day(self, ask: FileAsk, rows: Holdings, *, undated: bool) -> str:
        """Why a file is not of the day asked for, "" where it may be.

        Some issuers answer for any day with today's file, which need not say its date.
        """
        if ask.day is None:
            return ""
        if abs(rows.as_of - ask.day) > timedelta(days=FILE_SLACK):
            return f"the issuer gave its file of {rows.as_of} instead"
        for other in self.holdings.get(ask.fund, ()) if undated else ():
            if abs(other.as_of - ask.day) > timedelta(days=FILE_SLACK) and same_rows(rows, other):
                return f"the issuer gave its file of {other.as_of} once more"
        return ""

    def _believed(self, ask: FileAsk, file: FileRead) -> Holdings | None:
        """Return a file's lines, dated by its prices; None where it is set aside."""
        rows = file.holdings
        oddity = odd(rows, file.rejected, self.holdings.get(rows.fund, ()), self.held)
        name = FileAsk(rows.fund, rows.as_of)
        if oddity.why:
            self.store.change(lambda draft: draft.keep_aside(rows, file.raw, oddity.why))
            self.failed[str(ask)] = (
                f"{name} is set aside, it {'; '.join(oddity.why)};"
                " `internals refresh --accept` uses it"
            )
            self._absent.add(ask)
            return None
        if not_read := [row for row in file.rejected if row.symbol]:
            first = f"{not_read[0].symbol}: {not_read[0].reason}"
            self.notes.append(f"{len(not_read):,} rows of {name} were not read ({first})")
        if oddity.dated is not None:
            self.notes.append(f"{name} is dated {oddity.dated}, which its prices are of")
            rows = replace(rows, as_of=oddity.dated)
        return rows

    # Prices

    def _fetch_prices(self, asks: tuple[Ask, ...], source: PriceSource) -> None:
        known = HeldCloses(self.held, self.vendors)
        final = last_final(self.now)
        batch = Batch(self.store, known, self.vendor, self.waits, final, self._note())
        evidence = Evidence(self.pair, known)
        if hasattr(source, "report"):
            source.report = lambda sentence: self.say("prices", message=sentence)
        self.done, self.total = 0, len(asks)
        started = time.monotonic()
        self.say("prices", always=True)
        while asks and not self.stop.is_set():
            again: list[Ask] = []
            with closing(source.fetch(asks, now=self.now, stop=self.stop)) as answers:  # type: ignore[type-var]
                for answer in answers:
                    self.store.guard.check()
                    if anew := self._take(answer, known, source, batch, evidence):
                        again.append(anew)
                        self.total += 1
                    self.done += 1
                    ripe = batch.due() and (evidence.enough or not evidence.lines)
                    if ripe and self._flush(batch, evidence):
                        break
                    self.say("prices", symbol=answer.ask.symbol, since=started)
            asks = () if self.poisoned else tuple(again)
        self.unanswered = 0 if self.poisoned else self.total - self.done
        self._flush(batch, evidence)

    def _take(
        self,
        answer: Answer,
        known: HeldCloses,
        source: PriceSource,
        batch: Batch,
        evidence: Evidence,
    ) -> Ask | None:
        """Put an answer into the batch; return another Ask for its symbol where one is needed."""
        symbol = answer.ask.symbol
        days, _ = known.closes(symbol)
        foreign = bool(len(days)) and known.foreign(symbol, source.name)
        moved = known.of_another_vendor(symbol, source.name)
        assessment: Assessment | None = Assessment(answer, answer.reason)
        if not answer.kind:
            assessment = assess(answer, known, self.vendor, last_final(self.now))
        if assessment is None:
            return whole(symbol, known, self.pair, self.now, self.years, self.vendor)
        reached = not source.unreachable
        batch.note(answer, reached=reached)
        if assessment.disputed is not None:
            batch.dispute(symbol, assessment.disputed)
        if assessment.reason:
            self.failed[symbol] = assessment.reason
            if assessment.odd:
                evidence.odd(symbol, assessment.reason)
            # That nobody was reached is no fact about a symbol.
            if reached or answer.heard == "vendor":
                batch.fail(symbol, assessment.reason)
            return None
        evidence.add(answer)
        if moved:
            self.moved.append(symbol)
        elif answer.ask.whole and len(days) and not foreign and not self.full:
            self.refetched.append(symbol)
        self.failed.pop(symbol, None)
        if assessment.note:
            self.notes.append(assessment.note)
        if assessment.rebase is not None:
            batch.rebase(assessment.rebase)
        batch.add(assessment.answer, replaces=answer.ask.whole and not foreign)
        return None

    def _flush(self, batch: Batch, evidence: Evidence) -> bool:
        """Commit a batch, or refuse it; return whether it and all before it were refused."""
        if not self.poisoned and (why := evidence.verdict()):
            self.poisoned = f"what {self.vendor.name} gave is refused: {why}"
        if self.poisoned:
            dropped = batch.refuse(f"refused with its batch: {self.poisoned}")
            self.failed |= dict.fromkeys(dropped, self.poisoned)
            self.refetched = [symbol for symbol in self.refetched if symbol not in dropped]
        self.symbols += batch.symbols
        self.new_bars += batch.new_bars
        self.generation = batch.flush(self.clock()) or self.generation
        return bool(self.poisoned)

    def _note(self) -> Note:
        """Return this refresh's entry for the list of imports."""
        what = f"refresh of {self.pair[0]}:{self.pair[1]}"
        key = f"{what} {self.now.isoformat()} {self.began}"
        return Note("refresh", self.now, self.vendor.name, what, key)

    # Words

    def clock(self) -> datetime:
        """Return the time now: the time at the start plus the seconds since."""
        seconds = int(time.monotonic() - self.began)
        return self.now + timedelta(seconds=seconds)

    def say(
        self,
        stage: Stage,
        *,
        symbol: str = "",
        message: str = "",
        since: float | None = None,
        always: bool = False,
    ) -> None:
        """Report progress, at most `REPORTS` times a second unless ``always``.

        Args:
            stage: of the refresh.
            symbol: whom it is about.
            message: a sentence for a person.
            since: when the stage began, on the monotonic clock; gives rate and time left.
            always: report it even right after another.
        """
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


def _announced(plan: Plan) -> str:
    if not plan:
        return "nothing is stale"
    minutes = plan.expected_seconds / 60
    return f"{plan.requests} requests, about {max(minutes, 0.1):.1f} minutes"
