"""The summary of a refresh: one sentence for the user, and the figures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cache.facts.sessions import last_final
from cache.refresh.clock_skew import clock_words
from cache.refresh.progress import Summary
from cache.refresh.reasons import next_try, reasons, session_of, wait
from cache.refresh.refusal_count import note_refusal

if TYPE_CHECKING:
    from cache.refresh.plan import Plan
    from cache.refresh.run_state import RunState
    from cache.refresh.sources import FileSource, PriceSource

#: Changes of the stored data that are named in the sentence.
MOST_NAMED: Final = 3


def _arrived(run: RunState, plan: Plan, why: str) -> str:
    """How many closes arrived, or why none did; "" where they are still to come."""
    if why:
        return f"{why}; the stored data are unchanged"
    if run.symbols:
        return f"{run.symbols:,} symbols fetched, {run.new_bars:,} new closes"
    if plan.asks or plan.waiting:
        return ""
    return f"prices are current through {last_final(run.request.now)}"


def _changed(run: RunState, source: str) -> list[str]:
    """Sentences on changed histories, on what was refused, and the notes of the run."""
    words = []
    if run.refetched:
        words.append(
            f"{len(run.refetched):,} fetched again in full, because their histories had changed"
        )
    if run.moved:
        words.append(f"{len(run.moved):,} taken anew from {source}, in place of another source")
    if run.poisoned:
        words.append(f"{run.poisoned}; the stored closes stay")
    if run.refused and len(run.sources) > 1:
        words.append(run.refused)
    words += run.notes[:MOST_NAMED]
    if len(run.notes) > MOST_NAMED:
        words.append(f"and {len(run.notes) - MOST_NAMED:,} more such changes")
    return words


def summarize(
    run: RunState,
    plan: Plan,
    prices: PriceSource,
    files: FileSource,
) -> Summary:
    """Return what a refresh fetched, what failed and why, and what it cost."""
    stopped = run.stop.is_set()
    limited = plan.wait_until or prices.limited_until
    pair = () if run.request.board else run.request.pair
    missing = [f for f in dict.fromkeys(pair) if not run.holdings.get(f)]
    why = ""
    if prices.unreachable and not run.symbols:
        why = next(reversed(run.failed.values()), "nothing arrived").removesuffix("; try again")
    for one in run.sources:
        run.notes += getattr(one, "remarks", ())
    words = [_arrived(run, plan, why), *_changed(run, prices.name)]
    requests = sum(one.requests for one in run.sources or [prices]) + files.requests
    if requests:
        words.append(f"{requests:,} requests")
    if limited:
        words.append(f"{prices.name} limits requests; {wait(limited)}")
    refused = bool(prices.limited_until) and not run.symbols
    if prices.requests:
        words.append(note_refusal(run.store.home, prices.name, run.request.now, refused=refused))
    if run.failed:
        others = {
            name: reason
            for name, reason in run.failed.items()
            if not (why and reason.startswith(why))
        }
        words.append(f"{len(run.failed):,} failed" + ("" if limited else reasons(others)))
    # What failed in passing is still to come; what the vendor refused or lacks is not, today.
    failing = {
        symbol: reason
        for symbol in plan.waiting
        if (reason := run.prices.failures.get(symbol, "")) and session_of(reason) is None
    }
    if plan.waiting:
        times = plan.waiting.values()
        words.append(next_try(times, run.request.now) + reasons(failing))
    words += [f"{host} {refusal}" for host, refusal in plan.refusals.items()]
    if missing:
        words.append(f"no holdings file of {' and '.join(missing)}")
    if stopped:
        words.append("stopped early; what arrived is stored")
    silent = 0 if stopped or limited else run.unanswered
    if silent:
        words.append(f"no answer for {silent:,} symbols")
    clock = clock_words(prices.off, prices.name) or clock_words(run.skew.off, "the issuers")
    words.append(clock)
    lacking = run.poisoned or run.failed or failing or missing or silent or plan.refusals
    lacking = lacking or (run.refused and len(run.sources) > 1)
    ok = not (lacking or stopped or (plan.asks and limited))
    return Summary(
        ok=ok,
        message="; ".join(filter(None, words)) or "nothing arrived",
        symbols=run.symbols,
        new_bars=run.new_bars,
        refetched=tuple(run.refetched),
        files=tuple(run.files),
        failed=dict(run.failed),
        waiting=len(plan.waiting),
        requests=requests,
        planned=run.planned,
        retried=prices.retried + files.retried,
        addresses=files.second,
        seconds=round(time.monotonic() - run.began, 2),
        generation=run.generation,
        wait_until=limited,
        stopped=stopped,
        clock=clock,
        notes=tuple(run.notes),
    )
