"""How the screen ends without a key: on signals, or with its terminal gone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from cache.facts import system

#: Seconds an orderly end may take once its terminal is gone; then the process just ends.
PATIENCE: Final = 2.0


def on_signals(leave: Callable[[int], None], restore: Callable[[], None]) -> None:
    """Call ``leave(128 + n)`` in the running loop on SIGTERM or SIGHUP.

    The loop may be busy with a thousand keys, and a closed terminal cannot be restored, or hangs
    whoever writes to it: from the signal on a timer runs, which ends the process where the orderly
    end does not. Outside the main thread (tests) nothing is installed.

    Args:
        leave: ends the screen in order.
        restore: gives the terminal back as far as that is possible at once.
    """
    loop = asyncio.get_running_loop()

    def cut_off(code: int) -> None:
        restore()
        os._exit(code)

    def left(number: int, frame: object) -> None:
        code = 128 + number
        if loop.is_closed():
            raise SystemExit(code)
        timer = threading.Timer(PATIENCE, cut_off, (code,))
        timer.daemon = True
        timer.start()
        loop.call_soon_threadsafe(leave, code)

    for number in set(system.ENDING) - {signal.SIGINT}:
        with suppress(ValueError):
            signal.signal(number, left)


def terminal_gone() -> bool:
    """Whether the process has no terminal of its own: a dropped connection, if it had one."""
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return True
    os.close(descriptor)
    return False
