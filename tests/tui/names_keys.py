"""What the keys that act on names must do, one check a key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from tests.tui.driving import cell, lines_of, press, seen, tables
from tests.tui.fake_desk import FakeDesk
from tui.screen.app import InternalsApp

Check = Callable[[Pilot[None], InternalsApp], Awaitable[None]]


def first_symbols(app: InternalsApp, count: int = 3) -> list[str]:
    return [cell(tables(app)[0], row, "symbol") for row in range(count)]


def under_cursor(app: InternalsApp) -> object:
    return tables(app)[0].cursor_key


# -- one check a key: what changes when it is pressed -------------------------------------


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
    # from the far end of the table too, what the order puts first is under the cursor
    await press(pilot, app, "G", "b")
    assert under_cursor(app) == first_symbols(app)[0]


async def swap(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "x")
    assert first_symbols(app) == ["L19", "L18", "L17"]
    assert "+180" in seen(app)
    await press(pilot, app, "x")
    assert first_symbols(app) == ["S29", "S28", "S27"]


async def rows(pilot: Pilot[None], app: InternalsApp) -> None:
    grid = tables(app)[0]
    fits = grid.row_count
    await press(pilot, app, "+")
    assert grid.row_count == 25 + 4
    await press(pilot, app, "+", "+", "+")
    assert grid.row_count == 30 + 3
    await press(pilot, app, "-", "-", "-", "-")
    assert grid.row_count == fits


async def thresholds(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "3", "v")
    assert "> 100 %" in seen(app)
    assert "+ - finer" in lines_of(app)[-1]
    await press(pilot, app, "v", "v", "+")
    assert "thresholds -20 -10 -5 0 5 10 15 20 30 %" in seen(app)
    # S13 to S29 rose by 12.5 % and more, S12 by 7.5 %; L09 to L19 13.5 %... and L07 1.5 %
    assert "> 5 %     18  60.0 %" in seen(app)
    assert "> 100 %" not in seen(app)
    await press(pilot, app, "+", "+")
    assert "these are the finest thresholds" in seen(app)
    assert "> 1 %     19  63.3 %" in seen(app)
    await press(pilot, app, "-", "-", "-")
    assert "> 500 %" in seen(app)
    await press(pilot, app, "-")
    assert "these are the coarsest thresholds" in seen(app)


async def rows_and_thresholds(pilot: Pilot[None], app: InternalsApp) -> None:
    await rows(pilot, app)
    await thresholds(pilot, app)


async def seek(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "n")
    assert "nothing to look for" in seen(app)
    grid = tables(app)[0]
    fits = grid.row_count
    # Every fourth line of S00 to S29 is in Energy, S26 the best of them; 7 in all.
    await press(pilot, app, "slash", *"sector:energy", "enter", "n")
    assert under_cursor(app) == "S22"
    assert grid.row_count == 30 + 3  # all lines are listed again
    assert "match 2 of 7" in seen(app)
    await press(pilot, app, "N", "N")
    assert under_cursor(app) == "S02"
    assert "match 7 of 7" in seen(app)
    await press(pilot, app, "n")
    assert under_cursor(app) == "S26"
    await press(pilot, app, "escape", "escape")
    assert "sector:energy" not in seen(app)
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
    # 20 % less 3.2 % of 92.5 %; and the mean of the other 29 lines
    assert "without S29 +17.04 % zeroed" in seen(app)
    assert "+17.50 % reweighted" in seen(app)
    await press(pilot, app, "X")
    assert "without S29" not in seen(app)


async def live(pilot: Pilot[None], app: InternalsApp) -> None:
    desk = app.desk
    assert isinstance(desk, FakeDesk)
    await press(pilot, app, "p")
    assert "there are no live quotes" in seen(app)
    await press(pilot, app, "p")
    assert desk.laid == []
