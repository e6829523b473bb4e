"""Who was in an index when, without weights: a table of symbol, from and to, as dated lists.

Such a list counts for breadth alone. One is made for the first day of the table and for each month
end at which the members differ from those of the list before: some hundred lists for twenty years.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.symbols import yahoo_symbol
from cache.sources.holdings.holdings_table import BadCell
from cache.sources.holdings.rows import csv_rows
from cache.sources.holdings.titled_table import TitledTable, date_of
from cache.sources.notation import date_order
from cache.sources.sandbox import open_regular, run
from core.data.frames import Dates, Holdings, pydate
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from cache.sources.notation import Order
    from cache.sources.sandbox import Parsed

#: Largest file that is read, bytes.
LARGEST: Final = 32 << 20
_SYMBOL: Final = ("symbol", "ticker")
_NAME: Final = ("name", "company", "security")
#: Member: symbol, name, first day, last day or "" while it is one still.
Member = tuple[str, str, str, str]


def read_membership(
    path: Path, fund: str, sessions: Dates, *, now: datetime, dates: str | None = None
) -> tuple[tuple[tuple[Holdings, bytes], ...], tuple[Rejected, ...]]:
    """Read a CSV with the columns symbol, from, to; name.

    A line is a member from its first day on, and no longer one on the last.

    Args:
        path: a regular file.
        fund: the fund that the index is followed through.
        sessions: every session of the exchange.
        now: when it is read, with a time zone.
        dates: "dmy", "mdy" or "ymd", where its dates do not show it.

    Returns:
        Its dated lists, each beside the bytes of the file, and the rows that were refused.

    Raises:
        SourceError: the file cannot be used, or no row of it.
    """
    name = clean(path.name, 200)
    with open_regular(path, LARGEST) as file:
        fields, _ = run("cache.sources.membership:parse", file, {"dates": dates}, file=name)
        file.seek(0)
        raw = file.read()
    members = [(s, n, first, last) for s, n, first, last in fields["members"]]
    dated_lists = lists(members, fund, sessions, now.date(), source=name, fetched_at=now)
    days: list[str] = np.datetime_as_string(_list_days(members, sessions, now.date())).tolist()
    unlisted = [
        Rejected(line, "from", member[0], why)
        for line, member in zip(fields["lines"], members, strict=True)
        if (why := _why_unlisted(member, days))
    ]
    if not dated_lists:
        raise SourceError(f"has no member on a session; the first: {unlisted[0].reason}", file=name)
    rejected = [Rejected(*row) for row in fields["rejected"]]
    return tuple((dated, raw) for dated in dated_lists), (*rejected, *unlisted)


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for tables of members."""
    rows = csv_rows(stream.read())
    table = TitledTable.find(rows, *_SYMBOL)
    if table is None:
        raise SourceError("has no header; the columns symbol, from, to are needed")
    table.require({name: (name,) for name in ("from", "to")})
    texts = (table.text(row, name) for row in table.rows for name in ("from", "to"))
    order = date_order([text for text in texts if text], args["dates"])
    members: list[Member] = []
    lines: list[int] = []
    spells_of: dict[str, list[tuple[str, str]]] = {}
    rejected: list[tuple[int, str, str, str]] = []
    for row in table.rows:
        symbol = yahoo_symbol(table.text(row, *_SYMBOL))
        try:
            if not valid_symbol(symbol):
                raise BadCell("symbol", f'"{clean(symbol, 20)}" is no symbol, such as BRK-B')
            first, last = (_day(table.text(row, name), name, order) for name in ("from", "to"))
            if not first:
                raise BadCell("from", "the row names no first day")
            if last and last <= first:
                raise BadCell("to", f"{last} is not after {first}")
            spells = spells_of.setdefault(symbol, [])
            if any(f < (last or "9") and first < (t or "9") for f, t in spells):
                raise BadCell("from", "another row of this file has it at the same time")
            spells.append((first, last))
            members.append((symbol, clean(table.text(row, *_NAME)), first, last))
            lines.append(row.line)
        except BadCell as bad:
            rejected.append((row.line, bad.column, clean(symbol, 20), bad.reason))
    if not members:
        why = f"; the first: {rejected[0][3]}" if rejected else ""
        raise SourceError(f"has no good row{why}")
    return {"members": members, "lines": lines, "rejected": rejected}, {}


def _day(text: str, column: str, order: Order | None) -> str:
    """An ISO date, "" for an empty cell."""
    return date_of(text, column, order).isoformat() if text else ""


def lists(
    members: Sequence[Member],
    fund: str,
    sessions: Dates,
    today: date,
    *,
    source: str,
    fetched_at: datetime,
) -> list[Holdings]:
    """The dated lists of a table of members, ascending, none dated later than today."""
    dated_lists: list[Holdings] = []
    for when in map(pydate, _list_days(members, sessions, today)):
        on = when.isoformat()
        listed = {s: n for s, n, first, last in members if first <= on and (not last or on < last)}
        symbols = tuple(sorted(listed))
        if not symbols or (dated_lists and dated_lists[-1].symbols == symbols):
            continue
        none = np.full(len(symbols), np.nan)
        dated_lists.append(
            Holdings(
                fund=fund,
                as_of=when,
                symbols=symbols,
                names=tuple(listed[symbol] for symbol in symbols),
                sectors=("",) * len(symbols),
                quantity=none,
                price=none,
                value=np.ones(len(symbols)),
                total=float(len(symbols)),
                source=source,
                fetched_at=fetched_at,
                weighted=False,
            )
        )
    return dated_lists


def _list_days(members: Sequence[Member], sessions: Dates, today: date) -> Dates:
    """Sessions that lists may be dated on: the first of the table, and the last of each month."""
    begin = np.datetime64(min(first for _, _, first, _ in members), "D")
    days = sessions[(sessions >= begin) & (sessions <= np.datetime64(today, "D"))]
    month = days.astype("datetime64[M]")
    ends = days[np.append(month[1:] != month[:-1], True)] if len(days) else days
    return np.unique(np.concatenate([days[:1], ends]))


def _why_unlisted(member: Member, days: Sequence[str]) -> str:
    """Why no list has a member; "" where one has it.

    Args:
        member: of the table.
        days: ISO dates that lists may be dated on, ascending.
    """
    _, _, first, last = member
    place = bisect_left(days, first)
    if place == len(days):
        return f"{first} is later than the newest session"
    if not last or days[place] < last:
        return ""
    if place == 0:
        return f"{last} is not after the first session"
    return f"{first} to {last} has no month end, and lists are of month ends"
