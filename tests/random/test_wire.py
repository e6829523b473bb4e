"""The wire: a terminal shows the same cells as with Textual's own bytes, for fewer of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.vt import BLANK, Screen
from tui.terminal.pen import PLAIN, Pen, change, styled
from tui.terminal.wire import Wire

SIZE = (24, 5)
STYLES = (
    "", "1", "2", "1;31", "4", "7", "38;2;10;20;30", "1;38;2;10;20;30;48;2;1;1;1", "48;2;1;1;1",
    "38;5;75;48;5;16", "9;33;44", "3;90;100", "53;35", "2;4;97;107",
)  # fmt: skip
TEXTS = (
    "a", "abc", "     ", "12.50 %", "─────", "▸ x ●", "日本", "Ａ株式 5", "e\u0301a", "naïve",
    "▲▼→", "⣿⡇", "  z", "שלום", "ก", "😀", "x😀y",
)  # fmt: skip

pieces = st.tuples(st.sampled_from(STYLES), st.sampled_from(TEXTS))
spans = st.tuples(
    st.integers(0, SIZE[1] - 1),
    st.integers(0, SIZE[0] - 1),
    st.lists(pieces, min_size=1, max_size=4),
)
frames = st.lists(st.lists(spans, min_size=1, max_size=5), min_size=1, max_size=8)


def frame_of(spans: list[tuple[int, int, list[tuple[str, str]]]]) -> str:
    """A frame as Textual writes it: a move, each piece with its style and a reset."""
    out = ""
    for y, x, parts in spans:
        out += f"\x1b[{y + 1};{x + 1}H"
        for style, text in parts:
            out += f"\x1b[{style}m{text}\x1b[0m" if style else text
        out += "\n"
    return out + "\x1b[1;1H"


def wide(spans: list[tuple[int, int, list[tuple[str, str]]]]) -> bool:
    """Whether every piece lies on the screen, as Textual's do."""
    from tests.vt import width

    return all(x + sum(width(c) for _, t in parts for c in t) <= SIZE[0] for _, x, parts in spans)


@given(frames)
@examples(200)
@example([[(0, 0, [("", "日本日本")])], [(0, 1, [("1", "a")])], [(0, 0, [("", "日本日本")])]])
def test_the_same_cells_are_seen(found: list[list[tuple[int, int, list[tuple[str, str]]]]]) -> None:
    plain, ours, wire = Screen(*SIZE), Screen(*SIZE), Wire()
    for spans in filter(wide, found):
        frame = frame_of(spans)
        plain.feed(frame)
        ours.feed(wire.feed(frame))
        assert ours.seen() == plain.seen()


@given(frames, st.lists(st.integers(0, 7), max_size=3))
@examples(200)
def test_what_is_forgotten_is_drawn_again(
    found: list[list[tuple[int, int, list[tuple[str, str]]]]], at: list[int]
) -> None:
    plain, ours, wire = Screen(*SIZE), Screen(*SIZE), Wire()
    for n, spans in enumerate(filter(wide, found)):
        frame = frame_of(spans)
        plain.feed(frame)
        if n in at:
            wire.forget(*SIZE)
            # anything at all, but nowhere where nothing was ever drawn
            anything = ("?", (frozenset({"bold"}), "", ""))
            for y, row in enumerate(plain.cells):
                ours.cells[y] = [
                    cell if drawn is BLANK else anything
                    for cell, drawn in zip(ours.cells[y], row, strict=True)
                ]
            ours.look = (frozenset({"reverse"}), "31", "42")
        ours.feed(wire.feed(frame))
    ours.feed(wire.mend())
    assert ours.seen() == plain.seen()
    assert wire.mend() == ""


def test_a_frame_that_changes_nothing_sends_nothing() -> None:
    wire = Wire()
    frame = "\x1b[1;1H\x1b[1;31mabc\x1b[0m  \n\x1b[2;1Hnext\x1b[1;1H"
    assert wire.feed(frame) == "\x1b[1H\x1b[0;1;31mabc  \x1b[2H\x1b[mnext\x1b[m"
    assert wire.feed(frame) == ""


def test_one_digit_costs_one_move_and_one_style() -> None:
    wire = Wire()
    row = "\x1b[3;5H\x1b[38;2;1;2;3m+12.{}0 %\x1b[0m\x1b[1;1H"
    wire.feed(row.format(4))
    assert wire.feed(row.format(5)) == "\x1b[3;9H\x1b[0;38;2;1;2;3m5\x1b[m"


def test_cells_beyond_a_smaller_terminal_are_not_sent() -> None:
    wire = Wire()
    wire.feed("\x1b[1;1Habcdef\n\x1b[2;1Hsecond\x1b[1;1H")
    wire.forget(3, 1)
    assert wire.mend() == "\x1b[1H\x1b[mabc\x1b[m"


@pytest.mark.parametrize(
    "silent",
    [
        "\x1b[?25l",
        "\x1b[?2026$p",
        "\x1b]52;c;aGk=\x07",
        "\x07",
        "\x1b[22;2t",
        "\x1b[>11u",
        "\x1b[?1000h\x1b[?1003h",
    ],
)
def test_what_draws_nothing_goes_through_and_leaves_the_cells_known(silent: str) -> None:
    wire = Wire()
    frame = "\x1b[1;1Habc\x1b[1;1H"
    wire.feed(frame)
    assert wire.feed(silent) == silent
    assert wire.feed(frame) == ""


@pytest.mark.parametrize(
    "foreign",
    [
        "\x1b[?1049h",
        "\x1b[2J",
        "words",
        "\x1b[1;1Ha\x1b[Kb",
        "\x1b[1;1Ha\tb",
        "\x1b[1;1H\x1b[58;5;1mx",
        "\x1b[1;1Hx\x1b[1m\x1b[K",
    ],
)
def test_what_cannot_be_read_goes_through_and_leaves_nothing_known(foreign: str) -> None:
    wire = Wire()
    frame = "\x1b[1;1Habc\x1b[1;1H"
    first = wire.feed(frame)
    assert wire.feed(foreign).endswith(foreign)
    assert wire.feed(frame) == first


def test_styles_without_text_leave_a_wide_character_whole() -> None:
    wire = Wire()
    wire.feed("\x1b[1;1H漢字")
    assert wire.feed("\x1b[1;2H\x1b[1m\x1b[m") == "\x1b[1;2H"


def test_an_input_methods_place_is_kept() -> None:
    wire = Wire()
    assert wire.feed("\x1b[1;1Habc\x1b[2;4H") == "\x1b[1H\x1b[mabc\x1b[m\x1b[2;4H"
    assert wire.feed("\x1b[1;1Habc\x1b[2;4H") == ""
    assert wire.feed("\x1b[1;1Habc\x1b[2;5H") == "\x1b[2;5H"


@given(st.lists(st.sampled_from([s for s in STYLES if s]), min_size=2, max_size=6))
def test_a_change_of_pen_leads_to_the_new_pen(codes: list[str]) -> None:
    pens = [styled(PLAIN, code) for code in codes]
    screen = Screen(1, 1)
    old: Pen | None = None
    for pen, code in zip(pens, codes, strict=True):
        screen.feed(change(old, pen))
        wanted = Screen(1, 1)
        wanted.feed(f"\x1b[{code}m")
        assert screen.look == wanted.look
        old = pen
