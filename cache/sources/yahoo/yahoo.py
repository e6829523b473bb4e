"""Daily bars and live quotes from Yahoo through yfinance: the one file that imports it.

Meant for a process of its own. yfinance asks and reads; a session of ours between it and the
network counts requests, keeps the fallback pages from being asked again and again, and turns a
refusal into a typed one before yfinance asks a second time.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import yfinance
import yfinance.cache
from curl_cffi import requests
from yfinance.data import YfData
from yfinance.exceptions import YFPricesMissingError, YFRateLimitError

from cache.facts.sessions import NEW_YORK, last_final
from cache.facts.vendors import RATE, YAHOO, Vendor
from cache.refresh.clock_skew import careful
from cache.refresh.gate import Answer, gate, nothing
from cache.refresh.reasons import wait, with_session
from cache.refresh.retry_after import retry_at
from cache.sources.yahoo.quiet import silence
from cache.sources.yahoo.rounds import Rounds
from cache.sources.yahoo.session import RefusedError, Session, unreachable, vendor_time
from cache.sources.yahoo.spark import by_spark, spark
from cache.sources.yahoo.streaming import listen
from cache.store import disk
from core.data.frames import pydate

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from core.data.frames import Dates, FloatArray

    #: Days, closes, volumes, dividends (capital gains among them) and splits, as `gate` takes them.
    Bars = tuple[Dates, FloatArray, FloatArray, FloatArray, FloatArray]

#: Bytes of an answer beyond which no two are read at once.
LARGE: Final = 2**20
_SYMBOL: Final = re.compile(r"\^?[A-Z0-9][A-Z0-9.=-]{0,15}")
_ISIN: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


class _NewYork:
    """A time-zone cache that answers for every symbol: saves a probe a symbol and a database."""

    dummy = True

    def lookup(self, key: str) -> str:
        return "America/New_York"

    def store(self, key: str, value: str | None) -> None:
        """Store nothing."""


class Yahoo:
    """Yahoo's daily bars.

    Attributes:
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
        spark: bool = False,
        vendor: Vendor = YAHOO,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set yfinance up for this process.

        Args:
            private: a directory for whatever yfinance keeps; made with mode 0700.
            pool: threads that ask.
            rate: chart requests a second, None for no limit.
            timeout: seconds that one answer may take.
            pause: seconds before what failed in passing is asked a second time.
            spark: ask for the newest closes of twenty symbols at once.
            vendor: gives the addresses.
            elapsed: seconds since any moment, by which the time of an answer is measured.
        """
        self._spark, self._elapsed = spark, elapsed
        self._chart_address = f"{vendor.address}/{dict(vendor.paths)['chart']}"
        self._spark_address = f"{vendor.address}/{vendor.path('spark')}"
        disk.make(private)
        private.chmod(0o700)
        self.timeout = timeout
        self.limited_until: datetime | None = None
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._now, self._began = datetime.now(UTC), elapsed()
        self._rounds = Rounds(self._ask, pool=pool, rate=rate, pause=pause)
        # Not made of pickles, and never opened by several threads at once.
        yfinance.cache._CookieCacheManager._Cookie_cache = yfinance.cache._CookieCacheDummy()
        yfinance.cache._TzCacheManager._tz_cache = _NewYork()
        yfinance.set_tz_cache_location(str(private))
        yfinance.config.debug.hide_exceptions = False
        yfinance.config.network.retries = 0
        silence()
        self._session = Session(timeout, self._clock, self._chart_address.partition("{")[0])
        with contextlib.suppress(AttributeError):
            YfData(session=self._session)._crumb = None

    @property
    def unreachable(self) -> bool:
        """Whether not a single request was answered."""
        return self._rounds.unreachable

    @property
    def retried(self) -> int:
        """How many symbols were requested a second time."""
        return self._rounds.retried

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return int(self._session.requests)

    @property
    def off(self) -> timedelta:
        """How far this machine's clock is ahead of Yahoo's."""
        return self._session.skew.off

    def _clock(self) -> datetime:
        """Return the time now: minutes may have passed since the start."""
        return self._now + timedelta(seconds=int(self._elapsed() - self._began))

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Send the requests, and yield each answer on arrival; one Answer an Ask.

        What fails in passing is asked a second time at the end. The first rate limit stops all
        asking, as do failures in a row: whatever is open then is answered with that reason.

        Args:
            asks: what to ask, in order.
            now: the time; a bar of a session not closed by then, or not by Yahoo's clock, is
                provisional.
            stop: when set, ends at once; what is open stays unanswered.
        """
        self._now, self._began = now, self._elapsed()
        stop = stop or threading.Event()
        if self._spark:
            asks = yield from self._closes_alone(list(asks), stop)
        yield from self._rounds.fetch(asks, stop=stop)

    def _closes_alone(
        self, asks: list[Ask], stop: threading.Event
    ) -> Generator[Answer, None, list[Ask]]:
        """Ask for the newest closes of many at once; returns the asks whose charts are needed."""
        alone, charted = by_spark(asks, self._now)
        charts = {ask.symbol: ask for ask in (*charted, *alone)}
        try:
            pace = partial(self._rounds.pace, stop)
            for one in spark(self._session, self._spark_address, alone, self._now, pace):
                if isinstance(one, Answer):
                    del charts[one.ask.symbol]
                    yield one
        except RefusedError as refused:
            for ask in charts.values():
                yield self._refusal(ask, refused, self._now)
            return []
        return list(charts.values())

    def _ask(self, ask: Ask) -> Answer:
        """One symbol, one chart request; every failure comes back as data."""
        now = self._now
        if not _SYMBOL.fullmatch(ask.symbol) or _ISIN.fullmatch(ask.symbol):
            return Answer(ask, kind="not_found", reason="is no symbol that Yahoo could know")
        try:
            bars, meta, headers = self._chart(ask)
            newest = pydate(bars[0][-1]) if len(bars[0]) else ask.start
            server_time = vendor_time(headers, meta, newest)
            return gate(ask, *bars, now=now, vendor_time=server_time, meta=meta)
        except RefusedError as refused:
            return self._refusal(ask, refused, now)
        except YFRateLimitError:
            return self._refusal(ask, RefusedError("rate_limited", ""), now)
        except YFPricesMissingError:
            return nothing(ask, now)
        except requests.exceptions.Timeout:
            slow = f"Yahoo did not answer within {self.timeout:g} s; try again"
            return Answer(ask, kind="try_again", reason=slow, answered_by="nobody")
        except requests.exceptions.RequestException as error:
            return Answer(ask, kind="try_again", reason=unreachable(error), answered_by="nobody")
        except Exception as error:
            if isinstance(error, KeyError) and error.args == ("timestamp",):
                return nothing(ask, now)
            odd = f"Yahoo's answer could not be read ({type(error).__name__})"
            final = last_final(careful(now, self.off))
            return Answer(ask, kind="bad_data", reason=with_session(odd, final))

    def _chart(self, ask: Ask) -> tuple[Bars, Mapping[str, Any], Mapping[str, str]]:
        """One request, through yfinance: bars, what Yahoo says of the symbol, and the headers."""
        begin, until = (
            int(datetime.combine(day, clock.min, NEW_YORK).timestamp())
            for day in (ask.start, ask.end + timedelta(days=1))
        )
        parameters = {"period1": begin, "period2": until, "interval": "1d", "includePrePost": False}
        response = YfData(session=self._session).get(
            self._chart_address.format(symbol=ask.symbol),
            parameters | {"events": "div,splits,capitalGains"},
            self.timeout,
        )
        # It keeps bodies of its own, and would read an older one of this symbol.
        YfData.cache_get.cache_clear()
        with self._session.again(response), self._one_by_one(response.content):
            return *self._read(ask), response.headers

    def _one_by_one(self, content: bytes) -> contextlib.AbstractContextManager[object]:
        """Parse an oversized answer alone: parsed, it can be thirty times as large."""
        return self._reading if len(content) > LARGE else contextlib.nullcontext()

    def _read(self, ask: Ask) -> tuple[Bars, Mapping[str, Any]]:
        """Let yfinance parse the answer, which the session repeats to it."""
        ticker = yfinance.Ticker(ask.symbol, session=self._session)
        frame = ticker.history(
            start=ask.start.isoformat(),
            end=(ask.end + timedelta(days=1)).isoformat(),
            auto_adjust=False,
            actions=True,
            keepna=True,
            timeout=self.timeout,
        )
        close, volume, dividend, split = (
            frame[name].to_numpy(np.float64)
            for name in ("Close", "Volume", "Dividends", "Stock Splits")
        )
        if "Capital Gains" in frame:
            dividend = dividend + np.nan_to_num(frame["Capital Gains"].to_numpy(np.float64))
        days = frame.index.tz_localize(None).to_numpy().astype("datetime64[D]")
        meta = dict(ticker.get_history_metadata()._metadata())
        return (days, close, volume, dividend, split), meta

    def _refusal(self, ask: Ask, refused: RefusedError, now: datetime) -> Answer:
        reason = str(refused)
        if refused.kind == "rate_limited":
            with self._lock:
                until = retry_at(refused.retry_after, self._clock(), refused.date)
                self.limited_until = self.limited_until or until
                reason = f"rate limited by Yahoo; {wait(self.limited_until)}"
        elif refused.kind == "not_found":
            if not ask.whole and "dates asked" in reason:
                return nothing(ask, now)
            reason = with_session(reason, last_final(careful(now, self.off)))
        return Answer(ask, kind=refused.kind, reason=reason, answered_by=refused.answered_by)


def stream(
    symbols: Sequence[str], take: Callable[[Mapping[str, Any]], None], stop: threading.Event
) -> None:
    """Quotes as they come, over one connection, until it ends or ``stop`` is set.

    Args:
        symbols: what is requested.
        take: given each message's fields (Yahoo's PricingData); must not raise.
        stop: ends the stream when set.

    Raises:
        SourceError: no connection came about, or no quote came over it for a while.
    """
    silence()
    # A message that cannot be read is passed on as an error, and does not end the stream.
    yfinance.config.debug.hide_exceptions = True
    vendor = yfinance.WebSocket(verbose=False)

    def hear(message: str | bytes) -> bool:
        fields = vendor._decode_message(json.loads(message).get("message", ""))
        take(fields)
        return "id" in fields

    listen(vendor.url, json.dumps({"subscribe": list(symbols)}), hear, stop)
