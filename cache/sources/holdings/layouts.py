"""A holdings file of any known layout, recognised by what it holds, never by its name.

Runs in the limited child.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cache.facts.errors import SourceError
from cache.sources.holdings import invesco, ishares, plain, ssga
from cache.sources.holdings.lines import settle
from cache.sources.holdings.rows import check_separator, csv_rows

if TYPE_CHECKING:
    from cache.sources.sandbox import Parsed

#: The order matters: a plain table is recognised by little.
_LAYOUTS: Final = (ishares.read, invesco.read, ssga.read, plain.read)
#: Rows among which a header of another separator is looked for.
_HEAD: Final = 12


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for holdings.

    Args:
        stream: the file.
        args: none are used.

    Raises:
        SourceError: the file is none of the known layouts, or holds no good row.
    """
    data = stream.read()
    if data.startswith(b"PK"):
        from cache.sources.holdings.xlsx import xlsx_rows

        rows = xlsx_rows(data)
    else:
        rows = csv_rows(data)
    for read in _LAYOUTS:
        if sheet := read(rows):
            return settle(sheet)
    for row in rows[:_HEAD]:
        check_separator(row.cells, row.line)
    raise SourceError(
        "has no header of a holdings file; iShares, SSGA and Invesco files are known, and plain "
        "tables with the columns symbol, name, sector, quantity, price (or weight)"
    )
