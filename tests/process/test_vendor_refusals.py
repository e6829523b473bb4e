"""A key that a vendor does not accept, or none, is told for what it is, and never shown."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from cache.facts.errors import SourceError
from tests.cache.lookalike_vendors import KEY, VendorServer
from tests.cache.lookalike_world import later
from tests.process.vendor_market import NOW, made, run, server, stocked

__all__ = ["server"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("wrong key", "the key in MASSIVE_API_KEY is not accepted by Massive (error 401)"),
        ("expired", "the key in MASSIVE_API_KEY has expired at Massive (error 401)"),
        ("over quota", "Massive limits requests; try again after "),
        ("plan", "the plan of the key in MASSIVE_API_KEY does not cover this at Massive"),
    ],
)
def test_a_refusal_ends_the_asking_and_is_told_for_what_it_is(
    fault: str, words: str, server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    server.fault = fault
    summary = run(store, server, "massive")
    assert not summary.ok and server.requests == 1
    assert words in summary.message, summary.message
    assert KEY not in summary.message and KEY not in str(summary.failed)
    for path in (p for p in store.home.rglob("*") if p.is_file()):
        assert KEY.encode() not in path.read_bytes(), path


def test_without_a_key_nothing_is_asked(server: VendorServer, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="set it in the environment as MASSIVE_API_KEY"):
        made(server, "massive", tmp_path, {})
    with pytest.raises(SourceError, match="APCA_API_SECRET_KEY"):
        made(server, "alpaca", tmp_path, {"APCA_API_KEY_ID": KEY})
    with pytest.raises(SourceError, match="holds no key"):
        made(server, "eodhd", tmp_path, {"EODHD_API_KEY": "a b"})
    assert server.requests == 0


def test_a_vendor_that_refuses_for_good_is_told_as_such(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    server.fault = "over quota"
    messages = [
        run(store, server, "massive", now=NOW + timedelta(hours=hours)).message
        for hours in (0, 1, 2, 3)
    ]
    told = ["has refused all" in message for message in messages]
    assert told == [False, False, True, True]
    assert "a shared or cloud address may be refused for good" in messages[2]
    server.fault = ""
    assert run(store, server, "massive", now=NOW + timedelta(hours=4)).ok
    server.fault = "over quota"
    server.world.now = later(NOW, 1)
    assert "refused all" not in run(store, server, "massive").message
