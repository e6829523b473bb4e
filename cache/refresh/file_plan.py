"""Which holdings files to ask the issuers for; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import Dates, Holdings, day, pydate
from core.data.lending import lenders
from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.refresh.request import Request

#: A holdings file taken less than this ago is not requested again.
FILE_PATIENCE: Final = timedelta(hours=6)
#: A dated holdings file may be this many days off the day asked for.
FILE_SLACK: Final = 7
#: At most this many month ends are requested, the newest ones.
MONTHS: Final = 24


@record(frozen=True, slots=True)
class FileAsk:
    """One holdings file to ask an issuer for: of a day, or the latest where ``day`` is None."""

    fund: str
    day: date | None = None

    def __str__(self) -> str:
        """How a person names the file."""
        return f"holdings {self.fund}" + ("" if self.day is None else f" of {self.day}")


def by_hand(ask: FileAsk) -> str:
    """What a person can do where an issuer gives nothing usable."""
    dated = "" if ask.day is None else f" --as-of {ask.day}"
    return (
        "download the file in a browser and run "
        f"`internals import holdings FILE --fund {ask.fund}{dated}`"
    )


def dated_lenders(funds: Mapping[str, Fund], symbol: str) -> tuple[str, ...]:
    """Funds whose dated lists stand for those of a fund whose issuer gives the newest file alone.

    Args:
        funds: known funds.
        symbol: the fund; one whose own issuer answers for past dates has none.
    """
    fund = funds.get(symbol)
    if fund is not None and fund.dated:
        return ()
    indices = {name: one.index for name, one in funds.items()}
    names = [name for name, _ in lenders(indices, symbol, funds) if funds[name].dated]
    # a fund of the same listing first: one listed abroad has other days and other words
    return tuple(sorted(names, key=lambda name: ("." in name, name)))


def stale_files(
    holdings: Mapping[str, Sequence[Holdings]],
    request: Request,
    final: date,
    absent: Collection[FileAsk] = (),
) -> Iterator[FileAsk]:
    """The latest file of each fund, its window's start, each reconstitution and month end since.

    A dated file is requested once: it does not change. One file can serve two of these days. Of
    a fund whose issuer gives the newest file alone, the dated ones are asked of a fund that
    follows the same index, or holds the same members.

    Args:
        holdings: fund -> its files, ascending.
        request: of a pair; the year's start is requested whatever the window's, and the latest
            even where it is fresh if all is wanted.
        final: the last final session.
        absent: files that their issuer said it does not have.
    """
    funds, since, sessions = request.funds, request.since, request.reference.sessions
    year_end = _session_before(sessions, date(final.year, 1, 1))
    start = year_end if since is None else min(year_end, _session_before(sessions, _after(since)))
    month_ends = _month_ends(sessions, start, final)
    asks: set[FileAsk] = set()
    # members without weights are no file of an issuer's
    issued = {name: [file for file in files if file.weighted] for name, files in holdings.items()}
    for symbol in dict.fromkeys(request.pair):
        fund = funds.get(symbol)
        files = issued.get(symbol)
        newest = files[-1] if files else None
        fresh = newest is not None and (
            newest.as_of >= final
            or (newest.fetched_at is not None and request.now - newest.fetched_at < FILE_PATIENCE)
        )
        if fund is not None and fund.urls() and (request.full or not fresh):
            yield FileAsk(symbol)
        sources = (symbol,) if fund is not None and fund.dated else dated_lenders(funds, symbol)
        if not sources:
            continue
        reconstitutions = request.reference.reconstitutions.get(symbol, ())
        remade = (at for at in reconstitutions if start < at < final)
        # A reconstitution is served by a file after it, any other day by one before it.
        dates = [(at, 0) for at in dict.fromkeys((start, year_end))]
        dates += [(at, FILE_SLACK) for at in remade]
        dates += [(at, 0) for at in month_ends]
        days = [file.as_of for name in {symbol, *sources} for file in issued.get(name, ())]
        slack = timedelta(days=FILE_SLACK)
        for at, later in dates:
            last = at + timedelta(days=later)
            first = last - slack
            if any(first <= stored <= last for stored in days):
                continue
            ask = next((a for a in (FileAsk(s, at) for s in sources) if a not in absent), None)
            if ask is None:
                continue
            days.append(at)
            if ask not in asks:
                asks.add(ask)
                yield ask


def _after(when: date) -> date:
    return when + timedelta(days=1)


def _session_before(sessions: Dates, when: date) -> date:
    """The last session before a day."""
    return pydate(sessions[int(np.searchsorted(sessions, day(when))) - 1])


def _month_ends(sessions: Dates, start: date, final: date) -> list[date]:
    """The last session of each month after ``start`` and before the month of ``final``."""
    months = np.arange(np.datetime64(_after(start), "M"), np.datetime64(final, "M"))
    month = np.timedelta64(1, "M")
    ends = [_session_before(sessions, pydate((m + month).astype("datetime64[D]"))) for m in months]
    return ends[-MONTHS:]
