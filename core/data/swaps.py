"""Tickers that passed from one company of a fund to another between two of its files.

A ticker of both files, whose company the later one has under another ticker: by its ISIN or
CUSIP, or by a name that stands once in each. Vendors give a company's whole history under the
ticker it has now, so that the earlier file's row is to be followed by that one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date
from itertools import compress, count, pairwise
from operator import ne
from typing import TYPE_CHECKING, Final

from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Holdings

#: A file's price and a close of the same company differ by less than this part, dividends of a
#: year or two taken out of the close included.
_NEAR: Final = 0.10


@record(frozen=True, slots=True)
class Swap:
    """A company whose earlier ticker is now another company's.

    Attributes:
        old: its ticker up to the earlier file.
        new: its ticker from the later file on.
        name: its name in the earlier file.
        identifier: its ISIN or CUSIP, "" where the name matched.
        before: date of the earlier file.
        known_on: date of the later one.
    """

    old: str
    new: str
    name: str
    identifier: str
    before: date
    known_on: date

    def row(self, file: Holdings) -> int | None:
        """The row of a file up to the earlier one that is the company; None without."""
        if file.as_of > self.before or self.old not in file.symbols:
            return None
        row = file.symbols.index(self.old)
        if self.identifier and file.identifiers and file.identifiers[row]:
            return row if file.identifiers[row] == self.identifier else None
        return row if file.names[row] == self.name else None


def swaps(files: Sequence[Holdings]) -> Iterable[Swap]:
    """The companies whose ticker was another company's, or became one's, between two files.

    Plain renames, from a ticker that is gone to one that is new, are none.
    """
    for before, after in pairwise(files):
        name_after = dict(zip(after.symbols, after.names, strict=True))
        others = map(ne, map(name_after.get, before.symbols), before.names)
        rows = list(compress(count(), others))
        texts = []
        for earlier, later in (
            (before.identifiers, after.identifiers),
            (before.names, after.names),
        ):
            if rows and earlier and later and (left_texts := {earlier[row] for row in rows} - {""}):
                # of a line that left the fund neither stands in the later file
                new_once = _alone(later, left_texts)
                once = _alone(earlier, new_once.keys()) if new_once else {}
                texts.append((earlier, once, new_once))
        symbols = set(before.symbols) if rows else set()
        for row in rows:
            old = before.symbols[row]
            for all_texts, once, new_once in texts:
                text = all_texts[row]
                new_row = new_once.get(text) if text in once else None
                if new_row is None:
                    continue
                new = after.symbols[new_row]
                if new != old and (old in name_after or new in symbols):
                    identifier = text if all_texts is before.identifiers else ""
                    name = before.names[row]
                    yield Swap(old, new, name, identifier, before.as_of, after.as_of)
                break


def _alone(texts: Sequence[str], among: Set[str]) -> dict[str, int]:
    """Text -> row, for those of some texts that stand once."""
    rows = list(compress(count(), map(among.__contains__, texts)))
    counts = Counter(texts[row] for row in rows)
    return {texts[row]: row for row in rows if counts[texts[row]] == 1}


def followed(
    swaps: Iterable[Swap],
    files: Iterable[Holdings],
    close_on: Callable[[str, date], float],
) -> Mapping[Holdings, Mapping[int, str]]:
    """File -> row -> the ticker that it is followed by, for rows of tickers that were passed on.

    The company's ticker of now where its close of the file's day is near the file's price and
    that of the listed ticker is not; else a ticker that has no closes: which are its is not known.
    Where a name alone tells it and the listed ticker's close is near, the row stays as it is.

    Args:
        swaps: the companies.
        files: all files.
        close_on: a ticker and a date -> its last close on the split basis of that date, NaN
            without a recent one.
    """
    passed_on = list(swaps)
    # a company that came to the ticker of another is followed by it too
    out: dict[Holdings, dict[int, str]] = {}
    for file in files if passed_on else ():
        for swap in passed_on:
            row = swap.row(file)
            if row is None:
                continue
            price = float(file.price[row])
            now, listed = (close_on(symbol, file.as_of) for symbol in (swap.new, swap.old))
            if not swap.identifier and _near(price, listed):
                continue  # a name alone, of two classes of one company perhaps
            sure = _near(price, now) and not _near(price, listed)
            out.setdefault(file, {})[row] = swap.new if sure else f"{swap.old}-0"
    return out


def _near(price: float, close: float) -> bool:
    return price > 0 and close > 0 and abs(math.log(price / close)) < _NEAR
