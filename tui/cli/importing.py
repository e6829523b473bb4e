"""``internals import``: the user's files into the store."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.store.draft import Note
from core.data.record import record
from core.note.phrase import several
from tui.state.config import as_date
from tui.text.streams import ANSWERED, BAD_INPUT, IN_PART, say, write

if TYPE_CHECKING:
    from cache.sources.holdings.read import HoldingsFile
    from core.data.frames import Action, Announcement
    from tui.service.service import Desk

#: Refused rows that are listed one by one.
LISTED: Final = 1000
#: So many rows, line after line, that are refused for one reason are reported in one.
ALIKE: Final = 5


def _runs(rows: Sequence[Rejected]) -> list[list[Rejected]]:
    """Refused rows, each by itself; those of line after line for one reason together."""

    def alike(numbered: tuple[int, Rejected]) -> Rejected:
        # from line to line the place in the list grows as the number of the line does
        place, row = numbered
        return replace(row, line=row.line - place)

    runs: list[list[Rejected]] = []
    for _, numbered in groupby(enumerate(rows), alike):
        run = [row for _, row in numbered]
        runs += [run] if len(run) >= ALIKE else [[row] for row in run]
    return runs


def _rejected(rows: Sequence[Rejected], file: Path) -> None:
    """Refused rows, one line each on stderr; of many together the first, and how many follow."""
    runs = _runs(rows)
    for run in runs[:LISTED]:
        row = run[0]
        error = SourceError(
            row.reason,
            file=row.file or file.name,
            line=row.line or None,
            column=row.column or None,
            symbol=row.symbol or None,
        )
        more = f"; so are the {len(run) - 1:,} rows after it" if len(run) > 1 else ""
        say(f"{error}{more}", IN_PART)
    if unlisted := sum(map(len, runs[LISTED:])):
        say(f"{file.name}: {unlisted:,} more rows were refused", IN_PART)


@record(frozen=True, slots=True)
class _ImportResult:
    """The result of an import: what was read, the refused rows, and the new generation.

    Attributes:
        summary: what was read, a sentence.
        rejected: the rows that were refused.
        generation: the stored data now; the one before where nothing is new, 0 where nothing was
            committed though something is.
        details: what was taken for what, a line each.
        changed: what was done with the stored data, a sentence each.
        refused: symbol -> why nothing of it was taken.
        files: fund -> holdings files of it, where many may have come.
    """

    summary: str
    rejected: Sequence[Rejected]
    generation: int | None
    details: Sequence[str] = ()
    changed: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, int] = field(default_factory=dict)


def bring(arguments: argparse.Namespace, desk: Desk) -> int:
    """Import one file; what was taken, what was refused, and the exit code."""
    if desk.simulated:
        return say("the demo market is made from a seed; import without --demo", BAD_INPUT)
    now = datetime.now(UTC)
    files: Path | list[Path] = arguments.file
    file = files if isinstance(files, Path) else files[0]
    before = desk.generation()
    kinds = {
        "prices": _prices,
        "holdings": _holdings,
        "changes": _changes,
        "series": _series,
        "membership": _membership,
        "industries": _industries,
    }
    result = kinds[arguments.kind](arguments, desk, now)
    _rejected(result.rejected, file)
    _changed(result, file.name or f"{file}")
    rows = [row for row in result.rejected if not row.of_whole]
    refused = f"; {several(len(rows), 'row')} refused" if rows else ""
    if len(rows) < len(result.rejected):
        refused += "; taken, but not as one whole fund"
    unchanged = "; nothing new" if result.generation == before else ""
    if getattr(arguments, "dry_run", False):
        unchanged = " (a dry run: nothing is stored)"
    name = clean(file.name or f"{file}", 200)
    for at, line in enumerate(result.details):
        write(f"  {line}\n" if at else f"{name}: {line}\n")
    write(f"{name}: {result.summary}{refused}{unchanged}\n")
    if result.files and not unchanged:
        from tui.cli.archive import keep_histories

        keep_histories(desk, result.files)
    return IN_PART if result.rejected or result.refused else ANSWERED


def _changed(result: _ImportResult, name: str) -> None:
    """Report on stderr what an import changed in the store, and the symbols it did not take."""
    for sentence in result.changed[:LISTED]:
        say(f"{name}: {sentence}", ANSWERED)
    for symbol, why in list(result.refused.items())[:LISTED]:
        say(f"{name}: {symbol} was not taken: {why}", IN_PART)


def _prices(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    from cache.sources.prices.read import HowToRead, read_prices
    from cache.store.admit import admit, bring_prices

    options = HowToRead(
        adjusted=False if arguments.unadjusted else True if arguments.adjusted else None,
        columns=arguments.columns,
        ignored=arguments.ignore,
        decimal=arguments.decimal,
        dates=arguments.dates,
        symbol=arguments.symbol,
    )
    prices = read_prices(arguments.file, options, now=now)
    bars = prices.bars
    summary = (
        f"{several(len(bars), 'row')} of {several(len(bars.symbols), 'symbol')},"
        f" {bars.session.min()} to {bars.session.max()}"
    )
    joining = {"replace_all": arguments.replace, "accept": arguments.accept}
    if arguments.dry_run:
        stored = desk.store.read_or_empty().prices
        generation, admitted = 0, admit(stored, bars, **joining)
    else:
        note = Note("prices", now, bars.source, summary)
        after, admitted = bring_prices(desk.store, bars, note, **joining)
        generation = after.generation
    if admitted.refused:
        summary += f"; {several(len(admitted.refused), 'symbol')} not taken"
    return _ImportResult(
        summary, prices.rejected, generation, prices.notes, admitted.notes, admitted.refused
    )


def _holdings(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    files: list[Path] = arguments.file
    if len(files) == 1:
        return _one_file(files[0], arguments, desk, now)
    if arguments.dated:
        raise SourceError("--as-of dates one file: import each file without a date by itself")
    from concurrent.futures import ThreadPoolExecutor

    from cache.sources.sandbox import Children

    reader = _reader(arguments, desk, now)

    def read(path: Path) -> HoldingsFile | Rejected:
        try:
            return reader(path, children=children)
        except SourceError as error:
            return Rejected(error.line or 0, error.column or "", "", error.reason, path.name)

    with Children() as children, ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = list(pool.map(read, files))
    rejected = [one for one in answers if isinstance(one, Rejected)]
    readable = [one for one in answers if not isinstance(one, Rejected)]
    if not readable:
        first = rejected[0].reason
        raise SourceError(f"none of {len(files):,} files can be read; the first: {first}")
    readable.sort(key=lambda one: (one.holdings.fund, one.holdings.as_of))
    rejected += [replace(row, file=one.holdings.source) for one in readable for row in one.rejected]
    files_of = Counter(one.holdings.fund for one in readable)
    days = sorted(one.holdings.as_of for one in readable)
    summary = f"{len(readable):,} holdings files of {', '.join(files_of)}, {days[0]} to {days[-1]}"
    generation, (readable, doubts) = 0, _judged(readable, desk)
    if not arguments.dry_run:
        note = Note("holdings", now, files[0].parent.name, summary)
        holdings = [(one.holdings, one.raw) for one in readable]
        generation = desk.store.commit(holdings=holdings, note=note).generation
    return _ImportResult(summary, rejected, generation, (), doubts, files=files_of)


def _reader(
    arguments: argparse.Namespace, desk: Desk, now: datetime
) -> Callable[..., HoldingsFile]:
    """The function that reads a holdings file as the arguments say."""
    from cache.facts.column_titles import column_words, given_columns
    from cache.facts.funds import load_funds
    from cache.sources.holdings.read import Notation, read_holdings

    words = given_columns(arguments.columns, column_words("holdings"))
    titles = {word: title for title, word in words.items()}
    return partial(
        read_holdings,
        fund=arguments.fund,
        now=now,
        funds=load_funds(desk.places.config / "funds.toml"),
        notation=Notation(arguments.dates, arguments.decimal, titles, arguments.ignore),
    )


def _one_file(
    path: Path, arguments: argparse.Namespace, desk: Desk, now: datetime
) -> _ImportResult:
    from cache.refresh.file_stage import NO_DATE
    from cache.sources.holdings.report import report

    read, by_prices = partial(_reader(arguments, desk, now), path), ""
    try:
        file = read(as_of=as_date(arguments.dated) if arguments.dated else None)
    except SourceError as error:
        session = _dated(read, desk, now) if error.reason.startswith(NO_DATE) else None
        if session is None:
            raise
        file = read(as_of=session)
        by_prices = ", which its prices are the closes of: it states no date"
    rows = file.holdings
    summary = (
        f"holdings of {rows.fund} as of {rows.as_of}{by_prices}: {len(rows.symbols):,} lines,"
        f" {len(rows.others):,} other rows left out"
    )
    generation, ([file], doubts) = 0, _judged([file], desk)
    if not arguments.dry_run:
        note = Note("holdings", now, rows.source, summary)
        generation = desk.store.commit(holdings=[(file.holdings, file.raw)], note=note).generation
    return _ImportResult(summary, file.rejected, generation, report(file), doubts)


def _dated(read: Callable[..., HoldingsFile], desk: Desk, now: datetime) -> date | None:
    """The session that an undated file's prices are the closes of; None where none is stored."""
    from cache.refresh.dating import dated_by_prices

    prices = desk.store.read_or_empty().prices
    return dated_by_prices(read(as_of=now.date()).holdings, prices) if prices.blocks else None


