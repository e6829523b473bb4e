"""Real yfinance against a server on the loopback, and the gate with rows made by hand."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cache.refresh.ask import Ask
from cache.refresh.gate import Answer, gate
from cache.sources.yahoo.yahoo import Yahoo
from tests.cache.lookalike import Lookalike

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)  # a Friday, 17:30 in New York
LAST = date(2026, 6, 26)
ASKED = " (asked for 2026-06-26)"


def ask(symbol: str, start: str = "2024-06-16", *, whole: bool = True) -> Ask:
    return Ask(symbol, date.fromisoformat(start), LAST, whole)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW) as one:
        one.redirect(monkeypatch)
        yield one
        for thread in threading.enumerate():
            if thread.name == "asking":
                thread.join(5.0)


def yahoo(tmp_path: Path, **options: Any) -> Yahoo:
    return Yahoo(tmp_path / "private", **({"rate": None, "timeout": 60.0, "pause": 0.05} | options))


def fetch(source: Yahoo, *symbols: str, now: datetime = NOW, **more: Any) -> dict[str, Answer]:
    return {a.ask.symbol: a for a in source.fetch([ask(s) for s in symbols], now=now, **more)}


def test_bars_come_as_the_server_has_them(server: Lookalike, tmp_path: Path) -> None:
    server.splits["BB"] = ("2026-06-01", 4.0)
    source = yahoo(tmp_path)
    got = fetch(source, "AA", "BB")
    for symbol, answer in got.items():
        days, closes, paid = server.history(symbol)
        since = days >= np.datetime64("2024-06-17")
        assert answer.kind == "" and answer.through == LAST and answer.provisional is None
        np.testing.assert_array_equal(answer.session, days[since])
        np.testing.assert_allclose(answer.close, closes[since], rtol=1e-12)
        np.testing.assert_allclose(answer.dividend, paid[since], rtol=1e-12)
    assert got["AA"].splits() == {} and got["BB"].splits() == {date(2026, 6, 1): 4.0}
    # One chart a symbol, and the cookie and the crumb.
    assert source.requests == server.requests == 4 and server.charts.total() == 2


FAULTS = {
    "404": ("not_found", "not found at Yahoo" + ASKED, 1),
    "400": ("not_found", "Yahoo has no prices for the dates asked" + ASKED, 1),
    "empty": ("not_found", "Yahoo has no prices since 2024-06-16" + ASKED, 1),
    "500": ("try_again", "Yahoo answered with error 500; try again", 2),
    "500 once": ("", "", 2),
    "slow": ("try_again", "Yahoo did not answer within 1 s; try again", 2),
    "page": ("try_again", "the answer (200) was not one of Yahoo's; try again", 2),
    "404 page": ("try_again", "the answer (404) was not one of Yahoo's; try again", 2),
    "pence": ("bad_data", "is quoted in 'GBp', not in dollars" + ASKED, 1),
    "other": ("bad_data", "Yahoo answered for 'OTHER' instead" + ASKED, 1),
    "london": (
        "bad_data",
        "trades in the time zone 'Europe/London', not in America/New_York" + ASKED,
        1,
    ),
    "holes": ("bad_data", "Yahoo gives 210 closes for 508 sessions since 2024-06-17" + ASKED, 1),
    "stall": ("try_again", "Yahoo did not answer within 1 s; try again", 2),
    "huge": ("try_again", "Yahoo's answer is larger than 4 MiB; try again", 2),
    "negative": ("bad_data", "the close of 2026-05-14 is not positive" + ASKED, 1),
    "saturdays": (
        "bad_data",
        "the exchange has no session on 2024-06-22, and Yahoo has data for it" + ASKED,
        1,
    ),
}


def test_failures_are_data(server: Lookalike, tmp_path: Path) -> None:
    symbols = {f"F{at}": fault for at, fault in enumerate(FAULTS)}
    server.faults.update(symbols)
    slow = [symbol for symbol, fault in symbols.items() if fault in ("slow", "stall")]
    got = fetch(yahoo(tmp_path), "AA", *(symbols.keys() - slow))
    got |= fetch(yahoo(tmp_path, timeout=1.0), *slow)
    assert got["AA"].kind == ""
    seen = {symbols[s]: (a.kind, a.reason) for s, a in got.items() if s != "AA"}
    assert seen == {fault: (kind, reason) for fault, (kind, reason, _) in FAULTS.items()}
    # What can pass is asked twice, what cannot once.
    assert {symbols[s]: n for s, n in server.charts.items() if s != "AA"} == {
        fault: times for fault, (_, _, times) in FAULTS.items()
    }


def test_a_broken_off_answer_is_no_answer(server: Lookalike, tmp_path: Path) -> None:
    server.faults.update({"AA": "drop", "BB": "truncated"})
    got = fetch(yahoo(tmp_path), "AA", "BB", "CC")
    assert got["CC"].kind == "" and dict(server.charts) == {"AA": 2, "BB": 2, "CC": 1}
    for symbol in ("AA", "BB"):
        assert got[symbol].kind == "try_again"
        assert got[symbol].reason.startswith("Yahoo could not be reached (")


def test_a_split_known_to_half_the_history_is_quarantined(
    server: Lookalike, tmp_path: Path
) -> None:
    # 30 sessions before 26 June 2026, the last included: Thursday 14 May.
    server.splits["AA"], server.faults["AA"] = ("2026-05-14", 4.0), "half split"
    answer = fetch(yahoo(tmp_path), "AA")["AA"]
    assert answer.kind == "bad_data" and not len(answer.close)
    words = "closes before and after the split of 2026-05-14 are on different bases"
    assert answer.reason == words + ASKED


def test_a_round_has_an_end(
    server: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.delay = 0.5
    monkeypatch.setattr("cache.sources.yahoo.rounds._PATIENCE", 1.2)
    source = yahoo(tmp_path, pool=1, rate=1000.0)
    began = time.monotonic()
    got = fetch(source, *(f"S{i}" for i in range(9)))
    assert time.monotonic() - began < 30.0 and len(got) == 9
    late = [a for a in got.values() if a.kind]
    assert late and {a.reason for a in late} == {"the round took too long; try again"}


def test_the_wait_counts_from_when_the_limit_was_met(server: Lookalike, tmp_path: Path) -> None:
    server.limit_after, server.retry_after = 0, "120"
    source = yahoo(tmp_path)
    source._ask(ask("AA"))
    source._now, source._began = NOW, time.monotonic() - 600
    source.limited_until = None
    source._ask(ask("BB"))
    # Ten minutes of asking, two that Yahoo wants, one more to be sure.
    assert timedelta() <= source.limited_until - NOW - timedelta(minutes=13) < timedelta(minutes=1)


def test_a_tenfold_jump_is_quarantined(server: Lookalike, tmp_path: Path) -> None:
    server.faults["AA"] = "jump"
    answer = fetch(yahoo(tmp_path), "AA")["AA"]
    assert answer.kind == "bad_data" and not len(answer.close)
    assert "-fold on 2026-05-14 with no split on record" in answer.reason


def test_the_first_rate_limit_stops_all_asking(server: Lookalike, tmp_path: Path) -> None:
    server.limit_after, server.retry_after = 5, None
    source = yahoo(tmp_path, pool=2)
    got = fetch(source, *(f"S{i}" for i in range(40)))
    kinds = [a.kind for a in got.values()]
    assert kinds.count("") == 5 and kinds.count("rate_limited") == 35
    assert server.charts.total() <= 5 + 2
    # It counts from when the limit was met, some seconds after the start.
    until = source.limited_until
    assert until is not None
    assert timedelta(0) <= until - (NOW + timedelta(minutes=30)) < timedelta(minutes=5)
    (reason,) = {a.reason for a in got.values() if a.kind}
    assert reason.startswith("rate limited by Yahoo; try again after 2026-06-26 22:0")
    # It stays shut for as long as the process lives.
    before = server.charts.total()
    assert fetch(source, "ZZ")["ZZ"].kind == "rate_limited"
    assert server.charts.total() == before


def test_errors_in_a_row_stop_all_asking(server: Lookalike, tmp_path: Path) -> None:
    server.faults.update({f"S{i}": "500" for i in range(60)})
    source = yahoo(tmp_path, pool=4)
    got = fetch(source, *server.faults)
    assert {a.kind for a in got.values()} == {"try_again"} and len(got) == 60
    assert server.charts.total() <= 8 and source.unreachable


def test_nobody_there(server: Lookalike, tmp_path: Path) -> None:
    source = yahoo(tmp_path)
    server.__exit__()
    began = time.monotonic()
    got = fetch(source, *(f"S{i}" for i in range(50)))
    assert time.monotonic() - began < 30
    assert len(got) == 50 and source.unreachable
    assert all(a.kind == "try_again" for a in got.values())
    assert all(a.reason.startswith("Yahoo could not be reached (") for a in got.values())
    assert not any("http" in a.reason for a in got.values())


def test_the_rate_and_the_pool_are_kept(server: Lookalike, tmp_path: Path) -> None:
    server.delay = 0.15
    source = yahoo(tmp_path, rate=20.0, pool=3)
    began = time.monotonic()
    fetch(source, *(f"S{i}" for i in range(20)))
    assert time.monotonic() - began >= 19 / 20
    assert server.most <= 3


def test_a_stop_is_prompt(server: Lookalike, tmp_path: Path) -> None:
    stop, over, answer = threading.Event(), threading.Event(), server.answer

    def held(host: str, path: str) -> Any:
        if "chart" in path:
            stop.set()
            over.wait(60)
        return answer(host, path)

    server.answer = held  # type: ignore[method-assign]
    began = time.monotonic()
    got = fetch(yahoo(tmp_path), *(f"S{i}" for i in range(20)), stop=stop)
    assert time.monotonic() - began < 30.0 and got == {}
    over.set()


def test_cookie_and_crumb_are_done_without(server: Lookalike, tmp_path: Path) -> None:
    answer = server.answer

    def broken(host: str, path: str) -> Any:
        if "chart" in path:
            return answer(host, path)
        server.pages[host + path.partition("?")[0]] += 1
        return 500, "text/html", b"<html>broken</html>", {}

    server.answer = broken  # type: ignore[method-assign]
    got = fetch(yahoo(tmp_path), *(f"S{i}" for i in range(20)))
    assert {a.kind for a in got.values()} == {""}
    assert max(server.pages.values()) == 1 and server.charts.total() == 20


def test_a_cookie_host_that_hangs_holds_nobody_up_for_long(
    server: Lookalike, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cache.sources.yahoo.session.PAGE", 0.5)
    over, answer = threading.Event(), server.answer

    def hanging(host: str, path: str) -> Any:
        if "chart" not in path:
            over.wait(60)
        return answer(host, path)

    server.answer = hanging  # type: ignore[method-assign]
    began = time.monotonic()
    got = fetch(yahoo(tmp_path), *(f"S{i}" for i in range(20)))
    assert {a.kind for a in got.values()} == {""} and time.monotonic() - began < 30.0
    over.set()


def test_odd_symbols_are_never_sent(server: Lookalike, tmp_path: Path) -> None:
    odd = ("A A", "../x", "US0378331005", "ABC?x=1", "")
    got = fetch(yahoo(tmp_path), *odd)
    assert {a.kind for a in got.values()} == {"not_found"} and server.requests == 0


def test_it_is_silent_and_private(
    server: Lookalike,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.faults.update({"AA": "404", "BB": "500"})
    shown: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda *told: shown.append(told[2]))
    with warnings.catch_warnings():
        source = yahoo(tmp_path)
        # As when one thread of pandas has put back the filters of another.
        warnings.simplefilter("always", DeprecationWarning)
        fetch(source, "AA", "BB", "CC")
        warnings.warn_explicit("old", DeprecationWarning, "/lib/pandas/core/frame.py", 1)
        warnings.warn_explicit("ours", DeprecationWarning, "/home/cache/store.py", 1)
    assert shown == ["/home/cache/store.py"]
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("yfinance").propagate
    kept = tmp_path / "private"
    assert kept.stat().st_mode & 0o777 == 0o700
    assert not (kept / "cookies.db").exists()


# The gate, with rows made by hand: Monday 22 to Friday 26 June 2026

DAYS = ("2026-06-22", "2026-06-23", "2026-06-24", "2026-06-25", "2026-06-26")


def passed(
    close: list[float],
    *,
    days: tuple[str, ...] = DAYS,
    volume: list[float] | None = None,
    dividend: dict[int, float] | None = None,
    split: dict[int, float] | None = None,
    now: datetime = NOW,
    whole: bool = True,
    **meta: str,
) -> Answer:
    def sparse(values: dict[int, float] | None) -> np.ndarray:
        result = np.zeros(len(close))
        for at, value in (values or {}).items():
            result[at] = value
        return result

    return gate(
        ask("AA", whole=whole),
        np.array(days, "datetime64[D]"),
        np.array(close, float),
        np.array(volume or [100.0] * len(close)),
        sparse(dividend),
        sparse(split),
        now=now,
        meta={"symbol": "AA", "currency": "USD"} | meta,
    )


NAN = float("nan")


def test_the_newest_close_is_often_missing_and_is_asked_again() -> None:
    answer = passed([1, 2, 3, 4, NAN], volume=[9, 9, 9, 9, 0])
    assert answer.close.tolist() == [1, 2, 3, 4] and answer.through == date(2026, 6, 25)


def test_closes_that_end_long_before_mean_that_trading_ended() -> None:
    week = ("2026-06-12", "2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18")
    # Thursday 18 June is five sessions before Friday the 26th, Wednesday the 17th six.
    assert passed([1, 2, 3, 4, 5], days=week).through == date(2026, 6, 18)
    assert passed([1, 2, 3, 4], days=week[:4]).through == LAST


def test_a_dividend_on_a_day_without_a_close_is_kept() -> None:
    answer = passed([1, 2, NAN, 4, 5], dividend={2: 0.5})
    assert answer.session.astype(str).tolist() == list(DAYS)
    assert np.isnan(answer.close[2]) and np.isnan(answer.volume[2]) and answer.dividend[2] == 0.5


def test_a_bar_before_the_close_is_provisional() -> None:
    answer = passed([1, 2, 3, 4, 5], now=datetime(2026, 6, 26, 15, 0, tzinfo=UTC))
    assert answer.provisional == LAST and answer.through == date(2026, 6, 25)
    # Before the open there can be no bar of today.
    early = passed([1, 2, 3, 4, 5], now=datetime(2026, 6, 26, 12, 0, tzinfo=UTC))
    assert early.provisional is None and early.session[-1] == np.datetime64("2026-06-25")


def test_a_jump_needs_a_split_on_the_way() -> None:
    assert passed([1, 10, 1, 1, 1]).kind == ""
    assert "10.1-fold on 2026-06-23" in passed([1, 10.1, 10, 10, 10]).reason
    assert "0.0909-fold on 2026-06-25" in passed([11, 11, 11, 1, 1]).reason
    assert passed([11, 11, 11, 1, 1], split={3: 30.0}).kind == ""
    assert passed([11, 11, NAN, 1, 1], split={2: 30.0}).kind == ""
    # A move by the split's own factor: the closes before it are not on its basis.
    assert "different bases" in passed([11, 11, 11, 1, 1], split={3: 11.0}).reason
    assert "different bases" in passed([11, 11, NAN, 1, 1], split={2: 11.0}).reason
    assert "different bases" in passed([1, 1, 8, 8, 8], split={2: 0.125}).reason
    assert passed([4, 4, 4.1, 4, 4], split={2: 4.0}).kind == ""
    assert passed([11, 11, 11, 1, 1], split={2: 11.0}).kind == "bad_data"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (passed([1, 2, 0, 4, 5]), "the close of 2026-06-24 is not positive"),
        (passed([1, 2, float("inf"), 4, 5]), "the close of 2026-06-24 is not positive"),
        (passed([1, 2], days=("2026-06-26", "2026-06-29")), "2026-06-29, which is in the future"),
        (passed([1, 2], days=("2026-06-23", "2026-06-22")), "not ascending or repeat"),
        (passed([1, 2], days=("2026-06-22", "2026-06-22")), "not ascending or repeat"),
        (passed([1, 2, 3, 4, 5], dividend={1: -1.0}), "a dividend or a split is not positive"),
        (passed([1, 2, 3, 4, 5], volume=[1, 2, -3, 4, 5]), "a volume is negative"),
        (passed([1] * 5, currency="CAD"), "is quoted in 'CAD', not in dollars"),
        (
            passed([1] * 5, exchangeTimezoneName="Asia/Tokyo"),
            "trades in the time zone 'Asia/Tokyo'",
        ),
        (passed([1] * 5, symbol="AB"), "Yahoo answered for 'AB' instead"),
        (
            passed([1, 2], days=("2026-06-18", "2026-06-19"), dividend={1: 1.0}),
            "the exchange has no session on 2026-06-19",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_whole(answer: Answer, reason: str) -> None:
    assert answer.kind == "bad_data" and reason in answer.reason and not len(answer.close)
    assert answer.reason.endswith(ASKED)


def test_a_stray_close_on_a_holiday_is_dropped() -> None:
    answer = passed([1, 2, 3], days=("2026-06-18", "2026-06-19", "2026-06-22"))
    assert answer.kind == "" and answer.close.tolist() == [1, 3]


def test_no_closes_where_some_are_held_is_to_be_tried_again() -> None:
    assert passed([NAN] * 5).kind == "not_found"
    answer = passed([NAN] * 5, whole=False)
    assert answer.kind == "try_again" and "though there are earlier ones" in answer.reason
