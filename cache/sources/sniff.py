"""What a file of a person's own holds, told from its first lines."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from cache.facts import regular
from cache.facts.errors import SourceError
from cache.sources.sandbox import LARGEST

Kind = Literal["holdings", "prices"]
#: Bytes of a file that tell what it is.
_HEAD: Final = 65_536
#: Columns that only a file of prices has.
_PRICES: Final = (b"close", b"adj_close")


def kind_of(path: Path) -> Kind:
    """What a file holds, by its name and its first lines; what cannot be told is holdings.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        with regular.opened(path, LARGEST) as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise SourceError(error.strerror or f"{error}", file=f"{path}") from None
    if head.startswith(b"PAR1"):
        return "prices"
    for line in head.splitlines():
        cells = {cell.strip(b'" \t').lower() for cell in line.replace(b";", b",").split(b",")}
        if b"date" in cells and cells.intersection(_PRICES):
            return "prices"
    return "holdings"
