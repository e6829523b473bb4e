"""One day of 2,500 lines by each vendor's look-alike: requests, seconds and bytes.

    python -m bench.vendors [LINES]

By hand: it takes some minutes. The look-alikes' market has 8,000 symbols. Seconds at the default
rate are reckoned from the requests; those of our own work are measured with the rate lifted.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cache.facts.reference import load_reference
from cache.facts.vendors import YAHOO, Vendor, load_vendors
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.vendors.registry import SourceSettings, price_source
from cache.store.bars import Bars
from cache.store.store import Store
from core.data.frames import Holdings
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_vendors import KEY, SECRET, VendorServer
from tests.cache.lookalike_world import World, later

if TYPE_CHECKING:
    from cache.refresh.progress import Summary

NOW = datetime(2026, 6, 22, 21, 30, tzinfo=UTC)  # a Monday
PAIR = ("IWM", "SPY")
MARKET = 8_000
#: Sessions of history that are held beforehand.
HELD = 60
ENVIRON = {
    "MASSIVE_API_KEY": KEY,
    "EODHD_API_KEY": KEY,
    "APCA_API_KEY_ID": KEY,
    "APCA_API_SECRET_KEY": SECRET,
}


def names(count: int) -> list[str]:
    """Invented symbols of four letters."""
    return [
        f"A{chr(65 + i // 676)}{chr(65 + i // 26 % 26)}{chr(65 + i % 26)}" for i in range(count)
    ]


class Short(VendorServer):
    """Keeps the last sessions of each symbol alone: thirty years of 2,500 take gigabytes."""

    def history(self, symbol: str) -> dict[date, tuple[float, float, float, float]]:
        """Close, volume, dividend and split of the last days."""
        if symbol not in self._histories:
            days, closes, paid = self.world.history(symbol)
            self._histories[symbol] = {
                when: (float(close), 1e6, float(cash), 0.0)
                for when, close, cash in zip(
                    days[-HELD - 5 :].tolist(),
                    closes[-HELD - 5 :],
                    paid[-HELD - 5 :],
                    strict=True,
                )
            }
        return self._histories[symbol]


class Counting(Lookalike):
    """Counts the bytes of its answers."""

    sent = 0

    def answer(self, host: str, path: str) -> Any:
        """The answer of the look-alike."""
        reply = super().answer(host, path)
        self.sent += len(reply[2])
        return reply


def stocked(home: Path, world: World, lines: list[str], source: str) -> Store:
    """A store that holds the lists, and closes up to the day before."""
    store = Store(home)
    half = len(lines) // 5
    for fund, own in zip(PAIR, (lines[half:], lines[:half]), strict=True):
        blank, ten = ("",) * len(own), np.full(len(own), 10.0)
        rows = Holdings(
            fund, date(2025, 12, 31), tuple(own), blank, blank, ten, ten, ten * 10,
            total=100.0 * len(own), source="bench", fetched_at=NOW,
        )  # fmt: skip
        store.commit(holdings=[(rows, b"x")])
    symbols = (*PAIR, *lines)
    series = [world.history(symbol) for symbol in symbols]
    days = series[0][0][-HELD:]
    bars = Bars(
        symbols,
        np.repeat(np.arange(len(symbols)), HELD),
        np.tile(days, len(symbols)),
        np.concatenate([closes[-HELD:] for _, closes, _ in series]),
        dividend=np.concatenate([paid[-HELD:] for _, _, paid in series]),
        source=source,
        fetched_at=NOW,
        through=dict.fromkeys(symbols, days[-1].item()),
    )
    store.commit(bars=bars)
    return store


def closes(store: Store) -> np.ndarray:
    """The newest session's closes held, symbol by symbol."""
    block = store.read().prices.blocks[-1]
    order = np.argsort(np.array(block.symbols))
    return np.asarray(block.close[-1][order])


def day(store: Store, source: Any, vendor: Vendor, now: datetime) -> Summary:
    """One evening's refresh."""
    return refresh(
        store, Request(PAIR, now, load_reference()), prices=source, files=Issuers(), vendor=vendor
    )


def roads(folder: Path, lines: list[str]) -> Iterator[tuple[str, Summary, float, int, np.ndarray]]:
    """Name, summary, requests a second at the default rate, bytes and the day's closes of each."""
    world = World(NOW)
    extra = MARKET - len(lines) - 2
    for key in ("massive", "eodhd", "alpaca"):
        shipped = load_vendors()[key]
        world.now = NOW
        store = stocked(folder / key, world, lines, shipped.name)
        world.now = later(NOW, 1)
        with Short(world, (*PAIR, *lines), others=extra) as server:
            suffix = "/api" if key == "eodhd" else ""
            vendor = replace(shipped, address=server.address + suffix, rate=1e6)
            for symbol in (*PAIR, *lines):  # the look-alike's own work is not to be measured
                server.history(symbol)
            source = price_source(SourceSettings(vendor, folder, 1e6, environ=ENVIRON))
            summary = day(store, source, vendor, world.now)
            yield shipped.name, summary, shipped.rate, server.bytes, closes(store)
    from cache.sources.yahoo.yahoo import Yahoo

    for spark in (False, True):
        with Counting(folder, NOW, lines={}) as yahoo:
            os.environ.update(yahoo.environment())
            store = stocked(folder / f"yahoo{spark}", yahoo, lines, "Yahoo")
            yahoo.now = later(NOW, 1)
            vendor = replace(YAHOO, closes_alone=20) if spark else YAHOO
            source = Yahoo(folder / "y", rate=None, pool=8, spark=spark)
            summary = day(store, source, vendor, yahoo.now)
            name = "Yahoo, spark" if spark else "Yahoo"
            yield name, summary, YAHOO.rate, yahoo.sent, closes(store)


def main(argv: list[str]) -> None:
    """Print the table."""
    lines = names(int(argv[0]) if argv else 2_500)
    print("| | requests | seconds at the default rate | seconds here | bytes |")
    print("|---|---:|---:|---:|---:|")
    first: np.ndarray | None = None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        began = time.monotonic()
        for name, summary, rate, size, market in roads(folder, lines):
            assert summary.ok, summary.message
            first = market if first is None else first
            off = float(np.max(np.abs(market / first - 1)))
            assert off < 1e-6, (name, off)
            print(
                f"| {name} | {summary.requests:,} | {summary.requests / rate:,.0f}"
                f" | {summary.seconds:.1f} | {size / 1e3:,.0f} KB |",
                flush=True,
            )
        print(f"\nall roads agree to 1e-6; {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
