"""Lines in braille, two by four dots a cell: paths over dates, the concentration curve."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from core.data.record import record
from tui.charts.canvas import RISING, SCALE, Unit, Values, round_ticks
from tui.charts.plot import Curve, EndLabel, gutters_of, plot
from tui.text import formats

if TYPE_CHECKING:
    from core.data.frames import Dates
    from tui.text.spans import Drawing


@record(frozen=True, slots=True, eq=False)
class SubChart:
    """One of several charts over the same dates.

    Sessions stand at equal distances; NaN is a gap in the line. The last value of each
    series stands at the right end.

    Attributes:
        series: its lines, each with as many values as there are dates.
        height: its lines on the screen, the caption not among them.
        unit: how values are shown; "" leaves them as they are.
        places: decimals of the last values.
        sign: whether values carry a plus.
        zero: whether zero is part of the scale and drawn.
        caption: a line above it, "" for none.
        dated: whether dates are written below it; else its plot has that line too.
    """

    series: Sequence[Curve]
    height: int
    unit: Unit = "%"
    places: int = 2
    sign: bool = True
    zero: bool = True
    caption: str = ""
    dated: bool = True

    @property
    def rows(self) -> int:
        """Lines of its plot with the line of dates, which may be cut off."""
        return self.height + (not self.dated)

    @property
    def ends(self) -> list[EndLabel]:
        """The label at the end of each of its lines."""
        return [_end_label(line, self.unit, self.places, self.sign) for line in self.series]


def stacked_charts(dates: Dates, charts: Sequence[SubChart], width: int) -> Drawing:
    """Charts over one another, each date in the same column of all of them.

    Args:
        dates: (T,) datetime64[D], ascending.
        charts: from the top.
        width: cells a line has at most.

    Raises:
        ValueError: A series has not as many values as there are dates.
    """
    for line in (line for one in charts for line in one.series):
        if len(line.values) != len(dates):
            raise ValueError(
                f"series {line.name} has {len(line.values)} values for {len(dates)} dates"
            )
    # one alone has the gutters of its own texts
    gutters = [
        gutters_of(
            one.series, one.ends, width, one.rows, unit=one.unit, sign=one.sign, zero=one.zero
        )
        for one in charts
        if len(charts) > 1
    ]
    widest = (max((g[0] for g in gutters), default=0), max((g[1] for g in gutters), default=0))
    drawing: Drawing = []
    for one in charts:
        drawing += [[(formats.fit(one.caption, width).rstrip(), "dim")]] if one.caption else []
        lines = plot(
            one.series,
            one.ends,
            width,
            one.rows,
            unit=one.unit,
            sign=one.sign,
            zero=one.zero,
            x_labels=lambda columns: date_ticks(dates, columns),
            gutters=widest,
        )
        drawing += lines[: one.height]
    return drawing


def cumulative_curve(
    values: Values,
    width: int,
    height: int,
    *,
    marks: Sequence[tuple[int, str]] = (),
    style: str = "small",
) -> Drawing:
    """The running sum of contributions, in the order given (largest first), from 0 names on.

    Args:
        values: (N,) fractions; NaN (not measured) is left out.
        width: cells a line has at most.
        height: lines of the drawing.
        marks: (number of names, text) of upright lines, such as half of the gross gain.
        style: of the curve.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    curve = Curve("", np.concatenate([np.zeros(1), np.cumsum(finite)]), style)
    return plot(
        [curve] if finite.size else [],
        [_end_label(curve, "bp", 0, True)] if finite.size else [],
        width,
        height,
        unit="bp",
        sign=True,
        zero=True,
        x_labels=lambda columns: _count_ticks(finite.size, columns),
        marks=marks,
    )


