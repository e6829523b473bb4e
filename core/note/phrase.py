"""Sentences that know their figures: text in which every number says where it stands.

A `Figure` carries the path of its value in the note's JSON, as jq has it without the
leading point: ``spread.gap_pp``, ``indices.IWM.breadth.up``. A `Name` is text from
outside (a ticker, a sector). Between them stand plain words, which carry no digit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.answer.views import IndexView

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: Most places beyond whole basis points that a sum is printed with.
FURTHER: Final = 1
#: Below so many basis points an amount gets a decimal.
SMALL: Final = 9.95
_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")


class Figure(str):
    """A number as it is printed, and the path of its value."""

    path: str

    def __new__(cls, text: str, path: str) -> Figure:
        """A figure of the text that is printed."""
        figure = super().__new__(cls, text)
        figure.path = path
        return figure


class Name(str):
    """Text from outside: a ticker, a sector, a theme. Its digits are no figures."""


class Sentence(str):
    """A sentence, put together from words, names and figures; falsy when it says nothing."""

    parts: tuple[str, ...]

    def __new__(cls, *parts: str | Sentence) -> Sentence:
        """The parts in order; a sentence among them gives its parts."""
        flat: list[str] = []
        for part in parts:
            if isinstance(part, Sentence):
                flat += part.parts
            else:
                flat.append(part)
        sentence = super().__new__(cls, "".join(flat))
        sentence.parts = tuple(filter(None, flat))
        return sentence

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Its numbers, in order."""
        return tuple(part for part in self.parts if isinstance(part, Figure))


def key(name: str) -> str:
    """Format one step of a path: ``.IWM``, or ``["BRK-B"]`` where the name is no plain word."""
    return f".{name}" if _PLAIN.fullmatch(name) else f'["{name}"]'


def path_of(view: IndexView) -> str:
    """The path of an index in the note's JSON: ``indices.IWM``."""
    return f"indices{key(view.fund)}"


def head(fund: str, *marks: str) -> Sentence:
    """Begin a sentence about an index: ``IWM: ``, or ``IWM, intraday, on estimated weights: ``."""
    words = (part for mark in marks if mark for part in (", ", mark))
    return Sentence(Name(fund), *words, ": ")


def several(number: int, noun: str, plural: str = "") -> str:
    """Count things: ``1 row``, ``2,348 rows``; a plural that is no "s" is given."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def long_date(value: date) -> str:
    """Format a date: "26 June 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def percent(value: float, places: int = 2) -> str:
    """Format a fraction with its sign: 0.2231 is "+22.31 %"; what rounds to zero has none."""
    return f"{_signed(value * 100, places)} %"


def points(value: float, further: int = 0) -> str:
    """Format a fraction in percentage points: 0.1484 is "+14.84 pp"."""
    return f"{_signed(value * 100, 2 + further)} pp"


def basis_points(value: float, further: int | None = None) -> str:
    """Format a fraction in basis points: 0.016 is "+160 bp", 0.00052 "+5.2 bp".

    Args:
        value: a fraction.
        further: decimal places; None for one where the amount is under ten basis points.
    """
    return f"{_signed(value * 1e4, int(is_small(value)) if further is None else further)} bp"


def is_small(amount: float) -> bool:
    """Whether an amount is under ten basis points and more than none: it gets one decimal."""
    return 0.05 <= round(abs(amount) * 1e4, 2) < SMALL


def adds_up(places: int, *sums: Sequence[float]) -> bool:
    """Whether sums hold as they are printed.

    Args:
        places: decimal places beyond whole basis points.
        sums: of each its total and then its parts, as fractions.
    """

    def holds(total: float, parts: Sequence[float]) -> bool:
        rounded = math.fsum(round(part * 1e4, places) for part in parts)
        return round(rounded, places) == round(total * 1e4, places)

    return all(holds(total, parts) for total, *parts in sums)


def further_places(
    *sums: Sequence[float],
    wished: Sequence[Sequence[float]] = (),
    amounts: Iterable[float] = (),
    most: int = FURTHER,
) -> int:
    """Return the decimal places beyond whole basis points at which sums add up as they are printed.

    Rounded one by one, the parts of a sum may miss it by one in the last place; a reader who
    adds up must not. The fewest places that hold are taken, ``most`` of them at most: more digits
    would hide the figures. Where none hold (`adds_up`), the sentence names no whole sum.

    Args:
        sums: of each its total and then its parts, as fractions.
        wished: more of them, that hold too where that is possible; else their parts are rounded
            one by one.
        amounts: those printed in basis points: one place at least where one of them is small.
        most: places that are tried.
    """
    tried = range(int(any(map(is_small, amounts))), most + 1)
    together = next((places for places in tried if adds_up(places, *sums, *wished)), None)
    if together is not None:
        return together
    return next((places for places in tried if adds_up(places, *sums)), most)


def share(value: float, places: int = 1) -> str:
    """Format a part of a whole, without a sign: 0.649 is "64.9 %"."""
    return f"{value * 100:.{places}f} %"


def _signed(value: float, places: int) -> str:
    text = f"{value:+,.{places}f}"
    return text if any(c in "123456789" for c in text) else text[1:]


def joined(items: Iterable[str | Sentence], between: str) -> Sentence:
    """Join items with the same words between each two: "A; B; C"."""
    return Sentence(*[part for item in items for part in (between, item)][1:])


def listed(items: Iterable[str | Sentence]) -> Sentence:
    """Join items in words: "A, B and C"."""
    parts = list(items)
    words: list[str | Sentence] = []
    for place, item in enumerate(parts):
        if place:
            words.append(" and " if place == len(parts) - 1 else ", ")
        words.append(item)
    return Sentence(*words)
