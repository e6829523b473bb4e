"""The screen, driven by keys; expected figures follow by hand from tests/tui/markets.py.

S29 weighs 3.2 % and rose 92.5 %: 296 bp. S00 fell 52.5 %: -168 bp. L19: 4.8 % x 37.5 % is
180 bp, L00 -94 bp.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest
from textual.pilot import Pilot

from core.frames import CoreError
from core.snapshot import Question, Snapshot
from tests.tui.driving import drive, lines_of, press, seen, settle
from tests.tui.markets import END, HOSTILE, QUESTION, FakeDesk, market, newer
from tui.app import InternalsApp
from tui.commands import COMMANDS
from tui.config import Config
from tui.panes.help import HelpScreen
from tui.panes.name import NameScreen

HELD = market()
Check = Callable[[Pilot[None], InternalsApp], Awaitable[None]]


def first_symbols(app: InternalsApp, count: int = 3) -> list[object]:
    main = app.main
    assert main is not None
    grid = main.names._tables[0].grid
    return [grid._keys[row] for row in range(count)]


# -- one check a key: what changes when it is pressed -------------------------------------


async def pane_keys(pilot: Pilot[None], app: InternalsApp) -> None:
    for key, name in (("2", "Contributors"), ("3", "Breadth"), ("4", "Changes"), ("1", "Spread")):
        await press(pilot, app, key)
        assert f"━▸{key} {name}" in seen(app)
        assert seen(app).count("▸") <= 2  # the pane and, in a table, its row


async def tab(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "tab")
    assert "▸2 Contributors" in seen(app)
    await press(pilot, app, "shift+tab", "shift+tab")
    assert "▸4 Changes" in seen(app)


async def view(pilot: Pilot[None], app: InternalsApp) -> None:
    assert "the next rank" not in seen(app)
    await press(pilot, app, "v")
    assert "gap this year, every year, IWM less SPY" in seen(app)
    await press(pilot, app, "v")
    assert "gap of every full year" in seen(app)
    await press(pilot, app, "2", "v")
    assert "IWM w %" in seen(app)
    await press(pilot, app, "v")
    assert "Odd pair" in seen(app)
    assert "themes may overlap" in seen(app)
    await press(pilot, app, "v")
    assert "gap bp" in seen(app)
    await press(pilot, app, "v")
    assert "no prices held" in seen(app)
    assert "Unpriced One" in seen(app)
    await press(pilot, app, "3", "v")
    assert "> 100 %" in seen(app)
    await press(pilot, app, "v")
    assert "gap of the funds" in seen(app)
    await press(pilot, app, "v")
    # All 20 large lines are straight in logarithms: 13 rise every session, 7 fall.
    assert "SPY  2026-06-26: 13 up, 7 down, 0 unchanged" in seen(app)
    await press(pilot, app, "4", "v")
    assert "names needed for half of all gains" in seen(app)


async def zoom(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "z")
    assert "3 Breadth" not in seen(app)
    assert "SPY +9.00 %" in lines_of(app)[4]
    await press(pilot, app, "z")
    assert "3 Breadth" in seen(app)


async def down_up(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2")
    for down, up in (("j", "k"), ("down", "up")):
        await press(pilot, app, down)
        assert any("▸ S28" in line for line in lines_of(app))
        await press(pilot, app, up)
        assert any("▸ S29" in line for line in lines_of(app))


async def sides(pilot: Pilot[None], app: InternalsApp) -> None:
    for right, left in (("l", "h"), ("right", "left")):
        await press(pilot, app, right)
        assert "▸2 Contributors" in seen(app)
        await press(pilot, app, left)
        assert "▸1 Spread" in seen(app)
    await press(pilot, app, "2", "z", "l")
    assert "▸ L19" in seen(app)


async def ends(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "+")
    await press(pilot, app, "G")
    assert any("▸ IWM return" in line for line in lines_of(app))
    await press(pilot, app, "g")
    assert any("▸ S29" in line for line in lines_of(app))
    await press(pilot, app, "end")
    assert any("▸ IWM return" in line for line in lines_of(app))


async def pages(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "+", "+")
    main = app.main
    assert main is not None
    grid = main.names._tables[0].grid
    for down, up in (("pagedown", "pageup"), ("ctrl+d", "ctrl+u")):
        before = grid.cursor_row
        await press(pilot, app, down)
        assert grid.cursor_row > before
        await press(pilot, app, up)
        assert grid.cursor_row == before


async def drill(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "enter")
    assert isinstance(app.screen, NameScreen)
    text = seen(app)
    assert "S29  Example S29  Information Technology" in text
    assert "return +92.50 %" in text
    assert "contribution +296.0 bp" in text
    assert "rank 1 of 30" in text
    # Listed in the file of 31 December, gone from that of 26 June, which is the as-of date.
    assert "a member since before the first file held until 2026-06-26" in text
    await press(pilot, app, "escape")
    assert "▸2 Contributors" in seen(app)


async def explain(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "d")
    assert "gap of IWM over SPY = 11.0000 pp" in seen(app)
    assert "= 20.0000 % - 9.0000 %" in seen(app)
    await press(pilot, app, "d", "2", "d")
    text = seen(app)
    assert "contribution of S29 Example S29 to IWM = 296.0000 bp" in text
    assert "typed by hand" in text
    await press(pilot, app, "escape")
    assert "▸2 Contributors" in seen(app)


async def filters(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "slash", *"ret>80")
    # S27 +82.5, S28 +87.5, S29 +92.5
    assert "/ret>80 3 of 30" in seen(app)
    assert "all 27 others" in seen(app)
    await press(pilot, app, "enter")
    assert "/ret>80 3 of 30" in seen(app)
    await press(pilot, app, "escape")
    assert "/ret>80" not in seen(app)
    await press(pilot, app, "slash", *"sector:energy", "escape")
    assert "sector:energy" not in seen(app)


async def sort(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "s")
    assert "b contribution  r return  w weight  s symbol  n name  e sector" in seen(app)
    await press(pilot, app, "s")
    assert first_symbols(app) == ["S00", "S01", "S02"]
    assert "symbol▲" in seen(app)
    await press(pilot, app, "s", "escape")
    assert "b contribution  r return" not in seen(app)
    assert first_symbols(app) == ["S00", "S01", "S02"]


async def reverse(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "S")
    assert first_symbols(app) == ["S00", "S01", "S02"]


async def best(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "b")
    assert "worst first" in seen(app)
    assert first_symbols(app) == ["S00", "S01", "S02"]
    await press(pilot, app, "b")
    assert first_symbols(app) == ["S29", "S28", "S27"]


async def swap(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "x")
    assert first_symbols(app) == ["L19", "L18", "L17"]
    assert "+180" in seen(app)
    await press(pilot, app, "x")
    assert first_symbols(app) == ["S29", "S28", "S27"]


async def rows(pilot: Pilot[None], app: InternalsApp) -> None:
    main = app.main
    assert main is not None
    grid = main.names._tables[0].grid
    fits = grid.row_count
    await press(pilot, app, "+")
    assert grid.row_count == 25 + 4
    await press(pilot, app, "+", "+", "+")
    assert grid.row_count == 30 + 3
    await press(pilot, app, "-", "-", "-", "-")
    assert grid.row_count == fits


async def mark(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "space")
    assert "●S29" in seen(app)
    assert "marked: S29" in seen(app)
    await press(pilot, app, "k", "space")
    assert "●S29" not in seen(app)


async def without(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "X")
    assert "no name is marked" in seen(app)
    await press(pilot, app, "2", "space", "X")
    assert app.question.without == ("S29",)
    # 30 equal lines with mean 20 %: the other 29 have (30 x 20 - 92.5) / 29 = 17.5 %
    assert "without S29 +17.50 %" in seen(app)
    await press(pilot, app, "X")
    assert "without S29" not in seen(app)


async def window(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "[")
    assert "IWM – SPY  6M" in seen(app)
    await press(pilot, app, "]", "]")
    assert "IWM – SPY  1Y" in seen(app)
    await press(pilot, app, "]")
    assert "1Y is the longest" in seen(app)


async def step(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, ">")
    assert "as of 2026-06-29" in seen(app)  # 26 June 2026 is a Friday
    await press(pilot, app, "<", "<")
    assert "as of 2026-06-25" in seen(app)
    await press(pilot, app, "home")
    assert "as of 2026-06-30 (last)" in seen(app)
    await press(pilot, app, ">")
    assert "2026-06-30 is the last session held" in seen(app)


async def basis(pilot: Pilot[None], app: InternalsApp) -> None:
    assert "SPY +9.00 %" in seen(app)
    await press(pilot, app, "t")
    # 2.00 on 18 March 2026 at 296.21: 1.09 x (1 + 2/296.21) = 1.0974
    assert "total return" in seen(app)
    assert "SPY +9.74 %" in seen(app)
    await press(pilot, app, "t")
    assert "price return" in seen(app)


async def command(pilot: Pilot[None], app: InternalsApp) -> None:
    for key in (":", "ctrl+p"):
        await press(pilot, app, key)
        assert "asof DATE" in seen(app)
        await press(pilot, app, *"3m", "enter")
        assert "IWM – SPY  3M" in seen(app)
        await press(pilot, app, ":", *"ytd", "enter")
        assert "IWM – SPY  YTD" in seen(app)
    await press(pilot, app, ":", *"nonsense of it", "enter")
    assert "is no command: write a pair" in seen(app)
    await press(pilot, app, "escape")
    assert app.question.window == "YTD"


async def refresh(pilot: Pilot[None], app: InternalsApp) -> None:
    desk = app.desk
    assert isinstance(desk, FakeDesk)
    await press(pilot, app, "r")
    assert "there is nothing to fetch" in seen(app)
    await press(pilot, app, "R")
    assert desk.full == [False, True]


async def copies(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "y")
    assert app.clipboard.split("\t")[0] == "S29"
    assert "+296" in app.clipboard.split("\t")
    await press(pilot, app, "Y")
    rows = app.clipboard.split("\n")
    assert rows[0].startswith("symbol\t")
    assert rows[-1].startswith("IWM return\t")
    await press(pilot, app, "1", "Y")
    assert "gap +11.00 pp" in app.clipboard


async def back(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "z", "escape")
    assert "3 Breadth" in seen(app)
    await press(pilot, app, "escape", "escape")
    assert app.is_running


async def help_(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "?")
    assert isinstance(app.screen, HelpScreen)
    assert "Spread: how wide is the gap" in seen(app)
    await press(pilot, app, "G")
    assert ":asof DATE" in seen(app)
    await press(pilot, app, "?")
    assert "▸1 Spread" in seen(app)


async def quits(pilot: Pilot[None], app: InternalsApp) -> None:
    await pilot.press("q")
    await pilot.pause()
    assert not app.is_running


CHECKS: dict[str, Check] = {
    "spread": pane_keys,
    "contributors": pane_keys,
    "breadth": pane_keys,
    "changes": pane_keys,
    "next_pane": tab,
    "previous_pane": tab,
    "view": view,
    "zoom": zoom,
    "down": down_up,
    "up": down_up,
    "left": sides,
    "right": sides,
    "first": ends,
    "last": ends,
    "page_down": pages,
    "page_up": pages,
    "half_down": pages,
    "half_up": pages,
    "drill": drill,
    "explain": explain,
    "filter": filters,
    "sort": sort,
    "reverse": reverse,
    "best": best,
    "swap": swap,
    "more": rows,
    "fewer": rows,
    "mark": mark,
    "without": without,
    "shorter": window,
    "longer": window,
    "earlier": step,
    "later": step,
    "today": step,
    "basis": basis,
    "command": command,
    "refresh": refresh,
    "refresh_all": refresh,
    "copy_row": copies,
    "copy_pane": copies,
    "back": back,
    "help": help_,
    "quit": quits,
}


def test_every_key_has_a_check() -> None:
    assert {c.name for c in COMMANDS if c.keys} == set(CHECKS)


@pytest.mark.parametrize("check", dict.fromkeys(CHECKS.values()), ids=lambda c: c.__name__)
def test_keys(check: Check) -> None:
    desk = FakeDesk(HELD)
    app = drive(check, desk=desk)
    if check is quits:
        assert desk.kept == replace(QUESTION)
    assert app.return_code in (0, None)


def test_ctrl_c_quits_from_every_screen() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert not app.is_running

    async def from_help(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "?")
        await story(pilot, app)

    async def from_prompt(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":")
        await story(pilot, app)

    for each in (story, from_help, from_prompt):
        drive(each, held=HELD)


def test_a_rebound_key_works_and_its_old_one_does_not() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "z")
        assert "3 Breadth" in seen(app)
        await press(pilot, app, "ctrl+y")
        assert "3 Breadth" not in seen(app)
        await press(pilot, app, "ctrl+y", "?")
        assert "ctrl+y" in seen(app)

    drive(story, held=HELD, config=Config(keys={"zoom": "f5,ctrl+y"}))


# -- what must hold ------------------------------------------------------------------------


def test_contributions_and_closing_rows_add_up_as_printed() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z")
        main = app.main
        assert main is not None
        for table, total in zip(main.names._tables, ("+2,000", "+900"), strict=True):
            grid = table.grid
            cells = [grid.cell_at(row, "bp") for row in range(grid.row_count)]
            printed = [c if isinstance(c, str) else str(c[0]) for c in cells]
            assert printed[-1] == total
            numbers = [int(text.replace(",", "")) for text in printed]
            assert sum(numbers[:-1]) == numbers[-1]

    for size in ((80, 24), (120, 36), (160, 48)):
        drive(story, held=HELD, size=size if size[0] > 84 else (100, 24))


def test_leaders_and_laggards_of_both_indices_side_by_side() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        text = seen(app)
        for told in ("S29", "+296", "S00", "-168", "L19", "+180", "L00", "-94"):
            assert told in text

    drive(story, held=HELD, size=(160, 48))


def test_every_pane_says_simulated_and_a_real_market_never() -> None:
    async def told(pilot: Pilot[None], app: InternalsApp) -> None:
        assert seen(app).count("SIMULATED") == 5  # the header and four panes

    async def untold(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "SIMULATED" not in seen(app).upper()

    drive(told, held=market(simulated=True))
    drive(untold, held=HELD)


def test_below_the_floor_nothing_is_claimed_and_numbers_are_listed() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z")
        text = seen(app)
        assert "nothing is claimed about leaders or breadth" in text
        assert "80.0 % of weight" in text or "80.0 %" in text
        assert "S29" in text
        assert "half of all gains" not in text
        await press(pilot, app, "3")
        assert "nothing is claimed" in seen(app)
        assert "lines rose (" not in seen(app)
        assert "19 of 30 measured lines rose" in seen(app)

    drive(story, held=market(covered=0.80))


def test_a_missing_index_is_told_in_a_sentence() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "no holdings of SPY are held" in seen(app)
        for _ in range(12):
            await press(pilot, app, "v")
        for pane in "234":
            await press(pilot, app, pane, "v", "v", "x", "v")

    drive(story, held=market(held=("IWM",)), size=(160, 48))


def test_missing_fund_closes_leave_the_contributors() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "no closes of SPY are held" in seen(app)
        assert "basket; no fund closes" in seen(app)
        await press(pilot, app, "3", "v", "v")
        assert "needs both funds' closes" in seen(app)

    drive(story, held=market(funds=("IWM",)), size=(160, 48))


def test_an_empty_store_says_what_to_do_next() -> None:
    desk = FakeDesk(None)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        text = seen(app)
        assert "nothing is held yet." in text
        for told in ("internals --demo", "internals import holdings FILE", "fetch here"):
            assert told in text
        assert "1 Spread" not in text
        for key in ["1", "2", "v", "z", "x", "b", "s", "j", "enter", "slash"]:
            await pilot.press(key)
        await pilot.press("escape", "X", "space", "greater_than_sign", "y", "Y", "+")
        # another process brings data: it is shown without a key
        desk.held = HELD
        app.poll()
        await settle(pilot, app)
        assert "IWM leads SPY by 11.00 pp" in seen(app)

    drive(story, desk=desk)
    drive(story=no_crash_at((80, 24)), desk=FakeDesk(None), size=(80, 24))


def no_crash_at(size: tuple[int, int]) -> Check:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert len(lines_of(app)) == size[1]
        assert all(len(line) <= size[0] for line in lines_of(app))

    return story


def test_a_failing_question_keeps_the_old_numbers() -> None:
    desk = FakeDesk(HELD)

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

    drive(story, desk=desk)


def test_a_question_nothing_is_held_for_is_one_sentence() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":", *"qqq", "enter")
        assert "nothing is held of QQQ" in seen(app)
        assert "IWM – SPY" in seen(app)

    drive(story, held=HELD)


class SlowDesk(FakeDesk):
    """Total return hangs until it is let go."""

    def __init__(self) -> None:
        super().__init__(HELD)
        self.gate = threading.Event()

    def take(self, question: Question) -> Snapshot:
        if question.basis == "tr":
            assert self.gate.wait(10)
        return super().take(question)


def test_a_slow_answer_never_replaces_a_newer_one() -> None:
    desk = SlowDesk()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("t")
        await pilot.pause(0.05)
        assert "price return" in seen(app)  # the old numbers stay
        app.ask(replace(QUESTION, window="3M"))
        for _ in range(200):
            await pilot.pause(0.01)
            if app.snapshot is not None and app.snapshot.window.label == "3M":
                break
        assert "IWM – SPY  3M" in seen(app)
        desk.gate.set()
        await settle(pilot, app)
        assert "IWM – SPY  3M" in seen(app)
        assert "price return" in seen(app)
        assert "total return" not in seen(app)

    drive(story, desk=desk)


def test_a_held_key_scrubs_and_the_newest_date_wins() -> None:
    desk = FakeDesk(HELD)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for _ in range(40):
            await pilot.press("less_than_sign")
        await settle(pilot, app)
        # 40 weekdays before Friday 26 June 2026 is Friday 1 May 2026
        assert "as of 2026-05-01" in seen(app)
        assert app.snapshot is not None
        assert app.snapshot.as_of == date(2026, 5, 1)

    drive(story, desk=desk)


def test_new_data_of_another_process_is_shown() -> None:
    desk = FakeDesk(HELD)

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "store 7" in seen(app)
        desk.held = newer(HELD, 8)
        app.poll()
        await settle(pilot, app)
        assert "store 8" in seen(app)
        asked = len(desk.asked)
        app.poll()
        await settle(pilot, app)
        assert len(desk.asked) == asked

    drive(story, desk=desk)


CHILD = """
import json, sys, time
print("this is no json", file=sys.stderr)
told = {"stage": "prices", "done": 3, "total": 12, "failed": 1, "symbol": "S03"}
print(json.dumps(told), flush=True)
time.sleep(0.4)
print(json.dumps({"stage": "done", "done": 12, "total": 12, "message": MESSAGE}), flush=True)
sys.exit(CODE)
"""


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        (0, "12 new closes of 12 symbols", "12 new closes of 12 symbols"),
        (1, "3 failed", "! refreshed in part: 3 failed"),
        (3, "no network", "! no network; the numbers shown are the last good ones"),
    ],
)
def test_a_refresh_shows_progress_and_its_end(code: int, message: str, told: str) -> None:
    desk = FakeDesk(HELD)
    script = CHILD.replace("CODE", str(code)).replace("MESSAGE", repr(message))
    desk.argv = [sys.executable, "-c", script]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("r")
        for _ in range(300):
            await pilot.pause(0.01)
            if "closes 3 of 12 · 1 failed · S03" in seen(app):
                break
        assert "… closes 3 of 12 · 1 failed · S03" in seen(app)
        await press(pilot, app, "2")  # the screen does not wait
        assert "▸2 Contributors" in seen(app)
        await pilot.press("r")
        for _ in range(300):
            await pilot.pause(0.01)
            if app.progress is None:
                break
        await settle(pilot, app)
        assert told in seen(app)
        assert "+11.00 pp" in seen(app)

    drive(story, desk=desk)


def test_a_refresh_that_cannot_start_is_a_sentence() -> None:
    desk = FakeDesk(HELD)
    desk.argv = ["/nowhere/at/all"]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await pilot.press("r")
        for _ in range(200):
            await pilot.pause(0.01)
            if app.progress is None:
                break
        await settle(pilot, app)
        assert "the refresh cannot be started: No such file or directory" in seen(app)

    drive(story, desk=desk)


def test_opening_sends_no_request_unless_the_config_says_so() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "r costs 4 requests" in seen(app)

    desk = FakeDesk(HELD)
    drive(story, desk=desk)
    assert desk.full == []

    async def asked(pilot: Pilot[None], app: InternalsApp) -> None:
        pass

    drive(asked, desk=desk, config=Config(refresh_on_open=True))
    assert desk.full == [False]


def test_hostile_names_reach_no_pane_raw() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        texts = []
        for pane, views in (("2", 5), ("4", 2), ("3", 3), ("1", 3)):
            await press(pilot, app, pane)
            for _ in range(views):
                texts.append(seen(app))
                await press(pilot, app, "v")
        await press(pilot, app, "2", "slash", *"evil", "enter", "enter")
        assert isinstance(app.screen, NameScreen)
        texts.append(seen(app))
        for text in texts:
            assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e", "\u200b"}
            assert all(len(line.encode("utf-16-le")) for line in text.split("\n"))
        together = "\n".join(texts)
        assert "[@click=app.quit]Bait[/]" in together
        assert "株式会社" in together
        assert app.is_running

    assert len(HOSTILE) == 10
    drive(story, held=market(hostile=True), size=(200, 60))


def test_wide_characters_keep_columns_straight() -> None:
    from rich.cells import cell_len

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z", "+", "+", "+", "+")
        assert {cell_len(line) for line in lines_of(app)} == {100}

    drive(story, held=market(hostile=True), size=(100, 40))


def test_a_storm_of_sizes() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        sizes = [(20, 5), (200, 60), (35, 9), (80, 24), (1, 1), (112, 32), (36, 9), (119, 35)]
        for width, height in [*sizes, (40, 60), (250, 10), (84, 24), (120, 36)]:
            for key in ("z", "2", "v", "4", "3", "1"):
                await pilot.resize_terminal(width, height)
                await pilot.press(key)
            await pilot.pause()
            lines = lines_of(app)
            assert len(lines) == height
            if width < 36 or height < 9:
                assert "too small"[: width - 1] in seen(app) or width < 12
            else:
                assert "IWM" in lines[0]
        assert "▸1 Spread" in seen(app)

    drive(story, held=HELD)


def test_every_size_shows_the_headline_from_80x24_on() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for size in ((80, 24), (100, 30), (120, 36), (160, 48), (200, 60)):
            await pilot.resize_terminal(*size)
            await settle(pilot, app)
            text = " ".join(" ".join(line.split()) for line in lines_of(app)[1:4])
            assert "IWM leads SPY by 11.00 pp this year" in text
            assert "wider than any full year since 2018." in text

    drive(story, held=HELD)


def test_the_mouse_chooses_panes_rows_and_headers() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        main = app.main
        assert main is not None
        grid = main.names._tables[0].grid
        await pilot.click(grid, offset=(4, 2))
        await settle(pilot, app)
        assert "▸2 Contributors" in seen(app)
        assert any("▸ S28" in line for line in lines_of(app))
        await pilot.click(grid, offset=(3, 0))
        await settle(pilot, app)
        assert "symbol▲" in seen(app)
        await pilot.click("#pane-3")
        await settle(pilot, app)
        assert "▸3 Breadth" in seen(app)

    drive(story, held=HELD)


@pytest.mark.parametrize("theme", ["dark", "light", "colour-blind", "red-up", "terminal"])
def test_every_theme_draws_the_same_text(theme: str) -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "IWM +20.00 %" in seen(app)
        await press(pilot, app, "2", "slash", *"s2")

    drive(story, held=HELD, config=Config(theme=theme))


def test_ascii_alone() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for key in ("2", "v", "v", "3", "v", "v", "4", "v", "?"):
            await press(pilot, app, key)
            assert seen(app).isascii()

    try:
        drive(story, held=HELD, config=Config(ascii=True))
    finally:
        from tui.drawing import Painter

        Painter.ascii_only = False


def test_nothing_is_sent_while_nothing_changes() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        sent: list[object] = []
        app.screen._on_timer_update = sent.append  # type: ignore[assignment,method-assign]
        updates = len(app.screen._dirty_widgets)
        for _ in range(5):
            app.poll()
            app.say()
            await asyncio.sleep(0.05)
        assert len(app.screen._dirty_widgets) == updates == 0

    drive(story, held=HELD)


def test_importing_the_app_imports_nothing_heavy() -> None:
    code = (
        "import sys, tui.app; print(sorted({'pandas', 'pyarrow', 'yfinance', 'openpyxl',"
        " 'curl_cffi', 'scipy', 'platformdirs'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] in ("[]", "['platformdirs']")


def test_the_first_question_is_what_was_given() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert app.snapshot is not None
        assert app.snapshot.as_of == END

    drive(story, held=HELD)
