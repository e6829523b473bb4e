"""The columns of a long price file, CSV or Parquet, as arrays; runs in the limited child."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.facts.symbols import valid_symbol, yahoo_symbol
from cache.sources.holdings.rows import (
    MOST_COLUMNS,
    Rejected,
    check_separator,
    check_text,
    no_csv,
    number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.data.frames import BoolArray, Dates, FloatArray, IntArray

#: Value columns a price file may have; all but one of the first two are optional.
FIELDS: Final = ("close", "adj_close", "dividend", "split", "volume")
MOST_ROWS: Final = 5_000_000
#: Unpacked size of a Parquet file, bytes: above what five million rows need.
MOST_BYTES: Final = 1 << 30

_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T].*)?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_BARE: Final = re.compile(r"[-+0-9.eE]*", re.ASCII)
#: Rows of a CSV held as text at a time.
_CHUNK: Final = 50_000
_NAT: Final = np.datetime64("NaT", "D")


@dataclass(slots=True)
class Columns:
    """A price file, not yet judged.

    Attributes:
        symbols: distinct symbols, Yahoo's spelling.
        symbol: (K,) int, position in ``symbols``; -1 where the row was refused.
        session: (K,) datetime64[D], NaT where it is no day.
        line: (K,) int, line of the file (row number in Parquet).
        values: field -> (K,) float64, NaN where the row does not say.
        faulty: field -> (K,) bool, the cell holds something that is no number.
        rejected: rows refused while reading, which are not among the K.
    """

    symbols: tuple[str, ...]
    symbol: IntArray
    session: Dates
    line: IntArray
    values: dict[str, FloatArray]
    faulty: dict[str, BoolArray]
    rejected: list[Rejected] = field(default_factory=list)

    def name(self, row: int) -> str:
        """The symbol of a row, for messages."""
        at = int(self.symbol[row])
        return self.symbols[at] if at >= 0 else ""


class _Symbols:
    """Texts made into positions among distinct symbols, each judged once."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}
        self._texts: dict[str, int] = {}

    def code(self, text: str) -> int:
        """Position of a symbol, -1 where the text is none."""
        found = self._texts.get(text)
        if found is None:
            symbol = yahoo_symbol(text)
            found = -1
            if valid_symbol(symbol):
                found = self.positions.setdefault(symbol, len(self.positions))
            self._texts[text] = found
        return found


def _day(text: str) -> np.datetime64:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return _NAT
    try:
        return np.datetime64(found[1] or "-".join(found.groups()[1:]), "D")
    except ValueError:
        return _NAT


def _positions(titles: Sequence[str], line: int | None) -> dict[str, int]:
    """Column -> position, by titles in any case.

    Raises:
        SourceError: a needed column is missing, or one stands twice.
    """
    if len(titles) > MOST_COLUMNS:
        reason = f"has {len(titles):,} columns; at most {MOST_COLUMNS:,} are read"
        raise SourceError(reason, line=line)
    found: dict[str, int] = {}
    for position, title in enumerate(titles):
        name = "_".join(title.lower().split())
        if name in ("symbol", "date", *FIELDS):
            if name in found:
                raise SourceError("this column stands twice", line=line, column=name)
            found[name] = position
    check_separator(titles, line or 1)
    missing = [name for name in ("symbol", "date") if name not in found]
    if not {"close", "adj_close"} & found.keys():
        missing.append("close")
    if missing:
        shown = ", ".join(clean(title, 20) for title in titles[:8])
        reason = f'has no column "{missing[0]}" (its columns: {shown})'
        raise SourceError(f"{reason}; symbol, date and close are needed", line=line)
    return found


def read_csv(stream: BinaryIO) -> Columns:
    """The columns of a CSV price file.

    Raises:
        SourceError: it is no CSV, lacks a column or has too many rows.
    """
    head = stream.read(4096)
    check_text(head)
    stream.seek(0)
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
    reader = csv.reader(text)
    symbols = _Symbols()
    rejected: list[Rejected] = []
    days: dict[str, np.datetime64] = {}
    codes: list[IntArray] = []
    dates: list[Dates] = []
    starts: list[IntArray] = []
    cells: dict[str, list[FloatArray]] = {}
    faults: dict[str, list[BoolArray]] = {}
    total, line = 0, 1
    try:
        titles = next(row for row in reader if any(map(str.strip, row)))
        at = _positions([title.strip() for title in titles], reader.line_num)
        fields = [name for name in FIELDS if name in at]
        line = reader.line_num + 1
        for rows, lines in _chunks(reader, line):
            total += len(rows)
            if total > MOST_ROWS:
                raise SourceError(f"has more than {MOST_ROWS:,} rows", line=lines[-1])
            rows, lines = _whole(rows, lines, len(titles), at["symbol"], rejected)
            codes.append(np.array([symbols.code(row[at["symbol"]]) for row in rows], np.intp))
            written = [row[at["date"]] for row in rows]
            days.update((date, _day(date)) for date in set(written) - days.keys())
            dates.append(np.array([days[date] for date in written], "datetime64[D]"))
            starts.append(np.array(lines, np.intp))
            for name in fields:
                values, faulty = _floats([row[at[name]] for row in rows])
                cells.setdefault(name, []).append(values)
                faults.setdefault(name, []).append(faulty)
    except StopIteration:
        raise SourceError("is empty; a header with symbol, date, close is needed") from None
    except csv.Error as error:
        raise no_csv(error, line) from None
    return Columns(
        tuple(symbols.positions),
        _joined(codes, np.intp),
        _joined(dates, "datetime64[D]"),
        _joined(starts, np.intp),
        {name: _joined(cells.get(name, []), np.float64) for name in fields},
        {name: _joined(faults.get(name, []), np.bool_) for name in fields},
        rejected,
    )


