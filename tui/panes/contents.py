"""What a table of a pane shows: its columns, its cells, its bars, its order."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final

from core.data.record import record
from tui.charts import diverging_bars
from tui.charts.canvas import finite_range
from tui.widgets.table_columns import keeping

if TYPE_CHECKING:
    from tui.widgets.line_table import LineTable
    from tui.widgets.table_columns import Cell, CellOf, TableColumn

#: Key of the row that sums a table up.
ALL: Final = "all"


@record(frozen=True, slots=True)
class GridContents:
    """A table ready to be shown; a cell is made when its row is drawn.

    Attributes:
        columns: in the order they are shown.
        keys: (N,) one a row.
        cell: (row, column key) -> cell, of every column but those of bars.
        bars: column key -> (N,) values drawn as bars on one scale, NaN for none.
        empty: sentence shown where there are no rows.
        sort_key: column that the rows are sorted by, "" where the order is given elsewhere.
        falling: largest first.
    """

    columns: tuple[TableColumn, ...]
    keys: tuple[Hashable, ...]
    cell: CellOf
    bars: Mapping[str, Sequence[float]] = field(default_factory=dict)
    empty: str = ""
    sort_key: str = ""
    falling: bool = True

    def fill(self, grid: LineTable) -> None:
        """Put it on a table; bars are drawn for the width they get."""
        # the scale is that of the smallest and the largest value of the column
        ends = {key: finite_range([values]) or () for key, values in self.bars.items()}

        def cell(row: int, key: str) -> Cell:
            if key not in self.bars:
                return self.cell(row, key)
            return diverging_bars([*ends[key], self.bars[key][row]], grid.width_of(key))[-1]

        grid.set_columns(keeping(self.columns, self.sort_key))
        grid.sort_key, grid.reverse = self.sort_key, self.falling
        grid.set_rows(len(self.keys), cell, list(self.keys), empty=self.empty)


def of_rows(rows: Sequence[Mapping[str, Cell]]) -> CellOf:
    """The cell function of ready rows, each column key -> cell."""
    return lambda row, key: rows[row].get(key, "")
