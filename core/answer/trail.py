"""One line over the window: its return, weight and contribution, session by session."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.frames import Dates, FloatArray, day
from core.data.record import record
from core.measures.contribution import basket
from core.measures.membership import as_known, spans

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.data.market import Market


@record(frozen=True, eq=False, slots=True)
class Trail:
    """A line day by day; floats are fractions, NaN where the line is no measured member.

    Attributes:
        symbol: the line.
        name: its name.
        sector: its sector, "" where unknown.
        industry: the group below it, likewise.
        fund: the index it is looked at in.
        sessions: (T,) from the window's start to its end.
        line: (T,) return since the window's start, whether a member or not; NaN where no
            close is available that is recent enough.
        index: (T,) the fund's return since the start; NaN where its closes are not available.
        weight: (T,) weight in the fund.
        contribution: (T,) contribution since the start; its last value is the line's
            contribution in the snapshot.
        memberships: (from, to) of each file's span that lists the line, None for "since
            before the first file held" and "still".
        flags: words a reader should know.
    """

    symbol: str
    name: str
    sector: str
    industry: str
    fund: str
    sessions: Dates
    line: FloatArray
    index: FloatArray
    weight: FloatArray
    contribution: FloatArray
    memberships: tuple[tuple[date | None, date | None], ...]
    flags: tuple[str, ...]


def trail(market: Market, snapshot: Snapshot, fund: str, symbol: str) -> Trail | None:
    """Follow one line of an index through a snapshot's window; None where it has no line.

    Under "pr" the path is of closes, under "tr" of closes with dividends reinvested.
    """
    window, basis = snapshot.window, snapshot.question.basis
    market = as_known(market, snapshot.question.pair, window, snapshot.as_of)
    parts = spans(market, fund, window.start, window.end, snapshot.as_of)
    window_basket = basket(market, parts, basis) if parts else None
    if window_basket is None or symbol not in window_basket.symbols:
        return None
    place = window_basket.symbols.index(symbol)
    matrix = market.matrix(range(window.start.year, window.end.year + 1))
    assert matrix is not None
    inside = (matrix.sessions >= day(window.start)) & (matrix.sessions <= day(window.end))
    rows = np.nonzero(inside)[0]
    sessions = matrix.sessions[rows]
    levels = _levels(market, window_basket.symbols, sessions, basis)

    priced = np.nonzero(np.isfinite(levels[:, place]))[0]
    line = levels[:, place] / levels[priced[0], place] - 1 if len(priced) else levels[:, place]
    weight = np.full(len(sessions), np.nan)
    contribution = np.zeros(len(sessions))
    earned, grown = 0.0, 1.0
    for k, segment in enumerate(window_basket.segments):
        stretch = (sessions >= day(segment.start)) & (sessions <= day(segment.end))
        if not window_basket.measured[k, place]:
            contribution[stretch] = earned
            grown *= 1 + segment.basket_return
            continue
        part = levels[stretch]
        with np.errstate(invalid="ignore"):
            growth = np.where(window_basket.measured[k], part / part[0], 0.0)
        whole = np.nansum(window_basket.share[k] * growth, axis=1)
        scale = segment.weight_measured * window_basket.share[k, place]
        weight[stretch] = scale * growth[:, place] / whole
        contribution[stretch] = earned + grown * scale * (growth[:, place] - 1)
        earned += grown * scale * float(window_basket.returns[k, place])
        grown *= 1 + segment.basket_return
    return Trail(
        symbol=symbol,
        name=window_basket.names[place],
        sector=window_basket.sectors[place],
        industry=window_basket.industries[place],
        fund=fund,
        sessions=sessions,
        line=line,
        index=_fund_line(market, fund, sessions, basis),
        weight=weight,
        contribution=contribution,
        memberships=_memberships(market, fund, symbol, snapshot.as_of),
        flags=window_basket.flags.get(place, ())
        or tuple(filter(None, (window_basket.reasons[place],))),
    )


def _levels(market: Market, symbols: tuple[str, ...], sessions: Dates, basis: str) -> FloatArray:
    """(T, M) level of each line at or before each session, NaN before its first close."""
    matrix = market.matrix(range(sessions[0].item().year - 1, sessions[-1].item().year + 1))
    assert matrix is not None
    columns = np.array([matrix.column.get(s, -1) for s in symbols], np.intp)
    where = np.maximum(columns, 0)
    first = matrix.last(matrix.row(sessions[0].item()))
    # a line that began inside the window is followed from its first close
    first = np.where(first < 0, np.isfinite(matrix.stand_in).argmax(axis=0), first)
    out = np.full((len(sessions), len(symbols)), np.nan)
    for place, session in enumerate(sessions):
        row = matrix.last(matrix.row(session.item()))
        out[place] = np.where(columns >= 0, matrix.growth(first, row, basis)[where], np.nan)
    return out


def _fund_line(market: Market, fund: str, sessions: Dates, basis: str) -> FloatArray:
    """(T,) the fund's return since the first session; NaN where a close is not available."""
    series = market.series(fund)
    level = series.level(basis) if series is not None else None
    if series is None or level is None:
        return np.full(len(sessions), np.nan)
    place = np.searchsorted(series.sessions, sessions, side="right") - 1
    values = np.where(place >= 0, level[np.maximum(place, 0)], np.nan)
    return np.asarray(values / values[0] - 1)


def _memberships(
    market: Market, fund: str, symbol: str, as_of: date
) -> tuple[tuple[date | None, date | None], ...]:
    """Stretches of files up to a date that list the line."""
    files = [f for f in market.holdings.get(fund, ()) if f.as_of <= as_of] or list(
        market.holdings.get(fund, ())[:1]
    )
    listed = [symbol in market.lines(f) for f in files]
    stays: list[tuple[date | None, date | None]] = []
    opened: date | None = None
    for place, (file, is_listed) in enumerate(zip(files, listed, strict=True)):
        before = place > 0 and listed[place - 1]
        if is_listed and not before:
            opened = None if place == 0 else file.as_of
        if before and not is_listed:
            stays.append((opened, file.as_of))
    if listed and listed[-1]:
        stays.append((opened, None))
    return tuple(stays)
