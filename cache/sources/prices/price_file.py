"""Check a user's price file row by row: the good rows, and the rejected ones with their reason.

Runs in the limited child; every check is over whole columns.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.errors import Rejected, SourceError
from cache.facts.sessions import sessions
from cache.sources.prices import basis
from cache.sources.prices.doubtful import settle_download, without_unmarked
from cache.sources.prices.event_rows import without_denied, without_repeated
from cache.sources.prices.layout import READ, ColumnOptions
from cache.sources.prices.parquet_file import read_parquet
from cache.sources.prices.price_columns import PriceColumns, joined
from cache.sources.prices.report import report
from cache.sources.prices.spacing import check_each, check_repeats, check_spacing
from cache.sources.prices.suspects import check_unknown
from cache.sources.prices.table_reading import FileOptions
from cache.sources.prices.text_columns import read_table
from cache.sources.prices.text_rows import text_tables
from cache.sources.prices.unstated_splits import without_unstated
from cache.store.bars import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cache.sources.prices.price_columns import TableReading
    from cache.sources.sandbox import Parsed
    from core.data.frames import BoolArray, FloatArray, IntArray

#: A file so called may hold adjusted closes alone.
_ADJUSTED: Final = re.compile(r"(?<!un)(?<!non)(?<!not_)adj|total.?ret", re.IGNORECASE)
#: Field -> the least and the most that is believed, 0 aside; wide enough for any chain of
#: reverse splits, and narrow enough that no product of returns overflows.
_BELIEVED: Final[Mapping[str, tuple[float, float]]] = {
    "close": (1e-9, 1e15),
    "adj_close": (1e-9, 1e15),
    "dividend": (0.0, 1e9),
    "split": (1e-6, 1e6),
    "volume": (0.0, 1e18),
}
#: A dividend is at most so many times the close after it; liquidations come near it.
_RICHEST: Final = 100


def parse(stream: BinaryIO, args: dict[str, Any]) -> Parsed:
    """The parser `cache.sources.sandbox.run` calls for prices.

    Args:
        stream: the file, or several one after the other.
        args: ``today``, ISO, the last session that has opened; ``basis``, what was said of
            the closes, else None; ``columns`` and ``ignore``, ``decimal``, ``dates``,
            ``symbol``, as on the command line; ``files``, (name, size in bytes, ticker by its
            name) of each.

    Raises:
        SourceError: the file cannot be read, holds no good row, or what its columns, numbers
            or dates are is not sure.
    """
    try:
        return _parsed(_read_all(stream, args), args)
    except SourceError as error:
        if not error.file:
            raise
        # The name that the child's caller puts before it is that of all files together.
        place = f"line {error.line} of {error.file}" if error.line else error.file
        raise SourceError(
            f"{place}: {error.reason}", column=error.column, symbol=error.symbol
        ) from None


def _parsed(columns: PriceColumns, args: dict[str, Any]) -> Parsed:
    """Return a file's rows, once all of it is read."""
    rows = len(columns.symbol) + len(columns.rejected)
    _count_gains(columns)
    check_spacing(columns)
    good, rejected = _judge(columns, np.datetime64(args["today"], "D"))
    if not len(good):
        raise _nothing(rejected, columns.readings)
    check_each(columns, good)
    unread = check_unknown(columns, good)
    settle_download(columns, good)
    decided = basis.decide(columns, good, args["basis"])
    good, against = basis.left_out(columns, good, decided)
    rejected += against
    good, denied = without_denied(columns, good, decided.basis)
    rejected += denied
    rejected += without_repeated(columns, good)
    rejected += without_unmarked(columns, good, decided.basis)
    good, unstated = without_unstated(columns, good, args["basis"])
    rejected += unstated
    if not len(good):
        raise _nothing(rejected)
    if decided.basis == "unadjusted":
        basis.adjust(columns, good)
    if (split := columns.values.get("split")) is not None:
        # A factor of 1 is how some vendors write "none".
        split[split == 1.0] = 0.0
    # Symbols without a good row go, so that none is named that gave nothing.
    used, symbol = np.unique(columns.symbol[good], return_inverse=True)
    fields = {
        "symbols": [columns.symbols[i] for i in used],
        "rows": rows,
        "rejected": [(r.line, r.column, r.symbol, r.reason, r.file) for r in rejected],
        "notes": report(columns, decided, unread),
    }
    arrays = {"symbol": symbol.astype(np.intp), "session": columns.session[good]}
    return fields, arrays | {name: values[good] for name, values in columns.values.items()}


def _read_all(stream: BinaryIO, args: dict[str, Any]) -> PriceColumns:
    """Every table of every file, one below the other.

    Raises:
        SourceError: none can be read; of several files those that cannot are refused rows.
    """
    options = ColumnOptions(args["columns"], args["ignore"])
    files: list[tuple[str, int, str, str]] = args["files"]
    if len(files) == 1:
        name, _, *labels = files[0]
        return joined(_read(stream, options, replace(_file_options(args, name, *labels), file="")))
    parts: list[PriceColumns] = []
    refused: list[Rejected] = []
    for name, size, *labels in files:
        try:
            parts += _read(
                io.BytesIO(stream.read(size)), options, _file_options(args, name, *labels)
            )
        except SourceError as error:
            symbol = error.symbol or ""
            refused.append(
                Rejected(error.line or 0, error.column or "", symbol, error.reason, name)
            )
    if not parts:
        raise _nothing(refused)
    for part in parts:
        part.rejected = [
            Rejected(r.line, r.column, r.symbol, r.reason, part.readings[0].file)
            for r in part.rejected
        ]
    columns = joined(parts)
    columns.rejected += refused
    return columns


