"""Download one address over HTTPS: verified, limited in size and time, with the kind of failure.

Certificates are verified, redirects stay on https, and the whole of an answer has one deadline.
"""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache, partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal
from urllib.error import HTTPError
from urllib.parse import urlsplit

from cache.facts.clean import clean
from core.data.record import record

if TYPE_CHECKING:
    from http.client import HTTPMessage

AGENT: Final = "Mozilla/5.0 (compatible; internals)"
#: "absent": it answered, and asking again does not help; "refused": it does not want to be asked
#: by us or now; "failed": in passing, or it is not known how.
Kind = Literal["absent", "refused", "failed"]
#: Refusals to talk, of which nothing follows for what was requested.
_REFUSALS: Final = (401, 402, 403, 406, 407, 429, 451)
#: Errors that say that the asking came too early or took too long.
_PASSING: Final = (408, 425)
#: Bytes read of an error's page.
_ERROR: Final = 4096


@record(frozen=True, slots=True)
class Download:
    """The content that an address returned.

    Attributes:
        content: the bytes of the answer.
        date: the server's clock, as it wrote it.
        size: bytes that came over the wire.
    """

    content: bytes
    date: str | None
    size: int


class DownloadError(Exception):
    """A download failed; the message says why, and never the address.

    Attributes:
        kind: see `Kind`.
        status: of the answer, 0 where none came.
        retry_after: the header of a refusal.
        date: the server's clock.
        body: the beginning of an error's page.
    """

    def __init__(
        self,
        reason: str,
        kind: Kind = "failed",
        *,
        status: int = 0,
        retry_after: str | None = None,
        date: str | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(reason)
        self.kind, self.status, self.retry_after = kind, status, retry_after
        self.date, self.body = date, body


def download(
    url: str,
    *,
    timeout: float,
    limit: int,
    agent: str = "",
    headers: Mapping[str, str] | None = None,
) -> Download:
    """Ask one address.

    Args:
        url: https, or http on this machine.
        timeout: seconds from the first to the last byte.
        limit: bytes that the answer may have, packed and unpacked.
        agent: User-Agent; `AGENT` where empty.
        headers: further headers.

    Raises:
        DownloadError: nothing usable came.
    """
    handler = _Deadline(context=certificates())
    opener = urllib.request.build_opener(handler, _Redirects())
    sent_headers = {"User-Agent": agent or AGENT, "Accept": "*/*", **(headers or {})}
    request = urllib.request.Request(url, headers=sent_headers)
    host = urlsplit(url).hostname or ""
    ends = time.monotonic() + timeout
    late = threading.Timer(timeout, handler.end)
    late.daemon = True
    late.start()
    try:
        with opener.open(request, timeout=timeout) as response:
            date, packing = response.headers["Date"], response.headers["Content-Encoding"]
            content = bytearray()
            while part := response.read1(65536):
                content += part
                if len(content) > limit:
                    raise DownloadError(f"{host} sent more than {limit:,} bytes")
            # One that was ended looks like one that has come to its end.
            if time.monotonic() >= ends:
                raise TimeoutError
            promised = response.length
    except HTTPError as error:
        raise _refusal(error, host) from None
    except DownloadError:
        raise
    except Exception as error:  # whatever is odd about an answer, it is none
        if isinstance(error, TimeoutError) or time.monotonic() >= ends:
            raise DownloadError(f"{host} took longer than {timeout:g} s") from None
        if not isinstance(error, (HTTPException, OSError)):
            odd = f"{host} gave an answer that cannot be read ({type(error).__name__})"
            raise DownloadError(odd) from None
        cause = getattr(error, "reason", None) or error
        raise DownloadError(f"{host} could not be reached ({_words(cause)})") from None
    finally:
        late.cancel()
    if promised:
        raise DownloadError(f"{host} broke off in the middle of the file")
    return Download(_unpacked(bytes(content), packing, host, limit), date, len(content))


def _refusal(error: HTTPError, host: str) -> DownloadError:
    """The meaning of an error that the server answered with."""
    body = b""
    with suppress(Exception):
        body = error.read(_ERROR)
        if error.headers["Content-Encoding"]:
            body = zlib.decompressobj(47).decompress(body, _ERROR)
    kind: Kind = "failed"
    if error.code in _REFUSALS:
        kind = "refused"
    elif 400 <= error.code < 500 and error.code not in _PASSING:
        kind = "absent"
    return DownloadError(
        f"{host} answered with error {error.code}",
        kind,
        status=error.code,
        retry_after=error.headers["Retry-After"],
        date=error.headers["Date"],
        body=body,
    )


def _unpacked(content: bytes, packing: str | None, host: str, limit: int) -> bytes:
    """The content with its transfer compression undone."""
    if (packing or "identity").strip().lower() == "identity":
        return content
    try:
        with gzip.GzipFile(fileobj=BytesIO(content)) as file:
            plain = file.read(limit + 1)
    except (OSError, EOFError, zlib.error):
        raise DownloadError(f"{host} gave an answer that cannot be unpacked") from None
    if len(plain) > limit:
        raise DownloadError(f"{host} sent more than {limit:,} bytes")
    return plain


class _PlainConnection(HTTPConnection):
    """A connection that keeps its socket, which http.client hands over to the answer."""

    connected: socket.socket | None = None
    deadline: _Deadline

    def connect(self) -> None:
        """Connect, and keep the socket so that another thread can shut it down."""
        super().connect()
        self.connected = self.sock
        self.deadline.check()


class _Connection(_PlainConnection, HTTPSConnection):
    """A TLS connection with the same deadline."""


class _Deadline(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """One deadline for all connections of a request, those of redirects and of a proxy too.

    A time-out alone begins anew with each byte of a head.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        urllib.request.HTTPSHandler.__init__(self, context=context)
        self._trusted = context
        self._open: list[_PlainConnection] = []
        self._over = False

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Open an address over a connection that can be ended."""
        return self.do_open(partial(self._remembered, _Connection, context=self._trusted), req)

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        """Open an address over a connection that can be ended."""
        return self.do_open(partial(self._remembered, _PlainConnection), req)

    def _remembered(
        self, kind: type[_PlainConnection], host: str, **options: Any
    ) -> HTTPConnection:
        connection = kind(host, **options)
        connection.deadline = self
        self.check()
        self._open.append(connection)
        return connection

    def check(self) -> None:
        """Raise an error once the deadline has passed."""
        if self._over:
            raise TimeoutError

    def end(self) -> None:
        """Shut the connections down, from another thread, and let no other be opened."""
        self._over = True
        for connection in self._open:
            with suppress(OSError, AttributeError):
                (connection.connected or connection.sock).shutdown(socket.SHUT_RDWR)


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
            raise DownloadError(f"{urlsplit(req.full_url).hostname} redirects away from https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def certificates() -> ssl.SSLContext:
    """The authorities trusted: those the environment names, the system's, else certifi's.

    They are read anew only where the environment names others or their file was written again.
    """
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    paths = ssl.get_default_verify_paths()
    file, written = bundle or paths.cafile, 0
    if file is not None:
        with suppress(OSError):
            written = Path(file).stat().st_mtime_ns
    return _trusted(bundle or None, paths.cafile, paths.capath, written)


@lru_cache(maxsize=1)
def _trusted(
    authorities: str | None, file: str | None, folder: str | None, written: int
) -> ssl.SSLContext:
    """A context that trusts the file ``authorities``, or what OpenSSL reads of its file and folder.

    Reading the 150 authorities of a system takes 20 ms, as long as many an answer.

    Args:
        authorities: the file of authorities that the environment names, if any.
        file: OpenSSL's file, which it finds by itself.
        folder: OpenSSL's folder, likewise.
        written: when the file that counts was written.
    """
    context = ssl.create_default_context(cafile=authorities)
    if not authorities and not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _words(cause: object) -> str:
    """The cause of a failed connection, as one short printable phrase."""
    return clean(str(getattr(cause, "strerror", None) or cause), 100).strip(" .")
