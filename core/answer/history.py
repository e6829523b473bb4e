"""The history of a measure: its value over the same window of every year, month or session.

A point is answered as a question for that window would be: the files that apply to it, the lines
of that time, those that no longer trade included; it is estimated where that answer is. Only points
with at least 90 % of weight measured, on lists that carry the measure, count for its rank and for
"since".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from core.answer.measure_rank import Every, MeasureRank
from core.answer.point_batches import batches, batches_of_some
from core.answer.snapshot import final_sessions
from core.answer.table import ROWS
from core.data.errors import MeasureError, UnavailableError
from core.data.frames import day, pydate
from core.data.lending import lenders
from core.data.record import record
from core.data.windows import Window, resolve, same_window
from core.measures.carry import NEAR_DAYS
from core.measures.rarity import rank_value

if TYPE_CHECKING:
    from core.answer.point_batches import Batches, Place, PointBatch, Value
    from core.answer.scalar import Scalar
    from core.answer.views import Snapshot
    from core.data.frames import Dates
    from core.data.market import Market
    from core.data.question import Question

    #: The histories of some measures of one index: question, fund, rows, what a point stands for.
    Answer = Callable[[Question, str, Sequence[Scalar], Every], "tuple[History, ...]"]

EVERY: Final[tuple[Every, ...]] = ("year", "month", "session")
#: Fewer years than this, from the first point that counts to the last, carry no claim.
CLAIM_YEARS: Final = 10
#: Every window of the measure takes a whole answer: it is ranked among the years alone.
_COSTLY: Final = "average_correlation"
#: Measures that have no history -> why.
WITHOUT_HISTORY: Final = {
    **dict.fromkeys(
        ("advance_decline_line", "summation"), "its level depends on where its sum begins"
    ),
    **dict.fromkeys(
        ("drawdown_mean", "drawdown_median"), "it takes every close inside each window"
    ),
}


class Point(NamedTuple):
    """A measure of one window.

    Attributes:
        start: session of the window's first close; of a daily measure the session itself.
        end: session of its last close.
        value: a fraction, None where it is not known.
        coverage: weight measured, a fraction; of a daily measure the members with closes.
        on_files: weight measured on prices of files.
        why: why the point does not count, "" where it does.
        estimated: see `Place`; False of a measure of the fund's closes alone.
    """

    start: date
    end: date
    value: float | None
    coverage: float | None
    on_files: float
    why: str = ""
    estimated: bool = False

    @property
    def counts(self) -> bool:
        """Whether this point counts for ranks."""
        return not self.why and self.value is not None


@record(frozen=True)
class History:
    """A measure of one index over time.

    Attributes:
        fund: whose index.
        row: of the table of measures.
        window: as asked for.
        every: what a point stands for.
        places: of the points, by end, ascending; measures of one question have them in common.
        values: at each, and why it does not count, "" where it does.
    """

    fund: str
    row: Scalar
    window: str
    every: Every
    places: tuple[Place, ...]
    values: tuple[Value, ...]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The places with their values."""
        return tuple(
            Point(place.start, place.end, value, place.coverage, place.on_files, why, estimated)
            for place, (value, why), estimated in zip(
                self.places, self.values, self.estimated, strict=True
            )
        )

    @property
    def estimated(self) -> list[bool]:
        """Which points are estimated."""
        return [place.estimated and self.row.claim != "closes" for place in self.places]

    @property
    def counts(self) -> list[bool]:
        """Which points count for ranks."""
        return [not why and value is not None for value, why in self.values]

    @property
    def is_ranked(self) -> bool:
        """Whether the last point counts, and another one."""
        counts = self.counts
        return counts[-1:] == [True] and sum(counts) > 1

    @cached_property
    def rank(self) -> MeasureRank | None:
        """The last point's rank among those that count; None where it does not, or stands alone."""
        return _rank_of(self) if self.is_ranked else None


def histories(
    market: Market,
    question: Question,
    fund: str,
    rows: Sequence[Scalar],
    sessions: Dates,
    every: Every,
) -> tuple[History, ...]:
    """The history of some measures of one index up to a question's as-of date.

    Args:
        market: the available data.
        question: its window, basis and as-of date.
        fund: whose index.
        rows: of the table of measures.
        sessions: (T,) ascending, on which windows may start and end.
        every: what a point stands for.

    Raises:
        MeasureError: a measure has no history.
        UnavailableError: no window is to be had.
    """

    def points(of_kind: Sequence[Scalar]) -> Batches:
        return kept_points(market, question, fund, of_kind, sessions, every, None)

    return histories_of(question, fund, rows, every, points)


