"""Detects unknown columns that look like an adjusted close, a dividend or a split.

Passed over in silence, a 4:1 split is -70 % for +20 %; so such a column stops the import
until the user says what it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.column_titles import fold
from cache.facts.errors import SourceError

if TYPE_CHECKING:
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import FloatArray, IntArray

#: Parts of a folded title -> the word of what it looks like, the first that fits.
_NAMES: Final = (
    (re.compile(r"split|factor|coeff|stockratio|bonus"), "split"),
    (
        re.compile(r"adj|totalreturn|totret|^tr$|^tri$|trindex|cumdiv|retidx|returnindex"),
        "adj_close",
    ),
    (re.compile(r"div(?!ers|isi)|dvd|distrib|payout|ausch"), "dividend"),
)
#: A ratio is the same on two rows where it differs by at most this and what rounding makes.
_SAME: Final = 2e-5
#: The close has moved where it moves by this many times what counts as the same.
_MOVED: Final = 8
#: Of the pairs of rows whose ratio is not 1, the part with the same one from which on it is one
#: that stays over stretches; of an open or a high it is below a hundredth.
_STAYS: Final = 0.25
#: A factor of a split at least; the close moves by it within this (natural logarithm).
_SPLIT, _BESIDES = 1.9, 0.15


def check_unknown(columns: PriceColumns, rows: IntArray) -> list[str]:
    """Return the titles of unknown columns that can be ignored.

    Raises:
        SourceError: one looks like an adjusted close, a dividend or a split; it names each
            and the flags that settle it.
    """
    alike: dict[str, str] = {}
    for title in (*columns.unknown, *columns.texts):
        folded = fold(title)
        word = next((word for pattern, word in _NAMES if pattern.search(folded)), None)
        if word is None and title in columns.unknown:
            word = _by_numbers(columns, rows, columns.unknown[title])
        if word is not None:
            alike[title] = word
    if alike:
        raise SourceError(_sentence(alike))
    return [*columns.unknown, *columns.texts]


def _sentence(alike: dict[str, str]) -> str:
    what = {"adj_close": "an adjusted close", "dividend": "a dividend", "split": "a split"}
    suspects = ", ".join(
        f'"{clean(title, 30)}" (looks like {what[word]})' for title, word in alike.items()
    )
    first: dict[str, str] = {}
    for title, word in alike.items():
        first.setdefault(word, clean(title, 30))
    columns = ",".join(f"{word}={title}" for word, title in first.items())
    ignored = clean(next(iter(alike)), 30)
    verb = "is" if len(alike) == 1 else "are"
    return (
        f"does not say what {suspects} {verb}, and closes read without it may be wrong; say what"
        f' it is, such as --columns "{columns}", or --ignore "{ignored}"'
    )


def _by_numbers(columns: PriceColumns, rows: IntArray, values: FloatArray) -> str | None:
    """Return what a column looks like by its numbers, compared with the close."""
    close = columns.values.get("close", columns.values.get("adj_close"))
    if close is None:
        return None
    symbol, price, other = columns.symbol[rows], close[rows], values[rows]
    comparable = (price > 0) & (other > 0) & np.isfinite(other)
    symbol, price, other = symbol[comparable], price[comparable], other[comparable]
    if len(price) < 2:
        return None
    pairs = symbol[1:] == symbol[:-1]
    moved = np.abs(np.log(price[1:] / price[:-1]))
    if _is_split(pairs, moved, other[1:]):
        return "split"
    ratio = np.log(other / price)
    off = rounding(other) / other + rounding(price) / price
    loose = _SAME + off[1:] + off[:-1]
    differs = np.maximum(np.abs(ratio[1:]), np.abs(ratio[:-1])) > 2 * loose
    telling = pairs & (moved > _MOVED * loose) & differs
    stays = telling & (np.abs(np.diff(ratio)) < loose)
    total = int(telling.sum())
    return "adj_close" if total and stays.sum() > _STAYS * total else None


def rounding(values: FloatArray) -> float:
    """Half of the last digit that a column is written with."""
    sample = values[:: max(len(values) // 2000, 1)][:2000]
    for digits in range(7):
        unit = 10.0**-digits
        if np.all(np.abs(sample - np.round(sample, digits)) < 1e-3 * unit):
            return unit / 2
    return 1e-9


def _is_split(pairs: FloatArray, moved: FloatArray, factor: FloatArray) -> bool:
    """Whether the close moves by most of the factors that are not 1."""
    size = np.abs(np.log(factor))
    large = pairs & (size >= np.log(_SPLIT))
    rare = large.sum() <= 0.05 * max(pairs.sum(), 20)
    return bool(
        large.any() and rare and np.mean(np.abs(moved[large] - size[large]) < _BESIDES) > 0.5
    )
