"""A table of announced changes: fund, symbol, action and effective date, a row a change.

Runs in the limited child.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.symbols import yahoo_symbol
from cache.sources.holdings.holdings_table import BadCell
from cache.sources.holdings.rows import Row, check_separator, csv_rows
from cache.sources.holdings.titled_table import TitledTable, date_of
from cache.sources.notation import Order, date_order
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from cache.sources.sandbox import Parsed

_SYMBOL: Final = ("symbol", "ticker")
_EFFECTIVE: Final = ("effective", "effective date", "date")
_ANNOUNCED: Final = ("announced", "announced date", "announcement date")
_NEEDED: Final = {
    "fund": ("fund", "index"),
    "symbol": _SYMBOL,
    "action": ("action", "change"),
    "effective": _EFFECTIVE,
}
#: Words of index providers and newspapers for the two things that can happen.
_ACTIONS: Final = {
    **dict.fromkeys(("join", "joins", "add", "added", "addition", "in"), "join"),
    **dict.fromkeys(
        ("leave", "leaves", "delete", "deleted", "deletion", "drop", "remove", "removed", "out"),
        "leave",
    ),
}
#: A change is announced weeks ahead; what lies further off is a slip of the pen.
_AHEAD: Final = timedelta(days=366)
#: Before this year no fund known here had a file.
_OLDEST: Final = date(1993, 1, 1)


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for announced changes.

    Args:
        stream: the file.
        args: "today", the ISO date on which it is read; "dates", the order of day, month and
            year that the user said, else None.

    Raises:
        SourceError: a column is missing, no row is good, or the order of its dates is not sure.
    """
    rows = csv_rows(stream.read())
    table = TitledTable.find(rows, *_SYMBOL)
    if table is None:
        for row in rows[:1]:
            check_separator(row.cells, row.line)
        raise SourceError("has no header; the columns fund, symbol, action, effective are needed")
    table.require(_NEEDED)
    today = date.fromisoformat(args["today"])
    texts = (table.text(row, *names) for row in table.rows for names in (_EFFECTIVE, _ANNOUNCED))
    order = date_order([text for text in texts if text], args["dates"])
    changes: dict[tuple[str, str], dict[str, Any]] = {}
    rejected: list[Rejected] = []
    for row in table.rows:
        try:
            change = _change(table, row, today, order)
            key = (change["fund"], change["symbol"])
            if changes.setdefault(key, change) != change:
                raise BadCell("symbol", "another row of this file gives another change of it")
        except BadCell as bad:
            symbol_text = clean(table.text(row, *_SYMBOL), 20)
            rejected.append(Rejected(row.line, bad.column, symbol_text, bad.reason))
    if not changes:
        if rejected:
            first = rejected[0]
            reason = f"has no good row; the first: {first.reason}"
            raise SourceError(
                reason, line=first.line, column=first.column, symbol=first.symbol or None
            )
        raise SourceError("has a header and no rows")
    refused = [(r.line, r.column, r.symbol, r.reason) for r in rejected]
    return {"changes": list(changes.values()), "rejected": refused}, {}


def _change(table: TitledTable, row: Row, today: date, order: Order | None) -> dict[str, Any]:
    """One row as the fields of an announcement."""
    fund, symbol = (yahoo_symbol(table.text(row, *_NEEDED[name])) for name in ("fund", "symbol"))
    for name, text in (("fund", fund), ("symbol", symbol)):
        if not valid_symbol(text):
            raise BadCell(name, f'"{clean(text, 20)}" is no symbol, such as IWM or BRK-B')
    word = table.text(row, *_NEEDED["action"])
    action = _ACTIONS.get(word.strip().lower())
    if action is None:
        raise BadCell("action", f'"{clean(word, 20)}" is neither join nor leave')
    effective = _day(table, row, "effective", _EFFECTIVE, order)
    if effective is None:
        raise BadCell("effective", "the row names no effective date")
    if not _OLDEST <= effective <= today + _AHEAD:
        raise BadCell("effective", f"{effective} is before {_OLDEST.year} or over a year ahead")
    announced = _day(table, row, "announced", _ANNOUNCED, order)
    if announced is not None and announced > effective:
        raise BadCell("announced", f"{announced} is after the effective date {effective}")
    return {
        "fund": fund,
        "symbol": symbol,
        "action": action,
        "effective": effective.isoformat(),
        "name": clean(table.text(row, "name", "company", "security")),
        "announced": announced and announced.isoformat(),
        "source": clean(table.text(row, "source"), 160),
    }


def _day(
    table: TitledTable, row: Row, column: str, names: tuple[str, ...], order: Order | None
) -> date | None:
    """The day under a column, None where the cell is empty."""
    text = table.text(row, *names)
    return date_of(text, column, order) if text else None
