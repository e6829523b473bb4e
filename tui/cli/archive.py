"""`internals refresh --history YEAR --fund SYMBOL`: a fund's dated files of many years.

The months of its measures are worked out at once, also after an import of many files.
"""

from __future__ import annotations

import argparse
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cache.facts.errors import CacheError
from cache.facts.funds import load_funds
from cache.facts.sessions import last_final
from cache.refresh.absent_files import load_absent
from cache.refresh.archive import archive_plan, fetch_archive
from cache.refresh.interrupt import Stop
from tui.state.config import FILE, ConfigError, load
from tui.text.streams import ANSWERED, BAD_INPUT, BY_SIGNAL, IN_PART, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.service.service import Desk

#: Files of two years of month ends: a history of fewer is worked out as quickly as it is read.
_MANY: Final = 24


def fetch_history(desk: Desk, arguments: argparse.Namespace) -> int:
    """Print the requests to come and their time, send them, and print what came."""
    from cache.sources.issuers import Issuers
    from cache.sources.sandbox import Children
    from tui.cli.refresh import reporting

    now = datetime.now(UTC)
    symbol = arguments.fund or ""
    fund = load_funds(desk.places.config / "funds.toml").get(symbol)
    if fund is None or not fund.dated:
        what = "--history needs --fund" if not symbol else f"{symbol}: its issuer has no archive"
        return say(
            f"{what}; name a fund whose issuer answers for past dates, such as IWM", BAD_INPUT
        )
    if not 1990 <= arguments.history <= now.year:
        return say(f"--history {arguments.history}: name the first year, such as 2006", BAD_INPUT)
    plan = archive_plan(
        fund,
        desk.store.read_or_empty().holdings.get(symbol, ()),
        desk.reference.sessions,
        arguments.history,
        last_final(now),
        daily=arguments.daily,
        absent=load_absent(desk.store.home, now),
    )
    if not arguments.quiet:
        say(f"{symbol}: {plan.sentence()}", ANSWERED)
    if not plan.asks:
        return ANSWERED
    with reporting(arguments) as report, Children() as children:
        issuers = Issuers(children=children)
        stop = Stop()
        summary = fetch_archive(
            desk.store, fund, plan, issuers, now, desk.reference, report=report, stop=stop
        )
    reasons = Counter(reason.partition(";")[0] for reason in summary.failed.values())
    words = [f"{len(summary.files):,} files fetched"]
    words += [f"{count:,} not: {reason}" for reason, count in reasons.most_common(3)]
    if summary.left:
        words.append(f"stopped with {summary.left:,} to go: the same command goes on")
    if not arguments.quiet or summary.failed or summary.left:
        say(f"{symbol}: {'; '.join(words)}", ANSWERED)
    if not summary.left:
        # who has stopped it waits for nothing more
        keep_histories(desk, {symbol: len(summary.files)}, quiet=arguments.quiet)
    if summary.left and stop.number:
        return BY_SIGNAL + stop.number
    return IN_PART if summary.failed or summary.left else ANSWERED


def keep_histories(desk: Desk, files_of: Mapping[str, int], *, quiet: bool = False) -> None:
    """Work out and keep the months of all measures of each fund of which many files came.

    For the settings' pair, or for the index alone where the fund is not in it. Where it fails
    nothing is kept, and a later question works them out.

    Args:
        desk: the stored data.
        files_of: fund -> how many files of it came.
        quiet: no line of progress.
    """
    from tui.cli.questions import of_index
    from tui.service.histories import keep_months

    funds = [fund for fund, files in files_of.items() if files >= _MANY]
    with suppress(CacheError, ConfigError):
        pair = load(desk.places.settings / FILE).question()
        questions = (
            pair if fund in pair.funds else of_index(pair, fund, pair=False) for fund in funds
        )
        for question in dict.fromkeys(questions):
            if not quiet:
                names = " and ".join(question.funds)
                say(
                    f"{names}: the months of all measures are worked out for later questions",
                    ANSWERED,
                )
            keep_months(desk, question)
