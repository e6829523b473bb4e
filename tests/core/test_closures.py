"""A file dated on a day that turned out to be no session is named, and counts as the day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from core.answer.snapshot import Question, take
from core.data.closures import closures
from core.data.frames import Prices, dates_of
from core.note.note import withheld
from tests.market import NAN, holdings, make_market, prices, weekdays
from tui.report.document import document

#: A Wednesday in the middle of the bars.
CLOSED = date(2026, 3, 18)
DAYS = weekdays("2026-03-02", "2026-04-10")
LINES = [f"L{n:02}" for n in range(12)]


def held(days: Sequence[date], stray: date | None = None) -> Prices:
    """Twelve lines and two funds that rise by one a session; three of them alone on one day."""
    closes = {
        symbol: [
            NAN if day == stray and symbol not in ("L00", "FND", "REF") else 100.0 + n
            for n, day in enumerate(days)
        ]
        for symbol in [*LINES, "FND", "REF"]
    }
    bars = prices(days, closes)
    if stray is None:
        return bars
    runs = ((stray - timedelta(days=1), "test"), (stray, "stray.csv"))
    runs_of = dict.fromkeys(("L00", "FND", "REF"), runs)
    return replace(bars, origin=runs_of)


def of(days: list[str]) -> Prices:
    return prices([*map(date.fromisoformat, days)], {"A": [1.0] * len(days)})


@pytest.mark.parametrize(
    ("lacking", "closed"),
    [
        (["2026-03-18"], ["2026-03-18"]),
        (["2026-03-18", "2026-03-19"], ["2026-03-18", "2026-03-19"]),
        # five sessions are no closure, and nobody knows what lies behind the end
        (["2026-03-16", "2026-03-17", "2026-03-18", "2026-03-19", "2026-03-20"], []),
        (["2026-04-10"], []),
        # too few sessions held before it
        (["2026-03-05"], []),
    ],
)
def test_a_closure_is_a_short_hole_between_sessions_held(
    lacking: list[str], closed: list[str]
) -> None:
    left = [str(day) for day in DAYS if str(day) not in lacking]
    found = closures(dates_of(DAYS), of(left).blocks)
    assert [str(day) for day in found] == closed


def test_weekly_and_monthly_closes_leave_no_closures() -> None:
    calendar = dates_of(weekdays("2025-01-01", "2025-12-31"))
    fridays = [str(day) for day in calendar.tolist() if day.weekday() == 4]
    assert not len(closures(calendar, of(fridays).blocks))
    assert not len(closures(calendar, of(["2025-01-31", "2025-02-28", "2025-03-31"]).blocks))
    assert not len(closures(calendar, ()))


def test_a_saturday_without_closes_is_no_session_in_any_week() -> None:
    # 1952-05-12 to 24 with both Saturdays, and a holiday that leaves its week four sessions
    held_days = [*weekdays("1952-05-05", "1952-05-23"), *weekdays("1952-05-26", "1952-06-06")]
    held_days.remove(date(1952, 5, 13))
    saturdays = [date(1952, 5, 10), date(1952, 5, 17), date(1952, 5, 24)]
    calendar = dates_of(sorted([*held_days, *saturdays]))
    assert closures(calendar, of(list(map(str, held_days))).blocks).tolist() == saturdays
    # where one has closes, it is a session
    some = sorted([*held_days, saturdays[1]])
    assert closures(calendar, of(list(map(str, some))).blocks).tolist() == saturdays[::2]


def test_a_holdings_file_of_a_closure_counts_as_of_the_session_before_and_is_named() -> None:
    days = [day for day in DAYS if day != CLOSED]
    even = dict.fromkeys(LINES, 1.0)
    files = [holdings(fund, "2026-03-02", even) for fund in ("FND", "REF")]
    heavy = replace(holdings("FND", str(CLOSED), {**even, "L00": 12.0}), source="late.csv")
    snapshot = take(
        make_market(held(days), *files, heavy), Question("FND", "REF", "2026-03-17:2026-04-10")
    )
    small = snapshot.small
    assert small is not None and not small.estimated
    assert small.contributors.weight[small.contributors.symbols.index("L00")] == 12 / 23
    assert [w for w in snapshot.warnings if "late.csv" in w] == [
        "FND: its file of 2026-03-18 (late.csv) counts as of 2026-03-17: no close of 2026-03-18 is"
        " held, a session by the calendar"
    ]
    # where the day is a session there is nothing to say, and at a holiday neither
    for sessions_held, unforeseen in (
        (DAYS, frozenset[date]()),
        (days, frozenset({CLOSED})),
        (days, frozenset()),
    ):
        known = make_market(held(sessions_held), *files, heavy)
        if sessions_held is not DAYS:
            calendar = known.reference.sessions
            calendar = calendar[calendar != np.datetime64(CLOSED)]
            reference = replace(known.reference, sessions=calendar, unforeseen=unforeseen)
            known = replace(known, reference=reference)
        snapshot = take(known, Question("FND", "REF", "2026-03-18:2026-04-10"))
        assert [w.partition("counts ")[2] for w in snapshot.warnings if "late.csv" in w] == [
            "as of 2026-03-17: the exchange was closed on 2026-03-18, which is no holiday"
        ] * len(unforeseen)


def test_the_file_with_the_closes_of_a_closure_is_named_in_the_sentence_it_spoils() -> None:
    days = [day for day in DAYS if day <= CLOSED]
    even = dict.fromkeys(LINES, 1.0)
    files = [holdings(fund, "2026-03-02", even) for fund in ("FND", "REF")]
    snapshot = take(
        make_market(held(days, CLOSED), *files), Question("FND", "REF", "2026-03-02:2026-03-18")
    )
    assert snapshot.state == "partial"
    told = "closes of 2026-03-18 are held of 3 of 14 symbols, by stray.csv"
    assert [w for w in snapshot.warnings if "stray.csv" in w] == [
        f"{told}; if the exchange was closed that day, they are wrong: forget that import"
    ]
    for view in (snapshot.small, snapshot.large):
        assert view is not None
        assert str(withheld(view)) == (
            f"{view.fund}: lines of 91.7 % of weight end on 17 March 2026, the fund on 18 March"
            " 2026; closes of 18 March 2026 are held of 3 of 14 symbols, by stray.csv; nothing is"
            " claimed about leaders or breadth."
        )
        assert document(snapshot)["indices"][view.fund]["stray_day"] == {
            "session": "2026-03-18", "closes": 3, "before": 14, "sources": ["stray.csv"],
        }  # fmt: skip
    whole = take(make_market(held(days), *files), Question("FND", "REF", "2026-03-02:2026-03-18"))
    assert whole.small is not None and whole.small.stray_day is None
