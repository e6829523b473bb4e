"""One small market as vendors with a key give it, and what a store holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cache.facts.sessions import sessions
from cache.facts.vendors import Vendor, load_vendors
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.vendors.registry import SourceSettings, price_source
from cache.store.store import Store
from core.data.frames import Holdings, Prices
from tests.cache.lookalike_vendors import KEY, SECRET, VendorServer
from tests.cache.lookalike_world import World
from tests.cache.planning import shipped

NOW = datetime(2026, 6, 24, 21, 30, tzinfo=UTC)  # a Wednesday, 17:30 in New York
PAIR = ("IWM", "SPY")
LINES = ("SAA", "SAB", "BRK-B", "SAD", "SAE", "SAF")
ALL = (*PAIR, *LINES)
ENVIRON = {
    "MASSIVE_API_KEY": KEY,
    "EODHD_API_KEY": KEY,
    "APCA_API_KEY_ID": KEY,
    "APCA_API_SECRET_KEY": SECRET,
}
SPLIT = {"SAB": ("2026-06-25", 4.0), "SAD": ("2025-09-10", 2.0)}
KEYED = ("massive", "eodhd", "alpaca")
#: Of the sessions that are compared again: how many sessions each lies before the last.
AGES = (5, 125, 250, 375, 500)


def serving() -> VendorServer:
    return VendorServer(World(NOW, splits=SPLIT), ALL, others=40)


@pytest.fixture
def server() -> Iterator[VendorServer]:
    with serving() as one:
        yield one


def terms(server: VendorServer, key: str) -> Vendor:
    suffix = "/api" if key == "eodhd" else ""
    vendor = load_vendors()[key]
    # two years of histories are enough here
    return replace(vendor, address=server.address + suffix, rate=1000.0, years=2)


def made(server: VendorServer, key: str, home: Path, environ: Mapping[str, str] = ENVIRON) -> Any:
    vendor = terms(server, key)
    return price_source(SourceSettings(vendor, home, vendor.rate, environ=environ)), vendor


def run(store: Store, server: VendorServer, key: str, **more: Any) -> Summary:
    source, vendor = made(server, key, store.home)
    now, others = more.pop("now", server.world.now), more.pop("others", ())
    return refresh(
        store,
        Request(PAIR, now, shipped(), **more),
        prices=source,
        files=Issuers(),
        vendor=vendor,
        others=others,
    )


def stocked(folder: Path, pair: tuple[str, str] = PAIR) -> Store:
    """A store that holds a list of each fund."""
    store = Store(folder / "home")
    for fund, lines in zip(pair, (LINES[:3], LINES[2:]), strict=True):
        size = len(lines)
        rows = Holdings(
            fund,
            date(2025, 12, 31),
            lines,
            ("",) * size,
            ("",) * size,
            np.full(size, 10.0),
            np.full(size, 5.0),
            np.full(size, 50.0),
            total=50.0 * size,
            source="by hand",
            fetched_at=NOW,
        )
        store.commit(holdings=[(rows, b"x")])
    return store


def series(prices: Prices, symbol: str, field: str) -> dict[str, float]:
    result: dict[str, float] = {}
    for block in prices.blocks:
        if symbol not in block.symbols:
            continue
        column = block.symbols.index(symbol)
        if field in ("close", "volume"):
            values = getattr(block, field)[:, column]
            there = ~np.isnan(values)
            days = np.datetime_as_string(block.sessions[there]).tolist()
            result |= zip(days, values[there].tolist(), strict=True)
        else:
            events = getattr(block, field)
            for row, col, value in zip(events.row, events.col, events.value, strict=True):
                if col == column:
                    result[str(block.sessions[row])] = float(value)
    return result


def turns(server: VendorServer) -> list[date]:
    """The sessions of two years that lie a week and half years of 125 sessions before the last."""
    calendar = sessions()
    last = int(np.searchsorted(calendar, np.datetime64(server.world.now.date())))
    return [calendar[last - age].item() for age in AGES]


def check_closes(prices: Prices, symbol: str, world: World) -> dict[str, float]:
    """The closes that are held of a symbol, which are the world's and reach its last day."""
    days, closes, _ = world.history(symbol)
    held = series(prices, symbol, "close")
    truth = dict(zip(np.datetime_as_string(days).tolist(), closes.tolist(), strict=True))
    assert str(days[-1]) in held, symbol
    # quicker than `approx` of so many; a day that is none of the world's is a KeyError
    wanted = [truth[day] for day in held]
    np.testing.assert_allclose(list(held.values()), wanted, rtol=1e-6, err_msg=symbol)
    return held


def check_market(store: Store, world: World) -> None:
    """What is held is the world's, in each field, since the day that all vendors reach."""
    prices = store.read().prices
    for symbol in ALL:
        days, _, paid = world.history(symbol)
        held = check_closes(prices, symbol, world)
        assert len(held) > 450, symbol
        first = min(held)
        dividends = {str(d): p for d, p in zip(days, paid, strict=True) if p and str(d) >= first}
        assert series(prices, symbol, "dividend") == pytest.approx(dividends, rel=1e-6), symbol
        split = world.splits.get(symbol)
        there = split is not None and np.datetime64(split[0]) <= days[-1]
        assert series(prices, symbol, "split") == (dict([split]) if there and split else {}), symbol
