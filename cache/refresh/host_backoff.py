"""Backoff of hosts that refused: each waits for a time that grows with every refusal.

A refusal (403, 406, 429) says nothing of the file that was requested: it says that we are not to
ask, or not now. The memory lies beside the store, so that cron, screens and restarts share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cache.refresh import state_file
from cache.refresh.clock_skew import BEARABLE
from cache.refresh.retry_after import LIMIT_PAUSE, retry_at
from core.data.record import record

#: How long a host is left alone after the first refusal in a row, the second and so on.
PAUSES: Final = (LIMIT_PAUSE, timedelta(hours=2), timedelta(hours=8), timedelta(hours=20))
#: Refusals further apart than this are not in a row.
APART: Final = timedelta(days=7)
_NAME: Final = "hosts.json"


@record(frozen=True, slots=True)
class LeftHost:
    """A host that refused to talk.

    Attributes:
        status: how it refused, an HTTP status.
        times: how often in a row.
        at: when it last did.
        until: not asked before this.
    """

    status: int
    times: int
    at: datetime
    until: datetime

    def __str__(self) -> str:
        """The words about the host that follow its name in a sentence."""
        until = self.until.astimezone(UTC)
        return (
            f"refused to talk (error {self.status}) and is left alone until"
            f" {until:%Y-%m-%d %H:%M} UTC"
        )

    def holds(self, now: datetime) -> bool:
        """Whether the host is still left alone; not so where the clock was wrong at the refusal."""
        return self.at - BEARABLE <= now < self.until


def refused_again(
    before: LeftHost | None,
    now: datetime,
    status: int,
    retry_after: str | None = None,
    date: str | None = None,
) -> LeftHost:
    """How long a host is to be left alone after a refusal.

    Args:
        before: its refusal before, if any.
        now: the time.
        status: how it refused.
        retry_after: its header, which counts where it is longer than the pause.
        date: the answer's own Date.
    """
    in_a_row = before is not None and timedelta(0) <= now - before.at < APART
    times = before.times + 1 if before is not None and in_a_row else 1
    until = now + PAUSES[min(times, len(PAUSES)) - 1]
    if retry_after:
        until = max(until, retry_at(retry_after, now, date))
    return LeftHost(status, times, now, until)


def load_hosts(home: Path) -> dict[str, LeftHost]:
    """Host -> its last refusal; a damaged row is passed over."""
    return state_file.read(home / _NAME, _parsed)


def _parsed(host: str, status: int, times: int, at: str, until: str) -> tuple[str, LeftHost]:
    refusal = LeftHost(int(status), int(times), state_file.moment(at), state_file.moment(until))
    if not isinstance(host, str) or refusal.times < 1:
        raise ValueError(host)
    return host, refusal


def keep_hosts(home: Path, hosts: Mapping[str, LeftHost], now: datetime) -> None:
    """Store refused hosts for the next refresh, but for those long past; failing is no error."""
    state_file.keep(
        home / _NAME,
        [
            [name, one.status, one.times, one.at.isoformat(), one.until.isoformat()]
            for name, one in hosts.items()
            if now - one.at < APART
        ],
    )
