"""Closes as they were traded, with splits and dividends as declared, made into an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from cache.facts.sessions import last_final
from cache.refresh.gate import Answer, gate, nothing

if TYPE_CHECKING:
    from cache.refresh.ask import Ask

#: Close and volume of a day.
Bar = tuple[float, float]


@dataclass(slots=True)
class VendorHistory:
    """What a vendor gives of one symbol: as traded, with events as declared.

    Attributes:
        bars: day -> close and volume.
        splits: effective date -> factor; those that are still to come count for nothing.
        dividends: ex-date -> cash per share.
    """

    bars: Mapping[date, Bar] = field(default_factory=dict)
    splits: dict[date, float] = field(default_factory=dict)
    dividends: dict[date, float] = field(default_factory=dict)


@dataclass(slots=True)
class DeclaredEvents:
    """Splits and dividends, symbol by symbol.

    Attributes:
        splits: symbol -> effective date -> factor (4 for 4:1).
        dividends: symbol -> ex-date -> cash per share as declared.
    """

    splits: dict[str, dict[date, float]] = field(default_factory=dict)
    dividends: dict[str, dict[date, float]] = field(default_factory=dict)

    def split(self, symbol: str, when: date, factor: float) -> None:
        """Take a split; several of one day multiply."""
        if factor > 0 and factor != 1.0:
            days = self.splits.setdefault(symbol, {})
            days[when] = days.get(when, 1.0) * factor

    def dividend(self, symbol: str, when: date, cash: float) -> None:
        """Take a dividend; several of one day add up."""
        if cash > 0:
            days = self.dividends.setdefault(symbol, {})
            days[when] = days.get(when, 0.0) + cash

    def history(self, symbol: str, bars: Mapping[date, Bar]) -> VendorHistory:
        """A symbol's bars with its splits and dividends."""
        return VendorHistory(bars, self.splits.get(symbol, {}), self.dividends.get(symbol, {}))


def answer_of(
    ask: Ask,
    history: VendorHistory,
    *,
    vendor: str,
    now: datetime,
    adjusted: bool = False,
    volume_adjusted: bool = False,
) -> Answer:
    """The answer of a symbol's history: split-adjusted, and through the gate.

    Args:
        ask: what was asked.
        history: what there is of the symbol.
        vendor: who gave it.
        now: the time.
        adjusted: the bars are on the basis of the last split already.
        volume_adjusted: the volumes are.
    """
    first, final, bars = ask.start, last_final(now), history.bars
    factors = {when: factor for when, factor in history.splits.items() if first <= when <= final}
    paid = {when: cash for when, cash in history.dividends.items() if first <= when <= final}
    days = sorted({*(d for d in bars if first <= d <= ask.end), *factors, *paid})
    if not bars:
        return nothing(ask, now, vendor)
    close, volume, dividend, split = (np.zeros(len(days)) for _ in range(4))
    later = 1.0
    for at in range(len(days) - 1, -1, -1):
        when = days[at]
        price, shares = bars.get(when, (np.nan, np.nan))
        close[at] = price if adjusted else price / later
        volume[at] = shares if adjusted or volume_adjusted else shares * later
        dividend[at] = paid.get(when, 0.0) / later
        split[at] = factors.get(when, 0.0)
        later *= factors.get(when, 1.0)
    stamps = np.array(days, "datetime64[D]")
    return gate(ask, stamps, close, volume, dividend, split, now=now, meta={}, vendor=vendor)
