"""The rows of the board: its columns, what stands in their cells, and how they are sorted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from core.answer.board import WINDOWS
from core.answer.board_breadth import COLUMNS as BREADTH
from tui.charts import sparkline
from tui.text import formats as f
from tui.text.board_figures import UNCOUNTED, Breadths, figure, is_new, value_of
from tui.text.spans import line_width
from tui.widgets.table_columns import Cell, PlacedColumn, TableColumn, row_line

if TYPE_CHECKING:
    from datetime import date

    from core.answer.board import BoardRow
    from tui.text.spans import Line

#: Beside a figure that is new on the row's session; beside a pair of which an alert holds, and
#: one whose figures are of an earlier session than the board's.
NEW, ALERT, STALE = "*", "◆", "!"
#: Dropped in this order where there is no room: breadth from the right, the low of 52
#: weeks, the 50-session average, the group, the high of 52 weeks, the sparkline, the 200-session
#: average, one week.
CLOSES: Final = (
    TableColumn("pair", "pair", 9, max_width=11, style="bold"),
    TableColumn("alert", "", 1, style="mark"),
    TableColumn("group", "group", 10, priority=6, style="dim"),
    TableColumn("1D", "1D", 5, "right", max_width=6),
    TableColumn("1W", "1W", 5, "right", 1, max_width=6),
    TableColumn("1M", "1M", 6, "right"),
    TableColumn("QTD", "QTD", 6, "right"),
    TableColumn("YTD", "YTD", 6, "right"),
    TableColumn("p1M", "p1M ", 6, "right"),
    TableColumn("p3M", "p3M ", 6, "right"),
    TableColumn("streak", "run ", 4, "right"),
    TableColumn("above_50", "v50 ", 6, "right", 7),
    TableColumn("above_200", "v200 ", 6, "right", 2),
    TableColumn("high_52", "hi52 ", 6, "right", 5),
    TableColumn("low_52", "lo52 ", 6, "right", 8),
    TableColumn("spark", "trend", 6, priority=4, max_width=21),
)
#: With breadth beside them.
COLUMNS: Final = (
    *CLOSES,
    TableColumn("share_up", "up", 5, "right", 9),
    TableColumn("share_above_50", ">50", 5, "right", 9),
    TableColumn("change_50", "±50", 5, "right", 9),
    TableColumn("share_above_200", ">200", 5, "right", 9),
    TableColumn("change_200", "±200", 5, "right", 9),
    TableColumn("highs_less_lows", "hi-lo", 5, "right", 9),
    TableColumn("share_outperforming", "beat", 5, "right", 9),
    TableColumn("top10_weight", "top10", 5, "right", 9),
)
#: Characters of a pair's name that are never cut.
_NAME: Final = 17
#: Column -> the letter after the sort key, and what it is called.
ORDERS: Final[Mapping[str, tuple[str, str]]] = {
    "group": ("g", "group"),
    "stretched": ("x", "how stretched"),
    "pair": ("n", "name"),
    "1D": ("d", "1D"),
    "1W": ("w", "1W"),
    "1M": ("m", "1M"),
    "QTD": ("q", "QTD"),
    "YTD": ("y", "YTD"),
    "p1M": ("c", "p1M"),
    "p3M": ("p", "p3M"),
    "streak": ("r", "run"),
    "above_50": ("5", "v50"),
    "above_200": ("2", "v200"),
    "high_52": ("h", "hi52"),
    "low_52": ("l", "lo52"),
    "share_up": ("u", "up"),
    "share_above_50": ("a", ">50"),
    "change_50": ("A", "±50"),
    "share_above_200": ("b", ">200"),
    "change_200": ("B", "±200"),
    "highs_less_lows": ("i", "hi-lo"),
    "share_outperforming": ("t", "beat"),
    "top10_weight": ("k", "top10"),
}


def columns_for(rows: Sequence[BoardRow], *, breadth: bool) -> tuple[TableColumn, ...]:
    """The columns of some rows, the first as wide as their longest name needs."""
    pair, *others = COLUMNS if breadth else CLOSES
    longest = min(max((len(row.pair.name) for row in rows), default=0), _NAME)
    width = max(pair.width, longest)
    return replace(pair, width=width, max_width=max(width, pair.max_width or width)), *others


def lit_cells(placed: Sequence[PlacedColumn]) -> int:
    """Cells of the cursor's row that stand out: the pair and its group.

    Figures and trend are not sent anew with each move.
    """
    last = [place for place in placed if place.column.key in ("pair", "alert", "group")][-1]
    return last.x + last.width


def ordered(
    rows: Sequence[BoardRow], key: str, *, falling: bool, breadths: Breadths = UNCOUNTED
) -> list[BoardRow]:
    """Rows in an order; those without the figure last, equal ones in the board's order."""
    if key == "group":
        return list(reversed(rows)) if falling else list(rows)
    if key == "pair":
        return sorted(rows, key=lambda row: row.pair.name, reverse=falling)
    values = {id(row): value_of(row, key, breadths) for row in rows}
    finite = [row for row in rows if _finite(values[id(row)])]
    finite.sort(key=lambda row: values[id(row)] or 0.0, reverse=falling)
    return finite + [row for row in rows if not _finite(values[id(row)])]


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


