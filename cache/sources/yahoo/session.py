"""The HTTP session of yfinance: counts and times requests, and explains refusals."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from curl_cffi import requests
from curl_cffi.curl import CURL_WRITEFUNC_ERROR

from cache.facts.clean import clean
from cache.facts.sessions import NEW_YORK, OPEN
from cache.refresh.clock_skew import Skew, http_date

if TYPE_CHECKING:
    from cache.refresh.gate import AnsweredBy, Kind

#: The most bytes taken of one answer, unpacked; thirty years of a fund are one megabyte.
BODY: Final = 4 * 2**20
#: Seconds that a page beside the charts may take: everybody waits for it, and does without it.
PAGE: Final = 4.0
#: Addresses that the cookie's page may send one on to.
REDIRECTS: Final = 5
#: How yfinance spells the address of a chart.
_CHART: Final = "/v8/finance/chart/"


class RefusedError(Exception):
    """An answer that carries no bars, with what it means."""

    def __init__(
        self,
        kind: Kind,
        reason: str,
        retry_after: str | None = None,
        answered_by: AnsweredBy = "vendor",
        date: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.retry_after = retry_after
        self.answered_by: AnsweredBy = answered_by
        self.date = date


class _SpentError(OSError):
    """A page other than a chart failed; yfinance does without it."""


class Session(requests.Session[Any]):
    """The session through which yfinance sends its requests."""

    def __init__(self, timeout: float, clock: Callable[[], datetime], charts: str) -> None:
        """Open no connection yet.

        Args:
            timeout: seconds that one answer may take.
            clock: gives the time.
            charts: how the address of a chart begins that is requested here.
        """
        super().__init__(impersonate="chrome")
        self._charts = charts
        self._timeout, self._clock = timeout, clock
        self.skew = Skew()
        self._lock = threading.Lock()
        self._pages: dict[str, Any] = {}
        self._local = threading.local()
        self.requests = 0

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Send one request; refusals of a chart are raised as RefusedError."""
        chart = url.startswith(self._charts) or _CHART in url
        whole = self._timeout if chart else min(PAGE, self._timeout)
        connect = min(5.0, whole / 2)
        # The two add up to what the whole answer may take.
        options["timeout"] = (connect, whole - connect)
        # A chart is where it is requested; each further address would be a request uncounted.
        options |= {"allow_redirects": not chart, "max_redirects": REDIRECTS}
        if chart and (response := getattr(self._local, "response", None)) is not None:
            return response
        with self._lock:
            if url in self._pages:
                return self._page(url)
            if not chart:
                self._pages[url] = None
            self.requests += 1
        try:
            response = self._limited(method, url, *args, **options)
        except RefusedError as refused:
            if chart:
                raise
            raise _SpentError(f"{refused}") from None
        if chart:
            self._judged(response)
        elif response.status_code < 400 or "getcrumb" not in url:
            # The cookie's page answers 404 and sets the cookie all the same.
            self._pages[url] = response
        return response if chart else self._page(url)

    def plain(self, url: str, params: Mapping[str, str]) -> Any:
        """Send one request that is neither a chart nor a page beside them; any answer comes back.

        Raises:
            RefusedError: its answer is too large.
        """
        connect = min(5.0, self._timeout / 2)
        with self._lock:
            self.requests += 1
        response = self._limited(
            "GET",
            url,
            params=dict(params),
            timeout=(connect, self._timeout - connect),
            allow_redirects=False,
        )
        self.skew.note(response.headers.get("Date"), self._clock())
        return response

    @contextlib.contextmanager
    def again(self, response: Any) -> Iterator[None]:
        """Answer this thread's charts with one already received, meanwhile, without a request."""
        self._local.response = response
        try:
            yield
        finally:
            self._local.response = None

    def _judged(self, response: Any) -> None:
        """Judge an answer, and look at the vendor's clock where it is the vendor's."""
        answered_by: AnsweredBy = "vendor"
        try:
            _judge(response)
        except RefusedError as refused:
            answered_by = refused.answered_by
            raise
        finally:
            if answered_by == "vendor":
                self.skew.note(response.headers.get("Date"), self._clock())

    def _limited(self, *args: Any, **options: Any) -> Any:
        """Send a request; an answer beyond `BODY` is broken off and raised as RefusedError."""
        parts: list[bytes] = []
        size = 0

        def take(part: bytes) -> int:
            nonlocal size
            size += len(part)
            if size > BODY:
                return int(CURL_WRITEFUNC_ERROR)
            parts.append(part)
            return len(part)

        try:
            response = super().request(*args, **(options | {"content_callback": take}))
        except requests.exceptions.RequestException:
            if size <= BODY:
                raise
            large = f"Yahoo's answer is larger than {BODY >> 20} MiB; try again"
            raise RefusedError("try_again", large) from None
        response.content = b"".join(parts)
        return response

    def _page(self, url: str) -> Any:
        """Return a page other than a chart from memory; yfinance requests it for each symbol."""
        if self._pages[url] is None:
            raise _SpentError(f"{url} was asked once without an answer")
        return self._pages[url]


def _judge(response: Any) -> None:
    """Raise RefusedError unless the answer is a chart."""
    status = response.status_code
    try:
        error = json.loads(response.content)["chart"].get("error") if status != 200 else None
        is_yahoo = status != 200 or response.content[:1] == b"{"
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        error, is_yahoo = None, False
    if status == 429:
        raise rate_limited(response)
    if status >= 500:
        raise RefusedError("try_again", f"Yahoo answered with error {status}; try again")
    if not is_yahoo:
        # A page of whoever stands in between says nothing of the symbol.
        words = f"the answer ({status}) was not one of Yahoo's; try again"
        raise RefusedError("try_again", words, answered_by="nobody")
    if status == 404:
        raise RefusedError("not_found", "not found at Yahoo")
    if status == 400 and "exist" in str((error or {}).get("description", "")):
        raise RefusedError("not_found", "Yahoo has no prices for the dates asked")
    if status != 200:
        raise RefusedError("try_again", f"Yahoo refused the request ({status}); try again")


def rate_limited(response: Any) -> RefusedError:
    """The refusal of an answer with status 429."""
    headers = response.headers
    return RefusedError("rate_limited", "", headers.get("Retry-After"), date=headers.get("Date"))


def unreachable(error: Exception) -> str:
    """A reason for a person, from an error on the way to Yahoo."""
    words = re.sub(r"\s*See https?://\S+.*", "", str(error), flags=re.DOTALL)
    # curl's words for what it is, and how long it took: no two attempts would read alike
    words = re.sub(r"^Failed to perform, curl: \(\d+\) | after \d+ ms", "", words)
    return f"Yahoo could not be reached ({clean(words, 100).strip(' .')}); try again"


def vendor_time(headers: Mapping[str, str], meta: Mapping[str, Any], newest: date) -> datetime:
    """Return the earliest time that Yahoo's answer implies.

    Args:
        headers: of its answer, whose Date its server wrote.
        meta: what it says of the symbol: the last trade, where there is no Date.
        newest: the day of its newest bar, which has come about at any rate.
    """
    if (at := http_date(headers.get("Date"))) is not None:
        return at
    opened = datetime.combine(newest, OPEN, NEW_YORK).astimezone(UTC)
    with contextlib.suppress(ValueError, TypeError, OverflowError, OSError):
        return max(opened, datetime.fromtimestamp(meta.get("regularMarketTime", 0), UTC))
    return opened
