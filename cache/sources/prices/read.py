"""Price files of the user's own vendor: CSV or Parquet, long form, made into Bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from cache.facts.clean import clean
from cache.facts.sessions import closes_at, last_session
from cache.sources.holdings.rows import Rejected
from cache.sources.sandbox import open_regular, run
from cache.store.bars import Bars
from core.data.frames import pydate

__all__ = ["PriceFile", "Rejected", "read_prices"]


@dataclass(frozen=True, eq=False, slots=True)
class PriceFile:
    """One price file as read.

    Attributes:
        bars: its good rows.
        rejected: the rows that were refused, in the order of the file.
        rows: how many rows it has, good or not.
    """

    bars: Bars
    rejected: tuple[Rejected, ...]
    rows: int


def read_prices(path: Path, *, adjusted: bool = True, now: datetime) -> PriceFile:
    """Read a price file: columns symbol, date, close and any of the optional ones.

    Columns may stand in any order and case; ``close`` may be missing where ``adj_close`` is
    there. A row repeated exactly counts once. Every symbol counts as answered through the
    newest session in the file.

    Args:
        path: a regular file, CSV or Parquet, told apart by content.
        adjusted: closes are split-adjusted; False where they are as traded, and then the
            splits in the file bring them onto today's shares.
        now: when it is read, with a time zone.

    Raises:
        SourceError: the file cannot be used, or no row of it; one sentence with file, line
            and column.
    """
    name = clean(path.name, 200)
    today = last_session(now)
    args = {"today": today.isoformat(), "adjusted": adjusted}
    with open_regular(path) as file:
        fields, arrays = run("cache.sources.prices.price_file:parse", file, args, file=name)
    symbols = tuple(fields["symbols"])
    session = arrays["session"]
    provisional = {}
    if closes_at(today) > now:
        unfinished = arrays["symbol"][session == np.datetime64(today, "D")]
        provisional = {symbols[i]: today for i in np.unique(unfinished)}
    bars = Bars(
        symbols,
        arrays["symbol"],
        session,
        arrays.get("close"),
        arrays.get("adj_close"),
        arrays.get("volume"),
        arrays.get("dividend"),
        arrays.get("split"),
        source=name,
        fetched_at=now,
        through=dict.fromkeys(symbols, pydate(session.max())),
        provisional=provisional,
    )
    bars.check()
    return PriceFile(bars, tuple(Rejected(*row) for row in fields["rejected"]), fields["rows"])