def sparkline(values: Values, width: int, limits: tuple[float, float] | None = None) -> str:
    """Up to ``width`` blocks from the lowest to the highest value; NaN is a blank.

    More values than cells are averaged, a cell's share of them at a time.

    Args:
        values: in order.
        width: cells.
        limits: what the lowest and the highest block stand for, instead of the values' own.
    """
    # a cell has a handful of values: lists take a tenth of the time of arrays
    numbers = np.asarray(values, dtype=np.float64).tolist()
    cells = min(max(width, 0), len(numbers))
    edges = [cell * len(numbers) // cells for cell in range(cells + 1)] if cells else []
    chunks = [numbers[a:b] for a, b in itertools.pairwise(edges)]
    if not all(map(math.isfinite, numbers)):
        chunks = [list(filter(math.isfinite, chunk)) for chunk in chunks]
    means = [sum(chunk) / len(chunk) if chunk else None for chunk in chunks]
    finite = [mean for mean in means if mean is not None]
    if not finite:
        return " " * cells
    low, high = limits or (min(finite), max(finite))
    if high == low:
        return "".join([" " if mean is None else "▄" for mean in means])
    span = high - low
    return "".join(
        [" " if mean is None else RISING[1 + round((mean - low) / span * 7)] for mean in means]
    )


def date_ticks(dates: Dates, columns: Sequence[int]) -> list[tuple[int, str]]:
    """(column, text) of the finest calendar steps whose texts do not touch.

    Args:
        dates: (T,) datetime64[D], ascending.
        columns: (T,) the cell each date is drawn in.
    """
    days: list[date] = dates.astype("datetime64[D]").tolist()
    steps = (
        ("day", [d.toordinal() for d in days]),
        ("day", [d.toordinal() // 7 for d in days]),
        ("month", [d.year * 12 + d.month for d in days]),
        ("month", [d.year * 4 + (d.month - 1) // 3 for d in days]),
        *(("year", [d.year // n for d in days]) for n in (1, 2, 5, 10, 25)),
    )
    for kind, periods in steps:
        firsts = [i for i, p in enumerate(periods) if i == 0 or p != periods[i - 1]]
        # A window that opens on the last day of a period is named by the period after.
        if len(firsts) > 1 and columns[firsts[1]] - columns[firsts[0]] < 5:
            del firsts[0]
        # no text takes less than three cells and one beside it
        if 4 * (len(firsts) - 1) > columns[-1] - columns[0]:
            continue
        for dated, year in ((firsts[0], "%Y"), (-1, "%Y"), (-1, "'%y")):
            ticks = [
                (columns[i], _date_tick(kind, days[i], year, first=i == dated)) for i in firsts
            ]
            if _apart(ticks):
                return ticks
    return []


def _date_tick(kind: str, day: date, year: str, *, first: bool) -> str:
    """``year`` is how the January of a row of months is written: 2026 or, shorter, '26."""
    month = formats.MONTHS[day.month - 1]
    if kind == "year":
        return str(day.year)
    if kind == "day":
        return f"{day.day} {month} {day.year}" if first else f"{day.day} {month}"
    if day.month == 1 and not first:
        return day.strftime(year)
    return f"{month} {day.year}" if first else month


def _count_ticks(total: int, columns: Sequence[int]) -> list[tuple[int, str]]:
    """Round numbers of names below the curve, the full number at its end."""
    if not total:
        return []
    last = f"{total:,} names"
    end = columns[-1] + 1 - len(last)
    ticks = [(columns[int(n)], f"{n:,.0f}") for n in round_ticks(0, total, 6)]
    ticks = [tick for tick in ticks if tick[0] + len(tick[1]) < end]
    return [*(ticks if _apart(ticks) else []), (max(end, 0), last)]


def _apart(ticks: Sequence[tuple[int, str]]) -> bool:
    return all(a[0] + len(a[1]) < b[0] for a, b in itertools.pairwise(ticks))


def _end_label(one: Curve, unit: Unit, places: int, sign: bool) -> EndLabel:
    numbers = np.asarray(one.values, dtype=np.float64)
    finite = numbers[np.isfinite(numbers)]
    last = float(finite[-1]) if finite.size else math.nan
    text = formats.number(last * SCALE[unit], places, sign=sign, unit=unit)
    return EndLabel(last, one.name, text)
