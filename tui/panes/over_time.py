"""Tables of contributions over several windows, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.contributions import side_by_side
from core.data.labels import coded
from core.measures.groups import sectors
from tui.panes.contents import ALL, GridContents, of_rows
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
from tui.panes.row_selection import Order
from tui.panes.wording import why_not
from tui.text import formats
from tui.widgets.table_columns import Cell, TableColumn

if TYPE_CHECKING:
    from core.answer.contributions import Contributions, WindowColumn
    from tui.command.filters import Filter
    from tui.host.scene import Scene

#: Windows dropped where there is no room, the first one first; the question's never is.
_DROPPED: Final = ("1W", "QTD", "1D", "MTD", "YTD")


def window_sorts(scene: Scene | None) -> dict[str, tuple[str, str]]:
    """Windows that names are sorted by -> the digit after the sort key, and the window's name."""
    if scene is None:
        return {}
    labels = [column.label for column in side_by_side(scene.market, scene.snapshot)]
    return {label: (f"{n}", label) for n, label in enumerate(labels, start=1)}


def window_notes(scene: Scene) -> list[str]:
    """Sentences about windows that lack data, and what the marks behind their names mean."""
    columns = side_by_side(scene.market, scene.snapshot)
    notes = [
        f"{column.label}: {sentence}" if column.window else sentence
        for column in columns
        for sentence in column.missing
    ]
    return notes + mark_notes([(c.label, one) for c in columns for one in c.indices.values()])


def _title(column: WindowColumn, fund: str) -> str:
    """A window's name, with a mark where its numbers are less sure."""
    one = column.indices.get(fund)
    return column.label if one is None else f"{column.label}{mark_of(one)}"


def _priority(label: str, scene: Scene) -> int:
    if label == scene.snapshot.window.label or label not in _DROPPED:
        return 0
    return len(_DROPPED) - _DROPPED.index(label)


def windows(scene: Scene, order: Order, condition: Filter | None) -> GridContents:
    """The first index's lines with their contributions over several windows, in bp.

    A cell has no number where its line is not measured in that window. Dropped in this order where
    there is no room: bars of the window sorted by, sector, name, then windows as `_DROPPED` says.

    Args:
        scene: what is drawn.
        order: a window's name; "", or one no longer shown, for the question's own.
        condition: lines to show alone, with their sum.
    """
    fund = scene.fund(scene.sides[0])
    columns = side_by_side(scene.market, scene.snapshot)
    answered = {c.label: c.indices[fund] for c in columns if fund in c.indices}
    mine = scene.snapshot.window.label
    key = order.key if any(column.label == order.key for column in columns) else mine
    table = (
        TableColumn("symbol", "symbol", 7, searched=True),
        TableColumn("name", "name", 10, "left", 8, want=14, max_width=34, searched=True),
        TableColumn("sector", "sector", 12, "left", 9, "dim", max_width=22, searched=True),
        *(
            TableColumn(
                column.label,
                _title(column, fund),
                max(len(column.label) + 1, 7),
                "right",
                _priority(column.label, scene),
                "bold" if column.label == mine else "",
                max_width=8,
            )
            for column in columns
        ),
        TableColumn("bar", "", 8, "left", 10, max_width=60),
    )
    if not answered:
        empty = why_not(scene, scene.sides[0])
        return GridContents(
            table, (), of_rows(()), empty=empty, sort_key=key, falling=order.falling
        )
    row_of: dict[str, int] = {}
    for one in answered.values():
        for symbol in one.symbols:
            row_of.setdefault(symbol, len(row_of))
    symbols = list(row_of)
    names, of_sectors, of_industries = ([""] * len(symbols) for _ in range(3))
    values = {label: np.full(len(symbols), np.nan) for label in answered}
    for label, one in answered.items():
        rows = np.array([row_of[symbol] for symbol in one.symbols], np.intp)
        values[label][rows] = one.value
        texts_of = zip(rows.tolist(), one.names, one.sectors, one.industries, strict=True)
        for row, name, sector, industry in texts_of:
            names[row], of_sectors[row], of_industries[row] = name, sector, industry
    texts = {
        "symbol": symbols,
        "name": names,
        "sector": of_sectors,
        "industry": of_industries,
    }
    sorted_by = values.get(key, np.full(len(symbols), np.nan))
    order = Order(key, order.falling)
    line_rows = arranged(symbols, sorted_by, order)
    closing: list[dict[str, Cell]] = []
    if condition is not None:
        keeps = condition.keeps(lines_with_figures(scene, fund, texts))
        line_rows = [row for row in line_rows if keeps[row]]
        sums = {label: bp(float(np.nansum(values[label][line_rows]))) for label in answered}
        closing.append(closing_cells("sum", f"{len(line_rows):,} matches", sums))
    sums = {label: bp(one.explained) for label, one in answered.items()}
    closing.append(closing_cells("lines", "all measured lines", sums))
    sums = {label: bp(one.net_return) for label, one in answered.items()}
    closing.append(closing_cells(fund, "return of the fund", sums))

    def figure(row: int, column: str) -> Cell:
        return bp(float(values[column][row])) if column in values else formats.MISSING

    return listed(table, texts, figure, sorted_by, line_rows, closing, order)


