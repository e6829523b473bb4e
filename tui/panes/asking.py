"""Keys that ask another question, or for newer data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from core.windows import STEPS

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app import InternalsApp

    _Base = Screen[None]
else:
    # Textual takes styles and bindings from one widget base: this is none at run time.
    _Base = object


class Asking(_Base):
    """What the main screen asks of the app."""

    @property
    def desk_app(self) -> InternalsApp:
        """The app, as what it is."""
        return cast("InternalsApp", self.app)

    def action_window(self, step: int) -> None:
        """The next shorter or longer window."""
        app = self.desk_app
        label = app.question.window.upper()
        place = STEPS.index(label) + step if label in STEPS else STEPS.index("YTD")
        if not 0 <= place < len(STEPS):
            app.tell(
                f"{label} is the {'longest' if step > 0 else 'shortest'} of the windows stepped"
            )
            return
        app.ask(replace(app.question, window=STEPS[place]))

    def action_step(self, sessions: int) -> None:
        """As of a session later or earlier."""
        self.desk_app.step(sessions)

    def action_home(self) -> None:
        """As of the last session held."""
        app = self.desk_app
        app.ask(replace(app.question, as_of=None))

    def action_basis(self) -> None:
        """Price return, or total return."""
        app = self.desk_app
        app.ask(replace(app.question, basis="tr" if app.question.basis == "pr" else "pr"))

    def action_without(self) -> None:
        """The indices without the marked names, or with them again."""
        app = self.desk_app
        marked = tuple(app.marked)
        if app.question.without and (not marked or set(marked) == set(app.question.without)):
            app.ask(replace(app.question, without=()))
        elif marked:
            app.ask(replace(app.question, without=marked))
        else:
            app.tell("no name is marked: space marks the one under the cursor")

    def action_refresh(self, full: bool) -> None:
        """Fetch what is stale, or everything."""
        self.desk_app.refresh_data(full=full)
