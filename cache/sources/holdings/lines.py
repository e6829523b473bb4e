"""Which rows of a holdings file are stocks, and what the file adds up to.

Every layout brings its rows here in one shape; what is no stock is left out with its
reason, a line listed twice is summed, and the total counts every row, cash included.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.symbols import valid_symbol, yahoo_symbol
from cache.sources.holdings.rows import Rejected
from cache.sources.holdings.sectors import SECTORS

_SECTORS: Final = {
    "communication": "Communication Services",
    "communications": "Communication Services",
    "telecommunications": "Communication Services",
    "telecommunication services": "Communication Services",
    "consumer cyclical": "Consumer Discretionary",
    "consumer defensive": "Consumer Staples",
    "financial": "Financials",
    "financial services": "Financials",
    "healthcare": "Health Care",
    "technology": "Information Technology",
    "basic materials": "Materials",
} | {name.lower(): name for name in SECTORS}
#: Never as the first word: CVR Energy is a company, and so may be Rights or Escrow something.
_PAPER: Final = re.compile(
    r"(?<=[\s-])(CVRS?|ESCROW|WARRANTS?|WTS|RIGHTS|PRVT|CONTINGENT VALUE|RIGHT$)\b", re.IGNORECASE
)
#: Exchanges of the United States, by a word of any issuer's spelling.
_AMERICAN: Final = re.compile(
    r"\b(nasdaq|nyse|new york|cboe|bats|bzx|iex|arca|amex|american stock|xn[ay]s|arcx|xase)\b",
    re.IGNORECASE,
)
#: What stands for a ticker where a line has none any more, as for a contingent value right.
_PLACEHOLDER: Final = re.compile(r"[0-9]{6,7}[A-Z]")
_UNLISTED: Final = ("no market", "non-nms")
#: Asset classes and types that are no stock, in any issuer's words.
_KINDS: Final = re.compile(
    r"\b(cash|currency|money market|stif|collateral|futures?|options?|swaps?|forwards?|index"
    r"|warrants?|rights?|bonds?|notes?|treasur\w+|fixed income|repo\w*)\b",
    re.IGNORECASE,
)
_CUSIP: Final = re.compile(r"[0-9A-Z]{8}[0-9]")
_ISIN: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{9}[0-9]")
#: A file of weights that adds up to this much of the whole, or more, is taken as whole.
_NEARLY: Final = 0.995
#: An issuer's rounded percentages add up to at least this much; below it, rows are missing.
_CUT: Final = 0.98
#: How far a percentage rounded to 0.01 may lie from its value's part of the whole.
_ROUNDED: Final = 2e-4


@dataclass(slots=True)
class Line:
    """One row as the file states it, not yet judged; NaN where it states nothing.

    ``kind`` is the asset class or type of what is no stock, and "" for stocks.
    """

    line: int
    symbol: str
    name: str = ""
    sector: str = ""
    kind: str = ""
    exchange: str = ""
    quantity: float = math.nan
    price: float = math.nan
    value: float = math.nan
    weight: float = math.nan
    identifier: str = ""


@dataclass(slots=True)
class Sheet:
    """A holdings file by any issuer: its head and its rows.

    Attributes:
        layout: how the file is laid out, for a person.
        fund: the fund's symbol where the file states it, "" otherwise.
        title: the fund's name where the file states it, "" otherwise.
        as_of: ISO date where the file states it, "" otherwise.
        lines: the rows that parsed.
        rejected: the rows that did not.
        percent: weights are percentages: True or False where the file says so by its
            layout, None where only their sum can tell.
    """

    layout: str
    fund: str = ""
    title: str = ""
    as_of: str = ""
    lines: list[Line] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    percent: bool | None = None


def identifier(*texts: str) -> str:
    """The first text that is an ISIN or a CUSIP, as "isin:..." or "cusip:...", else ""."""
    for text in texts:
        code = text.strip().upper()
        if _ISIN.fullmatch(code):
            return f"isin:{code}"
        if _CUSIP.fullmatch(code):
            return f"cusip:{code}"
    return ""


def sector(text: str) -> str:
    """A sector by its GICS name where the spelling is known; "" for a dash."""
    name = clean(text, 40)
    return "" if name.strip("-") == "" else _SECTORS.get(name.lower(), name)


def other_kind(text: str) -> str:
    """An asset class or type that is no stock in any issuer's words, as given; "" for others."""
    return text if _KINDS.search(text) else ""


def why_no_stock(line: Line) -> str:
    """Why a row is no stock, in a few words; "" for a stock."""
    if line.kind:
        return f"{clean(line.kind.lower(), 40)}, not a stock"
    if line.sector.lower().startswith("cash"):
        return "cash, not a stock"
    if line.exchange.lower().startswith(_UNLISTED):
        return "not listed on an exchange"
    if found := _PAPER.search(line.name):
        return f"{found[1].lower()}, not a stock"
    if line.symbol.strip("-") == "":
        return "no ticker"
    if " " in yahoo_symbol(line.symbol):
        return "ticker with a blank, not a listed line"
    if line.symbol.strip()[:1].isdigit() and _american(line):
        return "symbol begins with a digit, no US-listed stock"
    return ""


def _american(line: Line) -> bool:
    """Whether a line is listed in the United States, as far as its own row says.

    Its exchange decides; where the file has none, a symbol that no exchange gives out.
    """
    if line.exchange.strip("- "):
        return _AMERICAN.search(line.exchange) is not None
    return _PLACEHOLDER.fullmatch(line.symbol.strip().upper()) is not None


