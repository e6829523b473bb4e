"""Move, join or fill in closes of bars; blocks without a change are shared, not copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from core.data.frames import Block, Events, dates_of, day, distinct, pydate
from core.data.record import record

if TYPE_CHECKING:
    from core.data.file_closes import FileCloses
    from core.data.frames import BoolArray, Dates, FloatArray

_FIELDS: Final = ("close", "adj_close", "volume")
#: Each of them -> its (T, N) values; None where a block has none, as it may but of closes.
_Tables = dict[str, Any]


@record(frozen=True, slots=True)
class Move:
    """A stretch of one symbol's bars that is put under another.

    Attributes:
        source: whose bars they are.
        target: whose they become; None takes them away.
        first: the first session, None for "from the beginning".
        last: the last session, None for "to the end".
        keep: the source keeps them too, and a bar that the target has stays.
        price: what closes and dividends are multiplied by.
        adjusted: what adjusted closes are multiplied by.
        bare: the target has adjusted closes alone, and the source's closes become such.
    """

    source: str
    target: str | None
    first: date | None = None
    last: date | None = None
    keep: bool = False
    price: float = 1.0
    adjusted: float = 1.0
    bare: bool = False


@record(frozen=True, slots=True)
class Fill:
    """A close put where there is none.

    Attributes:
        symbol: whose it is.
        session: of the close.
        close: NaN where the symbol has adjusted closes alone.
        adjusted: beside it, NaN where the symbol has none.
        known_on: the session on which it was first known that the price is a close.
    """

    symbol: str
    session: date
    close: float
    adjusted: float
    known_on: date


def between(sessions: Dates, first: date | None, last: date | None) -> slice:
    """The rows of ascending (T,) sessions from one to another, both included; None is open."""
    start = 0 if first is None else int(np.searchsorted(sessions, day(first)))
    stop = len(sessions)
    if last is not None:
        stop = int(np.searchsorted(sessions, day(last), side="right"))
    return slice(start, stop)


def upto(blocks: Sequence[Block], last: date) -> tuple[Block, ...]:
    """The closes and volumes of blocks up to a session, as views; events are left out."""
    cut = []
    for block in blocks:
        rows = between(block.sessions, None, last)
        if rows.stop == len(block.sessions):
            cut.append(block)
        elif rows.stop:
            adjusted, volume = (
                None if t is None else t[rows] for t in (block.adj_close, block.volume)
            )
            cut.append(
                Block(block.sessions[rows], block.symbols, block.close[rows], adjusted, volume)
            )
    return tuple(cut)


def same_bars(blocks: Sequence[Block], others: Sequence[Block], symbol: str, last: date) -> bool:
    """Whether two lists of blocks have the same bars of a symbol up to a session."""
    begun, theirs = (
        [block for block in some if block.sessions[0] <= day(last)] for some in (blocks, others)
    )
    if [block.year for block in begun] != [block.year for block in theirs]:
        return False
    for block, other in zip(begun, theirs, strict=True):
        rows = between(block.sessions, None, last)
        if block is other:
            continue
        if not np.array_equal(block.sessions[rows], other.sessions[rows]):
            return False
        for name in _FIELDS:
            one, two = (_column(block_of, name, symbol)[rows] for block_of in (block, other))
            if not np.array_equal(one, two, equal_nan=True):
                return False
        for name in ("dividend", "split"):
            if _events_of(block, name, symbol) != _events_of(other, name, symbol):
                return False
    return True


def _column(block: Block, name: str, symbol: str) -> FloatArray:
    """(T,) one symbol's values of a table; NaN where there are none."""
    table: FloatArray | None = getattr(block, name)
    if table is None or symbol not in block.column:
        return np.full(len(block.sessions), np.nan)
    return table[:, block.column[symbol]]


def _events_of(block: Block, name: str, symbol: str) -> list[tuple[int, float]]:
    """Row and value of one symbol's dividends or splits."""
    events: Events = getattr(block, name)
    if symbol not in block.column:
        return []
    of_symbol = events.col == block.column[symbol]
    return list(zip(events.row[of_symbol].tolist(), events.value[of_symbol].tolist(), strict=True))


