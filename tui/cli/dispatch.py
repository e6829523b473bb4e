"""The command line: arguments to the screen, to a written answer, or to the store.

Exit codes: 0 answered, 1 answered in part, 2 wrong use or bad input, 3 nothing to answer
from, 130 ended by ctrl+c. Errors are one line on stderr; stdout carries the answer alone.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.errors import CacheError, StoreEmpty, why
from core.data.errors import CoreError, MeasureError, NoSuchNameError, WindowError
from core.data.question import Question
from tui.cli.arguments import parser
from tui.state.config import FILE, Config, ConfigError, as_date, load, with_flags
from tui.state.places import Places, places
from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, NOTHING, open_streams, say, write

if TYPE_CHECKING:
    from tui.service.service import Desk

#: The exit code that a shell gives a command ended by ctrl+c.
INTERRUPTED: Final = 130
#: Commands that bring data into the store or take it out.
WRITING: Final = ("import", "forget", "refresh")
#: Commands that fetch or keep something elsewhere, beside them.
KEEPING: Final = ("publish", "quotes")
#: The screen and what else stays open: of a published home it shows what comes meanwhile.
STAYING: Final = (None, "serve", "mcp")


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; no exception but SystemExit leaves."""
    open_streams()
    # until they are read: nothing is kept of a fault
    arguments = argparse.Namespace(read_only=True)
    try:
        arguments = parser(argv).parse_args(argv)
        return _command(arguments)
    except (WindowError, MeasureError, NoSuchNameError) as error:
        return say(f"{error}", BAD_INPUT)
    except (StoreEmpty, CoreError) as error:
        return say(f"{error}", NOTHING)
    except BrokenPipeError:
        # whoever read the answer has left: no more is written, not even at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    except KeyboardInterrupt:
        return INTERRUPTED
    except (CacheError, ConfigError, OSError) as error:
        return say(why(error), BAD_INPUT)
    except Exception as error:
        if os.environ.get("INTERNALS_TRACEBACK"):
            raise
        from tui.terminal import crash

        log = None if arguments.read_only else crash.place(getattr(arguments, "home", None))
        sentence = crash.sentence(error, log, datetime.now(UTC))
        return say(
            f"a fault in the program: {sentence}; nothing that was stored is lost", BAD_INPUT
        )


def _command(arguments: argparse.Namespace) -> int:
    if arguments.command is not None:
        from tui.cli.combinations import without_effect

        if sentence := without_effect(arguments):
            return say(sentence, BAD_INPUT)
    home: Path | None = getattr(arguments, "home", None)
    demo: bool = getattr(arguments, "demo", False)
    if not demo and arguments.command != "completion":
        from tui.cli.remote import local_home

        if (local := local_home(home, follow=arguments.command in STAYING)) is not None:
            home = arguments.home = local
    where = places(home, demo=demo)
    if arguments.command is None:
        return _screen(arguments, where)
    if arguments.command == "completion":
        from tui.cli.shell_completion import completion

        return completion(arguments.shell)
    if arguments.command == "doctor":
        from tui.doctor.examine import report

        offline = arguments.offline or arguments.read_only
        return report(where, demo=demo, offline=offline, kind=arguments.format)
    from tui.service.service import Desk

    desk = Desk(where, demo=demo, home=home, looking=arguments.read_only)
    if desk.memory.refusal and arguments.command in WRITING + KEEPING:
        return say(f"{arguments.command}: {desk.memory.refusal}", BAD_INPUT)
    if desk.read_only and arguments.command in WRITING:
        return say(f"{home or where.config}: {desk.read_only}", BAD_INPUT)
    if arguments.command == "publish":
        from tui.cli.publishing import publish

        return publish(desk, arguments.target, group=arguments.group)
    if arguments.command == "serve":
        # its pages look only, and make nothing
        desk.prepare()
        return _serve(arguments)
    if arguments.command == "mcp":
        return _assist(where, desk, demo=demo, home=home)
    if arguments.command == "import":
        from tui.cli.importing import bring

        return bring(arguments, desk)
    if arguments.command == "funds":
        from tui.cli.funds import funds

        return funds(arguments, desk)
    if arguments.command == "forget":
        from tui.cli.forgetting import forget

        return forget(arguments, desk)
    if arguments.command == "status":
        from tui.cli.status import imports, status

        if arguments.imports:
            return imports(desk, arguments.format)
        return status(desk, _settings(arguments, where)[0], arguments.format)
    config, as_of = _settings(arguments, where)
    if arguments.command == "refresh":
        return _refresh(desk, _alone(config.question(), arguments), config, arguments)
    if arguments.command == "quotes":
        return _quotes(desk, _alone(config.question(), arguments))
    if arguments.command == "board":
        from tui.cli.board import write_board

        return write_board(desk, config, as_of, arguments, arguments.group)
    from tui.cli.questions import narrowed, opening_question

    question = _alone(opening_question(desk, config, as_of), arguments)
    if arguments.command == "history":
        from tui.cli.history import write_history

        return write_history(desk, question, arguments)
    question = narrowed(desk, question, arguments.without, arguments.theme, arguments.breadth_list)
    if arguments.command == "note":
        return _note(desk, config, question, arguments)
    if arguments.command == "export":
        return _export(desk, question, arguments)
    from tui.cli.explaining import explain

    return explain(desk, question, arguments)


