"""The movers view of Contributors: gains and losses of each line since a date in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.movers import contributions_since, movers
from core.data.errors import UnavailableError
from tui.panes.contents import GridContents, of_rows
from tui.panes.lines_over_time import (
    arranged,
    bp,
    closing_cells,
    lines_with_figures,
    listed,
    mark_notes,
    mark_of,
    texts_of,
)
from tui.panes.wording import why_not
from tui.text import formats
from tui.widgets.table_columns import Cell, TableColumn

if TYPE_CHECKING:
    from datetime import date

    from core.answer.movers import Movers
    from core.data.frames import FloatArray
    from tui.command.filters import Filter
    from tui.host.scene import Scene
    from tui.panes.row_selection import Order
    from tui.widgets.table_columns import CellOf

#: Columns that movers are sorted by -> the letter after the sort key, and a word.
MOVER_SORTS: Final = {
    "change": ("b", "change"),
    "before": ("t", "then"),
    "after": ("n", "now"),
    "places": ("p", "places"),
    "symbol": ("s", "symbol"),
}


def movers_since(
    scene: Scene, since: date | None, order: Order, condition: Filter | None
) -> tuple[GridContents, str]:
    """The first index's lines by what they gained or lost since a date, and that date in words.

    Dropped in this order where there is no room: sector, bars, name, places, place, now, then.

    Args:
        scene: what is drawn.
        since: a date inside the window, None for a week before its end.
        order: a column of `MOVER_SORTS`.
        condition: lines to show alone, with their sum.
    """
    fund, why_none = scene.fund(scene.sides[0]), ""
    try:
        answer = movers(scene.market, scene.snapshot, since)
    except UnavailableError as error:
        answer, why_none = None, f"{error}."
    one = None if answer is None else answer.indices.get(fund)
    view = scene.snapshot.indices.get(fund)
    columns = (
        TableColumn("symbol", "symbol", 7, searched=True),
        TableColumn("name", "name", 10, "left", 5, want=16, max_width=34, searched=True),
        TableColumn("sector", "sector", 12, "left", 7, "dim", max_width=22, searched=True),
        TableColumn("before", f"then bp{mark_of(one.then) if one else ''}", 8, "right", 1, "dim"),
        TableColumn("after", f"now bp{mark_of(view) if view else ''}", 8, "right", 2),
        TableColumn("change", "change bp", 10, "right", 0, "bold"),
        TableColumn("place", "place", 13, "right", 3, "dim"),
        TableColumn("places", "places", 7, "right", 4),
        TableColumn("bar", "", 8, "left", 6, max_width=30),
    )
    if answer is None:
        return GridContents(columns, (), of_rows(()), empty=why_none), ""
    words = f"since {answer.since}"
    if one is None or view is None:
        sentence = ". ".join(answer.missing) or why_not(scene, scene.sides[0])
        return GridContents(columns, (), of_rows(()), empty=sentence), words
    gained, texts = _places(one), texts_of(one)
    sorted_by = {
        "before": one.before,
        "after": one.after,
        "change": one.change,
        "places": gained,
    }
    rows = arranged(one.symbols, sorted_by.get(order.key, one.change), order)
    closing: list[dict[str, Cell]] = []
    if condition is not None:
        keeps = condition.keeps(lines_with_figures(scene, fund, texts))
        rows = [row for row in rows if keeps[row]]
        then, now = (float(np.nansum(v[rows])) for v in (one.before, one.after))
        closing.append(_then_now("sum", f"{len(rows):,} matches", then, now))
    closing.append(_then_now("lines", "all measured lines", one.then.explained, view.explained))
    returns = one.then.net_return, view.net_return
    closing.append(_then_now(fund, "return of the fund", *returns))
    figure = _mover_figures(one, gained)
    return listed(columns, texts, figure, one.change, rows, closing, order), words


def mover_notes(scene: Scene, since: date | None) -> list[str]:
    """What the marks behind "then" and "now" of the movers mean."""
    fund = scene.fund(scene.sides[0])
    try:
        _, earlier, _ = contributions_since(scene.market, scene.snapshot, since)
    except UnavailableError:
        return []
    then, now = earlier.get(fund), scene.snapshot.indices.get(fund)
    return mark_notes([("then", then), ("now", now)]) if then and now else []


def _then_now(symbol: str, name: str, then: float, now: float) -> dict[str, Cell]:
    """The cells of a row that sums movers up."""
    return closing_cells(
        symbol, name, {"before": bp(then), "after": bp(now), "change": bp(now - then)}
    )


def _places(one: Movers) -> FloatArray:
    """(M,) places gained since then, NaN for a line that was or is not measured."""
    both = (one.place_before > 0) & (one.place_after > 0)
    return np.where(both, one.place_before - one.place_after, np.nan)


def _mover_figures(one: Movers, gained: FloatArray) -> CellOf:
    """The cells of a line's figures then and now; ``gained`` by `_places`."""

    def figure(row: int, column: str) -> Cell:
        if column in ("before", "after", "change"):
            return bp(float(getattr(one, column)[row]))
        then, now = int(one.place_before[row]), int(one.place_after[row])
        if column == "places":
            if not then or not now:
                return "new" if now else "gone"
            return formats.number(float(gained[row]), sign=True)
        places = (formats.count(place) if place else formats.MISSING for place in (then, now))
        return " → ".join(places)

    return figure
