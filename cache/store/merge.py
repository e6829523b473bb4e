"""Merges bars into the stored prices: pure, and idempotent.

A field that a row gives replaces the stored data for that symbol and session; a field it does
not give leaves it. What does not change stays the identical object, so that the store need
not write it again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from operator import is_
from typing import TYPE_CHECKING

import numpy as np

from cache.store.bars import EVENTS, MATRICES, Bars
from cache.store.origins import origins_after
from cache.store.pack import FACTS
from core.data.frames import (
    Block,
    BoolArray,
    Dates,
    Events,
    FloatArray,
    IntArray,
    Prices,
    distinct,
    pydate,
)
from core.data.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping


def merge(prices: Prices, bars: Bars) -> Prices:
    """Return the prices after merging bars.

    Args:
        prices: the stored data now.
        bars: what a source brought; it has passed ``Bars.check``.

    Returns:
        The merged prices: ``prices`` itself where the bars say nothing new. Source and time of
        a symbol move only when something of it changed, so that the same file brought in
        twice changes nothing; a symbol in ``bars.replace`` takes over the bars' ``through``,
        any other keeps the later of the two.
    """
    bars = _timely(prices, bars)
    lapsed = _lapsed(prices, bars)
    blocks = {block.year: block for block in prices.blocks}
    years = bars.session.astype("datetime64[Y]").astype(np.int64) + 1970
    rows_of = _rows_of(years)
    affected = set(rows_of)
    affected.update(day.year for day in lapsed.values())
    affected.update(b.year for b in prices.blocks if not bars.replace.isdisjoint(b.symbols))
    changed: set[str] = set()
    for year in sorted(affected):
        rows = rows_of.get(year, np.zeros(0, np.intp))
        block, moved = _rebuild(blocks.get(year), bars, rows, lapsed)
        changed |= moved
        blocks.pop(year, None)
        if block is not None:
            blocks[year] = block
    ordered = tuple(blocks[year] for year in sorted(blocks))
    return _described(prices, bars, ordered, changed, lapsed)


def _rows_of(years: IntArray) -> dict[int, IntArray]:
    """Each of (K,) calendar years -> its rows, ascending."""
    # of two bytes: such numbers are sorted in one pass
    order = np.argsort(years.astype(np.int16), kind="stable")
    ordered = years[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=0))
    parts = np.split(order, starts[1:])
    return dict(zip(ordered[starts].tolist(), parts, strict=True)) if len(order) else {}


def _described(
    prices: Prices,
    bars: Bars,
    blocks: tuple[Block, ...],
    changed: set[str],
    lapsed: Mapping[str, date],
) -> Prices:
    """Return the merged blocks with the facts of each symbol; ``prices`` where nothing changed."""
    answered = _answered(bars)
    through = dict(prices.through)
    for symbol, day in answered.items():
        before = through.get(symbol)
        if before is None or day > before or symbol in bars.replace:
            through[symbol] = day
    final = _with_price(bars, prices.provisional) | bars.replace | lapsed.keys()
    provisional = {s: day for s, day in prices.provisional.items() if s not in final}
    # A mark without its bar (the vendor's newest row was empty) marks nothing.
    fresh = _with_price(bars, bars.provisional)
    provisional.update((s, day) for s, day in bars.provisional.items() if s in fresh)
    failures = {s: reason for s, reason in prices.failures.items() if s not in answered}
    failures.update(bars.failures)
    settled = bars.replace | bars.disputed.keys()
    disputed = {s: words for s, words in prices.disputed.items() if s not in settled}
    disputed.update((s, words) for s, words in bars.disputed.items() if words)

    source, fetched_at = dict(prices.source), dict(prices.fetched_at)
    for symbol in answered.keys() | changed:
        moved = (
            symbol in changed
            or symbol not in fetched_at
            or through.get(symbol) != prices.through.get(symbol)
            or provisional.get(symbol) != prices.provisional.get(symbol)
        )
        if moved and bars.fetched_at >= fetched_at.get(symbol, bars.fetched_at):
            source[symbol], fetched_at[symbol] = bars.source, bars.fetched_at

    # the tuple itself stays where every block does: so it is seen that nothing has changed
    is_same = len(blocks) == len(prices.blocks) and all(map(is_, blocks, prices.blocks))
    merged = Prices(
        blocks=prices.blocks if is_same else blocks,
        through=through,
        provisional=provisional,
        source=source,
        fetched_at=fetched_at,
        failures=failures,
        origin=prices.origin,
        disputed=disputed,
    )
    origin = origins_after(prices, merged, bars, sorted(answered.keys() | changed))
    if origin is not prices.origin:
        merged = replace(merged, origin=origin)
    unmoved = merged.blocks is prices.blocks and all(
        getattr(merged, name) == getattr(prices, name) for name in FACTS
    )
    return prices if unmoved else merged


def _answered(bars: Bars) -> dict[str, date]:
    """Return the last session that each answered symbol's bars cover."""
    last = np.full(len(bars.symbols), np.iinfo(np.int64).min)
    np.maximum.at(last, bars.symbol, bars.session.astype(np.int64))
    positions = distinct(bars.symbol)
    days: list[date] = last[positions].astype("datetime64[D]").tolist()
    result = {bars.symbols[i]: day for i, day in zip(positions.tolist(), days, strict=True)}
    result.update(bars.through)
    return {symbol: day for symbol, day in result.items() if symbol not in bars.failures}