def _settings(arguments: argparse.Namespace, where: Places) -> tuple[Config, date | None]:
    """Read the settings, the flags over them, and the as-of date of the command line."""
    config = with_flags(
        load(where.settings / FILE),
        getattr(arguments, "pair", None),
        getattr(arguments, "window", None),
        getattr(arguments, "basis", None),
    )
    return config, as_date(arguments.as_of) if hasattr(arguments, "as_of") else None


def _screen(arguments: argparse.Namespace, where: Places) -> int:
    """The screen: its frame first, then what it shows."""
    from tui.cli.screen import show
    from tui.state.state_files import Memory

    home: Path | None = getattr(arguments, "home", None)
    demo: bool = getattr(arguments, "demo", False)
    config, as_of = _settings(arguments, where)
    config = replace(config, watch=config.watch or arguments.watch)
    memory = Memory(where.state)

    def opener(config: Config) -> tuple[Desk, Config, Question]:
        from tui.cli.questions import opening_question
        from tui.service.service import Desk

        desk = Desk(where, demo=demo, home=home, looking=arguments.read_only)
        if desk.read_only:
            config = replace(config, refresh_on_open=False)
        question = opening_question(desk, config, as_of, memory.question())
        return desk, config, _alone(question, arguments)

    # a simulated market opens with its question, whatever was remembered
    first = _alone(config.question(Question() if demo else memory.question()), arguments)
    return show(config, first, memory, opener, simulated=demo)


def _serve(arguments: argparse.Namespace) -> int:
    try:
        from tui.cli import serve
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("textual_serve", "aiohttp"):
            raise
        return say("the browser needs one more package: pip install 'internals[serve]'", BAD_INPUT)
    serve.serve(serve.command(arguments), arguments.port)
    return ANSWERED


def _assist(where: Places, desk: Desk, *, demo: bool, home: Path | None) -> int:
    try:
        from tui.cli import assistant
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "anyio", "jsonschema"):
            raise
        return say("assistants need one more package: pip install 'internals[mcp]'", BAD_INPUT)
    from tui.service.service import Desk

    # a simulated market is made once; from then on nothing is
    desk.prepare()
    assistant.serve(Desk(where, demo=demo, home=home, looking=True))
    return ANSWERED


