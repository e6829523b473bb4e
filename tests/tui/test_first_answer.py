"""The first answer, begun while the screen is loaded: the desk's own, or what went wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

import core.answer.snapshot as snapshots
from cache.facts.errors import StoreEmpty, StoreError
from core.answer.snapshot import Snapshot, final_sessions, take
from core.data.market import Market
from core.data.question import Question
from tests.tui.driving import drive, press, seen, settle
from tests.tui.fake_desk import SlowDesk
from tests.tui.markets import QUESTION, small_market
from tui.report.document import to_json
from tui.screen.app import InternalsApp
from tui.service.service import Desk
from tui.state.places import places


class Counted:
    """`take`, with the threads it was called in."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def __call__(self, market: Market, question: Question) -> Snapshot:
        self.threads.append(threading.current_thread())
        return take(market, question)


@pytest.fixture(scope="module")
def home(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("home")
    shutil.copytree(demo_once, where, dirs_exist_ok=True)
    return where


@pytest.fixture
def desk(home: Path) -> Desk:
    return Desk(places(home, demo=True), demo=True, home=home)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    one = Counted()
    monkeypatch.setattr(snapshots, "take", one)
    return one


def opening(desk: Desk) -> Question:
    question = desk.opening()
    assert question is not None
    return question


def test_what_was_begun_is_the_answer_and_is_worked_out_once(desk: Desk, counted: Counted) -> None:
    question = opening(desk)
    desk.begin(question)
    snapshot = desk.take(question)
    assert len(counted.threads) == 1
    assert counted.threads[0] is not threading.current_thread()
    assert to_json(snapshot) == to_json(take(desk.market(), question))
    # it is had once: the next is answered anew, from what is held then
    assert desk.take(question) is not snapshot
    assert counted.threads[1:] == [threading.current_thread()]


def test_another_question_is_answered_itself(desk: Desk) -> None:
    question = opening(desk)
    desk.begin(question)
    assert desk.take(replace(question, window="1M")).question.window == "1M"


def test_what_goes_wrong_is_met_by_whoever_asks(
    demo_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(places(demo_home, demo=False), home=demo_home)
    desk.begin(QUESTION)
    with pytest.raises(StoreEmpty):
        desk.take(QUESTION)

    def broken(market: Market, question: Question) -> Snapshot:
        raise SystemError("a fault of ours")

    demo = Desk(places(demo_home, demo=True), demo=True, home=demo_home)
    monkeypatch.setattr(snapshots, "take", broken)
    demo.begin(QUESTION)
    with pytest.raises(SystemError, match="a fault of ours"):
        demo.take(QUESTION)


HANGS = """
import sys, threading
from pathlib import Path
from core.data.question import Question
from tui.service.service import Desk
from tui.state.places import places

home = Path(sys.argv[1])
desk = Desk(places(home, demo=False), home=home)
desk.market = threading.Event().wait
desk.begin(Question())
"""


@pytest.mark.process
def test_no_end_of_the_program_waits_for_a_disk_that_hangs(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", HANGS, str(tmp_path)], check=True, timeout=120)


def test_steps_pressed_before_the_first_answer_are_taken_up_when_it_comes() -> None:
    market = small_market()
    desk = SlowDesk(market)
    days = [str(day) for day in final_sessions(market, "IWM", "SPY")]
    before = days[days.index(str(QUESTION.as_of)) - 2]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "less_than_sign", "less_than_sign", answered=False)
        desk.may.set()
        await settle(pilot, app)
        assert app.snapshot is not None and str(app.snapshot.as_of) == before
        assert "IWM return" in seen(app)

    drive(story, desk=desk, answered=False)


def test_steps_pressed_before_a_failure_are_not_taken_up_after_it() -> None:
    desk = SlowDesk(small_market())
    desk.failure = StoreError("broken")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "less_than_sign", answered=False)
        desk.may.set()
        await settle(pilot, app)
        assert app.failed is not None
        desk.failure = None
        app.again()
        await settle(pilot, app)
        assert app.snapshot is not None and app.snapshot.as_of == QUESTION.as_of

    drive(story, desk=desk, answered=False)
