"""The first answer from a child: the desk's own, or none; and nothing is left of the child."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from bench.terminal import Terminal
from cache.facts.errors import StoreError
from core.answer.snapshot import Snapshot, final_sessions, take
from core.data.question import Question
from tests.tui.driving import lines_of, seen, settle
from tests.tui.markets import QUESTION, FakeDesk, SlowDesk, market
from tui.report.document import to_json
from tui.screen.app import InternalsApp
from tui.startup import ahead
from tui.startup.ahead import Ahead, begun, running, spare
from tui.state.config import Config
from tui.state.files import Seat

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there"),
    # from Python 3.12 on a fork beside a test runner's threads is warned of
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "spare", lambda: True)


def children() -> set[int]:
    """Processes whose parent this one is, the ended ones that nobody has asked for included."""
    told = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True
    )
    rows = [line.split(maxsplit=1) for line in told.stdout.splitlines()]
    return {int(row[0]) for row in rows if not row[-1].startswith("ps -o")}


# -- the child -----------------------------------------------------------------------


def test_the_childs_answer_is_the_desks() -> None:
    held = market()
    with begun(lambda: take(held, QUESTION)) as one:
        assert one is not None
        found = one.take(QUESTION)
    assert found is not None
    assert to_json(found) == to_json(take(held, QUESTION))


def test_an_answer_to_another_question_is_none() -> None:
    held = market()
    with begun(lambda: take(held, QUESTION)) as one:
        assert one is not None
        assert one.take(replace(QUESTION, window="1M")) is None


def _fails() -> Any:
    raise StoreError("broken")


def _killed() -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def _tells() -> Any:
    os.write(1, b"to the terminal")
    os.write(2, b"to the terminal")
    raise SystemExit(3)


@pytest.mark.parametrize("answer", [_fails, _killed, _tells, lambda: threading.Lock()])
def test_a_child_without_an_answer_leaves_it_to_the_screen(
    answer: Callable[[], Any], capfd: pytest.CaptureFixture[str]
) -> None:
    with begun(answer) as one:
        assert one is not None
        assert one.take(QUESTION) is None
    assert capfd.readouterr() == ("", "")


def test_half_an_answer_is_none() -> None:
    ours, its = os.pipe()
    os.write(its, b'{"kind": "views.Snapshot", "of": [')
    os.close(its)
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], os.environ)
    assert Ahead(child, ours).take(QUESTION) is None


def test_nothing_is_left_of_the_child() -> None:
    before = children()
    with begun(lambda: time.sleep(60)) as one:  # type: ignore[arg-type, return-value]
        assert one is not None
        assert len(children() - before) == 1
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert children() == before
    held = market()
    with begun(lambda: take(held, QUESTION)) as one:
        assert one is not None and one.take(QUESTION) is not None
        # at once, not when the day is over
        assert children() == before


@pytest.mark.parametrize(
    ("processors", "busy", "free"),
    [(1, 1, False), (2, 1, True), (2, 2, False), (64, 70, False), (64, 12, True)],
)
def test_a_child_needs_a_processor_that_is_free(
    processors: int, busy: float, free: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = set(range(processors))
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: allowed, raising=False)
    monkeypatch.setattr(ahead, "running", lambda: busy)
    assert spare() is free


def test_what_runs_is_counted_at_this_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    if Path("/proc/loadavg").exists() and running() >= 1:
        before = running()
        spinning = [subprocess.Popen([sys.executable, "-c", "while 1: 0"]) for _ in range(3)]
        time.sleep(0.5)
        counted = max(running() for _ in range(20))
        for one in spinning:
            one.kill()
            one.wait()
        assert before >= 1 and counted >= 4
    monkeypatch.setattr(Path, "read_text", lambda *given: "")
    monkeypatch.setattr(os, "getloadavg", lambda: (1.2, 9.9, 9.9))
    assert running() == 2.2


def test_without_one_nobody_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "spare", lambda: False)
    before = children()
    with begun(lambda: take(market(), QUESTION)) as one:
        assert one is None and children() == before


def test_where_no_process_may_be_made_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refused)
    files = len(list(Path("/dev/fd").iterdir())) if Path("/dev/fd").is_dir() else 0
    with begun(lambda: take(market(), QUESTION)) as one:
        assert one is None
    if files:
        assert len(list(Path("/dev/fd").iterdir())) == files


# -- the screen ----------------------------------------------------------------------


async def until(pilot: Pilot[None], told: Callable[[], bool]) -> None:
    """What follows a paint stands in no queue that `settle` looks at."""
    end = time.monotonic() + 10
    while not told() and time.monotonic() < end:
        await pilot.pause(0.02)


class Given:
    """In place of a child: an answer, or none."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self.snapshot, self.asked = snapshot, list[Question]()

    def take(self, question: Question) -> Snapshot | None:
        self.asked.append(question)
        return self.snapshot


