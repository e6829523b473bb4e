"""The cost of a refresh, and the child that runs it."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from cache.facts.errors import CacheError
from cache.refresh.reasons import wait_until
from core.data.errors import CoreError
from tui.host.messages import Cost
from tui.text.streams import BY_SIGNAL, IN_PART
from tui.workers import child

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.host.host import Host


#: Who limits requests, in a refresh's last words.
_LIMITS = re.compile(r"(?:^|; )([^;]{1,40}) limits requests")


class Refresher:
    """Fetches for the screen; one child at a time.

    Attributes:
        progress: how far a fetch has come, None while none runs.
        board_cost: what the next fetch for the board would cost, "" where not known.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.progress: str | None = None
        self._cost = self.board_cost = ""
        #: The pair whose cost was requested last.
        self.priced: tuple[str, str] | None = None
        self._until: datetime | None = None
        self._limited_by = "the vendor"
        self._full = self._board = False
        self._running: Worker[Any] | None = None

    @property
    def cost(self) -> str:
        """Say what the next fetch would cost, or when one that was cut short goes on by itself."""
        return self.countdown or self._cost

    @cost.setter
    def cost(self, sentence: str) -> None:
        self._cost = sentence

    @property
    def countdown(self) -> str:
        """When a fetch that was cut short goes on by itself, "" where none was."""
        if self._until is None:
            return ""
        remaining = max((self._until - self._host.now()).total_seconds(), 0.0)
        when = f"{remaining:.0f} s" if remaining < 90 else f"{remaining / 60:.0f} m"
        return (
            f"{self._limited_by} limits requests: what arrived is stored, fetching goes on by"
            f" itself in {when}"
        )

    def look_up_cost(self, question: Question, *, board: bool = False) -> None:
        """Find out in the background what is stale; a `Cost` message brings the answer."""
        if not board:
            self.priced = (question.small, question.large)
        group = "board cost" if board else "cost"
        self._host.background(partial(self._find_cost, question, board), group)

    def _find_cost(self, question: Question, board: bool) -> None:
        host = self._host
        funds: tuple[str, ...] = ()
        if board:
            from cache.facts.pairs import board_funds

            funds = board_funds(host.config.pairs)
        try:
            sentence = host.desk.cost(question, host.now(), board=funds)
        except (CoreError, CacheError, OSError) as error:
            sentence = f"what is stale is not known: {error}"
        host.post_message(Cost(sentence, board))

    def start(self, *, full: bool, again: bool = False, board: bool = False) -> None:
        """Fetch what is stale for the question or the board, or everything; or what failed."""
        host = self._host
        if self._running is not None and not self._running.is_finished:
            host.tell("a refresh is under way")
            return
        if self._until is not None and host.now() < self._until:
            # The status line says when it goes on.
            host.tell("")
            return
        self._until, self._full, self._board = None, full, board
        try:
            argv = host.desk.refresh_command(host.question, full=full, board=board)
        except (CacheError, OSError) as error:
            host.tell(f"{error}", error=True)
            return
        if argv is None:
            host.tell("simulated market: there is nothing to fetch")
            return
        self.progress = "fetching"
        argv = [*argv, "--retry"] if again else argv
        self._running = host.background(partial(self._run, argv), "refresh", thread=False)
        host.say()

    async def _run(self, argv: list[str]) -> None:
        host = self._host

        def report(sentence: str) -> None:
            self.progress = sentence
            host.say()

        try:
            code, last, any_new = await child.run(argv, report)
        finally:
            self.progress = None
        self._until = wait_until([last], host.now()) if code == 1 else None
        if limit := _LIMITS.search(last):
            self._limited_by = limit[1]
        if self._until is not None:
            host.tell("")
            self._count_down()
        elif code == 0:
            host.tell(last or "refreshed")
        elif code == IN_PART or code > BY_SIGNAL:
            outcome = "refreshed in part" if any_new else "nothing new came"
            host.tell(f"{outcome}: {last or 'some lines could not be fetched'}", error=True)
        else:
            why = last or f"the refresh ended with code {code}"
            host.tell(f"the last good numbers stay: {why}", error=True)
        host.poll()
        self.look_up_cost(host.question)
        if self._board:
            self.look_up_cost(host.question, board=True)

    def _count_down(self) -> None:
        """Say how long the vendor wants to be left alone, then go on."""
        if self._until is None:
            return
        remaining = (self._until - self._host.now()).total_seconds()
        if remaining <= 0:
            self._until = None
            self.start(full=self._full, board=self._board)
            return
        self._host.say()
        # By the minute while it is long, by the second at the end: a status line is bytes.
        self._host.set_timer(
            1.0 if remaining <= 90 else min(60.0, remaining - 90), self._count_down
        )
