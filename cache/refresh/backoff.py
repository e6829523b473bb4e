"""Backoff: a symbol that failed is not requested again for a time that grows with each failure.

The memory lies beside the store, so that cron, screens and restarts share it; whether a symbol
waits is decided from it and the clock alone. In doubt a symbol is requested: a memory that is
lost, damaged, from the future or older than the data of the symbol holds nobody back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from cache.refresh import state_file
from core.data.record import record

_HOUR: Final = timedelta(hours=1)
#: What was vain -> how long a symbol is left alone after the first time, the second and so on.
PAUSES: Final[Mapping[str, tuple[timedelta, ...]]] = {
    # an error of the vendor's, a time-out, nothing where something is stored
    "failed": (timedelta(minutes=5), timedelta(minutes=15), _HOUR, 4 * _HOUR),
    # an answer without the newest close: often late, by minutes or by days
    "late": (timedelta(minutes=10), timedelta(minutes=30), _HOUR, 3 * _HOUR),
    # four hours short of days, so that a refresh each evening need not come to the minute
    "unknown": (20 * _HOUR, 44 * _HOUR, 68 * _HOUR),
}
#: Vain askings further apart than this are not in a row.
APART: Final = timedelta(days=7)


@record(frozen=True, slots=True)
class Wait:
    """The last failed request for a symbol.

    Attributes:
        why: what was vain, of `PAUSES`.
        times: how often in a row, each after the pause of the one before.
        at: when.
        session: the last session whose close was final then.
    """

    why: str
    times: int
    at: datetime
    session: date

    @property
    def until(self) -> datetime:
        """The time before which the symbol is not requested."""
        pauses = PAUSES[self.why]
        return self.at + pauses[min(self.times, len(pauses)) - 1]

    def holds(self, now: datetime, final: date, last_fetch: datetime | None) -> bool:
        """Whether the symbol still waits.

        Args:
            now: the time.
            final: the last session whose close is final; a new one is a new question to all
                but those the vendor does not know.
            last_fetch: when the newest stored bars of the symbol were taken.
        """
        if self.why != "unknown" and final > self.session:
            return False
        if last_fetch is not None and last_fetch > self.at:
            return False
        return self.at <= now < self.until

    def again(self, why: str, now: datetime, session: date) -> Wait:
        """Return the wait after one more failure; an early one does not lengthen it."""
        in_a_row = self.why == why and timedelta(0) <= now - self.at < APART
        if why == "late" and session > self.session:
            in_a_row = False
        grown = self.times + (now >= self.until) if in_a_row else 1
        return Wait(why, min(grown, len(PAUSES[why])), now, session)


def load_waits(home: Path, vendor: str = "yahoo") -> dict[str, Wait]:
    """Read symbol -> its last failed request; a damaged row is skipped."""
    return state_file.read(home / _name(vendor), _parsed)


def _parsed(symbol: str, why: str, times: int, at: str, session: str) -> tuple[str, Wait]:
    wait = Wait(why, int(times), state_file.moment(at), date.fromisoformat(session))
    if not isinstance(symbol, str) or why not in PAUSES or wait.times < 1:
        raise ValueError(symbol)
    return symbol, wait


def keep_waits(home: Path, waits: Mapping[str, Wait], now: datetime, vendor: str = "yahoo") -> None:
    """Store the waits for the next refresh, without those long past."""
    state_file.keep(
        home / _name(vendor),
        [
            [symbol, wait.why, wait.times, wait.at.isoformat(), f"{wait.session}"]
            for symbol, wait in waits.items()
            if now - wait.at < APART
        ],
    )


def _name(vendor: str) -> str:
    """The file of one vendor's waits; the first vendor's has none in its name."""
    return "waits.json" if vendor == "yahoo" else f"waits-{vendor}.json"
