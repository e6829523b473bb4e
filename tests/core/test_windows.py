"""Windows: anchors, closes and the same window of other years."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from core.data.errors import UnavailableError, WindowError
from core.data.frames import Dates, distinct
from core.data.windows import full_year, months_back, resolve, same_window
from tests.market import weekdays

DAYS: Dates = np.array(weekdays("2019-01-01", "2026-06-26"), "datetime64[D]")


#: A window as it is asked for on 28 June 2026, a Sunday -> its first and its last close.
FORMS = {
    "1D": ("2026-06-25", "2026-06-26"),
    "1w": ("2026-06-19", "2026-06-26"),
    "MTD": ("2026-05-29", "2026-06-26"),
    "QTD": ("2026-03-31", "2026-06-26"),
    "YTD": ("2025-12-31", "2026-06-26"),
    "1M": ("2026-05-26", "2026-06-26"),
    "3M": ("2026-03-26", "2026-06-26"),
    "6M": ("2025-12-26", "2026-06-26"),
    "1Y": ("2025-06-26", "2026-06-26"),
    "H1": ("2025-12-31", "2026-06-26"),
    "H2": ("2025-06-30", "2025-12-31"),
    "2025": ("2024-12-31", "2025-12-31"),
    "2026": ("2025-12-31", "2026-06-26"),
    "2026-01-21:2026-05-05": ("2026-01-21", "2026-05-05"),
    "2026-01-24:2027-01-01": ("2026-01-23", "2026-06-26"),
}


def test_every_form_of_window() -> None:
    windows = {spec: resolve(spec, date(2026, 6, 28), DAYS) for spec in FORMS}
    assert {spec: (str(w.start), str(w.end)) for spec, w in windows.items()} == FORMS


def test_the_anchors_are_calendar_dates_and_shift_as_such() -> None:
    window = resolve("YTD", date(2026, 6, 26), DAYS)
    assert (window.anchor, window.end_anchor) == (date(2025, 12, 31), date(2026, 6, 26))
    earlier = same_window(window, 5, DAYS)
    assert earlier is not None
    assert (earlier.start, earlier.end) == (date(2020, 12, 31), date(2021, 6, 25))
    assert same_window(window, 8, DAYS) is None


def test_a_year_that_ends_on_a_weekend_ends_on_its_last_day() -> None:
    """31 December 2022 is a Saturday: the same window of 2021 ends on the 31st."""
    asked = [resolve("2022", day, DAYS) for day in (date(2022, 12, 31), date(2023, 6, 1))]
    assert asked[0] == asked[1]
    assert (asked[0].end, asked[0].end_anchor) == (date(2022, 12, 30), date(2022, 12, 31))
    earlier = same_window(asked[0], 1, DAYS)
    assert earlier is not None and earlier.end == date(2021, 12, 31)


def test_a_day_that_a_month_lacks_is_clamped() -> None:
    assert months_back(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_back(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_back(date(2024, 2, 29), 12) == date(2023, 2, 28)
    assert months_back(date(2026, 1, 15), 1) == date(2025, 12, 15)


def test_a_start_close_more_than_seven_days_before_its_anchor_is_none() -> None:
    held = np.array(["2025-12-23", "2026-01-05", "2026-01-06"], "datetime64[D]")
    with pytest.raises(UnavailableError, match="no close near 2025-12-31; the last one before"):
        resolve("YTD", date(2026, 1, 6), held)
    held = np.array(["2025-12-24", "2026-01-05", "2026-01-06"], "datetime64[D]")
    assert resolve("YTD", date(2026, 1, 6), held).start == date(2025, 12, 24)


@pytest.mark.parametrize(
    "spec", ["", "YT", "0", "99999", "2026-13-01:2026-12-31", "2026-05-05:2026-01-21"]
)
def test_what_is_no_window_is_refused(spec: str) -> None:
    with pytest.raises(WindowError):
        resolve(spec, date(2026, 6, 26), DAYS)


def test_a_window_that_has_not_begun_is_not_available() -> None:
    with pytest.raises(UnavailableError, match="2027 has not begun"):
        resolve("2027", date(2026, 6, 26), DAYS)
    with pytest.raises(UnavailableError):
        resolve("YTD", date(2018, 6, 26), DAYS)


def test_full_years() -> None:
    year = full_year(2025, DAYS)
    assert year is not None
    assert (year.start, year.end) == (date(2024, 12, 31), date(2025, 12, 31))
    assert full_year(2019, DAYS) is None
    assert full_year(2026, DAYS) is None


def test_distinct_days_are_ascending_and_once_each() -> None:
    days = np.array(["2026-03-05", "2024-02-29", "2026-03-05", "1969-12-31"], "datetime64[D]")
    assert distinct(days).astype(str).tolist() == ["1969-12-31", "2024-02-29", "2026-03-05"]
    assert distinct(days[:0]).dtype == days.dtype and not len(distinct(days[:0]))
