"""Keys as Textual knows them: what a person may write for one, and the table's as bindings."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from textual.binding import Binding
from textual.keys import Keys

from tui.command.commands import COMMANDS, KEYS, CommandError

_NAMED: Final = frozenset(key.value for key in Keys)


def normal_key(text: str) -> str:
    """A key as the terminal driver names it: ``[`` is "left_square_bracket".

    Raises:
        CommandError: The text is no key.
    """
    text = text.strip()
    *modifiers, last = text.split("+") if len(text) > 1 else [text]
    single = len(last) == 1 and last.isprintable() and last != " "
    is_key = single or last in _NAMED or _unicode_name(last)
    if not is_key or any(m not in ("ctrl", "shift", "alt") for m in modifiers) or last == ",":
        raise CommandError(
            f"{text!r} is no key; write a character, a name such as enter, f5 or comma,"
            " or ctrl+ before one"
        )
    return next(iter(Binding.make_bindings([Binding(text, "none")]))).key


def _unicode_name(name: str) -> bool:
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return len(name) > 1


def keys_of(rebound: Mapping[str, str] = {}) -> dict[str, tuple[str, ...]]:
    """Command name -> its keys, with those of the config in place of the table's.

    Args:
        rebound: command name -> keys, separated by commas.

    Raises:
        CommandError: No such command, no such key, or two commands on one key.
    """
    table = dict(KEYS)
    for name, text in rebound.items():
        if name not in table:
            raise CommandError(f"no command is called {name!r}; known are {' '.join(table)}")
        table[name] = tuple(part.strip() for part in text.split(",") if part.strip())
        if not table[name]:
            raise CommandError(f"{name} = {text!r} names no key")
    owner: dict[str, str] = {}
    for name, keys in table.items():
        for key in keys:
            try:
                other = owner.setdefault(normal_key(key), name)
            except CommandError as error:
                raise CommandError(f"{name}: {error}") from None
            if other != name:
                raise CommandError(f"{key} is the key of both {other} and {name}; give one another")
    return table


def bindings() -> list[Binding]:
    """The table's keys as bindings, each with its command's name as id.

    They have priority: a burst of keys (a slow line, a paste) is then obeyed one by one, each
    after what the one before it opened.
    """
    return [
        Binding(
            ",".join(command.keys),
            command.action,
            command.help,
            show=False,
            id=command.name,
            priority=True,
        )
        for command in COMMANDS
        if command.keys
    ]
