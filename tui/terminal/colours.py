"""Colours for a terminal that has eight or sixteen of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as ScreenColor
from textual.filter import LineFilter

#: Number of the first bright colour, and of white.
_BRIGHT: Final = 8
_WHITE: Final = 7


class Eight(LineFilter):
    """Draws with the eight plain colours: a bright one becomes bold, dark grey white."""

    def apply(self, segments: list[Segment], background: ScreenColor) -> list[Segment]:
        """The segments with no colour beyond the eight."""
        return [
            Segment(text, style and _eight(style), control) for text, style, control in segments
        ]


@lru_cache(1024)
def _eight(style: Style) -> Style:
    colour, bold = _of_eight(style.color)
    ground, _ = _of_eight(style.bgcolor)
    if colour is not None and ground is not None and colour.number == ground.number:
        # Two shades that fall on one colour would hide the text.
        colour = Color.default()
    return style + Style(color=colour, bgcolor=ground, bold=bold or None)


def _of_eight(colour: Color | None) -> tuple[Color | None, bool]:
    """The nearest of the eight colours, and whether the given one was bright."""
    if colour is None or colour.is_default:
        return colour, False
    number = colour.downgrade(ColorSystem.STANDARD).number
    if number is None or number < _BRIGHT:
        return Color.from_ansi(number if number is not None else _WHITE), False
    if number == _BRIGHT:
        return Color.from_ansi(_WHITE), False
    return Color.from_ansi(number - _BRIGHT), True
