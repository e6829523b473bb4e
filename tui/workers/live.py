"""Live quotes: a child fetches them, and today's bar is laid over the stored data.

The child writes at most one line a second and the screen recomputes at most as often, whatever
the number of quotes. Nothing of them is stored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from cache.facts.errors import CacheError
from tui.host.messages import Quotes
from tui.text import formats
from tui.workers import child

if TYPE_CHECKING:
    from core.data.market import Market
    from tui.host.host import Host


class Live:
    """Runs the quotes child while live quotes are on.

    Attributes:
        on: whether a child is to bring quotes.
        quotes: the newest, None before the first and after it was turned off.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.on = False
        self.quotes: Quotes | None = None
        self._pair = ("", "")
        self._waiting = ""
        self._requested = self._refused = 0
        self._running: Worker[Any] | None = None

    @property
    def text(self) -> str:
        """Return the status line's words while quotes are shown; "" while none are."""
        if not self.on and self.quotes is None:
            return ""
        if self.quotes is None:
            return f"live quotes: {self._waiting or 'connecting'}"
        from cache.facts.sessions import NEW_YORK

        at = f"{self.quotes.at.astimezone(NEW_YORK):%H:%M:%S} ET"
        parts = [f"live {at}" if self.on else f"quotes to {at}"]
        parts.append(f"{len(self.quotes.prices):,} of {self._requested:,} quoted")
        if self._host.market is not None:
            shares = covered(self._host.market, self._pair, self.quotes)
            weights = [
                f"{fund} {formats.pct(share, 1, sign=False)}" for fund, share in shares.items()
            ]
            parts.append(f"{', '.join(weights)} of weight" if weights else "")
        if self._refused:
            parts.append(f"{self._refused:,} refused")
        return " · ".join(part for part in (*parts, self._waiting) if part)

    def toggle(self) -> None:
        """Turn live quotes on, or off and go back to the last close."""
        if self.on or self.quotes is not None:
            self._stop()
            self._forget()
            self._host.tell("live quotes are off: the last closes are shown")
            self._host.again()
            return
        self._start()

    def _start(self) -> None:
        host = self._host
        question = host.question
        try:
            argv = host.desk.quotes_command(question)
        except (CacheError, OSError) as error:
            host.tell(f"{error}", error=True)
            return
        if argv is None:
            host.tell("simulated market: there are no live quotes")
            return
        self.on, self._pair, self._waiting = True, (question.small, question.large), ""
        self._running = host.background(partial(self._run, argv), "live", thread=False)
        host.say()

    def _stop(self) -> None:
        self.on = False
        if self._running is not None:
            self._running.cancel()
            self._running = None

    def _forget(self) -> None:
        self.quotes, self._waiting, self._requested, self._refused = None, "", 0, 0
        self._host.desk.overlay(None)

    async def _run(self, argv: list[str]) -> None:
        host = self._host
        code, last = await child.follow(argv, self._line, "the stream of quotes")
        self.on, self._running, self._waiting = False, None, ""
        if code == 0 and (last or self.quotes is not None):
            # The session's last quotes stay, as intraday, until its closes are fetched.
            host.tell(last or "the stream of quotes has ended")
        else:
            self._forget()
            host.tell(f"no live quotes: {last or f'they ended with code {code}'}", error=True)
            host.again()

    def _line(self, fields: dict[str, Any]) -> None:
        host = self._host
        if (host.question.small, host.question.large) != self._pair:
            # Another pair has other lines.
            self._stop()
            self._forget()
            self._start()
            return
        if isinstance(message := fields.get("message"), str):
            self._waiting = message if fields.get("state") == "waiting" else ""
        if (quotes := read(fields, self.quotes)) is not None:
            self.quotes, self._waiting = quotes, ""
            self._requested, self._refused = _count(fields, "asked"), _count(fields, "refused")
            host.desk.overlay(quotes)
            if host.question.as_of is None:
                host.again()
        host.say()


def read(fields: Mapping[str, Any], quotes: Quotes | None) -> Quotes | None:
    """The quotes of a line laid over the stored ones; None where it brings none."""
    try:
        session, at = date.fromisoformat(fields["session"]), datetime.fromisoformat(fields["at"])
        fresh = {
            symbol: float(price)
            for symbol, price in fields["quotes"].items()
            if isinstance(price, (int, float)) and math.isfinite(price) and price > 0
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    before = quotes.prices if quotes is not None and quotes.session == session else {}
    return Quotes({**before, **fresh}, session, at)


def covered(market: Market, pair: tuple[str, str], quotes: Quotes) -> dict[str, float]:
    """Fund -> the part of its newest file's weight that has a quote."""
    shares: dict[str, float] = {}
    for fund in pair:
        files = market.holdings.get(fund, ())
        if files:
            lines = zip(market.lines(files[-1]), files[-1].value.tolist(), strict=True)
            quoted = math.fsum(value for symbol, value in lines if symbol in quotes.prices)
            shares[fund] = quoted / files[-1].total
    return shares


def _count(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) else 0
