"""A vendor of whole sessions that corrects old ones, seen evening by evening or on Fridays."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np

from cache.facts.sessions import sessions
from cache.facts.vendors import load_vendors
from cache.refresh.ask import Ask
from cache.refresh.gate import Answer, gate
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.refresh.stored_closes import StoredCloses
from cache.sources.issuers import Issuers
from cache.store.store import Store
from tests.cache.planning import Vendor, shipped
from tests.cache.stores import store_of_lists
from tests.cache.test_vendor import LINES, PAIR, waves
from tests.torture.report import Row, judged

ALL = (*PAIR, *LINES)
#: Sessions held at first, and those that follow.
HELD, MORE = 480, 130
DAYS = sessions()[sessions() <= np.datetime64("2026-06-26")][-HELD - MORE :]


class Market(Vendor):
    """A vendor that answers for a session of all its symbols, by its closes, which may change."""

    name = "Massive"

    def __init__(self) -> None:
        self.vendor, self.years = load_vendors()["massive"], 2
        self.close = waves(len(DAYS))
        self.split = {symbol: np.zeros(len(DAYS)) for symbol in ALL}
        self.compared = 0

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        for ask in asks:
            begin = np.datetime64(ask.start)
            mine = ((begin <= DAYS) if ask.whole else (begin < DAYS)) & (
                np.datetime64(now.date()) >= DAYS
            )
            none = np.zeros(int(mine.sum()))
            closes, splits = self.close[ask.symbol][mine], self.split[ask.symbol][mine]
            yield gate(ask, DAYS[mine], closes, none + 1e6, none, splits, now=now, meta={})

    def closes_on(self, when: date, symbols: Sequence[str]) -> dict[str, float]:
        self.compared += 1
        place = int(np.searchsorted(DAYS, np.datetime64(when)))
        return {symbol: float(self.close[symbol][place]) for symbol in symbols}

    def run(self, store: Store, place: int) -> str:
        now = datetime.combine(DAYS[place].item(), datetime.min.time(), UTC) + timedelta(hours=23)
        with redirect_stdout(StringIO()):
            return refresh(
                store,
                Request(PAIR, now, shipped(), years=self.years),
                prices=self,  # type: ignore[arg-type]
                files=Issuers(),
                vendor=self.vendor,
            ).message


def days_again(folder: Path, small: bool) -> Row:
    """Closes of single sessions, changed two years to a week back; refreshed for half a year."""
    dice, wrong, words = np.random.default_rng(14), [], []
    for name, gap in (("every evening", 1), ("each fifth", 5))[small:]:
        market, store = Market(), store_of_lists(folder / name, PAIR, LINES, DAYS[HELD - 1].item())
        market.run(store, HELD - 1)
        for symbol in LINES:
            # what the plan covers to the end
            for place in dice.integers(MORE, HELD - 10, 3):
                market.close[symbol][place] *= 1 + float(dice.uniform(-0.1, 0.1))
        evenings = range(HELD - 1 + gap, HELD + MORE, gap)
        for place in evenings:
            market.run(store, place)
        known = StoredCloses(store.read().prices)
        for symbol in ALL:
            truth = market.close[symbol][: evenings[-1] + 1]
            if not np.allclose(known.closes(symbol)[1][-len(truth) :], truth, rtol=1e-12):
                wrong.append(f"{name}: {symbol} is not as the vendor has it")
        words.append(f"{name} {market.compared / len(evenings):.1f}")
    return judged(
        "corrections far back at a vendor of days",
        f"on Massive's terms {3 * len(LINES)} closes of up to {HELD - MORE:,} sessions back change;"
        " then half a year of refreshes, every evening, and on each fifth alone",
        "after 125 sessions what is held is what the vendor has",
        f"all found; requests beside the new session: {', '.join(words)}",
        wrong,
    )
