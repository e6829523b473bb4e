"""The data that explanations use: the snapshot, its market, and each line's closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from core.answer.by_session import daily_of
from core.data.errors import MeasureError
from core.data.frames import day
from core.data.record import record
from core.measures.contribution import basket
from core.measures.membership import Span, list_at_end, spans

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.data.frames import Dates, FloatArray
    from core.data.market import Market
    from core.data.series import Series
    from core.explain.explanation import Explanation
    from core.measures.basket import Basket
    from core.measures.daily import Daily

T = TypeVar("T")
#: The explanations of a measure.
Explain = Callable[["Ground"], Iterator["Explanation"]]


@record(frozen=True, eq=False)
class SessionFigures:
    """The session whose figures are explained.

    Attributes:
        daily: the index's daily breadth.
        when: the session.
        file: words about the file whose lines are counted.
        members: the lines counted, each with its closes up to the session that are believed.
    """

    daily: Daily
    when: date
    file: str
    members: tuple[tuple[str, Dates, FloatArray], ...]


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

    def of(self, fund: str) -> Ground:
        """Return the ground of another index of the same snapshot."""
        return Ground(self.market, self.snapshot, fund)

    @property
    def pair(self) -> tuple[Ground, Ground]:
        """The small and the large index."""
        question = self.snapshot.question
        return self.of(question.small), self.of(question.large)

    @property
    def view(self) -> IndexView:
        """The index in the snapshot; `core.explain.measures.explain` asks first whether it is."""
        return self.snapshot.indices[self.fund]

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
    def basket(self) -> Basket:
        """The index's lines as they were measured."""
        measured = basket(self.market, self.spans, self.basis)
        assert measured is not None  # the snapshot's view was made of them
        return measured

    @cached_property
    def breadth_basket(self) -> Basket | None:
        """The lines that breadth counts: of the list at the window's end if that is the question.

        None where no list applies at the end.
        """
        if self.snapshot.question.breadth_list == "start":
            return self.basket
        span = list_at_end(self.market, self.fund, *self.ends, self.snapshot.as_of)
        return None if span is None else basket(self.market, (span,), self.basis)

    @cached_property
    def session(self) -> SessionFigures | None:
        """The window's last session with members' closes; None where there is none."""
        market = self.market
        daily = daily_of(market, self.snapshot, self.fund)
        if daily is None or not len(daily.sessions):
            return None
        when = daily.sessions[-1].item()
        members = []
        for line in np.nonzero(self.basket.counted[-1])[0].tolist():
            symbol = self.basket.symbols[line]
            if (series := market.series(symbol)) is not None:
                members.append((symbol, *closes_up_to(series, when)))
        file = self.spans[-1].origin
        source = f"members by {file.source or 'holdings'}, as of {file.as_of}"
        return SessionFigures(daily, when, source, tuple(members))

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


def values_at(basket: Basket, segment: int = 0) -> dict[str, float]:
    """Line -> its file's value carried to a segment's start, 0 where it is not measured there."""
    return dict(zip(basket.symbols, basket.values[segment].tolist(), strict=True))


def closes_up_to(series: Series, when: date) -> tuple[Dates, FloatArray]:
    """(T,) sessions up to a date and their closes, from the last doubtful move on.

    Closes before such a move do not compare with those after it.
    """
    stop = int(np.searchsorted(series.sessions, day(when), side="right"))
    doubts = [session for session, _ in series.doubts if session <= day(when)]
    first = int(np.searchsorted(series.sessions, doubts[-1])) if doubts else 0
    return series.sessions[first:stop], series.stand_in[first:stop]


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
        more = f", … {len(names) - 20:,} more" if len(names) > 20 else ""
        some = ", ".join(names[:20]) or "none"
        raise MeasureError(f"there is no {kind} {item!r}; there are {some}{more}")
    return matches
