"""The parts that charts are made of: a canvas of cells, eighth blocks, round ticks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui.text import formats
from tui.text.spans import Characters

if TYPE_CHECKING:
    from tui.text.spans import Drawing, Line

Values: TypeAlias = Sequence[float] | NDArray[np.float64]
Unit: TypeAlias = Literal["%", "pp", "bp", ""]

#: Lower blocks, 0 to 8 eighths high, and left blocks, 0 to 8 eighths wide.
RISING: Final = " ▁▂▃▄▅▆▇█"
GROWING: Final = " ▏▎▍▌▋▊▉█"
#: What a value is multiplied by to be shown in a unit.
SCALE: Final[dict[str, float]] = {"%": 100.0, "pp": 100.0, "bp": 10_000.0, "": 1.0}


class Canvas:
    """``width`` x ``height`` cells to put text on; what falls outside is clipped."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = max(width, 0), max(height, 0)
        self._text = [[" "] * self.width for _ in range(self.height)]
        self._style = [[""] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, style: str = "") -> None:
        """Write text from cell ``x`` of line ``y``; a wide character needs both its cells."""
        if not 0 <= y < self.height:
            return
        if text.isascii() and 0 <= x <= self.width - len(text):
            self._text[y][x : x + len(text)] = text
            self._style[y][x : x + len(text)] = [style] * len(text)
            return
        for char in text:
            size = 1 if char.isascii() else formats.cell_width(char)
            if not size and 0 < x <= self.width:
                # A combining accent belongs to the letter before it.
                self._text[y][x - 1] += char
            elif size and x >= 0 and x + size <= self.width:
                self._text[y][x : x + size] = [char] + [""] * (size - 1)
                self._style[y][x : x + size] = [style] * size
            x += size

    def put_glyph(self, x: int, y: int, glyph: str, style: str) -> None:
        """Write one character that is a cell wide."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._text[y][x], self._style[y][x] = glyph, style

    def free(self, x: int, y: int, size: int) -> bool:
        """Whether ``size`` cells from ``x`` of line ``y`` lie inside and hold nothing."""
        inside = 0 <= y < self.height and x >= 0 and x + size <= self.width
        return inside and all(cell == " " for cell in self._text[y][x : x + size])

    def filled(self, x: int, y: int, size: int) -> int:
        """How many of ``size`` cells from ``x`` of line ``y`` hold something."""
        return sum(cell != " " for cell in self._text[y][x : x + size])

    def drawing(self) -> Drawing:
        """The lines, runs of one style joined, plain blanks at the end left off."""
        return [self._line(y) for y in range(self.height)]

    def _line(self, y: int) -> Line:
        texts, styles = self._text[y], self._style[y]
        end = self.width
        while end and texts[end - 1] == " " and "reverse" not in styles[end - 1]:
            end -= 1
        line: Line = []
        start = 0
        for style, run in itertools.groupby(styles[:end]):
            stop = start + len(list(run))
            line.append(("".join(texts[start:stop]), style))
            start = stop
        return line


def bar_right(eighths: int, style: str) -> Line:
    """A horizontal bar growing to the right, ``eighths`` of a cell long."""
    full, part = divmod(max(eighths, 0), 8)
    text = "█" * full + (GROWING[part] if part else "")
    return [(text, style)] if text else []


def bar_left(eighths: int, style: str) -> Line:
    """A horizontal bar growing to the left from its right end.

    Unicode has right-hand blocks of one and four eighths alone: the others are left-hand
    blocks in reverse video, what they leave blank being the bar.
    """
    full, part = divmod(max(eighths, 0), 8)
    line: Line = []
    if part in (1, 4):
        line.append(("▕" if part == 1 else "▐", style))
    elif part:
        line.append((GROWING[8 - part], f"{style} reverse".strip()))
    if full:
        line.append(("█" * full, style))
    return line


def eighths_of(value: float, full: float, cells: int) -> int:
    """Length of a bar in eighths, where ``full`` takes ``cells``; never 0 for a value not 0.

    A terminal without the block characters gets whole cells.
    """
    if not full > 0 or not math.isfinite(value) or value == 0:
        return 0
    step = 8 if Characters.ascii_only else 1
    return min(max(round(abs(value) / full * cells * 8 / step), 1) * step, cells * 8)


def finite_range(values: Iterable[Values]) -> tuple[float, float] | None:
    """Smallest and largest finite value, None where there is none."""
    parts = [a[np.isfinite(a)] for a in (np.asarray(v, dtype=np.float64) for v in values)]
    together = np.concatenate(parts) if parts else np.zeros(0)
    return (float(together.min()), float(together.max())) if together.size else None


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """At most ``most`` multiples of 1, 2, 2.5 or 5 times a power of ten within [low, high]."""
    span = high - low
    if most < 1 or not math.isfinite(span) or span < 0:
        return []
    if span == 0:
        return [low]
    power = math.floor(math.log10(span / most))
    for exponent in range(power, power + 3):
        for digit in (1.0, 2.0, 2.5, 5.0):
            step = digit * 10.0**exponent
            first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
            if last - first + 1 <= most:
                # A multiple, not a running sum: 3 * 0.1 drifts less than 0.1 + 0.1 + 0.1.
                return [n * step for n in range(first, last + 1)]
    return []


def tick_labels(ticks: Sequence[float], unit: Unit = "%", sign: bool = True) -> list[str]:
    """Texts of ticks in one unit, all with the fewest decimals that distinguish them exactly."""
    values = [tick * SCALE[unit] for tick in ticks]
    places = next(
        (n for n in range(7) if all(abs(round(v, n) - v) < 1e-9 * max(1, abs(v)) for v in values)),
        6,
    )
    return [formats.number(value, places, sign=sign, unit=unit) for value in values]
