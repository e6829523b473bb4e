"""Keys pressed while a page is opened, or while what it shows is made: none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
from textual import events
from textual.pilot import Pilot

from cache.facts.errors import CacheError, StoreEmpty, StoreError
from core.answer.alerts import Alert, AlertState, parse
from core.answer.board import Board
from core.answer.snapshot import Snapshot
from core.data.frames import Prices
from core.data.market import Market
from core.data.question import Question
from tests.tui.board_market import board_market
from tests.tui.driving import Story, drive, handled, in_turn, press, seen, settle, until
from tests.tui.fake_desk import SlowDesk
from tests.tui.markets import QUESTION, small_market
from tui.panes import breadth, explain, name
from tui.report.last_refresh import FailureGroup, Fetched
from tui.screen import board_answers, board_news
from tui.screen.app import InternalsApp
from tui.screen.board_screen import BoardScreen

MARKET = small_market()


def send(app: InternalsApp, *keys: str) -> None:
    """Keys one right after the other, as a slow line brings them."""
    characters = {"slash": "/", "question_mark": "?"}
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else characters.get(key)))


class Gate:
    """A function that waits until it may, or until the test is over."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work, self.may, self.reached = work, threading.Event(), threading.Event()

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.reached.set()
        assert self.may.wait(60)
        return self._work(*args, **named)


async def early(
    pilot: Pilot[None], app: InternalsApp, where: Any, function: str, opening: str, *keys: str
) -> str:
    """What is seen after keys that were all pressed before a function had its answer."""
    gate = Gate(getattr(where, function))
    with patch.object(where, function, gate):
        send(app, opening)
        await until(gate.reached.is_set)
        send(app, *keys)
        await handled(app)
        gate.may.set()
        await settle(pilot, app)
    return seen(app)


def test_moves_are_made_on_all_of_what_is_shown_in_the_end() -> None:
    keys = ("pagedown", "j", "j", "k")

    async def moved(
        pilot: Pilot[None], app: InternalsApp, where: ModuleType, function: str, opening: str
    ) -> None:
        text = await early(pilot, app, where, function, opening, *keys)
        assert "more lines" in text
        await press(pilot, app, "g")
        assert seen(app) != text
        await press(pilot, app, *keys)
        assert seen(app) == text

    async def of_an_explanation(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "3")
        await moved(pilot, app, explain, "explain", "d")
        await press(pilot, app, "escape")
        text = await early(pilot, app, explain, "explain", "d", "j", "G")
        assert "more lines" not in text and "esc back" in text

    async def of_sessions(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, *"3:view ten sessions")
        await moved(pilot, app, breadth, "_daily_of", "enter")

    async def of_a_page_that_has_no_room_yet(pilot: Pilot[None], app: InternalsApp) -> None:
        assert app.main is not None
        # nothing of the new page was mounted between the two keys
        app.main.help_on("")
        app.top_screen.action_move("last")  # type: ignore[union-attr]
        await settle(pilot, app)
        assert ":sort bp" in seen(app) and "more lines" not in seen(app)

    stories = {
        of_an_explanation: (),
        of_a_page_that_has_no_room_yet: (),
        of_sessions: ("3", *":view histogram", "enter"),
    }

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "1")
        await in_turn(pilot, app, stories)

    drive(story, market=MARKET, size=(80, 24))


def test_a_word_typed_in_the_help_is_text_whatever_its_letters_do_elsewhere() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        send(app, "question_mark", "slash", *"quiGjk", *["backspace"] * 3, "t")
        await settle(pilot, app)
        assert "/quit" in seen(app) and "q  ctrl+c" in seen(app)
        app.post_message(events.Paste(" x"))
        await settle(pilot, app)
        assert "/quit x" in seen(app)
        await press(pilot, app, "enter", "q")

    app = drive(story, market=MARKET)
    assert not app.is_running


