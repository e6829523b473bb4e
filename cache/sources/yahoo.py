"""Daily bars from Yahoo through yfinance: the one file that imports it.

Meant for a process of its own. yfinance is used as it is, with a session of ours between it
and the network: the session counts requests, keeps the fallback pages from being asked again
and again, and turns a refusal into a typed one before yfinance asks a second time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import re
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
import yfinance
import yfinance.cache
from curl_cffi import requests
from yfinance.data import YfData
from yfinance.exceptions import YFPricesMissingError, YFRateLimitError

from cache.gate import Answer, Kind, gate, nothing
from cache.plan import RATE, Ask
from cache.reasons import asked, wait
from cache.sessions import last_final

#: Wait this long after a refusal that does not say how long.
LIMIT_PAUSE: Final = timedelta(minutes=30)
_CHART: Final = "/v8/finance/chart/"
_SYMBOL: Final = re.compile(r"\^?[A-Z0-9][A-Z0-9.=-]{0,15}")
_ISIN: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


class _RefusedError(Exception):
    """An answer that carries no bars, with what it means."""

    def __init__(self, kind: Kind, reason: str, retry_after: str | None = None) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.retry_after = retry_after


class _SpentError(OSError):
    """A page beside the charts brought nothing; yfinance does without."""


class _Session(requests.Session[Any]):
    """The session that yfinance asks through."""

    def __init__(self, timeout: float) -> None:
        super().__init__(impersonate="chrome")
        connect = min(5.0, timeout / 2)
        # The two add up to what the whole answer may take.
        self._timeout = (connect, timeout - connect)
        self._lock = threading.Lock()
        self._pages: dict[str, Any] = {}
        self.asked = 0

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send one request; refusals of a chart are raised as _RefusedError."""
        options["timeout"] = self._timeout
        chart = _CHART in url
        with self._lock:
            if url in self._pages:
                return self._page(url)
            if not chart:
                self._pages[url] = None
            self.asked += 1
        response = super().request(method, url, *args, **options)
        if chart:
            _judge(response)
        elif response.status_code < 400 or "getcrumb" not in url:
            # The cookie's page answers 404 and sets the cookie all the same.
            self._pages[url] = response
        return response if chart else self._page(url)

    def _page(self, url: str) -> Any:
        """What a page beside the charts answered; yfinance would ask for it at each symbol."""
        if self._pages[url] is None:
            raise _SpentError(f"{url} was asked once and brought nothing")
        return self._pages[url]


def _judge(response: Any) -> None:
    """Raise _RefusedError unless a chart came."""
    status = response.status_code
    try:
        error = json.loads(response.content)["chart"].get("error") if status != 200 else None
        spoken = status != 200 or response.content[:1] == b"{"
    except (ValueError, TypeError, KeyError, AttributeError):
        error, spoken = None, False
    if status == 429:
        raise _RefusedError("rate_limited", "", response.headers.get("Retry-After"))
    if status >= 500:
        raise _RefusedError("try_again", f"Yahoo answered with error {status}; try again")
    if not spoken:
        raise _RefusedError("try_again", f"the answer ({status}) was not one of Yahoo's; try again")
    if status == 404:
        raise _RefusedError("not_found", "not found at Yahoo")
    if status == 400 and "exist" in str((error or {}).get("description", "")):
        raise _RefusedError("not_found", "Yahoo has no prices for the dates asked")
    if status != 200:
        raise _RefusedError("try_again", f"Yahoo refused the request ({status}); try again")


class _NewYork:
    """A time-zone cache that knows every symbol: saves a probe a symbol and a database."""

    dummy = True

    def lookup(self, key: str) -> str:
        return "America/New_York"

    def store(self, key: str, value: str | None) -> None:
        """Nothing is kept."""


def _silence() -> None:
    """Keep yfinance off stderr, where its words would be read as progress or wreck a screen."""
    logger = logging.getLogger("yfinance")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    shown = warnings.showwarning
    if isinstance(shown, _Warnings):
        return
    # No filter: threads inside catch_warnings put each other's filters back.
    warnings.showwarning = _Warnings(shown)


