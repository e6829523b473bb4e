"""The gap by month: each cell is what the pair's own question for that month answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from textual.pilot import Pilot

from core.answer.months import gap_by_month
from core.answer.snapshot import take
from core.data.question import Question
from tests.market import make_market, prices, weekdays
from tests.tui.driving import drive, lines_of, press, seen
from tests.tui.markets import GAPS, QUESTION, small_market
from tests.tui.test_standing import type_line
from tui.screen.app import InternalsApp

MARKET = small_market()
#: Months of 2026, and whether they are whole on 26 June: closes are held to the 30th.
MONTHS = {1: False, 3: False, 5: False, 6: True}


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("basis", ["pr", "tr"])
def test_a_cell_is_the_answer_for_its_month(basis: str, alone: bool) -> None:
    large = "IWM" if alone else "SPY"
    basis_of = replace(QUESTION, basis="pr" if basis == "pr" else "tr", alone=alone, large=large)
    periods = gap_by_month(MARKET, take(MARKET, basis_of))
    for month, partial in MONTHS.items():
        first = date(2026, month, 1).toordinal() - 1
        last = date(2026, month + 1, 1).toordinal() - 1
        label = f"{date.fromordinal(first)}:{date.fromordinal(last)}"
        answer = take(MARKET, replace(basis_of, window=label))
        spread = answer.single_spread if alone else answer.spread
        period = periods[2026, month]
        assert spread is not None and (period.window, period.gap) == (answer.window, spread.gap)
        assert period.partial is partial
    assert (2026, 7) not in periods and periods[2026, 0].partial


def test_whole_years_are_the_gaps_typed_by_hand() -> None:
    periods = gap_by_month(MARKET, take(MARKET, QUESTION))
    # of these years the last day of both ends is a session
    for year in (2015, 2019, 2020, 2021, 2025):
        assert periods[year, 0].gap == pytest.approx(GAPS[year] / 100)
    assert not any(periods[year, 0].partial for year in GAPS)
    # the first close is of 31 December 2014: no month and no year before 2015 has a start
    assert min(year for year, _ in periods) == 2015
    # the present year is the window itself: 20 % less 9 %
    assert periods[2026, 0].gap == pytest.approx(0.11)


def test_the_calendar_on_the_screen() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await type_line(pilot, app, "view months")
        assert re.search(r"2024 +2025 +2026\b", seen(app)) and "* not whole" in seen(app)
        await press(pilot, app, "G")
        rows = [line.split() for line in lines_of(app) if line.startswith(" year")]
        assert rows[0][-2:] == ["-5.00", "+11.00*"] and rows[-1][1] == "-3.00"
        await press(pilot, app, "Y")
        assert "Spread: months" in app.clipboard and "+11.00*" in app.clipboard

    drive(story, market=MARKET, size=(80, 24))


def test_the_calendar_of_an_earlier_session_keeps_to_its_own_closes() -> None:
    """A close on row 60 cannot be believed, and 60 sessions follow that of the calendar."""
    sessions = weekdays("2024-12-02", "2026-03-31")
    rise = [100 * 1.001**n for n in range(len(sessions))]
    jump = [close * (20 if n >= 60 else 1) for n, close in enumerate(rise)]
    market = make_market(prices(sessions, {"IWM": jump, "SPY": [100.0] * len(sessions)}))
    question = Question("IWM", "SPY", "MTD", sessions[-61], "pr")
    periods = gap_by_month(market, take(market, question))
    # 23 weekdays, before the close in doubt; it lies in February and in the year
    assert periods[2025, 1].gap == pytest.approx(1.001**23 - 1)
    assert (2025, 2) not in periods and (2025, 0) not in periods
