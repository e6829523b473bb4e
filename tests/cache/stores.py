"""Small contents of a store, and how one is looked at from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from cache.store.bars import Bars
from cache.store.store import Contents, Store
from core.data.frames import Holdings, LeftOut, Prices

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 27, 12, 30, 15, 250, tzinfo=UTC)
NAN = float("nan")
RAW = bytes(range(256)) * 3


def bars(symbol: str = "SPY", days: Any = ("2025-12-31", "2026-01-02"), **more: Any) -> Bars:
    days = np.array(days, "datetime64[D]")
    fields: dict[str, Any] = {
        "close": np.arange(1.0, len(days) + 1),
        "source": "test",
        "fetched_at": NOW,
    }
    return Bars((symbol,), np.zeros(len(days), np.intp), days, **{**fields, **more})


def rich() -> Bars:
    """Every field, marks of every kind, two years, symbols that pandas would misread."""
    days = np.array(["2025-12-30", "2025-12-31", "2026-01-02"] * 2, "datetime64[D]")
    return Bars(
        ("NA", "BRK-B", "TRUE"),
        np.array([0, 0, 0, 1, 1, 1]),
        days,
        close=np.array([1 / 3, 0.1 + 0.2, 5e-324, 1.7e308, NAN, 7.0]),
        adj_close=np.array([NAN, NAN, NAN, NAN, 3.3, NAN]),
        volume=np.array([0.0, 1e9, NAN, NAN, NAN, NAN]),
        dividend=np.array([0.0, 0.123456789, NAN, 0.0, 0.0, 0.25]),
        split=np.array([1.5, 0.0, 0.0, 0.0, 0.0, 4.0]),
        source="a “source”\nof two lines",
        fetched_at=NOW.astimezone(timezone(timedelta(hours=-4))),
        through={"NA": date(2026, 1, 5), "TRUE": date(2026, 1, 2)},
        provisional={"BRK-B": date(2026, 1, 2)},
        failures={"XYZ": "not found at Yahoo"},
    )


def store_of_lists(folder: Path, pair: Sequence[str], lines: tuple[str, ...], as_of: date) -> Store:
    """A store with a list of each fund, all lines at the same weight."""
    store = Store(folder / "market")
    nan, text = np.full(len(lines), NAN), ("",) * len(lines)
    even = np.full(len(lines), 1 / len(lines))
    for fund in pair:
        rows = Holdings(fund, as_of, lines, text, text, nan, nan, even, 1.0)
        store.commit(holdings=[(rows, fund.encode())])
    return store


def holdings(fund: str = "IWM", as_of: date = date(2026, 1, 21), first: str = "BE") -> Holdings:
    return Holdings(
        fund,
        as_of,
        (first, "NA"),
        ("Bloom Énergie", "株式会社 “X”"),
        ("Industrials", ""),
        np.array([1 / 3, NAN]),
        np.array([NAN, 2.5]),
        np.array([1e9, 0.1]),
        1.5e9,
        ("isin:US0937121079", ""),
        (LeftOut("USD", "Cash", NAN, "cash"), LeftOut("-", "", -0.01, "no stock")),
        "https://example.invalid/IWM.csv",
        NOW,
    )


def closes(prices: Prices, symbol: str) -> dict[date, float]:
    """A symbol's closes by session, in order."""
    found: dict[date, float] = {}
    for block in prices.blocks:
        if symbol in block.symbols:
            column = block.close[:, block.symbols.index(symbol)]
            there = ~np.isnan(column)
            found |= dict(zip(block.sessions[there].tolist(), column[there].tolist(), strict=True))
    return found


def dump(held: Contents) -> Any:
    """Everything stored, arrays as their bytes."""

    def plain(value: Any) -> Any:
        if isinstance(value, (str, float, int, date)):
            return value
        if isinstance(value, np.ndarray):
            return (value.dtype.str, value.shape, value.tobytes())
        if hasattr(value, "__dataclass_fields__"):
            return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        if isinstance(value, tuple):
            return [plain(one) for one in value]
        if isinstance(value, Mapping):
            return {key: plain(value[key]) for key in sorted(value)}
        return value

    return repr([held.generation, plain(held.prices), plain(held.holdings), held.simulated])


def files(home: Path) -> dict[str, tuple[int, int]]:
    """Each file under a directory with its inode and time of writing."""
    stats = {str(p.relative_to(home)): p.stat() for p in home.rglob("*")}
    return {name: (s.st_ino, s.st_mtime_ns) for name, s in stats.items() if name != "lock"}


def manifest(home: Path) -> Any:
    newest = max((home / "generations").iterdir())
    return json.loads(newest.read_text())["manifest"]
