"""The last looks at each question: a file a question, the newest as-of dates in it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.answer.looks import Look, LookError, read, to_json
from core.data.record import record
from tui.state import state_files

if TYPE_CHECKING:
    from tui.state.state_files import Memory

#: Looks of this many as-of dates are kept for each question, and this many questions.
_DATES, _QUESTIONS = 2, 40
_ODD: Final = re.compile(r"[^A-Za-z0-9.^=-]")


@record(frozen=True, slots=True)
class Seen:
    """A look, and when it was last on the screen (UTC)."""

    look: Look
    at: datetime


class LookBook:
    """Stores the last look at each pair, window and basis.

    A look is of the last session alone: what is shown while stepping through old dates is none.

    Args:
        memory: where the market's small files are.
    """

    def __init__(self, memory: Memory) -> None:
        self.directory: Path = memory.beside("looks")
        self._memory = memory

    def _path(self, look: Look) -> Path:
        name = "_".join((look.small, look.large, look.window, look.basis))
        return self.directory / f"{_ODD.sub('_', name)}.json"

    def entries(self, look: Look) -> list[Seen]:
        """Looks at the same question, the newest as-of date first; unreadable ones are none."""
        try:
            data = json.loads(state_files.read(self._path(look)))
            looks = [
                Seen(read(entry["look"]), datetime.fromisoformat(entry["at"]))
                for entry in data["looks"]
            ]
        except (OSError, ValueError, TypeError, KeyError, LookError):
            return []
        return [entry for entry in looks if entry.look.question_key == look.question_key]

    def last(self, look: Look) -> Seen | None:
        """The look to compare with: the newest of an earlier date, else one of the same date."""
        looks = self.entries(look)
        earlier = [entry for entry in looks if entry.look.as_of < look.as_of]
        same = [entry for entry in looks if entry.look.as_of == look.as_of]
        return next(iter(earlier or same), None)

    def keep(self, entry: Seen) -> None:
        """Save a look in place of one at the same date; `Memory.lost` says if it failed."""
        others = [old for old in self.entries(entry.look) if old.look.as_of != entry.look.as_of]
        looks = sorted([entry, *others], key=lambda one: one.look.as_of, reverse=True)[:_DATES]
        entries = [{"at": one.at.isoformat(), "look": to_json(one.look)} for one in looks]
        text = json.dumps({"schema": 1, "looks": entries}, separators=(",", ":"))
        if self._memory.save(self._path(entry.look), text):
            with suppress(OSError):
                state_files.drop_oldest(self.directory, _QUESTIONS)
