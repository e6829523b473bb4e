"""Holdings files that an issuer said it does not have, remembered so that it is not asked daily."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cache.facts.errors import SourceError
from cache.refresh import state_file
from cache.refresh.clock_skew import BEARABLE
from cache.refresh.file_plan import FileAsk

#: "There is none of that date" is believed this long.
BELIEVED: Final = timedelta(days=3)
_NAME: Final = "absent.json"


class AbsentError(SourceError):
    """An issuer answered, and what it answered is not the file: asking again will not help."""


def load_absent(home: Path, now: datetime) -> frozenset[FileAsk]:
    """The files known not to be there; empty where nothing readable is kept."""
    return frozenset(ask for ask, at in _kept(home).items() if _believed(at, now))


def remember_absent(home: Path, asks: frozenset[FileAsk], now: datetime) -> None:
    """Remember that an issuer has none of these; failing to is no error."""
    if not asks:
        return
    absent = {ask: at for ask, at in _kept(home).items() if _believed(at, now)}
    absent |= dict.fromkeys(asks, now)
    rows = [[ask.fund, f"{ask.day}", at.isoformat()] for ask, at in absent.items() if ask.day]
    state_file.keep(home / _NAME, rows)


def _believed(at: datetime, now: datetime) -> bool:
    """Whether it was said a while ago; one yet to come was written by a clock that stood wrong."""
    return -BEARABLE < now - at < BELIEVED


def _kept(home: Path) -> Mapping[FileAsk, datetime]:
    """What is on disk; a damaged row is passed over."""
    absent: dict[FileAsk, datetime] = {}
    for row in state_file.rows(home / _NAME):
        try:
            fund, day, at = row
            when = datetime.fromisoformat(at)
            if when.tzinfo is not None:
                absent[FileAsk(fund, datetime.fromisoformat(day).date())] = when
        except (ValueError, TypeError):
            continue
    return absent
