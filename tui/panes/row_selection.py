"""Which rows a table of contributors shows, so that its column adds up to the fund's return."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.record import record

if TYPE_CHECKING:
    from core.answer.views import IndexView, Lines
    from core.data.frames import IntArray
    from tui.command.filters import Filter

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
NONE_MEASURED: Final = ("unexplained: a part without lines", "unexpl. no lines", "no lines", "rest")
PRICE_RETURNS: Final = ("unexplained: price returns", "price returns", "price r.", "rest")
Row = int | Closing


def ranked(lines: Lines, order: Order) -> IntArray:
    """(M,) lines in order; missing numbers last, ties by contribution."""
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
    line_rows = [*head, *tail]
    if condition is not None:
        hidden, *closing = _closing_of_matches(view, line_rows, matched)
        return [*head, *([hidden] if hidden.labels else []), *tail, *closing], matches
    others, *closing = _closing(view, line_rows)
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
    remainder = _bp(value) - printed
    count = len(matching) - len(rows)
    labels: tuple[str, ...] = ("rounding",) if remainder else ()
    if count:
        labels = (f"{count:,} more matches" if count > 1 else "one more match", "more")
    hidden = Closing("hidden", labels, remainder, value - math.fsum(lines.contribution[rows]))
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
        if not view.coverage:
            words = NONE_MEASURED
        parts.append(Closing("rest", words, _bp(view.rest), view.rest))
    if printed is None:
        printed = sum(_bp(float(contribution[row])) for row in rows)
    remainder = _bp(total) - printed - sum(part.bp for part in parts)
    count = len(contribution) - len(rows)
    value = view.explained - math.fsum(contribution[rows])
    labels: tuple[str, ...] = ("rounding",) if remainder else ()
    if count:
        labels = (f"all {count:,} others" if count > 1 else "the one other", "others")
    weight = math.fsum(view.contributors.weight) - math.fsum(view.contributors.weight[rows])
    yield Closing("others", labels, remainder, value, weight if count else None)
    yield from parts
    name = "basket" if view.fund_return is None else view.fund
    yield Closing("sum", (f"{name} return", name), _bp(total), total)
