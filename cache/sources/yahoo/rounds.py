"""Requests many symbols of a vendor within its limits: pool, rate, second try, circuit breaker.

Knows no vendor: it is given a function that asks for one symbol and always answers.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from cache.refresh.gate import Answer, AnsweredBy, Kind

if TYPE_CHECKING:
    from cache.refresh.ask import Ask

#: Seconds a round may take beyond twice the time its rate allows.
_PATIENCE: Final = 120.0


class Rounds:
    """Sends requests in rounds: all once, then the transient failures a second time.

    Attributes:
        unreachable: nothing at all answered.
        retried: how many symbols were asked a second time.
    """

    def __init__(
        self,
        ask: Callable[[Ask], Answer],
        *,
        pool: int,
        rate: float | None,
        pause: float,
    ) -> None:
        """Send nothing yet.

        Args:
            ask: asks for one symbol; every failure comes back as data.
            pool: threads that ask.
            rate: questions a second, None for no limit.
            pause: seconds before what failed in passing is asked a second time.
        """
        self._ask, self.pool, self.rate, self.pause = ask, pool, rate, pause
        self.unreachable = False
        self.retried = 0
        self._lock = threading.Lock()
        self._slot = 0.0
        self._answered = 0
        self._in_a_row = 0
        self._halted: Answer | None = None

    def fetch(self, asks: Iterable[Ask], *, stop: threading.Event) -> Iterator[Answer]:
        """Send the requests, and yield each answer on arrival, as `Yahoo.fetch`."""
        again: dict[str, Answer] = {}
        for answer in self._round(list(asks), stop):
            if answer.kind == "try_again" and not self._halted:
                again[answer.ask.symbol] = answer
            else:
                yield answer
        if not again or stop.wait(0 if self._halted else self.pause):
            return
        for answer in self._round([first.ask for first in again.values()], stop):
            if answer.answered_by != "unasked":
                self.retried += 1
                yield answer
            else:
                # Not asked a second time: what the first time brought stands, but for a limit.
                yield answer if answer.kind == "rate_limited" else again[answer.ask.symbol]

    def _round(self, asks: list[Ask], stop: threading.Event) -> Iterator[Answer]:
        todo = deque(asks)
        unanswered = {ask.symbol: ask for ask in asks}
        # No longer than the pool: while whoever takes the answers commits, the threads wait.
        # Running on they would fight that commit for the interpreter, and it took 3 s, not 0.1.
        answers: queue.Queue[Answer] = queue.Queue(self.pool)
        halt = threading.Event()
        # A vendor that answers each question just in time must not hold the round for hours.
        ends = time.monotonic() + _PATIENCE + 2 * len(asks) / (self.rate or self.pool)

        def work() -> None:
            while not halt.is_set() and not self._halted and self.pace(halt):
                try:
                    ask = todo.popleft()
                except IndexError:
                    return
                answer = self._ask(ask)
                self._note(answer)
                answers.put(answer)

        # Daemons: a hanging answer must not hold up the end of the process.
        size = min(self.pool, len(asks))
        threads = [threading.Thread(target=work, name="asking", daemon=True) for _ in range(size)]
        for thread in threads:
            thread.start()
        try:
            while unanswered and not stop.is_set() and time.monotonic() < ends:
                alive = any(thread.is_alive() for thread in threads)
                try:
                    answer = answers.get(timeout=0.05)
                except queue.Empty:
                    if alive:
                        continue
                    break
                unanswered.pop(answer.ask.symbol, None)
                yield answer
        finally:
            halt.set()
            with answers.mutex:  # nobody takes them now: threads that wait for room go on and end
                answers.queue.clear()
                answers.not_full.notify_all()
        if unanswered and not stop.is_set():
            kind: Kind = self._halted.kind if self._halted else "try_again"
            reason = self._halted.reason if self._halted else "the round took too long; try again"
            open_still = {ask.symbol for ask in todo}
            for ask in unanswered.values():
                answered_by: AnsweredBy = "unasked" if ask.symbol in open_still else "nobody"
                yield Answer(ask, kind=kind, reason=reason, answered_by=answered_by)

    def pace(self, halt: threading.Event) -> bool:
        """Wait for the next slot of the rate limit; False when the requests have ended."""
        if not self.rate:
            return True
        with self._lock:
            self._slot = max(self._slot + 1 / self.rate, time.monotonic())
            ahead = self._slot - time.monotonic()
        return not halt.wait(max(ahead, 0.0)) and not self._halted

    def _note(self, answer: Answer) -> None:
        """Count successes, and failures in a row; too many of these stop all requests."""
        with self._lock:
            if answer.kind == "rate_limited":
                self._halted = self._halted or answer
            elif answer.kind != "try_again":
                self._answered += 1
                self._in_a_row = 0
            else:
                self._in_a_row += 1
                patience = 4 * self.pool if self._answered else self.pool
                if self._in_a_row >= patience:
                    self._halted = self._halted or answer
            self.unreachable = not self._answered and self._in_a_row > 0
