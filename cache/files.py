"""Which holdings files to ask the issuers for; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.frames import Dates, Holdings, Reference, day, pydate

if TYPE_CHECKING:
    from cache.funds import Fund

#: A holdings file taken less than this ago is not asked for again.
FILE_PATIENCE: Final = timedelta(hours=6)
#: A dated holdings file may be this many days off the day asked for.
FILE_SLACK: Final = 7


@dataclass(frozen=True, slots=True)
class FileAsk:
    """One holdings file to ask an issuer for: of a day, or the latest where ``day`` is None."""

    fund: str
    day: date | None = None

    def __str__(self) -> str:
        """How a person names the file."""
        return f"holdings {self.fund}" + ("" if self.day is None else f" of {self.day}")


def stale_files(
    holdings: Mapping[str, Sequence[Holdings]],
    pair: tuple[str, str],
    now: datetime,
    final: date,
    reference: Reference,
    funds: Mapping[str, Fund],
    *,
    full: bool,
) -> Iterable[FileAsk]:
    """Files worth asking for: the latest, the year's start, and each reconstitution since."""
    for symbol in dict.fromkeys(pair):
        fund = funds.get(symbol)
        if fund is None or not fund.addresses:
            continue
        files = holdings.get(symbol, ())
        newest = files[-1] if files else None
        fresh = newest is not None and (
            newest.as_of >= final
            or (newest.fetched_at is not None and now - newest.fetched_at < FILE_PATIENCE)
        )
        if full or not fresh:
            yield FileAsk(symbol)
        held = [file.as_of for file in files]
        year_end = _session_before(reference.sessions, date(final.year, 1, 1))
        if not fund.urls(year_end):
            continue
        slack = timedelta(days=FILE_SLACK)
        if not any(year_end - slack <= at <= year_end for at in held):
            yield FileAsk(symbol, year_end)
        for remade in reference.reconstitutions.get(symbol, ()):
            if year_end < remade < final and not any(remade <= at <= remade + slack for at in held):
                yield FileAsk(symbol, remade)


def _session_before(sessions: Dates, when: date) -> date:
    """The last session before a day."""
    return pydate(sessions[int(np.searchsorted(sessions, day(when))) - 1])
