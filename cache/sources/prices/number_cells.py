"""The cells of a column of numbers, made into an array; the decimal mark is the file's."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.exchanges import foreign_sign, stated_currency
from cache.sources.notation import Decimal, number
from cache.sources.prices.layout import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.data.frames import BoolArray, FloatArray

#: Only digits, signs, points and exponents: Python reads it as this program does.
BARE: Final = re.compile(r"[-+0-9.eE]*", re.ASCII)
#: What databases and R write where there is nothing.
_NOTHING: Final = frozenset({"na", "null", "none", "#n/a", "\\n"})
_RATIO: Final = re.compile(
    r"(\d+(?:\.\d+)?) ?(?::|/|-?for-?|to) ?(\d+(?:\.\d+)?)", re.ASCII | re.IGNORECASE
)
_LARGE: Final = re.compile(r"(.*\d) ?([KkMmBb])")
_TIMES: Final = {"k": 1e3, "m": 1e6, "b": 1e9}


def read_cells(
    cells: Sequence[str], word: str, decimal: Decimal, *, bare: bool
) -> tuple[FloatArray, BoolArray]:
    """Cells as numbers: NaN where empty, and marked where they are none.

    Args:
        cells: (K,) as the file writes them.
        word: what the column holds; a split may be "4:1", a volume "1.5M". After "wide " a
            "nan" is an empty cell: in a column for a symbol it is how pandas fills a day that
            the symbol has not.
        decimal: the file's decimal mark.
        bare: whether all of them are `BARE`.

    Raises:
        SourceError: an amount of money has the sign of another currency than the dollar.
    """
    # Python's float takes "nan", "inf" and "1_000"; the pattern says whether any could be there.
    if decimal == "." and bare:
        with suppress(ValueError):
            if "" in cells:
                values = np.array([float(cell) if cell else np.nan for cell in cells], np.float64)
            else:
                values = np.fromiter(map(float, cells), np.float64, len(cells))
            return values, np.isinf(values)
    values, faulty = np.full(len(cells), np.nan), np.zeros(len(cells), np.bool_)
    nothing = _NOTHING | {"nan"} if word.startswith("wide ") else _NOTHING
    word = word.removeprefix("wide ")
    for row, cell in enumerate(cells):
        text = cell.strip()
        if text.lower() in nothing:
            continue
        try:
            values[row] = _cell(text, word, decimal)
        except (ValueError, ZeroDivisionError):
            faulty[row] = True
        # A percent sign is fine in a column of weights, and there is none here.
        faulty[row] |= "%" in cell
    return values, faulty


def _cell(text: str, word: str, decimal: Decimal) -> float:
    if word == "split" and (ratio := _RATIO.fullmatch(text)):
        return float(ratio[1]) / float(ratio[2])
    if word == "volume" and (large := _LARGE.fullmatch(text)):
        return number(large[1], decimal) * _TIMES[large[2].lower()]
    if word in MONEY and (sign := foreign_sign(text)):
        reason = f'"{clean(text, 20)}" is in {stated_currency(sign)}; closes are in US dollars'
        raise SourceError(reason, column=word)
    return number(text, decimal)
