"""Rows of the table of measures on the screen: value, change of the day, lines counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.answer.table import reading, shortfall
from tui.panes.wording import wrapped
from tui.report.tables_measures import change_figure, figure
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line

if TYPE_CHECKING:
    from core.answer.scalar import Reading, Scalar
    from core.answer.views import IndexView
    from core.measures.daily import Daily
    from tui.host.scene import Scene, Side

#: Cells of a value, of its change, and of the lines it is measured over.
_VALUE, _CHANGE, _LINES = 13, 12, 8


def table(
    scene: Scene,
    rows: Sequence[Scalar],
    daily: Mapping[Side, Daily],
    width: int,
    more: Mapping[str, Mapping[Side, str]] | None = None,
) -> Drawing:
    """Both indices beside each other; the change and the lines only where there is room.

    Args:
        scene: what is on the screen.
        rows: of the table of measures.
        daily: side -> its daily breadth.
        width: cells.
        more: name -> side -> text, rows below that are no measures.
    """
    views = scene.views()
    readings = {
        row.key: {
            side: reading(row, view, daily.get(side), scene.before.get(view.fund))
            for side, view in views
        }
        for row in rows
    }
    changed = any(
        one.change is not None for by_side in readings.values() for one in by_side.values()
    )
    names = [row.title for row in rows] + list(more or {})
    longest = max(map(len, names), default=0) + 1
    cells, label = _VALUE, longest
    change = _CHANGE * changed
    # the change goes before the lines go: it comes later, and takes nothing away that stands there
    for room in (_VALUE + change + _LINES, _VALUE + change, _VALUE + _LINES, _VALUE):
        cells, label = room, min(longest, max(width - 2 - room * len(views), 10))
        if label == longest:
            break
    with_change = changed and cells in (_VALUE + change + _LINES, _VALUE + change)
    with_lines = cells in (_VALUE + change + _LINES, _VALUE + _LINES)
    head: Line = [(" " * (label + 1), "")]
    for side, view in views:
        head.append((f"{view.fund:>{_VALUE}}", f"{side} bold"))
        head += [(f"{'day':>{_CHANGE}}", "dim")] * with_change
        head += [(f"{'lines':>{_LINES}}", "dim")] * with_lines
    lines: Drawing = [fit_line(head, width)]
    for row in rows:
        line: Line = [(" ", ""), (formats.fit(row.label(label), label), "dim")]
        for side, _ in views:
            one = readings[row.key][side]
            line.append((f"{figure(row, one.value):>{_VALUE}}", ""))
            if with_change:
                line.append((f"{change_figure(row, one.change):>{_CHANGE}}", "dim"))
            if with_lines:
                of = "" if one.of is None else formats.count(one.of)
                line.append((f"{of:>{_LINES}}", "dim"))
        lines.append(fit_line(line, width))
    for name, texts in (more or {}).items():
        line = [(" ", ""), (formats.fit(name, label), "dim")]
        for side, _ in views:
            line.append((f"{texts.get(side, formats.MISSING):>{_VALUE}}", ""))
            line.append((" " * (cells - _VALUE), ""))
        lines.append(fit_line(line, width))
    return lines + _short(rows, views, readings, width)


def _short(
    rows: Sequence[Scalar],
    views: Sequence[tuple[Side, IndexView]],
    readings: Mapping[str, Mapping[Side, Reading]],
    width: int,
) -> Drawing:
    """Sentences on the measures for which lines have too few closes."""
    sentences = dict.fromkeys(
        f"{view.fund}: {words}."
        for side, view in views
        for row in rows
        if (words := shortfall(row, readings[row.key][side]))
    )
    return [line for sentence in sentences for line in wrapped(sentence, width, "dim")]
