"""Two sizes on their way at once: the screens are laid out for the terminal's own, and rest."""

from __future__ import annotations

import pytest
from textual import events
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen

from tests.tui.driving import drive, press, seen, settle
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp
from tui.screen.board_page import BoardPage
from tui.state.config import Config


@pytest.mark.parametrize("wire", ["cells", "plain"])
def test_sizes_that_overtake_each_other_come_to_rest(
    wire: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heeded, heed = list[Size](), Screen._screen_resized

    def counted(screen: Screen[None], size: Size) -> None:
        heeded.append(size)
        # the loop would leave no moment for anything else, the end of this test included
        assert len(heeded) < 20, "the sizes call for each other"
        heed(screen, size)

    async def rest(pilot: Pilot[None], app: InternalsApp) -> None:
        heeded.clear()
        # while nothing is painted, as at the start: what is put off stands between the two
        with app.batch_update():
            for width, height in ((65, 40), (96, 66)):
                size = Size(width, height)
                app.screen.post_message(events.Resize(size, size))
                app.screen.call_later(lambda: None)
            # in each turn all that is on its way comes to every widget
            for _ in range(3):
                await pilot.pause()
        assert app.screen.size == app.size == Size(120, 36)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        monkeypatch.setattr(Screen, "_screen_resized", counted)
        await rest(pilot, app)
        await press(pilot, app, "question_mark")
        await rest(pilot, app)

    drive(story, market=small_market(), config=Config(wire=wire), painted=True)


def test_hints_stay_away_from_too_small_a_terminal_and_from_a_line_that_is_typed() -> None:
    async def small(pilot: Pilot[None], app: InternalsApp) -> None:
        for key in ("B", "q"):
            await press(pilot, app, ":", "x", "escape")
            assert "help" not in seen(app), app.screen
            await press(pilot, app, key)

    async def typed(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B", ":", "x")
        before = seen(app)
        assert isinstance(app.screen, BoardPage)
        app.screen.show()  # as a new board does
        await settle(pilot, app)
        assert seen(app) == before and "help" not in before
        await press(pilot, app, "escape")
        assert "help" in seen(app)

    drive(small, market=small_market(), size=(30, 8))
    drive(typed, market=small_market())
