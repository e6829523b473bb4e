"""How often each size of a value occurred, a bar a bin, with the bin of today marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.charts.canvas import bar_right, eighths_of
from tui.text import formats

if TYPE_CHECKING:
    from tui.text.spans import Drawing, Line

#: Stands after the count of the marked bin.
MARK = " ◂ "


def distribution(
    labels: Sequence[str],
    counts: Sequence[int],
    here: int,
    words: str,
    width: int,
    height: int,
    *,
    styles: Sequence[str] = (),
) -> Drawing:
    """A bar a bin, from the top in the order given; the count stands at its end.

    Args:
        labels: (K,) texts of the bins.
        counts: (K,) values in each.
        here: place of the bin that is marked, -1 for none.
        words: what stands at it.
        width: cells a line has at most.
        height: lines of the drawing; bins that do not fit are left out at the ends.
        styles: (K,) of the bars, () for none.
    """
    side = max(map(formats.cell_width, labels), default=0)
    number = max((len(formats.count(n)) for n in counts), default=1)
    tail = formats.cell_width(MARK + words) if here >= 0 else 0
    room = width - side - number - 2 - tail
    if room < 6:
        # the words give way, the mark stays
        words, room = "", width - side - number - 2 - len(MARK)
    first = max(0, min(here - height // 2, len(counts) - height))
    drawing: Drawing = []
    for place in range(first, min(first + height, len(counts))):
        marked = place == here
        style = styles[place] if styles else ""
        bar = bar_right(eighths_of(counts[place], max(counts), max(room, 1)), style)
        line: Line = [(labels[place].rjust(side), "bold" if marked else "dim"), (" ", ""), *bar]
        line.append((f" {formats.count(counts[place])}", "bold" if marked else ""))
        if marked:
            line.append((f"{MARK}{words}".rstrip(), "mark"))
        drawing.append(line)
    drawing += [[] for _ in range(height - len(drawing))]
    return drawing
