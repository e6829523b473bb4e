"""The table of measures: one row a scalar of one index, read by every surface.

JSON (`indices[..].measures`), the CSV part ``measures``, the note's tables, the panes, alerts,
completion, `internals explain`, the key ``d``, the board and the history of a measure are all made
from `ROWS`. A new measure is its computation, its row here, and its explanation
(`core.explain.measures.EXPLAINED`); nothing else names it.

How to read a row, on any session:

    view = snapshot.indices[fund]                   # of the snapshot taken as of that session
    daily = daily_of(market, snapshot, fund)        # or snapshot.daily.get(fund); may be None
    row = find("share_above_50")
    row.value(view, daily)                          # fraction (0.64, not 64), or None
    row.in_unit(row.value(view, daily))             # pp and bp scaled, as JSON tells it
    row.of(view, daily)                             # lines it is measured over (row.of may be None)
    reading(row, view, daily, snapshot.before.get(fund))    # value, of, change, members

`row.series(daily)` is a daily measure's value on each session of `daily.sessions` (the rows of
the window are `core.measures.daily.inside`), so that its history over a window needs one
snapshot; a measure of the window (`row.series` is None) needs one snapshot a session. `row.daily`
says whether the daily breadth is needed at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.scalar import Reading, Scalar, last
from core.answer.table_daily import SESSION
from core.answer.table_members import MEMBERS
from core.answer.table_window import CONCENTRATION, RETURNS
from core.measures.counting import AVERAGES

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.daily import Daily

#: Keys of series that the daily breadth has from the start.
DAILY_KEYS: Final = frozenset(
    ("advances", "declines", "unchanged", "advance_decline_line", "rana", "mcclellan", "summation",
     "trin", "new_highs", "new_lows", *(f"share_above_{days}" for days in AVERAGES))
)  # fmt: skip
ROWS: Final[tuple[Scalar, ...]] = (*RETURNS, *CONCENTRATION, *SESSION, *MEMBERS)
#: Rows whose series stand in the daily breadth's JSON and CSV beside those that had names before.
SERIES: Final = tuple(
    row for row in (*SESSION, *MEMBERS)
    if row.series is not None and row.key not in DAILY_KEYS
)  # fmt: skip
_BY_NAME: Final = {name: row for row in ROWS for name in (row.key, *row.also)}


def find(name: str) -> Scalar | None:
    """The row of a key or of an older name; None where there is none."""
    return _BY_NAME.get(name.casefold())


def shown_in(pane: int, view: str) -> tuple[Scalar, ...]:
    """The rows that a view of a pane shows, in order."""
    return tuple(row for row in ROWS if row.view == (pane, view))


def reading(
    row: Scalar, view: IndexView, daily: Daily | None, before: IndexView | None = None
) -> Reading:
    """A measure of an index on the session of its answer, claimed or not.

    Args:
        row: the measure.
        view: the index.
        daily: its daily breadth, None where it is not at hand.
        before: the index a session earlier from the same start (`Snapshot.before`), for the
            change of the day of what is of the whole window.
    """
    of = None if row.of is None else row.of(view, daily)
    value = row.value(view, daily)
    earlier = None
    if row.before is not None:
        earlier = row.before(view, daily)
    elif before is not None and not row.daily:
        earlier = row.value(before, None)
    change = None if value is None or earlier is None else value - earlier
    counts_lines = daily is not None and (row.closes or row.volumes)
    members = last(lambda d: d.members, daily) if counts_lines else None
    return Reading(
        value, None if of is None else int(of), change, None if members is None else int(members)
    )


def shortfall(row: Scalar, of: Reading) -> str:
    """``needs 200 closes: 1,402 of 1,863 have them``; "" where every member has them.

    Of volumes only that none is available: a member that stands where it stood has no part in them.
    """
    lines = of.of or 0
    if of.members is None or lines >= of.members or (row.volumes and lines):
        return ""
    what = "volumes" if row.volumes else f"{row.closes} closes"
    return f"needs {what}: {lines:,} of {of.members:,} have them"
