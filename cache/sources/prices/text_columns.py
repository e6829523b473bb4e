"""Converts a table of text to columns of symbol, date and numbers, whatever its shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import Rejected, SourceError
from cache.sources.notation import Decimal, decimal_mark
from cache.sources.prices.layout import READ, Layout
from cache.sources.prices.number_cells import BARE, read_cells
from cache.sources.prices.price_columns import PriceColumns, TableReading
from cache.sources.prices.price_symbols import FOREIGN, Positions, Symbols
from cache.sources.prices.stamps import Stamps, read_stamps
from cache.sources.prices.table_reading import (
    FileOptions,
    notation,
    note_listings,
    reading_of,
    ticker_of,
)
from cache.sources.prices.text_table import MOST_CELLS, MOST_ROWS, Table, TableRows, whole_rows

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Cells that are looked at to decide the decimal mark of a file.
_EVIDENCE: Final = 20_000
#: A column of which a larger part is no number holds text.
_TEXT: Final = 0.5
#: A reading: how a column of cells becomes numbers, and the parts it makes.
_Read = Callable[[Sequence[str], str], "tuple[FloatArray, BoolArray]"]


@dataclass(slots=True)
class _Parts:
    """The rows of a table read so far: symbols, dates and numbers by chunk."""

    symbols: Symbols = field(default_factory=Symbols)
    days: Positions = field(default_factory=Positions)
    codes: list[IntArray] = field(default_factory=list)
    dates: list[IntArray] = field(default_factory=list)
    lines: list[IntArray] = field(default_factory=list)
    values: dict[str, list[FloatArray]] = field(default_factory=dict)
    faulty: dict[str, list[BoolArray]] = field(default_factory=dict)
    unknown: dict[str, list[tuple[FloatArray, BoolArray]]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class _Numbers:
    """Reads cells by a decimal mark, and collects the evidence of which mark it is."""

    def __init__(self, decimal: Decimal, separator: str) -> None:
        self._decimal = decimal
        self._plain = separator in ("", ",")
        self.evidence: list[str] = []
        self.commas = False

    def read(self, cells: Sequence[str], word: str) -> tuple[FloatArray, BoolArray]:
        """Cells as numbers, NaN where empty, and marked where they are none."""
        text = "".join(cells)
        bare = BARE.fullmatch(text) is not None
        # Between commas no number holds one unless it is quoted, and then it is not bare.
        if not (self._plain and bare) and len(self.evidence) < _EVIDENCE and word != "split":
            self.commas |= "," in text
            self.evidence += cells[: _EVIDENCE - len(self.evidence)]
        return read_cells(cells, word, self._decimal, bare=bare)

    def mark(self, option: str | None) -> Decimal:
        """The decimal mark of the file.

        Raises:
            SourceError: nothing settles it.
        """
        if option is None and self._plain and not self.commas:
            return "."
        return decimal_mark(self.evidence, option)


def read_table(table: Table, options: FileOptions, sheet: str = "") -> PriceColumns:
    """The columns of a table.

    Raises:
        SourceError: it has too many rows, its notation is not sure, or nothing says whose
            closes it holds.
    """
    layout = table.layout
    ticker, whence = ticker_of(layout, options, sheet)
    walk = {"long": _long, "single": _long, "wide": _wide, "across": _across}[layout.shape]
    numbers = _Numbers("," if options.decimal == "," else ".", table.separator)
    parts = walk(table, numbers.read, ticker)
    mark = numbers.mark(options.decimal)
    if mark == "," and options.decimal != ",":
        # The first reading took a point for granted.
        parts = walk(table, _Numbers(",", table.separator).read, ticker)
    stamps = read_stamps([text.strip() for text in parts.days], options.dates)
    account = reading_of(
        layout, table.kind, options, sheet, ticker and f"{clean(ticker, 30)} ({whence})"
    )
    account.notation = notation(mark, stamps)
    account.remarks += parts.remarks
    note_listings(account, parts.symbols)
    return without_foreign(_columns(layout, parts, stamps, account))


def without_foreign(columns: PriceColumns) -> PriceColumns:
    """The columns without the rows of lines that are listed elsewhere."""
    home = columns.symbol != FOREIGN
    if home.all():
        return columns
    for name in ("symbol", "session", "line", "file", "timed"):
        values = getattr(columns, name)
        if values is not None:
            setattr(columns, name, values[home])
    for table in (columns.values, columns.faulty, columns.unknown):
        for name, values in table.items():
            table[name] = values[home]
    return columns


def _columns(layout: Layout, parts: _Parts, stamps: Stamps, account: TableReading) -> PriceColumns:
    dates = _end_to_end(parts.dates, np.intp)
    values = {name: _end_to_end(pieces, np.float64) for name, pieces in parts.values.items()}
    columns = PriceColumns(
        tuple(parts.symbols.positions),
        _end_to_end(parts.codes, np.intp),
        stamps.session[dates] if len(dates) else np.zeros(0, "datetime64[D]"),
        _end_to_end(parts.lines, np.intp),
        np.zeros(len(dates), np.intp),
        values,
        {name: _end_to_end(pieces, np.bool_) for name, pieces in parts.faulty.items()},
        timed=stamps.timed[dates] if stamps.timed.any() else None,
        rejected=parts.rejected,
        readings=[account],
        bars=layout.bars,
    )
    for title in layout.unknown:
        pieces = parts.unknown.get(title, [])
        faulty = _end_to_end([fault for _, fault in pieces], np.bool_)
        numbers = _end_to_end([number for number, _ in pieces], np.float64)
        if len(faulty) and faulty.mean() > _TEXT:
            columns.texts.append(title)
        else:
            columns.unknown[title] = numbers
    return columns


def _end_to_end(parts: Sequence[Any], kind: Any) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def _long(table: Table, read: _Read, ticker: str) -> _Parts:
    """A table of a row for each symbol and date."""
    layout, parts = table.layout, _Parts()
    at = layout.fields
    fields = [name for name in READ if name in at]
    parts.values = {name: [] for name in fields}
    parts.faulty = {name: [] for name in fields}
    date, days = at["date"], parts.days
    total, last = 0, 0
    odd: list[tuple[int, list[str]]] = []
    for piece in table.pieces():
        total += piece.count
        last = piece.last or last
        if total > MOST_ROWS:
            raise SourceError(f"has more than {MOST_ROWS:,} rows", line=last)
        odd += piece.odd
        written = piece.column(date)
        parts.codes.append(_codes(piece, layout, ticker, parts.symbols))
        parts.dates.append(np.fromiter(map(days.__getitem__, written), np.intp, len(written)))
        parts.lines.append(piece.lines)
        for name in fields:
            numbers, faulty = read(piece.column(at[name]), name)
            parts.values[name].append(numbers)
            parts.faulty[name].append(faulty)
        for title, position in layout.unknown.items():
            parts.unknown.setdefault(title, []).append(read(piece.column(position), "unknown"))
    _odd_rows(parts, odd, last, layout)
    return parts


def _codes(piece: TableRows, layout: Layout, ticker: str, symbols: Symbols) -> IntArray:
    """The position of each row's symbol; `FOREIGN` where it is of a listing elsewhere."""
    at = layout.fields
    where = at.get("symbol", -1)
    if not layout.currency and not {"exchange", "currency"} & at.keys():
        if ticker:
            return np.full(len(piece.lines), symbols.code(ticker), np.intp)
        return symbols.codes(piece.column(where))
    nothing, stated = [""] * len(piece.lines), [layout.currency] * len(piece.lines)
    listed = zip(
        [ticker] * len(piece.lines) if ticker else piece.column(where),
        piece.column(at["exchange"]) if "exchange" in at else nothing,
        piece.column(at["currency"]) if "currency" in at else stated,
        strict=True,
    )
    return np.array([symbols.listing(*cells) for cells in listed], np.intp)


