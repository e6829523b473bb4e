"""A ticker as files spell it, brought to Yahoo's spelling.

Share classes are known by table alone: nothing in a name or a ticker tells BRKB (a class)
from RUSHB (a ticker of its own).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_VALID: Final = re.compile(r"\^?[A-Z0-9][A-Z0-9.\-=^]{0,15}")
_SEPARATOR: Final = re.compile(r"(?<=[A-Z0-9])[./](?=[A-Z0-9])")
_LONGEST: Final = 16


@cache
def _table() -> dict[str, str]:
    from cache.facts.datafile import package_table

    return {row["file"]: row["yahoo"] for row in package_table("symbols.csv")}


def yahoo_symbol(text: str) -> str:
    """Yahoo's spelling of a ticker: "BRK.B", "BRK/B", "BRK B" and "BRKB " are "BRK-B".

    Blanks around it go, "." and "/" within it become "-", and the table of share classes and wrong
    lines decides the rest; a ticker it does not know stays as it is. The result may still
    be no symbol (`valid_symbol`): "HOLX US" keeps its blank.
    """
    symbol = text.strip().upper()
    known = _table().get(symbol) or _table().get(symbol.replace(" ", ""))
    return known or _SEPARATOR.sub("-", symbol)


def valid_symbol(text: str) -> bool:
    """Whether a text can be a symbol: up to 16 of A-Z 0-9 . - ^ =, never a path.

    NA, TRUE, 0005 and 1E5 are symbols like any other.
    """
    return len(text) <= _LONGEST and ".." not in text and _VALID.fullmatch(text) is not None
