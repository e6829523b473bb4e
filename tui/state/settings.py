"""One setting of the top of config.toml: from what is typed to the file's text with it."""

from __future__ import annotations

import re
from typing import Final

from tui.state.config import SETTINGS, ConfigError, fields_of

#: Words for a switch on the command line.
_SWITCHED: Final = {
    "on": True,
    "yes": True,
    "true": True,
    "off": False,
    "no": False,
    "false": False,
}


def from_typed(name: str, text: str) -> str | bool:
    """The value that the file is to hold for a setting of its top, from what is typed.

    Raises:
        ConfigError: no such setting, or a value that cannot be used.
    """
    names = [key for table, key in SETTINGS if not table and key != "pairs"]
    if not name:
        raise ConfigError(f"which setting? write set NAME VALUE; a name is {', '.join(names)}")
    if name not in names:
        raise ConfigError(f"{name!r} is not set from here; {', '.join(names)} are")
    value = _SWITCHED.get(text.casefold(), text)
    try:
        fields_of("", name, value)
    except ConfigError as error:
        raise ConfigError(f"{name} = {text}: {error}") from None
    return value


def with_setting(text: str, name: str, value: str | bool) -> str | None:
    """A config file's text with another value at its top; None where that is not safely done."""
    import tomllib

    data = tomllib.loads(text)
    line = f"{name} = {toml_value(value)}\n"
    if name in data:
        plain = rf"""^([ \t]*{name}[ \t]*=[ \t]*)("[^"\n]*"|'[^'\n]*'|[a-z0-9]+)"""
        changed = re.sub(
            plain, lambda match: match[1] + toml_value(value), text, count=1, flags=re.MULTILINE
        )
    else:
        changed = inserted(text, line)
    try:
        result = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        return None
    return changed if result == {**data, name: value} else None


def toml_value(value: str | bool) -> str:
    """A value as TOML has it; the texts of settings hold no quote."""
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def inserted(text: str, line: str) -> str:
    """The line at the end of the top of a file: before its first table."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    first = next((n for n, row in enumerate(lines) if row.lstrip().startswith("[")), len(lines))
    # the comment over a table stays over it
    while 0 < first < len(lines) and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    gap = "\n" if first < len(lines) else ""
    return "".join([*lines[:first], line, gap, *lines[first:]])
