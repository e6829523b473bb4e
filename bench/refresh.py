"""A refresh beside plain ``yf.download``, on the same look-alike of Yahoo, in one run.

    python -m bench.refresh [--lines 500] [--delay 0.1] [--daily-rate 20]

Each candidate runs in a process of its own and talks to a server in a third one, which answers
each chart after the delay and counts. Only ratios within one run mean anything.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
NOW: Final = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
PAIR: Final = ("IWM", "IVV")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def names(count: int) -> list[str]:
    """Invented symbols of four letters."""
    return ["Q" + "".join(three) for three in list(product(_LETTERS, repeat=3))[:count]]


# The server, in a process of its own


def serve(settings: dict[str, Any]) -> None:
    """Answer until stdin ends; each line on it asks for the counts."""
    from tests.cache.lookalike import Lookalike
    from tests.cache.lookalike_world import later

    symbols = names(settings["lines"])
    cut = len(symbols) * 4 // 5
    lines = {"IWM": symbols[:cut], "IVV": symbols[cut:]}
    faults = dict.fromkeys(symbols[::5], "404") if settings["faults"] else {}
    with tempfile.TemporaryDirectory() as folder:
        server = Lookalike(
            Path(folder),
            NOW,
            lines=lines,
            faults=faults,
            delay=settings["delay"],
            limit_after=settings["limit_after"],
            life=7200.0,
        )
        with server:
            print(json.dumps(server.environment()), flush=True)
            for asked in sys.stdin:
                if asked.strip() == "later":
                    server.now = later(NOW, 1)
                counts = {"requests": server.requests, "charts": server.charts.total()}
                counts["connections"] = server.connections
                print(json.dumps(counts), flush=True)
                server.charts.clear()
                server.pages.clear()
                server.connections = 0


class Server:
    """The server's process, from outside."""

    def __init__(self, **settings: Any) -> None:
        command = [sys.executable, "-m", "bench.refresh", "--serve", json.dumps(settings)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
        self.environment: dict[str, str] = json.loads(self._process.stdout.readline())

    def counts(self, word: str = "") -> dict[str, int]:
        """What was asked for since the last time."""
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        found: dict[str, int] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End it."""
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def server(**settings: Any) -> Iterator[Server]:
    """A server for a while."""
    one = Server(**settings)
    try:
        yield one
    finally:
        one.close()


# The candidates, each in a process of its own


def plain(symbols: list[str]) -> dict[str, int]:
    """What a script would do: every symbol in one call of ``yf.download``."""
    import logging

    import yfinance
    from yfinance import shared

    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    frame = yfinance.download(
        symbols, start="2024-06-16", end="2026-06-27", auto_adjust=False, progress=False
    )
    came = frame["Close"].notna().any()
    return {"came": int(came.sum()), "named": len(shared._ERRORS)}


def ours(home: Path, rate: float | None, now: datetime) -> dict[str, int]:
    """A refresh of a store with holdings from the issuer, a pool of 16."""
    from cache.facts.funds import load_funds
    from cache.facts.reference import load_reference
    from cache.refresh.refresh import refresh
    from cache.refresh.request import Request
    from cache.sources.issuers import Issuers
    from cache.sources.yahoo.yahoo import Yahoo
    from cache.store.store import Store

    prices = Yahoo(home / "yfinance", pool=16, rate=rate, pause=0.5)
    summary = refresh(
        Store(home),
        Request(PAIR, now, load_reference(), load_funds()),
        prices=prices,
        files=Issuers(),
    )
    return {"came": summary.symbols, "named": len(summary.failed), "planned": summary.planned}


def candidate(work: dict[str, Any]) -> None:
    """Run one and say what it took."""
    began = time.monotonic()
    if work["who"] == "plain":
        said = plain(["IWM", "IVV", *names(work["lines"])])
    else:
        now = datetime.fromisoformat(work["now"])
        said = ours(Path(work["home"]), work["rate"], now)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(said | {"seconds": time.monotonic() - began, "peak": peak}))


def run(one: Server, **work: Any) -> dict[str, Any]:
    """A candidate's own figures and the server's."""
    one.counts()
    with tempfile.TemporaryDirectory() as cold:
        # yfinance keeps caches under the user's: a cold start each time.
        environ = {**os.environ, **one.environment, "XDG_CACHE_HOME": cold, "HOME": cold}
        command = [sys.executable, "-m", "bench.refresh", "--candidate", json.dumps(work)]
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | one.counts()


def freeze(one: Server, lines: int, who: str) -> float:
    """The longest gap, in seconds, between two beats of an open screen while one runs."""
    work = json.dumps({"who": who, "lines": lines})
    command = [sys.executable, "-m", "bench.refresh", "--screen", work]
    with tempfile.TemporaryDirectory() as cold:
        environ = {**os.environ, **one.environment, "XDG_CACHE_HOME": cold, "HOME": cold}
        done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout.splitlines()[-1])


def screen(work: dict[str, Any]) -> None:
    """The screen on the simulated market; a beat every 10 ms; the fetching beside it."""
    from core.data.question import Question
    from tui.screen.app import InternalsApp
    from tui.service.service import Desk
    from tui.state.config import Config
    from tui.state.places import places

    gaps: list[float] = []

    async def drive(home: Path) -> None:
        desk = Desk(places(home, demo=True), demo=True)
        app = InternalsApp(desk, Config(), Question())
        async with app.run_test(size=(160, 45)) as pilot:
            await pilot.pause(3.0)
            fetching = asyncio.create_task(fetch(home))
            last = time.monotonic()
            while not fetching.done():
                await asyncio.sleep(0.01)
                gaps.append(time.monotonic() - last)
                last = time.monotonic()
            await fetching

    async def fetch(home: Path) -> None:
        if work["who"] == "plain":
            # As a screen without a child would do it: in a thread.
            await asyncio.to_thread(plain, ["IWM", "IVV", *names(work["lines"])])
            return
        task = {"who": "ours", "home": f"{home / 'market'}", "rate": None, "now": NOW.isoformat()}
        command = [sys.executable, "-m", "bench.refresh", "--candidate", json.dumps(task)]
        child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=-3)
        await child.wait()

    with tempfile.TemporaryDirectory() as home:
        asyncio.run(drive(Path(home)))
    print(max(gaps))


# The table


def table(lines: int, delay: float, daily_rate: float) -> None:
    """Measure, and write Markdown."""
    figures: dict[str, dict[str, Any]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        server(lines=lines, delay=delay, faults=False, limit_after=None) as one,
    ):
        home, now = f"{folder}/cold", NOW.isoformat()
        figures["ours"] = run(one, who="ours", home=home, rate=None, now=now)
        figures["plain"] = run(one, who="plain", lines=lines)
        tomorrow = datetime(2026, 6, 29, 21, 30, tzinfo=UTC).isoformat()
        one.counts("later")
        daily = run(one, who="ours", home=home, rate=daily_rate, now=tomorrow)
        still = {who: freeze(one, min(lines, 500), who) for who in ("ours", "plain")}
    rows = [
        ("wall time, cold", "seconds", "{:.1f} s"),
        ("requests", "requests", "{:,}"),
        ("connections", "connections", "{:,}"),
        ("peak memory", "peak", "{:.0f} MiB"),
    ]
    print(f"{lines:,} lines and two funds, {1000 * delay:.0f} ms an answer\n")
    print("| | refresh | yf.download | ratio |\n|---|---:|---:|---:|")
    for title, field, form in rows:
        mine, other = figures["ours"][field], figures["plain"][field]
        print(f"| {title} | {form.format(mine)} | {form.format(other)} | {other / mine:.1f} |")
    mine, other = still["ours"], still["plain"]
    print(
        f"| longest freeze of the screen | {1000 * mine:.0f} ms | {1000 * other:.0f} ms"
        f" | {other / mine:.1f} |"
    )
    ideal = daily["charts"] / daily_rate
    print(
        f"\nThe next day at {daily_rate:g} requests/s: {daily['requests']:,} requests in"
        f" {daily['seconds']:.1f} s, {daily['seconds'] / ideal:.2f} times the rate's own time."
    )
    print("\n| what is left behind | refresh | yf.download |\n|---|---|---|")
    for title, faults, limit in (
        ("every fifth symbol fails", True, None),
        ("a 429 comes half-way", False, lines // 2),
    ):
        said = []
        for who in ("ours", "plain"):
            with (
                tempfile.TemporaryDirectory() as folder,
                server(lines=lines, delay=delay, faults=faults, limit_after=limit) as one,
            ):
                got = run(one, who=who, lines=lines, home=folder, rate=None, now=NOW.isoformat())
            more = "" if limit is None else f", {got['charts'] - limit:,} charts after it"
            said.append(f"{got['came']:,} symbols, {got['named']:,} reasons{more}")
        print(f"| {title} | {said[0]} | {said[1]} |")


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--daily-rate", type=float, default=20.0)
    for hidden in ("--serve", "--candidate", "--screen"):
        parser.add_argument(hidden, type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
    elif asked.candidate:
        candidate(asked.candidate)
    elif asked.screen:
        screen(asked.screen)
    else:
        table(asked.lines, asked.delay, asked.daily_rate)


if __name__ == "__main__":
    main()
