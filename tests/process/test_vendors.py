"""Prices of vendors with a key, against look-alikes on the loopback: every road, one market."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cache.facts.errors import SourceError
from cache.facts.reference import load_reference
from cache.facts.sessions import sessions
from cache.facts.vendors import Vendor, load_vendors, plugin_vendor
from cache.refresh.ask import Ask
from cache.refresh.ask_groups import sizes
from cache.refresh.comparing import compare_sources
from cache.refresh.gate import Answer
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.vendors.conformance import check
from cache.sources.vendors.registry import price_source
from cache.sources.vendors.settings import SourceSettings
from cache.store.store import Store
from core.data.frames import Holdings
from tests.cache.lookalike_vendors import KEY, SECRET, VendorServer
from tests.cache.lookalike_world import World, later
from tui.cli.comparing import document

NOW = datetime(2026, 6, 24, 21, 30, tzinfo=UTC)  # a Wednesday, 17:30 in New York
PAIR = ("IWM", "SPY")
LINES = ("SAA", "SAB", "BRK-B", "SAD", "SAE", "SAF")
ALL = (*PAIR, *LINES)
ENVIRON = {
    "MASSIVE_API_KEY": KEY,
    "EODHD_API_KEY": KEY,
    "APCA_API_KEY_ID": KEY,
    "APCA_API_SECRET_KEY": SECRET,
}
SPLIT = {"SAB": ("2026-06-25", 4.0), "SAD": ("2025-09-10", 2.0)}
KEYED = ("massive", "eodhd", "alpaca")


@pytest.fixture
def server() -> Iterator[VendorServer]:
    with VendorServer(World(NOW, splits=SPLIT), ALL, others=40) as one:
        yield one


def terms(server: VendorServer, key: str) -> Vendor:
    suffix = "/api" if key == "eodhd" else ""
    vendor = load_vendors()[key]
    # two years of histories are enough here
    return replace(vendor, address=server.address + suffix, rate=1000.0, years=2)


def made(server: VendorServer, key: str, home: Path, environ: Mapping[str, str] = ENVIRON) -> Any:
    vendor = terms(server, key)
    return price_source(SourceSettings(vendor, home, vendor.rate, environ=environ)), vendor


def run(store: Store, server: VendorServer, key: str, **more: Any) -> Summary:
    source, vendor = made(server, key, store.home)
    now, others = more.pop("now", server.world.now), more.pop("others", ())
    return refresh(
        store,
        Request(PAIR, now, load_reference(), **more),
        prices=source,
        files=Issuers(),
        vendor=vendor,
        others=others,
    )


def stocked(folder: Path) -> Store:
    """A store that holds a list of each fund."""
    store = Store(folder / "home")
    for fund, lines in zip(PAIR, (LINES[:3], LINES[2:]), strict=True):
        size = len(lines)
        rows = Holdings(
            fund,
            date(2025, 12, 31),
            lines,
            ("",) * size,
            ("",) * size,
            np.full(size, 10.0),
            np.full(size, 5.0),
            np.full(size, 50.0),
            total=50.0 * size,
            source="by hand",
            fetched_at=NOW,
        )
        store.commit(holdings=[(rows, b"x")])
    return store


def series(store: Store, symbol: str, field: str) -> dict[str, float]:
    result: dict[str, float] = {}
    for block in store.read().prices.blocks:
        if symbol not in block.symbols:
            continue
        column = block.symbols.index(symbol)
        if field in ("close", "volume"):
            values = getattr(block, field)[:, column]
            pairs = zip(block.sessions, values, strict=True)
            result |= {str(day): float(v) for day, v in pairs if not np.isnan(v)}
        else:
            events = getattr(block, field)
            for row, col, value in zip(events.row, events.col, events.value, strict=True):
                if col == column:
                    result[str(block.sessions[row])] = float(value)
    return result


#: Of the sessions that are compared again: how many sessions each lies before the last.
AGES = (5, 125, 250, 375, 500)


def turns(server: VendorServer) -> list[date]:
    """The sessions of two years that lie a week and half years of 125 sessions before the last."""
    calendar = sessions()
    last = int(np.searchsorted(calendar, np.datetime64(server.world.now.date())))
    return [calendar[last - age].item() for age in AGES]


def check_market(store: Store, world: World) -> None:
    """What is held is the world's, in each field, since the day that all vendors reach."""
    for symbol in ALL:
        days, closes, paid = world.history(symbol)
        held = series(store, symbol, "close")
        truth = {str(d): c for d, c in zip(days, closes, strict=True) if str(d) in held}
        assert len(held) > 450 and str(days[-1]) in held, symbol
        assert held == pytest.approx(truth, rel=1e-6), symbol
        first = min(held)
        dividends = {str(d): p for d, p in zip(days, paid, strict=True) if p and str(d) >= first}
        assert series(store, symbol, "dividend") == pytest.approx(dividends, rel=1e-6), symbol
        split = world.splits.get(symbol)
        there = split is not None and np.datetime64(split[0]) <= days[-1]
        assert series(store, symbol, "split") == (dict([split]) if there and split else {}), symbol


