"""An index's lines over many windows, each segment measured once.

The windows of a history share nearly all of their segments. A segment is measured by
`core.measures.file_rows`, as `core.measures.contribution.basket` has it, without the words that one
answer has; segments one after another are put together:

    growth = growth_a growth_b,    c = c_a + growth_a c_b
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import distinct
from core.data.record import record
from core.measures.closes import ClosesOn
from core.measures.contribution import window_returns, years_of
from core.measures.file_rows import StartValues, file_rows, quarantined, start_values
from core.measures.membership import Span

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import BoolArray, FloatArray, Holdings, IntArray
    from core.data.market import Market
    from core.data.matrix import Matrix

Spans = tuple[Span, ...]
#: What a segment is known by: its file, its ends, and the columns that its window leaves out.
_Key = tuple["Holdings", "date", "date", frozenset[int]]


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
        weight_measured: the smallest m_k.
        on_files: the largest weight measured on prices of files.
        end_early: weight of the last segment's lines whose closes end before it does.
    """

    growth: float
    weight: float
    share: FloatArray
    measured: BoolArray
    unscaled: FloatArray
    scaled: FloatArray
    weight_measured: float
    on_files: float
    end_early: float

    def then(self, later: Stretch) -> Stretch:
        """This stretch and the one that follows it."""
        return Stretch(
            self.growth * later.growth,
            self.weight,
            self.share,
            self.measured | later.measured,
            self.unscaled + self.growth * later.unscaled,
            self.scaled + self.growth * later.scaled,
            min(self.weight_measured, later.weight_measured),
            max(self.on_files, later.on_files),
            later.end_early,
        )


@record(frozen=True, eq=False, slots=True)
class Swept:
    """One window measured; arrays are (A,).

    Attributes:
        numbers: of the lines in the market's register.
        stretch: its segments.
        returns: between the closes at the window's ends of the lines of its first list; NaN for
            other lines and where a close is missing.
        closes: what all of it was measured on.
    """

    numbers: IntArray
    stretch: Stretch
    returns: FloatArray
    closes: ClosesOn


def sweep(market: Market, windows: Iterable[Spans], basis: str) -> Iterator[Swept | None]:
    """Measure windows one after another; None for one of which no line is measured.

    Args:
        market: the data held.
        windows: the parts of each, from `membership.spans`, at least one.
        basis: "pr" or "tr".
    """
    for years, group in groupby(windows, lambda spans: frozenset(years_of(market, spans))):
        some, matrix = list(group), market.matrix(years)
        if matrix is None:
            yield from (None for _ in some)
            continue
        axis = _Axis(market, matrix, basis, some)
        yield from map(axis.window, some)


