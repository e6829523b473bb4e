"""A thread for what the first frame waits for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Return the future of some work, done in a thread that the program's end does not wait for.

    The disk may hang.
    """
    from concurrent.futures import Future

    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=run, name="first answer", daemon=True).start()
    return answer