def test_the_answer_is_shown_before_the_store_is_read_and_keys_wait_for_it() -> None:
    held = market()
    desk, given = SlowDesk(held), Given(take(held, QUESTION))
    app = InternalsApp(desk, Config(), QUESTION, ahead=given)  # type: ignore[arg-type]
    days = [str(day) for day in final_sessions(held, "IWM", "SPY")]

    before = days.index(str(QUESTION.as_of)) - 2

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await until(pilot, lambda: "IWM return" in seen(app))
            first = lines_of(app)
            assert "IWM return" in seen(app) and app.market is None and desk.asked == []
            await pilot.press("less_than_sign", "less_than_sign")
            desk.may.set()
            await until(pilot, lambda: app.market is not None)
            await settle(pilot, app)
            assert app.market is held and given.asked == [QUESTION]
            assert app.snapshot is not None and days.index(str(app.snapshot.as_of)) == before
            await pilot.press("greater_than_sign")
            await settle(pilot, app)
            await pilot.press("greater_than_sign")
            await settle(pilot, app)
            # the same numbers, whoever worked them out; the last line tells of the step
            assert lines_of(app)[1:-2] == first[1:-2]

    asyncio.run(run())


def test_steps_pressed_before_a_failure_are_not_taken_up_after_it() -> None:
    desk = SlowDesk(market())
    desk.failure = StoreError("broken")
    app = InternalsApp(desk, Config(), QUESTION)

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("less_than_sign")
            desk.may.set()
            await settle(pilot, app)
            assert app.failed is not None
            desk.failure = None
            app.again()
            await settle(pilot, app)
            assert app.snapshot is not None and app.snapshot.as_of == QUESTION.as_of

    asyncio.run(run())


def test_what_needs_the_market_is_not_said_to_be_missing_before_it_is_read() -> None:
    held = market()
    desk, given = SlowDesk(held), Given(replace(take(held, QUESTION), changes={}))
    desk.memory.remember(QUESTION, Seat(3, {3: "daily"}))
    app = InternalsApp(desk, Config(), QUESTION, ahead=given)  # type: ignore[arg-type]

    async def run() -> None:
        async with app.run_test(size=(160, 45)) as pilot:
            await until(pilot, lambda: "IWM return" in seen(app))
            assert "counting advances" in seen(app) and "still being read" in seen(app)
            assert "No daily closes" not in seen(app) and "are needed" not in seen(app)
            desk.may.set()
            await until(pilot, lambda: app.market is not None)
            await settle(pilot, app)
            assert "counting advances" not in seen(app) and "50-day average" in seen(app)

    asyncio.run(run())


def test_without_an_answer_the_screen_asks_itself() -> None:
    desk, given = FakeDesk(market()), Given(None)
    app = InternalsApp(desk, Config(), QUESTION, ahead=given)  # type: ignore[arg-type]

    async def run() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            await settle(pilot, app)
            assert "IWM return" in seen(app) and desk.asked == [QUESTION]

    asyncio.run(run())


STARTED = """
import sys
from tui.startup import ahead
ahead.spare = lambda: True
from tui.cli.run import run
sys.exit(run(["--demo", "--home", sys.argv[1]]))
"""


def test_a_started_screen_has_no_child_any_more(tmp_path: Path) -> None:
    with Terminal([sys.executable, "-c", STARTED, str(tmp_path)]) as terminal:
        got, end = b"", time.monotonic() + 30
        while b"IWM return" not in got and time.monotonic() < end:
            got += terminal.read(0.2)
        assert b"IWM return" in got
        told = subprocess.run(
            ["ps", "-o", "stat=", "--ppid", str(terminal.pid)], capture_output=True, text=True
        )
        assert told.stdout.split() == []
        with contextlib.suppress(OSError):
            terminal.send("q")
