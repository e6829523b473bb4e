"""The arguments of the command line: commands, options, and what each is for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, cast

from tui import VERSION
from tui.cli.argument_types import fund, path
from tui.text.streams import BAD_INPUT, say, write

_FORCE: Final = "replace a file that this program did not write, or that was changed since"


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and whose options are written out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def print_help(self, file: Any = None) -> None:
        """Print the help; a stdout that does not take it is an error, as for any answer."""
        super().print_help(file)
        write("")

    def error(self, message: str) -> NoReturn:
        """Leave with one line and exit code 2."""
        self.exit(say(f"{message}; see {self.prog} --help", BAD_INPUT))


class _Version(argparse.Action):
    """Prints the release and what it runs on, looked up only when it is requested."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Leave with one line and exit code 0."""
        import platform
        from importlib import metadata

        used = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "textual"))
        system = f"{platform.system()} {platform.machine()}"
        python = platform.python_version()
        write(f"internals {VERSION}, Python {python}, {system}, {used}\n")
        parser.exit()


#: The shells that are tried in the tests.
SHELLS: Final = ("bash", "zsh", "fish")


def _options(*, question: bool) -> _Parser:
    """The options shared by the screen and its commands; absent ones leave no attribute."""
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument(
        "--home", type=path, metavar="DIR", help="the directory of all data, or s3://bucket/desk"
    )
    shared.add_argument("--demo", action="store_true", help="a simulated market, no network")
    if question:
        shared.add_argument("--pair", metavar="SMALL:LARGE", help="two funds, such as IWM:SPY")
        shared.add_argument("--window", help="YTD, 1M, 2025, 2026-01-21:2026-05-05 ...")
        shared.add_argument("--as-of", metavar="DATE", help="answer as of an earlier session")
        shared.add_argument("--basis", choices=("tr", "pr"), help="total or price return")
    return shared


def parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser: every command by name, the one that is requested in full.

    Args:
        argv: the command line, which is only looked at.
    """
    top = _Parser(
        prog="internals",
        parents=[_options(question=True)],
        description="How far two indices have parted, who did it, and how broad it was."
        " Without a command: the screen.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="the release, and what it runs on")
    top.add_argument("--read-only", action="store_true", help="look only: fetch and keep nothing")
    top.add_argument("--index", metavar="FUND", help="one index alone, such as IWM")
    top.add_argument("--watch", action="store_true", help="open with live quotes (the key p)")
    other = _Parser(add_help=False)

    def parser_for(*, requested: bool = True, **options: Any) -> _Parser:
        """A command's parser; one for all that the line does not name, which parse nothing."""
        return _Parser(**options) if requested else other

    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", parser_class=cast(type[_Parser], parser_for)
    )
    for name, (words, question, fill) in _COMMANDS.items():
        if name not in argv:
            # its name and its words are for --help and for an error alone
            commands.add_parser(name, help=words, requested=False)
            continue
        parents = [] if question is None else [_options(question=question)]
        fill(commands.add_parser(name, parents=parents, help=words))
    return top


def whole_parser() -> argparse.ArgumentParser:
    """Build the parser with every command in full, as completion and the manual need it."""
    return parser(tuple(_COMMANDS))


def _completion(completion: argparse.ArgumentParser) -> None:
    completion.add_argument("shell", choices=SHELLS)


def _note(note: argparse.ArgumentParser) -> None:
    from tui.cli.questions import add_arguments
    from tui.report.note_formats import FORMATS, PICTURES
    from tui.report.parts import PARTS

    add_arguments(note)
    _index(note)
    note.add_argument("--format", choices=FORMATS, default="text")
    note.add_argument(
        "--picture", choices=PICTURES, metavar="NAME", help="with svg, png: " + " ".join(PICTURES)
    )
    _dark(note)
    note.add_argument("--length", choices=("short", "full"), help="prose alone, 60 or 250 words")
    _output(note)
    note.add_argument("--since", type=path, metavar="FILE", help="an earlier note's JSON")
    note.add_argument("--part", choices=PARTS, metavar="PART", help="with csv: " + " ".join(PARTS))


def _index(answer: argparse.ArgumentParser) -> None:
    # without a default of its own, or one written before the command would be lost
    answer.add_argument(
        "--index", default=argparse.SUPPRESS, metavar="FUND", help="one index alone, such as IWM"
    )


def _dark(answer: argparse.ArgumentParser) -> None:
    answer.add_argument("--dark", action="store_true", help="with svg, png: on a dark ground")


def _output(answer: argparse.ArgumentParser) -> None:
    answer.add_argument("--output", type=path, metavar="FILE", help="write to FILE")
    answer.add_argument("--force", action="store_true", help=_FORCE)


def _board(board: argparse.ArgumentParser) -> None:
    from tui.report.board import FORMATS

    board.add_argument("--group", metavar="NAME", help="one group of pairs, such as size")
    board.add_argument("--format", choices=FORMATS, default="text")
    _dark(board)
    _output(board)


