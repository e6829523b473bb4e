"""Every pair at a glance: one page over the panes, from which each pair is a key away."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import events
from textual.widget import Widget

from core.data.question import STEPS
from tui.command import commands
from tui.panes.board_rotation import drawing as rotation_drawing
from tui.panes.board_rows import CLOSES, COLUMNS, ORDERS, BoardCells, BoardGrid, ordered
from tui.panes.frame import READING, status, too_small
from tui.panes.help import page_bindings
from tui.panes.listing import Grid
from tui.panes.sheet import Panel
from tui.panes.wording import BASIS, wrapped
from tui.screen.board import Board as FourPanes
from tui.screen.prompt import Prompt
from tui.screen.shared_keys import SharedKeys
from tui.terminal import fitting
from tui.text import formats
from tui.text.safe import safe_lines
from tui.widgets.columns import TableColumn
from tui.widgets.stage import Stage
from tui.workers.boards import Boarded, answer_board, edit_pairs, follow_config

if TYPE_CHECKING:
    from core.answer.board import Board, BoardRow
    from core.answer.board_breadth import BoardBreadth
    from core.data.question import Question
    from tui.command.filters import Filter
    from tui.command.line import EditPairs
    from tui.screen.board_news import BreadthTaken, NewsLine, NewsTaken
    from tui.screen.workbench import Workbench
    from tui.text.spans import Drawing, Line

#: Seconds between two looks for other data, and after which a row that stands still is read up.
_POLL: Final = 2.0
_CALM: Final = 0.15
#: Below this there is nothing to show; lines that the news take at least and at most.
_LEAST: Final = (36, 9)
_NEWS: Final = (5, 12)
#: From this width on there is room for a column of breadth.
_BREADTH: Final = 118
_NEWS_COLUMNS: Final = (
    TableColumn("sign", "", 1, style="mark"),
    TableColumn("pair", "pair", 9, style="bold"),
    TableColumn("text", "", 20, max_width=200),
)
_HINTS: Final = (
    ("drill", "open"), ("sort", "sort"), ("reverse", "turn"), ("view", "rotation"),
    ("next_pane", "news"), ("later", "date"), ("basis", "basis"), ("longer", "window"),
    ("command", "command"), ("back", "panes"), ("help", "help"), ("quit", "quit"),
)  # fmt: skip


class BoardScreen(SharedKeys, Stage, inherit_bindings=False):
    """A row a pair; what is new below."""

    AUTO_FOCUS = ""
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
        help="help",
    )
    DEFAULT_CSS = """
    BoardScreen {
        #rows { height: 1fr; width: 1fr; }
        #rotation { height: 1fr; width: 1fr; display: none; }
        #news { height: 5; width: 1fr; scrollbar-size-vertical: 0; }
        #board-cover { height: 1fr; width: 1fr; display: none; }
    }
    """

    def __init__(self, host: Workbench) -> None:
        super().__init__(custom=not fitting.plain(host.config.wire))
        self.host, self.place = host, host.place
        self.board: Board | None = None
        self.rows: list[BoardRow] = []
        self.sorting = self.in_news = False
        self.lines: tuple[NewsLine, ...] = ()
        self.rung: frozenset[str] = frozenset()
        self.trouble = ""
        self.breadths: dict[str, BoardBreadth] = {}
        self.prompt = Prompt(host, self)
        self._identity: str | None = None
        self._asked = self._steps = 0
        self._busy = self._again = False
        self._last = False
        self._since = ""
        self._counted: tuple[Board, str] | None = None
        self._header, self._status = Panel(id="header"), Panel(id="status")
        self._hints, self._chart = Panel(id="hints"), Panel(id="rotation")
        self._instead = Panel(id="board-cover")
        self.grid, self.news = BoardGrid(CLOSES, id="rows"), Grid(_NEWS_COLUMNS, id="news")

    def compose(self) -> Iterator[Widget]:
        """The rows, or the rotation; what is new; status and hints."""
        yield self._header
        yield self.grid
        yield self._chart
        yield self._instead
        yield self.news
        yield self._status
        yield self._hints
        yield self.prompt

    def on_mount(self) -> None:
        """What was shown last at once, then what is held now."""
        self.place.left = False
        self.grid.quiet(False)
        if self.place.board is not None:
            self._take(self.place.board)
        self._show()
        self.ask_board()
        self.set_interval(_POLL, self._poll)

    def on_resize(self, event: events.Resize) -> None:
        """Other room: other columns, more or fewer news."""
        self._show()
        if self.lines:
            self._count()

    # -- the answer ------------------------------------------------------------------

    def ask_board(self, steps: int = 0) -> None:
        """Answer for every pair; while one answer is under way, only the newest question waits."""
        self._steps += steps
        if self._busy:
            self._again = True
            return
        self._busy, self._asked = True, self._asked + 1
        host, moved, self._steps = self.host, self._steps, 0
        question = host.question
        watched = host.config.pairs
        work = partial(
            answer_board, host.desk, self._asked, watched, question.basis, question.as_of, moved
        )
        host.background(lambda: self.post_message(work()), "board")

    def on_boarded(self, message: Boarded) -> None:
        """Show the newest answer."""
        self._busy = False
        if message.board is None:
            self.trouble = message.sentence
        else:
            self.trouble, self._identity = "", message.identity
            if message.board is not self.board:
                self.breadths = {}
            self._last = message.last == message.board.as_of
            self._take(message.board)
            if message.moved:
                self.host.question = replace(self.host.question, as_of=message.board.as_of)
        if self._again:
            self._again = False
            self.ask_board()
        self._show()
        self.host.boarded()
        self.set_timer(_CALM, partial(self._look_up, message.number))

    def _take(self, board: Board) -> None:
        """Rows in the order asked for, the cursor on the pair it was on."""
        self.board = self.place.board = board
        place = self.place
        self.rows = ordered(board.rows, place.key, falling=place.falling, breadths=self.breadths)

    def _look_up(self, number: int) -> None:
        """The rows stand still: look up what is new on them."""
        board = self.board
        if board is None or number != self._asked or self._busy or not self.is_current:
            return
        from tui.screen.board_news import look_up

        host, last = self.host, self._last
        host.background(lambda: self.post_message(look_up(host, board, last=last)), "news")

    def on_news_taken(self, message: NewsTaken) -> None:
        """Lines below the board, where they still belong to it."""
        if message.board is self.board:
            self.lines, self.rung, self._since = message.lines, message.rung, message.since
            self._show()
            self._count()

    def _count(self) -> None:
        """Count breadth where its columns are in sight and it is not known yet."""
        board = self.board
        room = self.size.width >= _BREADTH
        if board is None or not room or self._counted == (board, self.host.question.window):
            return
        self._counted = board, self.host.question.window
        from tui.screen.board_news import count_breadth

        host = self.host
        host.background(lambda: self.post_message(count_breadth(host, board)), "breadth")

    def on_breadth_taken(self, message: BreadthTaken) -> None:
        """Breadth beside the rows, where it still belongs to them."""
        if message.board is self.board and message.window == self.host.question.window.upper():
            self.breadths = message.breadths
            if self.breadths and self.grid.columns != COLUMNS:
                self.grid.set_columns(COLUMNS)
            self._take(message.board)
            self._show()

    def _poll(self) -> None:
        """Show pairs and closes that another process brought."""
        try:
            changed = self.host.desk.identity() != self._identity
        except OSError:
            changed = False
        if (
            follow_config(self.host) or (changed and self._identity is not None)
        ) and not self._busy:
            self.ask_board()

    # -- drawing ---------------------------------------------------------------------

    def _show(self) -> None:
        """Bring everything up to the board at hand."""
        if not self.is_mounted or not self.size:
            return
        width, height = self.size
        small = width < _LEAST[0] or height < _LEAST[1]
        covered = small or self.board is None or self.board.as_of is None
        rotation = self.place.rotation
        self.grid.display, self._chart.display = not (covered or rotation), rotation and not covered
        self._instead.display, self.news.display = covered, not covered and height >= 16
        self._header.display = self._status.display = self._hints.display = not small
        if self.news.display:
            room = height - 4 - len(self.rows)
            self.news.styles.height = min(max(room, _NEWS[0]), _NEWS[1])
        self.settle()
        self._instead.show(lambda width, height: self._covered(width, height, small=small))
        self._header.show(lambda width, height: [self._head(width)])
        if not covered:
            self._show_rows()
            self._chart.show(self._rotation)
            self._show_news()
        self.show_status()
        self._show_hints()

    def _show_rows(self) -> None:
        place, rows = self.place, self.rows
        spark = next((p.width for p in self.grid.placed if p.column.key == "spark"), 0)
        assert self.board is not None
        cells = BoardCells(
            rows,
            grouped=place.key == "group",
            rung=self.rung,
            spark=spark,
            as_of=self.board.as_of,
            breadths=self.breadths,
        )
        keys: list[Hashable] = [row.pair.name for row in rows]
        self.grid.sort_key, self.grid.reverse = place.key, place.falling
        self.grid.words_at = cells.words
        self.grid.fill(len(rows), cells, keys)
        if place.pair in keys:
            self.grid.cursor_row = keys.index(place.pair)

    def _show_news(self) -> None:
        lines = self.lines
        title = f"{len(lines):,} lines: new since {self._since}" if self._since else "new"
        self.news.set_columns([*_NEWS_COLUMNS[:2], replace(_NEWS_COLUMNS[2], title=title)])

        def cell(row: int, key: str) -> str:
            return str(getattr(lines[row], key))

        empty = "Nothing new." if self._since else "looking for what is new …"
        self.news.fill(len(lines), cell, empty=empty)

    def _head(self, width: int) -> Line:
        """What the board shows, on which basis and to when."""
        board, question = self.board, self.host.question
        line: Line = [(" Board", "bold")]
        parts = [BASIS[question.basis]]
        if board is not None and board.as_of is not None:
            last = " (last)" if self._last else ""
            parts.append(f"as of {formats.date_text(board.as_of)}{last}")
        key = self.place.key
        if key != "group" or self.place.falling:
            parts.append(
                f"by {ORDERS[key][1]}, {'largest' if self.place.falling else 'smallest'} first"
            )
        parts.append(f"opens {question.window}")
        tail: Line = [("SIMULATED ", "mark")] if self.host.desk.simulated else []
        room = width - 6 - len("SIMULATED ") * bool(tail)
        for part in parts:
            if len(part) + 3 <= room:
                line.append((f"  {part}", "" if part != parts[0] else "bold"))
                room -= len(part) + 2
        return [*line, (" " * max(room, 1), ""), *tail] if tail else line

    def _covered(self, width: int, height: int, *, small: bool) -> Drawing:
        """In place of the rows: too small, nothing held, or nothing yet."""
        if small:
            return too_small(width, height)
        sentence = self.trouble
        if not sentence and self.board is None:
            return []
        if not sentence:
            sentence = "no closes of any pair of the board are held"
        keys = self.host.keys
        key, back = commands.shown(keys["import"][0]), commands.shown(keys["back"][0])
        steps = f"{back} leads to the panes, where {key} imports a file and r fetches"
        return [[], *([(" ", ""), *line] for line in wrapped(f"{sentence}; {steps}.", width - 2))]

    def _rotation(self, width: int, height: int) -> Drawing:
        return rotation_drawing(self.rows, self.place.pair, width, height)

    def show_status(self) -> None:
        """Draw the status line: what is said, or what the row under the cursor has to say."""
        message, kind = self.host.status()
        if self.prompt.is_open:
            message, kind = self.prompt.advice, "error" * self.prompt.wrong
        elif self.board is None and not self.trouble:
            message, kind = READING, "busy"
        self._status.show(lambda width, height: [status(message, kind, (), width)])

    def _show_hints(self) -> None:
        if self.sorting:
            letters = "  ".join(f"{letter} {words}" for letter, words in ORDERS.values())
            self._hints.show(lambda width, height: [[(f" by:  {letters}  esc", "bold")]])
            return
        keys = self.host.keys
        self._hints.show(lambda width, height: [_hints(keys, width)])

    def said(self) -> None:
        """The app has something else to say."""
        if self.is_mounted:
            self.show_status()

    # -- keys ------------------------------------------------------------------------

    def took(self, event: events.Event) -> bool:
        """While something is typed, keys are text; after the sort key, one is a letter."""
        if isinstance(event, events.Key) and self.prompt.is_open:
            self.prompt.key(event)
        elif isinstance(event, events.Paste) and self.prompt.is_open:
            self.prompt.insert(event.text)
        elif isinstance(event, events.Key) and self.sorting:
            self._sort_letter(event.character)
        else:
            return False
        return True

    @property
    def row(self) -> BoardRow | None:
        """The row under the cursor."""
        return self.rows[self.grid.cursor_row] if self.rows else None

    def on_line_table_highlighted(self, message: Grid.Highlighted) -> None:
        """The cursor is on another pair."""
        if message.table is self.grid:
            self.place.pair = f"{message.key}"
            if self.place.rotation:
                self._chart.show(self._rotation)

    def on_line_table_chosen(self, message: Grid.Chosen) -> None:
        """A click on the row the cursor is on."""
        self.in_news = message.table is self.news
        self.action_open()

    def on_line_table_header_clicked(self, message: Grid.HeaderClicked) -> None:
        """A click on a heading sorts by it; a second one turns the order."""
        if message.table is self.grid and message.key in ORDERS:
            self.sort_by(message.key)

    def action_move(self, how: str) -> None:
        """Move the cursor."""
        moves = {"down": "cursor_down", "up": "cursor_up"}
        table = self.news if self.in_news else self.grid
        getattr(table, f"action_{moves.get(how, how)}")()

    def action_side(self) -> None:
        """From the rows to the news, and back."""
        if self.in_news or (self.news.display and self.lines):
            self.in_news = not self.in_news
            self.grid.quiet(self.in_news)
            self.news.quiet(not self.in_news)

    def action_open(self) -> None:
        """The pair under the cursor, on the panes."""
        name = self.row.pair.name if self.row is not None else ""
        if self.in_news and self.lines:
            name = self.lines[self.news.cursor_row].pair
        if name:
            # an alert may be of one index alone
            small, _, large = name.partition(":")
            other = large or small
            asked = replace(self.host.question, small=small, large=other, without=())
            self._open(replace(asked, alone=not large))

    def _open(self, question: Question) -> None:
        host, self.place.left = self.host, True
        self.place.pair = ":".join(question.funds)
        self.app.pop_screen()
        shown = host.snapshot
        if shown is None or shown.question != question or host.absent:
            host.ask(question)

    def action_back(self) -> None:
        """Clear what is said, then leave for the panes."""
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
        """The rotation in place of the table, and back."""
        self.place.rotation = not self.place.rotation
        self._show()

    def action_sort(self) -> None:
        """The next key is the letter of a column."""
        self.sorting = True
        self._show_hints()

    def _sort_letter(self, letter: str | None) -> None:
        self.sorting = False
        self._show_hints()
        key = next((key for key, (known, _) in ORDERS.items() if known == letter), None)
        if key is not None:
            self.sort_by(key)

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
            self._take(self.board)
            self._show()

    def action_step(self, sessions: int) -> None:
        """As of a session later or earlier."""
        self.ask_board(sessions)

    def action_home(self) -> None:
        """As of the last session with closes."""
        self.ask(replace(self.host.question, as_of=None))

    def action_basis(self) -> None:
        """Price return, or total return."""
        question = self.host.question
        self.ask(replace(question, basis="tr" if question.basis == "pr" else "pr"))

    def action_window(self, step: int) -> None:
        """The window that a pair is opened with."""
        question = self.host.question
        label = question.window.upper()
        place = STEPS.index(label) + step if label in STEPS else STEPS.index("YTD")
        if 0 <= place < len(STEPS):
            self.host.question = replace(question, window=STEPS[place])
            self.breadths = {}
            self._show()
            self._count()

    def action_explain(self) -> None:
        """How the figures of the row, or of the rotation, came about."""
        from tui.panes.board_explain import BoardExplainScreen

        if self.row is not None:
            self.app.push_screen(BoardExplainScreen(self.row, self.place.rotation, self.host))

    def action_copy(self, whole: bool) -> None:
        """Copy the row, or all of them, to the terminal's clipboard."""
        grid = self.news if self.in_news else self.grid
        rows = range(grid.row_count) if whole else range(grid.cursor_row, grid.cursor_row + 1)
        if not grid.row_count:
            self.host.tell("there is nothing to copy here")
            return
        self.app.copy_to_clipboard(safe_lines(grid.texts(rows)))
        self.host.tell(f"copied {len(rows):,} row{'s' * (len(rows) > 1)}")

    def action_alerts(self) -> None:
        """The alerts that are set."""
        from tui.panes.alerts import AlertsScreen

        self.app.push_screen(AlertsScreen(self.host, self.host.ringer))

    # -- the command line ------------------------------------------------------------

    def action_command(self) -> None:
        """Type a command."""
        self.prompt.open(":", "")

    def set_prompt(self, shown: bool) -> None:
        """The prompt in place of the hints, or the hints."""
        self.prompt.display, self._hints.display = shown, not shown

    def ask(self, question: Question) -> None:
        """Another date or basis is the board's, too; another pair is opened."""
        host = self.host
        if (question.pair, question.alone) != (host.question.pair, host.question.alone):
            self._open(question)
            return
        other = (question.as_of, question.basis) != (host.question.as_of, host.question.basis)
        host.question = question
        if other:
            self.ask_board()
        self._show()

    def edit_pairs(self, edit: EditPairs) -> None:
        """Change the watch list in the config file, and read it at once."""
        if edit_pairs(self.host, edit):
            self.ask_board()

    def set_filter(self, wanted: Filter | None) -> None:
        """Nothing is filtered here."""

    def show_theme(self, name: str) -> None:
        """Themes are of names: say where those are."""
        self.host.tell("themes are of names: open a pair first", error=True)

    def obey(self, command: str, words: str) -> None:
        """A command of the line that takes words: all but help are of a pair."""
        if command == "help":
            from tui.panes.help import HelpScreen

            self.app.push_screen(HelpScreen(self.host.keys, words))
            return
        self.host.tell(f":{command} is of a pair: open one first", error=True)

    def watch_pair(self, place: int) -> None:
        """A pair of the watch list by its place, from 0."""
        small, large = self.host.config.pairs[place]
        question = self.host.question
        self._open(replace(question, small=small, large=large, alone=False, without=()))

    def add_fund(self, words: str) -> None:
        """A fund for the user's own list, as typed after ``fund add``."""
        main = self.app.screen_stack[0]
        if isinstance(main, FourPanes):
            main.add_fund(words)


def _hints(keys: Any, width: int) -> Line:
    """Keys that do something here; help and quit stay when the others do not fit."""
    both = {"later": ("earlier", "later"), "longer": ("shorter", "longer")}
    pairs = [
        (" ".join(commands.shown(keys[one][0]) for one in both.get(name, (name,))), words)
        for name, words in _HINTS
    ]
    while len(pairs) > 3 and sum(len(key) + len(words) + 3 for key, words in pairs) > width:
        del pairs[-4]
    line: Line = [(" ", "")]
    for key, words in pairs:
        line += [(key, "bold"), (f" {words}  ", "dim")]
    return [*line[:-1], (line[-1][0].rstrip(), "dim")]
