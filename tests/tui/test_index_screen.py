"""The screen with one index alone: every pane and view is drawn, at every size."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.tui.driving import drive, press, seen
from tests.tui.markets import QUESTION, small_market
from tui.command.line import CommandError, parse
from tui.panes.frame import VIEWS
from tui.screen.app import InternalsApp

ALONE = replace(QUESTION, large="IWM", alone=True)


def test_every_view_is_drawn_of_one_index() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for size in ((80, 24), (160, 45)):
            await pilot.resize_terminal(*size)
            await press(pilot, app, "1")
            await every_view_is_drawn(pilot, app)
            await press(pilot, app, "x")
            assert app.first == "small" and "no other index to put first" in seen(app)
            await press(pilot, app, "]", "<", "t", "d", "escape")
            assert app.question.alone
            await press(pilot, app, "[", ">", "t")
            assert app.question == ALONE
        app.question = replace(ALONE, small="^GSPC", large="^GSPC")
        await press(pilot, app, "t")
        assert "^GSPC is a price index, without dividends" in seen(app)

    drive(story, market=small_market(), question=ALONE, size=(80, 24))


async def every_view_is_drawn(pilot: Pilot[None], app: InternalsApp) -> None:
    text = seen(app)
    assert "IWM returned +20.00 % this year" in text and "SPY" not in text.replace("SPY:", "")
    assert "deepest fall 0.00 %" in text and "this window: rank 1 of 12" in text
    for pane, views in VIEWS.items():
        await press(pilot, app, str(pane))
        for _ in views:
            await press(pilot, app, "v")
            assert app.snapshot is not None and app.snapshot.single_spread is not None
            assert "SPY" not in seen(app), (pane, seen(app))


def test_a_pair_and_an_index_are_asked_for_in_the_command_line() -> None:
    alone = parse("index iwm", QUESTION)
    assert alone == replace(QUESTION, small="IWM", large="IWM", alone=True)
    assert parse("index", QUESTION) == alone
    pair = parse("IWM SPY", ALONE)
    assert pair == replace(ALONE, large="SPY", alone=False)
    with pytest.raises(CommandError, match="which index alone"):
        parse("index IWM SPY", QUESTION)
