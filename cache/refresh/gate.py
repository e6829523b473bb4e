"""A vendor's answer, and the validation of its bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from cache.facts.sessions import (
    NEW_YORK,
    SETTLE,
    last_final,
    last_session,
    session_before,
    sessions,
)
from cache.refresh.reasons import with_session
from core.data.frames import (
    JUMP,
    STALE_SESSIONS,
    BoolArray,
    Dates,
    FloatArray,
    IntArray,
    day,
    pydate,
)
from core.data.record import record
from core.data.splits import BESIDES, OFF, TELLING, denied

if TYPE_CHECKING:
    from cache.refresh.ask import Ask

Kind = Literal["", "not_found", "rate_limited", "try_again", "bad_data"]
#: Who an answer is from: the vendor, nobody within the time, or nobody because nobody was asked.
AnsweredBy = Literal["vendor", "nobody", "unasked"]

#: Closes that may lie on days without a session before the whole answer is refused.
STRAY: Final = 2
#: A whole history with more than this part of its sessions missing is refused.
HOLES: Final = 0.25


@record(frozen=True, eq=False, slots=True)
class Answer:
    """The result of one Ask: bars, or why there are none.

    Attributes:
        ask: what was asked.
        session: (K,) datetime64[D], ascending exchange sessions.
        close: (K,) float64, split-adjusted price per share, NaN on a day with an event alone.
        volume: (K,) float64, shares, NaN where the close is.
        dividend: (K,) float64, cash per share on the basis of ``close``, 0 where none.
        split: (K,) float64, split factor, 0 where none.
        through: the last session that the answer applies to.
        provisional: the session of a bar taken before its session closed.
        kind: "" for bars, else what kind of failure.
        reason: a few words for a person.
        answered_by: who it is from.
    """

    ask: Ask
    session: Dates = field(default_factory=lambda: np.zeros(0, "datetime64[D]"))
    close: FloatArray = field(default_factory=lambda: np.zeros(0))
    volume: FloatArray = field(default_factory=lambda: np.zeros(0))
    dividend: FloatArray = field(default_factory=lambda: np.zeros(0))
    split: FloatArray = field(default_factory=lambda: np.zeros(0))
    through: date | None = None
    provisional: date | None = None
    kind: Kind = ""
    reason: str = ""
    answered_by: AnsweredBy = "vendor"

    def splits(self) -> dict[date, float]:
        """Effective date -> split factor."""
        at = np.flatnonzero(self.split > 0)
        return {pydate(self.session[i]): float(self.split[i]) for i in at}

    def rows(self, which: BoolArray) -> Answer:
        """The answer with the sessions where ``which``, (K,) bool, is True."""
        fields = ("session", "close", "volume", "dividend", "split")
        return replace(self, **{name: getattr(self, name)[which] for name in fields})


def gate(
    ask: Ask,
    days: Dates,
    close: FloatArray,
    volume: FloatArray,
    dividend: FloatArray,
    split: FloatArray,
    *,
    now: datetime,
    meta: Mapping[str, Any],
    vendor_time: datetime | None = None,
    vendor: str = "Yahoo",
) -> Answer:
    """Check an answer: return it without empty rows, or with the reason it is refused.

    A close is final where the session has ended by this machine's clock and by the vendor's: one
    of the two may be wrong.

    Args:
        ask: what was asked.
        days: (K,) datetime64[D].
        close: (K,) float64, NaN where none.
        volume: (K,) float64.
        dividend: (K,) float64, 0 where none.
        split: (K,) float64, 0 where none.
        now: the time.
        meta: what the vendor says of the symbol.
        vendor_time: the time by the vendor's clock; ``now`` unless given.
        vendor: who answers.
    """
    vendor_time = vendor_time or now
    now = min(now, vendor_time)
    final, latest = last_final(now), last_session(now)
    if (open_ := _trading(meta, now)) is not None and open_ <= final:
        # The exchange keeps longer hours today than the calendar here knows of.
        final = session_before(open_)
    dividend, split = (np.where(np.isnan(values), 0.0, values) for values in (dividend, split))

    def bad(reason: str) -> Answer:
        return Answer(ask, kind="bad_data", reason=with_session(reason, final))

    if (answered_symbol := meta.get("symbol", ask.symbol)) != ask.symbol:
        return bad(f"{vendor} answered for {str(answered_symbol)[:16]!r} instead")
    if (currency := meta.get("currency", "USD")) != "USD":
        return bad(f"is quoted in {str(currency)[:8]!r}, not in dollars")
    if (zone := meta.get("exchangeTimezoneName", str(NEW_YORK))) != str(NEW_YORK):
        return bad(f"trades in the time zone {str(zone)[:24]!r}, not in {NEW_YORK}")
    if (days[1:] <= days[:-1]).any():
        return bad(f"{vendor}'s dates are not ascending or repeat")
    events = (dividend != 0) | (split != 0)
    filled = ~np.isnan(close) | events
    today = day(vendor_time.astimezone(NEW_YORK).date())
    if (ahead := days[filled & (days > today)]).size:
        return bad(f"{vendor} gives a price for {ahead[0]}, which is in the future")
    calendar = sessions()
    traded = calendar[np.minimum(np.searchsorted(calendar, days), len(calendar) - 1)] == days
    stray = filled & ~traded
    if stray.sum() > max(STRAY, 0.01 * filled.sum()) or (stray & events).any():
        return bad(f"the exchange has no session on {days[stray][0]}, and {vendor} has data for it")
    keep = filled & traded & (days <= day(latest))
    days, close, volume = days[keep], close[keep], volume[keep]
    dividend, split = dividend[keep], split[keep]
    if (close <= 0).any() or np.isinf(close).any():
        return bad(f"the close of {days[(close <= 0) | np.isinf(close)][0]} is not positive")
    if (dividend < 0).any() or (split < 0).any() or not np.isfinite(dividend + split).all():
        return bad("a dividend or a split is not positive")
    if (volume < 0).any():
        return bad("a volume is negative")
    priced = np.flatnonzero(~np.isnan(close))
    if not len(priced):
        return nothing(ask, now, vendor)
    if wrong := _jump(days, close, split, priced) or _wrong_split(days, close, split, priced):
        return bad(wrong)
    if ask.whole and (wrong := _holes(days[priced], vendor)):
        return bad(wrong)
    volume = np.where(np.isnan(close), np.nan, volume)
    unfinished = latest if latest > final and days[priced[-1]] == day(latest) else None
    ended = days[priced][days[priced] <= day(final)]
    through = _speaks_for(ended, final)
    return Answer(ask, days, close, volume, dividend, split, through, unfinished)


def _trading(meta: Mapping[str, Any], now: datetime) -> date | None:
    """Return the session that is open, or just over, by the vendor's data; None where unknown."""
    try:
        hours = meta["currentTradingPeriod"]["regular"]
        start, end = (datetime.fromtimestamp(hours[name], UTC) for name in ("start", "end"))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    return start.astimezone(NEW_YORK).date() if start <= now < end + SETTLE else None


