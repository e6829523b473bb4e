"""Converts tickers as files spell them to Yahoo's spelling.

Share classes are known by table alone: nothing in a name or a ticker tells BRKB (a class)
from RUSHB (a ticker of its own).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_SEPARATOR: Final = re.compile(r"(?<=[A-Z0-9])[./](?=[A-Z0-9])")
#: A class of shares behind a ticker.
_CLASS: Final = re.compile(r"[A-Z]+[ ./][A-Z]")
_MARKS: Final = re.compile(r"[ ./]")


@cache
def _table() -> dict[str, str]:
    from cache.facts.datafile import package_table

    return {row["file"]: row["yahoo"] for row in package_table("symbols.csv")}


def yahoo_symbol(text: str) -> str:
    """Yahoo's spelling of a ticker: "BRK.B", "BRK/B US", "BRK B" and "BRKB " are "BRK-B".

    Blanks around it go, a vendor's suffix goes where it says a US listing ("AAPL.US", "AAPL.O",
    "AAPL UW") and is spelled Yahoo's way where it says another ("SAP GY" is "SAP.DE"), "." and
    "/" within it become "-", and the table of share classes and wrong lines decides the rest; a
    ticker it does not know stays as it is. The result may still be no symbol (`valid_symbol`):
    "HOLX XX" keeps its blank.
    """
    symbol = text.strip().upper()
    listed = _table().get(symbol) or _table().get(symbol.replace(" ", ""))
    if listed or symbol.isalnum():
        return listed or symbol
    if _CLASS.fullmatch(symbol) and (listed := _table().get(_MARKS.sub("", symbol))):
        # MKC.V is a class of McCormick, though .V is Toronto elsewhere
        return listed
    # a plain ticker needs no table of exchanges, and so do the first numbers
    from cache.facts.exchanges import US, suffix_place

    if (suffix := suffix_place(symbol)) is None:
        return _SEPARATOR.sub("-", symbol)
    bare, place, yahoo = suffix
    if place.country == US:
        return yahoo_symbol(bare)
    bare = _SEPARATOR.sub("-", bare)
    if yahoo == ".HK":
        bare = bare.zfill(4)
    return f"{bare}{yahoo}" if yahoo else symbol
