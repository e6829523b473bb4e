"""The board: every pair at a glance, from the closes of its two funds alone.

Each figure of a row is the one that the pair's answer gives for its window and the same
as-of date; `tests/core/test_board.py` holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from core.answer.lazy_mapping import LazyMapping
from core.answer.levels import pair_levels
from core.answer.snapshot import common_sessions, final_sessions
from core.answer.unanswered import lacking
from core.data.errors import MissingCloseError, UnavailableError
from core.data.frames import Dates, FloatArray, day, distinct, pydate
from core.data.record import record
from core.data.windows import resolve
from core.measures.pair_history import PairHistory
from core.measures.rarity import Rank, last_percentile, percentiles_at

if TYPE_CHECKING:
    from core.data.market import Market
    from core.data.windows import Window
    from core.measures.pair_series import PairSeries
    from core.measures.ratio import LevelHistory, LevelYear
    from core.measures.streaks import Streak

#: Windows whose gap is shown, and those whose gap is ranked among all stretches as long.
WINDOWS: Final = ("1D", "1W", "1M", "QTD", "YTD")
RANKED: Final = ("1M", "3M")
#: Sessions of a quarter, the length of a row's sparkline.
QUARTER: Final = 63
#: Sessions of a month, over which the rotation of a row is taken, and weeks of its tail.
MONTH: Final = 21
TAIL_WEEKS: Final = 8
_WEEK: Final = 5
#: A percentile this far out, on either side, is worth a mark on the session it gets there.
EDGE: Final = 0.95


@record(frozen=True, slots=True)
class Pair:
    """Two funds of the board and the group they are shown in."""

    small: str
    large: str
    group: str = ""

    @property
    def name(self) -> str:
        """The pair as a user types it: ``IWM:SPY``."""
        return f"{self.small}:{self.large}"


@record(frozen=True, eq=False)
class BoardRow:
    """One pair of the board.

    Attributes:
        pair: the two funds and their group.
        end: session that the row's figures are of; None where there are none.
        gaps: window -> gap, a fraction, None where the window is not available.
        percentiles: window -> share of all stretches as long whose gap is strictly below; None
            under 250 of them.
        ranks: window -> the gap among all stretches as long, None where it has none.
        history: the pair up to ``end``, over one of its windows; None without figures.
        stretches: window -> (T,) gap over as many sessions as the window, by session.
        missing: a sentence that says why figures are missing, "" where none are.
    """

    pair: Pair
    end: date | None = None
    gaps: Mapping[str, float | None] = field(default_factory=dict)
    percentiles: Mapping[str, float | None] = field(default_factory=dict)
    ranks: Mapping[str, Rank | None] = field(default_factory=dict)
    history: PairHistory | None = None
    stretches: Mapping[str, FloatArray] = field(default_factory=dict)
    missing: str = ""

    @property
    def streak(self) -> Streak | None:
        """Sessions in a row that the gap has one sign."""
        return None if self.history is None else self.history.session_streak

    @cached_property
    def run(self) -> int | None:
        """Length of `streak` in sessions, below 0 where the gap is negative.

        None where closes are missing before it.
        """
        return None if self.history is None else self.history.session_run

    @property
    def ratio(self) -> LevelHistory | None:
        """The ratio of closes in its history; None where only adjusted closes are available."""
        return None if self.history is None else self.history.ratio

    @property
    def ratio_year(self) -> LevelYear | None:
        """The part of `ratio` about its averages and the last 52 weeks."""
        return None if self.history is None else self.history.ratio_year

    def percentile(self, window: str) -> float | None:
        """Share of all stretches whose gap is strictly below; None under 250 of them."""
        return self.percentiles.get(window)

    @property
    def farthest(self) -> tuple[str, float] | None:
        """The window whose gap lies farthest out among all stretches, and its percentile."""
        percentiles = [(window, self.percentile(window)) for window in RANKED]
        ranked = [(window, value) for window, value in percentiles if value is not None]
        return max(ranked, key=lambda one: abs(2 * one[1] - 1), default=None)

    @property
    def stretched(self) -> float | None:
        """How far out the gap is at most, 0 in the middle of all stretches to 1 at their edge."""
        farthest = self.farthest
        return None if farthest is None else abs(2 * farthest[1] - 1)

    @cached_property
    def spark(self) -> FloatArray:
        """(at most QUARTER + 1,) the ratio on the question's basis, 1 at its first session."""
        if self.history is None:
            return np.zeros(0)
        level = self.history.ratio_of_levels[-QUARTER - 1 :]
        from_first: FloatArray = level / level[0]
        return from_first

    @cached_property
    def new(self) -> frozenset[str]:
        """Columns whose figure is new on the row's session: it was not so on the one before.

        "above_50", "above_200": the ratio crossed its average. "high_52", "low_52": a 52-week
        extreme. "streak": it began. "percentile_1M", "percentile_3M": it got beyond `EDGE`.
        """
        marks = set()
        ratio = self.ratio_year
        if ratio is not None:
            marks |= {f"above_{a.closes}" for a in ratio.averages if a.crossed == self.end}
            for name, extreme in (("high_52", ratio.high_52), ("low_52", ratio.low_52)):
                if extreme is not None and extreme.end == self.end:
                    marks.add(name)
        if self.run in (1, -1):
            marks.add("streak")
        for window, gaps in self.stretches.items():
            share = self.percentile(window)
            # nearly all lie far from both edges, and need not be counted
            far = share is None or 2 * (1 - EDGE) < share < 1 - 2 * (1 - EDGE)
            if not far and _at_edge(gaps) and not _at_edge(gaps[:-1]):
                marks.add(f"percentile_{window}")
        return frozenset(marks)

    @cached_property
    def rotation(self) -> FloatArray:
        """(W, 2) where the pair stands and stood a week ago, two, ... the newest last.

        The first column is the percentile of the 3M gap among all stretches as long, 0 to 1, the
        second its change over `MONTH` sessions. Weeks without both are left out; (0, 2) under 250
        stretches. The formula is this project's own: it is no relative strength index.
        """
        gaps = self.stretches.get(RANKED[-1])
        if gaps is None or self.percentile(RANKED[-1]) is None:
            return np.zeros((0, 2))
        places = len(gaps) - 1 - _WEEK * np.arange(TAIL_WEEKS, -1, -1)
        places = places[places >= MONTH]
        ranks, before = percentiles_at(gaps, places), percentiles_at(gaps, places - MONTH)
        points = np.column_stack([ranks, ranks - before])
        both: FloatArray = points[np.isfinite(points).all(axis=1)]
        return both