class BoardCells:
    """Cells of the board, made when they are drawn.

    Args:
        rows: in the order shown.
        grouped: the rows stand in their groups, whose name is shown once.
        rung: names of the pairs of which an alert holds.
        spark: cells of the sparkline.
        as_of: the board's session; a row of an earlier one is marked.
        breadths: name of a pair -> breadth of its index that leads.
    """

    def __init__(
        self,
        rows: Sequence[BoardRow],
        *,
        grouped: bool,
        rung: Collection[str],
        spark: int,
        as_of: date | None,
        breadths: Breadths = UNCOUNTED,
    ) -> None:
        self._rows, self._grouped, self._rung, self._spark = rows, grouped, rung, spark
        self._as_of, self._breadths = as_of, breadths

    def __call__(self, place: int, key: str) -> Cell:
        """The cell of a row and a column."""
        row = self._rows[place]
        if key == "pair":
            return self._pair(row)
        if key == "alert":
            if row.end is not None and row.end != self._as_of:
                return STALE
            return ALERT if row.pair.name in self._rung else ""
        if key == "group":
            before = self._rows[place - 1].pair.group if place else None
            repeats = self._grouped and before == row.pair.group
            return "" if repeats else row.pair.group
        if row.missing and row.history is None:
            return ""
        if key == "spark":
            return sparkline(row.spark, self._spark), _side(
                row.spark[-1] - 1 if len(row.spark) else 0
            )
        if key in BREADTH and row.pair.name not in self._breadths:
            return ""
        value = value_of(row, key, self._breadths)
        text = figure(key, value)
        if key in BREADTH:
            return text
        if key in WINDOWS:
            return text, _side(value)
        text = f.squeezed(text, _WIDTHS[key] - 1)
        if not is_new(row, key):
            return f"{text} "
        return [(text.rjust(_WIDTHS[key] - 1), ""), (NEW, "mark")]

    def line(
        self, place: int, placed: Sequence[PlacedColumn], width: int, *, pointed: bool
    ) -> Line:
        """A row's line; one without figures says why across their columns.

        Args:
            place: of the row.
            placed: the columns in sight.
            width: cells of the table.
            pointed: the cursor is on it.
        """
        row, cell = self._rows[place], partial(self, place)
        if not row.missing or row.history is not None:
            return row_line(placed, cell, pointed=pointed)
        text_columns = list(itertools.takewhile(lambda one: one.column.align != "right", placed))
        line = [*row_line(text_columns, cell, pointed=pointed), (" ", "")]
        return [*line, (f.fit(row.missing, max(width - line_width(line), 0)).rstrip(), "dim")]

    def _pair(self, row: BoardRow) -> Cell:
        pair = row.pair
        line: Line = [(pair.small, "small bold"), (":", "dim"), (pair.large, "large bold")]
        return line


_WIDTHS: Final = {column.key: column.width for column in COLUMNS}


def _side(value: float | None) -> str:
    if value is None or not math.isfinite(value) or not value:
        return ""
    return "up" if value > 0 else "down"
