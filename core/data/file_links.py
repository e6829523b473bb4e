"""Splits between two holdings files of a fund, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.file_splits import split_factors
from core.data.frames import BoolArray, FloatArray, Holdings, IntArray, day, distinct, median

#: Two files of a fund further apart than this do not tell splits between them.
LINK_DAYS: Final = 100
#: Log of the most that shares and price of a line move from the others' where it goes on.
_GOES_ON, _NO_LEAP = 0.002, 0.25


@dataclass(eq=False, slots=True)
class PricedFile:
    """One priced file: its session, and (N,) symbols, prices and numbers of its lines."""

    file: Holdings
    session: date
    symbols: tuple[str, ...]
    price: FloatArray
    numbers: IntArray = field(default_factory=lambda: np.zeros(0, np.intp))


class Links:
    """Facts that pairs of files show: line, two days, factor (NaN: not known), price."""

    def __init__(self) -> None:
        self.parts: list[tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []

    def add(
        self, numbers: IntArray, first: date, last: date, factors: FloatArray, price: FloatArray
    ) -> None:
        """Add what one pair of files shows of some lines; ``price`` is the later file's."""
        begin, end = (np.full(len(numbers), day_number(value)) for value in (first, last))
        self.parts.append((numbers, begin, end, factors, price))

    def joined(self) -> tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]:
        """All of it, one array a column."""
        line, first, last, factor, price = map(np.concatenate, zip(*self.parts, strict=True))
        return line, first, last, factor, price


def day_number(value: date) -> int:
    """A day as a number."""
    return int(day(value).astype(np.int64))


def link(
    files: Sequence[PricedFile],
    size: int,
    recorded: Mapping[int, Sequence[tuple[date, float]]],
    links: Links,
) -> None:
    """Tell the splits between each file of one fund and the last one before it with the line."""
    entries = [(n, day_number(on), f) for n, of_line in recorded.items() for on, f in of_line]
    split_lines, split_days, split_values = np.array(entries, np.float64).reshape(-1, 3).T
    newest_file = np.full(size, -1)
    for place, new in enumerate(files):
        earlier = newest_file[new.numbers]
        for before in distinct(earlier[earlier >= 0]).tolist():
            old = files[before]
            if not 0 < (new.session - old.session).days <= LINK_DAYS:
                continue
            row = np.full(size, -1)
            row[old.numbers] = np.arange(len(old.numbers))
            common = np.nonzero(row[new.numbers] >= 0)[0]
            numbers, at = new.numbers[common], row[new.numbers[common]]
            with np.errstate(divide="ignore", invalid="ignore"):
                quantity = new.file.quantity[common] / old.file.quantity[at]
                price = new.price[common] / old.price[at]
                # a split on record must not stand among what the fund bought of all lines
                between = (split_days > day_number(old.session)) & (
                    split_days <= day_number(new.session)
                )
                on_record = split_lines[between].astype(np.intp)
                if len(on_record):
                    splits = np.ones(size)
                    np.multiply.at(splits, on_record, split_values[between])
                    quantity, price = quantity / splits[numbers], price * splits[numbers]
                factors = split_factors(quantity, price)
                traded, moved = (np.abs(np.log(r / _median(r))) for r in (quantity, price))
            # another name and identifier under the ticker: the same line where its shares go on
            other = ~_same(old.file, at, new.file, common)
            factors[other & ~((traded <= _GOES_ON) & (moved <= _NO_LEAP))] = np.nan
            # what is on record is taken out of the price with the other records
            factors[np.isin(numbers, on_record)] = 1.0
            mine = earlier[common] == before
            if before != place - 1:
                # a ticker that was away is the same line only under its name or identifier
                mine &= ~other
            stated = new.price[common][mine]
            links.add(numbers[mine], old.session, new.session, factors[mine], stated)
        newest_file[new.numbers] = place


def _median(ratios: FloatArray) -> float:
    """The median of those that are known; NaN where none is."""
    finite = ratios[~np.isnan(ratios)]
    return median(finite) if len(finite) else float("nan")


def _same(old: Holdings, rows: IntArray, new: Holdings, new_rows: IntArray) -> BoolArray:
    """(C,) whether rows of two files have one identifier, or one name."""
    same: BoolArray = _texts(old.names, rows) == _texts(new.names, new_rows)
    if old.identifiers and new.identifiers:
        texts = _texts(old.identifiers, rows)
        same |= (texts == _texts(new.identifiers, new_rows)) & (texts != "")
    return same


def _texts(values: tuple[str, ...], rows: IntArray) -> NDArray[np.object_]:
    """(C,) texts of some rows."""
    return np.array(values, object)[rows]
