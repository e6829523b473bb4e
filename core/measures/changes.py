"""Differences of two dated holdings files: who joined, who left, who was resized."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.data.frames import day, pydate
from core.data.record import record
from core.data.same_lines import same_lines

if TYPE_CHECKING:
    from core.data.frames import FloatArray, Holdings
    from core.data.market import Market
    from core.measures.membership import Span


class Change(NamedTuple):
    """A line that joined or left between two files.

    Attributes:
        symbol: the line.
        name: its name.
        sector: its sector, "" where unknown.
        weight: its share of the fund by the file it stands in, a fraction.
        returns: its return while a member of the window, None where not measured.
        contribution: its contribution over the window, None where not measured.
    """

    symbol: str
    name: str
    sector: str
    weight: float
    returns: float | None = None
    contribution: float | None = None


class Resized(NamedTuple):
    """A line of both files; weights are shares of the fund by a file, fractions.

    There is one for every line, so it is made and handed on as a tuple is.

    Attributes:
        symbol: the line, as the later file has it.
        name: its name.
        before: weight in the earlier file.
        after: weight in the later file.
        drift: what its price did to the weight, w0 (1 + p)/(1 + P) - w0.
        active: the rest, after - before - drift.
        shares: change of the quantity held, splits taken out; None where not known.
    """

    symbol: str
    name: str
    before: float
    after: float
    drift: float
    active: float
    shares: float | None


@record(frozen=True, eq=False, slots=True)
class Changes:
    """What changed between two dated holdings files of one fund.

    Attributes:
        from_date: date of the earlier file.
        to_date: date of the later file.
        joined: lines of the later file alone, heaviest first.
        left: lines of the earlier file alone, heaviest first.
        renamed: (old symbol, new symbol) of lines that are the same company.
        resized: lines of both files, the largest active weight change first.
        turnover: one-way, half the sum of |active weight change|, a fraction; None where
            the lines' prices do not span the two dates.
        lender: the fund of the same index whose files these are, "" for the fund's own.
        even: lent to a fund at equal weights: each line has 1/N of its file, and neither
            ``resized`` nor ``turnover`` is known.
    """

    from_date: date
    to_date: date
    joined: tuple[Change, ...]
    left: tuple[Change, ...]
    renamed: tuple[tuple[str, str], ...]
    resized: tuple[Resized, ...]
    turnover: float | None
    lender: str = ""
    even: bool = False


def pair_of_files(
    market: Market, fund: str, first: Holdings | None, end: date
) -> tuple[Holdings, Holdings] | None:
    """The two files a window's changes are worked out from.

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


def window_changes(
    market: Market, fund: str, first: Span | None, end: date, as_of: date
) -> tuple[Changes, tuple[Holdings, Holdings]] | None:
    """What changed in an index over a window, and the two files compared; None without two.

    The files of the fund that lends the list of the window's start are compared where they span
    more days than the fund's own.

    Args:
        market: the available data.
        fund: the fund whose index it is.
        first: the window's first part, None without any file.
        end: session of the window's end.
        as_of: closes after it say nothing of whether a symbol is one line.
    """
    start = None if first is None else first.origin
    lender = "" if first is None else first.carry.lender
    of_fund = pair_of_files(market, fund, None if lender else start, end)
    of_lender = pair_of_files(market, lender, start, end) if lender else None
    if (
        of_lender is not None
        and of_lender[0] is start
        and (of_fund is None or _days(of_lender) > _days(of_fund))
    ):
        even = first is not None and first.carry.even
        lender_changes = changes(market, *of_lender, as_of)
        return _borrower_changes(lender_changes, of_lender, lender, even=even), of_lender
    return None if of_fund is None else (changes(market, *of_fund, as_of), of_fund)


def _days(files: tuple[Holdings, Holdings]) -> int:
    return (files[1].as_of - files[0].as_of).days


