"""Requests to a vendor with a key: rate-limited, with the reason of each refusal.

The key goes into the request and nowhere else: not into a reason, a log or a file.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from cache.facts.errors import SourceError
from cache.facts.sessions import last_final
from cache.refresh.clock_skew import Skew
from cache.refresh.gate import Answer
from cache.refresh.interrupt import unless
from cache.refresh.reasons import wait, with_session
from cache.refresh.retry_after import retry_at
from cache.sources.download import Download, DownloadError, download

if TYPE_CHECKING:
    from cache.refresh.ask import Ask
    from cache.refresh.gate import AnsweredBy, Kind
    from cache.sources.vendors.registry import SourceSettings

#: Largest answer taken, unpacked: a day of the whole market has about 2 MB.
LIMIT: Final = 64 << 20
#: Words of a refusal that speak of the plan that was paid for, not of the key.
_PLAN: Final = ("entitled", "upgrade", "plan", "subscription", "only eod data", "timeframe")
_EXPIRED: Final = ("expired", "expiry")


class VendorError(Exception):
    """A request failed.

    Attributes:
        kind: what kind of failure.
        halts: nothing further is to be asked in this run.
        answered_by: who it is from.
    """

    def __init__(
        self, kind: Kind, reason: str, *, halts: bool, answered_by: AnsweredBy = "vendor"
    ) -> None:
        super().__init__(reason)
        self.kind: Kind = kind
        self.halts, self.answered_by = halts, answered_by


class StoppedError(Exception):
    """The requests were stopped from outside."""


class KeyedSource:
    """A source of prices that needs a key; sends its requests one after the other.

    Attributes:
        vendor: its terms.
        name: as closes name their source.
        requests: sent so far.
        bytes: that came over the wire.
        retried: requests sent a second time.
        limited_until: when a rate limit was met, the time to try again.
        unreachable: nothing at all was answered, or not to us.
    """

    def __init__(self, settings: SourceSettings, *, timeout: float = 30.0, pause: float = 2.0):
        """Nothing is sent yet.

        Args:
            settings: the vendor, where its key lies, and its rate.
            timeout: seconds that one answer may take.
            pause: seconds before a request that failed in passing is sent a second time.

        Raises:
            SourceError: no key is there.
        """
        self.vendor, self.name = settings.vendor, settings.vendor.name
        self._timeout, self._pause, self._rate = timeout, pause, settings.rate
        self.key, self._variable = _secret(settings, self.vendor.keys)
        self.secret, _ = _secret(settings, self.vendor.secrets)
        self._skew = Skew()
        self.requests = self.bytes = self.retried = 0
        self.limited_until: datetime | None = None
        self.unreachable = False
        self._answered = False
        self._slot = 0.0
        self._began, self._now = time.monotonic(), datetime.now().astimezone()
        self._stop = threading.Event()

    @property
    def off(self) -> timedelta:
        """How far this machine's clock is ahead of the vendor's."""
        return self._skew.off

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=int(time.monotonic() - self._began))

    def get(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of an answer.

        Args:
            path: below the vendor's address, its parts not yet quoted.
            query: names and values.
            headers: further ones, such as those that carry the key.

        Raises:
            VendorError: nothing usable came.
            StoppedError: the asking was ended from outside.
        """
        where = "/".join(quote(part, safe="") for part in path.split("/"))
        url = f"{self.vendor.address}/{where}"
        if query:
            url += f"?{urlencode(query)}"
        try:
            return self._ask_once(url, headers)
        except VendorError as error:
            if error.kind != "try_again" or error.halts:
                raise
        self.retried += 1
        if self._stop.wait(self._pause):
            raise StoppedError
        return self._ask_once(url, headers)

    def _ask_once(self, url: str, headers: Mapping[str, str] | None) -> Any:
        self._pace()
        self.requests += 1
        failure: list[DownloadError] = []

        def ask() -> Download | None:
            try:
                return download(
                    url,
                    timeout=self._timeout,
                    limit=LIMIT,
                    agent=self.vendor.agent,
                    headers={
                        "Accept-Encoding": "gzip",
                        **dict(self.vendor.headers),
                        **(headers or {}),
                    },
                )
            except DownloadError as error:
                failure.append(error)
                return None

        answer = unless(self._stop, ask)
        if failure:
            raise self._meaning(failure[0])
        if self._stop.is_set():
            raise StoppedError
        if not isinstance(answer, Download):
            reason = answer.reason if isinstance(answer, SourceError) else "nothing came"
            raise VendorError(
                "try_again", f"{reason}; try again", halts=False, answered_by="nobody"
            )
        self._answered, self.unreachable = True, False
        self.bytes += answer.size
        self._skew.note(answer.date, self._clock())
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            words = f"{self.vendor.name} gave an answer that is no JSON; try again"
            raise VendorError("try_again", words, halts=False) from None

    def _pace(self) -> None:
        """Wait for the next place under the rate."""
        self._slot = max(self._slot + 1 / self._rate, time.monotonic())
        if self._stop.wait(max(self._slot - time.monotonic() - 1 / self._rate, 0.0)):
            raise StoppedError

    def _meaning(self, error: DownloadError) -> VendorError:
        """The reason of a failed request."""
        name, status = self.vendor.name, error.status
        message = error.body.decode("utf-8", "replace").lower()
        if not status:
            self.unreachable = not self._answered
            reason = f"{name}: {error}; try again"
            return VendorError("try_again", reason, halts=self.unreachable, answered_by="nobody")
        if status in (402, 429):
            until = retry_at(error.retry_after, self._clock(), error.date)
            self.limited_until = self.limited_until or until
            return VendorError(
                "rate_limited", f"rate limited by {name}; {wait(self.limited_until)}", halts=True
            )
        if status in (401, 403):
            self.unreachable = not self._answered
            if status == 403 and any(word in message for word in _PLAN):
                reason = f"the plan of the key in {self._variable} does not cover this at {name}"
                return VendorError("bad_data", reason, halts=not self._answered)
            what = "has expired" if any(word in message for word in _EXPIRED) else "is not accepted"
            reason = f"the key in {self._variable} {what} by {name} (error {status})"
            reason = reason.replace("expired by", "expired at")
            return VendorError("try_again", f"{reason}: set one that is valid", halts=True)
        if status == 404:
            return VendorError("not_found", f"not found at {name}", halts=False)
        reason = f"{name} answered with error {status}; try again"
        return VendorError("try_again", reason, halts=False)

    def fetch(
        self, asks: Iterable[Ask], *, now: datetime, stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Ask, and give each answer as it comes; one Answer an Ask.

        A refusal that concerns all of them ends the asking: whatever is open then is answered
        with it. Once ``stop`` is set, what is open stays unanswered.
        """
        self._now, self._began = now, time.monotonic()
        self._stop = stop or self._stop
        open_still = {ask.symbol: ask for ask in asks}
        final = last_final(now)
        try:
            for answer in self.answers(list(open_still.values()), now, final):
                open_still.pop(answer.ask.symbol)
                yield answer
        except StoppedError:
            return
        except VendorError as error:
            for ask in open_still.values():
                yield self.failed(ask, error, final, unasked=True)

    def answers(self, asks: Sequence[Ask], now: datetime, final: date) -> Iterator[Answer]:
        """The answers, one after the other.

        Raises:
            VendorError: nothing further is to be asked.
            StoppedError: the asking was ended from outside.
        """
        raise NotImplementedError

    def failed(self, ask: Ask, error: VendorError, final: date, *, unasked: bool) -> Answer:
        """The answer to a request that failed."""
        reason = f"{error}"
        if error.kind in ("not_found", "bad_data"):
            reason = with_session(reason, final)
        answered_by: AnsweredBy = "unasked" if unasked else error.answered_by
        return Answer(ask, kind=error.kind, reason=reason, answered_by=answered_by)

    def unknown(self, ask: Ask, final: date) -> Answer:
        """The answer to an ask for what the vendor cannot have."""
        reason = with_session(f"is no symbol that {self.name} could know", final)
        return Answer(ask, kind="not_found", reason=reason)


def _secret(settings: SourceSettings, variables: tuple[str, ...]) -> tuple[str, str]:
    """The value of the first variable that is set, and its name; "" where none is wanted.

    Raises:
        SourceError: one is wanted and none is set; or it holds what no key does.
    """
    if not variables:
        return "", ""
    name = next((one for one in variables if settings.environ.get(one)), None)
    if name is None:
        raise SourceError(
            f"{settings.vendor.name} needs a key: set it in the environment as {variables[0]}"
        )
    value = settings.environ[name].strip()
    if not value.isascii() or not value.isprintable() or " " in value:
        raise SourceError(f"{name} holds no key: it has blanks or signs that no key has")
    return value, name
