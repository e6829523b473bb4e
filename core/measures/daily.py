"""Breadth session by session: advances and declines, oscillators, averages, highs and lows.

Every figure counts the lines of the segment that the session lies in, the same lists and the
same lines as contributions; a session without them is NaN, never 0. Closes are split-adjusted.
Before the window its segments go on, so that running sums have begun: they start 504
sessions before the window's end, or with the first available close.

Sources: net advances, RANA and the McClellan oscillator and summation index after
S. and M. McClellan (ratio-adjusted net advances, exponential averages of 10 % and 5 %,
seeded with the first value); TRIN after R. Arms.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from core.data.frames import BoolArray, Dates, FloatArray, IntArray, day, distinct
from core.data.record import record
from core.measures.contribution import basket, counted_lines, years_of
from core.measures.counting import AVERAGES, YEAR_SESSIONS, Counts, Marks, may_move
from core.measures.membership import spans
from core.measures.sector_breadth import Sectors
from core.measures.standing import Members, MemberStanding
from core.measures.traits import Traits

if TYPE_CHECKING:
    from core.data.frames import Holdings
    from core.data.market import Market
    from core.data.matrix import Matrix
    from core.measures.basket import Basket
    from core.measures.membership import Span

#: Sessions before the window's end at which running sums start.
LEAD_SESSIONS: Final = 504
#: Sessions up to the window's end that everything is counted on, however short the window.
TAIL: Final = 12
#: Sessions until the oscillator's seed no longer matters; hidden before.
SETTLING: Final = 100
FAST, SLOW = 0.10, 0.05


@record(frozen=True, eq=False, slots=True)
class Oscillators:
    """Series that follow from daily counts alone; (T,) float64 each, NaN where not defined.

    Attributes:
        net: A - D.
        line: running sum of A - D from the session that running sums start at.
        rana: 1000 (A - D)/(A + D).
        mcclellan: EMA(.10) - EMA(.05) of RANA, both seeded with its first value.
        summation: running sum of the oscillator.
        trin: (A/D)/(AV/DV); NaN without decliners or without declining volume.
    """

    net: FloatArray
    line: FloatArray
    rana: FloatArray
    mcclellan: FloatArray
    summation: FloatArray
    trin: FloatArray


@record(frozen=True, eq=False, slots=True)
class Daily:
    """An index's breadth session by session, (T,) each.

    Attributes:
        sessions: ascending, to the window's end.
        advances, declines, unchanged: counts of members with closes on the session and on
            the one before; NaN where there are none.
        oscillators: from the counts; NaN before ``since``.
        settled: (T,) bool, the oscillator's seed no longer matters.
        above: days -> share of members above their average of so many closes.
        highs: members at a 52-week closing high; NaN where none has 253 closes.
        lows: the same for lows.
        averaged: days -> members that have so many closes; NaN outside the window.
        seasoned: members with a close on each of 253 sessions; NaN outside the window.
        members: members counted at all; NaN outside the window.
        up_volume: shares traded of the members up; NaN where none is known.
        down_volume: the same of those down.
        traded: members up or down whose volume is available; NaN outside the window.
        sectors: breadth by sector, None where no line of the window is measured.
        standing: where the members stand; NaN before the last sessions and the window.
        adjusted: dividend-adjusted closes are used where there are no closes.
        since: the session that running sums start at.
    """

    sessions: Dates
    advances: FloatArray
    declines: FloatArray
    unchanged: FloatArray
    oscillators: Oscillators
    settled: BoolArray
    above: dict[int, FloatArray]
    highs: FloatArray
    lows: FloatArray
    averaged: dict[int, FloatArray]
    seasoned: FloatArray
    members: FloatArray
    up_volume: FloatArray
    down_volume: FloatArray
    traded: FloatArray
    sectors: Sectors | None
    standing: MemberStanding
    adjusted: bool
    since: date


def ema(values: FloatArray, alpha: float) -> FloatArray:
    """(T,) exponential average seeded with the first finite value; a NaN leaves it as it was."""
    averages: list[float] = []
    average = math.nan
    for value in values.tolist():
        if value == value:
            average = value if average != average else average + alpha * (value - average)
        averages.append(average)
    return np.array(averages, np.float64)


def oscillators(
    advances: FloatArray,
    declines: FloatArray,
    up_volume: FloatArray,
    down_volume: FloatArray,
    first: int = 0,
) -> Oscillators:
    """Oscillators of daily counts.

    Args:
        advances: (T,) lines up.
        declines: (T,) lines down.
        up_volume: (T,) shares traded of lines up, NaN where not known.
        down_volume: (T,) shares traded of lines down.
        first: the row that running sums and averages start at; they are NaN before it.
    """
    net = advances - declines
    movers = advances + declines
    with np.errstate(invalid="ignore", divide="ignore"):
        rana = np.where(movers > 0, 1000 * net / movers, np.nan)
        defined = (declines > 0) & (down_volume > 0) & (up_volume > 0)
        trin = np.where(defined, (advances / declines) / (up_volume / down_volume), np.nan)
    swing = ema(rana[first:], FAST) - ema(rana[first:], SLOW)

    def after_blank(values: FloatArray) -> FloatArray:
        return np.concatenate([np.full(first, np.nan), values])

    return Oscillators(
        net=net,
        line=after_blank(np.nancumsum(net[first:])),
        rana=rana,
        mcclellan=after_blank(swing),
        summation=after_blank(np.nancumsum(swing)),
        trin=trin,
    )


def daily(
    market: Market,
    fund: str,
    window: tuple[date, date],
    as_of: date,
    basis: str,
    window_basket: Basket | None = None,
) -> Daily | None:
    """An index's daily breadth up to a window's end; None without holdings or closes.

    It looks at nothing after the window's end, but for a file that serves one of its segments.

    Args:
        market: the available data.
        fund: whose lines are counted.
        window: sessions of the window's first and last close.
        as_of: the session asked for.
        basis: "pr" or "tr": which lines are measured.
        window_basket: the index's lines over the window, where they were measured already.
    """
    start, end = window
    sessions = market.reference.sessions
    lead = sessions[max(market.position(end) - LEAD_SESSIONS, 0)].item()
    within = spans(market, fund, start, end, as_of)
    if not within:
        return None

    def led_from(lead: date) -> tuple[Span, ...]:
        """The parts before the window, unchanged by files that the window does not need."""
        later = any(market.session(part.origin.as_of) > as_of for part in within)
        return spans(market, fund, lead, start, as_of, later=later) if lead < start else ()

    reach = min(market.position(lead), market.position(start) - YEAR_SESSIONS)
    # with the two years before its own, dates of one year use one layout of the closes
    first_year = min(sessions[max(reach, 0)].item().year, end.year - 2)
    years = {*range(first_year, end.year + 1), *years_of(market, within)}
    before = led_from(lead)
    matrix = market.matrix(years | (years_of(market, before) if before else set()))
    if matrix is None:
        return None
    marks = market.cached_of_bars((matrix, "marks"), lambda: Marks(matrix))
    lead = max(lead, _first_session(market, matrix, marks, within, start))
    before = led_from(lead)
    opened, stop = matrix.row(lead if before else start) + 1, matrix.row(end) + 1
    listed = distinct(np.concatenate([_listed(market, matrix, p.file) for p in before + within]))
    if not may_move(matrix, listed, opened, stop):
        return None
    window_basket = window_basket or basket(market, within, basis)
    led = counted_lines(market, before, basis, matrix) if before else []
    sums, adjusted = _Sums(stop - opened), False
    lines = [
        *led,
        *(
            []
            if window_basket is None
            else [window_basket.numbers[rows] for rows in window_basket.counted]
        ),
    ]
    tail, parts = max(stop - TAIL, opened), list[Members]()
    for part, places in zip((*before, *within), lines, strict=False):
        listed, columns = _listed(market, matrix, part.file), market.columns(matrix)[places]
        adjusted |= bool(matrix.only_adjusted[columns].any())
        rows = slice(matrix.row(part.start) + 1, matrix.row(part.end) + 1)
        place = slice(rows.start - opened, rows.stop - opened)
        if part.start < start:
            sums.moved(place, *marks.moves(listed, columns, rows))
            # of a short window the sessions before count as well
            rows = slice(max(rows.start, tail), rows.stop)
            place = slice(rows.start - opened, rows.stop - opened)
        if rows.start < rows.stop:
            sums.counted(place, marks.counts(listed, columns, rows), len(columns))
            parts.append(Members(columns[columns >= 0], rows))
    days = matrix.sessions[opened:][: sums.size]
    closes = matrix.stand_in[max(matrix.row(start), 0) : matrix.row(end) + 1]
    inside = np.zeros(0, np.intp)
    if window_basket is not None:
        numbers = window_basket.numbers[np.isfinite(window_basket.window_returns)]
        inside = market.columns(matrix)[numbers]

    traits = market.cached_of_bars((matrix, "traits"), lambda: Traits(matrix))
    fund_series = market.series(fund)

    def standing(first: int) -> MemberStanding:
        return MemberStanding(
            days[first:], tuple(parts), opened + first, days[tail - opened :], fund_series,
            traits, closes, inside,
        )  # fmt: skip

    def sectors(first: int) -> Sectors | None:
        if window_basket is None:
            return None
        where = market.columns(matrix)[window_basket.numbers]
        return Sectors(window_basket, marks, where, tuple(parts), opened + first, matrix.row(end))

    return sums.daily(days, lead, adjusted, standing, sectors)


def _listed(market: Market, matrix: Matrix, file: Holdings) -> IntArray:
    """(n,) columns of a file's lines that a matrix has, ascending; cached."""

    def find() -> IntArray:
        columns = market.columns(matrix)[market.rows(file)]
        # a line that a file has twice is one
        listed = np.zeros(len(matrix.symbols), bool)
        listed[columns[columns >= 0]] = True
        return np.flatnonzero(listed)

    return market.cached((market.register, matrix, file), find)


