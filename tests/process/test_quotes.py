"""Quotes of a session still open: the gate, the overlay, and the real stream on the loopback."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.sync.server import ServerConnection

from cache.refresh.quotes import SOURCE, Close, Gate, closed, last_closes, open_session, overlay
from core.answer.snapshot import Question
from core.data.frames import Block, Prices
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_stream import Streamer, message
from tests.process.test_refresh import started
from tui.cli import quotes
from tui.service.service import Desk
from tui.state.places import places

SESSION = date(2026, 6, 26)  # a Friday
NOON = datetime(2026, 6, 26, 16, 0, tzinfo=UTC)
MILLIS = int(NOON.timestamp() * 1000)
THURSDAY = date(2026, 6, 25)


@pytest.mark.parametrize(
    ("now", "session"),
    [
        ("2026-06-26T13:29+00:00", None),
        ("2026-06-26T13:30+00:00", SESSION),
        ("2026-06-26T19:59+00:00", SESSION),
        ("2026-06-26T20:00+00:00", None),
        ("2026-06-27T16:00+00:00", None),  # Saturday
        ("2026-06-19T16:00+00:00", None),  # Juneteenth
        ("2026-11-27T17:59+00:00", date(2026, 11, 27)),  # the half-day after Thanksgiving
        ("2026-11-27T18:00+00:00", None),
    ],
)
def test_a_session_is_open_from_bell_to_bell(now: str, session: date | None) -> None:
    assert open_session(datetime.fromisoformat(now)) == session


def test_a_closed_exchange_says_when_it_opens() -> None:
    words = "the exchange is closed; the next session opens on {} at 9:30 ET"
    saturday = datetime(2026, 6, 27, 16, 0, tzinfo=UTC)
    assert closed(saturday) == words.format("Monday 29 June")
    assert closed(datetime(2026, 6, 26, 12, 0, tzinfo=UTC)) == words.format("Friday 26 June")
    assert closed(datetime(2026, 6, 26, 21, 0, tzinfo=UTC)) == words.format("Monday 29 June")


def gate(**closes: float) -> Gate:
    held = {symbol: Close(THURSDAY, price) for symbol, price in closes.items()}
    return Gate(SESSION, held, ("AA", "BB", "NEW"))


def quote(**more: Any) -> dict[str, Any]:
    return {"id": "AA", "price": 101.0, "time": f"{MILLIS}", "change": 1.0} | more


def test_a_quote_passes_once_and_the_newest_counts() -> None:
    one = gate(AA=100.0)
    assert one.take(quote(), NOON) and one.drain() == {"AA": 101.0} and one.drain() == {}
    assert one.take(quote(price=102.0, change=2.0, time=f"{MILLIS + 10}"), NOON)
    # What comes late is passed over, what repeats the price says nothing new.
    assert not one.take(quote(price=99.0, change=-1.0), NOON)
    assert one.take(quote(price=102.0, change=2.0, time=f"{MILLIS + 20}"), NOON)
    assert one.drain() == {"AA": 102.0} and one.refused == {} and one.quoted == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (quote(price=0.0), "its price is not positive"),
        (quote(price=-1.0), "its price is not positive"),
        (quote(price="101"), "its price is not positive"),
        (quote(price=float("nan")), "its price is not positive"),
        (quote(price=float("inf")), "its price is not positive"),
        (quote(currency="GBp"), "is quoted in 'GBp', not in dollars"),
        (quote(time=f"{MILLIS + 600_000}"), "its time is in the future"),
        (quote(price=1010.0), "moves 10.1-fold from the close of 2026-06-25"),
        (quote(price=9.0), "moves 0.09-fold from the close of 2026-06-25"),
        (
            quote(price=25.25, change=0.25),
            "counts its change from 25.00, not from the close of 2026-06-25, 100.00:"
            " a split, or a close to refresh",
        ),
    ],
)
def test_a_quote_that_cannot_be_right_is_refused(fields: dict[str, Any], reason: str) -> None:
    one = gate(AA=100.0)
    assert not one.take(fields, NOON)
    assert one.refused == {"AA": reason} and one.drain() == {} and one.quoted == 0


def test_a_refused_symbol_keeps_its_quote_and_can_come_back() -> None:
    one = gate(AA=100.0)
    assert one.take(quote(), NOON) and not one.take(quote(price=5000.0), NOON)
    assert one.drain() == {"AA": 101.0} and "AA" in one.refused
    assert one.take(quote(price=103.0, change=3.0), NOON) and one.refused == {}


@pytest.mark.parametrize(
    "fields",
    [
        quote(id="ZZ"),
        quote(id="\x1b]52;c;AAAA\x07"),
        quote(id=None),
        {"error": "no protobuf", "raw_base64": "?"},
        {},
    ],
)
def test_what_was_not_asked_for_is_no_quote(fields: dict[str, Any]) -> None:
    one = gate(AA=100.0)
    assert not one.take(fields, NOON) and one.quoted == 0
    assert "was not requested" in one.refused["?"] and one.refused["?"].isprintable()


@pytest.mark.parametrize("at", ["2026-06-26T13:00+00:00", "2026-06-25T16:00+00:00", "x"])
def test_a_quote_from_outside_the_session_is_passed_over(at: str) -> None:
    stamp = at if at == "x" else f"{int(datetime.fromisoformat(at).timestamp() * 1000)}"
    one = gate(AA=100.0)
    assert not one.take(quote(time=stamp), NOON) and one.refused == {} and one.drain() == {}


def test_an_old_close_says_nothing_about_the_change() -> None:
    # The store is a week old: the change counts from a close that is not held.
    one = Gate(SESSION, {"AA": Close(date(2026, 6, 18), 100.0)}, ("AA",))
    assert one.take(quote(price=131.0, change=1.0), NOON)
    # Of a line that joined today no close is held at all.
    assert gate().take(quote(id="NEW"), NOON)


DAYS = np.array(["2026-06-24", "2026-06-25"], "datetime64[D]")


def held() -> Prices:
    close = np.array([[10.0, 20.0, 30.0], [11.0, 21.0, np.nan]])
    return Prices(
        (Block(DAYS, ("AA", "BB", "CC"), close),),
        through={"AA": THURSDAY, "BB": THURSDAY, "CC": date(2026, 6, 24)},
        fetched_at={"AA": NOON - timedelta(hours=9)},
        source={"AA": "Yahoo"},
    )


def test_last_closes_are_those_before_the_session() -> None:
    found = last_closes(held(), ("AA", "CC", "ZZ"), THURSDAY)
    assert found == {
        "AA": Close(date(2026, 6, 24), 10.0),
        "CC": Close(date(2026, 6, 24), 30.0),
    }
    assert last_closes(held(), ("AA",), SESSION) == {"AA": Close(THURSDAY, 11.0)}


def test_quotes_make_a_provisional_session_and_leave_the_rest() -> None:
    before = held()
    after = overlay(before, {"AA": 12.0, "ZZ": 5.0}, SESSION, NOON)
    (block,) = after.blocks
    assert str(block.sessions[-1]) == "2026-06-26" and block.symbols == ("AA", "BB", "CC")
    np.testing.assert_array_equal(block.close[-1], [12.0, np.nan, np.nan])
    assert after.provisional == {"AA": SESSION} and after.source["AA"] == SOURCE
    # A quote speaks for no session: what was answered before stays the last.
    assert after.through == before.through
    # What is held is not touched: nothing of it goes to disk.
    np.testing.assert_array_equal(before.blocks[0].sessions, DAYS)
    assert before.provisional == {}
    # A newer quote takes the place of the older.
    again = overlay(before, {"AA": 13.0}, SESSION, NOON)
    assert again.blocks[0].close[-1, 0] == 13.0


def test_a_final_close_is_not_covered_by_a_quote() -> None:
    before = replace(held(), through={"AA": SESSION, "BB": THURSDAY})
    after = overlay(before, {"AA": 12.0, "BB": 22.0}, SESSION, NOON)
    assert after.provisional == {"BB": SESSION}
    assert overlay(before, {"AA": 12.0}, SESSION, NOON) is before


def test_a_clock_set_back_does_not_lose_quotes() -> None:
    before = held()
    after = overlay(before, {"AA": 12.0}, SESSION, NOON - timedelta(days=2))
    assert after.provisional == {"AA": SESSION}


# The stream: yfinance's own web socket through the proxy, in a process of its own

FEED = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from core.answer.snapshot import Question
from tui.cli import quotes
from tui.service.service import Desk
from tui.state.places import places

home, began, at = Path(sys.argv[1]), time.monotonic(), datetime.fromisoformat(sys.argv[2])
quotes.FIRST = 0.2
now = lambda: at + timedelta(seconds=time.monotonic() - began)
desk = Desk(places(home, demo=False))
sys.exit(quotes.run(desk, Question("IWM", "IVV"), lambda line: print(line, flush=True), now=now))
"""


