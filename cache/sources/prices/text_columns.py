"""A table of text made into columns: its shape undone, its numbers and dates decided as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.facts.clean import clean
from cache.facts.errors import SourceError
from cache.sources.holdings.rows import Rejected
from cache.sources.notation import Decimal, decimal_mark
from cache.sources.prices.cells import BARE, read_cells
from cache.sources.prices.layout import READ, Layout
from cache.sources.prices.price_columns import Columns, Told
from cache.sources.prices.price_symbols import Symbols
from cache.sources.prices.stamps import Stamps, read_stamps
from cache.sources.prices.text_rows import MOST_CELLS, MOST_ROWS, Table, whole_rows

if TYPE_CHECKING:
    from core.data.frames import BoolArray, FloatArray, IntArray

#: Cells that are looked at to decide the decimal mark of a file.
_EVIDENCE: Final = 20_000
#: A column of which a larger part is no number holds text.
_TEXT: Final = 0.5
_SHAPES: Final = {
    "long": "a row for a symbol and date",
    "single": "a row for a date, one symbol",
    "wide": "a column for a symbol",
    "across": "a column for a date",
}
#: A reading: how a column of cells becomes numbers, and the parts it makes.
_Read = Callable[[Sequence[str], str], "tuple[FloatArray, BoolArray]"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user said of a file.

    Attributes:
        decimal: the decimal mark.
        dates: the order of day, month and year.
        ticker: whose closes they are, for a file that does not say.
        named: whose closes they are by the name of the file, "" where that is no ticker.
        file: its name, "" where there is one file alone.
    """

    decimal: str | None = None
    dates: str | None = None
    ticker: str | None = None
    named: str = ""
    file: str = ""


