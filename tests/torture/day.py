"""A day at the desk in minutes: the screen fetches, is stepped through and stays as it was."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cache.lookalike import Lookalike
from tests.torture.ending import Session, children
from tests.torture.processes import ROOT
from tests.torture.report import Row

PAIR = ("IWM", "IVV")
#: What is pressed between two refreshes: panes, views, windows, dates, sorts, explanations.
KEYS = ["1", "2", "3", "4", "v", "]", "[", "<", "<", "<", ">", "t", "t", "x", "b", "j", "k", "\x1b"]
#: Growth that is still flat: memory at the end over that after a quarter of the day. In the short
#: form that quarter is the first refresh, and what is loaded once is not loaded yet.
FLAT, SHORT = 1.10, 1.25


def day(folder: Path, small: bool) -> Iterator[Row]:
    """One row: the screen's memory, open files, threads and children over the day."""
    most = SHORT if small else FLAT
    rounds, keys = (2, 5) if small else (32, 100)
    now = datetime.now(UTC) - timedelta(days=1)
    lines = {fund: [f"{fund[:2]}{n:02}" for n in range(3 if small else 30)] for fund in PAIR}
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text('pair = "IWM:IVV"\n[fetch]\nrate = 20\npool = 8\n')
    with Lookalike(folder, now, lines=lines, life=900.0) as vendor:
        environment = {**os.environ, **vendor.environment(), "PYTHONPATH": str(ROOT)}
        environment |= {"TERM": "xterm-256color", "HOME": str(folder), "INTERNALS_HOME": str(home)}
        first = [sys.executable, "-m", "tui", "refresh", "--quiet"]
        subprocess.run(first, cwd=ROOT, env=environment, capture_output=True, timeout=120)
        session = Session.start(["-m", "tui"], environment)
        try:
            if not session.read(60, b"IWM", b"help"):
                raise AssertionError(f"no screen: {bytes(session.sent[-300:])!r}")
            samples = [_round(session, keys) for _ in range(rounds)]
            asked = vendor.requests
            session.press("q")
            gone = session.ended(10)
        finally:
            session.close()
    early, late = samples[len(samples) // 4], samples[-1]
    pool = (os.cpu_count() or 1) + 4
    flat = late[0] <= early[0] * most and late[1] <= early[1] and late[2] <= pool + 4
    named = ("MB", "open files", "threads")
    said = ", ".join(f"{a:.0f} to {b:.0f} {n}" for a, b, n in zip(early, late, named, strict=True))
    yield Row(
        "a day at the desk",
        f"{rounds} refreshes of everything through yfinance at the loopback look-alike (as every"
        f" 15 minutes of eight hours), {keys} keys after each",
        f"memory within {most - 1:.0%} of that after a quarter; open files flat,"
        " threads within the pool",
        f"{said}; {asked:,} requests answered; left with {session.code}",
        flat and gone is not None and session.code == 0 and asked > rounds * len(lines["IWM"]),
    )


def _round(session: Session, keys: int) -> tuple[float, float, float]:
    """A refresh of everything and some keys; MB, open files and threads afterwards."""
    chance = random.Random(keys)
    session.press("R")
    session.read(0.5, b"never")
    for _ in range(keys):
        session.press(chance.choice(KEYS))
        session.read(0.02, b"never")
    end = time.monotonic() + 120
    while children(session.pid) and time.monotonic() < end:
        session.read(0.1, b"never")
    session.read(1.5, b"never")
    session.sent.clear()
    place = Path(f"/proc/{session.pid}")
    fields = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    files = len(list((place / "fd").iterdir()))
    return int(fields["VmRSS"].split()[0]) / 1024, float(files), float(fields["Threads"])
