"""When a later file adds knowledge about earlier prices, which earlier questions may not use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from core.data.frames import pydate

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import BoolArray, IntArray

#: More than any day's number: line and day make one number to sort by.
DAYS: Final = 10_000_000


class Untold(NamedTuple):
    """A period in which something about closes was not known yet; known from ``until`` on."""

    since: date
    until: date


class LinkSpans(NamedTuple):
    """Stretches between linked files, (K,) each: line, two days, whether it tells the split."""

    line: IntArray
    first: IntArray
    last: IntArray
    clean: BoolArray


def untold(
    line: IntArray,
    when: IntArray,
    following: IntArray,
    spans: LinkSpans,
    splits: Iterable[tuple[int, int]],
) -> tuple[Untold, ...]:
    """The periods in which something about earlier closes was not known yet.

    A line's prices are closes from the second file that has it; two closes of different funds'
    files are comparable from the file that spans both; a split is known from the file after it.

    Args:
        line: (F,) of each close, ascending.
        when: (F,) its day, ascending within a line.
        following: (F,) day of the line's next close, `DAYS` or more without.
        spans: what pairs of files show.
        splits: the two days of each split that files show.
    """
    stretches = set(splits)
    if len(line):
        size = int(max(line.max(), spans.line.max())) + 1
        linked = np.full(size, DAYS)
        np.minimum.at(linked, spans.line, spans.last)
        begins = np.append(True, line[1:] != line[:-1])
        pairs = zip(when[begins].tolist(), linked[line[begins]].tolist(), strict=True)
        stretches |= {(begin, end) for begin, end in set(pairs) if begin < end < DAYS}
        stretches |= _spanned_later(line, when, following, spans)
    return tuple(
        Untold(*(pydate(np.datetime64(edge, "D")) for edge in stretch))
        for stretch in sorted(stretches)
    )


def _spanned_later(
    line: IntArray, when: IntArray, following: IntArray, spans: LinkSpans
) -> set[tuple[int, int]]:
    """Day of the second of two closes in a row, and of the first file that tells across both."""
    by_line = np.lexsort((spans.last[spans.clean], spans.line[spans.clean]))
    of_link, first, last = (
        values[spans.clean][by_line] for values in (spans.line, spans.first, spans.last)
    )
    # the files of the two closes themselves tell of nearly all
    ends = np.isin(_key(_key(line, when), following), _key(_key(of_link, first), last))
    stretches = set[tuple[int, int]]()
    for row in np.nonzero(~ends & (following < DAYS))[0].tolist():
        mine = slice(*np.searchsorted(of_link, [line[row], line[row] + 1]))
        across = last[mine][(first[mine] <= when[row]) & (last[mine] >= following[row])]
        if len(across) and across[0] > following[row]:
            stretches.add((int(following[row]), int(across[0])))
    return stretches


def _key(high: IntArray, low: IntArray) -> IntArray:
    return np.asarray(high * DAYS + low)
