"""Live quotes from a stream that lies, breaks, floods and falls silent: no number, no growth."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from websockets.sync.server import ServerConnection

from cache.facts.sessions import closes_at, sessions
from cache.refresh.quotes import open_session
from core.data.frames import pydate
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_stream import Streamer, message
from tests.torture.hostile import PAYLOADS
from tests.torture.processes import ROOT, environment, internals
from tests.torture.report import Row, judged

PAIR = ("IWM", "IVV")
SHIFTED = Path(__file__).with_name("shifted")
#: What a true quote is above the close before it, and its opposite, which no gate can refuse.
TRUE = 1.02
#: More than one message of a stream may be.
HUGE = 2 << 20


def trading() -> datetime:
    """Noon in New York of the last session that is over."""
    now = datetime.now(UTC)
    over = sessions()[sessions() < np.datetime64(now.date())]
    bell = closes_at(pydate(over[-1]))
    return (bell - timedelta(hours=4 if bell.hour >= 20 else 1)).replace(minute=0)


def shifted(environment: dict[str, str], to: datetime) -> dict[str, str]:
    """An environment in which it is another time."""
    off = (to - datetime.now(UTC)).total_seconds()
    path = f"{SHIFTED}{os.pathsep}{ROOT}"
    return environment | {"PYTHONPATH": path, "INTERNALS_SHIFT": f"{off}"}


class Liar:
    """The script of a stream: what is true, and by turns every way to lie and to break.

    Attributes:
        came: how often each way was taken.
    """

    def __init__(self, vendor: Lookalike, now: datetime, symbols: list[str], beat: float) -> None:
        """Nothing is said yet; ``beat`` is how long one connection may last."""
        self.vendor, self.symbols, self.beat = vendor, symbols, beat
        self.off = now - datetime.now(UTC)
        session = np.datetime64(open_session(now))
        before = f"{sessions()[sessions() < session][-1]}"
        self.closes = {symbol: vendor.close(symbol, before) for symbol in symbols}
        self.came: Counter[str] = Counter()

    @property
    def true(self) -> dict[str, float]:
        """The prices that are true."""
        return {symbol: close * TRUE for symbol, close in self.closes.items()}

    def quote(self, symbol: str, **more: Any) -> dict[str, Any]:
        close, now = self.closes[symbol], datetime.now(UTC) + self.off
        fields = {"id": symbol, "price": close * TRUE, "change": close * (TRUE - 1),
                  "time": int(now.timestamp() * 1000), "currency": "USD"}  # fmt: skip
        return fields | more

    def lies(self, symbol: str) -> list[dict[str, Any]]:
        close = self.closes[symbol]
        prices = (math.nan, math.inf, -close, 0.0, close * 30, close / 30, 3e38, 1e-30)
        found = [self.quote(symbol, price=price) for price in prices]
        found += [self.quote(symbol, price=close / 4, change=0.01)]
        found += [
            self.quote(symbol, price=close * 1.5, currency=c) for c in ("GBp", "\x1b]0;X\x07")
        ]
        late = self.quote(symbol)["time"]
        times = (late + 10**9, 0, -1, 2**62, late - 10**8)
        found += [self.quote(symbol, price=close * 1.5, change=close * 0.5, time=t) for t in times]
        texts = [text.encode("utf-8", "replace").decode() for text in PAYLOADS]
        return found + [self.quote(symbol, id=text[:60], price=close * 1.5) for text in texts]

    def __call__(self, streamer: Streamer, connection: ServerConnection) -> None:
        ways = (self._mixed, self._flood, self._broken, self._silent, self._huge, self._drop)
        way = ways[(streamer.connections - 1) % len(ways)]
        self.came[way.__name__.strip("_")] += 1
        way(streamer, connection)

    def _until(self, streamer: Streamer) -> Iterator[int]:
        end, number = time.monotonic() + self.beat, 0
        while time.monotonic() < end and not streamer.over.is_set():
            yield number
            number += 1

    def _mixed(self, streamer: Streamer, connection: ServerConnection) -> None:
        for number in self._until(streamer):
            symbol = self.symbols[number % len(self.symbols)]
            streamer.say(connection, [*self.lies(symbol), self.quote(symbol)])
            streamer.over.wait(0.02)

    def _flood(self, streamer: Streamer, connection: ServerConnection) -> None:
        texts = [message(**one) for one in (*self.lies(self.symbols[0]), self.quote("IWM"))]
        for number in self._until(streamer):
            connection.send(texts[number % len(texts)])

    def _broken(self, streamer: Streamer, connection: ServerConnection) -> None:
        good = message(**self.quote("IWM"))
        texts = ["!!!!", "AAAA", 5, None, json.loads(good)["message"].replace("C", "/")]
        for text in [
            *(json.dumps({"message": one}) for one in texts),
            "{}",
            "[]",
            b"\xff\x00",
            "?",
        ]:
            connection.send(text)

    def _silent(self, streamer: Streamer, connection: ServerConnection) -> None:
        streamer.over.wait(self.beat)

    def _huge(self, streamer: Streamer, connection: ServerConnection) -> None:
        connection.send(json.dumps({"message": "A" * HUGE}))
        streamer.over.wait(self.beat / 2)

    def _drop(self, streamer: Streamer, connection: ServerConnection) -> None:
        connection.socket.close()


@contextmanager
def lying(
    folder: Path, lines: int, beat: float, settings: str = ""
) -> Iterator[tuple[Path, Lookalike, Liar, dict[str, str]]]:
    """Noon at the desk: a home filled last evening, the vendor, its stream, the environment."""
    now = trading()
    evening = now - timedelta(hours=20)
    held = {fund: [f"{fund[:2]}{n:02}" for n in range(lines)] for fund in PAIR}
    home = folder / "home"
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(f'pair = "IWM:IVV"\n{settings}')
    with Lookalike(folder, evening, lines=held, life=1800.0) as vendor:
        here = environment(**vendor.environment(), HOME=folder, INTERNALS_HOME=home)
        filled = internals("refresh", "--quiet", env=shifted(here, evening))
        assert filled.returncode == 0, filled.stderr
        vendor.now = now
        liar = Liar(vendor, now, [*PAIR, *held["IWM"], *held["IVV"]], beat)
        with Streamer(vendor.tls, liar) as vendor.streamer:
            yield home, vendor, liar, shifted(here, now)


#: The command's own feed, in a process whose patience is short; memory, files, threads at its end.
FEED = """
import sys
from tui.cli import quotes
quotes.FIRST = quotes.LAST = quotes.STEP = 0.1
from tui.cli.dispatch import run
sys.exit(run(["quotes"]))
"""


def quotes(folder: Path, small: bool) -> Iterator[Row]:
    """`internals quotes` at a stream that goes through every way to go wrong, again and again."""
    rounds, beat = (1, 0.5) if small else (8, 2.0)
    wrong: list[str] = []
    with lying(folder, 3, beat) as (home, _, liar, here):
        kept = _stored(home)
        process = subprocess.Popen(
            [sys.executable, "-c", FEED],
            cwd=folder,
            env=here,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        taken, samples = 0, list[tuple[float, int, int]]()
        given: set[str] = set()
        end = time.monotonic() + 240 + 20 * rounds
        for line in process.stdout:
            if not line.rstrip("\n").isprintable():
                wrong.append(f"raw: {line!r}")
            fields = json.loads(line)
            for symbol, price in fields.get("quotes", {}).items():
                taken += 1
                given.add(symbol)
                # The stream carries 32-bit floats.
                if abs(price / liar.true.get(symbol, math.nan) - 1) > 1e-6 or math.isnan(price):
                    wrong.append(f"{symbol} at {price}")
            turns = min(liar.came.values(), default=0) if len(liar.came) == 6 else 0
            if len(samples) < turns:
                samples.append(resources(process.pid))
            if turns > rounds or (turns == rounds and small) or time.monotonic() > end:
                break
        process.terminate()
        _, err = process.communicate(timeout=60)
    if err.strip():
        wrong.append(err[-200:])
    if _stored(home) != kept:
        wrong.append("something was stored")
    if len(samples) < rounds:
        wrong.append(f"only {len(samples)} turns: {dict(liar.came)}")
    early, late = (samples or [(0.0, 0, 0)])[len(samples) // 4], (samples or [(0.0, 0, 0)])[-1]
    flat = late[0] <= early[0] * 1.1 and late[1] <= early[1] + 1 and late[2] <= early[2] + 2
    used = f"{early[0]:.0f} to {late[0]:.0f} MB, {late[1]} open files, {late[2]} threads"
    yield judged(
        "live quotes from a stream that lies",
        f"`internals quotes` through yfinance at the look-alike's stream, {sum(liar.came.values())}"
        " connections by turns: true quotes among NaN, infinite, negative, 30-fold, of another"
        " currency, time and base, and payloads as symbols; a flood of them; broken frames;"
        " silence; a frame of 2 MB; a dropped line",
        "no price but the true ones, nothing raw, nothing stored, memory, files and threads flat",
        f"{taken} prices of {len(given)} symbols, all true; {used}",
        wrong,
        flat and len(given) == len(liar.symbols),
    )


def resources(pid: int) -> tuple[float, int, int]:
    """MB, open files and threads of a process."""
    place = Path(f"/proc/{pid}")
    fields = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    files = len(list((place / "fd").iterdir()))
    return int(fields["VmRSS"].split()[0]) / 1024, files, int(fields["Threads"])


def _stored(home: Path) -> list[tuple[str, int]]:
    return sorted((path.name, path.stat().st_mtime_ns) for path in home.glob("market/*/*"))
