"""The settings: config.toml, and the flags that override it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from cache.facts.clean import clean
from cache.facts.errors import SourceError, StoreError
from cache.facts.symbols import yahoo_symbol
from cache.store import owner
from core.data.errors import WindowError
from core.data.question import Basis, Question, normal
from core.data.record import record
from core.data.symbol_pattern import valid_symbol
from tui.report.note_formats import DEFAULT_FORMATS, FILED

THEMES: Final = ("dark", "light", "colour-blind", "red-up", "terminal")
#: What the screen opens with.
OPENS: Final = ("panes", "board")
FILE: Final = "config.toml"
_SOURCE: Final = re.compile(r"[a-z][a-z0-9_-]{0,30}")
#: The watch list where none is set: by size, by weighting, by index provider.
PAIRS: Final = (("IWM", "SPY"), ("RSP", "SPY"), ("IJR", "IVV"), ("QQQ", "SPY"))


class ConfigError(Exception):
    """The config file cannot be used; the message is one sentence for a person."""


@record(frozen=True, slots=True)
class Config:
    """Settings, all with a default.

    Attributes:
        small, large: the pair to open with.
        window: the window to open with.
        basis: "tr" or "pr".
        theme: one of `THEMES`; left open, a terminal of few colours gets its own.
        ascii: draw in ASCII alone; left open, the locale decides.
        wire: "cells" sends the cells that differ, "plain" what Textual sends.
        mouse: let the mouse be used; without, the terminal marks text with it.
        watch: open with live quotes, as the key p and --watch ask for.
        opens: "panes", or "board" for every pair at a glance first.
        refresh_on_open: fetch what is stale at the start; no request is sent otherwise.
        pairs: the watch list, in the order it is stepped through.
        hook: a command run when an alert fires; () for none.
        hook_timeout: seconds it may take.
        note_directory: where the screen writes notes; None for the usual place.
        note_formats: what it writes them in.
        rate: requests a second of a refresh.
        pool: requests of a refresh under way at once.
        source: who brings prices: a name of vendors.toml, such as "yahoo", or of a plug-in.
        then: who is asked next for a line that it did not bring.
        folder: where the files are, for the source "files".
        spark: ask Yahoo for the newest closes of twenty symbols at once.
        keys: command -> keys, separated by commas.
        set_by_user: names of the settings the file or a flag has set.
        flags: those of them that a flag has set.
    """

    small: str = "IWM"
    large: str = "SPY"
    window: str = "YTD"
    basis: Basis = "tr"
    theme: str = "dark"
    ascii: bool = False
    wire: str = "cells"
    mouse: bool = True
    watch: bool = False
    opens: str = "panes"
    refresh_on_open: bool = False
    pairs: tuple[tuple[str, str], ...] = PAIRS
    hook: tuple[str, ...] = ()
    hook_timeout: float = 10.0
    note_directory: Path | None = None
    note_formats: tuple[str, ...] = DEFAULT_FORMATS
    rate: float = 4.0
    pool: int = 8
    source: str = "yahoo"
    then: tuple[str, ...] = ()
    folder: Path | None = None
    spark: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    set_by_user: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()

    @property
    def board_first(self) -> bool:
        """Whether the screen opens with the board: where no pair is requested."""
        return self.opens == "board" and "pair" not in self.flags

    def question(self, remembered: Question | None = None) -> Question:
        """Return the first question: a setting that was given, else what was last on the screen."""
        last = remembered or Question()
        pair = self if "pair" in self.set_by_user or remembered is None else last
        return Question(
            small=pair.small,
            large=pair.large,
            window=self.window
            if "window" in self.set_by_user or remembered is None
            else last.window,
            basis=self.basis if "basis" in self.set_by_user or remembered is None else last.basis,
        )


def _symbol(text: str) -> str:
    """A fund's symbol in Yahoo's spelling: a suffix goes where it says a US listing."""
    symbol = text.strip().upper()
    return symbol if symbol.isalnum() else yahoo_symbol(symbol)


def two_funds(value: Any) -> tuple[str, str]:
    """The two funds of ``IWM:SPY``.

    Raises:
        ConfigError: the value names no two.
    """
    parts = [_symbol(part) for part in value.split(":")] if isinstance(value, str) else []
    if len(parts) != 2 or not all(map(valid_symbol, parts)) or parts[0] == parts[1]:
        raise ConfigError('write two funds such as "IWM:SPY"')
    return parts[0], parts[1]


def _pair(value: Any) -> dict[str, Any]:
    small, large = two_funds(value)
    return {"small": small, "large": large}


def _pairs(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not value:
        raise ConfigError('write a list of pairs such as ["IWM:SPY", "RSP:SPY"]')
    return {"pairs": tuple(dict.fromkeys(map(two_funds, value)))}


def _hook(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        raise ConfigError('write a command as a list such as ["notify-send", "{sentence}"]')
    return {"hook": tuple(value)}


def _source(value: Any) -> dict[str, Any]:
    if not isinstance(value, str) or not _SOURCE.fullmatch(value):
        from cache.facts.vendors import load_vendors

        *others, last = (f'"{key}"' for key in load_vendors())
        raise ConfigError(f"write a source such as {', '.join(others)} or {last}")
    return {"source": value}


def _then(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not all(
        isinstance(one, str) and _SOURCE.fullmatch(one) for one in value
    ):
        raise ConfigError('write a list of sources such as ["yahoo"]')
    return {"then": tuple(dict.fromkeys(value))}


def _folder(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, str) or not Path(value).expanduser().is_absolute():
        raise ConfigError('write a whole path such as "~/notes"')
    return {name: Path(value).expanduser()}


def _formats(value: Any) -> dict[str, Any]:
    if not isinstance(value, list) or not value or not all(name in FILED for name in value):
        raise ConfigError(f"write a list of {', '.join(FILED)}")
    return {"note_formats": tuple(dict.fromkeys(value))}


def _window(value: Any) -> dict[str, Any]:
    try:
        # a year may be written as a number
        year = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, str) and not year:
            raise ConfigError('write a window such as "YTD" or "2025"')
        return {"window": normal(clean(f"{value}", 60))}
    except WindowError as error:
        raise ConfigError(str(error)) from None


def _choice(name: str, allowed: tuple[str, ...], value: Any) -> dict[str, Any]:
    if value not in allowed:
        raise ConfigError(f"write one of {', '.join(allowed)}")
    return {name: value}


def _switch(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, bool):
        raise ConfigError("write true or false")
    return {name: value}


def _number(name: str, low: float, high: float, value: Any, *, whole: bool) -> dict[str, Any]:
    right = isinstance(value, int) if whole else isinstance(value, (int, float))
    if not right or isinstance(value, bool) or not low <= value <= high:
        raise ConfigError(f"write a {'whole ' * whole}number from {low:g} to {high:g}")
    return {name: value}


#: (table, key) of the file -> what reads its value; "" is the top of the file.
SETTINGS: Final[Mapping[tuple[str, str], Callable[[Any], dict[str, Any]]]] = {
    ("", "pair"): _pair,
    ("", "pairs"): _pairs,
    ("", "window"): _window,
    ("", "basis"): partial(_choice, "basis", ("tr", "pr")),
    ("", "theme"): partial(_choice, "theme", THEMES),
    ("", "ascii"): partial(_switch, "ascii"),
    ("", "wire"): partial(_choice, "wire", ("cells", "plain")),
    ("", "mouse"): partial(_switch, "mouse"),
    ("", "open"): lambda value: {"opens": _choice("open", OPENS, value)["open"]},
    ("", "refresh_on_open"): partial(_switch, "refresh_on_open"),
    ("fetch", "rate"): partial(_number, "rate", 0.1, 20, whole=False),
    ("fetch", "pool"): partial(_number, "pool", 1, 32, whole=True),
    ("prices", "source"): _source,
    ("prices", "then"): _then,
    ("prices", "folder"): partial(_folder, "folder"),
    ("prices", "spark"): partial(_switch, "spark"),
    ("note", "directory"): partial(_folder, "note_directory"),
    ("note", "formats"): _formats,
    ("alerts", "hook"): _hook,
    ("alerts", "timeout"): partial(_number, "hook_timeout", 0.1, 300, whole=False),
}
_TABLES: Final = tuple(dict.fromkeys(table for table, _ in SETTINGS if table))


def fields_of(table: str, key: str, value: Any) -> dict[str, Any]:
    """One entry of the file as fields of Config."""
    reader = SETTINGS.get((table, key))
    if reader is not None:
        return reader(value)
    names = [setting for where, setting in SETTINGS if where == table]
    if table:
        raise ConfigError(f"no such setting; known in [{table}] are {' and '.join(names)}")
    tables = " ".join(f"[{name}]" for name in _TABLES)
    raise ConfigError(f"no such setting; known are {', '.join(names)}, [keys] {tables}")


def read(text: str, where: str) -> Config:
    """Settings from the text of a config file.

    Args:
        text: TOML.
        where: the file's name, for the messages.

    Raises:
        ConfigError: No TOML, an unknown setting or a value that cannot be used.
    """
    from cache.facts.datafile import parse_toml  # most have no such file

    try:
        data = parse_toml(text.removeprefix("\ufeff"), where)
    except SourceError as error:
        raise ConfigError(f"{error}") from None
    settings: dict[str, Any] = {}
    user_keys: set[str] = set()
    for name, value in data.items():
        if name == "keys" and isinstance(value, dict):
            settings["keys"] = _keys(value, text, where)
            continue
        table = name if name in _TABLES and isinstance(value, dict) else ""
        for key, entry in value.items() if table else [(name, value)]:
            place = f"[{table}] {key}" if table else key
            try:
                settings |= fields_of(table, key, entry)
            except ConfigError as error:
                line = _line(text, *filter(None, (table, key)))
                raise ConfigError(
                    f"{where}, line {line}: {clean(place, 60)} = {_toml(entry)}: {error}"
                ) from None
            user_keys.add(key)
    return Config(**settings, set_by_user=frozenset(user_keys))


def _keys(entries: Mapping[str, Any], text: str, where: str) -> dict[str, str]:
    # the table of commands needs the screen's library, a written answer does not
    from tui.command.commands import CommandError
    from tui.command.keys import keys_of

    for name, value in entries.items():
        if not isinstance(value, str):
            raise ConfigError(
                f"{where}, line {_line(text, 'keys', name)}: [keys] {clean(name, 60)}: write the"
                ' keys as text, such as "x,ctrl+y"'
            )
    try:
        keys_of(entries)
    except CommandError as error:
        # the last entry that it names is the one that does not fit those before it
        names = [name for name in entries if name in f"{error}"]
        line = _line(text, "keys", *names[-1:])
        raise ConfigError(f"{where}, line {line}: [keys] {clean(f'{error}', 200)}") from None
    return dict(entries)


def _line(text: str, *path: str) -> int:
    """1-based line on which an entry is set, or the table that holds it; 1 where neither is seen.

    Args:
        text: TOML.
        path: the names down to the entry, its table's first.
    """
    target, header, best = list(path), list[str](), (0, 1)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("["):
            header = key_path = _names(line.strip(" \t[").partition("]")[0])
        elif "=" in line:
            key_path = [*header, *_names(line.partition("=")[0])]
        else:
            continue
        common = min(len(key_path), len(target))
        if key_path[:common] == target[:common] and common > best[0]:
            best = common, number
    return best[1]


def _names(dotted: str) -> list[str]:
    """The names of a TOML key such as ``alerts."my hook"``."""
    return [name.strip("\"'") for name in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)]


def _toml(value: Any) -> str:
    """A value about as it would be written in the file, on one short line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{...}"
    if isinstance(value, list):
        return clean(f"[{', '.join(map(_toml, value))}]", 60)
    return clean(f'"{value}"' if isinstance(value, str) else f"{value}", 60)


