"""Which clock calls a close final: this machine's and the vendor's, the more careful of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from cache.refresh.ask import Ask
from cache.refresh.gate import Answer, gate
from cache.refresh.stored_closes import StoredCloses
from cache.sources.yahoo.session import vendor_time
from tests.cache.planning import DAYS, answered, splitted

WEEK = np.arange("2026-06-22", "2026-06-27", dtype="datetime64[D]")


def passed(told: datetime | None = None, **meta: Any) -> Answer:
    ask = Ask("AA", date(2026, 6, 1), date(2026, 6, 26), whole=True)
    none = np.zeros(5)
    return gate(ask, WEEK, none + 10.0, none, none, none, now=EVENING, vendor_time=told, meta=meta)


EVENING = datetime(2026, 6, 26, 21, 30, tzinfo=UTC)


def test_a_close_is_final_by_the_vendors_clock_too() -> None:
    for told, through in ((EVENING, 26), (EVENING - timedelta(hours=3), 25)):
        answer = passed(told)
        assert answer.through == date(2026, 6, through)
        assert (answer.provisional is None) is (through == 26)
    # The vendor's own hours count where it trades longer than the calendar here knows of.
    hours = {"start": 1782480600, "end": 1782504000 + 7200}
    answer = passed(currentTradingPeriod={"regular": hours})
    assert answer.provisional == date(2026, 6, 26) and answer.through == date(2026, 6, 25)


def test_the_vendors_time_is_its_date_or_its_last_trade_or_its_newest_bar() -> None:
    opened = datetime(2026, 6, 26, 13, 30, tzinfo=UTC)
    last = {"regularMarketTime": int(opened.timestamp()) + 3600}
    dated = {"Date": "Fri, 26 Jun 2026 21:00:00 GMT"}
    assert vendor_time(dated, last, date(2026, 6, 26)) == datetime(2026, 6, 26, 21, tzinfo=UTC)
    for odd in ({}, {"Date": "soon"}):
        assert vendor_time(odd, last, date(2026, 6, 26)) == opened + timedelta(hours=1)
        assert vendor_time(odd, {"regularMarketTime": "?"}, date(2026, 6, 26)) == opened


def test_a_history_that_ends_before_what_is_held_replaces_nothing() -> None:
    stored, last = splitted(None), DAYS[-1].item()
    assert isinstance(stored, StoredCloses)
    closes = np.arange(9) + 1.0
    assert stored.shrunk(answered(DAYS, closes), "Yahoo") == ""
    said = f"Yahoo gave no final close of {last}, which is in the store"
    assert stored.shrunk(answered(DAYS, closes, provisional=last), "Yahoo") == said
    earlier = np.concatenate([[np.datetime64("2026-01-05")], DAYS[:-1]])
    assert stored.shrunk(answered(earlier, closes), "Yahoo") == said
