"""Check a holdings file against the fund's earlier ones: what is implausible, a sentence each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.errors import CONTRADICTS
from cache.facts.sessions import sessions
from core.data.frames import WHOLE, FloatArray, Prices, day, pydate
from core.data.overlay import column_places
from core.data.record import record
from core.data.splits import splits_of
from core.data.windows import last_on_or_before
from core.measures.changes import turnover

if TYPE_CHECKING:
    from cache.facts.errors import Rejected
    from core.data.frames import Holdings

#: A file is compared with the fund's one before where that is at most so many days older.
DAYS: Final = timedelta(days=45)
#: Lines fewer than in the file before by more than both.
FEWER, FEWER_PART = 3, 0.05
#: Lines fewer than this part of those in a file of any age are no whole fund's.
LEAST_PART: Final = 0.5
#: A fund with fewer lines may sell several at once.
FEW_LINES: Final = 100
#: One-way turnover that a fund has to have shown before.
TURNOVER: Final = 0.30
#: A value is off its quantity times price beyond this, for more than this part of the lines.
VALUE, VALUE_PART = 0.01, 0.05
#: A file has so large a part of its quantities from another fund's file that it is that fund's.
OF_ANOTHER: Final = 0.5
#: A file's price is off the close beyond this, for this part of the lines, of at least so many.
PRICE, PRICE_PART, PRICED = 0.02, 0.10, 10

#: How the sentence begins on a file whose weights are not those of one whole fund.
_NOT_WHOLE: Final = "is not one whole fund"


@record(frozen=True, slots=True)
class Odd:
    """What is implausible about a file.

    Attributes:
        why: a sentence each; empty for an ordinary file.
        dated: the session that its prices are of, where that is a neighbour of its own.
        notes: a sentence each about single lines, for which the file is used nevertheless.
    """

    why: tuple[str, ...] = ()
    dated: date | None = None
    notes: tuple[str, ...] = ()


def odd(
    file: Holdings,
    rejected: Sequence[Rejected],
    earlier: Sequence[Holdings],
    prices: Prices,
    others: Iterable[Holdings] = (),
) -> Odd:
    """Return what is implausible about a fund's new file.

    Args:
        file: as it was read.
        rejected: its rows that were refused.
        earlier: the fund's stored files, ascending.
        prices: the stored data.
        others: stored files of all funds.
    """
    cut = [row.reason for row in rejected if row.column == "weight" and not row.symbol]
    reasons = [f"{_NOT_WHOLE}: {reason}" for reason in cut] or _part(file)
    if not file.whole:
        reasons += file.doubts
    before = [one for one in earlier if one.weighted and one.as_of < file.as_of]
    if before and file.as_of - before[-1].as_of <= DAYS:
        reasons += _fewer(file, before)
        reasons += _turned_over(file, before)
    elif before and len(file.symbols) < LEAST_PART * len(before[-1].symbols):
        reasons.append(_line_counts(file, before[-1]))
    values_off, single = _values(file)
    prices_said, dated = _priced(file, prices)
    why = (*reasons, *values_off, *_of_another(file, others), *prices_said)
    single += [words for words in file.doubts if words.startswith(CONTRADICTS)]
    return Odd(why, dated, tuple(single))


def doubts_kept(file: Holdings, sentences: Iterable[str]) -> tuple[str, ...]:
    """What is kept with a file of what speaks against it, for answers to tell.

    That rows are missing they tell by its weights.
    """
    new = (words for words in sentences if not words.startswith(_NOT_WHOLE))
    return tuple(dict.fromkeys((*file.doubts, *new)))


def same_rows(file: Holdings, other: Holdings) -> bool:
    """Whether two files are of one day, whatever their dates: the same lines at the same values."""
    return file.symbols == other.symbols and np.array_equal(file.value, other.value)


def unlike(file: Holdings, stored: Sequence[Holdings]) -> list[str]:
    """Sentences where a file seems to have another's date or index; a refresh takes it still.

    Issuers answer for the day and the fund asked for; a file from elsewhere may be misnamed.
    """
    # a file under a holiday's date is that of the session before
    session = last_on_or_before(sessions(), file.as_of)
    others = [one for one in stored if one.weighted]
    sentences = [
        f"says of every line what the file of {other.as_of} says: one of the two has a wrong date"
        for other in others
        if last_on_or_before(sessions(), other.as_of) != session and same_rows(file, other)
    ]
    before = [one for one in others if one.as_of < file.as_of][-1:]
    if before and len(before[0].symbols) < LEAST_PART * len(file.symbols):
        sentences.append(f"{_line_counts(file, before[0])}: is it of the same index?")
    return sentences


def lines_apart(file: Holdings, other: Holdings) -> int:
    """Count the lines that two files have with other quantities or values, or that one lacks."""
    numbers = [
        dict(zip(f.symbols, np.nan_to_num([f.quantity, f.value]).T.tolist(), strict=True))
        for f in (file, other)
    ]
    names = numbers[0].keys() | numbers[1].keys()
    return sum(numbers[0].get(name) != numbers[1].get(name) for name in names)


def _of_another(file: Holdings, others: Iterable[Holdings]) -> list[str]:
    """A sentence where a file has the quantities of another fund's; no two funds have the same."""
    quantities = dict(zip(file.symbols, file.quantity.tolist(), strict=True))
    for other in others:
        if other.fund == file.fund or abs(other.as_of - file.as_of) > DAYS:
            continue
        pairs = zip(other.symbols, other.quantity.tolist(), strict=True)
        same = sum(quantities.get(symbol) == quantity for symbol, quantity in pairs)
        if same >= PRICED and same > OF_ANOTHER * len(file.symbols):
            whose = f"{other.fund}'s file of {other.as_of}"
            return [f"has the quantities of {whose} in {same:,} of {len(quantities):,} lines"]
    return []


