"""The table of one index's contributors, under a line that says which index it is."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.charts import diverging_bars
from tui.panes.row_selection import Closing, Order, Row, rows_of
from tui.panes.sheet import Panel
from tui.panes.wording import why_not
from tui.text import formats
from tui.text.spans import Drawing, Line, line_width
from tui.widgets.line_table import LineTable
from tui.widgets.table_columns import Cell, TableColumn, keeping

if TYPE_CHECKING:
    from core.answer.views import IndexView, Lines
    from tui.command.filters import Filter
    from tui.host.scene import Scene, Side

#: Dropped in this order where there is no room: note, rank, sector, weight, name, bar, return.
COLUMNS = (
    TableColumn("rank", "#", 5, "right", 6, "dim"),
    TableColumn("symbol", "symbol", 7, searched=True),
    TableColumn("mark", "", 1),
    TableColumn("name", "name", 10, "left", 3, want=20, max_width=28, searched=True),
    TableColumn("sector", "sector", 12, "left", 5, "dim", max_width=22, searched=True),
    TableColumn("w", "wgt %", 6, "right", 4, "dim"),
    TableColumn("ret", "return %", 8, "right", 1),
    TableColumn("bp", "bp", 6, "right", 0),
    TableColumn("bar", "", 6, "left", 2, want=8, max_width=24),
    TableColumn("note", "joined, left, flags", 20, "left", 7, "dim", max_width=34),
)


class NamesTable(Widget, inherit_css=False):
    """One index: its caption and its table."""

    DEFAULT_CSS = """
    NamesTable {
        width: 1fr; height: 1fr;
        .caption { height: 1; width: 1fr; }
        LineTable { height: 1fr; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.caption, self.grid = Panel(classes="caption"), LineTable(COLUMNS)
        self.rows: list[Row] = []
        self.matches = 0
        self.lines: Lines | None = None
        #: Underlined where no filter is in force.
        self.sought = ""
        self._drawn: tuple[Scene, Side, Order, Filter | None, int | None] | None = None
        self._height = 0

    @property
    def fits(self) -> int:
        """Lines that fit beside "all others" and the three rows of the sum."""
        return max(self.size.height - 6, 2)

    def on_resize(self) -> None:
        """Choose the rows anew for the new height."""
        if self.size.height != self._height and self._drawn is not None:
            self.draw(*self._drawn)

    def compose(self) -> Iterator[Widget]:
        """The caption over the table."""
        yield self.caption
        yield self.grid

    def draw(
        self, scene: Scene, side: Side, order: Order, condition: Filter | None, rows: int | None
    ) -> None:
        """Show an index.

        Args:
            scene: what is drawn.
            side: the index.
            order: of the lines.
            condition: lines to show alone.
            rows: lines to show in full: None for what fits, 0 for all.
        """
        view = scene.view(side)
        # Also where there is nothing to list: on_resize must never draw an older scene.
        self._drawn = (scene, side, order, condition, rows)
        self._height = self.size.height
        self.caption.show(lambda width, height: [_caption(scene, side, view, order, width)])
        if view is None:
            self.lines, self.rows, self.matches = None, [], 0
            self.grid.set_rows(0, lambda row, key: "", [], empty=why_not(scene, side))
            return
        fits = max(self.fits - (2 if condition is not None else 0), 2)
        room = None if rows == 0 else max(rows or 0, fits)
        self.lines = lines = view.contributors
        self.rows, self.matches = rows_of(view, order, condition, room)
        keys: list[Hashable] = [
            row.key if isinstance(row, Closing) else lines.symbols[row] for row in self.rows
        ]
        self.grid.needle = condition.needle if condition else self.sought
        self.grid.sort_key, self.grid.reverse = order.key, order.falling
        self.grid.set_columns(keeping(COLUMNS, order.key))
        self.grid.marked = frozenset[Hashable](scene.marked)
        cells = CellMaker(self, view)
        self.grid.set_rows(len(self.rows), cells, keys, label=cells.label)

    def matching(self, condition: Filter) -> list[int]:
        """Positions of the rows that a filter would keep."""
        if self.lines is None:
            return []
        mask = condition.keeps(self.lines)
        return [place for place, row in enumerate(self.rows) if isinstance(row, int) and mask[row]]

    def symbol(self) -> str | None:
        """The symbol under the cursor; None on a closing row."""
        if self.lines is None or not self.rows:
            return None
        row = self.rows[self.grid.cursor_row]
        return None if isinstance(row, Closing) else self.lines.symbols[row]


class CellMaker:
    """Cells of an index's table, made when they are drawn."""

    def __init__(self, owner: NamesTable, view: IndexView) -> None:
        self._rows, self._view, self._owner = owner.rows, view, owner
        self._bars: tuple[int, Drawing] | None = None

    def __call__(self, row: int, key: str) -> Cell:
        """The cell of a row and a column."""
        what = self._rows[row]
        if key == "bar":
            return self._bar(row)
        if isinstance(what, Closing):
            return self._closing(what, key)
        lines = self._view.contributors
        if key == "rank":
            return f"{what + 1:,}"
        if key == "symbol":
            return lines.symbols[what], "bold"
        if key == "name":
            return lines.names[what]
        if key == "sector":
            return lines.sectors[what]
        if key == "w":
            return formats.weight(float(lines.weight[what]), unit=False)
        if key == "ret":
            return formats.pct(float(lines.returns[what]), unit=False)
        if key == "bp":
            return formats.bp(float(lines.contribution[what]), unit=False)
        if key == "mark":
            return line_mark(lines, what), "mark"
        return line_note(lines, what)

    def label(self, row: int) -> tuple[tuple[str, ...], str] | None:
        """Return the label of a closing row, in place of symbol, name and sector."""
        what = self._rows[row]
        if not isinstance(what, Closing):
            return None
        return what.labels, "bold" if what.key in ("sum", "matches") else "dim"

    def _closing(self, row: Closing, key: str) -> Cell:
        style = "bold" if row.key in ("sum", "matches") else "dim"
        if key == "bp":
            return formats.number(row.bp, sign=True), style
        if key == "ret" and row.key == "sum":
            return formats.pct(row.value, unit=False), style
        if key == "ret" and row.total_return is not None:
            return formats.pct(row.total_return, unit=False), style
        if key == "w" and row.weight is not None:
            return formats.weight(row.weight, unit=False), style
        return ""

    def _bar(self, row: int) -> Cell:
        width = self._owner.grid.width_of("bar")
        if self._bars is None or self._bars[0] != width:
            self._bars = (width, self._drawn(width))
        return self._bars[1][row]

    def _drawn(self, width: int) -> Drawing:
        """A bar a line on one scale; closing rows have none, they are no lines."""
        values = [
            float("nan")
            if isinstance(what, Closing)
            else float(self._view.contributors.contribution[what])
            for what in self._rows
        ]
        return diverging_bars(values, width)


def line_mark(lines: Lines, row: int) -> str:
    """One sign: - left the index, + joined it, ! a reader should know something."""
    if row in lines.left:
        return "-"
    if row in lines.joined:
        return "+"
    return "!" if lines.flags.get(row) else ""


def line_note(lines: Lines, row: int) -> str:
    """When a line joined or left, and its flags."""
    notes = []
    if row in lines.joined:
        notes.append(f"joined {lines.joined[row]}")
    if row in lines.left:
        notes.append(f"left {lines.left[row]}")
    return ", ".join([*notes, *lines.flags.get(row, ())])


def _caption(scene: Scene, side: Side, view: IndexView | None, order: Order, width: int) -> Line:
    """Which index, its return, and its return without the marked names."""
    fund = scene.fund(side)
    if view is None:
        return [(f"  {fund}", f"{side} bold")]
    line: Line = [
        ("  ", ""),
        (fund, f"{side} bold"),
        (f" {formats.pct(view.net_return)}", "bold"),
    ]
    parts = []
    if view.without is not None:
        names = view.without.symbols
        names_text = " ".join(names) if len(names) <= 4 else f"{len(names)} names"
        ways = ((view.without.fund_zeroed, "zeroed"), (view.without.reweighted, "reweighted"))
        figures = [f"{formats.pct(value)} {name}" for value, name in ways if value is not None]
        parts += [f"without {names_text} {figures[0]}", *figures[1:]] if figures else []
    if view.fund_return is None:
        parts.append("basket; no fund closes")
    if order.key == "bp":
        parts.append("best first" if order.falling else "worst first")
    if view.without is None and view.claims and view.concentration.half_of_gain is not None:
        parts.append(f"half of all gains from {view.concentration.half_of_gain:,} names")
    for part in parts:
        if line_width(line) + len(part) + 3 <= width:
            line += [(" · ", "axis"), (part, "")]
    return line
