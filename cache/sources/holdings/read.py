"""Holdings files: an issuer's CSV, XLSX or JSON, or a plain table, made into Holdings.

The file is recognised by its content and read in the limited child; its bytes are handed
on exactly as they came.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.facts.funds import load_funds, plain_title
from cache.facts.symbols import yahoo_symbol
from cache.sources.sandbox import open_regular, run
from core.data.errors import FrameError
from core.data.frames import NOT_READ, Holdings, LeftOut, Listing
from core.data.record import record
from core.data.symbol_pattern import valid_symbol

if TYPE_CHECKING:
    from cache.facts.funds import Fund
    from cache.sources.sandbox import Children

#: Largest holdings file that is read, bytes; the largest real ones hold 2 MB.
LARGEST: Final = 32 << 20

__all__ = ["HoldingsFile", "Rejected", "read_holdings"]


@record(frozen=True, slots=True)
class Notation:
    """The user's options for reading a file.

    Attributes:
        dates: the order of day, month and year ("dmy", "mdy", "ymd"), None where not said.
        decimal: the decimal mark, None likewise.
        columns: what a column holds -> its title.
        ignore: titles of columns that are not read.
    """

    dates: str | None = None
    decimal: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: Sequence[str] = ()


@record(frozen=True, slots=True)
class FileReading:
    """How a file was read: the meaning of each column.

    Attributes:
        titles: what a column holds -> its title.
        unread: titles of columns that were not read.
        decimal: the decimal mark of its numbers.
        currency: code of the currency of its values, "" where it does not say.
        weights: what the file's weights add up to, a fraction, where they stand for the values;
            None where money does.
        notes: what else was found, a sentence each.
    """

    titles: Mapping[str, str]
    unread: tuple[str, ...]
    decimal: str
    currency: str
    weights: float | None
    notes: tuple[str, ...]


@record(frozen=True, eq=False, slots=True)
class HoldingsFile:
    """One holdings file as read.

    Attributes:
        holdings: its stocks, and what is none (``holdings.others``).
        raw: the bytes exactly as they came.
        rejected: rows that could not be read, in the order of the file.
        reading: what was taken for what.
    """

    holdings: Holdings
    raw: bytes
    rejected: tuple[Rejected, ...]
    reading: FileReading


def read_holdings(
    source: Path | bytes,
    name: str = "",
    *,
    fund: str | None = None,
    as_of: date | None = None,
    now: datetime,
    funds: Mapping[str, Fund] | None = None,
    notation: Notation | None = None,
    children: Children | None = None,
) -> HoldingsFile:
    """Read a holdings file.

    Args:
        source: a regular file, or the bytes of one.
        name: what to call it in errors and in ``Holdings.source``; by default the file's name.
        fund: the fund's symbol, where the content does not say; may not contradict it.
        as_of: the date of the file, where the content does not say; may not contradict it.
        now: when it was taken, with a time zone.
        funds: known funds, by whose titles an iShares file is recognised; by default the
            package's own.
        notation: how to read it, where the content does not say.
        children: limited children that read several files; by default it has one of its own.

    Raises:
        SourceError: the file cannot be used; one sentence with file, line and column.
    """
    if isinstance(source, Path):
        name = name or source.name
        with open_regular(source, LARGEST) as file:
            raw = file.read(LARGEST)
    else:
        raw = source
    name = clean(name or "the file", 300)
    if len(raw) > LARGEST:
        reason = f"holds {len(raw) >> 20:,} MB; a holdings file has at most {LARGEST >> 20}"
        raise SourceError(reason, file=name)
    notation = notation or Notation()
    args = {
        "fund": fund,
        "as_of": as_of and as_of.isoformat(),
        "dates": notation.dates,
        "decimal": notation.decimal,
        "columns": dict(notation.columns),
        "ignore": list(notation.ignore),
    }
    parser = "cache.sources.holdings.layouts:parse"
    fields, arrays = run(parser, raw, args, file=name, children=children)
    listings = tuple(Listing(*listing) for listing in fields["listings"])
    holdings = Holdings(
        fund=_fund(fields, fund, load_funds() if funds is None else funds, name),
        as_of=_as_of(fields, as_of, now, name),
        symbols=tuple(fields["symbols"]),
        names=tuple(fields["names"]),
        sectors=tuple(fields["sectors"]),
        quantity=arrays["quantity"],
        price=arrays["price"],
        value=arrays["value"],
        total=float(fields["total"]),
        identifiers=tuple(fields["identifiers"]) if any(fields["identifiers"]) else (),
        others=tuple(
            LeftOut(symbol, label, math.nan if weight is None else weight, reason)
            for symbol, label, weight, reason in fields["others"]
        )
        + _not_read(fields),
        sedols=tuple(fields["sedols"]) if any(fields["sedols"]) else (),
        listing=tuple(fields["listing"]) if listings != (Listing(),) else (),
        industries=tuple(fields["industries"]) if any(fields["industries"]) else (),
        listings=listings if listings != (Listing(),) else (),
        source=name,
        fetched_at=now,
        whole=fields["whole"],
        doubts=tuple(fields["doubts"]),
    )
    try:
        holdings.check()
    except FrameError as error:
        raise SourceError(str(error), file=name) from None
    rejected = tuple(Rejected(*row) for row in fields["rejected"])
    reading = FileReading(
        fields["titles"],
        tuple(fields["unread"]),
        fields["decimal"],
        fields["currency"],
        fields["weights"],
        tuple(fields["notes"]),
    )
    return HoldingsFile(holdings, raw, rejected, reading)


def _not_read(fields: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    """Return the lines without a readable row, which still belong to the fund."""
    left_out: dict[str, LeftOut] = {}
    for line, _, text, reason in fields["rejected"]:
        symbol = yahoo_symbol(text)
        if valid_symbol(symbol) and symbol not in fields["symbols"]:
            why = f"{NOT_READ}: {clean(reason, 80)} (line {line})"
            left_out.setdefault(symbol, LeftOut(symbol, "", math.nan, why))
    return tuple(left_out.values())


def _fund(
    fields: Mapping[str, Any], option: str | None, funds: Mapping[str, Fund], file: str
) -> str:
    """Return the fund's symbol: from the content, else from the option."""
    symbol = None
    if option is not None:
        symbol = yahoo_symbol(option)
        if not valid_symbol(symbol):
            text = clean(option, 20)
            raise SourceError(f'the fund "{text}" is no symbol; write one such as --fund IWM')
    stated = yahoo_symbol(fields["fund"])
    title = " ".join(clean(fields["title"], 120).split())
    if not valid_symbol(stated):
        folded = plain_title(title)
        titled = (f.symbol for f in funds.values() if f.title and plain_title(f.title) == folded)
        stated = next(titled, "")
    if not stated and symbol is None:
        about = f'its title "{title}" is that of no known fund' if title else "it names no fund"
        raise SourceError(f"{about}; say which it is, such as --fund IWM", file=file)
    if symbol is not None and stated and symbol != stated:
        reason = f"these are the holdings of {stated}, not of {symbol} (--fund {symbol})"
        raise SourceError(reason, file=file)
    return stated or str(symbol)


def _as_of(fields: Mapping[str, Any], option: date | None, now: datetime, file: str) -> date:
    """Return the file's date: from the content, else from the option."""
    stated = date.fromisoformat(fields["as_of"]) if fields["as_of"] else None
    if stated is not None and option is not None and stated != option:
        raise SourceError(f"states {stated}, not {option} (--as-of {option})", file=file)
    as_of = stated or option
    if as_of is None:
        reason = "states no date; say of which day it is, such as --as-of 2026-06-26"
        raise SourceError(reason, file=file)
    # East of New York the next day has begun; anything later is a slip of the pen.
    if as_of > now.astimezone(UTC).date() + timedelta(days=1):
        raise SourceError(f"states {as_of}, which is in the future", file=file)
    return as_of
