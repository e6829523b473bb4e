"""``internals refresh``: run a refresh and show how far it has come, on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from cache.facts.errors import CacheError, why
from tui.service.cost import window_start
from tui.text import formats as f
from tui.text.safe import safe, safe_lines
from tui.text.streams import ANSWERED, BY_SIGNAL, IN_PART, NOTHING, say, write_error

if TYPE_CHECKING:
    from cache.refresh.progress import Progress, Summary
    from core.data.question import Question
    from tui.service.service import Desk
    from tui.state.config import Config

Style = Literal["bar", "json", "none"]


def fetch(desk: Desk, question: Question, config: Config, arguments: argparse.Namespace) -> int:
    """Fetch what is stale for a pair or for the board, and judge the alerts.

    Returns:
        The exit code: 0 with everything brought, 1 in part, 3 with nothing held at all; above
        128 where a signal has stopped it.

    Raises:
        CacheError: another refresh is under way, or the store cannot be written.
    """
    began, style = datetime.now(UTC), _style(arguments)
    if arguments.accept:
        _accept(desk, question, began)
    code = _fetch(desk, question, config, arguments, style)
    if not arguments.no_alerts:
        _judge(desk, config, began, style)
    return code


def _style(arguments: argparse.Namespace) -> Style:
    """How progress is shown."""
    return "json" if arguments.progress else "none" if arguments.quiet else "bar"


def _fetch(
    desk: Desk, question: Question, config: Config, arguments: argparse.Namespace, style: Style
) -> int:
    """Fetch, say what came, and return the exit code."""
    from cache.facts.errors import StoreError
    from cache.facts.funds import load_funds
    from cache.facts.pairs import board_funds
    from cache.refresh.interrupt import Stop, heed_reader
    from cache.refresh.refresh import refresh
    from cache.refresh.request import Request
    from cache.sources.issuers import Issuers
    from cache.sources.sandbox import Children
    from tui.service.price_sources import Sources

    home, now, stop = desk.store.home, datetime.now(UTC), Stop()
    if style == "json":
        with suppress(OSError, ValueError):
            heed_reader(sys.stderr.fileno())
    try:
        sources = Sources(desk.places, config, home)
        prices, vendor = sources.make(config.source)
    except OSError as error:
        raise StoreError(f"cannot write to {home}: {error.strerror}") from None
    with reporting(arguments) as report, Children() as children:
        summary = refresh(
            desk.store,
            Request(
                (question.small, question.large),
                now,
                desk.reference,
                load_funds(desk.places.config / "funds.toml"),
                full=arguments.full,
                again=arguments.retry,
                since=window_start(question, now),
                rate=config.rate,
                board=board_funds(config.pairs) if arguments.board else (),
            ),
            report=report,
            prices=prices,
            vendor=vendor,
            others=[(partial(sources.source, key), sources.vendor(key)) for key in config.then],
            files=Issuers(children=children),
            stop=stop,
        )
    # Reasons a symbol tell nothing where nobody was reached; cron mails whatever is said.
    if style == "bar" and (summary.has_new or not prices.unreachable):
        write_error(safe_lines(f"{text(summary)}\n"))
    elif style != "json" and not summary.ok:
        # What is to be done about a file stands at the end of its reason.
        files = [
            f"{name}: {why}" for name, why in summary.failed.items() if name.startswith("holdings ")
        ]
        sentence = summary.message + (f" ({files[0]})" if files else "")
        say(sentence, IN_PART)
    elif style == "none" and summary.clock:
        say(summary.clock, ANSWERED)
    if summary.ok:
        return ANSWERED
    if stop.number:
        return BY_SIGNAL + stop.number
    return IN_PART if summary.has_new or desk.generation() is not None else NOTHING


@contextmanager
def reporting(arguments: argparse.Namespace) -> Iterator[Callable[[Progress], None] | None]:
    """The function that shows progress on stderr as the arguments ask for it; None for none."""
    style = _style(arguments)
    with ExitStack() as stack:
        yield _json if style == "json" else _bar(stack) if style == "bar" else None


def _accept(desk: Desk, question: Question, now: datetime) -> None:
    """Use the holdings files of a pair that were set aside; says on stderr which."""
    pair = (question.small, question.large)
    aside = [one for one in desk.store.read_or_empty().aside if one.fund in pair]
    if aside:
        desk.store.change(lambda draft: draft.accept(pair, now))
    for one in aside:
        say(f"holdings {one.fund} of {one.as_of}, set aside until now, are used", ANSWERED)
    if not aside:
        say(f"no file of {' or '.join(pair)} is set aside", ANSWERED)


def _judge(desk: Desk, config: Config, since: datetime, style: Style) -> None:
    """Judge the alerts on the stored data now, and say on stderr which have fired since."""
    from core.data.errors import CoreError
    from tui.alerts.book import AlertBook
    from tui.alerts.judging import check

    try:
        sentences = check(desk, AlertBook(desk.memory), config, since, datetime.now(UTC))
    except (CoreError, CacheError, OSError) as error:
        sentences = [f"the alerts are not judged: {why(error)}"]
    for sentence in sentences:
        if style == "json":
            write_error(json.dumps({"alert": safe(sentence)}) + "\n")
        else:
            say(sentence, ANSWERED)


def text(summary: Summary) -> str:
    """The summary for a person: what came, what did not and why, what it cost."""
    lines = [summary.message]
    for reason, names in list(summary.by_reason().items())[:20]:
        few = " ".join(names[:8]) + (f" and {len(names) - 8:,} more" if len(names) > 8 else "")
        lines.append(f"  {len(names):,} failed: {reason} ({few})")
    beyond = {
        "second tries": summary.retried,
        "histories fetched again": len(summary.refetched),
        "second addresses": summary.addresses,
    }
    more = ", ".join(f"{count:,} {what}" for what, count in beyond.items() if count)
    lines.append(
        f"  {f.count(summary.new_bars)} new closes of {f.count(summary.symbols)} symbols,"
        f" {len(summary.files):,} holdings files; {f.count(summary.requests)} requests"
        f" in {summary.seconds:.0f} s, {f.count(summary.planned)} of them planned"
        + (f" ({more})" if more else "")
    )
    return "\n".join(lines)


def _json(progress: Progress) -> None:
    write_error(f"{progress.to_json()}\n")


def _bar(stack: ExitStack) -> Callable[[Progress], None] | None:
    """A progress bar on a terminal's stderr; nothing where stderr is none."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = stack.enter_context(
        Bar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
    )
    task = bar.add_task("plan", total=None, rate="")

    def show(progress: Progress) -> None:
        failed = f", {progress.failed:,} failed" if progress.failed else ""
        rate = f"{progress.rate:.1f}/s" if progress.rate else ""
        bar.update(
            task,
            description=f"{progress.stage} {safe(progress.symbol)}{failed}",
            total=progress.total or None,
            completed=progress.done,
            rate=rate,
        )

    return show