def load(path: Path | None = None) -> Config:
    """Settings from a file; the defaults where there is none.

    Args:
        path: the file, or None for the one in the user's config directory.

    Raises:
        ConfigError: The file cannot be read or used.
    """
    if path is None:
        from platformdirs import user_config_path

        path = user_config_path("internals", appauthor=False) / FILE
    try:
        owner.check_file(path)
        if not path.exists():
            return Config()
        from cache.facts.datafile import toml_text

        return read(toml_text(path), str(path))
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except (StoreError, SourceError) as error:
        raise ConfigError(f"{error}") from None


def with_flags(
    config: Config, pair: str | None = None, window: str | None = None, basis: str | None = None
) -> Config:
    """The settings with what the command line gives over them.

    Raises:
        ConfigError: A flag's value cannot be used.
    """
    for name, value in (("pair", pair), ("window", window), ("basis", basis)):
        if value is None:
            continue
        try:
            fields = fields_of("", name, value)
        except ConfigError as error:
            raise ConfigError(f"--{name} {value}: {error}") from None
        set_by_user, flags = config.set_by_user | {name}, config.flags | {name}
        config = replace(config, **fields, set_by_user=set_by_user, flags=flags)
    return config


def as_date(text: str) -> date:
    """An ISO date from the command line.

    Raises:
        ConfigError: the text is no date.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no date; write it as 2026-06-26") from None
