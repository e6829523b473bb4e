"""Scene: the data that every pane draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from core.answer.lazy_mapping import LazyMapping
from core.data.record import record
from core.measures.membership import as_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.answer.snapshot import IndexView, Snapshot
    from core.data.market import Market

Side = Literal["small", "large"]


@record(frozen=True, slots=True, eq=False)
class Scene:
    """A snapshot and what a person chose to see of it; changes no number.

    Attributes:
        snapshot: what is drawn.
        market: what the snapshot was taken from, for what is looked up line by line.
        first: the index that stands first.
        marked: symbols marked by hand.
    """

    snapshot: Snapshot
    market: Market
    first: Side = "small"
    marked: frozenset[str] = frozenset()

    @property
    def sides(self) -> tuple[Side, ...]:
        """The indices in the order they are shown; one where it stands alone."""
        if self.snapshot.question.alone:
            return ("small",)
        return ("small", "large") if self.first == "small" else ("large", "small")

    @property
    def market_then(self) -> Market:
        """The market as it was known on the snapshot's session."""
        snapshot = self.snapshot
        return as_known(self.market, snapshot.question.pair, snapshot.window, snapshot.as_of)

    @property
    def before(self) -> Mapping[str, IndexView]:
        """Fund -> its index a session earlier; nothing until it is worked out."""
        before = self.snapshot.before
        return before.ready if isinstance(before, LazyMapping) else before

    def fund(self, side: Side) -> str:
        """The fund an index is followed through."""
        question = self.snapshot.question
        return question.small if side == "small" else question.large

    def view(self, side: Side) -> IndexView | None:
        """An index, None where it has no answer."""
        return self.snapshot.indices.get(self.fund(side))

    def fund_of(self, symbol: str, preferred: Side) -> str:
        """The index that a name is looked up in: the preferred one, else the one that has it."""
        other: Side = "large" if preferred == "small" else "small"
        for side in (preferred, other):
            view = self.view(side)
            if view is not None and (
                symbol in view.contributors.symbols
                or any(symbol == line.symbol for line in view.left_out)
            ):
                return view.fund
        return self.fund(preferred)

    def views(self) -> list[tuple[Side, IndexView]]:
        """The indices that have an answer, in the order they are shown."""
        views = [(side, self.view(side)) for side in self.sides]
        return [(side, view) for side, view in views if view is not None]
