"""Bursts of keys, the typed line, rebound keys, and the ways out."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.tui.driving import drive, hold, lines_of, press, seen, settle
from tests.tui.markets import QUESTION, small_market
from tests.tui.names_keys import first_symbols
from tui.screen.app import InternalsApp
from tui.state.config import Config

MARKET = small_market()


def test_a_burst_of_keys_and_the_typed_line() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await a_burst_of_keys_is_obeyed_one_by_one(pilot, app)
        await the_typed_line_can_be_edited(pilot, app)

    app = drive(story, market=MARKET)
    assert not app.is_running


async def a_burst_of_keys_is_obeyed_one_by_one(pilot: Pilot[None], app: InternalsApp) -> None:
    def send(*keys: str) -> None:
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))

    send("2", "slash", *"ret", "greater_than_sign", *"80")
    await settle(pilot, app)
    assert "ret" in seen(app)
    assert app.question == QUESTION  # no letter was taken for a command
    assert "▸2 Contributors" in seen(app)
    send("escape", "colon", *"3m", "enter", "colon", *"yt", "tab", "enter")
    send("slash", *"s2", "enter", "4")
    await settle(pilot, app)
    assert "IWM – SPY  YTD" in seen(app)
    assert "/s2 10 of 30" in seen(app)
    assert "▸4 Changes" in seen(app)
    send("escape", "2", "s", "s", "z")
    await settle(pilot, app)
    assert first_symbols(app) == ["S00", "S01", "S02"]
    assert "3 Breadth" not in seen(app)
    send("z", "question_mark", "escape", "3")
    await settle(pilot, app)
    assert "▸3 Breadth" in seen(app)


async def the_typed_line_can_be_edited(pilot: Pilot[None], app: InternalsApp) -> None:
    main = app.main
    assert main is not None
    await press(pilot, app, ":", *"asof 2026", "ctrl+w", "ctrl+u", *"xm", "left", "backspace")
    await press(pilot, app, "1", "home", "delete", "end", "ctrl+h", *"1m")
    assert lines_of(app)[-1].rstrip() == " :1m"
    app.post_message(events.Paste("\x1b[31m 2\n"))
    await settle(pilot, app)
    assert lines_of(app)[-1].rstrip() == " :1m[31m 2"
    await press(pilot, app, "ctrl+u", "backspace")
    assert "? help" in lines_of(app)[-1]
    await press(pilot, app, ":")
    await hold(pilot, app, "x", 200)
    assert lines_of(app)[-1].rstrip().endswith("xxx")
    await press(pilot, app, "escape", ":", "q", "enter")


def test_ctrl_c_quits_from_the_panes_and_from_a_line_that_is_typed() -> None:
    async def from_panes(pilot: Pilot[None], app: InternalsApp) -> None:
        await quits(pilot, app)

    async def from_prompt(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":")
        await quits(pilot, app)

    for story in (from_panes, from_prompt):
        drive(story, market=MARKET)


async def quits(pilot: Pilot[None], app: InternalsApp) -> None:
    await pilot.press("ctrl+c")
    await pilot.pause()
    assert not app.is_running


def test_a_rebound_key_works_and_its_old_one_does_not_and_ctrl_c_quits_from_the_help() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "z")
        assert "3 Breadth" in seen(app)
        await press(pilot, app, "ctrl+y")
        assert "3 Breadth" not in seen(app)
        await press(pilot, app, "ctrl+y", "?")
        assert "ctrl+y" in seen(app)
        await quits(pilot, app)

    drive(story, market=MARKET, config=Config(keys={"zoom": "f5,ctrl+y"}))