class _Axis:
    """The lines of some windows that rest on the same years' closes."""

    def __init__(
        self, market: Market, matrix: Matrix, basis: str, windows: Sequence[Spans]
    ) -> None:
        self._market, self._matrix, self._basis = market, matrix, basis
        self._closes = ClosesOn(market, matrix)
        self._values: dict[tuple[Holdings, date], StartValues] = {}
        files = dict.fromkeys(span.file for spans in windows for span in spans)
        self._numbers = distinct(np.concatenate([market.rows(file) for file in files]))
        place = np.full(len(market.register), -1)
        place[self._numbers] = np.arange(len(self._numbers))
        self._rows = {file: place[market.rows(file)] for file in files}
        columns = market.columns(matrix)[self._numbers]
        self._has_column, self._where = columns >= 0, np.maximum(columns, 0)
        self._columns = {
            file: frozenset(self._where[rows].tolist()) for file, rows in self._rows.items()
        }
        self._segments: dict[_Key, Stretch] = {}
        #: The two chains that the next window may begin or go on with.
        self._head: tuple[tuple[_Key, ...], Stretch | None] = ((), None)
        self._middle: tuple[tuple[_Key, ...], Stretch | None] = ((), None)

    def window(self, spans: Spans) -> Swept | None:
        """One window; None where no line of it is measured."""
        closes, start, end = self._closes, spans[0].start, spans[-1].end
        doubtful = frozenset[int]()
        if self._matrix.doubts:
            doubtful = frozenset(quarantined(self._matrix, closes(start).rows, closes(end).row))
        stretch = self._chain(spans, doubtful)
        if not stretch.measured.any():
            return None
        through = window_returns(closes, start, end, self._basis, doubtful)
        first = np.zeros(len(self._numbers), bool)
        first[self._rows[spans[0].file]] = True
        returns = np.where(first & self._has_column, through[self._where], np.nan)
        return Swept(self._numbers, stretch, returns, closes)

    def _chain(self, spans: Spans, doubtful: frozenset[int]) -> Stretch:
        """The segments of a window, what it shares with the window before not made again."""
        keys = tuple(
            (span.file, span.start, span.end, doubtful & self._columns[span.file]) for span in spans
        )
        if len(spans) == 1:
            return self._segment(keys[0], spans[0])
        head = self._head[1]
        if head is None or self._head[0] != keys[:-1]:
            head = self._segment(keys[0], spans[0])
            if len(spans) > 2:
                middle = self._middle[1]
                if middle is None or self._middle[0] != keys[1:-1]:
                    middle = self._segment(keys[1], spans[1])
                    for key, span in zip(keys[2:-1], spans[2:-1], strict=True):
                        middle = middle.then(self._segment(key, span))
                    self._middle = keys[1:-1], middle
                head = head.then(middle)
            self._head = keys[:-1], head
        return head.then(self._segment(keys[-1], spans[-1]))

    def _segment(self, key: _Key, span: Span) -> Stretch:
        if key not in self._segments:
            self._segments[key] = self._measured(span, key[3])
        return self._segments[key]

    def _measured(self, span: Span, doubtful: frozenset[int]) -> Stretch:
        """One segment, as `core.measures.segment.measure` has it."""
        closes, size = self._closes, len(self._numbers)
        file, place = span.file, self._rows[span.file]
        has_column, where = self._has_column[place], self._where[place]
        if (key := (file, span.start)) not in self._values:
            self._values[key] = start_values(closes, span, has_column, where)
        of_file = file_rows(
            closes, span, self._basis, (has_column, where), doubtful, self._values[key]
        )
        good = of_file.counted & ~of_file.joined
        places, columns = place[good], where[good]
        values = np.bincount(places, of_file.values[good], size)
        share = values / values.sum() if good.any() else np.zeros(size)
        returns, measured = np.zeros(size), np.zeros(size, bool)
        returns[places], measured[places] = of_file.growth[good] - 1, True
        weight = float(file.value[good].sum()) / file.total
        earned = share * returns
        first, last = closes(span.start), closes(span.end)
        early = last.rows[columns] < last.row
        on_files = self._of_file(span, columns, first.rows[columns], last.rows[columns])
        once = np.zeros(size, bool)
        once[places[on_files]] = True
        return Stretch(
            1 + float(earned.sum()),
            weight,
            share,
            measured,
            earned,
            weight * earned,
            weight,
            weight * float(share[once].sum()),
            weight * float(share[places[early]].sum()),
        )

    def _of_file(self, span: Span, columns: IntArray, first: IntArray, last: IntArray) -> BoolArray:
        """(C,) whether some columns rest on a file's price: at their ends, or the list's day."""
        market, sessions = self._market, self._matrix.sessions
        out = np.zeros(len(columns), bool)
        for ends in (first, last):
            for row in np.flatnonzero(np.bincount(ends)).tolist():
                if (priced := self._priced(sessions[row].item())) is not None:
                    out |= (ends == row) & priced[columns]
        priced = self._priced(market.session(span.file.as_of))
        return out if priced is None else out | priced[columns]

    def _priced(self, session: date) -> BoolArray | None:
        """(N,) columns that a file's price stands for on a session; None where there are none."""
        market, matrix = self._market, self._matrix

        def find() -> BoolArray | None:
            tickers = market.line_tickers.on_files(session)
            if not tickers:
                return None
            some = [matrix.column[t] for t in tickers if t in matrix.column]
            out = np.zeros(len(matrix.symbols), bool)
            out[some] = True
            return out

        return market.cached((matrix, "priced", session), find)
