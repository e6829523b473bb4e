"""What failed is asked for again later: refreshes one after another against a look-alike."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cache.refresh.backoff import load_waits
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import later
from tests.cache.planning import NOW, shipped
from tests.market import holdings
from tests.process.test_refresh import names

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def run(store: Store, server: Lookalike, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Summary:
    """A refresh of prices alone; the holdings are those of the server."""
    for fund, own in server.lines.items() if store.generation() is None else ():
        file = holdings(fund, "2026-06-25", dict.fromkeys(own, 1.0))
        store.commit(holdings=[(file, fund.encode())])
    server.redirect(monkeypatch)
    from cache.sources.yahoo.yahoo import Yahoo

    prices = Yahoo(store.home / "yfinance", rate=None, pause=0.05, timeout=60.0)
    now = more.pop("now", server.now)
    pair = ("IWM", "IVV")
    return refresh(store, Request(pair, now, shipped(), **more), prices=prices, files=Issuers())


def test_a_refresh_right_after_asks_for_nothing_that_just_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": names(60, "S"), "IVV": names(10, "L")}
    bad = lines["IWM"][::3]  # twenty of them
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines, faults=dict.fromkeys(bad, "500")) as server:
        run(store, server, monkeypatch)
        sent = server.requests
        soon = run(store, server, monkeypatch, now=NOW + 2 * MINUTE)
        assert server.requests == sent and soon.requests == 0 and soon.waiting == 20
        # What failed in passing is still missing: no success.
        assert not soon.ok
        assert soon.message == (
            "20 symbols failed earlier; next try 21:35 UTC (Yahoo answered with error 500: 20)"
        )
        # A wish comes before it; a pause begun anew is as long as it was.
        server.charts.clear()
        run(store, server, monkeypatch, now=NOW + 3 * MINUTE, again=True)
        assert set(server.charts) <= set(bad) and server.charts
        server.charts.clear()
        run(store, server, monkeypatch, now=NOW + 4 * MINUTE)
        asked_before = set(server.charts)
        # Eight errors in a row end the asking where nobody else is asked: the others follow.
        for minute in (5, 6, 7):
            run(store, server, monkeypatch, now=NOW + minute * MINUTE)
        assert asked_before < set(server.charts) <= set(bad)
        assert max(server.charts.values()) <= 2
        # Mended, each is brought with one request, and nothing waits any more.
        server.faults.clear()
        server.charts.clear()
        mended = run(store, server, monkeypatch, now=NOW + 5 * HOUR)
        assert mended.ok and dict(server.charts) == dict.fromkeys(bad, 1)
        assert load_waits(store.home) == {}


def test_a_late_close_is_asked_for_after_ten_minutes_and_a_new_session_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": names(3, "S"), "IVV": names(2, "L")}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines, faults={"SAB": "nan", "IVV": "nan"}) as server:
        run(store, server, monkeypatch)
        server.charts.clear()
        early = run(store, server, monkeypatch, now=NOW + 5 * MINUTE)
        # The fund is late too, and asked for all the same.
        assert dict(server.charts) == {"IVV": 1} and early.waiting == 1 and early.ok
        run(store, server, monkeypatch, now=NOW + 11 * MINUTE)
        assert dict(server.charts) == {"IVV": 2, "SAB": 1}
        server.now = later(NOW, 1)
        server.charts.clear()
        run(store, server, monkeypatch)
        assert set(server.charts) == {"IWM", "IVV", *lines["IWM"], *lines["IVV"]}
