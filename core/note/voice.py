"""How a desk's prose names numbers, units and companies: in full once, short from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.company import company
from core.note.phrase import Figure, Name, Sentence

if TYPE_CHECKING:
    from core.answer.views import IndexView


def percent(value: float, path: str) -> Figure:
    """A share or return without its sign, one place: ``22.3%``; two where one would show none."""
    places = 1 if round(abs(value) * 100, 1) else 2
    return Figure(f"{abs(value) * 100:,.{places}f}%", path)


class Voice:
    """Units and companies as they were named so far."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def _unit(self, long: str, later: str) -> str:
        first = long not in self._seen
        self._seen.add(long)
        return long if first else later

    def points(self, gap: float, path: str) -> Sentence:
        """A gap without its sign, in percentage points."""
        places = 1 if abs(gap) >= 0.1 else 2
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
        first = symbol not in self._seen
        self._seen.add(symbol)
        return Name(f"{name} ({symbol})" if first and name != symbol else name)
