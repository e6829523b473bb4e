"""The values of a holdings file in one currency: as they are, by the file's rates, or refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.exchanges import currencies, is_known_currency

if TYPE_CHECKING:
    from cache.sources.holdings.lines import Line, Sheet

#: How far a percentage rounded to 0.01 may lie from its value's part of the whole.
ROUNDED: Final = 2e-4
#: How much nearer (natural logarithm) a rate must be to one reading than to the other, and how
#: near to it, to tell whether it is dollars a unit or units a dollar.
_TELLS, _NEAR = 0.12, 1.2
#: What to do about a file that states no rates, and about one whose rates do not serve.
_ADD_RATES: Final = (
    'a column of weights, of values in one currency ("Base Market Value"), or "FX Rate"'
)
_DO_WITHOUT: Final = 'add a column of weights, or of values in one currency ("Base Market Value")'


def in_one_currency(sheet: Sheet, money: list[float]) -> list[float]:
    """Values in one currency: as they are, converted by the file's rates, or none.

    Args:
        sheet: the file; its notes get what was done.
        money: market values, or quantity times price, each in its row's currency.

    Returns:
        All NaN where only the weights are good.

    Raises:
        SourceError: they are in several currencies, and nothing converts them.
    """
    lines = sheet.lines
    rows = [row for row, value in enumerate(money) if value > 0 or value < 0]
    stated = {row for row in rows if not math.isnan(lines[row].value)}
    codes = {row: _currency_of(sheet, lines[row], stated=row in stated) for row in rows}
    several = sorted(set(codes.values()) - {""})
    unnamed = [row for row, code in codes.items() if not code]
    # what names no currency is in dollars, or in that of the title; beside another it may be either
    beside = len(several) == 1 and several != ["USD"] and not sheet.currency and bool(unnamed)
    if len(several) <= 1 and not beside:
        sheet.currency = sheet.currency or next(iter(several), "")
        return money
    listed = _listed([*several, *["no currency named"] * beside])
    weights = [lines[row].weight for row in rows]
    if all(weight == weight for weight in weights):
        if len(stated) == len(rows) and _proportional([money[r] for r in rows], weights):
            sheet.notes.append(
                f"market values are in one currency, though {_listed(several)} are named: they"
                " go with the weights"
            )
            return money
        sheet.notes.append(f"values are in {listed}: the weights are taken instead")
        return [math.nan] * len(money)
    if beside:
        why = f"its value names no currency, and others are in {several[0]}: name it in each row"
        line = lines[unnamed[0]]
        symbol = clean(line.symbol, 20) or None
        raise SourceError(f"{why}, or {_DO_WITHOUT}", line=line.line, symbol=symbol)
    rates = _rates(sheet, codes)
    for row, rate in rates.items():
        money[row] *= rate
    sheet.currency = _base(sheet, codes) or sheet.currency
    sheet.notes.append(
        f"values in {listed} are converted to {sheet.currency or 'one currency'} by the"
        " file's own rates"
    )
    return money


def _currency_of(sheet: Sheet, line: Line, *, stated: bool) -> str:
    """The currency a row's value is in.

    Beside a column of the listings' currencies the other one is that of values, as issuers
    have it. Where there is but one, values may be in it.
    """
    if sheet.single and stated:
        return ""
    return line.currency if "currency" in sheet.titles else line.market_currency


def _proportional(values: list[float], weights: list[float]) -> bool:
    """Whether values are the weights on another scale, to the weights' rounding."""
    value, weight = np.array(values), np.array(weights)
    if not value.sum() > 0 or not weight.sum() > 0:
        return False
    value, weight = value / value.sum(), weight / weight.sum()
    return bool(np.all(np.abs(value - weight) <= ROUNDED + 0.01 * np.abs(weight)))


def _base(sheet: Sheet, codes: dict[int, str]) -> str:
    """The currency whose rate is 1, "" where none or several have it."""
    ones = {codes[row] for row in codes if sheet.lines[row].fx == 1 and codes[row]}
    return ones.pop() if len(ones) == 1 else ""


def _rates(sheet: Sheet, codes: dict[int, str]) -> dict[int, float]:
    """Return row -> factor to the base currency.

    A rate can be dollars a unit (1.17) or units a dollar (156.5): which of the two is decided by
    what currencies are worth, roughly, and has to be the same for all of them.

    Raises:
        SourceError: the file's rates do not give it; says what is missing or wrong, and of which
            row.
    """
    rough = currencies()
    base = _base(sheet, codes)
    rates = {row: sheet.lines[row].fx for row in codes}
    for row, code in codes.items():
        if code and not is_known_currency(code):
            why = f"what {code} is worth is not known here"
            raise _no_rate(sheet, codes, f"{why} (a known currency is written so: USD)", row)
    if "fx" not in sheet.titles:
        raise _no_rate(sheet, codes, "rates are needed", advice=_ADD_RATES)
    for row, rate in rates.items():
        if not rate > 0:
            raise _no_rate(sheet, codes, "this row has no rate", row)
        if not codes[row]:
            raise _no_rate(sheet, codes, "this row names no currency", row)
    if not base:
        raise _no_rate(sheet, codes, "no one currency has the rate 1, as that of the total must")
    ways: set[bool] = set()
    for row, rate in rates.items():
        code = codes[row]
        worth = math.log(rough[code] / rough[base])
        distances = abs(math.log(rate) - worth), abs(math.log(rate) + worth)
        if min(distances) > _NEAR or (code == base and rate != 1):
            raise _no_rate(sheet, codes, f"{rate:g} is no rate of {code} to {base}", row)
        if abs(distances[0] - distances[1]) > _TELLS:
            ways.add(distances[0] < distances[1])
    if len(ways) != 1:
        why = f"some are {base} a unit and some units a {base}"
        if not ways:
            why = f"nothing shows whether they are {base} a unit or units a {base}"
        raise _no_rate(sheet, codes, f"of its rates {why}")
    times = ways.pop()
    return {row: rate if times else 1 / rate for row, rate in rates.items()}


def _no_rate(
    sheet: Sheet,
    codes: dict[int, str],
    why: str,
    row: int | None = None,
    advice: str = _DO_WITHOUT,
) -> SourceError:
    """The error of a file whose values nothing converts, of one row where that is at fault."""
    several = _listed(sorted(set(codes.values()) - {""}))
    at = sheet.lines[row] if row is not None else None
    return SourceError(
        f"its values are in several currencies ({several}); {why}: {advice}",
        line=at.line if at else None,
        symbol=clean(at.symbol, 20) or None if at else None,
    )


def _listed(codes: list[str]) -> str:
    first = codes[:4]
    more = f" and {len(codes) - 4} more" if len(codes) > 4 else ""
    return f"{', '.join(first)}{more}"
