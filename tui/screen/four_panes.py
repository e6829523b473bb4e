"""The screen's frame: header, headline, the four panes, status and hints, laid out and drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.containers import Container
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget

from core.answer.group_names import industry_theme
from tui.command.commands import CONTRIBUTORS, SORTS
from tui.command.filters import Filter
from tui.panes import frame
from tui.panes.breadth import BreadthPane
from tui.panes.changes import ChangesPane
from tui.panes.contributors import Contributors
from tui.panes.sheet import Panel
from tui.panes.spread import SpreadPane
from tui.screen import chrome
from tui.screen.prompt import Prompt
from tui.screen.prompt_screen import PromptScreen
from tui.state.state_files import Seat
from tui.terminal import fitting
from tui.widgets.deferred import Deferred
from tui.widgets.stage import reveal

if TYPE_CHECKING:
    from core.data.frames import Theme
    from core.data.question import Question
    from tui.command.line import EditPairs
    from tui.panes.pane import Pane
    from tui.screen.workbench import Workbench
    from tui.text.spans import Drawing


class FourPanes(PromptScreen, inherit_bindings=False):
    """Header, headline, four panes, status, hints."""

    BOARD = False
    SORTS: ClassVar[Collection[str]] = tuple(SORTS)
    # Focus is shown by titles alone: a move of it repaints nothing else.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, host: Workbench) -> None:
        super().__init__(host)
        self.spread, self.names = SpreadPane(), Contributors()
        self.breadth, self.changes = BreadthPane(), ChangesPane()
        self.panes: tuple[Pane, ...] = (self.spread, self.names, self.breadth, self.changes)
        self.active, self.zoomed = host.seat.pane, host.seat.zoomed
        for pane in self.panes:
            pane.simulated = host.desk.simulated
            pane.view = frame.view_of(host.seat, pane.NUMBER)
        self._headline = Panel(id="headline")
        self._headline_height = self._status_height = 1
        self._instead, self.prompt = Panel(id="cover"), Prompt(host, self)
        self._grid = Container(*self.panes, id="panes")
        self.deferred = Deferred(lambda: self._answered and not host.between_pairs)
        #: The panes stand there; on a frame they come with their first answer.
        self._unfolded = True
        self._answered = self._one = False
        self._laid_out_for = Size(0, 0)

    def compose(self) -> Iterator[Widget]:
        """Everything, from top to bottom."""
        self._unfolded = not (fitting.framed(self.app) and self.waiting)
        self._arrange(*self.app.size)
        spaces = self._spaces(self.app.size)
        for pane in self.panes:
            pane.space = spaces.get(pane.NUMBER, self.app.size)
        self._headline.styles.height = frame.headline_height(*self.app.size, self.host.seat)
        yield self._header
        yield self._headline
        yield self._grid
        yield self._status
        yield self._hints

    @property
    def seat(self) -> Seat:
        """Return where the person is, for the next start."""
        views = {pane.NUMBER: pane.view for pane in self.panes}
        scene = self.host.scene
        headline = self.host.seat.headline if scene is None else chrome.headline_text(scene)
        return Seat(self.active, views, self.zoomed, self.host.first, headline)

    def on_mount(self) -> None:
        """Draw the first state: no data yet, the panes as the person left them.

        An answer that came before is drawn by the app, in the room there is once this is over.
        """
        self.pane_here.set_active(True)
        if self.waiting:
            self.show()

    # -- drawing ---------------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether the first answer is still to come: the panes then stand there empty."""
        return self.host.snapshot is None and self.host.failed is None

    @property
    def pane_here(self) -> Pane:
        """The pane that keys go to."""
        return self.panes[self.active - 1]

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the present size, where that was not done for another reason."""
        if self._laid_out_for != self.size:
            self._lay_out()
            self.show_status()

    def _lay_out(self) -> None:
        self._laid_out_for = self.size
        self._arrange(*self.size)
        covered = not self._headline.display
        reveal(self._instead, covered, before=self._status)
        if covered:
            self._instead.show(self._draw_cover)
        self._show_headline()

    def _arrange(self, width: int, height: int) -> None:
        """Say what stands where: on each widget, as a class would style all of them anew."""
        form = frame.form(width, height, zoomed=self.zoomed)
        small, self._one = form == "small", form != "four"
        covered = small or (self.host.scene is None and not self.waiting)
        for pane in self.panes:
            pane.display = not self._one or pane is self.pane_here
        self._header.display = self._status.display = not small
        self._hints.display = not (small or self.prompt.is_open)
        self._headline.display = not covered
        self._grid.display = self._unfolded and not covered
        grid = self._grid.styles
        grid.grid_size_columns = grid.grid_size_rows = 1 if self._one else 2
        if self._one:
            grid.grid_columns = "1fr"
        else:
            grid.grid_columns = "1fr 2fr" if width >= frame.WIDE else "2fr 3fr"

    def unfold(self) -> None:
        """Show the panes, even before there is an answer."""
        self._unfolded = True

    def to_top(self) -> None:
        """Scroll every pane to its first line, for another question."""
        for pane in self.panes:
            pane.to_top()

    def show(self, *, to_top: bool = False) -> None:
        """Bring everything up to the app's scene, ``to_top`` with each pane at its first line."""
        scene = self.host.scene
        if not self.waiting:
            # the answer may have been there before this screen was
            self.unfold()
        self._lay_out()
        self._show_header()
        if scene is not None:
            # first what takes room, so that everything is drawn for the room it gets
            small = frame.form(*self.size, zoomed=self.zoomed) == "small"
            spaces = self._spaces(self.size) if self.settles and not small else {}
            for pane in self.panes:
                pane.make_room(scene, spaces.get(pane.NUMBER, pane.size))
            self.settle()
            for pane in self.panes:
                pane.fill(scene)
        if to_top:
            self.to_top()
        self.show_status()
        self._show_hints()
        self._answered = not self.waiting
        if self._answered and scene is None:
            self.deferred.clear()  # of no answer nothing is asked later
        self.go_on()

    def _spaces(self, size: Size) -> Mapping[int, Size]:
        """Visible pane -> the size it gets below the headline."""
        seat = Seat(self.active, zoomed=self.zoomed)
        below = self._status_height + 1
        regions = frame.pane_regions(*size, seat, self._headline_height, below)
        return {number: Size(region.width, region.height) for number, region in regions.items()}

    def _show_header(self) -> None:
        app = self.host
        scene, question = app.scene, app.question
        if scene is not None:
            question = scene.snapshot.question
        pairs = app.config.pairs
        self._header.show(lambda width, height: [chrome.header(scene, question, width, pairs)])

    def _show_headline(self) -> None:
        scene = self.host.scene
        if scene is None:
            return
        lines = chrome.headline_lines(scene, *self.size)
        self._headline_height = len(lines)
        self._headline.styles.height = len(lines)
        self._headline.show(lambda width, height: lines)

    def show_status(self) -> None:
        """Draw the status line: what is going on, and how old the data is."""
        app = self.host
        message, kind = app.status()
        ages = chrome.age_texts(app.snapshot, app.now()) if app.snapshot else []
        standing = ""
        if app.scene is not None and kind != "alert":
            filtered = self.names.filter.text if self.names.filter else ""
            # of what is shown: the question may already be another, whose answer is to come
            question = app.scene.snapshot.question
            standing = chrome.standing(question, app.snapshot, filtered, len(app.marked))
        if self.prompt.is_open:
            message, kind, ages = self.prompt.advice, "error" * self.prompt.wrong, []
            standing = ""
        most = max(self.size.height // 4, 1)
        lines = frame.status_lines(message, kind, ages, self.size.width, standing, most)
        if self._status_height != len(lines):
            self._status_height = len(lines)
            self._status.styles.height = len(lines)
        self._status.show(lambda width, height: lines)

    def _show_hints(self) -> None:
        if self.sorting:
            letters = "  ".join(f"{letter} {words}" for letter, words in self.sorts.values())
            text = f" sort by:  {letters}   esc"
            self._hints.show(lambda width, height: [[(text, "bold")]])
            return
        keys = self.host.keys
        pane = self.active if self.host.scene is not None or self.waiting else 0
        self._hints.show(lambda width, height: [frame.hint_line(pane, keys, width)])

    def _draw_cover(self, width: int, height: int) -> Drawing:
        """Draw what stands in place of the panes: too small, or what to do next."""
        app = self.host
        failed, simulated = app.failed, app.desk.simulated
        if failed is None or frame.form(*self.size, zoomed=False) == "small":
            return frame.too_small(width, height)
        # To a simulated market nothing is brought: other pairs are in the real one.
        brings = failed.lacking and not (app.absent and simulated)
        steps = (
            chrome.next_steps(app.cost, app.keys, app.config.source, simulated=simulated)
            if brings
            else []
        )
        if app.absent and app.snapshot is not None:
            steps += chrome.ways_back(app.snapshot.question, app.keys)
        return chrome.welcome(
            f"{failed.sentence.rstrip('.')}.", failed.question, steps, width, height
        )

    def activate(self, number: int) -> None:
        """Let keys go to another pane."""
        if number == self.active:
            return
        self.pane_here.set_active(False)
        if self._one:
            self.pane_here.display = False
        self.active = number
        self.pane_here.set_active(True)
        self.pane_here.display = True
        self._show_hints()

    def listing(self) -> Contributors | ChangesPane:
        """The pane whose names keys act on: this one, or Contributors."""
        pane = self.pane_here
        if isinstance(pane, (Contributors, ChangesPane)):
            return pane
        self.activate(CONTRIBUTORS)
        return self.names

    def ask(self, question: Question) -> None:
        """Answer another question."""
        self.host.ask(question)

    def edit_pairs(self, edit: EditPairs) -> None:
        """Change the watch list in the config file, and in force."""
        from tui.workers.boards import edit_pairs

        edit_pairs(self.host, edit)

    @property
    def sorts(self) -> Mapping[str, tuple[str, str]]:
        """Columns of the names that keys act on."""
        return self.listing().sorts

    def sort_by(self, key: str) -> None:
        """Sort the names that keys act on."""
        self.listing().sort(key)

    def set_filter(self, condition: Filter | None) -> None:
        """Show only some contributors; None for all."""
        self.names.set_filter(condition)
        self.show_status()

    def add_fund(self, words: str) -> None:
        """A fund for the user's list, as typed after ``fund add``."""
        from cache.facts.errors import CacheError, why
        from cache.facts.fund_entry import entry_of

        try:
            self.host.tell(self.host.desk.add_fund(entry_of(words)))
        except (CacheError, OSError) as error:
            self.host.tell(why(error), error=True)
            return
        self.host.poll()

    def obey(self, command: str, words: str) -> None:
        """A command of the line that takes words."""
        raise NotImplementedError

    def show_theme(self, name: str) -> None:
        """Show a theme's names alone, and marked; "" for all names again, none of them marked."""
        app = self.host
        if app.scene is None:
            return
        themes = {theme.name.casefold(): theme for theme in app.scene.market_then.themes}
        theme = themes.get(name.casefold())
        theme = theme or industry_theme([view for _, view in app.scene.views()], name)
        if name and theme is None:
            names = ", ".join(f"{theme.name!r}" for theme in themes.values())
            app.tell(f"no theme is called {name!r}; known are {names}", error=True)
            return
        if theme is not None:
            count = self.show_names(theme)
            app.tell(f"{theme.name}: {theme.source or 'your own'}; {count}")
            return
        app.marked.clear()
        self.activate(CONTRIBUTORS)
        self.names.show(app.scene)
        self.changes.show(app.scene)
        self.set_filter(None)

    def show_names(self, theme: Theme) -> str:
        """Show a theme's names alone, and marked; returns how many of them the indices have."""
        app, scene = self.host, self.host.scene
        if scene is None:
            return ""
        listed = {s for _, view in scene.views() for s in view.contributors.symbols}
        app.marked.clear()
        app.marked.update(dict.fromkeys(s for s in theme.symbols if s in listed))
        self.activate(CONTRIBUTORS)
        self.names.show(scene)
        self.changes.show(scene)
        if self.names.view in ("themes", "brinson", "left out"):
            self.names.view = "names"
        self.set_filter(Filter(f"theme {theme.name}", (), (), frozenset(theme.symbols)))
        lacking = [symbol for symbol in theme.symbols if symbol not in app.marked]
        count = f"{len(app.marked):,} of {len(theme.symbols):,} found"
        return f"{count}; in neither index: {' '.join(lacking)}" if lacking else count

    def watch_pair(self, place: int) -> None:
        """Show a pair of the watch list by its place, from 0; window, date and basis stay."""
        app = self.host
        small, large = app.config.pairs[place]
        if (small, large) == (app.question.small, app.question.large):
            app.tell(
                f"{small} – {large} is the only pair of the watch list"
                if len(app.config.pairs) == 1
                else f"{small} – {large} is on the screen"
            )
            return
        app.ask(replace(app.question, small=small, large=large, without=(), alone=False))

    def ring(self, pane: int) -> None:
        """Mark the pane that shows the number of an alert."""
        self.panes[pane - 1].set_rung(True)

    def quiet(self) -> None:
        """Remove the marks of alerts, which have been seen."""
        self.host.rung = ""
        for pane in self.panes:
            pane.set_rung(False)
        self.show_status()
