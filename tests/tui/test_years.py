"""The view "years" of Breadth and Changes: a measure over the same window of every year."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import take
from core.data.market import Market
from core.data.question import Question
from tests.core.test_history import ROSE, one_list, twelve_years
from tests.tui.driving import drive, press, seen, until
from tests.tui.test_standing import type_line
from tui.host.scene import Scene
from tui.panes.years import drawing, years_of
from tui.screen.app import InternalsApp
from tui.text.spans import plain


def test_a_row_a_year_under_what_the_last_one_is() -> None:
    market = twelve_years()
    scene = Scene(take(market, Question(window="YTD", basis="pr")), market)
    made = years_of(scene, "share_up")
    shown = plain(drawing(scene, made, 110, 30))
    assert "25.0 %, the lowest since 2007-12-31, rank 2 of 12" in " ".join(shown[:4])
    rows = [line for line in shown if line[1:5].isdigit()]
    assert [line.split()[0] for line in rows] == [str(year) for year in range(2012, 2000, -1)]
    # of four lines, how many rose
    assert [line.split()[1] for line in rows] == [f"{25 * rose}.0" for rose in reversed(ROSE)]
    # a full bar is the year in which all rose, none has none
    bars = {line.split()[0]: line.count("█") for line in rows}
    assert bars["2008"] == max(bars.values()) > bars["2012"] > bars["2007"] == 0


def test_fewer_rows_than_years_show_the_newest() -> None:
    market = twelve_years()
    scene = Scene(take(market, Question(window="YTD", basis="pr")), market)
    shown = plain(drawing(scene, years_of(scene, "top10_share"), 60, 10))
    rows = [line.split()[0] for line in shown if line[1:5].isdigit()]
    assert rows[0] == "2012" and len(shown) <= 10


def test_an_estimated_year_has_a_mark_and_its_legend() -> None:
    market = one_list()
    for as_of, marked in (("2020-02-28", True), ("2020-04-30", False)):
        question = Question(window="MTD", basis="pr", as_of=date.fromisoformat(as_of))
        scene = Scene(take(market, question), market)
        shown = plain(drawing(scene, years_of(scene, "share_up"), 110, 30))
        (row,) = (line for line in shown if line[1:5] == "2020")
        # the list is of 14 February: it is carried back to January's end, not to March's
        assert ("~" in row) is marked
        assert any(line.strip().startswith("~ estimated") for line in shown) is marked


def test_the_years_come_to_the_pane_that_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a thread that Textual is told the name of: else it writes out the whole market for one."""
    monkeypatch.setattr(Market, "__repr__", lambda market: pytest.fail("the market written out"))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for pane in "34":
            await press(pilot, app, pane)
            await type_line(pilot, app, "view years")
            assert app.main is not None and app.main.pane_here.view == "years"
            await until(lambda: " 2012 " in seen(app) and " 2003 " in seen(app))
        await press(pilot, app, "3")
        await type_line(pilot, app, "view averages")
        await until(lambda: "counting" not in seen(app))

    drive(story, market=twelve_years(), question=Question(window="YTD", basis="pr"), size=(100, 30))


def test_one_thread_works_and_the_newest_question_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A held `<` asks for many days; the first and the last are worked out."""
    asked, go_on = list[date](), threading.Event()

    def slow(scene: Scene, measure: str) -> object:
        asked.append(scene.snapshot.as_of)
        assert go_on.wait(60)
        return years_of(scene, measure)

    monkeypatch.setattr("tui.panes.years.years_of", slow)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        go_on.set()
        await press(pilot, app, "3")
        await type_line(pilot, app, "view years")
        assert asked == [date(2012, 12, 31)] and app.main is not None
        go_on.clear()
        pane = app.main.pane_here
        for day in (28, 27, 26):
            await pilot.press("<")
            await until(
                lambda day=day: (
                    pane.scene is not None and pane.scene.snapshot.as_of == date(2012, 12, day)
                ),
            )
        assert asked[1:] == [date(2012, 12, 28)]
        go_on.set()
        await until(lambda: "2012-12-26" in seen(app) and " 2003 " in seen(app))
        assert asked[1:] == [date(2012, 12, 28), date(2012, 12, 26)]

    drive(story, market=twelve_years(), question=Question(window="YTD", basis="pr"), size=(100, 30))