def _changes(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    from cache.sources.holdings.announced import adding, read_changes
    from tui.cli.file_doubts import doubts_of_changes

    changes, rejected = read_changes(arguments.file, now=now, dates=arguments.dates)
    summary = "; ".join(
        f"{fund} {', '.join(words)} {day}" for (fund, day), words in _counted(changes)
    )
    note = Note("changes", now, arguments.file.name, summary)
    # the answer of today is of the newest stored session, and tells of them
    stored = desk.store.read_or_empty()
    announced = min(now.date(), stored.newest_session or now.date())
    doubts = doubts_of_changes(changes, stored.holdings, desk.reference.sessions)
    contents = desk.store.commit(announce=adding(changes, announced), note=note)
    return _ImportResult(f"announced: {summary}", rejected, contents.generation, (), doubts)


def _membership(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    from cache.sources.membership import read_membership

    fund = arguments.fund
    lists, rejected = read_membership(
        arguments.file, fund, desk.reference.sessions, now=now, dates=arguments.dates
    )
    stored = desk.store.read_or_empty().holdings.get(fund, ())
    # where the issuer's files begin they are the better lists
    first = min((file.as_of for file in stored if file.weighted), default=date.max)
    earlier = [(rows, raw) for rows, raw in lists if rows.as_of < first]
    if not earlier:
        raise SourceError(
            f"names no members before {first}, from which holdings files of {fund} are stored",
            file=arguments.file.name,
        )
    days = [rows.as_of for rows, _ in earlier]
    count = several(len(earlier), "list")
    summary = f"members of {fund} without weights: {count}, {days[0]} to {days[-1]}"
    if len(earlier) < len(lists):
        summary += f"; from {first} on its holdings files are used"
    generation = 0
    if not arguments.dry_run:
        note = Note("membership", now, arguments.file.name, summary)
        generation = desk.store.commit(holdings=earlier, note=note).generation
    return _ImportResult(summary, rejected, generation)


def _industries(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    from cache.facts.column_titles import column_words, given_columns
    from cache.sources.holdings.report import taken_for
    from cache.sources.industries import read_industries

    words = given_columns(arguments.columns, column_words("holdings"))
    file = read_industries(
        arguments.file,
        now=now,
        as_of=as_date(arguments.dated) if arguments.dated else None,
        columns={word: title for title, word in words.items()},
        ignored=arguments.ignore,
    )
    table = file.industries
    summary = (
        f"{several(len(table.symbols), 'symbol')} in"
        f" {several(len(set(table.industries)), 'industry', 'industries')}"
    )
    if table.as_of is not None:
        summary += f", from {table.as_of} on"
    if file.blank:
        summary += f"; rows without an industry: {file.blank:,}"
    generation = 0
    if not arguments.dry_run:
        note = Note("industries", now, table.source, summary)
        generation = desk.store.commit(industries=table, note=note).generation
    return _ImportResult(summary, file.rejected, generation, (taken_for(file.titles),))


def _series(arguments: argparse.Namespace, desk: Desk, now: datetime) -> _ImportResult:
    from cache.sources.imported_series import FILE, merged, read_series, store_series, stored_series
    from tui.state.editing import editing

    new, rejected = read_series(
        arguments.file, now=now, dates=arguments.dates, decimal=arguments.decimal
    )
    summary = "; ".join(
        f"{one.measure}: {several(len(one.values), 'value')},"
        f" {min(one.values)} to {max(one.values)}"
        for one in new
    )
    where, series = desk.places, {one.measure: one for one in new}
    with nullcontext() if arguments.dry_run else editing(where.config / FILE, where.config_lock):
        stored = stored_series(where.config)
        after = merged(stored, series)
        if not arguments.dry_run and after != stored:
            store_series(where.config, after)
    return _ImportResult(summary, rejected, desk.generation() if after == stored else 0)


def _counted(
    changes: Sequence[Announcement],
) -> Iterator[tuple[tuple[str, date], list[str]]]:
    """Fund and effective date -> "3 leave", "2 join"."""
    counts = Counter((c.fund, c.effective, c.action) for c in changes)
    for key in sorted({(c.fund, c.effective) for c in changes}):
        actions: tuple[Action, ...] = ("leave", "join")
        yield key, [f"{counts[*key, a]:,} {a}" for a in actions if counts[*key, a]]


def _judged(files: Sequence[HoldingsFile], desk: Desk) -> tuple[list[HoldingsFile], list[str]]:
    """Files with what a person should check again in them, and that in sentences."""
    from tui.cli.file_doubts import judged_files

    contents = desk.store.read_or_empty()
    return judged_files(files, contents.holdings, contents.prices)
