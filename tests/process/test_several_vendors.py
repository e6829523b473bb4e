"""More than one source of prices: one after another, in place of another, side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from cache.facts.vendors import load_vendors
from cache.refresh.comparing import compare_sources
from cache.refresh.progress import Summary
from cache.refresh.refresh import refresh
from cache.refresh.request import Request
from cache.sources.issuers import Issuers
from cache.sources.vendors.registry import SourceSettings, price_source
from cache.store.store import Store
from tests.cache.lookalike_vendors import VendorServer
from tests.cache.lookalike_world import later
from tests.cache.planning import shipped
from tests.process.vendor_market import (
    ALL,
    NOW,
    PAIR,
    check_market,
    made,
    run,
    server,
    stocked,
)
from tui.cli.comparing import document

__all__ = ["server"]


def test_a_change_of_source_takes_each_line_whole_and_mixes_nothing(
    server: VendorServer, filled_by: Callable[[str], Store]
) -> None:
    store = filled_by("massive")
    server.world.now = later(NOW, 1)
    server.world.faults |= dict.fromkeys(ALL, "revised")  # every close differs by a little
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
        server.world.now = later(NOW, 1)
        server.asked.clear()
        second = run(store, small, "massive", **more)
        assert second.ok and set(server.asked) <= {"day", "splits", "dividends", "history"}
        assert store.read().prices.source["SAD"] == "EODHD"
        check_market(store, server.world)


def test_where_the_first_source_fails_in_passing_its_lines_wait_for_it(
    server: VendorServer, filled_by: Callable[[str], Store]
) -> None:
    store = filled_by("massive")
    server.world.now = later(NOW, 1)
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
            Request(PAIR, now, shipped()),
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
                    rows.append(f"{symbol},{day},{float(close)!r},{float(cash)!r},0,1000")
        (folder / name).write_text("\n".join(rows))

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


def test_two_sources_are_compared_and_nothing_is_kept(
    server: VendorServer, filled_by: Callable[[str], Store]
) -> None:
    store = filled_by("massive")
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
    assert result.failed == {"GONE": "no close since 2026-06-17 is stored"}
    told = document(result, "EODHD")
    assert told["compared"] == len(ALL) and told["failed"] == [
        {"symbol": "GONE", "reason": "no close since 2026-06-17 is stored"}
    ]
    (row,) = told["disagree"]
    assert (row["symbol"], row["session"], row["held_from"]) == ("SAE", f"{day}", "Massive")
    assert row["other"] / row["held"] == pytest.approx(1.02)
    assert server.requests <= 3 * 6 and store.identity() == before