def _borrower_changes(
    changes: Changes, files: tuple[Holdings, Holdings], lender: str, *, even: bool
) -> Changes:
    """The changes of a lender's files as those of the fund that borrows them."""
    if not even:
        return replace(changes, lender=lender)
    left, joined = (
        tuple(line._replace(weight=1 / len(file.symbols)) for line in lines)
        for file, lines in zip(files, (changes.left, changes.joined), strict=True)
    )
    return replace(
        changes, left=left, joined=joined, resized=(), turnover=None, lender=lender, even=True
    )


def _match(market: Market, old: Holdings, new: Holdings, as_of: date) -> dict[int, int]:
    """Rows of the old file -> rows of the new one that are the same line, as known on a date."""
    passed_on = market.line_tickers.passed_on.get(old, {})
    others = {old.symbols[row] for row in passed_on}

    def runs(symbol: str) -> bool:
        if symbol in others:
            return False  # by what the files say it is another company's now
        since = _runs_through_since(market, symbol, old, new)
        return since is not None and since <= as_of

    return same_lines(old, new, market.reference.aliases, runs)


def _runs_through_since(market: Market, symbol: str, old: Holdings, new: Holdings) -> date | None:
    """The session since which a symbol's closes are known to run through two files' dates.

    The new file's where no closes are available to say otherwise; None where they do not.
    """
    series, last = market.series(market.symbol(symbol)), market.session(new.as_of)
    if series is None or series.sessions[0] > day(last):
        return last
    if series.sessions[0] > day(old.as_of) or series.sessions[-1] < day(last):
        return None
    return pydate(series.sessions[series.sessions.searchsorted(day(last))])


def _lines(file: Holdings, rows: Sequence[int]) -> tuple[Change, ...]:
    """Rows of a file as changes, heaviest first."""
    lines = [
        Change(file.symbols[r], file.names[r], file.sectors[r], float(file.value[r]) / file.total)
        for r in rows
    ]
    return tuple(sorted(lines, key=lambda c: (-c.weight, c.symbol)))


def drifted(w0: FloatArray, p: FloatArray) -> FloatArray | None:
    """(N,) weights that prices alone would have made, w0 (1 + p)/(1 + P); their sum is w0's.

    What is no stock (cash) is taken to have moved with the rest, as everywhere.

    Args:
        w0: (N,) weights at the first date over the fund, 0 for a line not held.
        p: (N,) price returns between the dates, fractions; a NaN moves with the rest.

    Returns:
        None where no price return of a line held is known.
    """
    priced = np.isfinite(p) & (w0 > 0)
    if not priced.any():
        return None
    basket = float(w0[priced] @ p[priced] / w0[priced].sum())
    moved: FloatArray = w0 * (1 + np.where(np.isfinite(p), p, basket)) / (1 + basket)
    return np.asarray(moved * (w0.sum() / moved.sum()))


def turnover(w0: FloatArray, p: FloatArray, w1: FloatArray) -> float | None:
    """One-way turnover: half the sum of |w1 - drifted|; None where prices are not known.

    Args:
        w0: (N,) weights at the first date over the fund, 0 for a line not held.
        p: (N,) price returns between the dates, fractions.
        w1: (N,) weights at the second date over the fund.
    """
    weights = drifted(w0, p)
    return None if weights is None else float(np.abs(w1 - weights).sum() / 2)


def changes(market: Market, old: Holdings, new: Holdings, as_of: date = date.max) -> Changes:
    """What changed between two dated files of one fund, cached; renames are no change."""
    until = date.max
    if not market.all_known_on(as_of):
        turns = market.cached((old, new, "turns"), lambda: _turns(market, old, new))
        # of two sessions with no turn between them no more was known on the one
        until = next((turn for turn in turns if turn > as_of), date.max)
    return market.cached((old, new, until), lambda: _changes(market, old, new, as_of))


