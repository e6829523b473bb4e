"""Foreign text made fit for a terminal: no control, no direction, no hidden character.

The gate where data enters cleans it first; this is the second line of defence, right
before text becomes cells. What is visible stays visible, also the rest of a broken escape
sequence: a name that was tampered with should look so.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from cache.facts.clean import INVISIBLE, MARKS

#: Fillers, joiners, selectors; the braille blank is a cell of charts.
_INVISIBLE: Final = INVISIBLE - {0x2800}
#: What drawings are made of: lines, blocks and dots, each of one cell.
_DRAWN: Final = frozenset(map(chr, (0x20, *range(0x2500, 0x25A0), *range(0x2800, 0x2900))))


def safe(text: str) -> str:
    """Text with nothing in it that a terminal could obey or that has no certain width.

    Tabs, line ends and every other kind of space become one space; C0, C1, ESC,
    bidirectional and zero-width characters, lone surrogates, private and unassigned code
    points vanish; composed accents replace combined ones.
    """
    if (text.isascii() and text.isprintable()) or _DRAWN.issuperset(text):
        return text
    return _clean(text)


def safe_lines(text: str) -> str:
    """Clean a text of several lines as `safe` does; line ends, tabs and wide spaces stay."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(_cell, line.split("\t"))) for line in lines)


def _cell(text: str) -> str:
    obeyed = (unicodedata.category(char) for char in text if not char.isprintable())
    return _clean(text) if any(category != "Zs" for category in obeyed) else text


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    characters: list[str] = []
    accents = 0
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char in "\t\n\r\v\f\x85" or category[0] == "Z":
            characters.append(" ")
        elif category[0] == "C" or ord(char) in _INVISIBLE:
            continue
        elif category in ("Mn", "Me"):
            accents += 1
            # An accent without a letter before it would land on the neighbouring column.
            if characters and accents <= MARKS:
                characters.append(char)
            continue
        else:
            characters.append(char)
        accents = 0
    return "".join(characters)