def test_a_name_is_copied_when_its_page_is_there_and_alerts_go_one_by_one_however_fast() -> None:
    async def a_name(pilot: Pilot[None], app: InternalsApp) -> None:
        copied: list[str] = []
        await press(pilot, app, "2")
        with patch.object(app, "copy_to_clipboard", copied.append):
            await early(pilot, app, name, "trail", "enter", "y")
        assert len(copied) == 1 and "return since the start" in copied[0]

    async def alerts(pilot: Pilot[None], app: InternalsApp) -> None:
        book = app.ringer.book
        for text in ("gap > 20", "gap > 30", "gap > 40", "gap > 50"):
            book.add(AlertState(parse(text, QUESTION)))
        text = await early(pilot, app, app.ringer, "standing", "A", "j", "delete", "delete")
        assert "  gap > 20" in text and "▸ gap > 50" in text
        assert "gap > 30" not in text and "gap > 40" not in text
        assert [entry.alert.text for entry in book.read()] == ["gap > 20 pp", "gap > 50 pp"]
        await press(pilot, app, "delete", "delete")
        assert not book.read()

    async def an_alert_whose_removal_takes_longer_than_the_next_ones(
        pilot: Pilot[None], app: InternalsApp
    ) -> None:
        book, standing = app.ringer.book, app.ringer.standing
        for text in ("gap > 20", "gap > 30", "gap > 40"):
            book.add(AlertState(parse(text, QUESTION)))
        await press(pilot, app, "A")
        gate = Gate(standing)

        def first_waits(without: Alert | None = None) -> Any:
            waits = without is not None and without.text == "gap > 20 pp"
            return (gate if waits else standing)(without)

        with patch.object(app.ringer, "standing", first_waits):
            send(app, "delete")
            await until(gate.reached.is_set)
            send(app, "delete")
            await until(lambda: len(book.read()) == 2 and "gap > 30" not in seen(app))
            gate.may.set()
            await until(lambda: len(book.read()) == 1 and "gap > 20" not in seen(app))
            await settle(pilot, app)
        assert "gap > 40" in seen(app)
        await press(pilot, app, "delete")

    names = {a_name: (), alerts: (), an_alert_whose_removal_takes_longer_than_the_next_ones: ()}
    drive(lambda pilot, app: in_turn(pilot, app, names), market=MARKET)


def test_the_board_takes_keys_before_it_has_rows_and_news() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await early(pilot, app, board_answers, "answer_board", "B", "j", "j", "enter")
        assert app.question.pair == ("MDY", "SPY")
        await press(pilot, app, "escape")
        text = await early(pilot, app, board_news, "parts_of", "d", "G")
        assert "more lines" not in text and "closes: MDY" in text
        await press(pilot, app, "escape", "escape")
        await pilot.resize_terminal(120, 48)
        await settle(pilot, app)
        await keys_for_news_of_which_there_is_none_go_to_the_rows(pilot, app)
        await press(pilot, app, "escape", "escape")
        await what_is_new_is_gone_to_before_it_is_known(pilot, app)

    drive(story, market=board_market(), question=Question(basis="pr"), size=(80, 24), news=True)


async def keys_for_news_of_which_there_is_none_go_to_the_rows(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    def nothing_new(host: Any, board: Board, **_: Any) -> board_news.NewsTaken:
        return board_news.NewsTaken(board, "the last look", (), frozenset())

    with patch.object(board_news, "look_up", nothing_new):
        await early(pilot, app, board_news, "look_up", "B", "tab", "G", "enter")
    rows = app.place.board.rows if app.place.board is not None else ()
    # as the same keys do when it is known that nothing is new
    assert ":".join(app.question.funds) == rows[-1].pair.name


async def what_is_new_is_gone_to_before_it_is_known(pilot: Pilot[None], app: InternalsApp) -> None:
    gate = Gate(board_news.look_up)
    with patch.object(board_news, "look_up", gate):
        await press(pilot, app, "B", answered=False)
        await until(gate.reached.is_set)
        screen = app.screen
        assert isinstance(screen, BoardScreen) and screen.in_news is False
        send(app, "tab", "G", "enter")
        await until(lambda: screen.in_news)
        gate.may.set()
        await until(lambda: app.screen is not screen)
    assert ":".join(app.question.funds) == screen.lines[-1].pair != screen.rows[-1].pair.name


def test_what_is_asked_of_the_first_answer_waits_for_it() -> None:
    desk = SlowDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "j", "j", "space", "d", answered=False)
        assert app.snapshot is None and len(app.screen_stack) == 1
        desk.may.set()
        await settle(pilot, app)
        assert len(app.screen_stack) == 2
        # S29 is first; the third is marked, and a mark goes on to the next
        assert "contribution of S26 Example S26 to IWM" in seen(app)
        assert list(app.marked) == ["S27"]

    drive(story, desk=desk, answered=False)


