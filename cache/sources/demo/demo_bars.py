"""Converts matrices of simulated closes to the long form that every source uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sources.demo.demo_funds import opening_rows, quarterly_rows
from cache.store.bars import Bars
from core.data.frames import Events, pydate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cache.sources.demo.demo_lines import DemoSide
    from core.data.frames import Dates, FloatArray

#: Shares of a fund traded on a median day.
FUND_VOLUME: Final = 4e7


class DemoColumns:
    """Gathers the bars of funds and lines, symbol by symbol."""

    def __init__(self, days: Dates) -> None:
        """Start empty; ``days`` are (T,) sessions, all columns end with the last of them."""
        self.days = days
        self.symbols: list[str] = []
        self._counts: list[int] = []
        self._sessions: list[Dates] = []
        self._fields: dict[str, list[FloatArray]] = {
            name: [] for name in ("close", "volume", "dividend", "split")
        }

    def add_fund(self, rng: np.random.Generator, side: DemoSide, close: FloatArray) -> None:
        """Add a fund: (T,) closes, NaN before its first; volumes and distributions are made."""
        first = int(np.argmax(~np.isnan(close)))
        volume = np.rint(FUND_VOLUME * np.exp(0.3 * rng.standard_normal(len(close))))
        rows = quarterly_rows(self.days, first)
        opened = close[opening_rows(self.days, first)[rows]]
        cash = np.round(side.dividend_yield / 4 * opened, 3)
        paid = Events(rows - first, np.zeros_like(rows), cash)
        none = Events.none()
        self.add_lines((side.fund,), first, close[first:, None], volume[first:, None], paid, none)

    def add_lines(
        self,
        symbols: tuple[str, ...],
        first: int,
        close: FloatArray,
        volume: FloatArray,
        dividend: Events,
        split: Events,
    ) -> None:
        """Add (T, N) closes and volumes from row ``first`` of the days on, with their events."""
        rows, count = close.shape
        self.symbols += symbols
        self._counts += [rows] * count
        self._sessions.append(np.tile(self.days[first:], count))
        for name, values in (("close", close), ("volume", volume)):
            self._fields[name].append(values.T.ravel())
        for name, marks in (("dividend", dividend), ("split", split)):
            values = np.full((count, rows), np.nan)
            values[marks.col, marks.row] = marks.value
            self._fields[name].append(values.ravel())

    def bars(self, source: str, fetched_at: datetime, failures: Mapping[str, str]) -> Bars:
        """Everything added, as final bars through the last day."""
        last = pydate(self.days[-1])
        field = {name: np.concatenate(values) for name, values in self._fields.items()}
        return Bars(
            symbols=tuple(self.symbols),
            symbol=np.repeat(np.arange(len(self.symbols)), self._counts),
            session=np.concatenate(self._sessions),
            close=field["close"],
            volume=field["volume"],
            dividend=field["dividend"],
            split=field["split"],
            source=source,
            fetched_at=fetched_at,
            through=dict.fromkeys(self.symbols, last),
            failures=failures,
        )
