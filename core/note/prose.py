"""Prose style: how numbers, units, funds and companies are written, in full once, then short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.data.question import is_price_index
from core.note.company import company
from core.note.phrase import Figure, Name, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.answer.views import IndexView, Snapshot


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


def return_places(*values: float) -> int:
    """Places that returns are printed with: one where any is ten per cent or more, else two."""
    return 2 if round(max(map(abs, values)), 4) < 0.1 else 1


def places_of(gap: float, *returns: float) -> int:
    """Places at which a gap and the returns it lies between are printed, so that they add up.

    As many as `return_places` has; the other of one and two where that does not add up.
    """

    def adds_up(places: int) -> bool:
        first, other, between = (round(value * 100, places) for value in (*returns, gap))
        return round(first - other, places) == between

    wished = return_places(gap, *returns)
    return next(filter(adds_up, (wished, 3 - wished)), wished)


def introduced(snapshot: Snapshot) -> list[Name]:
    """The question's funds at their first mention, each with its index: ``IWM (Russell 2000)``.

    An index itself goes by its name, with what its levels hold: ``the S&P 500 index (price
    return)``. What two of them share is said once, after the second.
    """
    funds, levels = snapshot.question.funds, named_levels(snapshot)
    returns = ["price return" if is_price_index(fund) else "total return" for fund in funds]
    alike = len(levels) > 1 and len(set(returns)) == 1
    mentions = []
    for place, fund in enumerate(funds):
        index = snapshot.index_names.get(fund)
        if fund not in levels:
            mentions.append(Name(f"{fund} ({index})" if index else fund))
            continue
        contents = f" ({returns[place]})"
        if alike:
            contents = f" (both {returns[place]})" if place else ""
        mentions.append(Name(f"the {index} index{contents}"))
    return mentions


def speaks_for_itself(snapshot: Snapshot) -> bool:
    """Whether the first mention of all funds says if their returns hold dividends."""
    return len(named_levels(snapshot)) == len(snapshot.question.funds)


def named_levels(snapshot: Snapshot) -> Mapping[str, str]:
    """Those of the question's symbols that are indices themselves -> their names.

    None where both have one name, as the S&P 500 with and without dividends: then they go by
    their symbols.
    """
    names = snapshot.index_names
    levels = {fund: names[fund] for fund in snapshot.question.funds
              if fund.startswith("^") and fund in names}  # fmt: skip
    return levels if len(set(levels.values())) == len(levels) else {}


class ProseStyle:
    """The style of one text: what was named in full already is short from then on.

    Args:
        snapshot: the answer.
        places: that percentage points are printed with.
    """

    def __init__(self, snapshot: Snapshot, places: int = 1) -> None:
        self._levels = named_levels(snapshot)
        self._places = places
        self._mentioned: set[str] = set()
        self._classes: dict[str, str] = {}

    def _unit(self, long: str, later: str) -> str:
        first = long not in self._mentioned
        self._mentioned.add(long)
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

    def fund(self, fund: str) -> Name:
        """A fund by its ticker, an index by its name: ``IWM``, ``the Russell 2000``."""
        return Name(f"the {self._levels[fund]}" if fund in self._levels else fund)

    def company(self, view: IndexView, row: int) -> Name:
        """A line by its company's name, at first with its ticker."""
        symbol = view.contributors.symbols[row]
        name = company(view.contributors.names[row], symbol)
        first, other = symbol not in self._mentioned, self._classes.setdefault(name, symbol)
        self._mentioned.add(symbol)
        if other != symbol:
            # a second class of a company that was named by its first
            return Name(f"{name}'s {symbol} shares")
        return Name(f"{name} ({symbol})" if first and name != symbol else name)

    def once(self, fund: str, words: str) -> str:
        """Words for the first mention of a fund; "" from then on."""
        mention = f"{fund} {words}"
        first = mention not in self._mentioned
        self._mentioned.add(mention)
        return words if first else ""
