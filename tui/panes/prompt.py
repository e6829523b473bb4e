"""The line on which a filter or a command is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from core.windows import WindowError
from tui.commands import CommandError, completed, completions
from tui.filters import parse_filter
from tui.line import Quit, SortBy, parse
from tui.panes.sheet import Sheet

if TYPE_CHECKING:
    from tui.app import InternalsApp
    from tui.panes.main import MainScreen


class Prompt(Horizontal):
    """``/`` filters while it is typed; ``:`` asks when enter is pressed."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.sign = ""
        self.advice = ""
        self.wrong = False
        self._label = Sheet()
        self._input = Input(compact=True)
        self._input.can_focus = False

    def compose(self) -> Iterator[Widget]:
        """The sign and the text."""
        yield self._label
        yield self._input

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return bool(self.sign)

    @property
    def _main(self) -> MainScreen:
        return cast("MainScreen", self.screen)

    @property
    def _app(self) -> InternalsApp:
        return cast("InternalsApp", self.app)

    def open(self, sign: str, text: str) -> None:
        """Begin to type, with some text already there."""
        self.sign = sign
        self._label.show(lambda width, height: [[(f" {sign}", "mark")]])
        self.screen.add_class("-prompt")
        with self._input.prevent(Input.Changed):
            self._input.value = text
        self._input.can_focus = True
        self._input.focus()
        self._input.cursor_position = len(text)
        self._advise(text)

    def close(self) -> None:
        """Put the hints back."""
        self.sign, self.advice, self.wrong = "", "", False
        self.screen.remove_class("-prompt")
        self._input.blur()
        self._input.can_focus = False
        self._main.show_status()

    def _funds(self) -> list[str]:
        market = self._app.market
        return sorted(market.holdings) if market is not None else []

    def _advise(self, text: str) -> None:
        """What may follow, in the status line."""
        self.wrong = False
        if self.sign == "/":
            self.advice = "text in symbol, name or sector; sector:energy ret>25 bp<-5 w>1"
        else:
            found = completions(text, self._funds())
            said = "   ".join(f"{form}: {does}" for form, does in found[:1])
            if len(found) > 1:
                said = "   ".join(form for form, _ in found)
            self.advice = (
                said or "a pair such as IWM SPY, a window, asof DATE, ex NAMES, sort bp, q"
            )
        self._main.show_status()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        self._advise(event.value)
        if self.sign == "/":
            self._apply_filter(event.value)

    def _apply_filter(self, text: str) -> None:
        try:
            self._main.names.set_filter(parse_filter(text))
        except CommandError as error:
            # Half a number is no error yet; what is shown stays as it is.
            self.advice, self.wrong = f"{error}", True
            self._main.show_status()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self.sign == "/":
            if not self.wrong:
                self.close()
            return
        app = self._app
        try:
            asked = parse(event.value, app.question)
        except (CommandError, WindowError) as error:
            self.advice, self.wrong = f"{error}", True
            self._main.show_status()
            return
        main = self._main
        self.close()
        if isinstance(asked, Quit):
            self.app.call_later(app.action_quit)
        elif isinstance(asked, SortBy):
            main.sort_by(asked.key)
        elif asked != app.question:
            app.ask(asked)

    def on_key(self, event: events.Key) -> None:
        """Esc closes, and clears the filter; tab completes the first word."""
        if event.key == "escape":
            event.stop()
            filtering = self.sign == "/"
            self.close()
            if filtering:
                self._main.names.set_filter(None)
        elif event.key == "ctrl+c":
            event.stop()
            self.app.call_later(self._app.action_quit)
        elif event.key == "tab":
            event.stop()
            if self.sign == ":":
                self._input.value = completed(self._input.value, self._funds())
                self._input.cursor_position = len(self._input.value)
