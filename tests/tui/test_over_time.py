"""Contributions over several windows and movers since a date: each cell an answer of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from textual.pilot import Pilot

from core.answer.contributions import SIDE_BY_SIDE, side_by_side
from core.answer.movers import movers
from core.answer.snapshot import Question, take
from core.data.errors import UnavailableError
from tests.tui.driving import drive, lines_of, press, seen, settle
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import END, QUESTION, SESSIONS, SMALL, SMALL_RETURNS, START, small_market
from tests.tui.test_standing import type_line
from tui.screen.app import InternalsApp

MARKET = small_market()
SINCE = date(2026, 5, 29)


def close(symbol: str, when: date) -> float:
    """A small line's close by hand: straight in logarithms from 100 at the start."""
    share = (when - START).days / (END - START).days
    return 100 * float((1 + SMALL_RETURNS[symbol]) ** share)


def brought(symbol: str, first: date, last: date) -> float:
    """Its contribution by hand: 96 % of equal values at the start, held up to the end, in bp."""
    whole = sum(close(one, first) for one in SMALL)
    return 0.96 * (close(symbol, last) - close(symbol, first)) / whole * 10_000


def row(app: InternalsApp, symbol: str) -> list[str]:
    """The cells of a name in the table on the screen, without its bar."""
    cells = next(line.split() for line in lines_of(app) if f" {symbol} " in line)
    return [cell for cell in cells if not set(cell) & set("│█▏▎▍▌▋▊▉")]


def row_title(app: InternalsApp) -> str:
    """The title of the pane."""
    return next(line for line in lines_of(app) if "2 Contributors" in line)


@pytest.mark.parametrize("as_of", [END, date(2026, 3, 31), date(2026, 1, 5), None])
@pytest.mark.parametrize("basis", ["pr", "tr"])
def test_every_window_is_what_a_question_for_it_answers(as_of: date | None, basis: str) -> None:
    question = Question(as_of=as_of, basis="pr" if basis == "pr" else "tr", window="3M")
    snapshot = take(MARKET, question)
    columns = side_by_side(MARKET, snapshot)
    assert [column.label for column in columns] == [*SIDE_BY_SIDE, "3M"]
    for column in columns:
        answer = take(MARKET, replace(question, window=column.label))
        assert column.window == answer.window
        assert column.indices.keys() == answer.indices.keys()
        for fund, one in column.indices.items():
            view = answer.indices[fund]
            assert one.symbols == view.contributors.symbols
            assert one.value.tolist() == view.contributors.contribution.tolist()
            assert one.by_sector == view.sectors
            assert (one.fund_return, one.basket_return) == (view.fund_return, view.basket_return)
            assert (one.claims, one.estimated) == (view.claims, view.estimated)


def test_a_window_without_closes_is_said_and_the_others_stand() -> None:
    snapshot = take(MARKET, Question(as_of=date(2015, 1, 6), window="1D"))
    by_label = {column.label: column for column in side_by_side(MARKET, snapshot)}
    assert by_label["QTD"].window is not None
    assert by_label["1W"].window is None and "no close near 2014-12-30" in by_label["1W"].missing[0]


def test_movers_are_the_difference_of_two_answers() -> None:
    snapshot = take(MARKET, QUESTION)
    answer = movers(MARKET, snapshot, SINCE)
    then = take(MARKET, replace(QUESTION, as_of=SINCE))
    for fund, one in answer.indices.items():
        lines = then.indices[fund].contributors, snapshot.indices[fund].contributors
        for values, places, of in zip(
            (one.before, one.after), (one.place_before, one.place_after), lines, strict=True
        ):
            by_symbol = dict(zip(of.symbols, of.contribution.tolist(), strict=True))
            assert dict(zip(one.symbols, values.tolist(), strict=True)) == by_symbol
            assert [one.symbols[n] for n in np.argsort(places)] == list(of.symbols)
        assert np.all(np.diff(one.change) <= 0)
    gained = dict(zip(answer.indices["IWM"].symbols, answer.indices["IWM"].change, strict=True))
    expected = brought("S28", START, END) - brought("S28", START, SINCE)
    assert gained["S28"] * 10_000 == pytest.approx(expected)


@pytest.mark.parametrize("since", [START, END, date(2020, 1, 1), date(2027, 1, 1)])
def test_movers_need_a_date_inside_the_window(since: date) -> None:
    with pytest.raises(UnavailableError, match="is not inside the window YTD"):
        movers(MARKET, take(MARKET, QUESTION), since)


