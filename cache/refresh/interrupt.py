"""Stop a refresh: on signals, on a closed pipe, and inside a blocking call."""

from __future__ import annotations

import os
import queue
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from cache.facts import system
from cache.facts.errors import SourceError

T = TypeVar("T")


class Stop(threading.Event):
    """An event that ends a refresh.

    Attributes:
        number: of the signal that set it, 0 where none has.
    """

    number = 0


@contextmanager
def signals(stop: threading.Event) -> Iterator[None]:
    """Let the first SIGINT, SIGTERM or SIGHUP set ``stop``; the next does what it always did."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in system.ENDING}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def end(number: int, frame: object) -> None:
        if isinstance(stop, Stop):
            stop.number = number
        stop.set()
        restore()

    for number in system.ENDING:
        # An ignored signal stays ignored: nohup and background jobs rely on it.
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, end)
    try:
        yield
    finally:
        restore()


def heed_reader(descriptor: int) -> None:
    """Stop, as a SIGTERM would, once the reader of a pipe is gone.

    A refresh that waits for its vendor writes nothing for a while, and so would not notice that
    the screen it fetches for was killed.
    """
    if not hasattr(select, "poll"):
        return

    def wait() -> None:
        poll = select.poll()
        poll.register(descriptor, 0)
        if any(events & select.POLLERR for _, events in poll.poll()):
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="reader", daemon=True).start()


def unless(stop: threading.Event, call: Callable[[], T]) -> T | SourceError | None:
    """Return a call's result, or None as soon as ``stop`` is set; the call is then abandoned."""
    outcomes: queue.SimpleQueue[T | SourceError] = queue.SimpleQueue()

    def work() -> None:
        try:
            outcomes.put(call())
        except SourceError as error:
            outcomes.put(error)
        except Exception as error:  # whoever waits would wait for ever
            outcomes.put(SourceError(f"a fault in the program ({type(error).__name__})"))

    threading.Thread(target=work, daemon=True).start()
    while not stop.is_set():
        try:
            return outcomes.get(timeout=0.05)
        except queue.Empty:
            continue
    return None
