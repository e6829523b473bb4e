"""Selects the rows of one fund and one day from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from cache.sources.holdings.lines import Sheet


def rows_of_fund(sheet: Sheet, fund: str | None) -> None:
    """Keep the rows of the requested fund, where a column names each row's fund.

    A file of one fund keeps its rows, and says which fund it is.

    Args:
        sheet: changed in place.
        fund: the fund's symbol as the user gave it, None where they gave none.

    Raises:
        SourceError: several funds stand in the file, and not which fund is meant is meant.
    """
    if "fund" not in sheet.titles and "fund_name" not in sheet.titles:
        return
    stated = {_folded(line.fund): line.fund for line in sheet.lines if line.fund.strip("- ")}
    if not stated:
        return
    title = sheet.titles.get("fund", sheet.titles.get("fund_name", "fund"))
    if len(stated) == 1:
        name = next(iter(stated.values()))
        symbol = yahoo_symbol(name)
        if valid_symbol(symbol) and not symbol.isdigit():
            sheet.fund = sheet.fund or symbol
        else:
            sheet.title = sheet.title or name
        return
    key = _folded(fund or "")
    if key not in stated:
        names_text = ", ".join(clean(name, 40) for name in [*stated.values()][:12])
        more = f" and {len(stated) - 12:,} more" if len(stated) > 12 else ""
        doubt = f"not those of {clean(fund, 20)}" if fund else "and not which fund is meant"
        raise SourceError(
            f"holds the rows of {len(stated):,} funds ({names_text}{more}), {doubt}; say which with"
            " --fund",
            column=clean(title, 40),
        )
    before = len(sheet.lines)
    sheet.lines = [line for line in sheet.lines if _folded(line.fund) == key]
    sheet.fund, sheet.title = yahoo_symbol(fund or ""), ""
    sheet.notes.append(
        f"{len(sheet.lines):,} rows of {sheet.fund} taken, {before - len(sheet.lines):,} of"
        f" {len(stated) - 1:,} other fund{'s' if len(stated) > 2 else ''} not"
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def settle_day(sheet: Sheet) -> None:
    """Find the file's day: in the rows above the table, or in its column of dates.

    Raises:
        SourceError: the two contradict each other, or the column says several days.
    """
    title = sheet.titles.get("date")
    for line in sheet.lines:
        if line.day and sheet.as_of and line.day != sheet.as_of:
            reason = f"{line.day} follows {sheet.as_of}; a file holds one day only"
            raise SourceError(reason, line=line.line, column=title)
        sheet.as_of = sheet.as_of or line.day
