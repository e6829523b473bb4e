"""A register: every line of every holdings file under a number of its own.

A question about 2,500 lines is then a few array look-ups where it would be as many look-ups of
names. Numbers run A to Z, so that they also sort as the symbols do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Holdings, IntArray

UNKNOWN: Final = "Unclassified"
#: Text by number, held as Python's strings.
Texts = NDArray[np.object_]


@record(frozen=True, eq=False, slots=True)
class Register:
    """The lines of all available holdings files, numbered.

    Attributes:
        number: symbol that a line is followed by -> number.
        symbols: (L,) the same symbols, A to Z.
        rows: file held -> (N,) numbers of its lines.
    """

    number: dict[str, int]
    symbols: Texts
    rows: dict[Holdings, IntArray]

    def __len__(self) -> int:
        return len(self.symbols)

    def texts(self, kind: Texts, numbers: IntArray) -> tuple[str, ...]:
        """The text of each number."""
        return tuple(kind[numbers].tolist())

    def first(self, rows: Sequence[IntArray]) -> tuple[IntArray, IntArray]:
        """(L,) place of the first file that has a line, -1 where none has, and (L,) its row.

        Args:
            rows: of each file, the numbers of its lines.
        """
        place, row = np.full(len(self), -1), np.zeros(len(self), np.intp)
        for k, of_file in reversed(list(enumerate(rows))):
            # of a line that a file has twice, the first row counts: it is written last
            numbers = of_file[::-1]
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
    return Register(number=number, symbols=_texts(symbols), rows=rows)


def _texts(values: Sequence[str]) -> Texts:
    """(L,) strings as they are, whatever their length."""
    texts = np.empty(len(values), object)
    texts[:] = values
    return texts
