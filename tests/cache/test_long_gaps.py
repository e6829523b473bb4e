"""Symbols without a price for a quarter: an import names them, as each may be two companies."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from cache.facts.sessions import sessions
from cache.store.admit import bring_prices
from cache.store.bars import Bars
from cache.store.doubts import long_gaps
from cache.store.draft import Note
from cache.store.store import Store


def days(*texts: str) -> np.ndarray:
    return np.array(texts, "datetime64[D]")


EARLY = days("2015-03-02", "2015-03-03")
LATE = days("2019-01-02", "2019-01-03")
BETWEEN = days("2015-06-01", "2015-09-01", "2015-12-01")


@pytest.mark.parametrize(
    ("given", "stored", "gaps"),
    [
        pytest.param([*EARLY, *LATE], [], ["2015-03-03 and 2019-01-02"], id="within a file"),
        pytest.param(LATE, EARLY, ["2015-03-03 and 2019-01-02"], id="a file goes on"),
        pytest.param(EARLY, LATE, ["2015-03-03 and 2019-01-02"], id="a file of earlier years"),
        pytest.param([*EARLY, *LATE], [*EARLY, *LATE], [], id="the gap was there before"),
        pytest.param(
            days("2017-05-02"),
            [*EARLY, *LATE],
            ["2015-03-03 and 2017-05-02", "2017-05-02 and 2019-01-02"],
            id="a file within a gap",
        ),
        pytest.param(
            [EARLY[0], days("2016-02-01")[0]],
            [*EARLY, *BETWEEN],
            [],
            id="the store fills the gap of a file",
        ),
        pytest.param(days("2015-06-10"), EARLY, [], id="less than a quarter, with a day more"),
        pytest.param([], EARLY, [], id="no price in the file"),
    ],
)
def test_gaps_of_a_quarter_and_more(given, stored, gaps):
    every_day = np.arange("2015-01-01", "2019-12-31", dtype="datetime64[D]")
    found = long_gaps(
        np.array(given, "datetime64[D]"), lambda: every_day, np.array(stored, "datetime64[D]")
    )
    assert [f"{before} and {after}" for before, after in found] == gaps


def test_where_nothing_was_traded_meanwhile_the_file_has_few_days():
    assert not long_gaps(np.concatenate([EARLY, LATE]), lambda: np.concatenate([EARLY, LATE]))


def test_an_import_names_the_symbol_and_what_to_do(tmp_path):
    store = Store(tmp_path)
    days = np.array([day for day in sessions() if str(day).startswith("2015")], "datetime64[D]")
    without = days[(days < np.datetime64("2015-02-01")) | (days > np.datetime64("2015-10-01"))]
    bars = Bars(
        ("ALL", "GAP"),
        np.repeat([0, 1], [len(days), len(without)]),
        np.concatenate([days, without]),
        source="closes.csv",
        fetched_at=datetime(2026, 6, 26, 22, tzinfo=UTC),
        close=np.linspace(10.0, 20.0, len(days) + len(without)),
    )
    note = Note("prices", bars.fetched_at, bars.source, "")
    (told,) = bring_prices(store, bars, note)[1].notes
    assert told == (
        "GAP has no price between 2015-01-30 and 2015-10-02: if its symbol went from one company"
        " to another, `internals forget prices GAP`, then import the one you want"
    )
    # the same file again brings no new gap
    assert not bring_prices(store, bars, note)[1].notes