def settle(sheet: Sheet) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """The sheet as the parent process takes it: fields for JSON, and arrays.

    Returns:
        Fields of the head, names of the stocks, others and rejected rows; and quantity,
        price and value, each (N,) float64 with NaN where none (value has none).

    Raises:
        SourceError: no row is good, or none is a stock.
    """
    values, total = _values(sheet)
    stocks: dict[str, Line] = {}
    others: list[tuple[str, str, float | None, str]] = []
    for line, value in zip(sheet.lines, values, strict=True):
        symbol = yahoo_symbol(line.symbol)
        reason = why_no_stock(line)
        if not reason and not valid_symbol(symbol):
            text = f'"{clean(line.symbol, 20)}" is no symbol, such as BRK-B'
            shown = clean(line.symbol, 20)
            sheet.rejected.append(Rejected(line.line, "symbol", shown, text))
            continue
        if not reason and not value > 0:
            reason = "negative value" if value < 0 else "no value"
        if reason:
            weight = None if math.isnan(value) else value
            others.append((clean(line.symbol, 20), clean(line.name), weight, reason))
        elif symbol in stocks:
            _add(stocks[symbol], line, value)
        else:
            line.symbol, line.value = symbol, value
            stocks[symbol] = line
    sheet.rejected.sort(key=lambda row: row.line)
    if not stocks:
        raise _nothing(sheet)
    if not total > 0:
        raise SourceError("its rows add up to nothing; cash outweighs the stocks")
    kept = list(stocks.values())
    fields = {
        "layout": sheet.layout,
        "fund": sheet.fund,
        "title": sheet.title,
        "as_of": sheet.as_of,
        "total": total,
        "symbols": [line.symbol for line in kept],
        "names": [clean(line.name) for line in kept],
        "sectors": [sector(line.sector) for line in kept],
        "identifiers": [line.identifier for line in kept],
        "others": [(s, n, None if w is None else w / total, r) for s, n, w, r in others],
        "rejected": [(r.line, r.column, r.symbol, r.reason) for r in sheet.rejected],
    }
    arrays = {
        "quantity": _positive([line.quantity for line in kept]),
        # A price printed as 0.00 is a price too small to print, not a price.
        "price": _positive([line.price for line in kept]),
        "value": np.array([line.value for line in kept], np.float64),
    }
    return fields, arrays


def _values(sheet: Sheet) -> tuple[list[float], float]:
    """Each row's value, NaN where none, and the fund's total on the same scale.

    Market value is best; quantity times price next; a weight column last, and only where
    no row of the file has one of the others: the scales must not mix.
    """
    money = [
        line.quantity * line.price if math.isnan(line.value) else line.value for line in sheet.lines
    ]
    money = [value if math.isfinite(value) else math.nan for value in money]
    # A futures row of value 0 in a file of weights does not make it a file of money.
    if any(value > 0 for value in money):
        total = math.fsum(value for value in money if not math.isnan(value))
        return money, _whole(sheet, money) or total
    weights = [line.weight for line in sheet.lines]
    found = math.fsum(weight for weight in weights if not math.isnan(weight))
    percent = found > 1.5 if sheet.percent is None else sheet.percent
    whole = 100.0 if percent else 1.0
    return weights, found if found >= _NEARLY * whole else whole


def _whole(sheet: Sheet, money: list[float]) -> float | None:
    """The fund's total by the issuer's own percentages, where they show that rows are missing.

    A file cut off, or one with rows refused, would otherwise pass for the whole fund. That
    rows are missing is listed with the refused ones.

    Returns:
        None where nothing is missing, or where the percentages are not those of the values.
    """
    rows = [(v, line.weight / 100) for v, line in zip(money, sheet.lines, strict=True) if v > 0]
    found = math.fsum(weight for _, weight in rows)
    # NaN where a row with a value states no weight: then the sum tells nothing.
    if not sheet.percent or not 0 < found < _CUT:
        return None
    whole = math.fsum(value for value, _ in rows) / found
    if any(abs(value / whole - weight) > _ROUNDED for value, weight in rows):
        return None
    reason = f"the weights add up to {found:.1%}: rows are missing, or the file is cut off"
    sheet.rejected.append(Rejected(max(line.line for line in sheet.lines), "weight", "", reason))
    return whole


def _add(held: Line, line: Line, value: float) -> None:
    """Sum a line that is listed twice; what the first leaves open the second may say."""
    held.value += value
    if not math.isnan(line.quantity):
        held.quantity = line.quantity + (0.0 if math.isnan(held.quantity) else held.quantity)
    if math.isnan(held.price):
        held.price = line.price
    held.identifier = held.identifier or line.identifier
    held.sector = held.sector or line.sector


def _positive(values: list[float]) -> np.ndarray[Any, Any]:
    array = np.array(values, np.float64)
    array[~(array > 0)] = np.nan
    return array


def _nothing(sheet: Sheet) -> SourceError:
    if sheet.rejected:
        first = sheet.rejected[0]
        return SourceError(
            f"has no good row; the first: {first.reason}",
            line=first.line,
            column=first.column or None,
            symbol=first.symbol or None,
        )
    if sheet.lines:
        return SourceError(f"names no stock with a value among its {len(sheet.lines):,} rows")
    return SourceError(
        "has a header and no rows; an issuer answers so for a day on which it has no file"
    )
