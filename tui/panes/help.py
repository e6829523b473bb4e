"""What every key and every command does, made from the one table of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding
from textual.widget import Widget

from tui.command.commands import COMMANDS, Command, groups, key_label
from tui.panes.sheet import Panel
from tui.panes.wording import beside, wrapped
from tui.text.safe import safe
from tui.widgets.stage import SizedScreen

if TYPE_CHECKING:
    from tui.text.spans import Drawing

#: Longest word looked for.
_LONGEST = 40
#: Command that every page obeys -> its action.
_PAGE = {
    command.name: command.action
    for command in COMMANDS
    if command.action.startswith("move(") or command.name in ("back", "redraw", "suspend", "quit")
}


def page_bindings(*more: str, **bindings: str) -> list[Binding]:
    """Bindings of a page: moving, back, quit; ``more`` commands also lead back.

    Args:
        more: names of commands.
        bindings: command name -> the page's action.
    """
    actions = _PAGE | dict.fromkeys(more, "back") | bindings
    return [
        Binding(
            ",".join(command.keys),
            actions[command.name],
            show=False,
            id=command.name,
            priority=True,
        )
        for command in COMMANDS
        if command.name in actions
    ]


class PageScreen(SizedScreen, inherit_bindings=False):
    """A page over the panes: one drawing, esc leads back."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[Any]] = page_bindings()
    DEFAULT_CSS = """
    PageScreen Panel { height: 1fr; width: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Panel()

    def compose(self) -> Iterator[Widget]:
        """The drawing."""
        yield self.sheet

    def action_move(self, how: str) -> None:
        """Scroll."""
        self.sheet.scroll_lines(how)

    def action_back(self) -> None:
        """Go back to the panes."""
        self.app.pop_screen()


class HelpScreen(PageScreen, inherit_bindings=False):
    """Every command under its heading."""

    BINDINGS: ClassVar[list[Any]] = page_bindings("help", filter="filter")

    def __init__(self, keys: Mapping[str, tuple[str, ...]], word: str = "") -> None:
        super().__init__()
        self._keys = keys
        self._word = word
        self._typing = False

    def on_mount(self) -> None:
        """Draw."""
        self._draw()

    def _draw(self) -> None:
        word, typing = self._word, self._typing
        self.sheet.show(lambda width, height: drawing(self._keys, width, word, typing=typing))

    def action_filter(self) -> None:
        """Type a word that what is shown has to hold."""
        self._typing, self._word = True, ""
        self._draw()

    def took(self, event: events.Event) -> bool:
        """While a word is typed, keys that write a character are text."""
        if not (self._typing and isinstance(event, events.Key | events.Paste)):
            return False
        key = event.key if isinstance(event, events.Key) else ""
        if isinstance(event, events.Paste):
            self._word = (self._word + safe(event.text))[:_LONGEST]
        elif key in ("enter", "escape"):
            self._typing = False
            self._word = self._word if key == "enter" else ""
        elif key in ("backspace", "ctrl+h"):
            self._word = self._word[:-1]
        elif event.character is not None and event.is_printable:
            self._word = (self._word + safe(event.character))[:_LONGEST]
        else:
            return False
        self._draw()
        return True


def drawing(
    keys: Mapping[str, tuple[str, ...]], width: int, word: str = "", *, typing: bool = False
) -> Drawing:
    """The help page; two columns where there is room.

    Args:
        keys: command -> its keys in force.
        width: cells.
        word: only what holds it is shown.
        typing: the word is being typed.
    """
    headings = [heading for heading in groups() if _commands(heading, keys, word)]
    if width >= 130:
        share = width // 2
        blocks = [_block(heading, keys, share - 2, word) for heading in headings]
        left: Drawing = []
        right: Drawing = []
        for block in blocks:
            (left if len(left) <= len(right) else right).extend([*block, []])
        body = beside(left, right, share)
    else:
        blocks = [_block(heading, keys, width, word) for heading in headings]
        body = [line for block in blocks for line in [*block, []]]
    words = "  keys and commands; / finds a word, esc: back"
    head: Drawing = [[(" internals", "bold"), (words, "dim")], []]
    if word or typing:
        head[1:] = [[(f" /{word}", "mark"), (" ", "reverse" if typing else "")], []]
    return head + (body or [[(f" nothing here is about {word!r}", "bold")]])


def _commands(heading: str, keys: Mapping[str, tuple[str, ...]], word: str) -> list[Command]:
    """The commands of a heading whose key, name, form or help holds a word."""
    text = word.strip().casefold()
    return [
        command
        for command in groups()[heading]
        if text in f"{command.name} {command.line} {command.help}".casefold()
        or word.strip() in keys.get(command.name, ())
    ]


def _block(
    heading: str, keys: Mapping[str, tuple[str, ...]], width: int, word: str = ""
) -> Drawing:
    block: Drawing = [[(f" {heading}", "mark")]]
    size = 24 if heading == "Command line" else 14
    for command in _commands(heading, keys, word):
        name = "  ".join(key_label(key) for key in keys.get(command.name, ()))
        label = name or f":{command.line}"
        words = command.help + (f" (or :{command.line})" if name and command.line else "")
        # keys longer than their column push their words on, and the words keep to the width
        room = max(size, len(label) + 1)
        lines = wrapped(words, max(width - room - 3, 10))
        block.append([(f"  {label:<{room}}", "bold"), *lines[0]])
        block += [[(" " * (room + 2), ""), *line] for line in lines[1:]]
    return block
