"""Keys that ask another question, or for newer data."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, Final

from textual.worker import Worker

from core.data.question import ABOVE, BELOW, Question
from tui.panes.stepping import Stepping
from tui.screen.four_panes import FourPanes

#: Thresholds of breadth above and below, coarse to fine: a session moves less than a year.
THRESHOLDS: Final = (
    ((0.0, 0.5, 0.75, 1.0, 2.0, 5.0), (-0.25, -0.5, -0.75)),
    (ABOVE, BELOW),
    ((0.0, 0.05, 0.1, 0.15, 0.2, 0.3), (-0.05, -0.1, -0.2)),
    ((0.0, 0.01, 0.02, 0.03, 0.05, 0.1), (-0.01, -0.02, -0.05)),
)
_USUAL: Final = 1


def asks_another(old: Question | None, new: Question) -> bool:
    """Whether a new question lists other names, so that the cursor's place means nothing."""
    return old is not None and new != replace(
        old, as_of=new.as_of, above=new.above, below=new.below, without=new.without
    )


class Asking(Stepping, FourPanes, inherit_bindings=False):
    """What the main screen asks of the app."""

    _note: Worker[Any] | None = None

    def action_pair(self, step: int) -> None:
        """Show the next pair of the watch list, or the one before; round at its ends."""
        app = self.host
        pairs, pair = app.config.pairs, (app.question.small, app.question.large)
        place = pairs.index(pair) + step if pair in pairs else min(step, 0)
        self.watch_pair(place % len(pairs))

    def action_thresholds(self, step: int) -> None:
        """Show finer or coarser thresholds of breadth."""
        app = self.host
        in_force = (app.question.above, app.question.below)
        place = THRESHOLDS.index(in_force) if in_force in THRESHOLDS else _USUAL
        if not 0 <= place + step < len(THRESHOLDS):
            app.tell(f"these are the {'finest' if step > 0 else 'coarsest'} thresholds")
            return
        above, below = THRESHOLDS[place + step]
        app.ask(replace(app.question, above=above, below=below))
        steps = " ".join(f"{100 * share:g}" for share in (*below[::-1], *above))
        app.tell(f"thresholds {steps} %")

    def action_without(self) -> None:
        """Show the indices without the marked names, or with them again."""
        self.deferred.do(self._without)

    def _without(self) -> None:
        app = self.host
        marked = tuple(app.marked)
        if app.question.without and (not marked or set(marked) == set(app.question.without)):
            app.ask(replace(app.question, without=()))
        elif marked:
            app.ask(replace(app.question, without=marked))
        else:
            app.tell("no name is marked: space marks the one under the cursor")

    def action_live(self) -> None:
        """Turn live quotes on or off."""
        self.host.live.toggle()

    def action_note(self) -> None:
        """Write the note of what is shown; one at a time."""
        if self._note is not None and not self._note.is_finished:
            self.host.tell("a note is being written")
            return
        from tui.workers.note_writer import write_note

        self._note = self.host.background(partial(write_note, self.host), "note", thread=False)
