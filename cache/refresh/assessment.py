"""Compare an answer with the stored closes of its symbol: accept it whole, in part, or not.

Every answer here has bars; ``vendor`` names who gave them, and ``stored`` holds what was stored
before.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.refresh.ask import RECENT
from cache.refresh.contradictions import (
    changed_dividends,
    contradiction,
    overpaid,
    without_repeated,
)
from cache.refresh.reasons import with_session
from cache.store.admit import SYSTEMATIC
from cache.store.compare import SAME, Comparison, compare
from cache.store.rebase import Rebase
from core.data.frames import day, in_both, rows_in_both
from core.data.record import record

if TYPE_CHECKING:
    from cache.facts.vendors import Vendor
    from cache.refresh.gate import Answer
    from cache.refresh.stored_closes import StoredCloses
    from core.data.frames import BoolArray


#: First closes in common that must agree where older ones stay.
JOINING: Final = 5


@record(frozen=True, eq=False, slots=True)
class Assessment:
    """Which part of an answer is accepted, and why not the rest.

    Attributes:
        answer: what of it is to be stored.
        reason: why nothing of it is; "" where something may be.
        odd: the answer speaks against all that the vendor gives, not of its symbol alone.
        rebase: older stored closes to bring onto another basis first.
        note: what to tell the user about it.
        disputed: how it differs from closes of another source, which stay; None where the two
            were not compared.
    """

    answer: Answer
    reason: str = ""
    odd: bool = False
    rebase: Rebase | None = None
    note: str = ""
    disputed: str | None = None


def _compared(
    answer: Answer, stored: StoredCloses, *, rounded: bool, among: BoolArray | None = None
) -> Comparison:
    """Compare an answer with the stored closes, or with those that ``among``, (T,) bool, marks."""
    days, closes = stored.final_closes(answer.ask.symbol)
    if among is not None:
        days, closes = days[among], closes[among]
    has_close = ~np.isnan(answer.close)
    if answer.provisional is not None:
        has_close &= answer.session != day(answer.provisional)
    new = answer.close[has_close]
    return compare(
        days,
        closes,
        answer.session[has_close],
        new,
        answer.splits(),
        rounded=rounded,
    )


def of_own(answer: Answer, stored: StoredCloses, vendor: str) -> Assessment:
    """Compare an answer with the same vendor's stored closes: the newer wins if it is plausible."""
    symbol = answer.ask.symbol
    comparison = _compared(answer, stored, rounded=False)
    if words := contradiction(answer, stored, comparison):
        return Assessment(answer, f"{vendor} gave {words}; the stored closes stay", odd=True)
    if comparison.kind in SYSTEMATIC:
        reason = f"{vendor}'s history is {SYSTEMATIC[comparison.kind]} ({comparison.words})"
        way = f"the stored closes stay until `internals forget prices {symbol}`"
        return Assessment(answer, f"{reason}; {way}", odd=True)
    if comparison.kind == "rebase" and comparison.before is not None:
        return Assessment(answer, note=str(Rebase(symbol, comparison.before, comparison.factor)))
    closes = len(comparison.days)
    dividends = changed_dividends(answer, stored, comparison.factor)
    note = "; ".join(
        _corrections(count, what, symbol, vendor)
        for count, what in ((closes, "close"), (dividends, "dividend"))
        if count
    )
    whole = closes or answer.ask.whole
    return Assessment(answer if whole else newest(answer, stored), note=note)


