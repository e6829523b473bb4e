"""The rows above a table of holdings: the fund and the day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.symbols import yahoo_symbol
from cache.sources.holdings.holdings_table import normal
from cache.sources.notation import day
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.holdings.rows import Row
    from cache.sources.notation import Order

#: Labels of the fund's symbol and of its name.
_SYMBOLS: Final = frozenset(
    ("ticker symbol", "ticker", "fund ticker", "symbol", "fund symbol", "etf ticker", "etf")
)
_TITLES: Final = frozenset(("fund name", "fund", "name", "etf name", "portfolio", "fondsname"))
#: A fund's symbol behind its name: "S&P 500 ETF (VOO)".
_BEHIND: Final = re.compile(r"\(([A-Z]{2,5})\)\s*$")
#: A lone symbol on a line of its own, and the names it may stand under.
_LONE: Final = re.compile(r"[A-Z]{2,5}")
_FUND: Final = re.compile(r"\b(etf|fund|trust|shares|index|portfolio)\b", re.IGNORECASE)
#: What says of which day holdings are, most to the point first; and what says something else.
_LABELS: Final = (
    re.compile(r"holding|position|fonds\w*\s+per|stand der|samenstelling|composition", re.I),
    re.compile(r"business ?date", re.I),
    re.compile(
        r"\bas ?(of|at)\b|asof|\bper\b|\bdate\b|date$|\bdatum\b|stichtag|\bau\b|\bvom\b|\bstand\b",
        re.I,
    ),
    re.compile(r"^$"),
)
_OTHER: Final = re.compile(
    r"inception|launch|maturity|auflage|création|creation|oprichting|listing date|distribution"
    r"|dividend|rebalanc|accrual|expir|next",
    re.I,
)
#: A date inside a longer text, at its end or before a time of day.
_INSIDE: Final = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}(?:er)?[-/. ]{1,2}[^\W\d_]{3,9}[-/., ]{1,2}\d{4}"
    r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\b(?:19|20)\d{6}\b)(?:[ T]\d.*)?\W*$"
)


@dataclass(slots=True)
class Preamble:
    """The rows above a header.

    Attributes:
        fund: the fund's symbol, "" where none is stated.
        title: the fund's name, "" likewise.
        dates: (rank of its label, line, label, text) of every date; the least rank counts.
        others: texts of dates of something else, which may tell the order of the file's dates.
    """

    fund: str = ""
    title: str = ""
    dates: list[tuple[int, int, str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def read_preamble(rows: Sequence[Row]) -> Preamble:
    """Return the fund, title, dates and facts in the rows above a header."""
    head = Preamble()
    for row in rows:
        filled = [cell for cell in row.cells if cell]
        if not filled:
            continue
        label, value = normal(filled[0]).rstrip(": "), filled[1] if len(filled) > 1 else ""
        if not value and ":" in filled[0]:
            label, _, value = (part.strip() for part in filled[0].partition(":"))
            label = normal(label)
        if value and label in _SYMBOLS and valid_symbol(yahoo_symbol(value)):
            head.fund = head.fund or yahoo_symbol(value)
        elif value and label in _TITLES:
            head.title = value
        elif len(filled) == 1 and not value:
            _lone(head, filled[0])
        _dates(head, row.line, filled)
    return head


def _lone(head: Preamble, text: str) -> None:
    """Take a line of one cell: the fund's name, or its symbol alone below the name."""
    if match := _BEHIND.search(text):
        if not head.fund and _FUND.search(text):
            head.fund, head.title = match[1], text
    elif not head.title:
        if not _INSIDE.search(text):
            head.title = text
    elif not head.fund and _LONE.fullmatch(text) and _FUND.search(head.title):
        head.fund = text


def _dates(head: Preamble, line: int, filled: list[str]) -> None:
    for place, cell in enumerate(filled):
        match = _INSIDE.search(cell)
        if match is None:
            continue
        label = " ".join([*filled[:place], cell[: match.start()]]).strip()
        if _OTHER.search(label):
            head.others.append(match[1])
            continue
        rank = next((r for r, form in enumerate(_LABELS) if form.search(label)), None)
        if rank is None:
            head.others.append(match[1])
        else:
            head.dates.append((rank, line, label, match[1]))


def stated_day(head: Preamble, order: Order | None) -> str:
    """The ISO date of the holdings as the preamble states it, "" where it states none.

    Raises:
        SourceError: what stands there is no date, or it states two.
    """
    best = min((rank for rank, *_ in head.dates), default=0)
    stated = ""
    for rank, line, label, text in head.dates:
        if rank != best:
            continue
        try:
            date_text = day(text, order).isoformat()
        except ValueError:
            reason = f'"{clean(text, 30)}" is no date, such as Jan 21, 2026'
            raise SourceError(reason, line=line, column=clean(label, 40) or None) from None
        if stated and date_text != stated:
            reason = f"{date_text} follows {stated}; a file holds one day only"
            raise SourceError(reason, line=line, column=clean(label, 40) or None)
        stated = date_text
    return stated
