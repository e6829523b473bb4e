"""Palettes: the colours of each theme, by what they are for.

The pair of indices is #5fafff and #ff8700 (xterm 75 and 208) on dark grounds, which every kind of
colour blindness distinguishes, and darker shades of the same two on a light one. The colour-blind
theme has two more for up and down (xterm 195 and 197), unlike each other and unlike the pair:
were they the pair's own, a blue bar could mean up or the first index. Sign, position and line
pattern carry the meaning; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: Style name (see `tui.text.spans`) -> the variable that colours it.
VARIABLES: Final = {
    "small": "small",
    "large": "large",
    "gap": "gap",
    "up": "up",
    "down": "down",
    "axis": "rule",
    "dim": "quiet",
    "mark": "mark",
}
_SMALL, _LARGE = "#5fafff", "#ff8700"


def _dark(up: str, down: str) -> dict[str, Any]:
    return {
        "primary": _SMALL,
        "secondary": "#5f87af",
        "accent": "#d7af5f",
        "warning": "#ffd75f",
        "error": "#ff5f5f",
        "success": "#5fd7af",
        "foreground": "#d0d4da",
        "background": "#0e1116",
        "surface": "#0e1116",
        "panel": "#1b2028",
        "dark": True,
        "variables": {
            "small": _SMALL,
            "large": _LARGE,
            "up": up,
            "down": down,
            "gap": "#d7d7af",
            "mark": "#ffd75f",
            "cursor": "#2a3340",
            "quiet": "#757d89",
            "rule": "#4a525e",
            "scrollbar": "#2a3340",
            "scrollbar-background": "#0e1116",
        },
    }


_LIGHT: Final = {
    "primary": "#005faf",
    "secondary": "#5f87af",
    "accent": "#875f00",
    "warning": "#875f00",
    "error": "#af0000",
    "success": "#00695c",
    "foreground": "#1c1f23",
    "background": "#fbfbf8",
    "surface": "#fbfbf8",
    "panel": "#ecece6",
    "dark": False,
    "variables": {
        "small": "#005faf",
        "large": "#af5f00",
        "up": "#00695c",
        "down": "#af0000",
        "gap": "#5f5f00",
        "mark": "#875f00",
        "cursor": "#dce6f0",
        "quiet": "#62666c",
        "rule": "#a8acb2",
        "scrollbar": "#c8ccd2",
        "scrollbar-background": "#fbfbf8",
    },
}

_TERMINAL: Final = {
    "ansi": True,
    "primary": "ansi_blue",
    "secondary": "ansi_cyan",
    "warning": "ansi_yellow",
    "error": "ansi_red",
    "success": "ansi_green",
    "accent": "ansi_green",
    "foreground": "ansi_default",
    "background": "ansi_default",
    "surface": "ansi_default",
    "panel": "ansi_default",
    "boost": "ansi_default",
    "dark": True,
    "variables": {
        "small": "ansi_bright_blue",
        "large": "ansi_yellow",
        "up": "ansi_green",
        "down": "ansi_red",
        "gap": "ansi_cyan",
        "mark": "ansi_bright_yellow",
        "cursor": "ansi_default",
        "quiet": "ansi_white",
        "rule": "ansi_bright_black",
        "scrollbar": "ansi_bright_black",
        "scrollbar-background": "ansi_default",
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "input-cursor-text-style": "reverse",
    },
}

#: Name in the config -> the fields of a Textual theme.
PALETTES: Final[Mapping[str, dict[str, Any]]] = {
    "dark": _dark("#5fd7af", "#ff5f5f"),
    "light": _LIGHT,
    "colour-blind": _dark("#d7ffff", "#ff005f"),
    "red-up": _dark("#ff5f5f", "#5fd7af"),
    "terminal": _TERMINAL,
}
