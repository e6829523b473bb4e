"""Keys pressed while another pair is still to come: they are for its names, in their order."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from core.data.question import Question
from tests.tui.board_market import board_market
from tests.tui.driving import drive, press, seen
from tests.tui.markets import QUESTION, small_market
from tests.tui.test_early_keys import early
from tui.screen import answering
from tui.screen.app import InternalsApp


def test_a_pair_opened_from_the_board_is_the_one_that_is_explained() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B", "j", "j")
        text = await early(pilot, app, answering, "answer", "enter", "1", "d")
        assert app.question.pair == ("MDY", "SPY")
        assert "MDY" in text and "IWM" not in text

    drive(story, market=board_market(), question=Question(basis="pr"), size=(120, 36))


@pytest.mark.parametrize("keys", [("j", "j", "d"), ("d",), ("2", "G", "k", "d")])
def test_moves_begin_at_the_first_of_its_names(keys: tuple[str, ...]) -> None:
    """As they do when its answer is there before them."""
    index = ":index IWM"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "j", "j", "j", *index)
        await press(pilot, app, "enter")
        await press(pilot, app, *keys)
        expected = seen(app)
        assert " of " in expected and "IWM" in expected.splitlines()[0]
        await press(pilot, app, "escape", *":pair IWM SPY", "enter", "g", "j", *index)
        assert await early(pilot, app, answering, "answer", "enter", *keys) == expected

    drive(story, market=small_market(), question=QUESTION)


def test_escape_takes_back_what_was_asked_of_it() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", *":index IWM")
        await early(pilot, app, answering, "answer", "enter", "d", "escape")
        assert len(app.screen_stack) == 1

    drive(story, market=small_market(), question=QUESTION)
