"""What to ask for: decided from what is held, what is wanted and the clock, before any asking.

Pure: no disk, no network. A plan says how many requests it costs, so that a screen can name
the price of a refresh without sending one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.sessions import last_final
from core.frames import Dates, FloatArray, Holdings, Prices, Reference, day, pydate

if TYPE_CHECKING:
    from cache.funds import Fund

#: A symbol held is asked again from this many sessions before its last final close.
OVERLAP: Final = 7
#: Two closes of one session further apart than this (relative) are different histories.
TOLERANCE: Final = 1e-6
#: A whole answer with fewer than this part of the closes held does not replace them.
KEPT: Final = 0.9
#: Fund histories begin here: the first fund on the S&P 500 began to trade in January 1993.
FUNDS_FROM: Final = date(1993, 1, 1)
#: Chart requests a second that Yahoo has been seen to bear for thousands of symbols.
RATE: Final = 4.0
#: One page for the cookie and one for the crumb, once a run.
COOKIE_AND_CRUMB: Final = 2
#: A holdings file taken less than this ago is not asked for again.
FILE_PATIENCE: Final = timedelta(hours=6)
#: A dated holdings file may be this many days off the day asked for.
FILE_SLACK: Final = 7

_ASKED = re.compile(r" \(asked for (\d{4}-\d\d-\d\d)\)$")
_WAIT = re.compile(r"try again after (\d{4}-\d\d-\d\d \d\d:\d\d) UTC")


@dataclass(frozen=True, slots=True)
class Ask:
    """One symbol to ask a vendor for.

    Attributes:
        symbol: Yahoo's spelling.
        start: first day wanted.
        end: last day wanted, itself included.
        whole: the answer is the whole history, not a piece that continues what is held.
    """

    symbol: str
    start: date
    end: date
    whole: bool


@dataclass(frozen=True, slots=True)
class FileAsk:
    """One holdings file to ask an issuer for: of a day, or the latest where ``day`` is None."""

    fund: str
    day: date | None = None

    def __str__(self) -> str:
        """How a person names the file."""
        return f"holdings {self.fund}" + ("" if self.day is None else f" of {self.day}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a refresh will ask for.

    Attributes:
        files: holdings files, before any price.
        asks: symbols, in the order of asking.
        current: how many wanted symbols need no asking.
        requests: requests that the plan costs, no failure taken into account.
        expected_seconds: how long that takes at the usual rate.
        wait_until: the vendor asked not to be asked before this time.
    """

    files: tuple[FileAsk, ...] = ()
    asks: tuple[Ask, ...] = ()
    current: int = 0
    requests: int = 0
    expected_seconds: float = 0.0
    wait_until: datetime | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.files or self.asks)


class Known:
    """What is held of each symbol, read off the year blocks one symbol at a time."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self._columns = [{s: i for i, s in enumerate(b.symbols)} for b in prices.blocks]

    def closes(self, symbol: str) -> tuple[Dates, FloatArray]:
        """Sessions (K,) and closes (K,) held of a symbol, ascending, none of them NaN."""
        days: list[Dates] = [np.zeros(0, "datetime64[D]")]
        values: list[FloatArray] = [np.zeros(0)]
        for block, columns in zip(self.prices.blocks, self._columns, strict=True):
            if (column := columns.get(symbol)) is not None:
                close = block.close[:, column]
                held = ~np.isnan(close)
                days.append(block.sessions[held])
                values.append(close[held])
        return np.concatenate(days), np.concatenate(values)

    def splits(self, symbol: str) -> dict[date, float]:
        """Effective date -> split factor, as held."""
        result: dict[date, float] = {}
        for block, columns in zip(self.prices.blocks, self._columns, strict=True):
            if (column := columns.get(symbol)) is None:
                continue
            for at in np.flatnonzero(block.split.col == column):
                session = block.sessions[block.split.row[at]]
                result[pydate(session)] = float(block.split.value[at])
        return result

    def final(self, symbol: str) -> date | None:
        """The last session whose final close is held, None where there is none."""
        days, _ = self.closes(symbol)
        unfinished = self.prices.provisional.get(symbol)
        if unfinished is not None:
            days = days[days < day(unfinished)]
        return pydate(days[-1]) if len(days) else None

    def rewritten(
        self, symbol: str, session: Dates, close: FloatArray, splits: Mapping[date, float]
    ) -> str:
        """Why an answer that should continue what is held does not; "" where it does.

        Args:
            symbol: whose answer.
            session: (K,) datetime64[D], ascending sessions of the answer.
            close: (K,) float64, its closes, NaN where none.
            splits: effective date -> factor, as the answer gives them.
        """
        held = self.splits(symbol)
        for when, factor in splits.items():
            # 1e-3: vendors write 3:2 as 1.5 or 1.499999.
            if abs(held.get(when, 0.0) - factor) > 1e-3 * factor:
                return f"a new split on {when}"
        days, closes = self.closes(symbol)
        final = self.final(symbol)
        if final is None:
            return ""
        days, closes = days[days <= day(final)], closes[days <= day(final)]
        common, mine, theirs = np.intersect1d(days, session, return_indices=True)
        both = ~np.isnan(close[theirs])
        if not both.any():
            return "the answer shares no close with what is held"
        off = np.abs(close[theirs] / closes[mine] - 1.0) > TOLERANCE
        if (off & both).any():
            return f"its close of {common[off & both][0]} has changed"
        return ""

    def shrunk(self, ask: Ask, session: Dates, close: FloatArray) -> str:
        """Why a whole answer must not replace what is held; "" where it may.

        Args:
            ask: what was asked.
            session: (K,) datetime64[D], sessions of the answer.
            close: (K,) float64, its closes, NaN where none.
        """
        held = len(self.closes(ask.symbol)[0])
        came = int(np.count_nonzero(~np.isnan(close[session >= day(ask.start)])))
        if came < KEPT * held:
            return f"Yahoo gave {came} closes where {held} are held"
        return ""


def asked(reason: str, session: date) -> str:
    """A failure's reason, marked with the session it was asked for."""
    return f"{reason} (asked for {session})"


