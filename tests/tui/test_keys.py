"""Each key of the table: what changes when it is pressed.

Expected figures follow by hand from tests/tui/markets.py: S29 weighs 3.2 % and rose 92.5 %, 296 bp;
S00 fell 52.5 %, -168 bp; L19 4.8 % x 37.5 %, 180 bp; L00 -94 bp.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from unittest.mock import patch

import pytest
from textual.pilot import Pilot

from tests.tui.driving import drive, in_turn, lines_of, press, seen
from tests.tui.fake_desk import FakeDesk
from tests.tui.fetch_keys import fetched, refresh, retry
from tests.tui.markets import QUESTION, small_market
from tests.tui.names_keys import (
    best,
    filters,
    live,
    mark,
    reverse,
    rows_and_thresholds,
    seek,
    sort,
    swap,
    without,
)
from tests.tui.pane_keys import down_up, drill, ends, pages, pane_keys, sides, tab, view, zoom
from tui.command.commands import COMMANDS
from tui.panes.help import HelpScreen
from tui.screen.app import InternalsApp

MARKET = small_market()
Check = Callable[[Pilot[None], InternalsApp], Awaitable[None]]


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


async def window(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "[")
    assert "IWM – SPY  6M" in seen(app)
    await press(pilot, app, "]", "]")
    assert "IWM – SPY  1Y" in seen(app)
    await press(pilot, app, "]")
    assert "1Y is the longest" in seen(app)


async def pairs(pilot: Pilot[None], app: InternalsApp) -> None:
    assert "1/4 IWM – SPY  YTD" in seen(app)
    await press(pilot, app, "}")
    text = seen(app)
    assert "2/4 RSP – SPY  YTD" in text
    assert "no data for RSP" in text
    assert "fetch from" in text
    assert "{ }" in text
    assert "back to IWM – SPY" in text
    assert "▸1 Spread" not in text
    await press(pilot, app, "}")
    assert "no data for IJR" in seen(app)
    await press(pilot, app, "<", "Y", "enter", "d", "x", "x")
    assert "3/4 IJR – IVV" in seen(app)
    await press(pilot, app, "{", "{")
    assert "1/4 IWM – SPY" in seen(app)
    assert "IWM leads SPY by 11.00 pp" in seen(app)
    await press(pilot, app, "{")
    assert "4/4 QQQ – SPY" in seen(app)
    await press(pilot, app, "escape")
    assert "IWM leads SPY by 11.00 pp" in seen(app)
    assert app.question == QUESTION


async def step(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, ">")
    assert "as of 2026-06-29" in seen(app)  # 26 June 2026 is a Friday
    await press(pilot, app, "<", "<")
    assert "as of 2026-06-25" in seen(app)
    await press(pilot, app, "home")
    assert "as of 2026-06-30 (last)" in seen(app)
    await press(pilot, app, ">")
    assert "2026-06-30 is the last session with closes" in seen(app)


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
    assert "is no command and no fund known here" in seen(app)
    await press(pilot, app, "escape")
    assert app.question.window == "YTD"


async def since_(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "u")
    assert "Since the last look" in seen(app)
    assert "This is the first look at this pair" in seen(app)
    await press(pilot, app, "u", ":", *"since", "enter")
    assert "Since the last look" in seen(app)
    await press(pilot, app, "escape")
    assert "▸1 Spread" in seen(app)


async def alerts_(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "A")
    assert "none is set; on the command line write" in seen(app)
    await press(pilot, app, "escape", "delete")
    assert "nothing is removed here: A lists the alerts" in seen(app)
    await press(pilot, app, ":", *"alert gap > 50", "enter", ":", *"alert breadth > 50", "enter")
    await press(pilot, app, ":", *"alerts", "enter")
    assert "▸ gap > 50 pp" in seen(app)
    # 19 of 30 lines rose
    assert "share_up IWM > 50 %" in seen(app)
    assert "now 63.3 %" in seen(app)
    await press(pilot, app, "j", "delete")
    assert "▸ gap > 50 pp" in seen(app)
    assert "share_up IWM" not in seen(app)
    await press(pilot, app, "A")
    assert "▸1 Spread" in seen(app)


async def bring(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "D")
    assert "there is a real market here" in seen(app) or "this is the simulated market" in seen(app)
    await press(pilot, app, "i")
    assert lines_of(app)[-1].startswith(" :import ")


async def copies(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "y")
    heading, titles, row = app.clipboard.split("\n")
    assert heading.split("\t") == [
        "IWM – SPY",
        "YTD 2025-12-31 → 2026-06-26",
        "price return",
        "as of 2026-06-26",
        "Contributors: names",
    ]
    assert titles.startswith("symbol\t") and row.split("\t")[0] == "S29"
    assert "+296" in app.clipboard.split("\t")
    await press(pilot, app, "Y")
    rows = app.clipboard.split("\n")
    assert rows[1].startswith("symbol\t")
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


async def redraw(pilot: Pilot[None], app: InternalsApp) -> None:
    drawn: list[str] = []
    with patch("tui.terminal.fitting.redraw", lambda app: drawn.append(seen(app))):
        for keys in ((), ("?",), ("escape", ":")):
            await press(pilot, app, *keys, "ctrl+l")
    assert len(drawn) == 3


async def suspend(pilot: Pilot[None], app: InternalsApp) -> None:
    stopped: list[str] = []
    with patch.object(app, "action_suspend_process", lambda: stopped.append(seen(app))):
        for keys in ((), ("?",), ("escape", ":")):
            await press(pilot, app, *keys, "ctrl+z")
    assert len(stopped) == 3


async def note(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "w")
    assert "note written: " in app.status()[0]
    assert len(list(app.desk.notes.iterdir())) == 3


async def quits(pilot: Pilot[None], app: InternalsApp) -> None:
    await pilot.press("q")
    await pilot.pause()
    assert not app.is_running


async def board_(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "B")
    assert "IJR:IVV" in seen(app)
    await press(pilot, app, "B")
    assert "IWM – SPY" in seen(app)


CHECKS: dict[str, Check] = {
    "board": board_,
    "import": bring,
    "demo": bring,
    "spread": pane_keys,
    "contributors": pane_keys,
    "breadth": pane_keys,
    "changes": pane_keys,
    "next_pane": tab,
    "previous_pane": tab,
    "view": view,
    "previous_view": view,
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
    "next_match": seek,
    "previous_match": seek,
    "more": rows_and_thresholds,
    "fewer": rows_and_thresholds,
    "mark": mark,
    "without": without,
    "previous_pair": pairs,
    "next_pair": pairs,
    "shorter": window,
    "longer": window,
    "earlier": step,
    "later": step,
    "today": step,
    "basis": basis,
    "command": command,
    "refresh": refresh,
    "refresh_all": refresh,
    "retry": retry,
    "fetched": fetched,
    "since": since_,
    "alerts": alerts_,
    "remove": alerts_,
    "live": live,
    "copy_row": copies,
    "copy_pane": copies,
    "back": back,
    "help": help_,
    "note": note,
    "redraw": redraw,
    "suspend": suspend,
    "quit": quits,
}


def test_every_key_has_a_check() -> None:
    assert {c.name for c in COMMANDS if c.keys} == set(CHECKS)


#: Checks that leave something which no key takes back, or look at what the desk was asked for.
ALONE: tuple[Check, ...] = (view, rows_and_thresholds, refresh, retry, fetched, note, quits)
#: Keys that take the others back.
UNDONE: dict[Check, tuple[str, ...]] = {
    ends: ("-",),
    pages: ("-", "-"),
    sort: ("b",),
    reverse: ("S",),
    best: ("b",),
    without: ("k", "space"),
    window: ("[",),
    step: ("<", "<"),
}


@pytest.mark.process
def test_keys() -> None:
    checks = {check: UNDONE.get(check, ()) for check in CHECKS.values() if check not in ALONE}

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await in_turn(pilot, app, checks)

    app = drive(story, desk=FakeDesk(MARKET))
    assert app.return_code in (0, None)


@pytest.mark.parametrize("check", ALONE, ids=lambda c: c.__name__)
@pytest.mark.process
def test_keys_in_a_start_of_their_own(check: Check) -> None:
    desk = FakeDesk(MARKET)
    app = drive(check, desk=desk)
    if check is quits:
        assert desk.kept == replace(QUESTION, as_of=None)
    assert app.return_code in (0, None)
