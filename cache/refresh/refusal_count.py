"""Count a vendor's refusals in a row: after many it may have blocked this address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cache.refresh import state_file
from core.data.record import record

#: Refreshes in a row that were limited and returned nothing, and the time they span.
TIMES: Final = 3
SPAN: Final = timedelta(hours=2)
_NAME: Final = "refused.json"


@record(frozen=True, slots=True)
class Refusals:
    """Refreshes in a row that a vendor limited at once.

    Attributes:
        since: the first of them.
        times: how many.
    """

    since: datetime
    times: int

    def words(self, vendor: str, now: datetime) -> str:
        """A sentence with what can be done, "" where it may yet pass."""
        if self.times < TIMES or now - self.since < SPAN:
            return ""
        since = f"{self.since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return (
            f"{vendor} has refused all {self.times} refreshes since {since}:"
            " a shared or cloud address may be refused for good; fetch from another network, set"
            ' another source ([prices] source = "massive" in config.toml), or import price files'
        )


def note_refusal(home: Path, vendor: str, now: datetime, *, refused: bool) -> Refusals | None:
    """Remember whether a refresh was limited and returned nothing; returns the row of such ones."""
    counts = state_file.read(home / _NAME, _parsed)
    before = counts.pop(vendor, None)
    if not refused:
        if before is not None:
            _keep(home, counts)
        return None
    since = before.since if before is not None and before.since <= now else now
    counts[vendor] = Refusals(since, (before.times if before is not None else 0) + 1)
    _keep(home, counts)
    return counts[vendor]


def _parsed(vendor: str, since: str, times: int) -> tuple[str, Refusals]:
    refusals = Refusals(state_file.moment(since), int(times))
    if not isinstance(vendor, str) or refusals.times < 1:
        raise ValueError(vendor)
    return vendor, refusals


def _keep(home: Path, refusals: dict[str, Refusals]) -> None:
    rows = [[vendor, one.since.isoformat(), one.times] for vendor, one in refusals.items()]
    state_file.keep(home / _NAME, rows)
