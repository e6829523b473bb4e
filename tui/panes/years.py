"""A measure over the same window of every year: the view "years" of Breadth and Changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from core.data.errors import CoreError
from tui.charts import ladder_bar
from tui.panes.wording import no_index, wrapped
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line, inset

if TYPE_CHECKING:
    from core.answer.history import History, Point
    from core.answer.snapshot import Snapshot
    from tui.host.scene import Scene, Side
    from tui.panes.pane import Pane
    from tui.panes.sheet import Panel

#: Cells of a year and of a value.
_YEAR, _VALUE = 6, 11
_LONGEST: Final = 30
WAITING: Final = " measuring the same window of every year …"
FAULT: Final = "the years cannot be worked out: a fault in the program"


class YearsView:
    """The view of one measure in a pane, worked out in a thread at the first look at an answer.

    One thread at a time: what is asked meanwhile waits, and of it the newest answer alone is shown.

    Args:
        pane: whose view it is.
        sheet: what it is drawn on.
        measure: its name in the table of measures.
    """

    def __init__(self, pane: Pane, sheet: Panel, measure: str) -> None:
        self._pane, self._sheet, self._measure = pane, sheet, measure
        self._result: tuple[Snapshot, Mapping[Side, History] | str] | None = None
        self._working = False

    def draw(self, scene: Scene) -> None:
        """Show the measure's years, or that they are being worked out."""
        result = self._result
        if result is not None and result[0] is scene.snapshot:
            self._sheet.show(lambda width, height: drawing(scene, result[1], width, height))
            return
        self._sheet.show(lambda width, height: [[(WAITING, "dim")]], unfinished=True)
        if not self._working:
            self._working = True
            work = partial(self._work, scene)
            # described, or Textual writes out the work's arguments: the market, in 0.4 s
            self._pane.run_worker(work, description="years", thread=True, exit_on_error=False)

    def hide(self, scene: Scene) -> None:
        """Drop the years of another answer, and the market they were computed from."""
        if self._result is not None and self._result[0] is not scene.snapshot:
            self._result = None

    def _work(self, scene: Scene) -> None:
        """In a thread: work the years out, and send them to the pane."""
        histories: Mapping[Side, History] | str = FAULT
        try:
            histories = years_of(scene, self._measure)
        finally:
            self._pane.call_later(self._show, scene.snapshot, histories)

    def _show(self, snapshot: Snapshot, histories: Mapping[Side, History] | str) -> None:
        """Draw the years of an answer; have those of a newer one worked out."""
        self._working, self._result = False, (snapshot, histories)
        scene = self._pane.scene
        if scene is not None and self._pane.view == "years":
            self._pane.draw(scene)


def years_of(scene: Scene, measure: str) -> Mapping[Side, History] | str:
    """Side -> the measure over its window of every year, or why there is none."""
    from core.answer.history import histories
    from core.answer.snapshot import final_sessions
    from core.answer.table import find

    row, snapshot = find(measure), scene.snapshot
    assert row is not None
    question = replace(snapshot.question, as_of=snapshot.as_of)
    sessions = final_sessions(scene.market, *question.pair)
    try:
        return {
            side: histories(scene.market, question, view.fund, [row], sessions, "year")[0]
            for side, view in scene.views()
        }
    except CoreError as error:
        return str(error)


def drawing(
    scene: Scene, histories: Mapping[Side, History] | str, width: int, height: int
) -> Drawing:
    """The sentence of each index, then a row a year, the newest first; see `years_of`."""
    from tui.report.history import LEGEND, sentence

    if isinstance(histories, str):
        return inset(wrapped(f"{histories}.", width - 2, "dim"))
    if not histories:
        return no_index(scene, width)
    lines: Drawing = []
    for side, one in histories.items():
        lines += inset(wrapped(sentence(one), width - 2, f"{side} bold"))
    if any(any(one.estimated) for one in histories.values()):
        lines += inset(wrapped(LEGEND, width - 2, "dim"))
    by_year = {side: {p.end.year: p for p in one.points} for side, one in histories.items()}
    largest = max(
        (abs(p.value or 0.0) for points in by_year.values() for p in points.values()), default=0.0
    )
    longest = min(_LONGEST, (width - _YEAR - 1) // len(histories) - _VALUE - 2)
    head: Line = [(" " * (_YEAR + 1), "")]
    for side, one in histories.items():
        cells = _VALUE + 1 + max(longest, 0)
        head.append((formats.fit(f"{one.fund:>{_VALUE}}", cells + 1), f"{side} bold"))
    lines += [[], fit_line(head, width)]
    years = sorted({year for points in by_year.values() for year in points}, reverse=True)
    for year in years[: max(height - len(lines), 1)]:
        line: Line = [(f" {year:<{_YEAR}}", "dim")]
        for side, one in histories.items():
            line += _cells(one, by_year[side].get(year), largest, longest, side)
        lines.append(fit_line(line, width))
    return lines


def _cells(one: History, point: Point | None, largest: float, longest: int, side: Side) -> Line:
    """A year's value and its bar; dim where the point does not count, marked where estimated."""
    from tui.report.history import MARK

    value = None if point is None else point.value
    counts = point is not None and point.counts
    text = formats.measure(value, one.row.unit, one.row.decimals, sign=one.row.signed)
    line: Line = [(f"{text:>{_VALUE}}", "" if counts else "dim")]
    line.append((MARK if point is not None and point.estimated else " ", "dim"))
    if longest > 3 and largest > 0:
        style = side if counts else "dim"
        line += ladder_bar(abs(value or 0.0) / largest, longest, style)
    return [*line, (" ", "")]
