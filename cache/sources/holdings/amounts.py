"""The amount of each line in a fund: values in one currency, or weights, and their total."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import CONTRADICTS, WEIGHTS_SUM, Rejected, SourceError
from cache.sources.holdings.conversion import ROUNDED, in_one_currency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cache.sources.holdings.lines import Sheet

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
#: A weight is another than that of its value beyond this part of it; a file's weights are others
#: where more than this part of its rows are off.
_APART, _OFF_PART = 0.02, 0.05


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
    money = in_one_currency(sheet, money)
    _check_sum(sheet, weighed)
    # A futures row of value 0 in a file of weights does not make it a file of money.
    if any(value > 0 for value in money):
        whole, sheet.told = _by_weights(sheet, money)
        total = whole or math.fsum(value for value in money if value == value)
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
    unit = 100 if sheet.percent else 1
    total, weights = weighed / unit, [line.weight for line in sheet.lines]
    if max(_OVER, 1 + _rounding(weights) / unit) < total <= _ABOVE:
        words = f"{total:.1%}: rows appear twice, or are of another fund"
        sheet.rejected.append(Rejected(0, "weight", "", f"{WEIGHTS_SUM} {words}"))
        sheet.doubts.append(f"has weights that add up to {words}")


def _rounding(weights: Iterable[float]) -> float:
    """How far the sum of weights may lie from that of the numbers they were rounded from.

    Four standard deviations of as many errors, each anywhere up to half of the last decimal.
    """
    texts = [f"{weight:.9f}".rstrip("0") for weight in weights if weight == weight]
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    return 4 * math.sqrt(len(texts) / 12) * 10.0**-decimals


def _by_weights(sheet: Sheet, money: list[float]) -> tuple[float | None, bool]:
    """The fund's total by the issuer's weights, where they show that rows are missing.

    A file cut off, or one with rows refused, would otherwise pass for the whole fund. That
    rows are missing is listed with the refused ones.

    Returns:
        The total, None where nothing is missing or the weights are not those of the values; and
        whether the weights tell at all what part of the fund the rows with a value are.
    """
    unit = 100 if sheet.percent else 1
    pairs = zip(money, sheet.lines, strict=True)
    rows = [(value, line.weight / unit) for value, line in pairs if value > 0 or value < 0]
    total = math.fsum(weight for _, weight in rows)
    # NaN where a row with a value states no weight: then the sum tells nothing.
    if not 0 < total < _CUT:
        return None, total >= _CUT
    whole = math.fsum(value for value, _ in rows) / total
    if any(abs(value / whole - weight) > ROUNDED for value, weight in rows):
        return None, False
    reason = f"{WEIGHTS_SUM} {total:.1%}: rows are missing, or the file is cut off"
    sheet.rejected.append(Rejected(max(line.line for line in sheet.lines), "weight", "", reason))
    return whole, True


def _compare_weights(sheet: Sheet, money: list[float], total: float) -> None:
    """Note that a file's weights are not those of its values, as where they are of another day."""
    unit = 100 if sheet.percent else 1
    rows = [
        (value / total, line.weight / unit, line.symbol)
        for value, line in zip(money, sheet.lines, strict=True)
        if value > 0 and line.weight > 0 and not line.kind
    ]
    off = [row for row in rows if abs(row[0] - row[1]) > ROUNDED + _APART * row[0]]
    if not off:
        return
    count = f"the weights of {len(off):,} of {len(rows):,} rows are not those of their values"

    def shown(value: float, weight: float, symbol: str) -> str:
        return f"{clean(symbol, 20)}: {weight:.2%}, by its value {value:.2%}"

    if len(off) > _OFF_PART * len(rows):
        sheet.notes.append(f"{count} ({shown(*off[0])}): the values count")
    most = max(off, key=lambda row: abs(row[0] - row[1]))
    sheet.doubts.append(f"{CONTRADICTS}, {count} ({shown(*most)})")
