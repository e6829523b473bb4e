"""What an explanation of a number is.

An explanation is read from the objects that made the number, and every one carries what
its own terms come to, so that the number and its explanation can be held against each
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["percent", "bp", "pp", "price", "money", "count", "ratio", "year", "text"]


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """A number and how it came about.

    Attributes:
        title: what the number is.
        value: the number as it stands in the snapshot.
        unit: how it is to be read.
        formula: in the names of the terms.
        computed: what the terms come to; equal to ``value``.
        terms: the figures.
        parts: explanations of figures that have their own formula.
        notes: sentences to bear in mind.
    """

    title: str
    value: float | None
    unit: Unit
    formula: str
    computed: float | None
    terms: tuple[Term, ...]
    parts: tuple[Explanation, ...] = ()
    notes: tuple[str, ...] = ()
