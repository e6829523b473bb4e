"""Contributions of the simulated market worked out anew: one symbol, one segment at a time."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from cache.sources.demo import demo
from core.data.frames import Holdings


@dataclass(frozen=True)
class Line:
    """What one line made over a window, and with which contribution."""

    change: float
    bp: float


@dataclass(frozen=True)
class Answer:
    """A fund over a window: its lines by symbol, and the sums."""

    lines: Mapping[str, Line]
    first: Mapping[str, Line]
    basket: float
    fund: float
    parts: tuple[float, ...]


class Market:
    """Closes by symbol and day, files by fund and date.

    Attributes:
        days: (T,) sessions since the lines have closes.
        close: (T, N) closes of every symbol on them.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        started = time.process_time()
        self.bars, self.files = demo.make(seed)
        self.seconds = time.process_time() - started
        assert self.bars.close is not None
        recent = self.bars.session >= np.datetime64("2024-07-10")
        on = self.bars.session[recent]
        self.days = np.unique(on)
        self.close = np.full((len(self.days), len(self.bars.symbols)), np.nan)
        row = self.days.searchsorted(on)
        self.close[row, self.bars.symbol[recent]] = self.bars.close[recent]
        self.col = {symbol: i for i, symbol in enumerate(self.bars.symbols)}
        self.answer = cache(self._answer)
        self.rows_of = cache(self._rows_of)

    def _rows_of(self, symbol: str) -> np.ndarray:
        """Rows of a symbol's bars, in order of session."""
        rows = np.flatnonzero(self.bars.symbol == self.col[symbol])
        return rows[np.argsort(self.bars.session[rows])]

    def on(self, when: str) -> np.ndarray:
        """Closes of every symbol on the last session on or before a day since 2024-07-10."""
        at = np.searchsorted(self.days, np.datetime64(when), side="right") - 1
        return self.close[at]

    def fund(self, fund: str, start: str, end: str) -> float:
        rows = self.rows_of(fund)
        days = np.array([start, end], "datetime64[D]")
        at = rows[np.searchsorted(self.bars.session[rows], days, side="right") - 1]
        first, last = self.bars.close[at]
        return float(last / first - 1)

    def held(self, fund: str) -> list[Holdings]:
        return sorted((h for h, _ in self.files if h.fund == fund), key=lambda h: h.as_of)

    def _answer(self, fund: str, start: str, end: str) -> Answer:
        """Contributions, one symbol and one segment at a time."""
        files = self.held(fund)
        inside = [str(f.as_of) for f in files if start < str(f.as_of) < end]
        edges = [start, *inside, end]
        growth, made, parts = 1.0, {}, []
        first: list[str] = []
        for begin, stop in pairwise(edges):
            file = [f for f in files if str(f.as_of) <= begin][-1]
            p_file, p0, p1 = (self.on(d).tolist() for d in (str(file.as_of), begin, stop))
            worth, change, covered = {}, {}, []
            for symbol, value in zip(file.symbols, file.value, strict=True):
                col = self.col.get(symbol)
                if col is None or math.isnan(p0[col]) or math.isnan(p1[col]):
                    continue
                covered.append(value)
                worth[symbol] = value * p0[col] / p_file[col]
                change[symbol] = p1[col] / p0[col] - 1
            first = first or list(worth)
            measured, everything = math.fsum(covered) / file.total, math.fsum(worth.values())
            parts.append(measured)
            step = 0.0
            for symbol, v in worth.items():
                share = v / everything
                step += share * change[symbol]
                c = growth * measured * share * change[symbol]
                made[symbol] = made.get(symbol, 0.0) + c
            growth *= 1 + step
        a, b = self.on(start), self.on(end)
        lines = {
            s: Line(float(b[self.col[s]] / a[self.col[s]] - 1), 1e4 * c) for s, c in made.items()
        }
        return Answer(
            lines,
            {s: lines[s] for s in first},
            growth - 1,
            self.fund(fund, start, end),
            tuple(parts),
        )