def _jump(days: Dates, close: FloatArray, split: FloatArray, priced: IntArray) -> str:
    """A sentence about the first tenfold move that no split explains, or ""."""
    ratio = close[priced][1:] / close[priced][:-1]
    for at in np.flatnonzero((ratio > JUMP) | (ratio < 1 / JUMP)):
        before, after = int(priced[at]), int(priced[at + 1])
        if not (split[before + 1 : after + 1] > 0).any():
            return f"its close moves {ratio[at]:.3g}-fold on {days[after]} with no split on record"
    return ""


def _wrong_split(days: Dates, close: FloatArray, split: FloatArray, priced: IntArray) -> str:
    """A sentence about a split on record that the closes deny, or "".

    On a split's basis the close does not fall by it. As traded it does; where the split is turned
    round, counted twice or of another day, the step that is taken out of the closes is not there.
    """
    split_rows = np.flatnonzero(split > 0)
    if not len(split_rows):
        return ""
    moves = np.diff(np.log(close[priced]))
    if (twice := (np.diff(split_rows) <= OFF) & (np.diff(split[split_rows]) == 0)).any():
        first = split_rows[:-1][twice][0]
        return f"a split of {split[first]:g} is given twice, on {days[first]} and soon after"
    for at in split_rows:
        place = int(np.searchsorted(priced, at))
        factor = float(split[at])
        if place == 0 or place == len(priced) or 1 / TELLING < factor < TELLING:
            continue
        moved, size = float(moves[place - 1]), math.log(factor)
        if abs(moved + size) < BESIDES and abs(moved) > BESIDES:
            return f"closes before and after the split of {days[at]} are on different bases"
        if denied(moved, size, moves[max(place - 1 - OFF, 0) : place + OFF]):
            return (
                f"a split of {factor:g} is on record on {days[at]}, which its closes deny:"
                f" beside it they move {math.exp(moved):.3g}-fold"
            )
    return ""


def _holes(closed: Dates, vendor: str) -> str:
    """A sentence about a history that lacks too many sessions between its ends, or ""."""
    calendar = sessions()
    first, last = np.searchsorted(calendar, closed[[0, -1]])
    # few vendors have the closes of Saturdays, on which the exchange met until 1952
    expected = int(np.is_busday(calendar[first : last + 1]).sum())
    if len(closed) < (1 - HOLES) * expected and expected - len(closed) > STALE_SESSIONS:
        return f"{vendor} gives {len(closed):,} closes for {expected:,} sessions since {closed[0]}"
    return ""


def _speaks_for(closed: Dates, final: date) -> date | None:
    """Return the last session that an answer covers.

    The newest closes often come late: an answer that stops a few sessions short speaks only
    for what it has, and is requested again. One that stops long before says that trading ended.
    """
    if not len(closed):
        return None
    calendar = sessions()
    short = np.searchsorted(calendar, day(final)) - np.searchsorted(calendar, closed[-1])
    return final if short > STALE_SESSIONS else pydate(closed[-1])


def nothing(ask: Ask, now: datetime, vendor: str = "Yahoo") -> Answer:
    """Return the Answer for an Ask without prices, though the vendor answered."""
    if ask.whole:
        reason = f"{vendor} has no prices since {ask.start}"
        return Answer(ask, kind="not_found", reason=with_session(reason, last_final(now)))
    reason = f"{vendor} gave no prices since {ask.start}, though there are earlier ones; try again"
    return Answer(ask, kind="try_again", reason=reason)
