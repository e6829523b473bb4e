"""Loads modules that the first answer does not need, so that no key waits for them.

A module that is not here is loaded by the key that needs it, some hundredths of a second late.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Final

#: Modules that keys and the prompt load when they are first used.
MODULES: Final = (
    "tui.command.completion",
    "tui.command.line",
    "core.answer.by_session",
    "core.measures.episodes",
    "core.measures.streaks",
    "tui.panes.measure_rows",
    "tui.panes.concentration",
    "tui.panes.daily",
    "core.measures.groups",
    "tui.panes.breadth_views",
    "tui.panes.help",
    "tui.screen.board_screen",
    "tui.screen.board_news",
    "tui.panes.name",
    "tui.panes.explain",
    "tui.panes.since",
    "tui.panes.alerts",
    "tui.workers.note_writer",
)
#: Seconds between two of them: a key that is pressed meanwhile waits for one at most.
_BETWEEN: Final = 0.05


def load() -> None:
    """In a thread: load them one after the other."""
    for name in MODULES:
        import_module(name)
        time.sleep(_BETWEEN)
