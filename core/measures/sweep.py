"""Measure an index's lines over many windows, each segment once.

The windows of a history share nearly all of their segments. The segments of one file are measured
together, by `core.measures.file_rows` as `core.measures.contribution.basket` has it, without the
words that one answer has; segments one after another are put together:

    growth = growth_a growth_b,    c = c_a + growth_a c_b

Windows are laid out in blocks of rows, so that what is made of them stays in the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain, compress, groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.data.frames import day, distinct
from core.data.matrix_layout import cells
from core.data.record import record
from core.measures.closes import ClosesOn
from core.measures.contribution import any_line_near, window_returns, years_of
from core.measures.file_rows import file_rows, part_measured, quarantined, weight
from core.measures.membership import Span

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from core.data.frames import BoolArray, FloatArray, Holdings, IntArray
    from core.data.market import Market

Spans = tuple[Span, ...]
#: The parts of a window with their lists, and the list at its end.
_WindowLists = tuple[Spans, Span | None]
#: What a segment is known by: its file, its ends, and the columns that its window leaves out.
_Key = tuple["Holdings", "date", "date", frozenset[int]]
#: Windows times lines of a block.
_CELLS: Final = 65_536
#: Windows that are measured on closes of more years than each of them needs.
_FEW_WINDOWS: Final = 64


@record(frozen=True, eq=False, slots=True)
class Stretch:
    """Segments one after another; arrays are (A,) over the lines of an `Axis`.

    Attributes:
        growth: product of (1 + B_k).
        weight: m_k of the first segment.
        share: of the measured basket at its start, 0 where not measured.
        measured: bool, in some segment.
        unscaled: sum of G_k share r.
        scaled: sum of G_k m_k share r.
        coverage: the smallest part of the fund that is measured, NaN where one is not known.
        on_files: the largest weight measured on prices of files.
        end_early: weight of the last segment's lines whose closes end before it does.
        by_adjusted: the weight of some measured line is carried by adjusted closes.
    """

    growth: float
    weight: float
    share: FloatArray
    measured: BoolArray
    unscaled: FloatArray
    scaled: FloatArray
    coverage: float
    on_files: float
    end_early: float
    by_adjusted: bool

    def then(self, later: Stretch) -> Stretch:
        """This stretch joined with the next one."""
        return Stretch(
            self.growth * later.growth,
            self.weight,
            self.share,
            self.measured | later.measured,
            self.unscaled + self.growth * later.unscaled,
            self.scaled + self.growth * later.scaled,
            float(np.minimum(self.coverage, later.coverage)),
            max(self.on_files, later.on_files),
            later.end_early,
            self.by_adjusted or later.by_adjusted,
        )


@record(frozen=True, eq=False, slots=True)
class Swept:
    """Some windows measured: (W,) each, or (W, A) over the lines of all of them.

    Attributes:
        numbers: (A,) of the lines in the market's register.
        column: (L,) the line of each number, -1 for others.
        growth: product of (1 + B_k).
        weight: m_k of the first segment.
        shares: (S, A) shares of the measured basket at a window's start, 0 where not measured.
        start: (W,) row of ``shares``.
        measured: (W, A) bool, in some segment.
        unscaled: (W, A) sum of G_k share r.
        scaled: (W, A) sum of G_k m_k share r.
        coverage: the smallest part of the fund that is measured, NaN where one is not known.
        on_files: the largest weight measured on prices of files.
        end_early: weight of the last segment's lines whose closes end before it does.
        by_adjusted: the weight of some measured line is carried by adjusted closes.
        returns: (W, A) between the closes at the window's ends of the lines of its first list;
            NaN for other lines and where a close is missing.
        closes: what all of it was measured on, a column a line.
    """

    numbers: IntArray
    column: IntArray
    growth: FloatArray
    weight: FloatArray
    shares: FloatArray
    start: IntArray
    measured: BoolArray
    unscaled: FloatArray
    scaled: FloatArray
    coverage: FloatArray
    on_files: FloatArray
    end_early: FloatArray
    by_adjusted: BoolArray
    returns: FloatArray
    closes: ClosesOn

    def rows(self, first: int, stop: int) -> Swept:
        """The windows from one to another alone."""
        part = slice(first, stop)
        used, start = np.unique(self.start[part], return_inverse=True)
        of_windows = {name: getattr(self, name)[part] for name in _OF_WINDOWS}
        return replace(self, shares=self.shares[used], start=start, **of_windows)


#: The fields of `Swept` that have a row for each window, beside ``start``.
_OF_WINDOWS: Final = (
    "growth", "weight", "measured", "unscaled", "scaled", "coverage", "on_files",
    "end_early", "by_adjusted", "returns",
)  # fmt: skip


def sweep(
    market: Market, windows: Sequence[tuple[Spans, Span | None]], basis: str
) -> Iterator[Swept | None]:
    """Measure windows in blocks, one after another; None for a window without any closes.

    Args:
        market: the available data.
        windows: of each its parts, from `membership.spans`, at least one, and the list at its end,
            whose lines are to be among those of the block.
        basis: "pr" or "tr".
    """
    for years, some in _runs(market, windows):
        if market.years.keys().isdisjoint(years):
            yield from (None for _ in some)
            continue
        axis = _Axis(market, years, basis, some)
        size = max(_CELLS // len(axis.numbers), 1)
        for first in range(0, len(some), size):
            yield axis.block([parts for parts, _ in some[first : first + size]])


def _runs(
    market: Market, windows: Sequence[_WindowLists]
) -> Iterator[tuple[frozenset[int], list[_WindowLists]]]:
    """Windows one after another that are measured on the closes of the same years.

    Those of neighbouring years are put together where they are few: what a window does not need of
    the years before and after it bears on nothing. A list without any closes near a window's start
    has its years alone: none that lie further back may stand for it.
    """

    def years_needed(one: _WindowLists) -> tuple[frozenset[int], bool]:
        return frozenset(years_of(market, one[0])), any_line_near(market, one[0])

    run: list[_WindowLists] = []
    of_run, may_grow = frozenset[int](), False
    for (years, near), group in groupby(windows, years_needed):
        some = list(group)
        if run and not (may_grow and near and len(run) + len(some) <= _FEW_WINDOWS):
            yield of_run, run
            run, of_run = [], frozenset()
        run, of_run, may_grow = run + some, of_run | years, near
    if run:
        yield of_run, run


class _Axis:
    """The lines of some windows that depend on the same years' closes."""

    def __init__(
        self,
        market: Market,
        years: frozenset[int],
        basis: str,
        windows: Sequence[_WindowLists],
    ) -> None:
        self._market, self._basis = market, basis
        lists = (span for parts, at_end in windows for span in (*parts, at_end))
        files = dict.fromkeys(span.file for span in lists if span is not None)
        self.numbers = distinct(np.concatenate([market.rows(file) for file in files]))
        register = market.register
        matrix = market.matrix(years, register.texts(register.symbols, self.numbers))
        assert matrix is not None
        self._closes = ClosesOn(market, matrix, alone=True)
        self._line = np.full(len(register), -1)
        self._line[self.numbers] = np.arange(len(self.numbers))
        self._places = {file: self._line[market.rows(file)] for file in files}
        self._columns = {file: frozenset(rows.tolist()) for file, rows in self._places.items()}
        self._others = {file: self._not_in(rows) for file, rows in self._places.items()}
        self._priced = self._file_prices()
        self._segments: dict[_Key, Stretch] = {}
        zero, none = np.zeros(len(self.numbers)), np.zeros(len(self.numbers), bool)
        self._nothing = Stretch(1.0, 0.0, zero, none, zero, zero, 0.0, 0.0, 0.0, False)
        #: The two chains that the next window may begin or go on with.
        self._head: tuple[list[_Key], Stretch | None] = [], None
        self._middle: tuple[list[_Key], Stretch | None] = [], None

    def _not_in(self, rows: IntArray) -> BoolArray:
        """(A,) which lines have no row in a file."""
        absent = np.ones(len(self.numbers), bool)
        absent[rows] = False
        return absent

    def _file_prices(self) -> tuple[IntArray, BoolArray]:
        """On which sessions a file's price stands for which lines.

        Returns:
            (T + 1,) row of the table for each row of the closes and, last, for none; (R, A) bool,
            the table, whose first row is of all other sessions.
        """
        matrix = self._closes.matrix
        # those inside a line's closes are few; the matrix has the others' cells already
        filled = self._market.line_tickers.filled_between(*matrix.sessions[[0, -1]].tolist())
        stated = divmod(matrix.of_files, len(matrix.symbols))
        of_prices, columns = map(np.append, stated, cells(matrix, *filled))
        sessions, place = np.unique(of_prices, return_inverse=True)
        rows = np.zeros(len(matrix.sessions) + 1, np.intp)
        rows[sessions] = 1 + np.arange(len(sessions))
        lines = np.zeros((1 + len(sessions), len(self.numbers)), bool)
        lines[1 + place, columns] = True
        return rows, lines

    def block(self, windows: Sequence[Spans]) -> Swept:
        """Measure some windows, each from its first part to its last."""
        closes, ends = self._closes, [(parts[0].start, parts[-1].end) for parts in windows]
        doubtful = [frozenset[int]()] * len(windows)
        if closes.matrix.doubts:
            closes.look_up([when for window in ends for when in window])
            doubtful = [
                frozenset(quarantined(closes.matrix, closes(start).rows, closes(end).row))
                for start, end in ends
            ]
        keys = [
            [(p.file, p.start, p.end, columns & self._columns[p.file]) for p in parts]
            for parts, columns in zip(windows, doubtful, strict=True)
        ]
        parts = zip(chain.from_iterable(keys), chain.from_iterable(windows), strict=True)
        self._measure({key: span for key, span in parts if key not in self._segments})
        stretches = [self._chain(some) for some in keys]

        def each(name: str) -> NDArray[Any]:
            return np.array([getattr(stretch, name) for stretch in stretches])

        shares = {id(stretch.share): stretch.share for stretch in stretches}
        place = {share: row for row, share in enumerate(shares)}
        returns = window_returns(closes, ends, self._basis, doubtful)
        for row, (first, *_) in zip(returns, windows, strict=True):
            row[self._others[first.file]] = np.nan
        return Swept(
            numbers=self.numbers,
            column=self._line,
            growth=each("growth"),
            weight=each("weight"),
            shares=np.array(list(shares.values())),
            start=np.array([place[id(stretch.share)] for stretch in stretches]),
            measured=each("measured"),
            unscaled=each("unscaled"),
            scaled=each("scaled"),
            coverage=each("coverage"),
            on_files=each("on_files"),
            end_early=each("end_early"),
            by_adjusted=each("by_adjusted"),
            returns=returns,
            closes=closes,
        )

    def _chain(self, keys: Sequence[_Key]) -> Stretch:
        """The segments of a window; those shared with the window before are reused."""
        *before, last = keys
        if not before:
            return self._segments[last]
        head = self._head[1]
        if head is None or self._head[0] != before:
            first, *between = before
            head = self._segments[first]
            if between:
                middle = self._middle[1]
                if middle is None or self._middle[0] != between:
                    middle = reduce(Stretch.then, map(self._segments.__getitem__, between))
                    self._middle = between, middle
                head = head.then(middle)
            self._head = before, head
        return head.then(self._segments[last])

    def _measure(self, segments: Mapping[_Key, Span]) -> None:
        """Measure segments, those on one file together."""
        by_file: dict[Holdings, list[_Key]] = {}
        for key in segments:
            by_file.setdefault(key[0], []).append(key)
        for file, keys in by_file.items():
            spans = [segments[key] for key in keys]
            stretches = self._measured(file, spans, [key[3] for key in keys])
            self._segments.update(zip(keys, stretches, strict=True))

    def _measured(
        self, file: Holdings, spans: Sequence[Span], doubtful: Sequence[frozenset[int]]
    ) -> Iterator[Stretch]:
        """Segments on one file; where no line has closes at both ends, nothing is measured."""
        start = self._closes.ends([span.start for span in spans])
        end = self._closes.ends([span.end for span in spans])
        some = np.asarray((start.fresh & (end.rows > start.row)).any(axis=1)).tolist()
        measured: Iterator[Stretch] = iter(())
        if any(some):
            measured = self._with_closes(
                file, list(compress(spans, some)), list(compress(doubtful, some))
            )
        for has_lines in some:
            yield next(measured) if has_lines else self._nothing

    def _with_closes(
        self, file: Holdings, spans: Sequence[Span], doubtful: Sequence[frozenset[int]]
    ) -> Iterator[Stretch]:
        """Segments on one file, as `core.measures.segment.measure` has one."""
        place = self._places[file]
        columns = np.ones(len(place), bool), place
        of_file = file_rows(self._closes, spans, self._basis, columns, doubtful)
        good = of_file.counted & ~of_file.joined
        values = np.where(good, of_file.values, 0.0)
        whole = values.sum(axis=1, keepdims=True)
        share = self._by_line(file, np.divide(values, whole, out=values, where=whole > 0))
        measured = self._by_line(file, good)
        returns = np.zeros(share.shape)
        # of a line that a file has twice both rows have one return
        returns[:, place] = of_file.growth - 1
        earned = share * np.where(measured, returns, 0.0)
        start, end = of_file.start, of_file.end
        scale = weight(file, good)
        covered = part_measured(spans[0], scale)
        part = np.where(np.isnan(covered), scale, covered)
        early = part * (share * (end.rows < end.row)).sum(axis=1)
        on_files = part * (share * self._on_files(file, start.rows, end.rows)).sum(axis=1)
        scaled, growth = scale[:, None] * earned, 1 + earned.sum(axis=1)
        by_adjusted = (of_file.carried & good).any(axis=1)
        numbers = (growth, scale, covered, on_files, early, by_adjusted)
        for row, (grown, m, coverage, of_files, end_early, adjusted) in enumerate(
            zip(*(values.tolist() for values in numbers), strict=True)
        ):
            yield Stretch(
                growth=grown,
                weight=m,
                share=share[row],
                measured=measured[row],
                unscaled=earned[row],
                scaled=scaled[row],
                coverage=coverage,
                on_files=of_files,
                end_early=end_early,
                by_adjusted=adjusted,
            )

    def _by_line(self, file: Holdings, values: NDArray[Any]) -> NDArray[Any]:
        """(K, A) values of the (K, n) rows of a file, added up where a line has several."""
        place, out = self._places[file], np.zeros((len(values), len(self.numbers)), values.dtype)
        if len(self._columns[file]) == len(place):
            out[:, place] = values
        else:
            np.add.at(out.T, place, values.T)
        return out

    def _on_files(self, file: Holdings, first: IntArray, last: IntArray) -> BoolArray:
        """(K, A) which lines depend on a file's price: at a segment's ends, or the list's day."""
        rows, lines = self._priced
        if len(lines) == 1:
            return np.zeros(first.shape, bool)
        session, sessions = day(self._market.session(file.as_of)), self._closes.matrix.sessions
        listed = sessions.searchsorted(session)
        has_session = listed < len(sessions) and sessions[listed] == session
        every = np.arange(len(self.numbers))
        at_ends = lines[rows[first], every] | lines[rows[last], every]
        return np.asarray(at_ends | lines[rows[listed if has_session else -1]])
