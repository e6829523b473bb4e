"""Foreign text on the screen and in files: nothing is left that a terminal could obey."""

from __future__ import annotations

from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color

from tui.terminal.safe_lines import SafeLines
from tui.text.safe import safe, safe_lines

#: A foreign text -> what is shown of it.
CLEANED = {
    "Bloom Energy Corp": "Bloom Energy Corp",
    "\x1b[31mBE\x1b[0m": "[31mBE[0m",
    "\x1b]0;title\x07BE": "]0;titleBE",
    "\x9b31mBE": "31mBE",
    "a\tb\nc\r\nd": "a b c  d",
    "BE\u202eMOOLB": "BEMOOLB",
    "\u2066BE\u2069": "BE",
    "ze\u200bro\u200d\ufeff": "zero",
    "soft\u00adhyphen": "softhyphen",
    "Socie\u0301te\u0301": "Soci\u00e9t\u00e9",
    "\u0301BE": "BE",
    "x\u0316\u0317\u0318\u0319y": "x\u0316\u0317y",
    "no\u00a0break\u2028line\u3000wide": "no break line wide",
    "lone \ud800 surrogate": "lone  surrogate",
    "private \ue000": "private ",
    "flag\ufe0f \U000e0041": "flag ",
    "filler \u3164\u115f": "filler ",
    "\u682a\u5f0f\u4f1a\u793e": "\u682a\u5f0f\u4f1a\u793e",
    "[@click=app.quit]BE[/]": "[@click=app.quit]BE[/]",
    "": "",
}
#: A foreign text of lines -> what is written of it.
LINES = {
    "a\tb\nc": "a\tb\nc",
    "a\r\nb\rc\n": "a\nb c\n",
    "14.84\u00a0pp and\u202f3\n": "14.84\u00a0pp and\u202f3\n",
    "x\x1b]0;t\x07\ty\x9b1m\n\u202ez": "x]0;t\ty1m\nz",
    "line\u2028break\x85here": "line break here",
}


def test_what_a_terminal_could_obey_is_gone_and_a_text_of_lines_keeps_its_lines() -> None:
    assert {foreign: safe(foreign) for foreign in CLEANED} == CLEANED
    assert {foreign: safe_lines(foreign) for foreign in LINES} == LINES


def test_the_last_net_lets_no_control_through() -> None:
    style, control = Style(bold=True), Segment("\x1b[H", None, [(ControlType.HOME,)])
    fine = [Segment("\u682a plain", style), Segment(" ")]
    net, ground = SafeLines(), Color(0, 0, 0)
    assert net.apply(fine, ground) is fine
    assert net.apply([Segment("a\x1b]52;c;x\x07\u202e", style), control], ground) == [
        Segment("a]52;c;x", style),
        control,
    ]
