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


def line_chart(
    dates: Dates,
    series: Sequence[Curve],
    width: int,
    height: int,
    *,
    unit: Unit = "%",
    places: int = 2,
    sign: bool = True,
    zero: bool = True,
    dated: bool = True,
    gutters: tuple[int, int] = (0, 0),
    ascii: bool = False,
) -> Drawing:
    """Several series over the same dates.

    Sessions stand at equal distances; NaN is a gap in the line. The last value of each
    series stands at the right end, ``zero`` makes zero part of the scale and draws it.

    Args:
        dates: (T,) datetime64[D], ascending.
        series: each with T values.
        width: cells a line has at most.
        height: lines of the drawing.
        unit: how values are shown; "" leaves them as they are.
        places: decimals of the last values.
        sign: whether values carry a plus.
        zero: whether the scale holds zero.
        dated: whether the dates are written below; else their line stays blank.
        gutters: least cells left and right of the plot.
        ascii: no character beyond ASCII.

    Raises:
        ValueError: A series has not as many values as there are dates.
    """
    for one in series:
        if len(one.values) != len(dates):
            raise ValueError(
                f"series {one.name} has {len(one.values)} values for {len(dates)} dates"
            )
    ends = [_end_label(one, unit, places, sign) for one in series]
    return plot(
        series,
        ends,
        width,
        height,
        unit=unit,
        sign=sign,
        zero=zero,
        ascii=ascii,
        x_labels=lambda columns: date_ticks(dates, columns) if dated else [],
        gutters=gutters,
    )


@record(frozen=True, slots=True, eq=False)
class SubChart:
    """One of several charts over the same dates.

    Attributes:
        series: its lines, each with as many values as there are dates.
        height: its lines on the screen, the caption not among them.
        unit, places, sign, zero: as `line_chart` takes them.
        caption: a line above it, "" for none.
        dated: whether dates are written below it.
    """

    series: Sequence[Curve]
    height: int
    unit: Unit = "%"
    places: int = 2
    sign: bool = True
    zero: bool = True
    caption: str = ""
    dated: bool = True


def stacked_charts(
    dates: Dates, charts: Sequence[SubChart], width: int, *, ascii: bool = False
) -> Drawing:
    """Charts over one another, each date in the same column of all of them.

    Args:
        dates: (T,) datetime64[D], ascending.
        charts: from the top; one without dates gives their line to its plot.
        width: cells a line has at most.
        ascii: no character beyond ASCII.
    """
    gutters = []
    for one in charts:
        ends = [_end_label(line, one.unit, one.places, one.sign) for line in one.series]
        rows = one.height + (not one.dated)
        gutters.append(
            gutters_of(one.series, ends, width, rows, unit=one.unit, sign=one.sign, zero=one.zero)
        )
    widest = (max((g[0] for g in gutters), default=0), max((g[1] for g in gutters), default=0))
    drawing: Drawing = []
    for one in charts:
        drawing += [[(formats.fit(one.caption, width).rstrip(), "dim")]] if one.caption else []
        lines = line_chart(
            dates,
            one.series,
            width,
            one.height + (not one.dated),
            unit=one.unit,
            places=one.places,
            sign=one.sign,
            zero=one.zero,
            dated=one.dated,
            gutters=widest,
            ascii=ascii,
        )
        drawing += lines[: one.height]
    return drawing


def cumulative_curve(
    values: Values,
    width: int,
    height: int,
    *,
    marks: Sequence[tuple[int, str]] = (),
    unit: Unit = "bp",
    style: str = "small",
    ascii: bool = False,
) -> Drawing:
    """The running sum of contributions, in the order given (largest first), from 0 names on.

    Args:
        values: (N,) fractions; NaN (not measured) is left out.
        width: cells a line has at most.
        height: lines of the drawing.
        marks: (number of names, text) of upright lines, such as half of the gross gain.
        unit: how sums are shown.
        style: of the curve.
        ascii: no character beyond ASCII.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    curve = Curve("", np.concatenate([np.zeros(1), np.cumsum(finite)]), style)
    return plot(
        [curve] if finite.size else [],
        [_end_label(curve, unit, 0, True)] if finite.size else [],
        width,
        height,
        unit=unit,
        sign=True,
        zero=True,
        ascii=ascii,
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
    chunks = [list(filter(math.isfinite, numbers[a:b])) for a, b in itertools.pairwise(edges)]
    means = [sum(chunk) / len(chunk) if chunk else math.nan for chunk in chunks]
    finite = list(filter(math.isfinite, means))
    if not finite:
        return " " * cells
    low, high = limits or (min(finite), max(finite))
    if high == low:
        return "".join("▄" if math.isfinite(m) else " " for m in means)
    return "".join(
        RISING[1 + round((m - low) / (high - low) * 7)] if math.isfinite(m) else " " for m in means
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