@dataclass(slots=True)
class _Parts:
    """Rows of a table as they are read: symbols, dates and numbers by chunk."""

    symbols: Symbols = field(default_factory=Symbols)
    days: dict[str, int] = field(default_factory=dict)
    codes: list[IntArray] = field(default_factory=list)
    dates: list[IntArray] = field(default_factory=list)
    lines: list[IntArray] = field(default_factory=list)
    values: dict[str, list[FloatArray]] = field(default_factory=dict)
    faulty: dict[str, list[BoolArray]] = field(default_factory=dict)
    unknown: dict[str, list[tuple[FloatArray, BoolArray]]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def day(self, text: str) -> int:
        """The position of a date among the distinct ones."""
        return self.days.setdefault(text, len(self.days))


class _Numbers:
    """Reads cells by a decimal mark, and keeps what tells which mark it is."""

    def __init__(self, decimal: Decimal, separator: str) -> None:
        self._decimal = decimal
        self._plain = separator in ("", ",")
        self.evidence: list[str] = []
        self.commas = False

    def read(self, cells: Sequence[str], word: str) -> tuple[FloatArray, BoolArray]:
        """Cells as numbers, NaN where empty, and marked where they are none."""
        if len(self.evidence) < _EVIDENCE and word != "split":
            text = "".join(cells)
            # Between commas no number holds one unless it is quoted, and then it is not bare.
            if not (self._plain and BARE.fullmatch(text)):
                self.commas |= "," in text
                self.evidence += cells[: _EVIDENCE - len(self.evidence)]
        return read_cells(cells, word, self._decimal)

    def mark(self, given: str | None) -> Decimal:
        """The decimal mark of the file.

        Raises:
            SourceError: nothing settles it.
        """
        if given is None and self._plain and not self.commas:
            return "."
        return decimal_mark(self.evidence, given)


def read_table(table: Table, asked: Asked, sheet: str = "") -> Columns:
    """The columns of a table.

    Args:
        table: its rows and layout.
        asked: what the user said of it.
        sheet: name of the sheet, where a workbook has several.

    Raises:
        SourceError: it has too many rows, its notation is not sure, or nothing says whose
            closes it holds.
    """
    layout = table.layout
    ticker, whence = ticker_of(layout, asked, sheet)
    walk = {"long": _long, "single": _long, "wide": _wide, "across": _across}[layout.shape]
    numbers = _Numbers("," if asked.decimal == "," else ".", table.separator)
    parts = walk(table, numbers.read, ticker)
    mark = numbers.mark(asked.decimal)
    if mark == "," and asked.decimal != ",":
        # The first reading took a point for granted.
        parts = walk(table, _Numbers(",", table.separator).read, ticker)
    stamps = read_stamps([*parts.days], asked.dates)
    told = told_of(layout, table.told, asked, sheet, ticker and f"{clean(ticker, 30)} ({whence})")
    told.notation = notation(mark, stamps)
    told.remarks += parts.remarks
    return _columns(layout, parts, stamps, told)


def notation(mark: Decimal | None, stamps: Stamps) -> str:
    """How the numbers and dates of a file are written, in words; no mark where they are binary."""
    words = {"dmy": "day-month-year", "mdy": "month-day-year", "ymd": "year-month-day"}
    order = f"dates {words[stamps.order]}" if stamps.order else "dates year first or by name"
    marks = [] if mark is None else [f"decimal {'comma' if mark == ',' else 'point'}"]
    return "; ".join([*marks, stamps.zoned or order])


def ticker_of(layout: Layout, asked: Asked, sheet: str) -> tuple[str, str]:
    """Whose closes a table of one symbol holds, and what says so.

    Raises:
        SourceError: nothing does, or the file and the user both do.
    """
    if layout.shape != "single":
        if asked.ticker is not None:
            reason = "its own columns say whose closes they are; import it without --symbol"
            raise SourceError(reason)
        return "", ""
    sources = (
        (asked.ticker or "", "--symbol"),
        (layout.ticker, "a line above its header"),
        (sheet, "the name of its sheet"),
        (asked.named, "the file's name"),
    )
    for ticker, whence in sources:
        if ticker:
            return ticker, whence
    raise SourceError(
        "has no column of symbols, and its name is no ticker; say whose closes they are,"
        " such as --symbol AAPL, or which column it is, such as --columns symbol=Name"
    )


def told_of(layout: Layout, kind: str, asked: Asked, sheet: str, single: str) -> Told:
    """How a table was read, as far as its layout tells.

    Args:
        layout: what its columns hold.
        kind: what kind of file it is, in words.
        asked: what the user said of it.
        sheet: name of the sheet, where a workbook has several.
        single: the ticker of a table of one symbol and what says so, else "".
    """
    place = f"{kind}, sheet {clean(sheet, 30)}" if sheet else kind
    told = Told(asked.file, f"{place}: {_SHAPES[layout.shape]}")
    if single:
        told.taken["symbol"] = single
    elif layout.shape == "wide":
        tickers = dict.fromkeys(column.ticker for column in layout.wide)
        told.taken["symbol"] = f"{len(tickers):,} titles"
    for word, position in layout.fields.items():
        told.taken[word] = layout.titles.get(position, "Symbol")
    for column in layout.wide:
        title = layout.titles[column.at]
        told.taken.setdefault("date", layout.titles.get(column.date) or "the first column")
        told.taken.setdefault(column.word, "the cells" if title == column.ticker else title)
    if layout.across:
        told.taken |= {"date": f"{len(layout.across):,} titles", "close": "the cells"}
    told.unread = [*layout.unread]
    return told


def _columns(layout: Layout, parts: _Parts, stamps: Stamps, told: Told) -> Columns:
    dates = _end_to_end(parts.dates, np.intp)
    values = {name: _end_to_end(found, np.float64) for name, found in parts.values.items()}
    columns = Columns(
        tuple(parts.symbols.positions),
        _end_to_end(parts.codes, np.intp),
        stamps.session[dates] if len(dates) else np.zeros(0, "datetime64[D]"),
        _end_to_end(parts.lines, np.intp),
        np.zeros(len(dates), np.intp),
        values,
        {name: _end_to_end(found, np.bool_) for name, found in parts.faulty.items()},
        timed=stamps.timed[dates] if stamps.timed.any() else None,
        rejected=parts.rejected,
        told=[told],
        bars=layout.bars,
    )
    for title in layout.unknown:
        found = parts.unknown.get(title, [])
        faulty = _end_to_end([fault for _, fault in found], np.bool_)
        numbers = _end_to_end([number for number, _ in found], np.float64)
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
    constant = parts.symbols.code(ticker) if ticker else -1
    total, last = 0, 0
    odd: list[tuple[int, list[str]]] = []
    for rows, lines in table.chunks():
        total += len(rows)
        if total > MOST_ROWS:
            raise SourceError(f"has more than {MOST_ROWS:,} rows", line=lines[-1])
        last = lines[-1]
        rows, lines, strange = whole_rows(rows, lines, layout.width)
        odd += strange
        written = [row[at["date"]].strip() for row in rows]
        if ticker:
            parts.codes.append(np.full(len(rows), constant, np.intp))
        else:
            code, where = parts.symbols.code, at["symbol"]
            parts.codes.append(np.array([code(row[where]) for row in rows], np.intp))
        days = parts.days
        for text in dict.fromkeys(written):
            days.setdefault(text, len(days))
        parts.dates.append(np.array([days[text] for text in written], np.intp))
        parts.lines.append(np.array(lines, np.intp))
        for name in fields:
            position = at[name]
            numbers, faulty = read([row[position] for row in rows], name)
            parts.values[name].append(numbers)
            parts.faulty[name].append(faulty)
        for title, position in layout.unknown.items():
            cells = [row[position] for row in rows]
            parts.unknown.setdefault(title, []).append(read(cells, "unknown"))
    _odd_rows(parts, odd, last, layout)
    return parts


def _odd_rows(parts: _Parts, odd: list[tuple[int, list[str]]], last: int, layout: Layout) -> None:
    """Rows of more or fewer cells than the header; a last one of a single cell is a footer."""
    symbol = layout.fields.get("symbol")
    for line, row in odd:
        filled = [cell for cell in row if cell.strip()]
        if line == last and len(filled) == 1 and layout.width > 1:
            parts.remarks.append(f'its last line, "{clean(filled[0], 40)}", is no row')
            continue
        named = "" if symbol is None or symbol >= len(row) else clean(row[symbol], 20)
        reason = f"the row has {len(row)} cells under {layout.width} columns"
        parts.rejected.append(Rejected(line, "", named, reason))


def _held(table: Table, parts: _Parts) -> tuple[list[list[str]], list[int]]:
    """All rows of a wide table."""
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
    rows, lines = _held(table, parts)
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
        at: np.array([parts.day(row[at].strip()) for row in rows], np.intp)
        for at in dict.fromkeys(date for _, date in groups)
    }
    for (name, date), group in groups.items():
        found = {
            word: read([row[at] for row in rows], f"wide {word}") for word, at in group.items()
        }
        _append(parts, parts.symbols.code(name), dates[date], numbered, found, name)
    return parts


