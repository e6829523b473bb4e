"""The arguments of the command line: commands, options, and what each is for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NoReturn

from core.explain.measures import measures_help
from tui import VERSION
from tui.cli.streams import BAD_INPUT, say
from tui.written.formats import FORMATS
from tui.written.parts import PARTS


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and whose options are written out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Leave with one line and exit code 2."""
        self.exit(say(f"{message}; see {self.prog} --help", BAD_INPUT))


def _path(text: str) -> Path:
    """A path from the command line; an empty one would silently be the working directory."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the path is empty; is a variable not set?")
    return Path(text)


def _options(*, question: bool) -> _Parser:
    """The options shared by the screen and its commands; absent ones leave no attribute."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--home", type=_path, metavar="DIR", help="keep everything under DIR")
    shared.add_argument("--demo", action="store_true", help="a simulated market, no network")
    if question:
        shared.add_argument("--pair", metavar="SMALL:LARGE", help="two funds, such as IWM:SPY")
        shared.add_argument("--window", help="YTD, 1M, 2025, 2026-01-21:2026-05-05 ...")
        shared.add_argument("--as-of", metavar="DATE", help="answer as of an earlier session")
        shared.add_argument("--basis", choices=("tr", "pr"), help="total or price return")
    return shared


def parser() -> argparse.ArgumentParser:
    """Everything the command line takes."""
    asked, place = _options(question=True), _options(question=False)
    top = _Parser(
        prog="internals",
        parents=[asked],
        description="How far two indices have parted, who did it, and how broad it was."
        " Without a command: the screen.",
    )
    top.add_argument("--version", action="version", version=f"internals {VERSION}")
    top.add_argument("--read-only", action="store_true", help="look only: fetch and keep nothing")
    top.add_argument("--watch", action="store_true", help="open with live quotes (the key p)")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    note = commands.add_parser("note", parents=[asked], help="the answer, written")
    note.add_argument("--format", choices=FORMATS, default="text")
    note.add_argument("--output", type=_path, metavar="FILE", help="write to FILE")

    note.add_argument("--since", type=_path, metavar="FILE", help="an earlier note's JSON")
    note.add_argument("--part", choices=PARTS, metavar="PART", help="with csv: " + " ".join(PARTS))

    tables = commands.add_parser("export", parents=[asked], help="every table, a file each")
    tables.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    tables.add_argument("directory", type=_path, metavar="DIR")

    why = commands.add_parser(
        "explain",
        parents=[asked],
        help="how a number came about",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="measures:\n" + measures_help(),
    )
    why.add_argument("fund", help="an index's fund, such as IWM")
    why.add_argument("symbol", nargs="?", help="one of its lines, such as BE")
    why.add_argument("--measure", metavar="NAME", help="a measure by its name, such as top:3")

    fetch = commands.add_parser("refresh", parents=[asked], help="fetch what is stale")
    fetch.add_argument("--full", action="store_true", help="ask for everything, whole")
    fetch.add_argument("--quiet", action="store_true", help="no progress; for cron")
    fetch.add_argument("--no-alerts", action="store_true", help="judge no alerts at the end")
    fetch.add_argument("--progress", choices=("json",), help="one JSON object a line on stderr")

    commands.add_parser(
        "quotes", parents=[asked], help="today's quotes of a pair and its lines, as JSON lines"
    )

    bring = commands.add_parser("import", help="bring your own files")
    kinds = bring.add_subparsers(dest="kind", metavar="KIND", required=True)
    file = kinds.add_parser("holdings", parents=[place], help="issuer CSV or XLSX, or plain CSV")
    file.add_argument("file", type=_path)
    file.add_argument("--fund", help="the fund, where the file does not say")
    file.add_argument("--as-of", dest="dated", metavar="DATE", help="the file's date, likewise")
    closes = kinds.add_parser("prices", parents=[place], help="CSV or Parquet of closes")
    closes.add_argument("file", type=_path)
    closes.add_argument("--unadjusted", action="store_true", help="closes are as traded")
    ahead = kinds.add_parser("changes", parents=[place], help="CSV of announced joiners, leavers")
    ahead.add_argument("file", type=_path)

    forget = commands.add_parser("forget", help="take a wrong import back")
    what = forget.add_subparsers(dest="kind", metavar="KIND", required=True)
    gone = what.add_parser("holdings", parents=[place], help="a fund's file of one date")
    gone.add_argument("fund")
    gone.add_argument("date")
    untold = what.add_parser("changes", parents=[place], help="a fund's announced changes")
    untold.add_argument("fund")
    untold.add_argument("date", nargs="?", help="the effective date; without it, all of them")

    publish = commands.add_parser("publish", parents=[place], help="a copy that a desk may read")
    publish.add_argument("target", type=_path, metavar="DIR", help="what others open with --home")
    publish.add_argument("--group", metavar="NAME", help="for this group alone, not for everyone")

    serve = commands.add_parser("serve", parents=[asked], help="the screen in a browser here")
    serve.add_argument("--port", type=int, default=8765, help="of 127.0.0.1; 0 takes a free one")

    status = commands.add_parser("status", parents=[place], help="what is held, and how old")
    status.add_argument("--format", choices=("text", "json"), default="text")

    doctor = commands.add_parser("doctor", parents=[place], help="what is to be mended here")
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.add_argument("--offline", action="store_true", help="ask no host")
    return top
