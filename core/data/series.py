"""One symbol's closes over all years, for funds and for what is shown of a single line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.data.matrix_layout import laid_out
from core.data.record import record

if TYPE_CHECKING:
    from core.data.frames import Block, Dates, Events, FloatArray, IntArray


@record(frozen=True, eq=False, slots=True)
class Series:
    """One symbol's closes over every available year.

    Attributes:
        sessions: (T,) sessions with a close (or an adjusted close where none has a close).
        price: (T,) split-adjusted close, or None where only adjusted closes are available.
        total: (T,) level with dividends reinvested at the ex-date close; equal to
            ``price`` where no dividend and no adjusted close is on record.
        dividends_from: first session whose ``total`` depends on a dividend or an adjusted close;
            None without any.
        doubts: session and words of each move that cannot be believed.
        doubtful_dividends: ex-date and cash of each dividend too large for what the price did.
    """

    sessions: Dates
    price: FloatArray | None
    total: FloatArray
    dividends_from: np.datetime64 | None
    doubts: tuple[tuple[np.datetime64, str], ...]
    doubtful_dividends: tuple[tuple[np.datetime64, float], ...] = ()

    @property
    def stand_in(self) -> FloatArray:
        """(T,) the price, or the adjusted close standing in for it."""
        return self.total if self.price is None else self.price

    def level(self, basis: str) -> FloatArray | None:
        """(T,) what returns on "pr" or "tr" are ratios of; None for PR without closes."""
        return self.total if basis == "tr" else self.price


def series_of(columns: Sequence[tuple[Block, int]], sessions_known: Dates) -> Series | None:
    """A symbol's closes from its column of each block that has it; None where it has no close."""
    sizes = [len(block.sessions) for block, _ in columns]
    begins = np.cumsum([0, *sizes]).tolist()

    def stacked(fields: list[FloatArray | None]) -> FloatArray | None:
        if all(values is None for values in fields):
            return None
        parts = [
            np.full(size, np.nan) if values is None else values[:, place]
            for values, size, (_, place) in zip(fields, sizes, columns, strict=True)
        ]
        return np.concatenate(parts)[:, None]

    def events(tables: list[Events]) -> tuple[IntArray, IntArray, FloatArray]:
        rows, values = [], []
        for table, begin, (_, place) in zip(tables, begins, columns, strict=False):
            of_symbol = np.nonzero(table.col == place)[0]
            rows.append(table.row[of_symbol] + begin)
            values.append(table.value[of_symbol])
        row = np.concatenate(rows)
        return row, np.zeros(len(row), np.intp), np.concatenate(values)

    close = stacked([block.close for block, _ in columns])
    assert close is not None
    matrix = laid_out(
        np.concatenate([block.sessions for block, _ in columns]),
        ("",),
        close,
        stacked([block.adj_close for block, _ in columns]),
        events([block.dividend for block, _ in columns]),
        events([block.split for block, _ in columns]),
        sessions_known,
    )
    price = matrix.stand_in[:, 0]
    priced = np.nonzero(np.isfinite(price))[0]
    if not len(priced):
        return None
    rows, _, yields = matrix.dividends
    factor = np.ones(len(price))
    factor[rows] = 1 + yields
    total = price[priced] * np.cumprod(factor)[priced]
    # as `Matrix.growth` has it, and from there on with dividends
    by_adjusted = int(np.searchsorted(priced, matrix.by_adjusted[0]))
    if by_adjusted and matrix.adjusted is not None:
        total /= total[by_adjusted - 1]
        total[:by_adjusted] = matrix.adjusted[priced[:by_adjusted], 0]
        total[by_adjusted:] *= total[by_adjusted - 1]
    paid = priced[:1] if by_adjusted else np.sort(rows)[:1]
    return Series(
        sessions=matrix.sessions[priced],
        price=None if matrix.only_adjusted[0] else price[priced],
        total=total,
        dividends_from=matrix.sessions[paid[0]] if len(paid) else None,
        doubts=tuple((matrix.sessions[row], words) for row, _, words in matrix.doubts),
        doubtful_dividends=tuple(
            (matrix.sessions[row], cash) for row, _, cash in matrix.doubtful_dividends
        ),
    )
