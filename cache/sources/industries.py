"""A user's list of industries: a table of symbol, industry and perhaps sector, a row a line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.symbols import yahoo_symbol
from cache.sources.holdings.holdings_table import BadCell, HoldingsTable, Meanings
from cache.sources.holdings.layouts import readings
from cache.sources.holdings.lines import industry, sector
from cache.sources.sandbox import open_regular, run
from core.data.industries import IndustryList
from core.data.record import record
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cache.sources.holdings.rows import Row
    from cache.sources.sandbox import Parsed

#: Largest file that is read, bytes.
LARGEST: Final = 32 << 20
_NEEDED: Final = ("symbol", "industry")


@record(frozen=True, slots=True)
class IndustriesFile:
    """One file as read.

    Attributes:
        industries: its good rows.
        blank: rows that name no industry.
        titles: what a column holds -> its title.
        rejected: the rows that were refused.
    """

    industries: IndustryList
    blank: int
    titles: Mapping[str, str]
    rejected: tuple[Rejected, ...]


def read_industries(
    path: Path,
    *,
    now: datetime,
    as_of: date | None = None,
    columns: Mapping[str, str] | None = None,
    ignored: Sequence[str] = (),
) -> IndustriesFile:
    """Read a CSV, XLSX or JSON with the columns symbol and industry; sector.

    Args:
        path: a regular file.
        now: when it is read, with a time zone.
        as_of: the day from which on it counts; None for every day.
        columns: what a column holds -> its title, where the table of synonyms does not know it.
        ignored: titles of columns not to read.

    Raises:
        SourceError: the file cannot be used, or no row of it.
    """
    name = clean(path.name, 200)
    if as_of is not None and as_of > now.astimezone(UTC).date() + timedelta(days=1):
        raise SourceError(f"{as_of} (--as-of) is in the future", file=name)
    args = {"columns": dict(columns or {}), "ignore": list(ignored)}
    with open_regular(path, LARGEST) as file:
        fields, _ = run("cache.sources.industries:parse", file, args, file=name)
    rows: dict[str, list[str]] = fields["rows"]
    read = IndustryList(
        symbols=tuple(rows),
        industries=tuple(row[0] for row in rows.values()),
        sectors=tuple(row[1] for row in rows.values()),
        source=name,
        fetched_at=now,
        as_of=as_of,
    )
    rejected = tuple(Rejected(*row) for row in fields["rejected"])
    return IndustriesFile(read, fields["blank"], fields["titles"], rejected)


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for lists of industries."""
    meanings = Meanings(args["columns"], args["ignore"])
    table, body = _table(stream.read(), meanings)
    meanings.check(table.titles, table.line)
    rows: dict[str, tuple[str, str]] = {}
    rejected: list[tuple[int, str, str, str]] = []
    blank = 0
    for row in body:
        text = table.text(row, "symbol")
        try:
            table.check_width(row)
            symbol = yahoo_symbol(text)
            if not valid_symbol(symbol):
                symbol_text = clean(text, 20)
                raise BadCell(table.title("symbol"), f'"{symbol_text}" is no symbol, such as BRK-B')
            groups = industry(table.text(row, "industry")), sector(table.text(row, "sector"))
            if not groups[0]:
                blank += 1
            elif rows.setdefault(symbol, groups) != groups:
                why = f"another row of this file puts it into {rows[symbol][0]}"
                raise BadCell(table.title("industry"), why)
        except BadCell as bad:
            rejected.append((row.line, clean(bad.column, 40), clean(text, 20), bad.reason))
    if not rows:
        why = rejected[0][3] if rejected else "every cell of its column of industries is empty"
        raise SourceError(f"has no good row; the first: {why}" if rejected else why)
    titles = {
        word: clean(table.title(word), 40) for word in (*_NEEDED, "sector") if table.has(word)
    }
    return {"rows": rows, "blank": blank, "titles": titles, "rejected": rejected}, {}


def _table(data: bytes, meanings: Meanings) -> tuple[HoldingsTable, list[Row]]:
    """The header that names symbols and industries, and the rows below it that are not blank.

    Raises:
        SourceError: there is none.
    """
    for rows in readings(data):
        if table_found := HoldingsTable.find(rows, meanings, _is_header):
            header, table = table_found
            return table, [row for row in rows[header + 1 :] if any(row.cells)]
    raise SourceError(
        "has no header with a symbol and an industry; where the columns are called otherwise, say"
        " so: --columns symbol=TITLE,industry=TITLE"
    )


def _is_header(row: Row, meanings: Meanings) -> bool:
    """Whether a row titles columns of symbols and industries."""
    return {meanings.of(cell)[0] for cell in row.cells}.issuperset(_NEEDED)
