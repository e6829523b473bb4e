"""What a person does next is one key away, also from a page, an odd order, or a bad line."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot

from core.answer.snapshot import take
from core.answer.trail import trail
from core.data.frames import Theme
from tests.tui.driving import drive, handled, lines_of, press, seen, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, small_market
from tests.tui.test_standing import type_line
from tui.screen import chrome
from tui.screen.app import InternalsApp
from tui.state.config import read

MARKET = small_market()


def head(app: InternalsApp) -> str:
    return " ".join(lines_of(app)[1].split())


def test_the_page_of_a_name_tells_window_date_and_basis_with_their_figures() -> None:
    ready = Event()
    ready.set()

    def slow(*asked: Any) -> Any:
        assert ready.wait(60)
        return trail(*asked)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "enter")
        before = lines_of(app)[:4]
        ready.clear()
        try:
            await press(pilot, app, "right_square_bracket", answered=False)
            await until(lambda: app.snapshot and app.snapshot.window.label == "1Y")
            await handled(app)
            assert lines_of(app)[:4] == before
        finally:
            ready.set()
        await settle(pilot, app)
        assert "in IWM, 1Y 2025-06-26 → 2026-06-26" in head(app)
        await press(pilot, app, "left_square_bracket", "escape")
        await window_date_and_basis(pilot, app)

    with patch("tui.panes.name.trail", slow):
        drive(story, market=MARKET, size=(110, 30))


async def window_date_and_basis(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "enter")
    assert head(app).startswith("in IWM, YTD 2025-12-31 → 2026-06-26, price return")
    await press(pilot, app, "right_square_bracket")
    assert "in IWM, 1Y 2025-06-26 → 2026-06-26" in head(app)
    await press(pilot, app, "right_square_bracket")
    assert "1Y is the longest window" in lines_of(app)[-1]
    await press(pilot, app, "left_square_bracket", "less_than_sign")
    assert "YTD 2025-12-31 → 2026-06-25" in head(app)
    assert "[ ] window" in lines_of(app)[-1] and "S29  Example S29" in seen(app)
    await press(pilot, app, "t")
    assert "total return" in head(app)
    await press(pilot, app, "home")
    assert "as of 2026-06-30" in head(app)
    # the panes are of the same question
    await press(pilot, app, "escape")
    assert "total return" in lines_of(app)[0] and "2026-06-30" in lines_of(app)[0]


def test_the_column_that_names_are_sorted_by_is_in_sight() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2")
        assert "sector" not in seen(app).partition("bp▼")[0].rpartition("symbol")[2]
        await press(pilot, app, "s", "e")
        assert "sector▲" in seen(app) and " bp" in seen(app)
        await press(pilot, app, "s", "w")
        assert "wgt %▼" in seen(app)

    drive(story, market=MARKET, size=(44, 24))


def test_bad_lines_are_one_sentence_and_what_stood_there_stays() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for line, words in (
            ("asof 1990-01-01", "no close"),
            ("1990", "no close near 1989-12-31"),
            ("2030", "the window 2030 has not begun"),
            ("go zzzz", "is no measured name of either index"),
            ("ex ZZZZ", "ZZZZ"),
            ("group = MU", "a group needs a name"),
            ("movers 2025-12-31", "is not inside the window YTD"),
        ):
            await type_line(pilot, app, line)
            assert words in " ".join(seen(app).split()), line
            assert app.snapshot is not None and app.snapshot.question == QUESTION, line
            await press(pilot, app, "escape", "1")
        # a date after the last close is answered for the last one, and said
        await type_line(pilot, app, "asof 2099-01-01")
        assert app.snapshot is not None and f"{app.snapshot.as_of}" == "2026-06-30"
        assert "2099-01-01" in seen(app)

    drive(story, desk=FakeDesk(MARKET), size=(120, 36))


def test_five_hundred_marks_take_no_more_room_than_a_few() -> None:
    snapshot = take(MARKET, QUESTION)
    names = tuple(f"N{n:03}" for n in range(500))
    without = chrome.standing(
        type(QUESTION)(as_of=QUESTION.as_of, without=names), snapshot, "theme all of them", 500
    )
    assert without.startswith("without N000") and "more · theme all of them" in without
    assert len(without) < 160
    assert "500 marked" in chrome.standing(QUESTION, snapshot, "", 500)


def test_a_theme_of_one_name_and_a_setting_of_one_line() -> None:
    one = replace(MARKET, reference=replace(MARKET.reference, themes=(Theme("one", ("S29",)),)))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await type_line(pilot, app, "theme one")
        assert "one: your own; 1 of 1 found" in seen(app)

    drive(story, market=one, size=(120, 36))
    assert read('theme = "light"', "config.toml").theme == "light"
