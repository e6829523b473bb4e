"""``internals import`` and ``forget``: a person's own files into the store, and out again."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cache.clean import clean
from cache.errors import SourceError
from tui.desk import Desk, as_date
from tui.streams import ANSWERED, BAD_INPUT, IN_PART, say, write

if TYPE_CHECKING:
    from cache.sources.rows import Rejected

#: Refused rows that are listed one by one.
LISTED: Final = 1000


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
        say(str(error), IN_PART)
    if len(rows) > LISTED:
        say(f"{file.name}: {len(rows) - LISTED:,} more rows were refused", IN_PART)


def bring(arguments: argparse.Namespace, desk: Desk) -> int:
    """Import one file; what was taken, what was refused, and the exit code."""
    if desk.simulated:
        return say("the demo market is made from a seed; import without --demo", BAD_INPUT)
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
    write(f"{clean(file.name, 200)}: {said}{refused}{unchanged}\n")
    return IN_PART if rejected else ANSWERED


def forget(desk: Desk, fund: str, when: date) -> int:
    """Drop a fund's file of one date from the store."""
    held = desk.store.read().holdings.get(fund, ())
    if all(file.as_of != when for file in held):
        dates = ", ".join(str(file.as_of) for file in held) or "none"
        return say(f"no holdings of {fund} as of {when} are held; held are {dates}", BAD_INPUT)
    desk.store.commit(forget=[(fund, when)])
    write(f"holdings of {fund} as of {when} are forgotten\n")
    return ANSWERED
