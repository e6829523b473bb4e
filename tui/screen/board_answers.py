"""The board's answers, made in the background: rows, news about them, and breadth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events

from tui.panes.board_rows import ORDERS, ordered
from tui.screen.board_page import BoardPage
from tui.workers.boards import Boarded, answer_board, follow_config

if TYPE_CHECKING:
    from core.answer.board import Board
    from tui.screen.board_news import BreadthTaken, NewsTaken
    from tui.screen.workbench import Workbench

#: Seconds between two looks for other data, and after which a row that stands still is read up.
_POLL: Final = 2.0
_CALM: Final = 0.15
#: From this width on there is room for a column of breadth.
_BREADTH: Final = 118


class BoardAnswers(BoardPage, inherit_bindings=False):
    """A page of the board that asks for its answers in threads, and shows the newest."""

    def __init__(self, host: Workbench) -> None:
        super().__init__(host)
        self._identity: str | None = None
        self._newest_number = self._steps = 0
        self._busy = self._again = False
        self._counted: tuple[Board, str] | None = None
        #: The market and the pairs that a refresh was priced for.
        self._priced: object = None

    def on_mount(self) -> None:
        """Show the rows of last time at once, then ask for those of the stored data."""
        self.place.pair_opened = False
        if self.place.key not in ORDERS:
            self.place.key = "group"
        self.grid.quiet(False)
        if self.place.board is not None:
            self.take_rows(self.place.board)
        self.show()
        self.ask_board()
        self.set_interval(_POLL, self._poll)

    def on_resize(self, event: events.Resize) -> None:
        """Choose columns and news anew for the new size."""
        self.show()
        if self.lines:
            self.ask_breadth()

    def ask_board(self, steps: int = 0) -> None:
        """Answer for every pair; while one answer is under way, only the newest question waits."""
        self._steps += steps
        if self._busy:
            self._again = True
            return
        self._busy, self._newest_number = True, self._newest_number + 1
        host, moved, self._steps = self.host, self._steps, 0
        question = host.question
        watched = host.config.pairs
        work = partial(
            answer_board,
            host.desk,
            self._newest_number,
            watched,
            question.basis,
            question.as_of,
            moved,
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
            self.last = message.last == message.board.as_of
            self.take_rows(message.board)
            if message.moved:
                self.host.question = replace(self.host.question, as_of=message.board.as_of)
        if self._again:
            self._again = False
            self.ask_board()
        self.show()
        self.host.boarded()
        priced = (self._identity, self.host.config.pairs)
        if self._priced != priced:
            self._priced = priced
            self.host.price_board()
        self.set_timer(_CALM, partial(self._look_up, message.number))

    def take_rows(self, board: Board) -> None:
        """Show rows in the chosen order, with the cursor on the pair it was on."""
        self.board = self.place.board = board
        place = self.place
        self.rows = ordered(board.rows, place.key, falling=place.falling, breadths=self.breadths)

    def _look_up(self, number: int) -> None:
        """The rows stand still: look up what is new on them."""
        board = self.board
        if board is None or number != self._newest_number or self._busy or not self.is_current:
            return
        from tui.screen.board_news import look_up

        host, last = self.host, self.last
        host.background(lambda: self.post_message(look_up(host, board, last=last)), "news")

    def on_news_taken(self, message: NewsTaken) -> None:
        """Lines below the board, where they still belong to it."""
        if message.board is self.board:
            rung, self.rung = self.rung, message.rung
            self.lines, self.since = message.lines, message.since
            if self.in_news and not self.lines:
                self.turn_to_news(False)
            if rung != self.rung:
                self.show()
            else:
                self._show_news()
            self.ask_breadth()

    def ask_breadth(self) -> None:
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
        if message.board is not self.board or message.window != self.host.question.window.upper():
            return
        counted = bool(message.breadths)
        if message.breadths != self.breadths or counted != self.with_breadth:
            self.breadths, self.with_breadth = message.breadths, counted
            self.take_rows(message.board)
            self.show()

    def _poll(self) -> None:
        """Show pairs and closes that another process stored."""
        try:
            changed = self.host.desk.identity() != self._identity
        except OSError:
            changed = False
        if (
            follow_config(self.host) or (changed and self._identity is not None)
        ) and not self._busy:
            self.ask_board()
