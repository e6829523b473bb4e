"""How a vendor with a key is asked: by days or by symbols, page by page, on after a stop."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cache.refresh.ask import Ask, sizes
from tests.cache.lookalike_vendors import VendorServer
from tests.process.vendor_market import ALL, NOW, made, server, terms

__all__ = ["server"]


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


def test_the_pages_of_events_are_followed_by_their_cursor(
    server: VendorServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, _ = made(server, "massive", tmp_path)
    days = (date(2026, 1, 2), NOW.date())
    whole = source.events(days)
    assert whole.dividends and server.asked["dividends"] == 1
    monkeypatch.setattr("cache.sources.vendors.massive._ROWS", 2)
    assert source.events(days) == whole and server.asked["dividends"] > 3


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
