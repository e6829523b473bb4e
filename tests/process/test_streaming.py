"""Streams of quotes that never answer, break off or never end: a sentence each, in time."""

from __future__ import annotations

import logging
import resource
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from cache.facts.errors import SourceError
from cache.sources.yahoo import streaming, yahoo
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_mute import WAYS, Mute
from tests.process import test_quotes as test_live
from tests.process.test_quotes import server

__all__ = ["server"]

OPEN, CLOSE, BEAT, SILENT = 0.3, 0.3, 0.3, 0.6
#: Where the time allowed is not what ends it.
AMPLE = 60.0
NOT_OPEN = "Yahoo's stream of quotes did not answer within 0.3 s; try again"
NO_QUOTE = "Yahoo's stream of quotes gave no quote for 0.6 s; try again"
#: Where it came about and broke off nothing is raised.
BROKE = ("",)
#: What a person is told: how one of these begins.
SAID = {
    "no TLS": (NOT_OPEN,),
    "no handshake": (NOT_OPEN,),
    "drip": (NOT_OPEN,),
    "refuse": ("Yahoo could not be reached (server rejected WebSocket connection: HTTP 200)",),
    "drop": BROKE,
    "silent": (NO_QUOTE,),
    "garbage": BROKE,
    "gigantic": BROKE,
    "pieces": BROKE,
    "pings": (NO_QUOTE,),
}


def streamed(monkeypatch: pytest.MonkeyPatch, way: str, stop: threading.Event | None = None) -> str:
    """Why one connection brought nothing; "" where it came about and ended."""
    opened = OPEN if SAID[way] == (NOT_OPEN,) else AMPLE
    monkeypatch.setattr(streaming, "OPEN", opened)
    monkeypatch.setattr(streaming, "CLOSE", CLOSE)
    # what never ends is noticed when the symbols are repeated
    monkeypatch.setattr(streaming, "BEAT", BEAT)
    monkeypatch.setattr(streaming, "SILENT", SILENT if SAID[way] == (NO_QUOTE,) else AMPLE)
    try:
        yahoo.stream(["IWM", "IVV"], lambda fields: None, stop or threading.Event())
    except SourceError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("way", WAYS)
def test_each_way_to_bring_nothing_ends_in_time_and_leaves_nothing_behind(
    way: str,
    server: Lookalike,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Mute(server.tls, way) as mute:
        server.streamer = mute  # type: ignore[assignment]
        before = set(threading.enumerate())
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        reason = streamed(monkeypatch, way)
        # The end of a connection that is still open has to be agreed on for a while.
        assert time.monotonic() - began < AMPLE / 2
        assert reason in SAID[way] or reason.startswith(tuple(filter(None, SAID[way])))
        # The server is as mute as before: nobody here may go on waiting for it.
        end = time.monotonic() + AMPLE
        while waiting(before) and time.monotonic() < end:
            time.sleep(0.05)
        assert waiting(before) == []
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most
    assert grown < 64 << 10  # KiB
    assert capfd.readouterr() == ("", "")
    # What the library logs would land on the screen's line, or wreck it.
    assert not logging.getLogger("websockets").propagate


def waiting(before: set[threading.Thread]) -> list[str]:
    """Threads that have begun since, but for those of the look-alike's server."""
    names = [thread.name for thread in threading.enumerate() if thread not in before]
    return [name for name in names if "process_request" not in name]


def test_a_name_that_is_looked_up_for_ever_holds_no_end_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        assert over.wait(AMPLE)
        raise OSError("nobody waits for this any more")

    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:9")
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(streaming, "OPEN", OPEN)
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"did not answer within 0\.3 s"):
        yahoo.stream(["IWM", "IVV"], lambda fields: None, threading.Event())
    assert time.monotonic() - began < AMPLE / 2
    # Neither does the end of the program wait for that thread.
    lookups = [thread for thread in threading.enumerate() if thread.name == "look up"]
    assert [thread.daemon for thread in lookups] == [True]
    over.set()
    lookups[0].join(AMPLE)


@pytest.mark.parametrize("way", ["no TLS", "silent"])
def test_a_stop_ends_a_connection_at_any_time(
    way: str, server: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    monkeypatch.setitem(SAID, way, ("",))
    with Mute(server.tls, way) as mute:
        server.streamer = mute  # type: ignore[assignment]
        threads: list[str] = []

        def stop_later() -> None:
            assert mute.reached.wait(AMPLE)
            threads.extend(waiting(before))
            stop.set()

        stopper = threading.Thread(target=stop_later)
        before = {*threading.enumerate(), stopper}
        stopper.start()
        began = time.monotonic()
        assert streamed(monkeypatch, way, stop) == ""
        assert time.monotonic() - began < AMPLE / 2
    # OpenSSL lets no two threads use a connection at once: none may but the one that called.
    assert threads == []


def test_a_mute_server_is_told_asked_again_politely_and_holds_no_end_up(
    friday: Path, server: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = "from cache.sources.yahoo import streaming\nstreaming.OPEN = 1.0\n"
    monkeypatch.setattr(test_live, "FEED", patient + test_live.FEED)
    with Mute(server.tls, "no handshake") as mute:
        server.streamer = mute  # type: ignore[assignment]
        process = test_live.feed(friday, server)
        heard = test_live.said(process, "again in 2 s")
        began = time.monotonic()
        process.terminate()
        out, err = process.communicate(timeout=60)
        assert time.monotonic() - began < 30.0 and (process.returncode, err) == (0, "")
    # The first pause is doubled each time: 0.4, 0.8, 1.6 seconds.
    assert [line["state"] for line in heard] == ["waiting"] * 3
    sentence = "Yahoo's stream of quotes did not answer within 1 s; connecting again in"
    assert [line["message"] for line in heard] == [f"{sentence} {n} s" for n in (0, 1, 2)]
    assert mute.connections in (3, 4) and out == ""


def test_a_stream_that_is_open_and_silent_holds_no_end_up(friday: Path, server: Lookalike) -> None:
    with Mute(server.tls, "silent") as mute:
        server.streamer = mute  # type: ignore[assignment]
        process = test_live.feed(friday, server)
        assert mute.reached.wait(AMPLE)
        process.terminate()
        try:
            assert process.wait(AMPLE / 2) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        process.communicate()
