"""The refresh of a store: one at a time, from the plan to the summary."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cache.facts.errors import StoreBusy, StoreError
from cache.facts.vendors import YAHOO
from cache.refresh.interrupt import signals
from cache.refresh.lock import turn
from cache.refresh.plan import RATE
from cache.refresh.progress import Progress, Stage, Summary
from cache.refresh.run import Run
from cache.refresh.summary import summarize

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.facts.vendors import Vendor
    from cache.refresh.sources import FileSource, PriceSource
    from cache.store.store import Store
    from core.data.frames import Reference

#: At most this many progress reports a second, beside those that open or close a stage.
REPORTS: Final = 10.0


def refresh(
    store: Store,
    pair: tuple[str, str],
    funds: Mapping[str, Fund],
    now: datetime,
    reference: Reference,
    *,
    prices: PriceSource,
    files: FileSource,
    vendor: Vendor = YAHOO,
    others: Sequence[tuple[Callable[[], PriceSource], Vendor]] = (),
    full: bool = False,
    again: bool = False,
    years: int = 2,
    since: date | None = None,
    rate: float = RATE,
    report: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Summary:
    """Fetch what is stale, commit it in batches, and return the summary.

    Where another process refreshes this store, wait for it: of the same pair its answer is
    taken over and nobody is asked a second time.

    In the main thread SIGINT, SIGTERM and SIGHUP end it promptly, with what came committed; a
    second signal does what it always did.

    Args:
        store: where it is kept.
        pair: the two funds.
        funds: known funds, with the issuers' addresses.
        now: the time, with its time zone.
        reference: exchange sessions, renamed symbols, reconstitution dates.
        prices: where closes come from.
        files: where holdings files come from.
        vendor: the terms of ``prices``.
        others: what makes each further source, and its terms, for lines that those before did
            not bring.
        full: ask for everything, whole.
        again: ask also for what waits after a failure.
        years: how far back the lines go.
        since: start of the window, for the holdings files of its start and month ends.
        rate: requests a second that prices are asked at, for the time it says it takes.
        report: called with progress, from this thread.
        stop: ends the refresh when set.

    Raises:
        StoreError: the store cannot be read or written.
    """
    if store.simulated:
        raise StoreError(f"{store.home} holds the demo market, which is never refreshed")
    stop = stop or threading.Event()
    began = time.monotonic()
    question = f"{pair[0]}:{pair[1]}{' full' if full else ''}{' again' if again else ''}"

    def say(stage: Stage, message: str) -> None:
        if report is not None:
            report(Progress(stage, message=message))

    with signals(stop):
        try:
            with turn(store.home, question, stop=stop, waiting=partial(say, "plan")) as mine:
                if mine.summary is not None:
                    say("done", mine.summary.message)
                    return mine.summary
                now += timedelta(seconds=int(time.monotonic() - began))
                run = Run(
                    store,
                    pair,
                    funds,
                    now,
                    reference,
                    full,
                    again,
                    years,
                    since,
                    rate,
                    report,
                    stop,
                    vendor,
                    others,
                )
                with store.guard.pinned():
                    plan = run.all(prices, files)
                summary = summarize(run, plan, prices, files)
                run.say("done", message=summary.message, always=True)
                mine.ended(summary, run.clock())
                return summary
        except StoreBusy:
            if not stop.is_set():
                raise
            message = "stopped while waiting for another refresh of this store, which goes on"
            say("done", message)
            return Summary(ok=False, message=message, stopped=True)
