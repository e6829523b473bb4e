"""What pairs of holdings files of one fund tell of splits between them, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from core.data.file_splits import split_factors
from core.data.frames import BoolArray, FloatArray, Holdings, IntArray, day

#: Two files of a fund further apart than this do not tell splits between them.
LINK_DAYS: Final = 100


@dataclass(eq=False, slots=True)
class PricedFile:
    """One priced file: its session, and (N,) symbols, prices and numbers of its lines."""

    file: Holdings
    session: date
    symbols: tuple[str, ...]
    price: FloatArray
    numbers: IntArray = field(default_factory=lambda: np.zeros(0, np.intp))


class Links:
    """What pairs of files tell: line, the two days, the factor (NaN: cannot be told), the price."""

    def __init__(self) -> None:
        self.parts: list[tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []

    def add(
        self, numbers: IntArray, first: date, last: date, factors: FloatArray, price: FloatArray
    ) -> None:
        """Add what one pair of files tells of some lines; ``price`` is the later file's."""
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
    entries = [(n, day_number(on)) for n, of_line in recorded.items() for on, _ in of_line]
    split_lines, split_days = np.array(entries, np.int64).reshape(-1, 2).T
    seen = np.full(size, -1)
    for place, new in enumerate(files):
        earlier = seen[new.numbers]
        for before in np.unique(earlier[earlier >= 0]).tolist():
            old = files[before]
            if not 0 < (new.session - old.session).days <= LINK_DAYS:
                continue
            row = np.full(size, -1)
            row[old.numbers] = np.arange(len(old.numbers))
            common = np.nonzero(row[new.numbers] >= 0)[0]
            numbers, at = new.numbers[common], row[new.numbers[common]]
            with np.errstate(divide="ignore", invalid="ignore"):
                factors = split_factors(
                    new.file.quantity[common] / old.file.quantity[at],
                    new.price[common] / old.price[at],
                )
            # what is on record is taken out of the price with the other records
            told = split_lines[
                (split_days > day_number(old.session)) & (split_days <= day_number(new.session))
            ]
            factors[np.isin(numbers, told)] = 1.0
            mine = earlier[common] == before
            if before != place - 1:
                # a ticker that was away is the same line only under its name or identifier
                mine &= _same(old.file, at, new.file, common)
            price = new.price[common][mine]
            links.add(numbers[mine], old.session, new.session, factors[mine], price)
        seen[new.numbers] = place


def _same(old: Holdings, rows: IntArray, new: Holdings, new_rows: IntArray) -> BoolArray:
    """(C,) whether rows of two files have one identifier, or one name."""
    pairs = list(zip(rows.tolist(), new_rows.tolist(), strict=True))
    same = [
        old.names[one] == new.names[other]
        or bool(
            old.identifiers
            and new.identifiers
            and old.identifiers[one]
            and old.identifiers[one] == new.identifiers[other]
        )
        for one, other in pairs
    ]
    return np.array(same, bool)
