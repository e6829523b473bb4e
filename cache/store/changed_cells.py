"""Single cells of the stored prices: which of them a commit changed, and how to restore them.

A commit is a layer over the stored data before it. Each keeps, for every cell that it changed, what
the cell held before; so any of them can be taken out from between the others, not the last alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cache.store.bars import EVENTS, MATRICES
from cache.store.merge import pruned
from cache.store.pack import FACTS, fact_text
from core.data.frames import Block, Events, Prices
from core.data.record import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cache.store.bars import Bars
    from core.data.frames import BoolArray, Dates, FloatArray, IntArray

FIELDS: Final = (*MATRICES, *EVENTS)
#: A key is a symbol's place times this, and the day's number since 1970.
_DAYS: Final = 1 << 16


@record(frozen=True, eq=False, slots=True)
class Column:
    """Changed cells of one field.

    Attributes:
        key: (K,) int64, ascending: place of the symbol and the day.
        before: (K,) float64, what the cell held before; NaN for nothing.
        factor: (K,) float64, by what the cell was multiplied; NaN where it was given anew.
    """

    key: NDArray[np.int64]
    before: FloatArray
    factor: FloatArray


@record(frozen=True, eq=False, slots=True)
class Layer:
    """The cells that one commit changed, with their earlier values.

    Attributes:
        symbols: what the keys' places mean.
        columns: field -> its changed cells.
        facts: name of a fact -> symbol -> its text before, None where there was none.
    """

    symbols: tuple[str, ...]
    columns: Mapping[str, Column]
    facts: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return any(len(column.key) for column in self.columns.values()) or any(self.facts.values())


def difference(
    before: Prices,
    after: Prices,
    *,
    applied: Bars | None = None,
    factors: Mapping[str, float] = {},
) -> Layer:
    """Return the layer between two states of the prices.

    Args:
        before: the first.
        after: the second.
        applied: rows that led from one to the other; their cells count as changed also where they
            repeat what was stored, so that they stay when what they repeat is taken out.
        factors: symbol -> by what its changed closes and dividends were multiplied, and its
            volumes divided, where they were not given anew.
    """
    facts = _facts_between(before, after)
    if applied is not None and not before.blocks:
        return _first(applied, facts)
    old = {block.year: block for block in before.blocks}
    new = {block.year: block for block in after.blocks}
    place: dict[str, int] = {}
    parts: dict[str, list[tuple[Any, FloatArray, FloatArray]]] = {name: [] for name in FIELDS}
    years = np.zeros(0, np.int64)
    if applied is not None:
        years = applied.session.astype("datetime64[Y]").astype(np.int64) + 1970
    for year in sorted(old.keys() | new.keys()):
        was, now = old.get(year), new.get(year)
        take = np.flatnonzero(years == year)
        if was is now and not len(take):
            continue
        both = [block for block in (was, now) if block is not None]
        sessions = np.unique(np.concatenate([block.sessions for block in both]))
        symbols = tuple(sorted({symbol for block in both for symbol in block.symbols}))
        symbol_numbers = np.array([place.setdefault(s, len(place)) for s in symbols], np.int64)
        factor = np.array([factors.get(symbol, np.nan) for symbol in symbols])
        days = sessions.astype(np.int64)
        if applied is not None and len(sessions):
            cells = _cells_of(applied, take, sessions, symbols)
        for name in FIELDS:
            grids = [dense(block, name, sessions, symbols) for block in (was, now)]
            if getattr(applied, name, None) is None and all(grid is None for grid in grids):
                continue
            nothing = np.full((len(sessions), len(symbols)), np.nan)
            earlier, later = (nothing if grid is None else grid for grid in grids)
            changed = (earlier != later) & ~(np.isnan(earlier) & np.isnan(later))
            if applied is not None and len(sessions):
                _mark(changed, getattr(applied, name), take, cells)
            col, row = np.nonzero(changed.T)
            if len(col):
                scale = (1 / factor if name == "volume" else factor)[col]
                parts[name].append(
                    (symbol_numbers[col] * _DAYS + days[row], earlier[row, col], scale)
                )
    columns = {}
    for name, pieces in parts.items():
        if pieces:
            key, values, scale = (np.concatenate(arrays) for arrays in zip(*pieces, strict=True))
            # Keys are unique, and in runs: a stable sort is the quick one.
            order = np.argsort(key, kind="stable")
            columns[name] = Column(key[order], values[order], scale[order])
    return Layer(tuple(place), columns, facts)


def _first(applied: Bars, facts: Mapping[str, Mapping[str, str | None]]) -> Layer:
    """The cells that rows add to a store without prices; before, each was empty."""
    symbols = tuple(sorted(applied.symbols))
    place = {symbol: at for at, symbol in enumerate(symbols)}
    key = np.array([place[symbol] for symbol in applied.symbols], np.int64)[applied.symbol] * _DAYS
    key += applied.session.astype(np.int64)
    order = None if np.all(key[1:] > key[:-1]) else np.argsort(key, kind="stable")
    columns = {}
    for name in FIELDS:
        values: FloatArray | None = getattr(applied, name)
        if values is None:
            continue
        has_value = ~np.isnan(values)
        cells = key[has_value] if order is None else key[order][has_value[order]]
        if len(cells):
            nothing = np.full(len(cells), np.nan)
            columns[name] = Column(cells, nothing, nothing)
    return Layer(symbols, columns, facts)


def _cells_of(
    applied: Bars, take: IntArray, sessions: Dates, symbols: Sequence[str]
) -> tuple[IntArray, IntArray, BoolArray]:
    """Return (K,) grid rows and columns of the given rows, and whether they are on the grid."""
    place = {symbol: at for at, symbol in enumerate(symbols)}
    column = np.array([place.get(symbol, -1) for symbol in applied.symbols], np.intp)
    col, session = column[applied.symbol[take]], applied.session[take]
    row = np.minimum(np.searchsorted(sessions, session), len(sessions) - 1)
    return row, col, (col >= 0) & (sessions[row] == session)


def _mark(
    changed: BoolArray,
    values: FloatArray | None,
    take: IntArray,
    cells: tuple[IntArray, IntArray, BoolArray],
) -> None:
    """Set the cells for which rows give a value, as far as they are on the grid."""
    if values is None:
        return
    row, col, inside = cells
    has_value = ~np.isnan(values[take]) & inside
    changed[row[has_value], col[has_value]] = True


def _facts_between(before: Prices, after: Prices) -> dict[str, dict[str, str | None]]:
    result = {}
    for name in FACTS:
        was, now = getattr(before, name), getattr(after, name)
        if was is now:
            continue
        result[name] = {
            symbol: None if symbol not in was else fact_text(name, was[symbol])
            for symbol in sorted(was.keys() | now.keys())
            if was.get(symbol) != now.get(symbol)
        }
    return {name: facts for name, facts in result.items() if facts}


def dense(
    block: Block | None, name: str, sessions: Dates, symbols: Sequence[str]
) -> FloatArray | None:
    """Return one field of a block on a wider grid, NaN where empty; None where it has none."""
    values = None if block is None else getattr(block, name)
    if block is None or values is None or (name in EVENTS and not len(values)):
        return None
    place = {symbol: at for at, symbol in enumerate(symbols)}
    rows = np.searchsorted(sessions, block.sessions)
    columns = np.array([place[symbol] for symbol in block.symbols], np.intp)
    result = np.full((len(sessions), len(symbols)), np.nan)
    if name in EVENTS:
        result[rows[values.row], columns[values.col]] = values.value
    else:
        result[np.ix_(rows, columns)] = values
    return result


def put(prices: Prices, layer: Layer) -> Prices:
    """Return the prices with a layer's cells and facts set to the layer's values."""
    blocks = {block.year: block for block in prices.blocks}
    years: dict[int, dict[str, tuple[Any, Any, FloatArray]]] = {}
    for name, column in layer.columns.items():
        days = (column.key % _DAYS).astype("datetime64[D]")
        year = days.astype("datetime64[Y]").astype(np.int64) + 1970
        for one in np.unique(year).tolist():
            mine = year == one
            cells = column.key[mine] // _DAYS, days[mine], column.before[mine]
            years.setdefault(one, {})[name] = cells
    for one, cells_of in years.items():
        block = _put_year(blocks.pop(one, None), layer.symbols, cells_of)
        if block is not None:
            blocks[one] = block
    ordered = tuple(blocks[one] for one in sorted(blocks))
    facts: dict[str, dict[str, Any]] = {}
    for name, before in layer.facts.items():
        facts[name] = dict(getattr(prices, name))
        for symbol, text in before.items():
            facts[name].pop(symbol, None)
            if text is not None:
                facts[name][symbol] = FACTS[name](text)
    return replace(prices, blocks=ordered, **facts)


def _put_year(
    block: Block | None,
    names: tuple[str, ...],
    cells: Mapping[str, tuple[Any, Any, FloatArray]],
) -> Block | None:
    sessions = np.unique(
        np.concatenate(
            [days for _, days, _ in cells.values()] + ([block.sessions] if block else [])
        )
    )
    touched = {names[at] for place, _, _ in cells.values() for at in np.unique(place).tolist()}
    symbols = tuple(sorted(touched | set(block.symbols if block else ())))
    where = {symbol: at for at, symbol in enumerate(symbols)}
    column = np.array([where.get(name, -1) for name in names], np.intp)
    grids: dict[str, FloatArray] = {}
    for name in FIELDS:
        grid = dense(block, name, sessions, symbols)
        if name in cells:
            grid = np.full((len(sessions), len(symbols)), np.nan) if grid is None else grid
            place, days, values = cells[name]
            grid[np.searchsorted(sessions, days), column[place]] = values
        if grid is not None:
            grids[name] = grid
    matrices: dict[str, FloatArray] = {n: grids[n] for n in MATRICES if n in grids}
    events = {name: _events(grids.get(name)) for name in EVENTS}
    return pruned(sessions, symbols, matrices, events)


def _events(grid: FloatArray | None) -> Events:
    if grid is None:
        return Events.none()
    row, col = np.nonzero(~np.isnan(grid))
    return Events(row, col, grid[row, col])


def taken_out(
    prices: Prices, layer: Layer, later: Sequence[Layer]
) -> tuple[Prices, tuple[Layer, ...]]:
    """Return the prices without a layer, and the later layers rewritten without it.

    A cell that no later layer gave anew goes back to what it held before; one that a later layer
    multiplied goes back multiplied.

    Args:
        prices: the stored data now.
        layer: what is taken out.
        later: the layers over it, oldest first.
    """
    fates = {name: _Fate(column, layer.symbols) for name, column in layer.columns.items()}
    facts = {name: dict(before) for name, before in layer.facts.items()}
    rewritten = []
    for over in later:
        columns = dict(over.columns)
        for name, fate in fates.items():
            if name in columns:
                columns[name] = fate.under(columns[name], over.symbols)
        remaining = {name: dict(before) for name, before in over.facts.items()}
        for name, before in facts.items():
            for symbol in [s for s in before if s in remaining.get(name, ())]:
                remaining[name][symbol] = before.pop(symbol)
        rewritten.append(Layer(over.symbols, columns, remaining))
    restored = {name: fate.restored() for name, fate in fates.items()}
    return put(prices, Layer(layer.symbols, restored, facts)), tuple(rewritten)


class _Fate:
    """Tracks the cells of a removed layer through the layers after it."""

    def __init__(self, column: Column, symbols: tuple[str, ...]) -> None:
        self._key, self._symbols = column.key, symbols
        self._value = column.before.copy()
        self._open = np.ones(len(column.key), np.bool_)

    def under(self, column: Column, symbols: tuple[str, ...]) -> Column:
        """Return a later layer's cells as they are without this one."""
        place = {symbol: at for at, symbol in enumerate(self._symbols)}
        mapped = np.array([place.get(symbol, -1) for symbol in symbols], np.int64)
        key = mapped[column.key // _DAYS] * _DAYS + column.key % _DAYS
        _, mine, theirs = np.intersect1d(self._key, key, return_indices=True)
        keep = self._open[mine]
        mine, theirs = mine[keep], theirs[keep]
        before = column.before.copy()
        before[theirs] = self._value[mine]
        factor = column.factor[theirs]
        set_anew = np.isnan(factor)
        self._value[mine] *= np.where(set_anew, 1.0, factor)
        self._open[mine[set_anew]] = False
        return replace(column, before=before)

    def restored(self) -> Column:
        """Return the cells that no later layer has set, with the values to restore."""
        key, value = self._key[self._open], self._value[self._open]
        return Column(key, value, np.full(len(key), np.nan))


def dropped(prices: Prices, symbols: frozenset[str]) -> Prices:
    """Return the prices without some symbols."""
    blocks = []
    for block in prices.blocks:
        if symbols.isdisjoint(block.symbols):
            blocks.append(block)
            continue
        names = tuple(symbol for symbol in block.symbols if symbol not in symbols)
        keep = np.array([symbol not in symbols for symbol in block.symbols])
        grids = {name: dense(block, name, block.sessions, block.symbols) for name in FIELDS}
        remaining = {name: grid[:, keep] for name, grid in grids.items() if grid is not None}
        matrices: dict[str, FloatArray] = {n: remaining[n] for n in MATRICES if n in remaining}
        events = {name: _events(remaining.get(name)) for name in EVENTS}
        if (bare := pruned(block.sessions, names, matrices, events)) is not None:
            blocks.append(bare)
    facts = {
        name: {s: value for s, value in getattr(prices, name).items() if s not in symbols}
        for name in FACTS
    }
    return replace(prices, blocks=tuple(blocks), **facts)


def without(layer: Layer, symbols: frozenset[str]) -> Layer:
    """Return a layer without some symbols."""
    drop = np.array([symbol in symbols for symbol in layer.symbols], np.bool_)
    columns = {}
    for name, column in layer.columns.items():
        keep = ~drop[column.key // _DAYS]
        columns[name] = Column(column.key[keep], column.before[keep], column.factor[keep])
    facts = {
        name: {symbol: text for symbol, text in before.items() if symbol not in symbols}
        for name, before in layer.facts.items()
    }
    return Layer(layer.symbols, columns, facts)
