"""What the screen must show, whatever the market, the size and the names in it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial
from unittest.mock import patch

from rich.cells import cell_len
from textual.pilot import Pilot
from textual.scrollbar import ScrollBar, ScrollBarRender

from tests.tui.driving import (
    Story,
    cell,
    drive,
    in_turn,
    lines_of,
    press,
    seen,
    settle,
    tables,
    until,
)
from tests.tui.markets import END, HOSTILE, small_market
from tui.panes.name import NameScreen
from tui.panes.wording import wrapped
from tui.screen.app import InternalsApp
from tui.state.config import Config

MARKET = small_market()


async def resize(pilot: Pilot[None], app: InternalsApp, width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await settle(pilot, app)


def test_a_real_market() -> None:
    stories: dict[Story, tuple[str, ...]] = {
        nothing_of_an_older_answer_comes_back_with_another_height: (*":ytd", "enter"),
        no_size_and_no_timer_is_lost_on_a_machine_that_stops_the_process_for_a_while: (),
        the_mouse_chooses_panes_rows_and_headers: ("s", "b"),
    }

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await in_turn(pilot, app, stories)
        await numbers_as_printed(pilot, app)

    drive(story, market=MARKET)


async def numbers_as_printed(pilot: Pilot[None], app: InternalsApp) -> None:
    # the first question is what was given
    assert app.snapshot is not None
    assert app.snapshot.as_of == END
    assert "SIMULATED" not in seen(app).upper()
    for size in ((80, 24), (100, 30), (120, 36), (160, 48), (200, 60)):
        await resize(pilot, app, *size)
        text = " ".join(" ".join(line.split()) for line in lines_of(app)[1:4])
        assert "IWM leads SPY by 11.00 pp this year" in text
        # 2021 was 12 points the other way: wider, but no lead
        assert "a wider lead than in any full year since 2018." in text
    await resize(pilot, app, 160, 48)
    leaders_and_laggards_of_both_indices_are_side_by_side(app)
    await contributions_and_closing_rows_add_up(pilot, app)
    await resize(pilot, app, 160, 60)
    await the_gap_view_says_what_a_name_brought_to_each_index(pilot, app)
    await resize(pilot, app, 160, 48)
    await what_is_not_measured_is_in_no_running_sum(pilot, app)


def leaders_and_laggards_of_both_indices_are_side_by_side(app: InternalsApp) -> None:
    text = seen(app)
    for told in ("S29", "+296", "S00", "-168", "L19", "+180", "L00", "-94"):
        assert told in text


async def contributions_and_closing_rows_add_up(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "2", "z")
    for size in ((100, 24), (120, 36), (160, 48)):
        await resize(pilot, app, *size)
        for table, total in zip(tables(app), ("+2,000", "+900"), strict=True):
            printed = [cell(table, row, "bp") for row in range(table.row_count)]
            assert printed[-1] == total
            numbers = [int(text.replace(",", "")) for text in printed]
            assert sum(numbers[:-1]) == numbers[-1]


async def the_gap_view_says_what_a_name_brought_to_each_index(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await press(pilot, app, "v", "v", "v")
    rows = {word: line for line in lines_of(app) for word in line.split()[:3]}
    # 3.2 % of 92.5 %; a thirtieth of what lies above (20 + 9) / 2 %
    assert rows["S29"].split()[-4:-1] == ["Technology", "+296.0", "+260.0"]
    # 4.8 % of -19.5 %; a twentieth of what lies below the same, of the other index
    assert rows["L00"].split()[-4:-1] == ["Industrials", "-93.6", "+170.0"]


async def what_is_not_measured_is_in_no_running_sum(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "4", "v")
    # 96 % of weight measured at a mean of 20 % and of 7.5 + 1.5 %
    assert "+1,920 bp" in seen(app)
    assert "+864 bp" in seen(app)


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

    drive(story, market=small_market(covered=0.80))


def test_a_missing_index_is_told_in_a_sentence() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "no holdings file of SPY" in seen(app)
        for _ in range(12):
            await press(pilot, app, "v")
        for pane in "234":
            await press(pilot, app, pane, "v", "v", "x", "v")

    drive(story, market=small_market(listed=("IWM",)), size=(160, 48))


def test_missing_fund_closes_leave_the_contributors() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        assert "no closes of SPY" in seen(app)
        assert "basket; no fund closes" in seen(app)
        await press(pilot, app, "3", "v", "v")
        assert "needs both funds' closes" in seen(app)

    drive(story, market=small_market(funds=("IWM",)), size=(160, 48))


def test_hostile_names_keep_columns_straight_and_reach_no_pane_raw() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "z", "+", "+", "+", "+")
        assert {cell_len(line) for line in lines_of(app)} == {100}
        await press(pilot, app, "-", "-", "-", "-", "z")
        await resize(pilot, app, 200, 60)
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
    drive(story, market=small_market(hostile=True), size=(100, 40))


def test_a_storm_of_sizes() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        sizes = [(20, 5), (200, 60), (35, 9), (80, 24), (1, 1), (112, 32), (36, 9), (119, 35)]
        for width, height in [*sizes, (40, 60), (250, 10), (84, 24), (120, 36)]:
            await pilot.resize_terminal(width, height)
            for key in ("z", "2", "v", "4", "3", "1"):
                await press(pilot, app, key)
            lines = lines_of(app)
            assert len(lines) == height
            if width < 36 or height < 9:
                assert "too small"[: width - 1] in seen(app) or width < 12
            else:
                assert "IWM" in lines[0]
        assert "▸1 Spread" in seen(app)

    drive(story, market=MARKET, painted=True)


async def no_size_and_no_timer_is_lost_on_a_machine_that_stops_the_process_for_a_while(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    """Textual waits 8 ms for a next size; here they are over before its timer is looked at."""
    clock = itertools.count(0.0, 0.05)

    rung: list[int] = []
    with patch("textual.timer._time.get_time", lambda: next(clock)):
        for size in ((100, 30), (1, 1), (112, 32)):
            await pilot.resize_terminal(*size)
            await until(lambda rows=size[1]: len(lines_of(app)) == rows)  # type: ignore[misc]
        for number, widget in enumerate((app.screen, *app.screen.walk_children())):
            widget.set_timer(0.008, partial(rung.append, number))
        await until(lambda: len(rung) == number + 1)
    await resize(pilot, app, 120, 36)


async def nothing_of_an_older_answer_comes_back_with_another_height(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await press(pilot, app, "2")
    assert "S29" in seen(app)
    # The window of 2016 has the funds' closes alone.
    await press(pilot, app, ":", *"2016", "enter")
    for size in ((120, 40), (120, 34), (160, 48)):
        await resize(pilot, app, *size)
        assert "IWM – SPY  2016" in seen(app)
        assert "S29" not in seen(app)
        assert "+20.00 %" not in seen(app)
        assert "is measured" in seen(app)
    await resize(pilot, app, 120, 36)


def test_no_word_and_no_unit_stands_alone_on_the_last_line() -> None:
    text = "the gap was wider than in any of the years since 2003 and more than 10 %"
    for width in range(24, 74):
        lines = [line[0][0] for line in wrapped(text, width)]
        assert " ".join(lines) == text
        assert all(len(line) <= width for line in lines)
        assert not any(line.startswith("%") for line in lines)
        assert len(lines) == 1 or len(lines[-1]) >= 6
    assert [line[0][0] for line in wrapped("one two three four", 9, lines=1)] == ["one two…"]
    assert [line[0][0] for line in wrapped("one two three four", 7, lines=1)] == ["one tw…"]


def test_one_index_without_files_leaves_its_room_to_the_other() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "4", "z")
        assert "Two dated holdings files of SPY are needed" in seen(app)
        row = next(line for line in lines_of(app) if "- left S29" in line)
        assert "Information Technology" in row  # a sector in full takes the whole width
        await press(pilot, app, "l", "x", "l")
        assert "▸ - left S29" in seen(app)

    market = small_market()
    one = replace(market, holdings={**market.holdings, "SPY": market.holdings["SPY"][:1]})
    drive(story, market=one, size=(160, 40))


async def the_mouse_chooses_panes_rows_and_headers(pilot: Pilot[None], app: InternalsApp) -> None:
    grid = tables(app)[0]
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


def test_every_theme_draws_the_same_text() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await the_same_in_every_theme(pilot, app, "IWM +20.00 %")
        await press(pilot, app, "2", "slash", *"s2")
        await the_same_in_every_theme(pilot, app, "/s2")

    drive(story, market=MARKET, config=Config(theme="light"))


async def the_same_in_every_theme(pilot: Pilot[None], app: InternalsApp, words: str) -> None:
    text = seen(app)
    assert words in text
    for theme in ("dark", "colour-blind", "red-up", "terminal", "light"):
        app.theme = theme
        await settle(pilot, app)
        assert seen(app) == text, theme


def test_ascii_alone() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for key in ("2", "v", "v", "3", "v", "v", "4", "v", "?"):
            await press(pilot, app, key)
            assert seen(app).isascii()
        await press(pilot, app, "escape", "1", "z")
        # each line has a sign of its own, the zero line none of theirs
        told = seen(app).partition("IWM +20.00 %   SPY")[2]
        assert "o" * 4 in told.replace(" ", "")
        assert "*" * 4 in told.replace(" ", "")
        assert "--------" in told
        for top in range(91):
            # ten lines of a hundred: one cell of the bar is filled
            bar = ScrollBar.renderer.render_bar(10, 100, 10, top).segments
            assert "".join(cell.text for cell in bar) == " " * 10, top
            assert [bool(cell.style and cell.style.reverse) for cell in bar].count(True) == 1, top

    try:
        drive(story, market=MARKET, config=Config(ascii=True))
    finally:
        from tui.text.spans import Characters
        from tui.widgets.drawing import Painter

        Painter.ascii_only = Characters.ascii_only = False
        ScrollBar.renderer = ScrollBarRender


def test_damage_of_the_store_is_said_on_every_screen() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        for size in ((80, 24), (120, 36)):
            await resize(pilot, app, *size)
            for pane in "1234":
                await press(pilot, app, pane)
                last = lines_of(app)[-3:]
                assert any("! generation 3 is damaged" in line for line in last), (pane, last)

    said = "generation 3 is damaged (objects/x.npy: gone); generation 2 is shown instead"
    drive(story, market=replace(small_market(), damage=(said,)), size=(80, 24))
