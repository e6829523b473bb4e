"""The history of lines typed after ``:``, saved for the next run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tui.state import state_files
from tui.text.safe import safe

if TYPE_CHECKING:
    from tui.state.state_files import Memory

#: Lines that are kept, and the longest of them.
_LINES: Final = 200
LONGEST: Final = 500


class TypedLines:
    """The newest typed lines, oldest first; each once.

    Args:
        memory: where the market's small files are.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._path = memory.beside("typed.json")
        self._lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines; none where the file cannot be read."""
        if self._lines is None:
            try:
                entries = json.loads(state_files.read(self._path))
            except (OSError, ValueError):
                entries = []
            texts = entries if isinstance(entries, list) else []
            self._lines = [safe(t)[:LONGEST] for t in texts if isinstance(t, str)][-_LINES:]
        return self._lines

    def add(self, line: str) -> None:
        """Take a line as the newest."""
        self._lines = [*(old for old in self.lines if old != line), line][-_LINES:]

    def save(self) -> None:
        """Write the lines; `Memory.lost` says if it failed."""
        self._memory.save(self._path, json.dumps(self.lines))

    def before(self, start: str, place: int, step: int) -> int | None:
        """The place of the next line older (-1) or newer (1) than one that begins with ``start``.

        Args:
            start: what was typed before the first step.
            place: where to go on from; the number of lines before the first step.
            step: -1 or 1.
        """
        place += step
        while 0 <= place < len(self.lines):
            if self.lines[place].startswith(start):
                return place
            place += step
        return None
