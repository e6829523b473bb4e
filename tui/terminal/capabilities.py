"""What a terminal can show, read from the environment: colours, characters, what else it obeys.

The terminal itself is asked nothing: an answer over a slow line would be typed into the screen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from core.data.record import record

#: Number of colours of a terminal that mixes its own, eight bits each of red, green and blue.
TRUE: Final = 1 << 24
#: Terminals known by TERM or TERM_PROGRAM that show true colours and links, whatever COLORTERM
#: says; ssh does not carry it.
_MODERN: Final = ("kitty", "ghostty", "alacritty", "foot", "wezterm", "iterm")
#: Terminals that have no window title and no mouse.
_CONSOLES: Final = ("linux", "vt100", "vt102", "vt220", "cons25")
#: LC_CTYPE as Python itself sets it for a process that starts in the C locale (PEP 538).
_COERCED: Final = "C.UTF-8"

#: Colours of a terminal type by the system's list, None where it is not listed.
ColoursOf = Callable[[str], int | None]


@record(frozen=True, slots=True)
class Capabilities:
    """What the terminal can show.

    Attributes:
        term: its type, TERM.
        colours: how many it shows: 0, 8, 16, 256 or `TRUE`.
        why: what says so.
        unicode: whether characters beyond ASCII arrive.
        coding: what says so.
        inside: "tmux", "screen" or "", whose window it is.
        remote: whether ssh lies between.
        console: whether it is a machine's console, or as plain as one.
        mouse: whether it reports the mouse.
        title: whether it takes a window title, and gives the old one back.
        clipboard: whether copied text (OSC 52) is likely to arrive.
        refusal: why it can show no screen, "" where it can.
    """

    term: str
    colours: int
    why: str
    unicode: bool
    coding: str
    inside: str
    remote: bool
    console: bool
    mouse: bool
    title: bool
    clipboard: bool
    refusal: str


def listed_colours(term: str) -> int | None:
    """Colours of a terminal type in the system's terminfo; later calls see the first type's."""
    try:
        import curses

        curses.setupterm(term, sys.__stdout__.fileno() if sys.__stdout__ else 1)
        return max(curses.tigetnum("colors"), 0)
    except Exception:  # no such type, no curses, no stream: it is not known
        return None


def here() -> Capabilities:
    """The capabilities of the terminal that this process runs on."""
    stream = sys.__stderr__
    forced = os.environ.get("PYTHONUTF8") == "1" or "utf8" in sys._xoptions
    return capabilities(
        os.environ,
        encoding=(stream.encoding if stream else None) or "ascii",
        c_locale=bool(sys.flags.utf8_mode) and not forced,
        colours_of=listed_colours,
    )


def capabilities(
    environ: Mapping[str, str], *, encoding: str, c_locale: bool, colours_of: ColoursOf
) -> Capabilities:
    """Read what an environment says of its terminal.

    Args:
        environ: the environment.
        encoding: coding of the stream that the screen is written to.
        c_locale: whether Python started in the C locale and chose UTF-8 on its own.
        colours_of: looks a terminal type up.
    """
    term = environ.get("TERM", "").strip()
    inside = "screen" if environ.get("STY") else "tmux" if environ.get("TMUX") else ""
    if not inside:
        inside = next((mux for mux in ("tmux", "screen") if _family(term) == mux), "")
    console = _family(term) in _CONSOLES
    program = environ.get("TERM_PROGRAM", "").casefold()
    modern = any(name in f"{term.casefold()} {program}" for name in _MODERN) or any(
        environ.get(name) for name in ("KITTY_WINDOW_ID", "WT_SESSION", "WEZTERM_PANE")
    )
    vte = bool(environ.get("VTE_VERSION"))
    colours, why = _colours(environ, term, inside, modern=modern, colours_of=colours_of)
    unicode, coding = _coding(environ, encoding, c_locale=c_locale)
    refusal = ""
    if term in ("", "dumb", "unknown"):
        subject = f"TERM={term}" if term else "TERM, which is not set,"
        refusal = (
            f"{subject} names no terminal that can show a screen; TERM=xterm-256color would,"
            " and `internals note` writes the same answer anywhere"
        )
    return Capabilities(
        term=term,
        colours=0 if refusal else colours,
        why="" if refusal else why,
        unicode=unicode,
        coding=coding,
        inside=inside,
        remote=any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT")),
        console=console,
        mouse=not console and not refusal,
        title=not console and not refusal and inside != "screen",
        clipboard=not (console or refusal or vte or inside or program == "apple_terminal"),
        refusal=refusal,
    )


def _family(term: str) -> str:
    return term.partition("-")[0]


def _colours(
    environ: Mapping[str, str], term: str, inside: str, *, modern: bool, colours_of: ColoursOf
) -> tuple[int, str]:
    """Return the number of colours, and what says so."""
    if environ.get("NO_COLOR"):
        return 0, "NO_COLOR is set"
    if environ.get("COLORTERM", "").strip().casefold() in ("truecolor", "24bit"):
        # GNU screen hands the outer terminal's COLORTERM on and garbles what follows from it.
        if inside != "screen" and _family(term) not in _CONSOLES:
            return TRUE, f"COLORTERM={environ['COLORTERM'].strip()}"
    elif modern and not inside:
        return TRUE, "the terminal is known"
    listed = colours_of(term)
    if listed is not None:
        steps = (TRUE, 256, 16, 8)
        return next((n for n in steps if listed >= n), 0), f"terminfo lists {term} with {listed:,}"
    for ending, number in (("-direct", TRUE), ("-256color", 256), ("-16color", 16)):
        if term.endswith(ending):
            return number, f"the name of TERM={term}"
    return 8, f"terminfo does not list TERM={term}"


def _coding(environ: Mapping[str, str], encoding: str, *, c_locale: bool) -> tuple[bool, str]:
    """Whether characters beyond ASCII arrive, and what says so."""
    if "utf" not in encoding.casefold():
        return False, f"the terminal's coding is {encoding}"
    language = environ.get("LANG", "")
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = environ.get(name, "")
        if name == "LC_CTYPE" and value == _COERCED and (c_locale or language in ("C", "POSIX")):
            continue  # Python's doing, or that of a Python before it; not the user's word
        if value:
            return "utf" in value.casefold(), f"{name}={value}"
    return not c_locale, "the system's own locale" if not c_locale else "LANG is not set"


def prepare(capabilities: Capabilities) -> None:
    """Let the screen's library send nothing that the terminal does not know."""
    from textual import constants

    if capabilities.console:
        # The keyboard protocol's letters would be drawn.
        constants.DISABLE_KITTY_KEY = True  # type: ignore[misc]
    if capabilities.colours == 0:
        os.environ["NO_COLOR"] = "1"
        return
    if os.environ.get("TEXTUAL_COLOR_SYSTEM"):
        return
    systems = {TRUE: "truecolor", 256: "256", 16: "standard", 8: "standard"}
    constants.COLOR_SYSTEM = systems[capabilities.colours]  # type: ignore[misc]