def _with_price(bars: Bars, days: Mapping[str, date]) -> set[str]:
    """The symbols for which the bars give a price on the day named."""
    if not days:
        return set()
    day_of = _by_position(bars, days)
    at = bars.priced() & (day_of[bars.symbol] == bars.session.astype(np.int64))
    return {bars.symbols[i] for i in np.unique(bars.symbol[at]).tolist()}


def _by_position(bars: Bars, days: Mapping[str, date]) -> IntArray:
    """(symbols of the bars,) int, the day named for each, as a day number; none is -1."""
    nowhere = np.datetime64(-1, "D")
    day_of_each = [days.get(symbol, nowhere) for symbol in bars.symbols]
    return np.array(day_of_each, "datetime64[D]").astype(np.intp)


def _timely(prices: Prices, bars: Bars) -> Bars:
    """Return the bars without intraday bars older than the symbol's stored ones."""
    late = {
        symbol: day
        for symbol, day in bars.provisional.items()
        if symbol in prices.fetched_at and bars.fetched_at < prices.fetched_at[symbol]
    }
    if not late:
        return bars
    keep = _by_position(bars, late)[bars.symbol] != bars.session.astype(np.int64)
    fields = ("symbol", "session", *MATRICES, *EVENTS)
    columns = {name: getattr(bars, name) for name in fields}
    return replace(
        bars,
        provisional={s: day for s, day in bars.provisional.items() if s not in late},
        **{name: column[keep] for name, column in columns.items() if column is not None},
    )


def _lapsed(prices: Prices, bars: Bars) -> dict[str, date]:
    """Return provisional bars that never became final before the next provisional one.

    A symbol carries one provisional mark. Without this rule the older bar would lose its
    mark to the newer and pass for a final close from then on.
    """
    fresh = _with_price(bars, bars.provisional)
    due = {
        symbol: day
        for symbol, day in prices.provisional.items()
        if symbol in fresh and bars.provisional[symbol] != day and symbol not in bars.replace
    }
    final = _with_price(bars, due)
    return {symbol: day for symbol, day in due.items() if symbol not in final}


@record(frozen=True, eq=False, slots=True)
class _Grid:
    """Positions of stored cells and new rows in the union of one year's sessions and symbols.

    Attributes:
        sessions: (T,) ascending.
        symbols: (N,) sorted.
        old_row: (old T,) position of each stored session.
        old_col: (old N,) position of each stored symbol.
        rows: (K,) position of each new bar's session.
        cols: (K,) position of each new bar's symbol.
        clear: positions (rows, cols) of lapsed provisional bars, whose stored prices go first.
        replaced: (N,) bool, symbols whose stored history goes first.
    """

    sessions: Dates
    symbols: tuple[str, ...]
    old_row: IntArray
    old_col: IntArray
    rows: IntArray
    cols: IntArray
    clear: tuple[IntArray, IntArray]
    replaced: BoolArray

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.sessions), len(self.symbols)


def _grid(block: Block | None, bars: Bars, take: IntArray, lapsed: Mapping[str, date]) -> _Grid:
    session, symbol = bars.session[take], bars.symbol[take]
    sessions = distinct(session)
    positions = distinct(symbol)
    names = {bars.symbols[i] for i in positions.tolist()}
    if block is not None:
        sessions = distinct(np.concatenate([sessions, block.sessions]))
        names.update(block.symbols)
    symbols = tuple(sorted(names))
    place = {name: i for i, name in enumerate(symbols)}
    column = np.zeros(len(bars.symbols), np.intp)
    column[positions] = [place[bars.symbols[i]] for i in positions.tolist()]
    lapsed_cells = [(name, day) for name, day in lapsed.items() if name in place]
    lapsed_cells = [
        (name, day) for name, day in lapsed_cells if _position(sessions, day) is not None
    ]
    return _Grid(
        sessions=sessions,
        symbols=symbols,
        old_row=np.searchsorted(sessions, block.sessions if block else sessions[:0]),
        old_col=np.array([place[name] for name in (block.symbols if block else ())], np.intp),
        # as numbers: numpy looks days up several times slower
        rows=sessions.astype(np.int64).searchsorted(session.astype(np.int64)),
        cols=column[symbol],
        clear=(
            np.array([_position(sessions, day) for _, day in lapsed_cells], np.intp),
            np.array([place[name] for name, _ in lapsed_cells], np.intp),
        ),
        replaced=np.array([name in bars.replace for name in symbols], np.bool_),
    )


def _position(sessions: Dates, day: date) -> int | None:
    at = int(np.searchsorted(sessions, np.datetime64(day, "D")))
    return at if at < len(sessions) and pydate(sessions[at]) == day else None