def histories_of(
    question: Question,
    fund: str,
    rows: Sequence[Scalar],
    every: Every,
    points: Callable[[Sequence[Scalar]], Batches],
) -> tuple[History, ...]:
    """The histories of some measures from their points; see `histories`.

    ``points`` gives the points of measures that are all daily ones, or none.
    """
    by_row: dict[str, History] = {}
    for daily in {row.series is not None for row in rows}:
        of_kind = [row for row in rows if (row.series is not None) is daily]
        by_label = points(of_kind)
        places = tuple(chain.from_iterable(batch.places for batch in by_label.values()))
        for row in of_kind:
            values = chain.from_iterable(batch.values[row.key] for batch in by_label.values())
            by_row[row.key] = History(fund, row, question.window, every, places, tuple(values))
    return tuple(by_row[row.key] for row in rows)


def kept_points(
    market: Market,
    question: Question,
    fund: str,
    rows: Sequence[Scalar],
    sessions: Dates,
    every: Every,
    earlier: Batches | None,
) -> dict[str, PointBatch]:
    """The points of `histories` in batches, earlier ones where they still hold (see `batches`).

    The rows are all daily measures, or none.
    """
    for row in rows:
        if reason := WITHOUT_HISTORY.get(row.key):
            raise MeasureError(f"{row.key} has no history: {reason}")
    windows = _with_files(market, fund, _windows(market, question, sessions, every))
    counted = None if every == "year" else _counted(market, fund, sessions)
    return batches(market, question, fund, rows, windows, earlier, counted)


def month_points(
    market: Market,
    question: Question,
    fund: str,
    sessions: Dates,
    of_sessions: Batches,
    earlier: Batches,
    *,
    daily: bool,
) -> dict[str, PointBatch]:
    """The points of the months, out of those of every session (from `kept_points`).

    Those of the months from another call are gone on with; see `batches_of_some`.
    """
    windows = _with_files(market, fund, _windows(market, question, sessions, "month"))
    return batches_of_some(market, fund, windows, of_sessions, earlier, daily=daily)


def ranks_of(
    market: Market,
    snapshot: Snapshot,
    names: Collection[str] = (),
    answer: Answer | None = None,
) -> dict[str, dict[str, MeasureRank]]:
    """Fund -> measure -> rank of an answer's measures among the same windows of other times.

    Of a month among the months, of another window among the years; what is daily, and what takes
    a whole answer, always among the years. Empty for an index whose files apply to no earlier
    window: nothing is measured for it then. Empty too where breadth counts the list at the
    window's end: the points of a history count the one at its start.

    Args:
        market: the available data.
        snapshot: the answer.
        names: of the measures wanted; all where none is named.
        answer: gives `histories` of the market that are kept; all are worked out where not given.
    """
    if snapshot.question.breadth_list != "start":
        return {}
    question = replace(snapshot.question, as_of=snapshot.as_of)
    sessions = final_sessions(market, *question.pair)
    rows = [
        row for row in ROWS if row.key not in WITHOUT_HISTORY and (not names or row.key in names)
    ]
    by_month = [row for row in rows if row.series is None and row.key != _COSTLY]
    samples: dict[Every, list[Scalar]] = {"year": rows}
    if _is_month(market, question):
        samples = {"month": by_month, "year": [row for row in rows if row not in by_month]}
    ranks: dict[str, dict[str, MeasureRank]] = {fund: {} for fund in snapshot.indices}
    for every, of_every in samples.items():
        try:
            windows = _windows(market, question, sessions, every)
        except UnavailableError:
            continue
        for fund, of_fund in ranks.items():
            if of_every and len(_with_files(market, fund, windows)) > 1:
                if answer is None:
                    some = histories(market, question, fund, of_every, sessions, every)
                else:
                    some = answer(question, fund, of_every, every)
                of_fund.update((one.row.key, one.rank) for one in some if one.rank is not None)
    return ranks


