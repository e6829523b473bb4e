"""The base of the four panes: a title in the border, a body, a foot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tui.command.commands import SORTS
from tui.panes.frame import VIEWS, title, view_at
from tui.panes.sheet import Panel
from tui.panes.wording import foot_line, foot_texts, hanging, wrapped
from tui.widgets.line_table import LineTable
from tui.widgets.stage import reveal, settle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.answer.snapshot import Snapshot
    from tui.host.scene import Scene
    from tui.text.spans import Drawing, Line

#: Seconds after which a question is taken to stand: a held key asks a new one sooner.
STANDS: Final = 0.3


class Pane(Widget, inherit_css=False):
    """One pane. Whatever changes a number lives in the question; the view lives here."""

    NUMBER: ClassVar[int]
    #: Views of measures of the whole window, shown with what they were a session earlier.
    WITH_CHANGE: ClassVar[frozenset[str]] = frozenset()
    DEFAULT_CSS = """
    Pane {
        width: 1fr; height: 1fr; layout: vertical;
        .rule, .foot { height: 1; width: 1fr; }
        .notes { width: 1fr; }
        .body { height: 1fr; width: 1fr; }
    }
    """

    class Clicked(Message):
        """The mouse chose this pane."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self) -> None:
        super().__init__(id=f"pane-{self.NUMBER}")
        self.scene: Scene | None = None
        #: The size that everything is arranged for, its own once that is laid out.
        self.space = Size(0, 0)
        self.active = self.rung = False
        #: Whether the market is, before the first scene tells.
        self.simulated = False
        self.view = VIEWS[self.NUMBER][0]
        self._title, self._foot = Panel(classes="rule"), Panel(classes="foot")
        self._notes = Panel(classes="notes")
        self._drawn: tuple[Scene, Size] | None = None
        self._comparing: Snapshot | None = None

    def compose(self) -> Iterator[Widget]:
        """The title, the body, the foot; what to bear in mind comes between the last two."""
        yield self._title
        yield from self.body()
        yield self._foot

    def body(self) -> Iterator[Widget]:
        """The widgets between title and foot."""
        raise NotImplementedError

    def draw(self, scene: Scene) -> None:
        """Draw the body for a scene, in the room it has."""
        raise NotImplementedError

    def make_room(self, scene: Scene, space: Size) -> None:
        """Take a scene, and show and measure what takes room for it, in the space there will be."""
        self.scene, self.space = scene, space
        # another size from now on is a reason to draw it once more
        self._drawn = (scene, space)
        if self._comparing is not scene.snapshot:
            self._comparing = None
        self._show_notes(scene)

    def notes(self, scene: Scene) -> list[str]:
        """Sentences to bear in mind with what this pane shows."""
        return []

    # -- what the screen asks for ----------------------------------------------------

    def show(self, scene: Scene) -> None:
        """Draw a scene."""
        self.scene = scene
        self.redraw()

    def redraw(self) -> None:
        """Draw the current scene once more; before the first one, the title alone."""
        if self.scene is None:
            self._title.show(self._draw_title)
            return
        self.make_room(self.scene, self.size)
        settle(self)
        self.fill(self.scene)

    def fill(self, scene: Scene) -> None:
        """Draw a scene that everything is arranged for."""
        self.draw(scene)
        # the title may count what the body found
        self._title.show(self._draw_title)
        self._foot.show(self._draw_foot)
        if self.view in self.WITH_CHANGE and self._comparing is not scene.snapshot:
            # it costs as much as the answer itself: made once a question stands
            self._comparing = scene.snapshot
            self.set_timer(STANDS, partial(self._compare, scene.snapshot))

    def _compare(self, snapshot: Snapshot) -> None:
        """Work out the answer of a session earlier in a thread, if it is still needed."""

        def make() -> None:
            tuple(snapshot.before)
            self.call_later(self._show_changes, snapshot)

        if self.scene is not None and self.scene.snapshot is snapshot:
            self.run_worker(make, thread=True, exit_on_error=False)

    def _show_changes(self, snapshot: Snapshot) -> None:
        """Draw the changes since a session earlier, unless another answer is shown by now."""
        if self.scene is not None and self.scene.snapshot is snapshot:
            self.redraw()

    def set_active(self, active: bool) -> None:
        """Set whether keys go to this pane."""
        if active != self.active:
            self.active = active
            self._title.show(self._draw_title)

    def set_rung(self, rung: bool) -> None:
        """Set whether an alert on a number of this pane has fired and nobody has seen it."""
        if rung != self.rung:
            self.rung = rung
            self._title.show(self._draw_title)

    @property
    def sorts(self) -> Mapping[str, tuple[str, str]]:
        """Columns that names are sorted by -> the letter after the sort key, and a word."""
        return SORTS

    def next_view(self, step: int = 1) -> None:
        """Turn to the next view that has something to show, or with -1 to the one before."""
        views = [view for view in VIEWS[self.NUMBER] if view == self.view or self.has(view)]
        self.set_view(views[(views.index(self.view) + step) % len(views)])

    def has(self, view: str) -> bool:
        """Whether a view has something to show; one that has not is reached by its name alone."""
        return True

    def set_view(self, view: str) -> None:
        """Show a view of the pane's `VIEWS`, from its top."""
        if view != self.view:
            self.view = view
            self.redraw()
            self.to_top()

    def to_top(self) -> None:
        """Go to the first line of what is shown."""
        for grid in self.walk_children(LineTable):
            grid.move("first")
        if (sheet := self.sheet()) is not None:
            sheet.scroll_lines("first")

    def turn(self, how: str) -> None:
        """Move the cursor, or the drawing where there is none."""
        table = self.table()
        if table is not None:
            table.move(how)
        elif (sheet := self.sheet()) is not None:
            sheet.scroll_lines(how)

    def turn_side(self, step: int) -> bool:
        """Go to the table on the left or right; False where there is none."""
        return False

    def table(self) -> LineTable | None:
        """The table the cursor is in, None in a view without one."""
        return None

    def sheet(self) -> Panel | None:
        """The drawing in sight, None in a view without one."""
        return None

    def copied(self) -> str:
        """Everything the view holds, as text for the clipboard."""
        table, sheet = self.table(), self.sheet()
        if table is not None:
            return table.texts(range(table.row_count))
        return sheet.text() if sheet is not None else ""

    # -- the frame -------------------------------------------------------------------

    def title_words(self) -> Line:
        """Return the words of the title after the pane's name and its view."""
        return []

    def _draw_title(self, width: int, height: int) -> Drawing:
        simulated = self.scene.snapshot.simulated if self.scene else self.simulated
        words, rung = self.title_words(), self.rung
        return [
            title(self.NUMBER, self.view, self.active, width, words, simulated=simulated, rung=rung)
        ]

    def _draw_foot(self, width: int, height: int) -> Drawing:
        assert self.scene is not None
        return [foot_line(self.foot(self.scene), width)]

    def foot(self, scene: Scene) -> list[str]:
        """The foot's texts, fullest first."""
        return foot_texts(scene)

    def _show_notes(self, scene: Scene) -> None:
        notes = self.notes(scene)
        height = self.space.height
        most = 0 if height < 8 else 1 if height < 20 else 3 if height < 40 else 6
        lines: Drawing = []
        width = max(self.space.width - 3, 10)
        for note in notes:
            lines += hanging([("! ", "mark")], wrapped(f"{note}.", width))
        if most == 1 and len(lines) > 1:
            lines = hanging([("! ", "mark")], wrapped(". ".join(notes), width, lines=1))
        elif len(lines) > most:
            lines = [*lines[: most - 1], [*lines[most - 1], (" …", "dim")]] if most else []
        reveal(self._notes, bool(lines), before=self._foot)
        if lines:
            self._notes.styles.height = len(lines)
            self._notes.show(lambda w, h: lines)

    def on_resize(self, event: events.Resize) -> None:
        """Draw anew: the text depends on the room."""
        if self._drawn != (self.scene, self.size):
            self.redraw()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click anywhere makes the pane the one that keys go to."""
        self.post_message(self.Clicked(self))

    def on_click(self, event: events.Click) -> None:
        """Show the view whose name in the title is clicked."""
        rule = self._title.region
        if rule.contains(event.screen_x, event.screen_y):
            line = self._draw_title(rule.width, 1)[0]
            view = view_at(line, event.screen_x - rule.x, VIEWS[self.NUMBER])
            if view == self.view:
                # where the others have no room, its name is all there is to click
                self.next_view()
            elif view:
                self.set_view(view)
