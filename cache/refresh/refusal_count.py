"""Count a vendor's refusals in a row: after many it may have blocked this address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cache.refresh import state_file

#: Refreshes in a row that were limited and returned nothing, and the time they span.
TIMES: Final = 3
SPAN: Final = timedelta(hours=2)
_NAME: Final = "refused.json"


def note_refusal(home: Path, vendor: str, now: datetime, *, refused: bool) -> str:
    """Remember whether a refresh was limited and returned nothing.

    Returns:
        A sentence with what can be done after many such refreshes, "" where it may yet pass.
    """
    counts = state_file.read(home / _NAME, _parsed)
    before = counts.pop(vendor, None)
    since, times = before or (now, 0)
    since, times = min(since, now), times + 1
    if refused:
        counts[vendor] = since, times
    if refused or before is not None:
        rows = [[name, first.isoformat(), count] for name, (first, count) in counts.items()]
        state_file.keep(home / _NAME, rows)
    if not refused or times < TIMES or now - since < SPAN:
        return ""
    return (
        f"{vendor} has refused all {times} refreshes since {since.astimezone(UTC):%Y-%m-%d %H:%M}"
        " UTC: a shared or cloud address may be refused for good; fetch from another network, set"
        ' another source ([prices] source = "massive" in config.toml), or import price files'
    )


def _parsed(vendor: str, since: str, times: int) -> tuple[str, tuple[datetime, int]]:
    first, count = state_file.moment(since), int(times)
    if not isinstance(vendor, str) or count < 1:
        raise ValueError(vendor)
    return vendor, (first, count)
