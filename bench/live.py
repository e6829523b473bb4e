"""Live quotes of every line at full speed: recomputations, keys, memory, bytes, what is stored.

    python -m bench.live [--quotes 2500] [--seconds 60] [--show]

The screen and its child run unchanged but for the clock, which stands at noon of the session after
the last one held; the quotes come through yfinance's own web socket from a look-alike in a third
process. It ends with 1 where a bound is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from codecs import getincrementaldecoder
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from websockets.sync.server import ServerConnection

    from core.answer.snapshot import Snapshot
    from core.data.question import Question
    from tests.cache.lookalike_stream import Streamer
    from tests.torture.ending import Session
    from tui.service.service import Desk

ROOT: Final = Path(__file__).resolve().parents[1]
#: Monday at noon in New York; the simulated closes end on Friday.
NOON: Final = datetime(2026, 7, 13, 16, 0, tzinfo=UTC)
#: Seconds from the first key until memory is compared: by then everything is loaded.
WARM: Final = 15.0
#: Most recomputations a second, growth of memory, bytes a second, seconds for a key's answer.
A_SECOND, GROWTH, BYTES, KEY = 1.05, 1.10, 20_000, 0.5


def clock(began: float) -> datetime:
    """The time of the session, running on from a moment."""
    return NOON + timedelta(seconds=time.time() - began)


def fill(home: Path) -> None:
    """The simulated market as if it were a real one."""
    from cache.sources.demo.demo import make
    from cache.store.store import Store

    bars, files = make()
    Store(home / "market").commit(bars=bars, holdings=files)


def wired(home: Path) -> Desk:
    """The desk of that store."""
    from tui.service.service import Desk
    from tui.state.places import places

    return Desk(places(home, demo=False), home=home)


def serve(home: Path, began: float, quotes: int) -> None:
    """Say where it listens, then send quotes until stdin ends, and how many went out."""
    from cache.refresh.quotes import last_closes
    from tests.cache.lookalike import Lookalike
    from tests.cache.lookalike_stream import Streamer, message

    market, sent, first = wired(home).market(), 0, 0.0

    def script(streamer: Streamer, connection: ServerConnection) -> None:
        nonlocal sent, first
        symbols = sorted(streamer.subscribed[-1])
        held = last_closes(market.prices, symbols, NOON.date())
        first = start = time.monotonic()
        for number, symbol in enumerate(cycle(s for s in symbols if s in held)):
            close, factor = held[symbol].price, 1 + (number * 7919 % 400 - 200) / 1e4
            stamp = int(clock(began).timestamp() * 1000)
            more = {"currency": "USD", "market_hours": 1, "time": stamp}
            change = close * factor - close
            connection.send(message(id=symbol, price=close * factor, change=change, **more))
            sent += 1
            if streamer.over.is_set():
                return
            if number % 50 == 49:
                time.sleep(max(start + number / quotes - time.monotonic(), 0))

    with (
        Lookalike(home, NOON, life=7200.0) as server,
        Streamer(server.tls, script) as server.streamer,
    ):
        print(json.dumps(server.environment()), flush=True)
        sys.stdin.read()
        rate = sent / (time.monotonic() - first)
        print(json.dumps({"rate": rate, "requests": server.requests}), flush=True)


def child(home: Path, began: float) -> int:
    """``internals quotes`` by the session's clock."""
    from core.data.question import Question
    from tui.cli.quotes import run

    say = lambda line: print(line, flush=True)  # noqa: E731
    return run(wired(home), Question(), say, now=lambda: clock(began))


def screen(home: Path, began: float) -> None:
    """The screen by the session's clock; each recomputation is noted beside the store."""
    from core.data.question import Question
    from tui.screen.app import InternalsApp
    from tui.state.config import Config

    desk = wired(home)
    take, command = desk.take, [sys.executable, "-m", "bench.live", "--child", f"{home}"]

    def noted(question: Question) -> Snapshot:
        with (home / "taken").open("a") as file:
            file.write(f"{time.monotonic()}\n")
        return take(question)

    desk.take = noted  # type: ignore[method-assign]
    desk.quotes_command = lambda question: [*command, "--began", f"{began}"]  # type: ignore[method-assign]
    InternalsApp(desk, Config(), Question(), now=lambda: clock(began)).run()


class Eyes:
    """What a person sees of a session."""

    def __init__(self, session: Session) -> None:
        from tests.vt import Screen

        self.session, self._screen = session, Screen(120, 36)
        self._decoder, self._fed, self._rest = getincrementaldecoder("utf-8")(), 0, ""

    def wait(self, text: str, seconds: float) -> float:
        """Seconds until a text is seen.

        Raises:
            SystemExit: it never was.
        """
        began = time.monotonic()
        while text not in self.look(0.01):
            if time.monotonic() - began > seconds:
                raise SystemExit(f"{text!r} was never seen:\n{self.look(0)}")
        return time.monotonic() - began

    def look(self, seconds: float) -> str:
        """What is seen after so many seconds."""
        self.session.read(seconds, b"never")
        came = bytes(self.session.sent[self._fed :])
        self._fed += len(came)
        self._rest += self._decoder.decode(came)
        # A sequence may not have come whole; where nothing more came it has.
        cut = max(self._rest.rfind("\x1b"), 0) if came else len(self._rest)
        self._screen.feed(self._rest[:cut])
        self._rest = self._rest[cut:]
        return "\n".join(self._screen.lines())


