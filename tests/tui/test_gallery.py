"""Pictures one by one: drawn true to the figures, with title, date and marks on each."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from textual.pilot import Pilot

from cache.facts.pairs import shipped_pairs
from core.answer.board import board
from core.answer.snapshot import Snapshot, take
from core.data.errors import UnavailableError
from tests.tui import markets
from tests.tui.board_market import board_market
from tests.tui.driving import drive, press
from tui.cli.dispatch import run
from tui.report import gallery, note_formats, pictures, png
from tui.report.style import DARK, LIGHT
from tui.screen.app import InternalsApp

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return take(markets.small_market(), markets.QUESTION)


def texts(svg: str) -> list[str]:
    """The words of a picture, top to bottom as they are drawn."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def boxes(svg: str, look: str) -> list[float]:
    """Widths of the boxes of one look."""
    drawn = ElementTree.fromstring(svg).iter(f"{SVG}rect")
    return [float(box.attrib["width"]) for box in drawn if box.attrib["class"] == look]


def test_every_picture_has_a_name_on_the_command_line() -> None:
    assert (*gallery.PICTURES, "board") == note_formats.PICTURES


@pytest.mark.parametrize("name", gallery.PICTURES)
def test_each_says_pair_date_state_and_what_it_is_drawn_from(snapshot: Snapshot, name: str) -> None:
    svg = gallery.to_svg(replace(snapshot, simulated=True), name)
    words = " ".join(texts(svg))
    assert "SIMULATED" in words and "IWM" in words and "SPY" in words
    assert "as of 2026-06-26" in words and "final" in words and "typed by hand" in words
    assert "price return" in words or name == "ratio"
    root = ElementTree.fromstring(svg)
    assert root.attrib["width"] == "1200" and "var(" not in svg and LIGHT["ground"] in svg
    assert DARK["ground"] in gallery.to_svg(snapshot, name, dark=True)


def test_leaders_and_draggers_are_the_largest_with_their_returns(snapshot: Snapshot) -> None:
    words = texts(gallery.to_svg(snapshot, "leaders"))
    assert words[0] == "What carried IWM most, in bp, with returns"
    # 3.2 % of weight each (96 % in 30 lines): 92.5 % brings 296 bp, 37.5 % brings 120
    rows = [word for word in words if word.startswith("S") and ":" not in word]
    assert [row.split()[0] for row in rows] == [f"S{n}" for n in range(29, 17, -1)]
    assert "+296" in words and "+92.5 %" in words and "+120" in words and "S17" not in words
    words = texts(gallery.to_svg(snapshot, "draggers"))
    assert words[0] == "What cost SPY most, in bp, with returns"
    # 4.8 % of weight each: -19.5 % costs 94 bp, -1.5 % 7
    assert [row.split()[0] for row in words if row.startswith("L0")] == [f"L0{n}" for n in range(7)]
    assert "-94" in words and "-19.5 %" in words and "-7" in words


def test_a_bar_without_a_name_says_its_symbol_and_amount() -> None:
    drawing = pictures.bars("gap", ["A", "B"], [0.01, -0.02], ["Tin", ""], 600)
    assert drawing is not None
    svg = drawing.svg("gap")
    assert ">A Tin +100 bp<" in svg and ">B -200 bp<" in svg


def test_the_ladder_counts_as_by_hand(snapshot: Snapshot) -> None:
    svg = gallery.to_svg(snapshot, "ladder")
    words = texts(svg)
    # IWM: -52.5 % and 5 points more each: 19 of 30 above 0, 17 above 10 %; SPY: 13 and 10 of 20
    assert "63.3 % · 19" in words and "56.7 % · 17" in words
    assert "65.0 % · 13" in words and "50.0 % · 10" in words
    small = boxes(svg, "bar is-small")
    assert small[0] / small[1] == pytest.approx(19 / 17, rel=0.01)


def test_gap_years_and_bridge_say_their_amounts(snapshot: Snapshot) -> None:
    assert texts(gallery.to_svg(snapshot, "gap"))[0] == "IWM is 11.00 pp ahead of SPY"
    words = texts(gallery.to_svg(snapshot, "years"))
    assert words[0].startswith("IWM against SPY: the YTD gap") and "+11.00" in words
    assert "+11.00" in texts(gallery.to_svg(snapshot, "bridge"))


def test_every_stretch_is_in_a_bar(snapshot: Snapshot) -> None:
    assert snapshot.spread is not None and snapshot.spread.rolling is not None
    root = ElementTree.fromstring(gallery.to_svg(snapshot, "stretches"))
    tips = [title.text or "" for title in root.iter(f"{SVG}title")][1:]
    assert sum(int(tip.replace(",", "")) for tip in tips) == snapshot.spread.rolling.of


