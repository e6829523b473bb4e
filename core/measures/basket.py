"""An index's lines over a window, as measured: the basis of every figure about it."""

from __future__ import annotations

import math
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record
from core.measures.carry import Carry

if TYPE_CHECKING:
    from core.data.frames import BoolArray, Dates, FloatArray, IntArray
    from core.data.labels import Labels
    from core.data.register import Register


@record(frozen=True, slots=True)
class Segment:
    """One part of the window as it was measured; weights and returns are fractions.

    Attributes:
        start: session of its first close.
        end: session of its last close.
        holdings_as_of: date of the file it uses.
        estimated: its weights are carried far, from a later file, or by adjusted closes.
        weight_measured: m_k, the measured lines' part of the file's total value.
        coverage: the part of the fund that is measured, m_k but for lines sold short and
            money borrowed; NaN where the file's total is not known.
        basket_return: B_k, the measured lines' return.
        lines: lines of the file.
        measured: those measured.
        carry: how far its list is carried, whose it is, and what may be claimed on it.
    """

    start: date
    end: date
    holdings_as_of: date
    estimated: bool
    weight_measured: float
    coverage: float
    basket_return: float
    lines: int
    measured: int
    carry: Carry = field(default_factory=Carry)

    @property
    def older_than(self) -> date | None:
        """A reconstitution that no available file covers, or None."""
        return self.carry.older_than

    @property
    def part(self) -> float:
        """The part of the fund that is measured, of what its file tells."""
        return self.weight_measured if math.isnan(self.coverage) else self.coverage


@record(frozen=True, eq=False, slots=True)
class Basket:
    """An index's lines over a window, K segments by M lines, each line once.

    Attributes:
        segments: (K,).
        numbers: (M,) the lines' numbers in ``register``.
        register: the lines of all files held.
        symbols: (M,) those of the first segment's file first, then joiners.
        listed: (M,) the symbol as the file has it.
        labels: names, sectors and industries of all of these.
        first: (M,) bool, the line stands in the first segment's file.
        member: (K, M) bool, the line stands in the segment's file.
        measured: (K, M) bool.
        counted: (K, M) bool, measured, or a joiner as announced whose weight alone is not known.
        share: (K, M) share of the measured basket at the segment's start, 0 where not
            measured; each row with a measured line sums to 1.
        returns: (K, M) return within the segment on the basis asked for, 0 where not measured.
        values: (K, M) the file's value carried to the segment's start, 0 where not measured.
        opened: (K, M) session of the close that stands for the segment's start, NaT where
            not measured.
        closed: (K, M) the same for its end.
        window_returns: (M,) return between the closes at the window's two ends, whether a member
            throughout or not; NaN where the line joined later, has not both closes or is
            quarantined.
        contribution: (M,) sum of G_k m_k share r, a fraction of the index's start value.
        unscaled: (M,) the same without m_k; sums to the basket's return.
        reasons: (M,) why a line is never measured, "" where it is.
        outside: (M,) why a line stands outside breadth's count, "" where it is inside.
        flags: line -> words about it ("last traded 2026-03-02", "stale", ...).
    """

    segments: tuple[Segment, ...]
    numbers: IntArray
    register: Register
    symbols: tuple[str, ...]
    listed: tuple[str, ...]
    labels: Labels
    first: BoolArray
    member: BoolArray
    measured: BoolArray
    counted: BoolArray
    share: FloatArray
    returns: FloatArray
    values: FloatArray
    opened: Dates
    closed: Dates
    window_returns: FloatArray
    contribution: FloatArray
    unscaled: FloatArray
    reasons: tuple[str, ...]
    outside: tuple[str, ...]
    flags: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """(M,) names of the lines."""
        return tuple(self.labels.names[self.numbers].tolist())

    @property
    def sectors(self) -> tuple[str, ...]:
        """(M,) sectors of the lines, "" where unknown."""
        return tuple(self.labels.sectors[self.numbers].tolist())

    @property
    def industries(self) -> tuple[str, ...]:
        """(M,) industries of the lines, "" where unknown."""
        return tuple(self.labels.industries[self.numbers].tolist())

    @property
    def basket_return(self) -> float:
        """R = product of (1 + B_k) - 1."""
        return math.prod(1 + s.basket_return for s in self.segments) - 1

    @property
    def start_share(self) -> FloatArray:
        """(M,) share at the window's start, of the first segment with a measured line."""
        return np.asarray(self.share[int(self.measured.any(axis=1).argmax())])

    @property
    def sector_share(self) -> float:
        """Share of the measured lines whose sector a file says, at the window's start."""
        return float(self.start_share[self.labels.sector_source[self.numbers] >= 0].sum())

    @property
    def weights(self) -> FloatArray:
        """(M,) m_1 share at the window's start; 0 for a line that joined later."""
        return np.asarray(self.segments[0].weight_measured * self.share[0])

    @property
    def member_returns(self) -> FloatArray:
        """(M,) return while a measured member, NaN where never measured."""
        growth = np.prod(1 + self.returns, axis=0) - 1
        return np.where(self.measured.any(axis=0), growth, np.nan)

    @property
    def coverage(self) -> float:
        """The smallest part of the fund that is measured; NaN where one is not known."""
        return float(np.min([s.coverage for s in self.segments]))

    @property
    def estimated(self) -> bool:
        """Whether a segment uses weights that are carried back in time."""
        return any(s.estimated for s in self.segments)

    def without(self, dropped: BoolArray) -> tuple[float | None, float]:
        """The index's return without some lines: reweighted, and with them zeroed.

        Reweighted: product of (1 + B_k without them) - 1, which is (R - C)/(1 - W) for one
        segment; None where nothing is left. Zeroed: R - C.

        Args:
            dropped: (M,) bool.
        """
        remaining = np.where(dropped, 0.0, self.share)
        shares_left = remaining.sum(axis=1)
        zeroed = self.basket_return - math.fsum(self.unscaled[dropped])
        if np.any(shares_left <= 1e-12):
            return None, zeroed
        growth = 1 + (remaining * self.returns).sum(axis=1) / shares_left
        return float(np.prod(growth)) - 1, zeroed
