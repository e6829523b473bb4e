"""Numbers and ages to text, and text to a number of terminal cells.

Values come as fractions (0.2231), as everywhere inside; the unit is in the text. A sign is
a character, never a colour. The minus is the plain hyphen, so that a copied number is a
number in a spreadsheet and needs no fall-back. Missing (None, NaN, infinite) is ``MISSING``.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import datetime
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size

MISSING: Final = "–"
ELLIPSIS: Final = "…"
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Align = Literal["left", "right", "center"]

# One cell to one cell, so that nothing moves where the terminal knows only ASCII.
_ASCII: Final = str.maketrans(
    {
        char: plain
        for chars, plain in (
            ("–—−─━┄┈", "-"), ("═", "="), ("…", "~"), ("●◆", "*"), ("▸→", ">"), ("◂←", "<"),
            ("▲↑", "^"), ("▼↓", "v"), ("·", "."), ("×", "x"), ("│┃╵╷┊┆▏▕", "|"), ("└├┌┼┤┐┘", "+"),
            ("▎▍▌▋▊▉█▐▄▅▆▇▀", "#"), ("▁▂▃▔", "_"), ("░▒▓", ":"),
        )
        for char in chars
    }
)  # fmt: skip

#: Unit, minutes in it, and the minutes from which the next one is used.
_AGES: Final = (
    ("m", 1, 60), ("h", 60, 2_880), ("d", 1_440, 40_320), ("w", 10_080, 1_048_320),
    ("y", 525_960, math.inf),
)  # fmt: skip


def number(x: float | None, places: int = 0, *, sign: bool = False, unit: str = "") -> str:
    """``-1,234.5`` with thousands commas; ``unit`` follows after a space.

    A value that rounds to zero carries no sign.
    """
    if x is None or not math.isfinite(x):
        return MISSING
    text = f"{x:{'+' if sign else ''},.{places}f}"
    if not text.strip("+-,.0"):
        text = text.lstrip("+-")
    return f"{text} {unit}" if unit else text


def pct(x: float | None, places: int = 2, sign: bool = True, unit: bool = True) -> str:
    """Fraction to per cent: 0.2231 -> ``+22.31 %``."""
    return number(_scaled(x, 100), places, sign=sign, unit="%" if unit else "")


def pp(x: float | None, places: int = 2, sign: bool = True, unit: bool = True) -> str:
    """Fraction to percentage points: 0.1484 -> ``+14.84 pp``."""
    return number(_scaled(x, 100), places, sign=sign, unit="pp" if unit else "")


def bp(x: float | None, places: int = 0, sign: bool = True, unit: bool = True) -> str:
    """Fraction to basis points: 0.0160 -> ``+160 bp``."""
    return number(_scaled(x, 10_000), places, sign=sign, unit="bp" if unit else "")


def weight(x: float | None, places: int = 2, unit: bool = True) -> str:
    """Fraction of a fund, without sign: 0.0066 -> ``0.66 %``."""
    return pct(x, places, sign=False, unit=unit)


def count(n: float | None) -> str:
    """A whole number with thousands commas: ``1,863``."""
    return number(n)


def measure(x: float | None, unit: str, places: int, *, sign: bool = False) -> str:
    """A measure of the table as a person reads it, from a fraction: ``64.9 %``, ``+5.61 pp``."""
    form = {"share": pct, "return": pct, "pp": pp, "bp": bp}.get(unit)
    return number(x, places, sign=sign) if form is None else form(x, places, sign)


def age(then: datetime, now: datetime) -> str:
    """Say how long ago, in its largest unit: ``now``, ``3 m``, ``2 h``, ``5 d``, ``7 w``, ``2 y``.

    A time ahead of ``now`` (a clock that runs slow) reads ``in 3 m``. Both are aware or
    both naive.
    """
    seconds = (now - then).total_seconds()
    minutes = int(abs(seconds) // 60)
    if not minutes:
        return "now"
    unit, size, _ = next(row for row in _AGES if minutes < row[2])
    text = f"{minutes // size} {unit}"
    return f"in {text}" if seconds < 0 else text


def ago(then: datetime, now: datetime) -> str:
    """`age` as a clause: "just now", "5 d ago"; of a time to come, that the clock is behind it."""
    text = age(then, now)
    if text == "now":
        return "just now"
    return f"{text[3:]} ahead of this clock" if text.startswith("in ") else f"{text} ago"


def cell_width(text: str) -> int:
    """Terminal cells the text takes: two for East-Asian wide, none for a combining accent."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int, align: Align = "left") -> str:
    """Exactly ``width`` cells: padded, or cut with an ellipsis at the end."""
    if width <= 0:
        return ""
    room = width - cell_width(text)
    if room < 0:
        return set_cell_size(text, width - 1) + ELLIPSIS
    if align == "right":
        return " " * room + text
    left = room // 2 if align == "center" else 0
    return " " * left + text + " " * (room - left)


def squeezed(text: str, width: int) -> str:
    """A number that is too wide without its commas, then with fewer decimals; never cut."""
    if cell_width(text) <= width:
        return text
    plain = text.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return text
    sign = "+" if plain.startswith("+") else ""
    for places in range(len(plain.partition(".")[2]), -1, -1):
        plain = f"{value:{sign}.{places}f}"
        if len(plain) <= width:
            break
    return plain


def to_ascii(text: str) -> str:
    """ASCII text of the same width, for LANG=C: our signs translated, accents off, else ``?``."""
    if text.isascii():
        return text
    characters: list[str] = []
    for char in unicodedata.normalize("NFD", text.translate(_ASCII)):
        if char.isascii():
            characters.append(char)
        elif 0x2800 <= ord(char) <= 0x28FF:
            characters.append(" " if char == "\u2800" else "*")
        else:
            characters.append("?" * cell_width(char))
    return "".join(characters)


def _scaled(x: float | None, factor: int) -> float | None:
    return None if x is None else x * factor
