"""The holdings files of a refresh: ask issuers for them, judge them, commit each as it comes."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from cache.facts.errors import SourceError
from cache.refresh.absent_files import AbsentError, remember_absent
from cache.refresh.clock_skew import careful
from cache.refresh.file_plan import FILE_SLACK, FileAsk, by_hand
from cache.refresh.host_backoff import keep_hosts, load_hosts
from cache.refresh.interrupt import unless
from cache.refresh.jumps import doubts_kept, odd, same_rows
from core.data.windows import last_on_or_before

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.refresh.run_state import RunState
    from cache.refresh.sources import FileRead, FileSource
    from core.data.frames import Holdings

#: How the reason of a file begins that does not say its day.
NO_DATE: Final = "states no date"
#: A file younger than this may come yet: that there is none is not remembered.
NOT_YET: Final = timedelta(days=4)


class FileStage:
    """The files of one refresh.

    Args:
        run: the refresh, whose state is updated with what came and what did not.
        source: where the files come from.
        vendor: name of the source of the refresh's prices, for the list of imports.
        pace: seconds from one request to the next, at least.
        slack: days that the session of a file may lie from the day asked for.

    Attributes:
        refusals: host -> its refusal to talk, because of which it is not asked.
    """

    def __init__(
        self,
        run: RunState,
        source: FileSource,
        vendor: str,
        *,
        pace: float = 0.0,
        slack: int = FILE_SLACK,
    ) -> None:
        self.run, self.source, self.vendor, self.pace = run, source, vendor, pace
        self._slack = timedelta(days=slack)
        self._next_request = -math.inf
        self.refusals = load_hosts(run.store.home)
        self._absent: set[FileAsk] = set()

    def fetch(self, asks: tuple[FileAsk, ...]) -> None:
        """Ask issuers for files and commit each as it comes."""
        run, request = self.run, self.run.request
        self.source.refusals = {} if request.again or request.full else dict(self.refusals)
        self._fetch(asks)
        # What is of yesterday may not have been published yet.
        old = request.now.date() - NOT_YET
        dated = frozenset(ask for ask in self._absent if ask.day is not None and ask.day < old)
        remember_absent(run.store.home, dated, request.now)
        if self.source.refusals != self.refusals:
            self.refusals = dict(self.source.refusals)
            keep_hosts(run.store.home, self.refusals, request.now)

    def _fetch(self, asks: tuple[FileAsk, ...]) -> None:
        run = self.run
        run.total = len(asks)
        silent: set[str] = set()
        for ask in asks:
            run.store.guard.check()
            run.say("holdings", symbol=ask.fund, message=f"asking for {ask}", always=True)
            run.done += 1
            if ask.fund in silent:
                run.failed[str(ask)] = "not requested: its issuer did not answer before"
                continue
            fund = run.request.funds[ask.fund]
            answer = unless(run.stop, partial(self._get, fund, ask.day))
            if answer is None:
                # stopped before it came: it is requested by the next run
                run.done -= 1
                break
            if isinstance(answer, SourceError):
                run.failed[str(ask)] = answer.reason
                if isinstance(answer, AbsentError):
                    self._absent.add(ask)
                else:
                    silent.add(ask.fund)
            else:
                run.skew.note(self.source.dated, run.clock())
                self._keep(ask, *answer)

    def _get(self, fund: Fund, on: date | None) -> tuple[bytes, str]:
        """Fetch one file, with its address, when the pause between requests is over."""
        self.run.stop.wait(max(self._next_request - time.monotonic(), 0.0))
        self._next_request = time.monotonic() + self.pace
        return self.source.get(fund, on)

    def _keep(self, ask: FileAsk, raw: bytes, address: str) -> None:
        """Read a file and commit its lines; say why where it is not used."""
        run = self.run
        # No file is of a day that has not come by the issuer's clock either.
        now = careful(run.clock(), run.skew.off)
        read = partial(self.source.read, raw, address, fund=ask.fund, now=now)
        undated = False
        try:
            try:
                file = read()
            except SourceError as error:
                # A file may do without a date of its own; the day asked for is then its day.
                if ask.day is None or not error.reason.startswith(NO_DATE):
                    raise
                file, undated = read(as_of=ask.day), True
        except SourceError as error:
            run.failed[str(ask)] = f"{error.reason}; if its layout has changed, {by_hand(ask)}"
            self._absent.add(ask)
            return
        if why := self._of_another_day(ask, file.holdings, undated=undated):
            run.failed[str(ask)] = why
            self._absent.add(ask)
            return
        rows = self._believed(ask, file)
        if rows is None:
            return
        snapshot = run.store.commit(holdings=[(rows, file.raw)], note=run.note(self.vendor))
        run.holdings, run.generation = snapshot.holdings, snapshot.generation
        run.files.append(str(FileAsk(ask.fund, rows.as_of)))

    def _of_another_day(self, ask: FileAsk, rows: Holdings, *, undated: bool) -> str:
        """Why a file is not of the requested day, "" where it may be.

        Some issuers answer for any day with today's file, which need not say its date.
        """
        if ask.day is None:
            return ""
        # a file dated a holiday stands for the session before
        session = last_on_or_before(self.run.request.reference.sessions, rows.as_of) or rows.as_of
        if abs(session - ask.day) > self._slack:
            return f"the issuer gave its file of {rows.as_of} instead"
        for other in self.run.holdings.get(ask.fund, ()) if undated else ():
            if abs(other.as_of - ask.day) > self._slack and same_rows(rows, other):
                return f"the issuer gave its file of {other.as_of} once more"
        return ""

    def _believed(self, ask: FileAsk, file: FileRead) -> Holdings | None:
        """Return a file's lines, dated by its prices; None where it is set aside."""
        run, rows = self.run, file.holdings
        all_files = chain.from_iterable(run.holdings.values())
        oddity = odd(rows, file.rejected, run.holdings.get(rows.fund, ()), run.prices, all_files)
        name = FileAsk(rows.fund, rows.as_of)
        rows = replace(rows, doubts=doubts_kept(rows, (*oddity.why, *oddity.notes)))
        if oddity.why:
            run.store.change(lambda draft: draft.keep_aside(rows, file.raw, oddity.why))
            run.failed[str(ask)] = (
                f"{name} is set aside, it {'; '.join(oddity.why)};"
                " `internals refresh --accept` uses it"
            )
            self._absent.add(ask)
            return None
        if not_read := [row for row in file.rejected if row.symbol]:
            first = f"{not_read[0].symbol}: {not_read[0].reason}"
            run.notes.append(f"{len(not_read):,} rows of {name} were not read ({first})")
        run.notes += [f"{name} {note}" for note in oddity.notes]
        if oddity.dated is not None:
            run.notes.append(f"{name} is dated {oddity.dated}, which its prices are of")
            rows = replace(rows, as_of=oddity.dated)
        return rows
