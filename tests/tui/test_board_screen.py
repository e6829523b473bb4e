"""The board on the screen: rows, orders, the pair and back, dates, news, the watch list."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from core.answer.alerts import first as first_state
from core.answer.alerts import parse as parse_alert
from core.answer.board import Pair, board
from core.answer.board_news import state_of
from core.data.question import Question
from tests.tui.board_market import DAYS, board_market, shipped_pairs
from tests.tui.driving import drive, press, seen, until
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import small_market
from tui.panes.board_rotation import drawing as rotation_drawing
from tui.panes.board_rows import ORDERS, ordered
from tui.screen.app import InternalsApp
from tui.screen.board_screen import BoardScreen
from tui.state.board_look import BoardLooks
from tui.state.config import Config, load
from tui.text.board_figures import value_of
from tui.text.spans import plain

MARKET = board_market()
ASKED = Question(basis="pr")
#: The last two sessions of the market.
ENDS = ("2026-06-25", "2026-06-26")


def rows_of(app: InternalsApp) -> list[str]:
    """The names of the pairs in sight, top down."""
    assert isinstance(app.screen, BoardScreen)
    return [row.pair.name for row in app.screen.rows]


def test_a_pair_and_back_any_order_and_any_date() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await a_pair_and_back_to_its_row(pilot, app)
        await press(pilot, app, "B")
        await any_column_sorts_and_rows_without_the_figure_stand_last(pilot, app)
        await dates_and_basis_are_the_board_s_and_the_pair_s(pilot, app)

    drive(story, desk=FakeDesk(MARKET), question=ASKED)


async def a_pair_and_back_to_its_row(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "B", "j", "j", "enter")
    assert (app.question.small, app.question.large) == ("MDY", "SPY")
    assert "MDY – SPY" in seen(app).splitlines()[0]
    await press(pilot, app, "escape")
    assert "▸ MDY:SPY" in seen(app)
    await press(pilot, app, "escape")
    assert "MDY – SPY" in seen(app).splitlines()[0]


async def any_column_sorts_and_rows_without_the_figure_stand_last(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    for key, (letter, _) in ORDERS.items():
        if key in ("group", "pair"):
            continue
        await press(pilot, app, "s", letter)
        assert isinstance(app.screen, BoardScreen)
        values = [value_of(row, key) for row in app.screen.rows]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)
        assert values[len(known) :] == [None] * (26 - len(known))
    await press(pilot, app, "s", "m")
    assert rows_of(app)[-1] == "XLRE:SPY"
    await press(pilot, app, ":", *"sort 1M", "enter")
    names = rows_of(app)
    await press(pilot, app, "S")
    assert rows_of(app)[:25] == names[:25][::-1]


async def dates_and_basis_are_the_board_s_and_the_pair_s(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await press(pilot, app, "g", "<", "<")
    assert "as of 2026-06-24" in seen(app)
    await press(pilot, app, ">", "t", "enter")
    assert app.question.as_of == date(2026, 6, 25)
    assert app.question.basis == "tr"
    await press(pilot, app, "escape", "home")
    assert "as of 2026-06-26 (last)" in seen(app)
    await press(pilot, app, ":", *"asof 2026-05-29", "enter")
    assert "as of 2026-05-29" in seen(app)


def test_order_and_cursor_are_found_again_at_the_next_start() -> None:
    desk = FakeDesk(MARKET)
    left = ""

    async def first(pilot: Pilot[None], app: InternalsApp) -> None:
        nonlocal left
        await press(pilot, app, "B", "s", "y", "S", "j", "j", "j")
        left = app.place.pair
        await press(pilot, app, "q")

    async def second(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B")
        assert f"▸ {left}" in seen(app) and "by YTD, smallest first" in seen(app)

    drive(first, desk=desk, question=ASKED)
    drive(second, desk=desk, question=ASKED)


@pytest.mark.process
def test_r_fetches_what_the_board_shows_and_its_cost_is_said_first() -> None:
    desk = FakeDesk(MARKET)
    done = {"stage": "done", "message": "30 symbols fetched"}
    desk.argv = ["echo", json.dumps(done)]
    # the shipped pairs have 30 funds, and IWM:QQQ of the user's adds none
    cost = "30 funds of the board are stale: r costs 30 requests"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B")
        await until(lambda: cost in seen(app))
        await press(pilot, app, "r")
        await until(lambda: app.notice == "30 symbols fetched")
        assert (desk.full, desk.boards) == ([False], 1)
        await press(pilot, app, "R")
        await until(lambda: desk.full == [False, True] and not app.refresher.progress)
        # what was said goes first, then the board
        await press(pilot, app, "escape", "escape")
        await until(lambda: "12 symbols are stale: r costs 4 requests" in seen(app))
        assert cost not in seen(app)

    drive(story, desk=desk, question=ASKED, config=Config(pairs=(("IWM", "QQQ"),)))


def test_rows_their_explanation_and_the_rotation() -> None:
    assert board(MARKET, [row.pair for row in board(MARKET, ()).rows]).rows == ()

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B")
        await the_rows_are_in_their_groups_and_say_what_is_missing(app)
        await press(pilot, app, "d")
        await d_has_what_each_gap_is_the_difference_of(app)
        await press(pilot, app, "escape", "v", "j")
        await the_rotation_has_every_pair_and_its_formula(pilot, app)

    drive(story, desk=FakeDesk(MARKET), question=ASKED, size=(120, 48), news=True)


async def the_rows_are_in_their_groups_and_say_what_is_missing(app: InternalsApp) -> None:
    text = seen(app)
    assert rows_of(app)[:5] == ["IWM:SPY", "IJR:IVV", "MDY:SPY", "IWC:IWM", "RSP:SPY"]
    assert text.count("sector ") == 1
    assert re.search(r"XLRE:SPY +no closes of XLRE", text)
    # its closes end three sessions before the others'
    assert re.search(r"IWC:IWM +! ", text)
    stale = "figures of 2026-06-23: no later close of both"
    await until(lambda: stale in seen(app))
    assert "SIMULATED" in text.splitlines()[0]


async def d_has_what_each_gap_is_the_difference_of(app: InternalsApp) -> None:
    # each fund's own return, from its closes of the two sessions
    closes = {fund: MARKET.series(fund) for fund in ("IWM", "SPY")}
    made = []
    for series in closes.values():
        assert series is not None and series.price is not None
        ends = [series.price[series.sessions == np.datetime64(d)][0] for d in ENDS]
        made.append(100 * (ends[1] / ends[0] - 1))
    gap = made[0] - made[1]
    line = f"1D: IWM {made[0]:+.2f} % less SPY {made[1]:+.2f} %, {ENDS[0]} to {ENDS[1]}:"
    await until(lambda: f"{line} {gap:+.2f} pp" in seen(app))
    assert "closes: IWM " in seen(app)


async def the_rotation_has_every_pair_and_its_formula(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    assert isinstance(app.screen, BoardScreen)
    row = app.screen.rows[1]
    text = seen(app)
    at, change = row.rotation[-1]
    assert f"IJR:IVV {100 * at:.1f}, {100 * change:+.1f} pp" in text
    assert text.count("●") >= 10
    await press(pilot, app, "d")
    text = " ".join(seen(app).split())
    assert "its change over 21 sessions" in text
    assert f"IJR:IVV: {100 * at:.2f} % now, {100 * (at - change):.2f} % 21 sessions" in text
    await press(pilot, app, "escape", "v", "d")
    assert "gap: return of IJR less return of IVV" in seen(app)


@pytest.mark.parametrize("size", [(80, 16), (120, 26), (160, 38)])
def test_the_heads_of_the_rotation_have_their_names_whole(size: tuple[int, int]) -> None:
    rows = board(MARKET, shipped_pairs(), "pr").rows
    known = [row.pair for row in rows if len(row.rotation)]
    caption, *lines = plain(rotation_drawing(rows, "IWM:SPY", *size))
    assert "one name: against SPY" in caption and len(known) == 25
    words = re.findall("[A-Z]+(?::[A-Z]+)?", "\n".join(lines))
    names = [pair.small if pair.large == "SPY" else pair.name for pair in known]
    # on the smallest terminal two find no place
    lacking = set(names) - set(words)
    assert len(words) == len(set(words)) and set(words) <= set(names)
    assert len(lacking) <= (2 if size[0] == 80 else 0)


def test_settings_colours_and_pairs_of_one_s_own_are_set_on_the_board_too() -> None:
    desk = FakeDesk(MARKET)
    # a column that is none any more is no order
    desk.memory.remember(ASKED, replace(desk.memory.seat(), board_key="moon"))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B")
        assert isinstance(app.screen, BoardScreen) and app.place.key == "group"
        await settings_and_colours_are_saved(pilot, app)
        text = 'open = "board"\ntheme = "light"\n'
        assert desk.config_file.path.read_text() == text
        await pairs_of_one_s_own_are_saved_in_the_config_and_read_at_once(
            pilot, app, desk.config_file.path
        )

    drive(story, desk=desk, question=ASKED)


async def settings_and_colours_are_saved(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, ":", *"set open board", "enter")
    assert "open board from the next start on: saved in config.toml" in seen(app)
    await press(pilot, app, ":", *"colours light", "enter")
    assert app.theme == "light" and isinstance(app.screen, BoardScreen)
    await press(pilot, app, ":", *"set open window", "enter")
    assert "write one of panes, board" in seen(app)
    await press(pilot, app, ":", *"view years", "enter")
    assert ":view works on a pair: open one first" in seen(app)


async def pairs_of_one_s_own_are_saved_in_the_config_and_read_at_once(
    pilot: Pilot[None], app: InternalsApp, file: Path
) -> None:
    await press(pilot, app, ":", *"pair add iwm:qqq", "enter")
    assert "IWM:QQQ is on the watch list of 5 now" in seen(app)
    assert rows_of(app)[26:] == ["IWM:QQQ"]
    assert load(file).pairs[-1] == ("IWM", "QQQ")
    await press(pilot, app, "G", "enter")
    assert (app.question.small, app.question.large) == ("IWM", "QQQ")
    await press(pilot, app, "escape", ":", *"pair move IWM:QQQ 1", "enter")
    assert load(file).pairs[0] == ("IWM", "QQQ")
    await press(pilot, app, ":", *"pair remove IWM:QQQ", "enter")
    assert len(rows_of(app)) == 26
    # another process writes meanwhile, and its comment stays
    file.write_text('# mine\npairs = ["XLE:XLK"] # oil\n')
    os.utime(file, (1, 1))
    assert isinstance(app.screen, BoardScreen)
    app.screen._poll()
    await until(lambda: rows_of(app)[26:] == ["XLE:XLK"])
    await press(pilot, app, ":", *"pair add IWM:IWC", "enter")
    assert file.read_text() == '# mine\npairs = ["XLE:XLK", "IWM:IWC"] # oil\n'
    # a file that cannot be used leaves the list in force, and is left alone
    file.write_text("pairs = 3\n")
    app.screen._poll()
    assert "write a list of pairs" in seen(app)
    await press(pilot, app, ":", *"pair add IWM:MDY", "enter")
    assert file.read_text() == "pairs = 3\n"
    assert rows_of(app)[26:] == ["XLE:XLK", "IWM:IWC"]


def test_what_is_new_since_the_last_look_and_alerts_over_all_pairs() -> None:
    desk = FakeDesk(MARKET)
    pairs = [Pair("SMH", "SPY"), Pair("IWM", "SPY")]
    before = board(MARKET, pairs, "pr", date(2026, 6, 1))
    states = {row.pair.name: state for row in before.rows if (state := state_of(row))}
    smh = states["SMH:SPY"]
    crossed = replace(smh, above={days: not above for days, above in smh.above.items()})
    BoardLooks(desk.memory).keep("pr", date(2026, 6, 1), {**states, "SMH:SPY": crossed})
    alert = parse_alert("gap > -1000", Question("QQQ", "SPY", basis="pr"))

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        app.ringer.book.add(first_state(alert, None))
        await press(pilot, app, "B")
        await until(lambda: "since the last look, of 2026-06-01" in seen(app))
        text = seen(app)
        assert re.search(r"SMH:SPY +ratio crossed \w+ its 200-session average", text)
        assert re.search(r"◆ QQQ:SPY +alert gap > -1000", text)
        assert re.search(r"QQQ:SPY +◆", text)
        # enter goes to the pair of a line
        await press(pilot, app, "tab", "enter")
        assert (app.question.small, app.question.large) == ("QQQ", "SPY")

    drive(story, desk=desk, question=ASKED, size=(120, 48), news=True)


def test_it_opens_first_where_the_config_says_so() -> None:
    config = Config(opens="board")

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "Board" in seen(app).splitlines()[0]
        assert app.snapshot is not None
        await press(pilot, app, "escape")
        assert "IWM – SPY" in seen(app).splitlines()[0]

    drive(story, desk=FakeDesk(MARKET), question=ASKED, config=config)


def test_200_pairs_scroll_under_the_headings_and_a_long_one_is_named_whole() -> None:
    funds = ("IWM", "SPY", "QQQ", "RSP", "MDY", "IJR", "IVV", "SMH", "IGV", "EFA", "EEM", "NONE")
    pairs = tuple((a, b) for a in funds for b in funds if a != b)[:99]

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for theme in ("dark", "light"):
            app.theme = theme
            await press(pilot, app, "B", "g")
            (row,) = (line for line in seen(app).splitlines()[:17] if "▸ IWM:SPY " in line)
            # other columns give way, none of the gaps of the windows
            assert len(re.findall(r"[+-]\d+\.\d\d", row)) == 5
            await press(pilot, app, "G")
            lines = seen(app).splitlines()
            assert "pair" in lines[1]
            # 126 rows: the last one in the last line above the news
            assert lines[16].startswith("▸ EXS1.DE:Z049.TO ")
            await press(pilot, app, "enter", "escape")
            assert app.place.pair == rows_of(app)[-1]
            await press(pilot, app, "escape")

    config = Config(pairs=(*pairs, ("EXS1.DE", "Z049.TO")))
    drive(story, desk=FakeDesk(MARKET), question=ASKED, size=(80, 24), config=config)


def test_half_of_a_pair_and_breadth_of_the_index_that_leads_where_there_is_room() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "B", "j", "j")
        assert re.search(r"MDY:SPY +no closes of MDY", seen(app))
        await press(pilot, app, "enter")
        assert "MDY" in seen(app)
        await press(pilot, app, "escape")
        assert isinstance(app.screen, BoardScreen)
        # 19 of 30 lines rose
        await until(lambda: re.search(r"IWM:SPY .* 63\.3 ", seen(app)))
        # a step of the date leaves its columns, empty until it is counted anew
        page = app.screen
        assert isinstance(page, BoardScreen)
        page.action_step(-1)
        await until(lambda: not page.breadths)
        page.show()
        assert "top10" in seen(app)
        await until(lambda: page.breadths)
        await press(pilot, app, ">")
        await until(lambda: re.search(r"IWM:SPY .* 63\.3 ", seen(app)))
        await press(pilot, app, "s", "u")
        assert rows_of(app)[0] == "IWM:SPY"

    drive(story, desk=FakeDesk(small_market()), size=(170, 45), news=True)


def test_the_order_of_the_board_itself(tmp_path: Path) -> None:
    rows = board(MARKET, [Pair("IWM", "SPY"), Pair("XLRE", "SPY"), Pair("SMH", "SPY")]).rows
    by_month = ordered(rows, "1M", falling=False)
    gaps = [row.gaps.get("1M") for row in by_month]
    assert gaps[0] is not None and gaps[1] is not None
    assert gaps[0] <= gaps[1]
    assert gaps[2] is None
    assert len(DAYS) > 600
