"""The refresh of a store: one at a time, from the plan to the summary."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from cache.facts.errors import StoreBusy, StoreError
from cache.facts.vendors import YAHOO
from cache.refresh.interrupt import signals
from cache.refresh.lock import turn
from cache.refresh.progress import Progress, Stage, Summary
from cache.refresh.run import RefreshRun
from cache.refresh.run_state import RunState
from cache.refresh.summary import summarize

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.request import Request
    from cache.refresh.sources import FileSource, PriceSource
    from cache.store.store import Store


def refresh(
    store: Store,
    request: Request,
    *,
    prices: PriceSource,
    files: FileSource,
    vendor: Vendor = YAHOO,
    others: Sequence[tuple[Callable[[], PriceSource], Vendor]] = (),
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
        request: what it is to bring.
        prices: where closes come from.
        files: where holdings files come from.
        vendor: the terms of ``prices``.
        others: what makes each further source, and its terms, for lines that those before did
            not bring.
        report: called with progress, from this thread.
        stop: ends the refresh when set.

    Raises:
        StoreError: the store cannot be read or written.
    """
    if store.simulated:
        raise StoreError(f"{store.home} holds the demo market, which is never refreshed")
    stop = stop or threading.Event()
    began = time.monotonic()
    wish = " full" * request.full + " again" * request.again
    question = (
        "board " + " ".join(request.board) if request.board else ":".join(request.pair)
    ) + wish

    def say(stage: Stage, message: str) -> None:
        if report is not None:
            report(Progress(stage, message=message))

    with signals(stop):
        try:
            with turn(store.home, question, stop=stop, waiting=partial(say, "plan")) as mine:
                if mine.summary is not None:
                    say("done", mine.summary.message)
                    return mine.summary
                waited = timedelta(seconds=int(time.monotonic() - began))
                state = RunState(store, replace(request, now=request.now + waited), report, stop)
                with store.guard.pinned():
                    plan = RefreshRun(state, prices, vendor, files, others).all()
                summary = summarize(state, plan, prices, files)
                state.say("done", message=summary.message, always=True, came=summary.has_new)
                mine.ended(summary, state.clock())
                return summary
        except StoreBusy:
            if not stop.is_set():
                raise
            message = "stopped while waiting for another refresh of this store, which goes on"
            say("done", message)
            return Summary(ok=False, message=message, stopped=True)
