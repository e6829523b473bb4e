"""The screen of the four panes: how they are laid out, and what the keys do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.containers import Container
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from tui import commands
from tui.charts import Drawing
from tui.commands import CONTRIBUTORS
from tui.line import SORTS
from tui.panes import chrome
from tui.panes.asking import Asking
from tui.panes.breadth import BreadthPane
from tui.panes.changes import ChangesPane
from tui.panes.contributors import Contributors
from tui.panes.explain import ExplainScreen
from tui.panes.help import HelpScreen
from tui.panes.name import NameScreen
from tui.panes.pane import Pane
from tui.panes.prompt import Prompt
from tui.panes.sheet import Sheet
from tui.panes.spread import SpreadPane

if TYPE_CHECKING:
    from tui.table import LineTable

#: From this size on two by two; below it one pane at a time.
FOUR = (112, 32)
#: From this width on the panes of names take two thirds: their texts need it, charts do not.
WIDE = 150
#: Below this there is nothing to show.
LEAST = (36, 9)


class MainScreen(Asking, Screen[None], inherit_bindings=False):
    """Header, headline, four panes, status, hints."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[Any]] = commands.bindings()
    # Focus is shown by titles alone: a move of it repaints nothing else.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self) -> None:
        super().__init__()
        self.spread, self.names = SpreadPane(), Contributors()
        self.breadth, self.changes = BreadthPane(), ChangesPane()
        self.panes: tuple[Pane, ...] = (self.spread, self.names, self.breadth, self.changes)
        self.active = 1
        self.zoomed = False
        self.sorting = False
        self._header, self._headline = Sheet(id="header"), Sheet(id="headline")
        self._status, self._hints = Sheet(id="status"), Sheet(id="hints")
        self._instead, self.prompt = Sheet(id="cover"), Prompt()

    def compose(self) -> Iterator[Widget]:
        """Everything, from top to bottom."""
        yield self._header
        yield self._headline
        yield Container(*self.panes, id="panes")
        yield self._instead
        yield self._status
        yield self._hints
        yield self.prompt

    def on_mount(self) -> None:
        """The first drawn state: no data yet."""
        self.pane_here.set_active(True)
        self.show()

    # -- drawing ---------------------------------------------------------------------

    @property
    def pane_here(self) -> Pane:
        """The pane that keys go to."""
        return self.panes[self.active - 1]

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the size at hand."""
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        small = width < LEAST[0] or height < LEAST[1]
        one = self.zoomed or width < FOUR[0] or height < FOUR[1]
        scene = self.desk_app.scene
        for pane in self.panes:
            pane.display = not one or pane is self.pane_here
        self.set_class(small, "-small")
        self.set_class(one, "-one")
        self.set_class(width >= WIDE, "-wide")
        self.set_class(small or scene is None, "-cover")
        self._instead.show(self._draw_cover)
        self._show_headline()

    def show(self) -> None:
        """Bring everything up to the app's scene."""
        scene = self.desk_app.scene
        self._lay_out()
        self._show_header()
        if scene is not None:
            for pane in self.panes:
                pane.show(scene)
        self.show_status()
        self._show_hints()

    def _show_header(self) -> None:
        app = self.desk_app
        scene, question = app.scene, app.question
        if scene is not None:
            question = scene.snapshot.question
        self._header.show(lambda width, height: [chrome.header(scene, question, width)])

    def _show_headline(self) -> None:
        scene = self.desk_app.scene
        if scene is None:
            return
        most = 3 if self.size.height >= 24 else 2 if self.size.height >= 18 else 1
        lines = chrome.headline_lines(scene, self.size.width, most)
        self._headline.styles.height = len(lines)
        self._headline.show(lambda width, height: lines)

    def show_status(self) -> None:
        """What is going on, and how old the data is."""
        app = self.desk_app
        said, kind = app.status()
        right = chrome.age_text(app.snapshot, app.now()) if app.snapshot else ""
        if self.prompt.is_open:
            said, kind, right = self.prompt.advice, "error" * self.prompt.wrong, ""
        self._status.show(lambda width, height: [chrome.status(said, kind, right, width)])

    def _show_hints(self) -> None:
        if self.sorting:
            letters = "  ".join(f"{letter} {words}" for letter, words in SORTS.values())
            text = f" sort by:  {letters}   esc"
            self._hints.show(lambda width, height: [[(text, "bold")]])
            return
        keys = self.desk_app.keys
        pane = self.active if self.desk_app.scene is not None else 0
        self._hints.show(lambda width, height: [chrome.hint_line(pane, keys, width)])

    def _draw_cover(self, width: int, height: int) -> Drawing:
        """In place of the panes: too small, no data yet, or what to do next."""
        if self.size.width < LEAST[0] or self.size.height < LEAST[1]:
            return chrome.too_small(width, height)
        app = self.desk_app
        if app.failed is None:
            return chrome.waiting(width, height)
        failed, key = app.failed, commands.shown(app.keys["refresh"][0])
        return chrome.welcome(
            f"{failed.sentence.rstrip('.')}.",
            failed.question,
            chrome.next_steps(app.cost, None if app.desk.simulated else key)
            if failed.lacking
            else [],
            width,
            height,
        )

    # -- panes -----------------------------------------------------------------------

    def activate(self, number: int) -> None:
        """Let keys go to another pane."""
        if number == self.active:
            return
        self.pane_here.set_active(False)
        if self.has_class("-one"):
            self.pane_here.display = False
        self.active = number
        self.pane_here.set_active(True)
        self.pane_here.display = True
        self._show_hints()

    def action_pane(self, number: int) -> None:
        """To a pane by its number."""
        self.activate(number)

    def action_next_pane(self, step: int) -> None:
        """To the pane after or before."""
        self.activate((self.active - 1 + step) % len(self.panes) + 1)

    def on_pane_clicked(self, message: Pane.Clicked) -> None:
        """The mouse chose a pane."""
        self.activate(message.pane.NUMBER)

    def action_view(self) -> None:
        """The pane's next view."""
        self.pane_here.next_view()

    def action_zoom(self) -> None:
        """One pane on the whole screen, and back."""
        self.zoomed = not self.zoomed
        self._lay_out()

    def action_move(self, how: str) -> None:
        """Move in the pane."""
        self.pane_here.turn(how)

    def action_side(self, step: int) -> None:
        """To the table on that side, else to the pane on that side."""
        if self.pane_here.turn_side(step):
            return
        if self.has_class("-one"):
            self.activate(min(max(self.active + step, 1), len(self.panes)))
            return
        column = (self.active - 1) % 2 + step
        if 0 <= column <= 1:
            self.activate(self.active + step)

    # -- names -----------------------------------------------------------------------

    def _listing(self) -> Contributors | ChangesPane:
        """The pane whose names keys act on: this one, or Contributors."""
        pane = self.pane_here
        if isinstance(pane, (Contributors, ChangesPane)):
            return pane
        self.activate(CONTRIBUTORS)
        return self.names

    def action_drill(self) -> None:
        """The name under the cursor on a screen of its own."""
        app, pane = self.desk_app, self.pane_here
        scene = app.scene
        if scene is None or app.market is None:
            return
        if not isinstance(pane, (Contributors, ChangesPane)):
            self.activate(CONTRIBUTORS)
            return
        if isinstance(pane, Contributors) and pane.on_others():
            pane.change_rows(1)
            return
        symbol = pane.symbol()
        if symbol is None:
            app.tell("there is no name under the cursor")
            return
        fund = scene.fund_of(symbol, pane.side_shown(scene))
        app.push_screen(NameScreen(scene.snapshot, app.market, fund, symbol))

    def action_explain(self) -> None:
        """How the number came about: of the name under the cursor, of the index, of the gap."""
        app, pane = self.desk_app, self.pane_here
        if app.scene is None:
            return
        symbol, side = None, None
        if isinstance(pane, (Contributors, ChangesPane)):
            symbol, side = pane.symbol(), pane.side_shown(app.scene)
        elif isinstance(pane, BreadthPane) and pane.view != "bridge":
            side = app.scene.first
        app.push_screen(ExplainScreen(app.scene, side, symbol))

    def on_line_table_chosen(self, message: LineTable.Chosen) -> None:
        """A second click on a row is what enter is."""
        self.action_drill()

    def action_filter(self) -> None:
        """Type a filter of the contributors."""
        self.activate(CONTRIBUTORS)
        held = self.names.filter or self.names.sought
        self.prompt.open("/", held.text if held else "")

    def action_seek(self, step: int) -> None:
        """To the next match of the filter among all lines, or the one before."""
        self.activate(CONTRIBUTORS)
        self.desk_app.tell(self.names.seek(step))

    def action_sort(self) -> None:
        """The next key is the letter of a column."""
        self._listing()
        self.sorting = True
        self._show_hints()

    def sort_letter(self, letter: str | None) -> None:
        """After the sort key, the letter of a column; any other key changes nothing."""
        self.sorting = False
        self._show_hints()
        for key, (known, _) in SORTS.items():
            if letter == known:
                self._listing().sort(key)

    def set_prompt(self, shown: bool) -> None:
        """The prompt in place of the hints, or the hints."""
        self.prompt.display, self._hints.display = shown, not shown

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._listing().reverse()

    def sort_by(self, key: str) -> None:
        """Sort the names by a column of the command line."""
        self._listing().sort(key)

    def action_best(self) -> None:
        """Best contributors first, or worst."""
        self.activate(CONTRIBUTORS)
        self.names.best()

    def action_rows(self, step: int) -> None:
        """More or fewer contributors in full; in Breadth, finer or coarser thresholds."""
        pane = self.pane_here
        if isinstance(pane, BreadthPane):
            pane.show_ladder()
            self.action_thresholds(step)
            return
        self.activate(CONTRIBUTORS)
        self.names.change_rows(step)

    def action_swap(self) -> None:
        """The other index first."""
        app = self.desk_app
        app.first = "large" if app.first == "small" else "small"
        self.show()

    def action_mark(self) -> None:
        """Mark the name under the cursor, or not."""
        app, pane = self.desk_app, self.pane_here
        if not isinstance(pane, (Contributors, ChangesPane)):
            self.activate(CONTRIBUTORS)
            return
        symbol = pane.symbol()
        if symbol is None or app.scene is None:
            app.tell("there is no name under the cursor")
            return
        if symbol in app.marked:
            del app.marked[symbol]
        else:
            app.marked[symbol] = None
        scene = app.scene
        self.names.show(scene)
        self.changes.show(scene)
        pane.turn("down")
        said = " ".join(app.marked) or "none"
        app.tell(f"marked: {said}; X tells the indices without them")

    # -- the rest --------------------------------------------------------------------

    def action_command(self) -> None:
        """Type a command."""
        self.prompt.open(":", "")

    def action_copy(self, whole: bool) -> None:
        """Copy the row, or the pane, to the terminal's clipboard."""
        pane, app = self.pane_here, self.desk_app
        table = pane.table()
        if table is not None and not whole:
            row = table.cursor_row
            text = table.texts(range(row, row + 1)) if table.row_count else ""
        else:
            text = pane.copied()
        if not text:
            app.tell("there is nothing to copy here")
            return
        app.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        app.tell(f"copied {lines:,} line{'s' if lines > 1 else ''}")

    def action_back(self) -> None:
        """Clear what stands in the way, one thing at a time."""
        app = self.desk_app
        if app.error or app.notice:
            app.error = app.notice = ""
            app.say()
        elif self.names.filter is not None or self.names.sought is not None:
            self.names.set_filter(None)
        elif self.zoomed:
            self.action_zoom()

    def action_help(self) -> None:
        """What every key does."""
        self.app.push_screen(HelpScreen(self.desk_app.keys))

    def action_suspend(self) -> None:
        """Stop, until the shell goes on with it."""
        self.app.action_suspend_process()

    async def action_quit(self) -> None:
        """Leave."""
        await self.desk_app.action_quit()
