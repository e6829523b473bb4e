"""What yfinance reads of a chart, where its answer is not what a vendor gives on most days."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cache.refresh.ask import Ask
from tests.cache.lookalike import Lookalike
from tests.cache.lookalike_world import opens

if TYPE_CHECKING:
    from cache.sources.yahoo.yahoo import Chart, Yahoo

NOW = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)
ASK = Ask("AA", date(2024, 6, 16), date(2026, 6, 26), whole=True)
DAYS = [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9, 10, 11)]
MORNING = [opens(day) for day in DAYS]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Yahoo]:
    from cache.sources.yahoo.yahoo import Yahoo  # yfinance: a second of any other worker

    with Lookalike(tmp_path, NOW, lines={"IWM": []}) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield Yahoo(tmp_path / "private", rate=None)


def read(source: Yahoo, closes: list[Any], kind: str = "EQUITY", **events: Any) -> Chart:
    """What comes of an answer with eight bars and these events."""
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
    answer = {"chart": {"result": [result], "error": None}}
    body = json.dumps(answer)
    response = SimpleNamespace(
        status_code=200, url="", content=body.encode(), text=body, json=lambda: json.loads(body)
    )
    from yfinance.data import YfData

    YfData.cache_get.cache_clear()
    with source._session.again(response):
        return source._read(ASK)


def test_capital_gains_are_paid_like_dividends(source: Yahoo) -> None:
    paid = {"1": {"date": MORNING[4], "amount": 0.25}}
    gains = {
        "1": {"date": MORNING[4], "amount": 1.5},
        "2": {"date": MORNING[6], "amount": 0.5},
    }
    closes = [100.0 + at for at in range(len(DAYS))]
    got = read(source, closes, "ETF", dividends=paid, capitalGains=gains)
    assert got.dividend.tolist() == [0, 0, 0, 0, 1.75, 0, 0.5, 0]
    assert got.close.tolist() == closes and got.days.astype(str).tolist() == [*map(str, DAYS)]


def test_a_day_without_a_close_stays_one(source: Yahoo) -> None:
    parted = {"1": {"date": MORNING[5], "numerator": 4, "denominator": 1, "splitRatio": "4:1"}}
    got = read(source, [7, 7.5, None, 8, 8.25, 8, 8, 8.125], splits=parted)
    np.testing.assert_array_equal(got.close, [7, 7.5, np.nan, 8, 8.25, 8, 8, 8.125])
    assert got.split.tolist() == [0, 0, 0, 0, 0, 4, 0, 0]
    assert got.meta["symbol"] == "AA"
