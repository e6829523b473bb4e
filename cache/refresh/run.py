"""One run of a refresh: holdings first, then prices from one source after another.

A stop at any moment loses at most the batch under way, and nothing stored is ever replaced by
nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cache.facts.sessions import last_final
from cache.facts.vendors import YAHOO, fetched_names
from cache.refresh.absent_files import load_absent
from cache.refresh.backoff import load_waits
from cache.refresh.file_stage import FileStage
from cache.refresh.plan import Plan, make_plan, open_lines
from cache.refresh.price_stage import PriceStage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cache.facts.vendors import Vendor
    from cache.refresh.run_state import RunState
    from cache.refresh.sources import FileSource, PriceSource


class RefreshRun:
    """The plans of one refresh and their stages, in order; made of what `refresh` is given."""

    def __init__(
        self,
        state: RunState,
        prices: PriceSource,
        vendor: Vendor,
        files: FileSource,
        others: Sequence[tuple[Callable[[], PriceSource], Vendor]] = (),
    ) -> None:
        self.state, self.prices, self.others = state, prices, tuple(others)
        self._use(vendor)
        self._files = FileStage(state, files, vendor.name)
        #: Names of the sources of this run, beside the usual ones.
        self.vendors = fetched_names() | {vendor.name, *(one.name for _, one in self.others)}

    def _use(self, vendor: Vendor) -> None:
        """Ask this source from here on."""
        self.vendor = vendor
        self.waits = load_waits(self.state.store.home, vendor.key)

    def all(self) -> Plan:
        """Run both stages; returns the plan of the first source that was followed last."""
        state, prices = self.state, self.prices
        state.load()
        plan = self._plan()
        state.say("plan", message=_announced(plan), always=True)
        state.planned = len(plan.files)
        if plan.files:
            self._files.fetch(plan.files)
            plan = self._plan()
            state.say("plan", message=_announced(replace(plan, files=())), always=True)
        if plan.asks and not plan.wait_until and not state.stop.is_set():
            self._fetch_prices(plan, prices)
        state.sources = [prices]
        if prices.unreachable:
            state.refused = next(reversed(state.failed.values()), "").removesuffix("; try again")
        for make, vendor in self.others:
            if not state.stop.is_set() and not state.poisoned:
                self._second_leg(plan, make, vendor)
        return plan

    def _fetch_prices(self, plan: Plan, source: PriceSource) -> None:
        self.state.planned += plan.charts
        stage = PriceStage(self.state, source, self.vendor, self.waits, self.vendors)
        stage.fetch(plan.asks)
        stage.compare_older(plan)

    def _second_leg(self, first: Plan, make: Callable[[], PriceSource], vendor: Vendor) -> None:
        """Ask the next source for what the one before could not give."""
        state = self.state
        state.prices = state.store.read_or_empty().prices
        missing = open_lines(
            first, state.failed, state.prices, vendor, last_final(state.request.now)
        )
        if not missing:
            return
        before, name = state.symbols, self.vendor.name
        self._use(vendor)
        plan = self._plan(only=missing)
        if plan.asks and not plan.wait_until:
            message = f"asking {vendor.name} for {len(plan.asks):,} lines that {name} did not give"
            state.say("plan", message=message, always=True)
            source = make()
            state.sources.append(source)
            self._fetch_prices(plan, source)
        if new_lines := state.symbols - before:
            lines = f"{new_lines:,} line{'' if new_lines == 1 else 's'}"
            state.notes.append(f"{lines} of {vendor.name}, in place of {name}")

    def _plan(self, only: Collection[str] | None = None) -> Plan:
        request, prices, home = self.state.request, self.state.prices, self.state.store.home
        if only is not None:
            # That another source gave nothing makes nobody wait for this one.
            mine = f"limited by {self.vendor.name};"
            limited = {symbol: r for symbol, r in prices.failures.items() if mine in r}
            prices = replace(prices, failures=limited)
        if self.vendor.key != YAHOO.key:
            request = replace(request, rate=self.vendor.rate)
        return make_plan(
            prices,
            self.state.holdings,
            request,
            waits=self.waits,
            vendor=self.vendor,
            vendors=self.vendors,
            only=only,
            refusals=self._files.refusals,
            absent=() if request.full else load_absent(home, request.now),
        )


def _announced(plan: Plan) -> str:
    if not plan:
        return "nothing is stale"
    minutes = plan.expected_seconds / 60
    return f"{plan.requests} requests, about {max(minutes, 0.1):.1f} minutes"
