"""Keys that act on names: drill, explain, filter, sort, mark."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui.command.commands import CONTRIBUTORS
from tui.panes.changes import ChangesPane
from tui.panes.contributors import Contributors
from tui.panes.wording import names_text
from tui.screen.four_panes import FourPanes

if TYPE_CHECKING:
    from tui.widgets.line_table import LineTable


class Naming(FourPanes, inherit_bindings=False):
    """What the main screen does with the names it lists."""

    def action_drill(self) -> None:
        """Open the name under the cursor on a screen of its own."""
        self.deferred.do(self._drill)

    def _drill(self) -> None:
        app, pane = self.host, self.pane_here
        scene = app.scene
        if scene is None:
            return
        if not isinstance(pane, (Contributors, ChangesPane)):
            self.activate(CONTRIBUTORS)
            return
        if isinstance(pane, Contributors) and pane.on_others():
            pane.change_rows(1)
            return
        symbol = pane.symbol()
        if symbol is None and isinstance(pane, Contributors):
            members = pane.members(scene)
            if members is not None:
                pane.view = "names"
                self.set_filter(members)
                return
        if symbol is None:
            app.tell("there is no name under the cursor")
            return
        from tui.panes.name import NameScreen

        fund = scene.fund_of(symbol, pane.side_shown(scene))
        self.app.push_screen(NameScreen(self.host, scene, fund, symbol))

    def action_explain(self) -> None:
        """Explain the number under the cursor, or the figures of the view."""
        self.deferred.do(self._explain)

    def _explain(self) -> None:
        app, pane = self.host, self.pane_here
        if app.scene is None:
            return
        from tui.panes.explain import ExplainScreen, requests_of_pane

        key, side = None, app.scene.first
        if isinstance(pane, (Contributors, ChangesPane)):
            key, side = pane.item(), pane.side_shown(app.scene)
        requests = requests_of_pane(app.scene, pane.NUMBER, pane.view, side, key)
        table = pane.table()
        empty = table.empty if table is not None and not table.row_count else ""
        screen = ExplainScreen(app.scene.snapshot, app.scene.market, requests, empty)
        self.app.push_screen(screen)

    def on_line_table_chosen(self, message: LineTable.Chosen) -> None:
        """A second click on a row is what enter is."""
        self.action_drill()

    def action_filter(self) -> None:
        """Type a filter of the contributors."""
        self.activate(CONTRIBUTORS)
        current = self.names.filter or self.names.sought
        self.prompt.open("/", current.text if current else "")

    def action_seek(self, step: int) -> None:
        """Go to the next match of the filter among all lines, or the one before."""
        self.deferred.do(partial(self._seek, step))

    def _seek(self, step: int) -> None:
        self.activate(CONTRIBUTORS)
        self.host.tell(self.names.seek(step))

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.listing().reverse()

    def action_best(self) -> None:
        """Show the best contributors first, or the worst."""
        self.activate(CONTRIBUTORS)
        self.names.best()

    def action_mark(self) -> None:
        """Mark the name under the cursor, or not."""
        self.deferred.do(self._mark)

    def _mark(self) -> None:
        app, pane = self.host, self.pane_here
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
        names = names_text(tuple(app.marked)) or "none"
        app.tell(f"marked: {names}; X shows the indices without them")