def _file_options(args: dict[str, Any], file: str, file_name: str, word: str) -> FileOptions:
    adjusted = _ADJUSTED.search(file) is not None
    return FileOptions(
        args["decimal"], args["dates"], args["symbol"], file_name, word, file, adjusted
    )


def _read(stream: BinaryIO, columns: ColumnOptions, options: FileOptions) -> list[PriceColumns]:
    """The tables of one file."""
    magic = stream.read(4)
    stream.seek(0)
    if magic == b"PAR1":
        return [read_parquet(stream, columns, options)]
    return [read_table(table, options, sheet) for sheet, table in text_tables(stream, columns)]


def _count_gains(columns: PriceColumns) -> None:
    """Add a fund's capital gains to its dividends: whoever holds it is paid both."""
    gains = columns.values.pop("capital_gain", None)
    faulty = columns.faulty.pop("capital_gain", None)
    if gains is None or faulty is None:
        return
    paid = columns.values.get("dividend")
    if paid is None:
        columns.values["dividend"], columns.faulty["dividend"] = gains, faulty
        return
    both = np.nan_to_num(paid) + np.nan_to_num(gains)
    columns.values["dividend"] = np.where(np.isnan(paid) & np.isnan(gains), np.nan, both)
    columns.faulty["dividend"] |= faulty


def _judge(columns: PriceColumns, today: np.datetime64) -> tuple[IntArray, list[Rejected]]:
    """Positions of the good rows, ordered by symbol and session, and the refused rows."""
    open_ = np.ones(len(columns.symbol), np.bool_)
    rejected = list(columns.rejected)

    def refuse(
        wrong: BoolArray, column: str, reason: str, values: FloatArray | None = None
    ) -> None:
        for row in np.flatnonzero(wrong & open_).tolist():
            value = "" if values is None else f"{values[row]:g} "
            rejected.append(columns.refused(row, column, f"{value}{reason}"))
        open_[wrong] = False

    calendar = sessions()
    refuse(columns.symbol < 0, "symbol", "not a symbol, such as BRK-B")
    refuse(np.isnat(columns.session), "date", "not a date, such as 2026-01-21")
    days = np.where(open_, columns.session, calendar[0])
    refuse(days < calendar[0], "date", f"before {calendar[0]}, the first session known")
    refuse(days > today, "date", f"in the future; the last session is {today}")
    at = np.minimum(np.searchsorted(calendar, days), len(calendar) - 1)
    refuse(calendar[at] != days, "date", "not a session of the exchange")
    has_value = np.zeros(len(open_), np.bool_)
    for name in READ:
        if name not in columns.values:
            continue
        values = columns.values[name]
        refuse(columns.faulty[name], name, "not a number")
        if name in ("close", "adj_close"):
            refuse(values <= 0, name, "is no price; a price is above zero", values)
        else:
            refuse(values < 0, name, "is negative", values)
        least, most = _BELIEVED[name]
        beyond = (values > most) | ((values < least) & (values != 0))
        refuse(beyond, name, "is beyond belief", values)
        has_value |= ~np.isnan(values)
    refuse(~has_value, "", "the row gives no price and no event")
    if {"close", "dividend"} <= columns.values.keys():
        paid = columns.values["dividend"]
        rich = paid > _RICHEST * columns.values["close"]
        refuse(rich, "dividend", f"is more than {_RICHEST} times the close in its row", paid)
    good = _once(columns, np.flatnonzero(open_), rejected)
    rejected.sort(key=lambda row: (row.file, row.line))
    return good, rejected


def _once(columns: PriceColumns, rows: IntArray, rejected: list[Rejected]) -> IntArray:
    """Each symbol and session once: exact repeats are passed over, others refused.

    Raises:
        SourceError: so many differ that they are no slips.
    """
    # Rows of several files lie one file below the other, and each in the order of its lines.
    rows = rows[in_order(columns.symbol[rows], columns.session[rows])]
    symbol, session = columns.symbol[rows], columns.session[rows]
    first = np.ones(len(rows), np.bool_)
    first[1:] = (symbol[1:] != symbol[:-1]) | (session[1:] != session[:-1])
    # The first row of each run of equal keys is the one the others are compared with.
    leader = rows[np.maximum.accumulate(np.where(first, np.arange(len(rows)), 0))]
    differs = np.zeros(len(rows), np.bool_)
    repeats = np.flatnonzero(~first)
    for values in columns.values.values():
        a, b = values[rows[repeats]], values[leader[repeats]]
        differs[repeats] |= (a != b) & ~(np.isnan(a) & np.isnan(b))
    differing = np.flatnonzero(differs)
    check_repeats(columns, rows[differing], len(rows))
    for at in differing.tolist():
        row, before = int(rows[at]), int(leader[at])
        where = f"line {columns.line[before]}"
        if columns.file[row] != columns.file[before]:
            where += f" of {columns.file_of(before)}"
        reason = f"{session[at]} is given another value on {where}"
        rejected.append(columns.refused(row, "", reason))
    return rows[first]


def _nothing(rejected: list[Rejected], readings: Sequence[TableReading] = ()) -> SourceError:
    if not rejected:
        # lines that are listed elsewhere, or in another currency, are no rows and are remarked on
        remarks = [text for reading in readings if reading.elsewhere for text in reading.remarks]
        if remarks:
            return SourceError(f"has no close in US dollars of a US listing; {'; '.join(remarks)}")
        return SourceError("has a header and no rows")
    first = rejected[0]
    prefix = f"{first.file}: " if first.file else "has no good row; the first: "
    return SourceError(
        f"{prefix}{first.reason}",
        line=first.line or None,
        column=first.column or None,
        symbol=first.symbol or None,
    )
