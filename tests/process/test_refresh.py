"""A refresh end to end: real store, real yfinance, a server on the loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cache.facts.funds import load_funds
from cache.refresh.progress import Progress, Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import Reply, later
from tests.cache.planning import shipped
from tests.process.vendor_market import series

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday, 17:30 in New York
PAIR = ("IWM", "IVV")
LINES = {"IWM": ["SAA", "SAB", "SAC"], "IVV": ["LAA", "LAB"]}
#: Answers after which the children here commit, in place of a hundred.
BATCH = 10

CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from cache.facts.funds import load_funds
from cache.facts.reference import load_reference
from cache.refresh import batch
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.yahoo.yahoo import Yahoo
from cache.store.store import Store
from tests.cache.parsed_here import install

install()
batch.BATCH = int(sys.argv[4])
home, rate, now = Path(sys.argv[1]), float(sys.argv[2]) or None, datetime.fromisoformat(sys.argv[3])
summary = refresh(
    Store(home), Request(("IWM", "IVV"), now, load_reference(), load_funds()),
    prices=Yahoo(home / "yfinance", rate=rate, pause=0.1),
    files=Issuers(),
    report=lambda progress: print(progress.to_json(), file=sys.stderr, flush=True),
)
print(summary.ok, summary.requests, summary.symbols, summary.new_bars, summary.stopped)
"""


