"""Yahoo's closes of twenty symbols at once: requests, bad symbols, splits and dividends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cache.facts.funds import load_funds
from cache.facts.sessions import sessions
from cache.facts.vendors import YAHOO
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.refresh.turns import TURNS, due, expected
from cache.sources.issuers import Issuers
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import later
from tests.cache.planning import shipped
from tests.process.vendor_market import check_closes, series

NOW = datetime(2026, 6, 22, 21, 30, tzinfo=UTC)  # a Monday, 17:30 in New York
LINES = [f"S{a}{b}" for a in "ABCDEFGH" for b in "ABCDEFGH"][:30]
SPARK = "query2.finance.yahoo.com/v7/finance/spark"


#: Fund -> its lines.
LISTS = {"IWM": LINES[:20], "IVV": LINES[20:]}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW, lines=LISTS) as one:
        one.redirect(monkeypatch)
        yield one


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home filled by charts, once for every test; to be copied."""
    home = tmp_path_factory.mktemp("filled")
    with Lookalike(home, NOW, lines=LISTS) as server, pytest.MonkeyPatch.context() as patch:
        server.redirect(patch)
        assert run(Store(home / "home"), server).ok and server.pages[SPARK] == 0
    return home / "home"


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Store:
    """A copy of that home's store."""
    return Store(shutil.copytree(filled, tmp_path / "home"))


def run(store: Store, server: Lookalike, *, spark: bool = True) -> Summary:
    from cache.sources.yahoo.yahoo import Yahoo

    server.charts.clear()
    server.pages.clear()
    return refresh(
        store,
        Request(
            ("IWM", "IVV"),
            server.now,
            shipped(),
            load_funds() if store.generation() is None else {},
        ),
        prices=Yahoo(store.home / "y", rate=None, pause=0.05, timeout=5.0, spark=spark),
        files=Issuers(),
        vendor=replace(YAHOO, closes_alone=20) if spark else YAHOO,
    )


def test_a_week_costs_a_third_and_loses_neither_split_nor_dividend(
    server: Lookalike, store: Store
) -> None:
    server.splits["SAB"] = ("2026-06-24", 4.0)
    charts = sparks = 0
    for step in range(1, TURNS + 1):
        server.now = later(NOW, step)
        summary = run(store, server)
        assert summary.ok, summary.message
        charts += server.charts.total()
        sparks += server.pages[SPARK]
    # five days of 32 symbols: each had its chart once, and around a dividend
    assert sparks <= 2 * TURNS and 32 <= charts < 32 * TURNS / 2
    prices = store.read().prices
    for symbol in ("IWM", "IVV", *LINES):
        days, _, paid = server.history(symbol)
        mine = check_closes(prices, symbol, server)
        due_days = days[(paid > 0) & (days >= np.datetime64(min(mine)))]
        assert set(series(prices, symbol, "dividend")) == set(map(str, due_days)), symbol
    assert series(prices, "SAB", "split") == {"2026-06-24": 4.0}


def test_all_that_a_month_brings_is_compared(
    server: Lookalike, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = server.history
    tuesday = later(NOW, 1).date()
    symbol = next(s for s in LINES if not due(s, tuesday, tuesday, sessions(), None))
    corrected = true(symbol)[0][-15]

    def history(asked: str) -> tuple[Any, Any, Any]:
        days, closes, paid = true(asked)
        return days, closes * np.where((days == corrected) & (asked == symbol), 1.02, 1.0), paid

    monkeypatch.setattr(server, "history", history)
    before = series(store.read().prices, symbol, "close")[f"{corrected}"]
    server.now = later(NOW, 1)
    summary = run(store, server)
    assert symbol in summary.refetched
    assert series(store.read().prices, symbol, "close")[f"{corrected}"] == pytest.approx(
        before * 1.02, rel=1e-6
    )


def test_a_bad_symbol_halves_its_batch_until_it_stands_alone(
    server: Lookalike, store: Store
) -> None:
    server.faults["SAC"] = "404"
    server.now = later(NOW, 1)
    summary = run(store, server)
    asked_alone = server.pages[SPARK]
    # two batches at most, and of one of them two halves of two halves of ...
    assert asked_alone <= 2 + 2 * 5
    assert set(summary.failed) == {"SAC"} and "not found at Yahoo" in summary.failed["SAC"]
    assert max(series(store.read().prices, "SAD", "close")) == "2026-06-23"


def test_it_is_off_unless_it_is_set(server: Lookalike, store: Store) -> None:
    server.now = later(NOW, 1)
    plain = run(store, server, spark=False)
    assert server.pages[SPARK] == 0 and server.charts.total() == 32
    server.now = later(NOW, 2)
    shared = run(store, server)
    assert shared.requests < plain.requests / 2 and shared.planned == shared.requests


def test_every_line_has_its_turn_once_in_five_sessions() -> None:
    days = sessions()[-40:]
    for symbol in LINES:
        turns = [due(symbol, day.item(), day.item(), sessions(), None) for day in days]
        assert [sum(turns[at : at + TURNS]) for at in range(0, 40, TURNS)] == [1] * 8
    first, last = date(2026, 6, 8), date(2026, 6, 8)
    assert due("SAA", first, last, sessions(), date(2026, 6, 12))
    # 2 January and 1 April lie 89 days apart
    assert expected(_paid()) == {"A": date(2026, 6, 29)}


def _paid() -> Any:
    from core.data.frames import Block, Events, Prices

    days = np.array(["2026-01-02", "2026-04-01"], "datetime64[D]")
    events = Events(np.array([0, 1]), np.array([0, 0]), np.array([1.0, 1.0]))
    return Prices((Block(days, ("A", "B"), np.ones((2, 2)), dividend=events),))


def test_yahoos_addresses_are_data_too(server: Lookalike, tmp_path: Path) -> None:
    from cache.refresh.ask import Ask
    from cache.sources.yahoo.yahoo import Yahoo

    paths = {"chart": "v9/chart/{symbol}/days", "spark": "v9/many"}
    other = replace(YAHOO, paths=tuple(paths.items()))
    yahoo = Yahoo(tmp_path / "y", rate=None, pause=0.05, timeout=5.0, vendor=other)
    ask = Ask("SAA", date(2026, 6, 1), date(2026, 6, 26), whole=False)
    answers = list(yahoo.fetch([ask], now=server.now))
    assert answers and any("/v9/chart/SAA/days" in page for page in server.pages), server.pages
