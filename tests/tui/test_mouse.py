"""The mouse beyond tables: pages and drawings scroll under its wheel, and no further."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.tui.driving import drive, lines_of, press, seen, settle, until
from tests.tui.markets import small_market
from tui.panes.help import PageScreen
from tui.screen.app import InternalsApp

MARKET = small_market()


def test_the_wheel_moves_a_page_three_lines() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2")
        for key in ("question_mark", "d"):
            await press(pilot, app, key)
            await until(lambda: "looking up" not in seen(app))
            screen = app.screen
            assert isinstance(screen, PageScreen)
            top = lines_of(app)
            for kind in (events.MouseScrollDown, events.MouseScrollDown, events.MouseScrollUp):
                # As a terminal sends it: to the screen, which finds what is under the mouse.
                screen.post_message(kind(None, 3, 3, 0, 0, 0, False, False, False))
                await settle(pilot, app)
            assert lines_of(app)[0] == top[3], key
            for _ in range(40):
                screen.post_message(events.MouseScrollUp(None, 3, 3, 0, 0, 0, False, False, False))
            await settle(pilot, app)
            assert lines_of(app) == top, key
            await press(pilot, app, "escape")
            assert app.screen is not screen

    drive(story, market=MARKET, size=(60, 14))
