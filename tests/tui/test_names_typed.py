"""Names asked for by what is typed: filters with their sums, :go, :mark, :help, the line itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from core.answer.snapshot import Question
from tests.tui.driving import drive, lines_of, press, seen
from tests.tui.fake_desk import FakeDesk
from tests.tui.markets import QUESTION, answer, small_market
from tests.tui.test_standing import type_line
from tui.command.commands import CommandError
from tui.command.filters import parse_filter
from tui.command.line import parse
from tui.command.path_completion import paths_from
from tui.host.scene import Scene
from tui.panes.groups import gap_leaders
from tui.screen.app import InternalsApp
from tui.state.command_history import TypedLines
from tui.state.state_files import Memory

MARKET = small_market()
NAMED = {"=": "equals_sign", ",": "comma", "/": "slash", ">": "greater_than_sign"}


async def filter_by(pilot: Pilot[None], app: InternalsApp, text: str) -> None:
    await press(pilot, app, "slash", *(NAMED.get(sign, sign) for sign in text), "enter")


def row(app: InternalsApp, words: str) -> str:
    return next((line for line in lines_of(app) if words in line), "")


def test_the_next_name_is_one_key_away_and_a_filter_has_its_sum_and_that_of_all_others() -> None:
    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, "2", "enter", "n")
        assert "S28  Example S28" in seen(app) and "contribution +280.0 bp" in seen(app)
        await press(pilot, app, "N", "N")
        assert "rank 30 of 30" in seen(app)
        await press(pilot, app, "y", "question_mark")
        assert "rank 30 of 30" in app.clipboard and "keys and commands" in seen(app)
        await press(pilot, app, "escape", "escape")
        assert "2 Contributors" in seen(app)
        # one that keeps nothing sums to nothing
        await filter_by(pilot, app, "=NOWHERE")
        assert row(app, "0 matches together").split()[-1] == "0"
        assert row(app, "all 30 others").split()[-1] == "+1,920"
        await press(pilot, app, "escape")
        await filter_by(pilot, app, "=s29,S28")
        # 3.2 % each; +92.5 and +87.5 %: 296 and 280 bp
        together = row(app, "2 matches together").split()
        assert together[3:] == ["6.40", "+90.00", "+576"], together
        # 2,000 bp of the fund, 80 of them not measured
        assert row(app, "all 28 others").split()[-1] == "+1,344"
        await press(pilot, app, "v")
        assert app.main is not None and app.main.names.view == "sectors"
        # S28 is of the first sector of four, S29 of the second
        assert "+280" in row(app, "Industrials") and "+576" in row(app, "all matches")
        await press(pilot, app, "v", "v")
        assert app.main.names.view == "gap" and "2 matches" in row(app, "sum")
        assert app.snapshot is not None and app.snapshot.gap_leaders is not None
        parts = dict(
            zip(*(getattr(app.snapshot.gap_leaders, n) for n in ("symbols", "value")), strict=True)
        )
        assert f"{(parts['S28'] + parts['S29']) * 1e4:+.1f}" in row(app, "2 matches")

    drive(story, market=MARKET, size=(80, 24))


def test_a_name_of_both_indices_has_the_sector_of_the_one_that_stands_first() -> None:
    snapshot = answer(MARKET, QUESTION)
    assert snapshot.gap_leaders is not None and snapshot.large is not None
    symbol, view = snapshot.gap_leaders.symbols[0], snapshot.large
    lines = view.contributors
    assert symbol == "S29" and "S29" not in lines.symbols
    also = replace(
        lines, symbols=("S29", *lines.symbols[1:]), sectors=("Elsewhere", *lines.sectors[1:])
    )
    indices = {**snapshot.indices, "SPY": replace(view, contributors=also)}
    scene = Scene(replace(snapshot, indices=indices), MARKET)
    assert gap_leaders(scene, best=True).cell(0, "sector") == "Information Technology"
    assert gap_leaders(replace(scene, first="large"), best=True).cell(0, "sector") == "Elsewhere"


def test_what_is_typed_is_remembered_completed_obeyed_and_kept() -> None:
    desk = FakeDesk(MARKET)
    path = desk.config_file.path
    path.write_text('# mine\ntheme = "dark"  # at night\nmouse = false\n')

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await lines_typed_before_come_back_and_a_failed_one_is_there_again(pilot, app)
        assert TypedLines(desk.memory).lines == ["mark none", "go nowhere"]
        await help_is_searched(pilot, app)
        await tab_goes_round_what_fits(pilot, app)
        await go_and_mark_and_what_is_nowhere(pilot, app)
        await a_palette_is_changed_and_kept(pilot, app)

    drive(story, desk=desk)
    text = '# mine\ntheme = "light"  # at night\nmouse = true\nopen = "board"\n'
    assert path.read_text() == text


async def lines_typed_before_come_back_and_a_failed_one_is_there_again(
    pilot: Pilot[None], app: InternalsApp
) -> None:
    await type_line(pilot, app, "mark none")
    await type_line(pilot, app, "go nowhere")
    await press(pilot, app, "colon")
    assert "go nowhere" in lines_of(app)[-1]
    await press(pilot, app, "m", "up")
    assert "mark none" in lines_of(app)[-1]
    await press(pilot, app, "down")
    assert lines_of(app)[-1].split() == [":m"]
    await press(pilot, app, "escape")


async def go_and_mark_and_what_is_nowhere(pilot: Pilot[None], app: InternalsApp) -> None:
    main = app.main
    assert main is not None
    await type_line(pilot, app, "go l07")
    assert (main.active, main.names.symbol()) == (2, "L07")
    await type_line(pilot, app, "go nowhere")
    assert "'nowhere' is no measured name of either index" in seen(app)
    await filter_by(pilot, app, "=S01,S02,L03")
    await type_line(pilot, app, "mark matches")
    assert sorted(app.marked) == ["L03", "S01", "S02"]
    await type_line(pilot, app, "mark s09 qqqq")
    assert list(app.marked)[-1] == "S09" and "in neither index: QQQQ" in seen(app)
    await type_line(pilot, app, "mark none")
    assert not app.marked


async def help_is_searched(pilot: Pilot[None], app: InternalsApp) -> None:
    await type_line(pilot, app, "help turnover of nothing")
    assert "nothing here is about 'turnover of nothing'" in seen(app)
    await press(pilot, app, "slash", *"watch", "enter")
    page = seen(app)
    assert "the next pair of the watch list" in page and "half a page down" not in page
    await press(pilot, app, "escape")
    assert "▸1 Spread" in seen(app)


def test_lines_that_cannot_be_kept_are_an_error_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "market.json")
    typed = TypedLines(memory)
    typed.add("ytd")
    typed.save()
    assert typed.lines == ["ytd"] and "is not saved" in memory.lost() and not memory.lost()


async def tab_goes_round_what_fits(pilot: Pilot[None], app: InternalsApp) -> None:
    await press(pilot, app, "colon", *"sort", "space", "s", "tab")
    assert lines_of(app)[-1].split() == [":sort", "symbol"]
    await press(pilot, app, "tab")
    assert lines_of(app)[-1].split() == [":sort", "sector"]
    await press(pilot, app, "shift+tab")
    assert lines_of(app)[-1].split() == [":sort", "symbol"]
    await press(pilot, app, "escape")


def test_paths_are_completed(tmp_path: Path) -> None:
    (tmp_path / "one file.csv").write_text("")
    (tmp_path / "ones").mkdir()
    (tmp_path / ".hidden").write_text("")
    assert paths_from(f"{tmp_path}/on") == [f"{tmp_path}/one file.csv", f"{tmp_path}/ones/"]
    assert len(paths_from(f"{tmp_path}/")) == 2
    assert paths_from(f"{tmp_path}/nowhere/x") == paths_from("\0/x") == []


@pytest.mark.parametrize("line", ["brinsn", "iwm nothing", "hepl"])
def test_a_word_is_a_ticker_only_where_it_looks_like_one(line: str) -> None:
    with pytest.raises(CommandError, match="is no command and no fund known here"):
        parse(line, Question(), funds=("IWM", "SPY"))


def test_capitals_and_known_funds_are_tickers() -> None:
    asked = parse("iwm NEWS", Question(), funds=("IWM", "SPY"))
    assert isinstance(asked, Question) and (asked.small, asked.large) == ("IWM", "NEWS")


@pytest.mark.parametrize("text", ["=", "=,"])
def test_a_list_of_nothing_is_no_filter(text: str) -> None:
    with pytest.raises(CommandError, match="write =BE"):
        parse_filter(text)


async def a_palette_is_changed_and_kept(pilot: Pilot[None], app: InternalsApp) -> None:
    await type_line(pilot, app, "colours light")
    assert app.theme == "light" and "light: saved in config.toml" in seen(app)
    await type_line(pilot, app, "colours pink")
    assert app.theme == "light" and "there are dark, light" in seen(app)
    await type_line(pilot, app, "set mouse on")
    await type_line(pilot, app, "set open board")
    assert "open board from the next start on: saved in config.toml" in seen(app)
    await type_line(pilot, app, "set open window")
    assert "open = window: write one of panes, board" in seen(app)
    await type_line(pilot, app, "set theme = dark")
    assert app.theme == "dark" and "dark: saved in config.toml" in seen(app)
    await type_line(pilot, app, "set theme light")
    await type_line(pilot, app, "set rate 2")
    assert "'rate' is not set from here; pair, window" in seen(app)
