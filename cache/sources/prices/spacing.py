"""Distinguishes weekly, monthly and intraday bars from daily ones, by their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from cache.facts.errors import SourceError
from core.data.frames import distinct

if TYPE_CHECKING:
    from cache.sources.prices.price_columns import PriceColumns
    from core.data.frames import BoolArray, Dates, IntArray

#: Days from one bar to the next -> what the bars are.
_SPANS: Final = {
    "weekly": (6, 8),
    "monthly": (27, 33),
    "quarterly": (88, 94),
    "yearly": (360, 372),
}
#: The part of the steps that must be of one span, and how many steps tell.
_REGULAR, _STEPS = 0.8, 2
#: Of one symbol the part of its steps, and how many of them.
_ALL, _BARS = 0.9, 6
#: A part of the rows that repeat a symbol and date with another value, from which on they are
#: no slips.
_REPEATED: Final = 0.05


def span_of(days: Dates) -> str:
    """Return the spacing of these days: "weekly", "monthly", ... or "" for daily or irregular.

    Args:
        days: (D,) datetime64[D], distinct and ascending.
    """
    steps = np.diff(days).astype(np.int64)
    if len(steps) < _STEPS:
        return ""
    for name, (least, most) in _SPANS.items():
        if ((steps >= least) & (steps <= most)).mean() >= _REGULAR:
            return name
    return ""


def check_spacing(columns: PriceColumns) -> None:
    """Refuse bars that are not daily.

    Bare closes may be of any dates; a bar with its open, high, low or volume stands for the
    time since the one before it, and dated on the first day of a week it holds the close of
    the last.

    Raises:
        SourceError: the bars are of weeks or months, or of minutes.
    """
    good = (columns.symbol >= 0) & ~np.isnat(columns.session)
    if not good.any():
        return
    days = distinct(columns.session[good])
    if columns.bars and (span := span_of(days)):
        raise _refusal(span)
    if columns.timed is not None:
        _check_intraday(columns, good & columns.timed)
    _check_shifted(days)


def _refusal(span: str, symbol: str | None = None) -> SourceError:
    return SourceError(
        f"holds {span} bars, by the steps of its dates; daily closes are needed, and bare closes"
        " of single days may stand without open, high, low and volume",
        symbol=symbol,
    )


def check_each(columns: PriceColumns, rows: IntArray) -> None:
    """Refuse a file in which one symbol's bars are weekly and others' daily.

    Raises:
        SourceError: there is such a symbol.
    """
    if not columns.bars:
        return
    symbol, days = columns.symbol[rows], columns.session[rows].astype(np.int64)
    same = symbol[1:] == symbol[:-1]
    steps, whose = np.diff(days)[same], symbol[1:][same]
    counted = np.bincount(whose, minlength=len(columns.symbols))
    for name, (least, most) in _SPANS.items():
        fits = whose[(steps >= least) & (steps <= most)]
        count = np.bincount(fits, minlength=len(columns.symbols))
        spaced = (counted >= _BARS) & (count >= _ALL * counted)
        if spaced.any():
            raise _refusal(name, columns.symbols[int(np.argmax(spaced))])


def _check_intraday(columns: PriceColumns, timed: BoolArray) -> None:
    """Refuse bars of several times of one day."""
    keys = columns.symbol[timed].astype(np.int64) * 1_000_000
    keys = keys + columns.session[timed].astype(np.int64)
    if len(keys) - len(distinct(keys)) > _REPEATED * len(keys):
        raise SourceError("holds several bars of one symbol a day; daily closes are needed")


def _check_shifted(days: Dates) -> None:
    """Refuse dates shifted by a day: weekends have closes, and a weekday has none."""
    # 1970-01-01, day 0, was a Thursday: Monday is then 0 after adding 3.
    counts = np.bincount((days.astype(np.int64) + 3) % 7, minlength=7)
    monday, friday, saturday, sunday = counts[[0, 4, 5, 6]]
    others = counts[1:4].min()
    if others >= 2 and ((sunday >= 2 and not friday) or (saturday >= 2 and not monday)):
        which = "early" if sunday >= 2 and not friday else "late"
        end = "Sundays and none on Fridays" if which == "early" else "Saturdays and no Mondays"
        raise SourceError(
            f"its dates lie a day {which}: it has closes on {end}; write the dates of the"
            " sessions without a time of day",
            column="date",
        )


def check_repeats(columns: PriceColumns, differing: IntArray, rows: int) -> None:
    """Refuse a file many of whose rows give a symbol and date another value.

    Raises:
        SourceError: they are no slips: a column that tells its rows apart was not read.
    """
    if len(differing) <= max(3, _REPEATED * rows):
        return
    row = int(differing[0])
    unread = [title for account in columns.readings for title in account.unread]
    names = ", ".join(f'"{title}"' for title in [*columns.texts, *unread][:4])
    hint = f" (of {names}?)" if names else ""
    raise SourceError(
        f"gives {len(differing):,} rows of a symbol and date another value than a row before,"
        f" first of {columns.name(row)} on {columns.session[row]}; say which column holds the"
        f" symbol{hint}, such as --columns symbol=Name",
        file=columns.file_of(row) or None,
        line=int(columns.line[row]),
    )