def sector_windows(scene: Scene, condition: Filter | None = None) -> GridContents:
    """Both indices' sectors over several windows, in bp, the first index's largest first.

    Of the lines that ``condition`` keeps alone where given.
    """
    columns = side_by_side(scene.market, scene.snapshot)
    table = [TableColumn("name", "sector", 12, want=18, max_width=26)]
    rows: dict[str, dict[str, Cell]] = {}
    whole = "all measured lines" if condition is None else "all matches"
    sums: dict[str, Cell] = {"name": (whole, "dim")}
    returns: dict[str, Cell] = {"name": ("return of the fund", "dim")}
    mine = scene.snapshot.window.label
    # the question's window says which sectors stand first
    for column in sorted(columns, key=lambda column: column.label != mine):
        for side in scene.sides:
            one = column.indices.get(scene.fund(side))
            if one is not None and condition is not None:
                one = _narrowed(scene, one, condition)
            for group in one.by_sector if one else ():
                cells = rows.setdefault(group.name, {"name": group.name})
                cells[f"{column.label} {side}"] = bp(group.contribution)
            if one is not None:
                sums[f"{column.label} {side}"] = (bp(one.explained), "dim")
                if condition is None:
                    returns[f"{column.label} {side}"] = (bp(one.net_return), "dim")
    for side in scene.sides:
        fund = scene.fund(side)
        for column in columns:
            title = f"{fund} {_title(column, fund)}"
            table.append(
                TableColumn(
                    f"{column.label} {side}",
                    title,
                    max(len(title), 7),
                    "right",
                    _priority(column.label, scene),
                    "bold" if column.label == mine else "",
                    # a thousand basis points have a comma where there is room
                    max_width=max(len(title), 8),
                    group=column.label,
                )
            )
    closing = [(ALL, sums), *([(0, returns)] if condition is None else [])] if rows else []
    cells_of = [*rows.values(), *(cells for _, cells in closing)]
    keys = (*rows, *(key for key, _ in closing))
    empty = f"/{condition.text}: no line matches." if condition else why_not(scene, scene.sides[0])
    return GridContents(tuple(table), keys, of_rows(cells_of), empty=empty)


def _narrowed(scene: Scene, one: Contributions, condition: Filter) -> Contributions:
    """An index's contributions over a window, of the lines that match a filter."""
    rows = np.flatnonzero(condition.keeps(lines_with_figures(scene, one.fund, texts_of(one))))
    value, of = one.value[rows], coded([one.sectors[row] for row in rows])
    return replace(one, value=value, by_sector=sectors(of, np.zeros(len(rows)), value))