@record(frozen=True, eq=False)
class Board:
    """Every pair as of one session.

    Attributes:
        as_of: the session; None where no pair has one.
        basis: "tr" or "pr".
        rows: in the order of the pairs.
        simulated: the market is made up.
        generation: number of the store's generation.
    """

    as_of: date | None
    basis: str
    rows: tuple[BoardRow, ...]
    simulated: bool = False
    generation: int | None = None


def last_session(market: Market, pairs: Iterable[Pair], as_of: date | None = None) -> date | None:
    """The latest session, on or before a date, with a final close of both funds of any pair."""
    sessions = sessions_of(market, pairs)
    if as_of is not None:
        sessions = sessions[: sessions.searchsorted(day(as_of), side="right")]
    return pydate(sessions[-1]) if len(sessions) else None


def sessions_of(market: Market, pairs: Iterable[Pair]) -> Dates:
    """(T,) every session with a final close of both funds of any pair, ascending; cached."""
    priced = tuple(pair for pair in pairs if _has_closes(market, pair))

    def joined() -> Dates:
        # nearly all pairs have the same sessions: they are joined once
        alike: dict[tuple[object, ...], tuple[Dates, Pair]] = {}
        for pair in priced:
            provisional = map(market.prices.provisional.get, (pair.small, pair.large))
            sessions = _sessions(market, pair)
            # while the array is kept, no other one has its id
            alike[id(sessions), *provisional] = sessions, pair
        parts = [final_sessions(market, pair.small, pair.large) for _, pair in alike.values()]
        return distinct(np.concatenate(parts)) if parts else np.zeros(0, "datetime64[D]")

    return market.cached(("board sessions", *(pair.name for pair in priced)), joined)


def _sessions(market: Market, pair: Pair) -> Dates:
    """(T,) the common sessions of a pair, one array for all pairs that have the same; cached."""

    def shared() -> Dates:
        sessions = common_sessions(market, pair.small, pair.large)
        lists: list[Dates] = market.cached("board session lists", list)
        same = next((dates for dates in lists if np.array_equal(dates, sessions)), None)
        if same is None:
            lists.append(sessions)
        return sessions if same is None else same

    return market.cached(("board sessions of", pair.small, pair.large), shared)


def stepped(market: Market, pairs: Iterable[Pair], as_of: date, steps: int) -> date:
    """The session some steps later or earlier than a date, the first or last where it ends."""
    sessions = sessions_of(market, pairs)
    if not len(sessions):
        return as_of
    place = int(sessions.searchsorted(day(as_of), side="right")) - 1
    return pydate(sessions[min(max(place + steps, 0), len(sessions) - 1)])


@record(frozen=True, eq=False, slots=True)
class _Reach:
    """Sessions up to the board's date, and its windows on them.

    Attributes:
        sessions: (T,) ascending; those after the date too.
        stop: how many lie up to the date, at least 1.
        end: the last of those.
        windows: label -> window with the places of its first and last close; those available.
        lacking: why a window of one session is not, where a close of it is missing.
    """

    sessions: Dates
    stop: int
    end: date
    windows: Mapping[str, tuple[Window, int, int]]
    lacking: MissingCloseError | None = None


