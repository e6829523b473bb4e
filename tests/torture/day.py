"""A day at the desk in minutes: the screen fetches, is stepped through and stays as it was."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

from cache.refresh.quotes import open_session
from cache.refresh.stored_closes import StoredCloses
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.torture.ending import Session, children
from tests.torture.quotes import lying, resources
from tests.torture.report import Row, judged
from tests.torture.stream import faults

#: What is pressed between two refreshes: panes, views, windows, dates, sorts, explanations.
KEYS = ["1", "2", "3", "4", "v", "]", "[", "<", "<", "<", ">", "t", "t", "x", "b", "j", "k", "\x1b"]
#: Growth that is still flat: memory at the end over that after a quarter of the day. In the short
#: form that quarter is the first refresh, and what is loaded once is not loaded yet.
FLAT, SHORT = 1.10, 1.25


def day(folder: Path, small: bool) -> Iterator[Row]:
    """One row: the screen's memory, open files, threads and children over the day."""
    most = SHORT if small else FLAT
    rounds, keys, lines, beat = (2, 5, 3, 1.0) if small else (32, 100, 30, 4.0)
    wrong: list[str] = []
    with lying(folder, lines, beat, "[fetch]\nrate = 20\npool = 8\n") as (home, vendor, liar, here):
        session = Session.start(["-m", "tui"], here)
        try:
            if not session.read(60, b"IWM", b"help"):
                raise AssertionError(f"no screen: {bytes(session.sent[-300:])!r}")
            session.press("p")
            if not session.read(30, b"quoted"):
                raise AssertionError(f"no quotes: {bytes(session.sent[-300:])!r}")
            quoting = children(session.pid)
            samples = [_round(session, keys, quoting, wrong) for _ in range(rounds)]
            asked = vendor.requests
            session.press("q")
            gone = session.ended(10)
        finally:
            session.close()
    wrong += _stored(home, vendor, liar.symbols, f"{open_session(vendor.now)}")
    early, late = samples[len(samples) // 4], samples[-1]
    pool = (os.cpu_count() or 1) + 4
    flat = all(late[n] <= early[n] * most for n in (0, 3)) and late[1] <= early[1]
    flat = flat and late[2] <= pool + 4 and late[4] <= early[4] + 1 and late[5] <= early[5] + 2
    named = ("MB", "open files", "threads", "MB", "files", "threads of the quotes")
    said = ", ".join(f"{a:.0f} to {b:.0f} {n}" for a, b, n in zip(early, late, named, strict=True))
    yield judged(
        "a day at the desk",
        f"{rounds} refreshes of everything through yfinance at the loopback look-alike (as every"
        f" 15 minutes of eight hours), {keys} keys after each, live quotes of {len(liar.symbols)}"
        " symbols all the while from a stream that lies, floods, breaks and falls silent by turns",
        f"memory within {most - 1:.0%} of that after a quarter; open files flat, threads within"
        " the pool; nothing raw on the screen; of the open session nothing final, no quote stored",
        f"{said}; {asked:,} requests answered, {liar.came.total()} streams; left with"
        f" {session.code}",
        wrong,
        flat
        and (gone is not None and session.code == 0)
        and (len(quoting) == 1 and asked > rounds * lines),
    )


def _round(session: Session, keys: int, quoting: list[int], wrong: list[str]) -> tuple[float, ...]:
    """A refresh of everything and some keys; MB, files and threads of screen and quotes then."""
    chance = random.Random(keys)
    session.press("R")
    session.read(0.5, b"never")
    for _ in range(keys):
        session.press(chance.choice(KEYS))
        session.read(0.02, b"never")
    end = time.monotonic() + 120
    while set(children(session.pid)) - {*quoting} and time.monotonic() < end:
        session.read(0.1, b"never")
    session.read(1.5, b"never")
    # What was sent may end in the middle of a sign.
    wrong += faults(bytes(session.sent).decode("utf-8", "ignore").encode())
    session.sent.clear()
    return (*resources(session.pid), *resources(quoting[0]))


def _stored(home: Path, vendor: Lookalike, symbols: list[str], session: str) -> list[str]:
    """What of an open session is held as if it were final, or came of a quote."""
    prices = Store(home / "market").read().prices
    known, wrong = StoredCloses(prices), list[str]()
    for symbol in symbols:
        days, closes = known.closes(symbol)
        if f"{known.final(symbol)}" >= session:
            wrong.append(f"{symbol} is final through {known.final(symbol)}")
        if f"{days[-1]}" != session or abs(closes[-1] / vendor.close(symbol, session) - 1) > 1e-9:
            wrong.append(f"{symbol} has {closes[-1]} on {days[-1]}")
    return wrong
