"""Text with meaning, before it has colours: spans, lines of them, drawings.

A drawing is a list of lines, a line a list of ``(text, style)`` spans. A style is a name of
what is meant ("small", "large", "gap", "up", "down", "axis", "dim", "mark"), "" for plain
text, with "bold" or "reverse" added after a space where the cell needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import ClassVar, TypeAlias

from tui.text import formats

Span: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Span]
Drawing: TypeAlias = list[Line]


class Characters:
    """Which characters the terminal can show; set once, where the screen starts."""

    #: Whether it shows ASCII alone: lines are then distinguished by their signs.
    ascii_only: ClassVar[bool] = False


def plain(drawing: Iterable[Line]) -> list[str]:
    """The text of a drawing, without styles."""
    return ["".join(text for text, _ in line) for line in drawing]


def line_width(line: Iterable[Span]) -> int:
    """Cells a line takes."""
    return sum(formats.cell_width(text) for text, _ in line)


def fit_line(line: Iterable[Span], width: int) -> Line:
    """Exactly ``width`` cells of a line: padded with plain blanks, or cut with an ellipsis."""
    spans = list(line)
    room = width - line_width(spans)
    if room >= 0:
        return [*spans, (" " * room, "")] if room else spans
    fitted: Line = []
    free = width
    for text, style in spans:
        cells = formats.cell_width(text)
        # The last cell is the ellipsis', even where a span would end exactly there.
        if cells >= free:
            return [*fitted, (formats.fit(text + " " * free, free), style)] if free > 0 else fitted
        fitted.append((text, style))
        free -= cells
    return fitted


def split_line(line: Line, cells: int) -> tuple[Line, Line]:
    """The first spans of a line, as many as end within some cells, and the others."""
    ends = accumulate(formats.cell_width(text) for text, _ in line)
    count = sum(end <= cells for end in ends)
    return line[:count], line[count:]


def inset(drawing: Iterable[Line]) -> Drawing:
    """A drawing indented by one cell, under the texts around it."""
    return [[(" ", ""), *line] if line else [] for line in drawing]


def to_ascii(drawing: Iterable[Line]) -> Drawing:
    """A drawing for a terminal that knows only ASCII (LANG=C)."""
    return [[(formats.to_ascii(text), style) for text, style in line] for line in drawing]
