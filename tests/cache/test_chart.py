"""What is read of a chart without yfinance is what yfinance reads, or is left to it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from yfinance.data import YfData

from cache.refresh.ask import Ask
from cache.sources.yahoo.chart import Chart, read_plain
from cache.sources.yahoo.yahoo import Yahoo
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import opens

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
ASK = Ask("AA", date(2024, 6, 16), date(2026, 6, 26), whole=True)
#: Midnight in New York at the end of 26 June 2026, in summer time.
UNTIL = int(datetime(2026, 6, 27, 4, tzinfo=UTC).timestamp())
DAYS = [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10, 11)]
MORNING = [opens(day) for day in DAYS]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yahoo]:
    with Lookalike(tmp_path, NOW, lines={"IWM": []}) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield Yahoo(tmp_path / "private", rate=None)


def chart(**more: Any) -> dict[str, Any]:
    """An answer with eight bars; ``more`` replaces fields of its result."""
    closes: list[Any] = [100.0 + at for at in range(len(DAYS))]
    quote = dict.fromkeys(("open", "high", "low", "close"), closes)
    volume: list[Any] = [1_000 + at for at in range(len(DAYS))]
    result = {
        "meta": {
            "currency": "USD",
            "symbol": "AA",
            "instrumentType": "EQUITY",
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": "1d",
            "validRanges": ["1d", "max"],
        },
        "timestamp": list(MORNING),
        "indicators": {"quote": [{**quote, "volume": volume}], "adjclose": [{"adjclose": closes}]},
    }
    return {"chart": {"result": [result | more], "error": None}}


def theirs(source: Yahoo, answer: dict[str, Any]) -> Chart:
    body = json.dumps(answer)
    held = SimpleNamespace(
        status_code=200, url="", content=body.encode(), text=body, json=lambda: json.loads(body)
    )
    YfData.cache_get.cache_clear()
    with source._session.again(held):
        return source._theirs(ASK)


def mine(answer: dict[str, Any]) -> Chart | None:
    return read_plain(json.dumps(answer).encode(), UNTIL)


def made(dice: random.Random) -> dict[str, Any]:
    """A chart with some of what a vendor does: nulls, whole numbers, events, odd stamps."""
    answer = chart()
    (result,) = answer["chart"]["result"]
    quote = result["indicators"]["quote"][0]
    quote["close"] = [
        dice.choice([None, 7, round(dice.uniform(1, 500), 6), round(dice.uniform(1, 500), 2)])
        if dice.random() < 0.3
        else value
        for value in quote["close"]
    ]
    quote["volume"] = [None if dice.random() < 0.2 else dice.randrange(10**9) for _ in DAYS]
    stamps = result["timestamp"]
    # The newest bar carries the time of the last trade; an event sometimes no bar's time.
    stamps[-1] += dice.choice([0, 3_600, 6 * 3_600, 9 * 3_600])
    if dice.random() < 0.2:
        stamps[-2:] = [stamps[-1] - 60, stamps[-1]]
    when = [*stamps, stamps[0] - 3 * 86_400, stamps[-1] + 86_400, stamps[3] + 7_200]
    paid = dice.sample(when, dice.randrange(4))
    parted = dice.sample(when, dice.randrange(2))
    result["events"] = {
        "dividends": {
            str(at): {"date": at, "amount": round(dice.uniform(0.01, 3), 4)} for at in paid
        },
        "splits": {
            str(at): {"date": at, "numerator": dice.choice([2, 3.0, 1]), "denominator": 2}
            for at in parted
        },
    }
    return answer


def test_the_two_readings_agree(source: Yahoo) -> None:
    dice = random.Random(4)
    plain = 0
    for _ in range(150):
        answer = made(dice)
        got = mine(answer)
        if got is not None:
            plain += 1
            expected = theirs(source, answer)
            assert got.same(expected), (got, expected)
            assert got.meta["symbol"] == expected.meta["symbol"]
    # Neither everything nor nothing is left to yfinance.
    assert 40 < plain < 120


def test_a_whole_history_is_of_the_plain_shape(source: Yahoo) -> None:
    server = Lookalike(Path(), NOW, lines={"IWM": []}, splits={"AA": ("2025-06-02", 4.0)})
    for symbol in ("AA", "IWM"):
        query = {"period1": "725846400", "period2": str(UNTIL)}
        answer = json.loads(server.chart(symbol, query)[2])
        got = mine(answer)
        assert got is not None and len(got.days) > 8_000
        assert got.same(theirs(source, answer))


def event(name: str, at: int, **fields: Any) -> dict[str, Any]:
    return {"events": {name: {"1": {"date": at, **fields}}}}


def test_capital_gains_are_paid_like_dividends(source: Yahoo) -> None:
    stamp = MORNING[4]
    paid = {"1": {"date": stamp, "amount": 0.25}}
    gains = {"1": {"date": stamp, "amount": 1.5}, "2": {"date": MORNING[6], "amount": 0.5}}
    answer = chart(events={"dividends": paid, "capitalGains": gains})
    answer["chart"]["result"][0]["meta"]["instrumentType"] = "ETF"
    got = mine(answer)
    assert got is not None and got.same(theirs(source, answer))
    assert got.dividend.tolist() == [0, 0, 0, 0, 1.75, 0, 0.5, 0]


def quote(name: str, values: object) -> dict[str, Any]:
    (result,) = chart()["chart"]["result"]
    return {"indicators": {"quote": [result["indicators"]["quote"][0] | {name: values}]}}


def meta(**fields: Any) -> dict[str, Any]:
    return {"meta": chart()["chart"]["result"][0]["meta"] | fields}


ODD = {
    "no times": {"timestamp": []},
    "a day twice": {"timestamp": [*MORNING[:7], MORNING[6] + 60]},
    "descending": {"timestamp": MORNING[::-1]},
    "past midnight in UTC": {"timestamp": [*MORNING[:7], MORNING[7] + 11 * 3_600]},
    "after the end asked for": {"timestamp": [*MORNING[:7], UNTIL + 9 * 3_600]},
    "a time too few": {"timestamp": MORNING[:7]},
    "a time in words": {"timestamp": [*MORNING[:7], "2026-03-11"]},
    "half seconds": {"timestamp": [*MORNING[:7], MORNING[7] + 0.5]},
    "a close in words": quote("close", ["101.5"] * 8),
    "a close too many": quote("close", [101.5] * 9),
    "no volume": quote("volume", None),
    "London": meta(exchangeTimezoneName="Europe/London"),
    "weeks": meta(dataGranularity="1wk"),
    "no symbol": meta(symbol=None),
    "a dividend between bars": event("dividends", MORNING[4] + 86_400, amount=1.0),
    "a dividend in yen": event("dividends", MORNING[4], amount=1.0, currency="JPY"),
    "a dividend of nothing": event("dividends", MORNING[4], amount=None),
    "a split into none": event("splits", MORNING[4], numerator=2, denominator=0),
    "two dividends a day": {
        "events": {
            "dividends": {
                "1": {"date": MORNING[4], "amount": 1.0},
                "2": {"date": MORNING[4] + 60, "amount": 0.5},
            }
        }
    },
}


@pytest.mark.parametrize("more", ODD.values(), ids=ODD)
def test_what_is_odd_is_left_to_yfinance(more: dict[str, Any]) -> None:
    assert mine(chart()) is not None and mine(chart(**more)) is None


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"<html>", b'{"chart": {"result": [{}, {}]}}']
)
def test_what_is_no_chart_is_left_to_yfinance(body: bytes) -> None:
    assert read_plain(body, UNTIL) is None


def test_a_yfinance_that_reads_otherwise_reads_all(
    source: Yahoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Yahoo._theirs
    asked: list[str] = []

    def better(self: Yahoo, ask: Ask) -> Chart:
        asked.append(ask.symbol)
        found = read(self, ask)
        return Chart(found.days, found.close * 2, *(getattr(found, n) for n in REST), found.meta)

    monkeypatch.setattr(Yahoo, "_theirs", better)
    symbols = ("AA", "BB", "CC")
    asks = [Ask(s, ASK.start, ASK.end, whole=True) for s in symbols]
    closes = {s: Lookalike(Path(), NOW).close(s, "2026-06-26") for s in symbols}
    got = [source._ask(ask) for ask in asks]
    assert asked == ["AA", "BB", "CC"] and source.requests == 5
    assert [float(a.close[-1]) for a in got] == [2 * closes[s] for s in symbols]


REST = ("volume", "dividend", "split")


def test_of_many_answers_one_is_read_twice(source: Yahoo, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Yahoo._theirs
    asked: list[str] = []

    def counted(self: Yahoo, ask: Ask) -> Chart:
        asked.append(ask.symbol)
        return read(self, ask)

    monkeypatch.setattr(Yahoo, "_theirs", counted)
    monkeypatch.setattr("cache.sources.yahoo.yahoo.COMPARED", 3)
    for symbol in ("AA", "BB", "CC", "DD", "EE"):
        assert source._ask(Ask(symbol, ASK.start, ASK.end, whole=True)).kind == ""
    assert asked == ["AA", "DD"] and source.requests == 7
