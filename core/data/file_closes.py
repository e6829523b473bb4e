"""Closes of last resort: the prices that holdings files state, for lines that have no closes yet.

Every file states each line's price on its day, also of lines that no longer trade. Where a line
has no close up to then, the price of each file is its close of that session. Prices of two files
are on one basis once it is known whether the line was split between them (`core.data.file_splits`):
two files of one fund tell it (`core.data.file_links`), and nothing else does. A line is not
measured over a stretch that no two files cover.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from functools import cached_property
from itertools import compress, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from core.data.file_links import Links, PricedFile, day_number, link
from core.data.file_turns import DAYS, LinkSpans, Untold, untold
from core.data.frames import (
    Dates,
    FloatArray,
    Holdings,
    IntArray,
    day,
    distinct,
    pydate,
)
from core.data.overlay import column_places
from core.data.record import record
from core.data.stated_prices import stated_prices
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from core.data.frames import Block

#: The prices of as many lines do not all stay from one session to another.
_MANY: Final = 10
#: Prices of one line in two funds' files of one session, or in a file and a close, agree to this.
_AGREE: Final = 0.005


class FoundSplit(NamedTuple):
    """A split found from two files: between which sessions, and its factor (2 for 2:1)."""

    symbol: str
    before: date
    after: date
    factor: float


class Break(NamedTuple):
    """Two closes of a line between which a split is not ruled out, and why, in words."""

    symbol: str
    before: date
    after: date
    words: str


@record(frozen=True, eq=False)
class FileCloses:
    """Closes that are prices of files.

    Attributes:
        symbols: (S,) whose.
        line: (F,) place in ``symbols``, ascending.
        session: (F,) datetime64[D], ascending within a line.
        close: (F,) float64, on the basis of the available closes: splits since are taken out.
        splits: found between two files.
        breaks: where two closes in a row must not be compared.
        find_untold: makes `untold`.
    """

    symbols: tuple[str, ...] = ()
    line: IntArray = field(default_factory=lambda: np.zeros(0, np.intp))
    session: Dates = field(default_factory=lambda: np.zeros(0, "datetime64[D]"))
    close: FloatArray = field(default_factory=lambda: np.zeros(0))
    splits: tuple[FoundSplit, ...] = ()
    breaks: tuple[Break, ...] = ()
    find_untold: Callable[[], tuple[Untold, ...]] = tuple

    def __len__(self) -> int:
        return len(self.line)

    @cached_property
    def _by_session(self) -> tuple[IntArray, Dates]:
        """(F,) the prices in order of their sessions, and those sessions."""
        order = np.argsort(self.session, kind="stable")
        return order, self.session[order]

    def between(self, first: date, last: date) -> IntArray:
        """(K,) the prices of the sessions from one day to another, in order of their sessions."""
        order, sessions = self._by_session
        return order[slice(*np.searchsorted(sessions, [day(first), day(last) + 1]))]

    def on(self, session: date) -> frozenset[str]:
        """The symbols with a price of a session; cached."""
        if session not in self._on:
            lines = self.line[self.between(session, session)].tolist()
            self._on[session] = frozenset(map(self.symbols.__getitem__, lines))
        return self._on[session]

    @cached_property
    def untold(self) -> tuple[Untold, ...]:
        """Periods in which something about these closes was not known yet."""
        return self.find_untold()

    def same_until(self, other: FileCloses, last: date) -> bool:
        """Whether another's closes up to a session, and what is known of them, are the same."""
        mine, others = (one.session <= day(last) for one in (self, other))
        if mine.sum() != others.sum():
            return False
        names, other_names = (np.array(one.symbols, object) for one in (self, other))
        return (
            np.array_equal(self.session[mine], other.session[others])
            and np.array_equal(self.close[mine], other.close[others])
            and np.array_equal(names[self.line[mine]], other_names[other.line[others]])
            and self._splits_and_breaks(last) == other._splits_and_breaks(last)
        )

    def _splits_and_breaks(self, last: date) -> tuple[frozenset[FoundSplit | Break], ...]:
        """The splits and breaks up to a session."""
        events = self.splits, self.breaks
        return tuple(frozenset(one for one in some if one.after <= last) for some in events)

    @cached_property
    def _on(self) -> dict[date, frozenset[str]]:
        return {}


