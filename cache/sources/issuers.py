"""Holdings files from the issuers' own addresses.

Certificates are verified, redirects stay on https, size and time are limited, and a page
meant for a browser is refused: many issuers answer with one when they mean "no".
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
import urllib.request
from contextlib import suppress
from datetime import date, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit

from cache.facts.errors import SourceError
from cache.refresh.absent_files import AbsentError
from cache.refresh.file_plan import FileAsk, by_hand

if TYPE_CHECKING:
    from http.client import HTTPMessage

    from cache.facts.funds import Fund
    from cache.sources.holdings.read import HoldingsFile

#: The largest file taken; the largest known is below one megabyte.
LIMIT: Final = 32 * 2**20
AGENT: Final = "Mozilla/5.0 (compatible; internals)"
_PAGE: Final = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<script")


class Issuers:
    """Asks issuers for holdings files.

    Attributes:
        requests: requests sent so far.
        second: how many of them went to a second address after the first one failed.
        dated: the Date of the last file's answer.
    """

    def __init__(self, *, timeout: float = 30.0, limit: int = LIMIT) -> None:
        """Send nothing yet.

        Args:
            timeout: seconds that one file may take, from the first to the last byte.
            limit: bytes that one file may have.
        """
        self.timeout, self.limit = timeout, limit
        self.requests = self.second = 0
        self.dated: str | None = None

    def get(self, fund: Fund, on: date | None = None) -> tuple[bytes, str]:
        """One holdings file as the issuer gives it, and the address it came from.

        Args:
            fund: whose holdings.
            on: the day wanted, None for the newest file.

        Raises:
            AbsentError: the issuer answered, and has no such file.
            SourceError: nothing usable came; says why, and how to bring the file by hand.
        """
        reasons: list[_NoFileError] = []
        for url in fund.urls(on):
            self.second += bool(reasons)
            try:
                return self._read(url), url
            except _NoFileError as error:
                reasons.append(error)
        ask = FileAsk(fund.symbol, on)
        kind = AbsentError if reasons and all(r.answered for r in reasons) else SourceError
        # The first address is the best one: its reason tells most.
        reason = str(reasons[0]) if reasons else "the issuer's address is not known"
        raise kind(f"{reason}; {by_hand(ask)}", file=str(ask))

    def read(
        self, raw: bytes, address: str, *, fund: str, now: datetime, as_of: date | None = None
    ) -> HoldingsFile:
        """The holdings file of such bytes.

        Raises:
            SourceError: the file cannot be used.
        """
        from cache.sources.holdings.read import read_holdings

        return read_holdings(raw, address, fund=fund, now=now, as_of=as_of)

    def _read(self, url: str) -> bytes:
        handler = _Deadline(context=certificates())
        opener = urllib.request.build_opener(handler, _Redirects())
        asked = urllib.request.Request(url, headers={"User-Agent": AGENT, "Accept": "*/*"})
        host = urlsplit(url).hostname or ""
        ends = time.monotonic() + self.timeout
        self.requests += 1
        late = threading.Timer(self.timeout, handler.end)
        late.daemon = True
        late.start()
        try:
            with opener.open(asked, timeout=self.timeout) as response:
                self.dated = response.headers["Date"]
                content = bytearray()
                while part := response.read1(65536):
                    content += part
                    if len(content) > self.limit:
                        raise _NoFileError(f"{host} sent more than {self.limit:,} bytes")
                # One that was ended looks like one that has come to its end.
                if time.monotonic() >= ends:
                    raise TimeoutError
                promised = response.length
        except HTTPError as error:
            # A refusal for being asked too often or too slowly says nothing about the file.
            settled = 400 <= error.code < 500 and error.code not in (408, 425, 429)
            raise _NoFileError(f"{host} answered with error {error.code}", settled) from None
        except _NoFileError:
            raise
        except Exception as error:  # whatever is odd about an answer, it brought no file
            if isinstance(error, TimeoutError) or time.monotonic() >= ends:
                raise _NoFileError(f"{host} took longer than {self.timeout:g} s") from None
            if not isinstance(error, (HTTPException, OSError)):
                odd = f"{host} gave an answer that cannot be read ({type(error).__name__})"
                raise _NoFileError(odd) from None
            cause = getattr(error, "reason", None) or error
            raise _NoFileError(f"{host} could not be reached ({_words(cause)})") from None
        finally:
            late.cancel()
        if promised:
            raise _NoFileError(f"{host} broke off in the middle of the file")
        return _file(bytes(content), host)


class _NoFileError(Exception):
    """One address brought no file; the message says why.

    Attributes:
        answered: the issuer answered, and asking again will not help.
    """

    def __init__(self, reason: str, answered: bool = False) -> None:
        super().__init__(reason)
        self.answered = answered


class _Connection(HTTPSConnection):
    """A connection that keeps its socket reachable, which later belongs to the response."""

    kept: socket.socket | None = None
    deadline: _Deadline

    def connect(self) -> None:
        """Connect, and keep the socket so that another thread can shut it down."""
        super().connect()
        self.kept = self.sock
        self.deadline.check()


class _PlainConnection(HTTPConnection):
    """The same without TLS, for an address on this machine."""

    kept: socket.socket | None = None
    deadline: _Deadline

    def connect(self) -> None:
        """Connect, and keep the socket so that another thread can shut it down."""
        super().connect()
        self.kept = self.sock
        self.deadline.check()


class _Deadline(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """One deadline for every connection of a request, redirects and proxy included.

    A time-out alone begins anew with each byte of a head.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        urllib.request.HTTPSHandler.__init__(self, context=context)
        self._trusted = context
        self._open: list[_Connection | _PlainConnection] = []
        self._over = False

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Open an address over a connection that can be ended."""
        return self.do_open(self._secure, req)

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Open an address over a connection that can be ended."""
        return self.do_open(self._plain, req)

    def _secure(self, host: str, **options: Any) -> HTTPConnection:
        return self._remembered(_Connection(host, context=self._trusted, **options))

    def _plain(self, host: str, **options: Any) -> HTTPConnection:
        return self._remembered(_PlainConnection(host, **options))

    def _remembered(self, made: _Connection | _PlainConnection) -> HTTPConnection:
        made.deadline = self
        self.check()
        self._open.append(made)
        return made

    def check(self) -> None:
        """Raise after the deadline."""
        if self._over:
            raise TimeoutError

    def end(self) -> None:
        """Close every connection, from another thread; no further one is opened."""
        self._over = True
        for connection in self._open:
            with suppress(OSError, AttributeError):
                (connection.kept or connection.sock).shutdown(socket.SHUT_RDWR)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https alone."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request that follows a redirect; refuses any scheme but https."""
        # nor to this machine without: what answers there is no issuer
        if urlsplit(newurl).scheme != "https":
            raise _NoFileError(f"{urlsplit(req.full_url).hostname} redirects away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def certificates() -> ssl.SSLContext:
    """The authorities trusted: those the environment names, the system's, else certifi's."""
    named = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    context = ssl.create_default_context(cafile=named or None)
    if not named and not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _file(content: bytes, host: str) -> bytes:
    """Return the content, unless it is clearly no holdings file."""
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise _NoFileError(f"{host} answered with an empty file", True)
    if start.startswith(_PAGE) or b"<html" in start:
        raise _NoFileError(f"{host} answered with a web page, not a holdings file", True)
    return content


def _words(cause: object) -> str:
    """A cause from below, as one short printable phrase."""
    text = getattr(cause, "strerror", None) or str(cause)
    return "".join(c if c.isprintable() else " " for c in str(text))[:100].strip(" .")
