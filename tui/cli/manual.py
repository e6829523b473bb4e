"""The manual page, docs/internals.1: written from the parser and from the table of keys.

``python -m tui.cli.manual`` writes it anew (`dev.py manual`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from cache.facts.interpreter import ROOT
from tui import VERSION
from tui.cli.arguments import whole_parser
from tui.command.commands import COMMANDS

FILE: Final = ROOT / "docs" / "internals.1"
_INTRODUCTION: Final = """\
For two indices at a time, each followed through a fund, internals answers how far they have
parted and when that was last seen, which names carried and which dragged, whether it was a
handful or the whole market, and who joins and leaves. Without a command it opens the screen.
Prices and holdings are kept in a local store; only refresh, quotes, serve, doctor without
--offline, and a home or publish at an address such as s3://bucket/desk use the network."""
_EXITS: Final = (
    ("0", "answered"),
    ("1", "answered in part"),
    ("2", "wrong use or bad input"),
    ("3", "nothing to answer from"),
    ("130", "ended by ctrl+c"),
)
_FILES: Final = (
    ("INTERNALS_HOME", "the directory of all data, as --home"),
    ("NO_COLOR", "no colour on the screen"),
    ("HTTPS_PROXY, REQUESTS_CA_BUNDLE", "the proxy and the certificates that a refresh uses"),
)


def page() -> str:
    """The manual page as roff, one trailing newline."""
    parser = whole_parser()
    # no date: the page changes when the program does, and not from day to day
    head = [f'.TH INTERNALS 1 "" "internals {VERSION}" "User Commands"']
    head += [".SH NAME", r"internals \- the internals of two stock indices, in the terminal"]
    head += [".SH SYNOPSIS", ".B internals", r"[options] [command]"]
    head += [".SH DESCRIPTION", *_text(_INTRODUCTION)]
    body = [".SH OPTIONS", *_options(parser), ".SH COMMANDS"]
    for name, help_line, command in _commands(parser):
        body += [f".SS {_escaped(name)}", *_text(f"{help_line}."), *_options(command)]
    body += [".SH KEYS"]
    for group, rows in groupby((c for c in COMMANDS if c.keys), lambda command: command.group):
        body += [f".SS {_escaped(group)}"]
        for row in rows:
            body += _entry(" ".join(row.keys), row.help)
    body += [".SH EXIT STATUS", *_table(_EXITS), ".SH ENVIRONMENT", *_table(_FILES)]
    return "\n".join([*head, *body]) + "\n"


def _commands(
    parser: argparse.ArgumentParser, before: str = ""
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Name, help and parser of each command, and of the kinds below one."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, command in action.choices.items():
                yield f"{before}{name}", helps[name], command
                yield from _commands(command, f"{before}{name} ")


def _options(parser: argparse.ArgumentParser) -> list[str]:
    """The arguments of one parser, without the help and the commands below it."""
    rows: list[str] = []
    for action in parser._actions:
        if isinstance(action, (argparse._HelpAction, argparse._SubParsersAction)):
            continue
        value = action.metavar or ("|".join(map(str, action.choices)) if action.choices else "")
        value = value if isinstance(value, str) else " ".join(value)
        if not value and action.nargs != 0:
            value = action.dest.upper()
        names = ", ".join(action.option_strings)
        rows += _entry(f"{names} {value}".strip(), action.help or "")
    return rows


def _entry(term: str, help_line: str) -> list[str]:
    """A tagged paragraph; the parser's doubled percent signs are single ones here."""
    rows = [".TP", f".B {_escaped(term)}"]
    return [*rows, *_text(help_line.replace("%%", "%"))] if help_line else [*rows, r"\&"]


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [line for term, meaning in rows for line in _entry(term, meaning)]


def _text(text: str) -> list[str]:
    """Lines of running text; one that begins like a request of roff is escaped."""
    return [
        rf"\&{_escaped(line)}" if line.startswith((".", "'")) else _escaped(line)
        for line in text.splitlines()
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")


def main() -> None:
    """Write the page to docs/internals.1."""
    FILE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