def _rebuild(
    block: Block | None, bars: Bars, take: IntArray, lapsed: Mapping[str, date]
) -> tuple[Block | None, set[str]]:
    """One year with its new rows, and the symbols whose values changed.

    Args:
        block: the year as stored, None where none is.
        bars: what a source brought.
        take: (K,) int, the rows of ``bars`` that lie in this year.
        lapsed: provisional bars that go, by symbol.

    Returns:
        The block (the identical one where nothing changed, None where nothing is left).
    """
    grid = _grid(block, bars, take, lapsed)
    changed = np.zeros(len(grid.symbols), np.bool_)
    matrices: dict[str, FloatArray] = {}
    for name in MATRICES:
        old: FloatArray | None = getattr(block, name, None)
        new: FloatArray | None = getattr(bars, name)
        if old is None and new is None:
            continue
        before = None
        after = np.full(grid.shape, np.nan)
        if old is not None:
            after[np.ix_(grid.old_row, grid.old_col)] = old
            before = after.copy()
            after[:, grid.replaced] = np.nan
            after[grid.clear] = np.nan
        if new is not None:
            values = new[take]
            has_value = ~np.isnan(values)
            after[grid.rows[has_value], grid.cols[has_value]] = values[has_value]
        differs = ~np.isnan(after)
        if before is not None:
            differs = (before != after) & (differs | ~np.isnan(before))
        changed |= differs.any(axis=0)
        matrices[name] = after
    events: dict[str, Events] = {}
    for name in EVENTS:
        events[name], moved = _events(grid, getattr(block, name, None), getattr(bars, name), take)
        changed |= moved
    if not changed.any():
        return block, set()
    symbols = {grid.symbols[i] for i in np.flatnonzero(changed).tolist()}
    return pruned(grid.sessions, grid.symbols, matrices, events), symbols


def _events(
    grid: _Grid, events: Events | None, new: FloatArray | None, take: IntArray
) -> tuple[Events, BoolArray]:
    """The dividends or splits of one year on the grid, and which symbols' events changed."""
    width = len(grid.symbols)
    old = events if events is not None else Events.none()
    before = grid.old_row[old.row] * width + grid.old_col[old.col]
    order = np.argsort(before)
    before, amount = before[order], old.value[order]
    stays = ~grid.replaced[before % width]
    added, values = np.zeros(0, np.intp), np.zeros(0)
    if new is not None:
        event_rows = np.flatnonzero(~np.isnan(new[take]))
        cells, values = grid.rows[event_rows] * width + grid.cols[event_rows], new[take][event_rows]
        # A row that says 0 takes a stored event back: the vendor has withdrawn it.
        stays &= ~np.isin(before, cells)
        added, values = cells[values > 0], values[values > 0]
    after = np.concatenate([before[stays], added])
    value = np.concatenate([amount[stays], values])
    order = np.argsort(after)
    after, value = after[order], value[order]
    changed = np.zeros(width, np.bool_)
    if not (np.array_equal(before, after) and np.array_equal(amount, value)):
        was = set(zip(before.tolist(), amount.tolist(), strict=True))
        now = set(zip(after.tolist(), value.tolist(), strict=True))
        changed[[key % width for key, _ in was ^ now]] = True
    return Events(after // width, after % width, value), changed


def pruned(
    sessions: Dates,
    symbols: tuple[str, ...],
    matrices: Mapping[str, FloatArray],
    events: Mapping[str, Events],
) -> Block | None:
    """Return the block without empty sessions and symbols; None where nothing is left.

    So equal contents make equal blocks, in whatever order they came.
    """
    filled = np.zeros((len(sessions), len(symbols)), np.bool_)
    for values in matrices.values():
        filled |= ~np.isnan(values)
    for event in events.values():
        filled[event.row, event.col] = True
    rows = np.asarray(filled.any(axis=1))
    cols = np.asarray(filled.any(axis=0))
    if not rows.any():
        return None
    row, col = np.cumsum(rows) - 1, np.cumsum(cols) - 1
    whole = rows.all() and cols.all()
    fields: dict[str, FloatArray | None] = {}
    for name in MATRICES:
        matrix = matrices.get(name)
        if matrix is not None and not whole:
            matrix = np.ascontiguousarray(matrix[np.ix_(rows, cols)])
        if matrix is not None and name != "close" and np.isnan(matrix).all():
            matrix = None
        fields[name] = matrix
    close = fields["close"]
    if close is None:
        close = np.full((int(rows.sum()), int(cols.sum())), np.nan)
    for array in (close, fields["adj_close"], fields["volume"]):
        if array is not None:
            array.flags.writeable = False
    names = [name for name, keep in zip(symbols, cols.tolist(), strict=True) if keep]
    return Block(
        sessions=sessions[rows],
        symbols=tuple(names),
        close=close,
        adj_close=fields["adj_close"],
        volume=fields["volume"],
        dividend=_moved(events["dividend"], row, col),
        split=_moved(events["split"], row, col),
    )


def _moved(events: Events, row: IntArray, col: IntArray) -> Events:
    return Events(row[events.row], col[events.col], events.value)
