"""take: from what is held and a question to a Snapshot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.attribution import by_sector
from core.basket import Basket
from core.breadth import breadth_of
from core.bridge import Step, bridge, gap_leaders, side
from core.changes import Change, Changes, changes, pair_of_files
from core.concentration import concentration, order
from core.contribution import basket
from core.correlation import correlation_of
from core.daily import daily
from core.frames import BoolArray, Dates, Holdings, IntArray, LeftOut, day, pydate
from core.groups import issuers, sectors, themes
from core.market import Market
from core.matrix import Series
from core.membership import Span, spans
from core.spread import Spread, spread
from core.views import (
    COVERAGE_FLOOR,
    Basis,
    IndexView,
    Lines,
    Question,
    Snapshot,
    Source,
    State,
    Without,
)
from core.windows import UnavailableError, Window, resolve

__all__ = [
    "COVERAGE_FLOOR",
    "Basis",
    "IndexView",
    "Lines",
    "Question",
    "Snapshot",
    "Source",
    "State",
    "Without",
    "common_sessions",
    "final_sessions",
    "stepped",
    "take",
]


def common_sessions(market: Market, small: str, large: str) -> Dates:
    """(T,) sessions with a close of both funds; of any symbol where a fund has none."""
    series = [market.series(symbol) for symbol in (small, large)]
    if series[0] is not None and series[1] is not None:
        return np.intersect1d(series[0].sessions, series[1].sessions, assume_unique=True)
    blocks = [block.sessions for block in market.prices.blocks]
    return np.concatenate(blocks) if blocks else np.zeros(0, "datetime64[D]")


def final_sessions(market: Market, small: str, large: str) -> Dates:
    """(T,) the common sessions less those on which a fund's close is provisional."""
    open_ = {market.prices.provisional.get(symbol) for symbol in (small, large)}
    sessions = common_sessions(market, small, large)
    keep = np.ones(len(sessions), bool)
    for session in open_ - {None}:
        keep &= sessions != np.datetime64(session, "D")
    return sessions[keep]


def _fund_return(series: Series | None, window: Window, basis: str) -> float | None:
    """A fund's return over the window; None where a close of its ends is not held."""
    level = series.level(basis) if series is not None else None
    if series is None or level is None:
        return None
    ends = np.searchsorted(series.sessions, [day(window.start), day(window.end)])
    if ends[1] >= len(level) or np.any(
        series.sessions[ends] != np.array([window.start, window.end], "datetime64[D]")
    ):
        return None
    if any(day(window.start) < when <= day(window.end) for when, _ in series.doubts):
        return None
    return float(level[ends[1]] / level[ends[0]] - 1)


def _spread(
    market: Market, question: Question, window: Window, sessions: Dates
) -> tuple[Spread | None, str]:
    """The spread, or None and the sentence that says what is missing."""
    pair = (question.small, question.large)
    series = [market.series(symbol) for symbol in pair]
    for symbol, own in zip(pair, series, strict=True):
        if own is None:
            return None, f"no closes of {symbol} are held: import them or fetch"
        if own.level(question.basis) is None:
            return None, f"only adjusted closes of {symbol} are held: price return is not known"
        bad = [doubt for doubt in own.doubts if doubt[0] <= day(window.end)]
        if bad and bad[-1][0] > day(window.start):
            return None, f"{symbol} {bad[-1][1]}: its return is not told"
        if bad:
            sessions = sessions[sessions >= bad[-1][0]]
    small, large = series
    assert small is not None and large is not None
    levels = []
    for own in (small, large):
        level = own.level(question.basis)
        assert level is not None
        levels.append(level[np.searchsorted(own.sessions, sessions)])
    return spread(window, sessions, levels[0], levels[1]), ""


def _lines(found: Basket, ranked: IntArray) -> Lines:
    """The measured lines of a basket in order."""
    entered = found.member.argmax(axis=0)[ranked]
    gone = found.member[::-1].argmax(axis=0)[ranked]
    size = len(found.segments)
    pick = ranked.tolist()
    return Lines(
        symbols=tuple(found.symbols[i] for i in pick),
        names=tuple(found.names[i] for i in pick),
        sectors=tuple(found.sectors[i] for i in pick),
        weight=found.weights[ranked],
        returns=found.member_returns[ranked],
        contribution=found.contribution[ranked],
        joined={int(r): found.segments[entered[r]].start for r in np.nonzero(entered)[0]},
        left={int(r): found.segments[size - 1 - gone[r]].end for r in np.nonzero(gone)[0]},
        flags={r: found.flags[i] for r, i in enumerate(pick) if i in found.flags},
    )


