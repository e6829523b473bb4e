"""Which rows a table of contributors shows, so that its column adds up to the fund's return."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.style import Style

from core.data.record import record
from tui.text import formats
from tui.text.safe import safe
from tui.widgets.columns import GUTTER, Cell, CellOf, cell_spans
from tui.widgets.drawing import NO_STYLE, Backdrop
from tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView, Lines
    from core.data.frames import IntArray
    from tui.command.filters import Filter
    from tui.text.spans import Line

#: Rows shown in full, one press of a key after another; None is what fits, 0 all.
ROW_STEPS: Final = (None, 25, 50, 100, 0)


@record(frozen=True, slots=True)
class Order:
    """How names are sorted.

    Attributes:
        key: "bp", "ret", "w", "symbol", "name" or "sector".
        falling: largest (or Z) first.
    """

    key: str = "bp"
    falling: bool = True


@record(frozen=True, slots=True)
class Closing:
    """A row that is no line: "all others", a part of "unexplained", the sum.

    Attributes:
        key: "others", "hidden", "matches", "unmeasured", "rest" or "sum".
        labels: what it says, the fullest first.
        bp: whole basis points as printed.
        value: the exact contribution, a fraction.
        weight: of what it sums up, a fraction; None where it has none.
    """

    key: str
    labels: tuple[str, ...]
    bp: int
    value: float
    weight: float | None = None

    @property
    def total_return(self) -> float | None:
        """Contribution over weight; None where it has none."""
        return self.value / self.weight if self.weight else None


#: The two parts of what the contributions leave unexplained.
UNMEASURED: Final = ("unexplained: not measured", "unexpl. unmeasured", "unmeasured", "unmeas.")
REST: Final = ("unexplained: cash, fees, trades", "unexpl. cash, fees", "cash, fees", "cash")
PRICE_RETURNS: Final = ("unexplained: price returns", "price returns", "price r.", "rest")
Row = int | Closing
#: Row -> its label, the fullest text first, and its style.
LabelOf = Callable[[int], "tuple[tuple[str, ...], str] | None"]


class Grid(LineTable, can_focus=False):
    """A table that gives its cells as text; keys are the screen's, not its own."""

    cell_at: CellOf = staticmethod(lambda row, key: "")
    label_at: LabelOf = staticmethod(lambda row: None)
    _quiet = True

    def fill(
        self,
        count: int,
        cell: CellOf,
        keys: list[Hashable] | None = None,
        *,
        empty: str = "",
        label: LabelOf | None = None,
    ) -> None:
        """Show other rows; ``label`` gives what stands across the text columns of a row."""
        self.cell_at = cell
        self.label_at = label or (lambda row: None)
        self.set_rows(count, cell, keys, empty=empty or "No lines.")

    def quiet(self, quiet: bool) -> None:
        """Whether the cursor is hidden, since keys go elsewhere; repaints its line alone."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.refresh_line(self.cursor_row + 1)

    def _row_style(self, row: int, ground: Backdrop) -> Style:
        return NO_STYLE if self._quiet else super()._row_style(row, ground)

    def _row(self, row: int) -> Line:
        line = super()._row(row)
        if self._quiet:
            line[0] = (" ", "")
        label = self.label_at(row)
        if label is None:
            return line
        # A label may run over the gaps of the text columns, up to the first number.
        placed = self.placed
        start = next((p.x for p in placed if p.column.key != "rank"), GUTTER)
        numbers = (p for p in placed if p.column.align == "right" and p.column.key != "rank")
        end = next((p.x for p in numbers), start)
        after: Line = []
        for place in placed:
            if place.x >= end:
                after += [
                    (" ", ""),
                    *cell_spans(self.cell_at(row, place.column.key), place, self.needle),
                ]
        room = end - start - 1
        text = next((text for text in label[0] if len(text) <= room), label[0][-1])
        text = formats.fit(text, room)
        return [*line[:2], (" " * (start - GUTTER), ""), (text, label[1]), *after]

    def texts(self, rows: range, *, titled: bool = False) -> str:
        """Rows of the columns in sight as tab-separated text, without bars.

        Args:
            rows: which.
            titled: the columns' titles stand over a single row too.
        """
        columns = [p.column for p in self.placed if not p.column.key.startswith("bar")]
        lines = ["\t".join(c.title for c in columns)] if len(rows) > 1 or titled else []
        for row in rows:
            cells = [_text(self.cell_at(row, column.key)).strip() for column in columns]
            if (label := self.label_at(row)) is not None:
                cells = [label[0][0], *cells[1:]]
            lines += ["\t".join(cells)]
        return "\n".join(lines)


def _text(cell: Cell) -> str:
    """A cell as text for the clipboard, which may be pasted into a shell: nothing to obey in it."""
    if isinstance(cell, str):
        return safe(cell)
    return safe(cell[0] if isinstance(cell, tuple) else "".join(text for text, _ in cell))


def ranked(lines: Lines, order: Order) -> IntArray:
    """(M,) lines in the order asked for; missing numbers last, ties by contribution."""
    size = len(lines)
    if order.key == "bp":
        rows = np.arange(size)
        return rows if order.falling else rows[::-1]
    if order.key in ("ret", "w"):
        values = lines.returns if order.key == "ret" else lines.weight
        positions = np.argsort(-values if order.falling else values, kind="stable")
        return positions.astype(np.intp)
    texts = {"symbol": lines.symbols, "name": lines.names, "sector": lines.sectors}[order.key]
    return np.array(
        sorted(range(size), key=lambda i: texts[i].casefold(), reverse=order.falling), np.intp
    )


def rows_of(
    view: IndexView, order: Order, condition: Filter | None, room: int | None
) -> tuple[list[Row], int]:
    """Rows of an index's table: lines from both ends of the order, and what closes the sum.

    Args:
        view: the index.
        order: of the lines.
        condition: lines to show alone, with their sum; the others then stand in "all others".
        room: lines to show at most, half from each end; None for all.

    Returns:
        The rows, and how many lines the filter keeps.
    """
    lines = view.contributors
    rows = ranked(lines, order).tolist()
    if condition is not None:
        matching = condition.keeps(lines)
        rows = [row for row in rows if matching[row]]
    matches, matched = len(rows), rows
    head, tail = rows, list[int]()
    if room is not None and matches > room:
        upper = (room + 1) // 2
        head, tail = rows[:upper], rows[matches - (room - upper) :]
    shown = [*head, *tail]
    if condition is not None:
        hidden, *closing = _closing_of_matches(view, shown, matched)
        return [*head, *([hidden] if hidden.labels else []), *tail, *closing], matches
    others, *closing = _closing(view, shown)
    return [*head, *([others] if others.labels else []), *tail, *closing], matches


def _bp(value: float) -> int:
    return round(value * 10_000)


def _closing_of_matches(view: IndexView, rows: list[int], matching: list[int]) -> list[Closing]:
    """Matches that have no room, the sum of all matches, and then what closes the sum.

    All others are the lines that do not match, so that matches and others add up to the fund.
    """
    lines = view.contributors
    value = math.fsum(lines.contribution[matching])
    weight = math.fsum(lines.weight[matching])
    printed = sum(_bp(float(lines.contribution[row])) for row in rows)
    left = _bp(value) - printed
    count = len(matching) - len(rows)
    labels: tuple[str, ...] = ("rounding",) if left else ()
    if count:
        labels = (f"{count:,} more matches" if count > 1 else "one more match", "more")
    hidden = Closing("hidden", labels, left, value - math.fsum(lines.contribution[rows]))
    names = (
        f"{len(matching):,} matches together" if len(matching) != 1 else "the one match",
        "matches",
    )
    matches = Closing("matches", names, _bp(value), value, weight)
    others, *closing = _closing(view, matching, matches.bp)
    return [hidden, matches, *([others] if others.labels else []), *closing]


def _closing(view: IndexView, rows: list[int], printed: int | None = None) -> Iterator[Closing]:
    """All others, unexplained in its two parts, and the sum; whole bp that add up as printed.

    Args:
        view: the index.
        rows: lines that are not among the others.
        printed: whole bp that stand above for them; the sum of each where not given.
    """
    contribution = view.contributors.contribution
    total = view.net_return
    parts = [Closing("unmeasured", UNMEASURED, _bp(view.unmeasured), view.unmeasured)]
    if view.rest is not None:
        words: tuple[str, ...] = PRICE_RETURNS if view.price_return_weight else REST
        parts.append(Closing("rest", words, _bp(view.rest), view.rest))
    if printed is None:
        printed = sum(_bp(float(contribution[row])) for row in rows)
    left = _bp(total) - printed - sum(part.bp for part in parts)
    count = len(contribution) - len(rows)
    value = view.explained - math.fsum(contribution[rows])
    labels: tuple[str, ...] = ("rounding",) if left else ()
    if count:
        labels = (f"all {count:,} others" if count > 1 else "the one other", "others")
    weight = math.fsum(view.contributors.weight) - math.fsum(view.contributors.weight[rows])
    yield Closing("others", labels, left, value, weight if count else None)
    yield from parts
    name = "basket" if view.fund_return is None else view.fund
    yield Closing("sum", (f"{name} return", name), _bp(total), total)
