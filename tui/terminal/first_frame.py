"""The first frame, drawn at once, before the screen's modules and the data are loaded.

Loading them takes some tenths of a second. Until then this is the screen: the frame as it will
stand, by the same drawing and in the same colours, and the keyboard as the screen will have it,
so that what is typed meanwhile is neither echoed nor lost. The driver (`tui.terminal.driver`)
takes it over as it is; should anything end the program before, the terminal is given back.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from tui.terminal.capabilities import TRUE, Capabilities
from tui.terminal.wire import Wire
from tui.text.palettes import PALETTES, VARIABLES
from tui.text.safe import safe
from tui.text.spans import Drawing, to_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    #: From columns and rows to a frame.
    Draw = Callable[[int, int], Drawing]

ENTER: Final = "\x1b[?1049h"
#: Hides the cursor, and lets a paste come between its marks, as the screen will read it.
_BEGIN: Final = "\x1b[?25l\x1b[?2004h"
_SHOW, _LEAVE = "\x1b[?25h", "\x1b[?2004l\x1b[?1049l"
#: What the driver may have asked of the terminal: mouse, pastes, keys, wrapping, focus.
_UNDO: Final = "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?2004l\x1b[<u\x1b[?7h\x1b[?1004l"
#: What the screen's library takes out of the terminal's modes, so that keys come one by one.
_LOCAL: Final = termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG
_INPUT: Final = termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR
#: Places of the modes in what `termios.tcgetattr` gives.
_IFLAG, _LFLAG, _CC = 0, 3, 6
#: Attribute of a style name -> its SGR code.
_ATTRIBUTES: Final = {"bold": "1", "italic": "3", "underline": "4", "reverse": "7"}
#: A terminal of fewer colours has none that is bright; of fewer than the eight it shows none.
_FEW, _EIGHT = 16, 8
_BASIC: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class Opening:
    """The terminal with the frame on it.

    Attributes:
        wire: knows the cells that are shown.
        size: columns and rows they were drawn for.
        modes: the terminal's, as they were before.
    """

    def __init__(self, modes: list[Any], size: tuple[int, int]) -> None:
        self.modes, self.size = modes, size
        self.wire = Wire()
        self.wire.forget(*size)
        #: Whether who has taken it over has left it in order; None while nobody has.
        self.left_in_order: Callable[[], bool] | None = None
        self._before: dict[int, Any] = {}

    def begin(self, text: str) -> None:
        """Enter the alternate screen, show a frame, and let nothing typed be echoed."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, _leave)
        modes = list(self.modes)
        modes[_IFLAG] &= ~_INPUT
        modes[_LFLAG] &= ~_LOCAL
        modes[_CC] = list(modes[_CC])
        modes[_CC][termios.VMIN], modes[_CC][termios.VTIME] = 1, 0
        _set(modes)
        _write(ENTER + _BEGIN + self.wire.feed(text))

    def show(self, text: str) -> None:
        """Show another frame, of which what differs is sent."""
        _write(self.wire.feed(text))

    def end(self) -> None:
        """Give back the signals and the terminal, whoever has it."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self.give_back()

    def give_back(self) -> None:
        """Give back the terminal as it was."""
        if self.left_in_order is None or not self.left_in_order():
            _write((_UNDO if self.left_in_order else "") + _LEAVE + _SHOW)
        _set(self.modes)


_current: Opening | None = None


@contextmanager
def opened(
    draw: Draw, theme: str, capabilities: Capabilities, *, ascii_only: bool
) -> Iterator[Callable[[Draw], None]]:
    """Show the frame until the driver takes it over; the terminal is afterwards what it was.

    Gives a function that shows another frame in its place, until then.

    Args:
        draw: the frame.
        theme: name of a palette.
        capabilities: what the terminal can show.
        ascii_only: whether to draw in ASCII.
    """
    global _current
    try:
        modes = termios.tcgetattr(sys.__stdin__.fileno())  # type: ignore[union-attr]
    except (AttributeError, OSError, ValueError, termios.error):
        yield lambda draw: None
        return
    size = shutil.get_terminal_size()
    _current = opening = Opening(modes, size)

    def text(draw: Draw) -> str:
        drawing = draw(*size)
        return coloured(to_ascii(drawing) if ascii_only else drawing, theme, capabilities)

    def show(draw: Draw) -> None:
        if opening.left_in_order is None:
            opening.show(text(draw))

    try:
        opening.begin(text(draw))
        yield show
    finally:
        _current = None
        opening.end()


def give_back() -> None:
    """Give back the terminal that the opening has, at once: not where it takes nothing now."""
    stream = sys.__stderr__
    with suppress(OSError, ValueError):
        if _current is not None and stream is not None and select.select([], [stream], [], 0)[1]:
            _current.give_back()


def take(left_in_order: Callable[[], bool]) -> Opening | None:
    """The opening that is shown, from now on the caller's to draw on; None where there is none.

    Args:
        left_in_order: tells whether the caller has left the terminal in order.
    """
    if _current is None or _current.left_in_order is not None:
        return None
    _current.left_in_order = left_in_order
    return _current


def coloured(drawing: Drawing, theme: str, capabilities: Capabilities) -> str:
    """A drawing of the whole screen as a frame of moves, styles and text.

    Args:
        drawing: every line, each as wide as the screen.
        theme: name of a palette.
        capabilities: the terminal's colours.
    """
    palette = PALETTES[theme]
    base = _colours(palette["foreground"], palette["background"], capabilities.colours)
    styles = {"": base}
    out: list[str] = []
    for y, line in enumerate(drawing):
        out.append(f"\x1b[{y + 1};1H")
        for text, name in line:
            if name not in styles:
                styles[name] = _style(name, palette["variables"], base, capabilities.colours)
            out.append(f"\x1b[{styles[name]}m{safe(text)}\x1b[m")
    return "".join(out)


def _style(name: str, variables: Mapping[str, str], base: str, colours: int) -> str:
    """The SGR codes of a style name."""
    codes = [base] if base else []
    for word in name.split():
        if word in VARIABLES:
            codes += filter(None, [_colour(variables[VARIABLES[word]], 0, colours)])
            codes += ["1"] if word == "mark" else []
        elif word == "cursor":
            codes += ["1", *filter(None, [_colour(variables["cursor"], 10, colours)])]
        else:
            codes.append(_ATTRIBUTES[word])
    return ";".join(codes)


def _colours(fore: str, back: str, colours: int) -> str:
    return ";".join(filter(None, (_colour(fore, 0, colours), _colour(back, 10, colours))))


def _colour(value: str, ground: int, colours: int) -> str:
    """SGR codes of a palette's colour, "" for the terminal's own; ``ground`` 10 is behind."""
    if colours < _EIGHT or value == "ansi_default":
        return ""
    if value.startswith("ansi_"):
        name = value.removeprefix("ansi_")
        place = _BASIC.index(name.removeprefix("bright_")) + ground
        if not name.startswith("bright_"):
            return str(30 + place)
        if colours >= _FEW:
            return str(90 + place)
        # as `tui.terminal.colours.Eight` draws it: grey is white, what is bright is bold
        return str(37 + ground) if name == "bright_black" else f"1;{30 + place}"
    if colours < _FEW:
        return ""
    if colours == TRUE:
        red, green, blue = (int(value[n : n + 2], 16) for n in (1, 3, 5))
        return f"{38 + ground};2;{red};{green};{blue}"
    from rich.color import Color, ColorSystem

    system = ColorSystem.EIGHT_BIT if colours == 256 else ColorSystem.STANDARD
    nearest = Color.parse(value).downgrade(system)
    return ";".join(nearest.get_ansi_codes(foreground=not ground))


def _leave(number: int, frame: Any) -> None:
    """A signal ends the program on its way, through everything that gives something back."""
    raise SystemExit(128 + number)


def _set(modes: list[Any]) -> None:
    with suppress(AttributeError, OSError, ValueError, termios.error):
        termios.tcsetattr(sys.__stdin__.fileno(), termios.TCSANOW, modes)  # type: ignore[union-attr]


def _write(text: str) -> None:
    """Write to the stream that the screen is drawn on; one that is gone needs nothing."""
    stream = sys.__stderr__
    if stream is not None:
        with suppress(OSError, ValueError):
            # past the text layer, which would hold what a full terminal does not take
            os.write(stream.fileno(), text.encode(stream.encoding or "ascii", "replace"))