def _left_out(market: Market, found: Basket, files: tuple[Holdings, ...]) -> tuple[LeftOut, ...]:
    """Lines never measured, heaviest first; weight is of the first file that has the line."""
    weights: dict[str, float] = {}
    for file in files:
        for symbol, value in zip(market.lines(file), file.value.tolist(), strict=True):
            weights.setdefault(symbol, value / file.total)
    rows = [
        LeftOut(found.symbols[i], found.names[i], weights[found.symbols[i]], reason)
        for i, reason in enumerate(found.reasons)
        if reason
    ]
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.symbol)))


def _index(
    market: Market, question: Question, fund: str, window: Window, parts: tuple[Span, ...]
) -> tuple[IndexView, Basket] | str:
    """One index, or the sentence that says what is missing."""
    if not parts:
        return f"no holdings of {fund} are held: import its file or fetch"
    found = basket(market, parts, question.basis)
    if found is None or not found.measured.any():
        why = Counter(found.reasons).most_common(1)[0][0] if found else "no prices held"
        return f"none of the {len(parts[0].file.symbols):,} lines of {fund} is measured: {why}"
    rows = np.nonzero(found.measured.any(axis=0))[0]
    symbols = tuple(found.symbols[i] for i in rows.tolist())
    weight, scaled = found.weights[rows], found.contribution[rows]
    ranked = order(scaled, weight, symbols)
    fund_return = _fund_return(market.series(fund), window, question.basis)
    net = found.basket_return if fund_return is None else fund_return

    def without(dropped: BoolArray) -> tuple[float | None, float]:
        full = np.zeros(len(found.symbols), bool)
        full[rows] = dropped
        return found.without(full)

    marked = np.isin(symbols, question.without)
    sector_names = tuple(found.sectors[i] for i in rows.tolist())
    view = IndexView(
        fund=fund,
        fund_return=fund_return,
        basket_return=found.basket_return,
        lines=len(found.symbols),
        measured=len(rows),
        weight_measured=found.weight_measured,
        estimated=found.estimated,
        left_out=_left_out(market, found, tuple(part.file for part in parts)),
        segments=found.segments,
        contributors=_lines(found, rows[ranked]),
        sectors=sectors(sector_names, weight, scaled),
        themes=themes(market.reference.themes, symbols, weight, scaled),
        issuers=issuers(market.reference.issuers, symbols, weight, scaled),
        breadth=breadth_of(found, question.above, question.below),
        concentration=concentration(
            found.share[0][rows], found.unscaled[rows], scaled, ranked, net, without
        ),
        correlation=correlation_of(market, found),
        without=Without(
            tuple(np.array(symbols)[marked].tolist()), math.fsum(scaled[marked]), *without(marked)
        )
        if marked.any()
        else None,
    )
    return view, found


def _with_contributions(market: Market, told: Changes, view: IndexView | None) -> Changes:
    """Joiners and leavers with what they brought over the window.

    A symbol that one company left and another took over is told for the newcomer alone.
    """
    if view is None:
        return told
    lines = view.contributors
    place = {symbol: row for row, symbol in enumerate(lines.symbols)}
    taken_over = {change.symbol for change in told.joined}

    def brought(change: Change) -> Change:
        row = place.get(market.symbol(change.symbol))
        if row is None:
            return change
        return replace(
            change, returns=float(lines.returns[row]), contribution=float(lines.contribution[row])
        )

    return replace(
        told,
        joined=tuple(map(brought, told.joined)),
        left=tuple(c if c.symbol in taken_over else brought(c) for c in told.left),
    )


def _sources(
    market: Market, question: Question, indices: Mapping[str, IndexView]
) -> tuple[Source, ...]:
    """Where the answer's numbers came from."""
    found: list[Source] = []
    prices = market.prices
    for fund in (question.small, question.large):
        if fund in market.last_close:
            found.append(
                Source(
                    f"prices {fund}",
                    prices.source.get(fund, ""),
                    market.last_close[fund],
                    prices.fetched_at.get(fund),
                )
            )
        if fund not in indices:
            continue
        used = {segment.holdings_as_of for segment in indices[fund].segments}
        found += [
            Source(f"holdings {fund}", file.source, file.as_of, file.fetched_at)
            for file in market.holdings[fund]
            if file.as_of in used
        ]
        groups: dict[str, list[str]] = {}
        for symbol in indices[fund].contributors.symbols:
            groups.setdefault(prices.source.get(symbol, ""), []).append(symbol)
        for origin, symbols in sorted(groups.items()):
            times = [prices.fetched_at[s] for s in symbols if s in prices.fetched_at]
            found.append(
                Source(
                    f"prices of {len(symbols):,} lines of {fund}",
                    origin,
                    max(market.last_close[s] for s in symbols),
                    min(times, default=None),
                )
            )
    return tuple(found)


