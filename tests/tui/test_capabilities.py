"""What an environment says of its terminal."""

from __future__ import annotations

import re

import pytest

from tui.terminal.capabilities import TRUE, Capabilities, capabilities
from tui.terminal.first_frame import coloured

#: As terminfo lists them (infocmp -1 TERM | grep colors).
LISTED = {
    "xterm": 8, "xterm-256color": 256, "tmux-256color": 256, "screen": 8,
    "screen-256color": 256, "linux": 8, "vt100": 0, "xterm-direct": TRUE, "rxvt-16color": 16,
}  # fmt: skip


def of(encoding: str = "utf-8", c_locale: bool = False, **environ: str) -> Capabilities:
    return capabilities(environ, encoding=encoding, c_locale=c_locale, colours_of=LISTED.get)


#: An environment, and the colours of the terminal that it tells of.
COLOURS = (
    ({"TERM": "xterm"}, 8),
    ({"TERM": "xterm-256color"}, 256),
    ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, TRUE),
    ({"TERM": "xterm", "COLORTERM": "24bit"}, TRUE),
    ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, 256),
    ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0", "COLORTERM": "truecolor"}, TRUE),
    # GNU screen hands COLORTERM on and garbles what follows from it
    ({"TERM": "screen", "STY": "1.pts", "COLORTERM": "truecolor"}, 8),
    ({"TERM": "screen-256color", "STY": "1.pts", "COLORTERM": "truecolor"}, 256),
    ({"TERM": "linux", "COLORTERM": "truecolor"}, 8),
    ({"TERM": "vt100"}, 0),
    ({"TERM": "xterm-direct"}, TRUE),
    ({"TERM": "rxvt-16color"}, 16),
    ({"TERM": "xterm-kitty"}, TRUE),
    ({"TERM": "unheard-of-256color"}, 256),
    ({"TERM": "unheard-of"}, 8),
    ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
    ({"TERM": "xterm-256color", "NO_COLOR": ""}, 256),
    ({"TERM": "dumb", "COLORTERM": "truecolor"}, 0),
)


def test_no_more_colours_than_the_terminal_has() -> None:
    for environ, colours in COLOURS:
        assert of(**environ).colours == colours, environ


@pytest.mark.parametrize(
    ("term", "looks"),
    [
        # the small index is bright blue, what is dim white, a rule dark grey
        ("rxvt-16color", ("94", "37", "90", "93;1", "33")),
        ("xterm", ("1;34", "37", "37", "1;33;1", "33")),
        ("vt100", ("", "", "", "1", "")),
    ],
)
def test_the_first_frame_has_the_colours_that_the_terminal_has(
    term: str, looks: tuple[str, ...]
) -> None:
    styles = ("small", "dim", "axis", "mark", "large")
    drawn = coloured([[("x", style) for style in styles]], "terminal", of(TERM=term))
    assert re.findall(r"\x1b\[([0-9;]*)mx", drawn) == list(looks)


def test_the_row_under_the_cursor_has_its_ground_in_the_first_frame() -> None:
    terminal = of(TERM="xterm-256color", COLORTERM="truecolor")
    drawn = coloured([[("x", ""), ("x", "small cursor")]], "dark", terminal)
    plain, lit = re.findall(r"\x1b\[([0-9;]*)mx", drawn)
    # #2a3340, the dark palette's
    assert "48;2;42;51;64" in lit and ";1;" in lit and "48;2;42;51;64" not in plain


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_what_can_show_no_screen_is_refused_in_one_line(term: str) -> None:
    found = of(TERM=term)
    assert "internals note" in found.refusal
    assert "\n" not in found.refusal
    assert not (found.mouse or found.title or found.clipboard)
    assert of(TERM="vt100").refusal == ""


#: Python's coding, whether the locale is C, the environment -> whether it shows Unicode.
CODINGS: tuple[tuple[str, bool, dict[str, str], bool], ...] = (
    ("utf-8", False, {"LANG": "de_DE.UTF-8"}, True),
    ("utf-8", False, {"LANG": "de_DE.utf8"}, True),
    ("utf-8", True, {"LANG": "C"}, False),
    ("utf-8", True, {}, False),
    # Python has set LC_CTYPE itself, here or in the process that started this one
    ("utf-8", True, {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
    ("utf-8", True, {"LC_CTYPE": "C.UTF-8"}, False),
    ("utf-8", False, {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
    # the user's own word, on a machine that has no such locale
    ("utf-8", True, {"LANG": "sv_SE.UTF-8", "LC_CTYPE": "C.UTF-8"}, True),
    ("utf-8", False, {"LC_CTYPE": "UTF-8"}, True),
    ("utf-8", False, {"LC_CTYPE": "C.UTF-8"}, True),
    ("utf-8", True, {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, False),
    ("iso8859-1", False, {"LANG": "de_DE.ISO-8859-1"}, False),
    ("ascii", False, {"LANG": "de_DE.UTF-8"}, False),
    ("utf-8", False, {}, True),
)


def test_the_coding_is_what_the_user_says() -> None:
    for encoding, c_locale, environ, unicode in CODINGS:
        found = of(encoding, c_locale, TERM="xterm", **environ)
        assert found.unicode is unicode, (encoding, c_locale, environ)


def test_what_lies_between_and_what_it_lets_through() -> None:
    tmux = of(TERM="tmux-256color", TMUX="/tmp/t,1,0", SSH_TTY="/dev/pts/1")
    assert (tmux.inside, tmux.remote) == ("tmux", True)
    assert (tmux.title, tmux.mouse, tmux.clipboard) == (True, True, False)
    # tmux on another machine leaves its name in TERM alone
    assert of(TERM="tmux-256color").inside == "tmux"
    screen = of(TERM="screen.xterm-256color", STY="4.pts")
    assert (screen.inside, screen.title) == ("screen", False)
    console = of(TERM="linux")
    assert not (console.mouse or console.title or console.clipboard)
    kitty = of(TERM="xterm-kitty")
    assert kitty.clipboard and kitty.title and not kitty.remote
    gnome = of(TERM="xterm-256color", VTE_VERSION="7200")
    assert gnome.title and not gnome.clipboard
