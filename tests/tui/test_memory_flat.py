"""Pages that were open leave nothing behind: what a screen kept all day grows by."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from core.answer.snapshot import Snapshot, take
from core.data.market import Market
from core.data.question import Question
from tests.tui.driving import drive, press, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, newer, small_market
from tui.screen.app import InternalsApp
from tui.state.config import Config
from tui.terminal import fitting

#: Every pane, a view that sets two answers side by side, and pages that read the market.
LOOKS = [*"1234", *"vvv", *"3vv", "d", "escape", *"vv", "2", "d", "escape", "enter", "escape"]


class ForgetfulDesk(FakeDesk):
    """A desk that keeps no answer for other stories."""

    def take(self, question: Question) -> Snapshot:
        return take(self.market(), question)


@pytest.fixture
def uncollected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python does not look for garbage by itself, and never among what is there already."""
    monkeypatch.setattr(fitting, "collect_from_here", lambda: None)
    gc.disable()
    gc.freeze()
    yield
    gc.enable()


def strips() -> int:
    """Lines of Textual's that something keeps alive, but for those that were frozen."""
    gc.collect()
    return sum(type(one) is Strip for one in gc.get_objects())


@pytest.mark.parametrize("wire", ["cells", "plain"])
def test_a_page_that_was_open_leaves_no_line_behind(wire: str) -> None:
    gc.freeze()  # what tests before have left is not looked at

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "question_mark", "escape")
        before = strips()
        await press(pilot, app, *["question_mark", "escape"] * 3)
        # a page of 36 lines has some two hundred: three that were kept would be 600
        assert strips() < before + 300

    drive(story, market=small_market(), config=Config(wire=wire), painted=True)


@pytest.mark.usefixtures("uncollected")
def test_a_market_that_was_asked_is_free_as_soon_as_nobody_has_it() -> None:
    market = newer(small_market(), 1)
    take(market, QUESTION)
    market_then = weakref.ref(market)
    del market
    assert market_then() is None


def test_a_thread_that_has_done_its_work_keeps_nothing_of_it() -> None:
    class Read:
        """Stands for the market that a page reads."""

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        read = [Read() for _ in range(3)]
        there = [weakref.ref(one) for one in read]
        together = threading.Barrier(len(read))  # a thread for each

        def work(one: Read) -> None:
            together.wait(60)

        for one in read:
            app.background(partial(work, one), "test")
        del read, one
        await settle(pilot, app)
        # that a worker has ended is the app's last message, until there is another
        await press(pilot, app, "2")
        # workers that have ended refer to themselves
        await until(lambda: gc.collect() >= 0 and not any(one() for one in there))

    drive(story, market=small_market())


@pytest.mark.usefixtures("uncollected")
def test_markets_that_were_shown_do_not_add_up() -> None:
    desk = ForgetfulDesk(newer(small_market(), 1))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        shown: list[weakref.ref[Market]] = []
        with patch("tui.panes.pane.STANDS", 0.3):  # as in the program
            for generation in range(2, 6):
                await press(pilot, app, *LOOKS)
                shown.append(weakref.ref(desk.market()))
                desk.current = newer(small_market(), generation)
                app.poll()
                await press(pilot, app, "j")
                assert app.market is desk.current
        # a page that was closed may have one of them yet, a thread that is about to end another
        await until(lambda: sum(market() is not None for market in shown) <= 2)

    drive(story, desk=desk, question=replace(QUESTION, as_of=None))
