"""What the table of measures reads of an index, over many windows at once.

A whole answer (`core.answer.index.index_of`) also names lines and gives reasons; a history of a
measure needs its number alone, thousands of times: windows are worked out in blocks, and a row of
the table takes a block's arrays where it takes the numbers of one answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.answer.index import index_of, no_list, own_return
from core.answer.views import covers
from core.data.record import record
from core.measures.breadth import Moments, moments
from core.measures.concentration import TOPS, Concentrations, concentrations, largest
from core.measures.correlation import can_correlate
from core.measures.end_weights import HeldWeights, held_weights_of, weights_of
from core.measures.membership import list_at_end, spans
from core.measures.sweep import Swept, sweep

if TYPE_CHECKING:
    from datetime import date

    from core.answer.views import IndexView
    from core.data.frames import BoolArray, FloatArray, IntArray
    from core.data.market import Market
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.membership import Span


class WindowParts(NamedTuple):
    """A window, its parts and the list at its end."""

    window: Window
    parts: tuple[Span, ...]
    at_end: Span | None


class _Weights(NamedTuple):
    """(W,) weights of the heaviest lines, as a `HeldWeights` has them for one window."""

    of_windows: Sequence[HeldWeights]

    @property
    def effective_n(self) -> FloatArray:
        """1 / sum of squared shares."""
        return np.array([one.effective_n for one in self.of_windows], float)

    def of_top(self, k: int) -> FloatArray:
        """The k largest together."""
        return np.array([one.of_top(k) for one in self.of_windows], float)


class _EndWeights(NamedTuple):
    """Weights at the windows' starts and ends."""

    start: _Weights
    end: _Weights


@record(frozen=True, eq=False)
class Figures:
    """The figures of one index over some windows, under the names that `IndexView` has them by.

    All are (W,) arrays; NaN where a number is not known.

    Attributes:
        market: the available data.
        question: what is asked.
        windows: each with its parts and the list at its end.
        swept: their lines measured.
    """

    market: Market
    question: Question
    windows: Sequence[WindowParts]
    swept: Swept

    @cached_property
    def fund_return(self) -> FloatArray:
        """Return of the fund's closes."""
        series = self.market.series(self.windows[0].parts[0].fund)
        basis = self.question.basis
        return np.array([own_return(series, one.window, basis) for one in self.windows], float)

    @property
    def basket_return(self) -> FloatArray:
        """Return of the measured lines."""
        return self.swept.growth - 1

    @property
    def coverage(self) -> FloatArray:
        """The smallest m_k."""
        return self.swept.coverage

    @property
    def file_price_weight(self) -> FloatArray:
        """Weight measured on prices of files, of the segment with the most."""
        return self.swept.on_files

    @cached_property
    def estimated(self) -> BoolArray:
        """Whether a segment's weights are estimated."""
        carried = [any(part.carry.estimated for part in one.parts) for one in self.windows]
        return np.asarray(self.swept.by_adjusted | np.array(carried))

    @cached_property
    def lines(self) -> IntArray:
        """Lines measured."""
        return np.asarray(np.count_nonzero(self.swept.measured, axis=1))

    @cached_property
    def breadth(self) -> Moments:
        """Counts of the lines of the first list, without the ladder."""
        swept = self.swept
        return moments(swept.returns, swept.shares[swept.start], self.basket_return)

    @cached_property
    def concentration(self) -> Concentrations:
        """How concentrated weights and gains are; returns without the leaders are left out."""
        swept = self.swept
        weight = swept.weight[:, None] * swept.shares[swept.start]
        first = largest(swept.scaled, weight, swept.numbers, swept.measured, max(TOPS))
        return concentrations(
            swept.shares, swept.start, self.lines, swept.unscaled, swept.scaled, first
        )

    @cached_property
    def weights(self) -> _EndWeights:
        """The heaviest lines at the windows' two ends."""
        swept = self.swept
        first = np.unique(swept.start, return_index=True)[1]
        starts = held_weights_of(swept.weight[first, None] * swept.shares)
        ends = weights_of(
            swept.closes, [(one.at_end, one.window.end) for one in self.windows], swept.column
        )
        return _EndWeights(_Weights([starts[row] for row in swept.start]), _Weights(ends))

    @cached_property
    def correlation(self) -> FloatArray:
        """Average correlation of its lines."""
        return np.array(
            [
                self._whole(place).correlation
                if can_correlate(self.market, parts[0].file, window.start, window.end)
                else None
                for place, (window, parts, _) in enumerate(self.windows)
            ],
            float,
        )

    @cached_property
    def covered(self) -> BoolArray:
        """Whether enough weight is measured, and to the window's end, to claim anything."""
        enough = [
            covers(weight) and (covers(1 - early) or self._whole(place).covered)
            for place, (weight, early) in enumerate(
                zip(self.coverage.tolist(), self.swept.end_early.tolist(), strict=True)
            )
        ]
        return np.array(enough)

    @cached_property
    def claims(self) -> BoolArray:
        """Whether coverage and lists are good enough to speak of leaders."""
        lists = [all(part.carry.leaders for part in one.parts) for one in self.windows]
        return np.asarray(self.covered & np.array(lists))

    @cached_property
    def claims_breadth(self) -> BoolArray:
        """Whether coverage and lists are good enough to count how many lines rose."""
        lists = [all(part.carry.breadth for part in one.parts) for one in self.windows]
        return np.asarray(self.covered & np.array(lists))

    def _whole(self, place: int) -> IndexView:
        """The whole answer of a window, for what takes more than numbers."""
        window, parts, _ = self.windows[place]
        if place not in self._answers:
            answer = index_of(self.market, self.question, parts[0].fund, window, parts)
            assert not isinstance(answer, str)
            self._answers[place] = answer[0]
        return self._answers[place]

    @cached_property
    def _answers(self) -> dict[int, IndexView]:
        """Row of a window -> its whole answer, as far as it was requested."""
        return {}


