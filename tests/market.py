"""Small markets for tests, written as tables a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

import numpy as np

from core.data.frames import (
    Block,
    Dates,
    Events,
    FloatArray,
    Holdings,
    LeftOut,
    Prices,
    Reference,
    Theme,
    dates_of,
)
from core.data.market import Market
from core.measures.rarity import Rank, holes, rank_value, stretch_gaps

NAN = float("nan")
DAYS = np.arange(np.datetime64("1999-01-01"), np.datetime64("2028-01-01"))
#: Weekdays from 1999 to 2027.
CALENDAR = DAYS[np.is_busday(DAYS)]


def weekdays(first: str, last: str) -> list[date]:
    """Every weekday of a stretch: the exchange of these tests has no holidays."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))
    return [d.item() for d in days[np.is_busday(days)]]


def check_block(block: Block) -> None:
    """A block of prices as merges leave one: in order, each symbol once, no sign that cannot be."""
    shape = (len(block.sessions), len(block.symbols))
    assert shape[0] and np.all(np.diff(block.sessions.astype(np.int64)) > 0)
    assert len(set(block.symbols)) == len(block.symbols)
    for values, least in ((block.close, 1e-300), (block.adj_close, 1e-300), (block.volume, 0.0)):
        if values is not None:
            assert values.shape == shape
            assert not np.any((values < least) | np.isinf(values))
    for events in (block.dividend, block.split):
        assert np.all((events.row >= 0) & (events.row < shape[0]))
        assert np.all((events.col >= 0) & (events.col < shape[1]))
        assert np.all((events.value > 0) & np.isfinite(events.value))


def prices(
    sessions: Sequence[date],
    closes: Mapping[str, Sequence[float]],
    *,
    adjusted: Mapping[str, Sequence[float]] | None = None,
    volume: Mapping[str, Sequence[float]] | None = None,
    dividends: Sequence[tuple[str, date, float]] = (),
    splits: Sequence[tuple[str, date, float]] = (),
    through: Mapping[str, date] | None = None,
    provisional: Mapping[str, date] | None = None,
    failures: Mapping[str, str] | None = None,
    source: str = "test",
    fetched_at: datetime | None = None,
) -> Prices:
    """Closes by symbol over common sessions, cut into year blocks."""
    symbols = tuple(dict.fromkeys([*closes, *(adjusted or {})]))
    empty = [NAN] * len(sessions)

    def table(values: Mapping[str, Sequence[float]] | None) -> np.ndarray | None:
        if values is None:
            return None
        return np.array([values.get(s, empty) for s in symbols], float).T

    close, adj, vol = table(closes), table(adjusted), table(volume)
    assert close is not None
    blocks = []
    for _, of_year in groupby(range(len(sessions)), lambda i: sessions[i].year):
        rows = list(of_year)
        days = [sessions[i] for i in rows]

        def events(listed: Sequence[tuple[str, date, float]], days: list[date] = days) -> Events:
            here = [(days.index(d), symbols.index(s), v) for s, d, v in listed if d in days]
            if not here:
                return Events.none()
            row, col, value = zip(*here, strict=True)
            return Events(np.array(row, np.intp), np.array(col, np.intp), np.array(value, float))

        block = Block(
            dates_of(days),
            symbols,
            close[rows],
            None if adj is None else adj[rows],
            None if vol is None else vol[rows],
            events(dividends),
            events(splits),
        )
        check_block(block)
        blocks.append(block)
    return Prices(
        tuple(blocks),
        through=through if through is not None else dict.fromkeys(symbols, sessions[-1]),
        provisional=provisional or {},
        source=dict.fromkeys(symbols, source),
        fetched_at={} if fetched_at is None else dict.fromkeys(symbols, fetched_at),
        failures=failures or {},
    )


def holdings(
    fund: str,
    as_of: str,
    values: Mapping[str, float],
    *,
    total: float | None = None,
    sectors: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    quantity: Mapping[str, float] | None = None,
    price: Mapping[str, float] | None = None,
    identifiers: Mapping[str, str] | None = None,
    others: Sequence[LeftOut] = (),
    source: str = "test",
    fetched_at: datetime | None = None,
) -> Holdings:
    """A holdings file with one value a symbol."""
    symbols = tuple(values)

    def floats(given: Mapping[str, float] | None) -> np.ndarray:
        return np.array([(given or {}).get(s, NAN) for s in symbols], float)

    file = Holdings(
        fund=fund,
        as_of=date.fromisoformat(as_of),
        symbols=symbols,
        names=tuple((names or {}).get(s, f"{s} Works") for s in symbols),
        sectors=tuple((sectors or {}).get(s, "Industrials") for s in symbols),
        quantity=floats(quantity),
        price=floats(price),
        value=np.array(list(values.values()), float),
        total=sum(values.values()) if total is None else total,
        identifiers=tuple((identifiers or {}).get(s, "") for s in symbols),
        others=tuple(others),
        source=source,
        fetched_at=fetched_at,
    )
    file.check()
    return file


def make_market(
    closes: Prices,
    *files: Holdings,
    aliases: Mapping[str, str] | None = None,
    reconstitutions: Mapping[str, tuple[date, ...]] | None = None,
    themes: Sequence[Theme] = (),
    spinoffs: Sequence[tuple[str, date]] = (),
) -> Market:
    """A market on a calendar of weekdays from 1999 to 2027."""
    by_fund: dict[str, list[Holdings]] = {}
    for file in sorted(files, key=lambda f: f.as_of):
        by_fund.setdefault(file.fund, []).append(file)
    return Market(
        closes,
        {fund: tuple(dated) for fund, dated in by_fund.items()},
        Reference(
            sessions=CALENDAR,
            aliases=aliases or {},
            reconstitutions=reconstitutions or {},
            themes=tuple(themes),
            spinoffs=tuple(spinoffs),
        ),
    )


def rank_of_stretch(
    sessions: Dates,
    small: FloatArray,
    large: FloatArray,
    length: int,
    *,
    end: date | None = None,
    calendar: Dates | None = None,
) -> Rank | None:
    """The rank of the gap of two levels over one stretch, among all stretches as long."""
    gaps, over_holes = stretch_gaps(holes(sessions, calendar), small, large, length)
    return rank_value(gaps, sessions, length, end=end, over_holes=int(over_holes[-1]))
