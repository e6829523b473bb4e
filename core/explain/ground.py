"""The data that explanations use: the snapshot, its market, and each line's closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from core.data.errors import MeasureError
from core.data.frames import day
from core.data.record import record
from core.measures.contribution import basket
from core.measures.membership import Span, list_at_end, spans

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.data.market import Market
    from core.measures.basket import Basket

T = TypeVar("T")


@record(frozen=True, eq=False)
class Ground:
    """One index of a snapshot, and what it was measured from.

    Attributes:
        market: what the snapshot was taken from, as it was known then.
        snapshot: the answer.
        fund: the index's fund.
    """

    market: Market
    snapshot: Snapshot
    fund: str
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def cached(self, key: str, make: Callable[[], T]) -> T:
        """Return ``make()`` for a key, computed once for all explanations of the index."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value

    def of(self, fund: str) -> Ground:
        """The same snapshot, another index of it."""
        return Ground(self.market, self.snapshot, fund)

    @property
    def pair(self) -> tuple[Ground, Ground]:
        """The small and the large index."""
        question = self.snapshot.question
        return self.of(question.small), self.of(question.large)

    @property
    def view(self) -> IndexView | None:
        """The index in the snapshot; None where it could not be measured."""
        return self.snapshot.indices.get(self.fund)

    @property
    def basis(self) -> str:
        """What returns are made of: "pr" or "tr"."""
        return self.snapshot.question.basis

    @property
    def ends(self) -> tuple[date, date]:
        """Sessions of the window's two closes."""
        return self.snapshot.window.start, self.snapshot.window.end

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """The parts of the window."""
        return spans(self.market, self.fund, *self.ends, self.snapshot.as_of)

    @cached_property
    def basket(self) -> Basket | None:
        """The index's lines as they were measured; None where it is missing."""
        return None if self.view is None else basket(self.market, self.spans, self.basis)

    @cached_property
    def breadth_basket(self) -> Basket | None:
        """The lines that breadth counts: of the list at the window's end where that is asked."""
        if self.view is None or self.snapshot.question.breadth_list == "start":
            return self.basket
        span = list_at_end(self.market, self.fund, *self.ends, self.snapshot.as_of)
        return None if span is None else basket(self.market, (span,), self.basis)

    @cached_property
    def line_returns(self) -> tuple[tuple[str, float], ...]:
        """Breadth's lines with their returns over the window, each from its closes."""
        lines = self.breadth_basket
        if lines is None:
            return ()
        inside = np.nonzero(np.isfinite(lines.window_returns))[0].tolist()
        symbols = [lines.symbols[row] for row in inside]
        return tuple(zip(symbols, self.returns(symbols, *self.ends), strict=True))

    def returns(self, symbols: Iterable[str], first: date, last: date) -> list[float]:
        """Return of each line between its last closes on or before two dates; NaN without them."""
        returns = []
        for symbol in symbols:
            series = self.market.series(symbol)
            level = series.level(self.basis) if series is not None else None
            if series is None or level is None:
                returns.append(float("nan"))
                continue
            at = np.searchsorted(series.sessions, [day(first), day(last)], side="right") - 1
            has_start = at[0] >= 0
            returns.append(float(level[at[1]] / level[at[0]] - 1) if has_start else float("nan"))
        return returns

    def closes(self, symbol: str) -> tuple[date, date]:
        """Sessions of a line's last closes on or before the window's two ends."""
        series = self.market.series(symbol)
        assert series is not None
        at = np.searchsorted(series.sessions, [day(end) for end in self.ends], side="right") - 1
        first, last = series.sessions[at].tolist()
        return first, last

    @property
    def origins(self) -> tuple[str, ...]:
        """Files and closes that the index's figures depend on, with their dates."""
        dates: dict[str, list[str]] = {}
        for source in self.snapshot.sources:
            if self.fund in source.what.split():
                words = f"{source.what}: {source.origin or 'unknown source'}, as of"
                dates.setdefault(words, []).append(str(source.as_of))
        files = (f"{words} {', '.join(days)}" for words, days in dates.items())
        return (*files, f"closes of {self.ends[0]} and {self.ends[1]}")


def select(items: Sequence[T], name: Callable[[T], str], item: str, kind: str) -> Sequence[T]:
    """Return all items, or those of one name; case and blanks do not matter.

    Raises:
        MeasureError: none has it; the message lists those there are.
    """
    if not item:
        return items

    def plain(text: str) -> str:
        return text.casefold().replace(" ", "").rstrip("%").replace("+", "")

    matches = [one for one in items if plain(name(one)) == plain(item)]
    if not matches:
        names = [name(one) for one in items]
        names_text = ", ".join(names[:20]) + (
            f", … {len(names) - 20:,} more" if len(names) > 20 else ""
        )
        raise MeasureError(f"there is no {kind} {item!r}; there are {names_text or 'none'}")
    return matches
