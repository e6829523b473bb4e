"""Checks the terminal: size, colours, characters, mouse, clipboard, and what is in between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.charts.canvas import RISING
from tui.doctor.findings import Finding
from tui.terminal.capabilities import TRUE, Capabilities

if TYPE_CHECKING:
    from tui.doctor.surroundings import Surroundings

#: Everything is shown from this size on.
FULL: Final = (80, 24)
#: Drawn with what the charts are drawn with: where it looks broken, the font lacks something.
SAMPLE: Final = f"braille ⣀⡠⠔⠊⠉ blocks {RISING[1:]} ▏▎▍▌▋▊▉█ lines ─━│┃ marks ▸●▲▼…"


def terminal(around: Surroundings) -> list[Finding]:
    """Its type, its size, and what it runs in."""
    capabilities = around.terminal
    if capabilities.refusal:
        return [Finding("terminal", "fault", capabilities.refusal)]
    words = [capabilities.term]
    if capabilities.inside:
        words.append(f"inside {capabilities.inside}")
    if capabilities.remote:
        words.append("over ssh")
    size = around.size
    if size is None:
        words.append("the answer goes to no terminal, its size is not known")
        return [Finding("terminal", "note", ", ".join(words))]
    words.append(f"{size[0]}x{size[1]}")
    if size[0] < FULL[0] or size[1] < FULL[1]:
        advice = f"make it {FULL[0]}x{FULL[1]} at least, or the letters smaller"
        return [
            Finding("terminal", "note", f"{', '.join(words)}: columns will be left out", advice)
        ]
    return [Finding("terminal", "ok", ", ".join(words))]


def colours(around: Surroundings) -> list[Finding]:
    """Check how many colours there are, who says so, and how to have more."""
    capabilities = around.terminal
    if capabilities.refusal:
        return []
    names = {0: "none", TRUE: "true colours"}
    sentence = (
        f"{names.get(capabilities.colours, str(capabilities.colours))}, because {capabilities.why}"
    )
    if capabilities.colours in (TRUE, 256) or around.environ.get("NO_COLOR"):
        return [Finding("colours", "ok", sentence)]
    return [Finding("colours", "note", sentence, _more_colours(capabilities))]


def _more_colours(capabilities: Capabilities) -> str:
    if capabilities.inside == "tmux":
        return 'in ~/.tmux.conf: set -g default-terminal "tmux-256color"'
    if capabilities.inside == "screen":
        return "in ~/.screenrc: term screen-256color"
    if not capabilities.mouse:
        return 'this console has no more; theme = "terminal" suits it best'
    return f"if it shows more than that: export TERM={capabilities.term.partition('-')[0]}-256color"


def characters(around: Surroundings) -> list[Finding]:
    """The coding, and a line to judge the font by."""
    capabilities = around.terminal
    if not capabilities.unicode:
        return [
            Finding(
                "characters",
                "note",
                f"drawn in ASCII alone, because {capabilities.coding}",
                "export LANG=C.UTF-8, or ascii = false in config.toml if it shows ▁▂▃ all the same",
            )
        ]
    return [
        Finding("characters", "ok", f"UTF-8, because {capabilities.coding}"),
        Finding("font", "ok", SAMPLE, "where signs are missing or uneven: ascii = true"),
    ]


def mouse_and_clipboard(around: Surroundings) -> list[Finding]:
    """Check what the keys y and Y, the mouse and the title can count on."""
    capabilities = around.terminal
    if capabilities.refusal:
        return []
    yes = [
        words
        for words, works in (
            ("mouse", capabilities.mouse),
            ("title", capabilities.title),
            ("copying (OSC 52)", capabilities.clipboard),
        )
        if works
    ]
    sentence = f"expected to work: {', '.join(yes) or 'neither mouse nor copying'}"
    if capabilities.clipboard:
        return [Finding("mouse, copy", "ok", sentence)]
    then = {
        "tmux": "to copy with y and Y, in ~/.tmux.conf: set -g set-clipboard on",
        "screen": "to copy with y and Y, run it outside screen or inside tmux",
    }.get(capabilities.inside, "to copy, mark text with the mouse while shift is held")
    return [Finding("mouse, copy", "note", sentence, then if capabilities.mouse else "")]
