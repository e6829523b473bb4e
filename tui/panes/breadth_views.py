"""Views of Breadth beyond rows of measures: the last ten sessions, the sectors, the signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from core.answer.by_session import universe
from core.measures.daily import inside
from core.measures.signals import signals
from tui.charts import sparkline
from tui.panes.wording import wrapped
from tui.report.tables_breadth import (
    SECTOR_HEAD,
    SESSION_HEAD,
    SIGNAL_HEAD,
    sector_rows,
    session_rows,
    signal_rows,
    signal_sentence,
)
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line, inset, line_width

if TYPE_CHECKING:
    from core.measures.daily import Daily
    from tui.host.scene import Scene, Side
    from tui.report.note_table import Row

#: Cells of a heat strip, at the least and at the most.
_STRIP: Final = (8, 60)
#: Fewest cells of a name in a table.
_LEAST_NAME: Final = 13
#: Its heading, the first one that fits.
_COURSE: Final = ("above 50 d through the window", "above 50 d", "50 d")
NONE: Final = "No daily closes of members are available for this."


def _table(head: Row, rows: Sequence[Row], title: Line, room: int, words: int = 1) -> Drawing:
    """Columns as wide as they need; where there is less room, closer and narrower (`_fitted`).

    Args:
        head: their names.
        rows: cells as text.
        title: what stands over them.
        room: cells.
        words: columns from the left that are text; the others are figures.
    """
    widths = _fitted(_widths(head, rows), room)
    gap = "  " if sum(widths) + 2 * len(widths) < room else " "

    def line(cells: Row, style: str) -> Line:
        parts = [
            formats.fit(cell, width, "left" if n < words else "right")
            for n, (cell, width) in enumerate(zip(cells, widths, strict=False))
        ]
        return [(" " + gap.join(parts), style)]

    return [[(" ", ""), *title], line(head, "dim"), *(line(row, "") for row in rows)]


def _widths(head: Row, rows: Sequence[Row]) -> list[int]:
    """Cells that each column needs."""
    return [max(formats.cell_width(row[n]) for row in (head, *rows)) for n in range(len(head))]


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Widths that fit beside one another: the first column gives way, then the last ones go."""
    fitted = list(widths)
    while len(fitted) > 1 and (over := sum(fitted) + len(fitted) - room) > 0:
        if fitted[0] - over >= _LEAST_NAME:
            fitted[0] -= over
        else:
            fitted.pop()
    return fitted


def _fit(drawing: Drawing, width: int) -> Drawing:
    return [fit_line(line, width) if line else [] for line in drawing]


def ten_sessions(scene: Scene, series: Mapping[Side, Daily], width: int, height: int) -> Drawing:
    """The last ten sessions of each index."""
    lines: Drawing = []
    for side, view in scene.views():
        if side not in series:
            continue
        title: Line = [(view.fund, f"{side} bold"), ("  above averages in per cent", "dim")]
        lines += [*_table(SESSION_HEAD, session_rows(series[side]), title, width), []]
    return _fit(lines, width) if lines else wrapped(NONE, width)


def sectors(scene: Scene, series: Mapping[Side, Daily], width: int, height: int) -> Drawing:
    """Breadth by sector, and the share above the 50-day average through the window."""
    lines: Drawing = []
    window = scene.snapshot.window
    for side, view in scene.views():
        daily = series.get(side)
        if daily is None or daily.sectors is None:
            continue
        note = "  up, above averages in per cent; under 5 lines without a share"
        rows = sector_rows(view, daily)
        table = _table(SECTOR_HEAD, rows, [(view.fund, f"{side} bold"), (note, "dim")], width)
        room = width - len(table[1][0][0]) - 4
        if room >= _STRIP[0]:
            days = inside(daily, window.start, window.end)
            course = daily.sectors.course(50)[:, days]
            cells = min(room, _STRIP[1], max(course.shape[1], 1))
            head = next((words for words in _COURSE if len(words) <= cells), "")
            table[1].append((f"  {head}", "dim"))
            for line, values in zip(table[2:], course, strict=True):
                line.append((f"  {sparkline(values, cells, (0.0, 1.0))}", side))
        lines += [*table, []]
    return _fit(lines, width) if lines else wrapped(NONE, width)


def signal_list(scene: Scene, series: Mapping[Side, Daily], width: int, height: int) -> Drawing:
    """Each signal's state and dates, then the rules and whose members they are of.

    Where the table's columns have no room, each signal is a sentence.
    """
    lines: Drawing = []
    rules: dict[str, str] = {}
    for side, view in scene.views():
        if side not in series:
            continue
        title: Line = [(view.fund, f"{side} bold"), (f"  {universe(view)}", "dim")]
        judged = signals(series[side])
        rows = signal_rows(judged)
        table = _table(SIGNAL_HEAD, rows, title, width, len(SIGNAL_HEAD))
        widths = _widths(SIGNAL_HEAD, rows)
        if sum(widths) + len(widths) > width or line_width(table[0]) > width:
            table = [[(" ", ""), (view.fund, f"{side} bold")]]
            texts = [*map(signal_sentence, judged), f"{universe(view)}."]
            table += [line for text in texts for line in inset(wrapped(text, width - 2))]
        lines += [*table, []]
        rules |= {signal.title: signal.rule for signal in judged}
    if not lines:
        return wrapped(NONE, width)
    for name, rule in rules.items():
        lines += inset(wrapped(f"{name}: {rule}.", width - 2, "dim"))
    return _fit(lines, width)