def _first_session(
    market: Market, matrix: Matrix, marks: Marks, parts: tuple[Span, ...], start: date
) -> date:
    """The session with the first available closes of a window's lines, its start at the latest."""
    row = matrix.row(start)
    row = marks.begun(_listed(market, matrix, parts[0].file), row) if row >= 0 else row
    return matrix.sessions[row].item() if row >= 0 else start


class _Sums:
    """Counts of each session, put together segment by segment; NaN where there are none."""

    def __init__(self, size: int) -> None:
        self.size = max(size, 0)
        names = (
            "up", "down", "same", "up_volume", "down_volume", "traded", "highs", "lows",
            "seasoned", "members",
        )  # fmt: skip
        self._of = {name: np.full(self.size, np.nan) for name in names}
        self._above = {days: np.full(self.size, np.nan) for days in AVERAGES}
        self._averaged = {days: np.full(self.size, np.nan) for days in AVERAGES}

    def moved(self, place: slice, up: FloatArray, down: FloatArray, same: FloatArray) -> None:
        """Lines up, down and unchanged on the sessions of a segment."""
        some = up + down + same > 0
        for name, values in (("up", up), ("down", down), ("same", same)):
            self._of[name][place] = np.where(some, values, np.nan)

    def counted(self, place: slice, counts: Counts, members: int) -> None:
        """Set every count of some sessions, of so many members."""
        self._of["members"][place] = members
        self._of["seasoned"][place] = counts.seasoned
        self._of["traded"][place] = counts.up_known + counts.down_known
        self.moved(place, counts.up, counts.down, counts.same)
        for name, values, available in (
            ("up_volume", counts.up_volume, counts.up_known),
            ("down_volume", counts.down_volume, counts.down_known),
            ("highs", counts.highs, counts.seasoned),
            ("lows", counts.lows, counts.seasoned),
        ):
            self._of[name][place] = np.where(available > 0, values, np.nan)
        for days, share in self._above.items():
            lines = self._averaged[days][place] = counts.averaged[days]
            share[place] = np.where(lines > 0, counts.above[days] / np.maximum(lines, 1), np.nan)

    def daily(
        self,
        sessions: Dates,
        since: date,
        adjusted: bool,
        standing: Callable[[int], MemberStanding],
        sectors: Callable[[int], Sectors | None],
    ) -> Daily | None:
        """The series, from the first session with a count on; None without any."""
        some = np.isfinite(self._of["up"])
        if not some.any():
            return None
        first = int(some.argmax())
        of = {name: values[first:] for name, values in self._of.items()}
        sessions = sessions[first:]
        started = sessions > day(since)
        begin = int(started.argmax())
        swings = oscillators(of["up"], of["down"], of["up_volume"], of["down_volume"], begin)
        return Daily(
            sessions=sessions,
            advances=of["up"],
            declines=of["down"],
            unchanged=of["same"],
            oscillators=swings,
            settled=np.cumsum(some[first:] & started) > SETTLING,
            above={days: share[first:] for days, share in self._above.items()},
            highs=of["highs"],
            lows=of["lows"],
            averaged={days: lines[first:] for days, lines in self._averaged.items()},
            seasoned=of["seasoned"],
            members=of["members"],
            up_volume=of["up_volume"],
            down_volume=of["down_volume"],
            traded=of["traded"],
            sectors=sectors(first),
            standing=standing(first),
            adjusted=adjusted,
            since=sessions[begin].item(),
        )


def inside(breadth: Daily, start: date, end: date) -> slice:
    """The rows after a window's start and up to its end."""
    first, last = np.searchsorted(breadth.sessions, [day(start), day(end)], side="right")
    return slice(int(first), int(last))
