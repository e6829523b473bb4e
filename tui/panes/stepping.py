"""Keys that ask the same question for another window, session or basis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from core.data.question import STEPS

if TYPE_CHECKING:
    from tui.host.host import Host


class _Page(Protocol):
    """What a page has that these keys need."""

    @property
    def host(self) -> Host: ...


class Stepping:
    """The actions, for the four panes and for the page of a name."""

    def action_window(self: _Page, step: int) -> None:
        """The next shorter or longer window."""
        app = self.host
        label = app.question.window.upper()
        place = STEPS.index(label) + step if label in STEPS else STEPS.index("YTD")
        if not 0 <= place < len(STEPS):
            app.tell(f"{label} is the {'longest' if step > 0 else 'shortest'} window")
            return
        app.ask(replace(app.question, window=STEPS[place]))

    def action_step(self: _Page, sessions: int) -> None:
        """Ask again as of a session later or earlier."""
        self.host.step(sessions)

    def action_home(self: _Page) -> None:
        """Ask again as of the last session with closes."""
        app = self.host
        app.ask(replace(app.question, as_of=None))

    def action_basis(self: _Page) -> None:
        """Price return, or total return."""
        app = self.host
        app.ask(replace(app.question, basis="tr" if app.question.basis == "pr" else "pr"))
