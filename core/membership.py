"""Who is in the index when: which holdings file speaks for which part of a window.

A holdings file holds the close of its day, after any change made at that close. The
window is cut at every file and at every known reconstitution strictly inside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from core.frames import FloatArray, Holdings
from core.market import Market


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a window on one holdings file.

    Attributes:
        start: session whose close the part begins at.
        end: session whose close it ends at.
        file: the holdings it uses.
        older_than: a reconstitution that lies between the file and ``start`` and that no
            file held speaks for, or None.
    """

    start: date
    end: date
    file: Holdings
    older_than: date | None


def spans(market: Market, fund: str, start: date, end: date, as_of: date) -> tuple[Span, ...]:
    """Cut a window into parts with one holdings file each; empty without any file.

    A part uses the latest file on or before its start; where there is none, the
    earliest after it. From a reconstitution strictly inside the window on, it uses the
    first file dated on or after that close; where none is held the old file stays.
    """
    files = [(market.session(file.as_of), file) for file in market.holdings.get(fund, ())]
    if not files:
        return ()
    remade = [
        market.session(d) for d in market.reference.reconstitutions.get(fund, ()) if d <= as_of
    ]
    cuts = {s for s, _ in files if start < s < end} | {s for s in remade if start < s < end}
    edges = [start, *sorted(cuts), end]
    found = []
    for first, last in pairwise(edges):
        held = [pair for pair in files if pair[0] <= first]
        session, file = held[-1] if held else files[0]
        missed = max((s for s in remade if session < s <= first), default=None)
        if missed is not None and missed > start:
            after = [pair for pair in files if pair[0] >= missed]
            if after:
                session, file = after[0]
                missed = None
        found.append(Span(first, last, file, missed))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Change:
    """A line that joined or left between two files.

    Attributes:
        symbol: the line.
        name: its name.
        sector: its sector, "" where unknown.
        weight: its share of the stocks of the file it stands in, a fraction.
        returns: its return while a member of the window, None where not measured.
        contribution: its contribution over the window, None where not measured.
    """

    symbol: str
    name: str
    sector: str
    weight: float
    returns: float | None = None
    contribution: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Changes:
    """What changed between two dated holdings files of one fund.

    Attributes:
        from_date: date of the earlier file.
        to_date: date of the later file.
        joined: lines of the later file alone, heaviest first.
        left: lines of the earlier file alone, heaviest first.
        renamed: (old symbol, new symbol) of lines that are the same company.
        turnover: one-way, half the sum of |active weight change|, a fraction; None where
            the lines' prices do not span the two dates.
    """

    from_date: date
    to_date: date
    joined: tuple[Change, ...]
    left: tuple[Change, ...]
    renamed: tuple[tuple[str, str], ...]
    turnover: float | None


def pair_of_files(
    market: Market, fund: str, first: Holdings | None, end: date
) -> tuple[Holdings, Holdings] | None:
    """The two files a window's changes are told from.

    The later one is the latest on or before ``end``, the earlier one that of the window's
    first part; where these are the same, or the first one is later, the file before.
    """
    files = market.holdings.get(fund, ())
    upto = [file for file in files if market.session(file.as_of) <= end]
    if not upto:
        return None
    later = upto[-1]
    if first is not None and first.as_of < later.as_of:
        return first, later
    return (upto[-2], later) if len(upto) > 1 else None


def _keys(file: Holdings, prefix: str) -> dict[str, int]:
    """Identifier -> row, for identifiers of one kind that stand once."""
    seen = Counter(file.identifiers)
    return {
        key: row
        for row, key in enumerate(file.identifiers)
        if key.startswith(prefix) and seen[key] == 1
    }