def _history(history: argparse.ArgumentParser) -> None:
    from core.answer.history import EVERY
    from tui.report.history import FORMATS

    history.add_argument(
        "--measure", default="share_up", metavar="NAME,...", help="as `explain --help` lists them"
    )
    _index(history)
    history.add_argument("--fund", type=fund, metavar="FUND", help="only this fund of the pair")
    history.add_argument("--every", choices=EVERY, default="year", help="the period of each point")
    history.add_argument(
        "--series", default="", metavar="NAME,...", help="imported series, shown with the measures"
    )
    history.add_argument(
        "--keep-only", action="store_true", help="work it out for the next time, and write nothing"
    )
    history.add_argument("--format", choices=FORMATS, default="text")
    _output(history)


def _export(tables: argparse.ArgumentParser) -> None:
    from tui.cli.questions import add_arguments

    add_arguments(tables)
    tables.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    tables.add_argument("--force", action="store_true", help=_FORCE)
    tables.add_argument(
        "--history", action="store_true", help="the whole history: Parquet by table, fund and year"
    )
    tables.add_argument("directory", type=path, metavar="DIR")


def _explain(why: argparse.ArgumentParser) -> None:
    from core.explain.measures import measures_help
    from tui.cli.questions import add_arguments

    why.formatter_class = argparse.RawDescriptionHelpFormatter
    why.epilog = "measures:\n" + measures_help()
    add_arguments(why)
    why.add_argument("fund", help="an index's fund, such as IWM")
    why.add_argument("symbol", nargs="?", help="one of its lines, such as BE")
    why.add_argument("--format", choices=("text", "json"), default="text")
    why.add_argument("--measure", metavar="NAME", help="a measure by its name, such as top:3")


def _refresh(fetch: argparse.ArgumentParser) -> None:
    _index(fetch)
    fetch.add_argument(
        "--board", action="store_true", help="the closes of the board's funds: about 35 requests"
    )
    fetch.add_argument("--full", action="store_true", help="fetch everything anew")
    fetch.add_argument("--retry", action="store_true", help="ask also for what failed a while ago")
    fetch.add_argument(
        "--accept", action="store_true", help="use the holdings files that were set aside"
    )
    fetch.add_argument(
        "--compare", metavar="SOURCE", help="list the closes that another source gives differently"
    )
    fetch.add_argument("--format", choices=("text", "json"), help="with --compare: the format")
    fetch.add_argument(
        "--history", type=int, metavar="YEAR", help="a fund's month-end files from a year on"
    )
    fetch.add_argument(
        "--fund", type=fund, metavar="SYMBOL", help="with --history: the fund, such as IWM"
    )
    fetch.add_argument("--daily", action="store_true", help="with --history: a file a session")
    fetch.add_argument("--quiet", action="store_true", help="no progress; for cron")
    fetch.add_argument("--no-alerts", action="store_true", help="judge no alerts at the end")
    fetch.add_argument("--progress", choices=("json",), help="one JSON object a line on stderr")


def _import(bring: argparse.ArgumentParser) -> None:
    place = _options(question=False)
    kinds = bring.add_subparsers(dest="kind", metavar="KIND", required=True)
    file = kinds.add_parser(
        "holdings", parents=[place], help="an issuer's CSV, XLSX or JSON, or your own"
    )
    file.add_argument("file", type=path, nargs="+")
    file.add_argument("--fund", type=fund, help="the fund, where the file does not say")
    file.add_argument("--as-of", dest="dated", metavar="DATE", help="date of a file without one")
    _notation(file)
    closes = kinds.add_parser(
        "prices", parents=[place], help="closes: CSV, XLSX, Parquet, JSON, or a folder of them"
    )
    closes.add_argument("file", type=path, nargs="+")
    basis = closes.add_mutually_exclusive_group()
    basis.add_argument("--adjusted", action="store_true", help="closes are split-adjusted")
    basis.add_argument("--unadjusted", action="store_true", help="closes are as traded")
    closes.add_argument(
        "--replace", action="store_true", help="these histories replace the stored ones"
    )
    closes.add_argument(
        "--accept", action="store_true", help="merge also closes that do not fit the stored ones"
    )
    closes.add_argument("--symbol", metavar="SYM", help="their ticker, where no column says")
    _notation(closes)
    ahead = kinds.add_parser("changes", parents=[place], help="CSV of announced joiners, leavers")
    ahead.add_argument("file", type=path)
    _dates(ahead)
    members = kinds.add_parser(
        "membership", parents=[place], help="CSV of symbol, from, to: lists without weights"
    )
    members.add_argument("file", type=path)
    members.add_argument("--fund", type=fund, required=True, help="whose index it is, such as IWM")
    _dates(members)
    _dry_run(members)
    below = kinds.add_parser(
        "industries", parents=[place], help="CSV, XLSX or JSON of symbol, industry; sector"
    )
    below.add_argument("file", type=path)
    below.add_argument(
        "--as-of", dest="dated", metavar="DATE", help="the first day it counts for; else all"
    )
    _columns(below)
    _dry_run(below)
    series = kinds.add_parser("series", parents=[place], help="CSV of measure, date, value, source")
    series.add_argument("file", type=path)
    _dates(series)
    _decimal(series)
    _dry_run(series)


