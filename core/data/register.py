"""Every line of every holdings file under a number of its own.

A question about 2,500 lines is then a few array look-ups where it would be as many look-ups of
names. Numbers run A to Z, so that they also sort as the symbols do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from core.data.frames import Holdings, IntArray

UNKNOWN: Final = "Unclassified"
#: Text by number, held as Python's own strings.
Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False, slots=True)
class Register:
    """The lines of all holdings files held.

    Attributes:
        number: symbol that a line is followed by -> number.
        symbols: (L,) the same symbols, A to Z.
        names: (L,) from the newest file that has one, "" where none has.
        sectors: (L,) likewise.
        sector_names: A to Z, `UNKNOWN` for lines of no sector.
        sector: (L,) place of each line's sector in ``sector_names``.
        rows: file held -> (N,) numbers of its lines.
    """

    number: dict[str, int]
    symbols: Texts
    names: Texts
    sectors: Texts
    sector_names: tuple[str, ...]
    sector: IntArray
    rows: dict[Holdings, IntArray]

    def __len__(self) -> int:
        return len(self.symbols)

    def said(self, symbol: str) -> tuple[str, str]:
        """Name and sector of a symbol, "" where no file says."""
        place = self.number.get(symbol)
        return ("", "") if place is None else (self.names[place], self.sectors[place])

    def texts(self, kind: Texts, numbers: IntArray) -> tuple[str, ...]:
        """The text of each number."""
        return tuple(kind[numbers].tolist())

    def first(self, rows: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
        """(L,) place of the first file that has a line, -1 where none has, and (L,) its row.

        Args:
            rows: of each file, the numbers of its lines.
        """
        place, row = np.full(len(self), -1), np.zeros(len(self), np.intp)
        for k, own in reversed(list(enumerate(rows))):
            # of a line that a file has twice, the first row counts: it is written last
            numbers = own[::-1]
            place[numbers], row[numbers] = k, np.arange(len(numbers))[::-1]
        return place, row


def register(
    files: Sequence[tuple[Holdings, tuple[str, ...]]], joining: Iterable[str] = ()
) -> Register:
    """Number the lines of files, each with the symbols that its lines are followed by.

    Args:
        files: each with the symbols of its lines.
        joining: symbols that were announced to join and may stand in no file yet.
    """
    symbols = sorted(set(joining).union(*(lines for _, lines in files)))
    number = {symbol: place for place, symbol in enumerate(symbols)}
    rows = {
        file: np.fromiter(map(number.__getitem__, lines), np.intp, len(lines))
        for file, lines in files
    }
    newest = sorted(rows, key=lambda file: file.as_of)[::-1]
    names = _newest(len(symbols), [(rows[file], file.names) for file in newest])
    sectors = _newest(len(symbols), [(rows[file], file.sectors) for file in newest])
    labels = [sector or UNKNOWN for sector in sectors]
    kinds = sorted(set(labels))
    place = {kind: code for code, kind in enumerate(kinds)}
    return Register(
        number=number,
        symbols=_texts(symbols),
        names=_texts(names),
        sectors=_texts(sectors),
        sector_names=tuple(kinds),
        sector=np.fromiter(map(place.__getitem__, labels), np.intp, len(labels)),
        rows=rows,
    )


def _newest(size: int, said: Iterable[tuple[IntArray, Sequence[str]]]) -> list[str]:
    """By number, the first text that is none of "", of files from the newest on."""
    found = [""] * size
    blank = np.ones(size, bool)
    for numbers, texts in said:
        # of a line that a file has twice, the last row counts
        for row in np.nonzero(blank[numbers])[0][::-1].tolist():
            if texts[row] and not found[numbers[row]]:
                found[numbers[row]] = texts[row]
                blank[numbers[row]] = False
    return found


def _texts(values: Sequence[str]) -> Texts:
    """(L,) strings as they are, whatever their length."""
    found = np.empty(len(values), object)
    found[:] = values
    return found
