"""A table of thousands of rows on the line API: only what is seen is ever made.

Rows may have labels across their columns; what is in sight can be copied as text.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from tui.terminal.release import style_key, tested
from tui.text import formats
from tui.text.safe import safe
from tui.text.spans import Line, split_line
from tui.widgets.drawing import NO_STYLE, Backdrop, Painter
from tui.widgets.moves import rows_of_move
from tui.widgets.table_columns import (
    GAP,
    GUTTER,
    Cell,
    CellOf,
    PlacedColumn,
    TableColumn,
    cell_spans,
    lay_out,
    row_line,
    title_line,
    width_of,
)

#: Row -> its label, the fullest text first, and its style; None for a row without.
LabelOf = Callable[[int], tuple[tuple[str, ...], str] | None]


class LineTable(Painter, ScrollView, can_focus=False, inherit_bindings=False):
    """Rows with a cursor under a fixed header.

    It sorts nothing and holds no rows: ``set_rows`` says how many there are and where a cell
    comes from. A cursor move repaints two lines. Keys are the owner's, who calls `move`, and
    `quiet` to show or hide the cursor.
    """

    DEFAULT_CSS = """
    LineTable {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """
    ALLOW_SELECT = False

    cursor_row: reactive[int] = reactive(0, repaint=False)
    #: Keys of rows shown with a leading dot.
    marked: reactive[frozenset[Hashable]] = reactive(frozenset[Hashable]())
    #: Text underlined in searched columns, without regard to case.
    needle: reactive[str] = reactive("")
    #: Column key of the arrow in the header, "" for none; the caller does the sorting.
    sort_key: reactive[str] = reactive("")
    #: Arrow down (largest first) where true.
    reverse: reactive[bool] = reactive(True)

    @dataclass
    class RowMessage(Message):
        """Something about a row, by its key."""

        table: LineTable
        key: Hashable

    class Chosen(RowMessage):
        """A click on the row the cursor is on."""

    class Highlighted(RowMessage):
        """The cursor is on another row."""

    @dataclass
    class HeaderClicked(Message):
        """A click on the header of a column."""

        table: LineTable
        key: str

    def __init__(
        self,
        columns: Sequence[TableColumn] = (),
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns: tuple[TableColumn, ...] = tuple(columns)
        #: What stands there where there are no rows, "" before any were set.
        self.empty = ""
        self.row_count = 0
        self.cell_at: CellOf = lambda row, key: ""
        self.label_at: LabelOf = lambda row: None
        self._quiet = True
        self._keys: Sequence[Hashable] = ()
        self._placed: tuple[int, list[PlacedColumn]] | None = None
        self._inner_of: tuple[tuple[object, ...], int] | None = None

    # -- what the caller gives -------------------------------------------------------

    def set_columns(self, columns: Sequence[TableColumn]) -> None:
        """Show other columns of the same rows; nothing is done for those that are shown."""
        if tuple(columns) != self.columns:
            self.columns, self._placed = tuple(columns), None
            self.refresh()

    def set_rows(
        self,
        count: int,
        cell: CellOf,
        row_keys: Sequence[Hashable] | None = None,
        *,
        empty: str = "",
        label: LabelOf | None = None,
    ) -> None:
        """Show other rows; the cursor stays on the row of the same key, else on its position.

        Args:
            count: number of rows.
            cell: (row, column key) -> cell; asked for rows in sight, each time they are drawn.
            row_keys: (count,) unique; positions where not given.
            empty: sentence shown where there are no rows.
            label: what stands across the text columns of a row.

        Raises:
            ValueError: There are not as many keys as rows.
        """
        if row_keys is not None and len(row_keys) != count:
            raise ValueError(f"{len(row_keys)} row keys for {count} rows")
        before = self.cursor_key
        offset = self.cursor_row - round(self.scroll_y)
        self.row_count, self.cell_at = count, cell
        self.label_at = label or (lambda row: None)
        self._keys = range(count) if row_keys is None else row_keys
        self.empty = empty or "No lines."
        row = min(self.cursor_row, max(count - 1, 0))
        if before is not None and (row >= count or self._keys[row] != before):
            row = next((i for i, key in enumerate(self._keys) if key == before), row)
        self._resize()
        self.set_reactive(LineTable.cursor_row, row)
        if self.is_attached:
            self._scroll_rows(row - offset)
            self._show_cursor()
        self.refresh()
        if count and self.cursor_key != before:
            self.post_message(self.Highlighted(self, self._keys[row]))

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the row under the cursor, None where there are no rows."""
        return self._keys[self.cursor_row] if self.row_count else None

    # -- cursor ----------------------------------------------------------------------

    def quiet(self, quiet: bool) -> None:
        """Whether the cursor is hidden, since keys go elsewhere; repaints its line alone."""
        if quiet != self._quiet:
            self._quiet = quiet
            self.refresh_line(self.cursor_row + 1)

    def validate_cursor_row(self, row: int) -> int:
        """Keep the cursor on a row."""
        return min(max(row, 0), max(self.row_count - 1, 0))

    def watch_cursor_row(self, old: int, new: int) -> None:
        """Repaint the two lines concerned, scroll where needed, tell the owner."""
        if old == new or not self.row_count:
            return
        # The header takes the first line: row 0 is drawn on line 1 of the content.
        self.refresh_line(old + 1)
        self.refresh_line(new + 1)
        self._show_cursor()
        self.post_message(self.Highlighted(self, self._keys[new]))

    def move(self, how: str) -> None:
        """Move the cursor by a name of `rows_of_move`; a page moves the view with it."""
        rows = rows_of_move(how, self._body, self.row_count)
        target = self.validate_cursor_row(self.cursor_row + rows)
        if "page" in how:
            # the cursor keeps its line
            self._scroll_rows(round(self.scroll_y) + rows)
        self.cursor_row = target

    def on_click(self, event: events.Click) -> None:
        """Header: tell its column. Row: move there, or choose it where the cursor is already."""
        at = event.get_content_offset(self)
        if at is None or at.x >= self._inner:
            return
        event.stop()
        if at.y == 0:
            for placed in self.placed:
                if placed.x <= at.x < placed.x + placed.width + GAP:
                    self.post_message(self.HeaderClicked(self, placed.column.key))
            return
        row = round(self.scroll_y) + at.y - 1
        if row == self.cursor_row and row < self.row_count:
            self.post_message(self.Chosen(self, self._keys[row]))
        elif row < self.row_count:
            self.cursor_row = row

    # -- geometry --------------------------------------------------------------------

    @property
    def placed(self) -> list[PlacedColumn]:
        """The columns in sight."""
        width = self._inner
        if self._placed is None or self._placed[0] != width:
            self._placed = (width, lay_out(self.columns, width))
        return self._placed[1]

    def width_of(self, key: str) -> int:
        """Cells of a column, 0 where it is not in sight."""
        return width_of(self.placed, key)

    @property
    def _inner(self) -> int:
        key = (self.outer_size, self.show_vertical_scrollbar, style_key(self.styles))
        if self._inner_of is None or self._inner_of[0] != key:
            self._inner_of = (key, self.scrollable_content_region.width)
        return self._inner_of[1]

    @property
    def _body(self) -> int:
        return max(self.size.height - 1, 1)

    def _resize(self) -> None:
        size = Size(self._inner, self.row_count + 1 if self.row_count else 0)
        if size != self.virtual_size:
            # no other room is taken: more rows are no reason to lay out the screen
            self.set_reactive(LineTable.virtual_size, size)
            if self.is_attached and tested():
                self._scroll_update(size)
            elif self.is_attached:
                self.refresh(layout=True)

    def on_resize(self) -> None:
        """Follow the terminal's size with the cursor in sight."""
        self._resize()
        self._show_cursor()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint the rows and leave the header."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self.refresh(Region(0, 1, self.size.width, max(self.size.height - 1, 0)))

    def _scroll_rows(self, first: int) -> None:
        self.scroll_to(y=max(first, 0), animate=False, force=True)

    def _show_cursor(self) -> None:
        first = round(self.scroll_y)
        if self.cursor_row < first:
            self._scroll_rows(self.cursor_row)
        elif self.cursor_row >= first + self._body:
            self._scroll_rows(self.cursor_row - self._body + 1)

    # -- drawing ---------------------------------------------------------------------

    @property
    def line_width(self) -> int:
        """Cells of a line, the scrollbar's column not among them."""
        return self._inner

    @property
    def lit_cells(self) -> int:
        """Cells of the cursor's line that stand out, whole columns of them."""
        return self._inner

    def line(self, y: int, ground: Backdrop) -> list[Segment]:
        """The header, a row, the sentence of an empty table, or nothing."""
        width, base = self._inner, ground.style
        if not (self.row_count or self.empty):
            # nothing was ever shown in it: its columns have no widths to stand by
            return self.segments([], width, base)
        if y == 0:
            look = self.look("dim")
            titles = title_line(self.placed, self.sort_key, falling=self.reverse)
            return self.segments(titles, width, base + look)
        row = round(self.scroll_y) + y - 1
        if row < self.row_count:
            line, look = self._row(row), self._row_style(row)
            if look is NO_STYLE:
                return self.segments(line, width, base)
            # a table that was hidden has its earlier width until the screen is laid out anew
            lit = min(self.lit_cells, width)
            head, others = split_line(line, lit)
            return self.segments(head, lit, base + look) + self.segments(others, width - lit, base)
        if not self.row_count:
            look = self.look("dim")
            lines = textwrap.wrap(safe(self.empty), max(width - GUTTER, 1))
            text = lines[y - 2] if 0 <= y - 2 < len(lines) else ""
            return self.segments([(" " * GUTTER + text, "")], width, base + look)
        return self.segments([], width, base)

    def _row_style(self, row: int) -> Style:
        return self.look("cursor") if self._pointed(row) else NO_STYLE

    def _pointed(self, row: int) -> bool:
        """Whether the cursor is on a row, and shown."""
        return row == self.cursor_row and not self._quiet

    def _row(self, row: int) -> Line:
        cells, placed = partial(self.cell_at, row), self.placed
        pointed, marked = self._pointed(row), self._keys[row] in self.marked
        line = row_line(placed, cells, pointed=pointed, marked=marked, needle=self.needle)
        label = self.label_at(row)
        if label is None:
            return line
        # A label may run over the gaps of the text columns, up to the first number.
        start = next((p.x for p in placed if p.column.key != "rank"), GUTTER)
        numbers = (p for p in placed if p.column.align == "right" and p.column.key != "rank")
        end = next((p.x for p in numbers), start)
        after: Line = []
        for place in placed:
            if place.x >= end:
                after += [(" ", ""), *cell_spans(cells(place.column.key), place, self.needle)]
        room = end - start - 1
        text = next((text for text in label[0] if len(text) <= room), label[0][-1])
        text = formats.fit(text, room)
        return [*line[:2], (" " * (start - GUTTER), ""), (text, label[1]), *after]

    # -- the clipboard ---------------------------------------------------------------

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
