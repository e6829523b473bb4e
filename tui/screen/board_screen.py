"""Every pair at a glance: one page over the panes, from which each pair is a key away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from tui.panes.board_rows import ORDERS
from tui.panes.help import page_bindings
from tui.panes.stepping import Stepping, stepped_window
from tui.screen.board_answers import BoardAnswers
from tui.screen.four_panes import FourPanes
from tui.screen.prompt import Prompt
from tui.text.safe import safe_lines
from tui.workers.boards import edit_pairs

if TYPE_CHECKING:
    from core.answer.board import BoardRow
    from core.data.question import Question
    from tui.command.filters import Filter
    from tui.command.line import EditPairs
    from tui.screen.workbench import Workbench
    from tui.widgets.line_table import LineTable


class BoardScreen(Stepping, BoardAnswers, inherit_bindings=False):
    """The keys of the board, and its command line."""

    BOARD = True
    SORTS: ClassVar[Collection[str]] = tuple(ORDERS)
    BINDINGS: ClassVar[list[Any]] = page_bindings(
        "board",
        drill="open",
        sort="sort",
        reverse="reverse",
        view="view",
        explain="explain",
        next_pane="side",
        previous_pane="side",
        earlier="step(-1)",
        later="step(1)",
        today="home",
        basis="basis",
        shorter="window(-1)",
        longer="window(1)",
        command="command",
        copy_row="copy(False)",
        copy_pane="copy(True)",
        alerts="alerts",
        refresh="refresh(False)",
        refresh_all="refresh(True)",
        retry="retry",
        help="help",
    )

    def __init__(self, host: Workbench) -> None:
        super().__init__(host)
        self.prompt = Prompt(host, self)

    @property
    def row(self) -> BoardRow | None:
        """The row under the cursor."""
        return self.rows[self.grid.cursor_row] if self.rows else None

    def on_line_table_highlighted(self, message: LineTable.Highlighted) -> None:
        """The cursor is on another pair."""
        if message.table is self.grid:
            self.place.pair = f"{message.key}"
            if self.place.rotation:
                self._chart.show(self._rotation)

    def on_line_table_chosen(self, message: LineTable.Chosen) -> None:
        """A click on the row the cursor is on."""
        self.in_news = message.table is self.news
        self.action_open()

    def on_line_table_header_clicked(self, message: LineTable.HeaderClicked) -> None:
        """A click on a heading sorts by it; a second one turns the order."""
        if message.table is self.grid and message.key in ORDERS:
            self.sort_by(message.key)

    def action_move(self, how: str) -> None:
        """Move the cursor."""
        self.deferred.do(lambda: (self.news if self.in_news else self.grid).move(how))

    def action_side(self) -> None:
        """Let keys go to the news in place of the rows, or back."""
        if self.in_news:
            self.turn_to_news(False)
        else:
            self.deferred.do(self._side)

    def _side(self) -> None:
        if self.news.display and (self.lines or self.since is None):
            self.turn_to_news(True)

    def action_open(self) -> None:
        """Open the pair under the cursor on the panes."""
        self.deferred.do(self._open_row)

    def _open_row(self) -> None:
        name = self.row.pair.name if self.row is not None else ""
        if self.in_news and self.lines:
            name = self.lines[self.news.cursor_row].pair
        if name:
            # an alert may be of one index alone
            small, _, large = name.partition(":")
            other = large or small
            question = replace(self.host.question, small=small, large=other, without=())
            self._open(replace(question, alone=not large))

    def _open(self, question: Question) -> None:
        host, self.place.pair_opened = self.host, True
        self.place.pair = ":".join(question.funds)
        self.app.pop_screen()
        snapshot = host.snapshot
        if snapshot is None or snapshot.question != question or host.absent:
            host.ask(question)

    def action_back(self) -> None:
        """Clear the message, then leave for the panes."""
        self.deferred.clear()
        host = self.host
        if host.notice or (host.error and host.failed is None):
            host.error = host.notice = ""
            host.say()
            return
        self.app.pop_screen()
        self._follow()

    def _follow(self) -> None:
        """The panes show the date and the basis that were chosen here."""
        host = self.host
        if host.snapshot is None or host.snapshot.question != host.question:
            host.ask(host.question)

    def action_view(self) -> None:
        """Show the rotation in place of the table, or the table again."""
        self.place.rotation = not self.place.rotation
        self.show()

    def sort_by(self, key: str) -> None:
        """Sort by a column: the largest first, of words the first; once more turns the order."""
        if key == self.place.key:
            self.action_reverse()
            return
        self.place.key, self.place.falling = key, key not in ("group", "pair")
        self._sorted()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.place.falling = not self.place.falling
        self._sorted()

    def _sorted(self) -> None:
        if self.board is not None:
            self.take_rows(self.board)
            self.show()

    def action_step(self, sessions: int) -> None:
        """Ask again as of a session later or earlier."""
        self.ask_board(sessions)

    def action_window(self, step: int) -> None:
        """Choose the window that a pair is opened with."""
        question = self.host.question
        window = stepped_window(question.window, step)
        if window is not None:
            self.host.question = replace(question, window=window)
            self.breadths = {}
            self.show()
            self.ask_breadth()

    def action_explain(self) -> None:
        """Explain the figures of the row, or of the rotation."""
        self.deferred.do(self._explain)

    def _explain(self) -> None:
        from tui.panes.board_explain import BoardExplainScreen
        from tui.screen.board_news import parts_of

        row, board = self.row, self.board
        if row is not None and board is not None:
            breadth = self.breadths.get(row.pair.name)
            parts = partial(parts_of, self.host, row, board)
            page = BoardExplainScreen(row, breadth, self.place.rotation, parts, self.host)
            self.app.push_screen(page)

    def action_copy(self, whole: bool) -> None:
        """Copy the row, or all of them, to the terminal's clipboard."""
        self.deferred.do(partial(self._copy, whole))

    def _copy(self, whole: bool) -> None:
        grid = self.news if self.in_news else self.grid
        rows = range(grid.row_count) if whole else range(grid.cursor_row, grid.cursor_row + 1)
        if not grid.row_count:
            self.host.tell("there is nothing to copy here")
            return
        self.app.copy_to_clipboard(safe_lines(grid.texts(rows)))
        self.host.tell(f"copied {len(rows):,} row{'s' * (len(rows) > 1)}")

    # -- the command line ------------------------------------------------------------

    def ask(self, question: Question) -> None:
        """Apply another date or basis to the board too; open another pair."""
        host = self.host
        if (question.pair, question.alone) != (host.question.pair, host.question.alone):
            self._open(question)
            return
        other = (question.as_of, question.basis) != (host.question.as_of, host.question.basis)
        host.question = question
        if other:
            self.ask_board()
        self.show()

    def edit_pairs(self, edit: EditPairs) -> None:
        """Change the watch list in the config file, and read it at once."""
        if edit_pairs(self.host, edit):
            self.ask_board()

    def set_filter(self, condition: Filter | None) -> None:
        """Do nothing: the board has no filter."""

    def obey(self, command: str, words: str) -> None:
        """A command of the line that takes words: most are of a pair."""
        methods = {
            "help": self.help_on,
            "set": self.set_setting,
            "colours": self.set_colours,
            "sort": self.sort_by,
            "fund": self.add_fund,
            "import": self.host.bring,
        }
        if command in methods:
            methods[command](words)
        else:
            self.host.tell(f":{command} works on a pair: open one first", error=True)

    def watch_pair(self, place: int) -> None:
        """Open a pair of the watch list by its place, from 0."""
        small, large = self.host.config.pairs[place]
        question = self.host.question
        self._open(replace(question, small=small, large=large, alone=False, without=()))

    def add_fund(self, words: str) -> None:
        """A fund for the user's list, as typed after ``fund add``."""
        main = self.app.screen_stack[0]
        if isinstance(main, FourPanes):
            main.add_fund(words)
