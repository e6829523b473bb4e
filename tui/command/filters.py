"""Filters of lines: ``tech``, ``industry:semi``, ``=BE,AMD``, ``ret>25``, ``bp<-5``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record
from tui.command.commands import CommandError

if TYPE_CHECKING:
    from core.answer.views import Lines
    from core.data.frames import BoolArray, FloatArray

_TERM: Final = re.compile(r"(ret|bp|w)\s*(>=|<=|>|<|=)\s*([+-]?\d+(?:\.\d+)?)\s*%?")
#: Where a text of no field is looked for, and where one may be looked for alone.
_ANYWHERE: Final = ("sector", "name", "symbol")
_FIELDS: Final = (*_ANYWHERE, "industry")
#: Returns and weights are typed in per cent, contributions in basis points.
_SCALE: Final = {"ret": 100.0, "w": 100.0, "bp": 10_000.0}
#: Values are rounded to this, in their unit, so that 25 % typed is 25 % held.
_DECIMALS: Final = 7
_COMPARE: Final = {
    "=": np.equal, "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
}  # fmt: skip


@record(frozen=True, slots=True)
class Filter:
    """A conjunction of terms.

    Attributes:
        text: as typed.
        words: (field or "", texts of which one is to be found in it, case folded, joined by "|").
        bounds: (column, comparison, number in the column's unit).
        symbols: the only ones kept, None for any.
    """

    text: str
    words: tuple[tuple[str, str], ...]
    bounds: tuple[tuple[str, str, float], ...]
    symbols: frozenset[str] | None = None

    @property
    def needle(self) -> str:
        """The first text looked for, to be shown where it is found."""
        return self.words[0][1].partition("|")[0] if self.words else ""

    def keeps(self, lines: Lines) -> BoolArray:
        """(M,) whether each line meets every term; a missing number meets none."""
        mask = np.ones(len(lines), bool)
        if self.symbols is not None:
            mask = np.array([symbol in self.symbols for symbol in lines.symbols], bool)
        columns: dict[str, tuple[str, ...]] = {
            "sector": lines.sectors,
            "industry": lines.industries,
            "name": lines.names,
            "symbol": lines.symbols,
        }
        for field, word in self.words:
            looked = [columns[name] for name in ((field,) if field else _ANYWHERE)]
            mask &= np.array(
                [
                    any(part in text.casefold() for text in row for part in word.split("|"))
                    for row in zip(*looked, strict=True)
                ],
                bool,
            )
        values: dict[str, FloatArray] = {
            "ret": lines.returns,
            "bp": lines.contribution,
            "w": lines.weight,
        }
        for name, sign, bound in self.bounds:
            with np.errstate(invalid="ignore"):
                mask &= _COMPARE[sign](np.round(values[name] * _SCALE[name], _DECIMALS), bound)
        return mask


def parse_filter(text: str) -> Filter | None:
    """Read a filter; None where nothing is typed.

    Raises:
        CommandError: A term cannot be read.
    """
    words: list[tuple[str, str]] = []
    bounds: list[tuple[str, str, float]] = []

    def bound(match: re.Match[str]) -> str:
        bounds.append((match[1].casefold(), match[2], float(match[3])))
        return " "

    terms = re.sub(rf"(?i)(?<!\S){_TERM.pattern}(?!\S)", bound, text)
    symbols: frozenset[str] | None = None
    for term in terms.split():
        if term.startswith("="):
            names = frozenset(part for part in term[1:].upper().split(",") if part)
            if not names:
                raise CommandError("= what? write =BE, or several as =BE,AMD,MU")
            symbols = names if symbols is None else symbols & names
            continue
        if re.search(r"[<>=]", term):
            raise CommandError(f"{term!r} is no filter: write ret>25, bp<-5 or w>1 with a number")
        field, colon, word = term.partition(":")
        alternatives = "|".join(part for part in (word or field).casefold().split(",") if part)
        if not colon and alternatives:
            words.append(("", alternatives))
        elif field.casefold() in _FIELDS and word and alternatives:
            words.append((field.casefold(), alternatives))
        else:
            raise CommandError(
                f"{term!r} is no filter: write sector:energy, industry:semi, name:bank or symbol:be"
            )
    if not words and not bounds and symbols is None:
        return None
    return Filter(text.strip(), tuple(words), tuple(bounds), symbols)
