"""A question, and the one object its answer is drawn from.

A `Snapshot` is frozen and whole: it carries its question, its as-of date, its sources
and its coverage, so that no number can be shown under a wrong title. A screen, a file
and a line of JSON are all drawn from it and from nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

import numpy as np

from core.breadth import ABOVE, BELOW, Breadth, breadth_of
from core.bridge import GapLeaders, Step, bridge, gap_leaders, side
from core.concentration import Concentration, concentration, order
from core.contribution import Basket, Segment, basket
from core.frames import BoolArray, Dates, FloatArray, Holdings, IntArray, LeftOut, day, pydate
from core.groups import Group, sectors, themes
from core.market import Market, Series
from core.membership import Changes, changes, pair_of_files, spans
from core.spread import Spread, spread
from core.windows import UnavailableError, Window, resolve

Basis = Literal["tr", "pr"]
State = Literal["final", "intraday", "partial"]

#: Below this measured weight nothing is claimed about leaders or breadth.
COVERAGE_FLOOR: Final = 0.90


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that changes a number.

    Attributes:
        small: symbol of the fund the small index is followed through.
        large: the same for the large one.
        window: see `core.windows.FORMS`.
        as_of: calendar date, or None for the last session with final closes of both funds.
        basis: "tr" (dividends reinvested) or "pr" (price).
        without: symbols the index is also told without.
        above: breadth's upper thresholds, as returns.
        below: breadth's lower thresholds, as returns.
    """

    small: str = "IWM"
    large: str = "SPY"
    window: str = "YTD"
    as_of: date | None = None
    basis: Basis = "tr"
    without: tuple[str, ...] = ()
    above: tuple[float, ...] = ABOVE
    below: tuple[float, ...] = BELOW


@dataclass(frozen=True, slots=True)
class Source:
    """Where something came from.

    Attributes:
        what: "holdings IWM", "prices SPY", "prices of 1,829 lines".
        origin: file name, address or vendor.
        as_of: the date it speaks for.
        fetched_at: when it was taken, None where not known.
    """

    what: str
    origin: str
    as_of: date | None
    fetched_at: datetime | None


@dataclass(frozen=True, eq=False, slots=True)
class Lines:
    """Measured lines, largest contribution first; floats are fractions.

    Attributes:
        symbols: (M,).
        names: (M,).
        sectors: (M,), "" where unknown.
        weight: (M,) at the window's start, 0 for a line that joined later.
        returns: (M,) while a member.
        contribution: (M,) to the index's return.
        joined: line -> the close it joined at.
        left: line -> the close it left at.
        flags: line -> words a reader should know.
    """

    symbols: tuple[str, ...]
    names: tuple[str, ...]
    sectors: tuple[str, ...]
    weight: FloatArray
    returns: FloatArray
    contribution: FloatArray
    joined: Mapping[int, date]
    left: Mapping[int, date]
    flags: Mapping[int, tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.symbols)


@dataclass(frozen=True, slots=True)
class Without:
    """An index without some names; returns are fractions.

    Attributes:
        symbols: the names of them that the index has.
        contribution: their sum.
        reweighted: the index's return with the rest weighted up; None with nothing left.
        zeroed: the index's return less their contribution.
    """

    symbols: tuple[str, ...]
    contribution: float
    reweighted: float | None
    zeroed: float


@dataclass(frozen=True, eq=False, slots=True)
class IndexView:
    """One index over the window; returns and contributions are fractions.

    Attributes:
        fund: the fund it is followed through.
        fund_return: of market closes; None where they are not held.
        basket_return: of the measured lines.
        lines: lines held in any file of the window.
        measured: lines measured in some segment.
        weight_measured: the smallest m_k.
        estimated: a segment's weights are carried back.
        left_out: lines never measured, heaviest first, with the reason.
        segments: the parts of the window.
        contributors: every measured line.
        sectors: contributions by sector.
        themes: contributions by theme; may overlap.
        breadth: counts over the window.
        concentration: how few names it hangs on.
        without: the index without the question's names; None where it has none of them.
    """

    fund: str
    fund_return: float | None
    basket_return: float
    lines: int
    measured: int
    weight_measured: float
    estimated: bool
    left_out: tuple[LeftOut, ...]
    segments: tuple[Segment, ...]
    contributors: Lines
    sectors: tuple[Group, ...]
    themes: tuple[Group, ...]
    breadth: Breadth
    concentration: Concentration
    without: Without | None

    @property
    def explained(self) -> float:
        """Sum of the contributions."""
        return math.fsum(self.contributors.contribution)

    @property
    def unexplained(self) -> float | None:
        """Fund return less the contributions."""
        return None if self.fund_return is None else self.fund_return - self.explained

    @property
    def unmeasured(self) -> float:
        """The first part of unexplained: basket return less the contributions."""
        return self.basket_return - self.explained

    @property
    def rest(self) -> float | None:
        """The second part: fund return less basket return (cash, fees, trades)."""
        return None if self.fund_return is None else self.fund_return - self.basket_return

    @property
    def claims(self) -> bool:
        """Whether coverage is enough to speak of leaders, breadth or "a handful"."""
        return self.weight_measured >= COVERAGE_FLOOR