def _odd_rows(parts: _Parts, odd: list[tuple[int, list[str]]], last: int, layout: Layout) -> None:
    """Rows of more or fewer cells than the header; a last one of a single cell is a footer."""
    symbol = layout.fields.get("symbol")
    for line, row in odd:
        filled = [cell for cell in row if cell.strip()]
        if line == last and len(filled) == 1 and layout.width > 1:
            parts.remarks.append(f'its last line, "{clean(filled[0], 40)}", is no row')
            continue
        row_symbol = "" if symbol is None or symbol >= len(row) else clean(row[symbol], 20)
        reason = f"the row has {len(row)} cells under {layout.width} columns"
        parts.rejected.append(Rejected(line, "", row_symbol, reason))


def _all_rows(table: Table, parts: _Parts) -> tuple[list[list[str]], list[int]]:
    """Return all rows of a wide table."""
    rows: list[list[str]] = []
    lines: list[int] = []
    for chunk, numbered in table.chunks():
        good, at, odd = whole_rows(chunk, numbered, table.layout.width)
        for line, row in odd:
            if len(row) < table.layout.width:
                # A spreadsheet does not write the empty cells at a row's end.
                good.append(row + [""] * (table.layout.width - len(row)))
                at.append(line)
            else:
                reason = f"the row has {len(row)} cells under {table.layout.width} columns"
                parts.rejected.append(Rejected(line, "", "", reason))
        rows += good
        lines += at
        if len(rows) * table.layout.width > MOST_CELLS:
            raise SourceError(f"has more than {MOST_CELLS:,} cells", line=lines[-1])
    return rows, lines


