"""Prices of vendors with a key, day after day: every road leads to one market."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cache.facts.vendors import load_vendors
from cache.store.store import Store
from tests.cache.lookalike_vendors import VendorServer
from tests.cache.lookalike_world import later
from tests.process.vendor_market import (
    AGES,
    ALL,
    KEYED,
    NOW,
    check_market,
    run,
    series,
    server,
    stocked,
    turns,
)

__all__ = ["server"]


@pytest.mark.parametrize("key", KEYED)
def test_a_first_fill_and_two_days_over_a_split_are_the_worlds(
    key: str, server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    first = run(store, server, key)
    assert first.ok, first.message
    assert first.planned == first.requests == server.requests, server.asked
    check_market(store, server.world)
    assert set(store.read().prices.source.values()) == {load_vendors()[key].name}

    # Thursday brings a split of SAB, which is taken whole; all others cost the day alone.
    server.world.now = later(NOW, 1)
    server.asked.clear()
    second = run(store, server, key)
    assert second.ok, second.message
    assert second.refetched == ("SAB",)
    older = len(turns(server))
    day = {
        "massive": {"day": 1 + older, "splits": 2, "dividends": 2, "history": 1},
        "eodhd": {"day": 1 + older, "splits": 1, "dividends": 1, "history": 3},
        "alpaca": {"bars": 2, "actions": 2},
    }
    assert dict(server.asked) == day[key]
    check_market(store, server.world)

    # a day without a split costs one to three requests
    server.world.now = later(NOW, 2)
    server.asked.clear()
    third = run(store, server, key)
    assert third.ok and third.requests == third.planned == server.requests <= 3 + len(turns(server))
    check_market(store, server.world)
    # and nothing is asked for that is there
    assert run(store, server, key).requests == 0


def test_the_new_week_takes_the_last_close_along_and_sees_a_correction(
    server: VendorServer, tmp_path: Path
) -> None:
    server.world.now = later(NOW, 2)  # Friday
    store = stocked(tmp_path)
    run(store, server, "massive")
    friday = server.world.now.date()
    server.world.now = later(NOW, 3)
    close, volume, paid, split = server.history("SAE")[friday]
    server.history("SAE")[friday] = (close * 1.01, volume, paid, split)
    server.asked.clear()
    monday = run(store, server, "massive")
    assert monday.refetched == ("SAE",) and server.asked["day"] == 2 + len(turns(server))
    assert series(store.read().prices, "SAE", "close")[f"{friday}"] == pytest.approx(close * 1.01)


@pytest.mark.parametrize("key", ["massive", "eodhd"])
@pytest.mark.parametrize("age", [5, 125, 500])
def test_a_correction_far_back_is_seen_a_week_and_every_half_year_later(
    key: str, age: int, server: VendorServer, filled_by: Callable[[str], Store]
) -> None:
    store = filled_by(key)
    server.world.now = later(NOW, 1)  # SAB splits four for one
    when = turns(server)[AGES.index(age)]
    for symbol in ("SAE", "SAB", "BRK-B"):
        close, *rest = server.history(symbol)[when]
        server.history(symbol)[when] = (close * 1.01, *rest)
    server.asked.clear()
    evening = run(store, server, key)
    assert evening.ok and set(evening.refetched) == {"SAE", "SAB", "BRK-B"}
    history = {"massive": 3, "eodhd": 9}[key]
    assert server.asked["day"] == 1 + 5 and server.asked["history"] == history
    # the split is on the closes before it, the correction of its own day too
    prices = store.read().prices
    for symbol in ("SAE", "SAB", "BRK-B"):
        truth = server.world.history(symbol)
        closes = dict(zip(map(str, truth[0]), truth[1].tolist(), strict=True))
        assert series(prices, symbol, "close")[f"{when}"] == pytest.approx(closes[f"{when}"] * 1.01)
    server.asked.clear()
    assert run(store, server, key).requests == 0


def test_a_session_that_is_odd_as_a_whole_is_told_and_not_taken(
    server: VendorServer, filled_by: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled_by("massive")
    server.world.now = later(NOW, 1)
    when = turns(server)[2]
    before = series(store.read().prices, "SAE", "close")
    for symbol in ALL:
        close, *rest = server.history(symbol)[when]
        server.history(symbol)[when] = (close * 1.3, *rest)
    monkeypatch.setattr("cache.refresh.older_days.MANY", 6)
    evening = run(store, server, "massive")
    assert f"Massive gives other closes of {when} than before for 7 of 7 lines" in evening.message
    assert before.items() <= series(store.read().prices, "SAE", "close").items()


def test_a_line_that_does_not_trade_is_no_failure_and_ends_after_a_week(
    server: VendorServer, filled_by: Callable[[str], Store]
) -> None:
    store = filled_by("massive")
    for step in range(1, 8):
        server.world.now = later(NOW, step)
        server.missing[server.world.now.date()] = {"SAF"}
        server.asked.clear()
        summary = run(store, server, "massive", again=True)
        assert summary.ok, summary.message
        # its missing days are not asked for again and again
        assert server.asked["day"] <= step + 2 + len(turns(server))
    prices = store.read().prices
    assert max(series(prices, "SAF", "close")) == "2026-06-24"
    assert prices.through["SAF"] == server.world.now.date() and "SAF" not in prices.failures
