"""Pane 2, Contributors: which names made the return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual import events
from textual.containers import Horizontal
from textual.geometry import Size
from textual.widget import Widget

from tui.command.commands import CONTRIBUTORS
from tui.panes.contents import ALL
from tui.panes.groups import (
    GROUPS,
    gap_leaders,
    groups,
    left_out,
    members_alone,
    sector_effects,
    sector_strip,
)
from tui.panes.names import NamesTable
from tui.panes.pane import Pane
from tui.panes.row_selection import ROW_STEPS, Order
from tui.panes.wording import below_floor
from tui.widgets.line_table import LineTable
from tui.widgets.stage import reveal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from tui.command.filters import Filter
    from tui.host.scene import Scene, Side
    from tui.panes.contents import GridContents
    from tui.text.spans import Line

#: From these widths on: two tables, and sectors beside them.
TWO, STRIP = 84, 170
#: Views of one index at a time, each with an order of its own: the one it begins with.
_ORDERS: Final = {"windows": Order(""), "movers": Order("change")}


class Contributors(Pane):
    """Leaders and laggards of each index, and their roll-ups."""

    NUMBER = CONTRIBUTORS
    DEFAULT_CSS = """
    Contributors .names { height: 1fr; }
    Contributors .between { width: 1; }
    Contributors .strip { width: 40; padding-top: 1; }
    Contributors .other { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.order = Order()
        self._orders = dict(_ORDERS)
        #: The date that movers are measured since; None for a week back.
        self.since: date | None = None
        self._since_words = ""
        self.filter: Filter | None = None
        #: What n and N look for among all lines, once they have been pressed.
        self.sought: Filter | None = None
        self._alone = False
        self.step = self._step_before = 0
        self.side = 0
        self._tables = (NamesTable(), NamesTable())
        self._strip, self._other = LineTable(classes="strip"), LineTable(classes="other")
        self._names = Horizontal(classes="names")

    def body(self) -> Iterator[Widget]:
        """One table or two side by side; the one table of another view comes with that."""
        with self._names:
            yield from self._tables[: 1 + self.wide]

    @property
    def wide(self) -> bool:
        """Whether both indices stand side by side."""
        return self.space.width >= TWO and not self._alone

    def make_room(self, scene: Scene, space: Size) -> None:
        """The tables of the view in force."""
        super().make_room(scene, space)
        self._alone = len(scene.sides) == 1
        self._names.display = names = self.view == "names"
        reveal(self._other, not names, after=self._names)
        if names:
            reveal(self._tables[1], self.wide, after=self._tables[0])
            strip = space.width >= STRIP and len(scene.views()) > 0
            reveal(self._strip, strip, after=self._names.children[-1])

    def has(self, view: str) -> bool:
        """Whether a view has something to show: industries where a file says some."""
        views = self.scene.views() if self.scene is not None else ()
        return view != "industries" or any(one.industries for _, one in views)

    def draw(self, scene: Scene) -> None:
        """Show the view in force."""
        if self.view != "names":
            self._draw_other(scene)
            return
        rows = ROW_STEPS[self.step]
        for place, table in enumerate(self._tables):
            table.sought = self.sought.needle if self.sought else ""
            if place == 0 or self.wide:
                table.draw(scene, scene.sides[place], self.order, self.filter, rows)
        if self._strip.display:
            sector_strip(scene).fill(self._strip)
        self._show_cursor()

    def _draw_other(self, scene: Scene) -> None:
        self._other.marked = frozenset(scene.marked)
        if self.view in GROUPS:
            groups(scene, self.view, self.filter).fill(self._other)
        elif self.view == "gap":
            matching = None if self.filter is None else frozenset(self.matching(scene))
            gap_leaders(scene, best=self.order.falling, filtered=matching).fill(self._other)
        elif self.view == "brinson":
            sector_effects(scene, best=self.order.falling).fill(self._other)
        elif self.view == "left out":
            left_out(scene, self.filter).fill(self._other)
        else:
            self._other.needle = self.filter.needle if self.filter else ""
            self._over_time(scene).fill(self._other)
        self._show_cursor()

    def _over_time(self, scene: Scene) -> GridContents:
        """The table of a view that sets several dates side by side."""
        # loaded by the first look at such a view
        from tui.panes import movers, over_time

        if self.view == "sector windows":
            return over_time.sector_windows(scene, self.filter)
        if self.view == "windows":
            return over_time.windows(scene, self._orders["windows"], self.filter)
        order = self._orders["movers"]
        contents, self._since_words = movers.movers_since(scene, self.since, order, self.filter)
        return contents

    def _show_cursor(self) -> None:
        """Show the cursor in the table that keys move."""
        table_with_cursor = self.table() if self.active else None
        for grid in (*(table.grid for table in self._tables), self._other, self._strip):
            grid.quiet(grid is not table_with_cursor)

    def set_active(self, active: bool) -> None:
        """Show the cursor with the pane."""
        super().set_active(active)
        self._show_cursor()

    def notes(self, scene: Scene) -> list[str]:
        """All warnings, which are about this pane; first, what is not claimed."""
        notes = below_floor(scene)
        warnings = [warning.rstrip(".") for warning in scene.snapshot.warnings]
        if self.view == "themes" and any(view.themes for _, view in scene.views()):
            notes.append("themes may overlap and need not add up to the return")
        if self.view == "themes":
            notes += scene.market.reference.doubts
        if self.view == "brinson" and scene.snapshot.sector_effects:
            notes.append("weights here are of the measured lines, 100 % together; else of the fund")
        if self.view in ("windows", "sector windows"):
            from tui.panes.over_time import window_notes

            notes += window_notes(scene)
        if self.view == "movers":
            from tui.panes.movers import mover_notes

            notes += mover_notes(scene, self.since)
        return list(dict.fromkeys([*notes, *warnings]))

    def title_words(self) -> Line:
        """The filter with its matches; of the gap, which end is first."""
        line: Line = []
        if self.view == "names" and self.filter is not None:
            tables = self._tables if self.wide else self._tables[:1]
            counts = [f"{t.matches:,} of {len(t.lines):,}" for t in tables if t.lines]
            line = [("· ", "axis"), (f"/{self.filter.text} ", "mark"), (", ".join(counts), "dim")]
            line.append((" ", ""))
        elif self.view == "names" and self.sought is not None:
            line = [("· ", "axis"), (f"n N /{self.sought.text} ", "mark")]
        elif self.view in _ORDERS and self.scene is not None:
            side = self.scene.sides[0]
            line = [("· ", "axis"), (f"{self.scene.fund(side)} ", side)]
            if self.view == "movers":
                line.append((f"{self._since_words} ", ""))
            if self.filter is not None:
                line.append((f"/{self.filter.text} alone ", "mark"))
        elif self.filter is not None and self.view != "brinson":
            line = [("· ", "axis"), (f"/{self.filter.text} alone ", "mark")]
        elif self.filter is not None:
            line = [("· ", "axis"), (f"all lines, not /{self.filter.text} alone ", "dim")]
        elif self.view in ("gap", "brinson"):
            words = "widening first" if self.order.falling else "narrowing first"
            line = [("· ", "axis"), (f"{words} ", "dim")]
        return line

    # -- what keys do ----------------------------------------------------------------

    @property
    def _table_here(self) -> NamesTable:
        return self._tables[self.side if self.wide else 0]

    def table(self) -> LineTable | None:
        """The table the cursor is in."""
        if self.view != "names":
            return self._other
        return self._table_here.grid

    def side_shown(self, scene: Scene) -> Side:
        """The index the cursor is in."""
        return scene.sides[self.side if self.wide and self.view == "names" else 0]

    def turn_side(self, step: int) -> bool:
        """Move the cursor to the table of the other index."""
        if self.view != "names" or not self.wide or not 0 <= self.side + step <= 1:
            return False
        self.side += step
        self._show_cursor()
        return True

    def symbol(self) -> str | None:
        """The symbol under the cursor, None on a row that is no line."""
        if self.view == "names":
            return self._table_here.symbol()
        key = self._other.cursor_key
        if self.view in ("gap", *_ORDERS) and isinstance(key, str):
            return key if key != ALL else None
        return key[1] if isinstance(key, tuple) else None

    def item(self) -> str | None:
        """The symbol or the group under the cursor, None on a row that sums up."""
        key = self._other.cursor_key
        if self.view == "names" or isinstance(key, tuple):
            return self.symbol()
        return key if isinstance(key, str) and key != ALL else None

    def members(self, scene: Scene) -> Filter | None:
        """The lines of the group under the cursor, None where there is no group."""
        name = self.item()
        return None if name is None else members_alone(scene, self.view, name)

    def on_others(self) -> bool:
        """Whether the cursor is on "all others"."""
        grid = self.table()
        return self.view == "names" and grid is not None and grid.cursor_key == "others"

    @property
    def sorts(self) -> Mapping[str, tuple[str, str]]:
        """Columns that the view is sorted by -> the letter after the sort key, and a word."""
        if self.view not in _ORDERS:
            return super().sorts
        if self.view == "movers":
            from tui.panes.movers import MOVER_SORTS

            return MOVER_SORTS
        from tui.panes.over_time import window_sorts

        return window_sorts(self.scene)

    def _order_here(self) -> Order:
        return self._orders.get(self.view, self.order)

    def _set_order(self, order: Order) -> None:
        if self.view in _ORDERS:
            self._orders[self.view] = order
        else:
            self.order = order
        self.redraw()
        # what an order puts first is what is looked for
        self.to_top()

    def sort(self, key: str) -> None:
        """Sort the names; the same column again turns the order round."""
        stays = self.view in _ORDERS and key in self.sorts
        if self.view not in ("names", "gap") and not stays:
            self.view = "names"
        falls = key not in ("symbol", "name", "sector")
        order = self._order_here()
        self._set_order(Order(key, not order.falling if order.key == key else falls))

    def reverse(self) -> None:
        """Turn the order round."""
        order = self._order_here()
        self._set_order(Order(order.key, not order.falling))

    def best(self) -> None:
        """Show the best contributors first, or the worst."""
        if self.view in _ORDERS:
            self.reverse()
            return
        falling = not self.order.falling if self.order.key == "bp" else True
        if self.view not in ("names", "gap"):
            self.view = "names"
        self._set_order(Order("bp", falling))

    def show_movers(self, since: date | None) -> None:
        """Turn to the movers since a date, or since a week back."""
        self.since, self.view = since, "movers"
        self.redraw()
        self.to_top()

    def change_rows(self, step: int) -> None:
        """Show more or fewer lines in full."""
        self.view = "names"
        fits = self._tables[0].fits
        step += self.step
        while 0 < step < len(ROW_STEPS) - 1 and (ROW_STEPS[step] or 0) <= fits:
            step += 1 if step > self.step else -1
        self.step = min(max(step, 0), len(ROW_STEPS) - 1)
        self.redraw()

    def set_filter(self, condition: Filter | None) -> None:
        """Show some names alone, or all again."""
        if self.sought is not None:
            self.sought, self.step = None, self._step_before
        # a name that was found stays under the cursor, among all lines too
        stays = condition is None and self.symbol() is not None
        self.filter = condition
        self.redraw()
        if not stays:
            self.to_top()

    def go(self, scene: Scene, symbol: str) -> bool:
        """Put the cursor on a name among all lines; False where neither index has it."""
        self.view, self.filter, self.sought = "names", None, None
        first = scene.sides[self.side]
        for side in (first, *(one for one in scene.sides if one != first)):
            view = scene.view(side)
            if view is None or symbol not in view.contributors.symbols:
                continue
            self.side = scene.sides.index(side) if self.wide else 0
            self.step = len(ROW_STEPS) - 1
            self.redraw()
            table = self._tables[self.side]
            if table.lines is not view.contributors:
                return False
            table.grid.cursor_row = next(
                place
                for place, row in enumerate(table.rows)
                if isinstance(row, int) and view.contributors.symbols[row] == symbol
            )
            self._show_cursor()
            return True
        return False

    def matching(self, scene: Scene) -> list[str]:
        """Symbols of both indices that the filter matches, the first index's first."""
        if self.filter is None:
            return []
        return list(
            dict.fromkeys(
                symbol
                for _, view in scene.views()
                for symbol, keeps in zip(
                    view.contributors.symbols, self.filter.keeps(view.contributors), strict=True
                )
                if keeps
            )
        )

    def seek(self, step: int) -> str:
        """Move to the next match of the filter among all lines, or to the one before.

        Returns:
            What is to be said about it.
        """
        condition = self.filter or self.sought
        if condition is None:
            return "nothing to look for: / takes a text first"
        if self.sought is None:
            self._step_before = self.step
        self.filter, self.sought = None, condition
        self.view, self.step = "names", len(ROW_STEPS) - 1
        self.redraw()
        table = self._table_here
        places = table.matching(condition)
        if not places:
            return f"/{condition.text}: no line matches"
        at = table.grid.cursor_row
        ahead = [n for n, place in enumerate(places) if (place - at) * step > 0]
        # Past the last one it goes on with the first.
        match = (ahead or range(len(places)))[0 if step > 0 else -1]
        table.grid.cursor_row = places[match]
        return f"/{condition.text}: match {match + 1:,} of {len(places):,}"

    def on_line_table_header_clicked(self, event: LineTable.HeaderClicked) -> None:
        """A click on a header sorts by it."""
        if event.key in self.sorts:
            self.sort(event.key)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click moves the cursor to the table it hits."""
        for place, table in enumerate(self._tables):
            if table.display and table.region.contains(event.screen_x, event.screen_y):
                self.side = place
        super().on_mouse_down(event)
        self._show_cursor()