def feed(home: Path, server: Lookalike) -> subprocess.Popen[str]:
    return started(FEED, str(home), MONDAY.isoformat(), server=server)


def said(process: subprocess.Popen[str], until: str, seconds: float = 60.0) -> list[dict[str, Any]]:
    """Lines up to the first in which a text occurs."""
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    assert process.stdout is not None
    lines = []
    try:
        for line in process.stdout:
            lines.append(json.loads(line))
            if until in line:
                return lines
    finally:
        timer.cancel()
    process.wait()
    assert process.stderr is not None
    raise AssertionError((lines, process.stderr.read()))


#: Monday 29 June at noon in New York; the store is filled as of Friday's close.
MONDAY = datetime(2026, 6, 29, 16, 0, tzinfo=UTC)
ALL = ("IWM", "IVV", "SAA", "SAB", "SAC", "LAA", "LAB")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, MONDAY) as one:
        one.redirect(monkeypatch)
        yield one


def feed_here(home: Path, write: Callable[[str], None], now: Callable[[], datetime]) -> int:
    """What `feed` starts, in this process."""
    return quotes.run(Desk(places(home, demo=False)), Question("IWM", "IVV"), write, now=now)


def monday(server: Lookalike, symbol: str, factor: float, **more: Any) -> dict[str, Any]:
    close = server.close(symbol, "2026-06-26")
    fields = {
        "id": symbol,
        "price": close * factor,
        "change": close * (factor - 1),
        "time": int(MONDAY.timestamp() * 1000),
        "currency": "USD",
        "market_hours": 1,
    }
    return fields | more


