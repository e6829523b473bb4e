"""The board's page as it is drawn: header, rows or rotation, what is new, status and hints."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.widget import Widget

from core.note.phrase import several
from tui.command import commands
from tui.panes.board_frame import head, hint_line, news_height
from tui.panes.board_rotation import drawing as rotation_drawing
from tui.panes.board_rows import CLOSES, ORDERS, BoardCells, columns_for, lit_cells
from tui.panes.frame import LEAST, READING, status, too_small
from tui.panes.sheet import Panel
from tui.panes.wording import wrapped
from tui.screen.prompt_screen import PromptScreen
from tui.text.spans import inset
from tui.widgets.deferred import Deferred
from tui.widgets.line_table import LineTable
from tui.widgets.table_columns import TableColumn

if TYPE_CHECKING:
    from core.answer.board import Board, BoardRow
    from core.answer.board_breadth import BoardBreadth
    from tui.screen.board_news import NewsLine
    from tui.screen.workbench import Workbench
    from tui.text.spans import Drawing, Line

_NEWS_COLUMNS: Final = (
    TableColumn("sign", "", 1, style="mark"),
    TableColumn("pair", "pair", 9, style="bold"),
    TableColumn("text", "", 20, max_width=200),
)


class BoardGrid(LineTable):
    """The rows, as `BoardCells` draws them."""

    cells: BoardCells

    @property
    def lit_cells(self) -> int:
        """The pair and its group."""
        return lit_cells(self.placed)

    def _row(self, row: int) -> Line:
        return self.cells.line(row, self.placed, self.line_width, pointed=self._pointed(row))


class BoardPage(PromptScreen, inherit_bindings=False):
    """What the board shows, laid out and drawn for the size at hand.

    Attributes:
        place: where a person is on the board: order, pair, table or rotation.
        in_news: keys go to what is new, and not to the rows.
        board: the answer shown, None before the first.
        rows: of the board, in the order asked for.
        last: the board is of the last session with closes.
        lines: what is new.
        since: since when, "" where there is nothing to compare with; None before it is known.
        rung: names of the pairs of which an alert holds.
        trouble: why there is no board, "" where there is one.
        breadths: name of a pair -> its breadth, empty where not counted.
        with_breadth: its columns are shown, empty while it is counted anew.
    """

    DEFAULT_CSS = """
    BoardPage {
        #rows { height: 1fr; width: 1fr; }
        #rotation { height: 1fr; width: 1fr; display: none; }
        #news { height: 5; width: 1fr; scrollbar-size-vertical: 0; }
        #board-cover { height: 1fr; width: 1fr; display: none; }
    }
    """

    def __init__(self, host: Workbench) -> None:
        super().__init__(host)
        self.place = host.place
        self.board: Board | None = None
        self.rows: list[BoardRow] = []
        self.last = self.with_breadth = False
        self.lines: tuple[NewsLine, ...] = ()
        self.since: str | None = None
        self.in_news = False
        self.deferred = Deferred(self._listed)
        self._drawn = False
        #: The lines in the table below the rows, and since when they are new.
        self._news_shown: tuple[tuple[NewsLine, ...], str | None] | None = None
        self.rung: frozenset[str] = frozenset()
        self.trouble = ""
        self.breadths: Mapping[str, BoardBreadth] = {}
        self._chart, self._cover_panel = Panel(id="rotation"), Panel(id="board-cover")
        self.grid, self.news = BoardGrid(CLOSES, id="rows"), LineTable(_NEWS_COLUMNS, id="news")

    def compose(self) -> Iterator[Widget]:
        """The rows, or the rotation; what is new; status and hints."""
        yield self._header
        yield self.grid
        yield self._chart
        yield self._cover_panel
        yield self.news
        yield self._status
        yield self._hints

    def show(self) -> None:
        """Bring everything up to the board at hand."""
        if not self.is_mounted or not self.size:
            return
        width, height = self.size
        small = width < LEAST[0] or height < LEAST[1]
        covered = small or self.board is None or self.board.as_of is None
        rotation = self.place.rotation
        self.grid.display, self._chart.display = not (covered or rotation), rotation and not covered
        news = news_height(height, len(self.rows))
        self._cover_panel.display, self.news.display = covered, bool(news) and not covered
        self._header.display = self._status.display = not small
        self._hints.display = not (small or self.prompt.is_open)
        if self.news.display:
            self.news.styles.height = news
        self.settle()
        self._cover_panel.show(lambda width, height: self._draw_cover(width, height, small=small))
        self._header.show(self._draw_head)
        if not covered:
            self._show_rows()
            self._chart.show(self._rotation)
            self._show_news()
        self.show_status()
        self._show_hints()
        self._drawn = small or self.board is not None or bool(self.trouble)
        self.go_on()

    def _listed(self) -> bool:
        """Whether the table that keys go to has its rows."""
        return self._drawn and (self.since is not None or not self.in_news)

    def turn_to_news(self, news: bool) -> None:
        """Let keys go to what is new, or to the rows."""
        self.in_news = news
        self.grid.quiet(news)
        self.news.quiet(not news)

    def _show_rows(self) -> None:
        place, rows = self.place, self.rows
        assert self.board is not None
        self.grid.set_columns(columns_for(rows, breadth=self.with_breadth))
        cells = BoardCells(
            rows,
            grouped=place.key == "group",
            rung=self.rung,
            spark=self.grid.width_of("spark"),
            as_of=self.board.as_of,
            breadths=self.breadths,
        )
        keys: list[Hashable] = [row.pair.name for row in rows]
        self.grid.sort_key, self.grid.reverse = place.key, place.falling
        self.grid.cells = cells
        self.grid.set_rows(len(rows), cells, keys)
        if place.pair in keys:
            self.grid.cursor_row = keys.index(place.pair)

    def _show_news(self) -> None:
        lines = self.lines
        news = lines, self.since
        if news == self._news_shown:
            return
        self._news_shown = news
        title = f"{several(len(lines), 'line')}: new since {self.since}" if self.since else "new"
        self.news.set_columns([*_NEWS_COLUMNS[:2], replace(_NEWS_COLUMNS[2], title=title)])

        def cell(row: int, key: str) -> str:
            return str(getattr(lines[row], key))

        empty = "looking for what is new …" if self.since is None else "Nothing new."
        self.news.set_rows(len(lines), cell, empty=empty)
        self.go_on()

    def _draw_head(self, width: int, height: int) -> Drawing:
        question, simulated = self.host.question, self.host.desk.simulated
        return [head(self.board, question, self.place, width, last=self.last, simulated=simulated)]

    def _draw_cover(self, width: int, height: int, *, small: bool) -> Drawing:
        """Draw what stands in place of the rows: too small, nothing stored, or nothing yet."""
        if small:
            return too_small(width, height)
        if not self.trouble and self.board is None:
            return []
        sentence = self.trouble or "no closes of any pair of the board are stored"
        keys = self.host.keys
        fetch, key, back = (commands.key_label(keys[n][0]) for n in ("refresh", "import", "back"))
        steps = f"{fetch} fetches them; {back} leads to the panes, where {key} imports a file"
        return [[], *inset(wrapped(f"{sentence}; {steps}.", width - 2))]

    def _rotation(self, width: int, height: int) -> Drawing:
        return rotation_drawing(self.rows, self.place.pair, width, height)

    def show_status(self) -> None:
        """Draw the status line: the app's message, or the prompt's."""
        message, kind = self.host.status(board=True)
        if self.prompt.is_open:
            message, kind = self.prompt.advice, "error" * self.prompt.wrong
        elif self.board is None and not self.trouble:
            message, kind = READING, "busy"
        self._status.show(lambda width, height: [status(message, kind, (), width)])

    def _show_hints(self) -> None:
        if self.sorting:
            letters = "  ".join(f"{letter} {words}" for letter, words in self.sorts.values())
            self._hints.show(lambda width, height: [[(f" by:  {letters}  esc", "bold")]])
            return
        keys = self.host.keys
        self._hints.show(lambda width, height: [hint_line(keys, width)])

    def status_changed(self) -> None:
        """Draw the status line anew: the app's message has changed."""
        if self.is_mounted:
            self.show_status()

    @property
    def sorts(self) -> Mapping[str, tuple[str, str]]:
        """The columns of the board."""
        return ORDERS
