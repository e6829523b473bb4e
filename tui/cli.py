"""The command line: arguments to the screen, to a written answer, or to the store.

Exit codes: 0 answered, 1 answered in part, 2 wrong use or bad input, 3 nothing to answer
from. Errors are one line on stderr; stdout carries the answer alone.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from cache.clean import clean
from cache.errors import CacheError, SourceError, StoreEmpty
from core.frames import CoreError
from core.views import Question
from core.windows import WindowError
from tui.config import FILE, Config, ConfigError, load, with_flags
from tui.desk import Desk, as_date
from tui.places import places

if TYPE_CHECKING:
    from cache.sources.rows import Rejected

ANSWERED: Final = 0
IN_PART: Final = 1
BAD_INPUT: Final = 2
NOTHING: Final = 3
#: Refused rows that are listed one by one.
LISTED: Final = 1000
_FORMATS: Final = ("text", "md", "json", "csv")
#: Formats that other programs read, in UTF-8 whatever the terminal's coding.
_DATA: Final = ("json", "csv")
#: The longest sentence on stderr, in characters.
_LONGEST: Final = 2000


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and whose options are written out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Leave with one line and exit code 2."""
        self.exit(_say(f"{message}; see {self.prog} --help", BAD_INPUT))


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


def _parser() -> argparse.ArgumentParser:
    from tui import VERSION

    asked, place = _options(question=True), _options(question=False)
    top = _Parser(
        prog="internals",
        parents=[asked],
        description="How far two indices have parted, who did it, and how broad it was."
        " Without a command: the screen.",
    )
    top.add_argument("--version", action="version", version=f"internals {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    note = commands.add_parser("note", parents=[asked], help="the answer, written")
    note.add_argument("--format", choices=_FORMATS, default="text")
    note.add_argument("--output", type=_path, metavar="FILE", help="write to FILE")

    why = commands.add_parser("explain", parents=[asked], help="how a number came about")
    why.add_argument("fund", help="an index's fund, such as IWM")
    why.add_argument("symbol", nargs="?", help="one of its lines, such as BE")

    fetch = commands.add_parser("refresh", parents=[asked], help="fetch what is stale")
    fetch.add_argument("--full", action="store_true", help="ask for everything, whole")
    fetch.add_argument("--quiet", action="store_true", help="no progress; for cron")
    fetch.add_argument("--progress", choices=("json",), help="one JSON object a line on stderr")

    bring = commands.add_parser("import", help="bring your own files")
    kinds = bring.add_subparsers(dest="kind", metavar="KIND", required=True)
    file = kinds.add_parser("holdings", parents=[place], help="issuer CSV or XLSX, or plain CSV")
    file.add_argument("file", type=_path)
    file.add_argument("--fund", help="the fund, where the file does not say")
    file.add_argument("--as-of", dest="dated", metavar="DATE", help="the file's date, likewise")
    closes = kinds.add_parser("prices", parents=[place], help="CSV or Parquet of closes")
    closes.add_argument("file", type=_path)
    closes.add_argument("--unadjusted", action="store_true", help="closes are as traded")

    forget = commands.add_parser("forget", help="take a wrong import back")
    what = forget.add_subparsers(dest="kind", metavar="KIND", required=True)
    gone = what.add_parser("holdings", parents=[place], help="a fund's file of one date")
    gone.add_argument("fund")
    gone.add_argument("date")

    status = commands.add_parser("status", parents=[place], help="what is held, and how old")
    status.add_argument("--format", choices=("text", "json"), default="text")
    return top


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; no exception but SystemExit leaves."""
    _open_streams()
    arguments = _parser().parse_args(argv)
    try:
        return _command(arguments)
    except StoreEmpty as error:
        return _say(f"{error}", NOTHING)
    except WindowError as error:
        return _say(f"{error}", BAD_INPUT)
    except CoreError as error:
        return _say(f"{error}", NOTHING)
    except (CacheError, ConfigError) as error:
        return _say(f"{error}", BAD_INPUT)
    except BrokenPipeError:
        # whoever read the answer has left: no more is written, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror or error}", BAD_INPUT)
    except Exception as error:
        if os.environ.get("INTERNALS_TRACEBACK"):
            raise
        kind = type(error).__name__
        return _say(
            f"a fault in the program ({kind}: {error}); nothing that was stored is lost,"
            " INTERNALS_TRACEBACK=1 shows where",
            BAD_INPUT,
        )


def _open_streams() -> None:
    """Open what was closed at the start onto nothing.

    Python has None in its place, and the next file opened, one of the store's perhaps, would
    become the stream that a library or a child writes to.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _say(sentence: str, code: int) -> int:
    """One line on stderr, without what an argument or a file name could do to a terminal."""
    try:
        sys.stderr.write(f"internals: {clean(sentence, _LONGEST)}\n")
        sys.stderr.flush()
    except OSError:
        # what a full stderr cannot take must not change the exit code, not even at exit
        _let_go(sys.stderr)
    return code


def _let_go(stream: TextIO) -> None:
    """Point a stream that cannot be written to at nothing, so that what it still holds goes."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write(text: str, *, kind: str = "text") -> None:
    """The answer, on stdout: JSON and CSV in UTF-8, text as far as the terminal's coding goes."""
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8" if kind in _DATA else None, errors="replace")
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _let_go(out)
        raise OSError(error.errno, error.strerror, "standard output") from None


def _command(arguments: argparse.Namespace) -> int:
    home: Path | None = getattr(arguments, "home", None)
    demo: bool = getattr(arguments, "demo", False)
    where = places(home, demo=demo)
    desk = Desk(where, demo=demo, home=home)
    if arguments.command == "import":
        return _import(arguments, desk)
    if arguments.command == "forget":
        return _forget(desk, arguments.fund.upper(), as_date(arguments.date))
    if arguments.command == "status":
        from tui.status import to_json, to_text

        desk.prepare()
        found = desk.store.read()
        now = datetime.now(UTC)
        write = to_json if arguments.format == "json" else to_text
        _write(write(found, desk, now), kind=arguments.format)
        return ANSWERED
    config = with_flags(
        load(where.config / FILE),
        getattr(arguments, "pair", None),
        getattr(arguments, "window", None),
        getattr(arguments, "basis", None),
    )
    as_of = as_date(arguments.as_of) if hasattr(arguments, "as_of") else None
    if arguments.command == "refresh":
        return _refresh(desk, config.question(), config, arguments)
    if arguments.command == "note":
        return _note(desk, _question(desk, config, as_of, None), arguments)
    if arguments.command == "explain":
        return _explain(desk, _question(desk, config, as_of, None), arguments)
    return _screen(desk, config, _question(desk, config, as_of, desk.remembered()))


def _question(
    desk: Desk, config: Config, as_of: date | None, remembered: Question | None
) -> Question:
    """What is asked: flags, then what a simulated market opens with or what is remembered."""
    question = config.question(desk.opening() or remembered)
    opening = desk.opening()
    if as_of is None and opening is not None:
        as_of = opening.as_of
    return replace(question, as_of=as_of)


def _screen(desk: Desk, config: Config, question: Question) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _say(
            "the screen needs a terminal; `internals note` writes the same answer", BAD_INPUT
        )
    from tui.app import InternalsApp

    app = InternalsApp(desk, config, question)
    app.run()
    # a screen that broke has said so; it is no answer in part
    return BAD_INPUT if app.return_code else ANSWERED


def _note(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    from tui.export import FORMATS, write_file

    snapshot = desk.take(replace(question, daily=True))
    text = FORMATS[arguments.format](snapshot)
    target: Path | None = arguments.output
    if target is None or str(target) == "-":
        _write(text, kind=arguments.format)
    else:
        write_file(target, text)
    return ANSWERED if snapshot.complete else IN_PART


def _explain(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    from core import explain
    from tui.explained import to_text

    snapshot, market = desk.take(question), desk.market()
    fund: str = arguments.fund.upper()
    if fund not in (question.small, question.large):
        pair = f"{question.small}:{question.large}"
        return _say(f"{fund} is not of the pair {pair}; name it with --pair", BAD_INPUT)
    if arguments.symbol is None:
        found = explain.index(market, snapshot, fund)
        parts = [part for part in (found, explain.gap(market, snapshot)) if part is not None]
    else:
        symbol: str = arguments.symbol.upper()
        one = explain.line(market, snapshot, fund, symbol)
        if one is None and fund in snapshot.indices:
            return _say(
                f"{symbol} is in none of the holdings of {fund} that the window uses", BAD_INPUT
            )
        parts = [one] if one is not None else []
    if not parts:
        return _say("; ".join(snapshot.missing), NOTHING)
    head = "SIMULATED\n" if snapshot.simulated else ""
    _write(head + "\n".join(to_text(part) for part in parts))
    return ANSWERED if snapshot.complete else IN_PART


def _rejected(rows: Sequence[Rejected], file: Path) -> None:
    """Refused rows, one line each on stderr."""
    for row in rows[:LISTED]:
        error = SourceError(
            row.reason,
            file=file.name,
            line=row.line,
            column=row.column or None,
            symbol=row.symbol or None,
        )
        _say(str(error), IN_PART)
    if len(rows) > LISTED:
        _say(f"{file.name}: {len(rows) - LISTED:,} more rows were refused", IN_PART)


def _import(arguments: argparse.Namespace, desk: Desk) -> int:
    if desk.simulated:
        return _say("the demo market is made from a seed; import without --demo", BAD_INPUT)
    now = datetime.now(UTC)
    file: Path = arguments.file
    before = desk.generation()
    if arguments.kind == "prices":
        from cache.sources.prices import read_prices

        prices = read_prices(file, adjusted=not arguments.unadjusted, now=now)
        bars, rejected = prices.bars, prices.rejected
        held = desk.store.commit(bars=bars)
        said = (
            f"{len(bars):,} rows of {len(bars.symbols):,} symbols,"
            f" {bars.session.min()} to {bars.session.max()}"
        )
    else:
        from cache.funds import load_funds
        from cache.sources.holdings import read_holdings

        found = read_holdings(
            file,
            fund=arguments.fund.upper() if arguments.fund else None,
            as_of=as_date(arguments.dated) if arguments.dated else None,
            now=now,
            funds=load_funds(desk.places.config / "funds.toml"),
        )
        rejected = found.rejected
        held = desk.store.commit(holdings=[(found.holdings, found.raw)])
        rows = found.holdings
        said = (
            f"holdings of {rows.fund} as of {rows.as_of}: {len(rows.symbols):,} lines,"
            f" {len(rows.others):,} other rows left out"
        )
    _rejected(rejected, file)
    refused = f"; {len(rejected):,} rows refused" if rejected else ""
    unchanged = "; nothing new" if held.generation == before else ""
    _write(f"{clean(file.name, 200)}: {said}{refused}{unchanged}\n")
    return IN_PART if rejected else ANSWERED


def _forget(desk: Desk, fund: str, when: date) -> int:
    held = desk.store.read().holdings.get(fund, ())
    if all(file.as_of != when for file in held):
        dates = ", ".join(str(file.as_of) for file in held) or "none"
        return _say(f"no holdings of {fund} as of {when} are held; held are {dates}", BAD_INPUT)
    desk.store.commit(forget=[(fund, when)])
    _write(f"holdings of {fund} as of {when} are forgotten\n")
    return ANSWERED


def _refresh(desk: Desk, question: Question, config: Config, arguments: argparse.Namespace) -> int:
    if desk.simulated:
        return _say("the demo market is simulated; there is nothing to fetch", BAD_INPUT)
    from tui.fetching import fetch

    return fetch(
        desk,
        question,
        config,
        full=arguments.full,
        style="json" if arguments.progress else "none" if arguments.quiet else "bar",
    )
