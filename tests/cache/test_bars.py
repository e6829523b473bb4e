"""What bars must be before the store takes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from cache.facts.errors import CacheError, SourceError, StoreBusy, StoreEmpty, StoreError
from cache.store.bars import Bars
from core.data.errors import FrameError

NOW = datetime(2026, 6, 27, 12, tzinfo=UTC)


def bars(**changes: Any) -> Bars:
    """Two symbols on two sessions, all right, with the changes named."""
    days = ["2026-06-25", "2026-06-26", "2026-06-25", "2026-06-26"]
    fields: dict[str, Any] = {
        "symbols": ("IWM", "NA"),
        "symbol": np.array([0, 0, 1, 1]),
        "session": np.array(days, "datetime64[D]"),
        "close": np.array([210.0, 211.5, 10.0, np.nan]),
        "volume": np.array([1e6, 0.0, np.nan, 5.0]),
        "dividend": np.array([0.0, 0.5, np.nan, 0.0]),
        "source": "prices.csv",
        "fetched_at": NOW,
    }
    return Bars(**{**fields, **changes})


def floats(*values: float) -> Any:
    return np.array(values)


#: Days of rows in order, but for the second, which is the first once more.
TWICE = np.array(["2026-06-25", "2026-06-25", "2026-06-25", "2026-06-26"], "datetime64[D]")


def test_good_bars_pass() -> None:
    bars().check()
    bars(through={"IWM": date(2026, 6, 26)}, replace=frozenset({"NA"})).check()
    assert len(bars()) == 4
    assert bars().priced().tolist() == [True, True, True, False]
    adjusted = bars(close=None, adj_close=floats(np.nan, 1, 1, 1))
    assert adjusted.priced().tolist() == [False, True, True, True]


def test_no_rows_at_all_pass() -> None:
    nothing = np.zeros(0, np.intp)
    days = np.zeros(0, "datetime64[D]")
    Bars((), nothing, days, fetched_at=NOW, failures={"XYZ": "not found"}).check()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"close": floats(1, 2, 0, 4)}, "prices.csv, column close, NA: on 2026-06-25: 0 is not"),
        ({"close": floats(1, -2, 3, 4)}, "prices.csv, column close, IWM: on 2026-06-26: -2 is not"),
        ({"close": floats(1, 2, np.inf, 4)}, "inf is not a positive number"),
        ({"adj_close": floats(0, 1, 1, 1)}, "column adj_close, IWM: on 2026-06-25"),
        ({"volume": floats(1, 2, 3, -1)}, "column volume, NA: on 2026-06-26: -1 is not a number"),
        ({"dividend": floats(-0.1, 0, 0, 0)}, "column dividend, IWM"),
        ({"split": floats(0, 0, 0, np.inf)}, "column split, NA"),
        ({"symbol": np.array([0, 0, 0, 1])}, "prices.csv, IWM: on 2026-06-25: this day is given"),
        ({"session": TWICE}, "prices.csv, IWM: on 2026-06-25: this day is given twice"),
        ({"replace": frozenset({"SPY"})}, "prices.csv, SPY: its history is to be replaced"),
    ],
)
def test_bad_data_is_the_sources_fault(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        bars(**changes).check()
    assert sentence in str(caught.value)


@pytest.mark.parametrize("day", ["2026-06-27", "2026-07-03", "1884-12-31", "2038-01-04", "NaT"])
def test_days_without_a_session(day: str) -> None:
    days = np.array(["2026-06-25", "2026-06-26", "2026-06-25", day], "datetime64[D]")
    with pytest.raises(SourceError, match=f"column date, NA: on {day}: the exchange has no"):
        bars(session=days).check()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"close": floats(1, 2, 3)}, "close of the bars has shape"),
        ({"symbol": np.array([0, 0, 1, 2])}, "points outside"),
        ({"symbol": np.array([0, 0, 1, -1])}, "points outside"),
        ({"symbol": np.array([0.0, 0.0, 1.0, 1.0])}, "float64, not integers"),
        ({"session": np.zeros(4, "datetime64[s]")}, "not datetime64"),
        ({"symbols": ("IWM", "IWM")}, "appears twice"),
        ({"symbols": ("IWM", "")}, "'' is no symbol"),
        ({"symbols": ("IWM", "A B")}, "'A B' is no symbol"),
        ({"failures": {"\x1b[31m": "red"}}, "is no symbol"),
        ({"fetched_at": datetime(2026, 6, 27)}, "needs a time zone"),
    ],
)
def test_bad_shapes_are_the_codes_fault(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FrameError, match=sentence):
        bars(**changes).check()


def test_where_an_error_was() -> None:
    error = SourceError("this is no date", file="a.csv", line=12, column="date", symbol="BE")
    assert str(error) == "a.csv, line 12, column date, BE: this is no date"
    assert str(SourceError("the file is empty")) == "the file is empty"
    assert (error.file, error.line, error.column, error.symbol) == ("a.csv", 12, "date", "BE")
    assert all(issubclass(e, StoreError) for e in (StoreEmpty, StoreBusy))
    assert all(issubclass(e, CacheError) for e in (StoreError, SourceError))
