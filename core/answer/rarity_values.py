"""The numbers of rarity that an alert can be set on: percentile, streak, since when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.ratio import LevelHistory

_DAYS_A_YEAR: Final = 365.25


def gap_percentile(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Share of all stretches as long whose gap is strictly below, in per cent."""
    rank = snapshot.spread.rolling if snapshot.spread is not None else None
    return 100 * rank.percentile if rank is not None and rank.claim else None


def streak(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Sessions in a row that the small fund beat the large one; below zero where it fell behind."""
    if snapshot.spread is None:
        return None
    now = snapshot.spread.history.session_streak
    return float(now.sign * now.length)


def _years(level: LevelHistory, last: date | None, record: bool) -> float:
    """Years since a level stood as far out: 0 where the last session took it the other way."""
    since = level.first if record else last
    return (level.end - (since or level.end)).days / _DAYS_A_YEAR


def ratio_high(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Years since the ratio of closes was as high; those of the whole history at a record."""
    level = snapshot.spread.history.ratio if snapshot.spread is not None else None
    return None if level is None else _years(level, level.high_since, level.record_high)


def ratio_low(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Years since the ratio of closes was as low; those of the whole history at a record."""
    level = snapshot.spread.history.ratio if snapshot.spread is not None else None
    return None if level is None else _years(level, level.low_since, level.record_low)