def test_windows_and_movers_on_the_screen() -> None:
    day_before = SESSIONS[SESSIONS.index(END) - 1]
    quarter = date(2026, 3, 31)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        main = app.main
        assert main is not None
        await type_line(pilot, app, "view windows")
        first = row(app, "S29")
        assert first[-1] == f"{brought('S29', START, END):+.1f}"
        assert first[-2] == f"{brought('S29', quarter, END):+.1f}"
        assert first[-5] == f"{brought('S29', day_before, END):+.1f}"
        assert "1D" in seen(app) and "YTD▼" in seen(app) and "· IWM ─" in row_title(app)
        # the fund rose 20 % in all; its lines brought 80 bp less
        await press(pilot, app, "G")
        assert row(app, "of the fund")[-1] == "+2000.0" and "+1920.0" in seen(app)
        await press(pilot, app, "s", "1")
        assert "1D~▼" in seen(app) and main.names.symbol() == "S29"
        await press(pilot, app, "S")
        assert "1D~▲" in seen(app) and main.names.symbol() == "S00"
        # the marks of lines, the filter and the page of a name work as among the names
        await press(pilot, app, "space", "slash", *"s0", "enter")
        assert "●S00" in seen(app) and "10 matches" in seen(app)
        await press(pilot, app, "escape", "escape", "x")
        assert "· SPY ─" in row_title(app) and row(app, "L19")[0] in ("L19", "▸")
        await press(pilot, app, "x")
        # a window that is no longer asked for sorts nothing: the question's own does
        await type_line(pilot, app, "3m")
        await press(pilot, app, "s", "6")
        assert "3M▼" in seen(app)
        await type_line(pilot, app, "ytd")
        assert "YTD▼" in seen(app) and main.names.symbol() == "S29"
        await type_line(pilot, app, "view sector windows")
        # S29, S25 ... S01: every fourth line is of the second sector
        expected = sum(brought(symbol, START, END) for symbol in SMALL[1::4])
        cells = next(line.split() for line in lines_of(app) if "Information" in line)
        assert f"{expected:+.1f}" in cells
        # of a filter's lines alone: S01, S05 and S09 of ten are of that sector
        await press(pilot, app, "slash", *"s0", "enter")
        expected = sum(brought(symbol, START, END) for symbol in ("S01", "S05", "S09"))
        cells = next(line.split() for line in lines_of(app) if "Information" in line)
        assert f"{expected:+.1f}" in cells and "/s0 alone" in seen(app)
        expected = sum(brought(symbol, START, END) for symbol in SMALL[:10])
        assert f"{expected:+.1f}" in row(app, "all matches")
        assert "return of the fund" not in seen(app)
        await press(pilot, app, "escape")
        # lines that are not measured have a name and a weight to look for, and no return
        await type_line(pilot, app, "view left out")
        await press(pilot, app, "slash", *"x1", "enter")
        assert "IX1" in seen(app) and "IX0" not in seen(app)
        await press(pilot, app, "escape", "slash", *"ret>0", "enter")
        assert "/ret>0: no line matches." in seen(app)
        await press(pilot, app, "escape")
        await type_line(pilot, app, f"movers {SINCE}")
        assert f"· IWM since {SINCE}" in seen(app) and "change bp▼" in seen(app)
        now, then = (brought("S28", START, when) for when in (END, SINCE))
        assert f"{now - then:+.1f}" in row(app, "S28")
        await press(pilot, app, "s", "t")
        assert "then bp▼" in seen(app)
        await type_line(pilot, app, "movers 2030-01-01")
        assert "is not inside the window YTD" in seen(app)
        await type_line(pilot, app, "movers yesterday")
        assert "'yesterday' is no date; write movers 2026-06-19" in seen(app)

    drive(story, market=MARKET, size=(100, 36))


def test_movers_mark_what_is_less_sure_then_and_now() -> None:
    # 85 % of the weight has closes: nothing is claimed of either answer
    desk = FakeDesk(small_market(covered=0.85))
    # the only list is of a day before SINCE: its weights are carried back for both
    late = replace(MARKET.holdings["IWM"][0], as_of=date(2026, 5, 1))
    estimated = replace(MARKET, holdings={**MARKET.holdings, "IWM": (late,)})

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "z")
        await type_line(pilot, app, f"movers {SINCE}")
        assert "then bp!" in seen(app) and "now bp!" in seen(app)
        assert "nothing is claimed of leaders: then IWM 85.0 % measured, now IWM 85.0 % meas" in (
            " ".join(seen(app).split())
        )
        desk.current = replace(estimated, generation=8)
        app.poll()
        await settle(pilot, app)
        assert "then bp~" in seen(app) and "now bp~" in seen(app)
        assert "~ weights are estimated from a list of another day: then, now" in (
            " ".join(seen(app).split())
        )

    drive(story, desk=desk, size=(160, 36))