def _alone(question: Question, arguments: argparse.Namespace) -> Question:
    """The question of one index alone, where ``--index`` names it.

    Raises:
        ConfigError: a pair is named as well, or a total return that an index does not have.
    """
    from core.data.question import without_dividends
    from tui.cli.questions import of_index

    pair = hasattr(arguments, "pair")
    question = of_index(question, getattr(arguments, "index", None), pair=pair)
    if getattr(arguments, "basis", "") == "tr" and (sentence := without_dividends(question)):
        raise ConfigError(f"--basis tr: {sentence}")
    return question


def _note(desk: Desk, config: Config, question: Question, arguments: argparse.Namespace) -> int:
    from tui.report.answer_file import answer_to
    from tui.report.note_formats import PICTURE_FORMATS, ranked_measures, tells_daily, written

    drawing = arguments.format in PICTURE_FORMATS
    if arguments.picture == "board":
        from tui.cli.board import write_board

        return write_board(desk, config, question.as_of, arguments, group=None)
    daily = arguments.length is None and tells_daily(arguments.format, arguments.part)
    snapshot = desk.take(replace(question, daily=daily))
    if daily and arguments.format != "csv":
        from core.answer.history import with_ranks

        names = ranked_measures((arguments.format,))
        market = desk.market()
        snapshot = with_ranks(market, snapshot, names, desk.histories(market))
    for doubt in desk.market().reference.doubts:
        say(doubt, ANSWERED)
    earlier = None
    if arguments.since is not None:
        from tui.report.since import compared

        earlier = compared(arguments.since, snapshot)
    text: str | bytes
    if arguments.length is not None:
        from tui.report.export import to_story

        text = to_story(snapshot, arguments.length, markdown=arguments.format == "md")
    elif arguments.part is not None:
        from tui.report.tidy import part_csv

        text = part_csv(snapshot, earlier, arguments.part)
    elif drawing:
        from tui.report import gallery, plate, png

        svg = (
            gallery.to_svg(snapshot, arguments.picture, dark=arguments.dark)
            if arguments.picture
            else plate.to_svg(snapshot, dark=arguments.dark)
        )
        text = png.in_format(svg, arguments.format)
    else:
        text = written(snapshot, arguments.format, earlier)
    answer_to(arguments.output, text, desk.ledger, kind=arguments.format, force=arguments.force)
    return ANSWERED if snapshot.complete else IN_PART


def _export(desk: Desk, question: Question, arguments: argparse.Namespace) -> int:
    if arguments.history:
        if arguments.format != "parquet":
            return say("--history is written as Parquet alone", BAD_INPUT)
        from tui.report.history_files import write_history as write_files

        question = replace(question, window="MTD")
        count = write_files(
            desk.market(), question, arguments.directory, desk.ledger, force=arguments.force
        )
        write(f"{count} files written to {arguments.directory}\n")
        return ANSWERED
    from tui.report.tidy import export

    snapshot = desk.take(replace(question, daily=True))
    count = export(
        snapshot, arguments.directory, arguments.format, desk.ledger, force=arguments.force
    )
    write(f"{count} tables written to {arguments.directory}\n")
    return ANSWERED if snapshot.complete else IN_PART


def _quotes(desk: Desk, question: Question) -> int:
    if desk.simulated:
        return say("the demo market is simulated; there are no quotes of it", BAD_INPUT)
    from tui.cli.quotes import run

    return run(desk, question, lambda line: print(line, flush=True))  # noqa: T201


def _refresh(desk: Desk, question: Question, config: Config, arguments: argparse.Namespace) -> int:
    if desk.simulated:
        return say("the demo market is simulated; there is nothing to fetch", BAD_INPUT)
    if arguments.history is not None:
        from tui.cli.archive import fetch_history

        return fetch_history(desk, arguments)
    if arguments.compare:
        from tui.cli.comparing import compare

        return compare(desk, question, config, arguments.compare, arguments.format or "text")
    from tui.cli.refresh import fetch

    return fetch(desk, question, config, arguments)
