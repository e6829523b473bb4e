"""A process that writes to a store, and forks for each order on its standard input.

``store_writer.py HOME``: an order ``SYMBOL COUNT`` forks a process that says its own number, then
commits closes of the symbol (1, 2, 3, ...) until COUNT are stored, one a generation, and says each
one's number once acknowledged. ``ended CODE`` is said after its end. What they need is imported
once for all.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from cache.facts.errors import StoreEmpty
from cache.facts.sessions import sessions
from cache.store.store import Store
from tests.cache.stores import bars, closes


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def write(home: Path, symbol: str, count: int) -> None:
    store, days = Store(home), sessions()
    say(os.getpid())
    try:
        done = len(closes(store.read().prices, symbol))
    except StoreEmpty:
        done = 0
    for number in range(done + 1, count + 1):
        store.commit(bars=bars(symbol, [days[number]], close=np.array([float(number)])))
        say(number)


def main(home: str) -> None:
    say("ready")
    while order := sys.stdin.readline().split():
        if not os.fork():
            write(Path(home), order[0], int(order[1]))
            return
        say(f"ended {os.waitstatus_to_exitcode(os.wait()[1])}")


if __name__ == "__main__":
    main(sys.argv[1])
