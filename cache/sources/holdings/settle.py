"""Which rows of a holdings file are stocks, and what the file adds up to.

What is no stock, or is not listed in the United States, is left out with its reason; a line
listed twice is summed, a row that stands twice word for word is refused, two companies under one
ticker are never one; the total counts every row, cash included.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.symbols import yahoo_symbol
from cache.sources.holdings.amounts import values_of
from cache.sources.holdings.cash import is_cash
from cache.sources.holdings.lines import Line, Sheet, industry, sector
from cache.sources.holdings.listing import UNKNOWN, reasons_abroad
from core.data.symbol_pattern import valid_symbol

#: Never as the first word: CVR Energy is a company, and so may be Rights or Escrow something.
_PAPER: Final = re.compile(
    r"(?<=[\s-])(CVRS?|ESCROW|WARRANTS?|WTS|RIGHTS|PRVT|CONTINGENT VALUE|RIGHT$)\b", re.IGNORECASE
)
#: Names of what has a value and no share, where no column says what a row is.
_CONTRACT: Final = re.compile(
    r"\b(SWAPS?|TRS(?= \d)|T-BILLS?|TREASURY BILLS?|E-?MINI|FUTURES|FORWARD CONTRACT"
    r"|FUTURE(?=\s*(?:$|\d|[A-Z]{3} ?\d{2}\b)))\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
#: Why a row is refused that may be any part of the fund.
_NO_AMOUNT: Final = "states no amount, and no weights tell it: write its value, or 0"


def why_no_stock(line: Line) -> str:
    """Why a row is no stock, in a few words; "" for a stock."""
    if is_cash(line.symbol, line.name):
        return "cash, not a stock" if not line.kind else f"{_kind(line)}, not a stock"
    if line.kind:
        return f"{_kind(line)}, not a stock"
    if (line.sector or line.industry).lower().startswith("cash"):
        return "cash, not a stock"
    if match := _PAPER.search(line.name):
        return f"{match[1].lower()}, not a stock"
    if match := _CONTRACT.search(line.name):
        return f"{match[0].lower()}, not a stock"
    if line.symbol.strip("-") == "":
        return "no ticker"
    return ""


def _kind(line: Line) -> str:
    return clean(line.kind.lower(), 40)


def settle(sheet: Sheet) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """The sheet as the parent process takes it: fields for JSON, and arrays.

    Returns:
        Fields of the head, names of the stocks, others and rejected rows; and quantity,
        price and value, each (N,) float64 with NaN where none (value has none).

    Raises:
        SourceError: no row is good, or none is a stock.
    """
    _read_older_classes(sheet)
    unread = [(row.line, row.symbol) for row in sheet.rejected]
    _refuse_repeated(sheet)
    values, total = values_of(sheet) if sheet.lines else ([], 0.0)
    symbols = [yahoo_symbol(line.symbol) for line in sheet.lines]
    reasons = _reasons(sheet, symbols)
    stocks: dict[str, Line] = {}
    others: list[tuple[str, str, float | None, str]] = []
    for line, symbol, value, row_reason in zip(sheet.lines, symbols, values, reasons, strict=True):
        reason = row_reason
        if not sheet.told and math.isnan(value) and _has_amount(line, reason):
            symbol_text = clean(line.symbol, 20)
            unread.append((line.line, symbol_text))
            sheet.rejected.append(Rejected(line.line, "", symbol_text, _NO_AMOUNT))
            continue
        if not reason and not valid_symbol(symbol):
            if " " in symbol:
                reason = "ticker with a blank, not a listed line"
            else:
                text = f'"{clean(line.symbol, 20)}" is no symbol, such as BRK-B'
                symbol_text = clean(line.symbol, 20)
                sheet.rejected.append(Rejected(line.line, "symbol", symbol_text, text))
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
    whole = sheet.told or not unread
    if not whole:
        sheet.doubts.append(_unknown_total(unread))
    sheet.rejected.sort(key=lambda row: row.line)
    if not stocks:
        raise _nothing(sheet, others)
    if not total > 0:
        raise SourceError("its rows add up to nothing; cash outweighs the stocks")
    fields = _fields(sheet, list(stocks.values()), total) | {"whole": whole}
    fields["others"] = [(s, n, None if w is None else w / total, r) for s, n, w, r in others]
    return fields, {
        "quantity": _positive([line.quantity for line in stocks.values()]),
        # A price printed as 0.00 is a price too small to print, not a price.
        "price": _positive([line.price for line in stocks.values()]),
        "value": np.array([line.value for line in stocks.values()], np.float64),
    }


def _has_amount(line: Line, reason: str) -> bool:
    """Whether a row must have an amount: a stock, left out or not, and cash; no contract."""
    no_line = reason.endswith("not a stock") and not is_cash(line.symbol, line.name)
    return not (no_line or line.nil)


def _unknown_total(unread: list[tuple[int, str]]) -> str:
    """Words on a fund whose total is not known, as rows have no amount that can be read."""
    line, symbol = min(unread)
    first = f"{symbol} (line {line})" if symbol else f"line {line}"
    more = f" and {len(unread) - 1:,} more" if len(unread) > 1 else ""
    return f"tells no amount of {first}{more}: the fund's total is not known"


def _read_older_classes(sheet: Sheet) -> None:
    """Take rows of asset class "Other" for stocks where most rows with shares are of that class.

    iShares classed its stocks so until 2016.
    """
    with_shares = [line for line in sheet.lines if line.symbol.strip("- ") and line.quantity > 0]
    other = [line for line in with_shares if line.kind.strip().lower() == "other"]
    if len(other) <= sum(not line.kind for line in with_shares):
        return
    for line in other:
        line.kind = ""
    sheet.notes.append(f'{len(other):,} rows of asset class "Other" are read as stocks')


def _refuse_repeated(sheet: Sheet) -> None:
    """Refuse rows of a stock that stand in the file before, word for word.

    Of a file of weights their sum shows whether rows stand twice, and two lots may be alike.
    """
    if any(line.weight == line.weight for line in sheet.lines):
        return
    first: dict[str, int] = {}
    lines = []
    for line in sheet.lines:
        # a NaN is no other's equal, its text is
        row = repr(replace(line, line=0))
        before = first.setdefault(row, line.line)
        if before == line.line or why_no_stock(line):
            lines.append(line)
            continue
        reason = f"is line {before} once more, and counts once"
        sheet.rejected.append(Rejected(line.line, "", clean(line.symbol, 20), reason))
    sheet.lines = lines


def _reasons(sheet: Sheet, symbols: list[str]) -> list[str]:
    """Why each row is left out, "" for the others: no stock, listed abroad, two under one name."""
    reasons = [why_no_stock(line) for line in sheet.lines]
    places = [place for place, reason in enumerate(reasons) if not reason]
    abroad = reasons_abroad([sheet.lines[place] for place in places])
    for place, reason in zip(places, abroad, strict=True):
        reasons[place] = reason
    rows: dict[str, list[int]] = {}
    for place, symbol in enumerate(symbols):
        if not reasons[place]:
            rows.setdefault(symbol, []).append(place)
    for places in rows.values():
        if len(places) == 1:
            continue
        for place in places[1:]:
            _check_same(sheet, sheet.lines[places[0]], sheet.lines[place])
        clashes = [_clash(sheet.lines[place], sheet.lines[places[0]]) for place in places[1:]]
        if any(clashes):
            # which of them the ticker's closes belong to is not known
            for place in places:
                reasons[place] = next(filter(None, clashes))
    return reasons


def _clash(line: Line, other: Line) -> str:
    """Why two rows of one ticker are not the same line, "" where they are."""
    kinds = line.identifier.partition(":")[::2], other.identifier.partition(":")[::2]
    same = bool(kinds[0][0]) and kinds[0][0] == kinds[1][0]
    if kinds[0] == kinds[1] and same:
        return ""
    if same or (line.name and other.name and _first(line.name) != _first(other.name)):
        two = " and ".join(clean(x.name, 30) or x.identifier for x in (other, line))
        return f"its ticker can mean {two}, and the file does not say which"
    return ""


def _check_same(sheet: Sheet, line: Line, other: Line) -> None:
    """Refuse to add up two rows of one line that differ in a column of unknown meaning.

    Raises:
        SourceError: the column may say of which fund each is; names it and the flags.
    """
    for title, cell, other_cell in zip(sheet.unknown, line.unknown, other.unknown, strict=False):
        if cell != other_cell and any(map(str.isalpha, cell + other_cell)):
            raise SourceError(
                f'appears twice, with "{clean(cell, 20)}" and "{clean(other_cell, 20)}" under a'
                f' column that is not known: say --columns fund="{title}" where it names the fund,'
                f' or --ignore "{title}" where the rows are to be added up',
                line=other.line,
                column=title,
                symbol=line.symbol,
            )


def _first(name: str) -> str:
    match = _WORD.search(name.lower())
    return match[0] if match else ""


def _fields(sheet: Sheet, lines: list[Line], total: float) -> dict[str, Any]:
    """Return a sheet and its lines as JSON fields."""
    stated: dict[tuple[str, str, str], int] = {}
    places = [
        stated.setdefault((x.exchange, x.market_currency, x.location), len(stated)) for x in lines
    ]
    listings = [(clean(e, 60), currency, clean(c, 40)) for e, currency, c in stated]
    return {
        "fund": sheet.fund,
        "title": sheet.title,
        "as_of": sheet.as_of,
        "total": total,
        "symbols": [line.symbol for line in lines],
        "names": [clean(line.name) for line in lines],
        "sectors": [sector(line.sector) for line in lines],
        "industries": [industry(line.industry) for line in lines],
        "identifiers": [line.identifier for line in lines],
        "sedols": [line.sedol for line in lines],
        "listing": places,
        "listings": listings,
        "rejected": [(r.line, r.column, r.symbol, r.reason) for r in sheet.rejected],
        "titles": sheet.titles,
        "unread": sheet.unread,
        "notes": sheet.notes,
        "decimal": sheet.decimal,
        "currency": sheet.currency,
        "weights": sheet.weights,
        "doubts": sheet.doubts,
    }


def _add(total: Line, line: Line, value: float) -> None:
    """Add up a line that is listed twice; the second row fills what the first lacks."""
    total.value += value
    if not math.isnan(line.quantity):
        total.quantity = line.quantity + (0.0 if math.isnan(total.quantity) else total.quantity)
    if math.isnan(total.price):
        total.price = line.price
    total.identifier = total.identifier or line.identifier
    total.sedol = total.sedol or line.sedol
    total.sector = total.sector or line.sector
    total.industry = total.industry or line.industry


def _positive(values: list[float]) -> np.ndarray[Any, Any]:
    array = np.array(values, np.float64)
    array[~(array > 0)] = np.nan
    return array


def _no_stock(others: list[tuple[str, str, float | None, str]]) -> str:
    """Why a file whose rows are all left out is refused, and what can be done about it."""
    abroad = [row for row in others if row[3].startswith(("listed", "a company of"))]
    nameless = [row for row in others if row[3] == "no ticker"]
    symbol, name, _, reason = next(iter(abroad or nameless or others))
    label = name or symbol.strip("-") or "a row without name"
    first = f"{label}, {reason}"
    if UNKNOWN in reason:
        return (
            "names no stock whose listing is in US dollars (the first:"
            f" {first}): where dollars are meant, write USD, or pass over the column with --ignore"
        )
    if abroad:
        place = first.removesuffix(": no closes of that listing")
        return (
            f"names no stock that is listed in the United States (the first: {place}): closes are"
            " of US listings alone, so a fund of other markets cannot be measured"
        )
    if nameless:
        return (
            f"has no ticker in any row of a stock (the first: {label}): take the issuer's"
            " file with tickers, name their column with --columns symbol=TITLE, or add one with the"
            " title ticker"
        )
    return f"names no stock with a value among its {len(others):,} rows; one is left out: {first}"


def _nothing(sheet: Sheet, others: list[tuple[str, str, float | None, str]]) -> SourceError:
    if sheet.rejected:
        first = sheet.rejected[0]
        return SourceError(
            f"has no good row; the first: {first.reason}",
            line=first.line,
            column=first.column or None,
            symbol=first.symbol or None,
        )
    if sheet.lines:
        return SourceError(_no_stock(others))
    return SourceError(
        "has a header and no rows; an issuer answers so for a day on which it has no file"
    )