def test_quotes_come_through_the_real_stream_and_only_the_good_ones(
    friday: Path, server: Lookalike
) -> None:
    def script(streamer: Streamer, connection: ServerConnection) -> None:
        if streamer.connections == 1:
            connection.send("this is no JSON")  # yfinance gives the connection up
            return
        connection.send(json.dumps({"message": "!!!!"}))
        good = [monday(server, s, 1.02) for s in ("IWM", "SAA", "LAA")]
        bad = [
            monday(server, "SAB", 30.0),
            monday(server, "SAC", 0.25, change=0.01),
            monday(server, "IVV", 1.0, currency="CAD"),
        ]
        streamer.say(connection, good + bad)
        streamer.over.wait(100)

    generation = sorted((friday / "market" / "generations").iterdir())
    with Streamer(server.tls, script) as server.streamer:
        process = feed(friday, server)
        heard = said(process, '"quotes"')
        began = time.monotonic()
        process.terminate()
        process.communicate(timeout=60)
        assert time.monotonic() - began < 30
        streamer = server.streamer
    assert streamer.connections == 2
    assert streamer.subscribed[1] == set(ALL)
    expected = {s: server.close(s, "2026-06-26") * 1.02 for s in ("IWM", "SAA", "LAA")}
    # Not a request beside the stream, and not a byte in the store.
    assert server.requests == 0
    assert heard[0]["state"] == "waiting" and "connecting again in" in heard[0]["message"]
    last = heard[-1]
    # The stream carries 32-bit floats.
    assert last["quotes"] == pytest.approx(expected, rel=1e-6)
    assert (last["asked"], last["quoted"], last["session"]) == (7, 3, "2026-06-29")
    assert set(last["reasons"]) == {"SAB", "SAC", "IVV", "?"} and last["refused"] == 4
    assert sorted((friday / "market" / "generations").iterdir()) == generation


