"""What the table of measures reads of an index, over many windows, each worked out when asked for.

A whole answer (`core.answer.index.index_of`) also names lines and gives reasons; a history of a
measure needs its number alone, thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.answer.index import index_of, no_list, own_return
from core.answer.views import covers
from core.data.record import record
from core.measures.breadth import Breadth, MemberList, breadth
from core.measures.concentration import Concentration, concentration, net_return, order
from core.measures.end_weights import WindowWeights, held_weights, weights_at
from core.measures.membership import list_at_end, spans
from core.measures.sweep import Swept, sweep

if TYPE_CHECKING:
    from datetime import date

    from core.answer.views import IndexView
    from core.data.frames import FloatArray, IntArray
    from core.data.market import Market
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.membership import Span


@record(frozen=True, eq=False)
class Figures:
    """The figures of one index over one window, under the names that `IndexView` has them by.

    Attributes:
        market: the data held.
        question: what is asked.
        window: one of its windows.
        parts: of the window.
        swept: its lines measured.
    """

    market: Market
    question: Question
    window: Window
    parts: tuple[Span, ...]
    swept: Swept

    @property
    def fund(self) -> str:
        """The fund that the index is followed through."""
        return self.parts[0].fund

    @cached_property
    def fund_return(self) -> float | None:
        """Return of the fund's closes, None where they are not held."""
        return own_return(self.market.series(self.fund), self.window, self.question.basis)

    @property
    def basket_return(self) -> float:
        """Return of the measured lines."""
        return self.swept.stretch.growth - 1

    @property
    def weight_measured(self) -> float:
        """The smallest m_k."""
        return self.swept.stretch.weight_measured

    @property
    def file_price_weight(self) -> float:
        """Weight measured on prices of files, of the segment with the most."""
        return self.swept.stretch.on_files

    @cached_property
    def contributors(self) -> IntArray:
        """(M,) measured lines, largest contribution first."""
        rows = np.nonzero(self.swept.stretch.measured)[0]
        scaled, weight = self.swept.stretch.scaled[rows], self._weights[rows]
        return rows[order(scaled, weight, self.swept.numbers[rows])]

    @property
    def _weights(self) -> FloatArray:
        return self.swept.stretch.weight * self.swept.stretch.share

    @cached_property
    def breadth(self) -> Breadth:
        """Counts of the lines of the first list, without the ladder."""
        counted, first = np.isfinite(self.swept.returns), self.parts[0]
        stretch = self.swept.stretch
        members = MemberList("start", first.origin.as_of, stretch.weight, first.carry)
        return breadth(
            self.swept.returns[counted], stretch.share[counted], self.basket_return, (), (), (),
            members,
        )  # fmt: skip

    @cached_property
    def concentration(self) -> Concentration:
        """How few names it hangs on; its figures without them are left out."""
        ranked, stretch = self.contributors, self.swept.stretch
        unscaled = stretch.unscaled[ranked]

        def without(dropped: IntArray) -> tuple[None, float]:
            return None, self.basket_return - float(unscaled[dropped].sum())

        net = net_return(self.fund_return, self.basket_return)
        places = np.arange(len(ranked))
        return concentration(
            stretch.share[ranked], unscaled, stretch.scaled[ranked], places, net, without
        )

    @cached_property
    def weights(self) -> WindowWeights:
        """The heaviest lines at the window's two ends."""
        window = self.window
        last = list_at_end(self.market, self.fund, window.start, window.end, self.parts[0].as_of)
        return WindowWeights(
            held_weights(self._weights),
            weights_at(self.market, last, window.end, self.swept.closes),
        )

    @cached_property
    def _whole(self) -> IndexView:
        """The whole answer, for what takes more than numbers."""
        answer = index_of(self.market, self.question, self.fund, self.window, self.parts)
        assert not isinstance(answer, str)
        return answer[0]

    @property
    def correlation(self) -> float | None:
        """Average correlation of its lines."""
        return self._whole.correlation

    @cached_property
    def covered(self) -> bool:
        """Whether enough weight is measured, and to the window's end, to claim anything."""
        if not covers(self.weight_measured):
            return False
        return covers(1 - self.swept.stretch.end_early) or self._whole.covered

    @cached_property
    def claims(self) -> bool:
        """Whether coverage and lists are good enough to speak of leaders."""
        return self.covered and all(part.carry.leaders for part in self.parts)

    @cached_property
    def claims_breadth(self) -> bool:
        """Whether they are good enough to count how many rose."""
        return self.covered and all(part.carry.breadth for part in self.parts)


def figures(
    market: Market, question: Question, fund: str, windows: Sequence[Window], as_of: date
) -> Iterator[Figures | str]:
    """The figures of one index over windows, or why there are none.

    Args:
        market: the data held.
        question: its basis.
        fund: whose index.
        windows: ascending by their ends.
        as_of: the session asked for.
    """
    parts = [spans(market, fund, window.start, window.end, as_of) for window in windows]
    measured = sweep(market, [some for some in parts if some], question.basis)
    for window, some in zip(windows, parts, strict=True):
        if not some:
            yield no_list(fund)
            continue
        swept = next(measured)
        if swept is None:
            size = len(some[0].file.symbols)
            yield f"none of the {size:,} lines of {fund} has closes at both ends of the window"
        else:
            yield Figures(market, question, window, some, swept)