def _none_measured(one: WindowParts) -> str:
    """The sentence that no line of a window's first list is measured."""
    size, fund = len(one.parts[0].file.symbols), one.parts[0].fund
    return f"none of the {size:,} lines of {fund} has closes at both ends of the window"


#: Windows one after another with their figures, or why they have none.
Measured = tuple[Sequence["Window"], Figures | str]


def figures(
    market: Market, question: Question, fund: str, windows: Sequence[Window], as_of: date
) -> Iterator[Measured]:
    """The figures of one index over windows that ascend by their ends, as known on a session."""
    with_parts = []
    for window in windows:
        ends = window.start, window.end
        parts = spans(market, fund, *ends, as_of)
        with_parts.append(WindowParts(window, parts, list_at_end(market, fund, *ends, as_of)))
    for has_list, group in groupby(with_parts, lambda one: bool(one.parts)):
        some = list(group)
        if has_list:
            yield from _measured(market, question, some)
        else:
            yield [one.window for one in some], no_list(fund)


def _measured(
    market: Market, question: Question, with_parts: Sequence[WindowParts]
) -> Iterator[Measured]:
    """The figures of windows that have lists."""
    first = 0
    for swept in sweep(market, [(one.parts, one.at_end) for one in with_parts], question.basis):
        some = with_parts[first : first + (1 if swept is None else len(swept.start))]
        first += len(some)
        lines = [False] if swept is None else np.asarray(swept.measured.any(axis=1)).tolist()
        reasons = [
            "" if is_there else _none_measured(one)
            for one, is_there in zip(some, lines, strict=True)
        ]
        # where closes are prices of files, nearly all sessions between two of them have none
        row = 0
        for reason, group in groupby(reasons):
            run = some[row : (stop := row + len(list(group)))]
            windows = [one.window for one in run]
            if reason or swept is None:
                yield windows, reason
            else:
                yield windows, Figures(market, question, run, swept.rows(row, stop))
            row = stop
