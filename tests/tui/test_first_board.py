"""The first rows of the board, on the frame: in the cells of the screen that takes it over."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from core.answer.board import board
from core.data.question import Question
from tests.tui.board_market import WITHOUT, board_market, shipped_pairs
from tests.tui.driving import drive, lines_of, press, settle
from tests.tui.fake_desk import FakeDesk
from tui.command.commands import KEYS
from tui.panes.frame import Start
from tui.screen.app import InternalsApp
from tui.screen.first_board import boarded
from tui.state.config import Config
from tui.state.state_files import Seat
from tui.text.spans import plain

MARKET, ASKED = board_market(), Question(basis="pr")
BOARD = board(MARKET, shipped_pairs(), "pr")
SORTED = Seat(board_pair="XLK:SPY", board_key="YTD", board_falling=True)
SIZES = [(80, 24), (120, 36), (160, 48)]


@pytest.mark.parametrize("seat", [Seat(), SORTED, Seat(board_key="no such column")])
def test_they_stand_where_the_screen_shows_them(seat: Seat) -> None:
    desk = FakeDesk(MARKET)
    desk.memory.remember(ASKED, seat)
    shown: list[list[str]] = []

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await settle(pilot, app)
            await press(pilot, app, "B")
            shown.append(lines_of(app))
            await press(pilot, app, "escape")

    drive(story, desk=desk, question=ASKED, config=Config(pairs=()))
    for size, lines in zip(SIZES, shown, strict=True):
        the_rows_are_those_of_the_screen(size, seat, lines)


def the_rows_are_those_of_the_screen(size: tuple[int, int], seat: Seat, shown: list[str]) -> None:
    start = Start(ASKED, (), KEYS, seat, simulated=True, board=True)
    drawing = boarded(*size, start, BOARD, ASKED)
    drawn = plain(drawing)
    lit = ["".join(text for text, style in line if "cursor" in style.split()) for line in drawing]
    assert len(drawn) == size[1] and all(len(line) == size[0] for line in drawn)
    rows = [line for line in drawn if ":" in line[:14]]
    assert len(rows) > 8 and "as of 2026-06-26 (last)" in drawn[0]
    assert sum("▸" in line for line in rows) == 1
    # the pair under the cursor stands out, its figures do not
    (under,) = filter(None, lit)
    assert under.split()[:2] == ["▸", seat.board_pair or "IWM:SPY"]
    assert not any(mark in under for mark in "+-%")
    # all but what is new, which is looked up later, and the status line
    assert not drawn[-2].strip()
    for was, now in zip(drawn[:-2] + drawn[-1:], shown[:-2] + shown[-1:], strict=True):
        # the last column is the scrollbar's
        assert not was.strip() or now[: size[0] - 1].rstrip() == was.rstrip()
    if size == (160, 48):
        assert any(f"no closes of {WITHOUT}" in line for line in rows)
