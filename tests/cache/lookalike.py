"""A look-alike of Yahoo and of an issuer on the loopback, under their real host names.

A proxy that answers CONNECT itself: whoever has ``environment()`` in its environment talks TLS
to 127.0.0.1 with a certificate made for the test, while the program under test is unchanged.
Deterministic from a seed, counts requests, and stops by itself.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import trustme

from tests.cache.lookalike_broken import ENDLESS, endless
from tests.cache.lookalike_issuers import OtherIssuers
from tests.cache.lookalike_stream import Streamer
from tests.cache.lookalike_world import Reply, World

if TYPE_CHECKING:
    import pytest

HOSTS = (
    "fc.yahoo.com",
    "*.finance.yahoo.com",
    "guce.yahoo.com",
    "*.ishares.com",
    "*.blackrock.com",
    "*.ssga.com",
    "*.invesco.com",
    "*.vanguard.com",
)
#: Domains that it answers for.
DOMAINS = tuple(f".{host.rpartition('.')[0].rpartition('.')[2]}.com" for host in HOSTS)


class Lookalike(World):
    """The server; use it as a context.

    Attributes:
        charts: chart requests by symbol.
        pages: every other request by host and path.
        starts: symbol -> first day of its last chart request.
        most: answers under way at the same time, at most.
        connections: how many were opened to the hosts.
    """

    def __init__(
        self,
        folder: Path,
        now: datetime,
        *,
        seed: int = 1,
        lines: Mapping[str, Iterable[str]] | None = None,
        faults: Mapping[str, str] | None = None,
        splits: Mapping[str, tuple[str, float]] | None = None,
        limit_after: int | None = None,
        retry_after: str | None = "120",
        delay: float = 0.0,
        life: float = 120.0,
    ) -> None:
        """Nothing listens yet.

        Args:
            folder: where the certificate goes.
            now: the look-alike's clock; nothing later is known to it.
            seed: of all prices.
            lines: fund -> symbols of its holdings, heaviest first.
            faults: symbol -> what goes wrong with it (see ``World.chart``).
            splits: symbol -> effective date and factor of one split.
            limit_after: chart requests after which every further one is 429.
            retry_after: the header of a 429.
            delay: seconds before each chart answer.
            life: seconds after which the server ends by itself.
        """
        super().__init__(now, seed=seed, lines=lines, faults=faults, splits=splits)
        self.delay, self.life = delay, life
        self.limit_after, self.retry_after = limit_after, retry_after
        self.pages: Counter[str] = Counter()
        self.most = self._now_open = self.connections = 0
        self.lock = threading.Lock()
        #: Whether its answers carry a Date.
        self.dated = True
        self.certificate = folder / "look-alike.pem"
        self.issuers = OtherIssuers(self)
        #: Where quotes come from, None where nobody streams any.
        self.streamer: Streamer | None = None

    def __enter__(self) -> Lookalike:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.certificate)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.tls)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        self.timer = threading.Timer(self.life, self.server.shutdown)
        self.timer.daemon = True
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to talk to this server and no other."""
        proxy = f"http://127.0.0.1:{self.server.server_address[1]}"
        named = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
        return {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy),
            **dict.fromkeys(named, str(self.certificate)),
            "NO_PROXY": "",
            "no_proxy": "",
        }

    def redirect(self, patch: pytest.MonkeyPatch) -> None:
        """Let this process, and those that it starts, talk to this server and no other."""
        for name, value in self.environment().items():
            patch.setenv(name, value)
        if "yfinance" in sys.modules:  # without what it has learnt of cookies in another test
            patch.setattr("yfinance.data.YfData._instances", {})

    @property
    def requests(self) -> int:
        """Every request so far."""
        return self.charts.total() + self.pages.total()

    def answer(self, host: str, path: str) -> Reply:
        """Status, content type, content and further headers."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/v8/finance/chart/"):
            symbol = parts.path.rpartition("/")[2]
            with self.lock:
                self.charts[symbol] += 1
                count = self.charts.total()
                self._now_open += 1
                self.most = max(self.most, self._now_open)
            try:
                time.sleep(self.delay)
                if self.limit_after is not None and count > self.limit_after:
                    more = {"Retry-After": self.retry_after} if self.retry_after else {}
                    return 429, "text/html", b"Too Many Requests\r\n", more
                return self.chart(symbol, query)
            finally:
                with self.lock:
                    self._now_open -= 1
        with self.lock:
            self.pages[host + parts.path] += 1
        if parts.path == "/v7/finance/spark":
            return self.spark(query["symbols"].split(","))
        if host == "fc.yahoo.com":
            cookie = "A3=d=invented; Domain=.yahoo.com; Path=/; Max-Age=31536000; Secure"
            return 404, "text/html", b"", {"Set-Cookie": cookie}
        if parts.path == "/v1/test/getcrumb":
            return 200, "text/plain", b"in.ven-ted", {}
        if (refusal := self.faults.get(host, "")).isdecimal():
            return int(refusal), "text/html", b"", {}
        if (reply := self.issuers.answer(host, parts.path, query)) is not None:
            return reply
        if "asOfDate" in query or "holdings" in parts.query:
            return self.file(query)
        return 404, "text/html", b"<html>nothing here</html>", {}


def _handler(owner: Lookalike) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30.0
        host = ""

        def do_CONNECT(self) -> None:
            name = self.path.rpartition(":")[0]
            if not name.endswith(DOMAINS):
                self.send_error(403)
                return
            with owner.lock:
                owner.connections += 1
            self.send_response_only(200)
            self.end_headers()
            if name == "streamer.finance.yahoo.com" and owner.streamer is not None:
                owner.streamer.carry(self.connection)
                self.close_connection = True
                return
            try:
                self.connection = owner.tls.wrap_socket(self.connection, server_side=True)
            except (OSError, ssl.SSLError):
                self.close_connection = True
                return
            self.host = name
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.close_connection = False

        def do_GET(self) -> None:
            owner.issuers.agent = self.headers.get("User-Agent", "")
            status, kind, content, headers = owner.answer(self.host, self.path)
            broken = headers.pop("X-Broken", "")
            if broken == "drop":
                self.close_connection = True
                return
            if broken in ENDLESS:
                self.close_connection = True
                with suppress(OSError):
                    endless(broken, self.wfile.write)
                return
            self.send_response_only(status)
            if owner.dated:
                self.send_header("Date", format_datetime(owner.now.astimezone(UTC), usegmt=True))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            length = 1 << 31 if broken == "huge" else len(content)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            half = content[: len(content) // 2] if broken else content
            with suppress(OSError):
                self.wfile.write(half)
                if broken == "stall":
                    time.sleep(8.0)
                for _ in range(1 << 12 if broken == "huge" else 0):
                    self.wfile.write(b" " * (1 << 16))
            self.close_connection = bool(broken) or self.close_connection

        def log_message(self, *_: object) -> None:
            """Silence."""

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()
            self.connection.close()

        def handle(self) -> None:
            with suppress(OSError, ValueError):
                super().handle()

    return Handler
