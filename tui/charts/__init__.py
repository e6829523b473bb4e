"""Drawings: numbers and a size to lines of ``(text, style)`` spans.

No drawing is wider than asked, each has exactly the lines asked for, NaN is a gap and never
a zero, and no meaning depends on a style alone.
"""

from tui.charts.bar_charts import diverging_bars, ladder_bar, waterfall, year_bars
from tui.charts.canvas import Unit
from tui.charts.histogram import histogram_pair
from tui.charts.line_charts import SubChart, cumulative_curve, sparkline, stacked_charts
from tui.charts.multiples import Multiple, multiples
from tui.charts.plot import Curve

__all__ = [
    "Curve",
    "Multiple",
    "SubChart",
    "Unit",
    "cumulative_curve",
    "diverging_bars",
    "histogram_pair",
    "ladder_bar",
    "multiples",
    "sparkline",
    "stacked_charts",
    "waterfall",
    "year_bars",
]
