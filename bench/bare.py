"""Programs to stand beside: Textual with nothing of ours in it.

``python -m bench.bare panes`` four bordered panes and two lines; ``table`` a DataTable of
2,500 rows in one of them; ``lines`` the same rows on the line API. Keys: arrows move, ``s``
sorts, ``f`` filters to half of the rows and back, ``u`` changes every number, ``tab`` moves
the focus, ``q`` quits. ``--fill DIR`` does nothing: every program here takes the same flags.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import DataTable, Static

ROWS: Final = 2500
_SECTORS: Final = ("Industrials", "Information Technology", "Energy", "Financials", "Health Care")


def rows(seed: int = 1) -> list[tuple[str, ...]]:
    """Ticker, name, sector, weight, return, contribution: text, as a table shows it."""
    draw = random.Random(seed)
    return [
        (
            f"T{n:04}",
            f"Company number {n}",
            draw.choice(_SECTORS),
            f"{draw.random():.3f}",
            f"{draw.gauss(0, 30):+.2f} %",
            f"{draw.gauss(0, 9):+.1f}",
        )
        for n in range(ROWS)
    ]


COLUMNS: Final = ("ticker", "name", "sector", "weight", "return", "bp")


class BareLines(ScrollView, can_focus=True):
    """The rows on the line API: the least a table can be."""

    BINDINGS: ClassVar[list[Any]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.cursor = rows(), 0
        self.virtual_size = Size(78, len(self.rows))

    def action_move(self, step: int) -> None:
        """One row up or down."""
        old, self.cursor = self.cursor, min(max(self.cursor + step, 0), len(self.rows) - 1)
        first, height = round(self.scroll_y), self.size.height
        if self.cursor < first or self.cursor >= first + height:
            top = self.cursor if self.cursor < first else self.cursor - height + 1
            self.scroll_to(y=top, animate=False, force=True)
            self.refresh()
        for row in (old, self.cursor):
            self.refresh(Region(0, row - round(self.scroll_y), self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """One row."""
        row, width = round(self.scroll_y) + y, self.size.width
        if row >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        style = self.rich_style + Style(reverse=row == self.cursor)
        a, b, c, d, e, f = self.rows[row]
        text = f"{a:<8}{b:<24}{c:<24}{d:>7}{e:>11}{f:>8}"
        return Strip([Segment(text.ljust(width)[:width], style)], width)


class BarePane(Static, can_focus=True):
    """Some text that the focus can go to."""


class Bare(App[None]):
    """Four panes, a line above and a line below."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #panes { layout: grid; grid-size: 2 2; height: 1fr; }
    .pane { border: round $primary; }
    .pane:focus { border: round $accent; }
    .line { height: 1; }
    """
    BINDINGS: ClassVar[list[Any]] = [
        Binding("s", "sort"),
        Binding("f", "filter"),
        Binding("u", "update"),
        Binding("q", "quit"),
    ]

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind, self.seed, self.half = kind, 1, False

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Static("bare: four panes", classes="line")
        yield Container(*self.panes(), id="panes")
        yield Static("q quit", classes="line")

    def panes(self) -> Iterator[BarePane | DataTable[str] | BareLines]:
        """The four; the second is the table where there is one."""
        text = "\n".join(f"line {n} of a pane with some words in it" for n in range(18))
        for n in range(4):
            if n != 1 or self.kind == "panes":
                yield BarePane(text, classes="pane")
            elif self.kind == "table":
                table: DataTable[str] = DataTable(cursor_type="row", classes="pane")
                table.add_columns(*((name, name) for name in COLUMNS))
                table.add_rows(rows())
                yield table
            else:
                lines = BareLines()
                lines.add_class("pane")
                yield lines

    def on_mount(self) -> None:
        """Keys go to the rows."""
        if self.kind != "panes":
            self.query(".pane")[1].focus()

    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def action_sort(self) -> None:
        """By the last column."""
        if self.kind == "table":
            self.half = not self.half
            self._table().sort("bp", key=float, reverse=self.half)

    def action_filter(self) -> None:
        """Half of the rows, or all."""
        self._fill(self.seed)

    def action_update(self) -> None:
        """Every number new."""
        self.seed += 1
        if self.kind == "lines":
            lines = self.query_one(BareLines)
            lines.rows = rows(self.seed)
            lines.refresh()
            return
        table = self._table()
        for key, new in zip(list(table.rows), rows(self.seed), strict=False):
            for name, value in zip(COLUMNS[3:], new[3:], strict=True):
                table.update_cell(key, name, value)

    def _fill(self, seed: int) -> None:
        if self.kind == "table":
            self.half = not self.half
            found = rows(seed)
            self._table().clear()
            self._table().add_rows(found[:: 2 if self.half else 1])


if __name__ == "__main__":
    Bare((sys.argv[1:] or ["panes"])[0]).run()
