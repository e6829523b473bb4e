"""The first numbers, on the frame: in the cells and the words of the screen that takes it over."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from unittest.mock import patch

from textual import events
from textual._compositor import Compositor
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.geometry import Size
from textual.pilot import Pilot

from core.data.market import Market
from core.data.question import Question
from tests.tui.driving import drive, lines_of, press, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import NOW, QUESTION, answer, small_market
from tui.command.commands import KEYS
from tui.host.messages import Taken
from tui.host.scene import Scene
from tui.panes.frame import READING, Start, frame
from tui.panes.pane import Pane
from tui.screen.app import InternalsApp
from tui.screen.first_numbers import answered
from tui.state.config import Config
from tui.state.state_files import Seat
from tui.text.spans import plain
from tui.widgets.line_table import LineTable

PAIRS = Config().pairs
START = Start(QUESTION, PAIRS, KEYS, Seat(), simulated=True)


def test_they_stand_where_the_screen_shows_them() -> None:
    market = small_market(simulated=True)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for size in ((80, 24), (112, 32), (120, 36), (160, 45), (200, 60)):
            await pilot.resize_terminal(*size)
            await settle(pilot, app)
            the_figures_are_those_of_the_screen(size, market, lines_of(app))

    drive(story, market=market)


def the_figures_are_those_of_the_screen(
    size: tuple[int, int], market: Market, shown: list[str]
) -> None:
    scene = Scene(answer(market, QUESTION), market)
    drawn = plain(answered(*size, START, scene, NOW))
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


def test_the_panes_stand_there_before_the_numbers_whatever_the_size_was_last_time() -> None:
    market, desk = small_market(), FakeDesk(small_market())
    scene = Scene(answer(market, QUESTION), market)
    heights = set()
    for last in ((60, 24), (200, 60)):

        async def story(pilot: Pilot[None], app: InternalsApp) -> None:
            await press(pilot, app, "q")

        drive(story, desk=desk, size=last)
        start = Start(QUESTION, PAIRS, KEYS, desk.memory.seat())
        for size in ((40, 12), (60, 18), (80, 24), (112, 32), (160, 45), (200, 60)):
            before, after = plain(frame(*size, start)), plain(answered(*size, start, scene, NOW))
            tops = [
                next(y for y, line in enumerate(lines) if "1 Spread" in line)
                for lines in (before, after)
            ]
            assert tops[0] == tops[1], (last, size)
            heights.add(tops[0])
    assert heights == {2, 3, 4}


def test_a_pane_that_is_zoomed_keeps_the_room() -> None:
    market = small_market()
    scene = Scene(answer(market, QUESTION), market)
    start = Start(QUESTION, (), KEYS, Seat(pane=3, zoomed=True))
    drawn = plain(answered(120, 36, start, scene, NOW))
    assert "as of" in drawn[0] and "Breadth" in "".join(drawn) and "Spread" not in "".join(drawn)
    assert not "".join(drawn[4:-2]).strip()


def test_an_answer_before_the_screen_is_drawn_once_in_its_room() -> None:
    rooms: list[tuple[Pane, Size]] = []

    def early(app: InternalsApp, question: Question) -> None:
        # taken while the panes are not mounted yet
        number = app.underway.begin(question)
        assert number is not None and app.main is None
        market = app.desk.market()
        app.on_taken(Taken(number, answer(market, question), market))

    async def run() -> None:
        app = InternalsApp(FakeDesk(small_market()), Config(), QUESTION, now=lambda: NOW)
        async with app.run_test(size=(160, 48)) as pilot:
            await settle(pilot, app)
            assert "rose" in "\n".join(lines_of(app))
            assert all(pane.size == room for pane, room in rooms)

    make_room = Pane.make_room

    def watched(pane: Pane, scene: Scene, room: Size) -> None:
        rooms.append((pane, room))
        make_room(pane, scene, room)

    arranged = patch.object(
        Compositor, "_arrange_root", autospec=True, side_effect=Compositor._arrange_root
    )
    with (
        patch.object(Pane, "make_room", watched),
        patch.object(InternalsApp, "ask", early),
        arranged as arrange,
    ):
        asyncio.run(run())
    # four panes, each once, for the room that it then has
    assert len(rooms) == 4 and all(room for _, room in rooms), rooms
    # for the terminal's size, then for the headline's height and what the panes need beside it
    assert arrange.call_count == 2


def test_nothing_is_styled_twice_and_what_is_not_seen_is_not_mounted() -> None:
    apply, styled = Stylesheet.apply, []

    def counted(sheet: Stylesheet, node: DOMNode, **options: Any) -> None:
        styled.append(node)
        apply(sheet, node, **options)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for keys in ((), ("z", "z"), ("?", "escape")):
            await press(pilot, app, *keys)
            # of names and of changes: there is no room for a second one of each beside it
            assert app.main is not None and len(app.main.query(LineTable)) == 2

    with patch.object(Stylesheet, "apply", counted):
        drive(story, market=small_market(), config=Config(theme="light"))
    assert len(set(styled)) > 30
    assert max(Counter(styled).values()) == 1, Counter(styled).most_common(3)


def test_an_answer_that_comes_while_the_app_ends_is_of_no_use_and_no_fault() -> None:
    """While its screens are taken down, and after the last."""

    async def run() -> None:
        market = small_market()
        app = InternalsApp(FakeDesk(market), Config(), QUESTION, now=lambda: NOW)
        snapshot, close = answer(market, QUESTION), app._close_all

        def again() -> Taken:
            number = app.underway.begin(QUESTION)
            assert number is not None
            return Taken(number, snapshot, market)

        async def taken_down() -> None:
            await app.screen.query_one("#panes").remove()
            app.post_message(again())
            await until(lambda: not app.underway.open)
            await close()

        with patch.object(app, "_close_all", taken_down):
            async with app.run_test() as pilot:
                await settle(pilot, app)
        assert not app.screen_stack
        app.on_taken(again())

    asyncio.run(run())


def test_what_is_typed_before_the_screen_is_there_is_text() -> None:
    ask = InternalsApp.ask

    def typed(app: InternalsApp, question: Question) -> None:
        if app.main is None:
            for character in ":2025":
                name = "colon" if character == ":" else character
                app.post_message(events.Key(name, character))
            app.post_message(events.Key("enter", "\r"))
        ask(app, question)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert app.question.window == "2025" and app.main is not None and app.main.active == 1

    with patch.object(InternalsApp, "ask", typed):
        drive(story, market=small_market())


def test_too_small_a_terminal_says_so() -> None:
    market = small_market()
    scene = Scene(answer(market, QUESTION), market)
    drawn = plain(answered(30, 8, Start(QUESTION, (), KEYS, Seat()), scene, NOW))
    assert "too small" in " ".join("".join(drawn).split())
