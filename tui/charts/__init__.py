"""Drawings: numbers and a size to lines of ``(text, style)`` spans, nothing else.

No drawing is wider than asked, each has exactly the lines asked for, NaN is a gap and never
a zero, and no meaning rests on a style alone.
"""

from tui.charts.bars import diverging_bars, ladder_bar, year_bars
from tui.charts.canvas import Drawing, Line, Span, Unit, fit_line, line_width, plain, to_ascii
from tui.charts.histogram import histogram_pair
from tui.charts.lines import cumulative_curve, line_chart, sparkline
from tui.charts.plot import Series

__all__ = [
    "Drawing",
    "Line",
    "Series",
    "Span",
    "Unit",
    "cumulative_curve",
    "diverging_bars",
    "fit_line",
    "histogram_pair",
    "ladder_bar",
    "line_chart",
    "line_width",
    "plain",
    "sparkline",
    "to_ascii",
    "year_bars",
]