def apply_moves(blocks: Sequence[Block], moves: Sequence[Move]) -> tuple[Block, ...]:
    """Return the blocks with the moves applied in order."""
    return tuple(_edited(block, [m for m in moves if _touches(block, m)], ()) for block in blocks)


def apply_fills(blocks: Sequence[Block], fills: Sequence[Fill]) -> tuple[Block, ...]:
    """Return the blocks with missing closes filled in."""
    by_year: dict[int, list[Fill]] = {}
    for fill in fills:
        by_year.setdefault(fill.session.year, []).append(fill)
    return tuple(_edited(block, (), by_year.get(block.year, ())) for block in blocks)


def with_splits(
    blocks: Sequence[Block], splits: Sequence[tuple[str, date, float]]
) -> tuple[Block, ...]:
    """Return the blocks with further splits: symbol, session and factor of each."""
    out = []
    for block in blocks:
        year_splits = [one for one in splits if one[1].year == block.year]
        if year_splits:
            column = dict(block.column)
            for symbol, *_ in year_splits:
                column.setdefault(symbol, len(column))
            row = np.searchsorted(block.sessions, dates_of([when for _, when, _ in year_splits]))
            split = Events(
                np.append(block.split.row, row).astype(np.intp),
                np.append(block.split.col, [column[one[0]] for one in year_splits]).astype(np.intp),
                np.append(block.split.value, [factor for *_, factor in year_splits]),
            )
            tables = _tables(block, len(column))
            block = replace(block, symbols=tuple(column), split=split, **tables)
        out.append(block)
    return tuple(out)


def with_file_closes(
    blocks: Sequence[Block], closes: FileCloses, sessions: Dates
) -> tuple[Block, ...]:
    """Return the blocks with prices of files as closes, and with the splits found from files.

    A year without a block gets one, and a block that lacks the session of a file all sessions of
    its year: rows that follow one another must be sessions that do.

    Args:
        blocks: ascending.
        closes: the prices of files.
        sessions: every session of the exchange.
    """
    if not len(closes):
        return tuple(blocks)
    years = {block.year: block for block in blocks}
    of_fill = closes.session.astype("datetime64[Y]").astype(np.int64) + 1970
    for year in distinct(of_fill).tolist():
        mine = of_fill == year
        when, line, value = closes.session[mine], closes.line[mine], closes.close[mine]
        block = _roomy(years.get(year), year, when, sessions)
        column = dict(block.column)
        for number in distinct(line).tolist():
            column.setdefault(closes.symbols[number], len(column))
        places = map(column.get, closes.symbols, repeat(-1))
        place = np.fromiter(places, np.intp, len(closes.symbols))
        tables = _tables(block, len(column))
        tables["close"][np.searchsorted(block.sessions, when), place[line]] = value
        splits_of_year = [s for s in closes.splits if s.after.year == year and s.symbol in column]
        split = Events(
            np.append(
                block.split.row,
                np.searchsorted(block.sessions, dates_of([s.after for s in splits_of_year])),
            ).astype(np.intp),
            np.append(block.split.col, [column[s.symbol] for s in splits_of_year]).astype(np.intp),
            np.append(block.split.value, [s.factor for s in splits_of_year]),
        )
        years[year] = replace(block, symbols=tuple(column), split=split, **tables)
    return tuple(years[year] for year in sorted(years))


def _roomy(block: Block | None, year: int, when: Dates, sessions: Dates) -> Block:
    """A year's block with a row for each of some sessions; the block itself where it has them."""
    if block is not None and np.isin(when, block.sessions).all():
        return block
    of_year = sessions[between(sessions, date(year, 1, 1), pydate(when.max()))]
    if block is None:
        days = distinct(np.concatenate([of_year, when]))
        return Block(days, (), np.zeros((len(days), 0)))
    days = distinct(np.concatenate([of_year, when, block.sessions]))
    rows = np.searchsorted(days, block.sessions)

    def longer(values: FloatArray | None) -> FloatArray | None:
        if values is None:
            return None
        out = np.full((len(days), values.shape[1]), np.nan)
        out[rows] = values
        return out

    tables: _Tables = {name: longer(getattr(block, name)) for name in _FIELDS}
    dividend, split = (replace(e, row=rows[e.row]) for e in (block.dividend, block.split))
    return replace(block, sessions=days, dividend=dividend, split=split, **tables)