class LateMarket(SlowDesk):
    """A desk whose market comes as late as its answer, or not at all; it knows what failed."""

    def __init__(self, trouble: CacheError | None = None) -> None:
        failed = replace(MARKET.prices, failures={"S07": "not found at Yahoo"})
        super().__init__(replace(MARKET, prices=failed))
        self.trouble = trouble

    def market(self) -> Market:
        assert self.may.wait(60)
        if self.trouble is not None:
            raise self.trouble
        return super().market()

    def take(self, question: Question) -> Snapshot:
        self.market()
        return super().take(question)

    def fetched(self, prices: Prices | None, pair: tuple[str, str], now: datetime) -> Fetched:
        failed = {} if prices is None else prices.failures
        groups = tuple(FailureGroup(reason, (name,)) for name, reason in failed.items())
        return Fetched(None, "no refresh of this store is remembered", {}, groups)


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (None, "1 not found at Yahoo requested at the next refresh S07"),
        (StoreEmpty("nothing is held yet"), "nothing failed"),
        (StoreError("the store is damaged"), "What failed is not known: the store is damaged."),
    ],
)
def test_what_failed_is_told_when_the_market_is_there_and_not_before(
    trouble: CacheError | None, told: str
) -> None:
    desk = LateMarket(trouble)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "F", answered=False)
        await until(lambda: "The last refresh" in seen(app))
        assert "The market is being loaded" in seen(app) and "nothing failed" not in seen(app)
        desk.may.set()
        await until(lambda: "being loaded" not in seen(app))
        page = " ".join(seen(app).split())
        assert told in page and ("nothing failed" in page) == (told == "nothing failed")

    drive(story, desk=desk, answered=False)


#: Keys of which one waits for the first answer -> what takes them back on the pane of names.
WAITED_FOR: dict[tuple[str, ...], str] = {
    ("2", "enter", "question_mark"): "",
    ("2", "space", "3"): ":mark none",
    ("2", "enter", "y", "n", "n"): "",
    ("2", "space", "colon", *"help q", "enter"): ":mark none",
    ("colon", *"go S2", "enter", "space"): ":mark none",
    ("colon", *"mark S26", "enter", "colon", *"theme x", "enter"): ":mark none",
    ("2", "y", "slash", *"S2", "enter", "G", "enter"): "",
}
Seen = tuple[str, list[str]]


async def kept(pilot: Pilot[None], app: InternalsApp, keys: tuple[str, ...], **how: bool) -> Seen:
    """What is seen at the end of keys, and what was copied meanwhile."""
    copied: list[str] = []
    with patch.object(app, "copy_to_clipboard", copied.append):
        await press(pilot, app, *keys, **how)
        if isinstance(desk := app.desk, SlowDesk):
            assert app.snapshot is None
            desk.may.set()
        await settle(pilot, app)
    return seen(app), copied


def test_keys_after_one_that_waits_come_after_it() -> None:
    """What is seen, and copied, is what the same keys bring when each is waited for."""
    waited_for: dict[tuple[str, ...], Seen] = {}

    def each(keys: tuple[str, ...]) -> Story:
        async def story(pilot: Pilot[None], app: InternalsApp) -> None:
            waited_for[keys] = await kept(pilot, app, keys)

        return story

    stories = {each(keys): (*back, "enter") if back else () for keys, back in WAITED_FOR.items()}
    drive(lambda pilot, app: in_turn(pilot, app, stories), market=MARKET)
    at_once: dict[tuple[str, ...], Seen] = {}
    for keys in WAITED_FOR:

        async def story(pilot: Pilot[None], app: InternalsApp) -> None:
            at_once[keys] = await kept(pilot, app, keys, answered=False)  # noqa: B023

        drive(story, desk=SlowDesk(MARKET), answered=False)
    assert at_once == waited_for


def test_what_waits_is_left_by_escape_and_by_quit() -> None:
    def run(*keys: str) -> InternalsApp:
        desk = SlowDesk(MARKET)

        async def story(pilot: Pilot[None], app: InternalsApp) -> None:
            await press(pilot, app, *keys, answered=False)
            desk.may.set()
            if app.is_running:
                await settle(pilot, app)
                assert app.snapshot is not None
                assert len(app.screen_stack) == 1 and not app.marked

        return drive(story, desk=desk, answered=False)

    assert run("2", "space", "d", "question_mark", "escape").return_code is None
    # a letter may be of a word that is typed by then
    for keys in (("2", "d", "q"), ("2", "d", "colon", "ctrl+c")):
        app = run(*keys)
        assert app.return_code == 0 and app.snapshot is None
