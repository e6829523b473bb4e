"""Plans, from prices and holdings made by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from cache.facts.funds import load_funds
from cache.facts.sessions import sessions
from cache.facts.vendors import load_vendors
from cache.refresh.ask import Ask
from cache.refresh.backoff import Wait
from cache.refresh.older_days import older_sessions
from cache.refresh.plan import make_plan, whole
from cache.refresh.reasons import session_of, wait, wait_until, with_session
from cache.refresh.request import Request
from cache.refresh.stored_closes import StoredCloses
from core.data.frames import Block, Prices
from tests.cache.planning import DAYS, NOW, PAIR, REFERENCE, answered, prices, splitted
from tests.market import holdings


def test_an_empty_store_asks_for_the_funds_from_1993() -> None:
    plan = make_plan(Prices(), {}, Request(PAIR, NOW, REFERENCE))
    assert [(a.symbol, str(a.start), str(a.end), a.whole) for a in plan.asks] == [
        ("IWM", "1993-01-01", "2026-06-26", True),
        ("SPY", "1993-01-01", "2026-06-26", True),
    ]
    # Two charts, the cookie and the crumb.
    assert plan.requests == 4 and plan.files == ()
    assert plan.expected_seconds == 1.0


def test_an_index_is_asked_for_from_before_any_fund() -> None:
    plan = make_plan(Prices(), {}, Request(("^RUT", "^GSPC"), NOW, REFERENCE))
    assert [(a.symbol, str(a.start)) for a in plan.asks] == [
        ("^RUT", "1927-12-30"),
        ("^GSPC", "1927-12-30"),
    ]


def test_a_board_asks_for_its_funds_alone_whole_and_does_not_wait() -> None:
    held = {"IWM": (holdings("IWM", "2026-06-25", {"AA": 10.0, "BB": 30.0}),)}
    asked = Request(PAIR, NOW, REFERENCE, funds=load_funds(), board=("QQQ", "RSP", "IWM"))
    # asked in vain half an hour ago: a line would wait for longer
    waits = {"RSP": Wait("failed", 3, NOW - timedelta(minutes=30), date(2026, 6, 25))}
    plan = make_plan(Prices(), held, asked, waits=waits)
    assert [(a.symbol, str(a.start), a.whole) for a in plan.asks] == [
        ("QQQ", "1993-01-01", True),
        ("RSP", "1993-01-01", True),
        ("IWM", "1993-01-01", True),
    ]
    assert plan.files == () and not plan.waiting and plan.requests == 3 + 2


def test_funds_come_first_then_the_heaviest_lines() -> None:
    held = {
        "IWM": (holdings("IWM", "2026-06-25", {"AA": 10.0, "BB": 30.0, "CC": 60.0}),),
        "SPY": (holdings("SPY", "2026-06-25", {"DD": 500.0, "AA": 500.0, "SPY": 1000.0}),),
    }
    plan = make_plan(Prices(), held, Request(PAIR, NOW, REFERENCE))
    # CC .60, then BB .30, then AA and DD with .25 each, by name.
    assert [a.symbol for a in plan.asks] == ["IWM", "SPY", "CC", "BB", "AA", "DD"]
    assert {str(a.start) for a in plan.asks[2:]} == {"2024-06-16"}
    assert plan.requests == 6 + 2


def test_lines_of_files_older_than_the_years_asked_for_are_left_alone() -> None:
    files = (
        holdings("IWM", "2023-01-03", {"OLD": 1.0}),
        holdings("IWM", "2025-01-03", {"LEFT": 1.0}),
        holdings("IWM", "2026-06-25", {"NEW": 1.0}),
    )
    plan = make_plan(Prices(), {"IWM": files}, Request(("IWM", "IWM"), NOW, REFERENCE))
    assert [a.symbol for a in plan.asks] == ["IWM", "LEFT", "NEW"]
    # Where all are that old, the newest counts.
    plan = make_plan(Prices(), {"IWM": files[:1]}, Request(("IWM", "IWM"), NOW, REFERENCE))
    assert [a.symbol for a in plan.asks] == ["IWM", "OLD"]


def test_renamed_lines_are_asked_for_under_their_new_symbol() -> None:
    reference = replace(REFERENCE, aliases={"MMC": "MRSH"})
    files = {"SPY": (holdings("SPY", "2025-12-31", {"MMC": 1.0}),)}
    plan = make_plan(Prices(), files, Request(PAIR, NOW, reference))
    assert [a.symbol for a in plan.asks] == ["IWM", "SPY", "MRSH"]


def test_what_is_held_through_the_last_final_session_is_not_asked() -> None:
    stored = prices({"IWM": 9, "SPY": 8})
    plan = make_plan(stored, {}, Request(PAIR, NOW, REFERENCE))
    # Seven sessions before Thursday 25 June, the holiday not counted.
    assert plan.asks == (Ask("SPY", date(2026, 6, 15), date(2026, 6, 26), whole=False),)
    assert plan.requests == 3


def test_nothing_to_do_is_an_empty_plan() -> None:
    plan = make_plan(prices({"IWM": 9, "SPY": 9}), {}, Request(PAIR, NOW, REFERENCE))
    assert not plan and plan.requests == 0 and plan.expected_seconds == 0.0


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        ("2026-06-29T13:00+00:00", False),  # Monday before the open: Friday is the last session
        ("2026-06-29T18:00+00:00", False),  # Monday at 14:00: today is not final yet
        ("2026-06-29T20:19+00:00", False),  # 19 minutes after the close
        ("2026-06-29T20:21+00:00", True),
        ("2026-06-30T03:00+00:00", True),  # still Monday in New York
    ],
)
def test_staleness_follows_the_exchange_and_its_close(now: str, stale: bool) -> None:
    stored = prices({"IWM": 9, "SPY": 9})
    plan = make_plan(stored, {}, Request(PAIR, datetime.fromisoformat(now), REFERENCE))
    assert bool(plan) is stale


def test_a_line_that_ended_is_current_once_the_vendor_spoke_for_the_last_session() -> None:
    stored = prices(
        {"IWM": 9, "SPY": 3}, through={"IWM": date(2026, 6, 26), "SPY": date(2026, 6, 26)}
    )
    assert not make_plan(stored, {}, Request(PAIR, NOW, REFERENCE))
    later = make_plan(stored, {}, Request(PAIR, NOW + timedelta(days=3), REFERENCE))
    starts = {a.symbol: str(a.start) for a in later.asks}
    # SPY's last close is of 17 June: asked from seven sessions before that.
    assert starts == {"IWM": "2026-06-16", "SPY": "2026-06-08"}


def test_a_provisional_bar_does_not_count() -> None:
    stored = prices(
        {"IWM": 9, "SPY": 9},
        through={"IWM": date(2026, 6, 26), "SPY": date(2026, 6, 25)},
        provisional={"SPY": date(2026, 6, 26)},
    )
    plan = make_plan(stored, {}, Request(PAIR, NOW, REFERENCE))
    assert [(a.symbol, str(a.start)) for a in plan.asks] == [("SPY", "2026-06-15")]
    assert StoredCloses(stored).final("SPY") == date(2026, 6, 25)


def test_full_asks_for_everything_whole_and_loses_no_year() -> None:
    old = Block(np.array(["2022-03-01"], "datetime64[D]"), ("AA",), np.array([[7.0]]))
    held = prices({"IWM": 9, "SPY": 9, "AA": 9})
    held = replace(held, blocks=(old, *held.blocks))
    files = {"IWM": (holdings("IWM", "2026-06-25", {"AA": 1.0}),)}
    plan = make_plan(held, files, Request(PAIR, NOW, REFERENCE, full=True))
    asks = {a.symbol: (str(a.start), a.whole) for a in plan.asks}
    assert asks == {
        "IWM": ("1993-01-01", True),
        "SPY": ("1993-01-01", True),
        "AA": ("2022-03-01", True),
    }


def test_only_adjusted_closes_held_means_not_held() -> None:
    nothing = np.full((9, 1), np.nan)
    block = Block(DAYS, ("IWM",), nothing, adj_close=np.ones((9, 1)))
    plan = make_plan(Prices((block,)), {}, Request(("IWM", "IWM"), NOW, REFERENCE))
    assert [a.whole for a in plan.asks] == [True]


def test_what_the_vendor_does_not_know_is_asked_once_a_session() -> None:
    reason = with_session("not found at Yahoo", date(2026, 6, 26))
    assert reason == "not found at Yahoo (asked for 2026-06-26)"
    assert session_of(reason) == date(2026, 6, 26) and session_of("timed out") is None
    files = {"IWM": (holdings("IWM", "2026-06-25", {"GONE": 1.0, "SLOW": 1.0}),)}
    stored = prices({"IWM": 9, "SPY": 9}, failures={"GONE": reason, "SLOW": "timed out"})
    assert [a.symbol for a in make_plan(stored, files, Request(PAIR, NOW, REFERENCE)).asks] == [
        "SLOW"
    ]
    monday = make_plan(stored, files, Request(PAIR, NOW + timedelta(days=3), REFERENCE))
    assert {a.symbol for a in monday.asks} == {"IWM", "SPY", "GONE", "SLOW"}
    full = make_plan(stored, files, Request(PAIR, NOW, REFERENCE, full=True))
    assert {a.symbol for a in full.asks} == {"IWM", "SPY", "GONE", "SLOW"}


def test_a_rate_limit_is_read_back_until_its_time_has_passed() -> None:
    until = datetime(2026, 6, 26, 22, 15, tzinfo=UTC)
    assert wait(until) == "try again after 2026-06-26 22:15 UTC"
    reasons = [f"rate limited by Yahoo; {wait(until)}", "not found at Yahoo"]
    assert wait_until(reasons, NOW) == until
    assert wait_until(reasons, until) is None
    # Written by a clock that stood a month ahead, it must not keep anybody away for a month.
    assert wait_until([f"rate limited by Yahoo; {wait(until + timedelta(days=30))}"], NOW) is None
    day = NOW + timedelta(days=1, minutes=1)
    assert wait_until([f"rate limited by Yahoo; {wait(day)}"], NOW) == day
    stored = prices({"IWM": 9, "SPY": 8}, failures={"SPY": reasons[0]})
    assert make_plan(stored, {}, Request(PAIR, NOW, REFERENCE)).wait_until == until


def test_an_answer_continues_what_is_held_or_says_why_not() -> None:
    stored = splitted(None)
    close = 10.0 + np.arange(9)
    assert stored.rewritten(answered(DAYS, close)) == ""
    # One part in two million is noise, one in five hundred thousand is another history.
    assert stored.rewritten(answered(DAYS, close * (1 + 5e-7))) == ""
    changed = close.copy()
    changed[5] *= 1 + 2e-6
    assert stored.rewritten(answered(DAYS, changed)) == "its close of 2026-06-23 has changed"
    split = answered(DAYS, close, split=4.0)
    assert stored.rewritten(split) == "a new split on 2026-06-22"
    assert splitted(4.0).rewritten(split) == ""
    assert splitted(2.0).rewritten(split) == "a new split on 2026-06-22"
    apart = np.array(["2026-06-29"], "datetime64[D]")
    assert "no session in common" in stored.rewritten(answered(apart, np.array([19.0])))


def test_a_provisional_close_may_change() -> None:
    stored = StoredCloses(prices({"AA": 9}, provisional={"AA": date(2026, 6, 26)}))
    close = 10.0 + np.arange(9)
    close[8] = 99.0
    assert stored.rewritten(answered(DAYS, close)) == ""


def test_a_shrunken_history_replaces_nothing() -> None:
    stored = splitted(None)
    ask = whole("AA", stored, Request(PAIR, NOW, REFERENCE))
    assert (str(ask.start), ask.whole) == ("2024-06-16", True)
    assert stored.shrunk(answered(DAYS, np.arange(9) + 1.0), "Yahoo") == ""
    few = stored.shrunk(answered(DAYS[:8], np.arange(8) + 1.0), "Yahoo")
    assert few == "Yahoo gave 8 closes where there were 9"
    gaps = np.array([1.0] * 8 + [np.nan])
    assert stored.shrunk(answered(DAYS, gaps), "Yahoo") == few


def test_a_plan_of_thousands_of_lines_is_made_at_once() -> None:
    import time

    symbols = tuple(f"S{i}" for i in range(2450))
    calendar = sessions()
    blocks = tuple(
        Block(days, symbols, np.ones((len(days), len(symbols))))
        for year in (2025, 2026)
        for days in [calendar[calendar.astype("datetime64[Y]") == np.datetime64(f"{year}")]]
        for days in [days[days < np.datetime64(f"{year}-06-26")]]
    )
    files = {"IWM": (holdings("IWM", "2026-06-25", dict.fromkeys(symbols, 1.0)),)}
    began = time.process_time()
    plan = make_plan(Prices(blocks), files, Request(PAIR, NOW, REFERENCE))
    assert time.process_time() - began < 2.0
    assert len(plan.asks) == 2452


@pytest.mark.parametrize("gaps", [(1,), (5,), (2, 3, 1), (1, 4, 5, 2)])
def test_each_session_is_compared_within_half_a_year_however_often_one_refreshes(
    gaps: tuple[int, ...],
) -> None:
    """Two years of sessions, refreshed every evening, on Fridays, or as it comes."""
    vendor, calendar = load_vendors()["massive"], sessions()
    end = int(np.searchsorted(calendar, np.datetime64("2026-06-26")))
    first, last = end - 700, end - 140
    names = tuple(f"A{n}" for n in range(9))
    block = Block(calendar[first : end + 1], names, np.ones((701, 9)))
    stored = StoredCloses(Prices((block,)))
    compared: set[date] = set()
    for gap in itertools.cycle(gaps):
        before, last = last, last + gap
        if last > end:
            break
        # the last one lags behind by some sessions, and needs no comparing of its own
        starts = [before] * 8 + [before - 4]
        until = calendar[last].item()
        asks = [
            Ask(symbol, calendar[place].item(), until, whole=False)
            for symbol, place in zip(names, starts, strict=True)
        ]
        older = older_sessions(asks, stored, vendor, calendar, until, date.min)
        assert len(older) <= 6 * gap
        compared.update(older)
    # what was held all the time: each session up to the first refresh's
    assert compared >= set(calendar[first : end - 145].tolist())


def test_a_month_without_a_refresh_compares_a_weeks_turns() -> None:
    vendor, calendar = load_vendors()["massive"], sessions()
    last = int(np.searchsorted(calendar, np.datetime64("2026-06-26")))
    names = tuple(f"A{n}" for n in range(9))
    block = Block(calendar[last - 300 : last - 20], names, np.ones((280, 9)))
    stored, final = StoredCloses(Prices((block,))), calendar[last].item()
    asks = [Ask(symbol, calendar[last - 21].item(), final, whole=False) for symbol in names]
    older = older_sessions(asks, stored, vendor, calendar, final, date.min)
    at = [last - int(np.searchsorted(calendar, np.datetime64(when))) for when in older]
    assert len(at) == 10 and max(at) - min(at) <= 129
