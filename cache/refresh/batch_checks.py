"""Checks over all answers of a refresh: an implausible batch is refused as a whole."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.store.admit import ODD, ODD_PART
from cache.store.compare import rounding
from cache.store.doubts import REPEATED, REPEATED_PART
from core.data.frames import pydate, rows_in_both

if TYPE_CHECKING:
    from cache.refresh.gate import Answer
    from cache.refresh.stored_closes import StoredCloses
    from core.data.frames import BoolArray, FloatArray

#: Newest sessions of an answer that are looked at, and sessions before that one may repeat.
NEWEST: Final = 5
#: A line's move beside its fund's is large from this size on (natural logarithm).
_LARGE: Final = math.log(1.4)
#: With fewer lines than `REPEATED` all must repeat, and at least so many.
_FEW: Final = 3
#: Part of the lines with a large move, or with a split, that no session has: of 2,348 real lines
#: 0.4 % on the wildest of 249 sessions.
_JUMPED: Final = 0.1
#: Part of the lines that may split on one session where the stored closes show it, being above the
#: vendor's by as much: funds of one issuer split together.
_SPLIT_TOGETHER: Final = 0.5
#: Stored closes stand to an answer's as splits on record say where they differ by less than this.
_SPLIT_SHOWN: Final = 1e-3
#: Part of the lines whose newest six closes may all be one: of 2,348 real lines one at a time.
_STILL_PART: Final = 0.01
#: A dividend above this part of the close, of more than this part of the lines.
_PAID: Final = 0.02
_PAYING: Final = 0.5


class Evidence:
    """The answers of a refresh so far, counted by session."""

    def __init__(self, pair: tuple[str, str], stored: StoredCloses) -> None:
        """Start without answers."""
        self._pair, self._stored = pair, stored
        self._moves: dict[date, list[float]] = {}
        self._fund_moves: dict[date, list[float]] = {}
        self._repeated: Counter[tuple[date, int]] = Counter()
        self._split: Counter[date] = Counter()
        self._split_shown: Counter[date] = Counter()
        self._paid: Counter[date] = Counter()
        self.lines = 0
        #: Lines whose newest closes are all one.
        self.still: list[str] = []
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
        days, closes = self._stored.closes(symbol)
        moved = _split_since(answer, self._stored)
        closes = closes / moved
        has_close = ~np.isnan(answer.close)
        session, close = answer.session[has_close], answer.close[has_close]
        split, paid = answer.split[has_close] > 0, answer.dividend[has_close]
        fresh = session > days[-1] if len(days) else np.ones(len(session), np.bool_)
        # the newest in the store stand before the new ones
        session = np.concatenate((days[-NEWEST:], session[fresh]))
        close = np.concatenate((closes[-NEWEST:], close[fresh]))
        zeros = np.zeros(min(len(days), NEWEST))
        split, paid = (np.concatenate((zeros, values[fresh])) for values in (split, paid))
        moves = self._fund_moves if symbol in self._pair else self._moves
        for at in range(max(1, len(zeros), len(session) - NEWEST), len(session)):
            when = pydate(session[at])
            before = close[max(at - NEWEST, 0) : at][::-1]
            # over a split that its closes do not show a line has not jumped
            moves.setdefault(when, []).append(0.0 if split[at] else math.log(close[at] / before[0]))
            if symbol not in self._pair:
                for back in np.flatnonzero(_same(close[at], before)).tolist():
                    self._repeated[when, back + 1] += 1
                shown = self._split if moved == 1 else self._split_shown
                shown[when] += bool(split[at])
                self._paid[when] += bool(paid[at] > _PAID * before[0])
        before = closes if not has_close.any() else closes[days < answer.session[has_close][0]]
        recent = np.concatenate((before, answer.close[has_close]))[-(NEWEST + 1) :]
        if symbol not in self._pair and len(recent) > NEWEST and (recent == recent[0]).all():
            self.still.append(symbol)
        self.lines += symbol not in self._pair

    def verdict(self) -> str:
        """Return why the whole batch is refused; "" where it is not."""
        if len(self._odd) >= ODD and len(self._odd) > ODD_PART * self.lines:
            symbol, reason = next(iter(self._odd.items()))
            why, _, _ = reason.partition("; the stored closes stay")
            return (
                f"{len(self._odd):,} of {self.lines:,} lines fail the same check ({symbol}: {why})"
            )
        funds_moved = any(move for moves in self._fund_moves.values() for move in moves)
        if funds_moved and len(self.still) > max(ODD - 1, _STILL_PART * self.lines):
            return f"{self.still_lines()} of {self.lines:,} lines"
        return next(filter(None, map(self._odd_session, sorted(self._moves))), "")

    def still_lines(self) -> str:
        """A sentence about the lines whose newest closes are all one, "" where there are none."""
        if not self.still:
            return ""
        names = ", ".join(sorted(self.still)[:3])
        return f"the newest {NEWEST + 1} closes are all one of {len(self.still):,} ({names})"

    def _odd_session(self, when: date) -> str:
        """Why a session cannot be one of a market, "" where it can."""
        moves, funds = np.array(self._moves[when]), np.array(self._fund_moves.get(when, ()))
        count = len(moves)
        moved = not len(funds) or bool((funds != 0).any())
        for back in range(1, NEWEST + 1):
            repeated = self._repeated[when, back]
            many = count >= REPEATED and repeated > REPEATED_PART * count
            all_of_few = _FEW <= count < REPEATED and repeated == count and len(funds)
            if moved and (many or all_of_few):
                which = "the close before" if back == 1 else f"the close of {back} sessions before"
                return f"{repeated:,} of {count:,} lines repeat {which} on {when}"
        if count < REPEATED:
            return ""
        middle = float(np.median(moves))
        # of two funds the one that moved more as the lines did; without any the lines' middle
        expected = funds[np.abs(funds - middle).argmin()] if len(funds) else middle
        jumped = int(np.count_nonzero(np.abs(moves - expected) > _LARGE))
        if jumped >= ODD and jumped > _JUMPED * count:
            return (
                f"{jumped:,} of {count:,} lines rise or fall by a third beside their fund on"
                f" {when}, and no split is on record"
            )
        alone = self._split[when]
        splits = alone + self._split_shown[when]
        if splits >= ODD and (alone > _JUMPED * count or splits > _SPLIT_TOGETHER * count):
            return f"{splits:,} of {count:,} lines have a split on {when}"
        if self._paid[when] > _PAYING * count:
            return f"{self._paid[when]:,} of {count:,} lines pay over {_PAID:.0%} on {when}"
        return ""


def _split_since(answer: Answer, stored: StoredCloses) -> float:
    """The splits on record by which an answer's closes are below the stored ones; 1 where none are.

    They are of sessions after the last close in common, or of that one where the store has none.
    """
    symbol = answer.ask.symbol
    known = stored.splits(symbol)
    on_record = known | answer.splits()
    if not on_record:
        return 1.0
    days, closes = stored.final_closes(symbol)
    has_close = ~np.isnan(answer.close)
    mine, theirs = rows_in_both(days, answer.session[has_close])
    if not len(mine):
        return 1.0
    close, before = answer.close[has_close][theirs[-1:]], closes[mine[-1:]]
    slack = max(_SPLIT_SHOWN, float(rounding(before, close)[0]))
    last = pydate(days[mine[-1]])
    since = math.prod(factor for when, factor in on_record.items() if when > last)
    late = 1.0 if last in known else on_record.get(last, 1.0)
    ratio = float(before[0] / close[0])
    return next((one for one in (since, since * late) if abs(ratio / one - 1) <= slack), 1.0)


def _same(close: float, before: FloatArray) -> BoolArray:
    """(K,) whether a close is one of those before it, but for its rounding to cents."""
    return np.abs(close / before - 1) <= rounding(before, before)