@pytest.mark.parametrize(
    ("market", "window", "name", "words"),
    [
        (markets.small_market(covered=0.85), "YTD", "leaders", "below 90 %"),
        (markets.small_market(covered=0.85), "YTD", "ladder", "breadth is not claimed"),
        (markets.small_market(listed=("IWM",)), "YTD", "bridge", "both indices are needed"),
        (markets.small_market(listed=("IWM",)), "YTD", "draggers", "SPY"),
        (markets.small_market(funds=("IWM",)), "YTD", "gap", "SPY"),
        (markets.small_market(funds=("IWM",)), "YTD", "ratio", "SPY"),
        (markets.small_market(), "1M", "years", "--picture stretches"),
    ],
)
def test_what_cannot_be_told_is_not_drawn(
    market: markets.Market, window: str, name: str, words: str
) -> None:
    question = replace(markets.QUESTION, window=window)
    with pytest.raises(UnavailableError, match=f"no picture {name}: .*{words}"):
        gallery.to_svg(take(market, question), name)


def test_one_index_alone_and_names_left_out() -> None:
    alone = replace(markets.QUESTION, large="IWM", alone=True)
    answer = take(markets.small_market(), alone)
    for name in ("leaders", "ladder", "years", "stretches", "ratio"):
        assert "SPY" not in gallery.to_svg(answer, name)
    with pytest.raises(UnavailableError, match="one index alone"):
        gallery.to_svg(answer, "gap")
    without = take(markets.small_market(), replace(markets.QUESTION, without=("S29",)))
    with pytest.raises(UnavailableError, match="whole indices"):
        gallery.to_svg(without, "gap")


def test_estimated_weights_are_marked_where_lists_are_drawn_from(snapshot: Snapshot) -> None:
    assert snapshot.small is not None
    guessed = replace(snapshot, indices={"IWM": replace(snapshot.small, estimated=True)})
    assert "ESTIMATED" in texts(gallery.to_svg(guessed, "leaders"))
    assert "ESTIMATED" not in texts(gallery.to_svg(guessed, "gap"))


def test_the_board_has_a_row_a_pair() -> None:
    words = texts(gallery.board_svg(board(board_market(), shipped_pairs())))
    assert "SIMULATED" in words and "1 pairs without closes are left out." in words
    assert sum(":" in word and " " not in word for word in words) == 25


def test_a_png_has_the_size_of_its_svg(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    resvg = pytest.importorskip("resvg_py")
    try:
        data = png.to_png(gallery.to_svg(snapshot, "gap"))
    except UnavailableError as error:
        pytest.skip(str(error))
    assert data.startswith(b"\x89PNG") and int.from_bytes(data[16:20], "big") == 1200
    # where no font is found the letters leave no trace
    monkeypatch.setattr(resvg, "svg_to_bytes", lambda svg_string: b"the same")
    with pytest.raises(UnavailableError, match="no font"):
        png.to_png(gallery.to_svg(snapshot, "gap"))


def test_without_the_library_it_says_what_to_install(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(UnavailableError, match=r"internals\[pictures\]"):
        png.to_png(gallery.to_svg(snapshot, "gap"))


def test_on_the_command_line(demo_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ("--demo", "--home", str(demo_home))
    for words in (["note", "--picture", "board"], ["board"]):
        assert run([*words, "--format", "svg", *home]) == 0
        assert "XLB:SPY" in texts(capsys.readouterr().out)
    for words in (["gap"], ["board"], ["board", "--format", "md"]):
        assert run(["note", "--picture", *words, *home]) == 2
        assert "goes with --format svg or png" in capsys.readouterr().err
    file = demo_home / "bridge.svg"
    picture = ["note", "--format", "svg", "--picture", "bridge", "--dark", "--output", str(file)]
    assert run([*picture, *home]) == 0
    assert DARK["ground"] in file.read_text("utf-8")


def test_on_the_screen(tmp_path: Path) -> None:
    file = tmp_path / "gap.svg"

    async def story(pilot: Pilot[None], app: InternalsApp) -> None:
        await press(pilot, app, ":", *f"picture gap {file}", "enter")
        assert app.status()[0] == f"picture written: {file}"
        await press(pilot, app, ":", *"picture nonsense", "enter")
        assert app.status() == (f"which picture? {', '.join(note_formats.PICTURES)}", "error")

    drive(story, market=markets.small_market())
    assert "IWM is 11.00 pp ahead of SPY" in texts(file.read_text("utf-8"))
