"""kill -9 of `internals refresh` itself, counted at the vendor: what was committed is never asked
for again, and what is lost is the batch under way.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from cache.facts.errors import StoreEmpty
from cache.refresh.batch import BATCH
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.torture.processes import start
from tests.torture.report import Row, judged

POOL = 8
CONFIG = f'pair = "IWM:IVV"\n[fetch]\nrate = 20\npool = {POOL}\n'


def killed(folder: Path, small: bool) -> Row:
    """Kill refreshes until enough were, then let one come to its end."""
    count, times = (240, 2) if small else (800, 8)
    lines = {"IWM": [f"S{n:03}" for n in range(count)], "IVV": ["LAA", "LAB"]}
    symbols = {"IWM", "IVV", *lines["IWM"], *lines["IVV"]}
    home = folder / "home"
    home.mkdir(mode=0o700, parents=True)
    (home / "config.toml").write_text(CONFIG)
    # A batch, what the threads have under way, and what waits to be taken from them.
    most = BATCH + 2 * POOL
    chance, wrong, lost = random.Random(count), list[str](), list[int]()
    with Lookalike(folder, datetime.now(UTC), lines=lines, life=600.0) as vendor:
        before: set[str] = set()
        for number in range(times + 1):
            vendor.charts.clear()
            here = {**os.environ, **vendor.environment()}
            process = start("tui", "refresh", "--quiet", "--home", home, env=here)
            if number < times:
                # By turns after more than may be lost, and in the first batch.
                left, first = len(symbols - before), 1 if number % 2 else most + 1
                _answered(vendor, process, chance.randint(min(first, left // 2), left - left // 4))
                process.kill()
            process.communicate(timeout=300)
            after = _held(home)
            asked = set(vendor.charts)
            if again := asked & before:
                wrong.append(f"{len(again)} asked again that were held")
            if not before <= after <= symbols:
                wrong.append(f"{len(before - after)} of {len(before)} held were lost")
            if asked - after and number == times:
                wrong.append("what was asked for did not come")
            lost.append(len(asked - after))
            if vendor.charts.total() != len(asked):
                wrong.append("a symbol was asked for twice in one refresh")
            before = after
        if before != symbols or process.returncode:
            wrong.append(f"{len(before)} of {len(symbols)} held at the end")
    return judged(
        "kill -9 of `internals refresh` at the look-alike of Yahoo",
        f"{times} times at a random moment among {len(symbols)} symbols, then once to its end; the"
        " requests counted at the server",
        "what was committed is not asked for again; no more than the batch under way is lost",
        f"{sum(lost)} answers lost in {times} kills, {max(lost)} at most; 0 asked again",
        wrong,
        max(lost) <= most and sum(lost) > 0,
    )


def _answered(vendor: Lookalike, process: subprocess.Popen[str], count: int) -> None:
    """Wait until so many charts were asked for, and a moment more."""
    end = time.monotonic() + 120
    while vendor.charts.total() < count and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)


def _held(home: Path) -> set[str]:
    try:
        return {s for block in Store(home / "market").read().prices.blocks for s in block.symbols}
    except StoreEmpty:
        return set()
