"""One row of a holdings file, and a file of them, as the file states them."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean

if TYPE_CHECKING:
    from cache.facts.errors import Rejected

#: The sectors of the Global Industry Classification Standard, as their names are spelled.
SECTORS: Final = (
    "Communication Services",
    "Consumer Discretionary",
    "Consumer Staples",
    "Energy",
    "Financials",
    "Health Care",
    "Industrials",
    "Information Technology",
    "Materials",
    "Real Estate",
    "Utilities",
)
_SECTORS: Final = {
    "communication": "Communication Services",
    "communications": "Communication Services",
    "telecommunications": "Communication Services",
    "telecommunication services": "Communication Services",
    "kommunikation": "Communication Services",
    "kommunikationsdienste": "Communication Services",
    "consumer cyclical": "Consumer Discretionary",
    "nichtbasiskonsumgüter": "Consumer Discretionary",
    "zyklische konsumgüter": "Consumer Discretionary",
    "consumer defensive": "Consumer Staples",
    "nichtzyklische konsumgüter": "Consumer Staples",
    "basiskonsumgüter": "Consumer Staples",
    "energie": "Energy",
    "financial": "Financials",
    "financial services": "Financials",
    "finanzen": "Financials",
    "finanzwesen": "Financials",
    "healthcare": "Health Care",
    "gesundheitsversorgung": "Health Care",
    "gesundheitswesen": "Health Care",
    "industrie": "Industrials",
    "technology": "Information Technology",
    "it": "Information Technology",
    "informationstechnologie": "Information Technology",
    "basic materials": "Materials",
    "materialien": "Materials",
    "immobilien": "Real Estate",
    "versorger": "Utilities",
} | {name.lower(): name for name in SECTORS}
#: Cells of a column of industries that name none.
_NO_INDUSTRY: Final = frozenset(
    {"", "n/a", "na", "nan", "none", "null", "unknown", "unclassified", "not available"}
)
_CUSIP: Final = re.compile(r"[0-9A-Z]{8}[0-9]")
_ISIN: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{9}[0-9]")
_SEDOL: Final = re.compile(r"[0-9BCDFGHJKLMNPQRSTVWXYZ]{6}[0-9]")


@dataclass(slots=True)
class Line:
    """One row as the file states it, not yet judged; NaN where it states nothing.

    Attributes:
        line: 1-based line of the file.
        symbol: as in the file.
        name: as in the file.
        sector: as in the file.
        industry: as in the file.
        kind: the asset class or type of what is no stock, "" for stocks.
        exchange: as in the file.
        location: the country, as in the file.
        currency: code of the currency that values are in, "" where not stated.
        market_currency: code of the currency of the listing, likewise.
        quantity: shares.
        price: price per share.
        value: market value.
        weight: as in the file, a percentage or a fraction.
        fx: the file's rate of exchange.
        identifier: "isin:...", "cusip:..." or "".
        sedol: SEDOL, "" where the file has none.
        fund: what the column of funds says.
        day: ISO date of the column of dates, "" where the file has none.
        unknown: cells of the columns whose titles say nothing known.
        nil: dashes stand where its amounts would: it states that it has none.
    """

    line: int
    symbol: str
    name: str = ""
    sector: str = ""
    kind: str = ""
    exchange: str = ""
    location: str = ""
    currency: str = ""
    market_currency: str = ""
    quantity: float = math.nan
    price: float = math.nan
    value: float = math.nan
    weight: float = math.nan
    fx: float = math.nan
    identifier: str = ""
    sedol: str = ""
    industry: str = ""
    fund: str = ""
    day: str = ""
    unknown: tuple[str, ...] = ()
    nil: bool = False


@dataclass(slots=True)
class Sheet:
    """A holdings file: its head and its rows.

    Attributes:
        fund: the fund's symbol where the file states it, "" otherwise.
        title: the fund's name where the file states it, "" otherwise.
        as_of: ISO date where the file states it, "" otherwise.
        lines: the rows that parsed.
        rejected: the rows that did not.
        percent: weights are percentages: True or False where the file says so, None where
            only their sum can tell.
        single: values are in one currency, whatever the currencies of the listings.
        currency: code of the currency of values, "" where not stated.
        weights: what the file's weights add up to, a fraction, where they stand for the values;
            None where money does.
        titles: what a column holds -> its title.
        unread: titles of columns that were not read.
        unknown: titles of those of them that say nothing known.
        notes: what else was found of the file, a sentence each.
        decimal: the decimal mark of its numbers.
        told: its weights tell what part of the fund the rows with an amount are.
        doubts: what it says against itself, to end a sentence that names it.
    """

    fund: str = ""
    title: str = ""
    as_of: str = ""
    lines: list[Line] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    percent: bool | None = None
    single: bool = False
    currency: str = ""
    weights: float | None = None
    titles: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    decimal: str = "."
    told: bool = True
    doubts: list[str] = field(default_factory=list)


def identifier(*texts: str) -> str:
    """The first text that is an ISIN or a CUSIP, as "isin:..." or "cusip:...", else ""."""
    for text in texts:
        if not text:
            continue
        code = text.strip().upper()
        if _ISIN.fullmatch(code):
            return f"isin:{code}"
        if _CUSIP.fullmatch(code):
            return f"cusip:{code}"
    return ""


def sedol(text: str) -> str:
    """Return a SEDOL with the zeros that a spreadsheet dropped, "" where the text is no SEDOL."""
    if not text:
        return ""
    code = text.strip().upper()
    if code.isdigit() and 4 < len(code) < 7:
        code = code.zfill(7)
    return code if _SEDOL.fullmatch(code) else ""


def sector(text: str) -> str:
    """A sector by its GICS name where the spelling is known; "" for a dash."""
    name = clean(text, 40)
    return "" if name.strip("-") == "" else _SECTORS.get(name.lower(), name)


def industry(text: str) -> str:
    """An industry as a file spells it; "" for a dash and the like."""
    name = clean(text, 60)
    return "" if name.strip("-–—").casefold() in _NO_INDUSTRY else name


def known_sector(text: str) -> str:
    """The GICS name of a sector, "" where the text is none."""
    return _SECTORS.get(text.strip().lower(), "")