def _corrections(count: int, what: str, symbol: str, vendor: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'} of {symbol} changed at {vendor}"


def newest(answer: Answer, stored: StoredCloses) -> Answer:
    """The newest sessions of an answer that agrees, where its earlier ones are stored already.

    Merging the rest would read and write the years before for nothing.
    """
    symbol = answer.ask.symbol
    days, _ = stored.closes(symbol)
    older = answer.session < days[-RECENT:][0]
    if not older.any() or len(in_both(answer.session[older], days)) < np.count_nonzero(older):
        return answer
    if np.isnan(answer.dividend[older]).all():
        return answer.rows(~older)  # closes alone
    paid = (answer.dividend > 0) & older
    first, last = answer.session[0], answer.session[older][-1]
    known_days, cash = stored.dividends(symbol)
    inside = (known_days >= first) & (known_days <= last)
    if not np.array_equal(answer.session[paid], known_days[inside]):
        return answer
    if not np.allclose(answer.dividend[paid], cash[inside], rtol=SAME, atol=0.0):
        return answer
    return answer.rows(~older)


def of_another(answer: Answer, stored: StoredCloses, vendor: str) -> Assessment:
    """Compare an answer with another source's stored closes: these stay.

    What is missing is taken, and what the vendor has changed of its own.
    """
    symbol = answer.ask.symbol
    if paid := overpaid(answer, stored):
        return Assessment(answer, f"{vendor} gave {paid}; the stored closes stay", odd=True)
    comparison = _compared(answer, stored, rounded=True)
    if comparison.kind == "agrees":
        return _of_two_sources(answer, stored, vendor, comparison)
    if comparison.kind == "rebase" and comparison.before is not None:
        change = Rebase(symbol, comparison.before, comparison.factor)
        new = _missing(answer, stored)
        return Assessment(new, rebase=change, note=str(change), disputed="")
    days, _ = stored.final_closes(symbol)
    of_vendor = stored.given_by(vendor, symbol, days)
    # a fall from the last close of one to the first of the other is no difference of the two
    both = np.isin(days, answer.session[~np.isnan(answer.close)])
    others, its = (
        _compared(answer, stored, rounded=True, among=which & both)
        for which in (~of_vendor, of_vendor)
    )
    corrected = others.kind in ("agrees", "single") and its.kind == "differs"
    if comparison.kind == "single" or (comparison.kind == "differs" and corrected):
        return _of_two_sources(answer, stored, vendor, others)
    differs = _differs(stored, symbol, vendor, comparison)
    reason = f"{differs}; `internals forget prices {symbol}` lets {vendor}'s take its place"
    return Assessment(answer, reason, odd=comparison.kind in SYSTEMATIC, disputed=differs)


def _of_two_sources(
    answer: Answer, stored: StoredCloses, vendor: str, others: Comparison
) -> Assessment:
    """Accept what is missing, and what a vendor changed of its own; the rest stays as it is.

    ``others`` compares the answer with the closes of other sources.
    """
    symbol = answer.ask.symbol
    days, closes = stored.final_closes(symbol)
    new_rows, stored_rows = rows_in_both(answer.session, days)
    of_vendor = stored.given_by(vendor, symbol, days[stored_rows])
    corrected = np.zeros(len(answer.session), np.bool_)
    corrected[new_rows] = of_vendor & (
        np.abs(answer.close[new_rows] / closes[stored_rows] - 1) > SAME
    )
    paid = np.zeros(len(answer.session))
    days_paid, cash = stored.dividends(symbol)
    at, which = rows_in_both(answer.session, days_paid)
    paid[at] = cash[which]
    changed = corrected.copy()
    changed[new_rows] |= of_vendor & (np.abs(answer.dividend - paid) > SAME * paid)[new_rows]
    # that the vendor has no event on a day does not take back what a file says of it
    answer = replace(
        answer,
        dividend=np.where(changed & (answer.dividend == 0), np.nan, answer.dividend),
        split=np.where(changed & (answer.split == 0), np.nan, answer.split),
    )
    new = _missing(answer, stored, changed)
    notes = []
    if count := int(np.count_nonzero(corrected)):
        notes.append(_corrections(count, "close", symbol, vendor))
    differs = _differs(stored, symbol, vendor, others) if others.days else ""
    if differs:
        notes.append(f"{symbol}: {differs}")
    return Assessment(new, note="; ".join(notes), disputed=differs)


def _differs(stored: StoredCloses, symbol: str, vendor: str, comparison: Comparison) -> str:
    """How a vendor differs from the closes of other sources, which stay."""
    sources = stored.prices.sources_of(symbol).split(" and ")
    others = " and ".join(name for name in sources if name != vendor)
    return f"{vendor} differs from {others}, whose closes stay ({comparison.words})"


def _missing(answer: Answer, stored: StoredCloses, changed: BoolArray | None = None) -> Answer:
    """Return the answer's closes of sessions not stored, and its events where none are stored.

    Args:
        answer: has bars.
        stored: the stored data.
        changed: (K,) stored sessions that are taken nevertheless; None for none of them.
    """
    symbol = answer.ask.symbol
    days, _ = stored.final_closes(symbol)
    on_known_day = np.isin(answer.session, days)
    if changed is not None:
        on_known_day &= ~changed
    own_events = stored.has_events(symbol)
    events = (answer.dividend > 0) | (answer.split > 0)
    keep = ~on_known_day | (events & (not own_events))
    new = replace(
        answer,
        close=np.where(on_known_day, np.nan, answer.close),
        volume=np.where(on_known_day, np.nan, answer.volume),
    )
    return new.rows(keep)


def of_changed_vendor(answer: Answer, stored: StoredCloses, vendor: str) -> Assessment:
    """Accept a history in place of another vendor's, unless it cannot be the same symbol's."""
    comparison = _compared(answer, stored, rounded=True)
    if comparison.kind in SYSTEMATIC:
        other = stored.prices.sources_of(answer.ask.symbol)
        reason = f"{vendor}'s history is {SYSTEMATIC[comparison.kind]} ({comparison.words})"
        return Assessment(answer, f"{reason}; {other}'s stays", odd=True)
    return Assessment(answer)


def with_older(assessment: Assessment, stored: StoredCloses, vendor: str) -> Assessment:
    """Put stored closes from before a whole history in front of it, where the two join.

    A vendor's plan covers some years, and the stored data may reach further back. Over a split the
    older closes are brought onto the basis of the new ones.
    """
    answer, symbol = assessment.answer, assessment.answer.ask.symbol
    start = answer.ask.start
    days, _ = stored.final_closes(symbol)
    if assessment.reason or not len(days) or days[0] >= day(start):
        return assessment
    first = np.zeros(len(days), np.bool_)
    new_sessions = answer.session[~np.isnan(answer.close)]
    first[np.flatnonzero(np.isin(days, new_sessions))[:JOINING]] = True
    comparison = _compared(answer, stored, rounded=False, among=first)
    if not first.any() or comparison.kind not in ("agrees", "rebase"):
        return Assessment(
            answer,
            f"{vendor}'s history since {start} does not join the stored closes from before it;"
            f" `internals forget prices {symbol}` takes it alone",
        )
    older = stored.bars_before(symbol, start)
    for name in ("close", "dividend"):
        older[name] = older[name] * comparison.factor
    older["volume"] = older["volume"] / comparison.factor
    joined: dict[str, Any] = {
        name: np.concatenate([rows, getattr(answer, name)]) for name, rows in older.items()
    }
    return replace(assessment, answer=replace(answer, **joined))


def unused_adjusted(answer: Answer, stored: StoredCloses) -> str:
    """A sentence on stored adjusted closes from before a symbol's first close, or ""."""
    symbol = answer.ask.symbol
    adjusted, closed = stored.first_adjusted(symbol), answer.session[~np.isnan(answer.close)]
    if adjusted is None or not len(closed) or day(adjusted) >= closed[0]:
        return ""
    return (
        f"the closes of {symbol} begin on {closed[0]}; its adjusted closes, stored from {adjusted},"
        " are not used beside them: windows that start before are without it"
    )


def assess(answer: Answer, stored: StoredCloses, vendor: Vendor, final: date) -> Assessment | None:
    """Compare an answer with bars with the stored closes; None where its symbol is needed whole."""
    answer, repeated = without_repeated(answer)
    assessment = _assess(answer, stored, vendor, final)
    if assessment is None or assessment.reason or not repeated:
        return assessment
    return replace(assessment, note="; ".join(filter(None, (assessment.note, repeated))))


def _assess(answer: Answer, stored: StoredCloses, vendor: Vendor, final: date) -> Assessment | None:
    """Do what `assess` does for an answer without repeated dividends."""
    symbol, name = answer.ask.symbol, vendor.name
    if not len(stored.closes(symbol)[0]):
        return Assessment(answer, note=unused_adjusted(answer, stored))
    if stored.foreign(symbol, name):
        return of_another(answer, stored, name)
    if not answer.ask.whole:
        follows = vendor.overlap == 0
        rewritten = stored.rewritten(answer, follows=follows)
        if follows and _compared(answer, stored, rounded=True).kind == "apart":
            rewritten = "it does not join the stored closes"
        assessment = of_own(answer, stored, name)
        return None if rewritten and not assessment.odd else assessment
    moved = stored.of_another_vendor(symbol, name)
    shrunk = stored.shrunk(answer, name, date.min if moved else answer.ask.start)
    if shrunk and moved:
        other = stored.prices.sources_of(symbol)
        shrunk += (
            f" of {other}, which stay: name {other} in `then` of config.toml, to be asked for them,"
            f" or `internals forget prices SYMBOL` and {name}'s take their place"
        )
    if shrunk:
        return Assessment(answer, with_session(shrunk, final))
    if moved:
        return of_changed_vendor(answer, stored, name)
    return with_older(of_own(answer, stored, name), stored, name)