def _wide(table: Table, read: _Read, ticker: str) -> _Parts:
    """A table of one column, or several, for each symbol."""
    parts = _Parts()
    rows, lines = _all_rows(table, parts)
    groups: dict[tuple[str, int], dict[str, int]] = {}
    for column in table.layout.wide:
        group = groups.setdefault((column.ticker, column.date), {})
        if column.word in group:
            reason = f"two columns hold {column.word} of {clean(column.ticker, 30)}"
            raise SourceError(reason, line=table.layout.line)
        group[column.word] = column.at
    words = [word for word in READ if any(word in group for group in groups.values())]
    parts.values = {word: [] for word in words}
    parts.faulty = {word: [] for word in words}
    numbered = np.array(lines, np.intp)
    dates = {
        at: np.array([parts.days[row[at]] for row in rows], np.intp)
        for at in dict.fromkeys(date for _, date in groups)
    }
    for (name, date), group in groups.items():
        fields = {
            word: read([row[at] for row in rows], f"wide {word}") for word, at in group.items()
        }
        code = parts.symbols.listing(name, "", table.layout.currency)
        _append(parts, code, dates[date], numbered, fields, name)
    return parts


def _across(table: Table, read: _Read, ticker: str) -> _Parts:
    """A table of one row for each symbol and a column for each date."""
    layout, parts = table.layout, _Parts()
    rows, lines = _all_rows(table, parts)
    word = layout.word
    parts.values, parts.faulty = {word: []}, {word: []}
    dates = np.array([parts.days[text] for _, text in layout.across], np.intp)
    for row, line in zip(rows, lines, strict=True):
        name = row[layout.fields["symbol"]]
        fields = {word: read([row[at] for at, _ in layout.across], f"wide {word}")}
        code = parts.symbols.listing(name, "", layout.currency)
        _append(parts, code, dates, np.full(len(dates), line, np.intp), fields, name)
    return parts


def _append(
    parts: _Parts,
    code: int,
    dates: IntArray,
    lines: IntArray,
    fields: dict[str, tuple[FloatArray, BoolArray]],
    name: str,
) -> None:
    """Add the rows of one symbol that are not empty."""
    filled = np.zeros(len(dates), np.bool_)
    for values, faulty in fields.values():
        filled |= ~np.isnan(values) | faulty
    if code < 0:
        if code != FOREIGN and filled.any():
            reason = f'"{clean(name, 20)}" is not a symbol, such as BRK-B'
            parts.rejected.append(Rejected(int(lines[0]), "", clean(name, 20), reason))
        return
    count = int(filled.sum())
    parts.codes.append(np.full(count, code, np.intp))
    parts.dates.append(dates[filled])
    parts.lines.append(lines[filled])
    for word in parts.values:
        values, faulty = fields.get(word) or (
            np.full(len(dates), np.nan),
            np.zeros(len(dates), np.bool_),
        )
        parts.values[word].append(values[filled])
        parts.faulty[word].append(faulty[filled])
