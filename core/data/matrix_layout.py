"""Arrange year blocks, or stacked bars, as a matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from core.data.dividends import dividends_at_closes
from core.data.frames import day
from core.data.matrix import Matrix
from core.data.overlay import column_places, over_one_another

if TYPE_CHECKING:
    from core.data.file_closes import FileCloses
    from core.data.frames import Block, BoolArray, Dates, FloatArray, IntArray


def stack(
    blocks: Iterable[Block],
    sessions_known: Dates,
    files: FileCloses | None = None,
    symbols: tuple[str, ...] | None = None,
) -> Matrix:
    """Stack year blocks.

    Args:
        blocks: ascending.
        sessions_known: every session of the exchange.
        files: the closes of the blocks that are prices of files.
        symbols: the columns wanted, also of lines without a close; None for all symbols held.
    """
    parts = tuple(blocks)
    if symbols is None:
        symbols = parts[0].symbols
        if any(block.symbols != symbols for block in parts):
            symbols = tuple(sorted(set().union(*(block.symbols for block in parts))))
    places = [column_places(block, symbols) for block in parts]
    sessions = np.concatenate([block.sessions for block in parts])
    sizes = [len(block.sessions) for block in parts]
    offsets = np.cumsum([0, *sizes])
    whole = all(block.symbols == symbols for block in parts)
    close = over_one_another(sizes, [block.close for block in parts], places, whole=whole)
    adjusted = over_one_another(sizes, [block.adj_close for block in parts], places, whole=whole)
    assert close is not None

    columns = []
    for block, place in zip(parts, places, strict=True):
        column = np.full(len(block.symbols), -1)
        column[place[place >= 0]] = np.nonzero(place >= 0)[0]
        columns.append(column)

    def events(name: str) -> tuple[IntArray, IntArray, FloatArray]:
        fields = [getattr(block, name) for block in parts]
        rows = np.concatenate([e.row + at for e, at in zip(fields, offsets, strict=False)])
        of_columns = np.concatenate([c[e.col] for e, c in zip(fields, columns, strict=True)])
        has_column = of_columns >= 0
        values = np.concatenate([e.value for e in fields])
        return rows[has_column], of_columns[has_column], values[has_column]

    matrix = laid_out(
        sessions,
        symbols,
        close,
        adjusted,
        events("dividend"),
        events("split"),
        sessions_known,
        parts,
        tuple(places),
    )
    return _with_files(matrix, files) if files is not None and len(files) else matrix


def _with_files(matrix: Matrix, files: FileCloses) -> Matrix:
    """The matrix with what is to be known of closes that are prices of files."""
    some = files.between(*matrix.sessions[[0, -1]].tolist())
    rows, columns = cells(matrix, files.symbols, files.line[some], files.session[some])
    of_files = np.sort(rows * len(matrix.symbols) + columns)
    breaks = []
    for one in files.breaks:
        place = int(np.searchsorted(matrix.sessions, day(one.after)))
        if (
            place < len(matrix.sessions)
            and matrix.sessions[place] == day(one.after)
            and one.symbol in matrix.column
        ):
            breaks.append((place, matrix.column[one.symbol], one.words))
    return replace(matrix, of_files=of_files, breaks=tuple(breaks))


def cells(
    matrix: Matrix, symbols: Sequence[str], line: IntArray, sessions: Dates
) -> tuple[IntArray, IntArray]:
    """Rows and columns of lines on sessions, where a matrix has both.

    Args:
        matrix: the closes.
        symbols: (S,).
        line: (K,) places in ``symbols``.
        sessions: (K,) datetime64[D].
    """
    columns = map(matrix.column.get, symbols, repeat(-1))
    column = np.fromiter(columns, np.intp, len(symbols))[line]
    row = np.minimum(np.searchsorted(matrix.sessions, sessions), len(matrix.sessions) - 1)
    in_matrix = (matrix.sessions[row] == sessions) & (column >= 0)
    return row[in_matrix], column[in_matrix]


def laid_out(
    sessions: Dates,
    symbols: tuple[str, ...],
    close: FloatArray,
    adjusted: FloatArray | None,
    dividends: tuple[IntArray, IntArray, FloatArray],
    splits: tuple[IntArray, IntArray, FloatArray],
    sessions_known: Dates,
    blocks: tuple[Block, ...] = (),
    places: tuple[IntArray, ...] = (),
) -> Matrix:
    """A matrix of bars that lie over one another; see `Matrix` for what is not described here.

    Args:
        sessions: (T,) ascending.
        symbols: (N,).
        close: (T, N) price per share, NaN where none.
        adjusted: (T, N) or None.
        dividends: (K,) rows, columns and cash per share, by ex-date.
        splits: (K,) rows, columns and factors.
        sessions_known: every session of the exchange.
        blocks: what it was laid out from, for volumes.
        places: of each block, (N,) its columns.
    """
    only_adjusted: BoolArray = np.zeros(len(symbols), bool)
    by_adjusted: IntArray = np.zeros(len(symbols), np.intp)
    if adjusted is not None:
        has_close, has_adjusted = np.isfinite(close), np.isfinite(adjusted)
        only_adjusted = np.asarray(~has_close.any(axis=0) & has_adjusted.any(axis=0))
        lacking = has_close & ~has_adjusted
        some = np.flatnonzero(lacking.any(axis=0))
        by_adjusted[:] = len(close)
        by_adjusted[some] = lacking[:, some].argmax(axis=0)
        np.minimum.at(by_adjusted, dividends[1], dividends[0])
        by_adjusted[only_adjusted] = len(close)
        if only_adjusted.any():
            close = np.where(only_adjusted, adjusted, close)
    paid_out = dividends_at_closes(close, *dividends)
    return Matrix(
        sessions=sessions,
        symbols=symbols,
        stand_in=close,
        adjusted=adjusted,
        only_adjusted=only_adjusted,
        by_adjusted=by_adjusted,
        dividends=(paid_out.row, paid_out.col, paid_out.yields),
        splits=splits,
        position=np.searchsorted(sessions_known, sessions),
        blocks=blocks,
        places=places,
        doubtful_dividends=paid_out.doubtful,
    )
