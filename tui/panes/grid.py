"""The table of a pane: labels across its columns, a quiet cursor, its rows as text to copy."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from rich.style import Style

from tui.text import formats
from tui.text.safe import safe
from tui.widgets.columns import GUTTER, Cell, CellOf, cell_spans
from tui.widgets.drawing import NO_STYLE
from tui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from tui.text.spans import Line

#: Row -> its label, the fullest text first, and its style.
LabelOf = Callable[[int], "tuple[tuple[str, ...], str] | None"]


class Grid(LineTable):
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

    def _row_style(self, row: int) -> Style:
        return NO_STYLE if self._quiet else super()._row_style(row)

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