def _part(file: Holdings) -> list[str]:
    """A sentence where a file of weights alone has those of a part of the fund."""
    part = file.share_listed
    return [] if part >= WHOLE else [f"{_NOT_WHOLE}: the weights add up to {part:.1%}"]


def _usual(before: Sequence[Holdings]) -> float | None:
    """The largest turnover between two of a fund's files; None where there are no two.

    It takes every file of the fund: only what looks odd is measured by it.
    """
    pairs = [(a, b) for a, b in pairwise(before) if b.as_of - a.as_of <= DAYS]
    return max((_turnover(a, b) for a, b in pairs), default=None)


def _fewer(file: Holdings, earlier: Sequence[Holdings]) -> list[str]:
    before = earlier[-1]
    now, then = len(file.symbols), len(before.symbols)
    if then - now <= FEWER or then - now <= FEWER_PART * then:
        return []
    new_symbols = frozenset(file.symbols)
    missing_values = [
        float(v) for s, v in zip(before.symbols, before.value, strict=True) if s not in new_symbols
    ]
    # A small fund that trades sells several of its lines in a month.
    if then < FEW_LINES:
        usual = _usual(earlier)
        if usual is not None and math.fsum(missing_values) <= usual * before.total:
            return []
    return [_line_counts(file, before)]


def _line_counts(file: Holdings, before: Holdings) -> str:
    """The words for a file that names fewer or more lines than the one before."""
    now, then = len(file.symbols), len(before.symbols)
    return f"names {now:,} lines where the file of {before.as_of} named {then:,}"


def _turned_over(file: Holdings, earlier: Sequence[Holdings]) -> list[str]:
    before = earlier[-1]
    traded = _turnover(before, file)
    if traded <= TURNOVER:
        return []
    usual = _usual(earlier)
    if usual is not None and traded <= usual:
        return []
    than = "" if usual is None else f", never above {usual:.0%} before"
    return [f"says that {traded:.0%} of the fund was traded since {before.as_of}{than}"]


