"""Checks of one answer against the stored closes: what no true history of its symbol would say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import in_both, rows_in_both
from core.data.splits import TELLING

if TYPE_CHECKING:
    from cache.refresh.gate import Answer
    from cache.refresh.stored_closes import StoredCloses
    from cache.store.compare import Comparison

#: Part of the close from which dividends are found from the closes alone, five times the tolerance.
ADJUSTED: Final = 1e-3
#: A dividend is the stored one where their ex-dates lie at most so many days apart.
MOVED: Final = 5
#: Dividends that a vendor may take back in one history: so many, or this part of those stored.
TAKEN_BACK, TAKEN_BACK_PART = 1, 0.5
#: A split on record is the one that the closes show where the two differ by less than this part.
SAME_SPLIT: Final = 0.01


def contradiction(answer: Answer, stored: StoredCloses, comparison: Comparison) -> str:
    """Name what an answer gives and its symbol cannot have, to end a sentence; "" if nothing."""
    if np.isnan(answer.close).all():
        return ""  # of a line that did not trade
    if paid := overpaid(answer, stored):
        return paid
    if less_dividends(answer, stored):
        return "closes that are adjusted for dividends"
    return lost_dividends(answer, stored) or other_split(answer, stored, comparison)


def overpaid(answer: Answer, stored: StoredCloses) -> str:
    """A sentence about a dividend of a new session that is above the close before, or ""."""
    days, closes = stored.closes(answer.ask.symbol)
    if not len(days):
        return ""
    for at in np.flatnonzero((answer.dividend > 0) & (answer.session > days[-1])).tolist():
        earlier = answer.close[:at][~np.isnan(answer.close[:at])]
        before = float(earlier[-1]) if len(earlier) else float(closes[-1])
        if answer.dividend[at] >= before:
            return f"a dividend of {answer.dividend[at]:g} on {answer.session[at]} at {before:g}"
    return ""


def less_dividends(answer: Answer, stored: StoredCloses) -> bool:
    """Whether the closes of an answer are the stored ones less the dividends paid since.

    Such are adjusted closes, each earlier one times 1 - D / P(ex - 1) for every later dividend,
    the stored ones among them: with the dividends beside them these would count twice.
    """
    priced = answer.rows(~np.isnan(answer.close))
    session, close, paid = priced.session, priced.close, priced.dividend
    ex_dates, cash = stored.dividends(answer.ask.symbol)
    at, which = rows_in_both(session, ex_dates)
    paid[at] = np.fmax(paid[at], cash[which])
    factor = np.ones(len(close))
    for at in np.flatnonzero(paid[1:] > 0)[::-1].tolist():
        before = close[at] / factor[at + 1] + paid[at + 1]
        factor[: at + 1] = factor[at + 1] * (1 - paid[at + 1] / before)
    days, closes = stored.final_closes(answer.ask.symbol)
    mine, theirs = rows_in_both(days, session)
    if not len(mine) or factor[theirs].min() > 1 - ADJUSTED:
        return False
    expected = closes[mine] * factor[theirs]
    return bool((np.abs(close[theirs] / expected - 1) <= ADJUSTED / 5).all())


def lost_dividends(answer: Answer, stored: StoredCloses) -> str:
    """A sentence about stored dividends that an answer over their ex-dates lacks, or ""."""
    if np.isnan(answer.dividend).any():
        return ""  # closes alone
    ex_dates, _ = stored.dividends(answer.ask.symbol)
    inside = (ex_dates >= answer.session[0]) & (ex_dates <= answer.session[-1])
    ex_days, paid = ex_dates[inside], answer.session[answer.dividend > 0]
    distances = np.abs((ex_days[:, None] - paid[None, :]).astype(np.int64))
    lost = int(np.count_nonzero((distances > MOVED).all(axis=1)))
    if lost <= TAKEN_BACK or lost <= TAKEN_BACK_PART * len(ex_days):
        return ""
    count = len(ex_days)
    return f"only {count - lost:,} of the {count:,} stored dividends since {ex_days[0]}"


def other_split(answer: Answer, stored: StoredCloses, comparison: Comparison) -> str:
    """A sentence about a new split on record that is not what the closes show, or "".

    Closes stored from before a split are on the basis before it: those of the answer stand to them
    as its factor says.
    """
    days, _ = stored.final_closes(answer.ask.symbol)
    splits, last = stored.splits(answer.ask.symbol), answer.session[~np.isnan(answer.close)][-1]
    new = {day: factor for day, factor in answer.splits().items() if day not in splits}
    if comparison.kind == "rebase":
        ratio = 1 / comparison.factor
        products = {*new.values(), math.prod(new.values())}
        if new and all(abs(factor / ratio - 1) > SAME_SPLIT for factor in products):
            day, factor = max(new.items())
            return f"a split of {factor:g} on {day} and closes that show one of {ratio:g}"
    elif comparison.kind in ("agrees", "single") and len(in_both(days, answer.session)):
        for day, factor in new.items():
            shows = not 1 / TELLING < factor < TELLING
            if shows and days[-1] < np.datetime64(day) <= last:
                return f"a split of {factor:g} on {day} and closes before it without it"
    return ""


def changed_dividends(answer: Answer, stored: StoredCloses, factor: float) -> int:
    """Count the ex-dates up to the last stored one on which the two have other dividends.

    Args:
        answer: has bars.
        stored: the stored data, of the same vendor.
        factor: what brings the stored closes onto the basis of the answer.
    """
    days, _ = stored.final_closes(answer.ask.symbol)
    if np.isnan(answer.dividend).any() or not len(answer.session) or not len(days):
        return 0  # closes alone, or none; of a first day that had not ended nothing is compared
    ex_dates, cash = stored.dividends(answer.ask.symbol)
    first, last = answer.session[0], days[-1]
    stored_cash = dict(zip(ex_dates.tolist(), (cash * factor).tolist(), strict=True))
    paid = answer.dividend > 0
    new_cash = dict(zip(answer.session[paid].tolist(), answer.dividend[paid].tolist(), strict=True))
    return sum(
        not math.isclose(stored_cash.get(day, 0.0), new_cash.get(day, 0.0), rel_tol=ADJUSTED)
        for day in stored_cash.keys() | new_cash.keys()
        if first <= np.datetime64(day) <= last
    )


def without_repeated(answer: Answer) -> tuple[Answer, str]:
    """An answer without the second of two equal dividends days apart, and a note about it."""
    paid = np.flatnonzero(answer.dividend > 0)
    cash, when = answer.dividend[paid], answer.session[paid]
    near = np.diff(when.astype(np.int64)) <= MOVED
    repeated = paid[1:][near & (cash[1:] == cash[:-1])]
    if not len(repeated):
        return answer, ""
    dividend = answer.dividend.copy()
    dividend[repeated] = 0.0
    example = (
        f"{answer.dividend[repeated[0]]:g} of {answer.ask.symbol} on {answer.session[repeated[0]]}"
    )
    note = f"dividend of {example} is one of days before a second time, not counted"
    return replace(answer, dividend=dividend), note