def board(
    market: Market, pairs: Iterable[Pair], basis: str = "tr", as_of: date | None = None
) -> Board:
    """Work out every pair from the available closes.

    Args:
        market: the available data.
        pairs: in the order to show them.
        basis: "tr" or "pr".
        as_of: the one date of all rows; None for the latest final session of any pair. A pair
            without a close on it is answered to its last one before (``BoardRow.end``).
    """
    pairs = tuple(pairs)
    session = last_session(market, pairs, as_of)
    then = market if session is None else market.kinds_known_on(session)
    # the windows of pairs that have the same sessions are the same
    reaches: dict[int, tuple[Dates, _Reach | None]] = {}

    def row(pair: Pair) -> BoardRow:
        funds = (pair.small, pair.large)
        absent = [fund for fund in funds if market.series(fund) is None]
        if absent or session is None:
            return BoardRow(pair, missing=f"no closes of {' and '.join(absent) or pair.name}")
        if pair.small == pair.large:
            return BoardRow(pair, missing=f"{pair.small} cannot be compared with itself")
        sessions = _sessions(then, pair)
        if id(sessions) not in reaches:
            # while the array is kept, no other one has its id
            reach = _reach(sessions, session, market.reference.sessions)
            reaches[id(sessions)] = sessions, reach
        _, reach = reaches[id(sessions)]
        if reach is None:
            return BoardRow(pair, missing=f"no common close of {pair.name} up to {session}")
        return _row(then, pair, basis, reach)

    return Board(session, basis, tuple(map(row, pairs)), market.simulated, market.generation)


def _reach(sessions: Dates, as_of: date, calendar: Dates) -> _Reach | None:
    """The windows of the board on some sessions; None where none lies up to the date."""
    stop = int(sessions.searchsorted(day(as_of), side="right"))
    if not stop:
        return None
    windows, missing = {}, None
    for label in dict.fromkeys((*WINDOWS, *RANKED)):
        try:
            window = resolve(label, as_of, sessions, calendar)
        except MissingCloseError as error:
            missing = error
            continue
        except UnavailableError:
            continue
        first, last = sessions.searchsorted([day(window.start), day(window.end)]).tolist()
        windows[label] = window, first, last
    return _Reach(sessions, stop, pydate(sessions[stop - 1]), windows, missing)


def _row(market: Market, pair: Pair, basis: str, reach: _Reach) -> BoardRow:
    """One row of the board, of a pair that has closes of both funds up to its date."""
    gaps: dict[str, float | None] = {}
    percentiles: dict[str, float | None] = {}
    stretches: dict[str, FloatArray] = {}
    histories: dict[str, PairHistory] = {}
    missing = ""
    levels: PairSeries | str | None = None
    funds = (pair.small, pair.large)
    if reach.lacking is not None:
        missing = f"{reach.lacking.of(lacking(market, funds, reach.lacking.lacking))}"
    doubtful = any(series.doubts for series in map(market.series, funds) if series is not None)
    for label, (window, first, last) in reach.windows.items():
        # without a doubtful close they are the same for every window
        if levels is None or doubtful:
            levels = pair_levels(market, funds, basis, window, reach.sessions)
        if isinstance(levels, str):
            missing = levels
            continue
        # after a doubtful close the levels begin later
        later = len(reach.sessions) - len(levels.sessions)
        small, large = levels.returns_between(first - later, last - later)
        gaps[label] = small - large
        stop = reach.stop - later
        histories[label] = PairHistory(levels, stop, window.start, window.end)
        if label in RANKED:
            stretches[label] = levels.gaps(last - first)[0][:stop]
            percentiles[label] = last_percentile(stretches[label])

    def ranks() -> Mapping[str, Rank | None]:
        return {label: histories[label].rolling for label in stretches}

    return BoardRow(
        pair,
        reach.end,
        {label: gaps.get(label) for label in WINDOWS},
        percentiles,
        LazyMapping(ranks),
        # the pair's streak and ratio are the same over any window
        next(reversed(histories.values()), None),
        stretches,
        missing,
    )


def _at_edge(gaps: FloatArray) -> bool:
    """Whether the last gap lies beyond `EDGE` of all of them, on either side."""
    size = np.count_nonzero(np.isfinite(gaps))
    below, above = np.count_nonzero(gaps < gaps[-1]), np.count_nonzero(gaps > gaps[-1])
    return bool(max(below, above) > EDGE * size)


def _has_closes(market: Market, pair: Pair) -> bool:
    return market.series(pair.small) is not None and market.series(pair.large) is not None
