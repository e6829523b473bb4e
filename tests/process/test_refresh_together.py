"""Many refreshes at once, and what a refresh costs beside what it had said."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cache.facts.errors import StoreError
from cache.facts.reference import load_reference
from cache.refresh.absent_files import BELIEVED, load_absent, remember_absent
from cache.refresh.file_plan import FileAsk
from cache.refresh.lock import turn
from cache.refresh.progress import Progress, Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.yahoo.deferred_yahoo import DeferredYahoo
from cache.store.store import Store
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import later
from tests.process.test_refresh import (
    BATCH,
    NOW,
    PAIR,
    hold,
    names,
    run,
    started,
    store_symbols,
    watch,
)

#: The program, but that it parses files itself, 12 limited children being of other tests, and that
#: it commits after fewer answers.
START = f"""
from cache.refresh import batch
from tests.cache.parsed_here import install
from tui.__main__ import main

install()
batch.BATCH = {BATCH}
main()
"""


def program(home: Path, server: Lookalike) -> subprocess.Popen[str]:
    """``internals refresh`` in a process of its own."""
    arguments = ("--home", str(home), "--progress", "json")
    return started(START, "refresh", "--pair", "IWM:IVV", *arguments, server=server)


def test_five_at_once_send_one_set_of_requests(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("[fetch]\nrate = 20\npool = 4\n")
    lines = {"IWM": names(8, "S"), "IVV": names(4, "L")}
    faults = {"SAC": "404", "SAD": "500"}
    with Lookalike(tmp_path, datetime.now(UTC), lines=lines, faults=faults, life=300.0) as server:
        # Held until all five are there, however long they take to start.
        with turn(home / "market", "the test's", stop=threading.Event(), waiting=print):
            crowd = [program(home, server) for _ in range(5)]
            for process in crowd:
                assert process.stderr is not None
                assert "waiting for another refresh" in process.stderr.readline()
        ends = [process.communicate(timeout=200)[1] for process in crowd]
        # 12 lines and two funds; what answered 500 is asked once more, by the first alone.
        assert server.charts.total() == 14 + 1
        assert (server.charts["SAC"], server.charts["SAD"]) == (1, 2)
    assert {process.returncode for process in crowd} == {1}
    last = [json.loads(said.splitlines()[-1])["message"] for said in ends]
    assert sum(said.startswith("another refresh was waited for: ") for said in last) == 4, last
    assert len({said.removeprefix("another refresh was waited for: ") for said in last}) == 1


def test_who_waits_goes_on_where_the_first_was_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # slow enough that the progress of the first is reported before it is held
    (home / "config.toml").write_text("[fetch]\nrate = 20\npool = 4\n")
    lines = {"IWM": names(31, "S"), "IVV": names(3, "L")}
    with Lookalike(tmp_path, datetime.now(UTC), lines=lines) as server:
        # it would have ended before a second has started on a busy machine
        killed = hold(server, after=28)
        first = program(home, server)
        watch(first, BATCH + 5)
        second = program(home, server)
        assert second.stderr is not None
        waiting = json.loads(second.stderr.readline())
        assert (
            waiting["message"] == f"waiting for another refresh of this store (process {first.pid})"
        )
        first.kill()
        first.communicate()
        killed.set()
        second.communicate(timeout=100)
        assert second.returncode == 0
        # Each symbol once, and a second time at most what the first had asked for since its
        # first batch: 28 charts, and one more in each other thread of its pool.
        assert 36 <= server.charts.total() <= 36 + 31 - BATCH
    assert store_symbols(home / "market") == 36


def test_a_wait_is_ended_by_a_stop(tmp_path: Path) -> None:
    home, stop, said = tmp_path / "home", threading.Event(), list[str]()
    with turn(home, "IWM:IVV", stop=stop, waiting=said.append):
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        summary = refresh(
            Store(home),
            Request(PAIR, NOW, load_reference()),
            prices=DeferredYahoo(home / "yfinance"),
            files=Issuers(),
            stop=stop,
        )
    assert time.monotonic() - began < 60.0
    assert summary.stopped and not summary.ok and summary.requests == 0
    assert summary.message.startswith("stopped while waiting for another refresh")


def test_an_answer_is_taken_over_for_the_same_question_alone(tmp_path: Path) -> None:
    home, stop = tmp_path / "home", threading.Event()
    found: list[Summary | None] = []

    def wait(asked: str) -> None:
        with turn(home, asked, stop=stop, waiting=lambda _: began.set()) as mine:
            found.append(mine.summary)

    for asked in ("IWM:IVV", "IWM:SPY"):
        began = threading.Event()
        with turn(home, "IWM:IVV", stop=stop, waiting=print) as mine:
            thread = threading.Thread(target=wait, args=(asked,))
            thread.start()
            assert began.wait(60)
            mine.ended(Summary(ok=True, message="5 symbols brought"))
        thread.join(60)
    assert found[0] is not None and found[0].ok
    assert found[0].message == "another refresh was waited for: 5 symbols brought"
    assert found[1] is None


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match="cannot write to"),
        turn(tmp_path / "file", "x", stop=threading.Event(), waiting=print),
    ):
        raise AssertionError


def test_a_refresh_keeps_to_the_requests_it_has_stated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": names(9, "S"), "IVV": names(4, "L")}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines, faults={"SAC": "404"}) as server:
        said: list[Progress] = []
        first = run(store, server, monkeypatch, report=said.append)
        plans = [p.message.split(",")[0] for p in said if p.stage == "plan"]
        # 14 files and the two funds are known at first, then 15 charts, cookie and crumb.
        assert plans == ["18 requests", "17 requests"]
        assert first.planned == 14 + 17 == first.requests == server.requests

        # Three sessions on: one split, one revised history, one that fails in passing.
        server.now = later(NOW, 3)
        server.splits["SAB"] = ("2026-06-30", 4.0)
        server.faults |= {"SAD": "revised", "SAE": "500", "holdings IWM": "page"}
        server.charts.clear()
        server.pages.clear()
        said.clear()
        second = run(store, server, monkeypatch, report=said.append)
        beyond = len(second.refetched) + second.retried + second.addresses
        assert (len(second.refetched), second.retried) == (2, 1)
        # the issuer that answered with a page was not asked for its other file
        skipped = sum(why.startswith("not requested") for why in second.failed.values())
        assert skipped == 1
        assert second.planned + beyond - skipped == second.requests == server.requests
        # Two newest files, IWM's after its reconstitution of 26 June, 15 charts, cookie and crumb.
        assert second.planned == 20
        # The newest file of IWM was asked for at two further addresses.
        assert second.addresses == 2


def test_what_an_issuer_lacks_is_not_asked_for_at_each_refresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    store = Store(tmp_path / "home")
    faults = {"holdings IWM": "newest alone"}
    with Lookalike(tmp_path, NOW, lines=lines, faults=faults) as server:
        first = run(store, server, monkeypatch)
        assert not first.ok and len(first.failed) == 6
        reason = first.failed["holdings IWM of 2025-12-31"]
        assert "answered with error 404" in reason and "internals import holdings FILE" in reason
        again = run(store, server, monkeypatch)
        assert again.ok and again.requests == 0
        # For a while, not for ever.
        much_later = NOW + BELIEVED + timedelta(hours=1)
        assert run(store, server, monkeypatch, now=much_later).planned >= 6


def test_a_silent_issuer_is_not_waited_for_file_by_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    store = Store(tmp_path / "home")

    with Lookalike(tmp_path, NOW, lines=lines, faults={"holdings IWM": "slow"}) as server:
        began = time.monotonic()
        summary = run(store, server, monkeypatch, files=Issuers(timeout=1.0))
        assert time.monotonic() - began < 60.0
    failed = [why for name, why in summary.failed.items() if name.startswith("holdings IWM")]
    assert len(failed) == 7 and "took longer than 1 s" in failed[0]
    assert set(failed[1:]) == {"not requested: its issuer did not answer before"}
    # That nobody answered is no word about the files.
    assert load_absent(store.home, NOW) == frozenset()


def test_a_changed_layout_names_the_command_for_a_file_by_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = {"IWM": ["SAA"], "IVV": ["LAA"]}
    store = Store(tmp_path / "home")
    with Lookalike(tmp_path, NOW, lines=lines) as server:
        monkeypatch.setattr(server, "holdings", lambda fund, on: "Stand,Wert\n1,2\n")
        summary = run(store, server, monkeypatch)
    why = summary.failed["holdings IWM"]
    assert "`internals import holdings FILE --fund IWM`" in why, why


def test_memory_of_missing_files_survives_damage(tmp_path: Path) -> None:
    ask = FileAsk("IWM", NOW.date())
    remember_absent(tmp_path, frozenset({ask}), NOW)
    assert load_absent(tmp_path, NOW) == {ask}
    assert (tmp_path / "absent.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "absent.json").write_text('[["IWM"')
    assert load_absent(tmp_path, NOW) == frozenset()
    remember_absent(tmp_path, frozenset({ask}), NOW)
    assert load_absent(tmp_path, NOW + BELIEVED) == frozenset()