@dataclass(frozen=True, eq=False, slots=True)
class Snapshot:
    """The answer to a question.

    Attributes:
        question: what was asked, as asked.
        window: what it came to.
        as_of: the session every number is of.
        first_session: the first session the two funds have in common, None without both.
        last_session: the last as-of session that can be asked for.
        state: "final"; "intraday" when a close is of an unfinished session; "partial"
            when an index is missing or below the coverage floor.
        simulated: the market is made up.
        sources: where everything came from.
        spread: None where a fund's closes are missing; ``missing`` says so.
        indices: fund -> its view; a fund without holdings or prices is not in it.
        bridge: five steps that add up to the gap; () where a side is missing.
        gap_leaders: None where a side is missing.
        changes: fund -> differences of two files.
        missing: sentences about what could not be answered, and what would answer it.
        warnings: sentences about what to bear in mind.
        generation: of the store, None without one.
    """

    question: Question
    window: Window
    as_of: date
    first_session: date | None
    last_session: date
    state: State
    simulated: bool
    sources: tuple[Source, ...]
    spread: Spread | None
    indices: Mapping[str, IndexView]
    bridge: tuple[Step, ...]
    gap_leaders: GapLeaders | None
    changes: Mapping[str, Changes]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    generation: int | None

    @property
    def small(self) -> IndexView | None:
        """The small index, None where it cannot be told."""
        return self.indices.get(self.question.small)

    @property
    def large(self) -> IndexView | None:
        """The large index, None where it cannot be told."""
        return self.indices.get(self.question.large)

    @property
    def complete(self) -> bool:
        """Everything was answered and both indices are above the coverage floor."""
        return self.spread is not None and all(
            view is not None and view.claims for view in (self.small, self.large)
        )


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
    if np.any((series.jumps > day(window.start)) & (series.jumps <= day(window.end))):
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
        bad = own.jumps[own.jumps <= day(window.end)]
        if len(bad) and bad[-1] > day(window.start):
            return None, (
                f"{symbol} moved more than tenfold on {bad[-1]} with no split on record:"
                " its return is not told"
            )
        if len(bad):
            sessions = sessions[sessions >= bad[-1]]
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
        for symbol, value in zip(file.symbols, file.value, strict=True):
            weights.setdefault(market.symbol(symbol), float(value / file.total))
    rows = [
        LeftOut(found.symbols[i], found.names[i], weights[found.symbols[i]], reason)
        for i, reason in enumerate(found.reasons)
        if reason
    ]
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.symbol)))


def _index(
    market: Market, question: Question, fund: str, window: Window, as_of: date
) -> tuple[IndexView, Basket] | str:
    """One index, or the sentence that says what is missing."""
    parts = spans(market, fund, window.start, window.end, as_of)
    if not parts:
        return f"no holdings of {fund} are held: import its file or fetch"
    found = basket(market, parts, question.basis)
    if found is None or not found.measured.any():
        return (
            f"none of the {len(parts[0].file.symbols):,} lines of {fund} has closes for the window"
        )
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
        breadth=breadth_of(found, question.above, question.below),
        concentration=concentration(
            found.share[0][rows], found.unscaled[rows], scaled, ranked, net, without
        ),
        without=Without(
            tuple(np.array(symbols)[marked].tolist()), math.fsum(scaled[marked]), *without(marked)
        )
        if marked.any()
        else None,
    )
    return view, found


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
            window.start < r < window.end and r < oldest
            for r in market.reference.reconstitutions.get(fund, ())
        ):
            said.append(f"{fund}: membership is end-dated; top contributors may be missing")
        if not view.claims:
            said.append(
                f"{fund}: only {view.weight_measured:.1%} of weight is measured:"
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
    indices: dict[str, IndexView] = {}
    baskets: dict[str, Basket] = {}
    for fund in pair:
        answer = _index(market, question, fund, window, as_of)
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
        parts = spans(market, fund, window.start, window.end, as_of)
        files = pair_of_files(market, fund, parts[0].file if parts else None, window.end)
        if files is not None:
            told[fund] = changes(market, *files)

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
        first_session=pydate(sessions[0]),
        last_session=last,
        state=state,
        simulated=market.simulated,
        sources=_sources(market, question, indices),
        spread=found_spread,
        indices=indices,
        bridge=steps,
        gap_leaders=gap_leaders(baskets[pair[0]], baskets[pair[1]]) if len(indices) == 2 else None,
        changes=told,
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


def days_old(snapshot: Snapshot, today: date) -> timedelta:
    """How long ago the as-of session was."""
    return today - snapshot.as_of