def _match(market: Market, old: Holdings, new: Holdings) -> dict[int, int]:
    """Rows of the old file -> rows of the new one that are the same line.

    Matched on ISIN, then CUSIP, then symbol and name, then the alias table, then the
    symbol alone if its closes run through both dates, then the name alone if it stands
    once in both files.
    """
    pairs: dict[int, int] = {}
    taken: set[int] = set()

    def join(left: Mapping[str, int] | Mapping[tuple[str, str], int], right: object) -> None:
        assert isinstance(right, Mapping)
        for key, row in left.items():
            other = right.get(key)
            if row not in pairs and other is not None and other not in taken:
                pairs[row] = other
                taken.add(other)

    join(_keys(old, "isin:"), _keys(new, "isin:"))
    join(_keys(old, "cusip:"), _keys(new, "cusip:"))
    join(
        {pair: row for row, pair in enumerate(zip(old.symbols, old.names, strict=True))},
        {pair: row for row, pair in enumerate(zip(new.symbols, new.names, strict=True))},
    )
    aliases = market.reference.aliases
    join(
        {aliases[s]: row for row, s in enumerate(old.symbols) if s in aliases},
        {s: row for row, s in enumerate(new.symbols)},
    )
    running = {
        s: row
        for row, s in enumerate(old.symbols)
        if _runs_through(market, s, old.as_of, market.session(new.as_of))
    }
    join(running, {s: row for row, s in enumerate(new.symbols)})
    names_old, names_new = Counter(old.names), Counter(new.names)
    join(
        {n: row for row, n in enumerate(old.names) if n and names_old[n] == 1},
        {n: row for row, n in enumerate(new.names) if n and names_new[n] == 1},
    )
    return pairs


def _runs_through(market: Market, symbol: str, first: date, last: date) -> bool:
    """Whether a symbol's closes run through both dates, or none are held to say otherwise."""
    followed = market.symbol(symbol)
    if followed not in market.first_close:
        return True
    return market.first_close[followed] <= first and market.last_close[followed] >= last


def _lines(file: Holdings, rows: Sequence[int]) -> tuple[Change, ...]:
    """Rows of a file as changes, heaviest first."""
    total = float(file.value.sum())
    found = [
        Change(file.symbols[r], file.names[r], file.sectors[r], float(file.value[r]) / total)
        for r in rows
    ]
    return tuple(sorted(found, key=lambda c: (-c.weight, c.symbol)))


def turnover(w0: FloatArray, p: FloatArray, w1: FloatArray) -> float:
    """One-way turnover: half the sum of |w1 - drifted|.

    Args:
        w0: (N,) weights at the first date, sum 1, 0 for a line not held.
        p: (N,) price returns between the dates, fractions; a NaN moves with the rest.
        w1: (N,) weights at the second date, sum 1.
    """
    known = np.isfinite(p) & (w0 > 0)
    if not known.any():
        return float("nan")
    basket = float(w0[known] @ p[known] / w0[known].sum())
    drifted = w0 * (1 + np.where(np.isfinite(p), p, basket)) / (1 + basket)
    return float(np.abs(w1 - drifted / drifted.sum()).sum() / 2)


def changes(market: Market, old: Holdings, new: Holdings) -> Changes:
    """What changed between two dated files of one fund, kept; renames are no change."""
    return market.kept((old, new), lambda: _changes(market, old, new))


def _changes(market: Market, old: Holdings, new: Holdings) -> Changes:
    pairs = _match(market, old, new)
    arrived = sorted(set(range(len(new.symbols))) - set(pairs.values()))
    gone = sorted(set(range(len(old.symbols))) - set(pairs))
    size = len(old.symbols) + len(arrived)
    w0, w1, p = np.zeros(size), np.zeros(size), np.full(size, np.nan)
    w0[: len(old.symbols)] = old.value / old.value.sum()
    for row, other in pairs.items():
        w1[row] = new.value[other] / new.value.sum()
    w1[len(old.symbols) :] = new.value[arrived] / new.value.sum()
    first, last = market.session(old.as_of), market.session(new.as_of)
    matrix = market.matrix(range(first.year, last.year + 1))
    if matrix is not None and matrix.row(first) >= 0:
        opened, closed = (matrix.last[matrix.row(d)].astype(np.intp) for d in (first, last))
        ratio = matrix.price_at(closed) / matrix.price_at(opened)
        where = [matrix.column.get(s, -1) for s in market.lines(old)]
        p[: len(where)] = [ratio[c] - 1 if c >= 0 else np.nan for c in where]
    measure = turnover(w0, p, w1)
    return Changes(
        from_date=old.as_of,
        to_date=new.as_of,
        joined=_lines(new, arrived),
        left=_lines(old, gone),
        renamed=tuple(
            (old.symbols[a], new.symbols[b])
            for a, b in sorted(pairs.items())
            if old.symbols[a] != new.symbols[b]
        ),
        turnover=None if np.isnan(measure) else measure,
    )
