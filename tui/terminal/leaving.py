"""How the screen ends when it is not asked to by a key: signals, a terminal that is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

#: Seconds an orderly end may take once its terminal is gone; then the process just ends.
PATIENCE: Final = 2.0


def on_signals(leave: Callable[[int], None]) -> None:
    """Call ``leave(128 + n)`` in the running loop on SIGTERM or SIGHUP.

    A closed terminal cannot be restored, and writing to it may hang: a timer ends the process
    where the orderly end does not. Outside the main thread (tests) nothing is installed.
    """
    loop = asyncio.get_running_loop()

    def left(number: int) -> None:
        timer = threading.Timer(PATIENCE, os._exit, (128 + number,))
        timer.daemon = True
        timer.start()
        leave(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, left, int(number))


def terminal_gone() -> bool:
    """Whether the process has no terminal of its own: a dropped connection, if it had one."""
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return True
    os.close(descriptor)
    return False
