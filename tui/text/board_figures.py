"""Figures of the board's rows by the keys of their columns, and each as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.answer.board import RANKED, WINDOWS
from core.answer.board_breadth import COLUMNS as BREADTH
from core.answer.board_breadth import BoardBreadth
from core.measures.ratio import AVERAGES
from tui.text import formats as f

if TYPE_CHECKING:
    from core.answer.board import BoardRow

#: Name of a pair -> breadth of its index that leads.
Breadths = Mapping[str, BoardBreadth]
#: Column of an average -> its closes.
_CLOSES: Final = {f"above_{closes}": closes for closes in AVERAGES}
#: Before breadth is counted, or where it is not.
UNCOUNTED: Final[Breadths] = {}


def value_of(row: BoardRow, key: str, breadths: Breadths = UNCOUNTED) -> float | None:
    """A column's figure of a row, a fraction or a count; None where it has none."""
    if key in BREADTH:
        breadth = breadths.get(row.pair.name)
        return None if breadth is None else breadth.values[key]
    if key in WINDOWS:
        return row.gaps.get(key)
    if key == "stretched":
        return row.stretched
    if key[1:] in RANKED:
        return row.percentile(key[1:])
    if key == "streak":
        return row.run
    ratio = row.ratio_year
    if ratio is None:
        return None
    if key in ("high_52", "low_52"):
        extreme = getattr(ratio, key)
        return None if extreme is None else ratio.off(extreme)
    closes = _CLOSES.get(key)
    means = (average.level for average in ratio.averages if average.closes == closes)
    mean = next(means, None)
    return None if mean is None else ratio.level / mean - 1


def figure(key: str, value: float | None) -> str:
    """A column's figure as text without a unit: gaps in points, shares in per cent."""
    if key in WINDOWS:
        return f.pp(value, unit=False)
    if key in ("streak", "highs_less_lows"):
        return f.number(value, sign=True)
    signed = BREADTH[key][1] if key in BREADTH else key[1:] not in RANKED
    return f.pct(value, 1, sign=signed, unit=False)


def is_new(row: BoardRow, key: str) -> bool:
    """Whether a column's figure is new on the row's session."""
    return (f"percentile_{key[1:]}" if key[1:] in RANKED else key) in row.new
