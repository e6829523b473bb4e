"""A price file of any shape as columns: one row for a symbol and session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cache.facts.errors import Rejected
from cache.sources.prices.price_symbols import Positions

if TYPE_CHECKING:
    from core.data.frames import BoolArray, Dates, FloatArray, IntArray


@dataclass(slots=True)
class TableReading:
    """How one table of a file was read.

    Attributes:
        file: its name, "" where there is one file alone.
        kind: what kind of file and which shape it is, in words.
        columns: word -> the title of its column, or what stands for one.
        unread: titles of known columns that are not needed.
        notation: the decimal mark and the order of dates, in words.
        remarks: further sentences a person should see.
        currencies: codes of the currencies that it tells.
        download: it looks like yfinance's, without adjusted closes.
        elsewhere: lines of it are left out, as they are listed elsewhere or in another currency.
    """

    file: str = ""
    kind: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    notation: str = ""
    remarks: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    download: bool = False
    elsewhere: bool = False


@dataclass(slots=True)
class PriceColumns:
    """A price file as columns, not yet checked.

    The checks take ``rows`` beside it: (R,) int, positions of its good rows, ordered by symbol and
    session.

    Attributes:
        symbols: distinct symbols, Yahoo's spelling.
        symbol: (K,) int, position in ``symbols``; -1 where the row was refused.
        session: (K,) datetime64[D], NaT where it is no day.
        line: (K,) int, line of the file (row number in Parquet).
        file: (K,) int, position in ``readings``.
        values: field -> (K,) float64, NaN where the row does not say.
        faulty: field -> (K,) bool, the cell holds something that is no number.
        unknown: title -> (K,) float64, columns that no table knows, where they hold numbers.
        texts: titles of unknown columns that hold no numbers.
        timed: (K,) bool, the row's date has a time of day; None where none has.
        rejected: rows refused while reading, which are not among the K.
        readings: how each table was read.
        bars: the file has columns that only bars of a span have.
    """

    symbols: tuple[str, ...]
    symbol: IntArray
    session: Dates
    line: IntArray
    file: IntArray
    values: dict[str, FloatArray]
    faulty: dict[str, BoolArray]
    unknown: dict[str, FloatArray] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    timed: BoolArray | None = None
    rejected: list[Rejected] = field(default_factory=list)
    readings: list[TableReading] = field(default_factory=list)
    bars: bool = False

    def name(self, row: int) -> str:
        """The symbol of a row, for messages."""
        at = int(self.symbol[row])
        return self.symbols[at] if at >= 0 else ""

    def file_of(self, row: int) -> str:
        """The file of a row, "" where there is one alone."""
        return self.readings[int(self.file[row])].file if self.readings else ""

    def refused(self, row: int, column: str, reason: str) -> Rejected:
        """Return the `Rejected` record of a row."""
        line = int(self.line[row])
        return Rejected(line, column, self.name(row), reason, self.file_of(row))


def joined(parts: Sequence[PriceColumns]) -> PriceColumns:
    """Return several tables as one: their rows in this order, empty where a table has no column."""
    if len(parts) == 1:
        return parts[0]
    symbols = Positions()
    codes: list[IntArray] = []
    for part in parts:
        table = np.array([*map(symbols.__getitem__, part.symbols), -1], np.intp)
        codes.append(table[part.symbol])
    lengths = [len(part.symbol) for part in parts]
    accounts = [entry for part in parts for entry in part.readings]
    timed = [
        np.zeros(length, np.bool_) if part.timed is None else part.timed
        for part, length in zip(parts, lengths, strict=True)
    ]
    return PriceColumns(
        tuple(symbols),
        np.concatenate(codes),
        np.concatenate([part.session for part in parts]),
        np.concatenate([part.line for part in parts]),
        np.repeat(np.arange(len(parts)), lengths),
        _filled([part.values for part in parts], lengths, np.nan),
        _filled([part.faulty for part in parts], lengths, False),
        _filled([part.unknown for part in parts], lengths, np.nan),
        [*dict.fromkeys(title for part in parts for title in part.texts)],
        np.concatenate(timed) if any(part.timed is not None for part in parts) else None,
        [row for part in parts for row in part.rejected],
        accounts,
        any(part.bars for part in parts),
    )


def _filled(
    parts: Sequence[Mapping[str, Any]], lengths: Sequence[int], empty: float | bool
) -> dict[str, Any]:
    """Return columns of several tables one below the other, empty where a table has none."""
    names: Iterable[str] = dict.fromkeys(name for part in parts for name in part)
    return {
        name: np.concatenate(
            [
                part[name] if name in part else np.full(length, empty)
                for part, length in zip(parts, lengths, strict=True)
            ]
        )
        for name in names
    }