def file_closes(
    bars: Sequence[Block],
    holdings: Mapping[str, Sequence[Holdings]],
    lines_of: Callable[[Holdings, date], tuple[str, ...]],
    sessions: Dates,
    splits: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> FileCloses:
    """The closes that files state for lines before the first available close.

    Args:
        bars: the available closes.
        holdings: fund -> its dated files, ascending.
        lines_of: a file and its session -> the tickers that its lines are followed by.
        sessions: every session of the exchange.
        splits: symbol -> session and factor of its splits on record; asked where needed.
    """
    funds: list[list[PricedFile]] = []
    repeated: list[Untold] = []
    for files in holdings.values():
        priced: list[PricedFile] = []
        for file in files:
            price = stated_prices(file)
            if not (price > 0).any():
                continue
            when = last_on_or_before(sessions, file.as_of) or file.as_of
            if priced and priced[-1].session == when:
                priced.pop()
            priced.append(PricedFile(file, when, lines_of(file, when), price))
        doubtful = _repeated(priced)
        funds.append([one for one in priced if one.session not in doubtful])
        # until the second of them came nothing spoke against the first
        repeated += [Untold(first, second) for first, second in doubtful.items() if second]
    closes = _of_funds(funds, bars, splits)
    if not repeated:
        return closes
    return replace(closes, find_untold=lambda: (*closes.untold, *repeated))


def _of_funds(
    funds: Sequence[Sequence[PricedFile]],
    bars: Sequence[Block],
    splits: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> FileCloses:
    """Do what `file_closes` does, for each fund's files that state prices."""
    if all(len(priced) < 2 for priced in funds):
        return FileCloses()
    closeless = _without_close(bars, [one for files in funds for one in files])
    if not closeless:
        return FileCloses()
    number: dict[str, int] = {}
    for of_fund in funds:
        for one in of_fund:
            for symbol in [s for s in one.symbols if s not in number]:
                number.setdefault(symbol, len(number))
            numbers = map(number.__getitem__, one.symbols)
            one.numbers = np.fromiter(numbers, np.intp, len(one.symbols))
    symbols = tuple(number)
    begun = _first_closes(bars, number, closeless)
    recorded = {number[s]: entries for s, entries in splits().items() if s in number}
    links = Links()
    for of_fund in funds:
        link(of_fund, len(symbols), recorded, links)
    if not links.parts:
        return FileCloses()
    return _assembled(symbols, funds, begun, links, recorded, bars)


def _repeated(files: Sequence[PricedFile]) -> dict[date, date | None]:
    """Session of a fund's files that all have the same prices -> that of the next, None at last.

    Of two such one has a wrong date, and nothing tells which.
    """
    groups: dict[tuple[bytes, tuple[str, ...]], list[date]] = {}
    for one in files:
        if len(one.symbols) >= _MANY:
            groups.setdefault((one.price.tobytes(), one.file.symbols), []).append(one.session)
    return {
        session: following
        for group in groups.values()
        if len(group) > 1
        for session, following in zip_longest(group, group[1:])
    }


def _without_close(bars: Sequence[Block], files: Sequence[PricedFile]) -> set[str]:
    """The lines that some file states a price of on a session without a close of theirs."""
    blocks = {block.year: block for block in bars}
    closeless = set[str]()
    for one in files:
        block, stated = blocks.get(one.session.year), one.price > 0
        row = -1 if block is None else int(np.searchsorted(block.sessions, day(one.session)))
        if block is None or row == len(block.sessions) or block.sessions[row] != day(one.session):
            closeless.update(compress(one.symbols, stated.tolist()))
            continue
        where = column_places(block, one.symbols)
        closed = np.isfinite(block.close[row])
        if block.adj_close is not None:
            closed |= np.isfinite(block.adj_close[row])
        open_ = stated & ((where < 0) | ~np.append(closed, False)[where])
        closeless.update(compress(one.symbols, open_.tolist()))
    return closeless


def _first_closes(
    bars: Sequence[Block], number: Mapping[str, int], symbols: Collection[str]
) -> IntArray:
    """(S,) day of the first close of each wanted line, `DAYS` without; `-DAYS` of the others."""
    first = np.full(len(number), -DAYS)
    first[[number[symbol] for symbol in symbols]] = DAYS
    for block in bars:
        columns = [at for at, symbol in enumerate(block.symbols) if symbol in symbols]
        closed = np.isfinite(block.close[:, columns])
        if block.adj_close is not None:
            closed |= np.isfinite(block.adj_close[:, columns])
        if not closed.size:
            continue
        lines = np.array([number[block.symbols[at]] for at in columns], np.intp)
        days = block.sessions.astype(np.int64)[closed.argmax(axis=0)]
        has_close = closed.any(axis=0)
        first[lines[has_close]] = np.minimum(first[lines[has_close]], days[has_close])
    return first


def _date(value: int) -> date:
    return pydate(np.datetime64(int(value), "D"))


def _assembled(
    symbols: tuple[str, ...],
    funds: Sequence[Sequence[PricedFile]],
    begun: IntArray,
    links: Links,
    recorded: Mapping[int, Sequence[tuple[date, float]]],
    bars: Sequence[Block],
) -> FileCloses:
    """The closes of all files on one basis, and where two of them must not be compared."""
    files = [one for fund in funds for one in fund]
    line = np.concatenate([one.numbers for one in files])
    when = np.concatenate([np.full(len(one.numbers), day_number(one.session)) for one in files])
    price = np.concatenate([one.price for one in files])
    keep = (price > 0) & (when < begun[line])
    line, when, price = line[keep], when[keep], price[keep]
    if not len(line):
        return FileCloses()
    order = np.lexsort((when, line))
    line, when, price = line[order], when[order], price[order]
    key = line * DAYS + when
    fresh = np.concatenate([[True], key[1:] != key[:-1]])
    # two funds' files of one session that differ: of one the prices are not of its date
    group = np.cumsum(fresh) - 1
    highest, lowest = (f.reduceat(price, np.nonzero(fresh)[0]) for f in (np.maximum, np.minimum))
    agreed = (highest / lowest - 1 <= _AGREE)[group]
    line, when, price = (values[fresh & agreed] for values in (line, when, price))

    link_line, first, last, factor, stated = links.joined()
    crossing = (first < begun[link_line]) & (last >= begun[link_line]) & np.isfinite(factor)
    for row in np.nonzero(crossing)[0].tolist():
        entries = recorded.get(int(link_line[row]), ())
        later = math.prod(f for on, f in entries if day_number(on) > last[row])
        vendor_close = _close_on(bars, symbols[link_line[row]], _date(last[row]))
        if not abs(stated[row] / later / vendor_close - 1) <= _AGREE:
            factor[row] = np.nan
    clean = np.isfinite(factor)
    splits = _splits(link_line[clean], first[clean], last[clean], factor[clean])
    inside = np.zeros(len(line), bool)
    close = price.copy()
    for number, begin, end, value in splits:
        rows = slice(*np.searchsorted(line, [number, number + 1]))
        inside[rows] |= (when[rows] > begin) & (when[rows] < end)
        close[rows][when[rows] < end] /= value
    filled = distinct(line)
    for number in filled[np.isin(filled, list(recorded))].tolist():
        rows = slice(*np.searchsorted(line, [number, number + 1]))
        for on, value in recorded[number]:
            close[rows][when[rows] < day_number(on)] /= value
    line, when, close = line[~inside], when[~inside], close[~inside]
    # the close after each: the next file's, or after the last one the first available close
    following = np.append(when[1:], 0)
    at_end = np.append(line[1:] != line[:-1], True)
    following = np.where(at_end, begun[line], following)
    spans = LinkSpans(link_line, first, last, clean)
    breaks = _breaks(symbols, line, when, following, spans)
    every = line, when, following, spans, [(begin, end) for _, begin, end, _ in splits]
    linked = np.isin(line, link_line)
    line, when, close = line[linked], when[linked], close[linked]
    used, compact = np.unique(line, return_inverse=True)
    used_lines = set(used.tolist())
    return FileCloses(
        tuple(symbols[n] for n in used.tolist()),
        compact.astype(np.intp),
        when.astype("datetime64[D]"),
        close,
        tuple(
            FoundSplit(symbols[n], _date(begin), _date(end), value)
            for n, begin, end, value in splits
            if n in used_lines
        ),
        tuple(one for n, one in breaks if n in used_lines),
        lambda: untold(*every),
    )


def _close_on(bars: Sequence[Block], symbol: str, on: date) -> float:
    """A symbol's close of a session, NaN where none is available."""
    for block in bars:
        if block.year == on.year and symbol in block.column:
            row = int(np.searchsorted(block.sessions, day(on)))
            if row < len(block.sessions) and block.sessions[row] == day(on):
                return float(block.close[row, block.column[symbol]])
    return math.nan


def _splits(
    line: IntArray, first: IntArray, last: IntArray, factor: FloatArray
) -> list[tuple[int, int, int, float]]:
    """Line, the two days and factor of each split that files show, once, by the nearest two."""
    rows = np.nonzero(factor != 1)[0]
    nearest: dict[int, list[tuple[int, int, float]]] = {}
    for row in rows[np.argsort(last[rows] - first[rows], kind="stable")].tolist():
        entries = nearest.setdefault(int(line[row]), [])
        one = int(first[row]), int(last[row]), float(factor[row])
        if not any(begin < one[1] and one[0] < end for begin, end, _ in entries):
            entries.append(one)
    return [
        (number, *entry) for number, entries in sorted(nearest.items()) for entry in sorted(entries)
    ]


def _breaks(
    symbols: tuple[str, ...],
    line: IntArray,
    when: IntArray,
    following: IntArray,
    spans: LinkSpans,
) -> list[tuple[int, Break]]:
    """Line and words of two closes in a row that no pair of files lies around and tells of."""
    link_line, first, last, clean = spans
    order = np.lexsort((first[clean], link_line[clean]))
    link_key = link_line[clean][order] * DAYS + first[clean][order]
    reach = np.maximum.accumulate(link_line[clean][order] * DAYS + last[clean][order])
    reach = np.append(reach, -1)
    place = np.searchsorted(link_key, line * DAYS + when, side="right") - 1
    spanned = (place >= 0) & (reach[np.maximum(place, 0)] >= line * DAYS + following)
    doubted: set[tuple[int, int]] = set(
        zip(link_line[~clean].tolist(), last[~clean].tolist(), strict=True)
    )
    breaks = []
    for row in np.nonzero(~spanned & (following < DAYS))[0].tolist():
        number, after = int(line[row]), int(following[row])
        between = f"between {_date(when[row])} and {_date(after)}"
        words = (
            f"a split or new shares {between}, which its files cannot tell apart"
            if (number, after) in doubted
            else f"no two files tell whether it was split {between}"
        )
        breaks.append((number, Break(symbols[number], _date(when[row]), _date(after), words)))
    return breaks
