"""Drawings: numbers and a size to lines of ``(text, style)`` spans, nothing else.

No drawing is wider than asked, each has exactly the lines asked for, NaN is a gap and never
a zero, and no meaning rests on a style alone.
"""

from tui.charts.bars import diverging_bars, ladder_bar, waterfall, year_bars
from tui.charts.canvas import (
    Drawing,
    Line,
    Span,
    Unit,
    fit_line,
    inset,
    line_width,
    plain,
    to_ascii,
)
from tui.charts.histogram import histogram_pair
from tui.charts.lines import Chart, cumulative_curve, line_chart, sparkline, stacked_charts
from tui.charts.multiples import Multiple, multiples
from tui.charts.plot import Series

__all__ = [
    "Chart",
    "Drawing",
    "Line",
    "Multiple",
    "Series",
    "Span",
    "Unit",
    "cumulative_curve",
    "diverging_bars",
    "fit_line",
    "histogram_pair",
    "inset",
    "ladder_bar",
    "line_chart",
    "line_width",
    "multiples",
    "plain",
    "sparkline",
    "stacked_charts",
    "to_ascii",
    "waterfall",
    "year_bars",
]
