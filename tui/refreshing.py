"""What a refresh would cost, and the child that runs it."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.worker import Worker

from cache.errors import CacheError
from core.frames import CoreError
from core.snapshot import Question
from tui import child
from tui.host import Host
from tui.messages import Cost


class Refresher:
    """Fetches for the screen; one child at a time.

    Attributes:
        progress: how far a fetch has come, None while none runs.
        cost: what the next one would cost, "" where not known.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.progress: str | None = None
        self.cost = ""
        self._running: Worker[Any] | None = None

    def look_up_cost(self, question: Question) -> None:
        """Find out, beside the screen, what is stale; a `Cost` message brings the answer."""
        self._host.background(partial(self._find_cost, question), "cost")

    def _find_cost(self, question: Question) -> None:
        host = self._host
        try:
            host.post_message(Cost(host.desk.cost(question, host.now())))
        except (CoreError, CacheError, OSError) as error:
            host.post_message(Cost(f"what is stale is not known: {error}"))

    def start(self, *, full: bool) -> None:
        """Fetch what is stale for the question, or everything."""
        host = self._host
        if self._running is not None and not self._running.is_finished:
            host.tell("a refresh is under way")
            return
        try:
            argv = host.desk.refresh_command(host.question, full=full)
        except (CacheError, OSError) as error:
            host.tell(f"{error}", error=True)
            return
        if argv is None:
            host.tell("simulated market: there is nothing to fetch")
            return
        self.progress = "fetching"
        self._running = host.background(partial(self._run, argv), "refresh", thread=False)
        host.say()

    async def _run(self, argv: list[str]) -> None:
        host = self._host

        def report(said: str) -> None:
            self.progress = said
            host.say()

        try:
            code, last = await child.run(argv, report)
        finally:
            self.progress = None
        if code == 0:
            host.tell(last or "refreshed")
        elif code == 1:
            host.tell(f"refreshed in part: {last or 'some lines could not be fetched'}", error=True)
        else:
            why = last or f"the refresh ended with code {code}"
            host.tell(f"the last good numbers stay: {why}", error=True)
        host.poll()
        self.look_up_cost(host.question)
