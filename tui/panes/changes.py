"""Pane 4, Changes: who joins and leaves, and what they contributed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from textual.containers import Horizontal
from textual.geometry import Size
from textual.widget import Widget

from core.answer.announced import standing_words
from core.answer.coming import Coming
from core.measures.changes import Change
from core.note.announced import announced_sentence, reconstitution_sentence
from core.note.note import leavers_sentence
from core.note.phrase import Sentence
from core.note.verdict import inside_window
from tui.command.commands import CHANGES
from tui.panes.contents import GridContents
from tui.panes.pane import Pane
from tui.panes.row_selection import Order
from tui.panes.sheet import Panel
from tui.panes.wording import wrapped
from tui.panes.years import YearsView
from tui.text import formats
from tui.text.spans import Drawing, Line, line_width
from tui.widgets.line_table import LineTable
from tui.widgets.stage import reveal
from tui.widgets.table_columns import Cell, TableColumn

if TYPE_CHECKING:
    from tui.host.scene import Scene, Side

COLUMNS: Final = (
    TableColumn("what", "", 6),
    TableColumn("symbol", "symbol", 7),
    TableColumn("name", "name", 12, "left", 2, want=18, max_width=30),
    TableColumn("sector", "sector", 12, "left", 4, "dim", max_width=22),
    TableColumn("w", "wgt %", 6, "right", 3),
    TableColumn("ret", "return %", 8, "right", 2),
    TableColumn("bp", "bp", 6, "right", 1),
    TableColumn("bar", "", 8, "left", 5, max_width=16),
)
#: In place of the first column where changes are announced: the day they take effect.
DATED: Final = TableColumn("what", "", 7)
#: From this width on both indices stand side by side.
TWO: Final = 84


class ChangesTable(Widget, inherit_css=False):
    """Leavers and joiners of one index, between two of its files."""

    DEFAULT_CSS = """
    ChangesTable { width: 1fr; height: 1fr; }
    ChangesTable .caption { height: auto; width: 1fr; }
    ChangesTable LineTable { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.caption, self.grid = Panel(classes="caption"), LineTable(COLUMNS)

    def compose(self) -> Iterator[Widget]:
        """The caption over the table."""
        yield self.caption
        yield self.grid

    def make_room(self, scene: Scene, side: Side, width: int) -> None:
        """Say what is shown of an index, in as many lines as that takes."""
        caption = _caption(scene, side, width)
        self.caption.styles.height = len(caption)
        self.caption.show(lambda w, h: caption)

    def draw(self, scene: Scene, side: Side, order: Order | None) -> None:
        """Show an index's changes, leavers by their contributions unless sorted."""
        rows = _sorted(_rows(scene, side), order)
        contributions = (change.contribution for _, change in rows)
        self.grid.marked = frozenset(scene.marked)
        changes = scene.snapshot.changes.get(scene.fund(side))
        ahead = scene.fund(side) in scene.snapshot.announced
        empty = (
            "No line joined or left between the two files."
            if changes
            else _why_no_changes(scene, side)
        )
        GridContents(
            (DATED, *COLUMNS[1:]) if ahead else COLUMNS,
            tuple((what, change.symbol) for what, change in rows),
            lambda row, key: _cell(rows[row], key),
            {"bar": [float("nan") if value is None else value for value in contributions]},
            empty,
            sort_key=order.key if order else "",
            falling=order.falling if order else True,
        ).fill(self.grid)

    def symbol(self) -> str | None:
        """The symbol under the cursor."""
        key = self.grid.cursor_key
        return key[1] if isinstance(key, tuple) else None


#: "left", "joined" or "announced", and the line.
_Row = tuple[str, Change | Coming]


def _rows(scene: Scene, side: Side) -> list[_Row]:
    """List announced changes, leavers by contribution, then joiners; unmeasured ones by weight."""
    changes = scene.snapshot.changes.get(scene.fund(side))
    ahead: list[_Row] = [
        ("announced", change) for change in scene.snapshot.announced.get(scene.fund(side), ())
    ]
    if changes is None:
        return ahead
    leavers = sorted(
        changes.left,
        key=lambda c: (c.contribution is None, -abs(c.contribution or 0.0), -c.weight),
    )
    leaver_rows: list[_Row] = [("left", change) for change in leavers]
    return [*ahead, *leaver_rows, *(("joined", change) for change in changes.joined)]


def _sorted(rows: list[_Row], order: Order | None) -> list[_Row]:
    if order is None:
        return rows
    if order.key in ("symbol", "name", "sector"):
        return sorted(
            rows, key=lambda r: str(getattr(r[1], order.key)).casefold(), reverse=order.falling
        )
    sign = -1 if order.falling else 1

    def number(row: _Row) -> tuple[bool, float]:
        change = row[1]
        value = {"bp": change.contribution, "ret": change.returns, "w": change.weight}[order.key]
        return (value is None, sign * (value or 0.0))

    return sorted(rows, key=number)


def _cell(row: _Row, key: str) -> Cell:
    what, change = row
    if key == "what" and isinstance(change, Coming):
        sign = "!" if change.file else "-" if change.action == "leave" else "+"
        return f"{sign}{change.effective:%d %b}", "mark"
    if key == "what":
        return (f"- {what}" if what == "left" else "+ join"), "dim"
    if key == "symbol":
        return change.symbol, "bold"
    if key == "name":
        return change.name
    if key == "sector":
        return change.sector
    if key == "w":
        return formats.weight(change.weight, unit=False)
    if key == "ret":
        return formats.pct(change.returns, unit=False)
    return formats.bp(change.contribution, unit=False)


def _why_no_changes(scene: Scene, side: Side) -> str:
    """Say why nothing is known of an index's changes."""
    fund = scene.fund(side)
    if len(scene.market.holdings.get(fund, ())) > 1:
        return f"One holdings file of {fund} serves this whole window: nothing to compare."
    return (
        f"Two dated holdings files of {fund} are needed: internals import holdings FILE, or fetch."
    )


def _caption(scene: Scene, side: Side, width: int) -> Drawing:
    """Which two files, how many joined and left, and whether leaders did."""
    fund = scene.fund(side)
    changes = scene.snapshot.changes.get(fund)
    view = scene.view(side)
    head: Line = [("  ", ""), (fund, f"{side} bold")]
    ahead = scene.snapshot.announced.get(fund, ())
    remade = reconstitution_sentence(scene.snapshot, fund)
    if changes is None and not ahead and not remade:
        return [head]
    parts = []
    if ahead:
        leaving = sum(change.action == "leave" for change in ahead)
        parts.append(f"announced {leaving:,} to leave, {len(ahead) - leaving:,} to join")
    if changes is not None:
        head.append((f" {changes.from_date} → {changes.to_date}", ""))
        if changes.lender:
            parts.append(f"by {changes.lender}'s files")
        if not inside_window(changes, scene.snapshot.window.start):
            parts.append("outside the window")
        parts += [f"{len(changes.left):,} left", f"{len(changes.joined):,} joined"]
        if changes.renamed:
            parts.append(f"{len(changes.renamed):,} renamed")
        parts.append(f"turnover {formats.pct(changes.turnover, 1, sign=False)}")
    for part in parts:
        if line_width(head) + len(part) + 3 <= width:
            head += [(" · ", "axis"), (part, "")]
    lines = [head]
    sentences = [remade]
    if view is not None:
        sentences += [
            announced_sentence(Sentence(), view, ahead),
            leavers_sentence(scene.snapshot, view),
        ]
    for sentence in filter(None, sentences):
        words = sentence.removeprefix(f"{fund}: ")
        lines += [[("  ", ""), *line] for line in wrapped(words, max(width - 3, 10), "bold", 3)]
    return lines


class ChangesPane(Pane):
    """Differences of two dated files, and how concentrated an index is."""

    NUMBER = CHANGES
    WITH_CHANGE = frozenset({"concentration", "weights"})
    DEFAULT_CSS = """
    ChangesPane .tables { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.order: Order | None = None
        self.side = 0
        self._tables = (ChangesTable(), ChangesTable())
        self._both = Horizontal(classes="tables")
        self._sheet = Panel(classes="body")
        self._years = YearsView(self, self._sheet, "top10_share")

    def body(self) -> Iterator[Widget]:
        """One table or two side by side; the drawing comes with the first view of it."""
        with self._both:
            yield from self._tables[: 1 + self.wide]

    @property
    def wide(self) -> bool:
        """Whether both indices stand side by side."""
        return self.space.width >= TWO

    def make_room(self, scene: Scene, space: Size) -> None:
        """The drawing, or the tables and what stands over them."""
        super().make_room(scene, space)
        listed = self.view == "membership"
        self._both.display = listed
        reveal(self._sheet, not listed, after=self._both)
        if listed:
            sides = self._sides(scene)
            reveal(self._tables[1], len(sides) > 1, after=self._tables[0])
            width = space.width // len(sides)
            for table, side in zip(self._tables, sides, strict=False):
                table.make_room(scene, side, width)

    def draw(self, scene: Scene) -> None:
        """Show the view in force."""
        if self.view == "years":
            self._years.draw(scene)
            return
        self._years.hide(scene)
        if self.view != "membership":
            from tui.panes import concentration

            even = self.view == "weights"
            drawing = concentration.weights if even else concentration.drawing
            self._sheet.show(lambda w, h: drawing(scene, w, h))
            return
        for table, side in zip(self._tables, self._sides(scene), strict=False):
            table.draw(scene, side, self.order)
        self._show_cursor()

    def _sides(self, scene: Scene) -> list[Side]:
        """The indices shown: both where there is room, but none that only takes room."""
        funds = scene.snapshot.changes.keys() | scene.snapshot.announced.keys()
        sides = [side for side in scene.sides if scene.fund(side) in funds]
        if not self.wide:
            return [scene.sides[0]]
        return sides if len(sides) == 1 else list(scene.sides)

    @property
    def _place(self) -> int:
        """Position of the table the cursor is in."""
        return self.side if self.wide and self._tables[1].display else 0

    def notes(self, scene: Scene) -> list[str]:
        """Return the notes on membership."""
        notes = [w.rstrip(".") for w in scene.snapshot.warnings if "membership" in w]
        notes += [
            f"{fund}: {change.symbol} {standing_words(change)}"
            for fund, changes in scene.snapshot.announced.items()
            for change in changes
            if change.file is not None
        ]
        if self.view == "membership" and self.wide:
            sides = self._sides(scene)
            notes += [_why_no_changes(scene, s).rstrip(".") for s in scene.sides if s not in sides]
        return notes

    def _show_cursor(self) -> None:
        table_with_cursor = self.table() if self.active else None
        for table in self._tables:
            table.grid.quiet(table.grid is not table_with_cursor)

    def set_active(self, active: bool) -> None:
        """Show the cursor with the pane."""
        super().set_active(active)
        self._show_cursor()

    def table(self) -> LineTable | None:
        """The table the cursor is in, None over the drawing."""
        if self.view != "membership":
            return None
        return self._tables[self._place].grid

    def sheet(self) -> Panel | None:
        """The drawing."""
        return self._sheet if self.view != "membership" else None

    def side_shown(self, scene: Scene) -> Side:
        """The index the cursor is in."""
        return self._sides(scene)[self._place]

    def symbol(self) -> str | None:
        """The symbol under the cursor."""
        if self.view != "membership":
            return None
        return self._tables[self._place].symbol()

    def item(self) -> str | None:
        """Return the name under the cursor."""
        return self.symbol()

    def turn_side(self, step: int) -> bool:
        """Move the cursor to the table of the other index."""
        both = self.wide and self._tables[1].display
        if self.view != "membership" or not both or not 0 <= self.side + step <= 1:
            return False
        self.side += step
        self._show_cursor()
        return True

    def sort(self, key: str) -> None:
        """Sort the changes; the same column again turns the order round."""
        self.view = "membership"
        again = self.order is not None and self.order.key == key
        falls = key in ("bp", "ret", "w")
        self.order = Order(key, not self.order.falling if again and self.order else falls)
        self.redraw()

    def reverse(self) -> None:
        """Turn the order round."""
        order = self.order or Order()
        self.order = Order(order.key, not order.falling)
        self.redraw()

    def on_line_table_header_clicked(self, event: LineTable.HeaderClicked) -> None:
        """A click on a header sorts by it."""
        if event.key not in ("what", "bar"):
            self.sort(event.key)