def _touches(block: Block, move: Move) -> bool:
    rows = between(block.sessions, move.first, move.last)
    return rows.start < rows.stop and move.source in block.column


def _edited(block: Block, moves: Sequence[Move], fills: Sequence[Fill]) -> Block:
    """Return one block with moves and fills applied; the block itself without any."""
    if not moves and not fills:
        return block
    column = dict(block.column)
    for name in (move.target for move in moves if move.target is not None):
        column.setdefault(name, len(column))
    tables = _tables(block, len(column))
    if tables["adj_close"] is None and any(np.isfinite(fill.adjusted) for fill in fills):
        tables["adj_close"] = np.full(tables["close"].shape, np.nan)
    events: dict[str, Any] = {"dividend": block.dividend, "split": block.split}
    for move in moves:
        rows = between(block.sessions, move.first, move.last)
        source = column[move.source]
        target = None if move.target is None else column[move.target]
        _move_tables(tables, rows, source, target, move)
        for name, entries in events.items():
            events[name] = _moved_events(entries, rows, source, target, move, name == "dividend")
    for fill in fills:
        row = int(np.searchsorted(block.sessions, day(fill.session)))
        for name, value in (("close", fill.close), ("adj_close", fill.adjusted)):
            table = tables[name]
            if table is not None and np.isfinite(value):
                table[row, column[fill.symbol]] = value
    return replace(block, symbols=tuple(column), **tables, **events)


def _tables(block: Block, columns: int) -> _Tables:
    """Copies of a block's (T, N) tables with further columns of NaN."""
    tables: _Tables = {}
    for name in _FIELDS:
        values: FloatArray | None = getattr(block, name)
        tables[name] = None
        if values is not None:
            tables[name] = np.full((len(values), columns), np.nan)
            tables[name][:, : values.shape[1]] = values
    return tables


def _move_tables(tables: _Tables, rows: slice, source: int, target: int | None, move: Move) -> None:
    """Move a stretch of one column of every table to another, in place."""
    stretch: _Tables = {
        name: None if t is None else t[rows, source].copy() for name, t in tables.items()
    }
    close: FloatArray = stretch["close"]
    adjusted: FloatArray | None = stretch["adj_close"]
    if adjusted is not None and move.keep:
        # where one side's total return is read from adjusted closes, the other's must be too
        adjusted = np.where(np.isfinite(adjusted), adjusted, close) * move.adjusted
    if move.bare:
        close = np.full(len(close), np.nan)
    fields = {"close": close * move.price, "adj_close": adjusted, "volume": stretch["volume"]}
    if not move.keep:
        for table in tables.values():
            if table is not None:
                table[rows, source] = np.nan
    if target is None:
        return
    for name, values in fields.items():
        table = tables[name]
        if table is not None and values is not None:
            finite: BoolArray = np.isfinite(table[rows, target])
            table[rows, target] = np.where(finite, table[rows, target], values)


def _moved_events(
    events: Events, rows: slice, source: int, target: int | None, move: Move, money: bool
) -> Events:
    """Dividends or splits of a stretch of one column moved to another."""
    inside = (events.row >= rows.start) & (events.row < rows.stop) & (events.col == source)
    if not inside.any():
        return events
    stay = np.ones(len(events), bool) if move.keep else ~inside
    row, col, value = events.row[stay], events.col[stay], events.value[stay]
    if target is not None:
        size = int(inside.sum())
        row = np.concatenate([row, events.row[inside]])
        col = np.concatenate([col, np.full(size, target, np.intp)])
        value = np.concatenate([value, events.value[inside] * (move.price if money else 1.0)])
    return Events(row, col, value)
