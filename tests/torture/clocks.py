"""A machine's clock set ahead and back while the exchange trades: no unfinished close is final."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from unittest.mock import patch

import numpy as np

from cache.facts.errors import CacheError
from cache.facts.reference import load_reference
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.refresh.stored_closes import StoredCloses
from cache.sources.issuers import Issuers
from cache.sources.yahoo.yahoo import Yahoo
from cache.store.store import Store
from core.data.frames import Prices, pydate
from tests.cache.lookalike import Lookalike
from tests.torture import steps
from tests.torture.report import Row, judged

#: A Friday at two in the afternoon in New York, the evening before, and its own evening.
TRADING = datetime(2026, 6, 26, 18, 0, tzinfo=UTC)
BEFORE, EVENING = TRADING - timedelta(hours=20), TRADING + timedelta(hours=4)
MONDAY = EVENING + timedelta(days=3)
SESSION = TRADING.date()
OFFSETS = {
    "3 h": timedelta(hours=3),
    "1 day": timedelta(days=1),
    "3 weeks": timedelta(days=21),
    "-3 h": timedelta(hours=-3),
    "-1 day": timedelta(days=-1),
    "-30 days": timedelta(days=-30),
}


class Trading(Lookalike):
    """Whose newest close moves until the bell."""

    def history(self, symbol: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        days, closes, paid = super().history(symbol)
        if self.now == TRADING:
            closes[-1] *= 1.01
        return days, closes, paid


def clocks(folder: Path, small: bool) -> Row:
    """Every clock, stale symbols and everything, with the vendor's Date and without it."""
    folder.mkdir()
    symbols = (*steps.PAIR, *steps.LINES[: 3 if small else 20])
    model = folder / "model"
    steps.with_files(model, lines=symbols[2:])
    wrong: list[str] = []
    tries = [*product((True, False), OFFSETS.items(), (False, True)[int(small) :])]
    with (
        Trading(folder, BEFORE, life=300.0) as vendor,
        patch.dict(os.environ, vendor.environment()),
    ):

        def fetched(home: Path, clock: datetime, *, full: bool) -> Prices:
            source = Yahoo(folder / "private", rate=None, pause=0.0)
            request = Request(steps.PAIR, clock, load_reference(), full=full)
            refresh(Store(home), request, prices=source, files=Issuers())
            return Store(home).read().prices

        before = _closes(fetched(model, BEFORE, full=False), symbols)
        for vendor.dated, (name, offset), full in tries:
            home = folder / "home"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(model, home)
            where = f"{name}{' R' * full}{'' if vendor.dated else ' without a Date'}"
            vendor.now = TRADING
            try:
                fetched(home, TRADING + offset, full=full)
            except CacheError as error:
                wrong.append(f"{where}: {error}")
            prices = Store(home).read().prices
            after = _closes(prices, symbols)
            if said := _said(prices, symbols):
                wrong.append(f"{where}: {said}")
            if lost := [s for s in symbols if not before[s].items() <= after[s].items()]:
                wrong.append(f"{where}: {lost[0]} lost or changed closes held")
            # The clock put right, in the evening, or where nobody knows when the answer
            # was given on the next one: every close is brought, and final.
            vendor.now = EVENING if vendor.dated else MONDAY
            prices = fetched(home, vendor.now, full=False)
            true = {s: round(vendor.close(s, f"{SESSION}"), 6) for s in symbols}
            came = _closes(prices, symbols)
            late = {s: round(came[s].get(SESSION, 0.0), 6) for s in symbols}
            known = StoredCloses(prices)
            if late != true or any(known.final(s) != SESSION for s in symbols):
                wrong.append(f"{where}: then {late} for {true}")
    return judged(
        "a wrong clock while the exchange trades",
        f"a refresh with this machine's clock off by {', '.join(OFFSETS)}, of what is stale and of"
        " everything, through yfinance at a look-alike that dates its answers, and at one that does"
        " not; then one in the evening (without dates: the next) by the right clock",
        "no close of the open session is final, none held is lost; then every true close is",
        f"{len(tries)} refreshes: 0 unfinished closes final, 0 closes lost",
        wrong,
    )


def _closes(prices: Prices, symbols: tuple[str, ...]) -> dict[str, dict[date, float]]:
    known = StoredCloses(prices)
    found = {}
    for symbol in symbols:
        days, closes = known.closes(symbol)
        found[symbol] = dict(zip(map(pydate, days), closes.tolist(), strict=True))
    return found


def _said(prices: Prices, symbols: tuple[str, ...]) -> str:
    """What is called final that is not, "" for nothing."""
    known = StoredCloses(prices)
    for symbol in symbols:
        final, through = known.final(symbol), prices.through.get(symbol, date.min)
        if (final or date.min) >= SESSION or through >= SESSION:
            return f"{symbol} is final through {final}, answered through {through}"
    return ""
