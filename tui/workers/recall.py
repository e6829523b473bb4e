"""The last look at each question, saved for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.looks import Look, look
from tui.state.looks import LookBook, Seen

if TYPE_CHECKING:
    from core.answer.snapshot import Snapshot
    from core.data.question import Question
    from tui.host.host import Host
    from tui.state.state_files import Seat


class Recall:
    """The looks of one run, and what each is to be compared with.

    A run compares with the last look of an earlier as-of date; when the day changes under an
    open screen, the look of the day before becomes that.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._book = LookBook(host.desk.memory)
        self._now: dict[tuple[object, ...], Seen] = {}
        self._before: dict[tuple[object, ...], Seen | None] = {}
        self._unkept: set[tuple[object, ...]] = set()

    def saw(self, snapshot: Snapshot) -> None:
        """Keep the answer on the screen as a look, unless of an earlier date or an open session."""
        if snapshot.as_of < snapshot.last_session or snapshot.state == "intraday":
            return
        seen_now = look(snapshot)
        old = self._now.get(seen_now.question_key)
        if old is None:
            self._before[seen_now.question_key] = self._book.last(seen_now)
        elif old.look.as_of < seen_now.as_of:
            self._before[seen_now.question_key] = old
            self._book.keep(old)
        self._now[seen_now.question_key] = Seen(seen_now, self._host.now())
        self._unkept.add(seen_now.question_key)

    def before(self, seen_now: Look) -> Seen | None:
        """The look to compare with one that is on the screen, None for a first one."""
        if seen_now.question_key in self._before:
            return self._before[seen_now.question_key]
        return self._book.last(seen_now)

    def keep(self, question: Question, seat: Seat) -> None:
        """Save the position and the looks since the last time; report once why not."""
        memory = self._host.desk.memory
        memory.remember(question, seat)
        for key in self._unkept:
            self._book.keep(self._now[key])
        self._unkept.clear()
        if lost := memory.lost():
            self._host.tell(lost, error=True)