def names(count: int, letter: str) -> list[str]:
    return [f"{letter}{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(count)]


def started(code: str, *arguments: str, server: Lookalike) -> subprocess.Popen[str]:
    """A program in a process of its own, which talks to the server and no other."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **server.environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def child(home: Path, server: Lookalike, *, rate: float = 0.0) -> subprocess.Popen[str]:
    arguments = (str(home), str(rate), NOW.isoformat(), str(BATCH))
    return started(CHILD, *arguments, server=server)


def hold(server: Lookalike, after: int) -> threading.Event:
    """Let whoever asks beyond so many charts wait until the event is set, and hear nothing."""
    over, answer = threading.Event(), server.answer

    def held(host: str, path: str) -> Reply:
        if server.charts.total() < after or over.is_set():
            return answer(host, path)
        over.wait(100)
        return 500, "text/html", b"", {}

    server.answer = held  # type: ignore[method-assign]
    return over


def run(store: Store, server: Lookalike, monkeypatch: pytest.MonkeyPatch, **more: Any) -> Summary:
    server.redirect(monkeypatch)
    from cache.sources.yahoo.yahoo import Yahoo

    now, report = more.pop("now", server.now), more.pop("report", None)
    elapsed = more.pop("elapsed", time.monotonic)
    prices = more.pop("prices", None) or Yahoo(
        store.home / "yfinance", rate=None, pause=0.05, timeout=60.0, elapsed=elapsed
    )
    files, funds = more.pop("files", None) or Issuers(), more.pop("funds", load_funds())
    return refresh(
        store,
        Request(PAIR, now, shipped(), funds, **more),
        prices=prices,
        files=files,
        report=report,
    )


def closes(store: Store, symbol: str) -> dict[str, float]:
    return series(store.read().prices, symbol, "close")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW, lines=LINES) as server:
        yield server


ALL = ("IWM", "IVV", "SAA", "SAB", "SAC", "LAA", "LAB")


def test_a_board_brings_the_closes_of_its_funds_and_nothing_else(
    tmp_path: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "home")
    summary = run(store, small, monkeypatch, board=("IWM", "IVV", "SAA"))
    assert summary.ok and not summary.files
    held = store.read()
    assert held.holdings == {}
    assert held.prices.fetched_at.keys() == {"IWM", "IVV", "SAA"}
    # whole, as a fund of the pair is
    assert min(closes(store, "SAA")) == "1993-01-04" == min(closes(store, "IWM"))
    assert small.charts.total() == 3 and summary.requests == 3 + 2
    again = run(store, small, monkeypatch, board=("IWM", "IVV", "SAA"))
    assert again.ok and again.requests == 0


def test_a_child_process_fills_an_empty_store(tmp_path: Path) -> None:
    lines = {"IWM": names(18, "S"), "IVV": names(6, "L")}
    faults = {"SAC": "404", "SAD": "500", "SAE": "jump", "LAB": "nan"}
    home = tmp_path / "home"
    with Lookalike(tmp_path, NOW, lines=lines, faults=faults) as server:
        process = child(home, server)
        out, err = process.communicate(timeout=100)
    assert process.returncode == 0, err
    # A line that is no progress would wreck the screen that reads them.
    last = [Progress(**json.loads(line)) for line in err.splitlines()][-1]
    assert (last.stage, last.done, last.total) == ("done", 26, 26)
    # 24 lines and two funds, more than a batch; what answered 500 is asked once more, a 404 not.
    assert server.charts.total() == 27
    assert (server.charts["SAD"], server.charts["SAC"]) == (2, 1)
    assert server.pages["fc.yahoo.com/"] == 1
    assert server.pages["query1.finance.yahoo.com/v1/test/getcrumb"] == 1
    # Of each fund the newest file, that of the year's start and of five month ends.
    assert server.pages.total() == 2 + 14
    assert out.split()[:3] == ["False", "43", "23"]

    store = Store(home)
    held = store.read()
    failures = held.prices.failures
    assert failures.keys() == {"SAC", "SAD", "SAE"}
    assert failures["SAC"] == "not found at Yahoo (asked for 2026-06-26)"
    assert failures["SAD"] == "Yahoo answered with error 500; try again"
    assert "25" in failures["SAE"] and "no split on record" in failures["SAE"]
    assert not any("delisted" in reason for reason in failures.values())
    dates = {f: [str(h.as_of) for h in held.holdings[f]] for f in PAIR}
    months = ["2026-01-30", "2026-02-27", "2026-03-31", "2026-04-30", "2026-05-29"]
    assert dates == {fund: ["2025-12-31", *months, "2026-06-25"] for fund in PAIR}

    for symbol, first in (("IWM", "1993-01-04"), ("SAA", "2024-06-17")):
        days, values, paid = server.history(symbol)
        since = days >= np.datetime64(first)
        brought = closes(store, symbol)
        assert list(brought) == np.datetime_as_string(days[since]).tolist()
        np.testing.assert_allclose(list(brought.values()), values[since], rtol=1e-12)
        dividends = series(held.prices, symbol, "dividend")
        gave = {str(d): v for d, v in zip(days, paid, strict=True) if v and str(d) >= first}
        assert dividends == pytest.approx(gave, rel=1e-12)
    # Yahoo had no newest close of LAB yet: it speaks for the day before alone.
    assert held.prices.through["LAB"] == date(2026, 6, 25)
    assert held.prices.through["SAA"] == date(2026, 6, 26)

    kept = home / "yfinance"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert not (kept / "cookies.db").exists()


def test_what_is_current_is_not_asked_again(
    tmp_path: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "home")
    first = run(store, small, monkeypatch)
    assert first.ok and first.symbols == 7, first
    sent = small.requests
    again = run(store, small, monkeypatch)
    assert again.ok and again.requests == 0 and small.requests == sent
    assert again.generation == first.generation
    assert again.message == "prices are current through 2026-06-26"


def test_an_update_asks_for_an_overlap_and_adds_the_new_sessions(
    friday: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(friday / "market")
    before = closes(store, "SAB")
    first = {symbol: date.fromisoformat(min(closes(store, symbol))) for symbol in ALL}
    small.now = later(NOW, 3)  # 1 July 2026
    small.charts.clear()
    summary = run(store, small, monkeypatch)
    assert summary.new_bars == 3 * 7 and summary.refetched == ()
    assert dict(small.charts) == dict.fromkeys(ALL, 1)
    # Seven sessions before 26 June 2026, with 19 June a holiday; whoever has its turn all it holds.
    usual = date(2026, 6, 16)
    compared = {symbol for symbol, start in small.starts.items() if start != usual}
    assert len(compared) < len(ALL) / 2 and usual in small.starts.values()
    assert all(small.starts[symbol] == first[symbol] for symbol in compared)
    after = closes(store, "SAB")
    assert after.keys() - before.keys() == {"2026-06-29", "2026-06-30", "2026-07-01"}
    assert {day: after[day] for day in before} == before


@pytest.mark.parametrize("how", ["split", "revised"])
def test_a_history_that_changed_is_brought_whole(
    friday: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    store = Store(friday / "market")
    before = closes(store, "SAB"), closes(store, "SAA")
    small.now = later(NOW, 3)
    small.charts.clear()
    if how == "split":
        small.splits["SAB"] = ("2026-06-30", 4.0)
    else:
        small.faults["SAB"] = "revised"
    summary = run(store, small, monkeypatch)
    assert summary.refetched == ("SAB",) and summary.ok
    assert small.charts["SAB"] == 2 and small.charts["SAA"] == 1
    factor = 0.25 if how == "split" else 1.00001
    after, other = closes(store, "SAB"), closes(store, "SAA")
    assert {d: after[d] for d in before[0]} == pytest.approx(
        {d: v * factor for d, v in before[0].items()}, rel=1e-9
    )
    assert {d: other[d] for d in before[1]} == before[1]


def test_a_rate_limit_stops_all_asking_and_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": names(20, "S"), "IVV": names(3, "L")}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines, limit_after=10, retry_after="600") as server:
        summary = run(store, server, monkeypatch)
        # Ten answers, then at most what the eight threads had under way.
        assert 10 < server.charts.total() <= 18
        assert summary.symbols == 10 and not summary.ok
        assert summary.wait_until is not None
        # counted from when it was met, some seconds after the refresh began
        met = summary.wait_until - NOW - timedelta(minutes=11)
        assert timedelta(0) <= met < timedelta(minutes=1)
        assert len(summary.failed) == 15
        reasons = set(summary.failed.values())
        assert reasons == {"rate limited by Yahoo; try again after 2026-06-26 21:41 UTC"}
        held = store.read().prices
        assert len(held.through) == 10 and len(held.failures) == 15

        sent, server.limit_after = server.requests, None
        early = run(store, server, monkeypatch, now=NOW + timedelta(minutes=5))
        assert server.requests == sent and not early.ok
        assert "try again after 2026-06-26 21:41 UTC" in early.message
        server.charts.clear()
        whole = run(store, server, monkeypatch, now=NOW + timedelta(minutes=5), full=True)
        assert not whole.ok and server.charts.total() == 0
        late = run(store, server, monkeypatch, now=NOW + timedelta(minutes=12))
        assert late.ok and late.symbols == 15 and server.charts.total() == 15
        assert store.read().prices.failures == {}


def test_without_a_network_everything_held_stays(
    friday: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(friday / "market")
    before = store.read()
    small.__exit__()
    # The proxy is gone now: nothing answers.
    summary = run(store, small, monkeypatch, now=later(NOW, 2))
    assert not summary.ok and summary.symbols == 0
    assert summary.message.startswith("Yahoo could not be reached (")
    assert "); the stored data are unchanged; " in summary.message
    assert "curl" not in summary.message
    after = store.read()
    assert after.generation == before.generation and after.prices.failures == {}


def test_an_issuer_that_answers_with_a_page_is_named_and_prices_still_come(
    tmp_path: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.faults["holdings IWM"] = "page"
    store = Store(tmp_path / "home")
    summary = run(store, small, monkeypatch)
    assert summary.failed["holdings IWM"].endswith("`internals import holdings FILE --fund IWM`")
    assert "a web page, not a holdings file" in summary.failed["holdings IWM"]
    assert "no holdings file of IWM" in summary.message and not summary.ok
    assert set(small.charts) == {"IWM", "IVV", "LAA", "LAB"}
    assert summary.files[:2] == ("holdings IVV of 2026-06-25", "holdings IVV of 2025-12-31")
    assert len(summary.files) == 7


def test_a_bar_of_an_open_session_is_provisional_until_the_close(
    tmp_path: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "home")
    small.now = datetime(2026, 6, 26, 15, 0, tzinfo=UTC)  # 11:00 in New York
    run(store, small, monkeypatch)
    held = store.read().prices
    assert held.provisional == dict.fromkeys(ALL, date(2026, 6, 26))
    assert set(held.through.values()) == {date(2026, 6, 25)}
    small.now = NOW
    small.charts.clear()
    summary = run(store, small, monkeypatch)
    assert summary.ok and set(small.charts) == set(ALL) and summary.refetched == ()
    held = store.read().prices
    assert held.provisional == {} and set(held.through.values()) == {date(2026, 6, 26)}


def test_a_line_that_ended_is_answered_through_the_last_session(
    tmp_path: Path, small: Lookalike, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.faults["SAC"] = "ended"
    store = Store(tmp_path / "home")
    assert run(store, small, monkeypatch).ok
    # Forty sessions before 26 June 2026.
    assert max(closes(store, "SAC")) == "2026-04-29"
    assert store.read().prices.through["SAC"] == date(2026, 6, 26)


def watch(process: subprocess.Popen[str], done: int) -> Progress:
    """Read progress until that many symbols were answered."""
    assert process.stderr is not None
    for line in process.stderr:
        progress = Progress(**json.loads(line))
        if progress.stage == "prices" and progress.done >= done:
            return progress
    raise AssertionError("ended early")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_promptly_and_keeps_what_came(tmp_path: Path, number: int) -> None:
    home = tmp_path / "home"
    lines = {"IWM": names(100, "S"), "IVV": names(3, "L")}
    with Lookalike(tmp_path, NOW, lines=lines, delay=0.02) as server:
        process = child(home, server, rate=10.0)
        seen = watch(process, 5)
        process.send_signal(number)
        began = time.monotonic()
        out, err = process.communicate(timeout=60)
        took = time.monotonic() - began
    assert process.returncode == 0, err
    assert out.split()[0] == "False" and out.split()[-1] == "True"
    assert took < 50.0
    held = store_symbols(home)
    assert seen.done <= held < 105


def test_a_kill_loses_at_most_the_batch_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    lines = {"IWM": names(31, "S"), "IVV": names(3, "L")}
    with Lookalike(tmp_path, NOW, lines=lines) as server:
        over = hold(server, after=28)
        # slow enough that its progress is reported before it is held
        process = child(home, server, rate=40.0)
        seen = watch(process, BATCH + 5)
        process.kill()
        process.communicate(timeout=60)
        over.set()
        held = store_symbols(home)
        assert seen.done - BATCH <= held < 36
        # The lock of the dead holds nobody up, and only what is missing is asked for.
        server.charts.clear()
        summary = run(Store(home), server, monkeypatch)
    assert summary.ok, summary.message
    assert server.charts.total() == 36 - held


def store_symbols(home: Path) -> int:
    return len({s for block in Store(home).read().prices.blocks for s in block.symbols})
