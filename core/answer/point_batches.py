"""The points of a history in batches, each cached until its data change.

A batch is a calendar month of windows by their ends, or a year of sessions of daily measures. It
is worked out anew where its fingerprint (`core.answer.fingerprint`) is another one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import chain, groupby, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from core.answer.fingerprint import Fingerprints, fingerprint
from core.answer.views import covers
from core.answer.window_figures import figures
from core.data.frames import day
from core.data.record import record
from core.measures.counting import YEAR_SESSIONS
from core.measures.daily import LEAD_SESSIONS
from core.measures.daily import daily as daily_of
from core.measures.membership import list_at_end, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from core.answer.scalar import Scalar
    from core.answer.window_figures import Figures
    from core.data.frames import Dates
    from core.data.market import Market
    from core.data.question import Question
    from core.data.windows import Window
    from core.measures.carry import Carry
    from core.measures.daily import Daily

#: A measure's value at a window, and why it does not count, "" where it does.
Value = tuple[float | None, str]


class Place(NamedTuple):
    """The values that all measures of a batch share at one window.

    Attributes:
        start: session of the window's first close; of a daily measure the session itself.
        end: session of its last close.
        coverage: weight measured, a fraction; of a daily measure the members with closes.
        on_files: weight measured on prices of files.
        estimated: a segment's weights are (as `IndexView.estimated`); of a daily measure, the list
            that the session's members are counted from is (as `core.measures.carry` has it).
    """

    start: date
    end: date
    coverage: float | None
    on_files: float
    estimated: bool = False


@record(frozen=True, eq=False, slots=True)
class PointBatch:
    """The points of some measures at some windows.

    Attributes:
        fingerprint: of what they depend on.
        places: the windows, ascending by their ends.
        values: measure -> its value at each.
    """

    fingerprint: str
    places: tuple[Place, ...]
    values: Mapping[str, tuple[Value, ...]]


#: Month or year of the windows' ends -> their points, ascending.
Batches = Mapping[str, PointBatch]


def batches(
    market: Market,
    question: Question,
    fund: str,
    rows: Sequence[Scalar],
    windows: Sequence[Window],
    earlier: Batches | None,
    counted: Dates | None = None,
) -> dict[str, PointBatch]:
    """The points of some measures of one index, earlier ones where their data are the same.

    Args:
        market: the available data.
        question: its basis.
        fund: whose index.
        rows: of the table of measures; all daily ones, or none.
        windows: ascending by their ends.
        earlier: of another call for the same question and kind of measures; None where nothing
            is to be kept: fingerprints take time.
        counted: (K,) the sessions that members are counted on, the windows' ends among them; None
            where those of a year begin with its first window's end.
    """
    if not windows:
        return {}
    daily = rows[0].series is not None
    marks = None if earlier is None else _Marks(market, fund, windows)
    by_label, missing = dict[str, PointBatch](), list[_Missing]()
    for label, group in groupby(windows, _year if daily else _month):
        some = list(group)
        mark = "" if marks is None else marks.of(some, daily=daily)
        old = (earlier or {}).get(label)
        if old is None or old.fingerprint != mark:
            old = PointBatch(mark, (), {})
        by_label[label] = old
        if lacking := [row for row in rows if row.key not in old.values]:
            missing.append(_Missing(label, some, lacking))
    if daily:
        points = _of_sessions(market, question, fund, missing, counted)
    else:
        points = _of_windows(market, question, fund, missing, windows[-1].end)
    for one, (places, values) in zip(missing, points, strict=True):
        old = by_label[one.label]
        by_label[one.label] = PointBatch(old.fingerprint, places, {**old.values, **values})
    return by_label


def batches_of_some(
    market: Market,
    fund: str,
    windows: Sequence[Window],
    of_all: Batches,
    earlier: Batches,
    *,
    daily: bool,
) -> dict[str, PointBatch]:
    """The points of some windows, out of the points of all windows; see `batches`.

    Args:
        market: the available data.
        fund: whose index.
        windows: ascending by their ends.
        of_all: the points of all windows.
        earlier: see `batches`; other measures of it are kept beside these.
        daily: whether the points are of daily measures.
    """
    if not windows:
        return {}
    marks, by_label = _Marks(market, fund, windows), dict[str, PointBatch]()
    for label, group in groupby(windows, _year if daily else _month):
        some, batch = list(group), of_all[label]
        row_of = {place.end: row for row, place in enumerate(batch.places)}
        rows, mark = [row_of[window.end] for window in some], marks.of(some, daily=daily)
        old = earlier.get(label)
        values = dict(old.values) if old is not None and old.fingerprint == mark else {}
        for key, of_measure in batch.values.items():
            values[key] = tuple(of_measure[row] for row in rows)
        by_label[label] = PointBatch(mark, tuple(batch.places[row] for row in rows), values)
    return by_label


class _Missing(NamedTuple):
    """The part of a batch that is still to be computed."""

    label: str
    windows: Sequence[Window]
    rows: Sequence[Scalar]


#: The places of a batch, and measure -> its value at each.
_Points = tuple[tuple[Place, ...], dict[str, tuple[Value, ...]]]


def _month(window: Window) -> str:
    return f"{window.end:%Y-%m}"


def _year(window: Window) -> str:
    return f"{window.end:%Y}"


def _of_windows(
    market: Market, question: Question, fund: str, missing: Sequence[_Missing], as_of: date
) -> Iterator[_Points]:
    """Points of measures of a whole window."""
    for _, group in groupby(missing, lambda one: [row.key for row in one.rows]):
        yield from _of_like_batches(market, question, fund, list(group), as_of)


def _of_like_batches(
    market: Market, question: Question, fund: str, missing: Sequence[_Missing], as_of: date
) -> Iterator[_Points]:
    """Points of batches one after another that lack the same measures."""
    # in one pass: the windows of one batch go on with the segments of the one before
    every = [window for one in missing for window in one.windows]
    rows = {row.key: row for row in missing[0].rows}
    places, values = list[Place](), {key: list[Value]() for key in rows}
    for windows, view in figures(market, question, fund, every, as_of):
        if isinstance(view, str):
            places += (Place(window.start, window.end, None, 0.0) for window in windows)
            for of_row in values.values():
                of_row += [(None, view)] * len(windows)
            continue
        places += (
            Place(
                window.start,
                window.end,
                None if math.isnan(measured) else measured,
                on_files,
                estimated,
            )
            for window, measured, on_files, estimated in zip(
                windows,
                view.coverage.tolist(),
                view.file_price_weight.tolist(),
                view.estimated.tolist(),
                strict=True,
            )
        )
        for key, row in rows.items():
            values[key] += _values(row, view)
    first = 0
    for one in missing:
        batch = slice(first, first + len(one.windows))
        yield tuple(places[batch]), {key: tuple(of_row[batch]) for key, of_row in values.items()}
        first = batch.stop


def _values(row: Scalar, view: Figures) -> Iterable[Value]:
    """A measure of some windows; one that does not count says why."""
    # a row takes the figures of one window, or of many as arrays
    of_view: Any = view
    numbers = np.full(len(view.windows), row.value(of_view, None), float)
    claims = np.full(len(view.windows), row.claimed(of_view), bool)
    if claims.all() and not np.isnan(numbers).any():
        return zip(numbers.tolist(), repeat(""), strict=False)
    return [
        _value(row, view, place, number, claimed=claimed)
        for place, (number, claimed) in enumerate(
            zip(numbers.tolist(), claims.tolist(), strict=True)
        )
    ]


def _value(row: Scalar, view: Figures, place: int, number: float, *, claimed: bool) -> Value:
    """A measure of one of some windows; see `_values`."""
    value = None if math.isnan(number) else number
    if claimed:
        return value, "not known" if value is None else ""
    if not view.covered[place]:
        measured = float(view.coverage[place])
        if math.isnan(measured):
            return value, "what part of weight is measured is not known"
        return value, f"{100 * measured:.1f} % of weight measured"
    bare = row.claim == "leaders" and view.claims_breadth[place]
    return value, f"its list of members {'has no weights' if bare else 'is carried too far'}"


def _of_sessions(
    market: Market,
    question: Question,
    fund: str,
    missing: Sequence[_Missing],
    counted: Dates | None,
) -> Iterator[_Points]:
    """Points of daily measures, from one daily breadth for each calendar year."""
    for one in missing:
        ends = [window.end for window in one.windows]
        first = ends[0]
        if counted is not None:
            # which lines count depends on where a breadth begins: by month as by session
            first = counted[counted.searchsorted(day(date(first.year, 1, 1)))].item()
        before = market.session(first - timedelta(days=1))
        breadth = daily_of(market, fund, (before, ends[-1]), ends[-1], question.basis)
        at = [_place(breadth, end) for end in ends]
        carried = [
            (part.start, part.end)
            for part in spans(market, fund, before, ends[-1], ends[-1])
            if part.carry.estimated
        ]
        places = tuple(
            _covered(breadth, end, place, any(start < end <= last for start, last in carried))
            for end, place in zip(ends, at, strict=True)
        )
        yield places, {row.key: tuple(_daily_values(row, breadth, at, places)) for row in one.rows}


def _place(counted: Daily | None, end: date) -> int | None:
    """The place of a session in a daily breadth, None where it has none."""
    if counted is None:
        return None
    place = int(counted.sessions.searchsorted(day(end)))
    is_there = place < len(counted.sessions) and counted.sessions[place] == day(end)
    return place if is_there else None


def _covered(counted: Daily | None, end: date, place: int | None, estimated: bool) -> Place:
    """A session with its members that have closes."""
    if counted is None or place is None:
        return Place(end, end, None, 0.0)
    moved = counted.advances[place] + counted.declines[place] + counted.unchanged[place]
    coverage = float(moved / counted.members[place])
    return Place(end, end, coverage if np.isfinite(coverage) else None, 0.0, estimated)


def _daily_values(
    row: Scalar, counted: Daily | None, at: Sequence[int | None], places: Sequence[Place]
) -> Iterator[Value]:
    """A daily measure on some sessions."""
    series = None if counted is None or row.series is None else row.series(counted)
    for place, covered in zip(at, places, strict=True):
        if series is None or place is None:
            yield None, "no closes of its members"
            continue
        value, coverage = float(series[place]), covered.coverage
        if not np.isfinite(value):
            yield None, "not known"
        elif coverage is None or not covers(coverage):
            yield value, f"{100 * (coverage or 0.0):.1f} % of members have closes"
        else:
            yield value, ""


class _Marks:
    """The fingerprints of batches: of the files and bars that their windows depend on."""

    def __init__(self, market: Market, fund: str, windows: Sequence[Window]) -> None:
        self._market, self._fund = market, fund
        self._as_of = windows[-1].end
        # the same for every fund and measure
        self._of = market.cached("fingerprints", lambda: Fingerprints(market))
        # the parts of all windows have the same few
        self._text: Callable[[Carry], str] = cache(repr)

    def of(self, windows: Sequence[Window], *, daily: bool) -> str:
        """The fingerprint of some windows, or of their ends' sessions."""
        market, fund = self._market, self._fund
        first, last = windows[0].start, windows[-1].end
        if daily:
            # running sums and averages begin long before
            back = LEAD_SESSIONS + YEAR_SESSIONS
            place = max(market.position(windows[0].end) - back, 0)
            first = market.reference.sessions[place].item()
            pieces = [
                spans(market, fund, first, last, last, later=later) for later in (True, False)
            ]
        else:
            pieces = [spans(market, fund, w.start, w.end, self._as_of) for w in windows]
            ends = (list_at_end(market, fund, w.start, w.end, self._as_of) for w in windows)
            pieces.append(tuple(end for end in ends if end is not None))
        # windows share their parts: each is described once
        parts = {id(part): part for part in chain.from_iterable(pieces)}
        files = list(dict.fromkeys(part.file for part in parts.values()))
        file_number = {file: place for place, file in enumerate(files)}
        described = [
            (p.start.toordinal(), p.end.toordinal(), file_number[p.file], self._text(p.carry))
            for p in parts.values()
        ]
        number = {part: place for place, part in enumerate(parts)}
        windows_parts = [[number[id(part)] for part in some] for some in pieces]
        sessions = [market.session(file.as_of) for file in files]
        first = date(min([first, *sessions]).year - 1, 1, 1)
        if self._of.adjusted:
            last = date(max([last, *sessions]).year, 12, 31)
        # an announcement acts until a file shows otherwise, whichever that is
        listings = chain.from_iterable(market.holdings.values()) if market.announced else ()
        return fingerprint(
            [(window.start.toordinal(), window.end.toordinal()) for window in windows],
            described,
            windows_parts,
            [self._of.file(file) for file in files],
            self._of.closes(first, last, volumes=daily),
            (market.announced, [self._of.file(file) for file in listings]),
        )
