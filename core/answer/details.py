"""What few views of an index ask for, each worked out when it is first read.

What the first numbers do not need is loaded there as well.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import LeftOut
from core.data.record import record
from core.measures.bridge import GapLeaders, gap_leaders
from core.measures.concentration import Concentration, concentration, net_return

if TYPE_CHECKING:
    from datetime import date

    from core.data.frames import FloatArray, Holdings, IntArray
    from core.data.market import Market
    from core.measures.attribution import SectorEffect
    from core.measures.basket import Basket
    from core.measures.end_weights import WindowWeights
    from core.measures.groups import Group
    from core.measures.membership import Span


@record(frozen=True, eq=False)
class IndexDetails:
    """One index over a window as it was measured, and what is worked out of it when it is read.

    Attributes:
        market: the available data.
        basket: the index's lines.
        rows: (M,) places of the measured lines in it.
        ranked: (M,) the measured lines in order.
        files: those of the window's parts.
        fund_return: of market closes; None where they are not available.
        at_end: the window on the list at its end, None without one.
        end: the window's last session.
    """

    market: Market
    basket: Basket
    rows: IntArray
    ranked: IntArray
    files: tuple[Holdings, ...]
    fund_return: float | None
    at_end: Span | None
    end: date

    @cached_property
    def _numbers(self) -> IntArray:
        """(M,) numbers of the measured lines in the register."""
        return self.basket.numbers[self.rows]

    @cached_property
    def _symbols(self) -> tuple[str, ...]:
        """(M,) symbols of the measured lines."""
        register = self.basket.register
        return register.texts(register.symbols, self._numbers)

    @cached_property
    def _weight(self) -> FloatArray:
        """(M,) weights of the measured lines at the window's start."""
        return self.basket.weights[self.rows]

    @cached_property
    def _contribution(self) -> FloatArray:
        """(M,) contributions of the measured lines, fractions."""
        return self.basket.contribution[self.rows]

    def _without(self, dropped: IntArray) -> tuple[float | None, float]:
        """The index's return without some of the measured lines; see `Basket.without`."""
        marked = np.zeros(len(self.basket.symbols), bool)
        marked[self.rows[dropped]] = True
        return self.basket.without(marked)

    @cached_property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Lines never measured, heaviest first; weight is of the first file that has the line."""
        basket, rows = self.basket, list[LeftOut]()
        first, row = self.market.register.first([self.market.rows(file) for file in self.files])
        for line in np.flatnonzero(~basket.measured.any(axis=0)).tolist():
            number = basket.numbers[line]
            file = self.files[first[number]]
            weight = float(file.value[row[number]]) / file.total
            name, reason = basket.labels.names[number], basket.reasons[line]
            rows.append(LeftOut(basket.symbols[line], name, weight, reason))
        # a line that joined as announced has no weight, and stands last
        return tuple(sorted(rows, key=lambda row: (-_or_zero(row.weight), row.symbol)))

    @cached_property
    def others(self) -> tuple[LeftOut, ...]:
        """Rows of files that are no lines, heaviest first; of the first file that has one."""
        rows: dict[tuple[str, str, str], LeftOut] = {}
        for other in (other for file in self.files for other in file.others):
            rows.setdefault((other.symbol, other.name, other.reason), other)
        # futures and the like have no weight, and stand last
        return tuple(sorted(rows.values(), key=lambda row: -_or_zero(row.weight)))

    @cached_property
    def sectors(self) -> tuple[Group, ...]:
        """Contributions by sector."""
        from core.measures.groups import sectors

        kinds = self.basket.labels.coded_sectors.of(self._numbers)
        return sectors(kinds, self._weight, self._contribution)

    @cached_property
    def industries(self) -> tuple[Group, ...]:
        """Contributions by industry; () where no file says any."""
        from core.measures.groups import industries

        labels, numbers = self.basket.labels, self._numbers
        kinds, sources = labels.coded_industries.of(numbers), labels.industry_sources(numbers)
        return industries(kinds, self._weight, self._contribution, sources)

    @cached_property
    def themes(self) -> tuple[Group, ...]:
        """Contributions by theme; may overlap."""
        from core.measures.groups import themes

        return themes(self.market.themes, self._symbols, self._weight, self._contribution)

    @cached_property
    def issuers(self) -> tuple[Group, ...]:
        """Contributions of companies with several lines, their classes together."""
        from core.measures.groups import issuers

        classes = self.market.reference.issuers
        return issuers(classes, self._symbols, self._weight, self._contribution)

    @cached_property
    def concentration(self) -> Concentration:
        """How concentrated the index's weights and gains are."""
        return concentration(
            self.basket.share[0][self.rows],
            self.basket.unscaled[self.rows],
            self._contribution,
            self.ranked,
            net_return(self.fund_return, self.basket.basket_return),
            self._without,
            fund_return=self.fund_return,
        )

    @cached_property
    def correlation(self) -> float | None:
        """Average correlation of its lines; None under 60 sessions."""
        from core.measures.correlation import correlation_of

        return correlation_of(self.market, self.basket)

    @cached_property
    def weights(self) -> WindowWeights:
        """The heaviest lines at the window's start and end, and a session before."""
        from core.measures.end_weights import HeldWeights, WindowWeights, held_weights, weights_at

        before = self.market.session_before(self.end)
        return WindowWeights(
            held_weights(self._weight),
            weights_at(self.market, self.at_end, self.end),
            weights_at(self.market, self.at_end, before) if before else HeldWeights(),
        )


def _or_zero(weight: float) -> float:
    return 0.0 if math.isnan(weight) else weight


@record(frozen=True, eq=False)
class PairDetails:
    """Two indices over a window, for what is worked out later.

    Attributes:
        small: lines of the small index.
        large: of the large one.
    """

    small: Basket
    large: Basket

    @cached_property
    def gap_leaders(self) -> GapLeaders:
        """Each line's part in the gap of the two baskets."""
        return gap_leaders(self.small, self.large)

    @cached_property
    def sector_effects(self) -> tuple[SectorEffect, ...]:
        """The gap of the two baskets by sector."""
        from core.measures.attribution import by_sector

        return by_sector(self.small, self.large)
