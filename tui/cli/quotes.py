"""``internals quotes``: today's quotes of a pair and its lines, a line of JSON a second.

Every line is an object. ``{"quotes": {"IWM": 241.07, ...}, ...}`` holds what changed since the
last line; ``{"state": ..., "message": ...}`` says what became of the connection. Nothing is
stored, and a quote is never a close.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cache.facts.errors import SourceError, StoreEmpty
from cache.refresh.interrupt import signals
from cache.refresh.quotes import Gate, closed, last_closes, open_session

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.question import Question
    from tui.service.service import Desk

#: Seconds between two lines of quotes, and between two signs of life without any.
STEP, ALIVE = 1.0, 15.0
#: Seconds before the first new connection, doubled up to the last.
FIRST, LAST = 1.0, 60.0
#: Reasons named in a line; the rest is counted.
MOST_NAMED: Final = 5

Stream = Callable[[Sequence[str], Callable[[Mapping[str, Any]], None], threading.Event], None]


def symbols_of(market: Market, question: Question) -> tuple[str, ...]:
    """The pair, then the lines of its newest holdings, under the symbols they trade by."""
    symbols = dict.fromkeys((question.small, question.large))
    for fund in tuple(symbols):
        files = market.holdings.get(fund, ())
        symbols |= dict.fromkeys(market.lines(files[-1]) if files else ())
    return tuple(symbols)


def run(
    desk: Desk,
    question: Question,
    write: Callable[[str], None],
    *,
    stream: Stream | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Write quotes until the session ends, a signal comes or nobody reads on.

    Args:
        desk: whose market the lines and the last closes are read from.
        question: the pair.
        write: takes one line; may raise BrokenPipeError.
        stream: Yahoo's unless given.
        now: the clock.

    Returns:
        The exit code: 0 also where the exchange is closed, 3 where nothing is stored.

    Raises:
        StoreEmpty: nothing is stored, so that no line is known.
    """
    session = open_session(now())
    if session is None:
        write(json.dumps({"state": "closed", "message": closed(now())}))
        return 0
    market = desk.market()
    symbols = symbols_of(market, question)
    if len(symbols) < 2:
        raise StoreEmpty("no lines are known yet; refresh first")
    gate = Gate(session, last_closes(market.prices, symbols, session), symbols)
    stop = threading.Event()
    with signals(stop):
        return _Feed(gate, symbols, write, stream or _yahoo(), now, stop).run()


def _yahoo() -> Stream:
    from cache.sources.yahoo.yahoo import stream

    # The stream's library trusts what OpenSSL is told, the rest of the program also these.
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if bundle:
        os.environ.setdefault("SSL_CERT_FILE", bundle)
    return stream


@dataclass(slots=True)
class _Feed:
    """One session's quotes, from connection to connection."""

    gate: Gate
    symbols: tuple[str, ...]
    write: Callable[[str], None]
    stream: Stream
    now: Callable[[], datetime]
    stop: threading.Event
    lock: threading.Lock = field(default_factory=threading.Lock)
    states: list[tuple[str, str]] = field(default_factory=list)
    received: bool = False

    def run(self) -> int:
        """Write quotes until the feed ends."""
        threading.Thread(target=self._connect, name="connect", daemon=True).start()
        alive = time.monotonic()
        try:
            while not self.stop.wait(STEP):
                ended = open_session(self.now()) != self.gate.session
                line = self._line()
                if line or time.monotonic() - alive >= ALIVE:
                    self.write(json.dumps(line or {"state": "alive", "message": ""}))
                    alive = time.monotonic()
                if ended:
                    over = f"the session of {self.gate.session} has closed; its closes come with a"
                    message = f"{over} refresh"
                    self.write(json.dumps({"state": "closed", "message": message}))
                    break
        finally:
            self.stop.set()
        return 0

    def _line(self) -> dict[str, Any]:
        """Return the line to print now, empty where there is nothing new."""
        with self.lock:
            if self.states:
                state, message = self.states.pop(0)
                return {"state": state, "message": message}
            fresh, refused = self.gate.drain(), dict(self.gate.refused)
        if not fresh:
            return {}
        return {
            "session": f"{self.gate.session}",
            "at": self.now().isoformat(timespec="seconds"),
            "asked": len(self.symbols),
            "quoted": self.gate.quoted,
            "refused": len(refused),
            "reasons": dict(list(refused.items())[:MOST_NAMED]),
            "quotes": fresh,
        }

    def _take(self, fields: Mapping[str, Any]) -> None:
        with self.lock:
            self.received = self.gate.take(fields, self.now()) or self.received

    def _connect(self) -> None:
        """Connect again whenever a connection ends, after longer pauses where nothing came."""
        pause = FIRST
        while not self.stop.is_set():
            self.received = False
            try:
                self.stream(self.symbols, self._take, self.stop)
                why = "the stream of quotes broke off"
            except SourceError as error:
                why = error.reason.removesuffix("; try again")
            pause = FIRST if self.received else min(2 * pause, LAST)
            with self.lock:
                self.states.append(("waiting", f"{why}; connecting again in {pause:.0f} s"))
            self.stop.wait(pause)
