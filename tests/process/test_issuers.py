"""Holdings files from issuers, against a server on the loopback."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cache.facts.errors import SourceError
from cache.facts.funds import Fund
from cache.sources.holdings.read import read_holdings
from cache.sources.issuers import Issuers
from cache.sources.sandbox import Children
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_broken import ENDLESS

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
AJAX = "https://www.ishares.com/us/products/239710/fund/holdings.ajax"
IWM = Fund(
    "IWM",
    title="iShares Russell 2000 ETF",
    addresses=(f"{AJAX}?fileType=csv&fileName=IWM_holdings&asOfDate={{date}}",),
)
BY_HAND = "download the file in a browser and run `internals import holdings FILE --fund IWM"


@pytest.fixture
def issuer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW, lines={"IWM": ["AA", "BB", "CC"]}) as one:
        one.redirect(monkeypatch)
        yield one


def test_the_newest_file_and_one_of_a_day(issuer: Lookalike) -> None:
    source = Issuers(timeout=60.0)
    raw, address = source.get(IWM)
    assert raw == issuer.holdings("IWM", date(2026, 6, 25)).encode()
    assert address == f"{AJAX}?fileType=csv&fileName=IWM_holdings"
    raw, address = source.get(IWM, date(2025, 12, 31))
    assert address.endswith("&asOfDate=20251231")
    assert source.requests == issuer.requests == 2
    file = read_holdings(raw, address, fund="IWM", now=NOW)
    assert file.holdings.as_of == date(2025, 12, 31)
    assert file.holdings.symbols == ("AA", "BB", "CC") and file.raw == raw
    # 1e9 / 2, / 3 and / 4, and a million in cash.
    assert file.holdings.total == pytest.approx(500e6 + 333_333_333.33 + 250e6 + 1e6, abs=0.01)


@pytest.mark.limited
def test_the_files_of_an_archive_are_read_by_one_process(
    issuer: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    popen, started = subprocess.Popen, []

    def counted(*command: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*command, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", counted)
    with Children() as children:
        source = Issuers(timeout=60.0, children=children)
        for day in (date(2025, 10, 31), date(2025, 11, 28), date(2025, 12, 31)):
            file = source.read(*source.get(IWM, day), fund="IWM", now=NOW)
            assert (file.holdings.as_of, file.holdings.symbols) == (day, ("AA", "BB", "CC"))
        assert [process.poll() for process in started] == [None]
    # it does not outlive what it was started for
    assert started[0].poll() is not None


def test_a_page_in_place_of_a_file_names_the_way_by_hand(issuer: Lookalike) -> None:
    issuer.faults["holdings IWM"] = "page"
    with pytest.raises(SourceError) as told:
        Issuers(timeout=60.0).get(IWM, date(2025, 12, 31))
    assert str(told.value) == (
        "holdings IWM of 2025-12-31: www.ishares.com answered with a web page, not a holdings "
        f"file; {BY_HAND} --as-of 2025-12-31`"
    )


def test_a_redirect_away_from_https_is_not_followed(issuer: Lookalike) -> None:
    issuer.faults["holdings IWM"] = "elsewhere"
    with pytest.raises(SourceError, match="redirects away from https"):
        Issuers(timeout=60.0).get(IWM)
    assert issuer.requests == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "www.ishares.com"])
def test_nor_to_this_machine_without_tls(host: str, issuer: Lookalike) -> None:
    to = {"Location": f"http://{host}:9/holdings.csv"}
    issuer.file = lambda query: (302, "text/html", b"", to)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="redirects away from https"):
        Issuers(timeout=60.0).get(IWM)
    assert issuer.requests == 1


def test_redirects_share_one_deadline(issuer: Lookalike) -> None:
    def further(query: object) -> object:
        time.sleep(0.4)
        return (
            302,
            "text/html",
            b"",
            {"Location": f"{AJAX}?fileType=csv&fileName=IWM_holdings&n={time.monotonic()}"},
        )

    issuer.file = further  # type: ignore[assignment,method-assign]
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"took longer than 1 s"):
        Issuers(timeout=1.0).get(IWM)
    assert time.monotonic() - began < 30.0


def test_the_certificate_is_verified(issuer: Lookalike, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name)
    with pytest.raises(SourceError, match=r"www\.ishares\.com could not be reached .*certificate"):
        Issuers(timeout=60.0).get(IWM)
    assert issuer.requests == 0


@pytest.mark.parametrize("way", [*(way for way in ENDLESS if way != "bomb"), "slow", "nowhere"])
def test_an_answer_without_end_is_no_file(way: str, issuer: Lookalike) -> None:
    issuer.faults["holdings IWM"] = way
    if way == "nowhere":
        address = {"Location": "https://[::1"}
        issuer.file = lambda query: (302, "text/html", b"", address)  # type: ignore[method-assign]
    began = time.monotonic()
    # what is refused for another reason may take its time
    timeout = 0.5 if way in ("drip", "slow head", "interim", "slow") else 60.0
    with pytest.raises(SourceError) as told:
        Issuers(timeout=timeout, limit=1 << 20).get(IWM)
    # less than the look-alike goes on for
    assert time.monotonic() - began < 15.0
    words = {
        "chunks": "sent more than 1,048,576 bytes",
        "lists": "sent more than 1,048,576 bytes",
        "drip": "took longer than 0.5 s",
        "slow head": "took longer than 0.5 s",
        "interim": "took longer than 0.5 s",
        "slow": "took longer than 0.5 s",
        "nowhere": "gave an answer that cannot be read (ValueError)",
        "heads": "could not be reached (got more than 100 headers)",
    }
    assert words[way] in str(told.value)


def test_a_file_beyond_the_limit_is_refused(issuer: Lookalike) -> None:
    with pytest.raises(SourceError, match=r"www\.ishares\.com sent more than 100 bytes"):
        Issuers(timeout=60.0, limit=100).get(IWM)


class Plain(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind = self.path.partition("?")[0]
        if kind == "/drip":
            # a head of which a byte comes now and then, for ever
            with contextlib.suppress(OSError):
                for _ in range(600):
                    self.wfile.write(b"H")
                    time.sleep(0.1)
        if kind == "/away":
            self.send_response_only(302)
            self.send_header("Location", f"http://{self.headers['Host']}/good")
            self.end_headers()
            return
        content = {"/empty": b"\r\n", "/cut": b"Ticker,Name\nAA,", "/good": b"Ticker,Name\nAA,Aa\n"}
        body = content.get(kind)
        self.send_response_only(200 if body else 503)
        self.send_header("Content-Length", str(len(body or b"") + (50 if kind == "/cut" else 0)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body or b"")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Plain)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/empty", "127.0.0.1 answered with an empty file"),
        ("/cut", "127.0.0.1 broke off in the middle of the file"),
        ("/error", "127.0.0.1 answered with error 503"),
    ],
)
def test_what_is_no_file_is_said(plain: str, path: str, reason: str) -> None:
    with pytest.raises(SourceError) as told:
        Issuers(timeout=60.0).get(Fund("IWM", addresses=(plain + path,)))
    assert str(told.value) == f"holdings IWM: {reason}; {BY_HAND}`"


def test_a_plain_address_has_the_same_deadline_and_no_redirect(plain: str) -> None:
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 took longer than 1 s"):
        Issuers(timeout=1.0).get(Fund("IWM", addresses=(f"{plain}/drip",)))
    assert time.monotonic() - began < 30.0
    with pytest.raises(SourceError, match="redirects away from https"):
        Issuers(timeout=60.0).get(Fund("IWM", addresses=(f"{plain}/away",)))


def test_the_next_address_is_tried_and_the_first_reason_told(plain: str) -> None:
    source = Issuers(timeout=60.0)
    raw, address = source.get(Fund("IWM", addresses=(f"{plain}/error", f"{plain}/good")))
    assert raw == b"Ticker,Name\nAA,Aa\n" and address.endswith("/good") and source.requests == 2
    with pytest.raises(SourceError, match="an empty file"):
        source.get(Fund("IWM", addresses=(f"{plain}/empty", f"{plain}/error")))


def test_a_fund_without_an_address() -> None:
    with pytest.raises(SourceError, match="the issuer's address is not known; download"):
        Issuers().get(Fund("QQQ"))
