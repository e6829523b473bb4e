"""Add, change or remove a group of names in the user's themes.toml.

An edit changes nothing but that group: comments and other groups stay as they are written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.datafile import parse_toml, toml_string
from cache.facts.errors import SourceError
from cache.facts.symbols import yahoo_symbol
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from pathlib import Path

FORM: Final = "group semis = MU AMD INTC, or group remove semis"
#: Longest name of a group.
_LONGEST: Final = 40
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
#: In place of a list that is taken out, up to the end of its line: no comment and not blank.
_GONE: Final = "gone"
_LIST: Final = re.compile(r"^([ \t]*symbols[ \t]*=[ \t]*)\[[^\]#]*\]", re.MULTILINE)


def group_of(words: str) -> tuple[str, tuple[str, ...]]:
    """The name and the symbols of a typed line; no symbols where the group is to go.

    Args:
        words: what follows "group".

    Raises:
        SourceError: it is no such line; says what would be.
    """
    name, sign, tickers = words.partition("=")
    if not sign:
        verb, _, name = words.strip().partition(" ")
        if verb.casefold() != "remove" or not name.strip():
            raise SourceError(f"which names? write {FORM}")
        return name.strip(), ()
    name = name.strip()
    if not name or len(name) > _LONGEST or clean(name, _LONGEST) != name:
        raise SourceError(f"a group needs a name of up to {_LONGEST} characters; write {FORM}")
    symbols: dict[str, None] = {}
    for word in tickers.replace(",", " ").split():
        symbol = yahoo_symbol(word.upper())
        if not valid_symbol(symbol):
            raise SourceError(f'"{clean(word, 20)}" is no symbol; write {FORM}')
        symbols[symbol] = None
    if not symbols:
        raise SourceError(f"which names? write {FORM}")
    return name, tuple(symbols)


def with_group(text: str, file: Path, name: str, symbols: Sequence[str]) -> str:
    """The text of a user's themes.toml with a group, or with another list for it.

    Args:
        text: of the file as it is; "" where there is none.
        file: for the messages.
        name: of the group; one of the same letters in another case is the same.
        symbols: at least one.

    Raises:
        SourceError: the file is broken, or the group is written so that it cannot be changed here.
    """
    document = parse_toml(text, str(file))
    listed = "[" + ", ".join(f'"{symbol}"' for symbol in symbols) + "]"
    heading = _name_in_file(document, name)
    if heading is None:
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return _checked(
            f"{text}{gap}[{_key(name)}]\nsymbols = {listed}\n",
            {**document, name: {"symbols": list(symbols)}},
            file,
            name,
        )
    before, table, after = _parts(text, file, heading)
    changed = _LIST.sub(lambda match: match[1] + listed, table, count=1)
    result = {**document, heading: {**document[heading], "symbols": list(symbols)}}
    return _checked(before + changed + after, result, file, heading)


def without_group(text: str, file: Path, name: str) -> str:
    """The text of a user's themes.toml without a group; comments beside it stay.

    Raises:
        SourceError: there is none, the file is broken, or the group cannot be changed from here.
    """
    document = parse_toml(text, str(file))
    heading = _name_in_file(document, name)
    if heading is None:
        listed = ", ".join(clean(one, _LONGEST) for one in document) or "none"
        raise SourceError(
            f'has no group "{clean(name, _LONGEST)}"; in it: {listed}', file=str(file)
        )
    before, table, after = _parts(text, file, heading)
    changed, lists = _LIST.subn(_GONE, table, count=1)
    if not lists:
        raise _not_here(file, heading)
    lines = changed.splitlines(keepends=True)
    comments = [line for line in lines if not line.strip() or line.lstrip().startswith("#")]
    result = {key: value for key, value in document.items() if key != heading}
    return _checked(before + "".join(comments) + after, result, file, heading)


def _name_in_file(document: dict[str, Any], name: str) -> str | None:
    """A group's name as the file writes it, None where it has none."""
    return next((one for one in document if one.casefold() == name.casefold()), None)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else toml_string(name)


def _parts(text: str, file: Path, name: str) -> tuple[str, str, str]:
    """The text before a group's heading, the group with its heading, and the text after it."""
    lines = text.splitlines(keepends=True)
    heads = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")]
    for place, first in enumerate(heads):
        try:
            mine = tomllib.loads(lines[first]) == {name: {}}
        except tomllib.TOMLDecodeError:
            continue
        if mine:
            last = heads[place + 1] if place + 1 < len(heads) else len(lines)
            return "".join(lines[:first]), "".join(lines[first:last]), "".join(lines[last:])
    raise _not_here(file, name)


def _checked(text: str, document: dict[str, Any], file: Path, name: str) -> str:
    """Return the new text once it is known to hold the wanted change and no other.

    Raises:
        SourceError: it does not.
    """
    try:
        result = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError:
        result = {}
    if result != document:
        raise _not_here(file, name)
    return text


def _not_here(file: Path, name: str) -> SourceError:
    group = clean(name, _LONGEST)
    return SourceError(f'"{group}" cannot be changed from here as it is written', file=str(file))