def _is_month(market: Market, question: Question) -> bool:
    """Whether a question's window is a month, from day to day or of the calendar."""
    if question.window == "MTD" and question.as_of is not None:
        later = market.reference.sessions > day(question.as_of)
        following = market.reference.sessions[later][:1].tolist()
        return bool(following) and following[0].month != question.as_of.month
    return question.window == "1M"


def with_ranks(
    market: Market,
    snapshot: Snapshot,
    names: Collection[str] = (),
    answer: Answer | None = None,
) -> Snapshot:
    """An answer with the ranks of its measures among other times, for a note; see `ranks_of`."""
    return replace(snapshot, measure_ranks=ranks_of(market, snapshot, names, answer))


def _windows(market: Market, question: Question, sessions: Dates, every: Every) -> list[Window]:
    """`windows_of` by the market's calendar."""
    return windows_of(question, sessions, every, market.reference.sessions)


def windows_of(
    question: Question, sessions: Dates, every: Every, calendar: Dates | None = None
) -> list[Window]:
    """The windows of a history, ascending by their ends; the last is the question's window.

    Args:
        question: its window and as-of date.
        sessions: (T,) ascending, on which windows may start and end.
        every: what a point stands for.
        calendar: see `resolve`.

    Raises:
        MeasureError: the window is of fixed dates, which no other month or session has.
        UnavailableError: the available closes have no such window.
    """
    if not len(sessions):
        raise UnavailableError("no closes to take windows from")
    as_of = question.as_of or pydate(sessions[-1])
    sessions = sessions[sessions <= day(as_of)]
    mine = resolve(question.window, as_of, sessions, calendar)
    if every == "year":
        years = range(mine.end_anchor.year - pydate(sessions[0]).year + 1)
        shifted = (same_window(mine, back, sessions, calendar) for back in years)
        return sorted({w.end: w for w in shifted if w is not None}.values(), key=lambda w: w.end)
    if question.window[:1].isdigit() and ("-" in question.window or question.window.isdigit()):
        raise MeasureError(
            f"the window {question.window} has fixed dates, one value a year: --every year"
        )
    ends = sessions
    if every == "month":
        month = sessions.astype("datetime64[M]")
        ends = sessions[np.append(month[1:] != month[:-1], True)]
    windows = []
    for end in ends.tolist():
        try:
            windows.append(resolve(question.window, end, sessions, calendar))
        except UnavailableError:
            continue
    # H1 and H2 end at the same session for half a year
    return list({window.end: window for window in windows}.values())


def _with_files(market: Market, fund: str, windows: Iterable[Window]) -> list[Window]:
    """The windows whose start is not before the first usable member list."""
    first = _first_start(market, fund)
    return [window for window in windows if window.start >= first]


def _counted(market: Market, fund: str, sessions: Dates) -> Dates:
    """(K,) the sessions whose moves since the one before a history by session may count."""
    return sessions[1:][sessions[:-1] >= day(_first_start(market, fund))]


def _first_start(market: Market, fund: str) -> date:
    """The first day for which a member list may be used; the last of all days without a list."""
    names = [fund, *(name for name, _ in lenders(market.reference.indices, fund, market.holdings))]
    dates = (files[0].as_of for name in names if (files := market.holdings.get(name)))
    first = min(dates, default=None)
    return date.max if first is None else first - timedelta(days=NEAR_DAYS)


def _rank_of(history: History) -> MeasureRank:
    """The rank of a history's last point, which counts as others do."""
    counting = [point for point in history.points if point.counts]
    values = np.array([point.value for point in counting], float)
    ends = np.array([point.end for point in counting], "datetime64[D]")
    side = 1 if values[-1] >= np.median(values[:-1]) else -1
    ranked = rank_value(values, ends, side=side)
    assert ranked is not None
    farther = int((np.round(side * values, 4) > round(side * float(values[-1]), 4)).sum())
    first, last = counting[0].end, counting[-1].end
    return MeasureRank(
        value=float(values[-1]),
        side=side,
        rank=1 + farther,
        of=len(counting),
        since=ranked.last_overlapping,
        first=first,
        end=last,
        coverage=min(point.coverage or 0.0 for point in counting),
        on_files=max(point.on_files for point in counting),
        estimated=sum(point.estimated for point in counting),
        claim=last.year - first.year + 1 >= CLAIM_YEARS and len(counting) >= CLAIM_YEARS,
        every=history.every,
    )
