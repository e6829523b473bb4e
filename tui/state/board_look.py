"""The last looks at the board: the state of each pair on the newest two sessions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from core.answer.board_news import RowState, read, to_json
from tui.state import state_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from tui.state.state_files import Memory

#: Looks of this many as-of dates are kept for each basis.
_DATES: Final = 2
States = dict[str, RowState]


class BoardLooks:
    """Stores what the board showed on its last session.

    Args:
        memory: where the market's small files are.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def _path(self, basis: str) -> Path:
        return self._memory.beside(f"board-{basis}.json")

    def _entries(self, basis: str) -> dict[str, States]:
        try:
            looks = json.loads(state_files.read(self._path(basis)))["looks"]
            return {
                f"{day}": {f"{pair}": read(state) for pair, state in states.items()}
                for day, states in looks.items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def before(self, basis: str, as_of: date) -> tuple[str, States] | None:
        """The newest look of a session before this one and its date; None for a first one."""
        earlier = {day: look for day, look in self._entries(basis).items() if day < f"{as_of}"}
        return max(earlier.items(), key=lambda one: one[0]) if earlier else None

    def keep(self, basis: str, as_of: date, states: Mapping[str, RowState]) -> None:
        """Save a look in place of one at the same date; `Memory.lost` says why not."""
        looks = self._entries(basis) | {f"{as_of}": dict(states)}
        newest = sorted(looks)[-_DATES:]
        data = {day: {pair: to_json(state) for pair, state in looks[day].items()} for day in newest}
        text = json.dumps({"schema": 1, "looks": data}, separators=(",", ":"))
        self._memory.save(self._path(basis), text)
