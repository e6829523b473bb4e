"""What is not usual stands on the screen as long as it holds; a new question starts at the top."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.tui.driving import drive, lines_of, press, seen, settle
from tests.tui.markets import small_market
from tui.screen.app import InternalsApp

MARKET = small_market()


async def type_line(pilot: Pilot[None], app: InternalsApp, text: str) -> None:
    await press(pilot, app, "colon", *text, "enter")


def status(app: InternalsApp) -> str:
    return lines_of(app)[-2]


def test_what_stands_and_where_it_starts() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await names_left_out_stand_in_status_headline_and_pane(pilot, app)
        await another_window_starts_at_the_top_another_date_does_not(pilot, app)
        await views_both_ways_by_name_and_by_mouse(pilot, app)
        await pilot.resize_terminal(80, 24)
        await settle(pilot, app)
        await a_filter_stands_in_the_status_line_until_it_goes(pilot, app)
        await a_long_error_is_read_whole_and_what_was_typed_is_there_again(pilot, app)

    drive(story, market=MARKET, size=(120, 36))


async def names_left_out_stand_in_status_headline_and_pane(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await type_line(pilot, app, "ex S29 L19")
    # S29 left at +92.5 %: 3.2 % of IWM, 296 bp; L19: +37.5 %, 4.8 % of SPY, 180 bp
    screen = seen(app)
    assert "without S29 L19" in status(app)
    headline = next(line for line in lines_of(app) if "Without S29 L19: " in line)
    assert "gap +9.84 pp, IWM +17.04 %, SPY +7.20 % (zeroed); gap" in headline
    assert "(reweighted)" in headline
    assert "Without 2 names: gap +9.84 pp (zeroed)" in screen  # pane 1
    await press(pilot, app, "right_curly_bracket", "left_curly_bracket")
    await type_line(pilot, app, "ex")
    assert "ithout" not in seen(app)


async def a_filter_stands_in_the_status_line_until_it_goes(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await press(pilot, app, "2", "slash", "e", "n", "enter", "1")
    assert "/en" in status(app)
    await press(pilot, app, "escape", "escape")
    assert "/en" not in status(app)
    assert "as of" in status(app) and "(not the last)" in status(app)
    await press(pilot, app, "home")
    assert "(not the last)" not in status(app)


async def another_window_starts_at_the_top_another_date_does_not(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await press(pilot, app, "2", "j", "j", "j")
    grid = app.main.names.table()  # type: ignore[union-attr]
    assert grid is not None and grid.cursor_row == 3
    await press(pilot, app, "less_than_sign")
    assert grid.cursor_key == "S26"
    await press(pilot, app, "left_square_bracket")
    assert grid.cursor_row == 0


async def views_both_ways_by_name_and_by_mouse(pilot: Pilot[None], app: InternalsApp) -> None:
    main = app.main
    assert main is not None
    await press(pilot, app, "2", "V")
    assert main.names.view == "left out"
    await press(pilot, app, "v")
    assert main.names.view == "names"
    await type_line(pilot, app, "view brin")
    assert (main.active, main.names.view) == (2, "brinson")
    await type_line(pilot, app, "view ladder")
    assert (main.active, main.breadth.view) == (3, "ladder")
    await type_line(pilot, app, "view nothing")
    assert "no view is called 'nothing'" in seen(app)
    main.activate(2)
    await type_line(pilot, app, "view left out")
    assert main.names.view == "left out"
    rule = next(line for line in lines_of(app) if "2 Contributors" in line)
    y = lines_of(app).index(rule)
    where = (rule.index(main.names.view) + 2, y)
    await pilot.click(offset=where)
    await settle(pilot, app)
    assert (main.active, main.names.view) == (2, "names")


async def a_long_error_is_read_whole_and_what_was_typed_is_there_again(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await type_line(pilot, app, "view nothing at all")
    text = " ".join(" ".join(line.split()) for line in lines_of(app)[-7:])
    assert "no view is called 'nothing at all'; there are lines, years" in text
    # a name that two panes have is told once
    assert text.count("sectors,") == 1
    assert "membership, concentration, weights" in text
