"""The amount of each line in a fund: values in one currency, or weights, and their total."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.exchanges import currencies

if TYPE_CHECKING:
    from cache.sources.holdings.lines import Line, Sheet

#: A file of weights that adds up to this much of the whole, or more, is taken as whole.
_NEARLY: Final = 0.995
#: An issuer's rounded percentages add up to at least this much; below it, rows are missing.
_CUT: Final = 0.98
#: Above it rows stand in the file twice, or belong to another fund; above the second several funds,
#: or sums, do.
_OVER: Final = 1.02
_ABOVE: Final = 1.05
#: Weights of a file that does not say are fractions up to this sum, percentages from that.
_FRACTIONS, _PERCENTS = 1.05, 5.0
#: How far a percentage rounded to 0.01 may lie from its value's part of the whole.
_ROUNDED: Final = 2e-4
#: A weight is another than that of its value beyond this part of it; a file's weights are others
#: where more than this part of its rows are off, of at least so many.
_APART, _OFF_PART, _FEWEST = 0.02, 0.05, 10
#: How much nearer (natural logarithm) a rate must be to one reading than to the other, and how
#: near to it, to tell whether it is dollars a unit or units a dollar.
_TELLS, _NEAR = 0.12, 1.2


def values_of(sheet: Sheet) -> tuple[list[float], float]:
    """Each row's value, NaN where none, and the fund's total on the same scale.

    Market value is best; quantity times price next; a weight column last, and only where
    no row of the file has one of the others: the scales must not mix.

    Raises:
        SourceError: values are in several currencies and nothing converts them, or weights
            add up to what no fund has.
    """
    lines = sheet.lines
    weights = [line.weight for line in lines]
    weighed = math.fsum(weight for weight in weights if not math.isnan(weight))
    if sheet.percent is None and weighed >= _PERCENTS:
        sheet.percent = True
    money = [line.quantity * line.price if math.isnan(line.value) else line.value for line in lines]
    money = [value if math.isfinite(value) else math.nan for value in money]
    money = _one_currency(sheet, money)
    _check_sum(sheet, weighed)
    # A futures row of value 0 in a file of weights does not make it a file of money.
    if any(value > 0 for value in money):
        total = _whole(sheet, money) or math.fsum(value for value in money if value == value)
        _compare_weights(sheet, money, total)
        return money, total
    if sheet.percent is None and weighed > _FRACTIONS:
        raise SourceError(
            f"the weights add up to {weighed:g}, which is neither 1 nor 100: are they percentages"
            " of a part of the fund, or fractions of several funds? Write them with a percent sign"
        )
    whole = 100.0 if sheet.percent else 1.0
    sheet.weights = weighed / whole
    return weights, weighed if weighed >= _NEARLY * whole else whole


def _check_sum(sheet: Sheet, weighed: float) -> None:
    """Refuse weights of more than one fund; list those of somewhat more than one with the rows."""
    if sheet.percent and weighed > 100 * _ABOVE:
        raise SourceError(
            f"the weights add up to {weighed:.1f} %: several funds, or sums, stand in the file;"
            " keep the rows of one fund, or name the column that names them: --columns fund=TITLE"
        )
    total = weighed / 100 if sheet.percent else weighed
    if _OVER < total <= _ABOVE:
        reason = f"the weights add up to {total:.1%}: rows appear twice, or are of another fund"
        _not_whole(sheet, reason)


def _one_currency(sheet: Sheet, money: list[float]) -> list[float]:
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
    if len(several) <= 1:
        sheet.currency = sheet.currency or next(iter(several), "")
        return money
    weights = [lines[row].weight for row in rows]
    if all(weight == weight for weight in weights):
        if len(stated) == len(rows) and _proportional([money[r] for r in rows], weights):
            sheet.notes.append(
                f"market values are in one currency, though {_listed(several)} are named: they"
                " go with the weights"
            )
            return money
        sheet.notes.append(f"values are in {_listed(several)}: the weights are taken instead")
        return [math.nan] * len(money)
    rates = _rates(sheet, codes)
    if rates is None:
        raise SourceError(
            f"its values are in several currencies ({_listed(several)}); rates are needed: a"
            ' column of weights, of values in one currency ("Base Market Value"), or "FX Rate"'
        )
    for row, rate in rates.items():
        money[row] *= rate
    sheet.currency = _base(sheet, codes) or sheet.currency
    sheet.notes.append(
        f"values in {_listed(several)} are converted to {sheet.currency or 'one currency'} by the"
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
    return bool(np.all(np.abs(value - weight) <= _ROUNDED + 0.01 * np.abs(weight)))


def _base(sheet: Sheet, codes: dict[int, str]) -> str:
    """The currency whose rate is 1, "" where none or several have it."""
    ones = {codes[row] for row in codes if sheet.lines[row].fx == 1 and codes[row]}
    return ones.pop() if len(ones) == 1 else ""


def _rates(sheet: Sheet, codes: dict[int, str]) -> dict[int, float] | None:
    """Return row -> factor to the base currency, None where the file's rates do not give it.

    A rate can be dollars a unit (1.17) or units a dollar (156.5): which of the two is decided by
    what currencies are worth, roughly, and has to be the same for all of them.
    """
    base = _base(sheet, codes)
    rough = currencies()
    rates = {row: sheet.lines[row].fx for row in codes}
    if base not in rough or any(not rate > 0 for rate in rates.values()):
        return None
    ways: set[bool] = set()
    for row, rate in rates.items():
        code = codes[row]
        if code == base:
            if rate != 1:
                return None
            continue
        if code not in rough:
            return None
        worth = math.log(rough[code] / rough[base])
        apart = abs(math.log(rate) - worth), abs(math.log(rate) + worth)
        if min(apart) > _NEAR:
            return None
        if abs(apart[0] - apart[1]) > _TELLS:
            ways.add(apart[0] < apart[1])
    if len(ways) != 1:
        return None
    times = ways.pop()
    return {row: rate if times else 1 / rate for row, rate in rates.items()}


def _whole(sheet: Sheet, money: list[float]) -> float | None:
    """The fund's total by the issuer's percentages, where they show that rows are missing.

    A file cut off, or one with rows refused, would otherwise pass for the whole fund. That
    rows are missing is listed with the refused ones.

    Returns:
        None where nothing is missing, or where the percentages are not those of the values.
    """
    rows = [(v, line.weight / 100) for v, line in zip(money, sheet.lines, strict=True) if v > 0]
    total = math.fsum(weight for _, weight in rows)
    # NaN where a row with a value states no weight: then the sum tells nothing.
    if not sheet.percent or not 0 < total < _CUT:
        return None
    whole = math.fsum(value for value, _ in rows) / total
    if any(abs(value / whole - weight) > _ROUNDED for value, weight in rows):
        return None
    reason = f"the weights add up to {total:.1%}: rows are missing, or the file is cut off"
    _not_whole(sheet, reason)
    return whole


def _compare_weights(sheet: Sheet, money: list[float], total: float) -> None:
    """Note that a file's weights are not those of its values, as where they are of another day."""
    unit = 100 if sheet.percent else 1
    rows = [
        (value / total, line.weight / unit, line.symbol)
        for value, line in zip(money, sheet.lines, strict=True)
        if value > 0 and line.weight > 0
    ]
    off = [row for row in rows if abs(row[0] - row[1]) > _ROUNDED + _APART * row[0]]
    if len(rows) < _FEWEST or len(off) <= _OFF_PART * len(rows):
        return
    value, weight, symbol = off[0]
    sheet.notes.append(
        f"the weights of {len(off):,} of {len(rows):,} rows are not those of their values"
        f" ({clean(symbol, 20)}: {weight:.2%}, by its value {value:.2%}): the values count"
    )


def _not_whole(sheet: Sheet, reason: str) -> None:
    """List with the refused rows what the weights say of the file as a whole."""
    sheet.rejected.append(Rejected(max(line.line for line in sheet.lines), "weight", "", reason))


def _listed(codes: list[str]) -> str:
    first = codes[:4]
    more = f" and {len(codes) - 4} more" if len(codes) > 4 else ""
    return f"{', '.join(first)}{more}"
