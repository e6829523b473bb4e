"""The app: start and end, new data, refreshes, alerts, the status line."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.scrollbar import ScrollBar, ScrollBarRender

from tui.command.keys import keys_of
from tui.panes.frame import READING
from tui.screen.answering import AnsweringApp
from tui.screen.main import MainScreen
from tui.terminal import exit_signals, fitting
from tui.text.spans import Characters
from tui.text.themes import THEMES
from tui.widgets.drawing import Painter
from tui.widgets.scroll_bar import AsciiScrollBarRender
from tui.workers.file_import import FileImporter
from tui.workers.live import Live
from tui.workers.refreshing import Refresher

if TYPE_CHECKING:
    from textual.screen import Screen

    from core.answer.snapshot import Snapshot
    from core.data.question import Question
    from tui.alerts.ringing import AlertReply, Rang, Ringer
    from tui.host.messages import Cost, DeskLike, Previewed
    from tui.state.config import Config
    from tui.workers.recall import Recall

#: Seconds between two looks for a new generation, and between two looks at the clock.
POLL, CLOCK = 2.0, 60.0
#: Seconds the first answer may take before the screen is painted without it.
PATIENCE = 1.0


def _now() -> datetime:
    return datetime.now(UTC)


class InternalsApp(AnsweringApp, inherit_bindings=False):
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
        super().__init__(desk, config, question, now)
        self.keys: Mapping[str, tuple[str, ...]] = keys_of(config.keys)
        self.refresher, self.bringer = Refresher(self), FileImporter(self)
        self.live, self.wants_demo = Live(self), False
        self._board_first = config.board_first and not question.alone
        self._opened = now()
        self.rung = ""
        self._followed: str | None = None
        #: Keys after one that waits for what it acts on.
        self._late: deque[events.Event] = deque()
        #: What is said first.
        self.greeting = ""
        Painter.ascii_only = Characters.ascii_only = config.ascii
        ScrollBar.renderer = AsciiScrollBarRender if config.ascii else ScrollBarRender
        for theme in THEMES.values():
            self.register_theme(theme)
        self.begin_in(config.theme)
        self.set_keymap(dict(config.keys))

    def get_default_screen(self) -> Screen[Any]:
        """The four panes."""
        return MainScreen(self)

    @cached_property
    def recall(self) -> Recall:
        """The looks of this run and of earlier ones."""
        from tui.workers.recall import Recall

        return Recall(self)

    @cached_property
    def ringer(self) -> Ringer:
        """The alerts."""
        from tui.alerts.ringing import Ringer

        return Ringer(self, self._opened)

    def on_mount(self) -> None:
        """Ask the first question; from then on look for data that other processes stored."""
        if fitting.framed(self):
            # the frame stands on the terminal: what is painted first is the answer
            self._paint_hold.enter_context(self.batch_update())
            self.set_timer(PATIENCE, self._paint_without)
        if self._board_first:
            from tui.screen.board_screen import BoardScreen

            self.push_screen(BoardScreen(self))
        else:
            self.ask(self.question)
        exit_signals.on_signals(self._leave, partial(fitting.give_back, self))
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
            from tui.screen import preload

            self.background(preload.load, "later")

    async def on_event(self, event: events.Event) -> None:
        """While something is typed, keys are text; after the sort key, one is a letter."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            if self._late and self._leads_out(event):
                self._late.clear()
            elif self._late or (self._waits() and not self._leads_out(event)):
                self._late.append(event)
                return
        await self._act(event)

    async def _act(self, event: events.Event) -> None:
        top = self.top_screen
        if self.main is None or event.is_forwarded or top is None or not top.took(event):
            await super().on_event(event)

    def _leads_out(self, event: events.Event) -> bool:
        """Whether a key goes back or quits, whatever waits; a letter may be text by its turn."""
        if self.main is None or not isinstance(event, events.Key):
            return False
        keys = self.keys["back"] + self.keys["quit"]
        return event.key in keys and not (self._late and event.is_printable)

    def _waits(self) -> bool:
        """Whether a key comes too early for the screen that it is for."""
        top = self.top_screen
        if self.main is None and (screens := self.open_screens):
            # until the panes are mounted nothing tells text from keys
            screens[0].call_later(self.take_up)
            return True
        return top is not None and top.waits

    def take_up(self) -> None:
        """Act on the keys that came too early, before those that are still to come."""
        if self._late:
            self.call_next(self._take_up)

    async def _take_up(self) -> None:
        while self._late and not self._waits():
            await self._act(self._late.popleft())

    # -- answers ---------------------------------------------------------------------

    def boarded(self) -> None:
        """The board has its rows: at the start, answer for the panes now."""
        self._paint_hold.close()
        if self._board_first:
            self._board_first = False
            self.call_after_refresh(self.ask, self.question)

    def _follow(self, old: Snapshot | None, new: Snapshot) -> None:
        """Act on an answer on the screen: the cost to renew it, looks and alerts."""
        question = new.question
        pair = (question.small, question.large)
        was = old and (old.question.small, old.question.large)
        if self._followed != self._identity or was != pair or self.refresher.priced != pair:
            self.refresher.look_up_cost(question)
            self._followed = self._identity
        self.recall.saw(new)
        self.ringer.check(new, self._identity)
        if old is not None and old.generation != new.generation:
            fitting.drop_garbage()
        if self._steps:
            steps, self._steps = self._steps, 0
            self.step(steps)

    def _look_up_cost(self, question: Question) -> None:
        self.refresher.look_up_cost(question)

    # -- data ------------------------------------------------------------------------

    def poll(self) -> None:
        """Show data that another process stored; leave with a terminal that is gone."""
        if not self.is_headless and exit_signals.terminal_gone():
            self._leave(128 + signal.SIGHUP)
            return
        if self._on_disk() != self._identity and not self.underway.open:
            self._identity = self._on_disk()
            self.again()
        refusal = self.desk.read_only
        if refusal and refusal != self.refresher.cost:
            # what is published is newer, or is not reached any more, or is again
            self.refresher.cost = self.refresher.board_cost = refusal
            self.say()

    @property
    def cost(self) -> str:
        """Say what a refresh would cost, "" where not known."""
        return self.refresher.cost

    def on_cost(self, message: Cost) -> None:
        """Say what a refresh would cost."""
        if message.board:
            self.refresher.board_cost = message.sentence
        else:
            self.refresher.cost = message.sentence
        if self.scene is None and self.main is not None:
            self.main.show()
        self.say()

    def refresh_data(self, *, full: bool, again: bool = False, board: bool = False) -> None:
        """Fetch in a child; one at a time."""
        self.refresher.start(full=full, again=again, board=board)

    def price_board(self) -> None:
        """Find out what a refresh of the board would cost."""
        self.refresher.look_up_cost(self.question, board=True)

    def bring(self, path: str) -> None:
        """Import a file in a child; one at a time."""
        self.bringer.start(path)

    def on_previewed(self, message: Previewed) -> None:
        """Show what an import would keep; enter goes on with it."""
        from tui.panes.import_preview import PreviewScreen

        self.push_screen(PreviewScreen(message, self.bringer.commit))

    def to_demo(self) -> None:
        """Leave for the simulated market: whoever runs the app opens it."""
        self.wants_demo = True
        self._leave(0)

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

    def status(self, *, board: bool = False) -> tuple[str, str]:
        """Return the text of the status line and its kind: "alert", "error", "busy" or "".

        Args:
            board: it is the board's: then what a refresh of that costs.
        """
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
        if self.snapshot is None and self.failed is None and not board:
            return READING, "busy"
        cost = self.refresher.board_cost if board else self.cost
        return self.refresher.countdown or self.live.text or cost, ""

    def _each_minute(self) -> None:
        """Save the state each minute, and redraw the age of the data."""
        self._remember()
        self.say()

    def _remember(self) -> None:
        """Keep what is on the screen, and where in it, for the next start."""
        if self.snapshot is not None:
            place = self.place
            seat = self.main.seat if self.main is not None else self.seat
            seat = replace(
                seat, board_pair=place.pair, board_key=place.key, board_falling=place.falling
            )
            self.recall.keep(self.snapshot.question, seat)

    def _leave(self, code: int) -> None:
        """End with an exit code; what is on the screen is remembered."""
        self._remember()
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        """Leave; the question is remembered, a fetching child ends."""
        self._leave(0)
