"""What yfinance reads of a chart, where its answer is not what a vendor gives on most days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cache.refresh.ask import Ask
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import opens

if TYPE_CHECKING:
    from cache.refresh.gate import Answer

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
ASK = Ask("AA", date(2024, 6, 16), date(2026, 6, 26), whole=True)
DAYS = [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10, 11)]
MORNING = [opens(day) for day in DAYS]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookalike]:
    with Lookalike(tmp_path, NOW, lines={"IWM": []}) as server:
        server.redirect(monkeypatch)
        yield server


def read(server: Lookalike, closes: list[Any], kind: str = "EQUITY", **events: Any) -> Answer:
    """What comes of an answer with eight bars and these events."""
    from cache.sources.yahoo.yahoo import Yahoo  # yfinance: a second of any other worker

    quote = dict.fromkeys(("open", "high", "low", "close"), closes)
    volume: list[Any] = [1_000 + at for at in range(len(DAYS))]
    result = {
        "meta": {
            "currency": "USD",
            "symbol": "AA",
            "instrumentType": kind,
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": "1d",
            "validRanges": ["1d", "max"],
        },
        "timestamp": list(MORNING),
        "indicators": {"quote": [{**quote, "volume": volume}], "adjclose": [{"adjclose": closes}]},
        "events": events,
    }
    body = json.dumps({"chart": {"result": [result], "error": None}}).encode()
    server.chart = lambda symbol, query: (200, "application/json", body, {})  # type: ignore[method-assign]
    source = Yahoo(server.certificate.with_name("private"), rate=None)
    return next(source.fetch([ASK], now=NOW))


def test_capital_gains_are_paid_like_dividends(server: Lookalike) -> None:
    paid = {"1": {"date": MORNING[4], "amount": 0.25}}
    gains = {
        "1": {"date": MORNING[4], "amount": 1.5},
        "2": {"date": MORNING[6], "amount": 0.5},
    }
    closes = [100.0 + at for at in range(len(DAYS))]
    answer = read(server, closes, "ETF", dividends=paid, capitalGains=gains)
    assert answer.dividend.tolist() == [0, 0, 0, 0, 1.75, 0, 0.5, 0]
    assert answer.close.tolist() == closes and answer.session.tolist() == DAYS


def test_a_day_without_a_close_has_no_bar(server: Lookalike) -> None:
    parted = {"1": {"date": MORNING[5], "numerator": 4, "denominator": 1, "splitRatio": "4:1"}}
    answer = read(server, [7, 7.5, None, 8, 8.25, 8, 8, 8.125], splits=parted)
    assert answer.session.tolist() == [day for day in DAYS if day != date(2026, 3, 4)]
    assert answer.close.tolist() == [7, 7.5, 8, 8.25, 8, 8, 8.125]
    assert answer.split.tolist() == [0, 0, 0, 0, 4, 0, 0]
