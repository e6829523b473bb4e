"""Holdings files that an issuer does not have, remembered so that they are not requested daily."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cache.facts.errors import SourceError
from cache.refresh import state_file
from cache.refresh.clock_skew import BEARABLE
from cache.refresh.file_plan import FileAsk

#: "There is none of that date" is believed this long, and of a day as old as that longer.
BELIEVED: Final = timedelta(days=3)
OLD, BELIEVED_OF_OLD = timedelta(days=100), timedelta(days=180)
_NAME: Final = "absent.json"


class AbsentError(SourceError):
    """An issuer answered without the file: a second request will not help."""


def load_absent(home: Path, now: datetime) -> frozenset[FileAsk]:
    """Return the files known to be missing; empty where no readable record exists."""
    return frozenset(_still_absent(home, now))


def remember_absent(home: Path, asks: frozenset[FileAsk], now: datetime) -> None:
    """Record that an issuer has none of these files; a failed write is ignored."""
    if not asks:
        return
    absent = _still_absent(home, now) | dict.fromkeys(asks, now)
    rows = [[ask.fund, f"{ask.day}", at.isoformat()] for ask, at in absent.items() if ask.day]
    state_file.keep(home / _NAME, rows)


def _believed(ask: FileAsk, at: datetime, now: datetime) -> bool:
    """Whether a record's time is in the past; a future one was written under a wrong clock."""
    old = ask.day is not None and ask.day < (now - OLD).date()
    return -BEARABLE < now - at < (BELIEVED_OF_OLD if old else BELIEVED)


def _still_absent(home: Path, now: datetime) -> dict[FileAsk, datetime]:
    """File -> when its issuer was found to lack it, as far as that is still believed."""
    absent = state_file.read(home / _NAME, _parsed)
    return {ask: at for ask, at in absent.items() if _believed(ask, at, now)}


def _parsed(fund: str, day: str, at: str) -> tuple[FileAsk, datetime]:
    return FileAsk(fund, datetime.fromisoformat(day).date()), state_file.moment(at)