def _turns(market: Market, old: Holdings, new: Holdings) -> list[date]:
    """Sessions after two files on which closes first show a symbol of both to be one line."""
    days: set[date | None] = set()

    def runs(symbol: str) -> bool:
        days.add(_runs_through_since(market, symbol, old, new))
        return False

    same_lines(old, new, market.reference.aliases, runs)
    last = market.session(new.as_of)
    return sorted(one for one in days if one is not None and one > last)


def _between(market: Market, old: Holdings, new: Holdings) -> tuple[FloatArray, FloatArray]:
    """(n,) price return and (n,) product of splits of the old file's lines up to the new one."""
    first, last = market.session(old.as_of), market.session(new.as_of)
    matrix = market.matrix(range(first.year, last.year + 1))
    none = np.full(len(old.symbols), np.nan)
    if matrix is None or matrix.row(first) < 0:
        return none, np.ones(len(old.symbols))
    opened, closed = (matrix.last(matrix.row(d)) for d in (first, last))
    ratio = matrix.price_at(closed) / matrix.price_at(opened)
    splits = market.splits_since(matrix, first) / market.splits_since(matrix, last)
    columns = np.array([matrix.column.get(s, -1) for s in market.lines(old)], np.intp)
    where = np.maximum(columns, 0)
    has_column = columns >= 0
    return np.where(has_column, ratio[where] - 1, np.nan), np.where(has_column, splits[where], 1.0)


def _changes(market: Market, old: Holdings, new: Holdings, as_of: date) -> Changes:
    pairs = _match(market, old, new, as_of)
    joiners = sorted(set(range(len(new.symbols))) - set(pairs.values()))
    leavers = sorted(set(range(len(old.symbols))) - set(pairs))
    # A row that could not be read tells nothing of whether its line joined or left.
    joiners = [row for row in joiners if new.symbols[row] not in old.not_read]
    leavers = [row for row in leavers if old.symbols[row] not in new.not_read]
    count = len(old.symbols)
    before, after = old.value / old.total, new.value / new.total
    p, splits = _between(market, old, new)
    w0 = np.concatenate([before, np.zeros(len(joiners))])
    w1 = np.concatenate([np.zeros(count), after[joiners]])
    w1[list(pairs)] = after[list(pairs.values())]
    whole = np.concatenate([p, np.full(len(joiners), np.nan)])
    moved = drifted(w0, whole)
    return Changes(
        from_date=old.as_of,
        to_date=new.as_of,
        joined=_lines(new, joiners),
        left=_lines(old, leavers),
        renamed=tuple(
            (old.symbols[a], new.symbols[b])
            for a, b in sorted(pairs.items())
            if old.symbols[a] != new.symbols[b]
        ),
        resized=() if moved is None else _resized(old, new, pairs, moved, splits),
        turnover=turnover(w0, whole, w1),
    )


def _resized(
    old: Holdings, new: Holdings, pairs: dict[int, int], moved: FloatArray, splits: FloatArray
) -> tuple[Resized, ...]:
    """Lines of both files, the largest active change first."""
    rows, others = (np.array(list(side), np.intp) for side in (pairs, pairs.values()))
    before, after = (old.value / old.total)[rows], (new.value / new.total)[others]
    shares = new.quantity[others] / (old.quantity * splits)[rows] - 1
    drifted_to = moved[rows]
    active = after - drifted_to
    symbols = np.array(new.symbols)[others]
    # the largest active change first, then A to Z
    order = np.lexsort((symbols, -np.abs(active)))
    figures = np.column_stack((before, after, drifted_to - before, active))[order].tolist()
    share_changes = [size if math.isfinite(size) else None for size in shares[order].tolist()]
    return tuple(
        Resized(new.symbols[other], new.names[other], w0, w1, drift, rest, size)
        for other, (w0, w1, drift, rest), size in zip(
            others[order].tolist(), figures, share_changes, strict=True
        )
    )
