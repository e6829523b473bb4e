"""Finds where each line of a holdings file is listed, by the file's columns.

A ticker is no company: DG is Dollar General in New York and Vinci in Paris. What the file
says nearest to the listing decides: a vendor's suffix, the exchange, the currency of the
listing; then where the company is at home, by ISIN, CUSIP, SEDOL and country.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.exchanges import (
    NONE,
    US,
    country_code,
    exchange_place,
    is_known_currency,
    lists_directly,
    suffix_place,
)
from cache.facts.symbols import yahoo_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.holdings.lines import Line

#: Why a row is not listed anywhere.
UNLISTED: Final = "not listed on an exchange"
#: What is said of the currency of a listing where it is none that is known.
UNKNOWN: Final = "which is no currency known here"
#: Regions of SEDOLs given before 2004, by their first digit; 2 is North America.
_ABROAD: Final = frozenset("034567")
#: Countries of a CUSIP's first letter whose companies list in the United States by receipts
#: alone, or hardly ever: Austria, Belgium, Germany, Spain, France, Japan, Norway and others.
_LETTERS: Final = frozenset("ABDEFJKQRSTW")
#: What stands for a ticker where a line has none any more, as for a contingent value right.
_PLACEHOLDER: Final = re.compile(r"[0-9]{6,7}[A-Z]")
#: A file with more than this part of its lines abroad is one of the world's stocks.
_WORLD: Final = 0.02


def reasons_abroad(lines: Sequence[Line]) -> list[str]:
    """Why each line is not priced under its US ticker, in a few words; "" for US listings.

    Args:
        lines: those of one file that are stocks.
    """
    currencies = {line.currency for line in lines if line.currency}
    several = len(currencies) > 1 or bool(currencies - {"USD"})
    whole = Listings(several and not any(line.market_currency for line in lines))
    reasons = [whole.abroad(line) for line in lines]
    away = sum(bool(r) or _at_home_abroad(x) for r, x in zip(reasons, lines, strict=True))
    if away > _WORLD * len(lines):
        whole.world = True
        reasons = [r or whole.abroad(x) for r, x in zip(reasons, lines, strict=True)]
    return [r or whole.digits(x) for r, x in zip(reasons, lines, strict=True)]


@dataclass(slots=True)
class Listings:
    """What a whole file shows about its lines' listings.

    Attributes:
        local: no column says the currency of the listing, and the column of currencies may:
            several stand in it, or one that is not the dollar.
        world: part of the lines is listed abroad for certain.
    """

    local: bool
    world: bool = False

    def abroad(self, line: Line) -> str:
        """Why a line is not priced under its US ticker, in a few words; "" for a US listing."""
        money = line.market_currency or (line.currency if self.local else "")
        suffix = suffix_place(line.symbol.strip().upper())
        if suffix is not None and suffix[1].country != US:
            return _listed(suffix[1].name, money)
        place = exchange_place(line.exchange)
        if place is not None and place.country == NONE:
            return UNLISTED
        if place is not None and place.country != US:
            return _listed(place.name, money)
        home, has_isin = self._home(line), line.identifier.startswith("isin:")
        if money and money != "USD" and not (self.local and home == US and has_isin):
            return _listed("", money)
        if suffix is not None or place is not None or home == US:
            return ""
        exchange = line.exchange.strip("- ")
        if exchange and not exchange_place(exchange):
            if home or self.world:
                return f'listed on "{clean(exchange, 30)}", an exchange not known here'
            return ""
        if line.market_currency == "USD" or not home:
            return ""
        if line.sedol[:1] in _ABROAD or self.world or _at_home_abroad(line):
            return f"a company of {home}, whose exchange the file does not say"
        return ""

    def digits(self, line: Line) -> str:
        """Why a US line whose symbol begins with a digit is no stock, "" for other lines.

        Elsewhere digits are ordinary. Where the file has no exchange, a symbol that no exchange
        gives out tells it.
        """
        if not line.symbol.strip()[:1].isdigit():
            return ""
        symbol = yahoo_symbol(line.symbol)
        american = exchange_place(line.exchange) or suffix_place(line.symbol.strip().upper())
        if american or (not line.exchange.strip("- ") and _PLACEHOLDER.fullmatch(symbol)):
            return "symbol begins with a digit, no US-listed stock"
        return ""

    def _home(self, line: Line) -> str:
        """Return the country code of a line's company, "" where the file does not give it."""
        kind, _, code = line.identifier.partition(":")
        if kind == "isin" and country_code(code[:2]):
            return code[:2]
        if kind == "cusip" and code[0].isdigit():
            # a Canadian company's CUSIP begins with a digit as well
            return US
        return country_code(line.location) or ("abroad" if kind == "cusip" else "")


def _at_home_abroad(line: Line) -> bool:
    """Whether a company is of a country whose companies do not list in New York themselves."""
    kind, _, code = line.identifier.partition(":")
    if kind == "isin" and country_code(code[:2]):
        return not lists_directly(code[:2])
    if kind == "cusip":
        return code[0] in _LETTERS
    home = country_code(line.location)
    return bool(home) and not lists_directly(home)


def _listed(place: str, money: str) -> str:
    if money and not place and not is_known_currency(money):
        return f"listed in {money}, {UNKNOWN}"
    where = ", ".join(part for part in (f"in {place}" if place else "", money) if part)
    return f"listed {'' if place else 'in '}{where}: no closes of that listing"
