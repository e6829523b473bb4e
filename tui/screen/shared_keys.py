"""Keys that do the same on the four panes and on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tui.terminal import fitting

if TYPE_CHECKING:
    from textual.app import App

    from tui.screen.workbench import Workbench


class Page(Protocol):
    """What a page has that these keys need."""

    @property
    def host(self) -> Workbench:
        """The app."""

    @property
    def app(self) -> App[Any]:
        """The same, as Textual knows it."""


class SharedKeys:
    """The actions, for a page of the program."""

    def action_help(self: Page) -> None:
        """Show what every key does."""
        from tui.panes.help import HelpScreen

        self.app.push_screen(HelpScreen(self.host.keys))

    def action_redraw(self: Page) -> None:
        """Draw everything again."""
        fitting.redraw(self.app)

    def action_suspend(self: Page) -> None:
        """Stop, until the shell goes on with it."""
        self.app.action_suspend_process()

    async def action_quit(self: Page) -> None:
        """Leave."""
        await self.host.action_quit()
