"""The questions being answered, and how one is answered in a thread.

From a thread only one message crosses, and it carries the number of its question: an older,
slower answer never replaces a newer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cache.facts.errors import CacheError, StoreEmpty, why
from core.data.errors import CoreError
from tui.host.messages import DeskLike, Failed, Taken

if TYPE_CHECKING:
    from core.data.question import Question

#: Questions answered at the same time: one that hangs, and the newest.
AT_ONCE: Final = 2


class Underway:
    """The questions that are being answered; beyond `AT_ONCE` only the newest waits."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.waiting: Question | None = None
        self._last_asked = self._last_shown = 0

    def begin(self, question: Question) -> int | None:
        """The number under which to answer a question now; None where it has to wait."""
        if len(self.open) >= AT_ONCE:
            self.waiting = question
            return None
        self._last_asked += 1
        self.open.add(self._last_asked)
        return self._last_asked

    def end(self, number: int) -> tuple[bool, Question | None]:
        """A question was answered.

        Returns:
            Whether its answer may be shown (none newer was shown before it), and the question
            that waited for a place.
        """
        self.open.discard(number)
        waiting, self.waiting = self.waiting, None
        newest = number >= self._last_shown
        if newest:
            self._last_shown = number
        return newest, waiting


def answer(desk: DeskLike, number: int, question: Question) -> Taken | Failed:
    """Answer a question; whatever goes wrong is one sentence, for the screen stays up all day."""
    try:
        # before anything is read: what is written meanwhile is noticed later
        identity = desk.identity()
        snapshot = desk.take(question)
        market = desk.market()
        if market.generation != snapshot.generation or desk.identity() != identity:
            # Another process brought data in between: both are to be of one generation.
            snapshot = desk.take(question)
    except (CoreError, CacheError, OSError) as error:
        lacking = isinstance(error, (CoreError, StoreEmpty))
        return Failed(number, question, why(error), lacking)
    except Exception as error:
        sentence = f"the question could not be answered: {type(error).__name__}: {error}"
        return Failed(number, question, sentence, False)
    return Taken(number, snapshot, market, identity)
