"""The view "years" of Breadth and Changes: a measure over the same window of every year."""

from __future__ import annotations

from core.answer.snapshot import take
from core.data.question import Question
from tests.core.test_history import ROSE, twelve_years
from tui.host.scene import Scene
from tui.panes.years import drawing, years_of
from tui.text.spans import Drawing


def text(lines: Drawing) -> list[str]:
    return ["".join(part for part, _ in line).rstrip() for line in lines]


def test_a_row_a_year_under_what_the_last_one_is() -> None:
    market = twelve_years()
    scene = Scene(take(market, Question(window="YTD", basis="pr")), market)
    made = years_of(scene, "share_up")
    shown = text(drawing(scene, made, 110, 30))
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
    shown = text(drawing(scene, years_of(scene, "top10_share"), 60, 10))
    rows = [line.split()[0] for line in shown if line[1:5].isdigit()]
    assert rows[0] == "2012" and len(shown) <= 10
