"""The keys that choose panes and views and move in them: what changes when each is pressed."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.driving import lines_of, press, seen, settle, tables
from tui.panes.name import NameScreen
from tui.screen.app import InternalsApp


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
    assert "IWM wgt" in seen(app)
    await press(pilot, app, "v")
    assert "Odd pair" in seen(app)
    assert "themes may overlap" in seen(app)
    await press(pilot, app, "v")
    assert "gap bp" in seen(app)
    await press(pilot, app, "v")
    assert "alloc bp" in seen(app)
    assert "gap of the baskets" in seen(app)
    await press(pilot, app, "V")
    assert "alloc bp" not in seen(app) and "gap bp" in seen(app)
    await press(pilot, app, "v", "v")
    assert "QTD" in seen(app) and "S29" in seen(app)
    await press(pilot, app, "v")
    assert "IWM YTD" in seen(app)
    await press(pilot, app, "v")
    assert "change bp" in seen(app)
    await press(pilot, app, "v")
    assert "no prices" in seen(app)
    assert "Unpriced One" in seen(app)
    await press(pilot, app, "3", "v")
    assert "> 100 %" in seen(app)
    await press(pilot, app, "v")
    assert "gap of the funds" in seen(app)
    await press(pilot, app, "v")
    await app.workers.wait_for_complete()  # the sessions are counted in a thread
    await settle(pilot, app)
    # All 20 large lines are straight in logarithms: 13 rise every session, 7 fall.
    assert "SPY  2026-06-26: 13 up, 7 down · 0 unchanged" in seen(app)
    await press(pilot, app, "4", "v")
    assert "names for half of all gains" in seen(app)


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
    grid = tables(app)[0]
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
    assert "a member since before the first file until 2026-06-26" in text
    await press(pilot, app, "escape")
    assert "▸2 Contributors" in seen(app)