def asked_for(reason: str) -> date | None:
    """The session a failure was asked for, where its reason carries one."""
    found = _ASKED.search(reason)
    return date.fromisoformat(found[1]) if found else None


def wait(until: datetime) -> str:
    """Words for "not before this time", which ``wait_until`` reads back."""
    return f"try again after {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def wait_until(reasons: Iterable[str], now: datetime) -> datetime | None:
    """The latest time, still ahead, before which a vendor asked not to be asked."""
    times = [
        datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        for found in map(_WAIT.search, set(reasons))
        if found
    ]
    return max((time for time in times if time > now), default=None)


def make_plan(
    held: Prices,
    holdings: Mapping[str, Sequence[Holdings]],
    pair: tuple[str, str],
    now: datetime,
    reference: Reference,
    *,
    funds: Mapping[str, Fund] | None = None,
    full: bool = False,
    years: int = 2,
    rate: float = RATE,
) -> Plan:
    """What to ask for so that a pair can be answered as of the last final session.

    Funds come first, then lines by weight. A symbol is asked whole when no close of it is
    held or ``full`` is set, else from seven sessions before its last final close. One that
    answered through the last final session, or that the vendor did not know when asked for
    that session, is not asked again.

    Args:
        held: the prices held.
        holdings: fund -> its files, ascending.
        pair: the two funds.
        now: the time, with its time zone.
        reference: exchange sessions, renamed symbols, reconstitution dates.
        funds: where issuers keep their files; without it no file is asked for.
        full: ask for everything, whole.
        years: how far back the lines go; funds go back to 1993.
        rate: requests a second, for the expected time.
    """
    final = last_final(now)
    known = Known(held)
    asks: list[Ask] = []
    wanted = _wanted(holdings, pair, _years_back(now.date(), years), reference.aliases)
    for symbol in wanted:
        last = known.final(symbol)
        if not full and _refused(held, symbol, final):
            continue
        if full or last is None:
            asks.append(whole(symbol, known, pair, now, years))
        elif max(last, held.through.get(symbol, last)) < final:
            start = _sessions_back(reference.sessions, last, OVERLAP)
            asks.append(Ask(symbol, start, _until(now), whole=False))
    files = tuple(_files(holdings, pair, now, final, reference, funds or {}, full=full))
    requests = len(files) + len(asks) + (COOKIE_AND_CRUMB if asks else 0)
    return Plan(
        files=files,
        asks=tuple(asks),
        current=len(wanted) - len(asks),
        requests=requests,
        expected_seconds=round(requests / rate, 1),
        wait_until=wait_until(held.failures.values(), now),
    )


def whole(symbol: str, known: Known, pair: tuple[str, str], now: datetime, years: int = 2) -> Ask:
    """The Ask for a symbol's whole history: funds from 1993 on, lines for some years.

    It reaches back to the first close held, so that replacing loses no year.
    """
    begin = FUNDS_FROM if symbol in pair else _years_back(now.date(), years)
    days, _ = known.closes(symbol)
    if len(days):
        begin = min(begin, pydate(days[0]))
    return Ask(symbol, begin, _until(now), whole=True)


def _until(now: datetime) -> date:
    """Today at the exchange or, past midnight elsewhere, tomorrow: nothing lies beyond."""
    return now.astimezone(UTC).date()


def _wanted(
    holdings: Mapping[str, Sequence[Holdings]],
    pair: tuple[str, str],
    since: date,
    aliases: Mapping[str, str],
) -> list[str]:
    """The pair, then every line of its files since a date, heaviest first."""
    weight: dict[str, float] = {}
    for fund in pair:
        files = holdings.get(fund, ())
        for file in [f for f in files if f.as_of >= since] or files[-1:]:
            for symbol, value in zip(file.symbols, file.value / file.total, strict=True):
                # A renamed line trades, and is known to the vendor, under its new symbol.
                now_named = aliases.get(symbol, symbol)
                weight[now_named] = max(weight.get(now_named, 0.0), float(value))
    lines = sorted(weight.keys() - set(pair), key=lambda s: (-weight[s], s))
    return [*dict.fromkeys(pair), *lines]


def _refused(held: Prices, symbol: str, final: date) -> bool:
    """Whether the vendor was already asked for this session and had no use for the symbol."""
    return asked_for(held.failures.get(symbol, "")) == final


def _files(
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


def _years_back(today: date, years: int) -> date:
    """The same day years ago and ten days more, so that the anchor has a close before it."""
    year = today.year - years
    try:
        anchor = today.replace(year=year)
    except ValueError:  # 29 February
        anchor = date(year, 2, 28)
    return anchor - timedelta(days=10)


def _sessions_back(sessions: Dates, when: date, count: int) -> date:
    """The session ``count`` sessions before ``when``."""
    at = int(np.searchsorted(sessions, day(when), side="right")) - 1
    return pydate(sessions[max(at - count, 0)])


def _session_before(sessions: Dates, when: date) -> date:
    """The last session before a day."""
    return pydate(sessions[int(np.searchsorted(sessions, day(when))) - 1])
