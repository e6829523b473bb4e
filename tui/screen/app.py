"""The app: the question, the snapshot that answers it, and what happens in the background.

From a thread only messages cross. A failure leaves the last good snapshot.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.worker import Worker

from cache.facts.errors import CacheError
from tui.command.keys import keys_of
from tui.host.board_place import BoardPlace
from tui.host.scene import Scene, Side
from tui.panes.frame import READING
from tui.screen import later
from tui.screen.asking import asks_another
from tui.screen.main import MainScreen
from tui.terminal import fitting, leaving
from tui.terminal.fitted import FittedApp
from tui.text.spans import Characters
from tui.text.themes import THEMES
from tui.widgets.drawing import Painter
from tui.widgets.stage import SizedScreen
from tui.workers.answers import Underway, answer
from tui.workers.bringing import Bringer
from tui.workers.live import Live
from tui.workers.refreshing import Refresher

if TYPE_CHECKING:
    from textual.screen import Screen

    from core.answer.snapshot import Snapshot
    from core.data.market import Market
    from core.data.question import Question
    from tui.alerts.ringing import AlertReply, Rang, Ringer
    from tui.host.messages import Cost, DeskLike, Failed, Previewed, Taken
    from tui.state.config import Config
    from tui.workers.recall import Recall

#: Seconds between two looks for a new generation, and between two looks at the clock.
POLL, CLOCK = 2.0, 60.0
#: Seconds the first answer may take before the screen is painted without it.
PATIENCE = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


class InternalsApp(FittedApp, inherit_bindings=False):
    """How far two indices have parted, who did it, and how broad it was.

    Args:
        desk: where data comes from.
        config: settings.
        question: what to open with.
        now: the clock.
    """

    TITLE = "internals"
    CSS_PATH = "app.tcss"

    def __init__(
        self,
        desk: DeskLike,
        config: Config,
        question: Question,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__(config.wire)
        self.desk, self.config, self.question, self.now = desk, config, question, now
        self.keys: Mapping[str, tuple[str, ...]] = keys_of(config.keys)
        self.snapshot: Snapshot | None = None
        self.market: Market | None = None
        self.seat = desk.memory.seat()
        self.first: Side = self.seat.first
        self.marked: dict[str, None] = {}
        self.error, self.notice = "", ""
        self.failed: Failed | None = None
        self.absent = False
        self.place = BoardPlace()
        self.underway = Underway()
        self.refresher, self.bringer = Refresher(self), Bringer(self)
        self.live, self.wants_demo = Live(self), False
        self._board_first = config.board_first and not question.alone
        self._opened, self._steps = now(), 0
        self.rung = ""
        self._identity: str | None = None
        self._followed: str | None = None
        #: Paints nothing while it is open.
        self._paint_hold = ExitStack()
        self._watched = False
        #: What is said first.
        self.greeting = ""
        Painter.ascii_only = Characters.ascii_only = config.ascii
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = config.theme
        self.set_keymap(dict(config.keys))

    def get_default_screen(self) -> Screen[Any]:
        """The four panes."""
        return MainScreen(self)

    @cached_property
    def recall(self) -> Recall:
        """What was seen before."""
        from tui.workers.recall import Recall

        return Recall(self)

    @cached_property
    def ringer(self) -> Ringer:
        """The alerts."""
        from tui.alerts.ringing import Ringer

        return Ringer(self, self._opened)

    @property
    def main(self) -> MainScreen | None:
        """The screen of the four panes, None before it is there."""
        screen = self.screen_stack[0] if self.screen_stack else None
        return screen if isinstance(screen, MainScreen) and screen.is_mounted else None

    @property
    def scene(self) -> Scene | None:
        """Return the scene that the panes draw, None before the first answer."""
        if self.snapshot is None or self.market is None or self.absent:
            return None
        return Scene(self.snapshot, self.market, self.first, frozenset(self.marked))

    def on_mount(self) -> None:
        """Ask the first question; from then on look for data that others brought."""
        if fitting.framed(self):
            # the frame stands on the terminal: what is painted first is the answer
            self._paint_hold.enter_context(self.batch_update())
            self.set_timer(PATIENCE, self._paint_without)
        if self._board_first:
            from tui.screen.board_screen import BoardScreen

            self.push_screen(BoardScreen(self))
        else:
            self.ask(self.question)
        leaving.on_signals(self._leave, partial(fitting.give_back, self))
        self._watched = not self.is_headless and not leaving.terminal_gone()
        # After a stop and a continue the terminal has forgotten the screen.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.set_timer(POLL, self._settle_down)
        self.set_interval(POLL, self.poll)
        self.set_interval(CLOCK, self._each_minute)
        self.app_resume_signal.subscribe(self, lambda _: self.window.take(self.snapshot))
        if self.greeting:
            self.tell(self.greeting)
        if self.config.watch:
            self.live.toggle()
        if self.config.refresh_on_open:
            self.refresh_data(full=False)

    def _settle_down(self) -> None:
        """The start is over: remember it, load what keys will need, look for garbage again."""
        self._remember()
        fitting.collect_from_here()
        if not self.is_headless:
            self.background(later.load, "later")

    async def on_event(self, event: events.Event) -> None:
        """While something is typed, keys are text; after the sort key, one is a letter."""
        main = self.main
        if main is None or event.is_forwarded:
            await super().on_event(event)
        elif isinstance(self.screen, SizedScreen) and self.screen.took(event):
            return
        elif self.screen is not main:
            await super().on_event(event)
        elif isinstance(event, events.Key) and main.prompt.is_open:
            main.prompt.key(event)
        elif isinstance(event, events.Paste) and main.prompt.is_open:
            main.prompt.insert(event.text)
        elif isinstance(event, events.Key) and main.sorting:
            main.sort_letter(event.character)
        else:
            await super().on_event(event)

    # -- questions -------------------------------------------------------------------

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

    def again(self) -> None:
        """Answer the same question anew; what was told stays."""
        self._ask(self.question)
        self.say()

    def _done(self, number: int) -> bool:
        """A question was answered; True where none that is newer was before it."""
        newest, waiting = self.underway.end(number)
        if waiting is not None:
            self._ask(waiting)
        return newest

    def on_taken(self, message: Taken) -> None:
        """Show an answer, unless a newer one is shown."""
        if not self._done(message.number):
            return
        old, self.snapshot, self.market = self.snapshot, message.snapshot, message.market
        asked = None if old is None else old.question
        if self.failed is not None and self.error == self.failed.sentence:
            self.error = ""
        self.failed, self.absent = None, False
        self._identity = message.identity
        self.window.say(message.snapshot)
        for remark in message.snapshot.remarks if message.snapshot.question != asked else ():
            self.tell(remark, error=True)
        self._paint()
        if self.main is not None and asks_another(asked, message.snapshot.question):
            self.main.to_top()
        # what nobody looks at yet waits until this is painted
        self.call_after_refresh(self._follow, old, message.snapshot)
        self.say()

    def boarded(self) -> None:
        """The board has its rows: at the start the panes' answer comes after them."""
        self._paint_hold.close()
        if self._board_first:
            self._board_first = False
            self.call_after_refresh(self.ask, self.question)

    def _follow(self, old: Snapshot | None, new: Snapshot) -> None:
        """An answer is on the screen: what it costs to renew, looks and alerts."""
        asked = new.question
        pair = (asked.small, asked.large)
        was = old and (old.question.small, old.question.large)
        if self._followed != self._identity or was != pair or self.refresher.priced != pair:
            self.refresher.look_up_cost(asked)
            self._followed = self._identity
        self.recall.saw(new)
        self.ringer.check(new, self._identity)
        if self._steps:
            steps, self._steps = self._steps, 0
            self.step(steps)

    def on_failed(self, message: Failed) -> None:
        """Say why there is no answer; the last one stays."""
        if not self._done(message.number):
            return
        if self.error in ("", "" if self.failed is None else self.failed.sentence):
            # What was told of a refresh comes first: the panes say this one too.
            self.error = message.sentence
        self.failed, self._steps = message, 0
        if self.snapshot is None:
            self._identity = self._on_disk()
            self.refresher.look_up_cost(message.question)
        elif message.lacking and self._watches_another(message.question):
            self.error, self.absent = "", True
            self.refresher.look_up_cost(message.question)
        elif not self.underway.open:
            # What is shown is what the next key changes.
            self.question = self.snapshot.question
        self._paint()
        self.say()

    def _paint(self) -> None:
        """Bring the screen up to date, and hold nothing back any more."""
        if self.main is not None:
            self.main.show()
        self._paint_hold.close()

    def _paint_without(self) -> None:
        """The first answer is slow: be a screen that waits for it."""
        if self.snapshot is None:
            if self.main is not None:
                self.main.unfold()
            self._paint()

    def _watches_another(self, question: Question) -> bool:
        """Whether a question is about a pair of the watch list other than the one shown."""
        pair = (question.small, question.large)
        shown = self.snapshot and (self.snapshot.question.small, self.snapshot.question.large)
        listed = pair in self.config.pairs or self.place.pair == ":".join(pair)
        return pair != shown and listed

    def come_back(self) -> None:
        """From a pair that nothing is held of to what was shown before it."""
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

        shown = self.snapshot
        if self.question.as_of is not None:
            shown = replace(shown, as_of=self.question.as_of)
        question = stepped(self.question, self.market, shown, sessions)
        if question.as_of == shown.as_of:
            self.tell(
                f"{question.as_of} is the {'last' if sessions > 0 else 'first'} session with closes"
            )
            return
        self.ask(question)

    # -- data ------------------------------------------------------------------------

    def _on_disk(self) -> str | None:
        try:
            return self.desk.identity()
        except (CacheError, OSError):
            return self._identity

    def poll(self) -> None:
        """Show data that another process brought; leave with a terminal that is gone."""
        if self._watched and leaving.terminal_gone():
            self._leave(128 + signal.SIGHUP)
            return
        if self._on_disk() != self._identity and not self.underway.open:
            self._identity = self._on_disk()
            self.again()

    @property
    def cost(self) -> str:
        """Say what a refresh would cost, "" where not known."""
        return self.refresher.cost

    def on_cost(self, message: Cost) -> None:
        """Say what a refresh would cost."""
        self.refresher.cost = message.sentence
        if self.scene is None and self.main is not None:
            self.main.show()
        self.say()

    def refresh_data(self, *, full: bool, again: bool = False) -> None:
        """Fetch in a child; one at a time."""
        self.refresher.start(full=full, again=again)

    def bring(self, path: str) -> None:
        """Import a file in a child; one at a time."""
        self.bringer.start(path)

    def on_previewed(self, message: Previewed) -> None:
        """Show what an import would keep; enter goes on with it."""
        from tui.panes.previewed import PreviewScreen

        self.push_screen(PreviewScreen(message, self.bringer.commit))

    def to_demo(self) -> None:
        """Leave for the simulated market: whoever runs the app opens it."""
        self.wants_demo = True
        self._leave(0)

    def background(
        self, work: Callable[[], Any], group: str, *, thread: bool = True
    ) -> Worker[Any]:
        """Do something beside the screen: a function in a thread, or a coroutine in the loop."""
        return self.run_worker(work, thread=thread, group=group, exit_on_error=not thread)

    def on_rang(self, message: Rang) -> None:
        """Alerts have fired: ring once, mark their panes, say so until esc."""
        panes = self.ringer.rang(message)
        if panes:
            self.bell()
            self.say()
        if self.main is not None:
            for pane in panes:
                self.main.ring(pane)

    def on_alert_reply(self, message: AlertReply) -> None:
        """Show the outcome of setting an alert, or of its hook."""
        self.tell(message.sentence, error=message.wrong)

    # -- words -----------------------------------------------------------------------

    def tell(self, sentence: str, *, error: bool = False) -> None:
        """Say something in the status line."""
        self.notice, self.error = ("", sentence) if error else (sentence, self.error)
        self.say()

    def say(self) -> None:
        """Bring the status line up to date."""
        if self.main is not None:
            self.main.show_status()
            if isinstance(self.screen, SizedScreen):
                self.screen.said()

    def status(self) -> tuple[str, str]:
        """Return the text of the status line and its kind: "alert", "error", "busy" or ""."""
        if self.rung:
            return self.rung, "alert"
        if self.refresher.progress is not None:
            return self.refresher.progress, "busy"
        if self.bringer.progress is not None:
            return self.bringer.progress, "busy"
        if self.notice:
            return self.notice, ""
        damage = self.market.damage if self.market is not None else ()
        if trouble := self.error or next(iter(damage), ""):
            return trouble, "error"
        if self.snapshot is None and self.failed is None:
            return READING, "busy"
        return self.refresher.countdown or self.live.text or self.cost, ""

    def _each_minute(self) -> None:
        """Keep what a killed process would forget; the data's age has changed."""
        self._remember()
        self.say()

    def _remember(self) -> None:
        """Keep what is on the screen, and where in it, for the next start."""
        if self.snapshot is not None:
            seat = self.main.seat if self.main is not None else self.seat
            self.recall.keep(self.snapshot.question, seat)

    def _leave(self, code: int) -> None:
        """End with an exit code; what is on the screen is remembered."""
        self._remember()
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        """Leave; the question is remembered, a fetching child ends."""
        self._leave(0)
