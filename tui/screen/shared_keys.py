"""Keys, and commands of the line, that do the same on the four panes and on the board."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from cache.facts.errors import CacheError, why
from tui.state.config import THEMES, ConfigError
from tui.state.settings import from_typed
from tui.terminal import fitting

if TYPE_CHECKING:
    from textual.app import App

    from tui.screen.workbench import Workbench


class Page(Protocol):
    """What a page has that these need."""

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

    # -- the command line ------------------------------------------------------------

    def help_on(self: Page, words: str) -> None:
        """The help page, or its parts about a word."""
        from tui.panes.help import HelpScreen

        self.app.push_screen(HelpScreen(self.host.keys, words))

    def set_colours(self: Page, words: str) -> None:
        """Another palette, now and from now on."""
        host, name = self.host, words.strip().casefold()
        if name not in THEMES:
            host.tell(f"no palette is called {words!r}; there are {', '.join(THEMES)}", error=True)
            return
        self.app.theme = name
        host.config = replace(host.config, theme=name)
        _keep(host, "theme", name, name)

    def set_setting(self: Page, words: str) -> None:
        """Save a setting in config.toml; it applies from the next start on."""
        name, _, typed = words.strip().partition(" ")
        text = typed.strip().removeprefix("=").strip()
        if name == "theme":
            SharedKeys.set_colours(self, text)
            return
        try:
            value = from_typed(name, text)
        except ConfigError as error:
            self.host.tell(f"{error}", error=True)
            return
        _keep(self.host, name, value, f"{name} {typed.strip()} from the next start on")


def _keep(host: Workbench, name: str, value: str | bool, words: str) -> None:
    """Keep a setting, and say so."""
    try:
        host.desk.config_file.keep(name, value)
    except (ConfigError, CacheError, OSError) as error:
        reason = f"{error}" if isinstance(error, ConfigError) else why(error)
        host.tell(f"{name} is not saved: {reason}", error=True)
        return
    host.tell(f"{words}: saved in config.toml")
