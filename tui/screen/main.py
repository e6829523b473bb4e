"""The main screen: the four panes, and the keys that open, move and copy them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tui.command import commands, keys
from tui.command.commands import CONTRIBUTORS
from tui.panes.breadth import BreadthPane
from tui.screen import chrome
from tui.screen.name_keys import Naming
from tui.screen.question_keys import Asking
from tui.screen.word_commands import Wording
from tui.text.safe import safe_lines

if TYPE_CHECKING:
    from tui.panes.pane import Pane


class MainScreen(Asking, Naming, Wording, inherit_bindings=False):
    """The main screen: a pane each for the gap, the contributors, breadth and changes."""

    BINDINGS: ClassVar[list[Any]] = keys.bindings()

    def action_pane(self, number: int) -> None:
        """Go to a pane by its number."""
        self.activate(number)

    def action_next_pane(self, step: int) -> None:
        """Go to the pane after or before."""
        self.activate((self.active - 1 + step) % len(self.panes) + 1)

    def on_pane_clicked(self, message: Pane.Clicked) -> None:
        """The mouse chose a pane."""
        self.activate(message.pane.NUMBER)

    def action_view(self) -> None:
        """Turn to the pane's next view."""
        self.pane_here.next_view()

    def action_previous_view(self) -> None:
        """Turn to the pane's previous view."""
        self.pane_here.next_view(-1)

    def action_zoom(self) -> None:
        """Show one pane on the whole screen, or all again."""
        self.zoomed = not self.zoomed
        self._lay_out()

    def action_move(self, how: str) -> None:
        """Move in the pane."""
        self.deferred.do(partial(self.pane_here.turn, how))

    def action_side(self, step: int) -> None:
        """Go to the table on that side, else to the pane on that side."""
        self.deferred.do(partial(self._side, step))

    def _side(self, step: int) -> None:
        if self.pane_here.turn_side(step):
            return
        if self._one:
            self.activate(min(max(self.active + step, 1), len(self.panes)))
            return
        column = (self.active - 1) % 2 + step
        if 0 <= column <= 1:
            self.activate(self.active + step)

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
        """Show the other index first."""
        app = self.host
        if app.question.alone:
            app.tell(f"{app.question.small} is shown alone: there is no other index to put first")
            return
        app.first = "large" if app.first == "small" else "small"
        self.show()

    # -- the rest ---------------------------------------------------------------------

    def action_copy(self, whole: bool) -> None:
        """Copy the row, or the pane, to the terminal's clipboard."""
        self.deferred.do(partial(self._copy, whole))

    def _copy(self, whole: bool) -> None:
        pane, app = self.pane_here, self.host
        if app.scene is None:
            app.tell("there is nothing to copy here")
            return
        table = pane.table()
        if table is not None and not whole:
            row = table.cursor_row
            text = table.texts(range(row, row + 1), titled=True) if table.row_count else ""
        else:
            text = pane.copied()
        if not text:
            app.tell("there is nothing to copy here")
            return
        text = f"{chrome.copy_heading(app.scene.snapshot, pane.NUMBER, pane.view)}\n{text}"
        # A clipboard may be pasted into a shell, and no line filter stands before it.
        self.app.copy_to_clipboard(safe_lines(text))
        lines = text.count("\n") + 1
        app.tell(f"copied {lines:,} line{'s' if lines > 1 else ''}")

    def action_back(self) -> None:
        """Clear what stands in the way, one thing at a time."""
        self.deferred.clear()
        app = self.host
        if app.absent:
            app.come_back()
            if app.place.pair_opened:
                self.action_board()
        elif app.rung:
            self.quiet()
        elif app.error or app.notice:
            app.error = app.notice = ""
            app.say()
        elif self.names.filter is not None or self.names.sought is not None:
            self.set_filter(None)
        elif self.zoomed:
            self.action_zoom()
        elif app.place.pair_opened:
            self.action_board()

    def action_board(self) -> None:
        """Open the board: every pair at a glance."""
        from tui.screen.board_screen import BoardScreen

        self.app.push_screen(BoardScreen(self.host))

    def action_since(self) -> None:
        """Show what changed since the last look."""
        self.deferred.do(self._since)

    def _since(self) -> None:
        if self.host.scene is not None:
            from tui.panes.since import SinceScreen

            self.app.push_screen(SinceScreen(self.host, self.host.recall))

    def action_fetched(self) -> None:
        """Show what the last refresh fetched, and what failed."""
        from tui.panes.last_refresh import FetchedScreen

        self.app.push_screen(FetchedScreen(self.host))

    def action_alerts(self) -> None:
        """Open the page of alerts, and count them as seen."""
        self.quiet()
        super().action_alerts()

    def action_remove(self) -> None:
        """Say that alerts are removed in the list of alerts."""
        key = commands.key_label(self.host.keys["alerts"][0])
        self.host.tell(f"nothing is removed here: {key} lists the alerts")

    # -- on an empty store -----------------------------------------------------------

    def action_bring(self) -> None:
        """Type, or drag into the terminal, the path of a file to import."""
        self.prompt.open(":", "import ")

    def action_demo(self) -> None:
        """Open the simulated market, where no real one is stored that it would hide."""
        host = self.host
        if host.desk.simulated:
            host.tell("this is the simulated market")
        elif host.desk.read_only:
            host.tell(host.desk.read_only, error=True)
        elif host.scene is not None:
            host.tell("there is a real market here; `internals --demo` opens the simulated one")
        else:
            host.to_demo()
