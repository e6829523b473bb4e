"""Checks over all answers of a refresh: a batch that no market day can produce is refused."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.store.admit import ODD, ODD_PART
from cache.store.compare import SPLITS
from cache.store.doubts import REPEATED, REPEATED_PART
from core.data.frames import pydate

if TYPE_CHECKING:
    from cache.refresh.gate import Answer
    from cache.refresh.held import HeldCloses

#: Newest sessions of an answer that are looked at.
NEWEST: Final = 5
#: A move is that of a split within this (natural logarithm), from this size on.
_NEAR, _LARGE = 0.02, math.log(1.4)
#: With fewer lines than `REPEATED` all must repeat, and at least so many.
_FEW: Final = 3
#: Part of the lines that jump by splits nobody recorded.
_JUMPED: Final = 0.1


class Evidence:
    """The answers of a refresh so far, counted by session."""

    def __init__(self, pair: tuple[str, str], known: HeldCloses) -> None:
        """Start without answers."""
        self._pair, self._known = pair, known
        self._lines: Counter[date] = Counter()
        self._repeated: Counter[date] = Counter()
        self._jumped: Counter[date] = Counter()
        self._moved: dict[date, bool] = {}
        self.lines = 0
        self._odd: dict[str, str] = {}

    @property
    def enough(self) -> bool:
        """Whether there are enough answers to judge."""
        return self.lines >= REPEATED

    def odd(self, symbol: str, why: str) -> None:
        """Count an answer that cannot continue the stored closes."""
        self.lines += 1
        self._odd[symbol] = why

    def add(self, answer: Answer) -> None:
        """Count an answer that passes by itself."""
        symbol = answer.ask.symbol
        days, closes = self._known.closes(symbol)
        given = ~np.isnan(answer.close)
        session, close = answer.session[given], answer.close[given]
        split = answer.split[given] > 0
        if len(days):
            # Joined to the last close held before them.
            fresh = session > days[-1]
            session, close, split = session[fresh], close[fresh], split[fresh]
            session, close = np.r_[days[-1:], session], np.r_[closes[-1:], close]
            split = np.r_[False, split]
        for at in range(max(1, len(session) - NEWEST), len(session)):
            when = pydate(session[at])
            moved = close[at] != close[at - 1]
            if symbol in self._pair:
                self._moved[when] = self._moved.get(when, False) or bool(moved)
                continue
            self._lines[when] += 1
            self._repeated[when] += not moved
            if not split[at] and len(days):
                self._jumped[when] += _like_a_split(float(close[at] / close[at - 1]))
        self.lines += symbol not in self._pair

    def verdict(self) -> str:
        """Return why the whole batch is refused; "" where it is not."""
        if len(self._odd) >= ODD and len(self._odd) > ODD_PART * self.lines:
            symbol, why = next(iter(self._odd.items()))
            return (
                f"{len(self._odd):,} of {self.lines:,} lines fail the same check ({symbol}: {why})"
            )
        for when, count in sorted(self._lines.items()):
            repeated, jumped = self._repeated[when], self._jumped[when]
            many = count >= REPEATED and repeated > REPEATED_PART * count
            all_of_few = _FEW <= count < REPEATED and repeated == count
            if (many and self._moved.get(when, True)) or (all_of_few and self._moved.get(when)):
                return f"{repeated:,} of {count:,} lines repeat the close before on {when}"
            if jumped >= ODD and count >= REPEATED and jumped > _JUMPED * count:
                return (
                    f"{jumped:,} of {count:,} lines move as if they had split on {when},"
                    " and no split is on record"
                )
        return ""


def _like_a_split(ratio: float) -> bool:
    move = math.log(ratio)
    return abs(move) > _LARGE and min(abs(move - math.log(one)) for one in SPLITS) < _NEAR
