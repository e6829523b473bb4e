"""How a file writes numbers and dates, decided once for the whole file.

A decimal comma read as thousands, or a month as a day, is a wrong number that nobody
sees: one cell that can be read in one way only settles the file, and a file without
such a cell is refused with the flag that settles it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, cast, get_args

from cache.facts.clean import clean
from cache.facts.errors import SourceError

Decimal = Literal[".", ","]
Order = Literal["dmy", "mdy", "ymd"]
#: What `decimal_evidence` tells of one cell: a mark, "?" for either, "" for neither.
Evidence = Literal[".", ",", "?", ""]

ORDERS: Final[tuple[Order, ...]] = get_args(Order)
#: How a cell says that it holds nothing.
EMPTY: Final = frozenset(
    {"", "-", "--", "\u2013", "\u2014", "n/a", "#n/a", "#n/a n/a", "n.a.", "n.v.", "k.a."}
)
#: Of the cells that settle a file at most this part may say otherwise; those are bad cells.
_STRAY: Final = 0.05

#: Digits that no float overflows on.
_LONG: Final = 300
_SIGNS: Final = "$€£¥"
#: What some countries put between thousands: blanks of any width, apostrophes.
_GAPS: Final = "[ '\u2019\u00a0\u2009\u202f]"
_GAPPED: Final = re.compile(rf"(?<=\d){_GAPS}(?=\d{{3}}(?!\d))")
_END: Final = r"(?:[eE][-+]?\d{1,3})?"
_NUMBER: Final[dict[Decimal, re.Pattern[str]]] = {
    ".": re.compile(rf"[-+]?(?:[1-9]\d{{0,2}}(?:,\d{{3}})+|\d+)?(?:\.\d*)?{_END}", re.ASCII),
    ",": re.compile(rf"[-+]?(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+|\d+)?(?:,\d*)?{_END}", re.ASCII),
}
#: Numbers as most files write them, recognised at once: with a decimal point for certain, and any.
_POINT: Final = re.compile(r"[-$]?\d{1,3}(?:,\d{3})*\.(?:\d\d?|\d{4,})%?", re.ASCII)
_PLAIN: Final = re.compile(r"-?(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d*)?", re.ASCII)
#: One mark before three digits: thousands, or a decimal of three places.
_EITHER: Final = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)

_YEAR_FIRST: Final = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[ T].*)?|(\d{4})(\d{2})(\d{2})", re.ASCII
)
_NUMERIC: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:,?[ T]\d.*)?", re.ASCII)
_NAMED_MONTH: Final = (
    re.compile(r"(?P<m>[^\W\d_]+)\.?[ -](?P<d>\d{1,2})(?:st|nd|rd|th)?,? ?-?(?P<y>\d{4})"),
    re.compile(
        r"(?P<d>\d{1,2})(?:er|st|nd|rd|th)?[-/. ]{0,2}(?P<m>[^\W\d_]+)[-/., ]{0,2}"
        r"(?P<y>\d{4}|\d{2})"
    ),
)
#: The first letters of months in English, German, Dutch and French; each names one month.
_MONTHS: Final = (
    ("jan",),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz", "maa", "mrt"),
    ("apr", "avr"),
    ("may", "mai", "mei"),
    ("jun", "juin"),
    ("jul", "juil"),
    ("aug", "aoû", "aou"),
    ("sep",),
    ("oct", "okt"),
    ("nov",),
    ("dec", "dez", "déc"),
)


def decimal_evidence(text: str) -> Evidence:
    """Return one cell's evidence of the decimal mark: ".", ",", "?" for either, "" for neither.

    "1.234,5", "7,12" and "0,123" are written with a comma, "1,234.5" and "7.12" with a
    point; "1,234" and "1.234" can be either, "12" and "abc" tell nothing.
    """
    if "," not in text and "." not in text:
        return ""
    if _POINT.fullmatch(text):
        return "."
    bare = _bare(text)[1]
    if _EITHER.fullmatch(bare):
        return "?"
    fits = [mark for mark in get_args(Decimal) if _fits(bare, mark)]
    return cast(Evidence, fits[0]) if len(fits) == 1 else ""


def decimal_mark(
    cells: Iterable[str], option: str | None = None, below: Iterable[str] = ()
) -> Decimal:
    """The decimal mark of a whole file.

    Args:
        cells: the cells of its columns of numbers; others tell nothing and do no harm.
        option: what the user said ("." or ","), which settles it.
        below: cells of numbers that are never a thousand, such as weights: a mark before three
            digits is a decimal one there.

    Raises:
        SourceError: the cells contradict each other, or each can be read in two ways; the
            reason names the flag that settles it.
    """
    if option is not None:
        return check_decimal(option)
    first: dict[str, str] = {}
    counts = {".": 0, ",": 0, "?": 0, "": 0}
    for cell in cells:
        evidence = decimal_evidence(cell)
        counts[evidence] += 1
        first.setdefault(evidence, cell)
    for cell in below:
        evidence = decimal_evidence(cell)
        if evidence == "?":
            evidence = "," if "," in cell else "."
        counts[evidence] += 1
        first.setdefault(evidence, cell)
    points, commas = counts["."], counts[","]
    if points and commas and min(points, commas) > _STRAY * (points + commas):
        raise SourceError(
            f'writes numbers with a decimal point ("{clean(first["."], 20)}") and with a decimal'
            f' comma ("{clean(first[","], 20)}"); say which is right: --decimal . or --decimal ,'
        )
    if not points and not commas and counts["?"]:
        raise SourceError(
            f'"{clean(first["?"], 20)}" can be read as thousands or as a fraction, and no number of'
            " the file settles it; say which is its decimal mark: --decimal . or --decimal ,"
        )
    return "," if commas > points else "."


def check_decimal(option: str) -> Decimal:
    """A decimal mark as the user gave it.

    Raises:
        SourceError: it is none.
    """
    if option not in get_args(Decimal):
        raise SourceError(f'"{clean(option, 10)}" is no decimal mark; write --decimal . or ,')
    return cast(Decimal, option)


def number(text: str, decimal: Decimal = ".") -> float:
    """A number as files write it; NaN where the cell holds nothing or a dash.

    Thousands may be set off by the other mark, by blanks or by apostrophes, a sign of
    currency or percent may stand beside it, and parentheses mean a negative. "nan", "inf"
    and "1_000" are no numbers.

    Raises:
        ValueError: it is no number in this notation.
    """
    if decimal == "." and len(text) < _LONG and _PLAIN.fullmatch(text):
        return float(text.replace(",", ""))
    if text.lower() in EMPTY:
        return math.nan
    sign, bare = _bare(text)
    if not _fits(bare, decimal):
        raise ValueError(text)
    if decimal == ",":
        value = sign * float(bare.replace(".", "").replace(",", "."))
    else:
        value = sign * float(bare.replace(",", ""))
    if math.isinf(value):
        raise ValueError(text)
    return value


def date_order(
    cells: Iterable[str], option: str | None = None, hint: Order | None = None
) -> Order | None:
    """The order of day, month and year in a whole file; None where no date needs one.

    Dates that begin with a year of four digits, and those with a month's name, need none.

    Args:
        cells: the file's dates; what is no date tells nothing.
        option: what the user said ("dmy", "mdy" or "ymd"), which settles it.
        hint: what else is known of the file (its language, a date the user gave), used
            where the dates do not settle it.

    Raises:
        SourceError: the dates contradict each other, or each can be read in two ways; the
            reason names the flag that settles it.
    """
    if option is not None:
        return check_order(option)
    counts = dict.fromkeys(ORDERS, 0)
    first: dict[Order, str] = {}
    total = 0
    unsettled = ""
    for cell in cells:
        orders = _orders(cell)
        total += bool(orders)
        for order in orders:
            counts[order] += 1
        if len(orders) == 1:
            first.setdefault(orders[0], cell)
        elif orders and len({day(cell, order) for order in orders}) > 1:
            unsettled = unsettled or cell
    if not total:
        return None
    whole = [order for order in ORDERS if counts[order] == total]
    if len(whole) == 1:
        return whole[0]
    if whole:
        if not unsettled or hint in whole:
            return hint if hint in whole else whole[0]
        readings = " or ".join(f"{_long(day(unsettled, o))} (--dates {o})" for o in whole)
        raise SourceError(
            f'"{clean(unsettled, 20)}" can be {readings}, and no date of the file settles it;'
            " say which with the flag"
        )
    best = max(ORDERS, key=counts.__getitem__)
    if counts[best] >= (1 - _STRAY) * total:
        return best
    examples = " and ".join(f'"{clean(cell, 20)}"' for cell in [*first.values()][:2])
    raise SourceError(
        f"writes dates in more than one order ({examples}); say which is right: --dates dmy,"
        " mdy or ymd"
    )


def check_order(option: str) -> Order:
    """An order of day, month and year as the user gave it.

    Raises:
        SourceError: it is none.
    """
    if option not in ORDERS:
        raise SourceError(
            f'"{clean(option, 10)}" is no order of dates; write --dates dmy, mdy or ymd'
        )
    return option


def day(text: str, order: Order | None = None) -> date:
    """A day as files write it: 2026-01-21, 20260121, Jan 21, 2026, 30/Sep/2026, 21.01.2026.

    Args:
        text: the cell; a time of day after the date is passed over.
        order: what `date_order` found; a date of numbers that does not begin with the year
            is none without it.

    Raises:
        ValueError: it is no day.
    """
    text = text.strip()
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, of_month = (match[1], match[3], match[4]) if match[1] else match.group(5, 6, 7)
        return date(int(year), int(month), int(of_month))
    if match := _NUMERIC.fullmatch(text):
        if order is None:
            raise ValueError(text)
        return _numeric(match, order)
    for form in _NAMED_MONTH:
        if match := form.fullmatch(text):
            return date(_year(match["y"]), _month(match["m"]), int(match["d"]))
    raise ValueError(text)


def _bare(text: str) -> tuple[float, str]:
    """Return a number's sign by its parentheses, and its digits and marks alone."""
    bare, sign = text.strip(), 1.0
    if not bare.isascii() or not bare.replace(".", "").isdigit():
        bare = bare.removesuffix("%").strip()
        if bare.startswith("(") and bare.endswith(")"):
            bare, sign = bare[1:-1].strip(), -1.0
        for mark in _SIGNS:
            bare = bare.replace(mark, "")
        bare = _GAPPED.sub("", bare.strip().replace("\u2212", "-"))
    return sign, bare


