"""How a desk's prose names numbers, units and companies: in full once, short from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.company import company
from core.note.phrase import Figure, Name, Sentence

if TYPE_CHECKING:
    from core.answer.views import IndexView


def percent(value: float, path: str, places: int | None = None) -> Figure:
    """A share or return without its sign: ``22.3%``.

    Args:
        value: a fraction.
        path: where it stands in the note's JSON.
        places: one where not given; two where one would show none, none beyond a hundred per cent.
    """
    if places is None:
        places = 0 if abs(value) > 1 else 1 if round(abs(value) * 100, 1) else 2
    return Figure(f"{abs(value) * 100:,.{places}f}%", path)


def places_of(gap: float, *returns: float) -> int:
    """Places at which a gap and the returns it lies between are printed, so that they add up.

    One where any of them is ten per cent or more, else two; the other where that does not add up.
    """

    def adds_up(places: int) -> bool:
        first, other, between = (round(value * 100, places) for value in (*returns, gap))
        return round(first - other, places) == between

    wished = (2, 1) if max(map(abs, (gap, *returns))) < 0.1 else (1, 2)
    return next(filter(adds_up, wished), wished[0])


class Voice:
    """Units and companies as they were named so far.

    Args:
        places: that percentage points are printed with.
    """

    def __init__(self, places: int = 1) -> None:
        self._places = places
        self._seen: set[str] = set()
        self._classes: dict[str, str] = {}

    def _unit(self, long: str, later: str) -> str:
        first = long not in self._seen
        self._seen.add(long)
        return long if first else later

    def points(self, gap: float, path: str) -> Sentence:
        """A gap without its sign, in percentage points; to one place more where that shows none."""
        places = self._places + (round(abs(gap) * 100, self._places) == 0)
        figure = Figure(f"{abs(gap) * 100:,.{places}f}", path)
        return Sentence(figure, " ", self._unit("percentage points", "points"))

    def basis_points(self, amount: float, path: str) -> Sentence:
        """A contribution without its sign, in basis points; one decimal under ten."""
        places = 1 if abs(amount) * 1e4 < 9.95 else 0
        figure = Figure(f"{abs(amount) * 1e4:,.{places}f}", path)
        return Sentence(figure, " ", self._unit("basis points", "bp"))

    def company(self, view: IndexView, row: int) -> Name:
        """A line by its company's name, at first with its ticker."""
        symbol = view.contributors.symbols[row]
        name = company(view.contributors.names[row], symbol)
        first, other = symbol not in self._seen, self._classes.setdefault(name, symbol)
        self._seen.add(symbol)
        if other != symbol:
            # a second class of a company that was named by its first
            return Name(f"{name}'s {symbol} shares")
        return Name(f"{name} ({symbol})" if first and name != symbol else name)

    def once(self, fund: str, words: str) -> str:
        """Words that are said once of a fund: "" from then on."""
        mention = f"{fund} {words}"
        first = mention not in self._seen
        self._seen.add(mention)
        return words if first else ""
