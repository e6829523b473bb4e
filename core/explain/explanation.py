"""What an explanation of a number is.

An explanation is read from the objects that made the number, and every one carries what
its terms come to, so that the number and its explanation can be held against each
other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from core.data.record import record

Unit = Literal["percent", "bp", "pp", "price", "money", "count", "number", "ratio", "year", "text"]

#: Terms shown before a long list is cut.
MOST = 10


@record(frozen=True, slots=True)
class Term:
    """One figure of a formula.

    Attributes:
        name: as it stands in the formula, or what it is.
        value: fractions for percent, bp and pp; None where not known.
        unit: how it is to be read.
        source: the file or vendor and the date it came from, "" where it is computed.
    """

    name: str
    value: float | str | None
    unit: Unit
    source: str = ""


@record(frozen=True, slots=True)
class Explanation:
    """A number and how it came about.

    Attributes:
        title: what the number is.
        value: the number as it stands in the snapshot.
        unit: how it is to be read.
        formula: in the names of the terms.
        computed: what the terms come to; equal to ``value``.
        terms: the figures.
        parts: explanations of figures that have a formula of their own.
        notes: sentences to bear in mind.
        origins: files and closes that all the figures depend on, with their dates.
        in_words: the formula is a rule in words, which no figures are put into.
    """

    title: str
    value: float | None
    unit: Unit
    formula: str
    computed: float | None
    terms: tuple[Term, ...]
    parts: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    in_words: bool = False


def cut(terms: Iterable[Term], most: int = MOST, *, both_ends: bool = False) -> tuple[Term, ...]:
    """Shorten a long list of terms: those left out become one term, their sum.

    Args:
        terms: of one unit.
        most: terms kept.
        both_ends: keep half of them from each end of the list.
    """
    whole = tuple(terms)
    if len(whole) <= most + 1:
        return whole
    head = (most + 1) // 2 if both_ends else most
    tail = most - head
    hidden = whole[head : len(whole) - tail]
    values = [term.value for term in hidden if isinstance(term.value, float)]
    others = Term(f"… {len(hidden):,} more", math.fsum(values), hidden[0].unit, "together")
    return (*whole[:head], others, *whole[len(whole) - tail :])
