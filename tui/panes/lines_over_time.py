"""What tables of an index's lines over time share: marks, order, cells, rows that sum up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.answer.views import Lines
from tui.panes.contents import GridContents
from tui.text import formats

if TYPE_CHECKING:
    from core.answer.contributions import Contributions
    from core.answer.movers import Movers
    from core.answer.views import IndexView
    from core.data.frames import FloatArray
    from tui.host.scene import Scene
    from tui.panes.row_selection import Order
    from tui.widgets.table_columns import Cell, CellOf, TableColumn

#: What stands behind a window's name where its numbers are less sure than others.
ESTIMATED, UNCLAIMED = "~", "!"


def mark_notes(answers: Sequence[tuple[str, Contributions | IndexView]]) -> list[str]:
    """Sentences about what is marked among answers, each with its column's name."""
    thin = [
        f"{label} {one.fund} {formats.pct(one.coverage, 1, sign=False)} measured"
        for label, one in answers
        if not one.claims
    ]
    notes = [f"{UNCLAIMED} nothing is claimed of leaders: {', '.join(thin)}"] if thin else []
    estimated = dict.fromkeys(label for label, one in answers if one.estimated)
    if estimated:
        notes.append(
            f"{ESTIMATED} weights are estimated from a list of another day: {', '.join(estimated)}"
        )
    return notes


def mark_of(one: Contributions | IndexView) -> str:
    """The mark behind the name of an answer whose numbers are less sure."""
    return UNCLAIMED if not one.claims else ESTIMATED if one.estimated else ""


def bp(value: float | None) -> str:
    """A fraction in basis points, with one decimal."""
    return formats.bp(value, 1, unit=False)


def arranged(symbols: Sequence[str], values: FloatArray, order: Order) -> list[int]:
    """Rows in order: by a number with what is missing last, or by symbol."""
    if order.key == "symbol":
        return sorted(range(len(symbols)), key=lambda row: symbols[row], reverse=order.falling)
    rows: list[int] = np.argsort(-values if order.falling else values, kind="stable").tolist()
    return rows


def listed(
    columns: tuple[TableColumn, ...],
    texts: Mapping[str, Sequence[str]],
    figure: CellOf,
    bars: FloatArray,
    rows: Sequence[int],
    closing: Sequence[Mapping[str, Cell]],
    order: Order,
) -> GridContents:
    """A table of lines, and below them rows that sum up.

    Args:
        columns: of the table.
        texts: "symbol", "name", "sector", "industry" -> (N,) of all lines.
        figure: (line, column key) -> the cell of any other column.
        bars: (N,) the number of each line that is drawn as a bar.
        rows: lines in the order they are shown.
        closing: the rows that sum up, each column key -> cell.
        order: what the lines are sorted by.
    """

    def cell(row: int, column: str) -> Cell:
        if row >= len(rows):
            return closing[row - len(rows)].get(column, "")
        line = rows[row]
        if column == "symbol":
            return texts["symbol"][line], "bold"
        return texts[column][line] if column in texts else figure(line, column)

    return GridContents(
        columns,
        (*(texts["symbol"][line] for line in rows), *range(len(closing))),
        cell,
        {"bar": [*(float(bars[line]) for line in rows), *[float("nan")] * len(closing)]},
        sort_key=order.key,
        falling=order.falling,
    )


def closing_cells(symbol: str, name: str, sums: dict[str, str]) -> dict[str, Cell]:
    """The cells of a row that sums up; ``sums`` is column -> text."""
    cells: dict[str, Cell] = {"symbol": (symbol, "dim"), "name": (name, "dim")}
    return cells | {label: (text, "dim") for label, text in sums.items()}


def texts_of(one: Contributions | Movers) -> dict[str, Sequence[str]]:
    """The texts of an index's lines, as `listed` and `lines_with_figures` take them."""
    return {
        "symbol": one.symbols,
        "name": one.names,
        "sector": one.sectors,
        "industry": one.industries,
    }


def lines_with_figures(scene: Scene, fund: str, texts: Mapping[str, Sequence[str]]) -> Lines:
    """Lines with the figures of the window shown, which filters speak of; NaN where none are."""
    symbols = texts["symbol"]
    view = scene.snapshot.indices.get(fund)
    figures = {
        name: np.full(len(symbols), np.nan) for name in ("weight", "returns", "contribution")
    }
    if view is not None:
        row_of = dict(zip(view.contributors.symbols, range(len(view.contributors)), strict=True))
        rows = [row for row, symbol in enumerate(symbols) if symbol in row_of]
        places = [row_of[symbols[row]] for row in rows]
        for name, values in figures.items():
            values[rows] = getattr(view.contributors, name)[places]
    return Lines(
        symbols=tuple(symbols),
        names=tuple(texts["name"]),
        sectors=tuple(texts["sector"]),
        industries=tuple(texts["industry"]),
        **figures,
        joined={},
        left={},
        flags={},
    )
