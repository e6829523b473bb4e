"""The prices of a refresh from one source: judge each answer, commit in batches."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

from cache.facts.sessions import last_final
from cache.refresh import older_days
from cache.refresh.assessment import Assessment, assess
from cache.refresh.batch import Batch
from cache.refresh.batch_checks import Evidence
from cache.refresh.plan import whole
from cache.refresh.stored_closes import StoredCloses

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.ask import Ask
    from cache.refresh.backoff import Wait
    from cache.refresh.gate import Answer
    from cache.refresh.plan import Plan
    from cache.refresh.run_state import RunState
    from cache.refresh.sources import PriceSource


class PriceStage:
    """The requests to one source of prices, in one refresh.

    Args:
        run: the refresh, whose state is updated with what came and what did not.
        source: who is asked.
        vendor: on which terms.
        waits: symbol -> its last request without success, brought up to date here.
        vendors: the sources whose closes a refresh brought.
    """

    def __init__(
        self,
        run: RunState,
        source: PriceSource,
        vendor: Vendor,
        waits: dict[str, Wait],
        vendors: frozenset[str],
    ) -> None:
        self.run, self.source, self.vendor = run, source, vendor
        self.stored = StoredCloses(run.prices, vendors)
        self.final = last_final(run.request.now)
        self.batch = Batch(run.store, self.stored, vendor, waits, self.final, run.note(vendor.name))
        self.evidence = Evidence(run.request.pair, self.stored)

    def fetch(self, asks: tuple[Ask, ...]) -> None:
        """Ask for symbols, and for those whole whose histories turn out to have changed."""
        run, source = self.run, self.source
        if hasattr(source, "report"):
            source.report = lambda sentence: run.say("prices", message=sentence)
        run.done, run.total = 0, len(asks)
        started = time.monotonic()
        run.say("prices", always=True)
        while asks and not run.stop.is_set():
            again: list[Ask] = []
            with closing(source.fetch(asks, now=run.request.now, stop=run.stop)) as answers:  # type: ignore[type-var]
                for answer in answers:
                    run.store.guard.check()
                    if anew := self._take(answer):
                        again.append(anew)
                        run.total += 1
                    run.done += 1
                    ripe = self.batch.due() and (self.evidence.enough or not self.evidence.lines)
                    if ripe and self._flush():
                        break
                    run.say("prices", symbol=answer.ask.symbol, since=started)
            asks = () if run.poisoned else tuple(again)
        run.unanswered = 0 if run.poisoned else run.total - run.done
        self._flush()
        still = self.evidence.still_lines()
        if still and not run.poisoned and still not in run.notes:
            run.notes.append(still)

    def compare_older(self, plan: Plan) -> None:
        """Compare older sessions of the market with the store; fetch anew what has changed."""
        run, source, anew = self.run, self.source, dict[str, None]()
        if not hasattr(source, "closes_on") or run.poisoned or run.unanswered:
            return
        asked_before = {*run.failed, *run.refetched}
        symbols = [
            ask.symbol for ask in plan.asks if not ask.whole and ask.symbol not in asked_before
        ]
        for when in plan.older:
            closes = source.closes_on(when, symbols)
            changed = older_days.changed(self.stored, self.vendor, when, closes)
            if len(changed) > older_days.MANY:
                run.notes.append(
                    f"{source.name} gives other closes of {when} than before for {len(changed):,}"
                    f" of {len(closes):,} lines; the stored closes stay (`refresh --full` takes the"
                    " new ones)"
                )
                continue
            anew |= dict.fromkeys(changed)
        if anew:
            request, vendor = run.request, self.vendor
            self.fetch(tuple(whole(symbol, self.stored, request, vendor) for symbol in anew))

    def _take(self, answer: Answer) -> Ask | None:
        """Put an answer into the batch; return another Ask for its symbol where one is needed."""
        run, request, symbol = self.run, self.run.request, answer.ask.symbol
        days, _ = self.stored.closes(symbol)
        foreign = bool(len(days)) and self.stored.foreign(symbol, self.source.name)
        moved = self.stored.of_another_vendor(symbol, self.source.name)
        assessment: Assessment | None = Assessment(answer, answer.reason)
        if not answer.kind:
            assessment = assess(answer, self.stored, self.vendor, self.final)
        if assessment is None:
            return whole(symbol, self.stored, request, self.vendor)
        reached = not self.source.unreachable
        self.batch.note(answer, reached=reached)
        if assessment.disputed is not None:
            self.batch.disputed[symbol] = assessment.disputed
        if assessment.reason:
            run.failed[symbol] = assessment.reason
            if assessment.odd:
                self.evidence.odd(symbol, assessment.reason)
            # That nobody was reached is no fact about a symbol.
            if reached or answer.answered_by == "vendor":
                self.batch.failures[symbol] = assessment.reason
            return None
        self.evidence.add(answer)
        if moved:
            run.moved.append(symbol)
        elif answer.ask.whole and len(days) and not foreign and not request.full:
            run.refetched.append(symbol)
        run.failed.pop(symbol, None)
        if assessment.note:
            self.batch.remarks.append(assessment.note)
        if assessment.rebase is not None:
            self.batch.rebase.append(assessment.rebase)
        self.batch.add(assessment.answer, replaces=answer.ask.whole and not foreign)
        return None

    def _flush(self) -> bool:
        """Commit the batch, or refuse it; return whether it and all before it were refused."""
        run, batch = self.run, self.batch
        if not run.poisoned and (why := self.evidence.verdict()):
            run.poisoned = f"what {self.vendor.name} gave is refused: {why}"
        if run.poisoned:
            dropped = batch.refuse(f"refused with the rest of its batch: {run.poisoned}")
            run.failed |= dict.fromkeys(dropped, run.poisoned)
            run.refetched = [symbol for symbol in run.refetched if symbol not in dropped]
        run.symbols += batch.symbols
        run.new_bars += batch.new_bars
        run.notes += batch.remarks
        run.generation = batch.flush(run.clock()) or run.generation
        return bool(run.poisoned)
