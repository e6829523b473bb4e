"""Textual's app fitted to the terminal it runs in: driver, filters, title, an end by a fault."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App
from textual.message_pump import MessagePump

from tui.terminal import crash, fitting
from tui.terminal.release import tested
from tui.terminal.safe_lines import NET
from tui.terminal.title import WindowTitle
from tui.text.themes import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import SystemCommand
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.timer import Timer


_set_timer = MessagePump.set_timer


def _ring_once(pump: MessagePump, *args: Any, **kwargs: Any) -> Timer:
    """Return a timer of the app or of a widget that rings once, however late it is.

    Textual 8.2 passes over what a timer is late for, here all of it. Its own timer for a new size
    is of 8 ms: where the system did not run the process for as long, that size was lost with every
    later one. This goes when `Timer` rings once whatever the time.
    """
    timer = _set_timer(pump, *args, **kwargs)
    timer._skip = False
    return timer


if tested():
    MessagePump.set_timer = _ring_once  # type: ignore[assignment, method-assign]


class FittedApp(App[None], inherit_bindings=False):
    """An app that sends a terminal only what it knows, and leaves it as it was.

    Args:
        wire: the setting, "cells" or "plain".

    Attributes:
        window: the window's title.
        few: filters for a terminal of few colours.
        crash_log: where the way to a fault is kept, None for nowhere.
        now: the clock.
    """

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[Any]] = []
    now: Callable[[], datetime]
    #: The theme that everything is styled for, "" before there is one.
    _styled = ""

    def __init__(self, wire: str) -> None:
        fitting.survive_the_terminal()
        fitting.let_widgets_go()
        fitting.heed_no_color()
        super().__init__(driver_class=fitting.driver_class(wire))
        self.window = WindowTitle(self)
        self.few: tuple[LineFilter, ...] = ()
        self.crash_log: Path | None = None

    def on_load(self) -> None:
        """Before anything is worked out in a thread."""
        fitting.let_answers_go()

    def begin_in(self, theme: str) -> None:
        """Set the theme of the start, before anything is styled."""
        self.theme = self._styled = theme
        self.stylesheet.set_variables(self.get_css_variables())

    def get_css_variables(self) -> dict[str, str]:
        """The theme's; none as long as Textual's own is in force, in which nothing is drawn."""
        return super().get_css_variables() if self._styled else {}

    def refresh_css(self, animate: bool = True) -> None:
        """Style everything anew for another theme; the first one, after the start, is none."""
        if self.theme != self._styled:
            self._styled = self.theme
            super().refresh_css(animate)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our variables, for a theme that has none."""
        return dict(DEFAULTS)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, but under NO_COLOR none that turns colours into greys; then the last net."""
        filters = super().get_line_filters()
        filters = fitting.colourless(filters) if self.no_color else [*filters, *self.few]
        return [*filters, NET]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer none of Textual's own commands: all are in the table of commands."""
        return ()

    def action_suspend_process(self) -> None:
        """Stop, with the window's title as it was."""
        self.window.give_back()
        super().action_suspend_process()

    def _fatal_error(self) -> None:
        """One sentence and where it happened, in place of a page that prints variables.

        Textual 8.2 prints every local variable on the way (``show_locals``); this goes when a
        fault can be found otherwise by a public method.
        """
        if not tested():
            super()._fatal_error()
            return
        if (error := self._exception) is not None:
            message = crash.sentence(error, self.crash_log, self.now())
            message = f"internals: an internal error ended the screen: {message}"
            self._exit_renderables.append(Text(message))
        self._close_messages_no_wait()
