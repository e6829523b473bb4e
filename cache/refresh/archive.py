"""An issuer's dated holdings files of many years: choose which to request, and request them slowly.

What came is committed file by file, so that a run that was stopped goes on where it was. What the
archive is known not to have (`cache/facts/data/archive.toml`) is never asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.datafile import package_text, parse_toml
from cache.facts.vendors import YAHOO
from cache.refresh.file_plan import FileAsk
from cache.refresh.file_stage import FileStage
from cache.refresh.interrupt import signals
from cache.refresh.lock import turn
from cache.refresh.progress import Progress
from cache.refresh.request import Request
from cache.refresh.run_state import RunState
from core.data.frames import Dates, day, pydate
from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.refresh.sources import FileSource
    from cache.store.store import Store
    from core.data.frames import Holdings, Reference

#: Seconds from one request to the next.
PACE: Final = 2.0
_FILE: Final = "archive.toml"


@record(frozen=True, slots=True)
class Archive:
    """What an issuer's archive of one fund has, as far as known; by default all is requested.

    Attributes:
        first: the first day that is answered.
        months: from when month ends are; before it quarter ends alone.
        daily: from when every session is.
        holes: stretches, both ends included, for which nothing is.
    """

    first: date = date.min
    months: date = date.min
    daily: date = date.min
    holes: tuple[tuple[date, date], ...] = ()

    def has(self, on: date, *, month_end: bool) -> bool:
        """Whether a session's file may be there."""
        if on < self.first or any(begin <= on <= end for begin, end in self.holes):
            return False
        if not month_end:
            return on >= self.daily
        return on >= self.months or on.month % 3 == 0


def archive_of(fund: Fund) -> Archive:
    """What is known of a fund's archive."""
    facts = parse_toml(package_text(_FILE), _FILE)
    dates = {k: date.fromisoformat(v) for k, v in facts["funds"].get(fund.symbol, {}).items()}
    holes = facts["issuers"].get(fund.issuer, {}).get("holes", ())
    return Archive(
        **dates,
        holes=tuple((date.fromisoformat(one), date.fromisoformat(other)) for one, other in holes),
    )


@record(frozen=True, slots=True)
class ArchivePlan:
    """What a run over an archive would ask for.

    Attributes:
        asks: files, the oldest first: each is judged against the one before.
        stored: how many of the wanted days are stored.
        absent: how many the archive is known not to have.
    """

    asks: tuple[FileAsk, ...]
    stored: int
    absent: int

    def sentence(self, pace: float = PACE) -> str:
        """How many files will be requested, and how long it takes."""
        minutes = max(round(len(self.asks) * pace / 60), 1)
        unit = "minute" if minutes == 1 else "minutes"
        tail = f"; {self.stored:,} are stored, {self.absent:,} are not in the archive"
        if not self.asks:
            return f"nothing to ask for{tail}"
        span = f"{self.asks[0].day} to {self.asks[-1].day}"
        every = f"one request every {pace:g} s: about {minutes:,} {unit}"
        return f"{len(self.asks):,} files, {span}, {every}{tail}"


def archive_plan(
    fund: Fund,
    files: Sequence[Holdings],
    sessions: Dates,
    since: int,
    final: date,
    *,
    daily: bool = False,
    absent: Collection[FileAsk] = (),
) -> ArchivePlan:
    """Which files of a fund to ask its issuer for, from a year on; pure.

    Args:
        fund: with its issuer's addresses.
        files: of the fund that are stored, ascending.
        sessions: every session of the exchange.
        since: the first year.
        final: the last final session.
        daily: every session, where the archive has it, else month ends.
        absent: files that the issuer said lately it does not have.
    """
    archive = archive_of(fund)
    within = sessions[(sessions >= day(date(since, 1, 1))) & (sessions <= day(final))]
    month = within.astype("datetime64[M]")
    last = np.append(month[1:] != month[:-1], False) if len(within) else np.zeros(0, bool)
    # members without weights are no file of an issuer's
    days = {file.as_of for file in files if file.weighted}
    # a file dated a holiday stands for the session before
    places = np.searchsorted(within, np.array(sorted(days), "datetime64[D]"), side="right")
    stood_for = {pydate(within[place - 1]) for place in places.tolist() if place}
    asks, stored, missing = [], 0, 0
    for on, month_end in zip(map(pydate, within), last.tolist(), strict=True):
        if not (daily or month_end):
            continue
        if on in stood_for:
            stored += 1
        elif not archive.has(on, month_end=month_end) or FileAsk(fund.symbol, on) in absent:
            missing += 1
        else:
            asks.append(FileAsk(fund.symbol, on))
    return ArchivePlan(tuple(asks), stored, missing)


@record(frozen=True, slots=True)
class ArchiveSummary:
    """The result of a run over an archive.

    Attributes:
        files: those that came.
        failed: file -> why it is not there.
        left: files not requested, as the run was stopped.
    """

    files: tuple[str, ...]
    failed: Mapping[str, str]
    left: int


def fetch_archive(
    store: Store,
    fund: Fund,
    plan: ArchivePlan,
    files: FileSource,
    now: datetime,
    reference: Reference,
    *,
    pace: float = PACE,
    report: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> ArchiveSummary:
    """Ask for the files of a plan and commit each as it comes; see `cache.refresh.file_stage`.

    Raises:
        StoreError: the store cannot be read or written.
    """
    stop = stop or threading.Event()
    pair = (fund.symbol, fund.symbol)

    def waiting(message: str) -> None:
        if report is not None:
            report(Progress("plan", message=message))

    task = f"archive of {fund.symbol}"
    with signals(stop), turn(store.home, task, stop=stop, waiting=waiting):
        run = RunState(store, Request(pair, now, reference, {fund.symbol: fund}), report, stop)
        with store.guard.pinned():
            run.load()
            FileStage(run, files, YAHOO.name, pace=pace, slack=0).fetch(plan.asks)
        run.say("done", message=f"{len(run.files):,} files fetched", always=True)
    return ArchiveSummary(tuple(run.files), dict(run.failed), len(plan.asks) - run.done)
