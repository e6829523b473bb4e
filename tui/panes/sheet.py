"""A drawing that scrolls, and repaints only the lines that differ."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.widget import Widget

from tui.text.spans import Drawing, Line, plain
from tui.widgets.drawing import Backdrop, Painter
from tui.widgets.moves import rows_of_move

Draw = Callable[[int, int], Drawing]


class Panel(Painter, Widget, inherit_css=False):
    """Shows what a function draws; where it draws more lines than fit, they scroll.

    It has no scrollbar and no links, and so none of the rules that Textual gives every widget.
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._source: Draw | None = None
        self._lines: Drawing = []
        self._drawn_for: Size | None = None
        self._top = 0
        self._unfinished = False
        #: Moves made before the whole drawing was there, and the first line before the first move.
        self._moves: list[str] = []
        self._first = 0

    def show(self, draw: Draw | None, *, unfinished: bool = False) -> None:
        """Draw something else from now on, from its first line where it is shorter.

        Args:
            draw: the drawing.
            unfinished: all of it comes with a later call, and moves until then are made again
                on that.
        """
        size = self.size
        before = self._lines_in_sight(size) if self._drawn_for == size else None
        self._source, self._drawn_for, self._unfinished = draw, None, unfinished
        if before is None or not size:
            self.refresh()
            return
        self._repaint(before, size)

    def text(self) -> str:
        """The whole drawing as plain text."""
        self._lines_in_sight(self.size)
        return "\n".join(line.rstrip() for line in plain(self._lines))

    def scroll_lines(self, how: str) -> None:
        """Move as a table's cursor would, by a name of `rows_of_move`."""
        size = self.size
        before = self._lines_in_sight(size)
        if self._unfinished or not size:
            if not self._moves:
                self._first = self._top
            elif how in ("first", "last"):
                self._moves.clear()
            self._moves.append(how)
        self._move(how, size.height)
        self._repaint(before, size)

    def _move(self, how: str, height: int) -> None:
        moved = self._top + rows_of_move(how, max(height, 1), len(self._lines))
        self._top = min(max(moved, 0), max(len(self._lines) - height, 0))

    def _lines_in_sight(self, size: Size) -> Drawing:
        """The lines in sight; the size is given, as Textual looks it up in all that is laid out."""
        width, height = size
        if self._drawn_for != size:
            self._lines = self._source(width, height) if self._source and size else []
            self._drawn_for = size
            if self._moves and size and not self._unfinished:
                self._top, moves, self._moves = self._first, self._moves, []
                for how in moves:
                    self._move(how, height)
        more = len(self._lines) - height
        self._top = min(max(self._top, 0), max(more, 0))
        in_sight = self._lines[self._top : self._top + height]
        if more > 0 and self._top < more and height > 1:
            hidden = more - self._top + 1
            in_sight[-1] = [(f"▼ {hidden} more lines", "dim")]
        return in_sight

    def _repaint(self, before: Drawing, size: Size) -> None:
        after = self._lines_in_sight(size)
        width, height = size
        blank: Line = []
        lines = zip_longest(before, after, fillvalue=blank)
        differing = [y for y, (old, new) in enumerate(lines) if old != new and y < height]
        if differing:
            self.refresh(*[Region(0, y, width, 1) for y in differing])

    def line(self, y: int, ground: Backdrop) -> list[Segment]:
        """One line of what is in sight."""
        size = self.size
        in_sight = self._lines_in_sight(size)
        line = in_sight[y] if y < len(in_sight) else []
        return self.segments(line, size.width, ground.style)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves three lines."""
        for _ in range(3):
            self.scroll_lines("down")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel moves three lines."""
        for _ in range(3):
            self.scroll_lines("up")
