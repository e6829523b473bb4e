"""The concentration view: how few names an index depends on, and its return without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answer.table import reading, shown_in
from core.note.note import leaders_sentence
from core.note.phrase import Sentence
from core.note.without_words import without_sentence
from tui.charts import cumulative_curve
from tui.command.commands import CHANGES
from tui.panes import measure_rows
from tui.panes.wording import beside, no_index, wrapped
from tui.report.tables_measures import change_figure, figure
from tui.text import formats
from tui.text.spans import Drawing, Line, inset

if TYPE_CHECKING:
    from core.answer.snapshot import IndexView
    from tui.host.scene import Scene, Side

#: Cells of one index's table.
WIDTH = 50
#: Cells of a change of the day, where there is room for it.
_CHANGE = 12


def drawing(scene: Scene, width: int, height: int) -> Drawing:
    """Both indices beside each other where there is room, else the first over the other."""
    views = scene.views()
    if not views:
        return no_index(scene, width)
    both = len(views) == 2 and width >= 2 * WIDTH + 2
    share = (width - 2) // 2 if both else width
    blocks = [_index(side, view, share, scene.before.get(view.fund)) for side, view in views]
    lines = (
        beside(blocks[0], blocks[1], share, "  ")
        if both
        else [line for block in blocks for line in [*block, []]]
    )
    room = height - len(lines) - 2
    if room >= 6:
        curves = [_curve(side, view, share, room) for side, view in views[: 2 if both else 1]]
        lines += [[], *beside(curves[0], curves[1], share, "  ")] if both else curves[0]
    return lines


def weights(scene: Scene, width: int, height: int) -> Drawing:
    """How even weights and gains are, in the measures of both indices."""
    if not scene.views():
        return no_index(scene, width)
    return measure_rows.table(scene, shown_in(CHANGES, "weights"), {}, width)


def _curve(side: Side, view: IndexView, width: int, height: int) -> Drawing:
    # as printed, not as scaled up to the basket: its end is the sum of the measured lines
    steps = view.contributors.contribution
    half = view.concentration.half_of_gain
    marks = [(half, f"half of all gains: {half:,}")] if half and half < len(steps) else []
    caption: Line = [(f" {view.fund} ", f"{side} bold"), ("running sum, largest first", "dim")]
    curve = cumulative_curve(steps, width - 2, height, marks=marks, style=side)
    return [caption, *inset(curve)]


def _index(side: Side, view: IndexView, width: int, before: IndexView | None) -> Drawing:
    """Top k, effective numbers with their change of the day, the index without marked names."""
    concentration = view.concentration
    head: Line = [
        (" ", ""),
        (view.fund, f"{side} bold"),
        (f" {formats.pct(view.net_return)}", "bold"),
    ]
    lines: Drawing = [head]
    if view.claims:
        lines += inset(wrapped(leaders_sentence(view), width - 2))
    # the two conventions by name, in the order the note and the caption have them
    lines.append([(" top   sum bp  of net  of gains  zeroed  reweighted", "dim")])
    for top in concentration.top:
        line: Line = [
            (f"{top.k:>4}", "bold"),
            (f"{formats.bp(top.contribution, unit=False):>9}", ""),
            (f"{formats.pct(top.share_of_net, 1, sign=False):>8}", ""),
            (f"{formats.pct(top.share_of_gross_gain, 1, sign=False):>8}", ""),
            (f"{formats.pct(top.fund_zeroed):>10}", ""),
            (f"{formats.pct(top.reweighted):>11}", ""),
        ]
        lines.append(line)
    with_change = before is not None and width >= WIDTH + _CHANGE
    if with_change:
        lines.append([(f"{'day':>{49 + _CHANGE}}", "dim")])
    for row in shown_in(CHANGES, "concentration"):
        one = reading(row, view, None, before)
        line = [(f" {row.title:<37}", "dim"), (f"{figure(row, one.value):>11}", "")]
        if with_change:
            line.append((f"{change_figure(row, one.change):>{_CHANGE}}", "dim"))
        lines.append(line)
    if view.without is not None:
        lines += inset(wrapped(without_sentence(Sentence(), view), width - 2, "bold"))
    return lines