def _warnings(
    market: Market, question: Question, window: Window, indices: Mapping[str, IndexView]
) -> list[str]:
    """What a reader has to bear in mind."""
    said = list(market.damage)
    for fund, view in indices.items():
        older = [s.older_than for s in view.segments if s.older_than]
        if older:
            said.append(f"{fund}: membership is older than the reconstitution of {max(older)}")
        oldest = market.holdings[fund][0].as_of
        if any(
            window.start < r < window.end and r <= oldest
            for r in market.reference.reconstitutions.get(fund, ())
        ):
            said.append(f"{fund}: membership is end-dated; top contributors may be missing")
        if not view.claims:
            said.append(
                f"{fund}: only {view.weight_measured * 100:.1f} % of weight is measured:"
                " nothing is claimed about leaders or breadth"
            )
        if view.estimated:
            files = sorted({s.holdings_as_of for s in view.segments if s.estimated})
            said.append(
                f"{fund}: start weights are estimated, carried by prices from the holdings of "
                + ", ".join(map(str, files))
            )
        limit = max(0.0010, 0.02 * abs(view.fund_return or 0.0))
        if view.rest is not None and abs(view.rest) > limit:
            said.append(
                f"{fund}: {view.rest * 1e4:+.0f} bp of the fund's return is neither in its measured"
                " lines nor in their coverage (cash, fees, trades inside the window)"
            )
    if (
        question.basis == "tr"
        and indices
        and not any(
            len(block.dividend) or block.adj_close is not None for block in market.prices.blocks
        )
    ):
        said.append("no dividends are held: total return equals price return")
    return said


def take(market: Market, question: Question) -> Snapshot:
    """Answer a question from what is held.

    Raises:
        WindowError: the window cannot be read.
        UnavailableError: nothing is held to answer from, or not for the window.
    """
    pair = (question.small, question.large)
    if question.small == question.large:
        raise UnavailableError(f"{question.small} cannot be compared with itself")
    for fund in pair:
        if fund not in market.last_close and fund not in market.holdings:
            raise UnavailableError(f"nothing is held of {fund}: import its files or fetch")
    sessions = common_sessions(market, *pair)
    final = final_sessions(market, *pair)
    if not len(sessions):
        raise UnavailableError(f"no closes are held for {pair[0]} and {pair[1]}: import or fetch")
    last = pydate((final if len(final) else sessions)[-1])
    asked = question.as_of or last
    window = resolve(question.window, asked, sessions)
    as_of = pydate(sessions[np.searchsorted(sessions, day(asked), side="right") - 1])

    found_spread, why = _spread(market, question, window, sessions)
    missing = [why] if why else []
    parts = {fund: spans(market, fund, window.start, window.end, as_of) for fund in pair}
    indices: dict[str, IndexView] = {}
    baskets: dict[str, Basket] = {}
    for fund in pair:
        answer = _index(market, question, fund, window, parts[fund])
        if isinstance(answer, str):
            missing.append(answer)
        else:
            indices[fund], baskets[fund] = answer
    if found_spread is None and not indices:
        raise UnavailableError("; ".join(missing))

    steps: tuple[Step, ...] = ()
    if len(indices) == 2:
        sides = [
            side(fund, indices[fund].fund_return, baskets[fund], indices[fund].breadth)
            for fund in pair
        ]
        if sides[0] is not None and sides[1] is not None:
            steps = bridge(sides[0], sides[1])
    told: dict[str, Changes] = {}
    for fund in pair:
        first = parts[fund][0].file if parts[fund] else None
        files = pair_of_files(market, fund, first, window.end)
        if files is not None:
            told[fund] = _with_contributions(market, changes(market, *files), indices.get(fund))

    by_day = {fund: daily(market, fund, window.end) for fund in indices if question.daily}
    open_sessions = set(market.prices.provisional.values())
    whole = found_spread is not None and len(indices) == 2
    state: State = "final"
    if window.end in open_sessions:
        state = "intraday"
    elif not whole or not all(view.claims for view in indices.values()):
        state = "partial"
    return Snapshot(
        question=question,
        window=window,
        as_of=as_of,
        last_session=last,
        state=state,
        simulated=market.simulated,
        sources=_sources(market, question, indices),
        spread=found_spread,
        indices=indices,
        bridge=steps,
        gap_leaders=gap_leaders(baskets[pair[0]], baskets[pair[1]]) if len(indices) == 2 else None,
        sector_effects=by_sector(baskets[pair[0]], baskets[pair[1]]) if len(indices) == 2 else (),
        changes=told,
        daily={fund: own for fund, own in by_day.items() if own is not None},
        missing=tuple(missing),
        warnings=tuple(_warnings(market, question, window, indices)),
        generation=market.generation,
    )


def stepped(question: Question, market: Market, snapshot: Snapshot, sessions: int) -> Question:
    """The same question some sessions later (or earlier), inside the sessions held."""
    known = final_sessions(market, question.small, question.large)
    place = int(np.searchsorted(known, day(snapshot.as_of), side="right")) - 1 + sessions
    place = min(max(place, 0), len(known) - 1)
    return replace(question, as_of=pydate(known[place]))