def _turnover(old: Holdings, new: Holdings) -> float:
    """One-way turnover between two files, by their prices."""
    place = {symbol: at for at, symbol in enumerate(new.symbols)}
    match = np.array([place.get(symbol, -1) for symbol in old.symbols], np.intp)
    both = match >= 0
    arrived = np.setdiff1d(np.arange(len(new.symbols)), match[both])
    w0: FloatArray = np.r_[old.value / old.value.sum(), np.zeros(len(arrived))]
    after = new.value / new.value.sum()
    w1: FloatArray = np.r_[np.where(both, after[match], 0.0), after[arrived]]
    with np.errstate(invalid="ignore"):
        prices = [np.where(np.isnan(f.price), f.value / f.quantity, f.price) for f in (old, new)]
        moved = np.where(both, prices[1][match] / prices[0], np.nan)
        shares = np.where(both, new.quantity[match] / old.quantity, np.nan)
        # A split moves price and quantity against one another, and the value not at all.
        split = (np.abs(np.log(moved)) > math.log(1.4)) & (np.abs(np.log(moved * shares)) < 0.15)
    p: FloatArray = np.r_[np.where(split, 1.0, moved) - 1, np.full(len(arrived), np.nan)]
    share = turnover(w0, p, w1)
    return float(np.abs(w1 - w0).sum() / 2) if share is None else share


def _values(file: Holdings) -> tuple[list[str], list[str]]:
    """Sentences where values are not quantity times price: of many lines, and of single ones.

    Lines in the fund's currency alone are looked at.
    """
    product = file.quantity * file.price
    priced = np.isfinite(product) & (product > 0)
    if file.listings:
        home = [listing.currency in ("", "USD") for listing in file.listings]
        place = np.array(file.listing, np.intp)
        priced &= np.array([*home, True])[place]
    value, price = file.value[priced], file.price[priced]
    # A price may be rounded to a cent, and a value to a dollar.
    slack = VALUE + 0.006 / price + 1 / value
    off = np.abs(value / product[priced] - 1) > slack
    if not off.any():
        return [], []
    count = f"values {int(off.sum()):,} of {len(off):,} lines at other than quantity times price"
    if len(off) >= PRICED and off.mean() > VALUE_PART:
        return [count], []
    names = np.array(file.symbols)[priced][off][:3].tolist()
    return [], [f"{count} ({', '.join(names)})"]


def _priced(file: Holdings, prices: Prices) -> tuple[list[str], date | None]:
    """A sentence where prices are not the closes of the file's session; the session they are of."""
    calendar = sessions()
    at = int(np.searchsorted(calendar, day(file.as_of), side="right")) - 1
    if at < 1:
        return [], None
    share = _off(file, prices, calendar[at])
    if share is None or share < PRICE_PART:
        return [], None
    for near in (at - 1, at + 1):
        if near < len(calendar):
            other = _off(file, prices, calendar[near])
            if other is not None and other < PRICE_PART:
                return [], pydate(calendar[near])
    return [
        f"has prices that are not the closes of {calendar[at]}: {share:.0%} of them are off"
    ], None


def _off(file: Holdings, prices: Prices, session: np.datetime64) -> float | None:
    """Part of the lines whose price is not the close as traded; None where few can be compared."""
    block = next((b for b in prices.blocks if b.year == pydate(session).year), None)
    if block is None:
        return None
    row = int(np.searchsorted(block.sessions, session))
    if row == len(block.sessions) or block.sessions[row] != session:
        return None
    place = column_places(block, file.symbols)
    close = np.where(place >= 0, block.close[row, place], np.nan)
    column = {symbol: at for at, symbol in enumerate(file.symbols)}
    close = close * splits_of(prices.blocks).since(pydate(session), column)
    with np.errstate(invalid="ignore"):
        both = np.isfinite(close) & np.isfinite(file.price)
    if both.sum() < PRICED:
        return None
    return float((np.abs(file.price[both] / close[both] - 1) > PRICE).mean())
