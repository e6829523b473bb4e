"""Closes of one company under several tickers, joined under the one that they are followed by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.bar_edits import Move
from core.data.frames import Block, Dates, FloatArray, pydate
from core.data.record import record
from core.data.takeovers import LEVEL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.data.renames import Company

#: Closes of two tickers of one company agree where they differ by less than this part.
_AGREE: Final = 2e-3


@record(frozen=True, eq=False, slots=True)
class Tape:
    """One symbol's bars over all years; (T,) each, NaN where none."""

    sessions: Dates
    close: FloatArray
    adjusted: FloatArray

    @property
    def only_adjusted(self) -> bool:
        """Whether adjusted closes alone are available."""
        return not np.isfinite(self.close).any()

    @property
    def level(self) -> FloatArray:
        """Closes, or adjusted closes where there are no others."""
        return self.adjusted if self.only_adjusted else self.close


def tape(bars: Sequence[Block], symbol: str) -> Tape:
    """One symbol's bars over all years."""
    close, adjusted = [], []
    for block in bars:
        none = np.full(len(block.sessions), np.nan)
        place = block.column.get(symbol, -1)
        close.append(none if place < 0 else block.close[:, place])
        table = block.adj_close
        adjusted.append(none if place < 0 or table is None else table[:, place])
    sessions = np.concatenate([block.sessions for block in bars])
    return Tape(sessions, np.concatenate(close), np.concatenate(adjusted))


def last_close(bars: Sequence[Block], symbol: str) -> date | None:
    """A symbol's last session with a close or an adjusted close, None without any."""
    for block in reversed(bars):
        if symbol in block.column:
            place = block.column[symbol]
            # nearly every line has a close on the very last session
            if len(block.sessions) and np.isfinite(block.close[-1, place]):
                return pydate(block.sessions[-1])
            closed = np.isfinite(block.close[:, place])
            if block.adj_close is not None:
                closed |= np.isfinite(block.adj_close[:, place])
            if closed.any():
                return pydate(block.sessions[np.nonzero(closed)[0][-1]])
    return None


def joins(
    bars: Sequence[Block],
    company: Company,
    splits_on_record: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> Iterable[Move]:
    """The moves that put the closes of a company's other tickers before those of its key.

    Closes of two tickers are joined where they do not overlap, or agree where they do.

    Args:
        bars: the closes.
        company: with its tickers.
        splits_on_record: symbol -> session and factor of its splits; asked where needed.
    """
    ends = {text: last for text in company.tickers if (last := last_close(bars, text)) is not None}
    if len(ends) < 2:
        return
    key = tape(bars, company.key)
    level, first = key.level.copy(), int(np.isfinite(key.level).argmax())
    splits = splits_on_record().get(company.key, ())
    for text in sorted(ends.keys() - {company.key}, key=lambda text: ends[text], reverse=True):
        other = tape(bars, text)
        if other.only_adjusted and not key.only_adjusted:
            continue
        before = other.close
        if key.only_adjusted:
            before = np.where(np.isfinite(other.adjusted), other.adjusted, other.close)
        rows = np.nonzero(np.isfinite(before[:first]))[0]
        both = np.nonzero(np.isfinite(before) & np.isfinite(level))[0]
        if not len(rows):
            continue
        price, at, own_at = 1.0, first, int(rows[-1])
        if len(both):
            if np.abs(before[both] / level[both] - 1).max() > _AGREE:
                continue
            at = own_at = int(both[0])
        else:
            basis = _basis(level[first] / before[own_at], splits, pydate(other.sessions[own_at]))
            if basis is None:
                continue
            price = basis
        adjusted = price
        if not key.only_adjusted and np.isfinite(key.adjusted[at]):
            base = (
                other.adjusted[own_at]
                if np.isfinite(other.adjusted[own_at])
                else other.close[own_at]
            )
            adjusted *= key.adjusted[at] / key.close[at] * other.close[own_at] / base
        until = pydate(other.sessions[first]) - timedelta(days=1)
        yield Move(text, company.key, None, until, True, price, adjusted, bare=key.only_adjusted)
        level[rows] = before[rows] * price
        first = int(rows[0])


def unrecorded_splits(
    moves: Iterable[Move],
    splits_on_record: Callable[[], Mapping[str, Sequence[tuple[date, float]]]],
) -> Iterable[tuple[str, date, float]]:
    """Yield ticker, session and factor of the splits that its closes have taken out unrecorded.

    They are on record under the later ticker that its closes were joined to as they are.

    Args:
        moves: the joins of closes.
        splits_on_record: symbol -> session and factor of its splits; asked where needed.
    """
    for move in moves:
        if move.price == 1 and move.last is not None and move.target is not None:
            source_splits = splits_on_record().get(move.source, ())
            for when, factor in splits_on_record().get(move.target, ()):
                if when > move.last and (when, factor) not in source_splits:
                    yield move.source, when, factor


def turns(bars: Sequence[Block], company: Company) -> Iterable[date]:
    """Sessions on which later closes could change how a company's closes are followed.

    Its first close, one of another of its tickers that is the latest, and the first on which
    closes of two of its tickers disagree.
    """
    tapes = [tape(bars, text) for text in company.tickers if last_close(bars, text) is not None]
    if not tapes:
        return
    closed = np.array([np.isfinite(one.level) for one in tapes])
    last = np.maximum.accumulate(np.where(closed, np.arange(closed.shape[1]), -1), axis=1)
    latest = (last >= 0) & (last == last.max(axis=0))
    before = np.hstack([np.zeros((len(tapes), 1), bool), latest[:, :-1]])
    sessions = tapes[0].sessions
    yield from map(pydate, sessions[(latest != before).any(axis=0)])
    for one, other in combinations(tapes, 2):
        with np.errstate(invalid="ignore"):
            disagree = np.abs(one.level / other.level - 1) > _AGREE
        if disagree.any():
            yield pydate(sessions[disagree.argmax()])


def _basis(step: float, splits: Sequence[tuple[date, float]], since: date) -> float | None:
    """Return the factor that puts closes under an old ticker on the basis of the new one.

    They may or may not have splits since taken out: what makes the smaller step is right.
    None where neither does.

    Args:
        step: first close under the new ticker over the last one under the old.
        splits: on record under the new ticker.
        since: session of the last close under the old one.
    """
    whole = 1 / math.prod(factor for when, factor in splits if when > since)
    price = min((1.0, whole), key=lambda basis: abs(math.log(step / basis)))
    return price if abs(math.log(step / price)) <= math.log(LEVEL) else None
