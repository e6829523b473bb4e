"""The last refresh: what it fetched and cost, what failed and why, and when that is tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cache.facts.errors import CacheError
from cache.facts.sessions import last_final
from cache.refresh.backoff import load_waits
from cache.refresh.lock import last_record
from cache.refresh.plan import left_alone
from core.data.record import record
from tui.text import formats as f

if TYPE_CHECKING:
    from core.data.frames import Prices

LATE = "no close of the last session yet"


@record(frozen=True, slots=True)
class FailureGroup:
    """The symbols or files that failed for one reason.

    Attributes:
        reason: why.
        names: symbols or files.
        until: the first of them is not requested again before this, None where all are.
    """

    reason: str
    names: tuple[str, ...]
    until: datetime | None = None


@record(frozen=True, slots=True)
class Fetched:
    """The last refresh of a store, and what is still missing after it.

    Attributes:
        ended: when it ended, None where none is remembered.
        message: its one sentence.
        figures: what it brought and cost, by name.
        groups: what failed, most frequent reason first.
        disputed: symbol -> what another source says of closes that are stored.
    """

    ended: datetime | None
    message: str
    figures: Mapping[str, int]
    groups: tuple[FailureGroup, ...]
    disputed: Mapping[str, str] = field(default_factory=dict)

    def sentences(self, now: datetime) -> list[str]:
        """Sentences about what the refresh fetched and cost."""
        if self.ended is None:
            return [self.message]
        opening = [f"{self.message} ({f.ago(self.ended, now)})"]
        figures = ((name.replace("_", " "), count) for name, count in self.figures.items())
        return [*opening, ", ".join(f"{count:,} {name}" for name, count in figures if count)]

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain JSON values."""
        ended = self.ended and self.ended.isoformat(timespec="seconds")
        return {"ended": ended, "message": self.message, **self.figures}


def fetched(home: Path, prices: Prices, pair: tuple[str, str], now: datetime) -> Fetched:
    """Return what is known of the last refresh and of what it could not get.

    The funds of the pair never wait.
    """
    record = last_record(home)
    ended, figures, files = None, dict[str, int](), dict[str, str]()
    try:
        ended = datetime.fromisoformat(record["ended"])
        message = str(record["message"])
        figures = {str(name): int(count) for name, count in record["figures"].items()}
        files = {str(name): str(why) for name, why in record["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        ended, message = None, "no refresh of this store is remembered, or one is under way"
    groups = _groups(home, prices, files, pair, now)
    return Fetched(ended, message, figures, groups, prices.disputed)


def _groups(
    home: Path, prices: Prices, files: Mapping[str, str], pair: tuple[str, str], now: datetime
) -> tuple[FailureGroup, ...]:
    try:
        final = last_final(now)
    except CacheError:
        return ()
    waits = load_waits(home)
    why = dict(files) | dict(prices.failures)
    until: dict[str, datetime] = {}
    for symbol in prices.failures.keys() | waits.keys():
        at = left_alone(prices, symbol, waits.get(symbol), now, final)
        if at is None or symbol in pair:
            continue
        if symbol not in why and waits[symbol].why == "late":
            why[symbol] = LATE
        until[symbol] = at
    names: dict[str, list[str]] = {}
    for name in sorted(why):
        names.setdefault(why[name], []).append(name)
    ordered = sorted(names.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(
        FailureGroup(
            reason, tuple(symbols), min((until[n] for n in symbols if n in until), default=None)
        )
        for reason, symbols in ordered
    )


def until_words(group: FailureGroup) -> str:
    """When the first of its symbols is requested again."""
    if group.until is None:
        return "requested at the next refresh"
    return f"requested again after {group.until:%Y-%m-%d %H:%M} UTC"