def _dates(file: argparse.ArgumentParser) -> None:
    file.add_argument(
        "--dates", choices=("dmy", "mdy", "ymd"), help="the order of day, month and year"
    )


def _notation(file: argparse.ArgumentParser) -> None:
    """Add the options that settle how a file is read where it does not say so itself."""
    _dates(file)
    _decimal(file)
    _columns(file)
    _dry_run(file)


def _columns(file: argparse.ArgumentParser) -> None:
    file.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="WORD=TITLE",
        help="what a column holds, such as adj_close=Adjusted,split=Factor",
    )
    file.add_argument(
        "--ignore", action="append", default=[], metavar="TITLE", help="a column not to read"
    )


def _decimal(file: argparse.ArgumentParser) -> None:
    file.add_argument("--decimal", choices=(".", ","), help="the decimal mark of its numbers")


def _dry_run(file: argparse.ArgumentParser) -> None:
    file.add_argument("--dry-run", action="store_true", help="say what is read, store nothing")


def _forget(forget: argparse.ArgumentParser) -> None:
    place = _options(question=False)
    what = forget.add_subparsers(dest="kind", metavar="KIND", required=True)
    holdings = what.add_parser("holdings", parents=[place], help="a fund's file of one date")
    holdings.add_argument("fund")
    holdings.add_argument("date")
    closes = what.add_parser("prices", parents=[place], help="everything stored of some symbols")
    closes.add_argument("symbols", nargs="+", metavar="SYMBOL")
    import_parser = what.add_parser("import", parents=[place], help="an import or a refresh")
    import_parser.add_argument(
        "id", type=int, metavar="ID", help="its number in `status --imports`"
    )
    series = what.add_parser("series", parents=[place], help="an imported series")
    series.add_argument("measure", help="its name, as `status` lists it")
    untold = what.add_parser("changes", parents=[place], help="a fund's announced changes")
    untold.add_argument("fund")
    untold.add_argument("date", nargs="?", help="the effective date; without it, all of them")


def _publish(publish: argparse.ArgumentParser) -> None:
    publish.add_argument("target", type=path, metavar="DIR", help="a folder or s3://bucket/desk")
    publish.add_argument("--group", metavar="NAME", help="for this group alone, not for everyone")


def _serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--port", type=int, default=8765, help="of 127.0.0.1; 0 takes a free one")


def _status(status: argparse.ArgumentParser) -> None:
    status.add_argument("--format", choices=("text", "json"), default="text")
    status.add_argument("--imports", action="store_true", help="what was imported, each by number")
    status.add_argument(
        "--pair", default=argparse.SUPPRESS, metavar="SMALL:LARGE", help="pair whose cost is shown"
    )


def _doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--format", choices=("text", "json"), default="text")
    doctor.add_argument("--offline", action="store_true", help="ask no host")


def _funds(listed: argparse.ArgumentParser) -> None:
    from cache.facts.fund_entry import FLAGS

    listed.add_argument("--format", choices=("text", "json"), default="text")
    actions = listed.add_subparsers(dest="action", metavar="ACTION")
    add = actions.add_parser("add", parents=[_options(question=False)], help="a fund of your own")
    add.add_argument("symbol")
    words = {
        "issuer": "by its name in funds.toml, such as iShares",
        "product": "the fund's number at its issuer",
        "index": 'what it follows, such as "Russell 2000": funds of one index lend members',
        "title": "as in the issuer's file",
        "family": "whose reconstitution dates hold for it, such as russell-us",
        "address": "where the file is; {date} stands for YYYYMMDD",
    }
    for name in FLAGS:
        add.add_argument(f"--{name}", metavar=name[0].upper(), help=words[name])


#: Command -> what it does, whether it takes a question or a place alone (None: neither), its own.
_COMMANDS: Final[
    Mapping[str, tuple[str, bool | None, Callable[[argparse.ArgumentParser], None]]]
] = {
    "note": ("the answer, written", True, _note),
    "board": ("every pair at a glance", True, _board),
    "history": ("measures over every year, month or session", True, _history),
    "export": ("every table, a file each", True, _export),
    "explain": ("how a number came about", True, _explain),
    "refresh": ("fetch what is stale", True, _refresh),
    "quotes": ("today's quotes of a pair and its lines, as JSON lines", True, _index),
    "import": ("import your own files", None, _import),
    "funds": ("the funds known, and adding one", False, _funds),
    "forget": ("take a wrong import back", None, _forget),
    "publish": ("a copy that others may read", False, _publish),
    "serve": ("the screen in a browser here", True, _serve),
    "mcp": ("answers for an assistant, on stdin and stdout", False, lambda _: None),
    "status": ("what is stored, and how old", False, _status),
    "completion": ("what Tab completes in a shell", None, _completion),
    "doctor": ("what needs fixing here", False, _doctor),
}
