"""The first numbers, on the frame: in the cells and the words of the screen that takes it over."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.driving import drive, lines_of
from tests.tui.markets import NOW, QUESTION, answer, small_market
from tui.command.commands import COMMANDS
from tui.host.scene import Scene
from tui.panes.frame import READING, Start
from tui.screen.app import InternalsApp
from tui.screen.first_numbers import answered
from tui.state.config import Config
from tui.state.state_files import Seat
from tui.text.spans import plain

KEYS = {command.name: command.keys for command in COMMANDS if command.keys}
PAIRS = Config().pairs
START = Start(QUESTION, PAIRS, KEYS, Seat(), simulated=True)


@pytest.mark.parametrize("size", [(80, 24), (112, 32), (120, 36), (160, 45), (200, 60)])
def test_they_stand_where_the_screen_shows_them(size: tuple[int, int]) -> None:
    market = small_market(simulated=True)
    scene = Scene(answer(market, QUESTION), market)
    drawn = plain(answered(*size, START, scene, NOW))
    shown: list[str] = []

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        shown.extend(lines_of(app))

    drive(story, market=market, size=size)
    assert len(drawn) == size[1] and all(len(line) == size[0] for line in drawn)
    # header, headline and the figures of the spread are whole; other panes have their titles
    assert "2026-06-26" in drawn[0] and "IWM" in drawn[1] and READING not in "".join(drawn)
    figures = next(line for line in drawn if line.startswith(" IWM +"))
    assert "SPY" in figures and "gap" in figures
    # the status line says the age of the data, and then what a refresh would cost
    assert "2026-06-26 (not the last)" in drawn[-2] and "store 7" in drawn[-2]
    for was, now in zip(drawn[:-2] + drawn[-1:], shown[:-2] + shown[-1:], strict=True):
        # beside the spread nothing stands yet, and titles say no more than their views
        assert now.startswith(was.rstrip()) or "─" in was, (was, now)


def test_a_pane_that_is_zoomed_keeps_the_room() -> None:
    market = small_market()
    scene = Scene(answer(market, QUESTION), market)
    start = Start(QUESTION, (), KEYS, Seat(pane=3, zoomed=True))
    drawn = plain(answered(120, 36, start, scene, NOW))
    assert "as of" in drawn[0] and "Breadth" in "".join(drawn) and "Spread" not in "".join(drawn)
    assert not "".join(drawn[4:-2]).strip()


def test_too_small_a_terminal_says_so() -> None:
    market = small_market()
    scene = Scene(answer(market, QUESTION), market)
    drawn = plain(answered(30, 8, Start(QUESTION, (), KEYS, Seat()), scene, NOW))
    assert "too small" in " ".join("".join(drawn).split())