def measure(quotes: int, seconds: float, *, shown: bool) -> dict[str, Any]:
    """Run all three and say what was seen."""
    from tests.torture.ending import Session, children

    with tempfile.TemporaryDirectory(prefix="internals-") as folder:
        home, began = Path(folder), time.time()
        fill(home)
        before = _stored(home)
        this = [sys.executable, "-m", "bench.live", "--began", f"{began}"]
        server = subprocess.Popen(
            [*this, "--serve", folder, "--quotes", f"{quotes}"],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert server.stdout is not None
        environment = {**os.environ, **json.loads(server.stdout.readline()), "HOME": folder}
        environment |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        session = Session.start([*this[1:], "--screen", folder], environment)
        try:
            eyes = Eyes(session)
            eyes.wait("help", 60)
            session.press("p")
            eyes.wait(" quoted", 60)
            eyes.look(5.0)
            first, start = len((home / "taken").read_text().split()), time.monotonic()
            before_bytes = len(session.sent)
            eyes.look(min(WARM, seconds / 2))
            early = [_memory(pid) for pid in (session.pid, *children(session.pid))]
            keys = _keys(eyes, start + seconds)
            took, sent = time.monotonic() - start, len(session.sent) - before_bytes
            if shown:
                print(eyes.look(0.0) + "\n")
            late = [_memory(pid) for pid in (session.pid, *children(session.pid))]
            taken = len((home / "taken").read_text().split()) - first
            session.press("q")
            session.ended(10)
        finally:
            session.close()
            told, _ = server.communicate("", timeout=30)
        said = json.loads(told.splitlines()[-1])
        return {
            "quotes a second": said["rate"],
            "recomputed a second": taken / took,
            "bytes a second": sent / took,
            "key, median": sorted(keys)[len(keys) // 2],
            "key, slowest": max(keys),
            "memory before": early,
            "memory after": late,
            "stored": _stored(home) != before,
            "requests": said["requests"],
        }


def _keys(eyes: Eyes, until: float) -> list[float]:
    """Open and close the page of keys until a moment; seconds from key to answer."""
    waits: list[float] = []
    while time.monotonic() < until or not waits:
        for key, answer in (("?", "keys and commands"), ("\x1b", "1 Spread")):
            eyes.session.press(key)
            waits.append(eyes.wait(answer, 10))
            eyes.look(0.7)
    return waits


def _memory(pid: int) -> float:
    """MB that a process holds."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return int(fields["VmRSS"].split()[0]) / 1024


def _stored(home: Path) -> dict[str, str]:
    """The content of every file of the store by its name."""
    files = (path for path in (home / "market").rglob("*") if path.is_file())
    return {f"{path}": sha256(path.read_bytes()).hexdigest() for path in files}


def table(found: dict[str, Any]) -> bool:
    """Write Markdown; whether every bound holds."""
    early, late = found["memory before"], found["memory after"]
    grown = all(b <= a * GROWTH for a, b in zip(early, late, strict=False))
    rows = [
        ("recomputed a second", f"{found['recomputed a second']:.2f}",
         found["recomputed a second"] <= A_SECOND),
        ("bytes a second to the terminal", f"{found['bytes a second']:,.0f}",
         found["bytes a second"] <= BYTES),
        ("a key answered, median", f"{1000 * found['key, median']:.0f} ms",
         found["key, median"] <= KEY),
        ("a key answered, slowest", f"{1000 * found['key, slowest']:.0f} ms", True),
        ("memory, screen and child", f"{' + '.join(f'{m:.0f}' for m in early)} MB, then"
         f" {' + '.join(f'{m:.0f}' for m in late)}", grown and len(early) == len(late)),
        ("written to the store", f"{found['stored']}", not found["stored"]),
        ("requests beside the stream", f"{found['requests']}", found["requests"] == 0),
    ]  # fmt: skip
    print(f"{found['quotes a second']:,.0f} quotes a second\n\n| | seen | held |\n|---|---|---|")
    for title, seen, held in rows:
        print(f"| {title} | {seen} | {'yes' if held else 'NO'} |")
    return all(held for _, _, held in rows)


def main() -> int:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quotes", type=int, default=2500)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--show", action="store_true", help="the last screen too")
    for hidden in ("--serve", "--child", "--screen"):
        parser.add_argument(hidden, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve, asked.began, asked.quotes)
    elif asked.child:
        return child(asked.child, asked.began)
    elif asked.screen:
        screen(asked.screen, asked.began)
    else:
        return 0 if table(measure(asked.quotes, asked.seconds, shown=asked.show)) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