@pytest.mark.parametrize("key", KEYED)
def test_a_first_fill_and_two_days_over_a_split_are_the_worlds(
    key: str, server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    first = run(store, server, key)
    assert first.ok, first.message
    assert first.planned == first.requests == server.requests, server.asked
    check_market(store, server.world)
    assert set(store.read().prices.source.values()) == {load_vendors()[key].name}

    # Thursday brings a split of SAB, which is taken whole; all others cost the day alone.
    server.world.now = later(NOW, 1)
    server.forget()
    server.asked.clear()
    second = run(store, server, key)
    assert second.ok, second.message
    assert second.refetched == ("SAB",)
    older = len(turns(server))
    day = {
        "massive": {"day": 1 + older, "splits": 2, "dividends": 2, "history": 1},
        "eodhd": {"day": 1 + older, "splits": 1, "dividends": 1, "history": 3},
        "alpaca": {"bars": 2, "actions": 2},
    }
    assert dict(server.asked) == day[key]
    check_market(store, server.world)

    # a day without a split costs one to three requests
    server.world.now = later(NOW, 2)
    server.forget()
    server.asked.clear()
    third = run(store, server, key)
    assert third.ok and third.requests == third.planned == server.requests <= 3 + len(turns(server))
    check_market(store, server.world)
    # and nothing is asked for that is there
    assert run(store, server, key).requests == 0


def test_the_new_week_takes_the_last_close_along_and_sees_a_correction(
    server: VendorServer, tmp_path: Path
) -> None:
    server.world.now = later(NOW, 2)  # Friday
    store = stocked(tmp_path)
    run(store, server, "massive")
    friday = server.world.now.date()
    server.world.now = later(NOW, 3)
    server.forget()
    close, volume, paid, split = server.history("SAE")[friday]
    server.history("SAE")[friday] = (close * 1.01, volume, paid, split)
    server.asked.clear()
    monday = run(store, server, "massive")
    assert monday.refetched == ("SAE",) and server.asked["day"] == 2 + len(turns(server))
    assert series(store, "SAE", "close")[f"{friday}"] == pytest.approx(close * 1.01)


@pytest.mark.parametrize("key", ["massive", "eodhd"])
@pytest.mark.parametrize("age", [5, 125, 500])
def test_a_correction_far_back_is_seen_a_week_and_every_half_year_later(
    key: str, age: int, server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    run(store, server, key)
    server.world.now = later(NOW, 1)  # SAB splits four for one
    server.forget()
    when = turns(server)[AGES.index(age)]
    for symbol in ("SAE", "SAB", "BRK-B"):
        close, *rest = server.history(symbol)[when]
        server.history(symbol)[when] = (close * 1.01, *rest)
    server.asked.clear()
    evening = run(store, server, key)
    assert evening.ok and set(evening.refetched) == {"SAE", "SAB", "BRK-B"}
    history = {"massive": 3, "eodhd": 9}[key]
    assert server.asked["day"] == 1 + 5 and server.asked["history"] == history
    # the split is on the closes before it, the correction of its own day too
    for symbol in ("SAE", "SAB", "BRK-B"):
        truth = server.world.history(symbol)
        closes = dict(zip(map(str, truth[0]), truth[1].tolist(), strict=True))
        assert series(store, symbol, "close")[f"{when}"] == pytest.approx(closes[f"{when}"] * 1.01)
    server.asked.clear()
    assert run(store, server, key).requests == 0


def test_a_session_that_is_odd_as_a_whole_is_told_and_not_taken(
    server: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = stocked(tmp_path)
    run(store, server, "massive")
    server.world.now = later(NOW, 1)
    server.forget()
    when = turns(server)[2]
    before = series(store, "SAE", "close")
    for symbol in ALL:
        close, *rest = server.history(symbol)[when]
        server.history(symbol)[when] = (close * 1.3, *rest)
    monkeypatch.setattr("cache.refresh.older_days.MANY", 6)
    evening = run(store, server, "massive")
    assert f"Massive gives other closes of {when} than before for 7 of 7 lines" in evening.message
    assert before.items() <= series(store, "SAE", "close").items()


def test_a_line_that_does_not_trade_is_no_failure_and_ends_after_a_week(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    run(store, server, "massive")
    for step in range(1, 8):
        server.world.now = later(NOW, step)
        server.forget()
        server.missing[server.world.now.date()] = {"SAF"}
        server.asked.clear()
        summary = run(store, server, "massive", again=True)
        assert summary.ok, summary.message
        # its missing days are not asked for again and again
        assert server.asked["day"] <= step + 2 + len(turns(server))
    held = store.read().prices
    assert max(series(store, "SAF", "close")) == "2026-06-24"
    assert held.through["SAF"] == server.world.now.date() and "SAF" not in held.failures


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


def test_a_change_of_source_takes_each_line_whole_and_mixes_nothing(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    run(store, server, "massive")
    server.world.now = later(NOW, 1)
    server.forget()
    server.world.seed = 2  # another market: every close differs
    server.forget()
    moved = run(store, server, "eodhd")
    assert moved.ok, moved.message
    assert f"{len(ALL)} taken anew from EODHD" in moved.message
    held = store.read().prices
    assert set(held.source.values()) == {"EODHD"} and not held.origin
    check_market(store, server.world)


def test_a_line_that_the_first_source_does_not_know_is_of_the_next_and_marked(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    with VendorServer(server.world, [s for s in ALL if s != "SAD"]) as small:
        other, vendor = made(server, "eodhd", store.home)
        more = {"others": [(lambda: other, vendor)]}
        first = run(store, small, "massive", **more)
        assert first.ok, first.message
        assert "1 line of EODHD, in place of Massive" in first.message
        source = store.read().prices.source
        assert {s for s, name in source.items() if name == "EODHD"} == {"SAD"}
        check_market(store, server.world)
        # it goes on with its own source the day after, and that costs what a line costs
        server.world.now = small.world.now = later(NOW, 1)
        server.forget(), small.forget()
        server.asked.clear()
        second = run(store, small, "massive", **more)
        assert second.ok and set(server.asked) <= {"day", "splits", "dividends", "history"}
        assert store.read().prices.source["SAD"] == "EODHD"
        check_market(store, server.world)


def test_where_the_first_source_fails_in_passing_its_lines_wait_for_it(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    run(store, server, "massive")
    server.world.now = later(NOW, 1)
    server.forget()
    with VendorServer(server.world, ALL) as limited:
        limited.fault = "over quota"
        other, vendor = made(server, "eodhd", store.home)
        server.asked.clear()
        summary = run(store, limited, "massive", others=[(lambda: other, vendor)])
    assert not summary.ok and not server.asked
    assert set(store.read().prices.source.values()) == {"Massive"}


def test_a_wrong_key_is_told_though_another_source_brought_everything(
    server: VendorServer, tmp_path: Path
) -> None:
    store = stocked(tmp_path)
    with VendorServer(server.world, ALL) as wrong:
        wrong.fault = "wrong key"
        other, vendor = made(server, "eodhd", store.home)
        summary = run(store, wrong, "massive", others=[(lambda: other, vendor)])
    assert not summary.ok and not summary.failed
    assert "the key in MASSIVE_API_KEY is not accepted by Massive" in summary.message
    assert f"{len(ALL)} lines of EODHD, in place of Massive" in summary.message


def test_a_folder_is_a_source_like_the_others(server: VendorServer, tmp_path: Path) -> None:
    folder, store = tmp_path / "job", stocked(tmp_path)
    folder.mkdir()
    vendor = load_vendors()["files"]
    settings = SourceSettings(vendor, store.home, 1.0, folder=folder, environ={})

    def fetch(now: datetime) -> Summary:
        return refresh(
            store,
            Request(PAIR, now, load_reference()),
            prices=price_source(settings),
            files=Issuers(),
            vendor=vendor,
        )

    def write(name: str, first: date, last: date) -> None:
        rows = ["symbol,date,close,dividend,split,volume"]
        for symbol in ALL:
            days, closes, paid = server.world.history(symbol)
            for day, close, cash in zip(days.tolist(), closes, paid, strict=True):
                if first <= day <= last:
                    rows.append(f"{symbol},{day},{close!r},{cash!r},0,1000")
        (folder / name).write_text(
            "\n".join(r.replace("np.float64(", "").replace(")", "") for r in rows)
        )

    empty = fetch(NOW)
    assert not empty.ok and "is a folder without a file of closes" in empty.message
    server.world.splits.clear()
    write("all.csv", date(2024, 6, 1), NOW.date())
    assert fetch(NOW).ok
    check_market(store, server.world)
    server.world.now = later(NOW, 1)
    late = fetch(server.world.now)
    assert late.new_bars == 0  # nothing has come yet
    write("day.csv", server.world.now.date(), server.world.now.date())
    came = fetch(server.world.now + (later(NOW, 1) - NOW) / 12)
    assert came.ok and came.new_bars == len(ALL), came.message
    check_market(store, server.world)
    assert set(store.read().prices.source.values()) == {"files"}


def test_asks_are_answered_by_days_or_by_symbols_whichever_costs_less(
    server: VendorServer, tmp_path: Path
) -> None:
    source, _ = made(server, "massive", tmp_path)
    week = [Ask(symbol, date(2026, 6, 15), NOW.date(), whole=True) for symbol in ALL]
    by_days = {a.ask.symbol: a for a in source.fetch(week, now=NOW)}
    assert server.asked["day"] == 7 and not server.asked["history"]
    server.asked.clear()
    one = list(source.fetch(week[:1], now=NOW))
    assert dict(server.asked) == {"history": 1, "splits": 1, "dividends": 1}
    assert one[0].close.tolist() == by_days["IWM"].close.tolist()


@pytest.mark.parametrize("key", KEYED)
def test_each_source_keeps_to_the_protocol_that_plug_ins_are_tried_by(
    key: str, server: VendorServer, tmp_path: Path
) -> None:
    keys = (KEY, SECRET)
    assert check(lambda: made(server, key, tmp_path)[0], ("SAA", "BRK-B"), NOW, secrets=keys) == []


class Sloppy:
    """A plug-in's source with every fault that the test is there for."""

    name = "Sloppy a-key-of-ours"
    unreachable, limited_until, off = False, None, timedelta()
    requests = retried = 0

    def fetch(self, asks: Iterable[Ask], *, now: datetime, stop: object = None) -> Iterator[Answer]:
        days = np.array(["2026-06-20", "2026-06-19", "2030-01-01"], "datetime64[D]")
        close = np.array([1.0, -1.0 if any(a.whole for a in asks) else 2.0, 3.0])
        for ask in asks:
            if ask.symbol != "SAA":
                yield Answer(ask, days, close, close, close, close)


def test_what_a_plug_in_does_wrong_is_named() -> None:
    wrong = "; ".join(check(Sloppy, ("SAA", "SAB"), NOW, secrets=(KEY,)))  # type: ignore[arg-type]
    for words in (
        "SAA is answered 0 times",
        "sessions of SAB are not ascending",
        "SAB has bars on days without a session",
        "outside the days",
        "closes of SAB are not positive",
        "does not say through which session",
        "which nobody knows, is answered",
        "a key stands in what it says",
    ):
        assert words in wrong, wrong


def test_a_plug_in_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk_prices.py").write_text(
        "class Source:\n    name = 'Desk'\n\n    def __init__(self, settings):\n"
        "        self.settings = settings\n"
    )
    info = tmp_path / "desk_prices-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: desk-prices\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[internals.prices]\ndesk = desk_prices:Source\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    source = price_source(SourceSettings(plugin_vendor("desk"), tmp_path, 1.0))
    assert source.name == "Desk"
    with pytest.raises(SourceError, match=r'called "nobody"; known are yahoo, massive, .*desk'):
        price_source(SourceSettings(plugin_vendor("nobody"), tmp_path, 1.0))


def test_the_pages_of_events_are_followed_by_their_cursor(
    server: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, _ = made(server, "massive", tmp_path)
    days = (date(2026, 1, 2), NOW.date())
    whole = source.events(days)
    assert whole.dividends and server.asked["dividends"] == 1
    monkeypatch.setattr("cache.sources.vendors.massive._ROWS", 2)
    assert source.events(days) == whole and server.asked["dividends"] > 3


def test_two_sources_are_compared_and_nothing_is_kept(server: VendorServer, tmp_path: Path) -> None:
    store = stocked(tmp_path)
    run(store, server, "massive")
    before = store.identity()
    other, _ = made(server, "eodhd", store.home)
    day = NOW.date()
    close, volume, paid, split = server.history("SAE")[day]
    server.history("SAE")[day] = (close * 1.02, volume, paid, split)
    server.missing[day] = {"SAF"}
    server.asked.clear()
    result = compare_sources(store.read().prices, [*ALL, "GONE"], other, NOW)
    assert (result.compared, result.closes) == (len(ALL), 5 * len(ALL) - 1)
    (one,) = result.disagree
    assert (one.symbol, one.session, one.source, one.sessions) == ("SAE", day, "Massive", 1)
    assert one.relative == pytest.approx(0.02)
    assert result.failed == {"GONE": "no close since 2026-06-17 is held"}
    told = document(result, "EODHD")
    assert told["compared"] == len(ALL) and told["failed"] == [
        {"symbol": "GONE", "reason": "no close since 2026-06-17 is held"}
    ]
    (row,) = told["disagree"]
    assert (row["symbol"], row["session"], row["held_from"]) == ("SAE", f"{day}", "Massive")
    assert row["other"] / row["held"] == pytest.approx(1.02)
    assert server.requests <= 3 * 6 and store.identity() == before


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


def test_a_long_first_fill_that_was_stopped_goes_on_where_it_was(
    server: VendorServer, tmp_path: Path
) -> None:
    asks = [Ask(symbol, date(2026, 5, 20), NOW.date(), whole=True) for symbol in ALL]
    stop = threading.Event()
    source, _ = made(server, "massive", tmp_path)
    told: list[str] = []
    source.vendor = replace(source.vendor, per_symbol=1000)  # days are the cheaper road

    def report(sentence: str) -> None:
        told.append(sentence)
        if len(told) == 9:
            stop.set()

    source.report = report
    assert list(source.fetch(asks, now=NOW, stop=stop)) == []
    assert told[0] == "Massive's market of 2026-05-20" and server.asked["day"] == 9
    (tmp_path / "massive-days" / "2026-05-21.json.gz").write_bytes(b"torn")
    for path in (tmp_path / "massive-days").iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    again, _ = made(server, "massive", tmp_path)
    again.vendor = source.vendor
    answers = {a.ask.symbol: a for a in again.fetch(asks, now=NOW)}
    # 24 sessions, each asked for once but the one whose file was torn
    assert server.asked["day"] == 24 + 1 and not (tmp_path / "massive-days").exists()
    closes = server.world.history("SAA")[1]
    held = answers["SAA"]
    assert held.close.tolist() == pytest.approx(closes[-len(held.close) :].tolist(), rel=1e-9)


def test_one_line_that_has_to_reach_far_back_does_not_lengthen_the_others(
    server: VendorServer, tmp_path: Path
) -> None:
    source, vendor = made(server, "massive", tmp_path)
    recent = [Ask(symbol, date(2026, 6, 23), NOW.date(), whole=False) for symbol in ALL[1:]]
    asks = [Ask(ALL[0], date(2025, 6, 23), NOW.date(), whole=False), *recent]
    answers = {answer.ask.symbol: answer for answer in source.fetch(asks, now=NOW)}
    # one day of the market and one history, each with its splits and dividends
    assert dict(server.asked) == {"day": 1, "history": 1, "splits": 2, "dividends": 2}
    assert vendor.requests(sizes(asks, NOW.date())) == server.requests == 6
    assert len(answers) == len(ALL) and len(answers[ALL[0]].close) > 240
    # the calendar has 251 sessions in between; Alpaca has both in one request each
    other = terms(server, "alpaca")
    assert other.requests(sizes(asks, NOW.date())) == 2 + 2
