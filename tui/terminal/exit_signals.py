"""How the screen ends without a key: on signals, or with its terminal gone."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from cache.facts import system

#: Seconds an orderly end may take once its terminal is gone; then the process just ends. They are
#: counted in steps: a process that does not run meanwhile uses up one of them, and not all.
PATIENCE: Final = 2.0
STEPS: Final = 20


def on_signals(leave: Callable[[int], None], restore: Callable[[], None]) -> None:
    """Call ``leave(128 + n)`` in the running loop on SIGTERM or SIGHUP.

    The loop may be busy with a thousand keys, and a closed terminal cannot be restored, or hangs
    whoever writes to it: from the signal on a thread waits, and ends the process where the orderly
    end does not. Outside the main thread (tests) nothing is installed.

    Args:
        leave: ends the screen in order.
        restore: gives the terminal back as far as that is possible at once.
    """
    loop = asyncio.get_running_loop()

    def cut_off(code: int) -> None:
        for _ in range(STEPS):
            time.sleep(PATIENCE / STEPS)
        restore()
        os._exit(code)

    def on_signal(number: int, frame: object) -> None:
        code = 128 + number
        if loop.is_closed():
            raise SystemExit(code)
        threading.Thread(target=cut_off, args=(code,), daemon=True).start()
        loop.call_soon_threadsafe(leave, code)

    for number in set(system.ENDING) - {signal.SIGINT}:
        with suppress(ValueError):
            signal.signal(number, on_signal)


def terminal_gone() -> bool:
    """Whether the other end of the terminal is closed: a dropped connection, a closed window.

    A process of no session of that terminal is sent no SIGHUP for it, nor is one that ignores it.
    """
    if not hasattr(select, "poll") or sys.__stdin__ is None:
        return False
    watcher = select.poll()
    watcher.register(sys.__stdin__, 0)
    return any(event & select.POLLHUP for _, event in watcher.poll(0))
