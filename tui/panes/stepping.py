"""Keys that ask the same question for another window, session or basis."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from core.data.question import STEPS, without_dividends

if TYPE_CHECKING:
    from core.data.question import Question
    from tui.host.host import Host


class _Page(Protocol):
    """The attributes of a page that these keys need."""

    @property
    def host(self) -> Host: ...

    def ask(self, question: Question) -> None: ...


def stepped_window(window: str, step: int) -> str | None:
    """The next longer or, with -1, shorter of `STEPS`, None past its ends; YTD from any other."""
    label = window.upper()
    place = STEPS.index(label) + step if label in STEPS else STEPS.index("YTD")
    return STEPS[place] if 0 <= place < len(STEPS) else None


class Stepping:
    """The actions, for the four panes, the board and the page of a name."""

    def action_window(self: _Page, step: int) -> None:
        """Ask for the next shorter or longer window."""
        question = self.host.question
        window = stepped_window(question.window, step)
        if window is None:
            end = "longest" if step > 0 else "shortest"
            self.host.tell(f"{question.window.upper()} is the {end} window")
            return
        self.ask(replace(question, window=window))

    def action_step(self: _Page, sessions: int) -> None:
        """Ask again as of a session later or earlier."""
        self.host.step(sessions)

    def action_home(self: _Page) -> None:
        """Ask again as of the last session with closes."""
        self.ask(replace(self.host.question, as_of=None))

    def action_basis(self: _Page) -> None:
        """Switch between price return and total return."""
        question = self.host.question
        other = replace(question, basis="tr" if question.basis == "pr" else "pr")
        if other == question:
            self.host.tell(without_dividends(question))
            return
        self.ask(other)
