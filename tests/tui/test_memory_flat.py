"""Pages that were open leave nothing behind: what a screen kept all day grows by."""

from __future__ import annotations

import gc

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from tests.tui.driving import drive, press
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp
from tui.state.config import Config


def strips() -> int:
    """Lines of Textual's that something keeps alive."""
    gc.collect()
    return sum(type(one) is Strip for one in gc.get_objects())


@pytest.mark.parametrize("wire", ["cells", "plain"])
def test_a_page_that_was_open_leaves_no_line_behind(wire: str) -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "question_mark", "escape")
        before = strips()
        await press(pilot, app, *["question_mark", "escape"] * 6)
        # a page of 36 lines has some two hundred: six that were kept would be 1,200
        assert strips() < before + 600

    drive(story, market=small_market(), config=Config(wire=wire), painted=True)
