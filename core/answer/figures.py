"""What the table of measures reads of an index, over many windows, each worked out when asked for.

A whole answer (`core.answer.index.index_of`) also names lines and gives reasons; a history of a
measure needs its number alone, thousands of times: windows are worked out in blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.answer.index import index_of, no_list, own_return
from core.answer.views import covers
from core.data.record import record
from core.measures.breadth import Breadth, MemberList, Moments, breadth_at, moments
from core.measures.concentration import (
    TOPS,
    Concentration,
    Gains,
    concentration_at,
    effective_number,
    gains_of,
    gini,
    largest,
    net_return,
)
from core.measures.end_weights import HeldWeights, WindowWeights, held_weights_of, weights_of
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


@record(frozen=True, eq=False, slots=True)
class _Asked:
    """A window, its parts and the list at its end."""

    window: Window
    parts: tuple[Span, ...]
    at_end: Span | None


@record(frozen=True, eq=False)
class _Block:
    """Some windows of one index; arrays have a row a window.

    Attributes:
        market: the data held.
        question: what is asked.
        asked: the windows.
        swept: their lines measured.
    """

    market: Market
    question: Question
    asked: Sequence[_Asked]
    swept: Swept

    @cached_property
    def lines(self) -> IntArray:
        """(W,) lines measured."""
        return np.asarray(np.count_nonzero(self.swept.measured, axis=1))

    @property
    def _share(self) -> FloatArray:
        return self.swept.shares[self.swept.start]

    @cached_property
    def moments(self) -> Moments:
        """Counts and moments of the returns of the lines of the first lists."""
        return moments(self.swept.returns, self._share, self.swept.growth - 1)

    @cached_property
    def gains(self) -> Gains:
        """How the gains come together."""
        swept = self.swept
        weight = swept.weight[:, None] * self._share
        first = largest(swept.scaled, weight, swept.numbers, swept.measured, max(TOPS))
        return gains_of(swept.unscaled, swept.scaled, first)

    @cached_property
    def shares(self) -> tuple[FloatArray, FloatArray]:
        """(W,) effective number and Gini coefficient of the start shares."""
        # most windows of a block have their start in common
        start = self.swept.start
        ascending = np.sort(self.swept.shares, axis=1)[start]
        return effective_number(self.swept.shares)[start], gini(ascending, self.lines)

    @cached_property
    def at_start(self) -> list[HeldWeights]:
        """(W,) weights at the windows' starts."""
        swept = self.swept
        first = np.unique(swept.start, return_index=True)[1]
        weights = held_weights_of(swept.weight[first, None] * swept.shares)
        return [weights[start] for start in swept.start.tolist()]

    @cached_property
    def at_end(self) -> list[HeldWeights]:
        """(W,) weights at the windows' ends."""
        lists = [(one.at_end, one.window.end) for one in self.asked]
        return weights_of(self.swept.closes, lists, self.swept.column)


@record(frozen=True, eq=False)
class Figures:
    """The figures of one index over one window, under the names that `IndexView` has them by.

    Attributes:
        block: the windows that are worked out with it.
        place: its row among them.
    """

    block: _Block
    place: int

    @cached_property
    def fund_return(self) -> float | None:
        """Return of the fund's closes, None where they are not held."""
        market, basis = self.block.market, self.block.question.basis
        return own_return(market.series(self._parts[0].fund), self._asked.window, basis)

    @property
    def basket_return(self) -> float:
        """Return of the measured lines."""
        return float(self.block.swept.growth[self.place]) - 1

    @property
    def weight_measured(self) -> float:
        """The smallest m_k."""
        return float(self.block.swept.weight_measured[self.place])

    @property
    def file_price_weight(self) -> float:
        """Weight measured on prices of files, of the segment with the most."""
        return float(self.block.swept.on_files[self.place])

    @property
    def contributors(self) -> range:
        """Every measured line, by its place alone."""
        return range(int(self.block.lines[self.place]))

    @cached_property
    def breadth(self) -> Breadth:
        """Counts of the lines of the first list, without the ladder."""
        block, first = self.block, self._parts[0]
        weight = float(block.swept.weight[self.place])
        members = MemberList("start", first.origin.as_of, weight, first.carry)
        returns = block.swept.returns[self.place]
        return breadth_at(block.moments, self.place, returns[np.isfinite(returns)], members)

    @cached_property
    def concentration(self) -> Concentration:
        """How few names it hangs on; its figures without them are left out."""
        gains, place = self.block.gains, self.place
        net = net_return(self.fund_return, self.basket_return)

        def without(k: int) -> tuple[None, float]:
            return None, self.basket_return - float(gains.top_unscaled[place, k - 1])

        weights = self.block.shares[0][place], self.block.shares[1][place]
        return concentration_at(gains, place, weights, len(self.contributors), net, without)

    @cached_property
    def weights(self) -> WindowWeights:
        """The heaviest lines at the window's two ends."""
        return WindowWeights(self.block.at_start[self.place], self.block.at_end[self.place])

    @property
    def _asked(self) -> _Asked:
        return self.block.asked[self.place]

    @property
    def _parts(self) -> tuple[Span, ...]:
        return self._asked.parts

    @cached_property
    def _whole(self) -> IndexView:
        """The whole answer, for what takes more than numbers."""
        block, parts = self.block, self._parts
        answer = index_of(block.market, block.question, parts[0].fund, self._asked.window, parts)
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
        return covers(1 - float(self.block.swept.end_early[self.place])) or self._whole.covered

    @cached_property
    def claims(self) -> bool:
        """Whether coverage and lists are good enough to speak of leaders."""
        return self.covered and all(part.carry.leaders for part in self._parts)

    @cached_property
    def claims_breadth(self) -> bool:
        """Whether they are good enough to count how many rose."""
        return self.covered and all(part.carry.breadth for part in self._parts)


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
    asked = []
    for window in windows:
        ends = window.start, window.end
        parts = spans(market, fund, *ends, as_of)
        asked.append(_Asked(window, parts, list_at_end(market, fund, *ends, as_of)))
    measured = _measured(market, question, [one for one in asked if one.parts])
    for one in asked:
        if not one.parts:
            yield no_list(fund)
            continue
        view = next(measured)
        if view is None:
            size = len(one.parts[0].file.symbols)
            yield f"none of the {size:,} lines of {fund} has closes at both ends of the window"
        else:
            yield view


def _measured(
    market: Market, question: Question, asked: Sequence[_Asked]
) -> Iterator[Figures | None]:
    """The figures of windows with lists; None where no line is measured."""
    first = 0
    for swept in sweep(market, [(one.parts, one.at_end) for one in asked], question.basis):
        if swept is None:
            yield None
            first += 1
            continue
        block = _Block(market, question, asked[first : first + len(swept.start)], swept)
        for place, lines in enumerate(block.lines.tolist()):
            yield Figures(block, place) if lines else None
        first += len(swept.start)