def _joined(parts: list[Any], kind: Any) -> np.ndarray[Any, Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def _chunks(reader: Any, line: int) -> Iterable[tuple[list[list[str]], list[int]]]:
    """Rows and the lines on which they start, blank ones left out."""
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
            if len(rows) == _CHUNK:
                yield rows, lines
                rows, lines = [], []
    except csv.Error as error:
        raise no_csv(error, line) from None
    if rows:
        yield rows, lines


def _whole(
    rows: list[list[str]], lines: list[int], width: int, symbol: int, rejected: list[Rejected]
) -> tuple[list[list[str]], list[int]]:
    """The rows with as many cells as the header, empty ones beyond it cut off; others go."""
    if all(len(row) == width for row in rows):
        return rows, lines
    kept: list[list[str]] = []
    at: list[int] = []
    for row, line in zip(rows, lines, strict=True):
        if len(row) >= width and not any(map(str.strip, row[width:])):
            kept.append(row[:width])
            at.append(line)
        elif any(cell.strip() for cell in row):
            shown = clean(row[symbol], 20) if symbol < len(row) else ""
            reason = f"the row has {len(row)} cells under {width} columns"
            rejected.append(Rejected(line, "", shown, reason))
    return kept, at


def _floats(cells: list[str]) -> tuple[FloatArray, BoolArray]:
    """Cells as numbers: NaN where empty, and marked where they are none."""
    faulty = np.zeros(len(cells), np.bool_)
    # Python's float takes "nan", "inf" and "1_000"; the pattern says whether any could be there.
    if _BARE.fullmatch("".join(cells)):
        try:
            values = np.array([float(cell) if cell else np.nan for cell in cells], np.float64)
        except ValueError:
            pass
        else:
            return values, faulty | np.isinf(values)
    values = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        try:
            values[row] = number(cell.strip())
        except ValueError:
            faulty[row] = True
        # A percent sign is fine in a column of weights, and there is none here.
        faulty[row] |= "%" in cell
    return values, faulty


def read_parquet(stream: BinaryIO) -> Columns:
    """The columns of a Parquet price file.

    Raises:
        SourceError: it lacks a column, has one of a wrong type, or is too large.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(stream)
        meta = file.metadata
        at = _positions(file.schema_arrow.names, None)
        if meta.num_rows > MOST_ROWS:
            raise SourceError(f"has {meta.num_rows:,} rows; at most {MOST_ROWS:,} are read")
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > MOST_BYTES:
            reason = f"unpacks to {size >> 20:,} MB; at most {MOST_BYTES >> 20:,} MB are read"
            raise SourceError(reason)
        titles = [file.schema_arrow.names[position] for position in at.values()]
        table = file.read(columns=titles, use_threads=False)
    except pa.ArrowException as error:
        raise SourceError(f"is a damaged Parquet file ({clean(str(error), 80)})") from None
    by_name = dict(zip(at, titles, strict=True))
    known = _Symbols()
    texts, codes = _encoded(table.column(by_name["symbol"]), "symbol")
    positions = np.array([*(known.code(text) for text in texts), -1], np.intp)
    values: dict[str, FloatArray] = {}
    faulty: dict[str, BoolArray] = {}
    for name in FIELDS:
        if name in by_name:
            values[name], faulty[name] = _numbers(table.column(by_name[name]), name)
    return Columns(
        tuple(known.positions),
        positions[codes],
        _sessions(table.column(by_name["date"])),
        np.arange(1, table.num_rows + 1),
        values,
        faulty,
    )


def _encoded(column: Any, name: str) -> tuple[list[str], IntArray]:
    """Distinct texts and each row's position among them, -1 where it has none."""
    import pyarrow as pa

    kind = column.type
    text = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(text) or pa.types.is_large_string(text)):
        raise SourceError(f"holds {kind}; text is needed", column=name)
    if not pa.types.is_dictionary(kind):
        column = column.dictionary_encode()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return [], np.zeros(0, np.intp)
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in column.chunks]
    texts = [entry or "" for entry in column.chunk(0).dictionary.to_pylist()]
    return texts, np.concatenate(codes).astype(np.intp)


def _sessions(column: Any) -> Dates:
    """(K,) datetime64[D] from dates, timestamps or ISO texts."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        if pa.types.is_timestamp(kind) and kind.tz is not None:
            import pyarrow.compute as pc

            # A day is the day where the exchange is, not the day in UTC.
            column = pc.local_timestamp(column)
        return np.asarray(column.to_numpy()).astype("datetime64[D]")
    texts, codes = _encoded(column, "date")
    return np.array([*(_day(text) for text in texts), _NAT], "datetime64[D]")[codes]


def _numbers(column: Any, name: str) -> tuple[FloatArray, BoolArray]:
    """A column as float64: NaN where null; in a price column a NaN that is given is a fault."""
    import pyarrow as pa

    kind = column.type
    numeric = pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)
    if not numeric and not pa.types.is_null(kind):
        raise SourceError(f"holds {kind}; numbers are needed", column=name)
    values = np.array(column.cast(pa.float64()).to_numpy(), np.float64)
    faulty = np.isinf(values)
    if name in ("close", "adj_close"):
        faulty |= np.isnan(values) & np.asarray(column.is_valid().to_numpy(), np.bool_)
    return values, faulty
