"""What one row of the table of measures is: a scalar of one index, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Literal

from core.data.record import record

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.data.frames import FloatArray
    from core.measures.daily import Daily

ScalarUnit = Literal["share", "return", "pp", "bp", "count", "ratio"]
#: What has to hold before a measure is claimed: nothing but the fund's closes, a list and
#: coverage that carry leaders (the measure depends on weights), or that carry breadth.
Claim = Literal["closes", "leaders", "breadth"]
#: From a fraction, as it is inside, to the unit it has in JSON, CSV and history.
SCALE: Final[Mapping[ScalarUnit, float]] = {
    "share": 1.0, "return": 1.0, "pp": 100.0, "bp": 1e4, "count": 1.0, "ratio": 1.0,
}  # fmt: skip
CONTRIBUTORS, BREADTH, CHANGES = 2, 3, 4


@record(frozen=True, slots=True)
class Scalar:
    """One row of the table: one number of one index, under one name everywhere.

    Attributes:
        key: its name in JSON, CSV, alerts, `explain`, history and completion.
        title: its name in words: on the screen, in the note, over its explanation.
        help: what it is, one clause.
        unit: what it is shown in; see `SCALE`.
        decimals: places of what a person reads, of per cent for shares and returns.
        value: (index, its daily breadth or None) -> the number as a fraction, None where it is
            not known. Of a daily measure: on the last session of the daily breadth.
        view: number of the pane and name of the view that show it.
        claim: what has to hold before it is claimed.
        of: (index, daily breadth) -> lines it is measured over; None where that says nothing.
        series: its value on each session of the daily breadth, (T,) fractions, NaN where not
            known; None for a measure of the whole window.
        before: its value on the session before, for the change of the day; None where that
            takes another answer.
        before_window: its series begins before the window, with the daily breadth's counts.
        daily: it needs the daily breadth.
        closes: closes of its own that a line needs to be counted, 0 where that is no matter.
        volumes: it is measured over members whose volumes are available.
        signed: a person reads it with its sign.
        also: older names that alerts and `explain` go on to understand.
        short: its title in 12 characters, for a label beside two values in a pane of 40; "" where
            the title is no longer, or is not cut.
        family: name of the measures that say much the same, of which a note tells one (see
            `core.answer.unusual`); "" of one that it does not look at.
    """

    key: str
    title: str
    help: str
    unit: ScalarUnit
    decimals: int
    value: Callable[[IndexView, Daily | None], float | None]
    view: tuple[int, str]
    claim: Claim = "breadth"
    of: Callable[[IndexView, Daily | None], float | None] | None = None
    series: Callable[[Daily], FloatArray] | None = None
    before: Callable[[IndexView, Daily | None], float | None] | None = None
    before_window: bool = False
    daily: bool = False
    closes: int = 0
    volumes: bool = False
    signed: bool = False
    also: tuple[str, ...] = ()
    short: str = ""
    family: str = ""

    def label(self, room: int) -> str:
        """Its title, or its short one where the title has no room in so many characters."""
        return self.title if len(self.title) <= room else self.short or self.title

    def claimed(self, view: IndexView) -> bool:
        """Whether the index's lists and coverage carry the measure."""
        if self.claim == "closes":
            return True
        return view.claims if self.claim == "leaders" else view.claims_breadth

    def in_unit(self, value: float | None) -> float | None:
        """A fraction in the measure's unit; None where it is not known."""
        number = finite(value)
        return None if number is None else number * SCALE[self.unit]


@record(frozen=True, slots=True)
class Reading:
    """A measure of an index on a session, as fractions.

    Attributes:
        value: None where it is not known.
        of: lines it is measured over, None where that says nothing.
        change: since the session before, None where that is not known.
        members: lines it could have been measured over, None where not known.
    """

    value: float | None
    of: int | None
    change: float | None
    members: int | None = None


def finite(value: float | None) -> float | None:
    """A number, or None where there is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def session_scalar(
    key: str,
    title: str,
    help: str,
    unit: ScalarUnit,
    decimals: int,
    series: Callable[[Daily], FloatArray],
    shown_in: tuple[int, str],
    *,
    of: Callable[[Daily], FloatArray] | None = None,
    closes: int = 0,
    volumes: bool = False,
    signed: bool = False,
    before_window: bool = False,
    also: tuple[str, ...] = (),
    short: str = "",
    family: str = "",
) -> Scalar:
    """A row of a daily measure: its value is that of its series' last session.

    ``series`` and ``of`` take the daily breadth to (T,) values, and to (T,) lines they are
    measured over; for the rest see `Scalar`.
    """

    def value(view: IndexView, daily: Daily | None) -> float | None:
        return last(series, daily)

    def lines(view: IndexView, daily: Daily | None) -> float | None:
        return None if of is None else last(of, daily)

    return Scalar(
        key, title, help, unit, decimals, value, shown_in,
        of=None if of is None else lines, series=series,
        before=lambda view, daily: last(series, daily, back=1), daily=True, closes=closes,
        volumes=volumes, signed=signed, before_window=before_window, also=also, short=short,
        family=family,
    )  # fmt: skip


def last(series: Callable[[Daily], FloatArray], daily: Daily | None, back: int = 0) -> float | None:
    """A daily measure's last value, or the one some sessions before; None where not known."""
    if daily is None or len(daily.sessions) <= back:
        return None
    return finite(float(series(daily)[-1 - back]))
