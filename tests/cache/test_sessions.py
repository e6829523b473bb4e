"""Exchange sessions against dates typed from the exchange's own notices, and their maker."""

from __future__ import annotations

import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest

from cache.facts import holidays
from cache.facts.errors import CacheError
from cache.facts.sessions import (
    FILE,
    OLD_FILE,
    closes_at,
    last_final,
    last_session,
    listed_through,
    sessions,
    unforeseen,
)

ROOT = Path(__file__).resolve().parents[2]
CLOSED = (
    "1914-07-31",  # until December, for the war
    "1914-12-11",
    "1933-03-06",  # the banks' holiday
    "1945-08-15",  # victory over Japan
    "1952-05-31",  # a Saturday after the last with a session
    "1952-11-04",  # an election
    "1963-11-25",  # funeral of John Kennedy
    "1968-06-12",  # a Wednesday, to catch up with paperwork
    "1977-07-14",  # New York without current
    "1985-09-27",  # hurricane Gloria
    "1994-04-27",  # funeral of Richard Nixon
    "2001-09-11",
    "2001-09-14",
    "1987-04-17",  # Good Friday
    "1991-12-25",
    "2004-06-11",  # funeral of Ronald Reagan
    "2007-01-02",  # funeral of Gerald Ford
    "2012-10-29",  # hurricane Sandy
    "2012-10-30",
    "2018-12-05",  # funeral of George Bush
    "2025-01-09",  # funeral of Jimmy Carter
    "2022-06-20",  # Juneteenth, observed on the Monday
    "2026-04-03",  # Good Friday
    "2026-07-03",  # Independence Day, observed on the Friday
    "2026-11-26",
    "2027-12-24",
    "2026-06-27",  # a Saturday
)
HELD = (
    "1914-07-30",
    "1914-12-12",  # a Saturday
    "1929-10-28",
    "1950-01-03",
    "1952-05-24",  # the last Saturday
    "1987-10-19",
    "1991-01-16",
    "1993-01-04",
    "2001-09-10",
    "2001-09-17",
    "2021-06-18",
    "2026-06-26",
    "2027-12-31",
)
#: Sessions a year, as the exchange counted them.
COUNTS = {
    1968: 226,
    1970: 254,
    1985: 252,
    1992: 254,
    1987: 253,
    2001: 248,
    2012: 250,
    2018: 251,
    2020: 253,
    2023: 250,
    2024: 252,
    2025: 250,
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_known_days() -> None:
    held = set(sessions().astype(str).tolist())
    assert held.isdisjoint(CLOSED)
    assert held.issuperset(HELD)


def test_shape() -> None:
    days = sessions()
    assert days.dtype == np.dtype("datetime64[D]")
    assert np.all(np.diff(days.astype(int)) > 0)
    assert (str(days[0]), str(days[-1])) == ("1885-01-02", "2037-12-31")
    assert listed_through() == date(2027, 12, 31)
    assert not days.flags.writeable


def test_sessions_a_year() -> None:
    years = sessions().astype("datetime64[Y]").astype(int) + 1970
    assert {year: np.count_nonzero(years == year) for year in COUNTS} == COUNTS


@pytest.mark.parametrize(
    ("year", "weekdays", "saturdays"),
    # the S&P 500 has as many closes of weekdays in these years, in the tables of its vendors
    [(1950, 249, 32), (1951, 249, 34), (1952, 250, 21), (1953, 251, 0)],
)
def test_saturdays_until_1952(year: int, weekdays: int, saturdays: int) -> None:
    days = sessions()[sessions().astype("datetime64[Y]") == np.datetime64(str(year))]
    on_saturday = [day.weekday() == 5 for day in days.tolist()]
    assert (len(days) - sum(on_saturday), sum(on_saturday)) == (weekdays, saturdays)


@pytest.mark.parametrize(
    ("session", "bell"),
    [
        (date(2026, 1, 2), "2026-01-02T21:00+00:00"),
        (date(2026, 6, 26), "2026-06-26T20:00+00:00"),
        (date(2026, 3, 6), "2026-03-06T21:00+00:00"),  # the Friday before summer time
        (date(2026, 3, 9), "2026-03-09T20:00+00:00"),  # the Monday after
        (date(2025, 7, 3), "2025-07-03T17:00+00:00"),  # 13:00, summer
        (date(2025, 11, 28), "2025-11-28T18:00+00:00"),  # 13:00, the day after Thanksgiving
        (date(2025, 12, 24), "2025-12-24T18:00+00:00"),
    ],
)
def test_closing_bell(session: date, bell: str) -> None:
    assert closes_at(session) == at(bell)
    assert closes_at(session).utcoffset() == timedelta(0)


def test_no_bell_without_a_session() -> None:
    with pytest.raises(CacheError, match="no session on 2026-07-03"):
        closes_at(date(2026, 7, 3))


@pytest.mark.parametrize(
    ("now", "opened", "final"),
    [
        ("2026-06-26T09:29:59-04:00", date(2026, 6, 25), date(2026, 6, 25)),
        ("2026-06-26T09:30:00-04:00", date(2026, 6, 26), date(2026, 6, 25)),
        ("2026-06-26T16:00:00-04:00", date(2026, 6, 26), date(2026, 6, 25)),
        ("2026-06-26T16:19:59-04:00", date(2026, 6, 26), date(2026, 6, 25)),
        ("2026-06-26T16:20:00-04:00", date(2026, 6, 26), date(2026, 6, 26)),
        ("2026-06-28T12:00:00-04:00", date(2026, 6, 26), date(2026, 6, 26)),
        ("2026-06-29T08:00:00-04:00", date(2026, 6, 26), date(2026, 6, 26)),
        ("2025-11-28T13:19:00-05:00", date(2025, 11, 28), date(2025, 11, 26)),
        ("2025-11-28T13:20:00-05:00", date(2025, 11, 28), date(2025, 11, 28)),
        # Midnight in UTC is still the evening of the session in New York.
        ("2026-06-27T00:30:00+00:00", date(2026, 6, 26), date(2026, 6, 26)),
        ("2026-06-26T09:00:00+09:00", date(2026, 6, 25), date(2026, 6, 25)),
    ],
)
def test_latest_sessions(now: str, opened: date, final: date) -> None:
    assert last_session(at(now)) == opened
    assert last_final(at(now)) == final


def test_a_time_needs_a_zone_and_a_known_year() -> None:
    with pytest.raises(CacheError, match="no time zone"):
        last_session(datetime(2026, 6, 26, 12))
    with pytest.raises(CacheError, match="through 2037-12-31 only"):
        last_final(datetime(2038, 1, 1, 12, tzinfo=UTC))
    with pytest.raises(CacheError, match="known from 1885-01-02 on"):
        last_session(datetime(1884, 12, 31, 12, tzinfo=UTC))
    east = timezone(timedelta(hours=14))
    assert last_session(datetime(2028, 1, 1, 12, tzinfo=east)) == date(2027, 12, 31)


#: Typed from the exchange's notice of its holidays of 2028, and from a calendar of later years.
COMPUTED = (
    *("2028-01-17", "2028-02-21", "2028-04-14", "2028-05-29", "2028-06-19", "2028-07-04"),
    *("2028-09-04", "2028-11-23", "2028-12-25", "2029-01-01", "2029-03-30", "2032-12-24"),
    *("2034-01-02", "2033-12-26", "2032-06-18", "2033-06-20", "2032-07-05", "2037-04-03"),
)


def test_after_the_list_the_sessions_are_computed() -> None:
    held = set(sessions().astype(str).tolist())
    assert held.isdisjoint(COMPUTED)
    # New Year's Day of 2028 and of 2033 is a Saturday: nothing is closed for it
    assert held.issuperset(("2027-12-31", "2028-01-03", "2032-12-31", "2033-01-03", "2028-12-26"))
    assert closes_at(date(2028, 7, 3)) == at("2028-07-03T17:00+00:00")
    assert closes_at(date(2028, 11, 24)) == at("2028-11-24T18:00+00:00")
    assert closes_at(date(2029, 12, 24)) == at("2029-12-24T18:00+00:00")
    assert closes_at(date(2028, 7, 5)) == at("2028-07-05T20:00+00:00")
    assert last_final(at("2028-03-01T12:00:00-05:00")) == date(2028, 2, 29)


@pytest.fixture(scope="module")
def made() -> str:
    """The data file as the maker makes it of years beyond the list, too."""
    pytest.importorskip("exchange_calendars")
    from cache.facts.make_sessions import make

    with warnings.catch_warnings():
        # exchange_calendars reads dates in a way that pandas 3.1 deprecates
        warnings.filterwarnings("ignore", "Series.values returning")
        return make(date(2060, 12, 31), date(2026, 1, 1))


def test_the_rules_give_what_others_list(made: str) -> None:
    others = dict(row.split(",") for row in made.splitlines() if row[:2] == "20")
    # unforeseen, as a rule is: the funeral of Jimmy Carter
    del others["2025-01-09"]
    for year in range(2022, 2061):
        listed = {day: what for day, what in others.items() if day[:4] == str(year)}
        mine = dict.fromkeys(map(str, holidays.closed(year)), "closed")
        assert listed == mine | dict.fromkeys(map(str, holidays.early(year)), "13:00"), year


@pytest.mark.filterwarnings("ignore:Series.values")
def test_closures_that_no_rule_foretells() -> None:
    """Mourning of five presidents, September 2001, the storm of October 2012."""
    days = "1994-04-27 2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 2007-01-02"
    days += " 2012-10-29 2012-10-30 2018-12-05 2025-01-09"
    assert sorted(map(str, unforeseen())) == days.split()


def test_the_maker_makes_the_same_file(made: str) -> None:
    text = FILE.read_text("ascii")
    listed = body(made.replace("# last: 2060", "# last: 2027"))
    assert [row for row in listed if not "2028" <= row < "2061"] == body(text)
    assert "# source: exchange_calendars" in text
    assert "# made: 20" in text


@pytest.mark.filterwarnings("ignore")
def test_the_maker_makes_the_same_file_of_the_years_before_1987(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("pandas_market_calendars")
    import pandas as pd
    from pandas.tseries.holiday import AbstractHolidayCalendar

    from cache.facts.make_sessions import make_old

    # its holidays are computed through 2200 otherwise
    monkeypatch.setattr(AbstractHolidayCalendar, "end_date", pd.Timestamp("1987-12-31"))
    text = OLD_FILE.read_text("ascii")
    assert body(make_old(date(2026, 1, 1))) == body(text)
    assert "# source: pandas_market_calendars" in text


def body(lines: str) -> list[str]:
    """The lines of a data file without when and from what it was made."""
    return [line for line in lines.splitlines() if not line.startswith(("# made", "# source"))]


@pytest.mark.process
def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, cache.facts.sessions; cache.facts.sessions.sessions();"
        "print(sorted({'pandas', 'exchange_calendars', 'textual', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
