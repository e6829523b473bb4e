"""Threads that the program's end does not wait for: a disk, or the look-up of a name, may hang."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")


def in_thread(work: Callable[[], T], name: str) -> Future[T]:
    """Return the future of some work, done in a daemon thread of that name; it is not cancelled."""
    from concurrent.futures import Future

    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return answer
