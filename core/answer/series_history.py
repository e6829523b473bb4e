"""The history of an imported series: its value at the end of each window."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from core.answer.history import History
from core.answer.point_batches import Place, Value
from core.answer.scalar import BREADTH, Scalar

if TYPE_CHECKING:
    from core.answer.measure_rank import Every
    from core.data.windows import Window

#: A value stands for the end of a window up to so many days later.
NEAR: Final = timedelta(days=7)


def series_history(
    measure: str, source: str, values: Mapping[date, float], windows: Sequence[Window], every: Every
) -> History:
    """The history of a series, ranked against itself.

    Args:
        measure: its name.
        source: who measured it.
        values: day -> value, ascending.
        windows: ascending by their ends.
        every: what a point stands for.
    """
    days, places, at_places = list(values), list[Place](), list[Value]()
    for window in windows:
        place = bisect_right(days, window.end) - 1
        if place < 0:
            continue
        near = window.end - days[place] <= NEAR
        value, why = (values[days[place]], "") if near else (None, f"last value {days[place]}")
        places.append(Place(window.end, window.end, 1.0 if near else None, 0.0))
        at_places.append((value, why))
    row = Scalar(
        measure, measure, f"measured by {source}", "ratio", 2, lambda view, daily: None,
        (BREADTH, "session"),
    )  # fmt: skip
    return History(source, row, "level", every, tuple(places), tuple(at_places))
