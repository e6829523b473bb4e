"""What is told of the last refresh: what the next one costs, what the last could not get."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cache.refresh.backoff import Wait, keep_waits
from cache.refresh.lock import turn
from cache.refresh.progress import Summary
from core.answer.snapshot import Question
from tests.cache.planning import prices
from tests.market import holdings
from tui.report.last_refresh import LATE, FailureGroup, fetched
from tui.service.service import Desk
from tui.state.places import places

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday, 17:30 in New York
FRIDAY = date(2026, 6, 26)
#: Two funds that no issuer is known of: all that can be stale of them is prices.
PAIR = ("ZZA", "ZZB")
FILES = {
    "ZZA": (holdings("ZZA", "2026-06-26", {"AA": 3.0, "BB": 2.0, "CC": 1.0}),),
    "ZZB": (holdings("ZZB", "2026-06-26", {"AA": 1.0}),),
}
HELD = prices(
    {"ZZA": 9, "ZZB": 9, "BB": 8},
    failures={
        "AA": "Yahoo answered with error 500; try again",
        "CC": "not found at Yahoo (asked for 2026-06-26)",
    },
)


def vain(home: Path) -> None:
    """AA failed for the second time a minute ago, BB came without its newest close."""
    home.mkdir(parents=True, exist_ok=True)
    waits = {"AA": Wait("failed", 2, NOW, FRIDAY), "BB": Wait("late", 1, NOW, FRIDAY)}
    keep_waits(home, waits, NOW)


def cost(desk: Desk, by: str) -> str:
    from tui.service.cost import sentence

    soon = NOW + timedelta(minutes=1)
    return sentence(desk.places, HELD, FILES, Question(*PAIR, "1W"), soon, desk.reference, by)


def test_the_cost_names_who_waits_and_the_way_round(tmp_path: Path) -> None:
    desk = Desk(places(tmp_path, demo=False))
    # The one of which nothing is remembered, and the one that is late, and cookie and crumb.
    before = "stale: 2 symbols, 0 holdings files; r fetches: 4 requests, 1 min"
    assert cost(desk, "r").startswith(before)
    vain(desk.store.home)
    # BB after 10 minutes, AA after 15, CC with Monday's close.
    words = "3 symbols failed earlier; next tries from 21:40 UTC"
    assert cost(desk, "r") == f"{words}; :retry asks now"
    shell = "`internals refresh`"
    assert cost(desk, shell) == f"{words}; `internals refresh --retry` asks now"


def test_what_failed_is_told_by_reason_with_its_time(tmp_path: Path) -> None:
    vain(tmp_path)
    summary = Summary(
        ok=False,
        message="2 symbols brought, 3 new closes",
        symbols=2,
        new_bars=3,
        failed={"holdings ZZA": "a web page", "AA": "error 500"},
        requests=9,
    )
    with turn(tmp_path, "ZZA:ZZB", stop=threading.Event(), waiting=print) as mine:
        assert fetched(tmp_path, HELD, PAIR, NOW).ended is None
        mine.ended(summary, NOW)
    found = fetched(tmp_path, HELD, PAIR, NOW + timedelta(minutes=3))
    assert found.ended == NOW
    assert found.sentences(NOW + timedelta(minutes=3)) == [
        "2 symbols brought, 3 new closes (3 m ago)",
        "3 new closes, 2 symbols, 2 failed, 9 requests",
    ]
    assert set(found.groups) == {
        FailureGroup(HELD.failures["AA"], ("AA",), NOW + timedelta(minutes=15)),
        FailureGroup(LATE, ("BB",), NOW + timedelta(minutes=10)),
        FailureGroup(HELD.failures["CC"], ("CC",), datetime(2026, 6, 29, 20, 20, tzinfo=UTC)),
        FailureGroup("a web page", ("holdings ZZA",)),
    }
    later = fetched(tmp_path, HELD, PAIR, NOW + timedelta(minutes=15))
    assert {group.until for group in later.groups if group.names == ("AA",)} == {None}


def test_a_damaged_memory_of_it_is_none(tmp_path: Path) -> None:
    for damage in ('{"summary": 5}', '{"summary": {"ended": "x"}}', "[" * 9000, "\x00"):
        (tmp_path / "refresh.lock").write_text(damage)
        assert fetched(tmp_path, HELD, PAIR, NOW).ended is None
