"""Looks at the terminal: size, colours, characters, mouse, clipboard, and what lies between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.charts.canvas import RISING
from tui.doctor.findings import Finding
from tui.terminal.capabilities import TRUE, Capabilities

if TYPE_CHECKING:
    from tui.doctor.examine import Surroundings

#: Everything is shown from this size on.
FULL: Final = (80, 24)
#: Drawn with what the charts are drawn with: where it looks broken, the font lacks something.
SAMPLE: Final = f"braille ⣀⡠⠔⠊⠉ blocks {RISING[1:]} ▏▎▍▌▋▊▉█ lines ─━│┃ marks ▸●▲▼…"


def terminal(around: Surroundings) -> list[Finding]:
    """Its type, its size, and what it runs in."""
    found = around.terminal
    if found.refusal:
        return [Finding("terminal", "fault", found.refusal)]
    said = [found.term]
    if found.inside:
        said.append(f"inside {found.inside}")
    if found.remote:
        said.append("over ssh")
    size = around.size
    if size is None:
        said.append("the answer goes to no terminal, its size is not known")
        return [Finding("terminal", "note", ", ".join(said))]
    said.append(f"{size[0]}x{size[1]}")
    if size[0] < FULL[0] or size[1] < FULL[1]:
        wanted = f"make it {FULL[0]}x{FULL[1]} at least, or the letters smaller"
        return [Finding("terminal", "note", f"{', '.join(said)}: columns will be left out", wanted)]
    return [Finding("terminal", "ok", ", ".join(said))]


def colours(around: Surroundings) -> list[Finding]:
    """How many, who says so, and how to have more."""
    found = around.terminal
    if found.refusal:
        return []
    names = {0: "none", TRUE: "true colours"}
    said = f"{names.get(found.colours, str(found.colours))}, because {found.why}"
    if found.colours in (TRUE, 256) or around.environ.get("NO_COLOR"):
        return [Finding("colours", "ok", said)]
    return [Finding("colours", "note", said, _more_colours(found))]


def _more_colours(found: Capabilities) -> str:
    if found.inside == "tmux":
        return 'in ~/.tmux.conf: set -g default-terminal "tmux-256color"'
    if found.inside == "screen":
        return "in ~/.screenrc: term screen-256color"
    if not found.mouse:
        return 'this console has no more; theme = "terminal" suits it best'
    return f"if it shows more than that: export TERM={found.term.partition('-')[0]}-256color"


def characters(around: Surroundings) -> list[Finding]:
    """The coding, and a line to judge the font by."""
    found = around.terminal
    if not found.unicode:
        return [
            Finding(
                "characters",
                "note",
                f"drawn in ASCII alone, because {found.coding}",
                "export LANG=C.UTF-8, or ascii = false in config.toml if it shows ▁▂▃ all the same",
            )
        ]
    return [
        Finding("characters", "ok", f"UTF-8, because {found.coding}"),
        Finding("font", "ok", SAMPLE, "where signs are missing or uneven: ascii = true"),
    ]


def mouse_and_clipboard(around: Surroundings) -> list[Finding]:
    """What the keys y and Y, the mouse and the title can count on."""
    found = around.terminal
    if found.refusal:
        return []
    yes = [
        words
        for words, held in (
            ("mouse", found.mouse),
            ("title", found.title),
            ("copying (OSC 52)", found.clipboard),
        )
        if held
    ]
    said = f"expected to work: {', '.join(yes) or 'neither mouse nor copying'}"
    if found.clipboard:
        return [Finding("mouse, copy", "ok", said)]
    then = {
        "tmux": "to copy with y and Y, in ~/.tmux.conf: set -g set-clipboard on",
        "screen": "to copy with y and Y, run it outside screen or inside tmux",
    }.get(found.inside, "to copy, mark text with the mouse while shift is held")
    return [Finding("mouse, copy", "note", said, then if found.mouse else "")]