def _fits(bare: str, decimal: Decimal) -> bool:
    return any(c.isdigit() for c in bare) and _NUMBER[decimal].fullmatch(bare) is not None


def _orders(text: str) -> list[Order]:
    """Return the orders in which a date of numbers is valid; empty where it needs none."""
    match = _NUMERIC.fullmatch(text.strip())
    if match is None:
        return []
    orders: list[Order] = []
    for order in ORDERS:
        # A year of two digits in front is believed only where nothing else it can be.
        if order == "ymd" and (len(match[4]) == 4 or int(match[1]) <= 31):
            continue
        try:
            _numeric(match, order)
        except ValueError:
            continue
        orders.append(order)
    return orders


def _numeric(match: re.Match[str], order: Order) -> date:
    first, second, third = match[1], match[3], match[4]
    if order == "ymd":
        return date(_year(first), int(second), int(third))
    of_month, month = (first, second) if order == "dmy" else (second, first)
    return date(_year(third), int(month), int(of_month))


def _long(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def _year(digits: str) -> int:
    """The year; two digits are of this century up to 69, as POSIX has it."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if year < 69 else 1900)


def _month(name: str) -> int:
    """The number of a month by its name.

    Raises:
        ValueError: it is no month.
    """
    folded = name.lower()
    for at, starts in enumerate(_MONTHS, 1):
        if any(folded.startswith(start) for start in starts):
            return at
    raise ValueError(name)
