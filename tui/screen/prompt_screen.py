"""The base of the four panes and of the board: a screen with a command line, and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events

from cache.facts.errors import CacheError, why
from tui.panes.sheet import Panel
from tui.state.config import THEMES, ConfigError
from tui.state.settings import from_typed
from tui.terminal import fitting
from tui.widgets.stage import Stage, reveal

if TYPE_CHECKING:
    from tui.screen.prompt import Prompt
    from tui.screen.workbench import Workbench
    from tui.widgets.deferred import Deferred


class PromptScreen(Stage, inherit_bindings=False):
    """A screen with a header, a status line, hints, and a prompt in place of the hints.

    Attributes:
        BOARD: whether it fetches the closes of all funds on the board, and not those of a pair.
        host: the app.
        prompt: the command line, on the screen that it asks things of.
        deferred: what keys ask of what is still to come.
        sorting: the next key is the letter of a column.
    """

    prompt: Prompt
    deferred: Deferred
    BOARD: ClassVar[bool]
    AUTO_FOCUS = ""

    def __init__(self, host: Workbench) -> None:
        super().__init__(custom=not fitting.plain(host.config.wire))
        self.host = host
        self.sorting = False
        self._header, self._status = Panel(id="header"), Panel(id="status")
        self._hints = Panel(id="hints")

    def took(self, event: events.Event) -> bool:
        """While something is typed, keys are text; after the sort key, one is a letter."""
        if isinstance(event, events.Key) and self.prompt.is_open:
            self.prompt.key(event)
        elif isinstance(event, events.Paste) and self.prompt.is_open:
            self.prompt.insert(event.text)
        elif isinstance(event, events.Key) and self.sorting:
            self._sort_letter(event.character)
        else:
            return False
        return True

    @property
    def waits(self) -> bool:
        """Whether a key waits for what it acts on."""
        return self.deferred.waits

    def go_on(self) -> None:
        """Do what keys asked for while it could not be done, and take up the keys after them."""
        self.deferred.go_on()
        self.host.take_up()

    def set_prompt(self, is_open: bool) -> None:
        """The prompt in place of the hints, or the hints where the terminal is not too small."""
        reveal(self.prompt, is_open, after=self._hints)
        self._hints.display = self._header.display and not is_open

    def action_command(self) -> None:
        """Type a command."""
        self.prompt.open(":", "")

    def action_help(self) -> None:
        """Show what every key does."""
        self.help_on("")

    def action_refresh(self, full: bool) -> None:
        """Fetch what is stale of what the screen shows, or all of it."""
        self.host.refresh_data(full=full, board=self.BOARD)

    def action_retry(self) -> None:
        """Fetch what is stale, and what failed a while ago and would wait."""
        self.host.refresh_data(full=False, again=True, board=self.BOARD)

    def action_alerts(self) -> None:
        """Open the page of the alerts that are set."""
        from tui.panes.alerts import AlertsScreen

        self.app.push_screen(AlertsScreen(self.host, self.host.ringer))

    # -- sorting ---------------------------------------------------------------------

    @property
    def sorts(self) -> Mapping[str, tuple[str, str]]:
        """Columns that keys sort by -> the letter after the sort key, and a word."""
        raise NotImplementedError

    def action_sort(self) -> None:
        """Wait for the letter of a column, the next key."""
        self.sorting = True
        self._show_hints()

    def _sort_letter(self, letter: str | None) -> None:
        """After the sort key, the letter of a column; any other key changes nothing."""
        self.sorting = False
        self._show_hints()
        key = next((key for key, (one, _) in self.sorts.items() if one == letter), None)
        if key is not None:
            self.sort_by(key)

    def _show_hints(self) -> None:
        """Draw the keys that do something here, or the letters to sort by."""
        raise NotImplementedError

    def sort_by(self, key: str) -> None:
        """Sort by a column of `sorts`."""
        raise NotImplementedError

    # -- the command line ------------------------------------------------------------

    def help_on(self, words: str) -> None:
        """Open the help page, or its parts about a word."""
        from tui.panes.help import HelpScreen

        self.app.push_screen(HelpScreen(self.host.keys, words))

    def set_colours(self, words: str) -> None:
        """Use another palette, now and from now on."""
        host, name = self.host, words.strip().casefold()
        if name not in THEMES:
            host.tell(f"no palette is called {words!r}; there are {', '.join(THEMES)}", error=True)
            return
        self.app.theme = name
        host.config = replace(host.config, theme=name)
        _save(host, "theme", name, name)

    def set_setting(self, words: str) -> None:
        """Save a setting in config.toml; it applies from the next start on."""
        name, _, typed = words.strip().partition(" ")
        text = typed.strip().removeprefix("=").strip()
        if name == "theme":
            self.set_colours(text)
            return
        try:
            value = from_typed(name, text)
        except ConfigError as error:
            self.host.tell(f"{error}", error=True)
            return
        _save(self.host, name, value, f"{name} {typed.strip()} from the next start on")


def _save(host: Workbench, name: str, value: str | bool, words: str) -> None:
    """Save a setting of config.toml, and say so."""
    try:
        host.desk.config_file.keep(name, value)
    except (ConfigError, CacheError, OSError) as error:
        host.tell(f"{name} is not saved: {why(error)}", error=True)
        return
    host.tell(f"{words}: saved in config.toml")