def test_a_flood_of_quotes_is_a_line_a_second_and_its_last_prices(
    friday: Path, server: Lookalike
) -> None:
    sent, enough = 0, threading.Event()

    def script(streamer: Streamer, connection: ServerConnection) -> None:
        nonlocal sent
        ready = [message(**monday(server, s, 1 + n / 1e4)) for n in range(50) for s in ALL]
        last = [message(**monday(server, s, 1.03)) for s in ALL]
        while not (enough.is_set() or streamer.over.is_set()):
            for one in ready:
                connection.send(one)
            sent += len(ready)
            streamer.over.wait(0.05)  # thousands a second, and time for others to run
        for one in last:
            connection.send(one)
        streamer.over.wait(100)

    generation = sorted((friday / "market" / "generations").iterdir())
    with Streamer(server.tls, script) as server.streamer:
        began = time.monotonic()
        process = feed(friday, server)
        assert process.stdout is not None
        came, newest = list[float](), dict[str, float]()
        final = {s: server.close(s, "2026-06-26") * 1.03 for s in ("IWM", "LAA")}
        end = time.monotonic() + 60
        while newest.get("IWM", 0.0) < final["IWM"] * 0.9999 and time.monotonic() < end:
            newest |= json.loads(process.stdout.readline()).get("quotes", {})
            came.append(time.monotonic())
            if len(came) >= 3 and sent > 3000:
                enough.set()
        process.terminate()
        process.communicate(timeout=60)
    assert {s: newest[s] for s in final} == pytest.approx(final, rel=1e-6)
    # Thousands of quotes came; a line each second at most, though each changed every price.
    assert sent > 3000 and len(came) >= 3
    assert len(came) <= came[-1] - began + 1
    assert sorted((friday / "market" / "generations").iterdir()) == generation


def test_a_closed_exchange_ends_the_stream_before_it_begins(
    tmp_path: Path, server: Lookalike
) -> None:
    heard: list[str] = []
    saturday = datetime(2026, 6, 27, 16, 0, tzinfo=UTC)
    assert feed_here(tmp_path / "home", heard.append, lambda: saturday) == 0
    assert server.requests == server.connections == 0
    (line,) = heard
    assert json.loads(line)["message"].startswith("the exchange is closed; the next session opens")


def test_the_closing_bell_ends_the_stream(
    friday: Path, server: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotes, "STEP", 0.05)
    bell, end = datetime(2026, 6, 29, 20, 0, tzinfo=UTC), time.monotonic() + 60
    heard, daemons = list[str](), set[bool]()
    with Streamer(server.tls, lambda streamer, _: streamer.over.wait(100)) as streamer:
        server.streamer = streamer

        def now() -> datetime:
            assert time.monotonic() < end, "the stream goes on after the bell"
            daemons.update(t.daemon for t in threading.enumerate() if t.name == "connect")
            return bell - timedelta(seconds=0 if streamer.subscribed else 3)

        assert feed_here(friday, heard.append, now) == 0
    # the connection was open still, and nobody waits for its end
    assert daemons == {True}
    words = "the session of 2026-06-29 has closed; its closes come with a refresh"
    (line,) = heard
    assert json.loads(line)["message"] == words


def test_nobody_there_is_tried_again_ever_more_patiently(
    friday: Path, server: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotes, "STEP", 0.05)
    monkeypatch.setattr(quotes, "FIRST", 0.2)
    heard: list[dict[str, Any]] = []

    def write(line: str) -> None:
        heard.append(json.loads(line))
        if "again in 1 s" in line or len(heard) == 5:
            raise BrokenPipeError

    # No streamer: the proxy's own server answers 404 to the web socket.
    with pytest.raises(BrokenPipeError):
        feed_here(friday, write, lambda: MONDAY)
    assert [line["message"].rpartition(" again in ")[2] for line in heard] == ["0 s", "1 s"]
    assert {line["state"] for line in heard} == {"waiting"}
    assert heard[0]["message"].startswith("Yahoo could not be reached (")