class _Warnings:
    """Shows warnings as before, save those that concern yfinance and what it stands on."""

    def __init__(self, shown: Callable[..., None]) -> None:
        self._shown = shown

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not {"yfinance", "pandas", "curl_cffi"} & set(Path(filename).parts):
            self._shown(message, category, filename, lineno, file, line)


class Yahoo:
    """Yahoo's daily bars.

    Attributes:
        unreachable: nothing at all answered.
        limited_until: when a rate limit was met, the time to try again.
    """

    name = "Yahoo"

    def __init__(
        self,
        private: Path,
        *,
        pool: int = 8,
        rate: float | None = RATE,
        timeout: float = 15.0,
        pause: float = 2.0,
    ) -> None:
        """Set yfinance up for this process.

        Args:
            private: a directory for whatever yfinance keeps; made with mode 0700.
            pool: threads that ask.
            rate: chart requests a second, None for no limit.
            timeout: seconds that one answer may take.
            pause: seconds before what failed in passing is asked a second time.
        """
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.chmod(0o700)
        self.pool, self.rate, self.timeout, self.pause = pool, rate, timeout, pause
        self.unreachable = False
        self.limited_until: datetime | None = None
        self._lock = threading.Lock()
        self._slot = 0.0
        self._answered = 0
        self._in_a_row = 0
        self._halted = ""
        # Not made of pickles, and never opened by several threads at once.
        yfinance.cache._CookieCacheManager._Cookie_cache = yfinance.cache._CookieCacheDummy()
        yfinance.cache._TzCacheManager._tz_cache = _NewYork()
        yfinance.set_tz_cache_location(str(private))
        yfinance.config.debug.hide_exceptions = False
        yfinance.config.network.retries = 0
        _silence()
        self._session = _Session(timeout)
        with contextlib.suppress(AttributeError):
            YfData(session=self._session)._crumb = None

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return int(self._session.asked)

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Ask, and give each answer as it comes; one Answer an Ask.

        What fails in passing is asked a second time at the end. The first rate limit stops all
        asking, as do failures in a row: whatever is open then is answered with that reason.

        Args:
            asks: what to ask, in order.
            now: the time; a bar of a session not closed by then is provisional.
            stop: when set, ends at once; what is open stays unanswered.
        """
        stop = stop or threading.Event()
        again: list[Ask] = []
        for answer in self._round(list(asks), now, stop):
            if answer.kind == "try_again" and not self._halted:
                again.append(answer.ask)
            else:
                yield answer
        if again and not stop.wait(0 if self._halted else self.pause):
            yield from self._round(again, now, stop)

    def _round(self, asks: list[Ask], now: datetime, stop: threading.Event) -> Iterator[Answer]:
        # yfinance keeps bodies, those of errors too, and would answer from memory.
        YfData.cache_get.cache_clear()
        todo = deque(asks)
        unanswered = {ask.symbol: ask for ask in asks}
        came: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        halt = threading.Event()

        def work() -> None:
            while not halt.is_set() and not self._halted and self._pace(halt):
                try:
                    ask = todo.popleft()
                except IndexError:
                    return
                answer = self._ask(ask, now)
                self._note(answer, now)
                came.put(answer)

        # Daemons: a hanging answer must not hold up the end of the process.
        size = min(self.pool, len(asks))
        threads = [threading.Thread(target=work, name="yahoo", daemon=True) for _ in range(size)]
        for thread in threads:
            thread.start()
        try:
            while unanswered and not stop.is_set():
                alive = any(thread.is_alive() for thread in threads)
                try:
                    answer = came.get(timeout=0.05)
                except queue.Empty:
                    if alive:
                        continue
                    break
                unanswered.pop(answer.ask.symbol, None)
                yield answer
        finally:
            halt.set()
        if unanswered and not stop.is_set():
            kind: Kind = "rate_limited" if self.limited_until else "try_again"
            for ask in unanswered.values():
                yield Answer(ask, kind=kind, reason=self._halted)

    def _pace(self, halt: threading.Event) -> bool:
        """Wait for the next place under the rate; False when asking has ended meanwhile."""
        if not self.rate:
            return True
        with self._lock:
            self._slot = max(self._slot + 1 / self.rate, time.monotonic())
            ahead = self._slot - time.monotonic()
        return not halt.wait(max(ahead, 0.0)) and not self._halted

    def _note(self, answer: Answer, now: datetime) -> None:
        """Count successes and failures in a row; too many of these stop all asking."""
        with self._lock:
            if answer.kind == "rate_limited":
                self._halted = self._halted or answer.reason
            elif answer.kind != "try_again":
                self._answered += 1
                self._in_a_row = 0
            else:
                self._in_a_row += 1
                patience = 4 * self.pool if self._answered else self.pool
                if self._in_a_row >= patience:
                    self._halted = self._halted or answer.reason
            self.unreachable = not self._answered and self._in_a_row > 0

    def _ask(self, ask: Ask, now: datetime) -> Answer:
        """One symbol, one chart request; every failure comes back as data."""
        if not _SYMBOL.fullmatch(ask.symbol) or _ISIN.fullmatch(ask.symbol):
            return Answer(ask, kind="not_found", reason="is no symbol that Yahoo could know")
        try:
            ticker = yfinance.Ticker(ask.symbol, session=self._session)
            frame = ticker.history(
                start=ask.start.isoformat(),
                end=(ask.end + timedelta(days=1)).isoformat(),
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=self.timeout,
            )
            meta = dict(ticker.get_history_metadata()._metadata())
            days = frame.index.tz_localize(None).to_numpy().astype("datetime64[D]")
            columns = [
                frame[name].to_numpy(np.float64)
                for name in ("Close", "Volume", "Dividends", "Stock Splits")
            ]
        except _RefusedError as refused:
            return self._refusal(ask, refused, now)
        except YFRateLimitError:
            return self._refusal(ask, _RefusedError("rate_limited", ""), now)
        except YFPricesMissingError:
            return nothing(ask, now)
        except requests.exceptions.Timeout:
            slow = f"Yahoo did not answer within {self.timeout:g} s; try again"
            return Answer(ask, kind="try_again", reason=slow)
        except requests.exceptions.RequestException as error:
            return Answer(ask, kind="try_again", reason=_unreachable(error))
        except Exception as error:
            if isinstance(error, KeyError) and error.args == ("timestamp",):
                return nothing(ask, now)
            odd = f"Yahoo's answer could not be read ({type(error).__name__})"
            return Answer(ask, kind="bad_data", reason=asked(odd, last_final(now)))
        return gate(ask, days, *columns, now=now, meta=meta)

    def _refusal(self, ask: Ask, refused: _RefusedError, now: datetime) -> Answer:
        reason = str(refused)
        if refused.kind == "rate_limited":
            with self._lock:
                self.limited_until = self.limited_until or _retry_at(refused.retry_after, now)
                reason = f"rate limited by Yahoo; {wait(self.limited_until)}"
        elif refused.kind == "not_found":
            if not ask.whole and "dates asked" in reason:
                return nothing(ask, now)
            reason = asked(reason, last_final(now))
        return Answer(ask, kind=refused.kind, reason=reason)


def _unreachable(error: Exception) -> str:
    words = re.sub(r"\s*See https?://\S+.*", "", str(error), flags=re.DOTALL)
    words = "".join(c if c.isprintable() else " " for c in words)[:80].strip(" .")
    return f"Yahoo could not be reached ({words}); try again"


def _retry_at(retry_after: str | None, now: datetime) -> datetime:
    """The time to try again: a Retry-After in seconds or as a date, else half an hour on."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return now + timedelta(seconds=min(int(text), 86_400), minutes=1)
    with contextlib.suppress(ValueError, TypeError, IndexError):
        at = parsedate_to_datetime(text)
        if at.tzinfo is not None and now < at < now + timedelta(days=1):
            return at + timedelta(minutes=1)
    return now + LIMIT_PAUSE
