"""Check whether hosts can be reached: a TLS handshake and one short request each, in parallel."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.error import HTTPError

from cache.facts.clean import clean
from cache.refresh.clock_skew import http_date
from cache.sources.download import AGENT, certificates
from core.data.record import record

#: Seconds all of it may take; names that nobody answers for take longer by themselves.
DEADLINE: Final = 3.0


@record(frozen=True, slots=True)
class Reached:
    """The result for one host.

    Attributes:
        seconds: until its answer, None where none came.
        date: the clock of the host, None where it gave none.
        why: why none came, "" where one did.
    """

    seconds: float | None
    date: datetime | None = None
    why: str = ""


class _Stay(urllib.request.HTTPRedirectHandler):
    """A handler that follows no redirect: a redirect is an answer like any other."""

    def redirect_request(self, *args: object, **options: object) -> None:
        """Return None, by which the redirect is not followed."""


def reach(
    hosts: Sequence[str], deadline: float = DEADLINE, *, port: int = 443
) -> Mapping[str, Reached]:
    """Ask every host at the same time, and wait at most ``deadline`` seconds."""
    results: dict[str, Reached] = {}

    def ask(host: str) -> None:
        started = time.monotonic()
        try:
            date = _ask(host, port, deadline)
            results[host] = Reached(time.monotonic() - started, date)
        except Exception as error:  # whatever is wrong with a host is the answer
            cause = getattr(error, "reason", error)
            words = getattr(cause, "verify_message", "") or getattr(cause, "strerror", None)
            results[host] = Reached(
                None, why=clean(str(words or cause) or type(cause).__name__, 120)
            )

    # read once, or each thread would read them; what is wrong with them each host's answer says
    with suppress(OSError):
        certificates()
    # Daemons: a look-up of a name cannot be broken off, and must not hold the program up.
    threads = [threading.Thread(target=ask, args=(host,), daemon=True) for host in hosts]
    ends = time.monotonic() + deadline
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(ends - time.monotonic(), 0.0))
    late = Reached(None, why=f"no answer within {deadline:g} s")
    return {host: results.get(host, late) for host in hosts}


def _ask(host: str, port: int, timeout: float) -> datetime | None:
    """The host's clock from the answer to one request; any answer will do."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=certificates()), _Stay()
    )
    request = urllib.request.Request(
        f"https://{host}:{port}/", method="HEAD", headers={"User-Agent": AGENT}
    )
    try:
        with opener.open(request, timeout=timeout) as response:
            header = response.headers["Date"]
    except HTTPError as error:
        # A proxy's refusal comes the same way, but not from the host.
        if error.code == 407:
            raise OSError("the proxy asks for a password") from None
        header = error.headers["Date"]
    return http_date(header)