def _across(table: Table, read: _Read, ticker: str) -> _Parts:
    """A table of one row for each symbol and a column for each date."""
    layout, parts = table.layout, _Parts()
    rows, lines = _held(table, parts)
    parts.values, parts.faulty = {"close": []}, {"close": []}
    dates = np.array([parts.day(text) for _, text in layout.across], np.intp)
    for row, line in zip(rows, lines, strict=True):
        name = row[layout.fields["symbol"]]
        found = {"close": read([row[at] for at, _ in layout.across], "wide close")}
        code = parts.symbols.code(name)
        _append(parts, code, dates, np.full(len(dates), line, np.intp), found, name)
    return parts


def _append(
    parts: _Parts,
    code: int,
    dates: IntArray,
    lines: IntArray,
    found: dict[str, tuple[FloatArray, BoolArray]],
    name: str,
) -> None:
    """Add the rows of one symbol that say something."""
    filled = np.zeros(len(dates), np.bool_)
    for values, faulty in found.values():
        filled |= ~np.isnan(values) | faulty
    if code < 0:
        if filled.any():
            reason = f'"{clean(name, 20)}" is not a symbol, such as BRK-B'
            parts.rejected.append(Rejected(int(lines[0]), "", clean(name, 20), reason))
        return
    count = int(filled.sum())
    parts.codes.append(np.full(count, code, np.intp))
    parts.dates.append(dates[filled])
    parts.lines.append(lines[filled])
    for word in parts.values:
        values, faulty = found.get(word) or (
            np.full(len(dates), np.nan),
            np.zeros(len(dates), np.bool_),
        )
        parts.values[word].append(values[filled])
        parts.faulty[word].append(faulty[filled])
