"""The question of the screen, and the snapshot that answers it.

From a thread only messages cross. A failure leaves the last good snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from cache.facts.errors import CacheError
from tui.host.board_place import BoardPlace
from tui.host.scene import Scene, Side
from tui.screen.main import MainScreen
from tui.screen.question_keys import asks_another
from tui.terminal.fitted import FittedApp
from tui.widgets.stage import SizedScreen
from tui.workers.answers import Underway, answer

if TYPE_CHECKING:
    from textual.screen import Screen

    from core.answer.snapshot import Snapshot
    from core.data.market import Market
    from core.data.question import Question
    from tui.host.messages import DeskLike, Failed, Taken
    from tui.state.config import Config


class AnsweringApp(FittedApp, inherit_bindings=False):
    """An app that answers questions in threads, and shows the newest answer.

    Args:
        desk: where data comes from.
        config: settings.
        question: what to open with.
        now: the clock.
    """

    def __init__(
        self, desk: DeskLike, config: Config, question: Question, now: Callable[[], datetime]
    ) -> None:
        super().__init__(config.wire)
        self.desk, self.config, self.question, self.now = desk, config, question, now
        self.snapshot: Snapshot | None = None
        self.market: Market | None = None
        self.seat = desk.memory.seat()
        self.first: Side = self.seat.first
        self.marked: dict[str, None] = {}
        self.error, self.notice = "", ""
        self.failed: Failed | None = None
        self.absent = False
        seat = self.seat
        self.place = BoardPlace(seat.board_pair, seat.board_key, seat.board_falling)
        self.underway = Underway()
        self._steps = 0
        self._identity: str | None = None
        #: Paints nothing while it is open.
        self._paint_hold = ExitStack()

    @property
    def open_screens(self) -> Sequence[Screen[Any]]:
        """The screens, the lowest first; none once the app ends and takes them down."""
        return self.screen_stack if self.is_running else ()

    @property
    def main(self) -> MainScreen | None:
        """The screen of the four panes, None before it is there and once the app ends."""
        lowest = next(iter(self.open_screens), None)
        return lowest if isinstance(lowest, MainScreen) and lowest.is_mounted else None

    @property
    def scene(self) -> Scene | None:
        """Return the scene that the panes draw, None before the first answer."""
        if self.snapshot is None or self.market is None or self.absent:
            return None
        return Scene(self.snapshot, self.market, self.first, frozenset(self.marked))

    @property
    def between_pairs(self) -> bool:
        """Whether another pair than the one that is shown has been asked for, and is to come."""
        shown = None if self.snapshot is None else self.snapshot.question.funds
        return bool(self.underway.open) and shown not in (None, self.question.funds)

    def ask(self, question: Question) -> None:
        """Answer another question; what is on the screen stays until it is answered."""
        self.notice = self.error = ""
        self._ask(question)

    def _ask(self, question: Question) -> None:
        self.question = question
        number = self.underway.begin(question)
        if number is not None:
            work = partial(answer, self.desk, number, question)
            self.background(lambda: self.post_message(work()), "take")
            self.say()

    @property
    def top_screen(self) -> SizedScreen | None:
        """The screen that is seen, where it fits the terminal's size; None once the app ends."""
        top = next(reversed(self.open_screens), None)
        return top if isinstance(top, SizedScreen) else None

    def again(self) -> None:
        """Answer the same question anew; what was shown stays."""
        self._ask(self.question)
        self.say()

    def _mark_answered(self, number: int) -> bool:
        """A question was answered; True where none that is newer was before it."""
        newest, waiting = self.underway.end(number)
        if waiting is not None:
            self._ask(waiting)
        return newest

    def on_taken(self, message: Taken) -> None:
        """Show an answer, unless a newer one is shown."""
        if not self._mark_answered(message.number):
            return
        old, self.snapshot, self.market = self.snapshot, message.snapshot, message.market
        old_question = None if old is None else old.question
        if self.failed is not None and self.error == self.failed.sentence:
            self.error = ""
        self.failed, self.absent = None, False
        self._identity = message.identity
        self.window.say(message.snapshot)
        for remark in message.snapshot.remarks if message.snapshot.question != old_question else ():
            self.tell(remark, error=True)
        self._paint(to_top=asks_another(old_question, message.snapshot.question))
        if (top := self.top_screen) is not None:
            top.answered()
        # what nobody looks at yet waits until this is painted
        self.call_after_refresh(self._follow, old, message.snapshot)
        self.say()

    def on_failed(self, message: Failed) -> None:
        """Say why there is no answer; the last one stays."""
        if not self._mark_answered(message.number):
            return
        if self.error in ("", "" if self.failed is None else self.failed.sentence):
            # What was said of a refresh comes first: the panes say this one too.
            self.error = message.sentence
        self.failed, self._steps = message, 0
        if self.snapshot is None:
            self._identity = self._on_disk()
            self._look_up_cost(message.question)
        elif message.lacking and self._watches_another(message.question):
            self.error, self.absent = "", True
            self._look_up_cost(message.question)
        elif not self.underway.open:
            # What is shown is what the next key changes.
            self.question = self.snapshot.question
        self._paint()
        self.say()

    def _paint(self, *, to_top: bool = False) -> None:
        """Draw the screen now, or as soon as it is mounted, and delay nothing any more."""
        if self.main is not None:
            self.main.show(to_top=to_top)
        elif isinstance(lowest := next(iter(self.open_screens), None), MainScreen):
            # not mounted yet it has no room: its tables would be drawn for none, and seen so
            lowest.call_later(self._paint)
            return
        self._paint_hold.close()

    def _paint_without(self) -> None:
        """Draw the screen without an answer, where the first one is slow."""
        if self.snapshot is None:
            if self.main is not None:
                self.main.unfold()
            self._paint()

    def _watches_another(self, question: Question) -> bool:
        """Whether a question is about a pair of the watch list other than the one shown."""
        pair = (question.small, question.large)
        pair_shown = self.snapshot and (self.snapshot.question.small, self.snapshot.question.large)
        listed = pair in self.config.pairs or self.place.pair == ":".join(pair)
        return pair != pair_shown and listed

    def come_back(self) -> None:
        """Return from a pair without data to what was shown before it."""
        if self.snapshot is not None:
            self.absent, self.failed = False, None
            self.ask(self.snapshot.question)
            if self.main is not None:
                self.main.show()

    def step(self, sessions: int) -> None:
        """Ask again as of some sessions later or earlier than last."""
        if self.market is None and self.failed is None:
            # pressed before the sessions are known: taken up when they are
            self._steps += sessions
        if self.snapshot is None or self.market is None or self.absent:
            return
        from core.answer.snapshot import stepped

        snapshot = self.snapshot
        if self.question.as_of is not None:
            snapshot = replace(snapshot, as_of=self.question.as_of)
        question = stepped(self.question, self.market, snapshot, sessions)
        if question.as_of == snapshot.as_of:
            self.tell(
                f"{question.as_of} is the {'last' if sessions > 0 else 'first'} session with closes"
            )
            return
        self.ask(question)

    def _on_disk(self) -> str | None:
        try:
            return self.desk.identity()
        except (CacheError, OSError):
            return self._identity

    def background(
        self, work: Callable[[], Any], group: str, *, thread: bool = True
    ) -> Worker[Any]:
        """Do something in the background: a function in a thread, or a coroutine in the loop."""
        return self.run_worker(
            work, group=group, description=group, thread=thread, exit_on_error=not thread
        )

    def tell(self, sentence: str, *, error: bool = False) -> None:
        """Say something in the status line."""
        self.notice, self.error = ("", sentence) if error else (sentence, self.error)
        self.say()

    def dismiss(self) -> None:
        """Remove the message of an earlier command; the reason for a missing answer stays."""
        self.notice = ""
        if self.failed is None or self.error != self.failed.sentence:
            self.error = ""
        self.say()

    def say(self) -> None:
        """Bring the status line up to date."""
        if self.main is not None:
            self.main.show_status()
            if (top := self.top_screen) is not None:
                top.status_changed()

    # -- what the app does besides ---------------------------------------------------

    def _follow(self, old: Snapshot | None, new: Snapshot) -> None:
        """Act on an answer that is now on the screen."""
        raise NotImplementedError

    def _look_up_cost(self, question: Question) -> None:
        """Find out what a refresh for this question would cost."""
        raise NotImplementedError
