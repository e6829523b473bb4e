"""The store beside plain files of the same closes: ``python -m bench.store [TIMES]``.

Loading and writing the simulated market's closes, interleaved in one run: our store with every
hash checked and every write synced, one NumPy file, Parquet, and SQLite, each without either.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cache.sources.demo.demo import make
from cache.store.store import Store

if TYPE_CHECKING:
    from core.data.frames import FloatArray


def closes(store: Store) -> FloatArray:
    """(T, N) closes of all sessions and symbols, NaN where none."""
    prices = store.read().prices
    symbols = sorted({symbol for block in prices.blocks for symbol in block.symbols})
    at = {symbol: n for n, symbol in enumerate(symbols)}
    rows = []
    for block in prices.blocks:
        found = np.full((len(block.sessions), len(symbols)), np.nan)
        found[:, [at[symbol] for symbol in block.symbols]] = block.close
        rows.append(found)
    return np.vstack(rows)


def main() -> None:
    """Measure and print."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        bars, files = make()
        store = Store(where / "store", simulated=True)
        store.commit(bars=bars, holdings=files)
        matrix = closes(store)
        at = np.argwhere(np.isfinite(matrix))
        long = (at[:, 0], at[:, 1], matrix[at[:, 0], at[:, 1]])
        table = pa.table({"day": long[0], "line": long[1], "close": long[2]})
        rows = list(zip(*(column.tolist() for column in long), strict=True))

        def commit() -> None:
            fresh = Path(tempfile.mkdtemp(dir=where))
            Store(fresh / "store", simulated=True).commit(bars=bars, holdings=files)

        def sqlite_write() -> None:
            (where / "closes.db").unlink(missing_ok=True)
            with sqlite3.connect(where / "closes.db") as base:
                base.execute("create table closes (day integer, line integer, close real)")
                base.executemany("insert into closes values (?, ?, ?)", rows)
            base.close()

        def sqlite_read() -> None:
            with sqlite3.connect(where / "closes.db") as base:
                np.array(base.execute("select day, line, close from closes").fetchall())
            base.close()

        ways: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            "the store, checked and synced": (store.read, commit),
            "one .npy file": (
                lambda: np.load(where / "closes.npy"),
                lambda: np.save(where / "closes.npy", matrix),
            ),
            "Parquet": (
                lambda: pq.read_table(where / "closes.parquet"),
                lambda: pq.write_table(table, where / "closes.parquet"),
            ),
            "SQLite": (sqlite_read, sqlite_write),
        }
        found: dict[str, list[list[float]]] = {name: [[], []] for name in ways}
        for _ in range(times):
            for name, (load, write) in ways.items():
                for n, act in ((1, write), (0, load)):
                    start = time.perf_counter()
                    act()
                    found[name][n].append((time.perf_counter() - start) * 1e3)
    print(f"| {len(rows):,} closes | load ms | write ms |\n|---|--:|--:|")
    for name, (load_ms, write_ms) in found.items():
        print(f"| {name} | {statistics.median(load_ms):.0f} | {statistics.median(write_ms):.0f} |")


if __name__ == "__main__":
    main()
