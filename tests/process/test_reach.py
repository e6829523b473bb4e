"""Reaching hosts, against a server of our own."""

from __future__ import annotations

import http.server
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from cache.sources.download import certificates
from cache.sources.reach import reach


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(302)
        self.send_header("Location", "https://elsewhere.invalid/")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, Path]]:
    """Port of an https server on localhost, and the authority that vouches for it."""
    for name in ("https_proxy", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.socket = context.wrap_socket(found.socket, server_side=True)
    thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found.server_address[1], bundle
    found.shutdown()
    found.server_close()


def test_any_answer_will_do_and_brings_the_hosts_clock(
    server: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, bundle = server
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    (told,) = reach(["localhost"], 30, port=port).values()
    assert told.why == ""
    assert told.seconds is not None and told.seconds < 30
    assert told.date is not None and abs(told.date.timestamp() - time.time()) < 60


def test_a_certificate_nobody_vouches_for_is_said(server: tuple[int, Path]) -> None:
    (told,) = reach(["localhost"], 30, port=server[0]).values()
    assert told.seconds is None
    assert "certificate" in told.why


def test_the_silent_are_given_up_together() -> None:
    hosts = [f"127.0.0.{n}" for n in range(1, 31)]
    with socket.create_server(("", 0)) as silent:
        started = time.monotonic()
        found = reach(hosts, 0.15, port=silent.getsockname()[1])
        # one after the other they would take four and a half
        assert time.monotonic() - started < 3
    assert len(found) == len(hosts)
    assert all(one.seconds is None and one.why for one in found.values())


def test_nobody_there() -> None:
    with socket.socket() as bound:
        # it listens to nobody, and nobody else gets its port
        bound.bind(("127.0.0.1", 0))
        (told,) = reach(["127.0.0.1"], 30, port=bound.getsockname()[1]).values()
    assert told.why == "Connection refused"


def test_authorities_are_read_anew_only_where_others_are_named_or_the_file_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (trustme.CA().cert_pem.bytes() for _ in range(2))
    bundle = tmp_path / "one.pem"
    bundle.write_bytes(one)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    trusted = certificates()
    assert trusted.cert_store_stats()["x509_ca"] == 1
    assert certificates() is trusted
    bundle.write_bytes(one + two)
    os.utime(bundle, ns=(0, 0))
    assert certificates().cert_store_stats()["x509_ca"] == 2
    other = tmp_path / "other.pem"
    other.write_bytes(two)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert certificates().get_ca_certs() != trusted.get_ca_certs()
    other.unlink()
    with pytest.raises(OSError):
        certificates()
