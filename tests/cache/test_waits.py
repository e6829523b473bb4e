"""What failed is not requested for a while: when it is again, decided by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cache.refresh.backoff import Wait, keep_waits, load_waits
from cache.refresh.plan import Plan, make_plan
from cache.refresh.reasons import next_try, with_session
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.store.store import Store
from core.data.frames import Prices
from tests.cache.lookalike_world import later
from tests.cache.planning import NOW, PAIR, REFERENCE, prices, shipped
from tests.cache.test_refresh_by_hand import Source, bars
from tests.market import holdings

FRIDAY = date(2026, 6, 26)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FILES = {"IWM": (holdings("IWM", "2026-06-25", {"AA": 2.0, "BB": 1.0}),)}
HELD = prices({"IWM": 9, "SPY": 9, "AA": 8, "BB": 9})


def plan(waits: dict[str, Wait], now: datetime = NOW, held: Prices = HELD, **more: Any) -> Plan:
    return make_plan(held, FILES, Request(PAIR, now, REFERENCE, **more), waits=waits)


def symbols(made: Plan) -> list[str]:
    return [ask.symbol for ask in made.asks]


@pytest.mark.parametrize(
    ("why", "pauses"),
    [
        ("failed", (5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 4 * HOUR)),
        ("late", (10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 3 * HOUR)),
        ("unknown", (20 * HOUR, 44 * HOUR, 68 * HOUR, 68 * HOUR)),
    ],
)
def test_each_vain_asking_lengthens_the_pause_to_a_limit(
    why: str, pauses: tuple[timedelta, ...]
) -> None:
    wait = Wait(why, 1, NOW, FRIDAY)
    for pause in pauses:
        until = wait.at + pause
        assert wait.until == until
        assert wait.holds(until - MINUTE, FRIDAY, None) and not wait.holds(until, FRIDAY, None)
        # One asked for before its time, by a wish, waits anew and no longer than before.
        assert wait.again(why, until - MINUTE, FRIDAY).until == until - MINUTE + pause
        wait = wait.again(why, until, FRIDAY)


def test_another_kind_or_a_week_begins_anew() -> None:
    third = Wait("failed", 3, NOW, FRIDAY)
    assert third.again("late", NOW + 2 * HOUR, FRIDAY).times == 1
    assert third.again("failed", NOW + timedelta(days=8), FRIDAY).times == 1
    assert third.again("failed", NOW - HOUR, FRIDAY).times == 1
    # A new session is late for the first time, however often the last one was.
    assert Wait("late", 4, NOW, FRIDAY).again("late", later(NOW, 1), date(2026, 6, 29)).times == 1


def test_a_line_waits_and_the_pair_never_does() -> None:
    waits = {s: Wait("failed", 1, NOW, FRIDAY) for s in ("AA", "IWM", "BB")}
    made = plan(waits, NOW + MINUTE, prices({"IWM": 8, "SPY": 9, "AA": 8, "BB": 9}))
    # BB is current: nothing of it is missing, and it waits for nothing.
    assert symbols(made) == ["IWM"] and dict(made.waiting) == {"AA": NOW + 5 * MINUTE}
    assert made.requests == 3
    for more in ({"full": True}, {"again": True}):
        assert "AA" in symbols(plan(waits, NOW + MINUTE, **more))
    assert symbols(plan(waits, NOW + 5 * MINUTE)) == ["AA"]


def test_a_refused_fund_is_asked_for_all_the_same() -> None:
    reason = with_session("not found at Yahoo", FRIDAY)
    stored = prices({"SPY": 9, "BB": 9}, failures={"IWM": reason, "AA": reason})
    made = plan({}, NOW, stored)
    assert symbols(made) == ["IWM"]
    # Monday's close is final at 16:20 in New York.
    assert dict(made.waiting) == {"AA": datetime(2026, 6, 29, 20, 20, tzinfo=UTC)}
    assert symbols(plan({}, NOW, stored, again=True)) == ["IWM", "AA"]


@pytest.mark.parametrize(
    ("wait", "now", "held"),
    [
        # made by a clock that was ahead
        (Wait("unknown", 3, NOW + HOUR, FRIDAY), NOW, HELD),
        # bars came after it: imported, or the memory is older than the store
        (
            Wait("failed", 4, NOW, FRIDAY),
            NOW + 2 * MINUTE,
            replace(HELD, fetched_at={"AA": NOW + MINUTE}),
        ),
        # a new session is a new question
        (Wait("late", 4, datetime(2026, 6, 29, 19, 0, tzinfo=UTC), FRIDAY), later(NOW, 1), HELD),
    ],
)
def test_in_doubt_a_line_is_asked_for(wait: Wait, now: datetime, held: Prices) -> None:
    assert "AA" in symbols(plan({"AA": wait}, now, held))


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[[",
        b"{}",
        b"\xff\x00",
        b"[" * 100_000,
        b'[["AA","failed",1]]',
        b'[["AA","ever",1,"2026-06-26T21:30:00+00:00","2026-06-26"]]',
        b'[["AA","failed",0,"2026-06-26T21:30:00+00:00","2026-06-26"]]',
        b'[["AA","failed",1,"2026-06-26T21:30:00","2026-06-26"]]',
        b'[["AA",["failed"],1,"2026-06-26T21:30:00+00:00","2026-06-26"],7,null]',
        b'[["AA","failed",1e400,"2026-06-26T21:30:00+00:00","2026-06-26"]]',
    ],
)
def test_a_damaged_memory_means_ask(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "waits.json").write_bytes(damage)
    assert load_waits(tmp_path) == {}


def test_a_damaged_row_costs_its_own_symbol_alone(tmp_path: Path) -> None:
    good = {
        "AA": Wait("late", 2, NOW, FRIDAY),
        "OLD": Wait("failed", 1, NOW - 8 * 24 * HOUR, FRIDAY),
    }
    keep_waits(tmp_path, good, NOW)
    path = tmp_path / "waits.json"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text(json.dumps([["BB"], *json.loads(path.read_text())]))
    assert load_waits(tmp_path) == {"AA": good["AA"]}
    assert load_waits(tmp_path / "another") == {}


def test_words_for_what_waits() -> None:
    at = datetime(2026, 6, 26, 21, 45, tzinfo=UTC)
    assert next_try([at], NOW) == "1 symbol failed earlier; next try 21:45 UTC"
    assert next_try([at] * 12, NOW) == "12 symbols failed earlier; next try 21:45 UTC"
    both = next_try([at, at + 3 * HOUR], NOW)
    assert both == "2 symbols failed earlier; next tries from 21:45 UTC"
    monday = datetime(2026, 6, 29, 20, 20, tzinfo=UTC)
    assert next_try([monday], NOW).endswith("next try 2026-06-29 20:20 UTC")


# On the look-alike: its own counts


def test_what_yahoo_does_not_know_is_asked_for_ever_more_rarely() -> None:
    asked_on, wait = [], None
    for session in range(8):
        now = later(NOW, session)
        stored = prices({"IWM": 9, "SPY": 9, "BB": 9})
        if "AA" in symbols(plan({"AA": wait} if wait else {}, now, stored)):
            final = now.date()
            wait = wait.again("unknown", now, final) if wait else Wait("unknown", 1, now, final)
            asked_on.append(f"{final}")
    # After 20 hours, after 44 (Wednesday), after 68 (Saturday; Friday the 3rd was a holiday).
    assert asked_on == ["2026-06-26", "2026-06-29", "2026-07-01", "2026-07-06"]


def test_a_way_that_is_blocked_makes_no_line_wait(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    reference = shipped()
    files = [(holdings(f, "2026-06-25", {"AA": 2.0, "BB": 1.0}), f.encode()) for f in PAIR]
    store.commit(holdings=files)

    class Silent(Source):
        unreachable = True

        def fetch(self, asks: Any, **more: Any) -> Any:
            for answer in super().fetch(asks, **more):
                yield replace(answer, answered_by="nobody")

    nobody = Silent(dict.fromkeys((*PAIR, "AA", "BB"), "Yahoo could not be reached; try again"))
    message = refresh(store, Request(PAIR, NOW, reference), prices=nobody, files=Issuers()).message
    assert message.count("could not be reached") == 1 and "4 failed" in message
    assert load_waits(store.home) == {} and len(nobody.asked) == 4
    good = Source({s: bars([1.0, 2, 3, 4, 5]) for s in (*PAIR, "AA", "BB")})
    assert (
        refresh(store, Request(PAIR, NOW + MINUTE, reference), prices=good, files=Issuers()).symbols
        == 4
    )
