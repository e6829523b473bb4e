"""How questions, answers, failures and refreshes come and go."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import Question, Snapshot
from core.data.errors import CoreError
from tests.tui.driving import drive, hold, lines_of, press, seen, settle, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, newer, small_market
from tui.screen.app import InternalsApp
from tui.screen.board_screen import BoardScreen
from tui.state.config import Config

MARKET = small_market()


def test_an_empty_store_says_what_to_do_next() -> None:
    desk = FakeDesk(None)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        text = seen(app)
        assert "nothing is held yet." in text
        for told in ("D  ", "internals import holdings FILE", "fetch from"):
            assert told in text
        assert "1 Spread" not in text
        await pilot.resize_terminal(80, 24)
        await settle(pilot, app)
        assert len(lines_of(app)) == 24
        assert all(len(line) <= 80 for line in lines_of(app))
        await press(pilot, app, *"12vzxbsj", "enter", "slash")
        await press(pilot, app, "escape", "X", "space", "greater_than_sign", "y", "Y", "+")
        await press(pilot, app, "escape", "B")
        assert isinstance(app.screen, BoardScreen) and "nothing is held yet" in seen(app)
        await press(pilot, app, "escape")
        assert not isinstance(app.screen, BoardScreen)
        # another process brings data: it is shown without a key
        desk.current = MARKET
        app.poll()
        await settle(pilot, app)
        assert "IWM leads SPY by 11.00 pp" in seen(app)

    drive(story, desk=desk)


def test_a_failing_question_keeps_the_old_numbers() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        desk.failure = CoreError("the disk fell off the shelf")
        await press(pilot, app, "t")
        assert "! the disk fell off the shelf" in seen(app)
        assert "price return" in seen(app)
        assert "+11.00 pp" in seen(app)
        desk.failure = ValueError("odd")
        await press(pilot, app, "[")
        assert "ValueError: odd" in seen(app)
        desk.failure = None
        await press(pilot, app, "[")
        assert "IWM – SPY  6M  2025-12-26" in seen(app)
        assert "! " not in lines_of(app)[-2]
        # nor does a pair of which nothing is held take them away: it is one sentence
        await press(pilot, app, ":", *"qqq", "enter")
        assert "no data for QQQ" in seen(app)
        assert "IWM – SPY" in seen(app)

    drive(story, desk=desk)


class PricingDesk(FakeDesk):
    """Says which pair a cost is of."""

    def cost(self, question: Question, now: datetime, *, board: tuple[str, ...] = ()) -> str:
        return f"what {question.small} and {question.large} cost"


def test_back_from_a_pair_without_data_the_cost_is_of_the_pair_shown() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "what IWM and SPY cost" in lines_of(app)[-2]
        for way_back in ("{", "escape"):
            await press(pilot, app, "}")
            assert "what RSP and SPY cost" in lines_of(app)[-2]
            await press(pilot, app, way_back)
            assert "what IWM and SPY cost" in lines_of(app)[-2]

    drive(story, desk=PricingDesk(MARKET))


class SlowDesk(FakeDesk):
    """Total return hangs until it is let go."""

    def __init__(self) -> None:
        super().__init__(MARKET)
        self.gate = threading.Event()

    def take(self, question: Question) -> Snapshot:
        if question.basis == "tr":
            assert self.gate.wait(60)
        return super().take(question)


def test_a_slow_answer_never_replaces_a_newer_one() -> None:
    desk = SlowDesk()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "t", answered=False)
        assert "price return" in seen(app)  # the old numbers stay
        app.ask(replace(QUESTION, window="3M"))
        await until(lambda: app.snapshot is not None and app.snapshot.window.label == "3M")
        assert "IWM – SPY  3M" in seen(app)
        desk.gate.set()
        await settle(pilot, app)
        assert "IWM – SPY  3M" in seen(app)
        assert "price return" in seen(app)
        assert "total return" not in seen(app)

    drive(story, desk=desk)


def test_a_held_key_scrubs_and_the_newest_date_wins() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await hold(pilot, app, "less_than_sign", 40)
        # 40 weekdays before Friday 26 June 2026 is Friday 1 May 2026
        assert "as of 2026-05-01" in seen(app)
        assert app.snapshot is not None
        assert app.snapshot.as_of == date(2026, 5, 1)

    drive(story, desk=desk, painted=True)


class CountingDesk(FakeDesk):
    """Each answer takes longer than a held key takes to come again."""

    def __init__(self) -> None:
        super().__init__(MARKET)
        self.now_open = self.most = 0
        self.counting = threading.Lock()

    def take(self, question: Question) -> Snapshot:
        with self.counting:
            self.now_open += 1
            self.most = max(self.most, self.now_open)
        time.sleep(0.02)
        found = super().take(question)
        with self.counting:
            self.now_open -= 1
        return found


def test_a_held_key_builds_no_queue() -> None:
    desk = CountingDesk()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        before = len(desk.asked)
        await hold(pilot, app, "less_than_sign", 60)
        assert app.snapshot is not None
        # 60 weekdays before Friday 26 June 2026: twelve weeks
        assert app.snapshot.as_of == date(2026, 4, 3)
        assert len(desk.asked) - before < 60
        assert desk.most <= 2
        assert desk.asked[-1].as_of == date(2026, 4, 3)

    drive(story, desk=desk, painted=True)


def test_opening_sends_no_request_and_new_data_of_another_process_is_shown() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "r costs 4 requests" in seen(app) and desk.full == []
        assert "store 7" in seen(app)
        desk.current = newer(MARKET, 8)
        app.poll()
        await settle(pilot, app)
        assert "store 8" in seen(app)
        asked = len(desk.asked)
        app.poll()
        await settle(pilot, app)
        assert len(desk.asked) == asked and desk.full == []

    drive(story, desk=desk)


#: What a refresh exits with and says at its end -> what is told of it.
REFRESHES = {
    (0, "12 new closes of 12 symbols"): "12 new closes of 12 symbols",
    (1, "3 failed"): "! refreshed in part: 3 failed",
    (1, "all 3 failed"): "! nothing new came: all 3 failed",
    (3, "no network"): "! the last good numbers stay: no network",
}


def refreshing(go: Path, code: int, message: str, *, came: bool) -> list[str]:
    """A process in place of a refresh, which ends once there is a file."""
    begun = {"stage": "prices", "done": 3, "total": 12, "failed": 1, "symbol": "S03"}
    done = {"stage": "done", "done": 12, "total": 12, "came": came, "message": message}
    script = (
        f"echo this is no json >&2; echo {quote(json.dumps(begun))};"
        f" while [ ! -e {quote(str(go))} ]; do sleep 0.05; done;"
        f" echo {quote(json.dumps(done))}; exit {code}"
    )
    return ["sh", "-c", script]


@pytest.mark.process
def test_a_refresh_shows_progress_and_its_end(tmp_path: Path) -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for number, ((code, message), told) in enumerate(REFRESHES.items()):
            go = tmp_path / f"{number}"
            desk.argv = refreshing(go, code, message, came="nothing new" not in told)
            await press(pilot, app, "1", "r")
            await until(lambda: "… closes 3 of 12 · 1 failed · S03" in seen(app))
            await press(pilot, app, "2")  # the screen does not wait
            assert "▸2 Contributors" in seen(app), told
            await press(pilot, app, "r")
            go.touch()
            await until(lambda: app.refresher.progress is None)
            await settle(pilot, app)
            assert told in seen(app) and "+11.00 pp" in seen(app), told
            await press(pilot, app, "escape")
            assert told not in seen(app)
        assert len(desk.full) == len(REFRESHES)

    drive(story, desk=desk)


@pytest.mark.process
def test_a_refresh_that_cannot_start_is_a_sentence() -> None:
    desk = FakeDesk(MARKET)
    desk.argv = ["/nowhere/at/all"]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("r")
        await until(lambda: app.refresher.progress is None)
        await settle(pilot, app)
        text = " ".join(seen(app).split())
        assert "the refresh cannot be started: No such file or directory" in text

    drive(story, desk=desk)


def test_opening_sends_a_request_where_the_config_says_so() -> None:
    desk = FakeDesk(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert desk.full == [False]

    drive(story, desk=desk, config=Config(refresh_on_open=True))


def test_nothing_is_sent_while_nothing_changes() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        frames: list[object] = []

        with patch.object(app, "_display", lambda *frame: frames.append(frame)):
            for _ in range(5):
                app.poll()
                app.say()
                await asyncio.sleep(0.02)  # a frame is 17 ms
            assert not frames and not app.screen._dirty_widgets
            app.screen.refresh()
            await until(lambda: frames)

    drive(story, market=MARKET, painted=True)


@pytest.mark.process
def test_importing_the_app_imports_nothing_heavy() -> None:
    code = (
        "import sys, tui.screen.app; print(sorted({'pandas', 'pyarrow', 'yfinance', 'openpyxl',"
        " 'xlsxwriter', 'curl_cffi', 'scipy', 'platformdirs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] in ("[]", "['platformdirs']")


def test_a_store_that_was_replaced_by_one_of_the_same_number_is_noticed() -> None:
    class Replaced(FakeDesk):
        which = "first"

        def identity(self) -> str | None:
            return self.which

    desk = Replaced(MARKET)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        first = app.snapshot
        app.poll()
        await settle(pilot, app)
        assert app.snapshot is first
        desk.which, desk.current = "second", newer(small_market(), MARKET.generation or 0)
        app.poll()
        await settle(pilot, app)
        assert app.market is desk.current
        second = app.snapshot
        assert second is not None and first is not None and second is not first
        assert second.generation == first.generation
        app.poll()
        await settle(pilot, app)
        assert app.snapshot is second

    drive(story, desk=desk)
