"""The numbers of rarity that an alert can be set on: percentile, streak, since when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.answer.views import Snapshot

_DAYS_A_YEAR: Final = 365.25


def rank(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Place of the gap, or of an index's return, among the same windows of every year."""
    spread = snapshot.ranked
    return float(spread.same_window.rank) if spread and spread.same_window.claim else None


def z(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """The gap, or an index's return, against those of its years, in sample deviations."""
    spread = snapshot.ranked
    return spread.same_window.z if spread and spread.same_window.claim else None


def percentile(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Share of all stretches as long whose gap (or return) is strictly below, in per cent."""
    spread = snapshot.ranked
    rolling = spread.rolling if spread else None
    return 100 * rolling.percentile if rolling is not None and rolling.claim else None


def streak(snapshot: Snapshot, fund: str, symbol: str) -> float | None:
    """Sessions in a row that the small fund beat the large one; below zero where it fell behind.

    Of one index alone: sessions in a row that it rose, below zero where it fell. None where closes
    are missing before it.
    """
    spread = snapshot.ranked
    run = None if spread is None else spread.history.session_run
    return None if run is None else float(run)


def level_since(snapshot: Snapshot, fund: str, symbol: str, *, high: bool) -> float | None:
    """Years since the ratio of closes was as high, or as low; those of the history at a record.

    Of one index alone: since its close was. 0 where the last session took it the other way.
    """
    spread = snapshot.ranked
    level = spread.history.ratio if spread else None
    if level is None:
        return None
    record = level.record_high if high else level.record_low
    last = level.high_since if high else level.low_since
    since = level.first if record else last or level.end
    return (level.end - since).days / _DAYS_A_YEAR
