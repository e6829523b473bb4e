"""Clean foreign text, once, where it is read.

A name from a file can carry escape sequences that rewrite a terminal, characters that
reorder or hide what is beside them, or a thousand accents on one letter. What passes
here can be drawn as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Control strings (OSC, DCS, SOS, PM, APC) up to their end, CSI sequences, two-byte escapes.
_ESCAPES: Final = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
_SPACES: Final = re.compile(r"\s+")
#: Controls, format characters (bidi, zero-width, tags), surrogates, private use, unassigned.
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
#: Drawn as nothing, or as a blank wider than it says, though their category is a letter or mark.
INVISIBLE: Final = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0}
    | {*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
)
#: More marks than this on one letter are drawn over the neighbouring rows.
MARKS: Final = 2


def clean(text: str, limit: int = 80) -> str:
    """Text as it may be shown, stored and compared.

    Escape sequences, controls, bidi marks, zero-width and private-use characters are
    dropped, runs of white space (line and paragraph separators too) become one blank,
    the rest is brought to NFC and cut to ``limit`` characters. Accented and East-Asian
    names survive.

    Args:
        text: anything a file or an address may give.
        limit: the longest result, in characters; a cut is shown by "…".
    """
    if not (text.isascii() and text.isprintable()):
        text = _SPACES.sub(" ", _ESCAPES.sub("", text))
        text = unicodedata.normalize("NFC", "".join(c for c in text if _may_stay(c)))
        text = _few_marks(text)
    text = _SPACES.sub(" ", text).strip()
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def _may_stay(character: str) -> bool:
    return unicodedata.category(character) not in _DROPPED and ord(character) not in INVISIBLE


def _few_marks(text: str) -> str:
    characters: list[str] = []
    # The start counts as full: a mark with no letter before it would land on the neighbour.
    marks = MARKS
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS:
            characters.append(character)
    return "".join(characters)
