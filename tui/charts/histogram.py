"""Two histograms on the same bins, each as shares of its own lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui.charts.canvas import RISING, Canvas, bar_left, bar_right, eighths_of
from tui.text import formats
from tui.text.spans import Drawing, Line, fit_line, line_width

#: A bar shorter than this says too little to stand beside its number.
_MIN_BAR = 6


def histogram_pair(
    labels: Sequence[str],
    counts_a: Sequence[int],
    counts_b: Sequence[int],
    width: int,
    height: int,
    names: tuple[str, str],
    *,
    styles: tuple[str, str] = ("small", "large"),
) -> Drawing:
    """Shares of two indices, bin by bin, on one scale.

    With a line a bin and one for the names: mirrored around the bin's text, counts at the
    outer ends; with two lines a bin and too little width for that: one under the other; with
    fewer lines: upright, a column a bin.

    Args:
        labels: (K,) texts of the bins, in the order to draw them.
        counts_a: (K,) lines in each bin of the first index.
        counts_b: (K,) of the second.
        width: cells a line has at most.
        height: lines of the drawing.
        names: of the indices; a second one of "" leaves its side empty: there is one index alone.
        styles: of their bars.

    Raises:
        ValueError: There are not as many counts as labels.
    """
    if not len(labels) == len(counts_a) == len(counts_b):
        raise ValueError(
            f"{len(labels)} bins, but {len(counts_a)} counts of {names[0]}"
            f" and {len(counts_b)} of {names[1]}"
        )
    width, height = max(width, 0), max(height, 0)
    sides = (_Side(names[0], counts_a, styles[0]), _Side(names[1], counts_b, styles[1]))
    bins = len(labels)
    middle = max(map(formats.cell_width, labels), default=0) + 2
    count = max(side.count_width for side in sides)
    if not bins:
        drawing: Drawing = []
    elif height >= 2 * bins + 1 and width < middle + 2 * (_MIN_BAR * 2 + count + 8) and width >= 24:
        drawing = _grouped(labels, sides, width)
    elif height >= bins + 1 and width >= middle + 2 * (_MIN_BAR + count + 1):
        drawing = _mirrored(labels, sides, width)
    else:
        drawing = _upright(labels, sides, width, height)
    return [*drawing[:height], *([] for _ in range(height - len(drawing)))]


class _Side:
    """One index: its name, its lines in each bin and what part of all its lines they are."""

    def __init__(self, name: str, counts: Sequence[int], style: str) -> None:
        self.name, self.style = name, style
        total = sum(counts)
        self.total = f"N {formats.count(total)}"
        self.shares = [n / total if total else math.nan for n in counts]
        self.texts = [formats.count(n) for n in counts]
        self.count_width = max(map(len, self.texts), default=0)


def _top(sides: tuple[_Side, _Side]) -> float:
    """The largest share, which the longest bar stands for."""
    return max((s for side in sides for s in side.shares if math.isfinite(s)), default=0.0)


def _mirrored(labels: Sequence[str], sides: tuple[_Side, _Side], width: int) -> Drawing:
    left, right = sides
    middle = max(map(formats.cell_width, labels)) + 2
    count = max(side.count_width for side in sides)
    half = (width - middle) // 2
    # Shares go first where it gets narrow: they are what the bar shows.
    shared = half - count - 9 >= _MIN_BAR
    bar = half - count - 1 - (8 if shared else 0)
    top = _top(sides)
    heads = [f"{side.name}  {side.total}" if side.name else "" for side in sides]
    drawing: Drawing = [
        [
            (formats.fit(heads[0], half, "right"), f"{left.style} bold"),
            (" " * middle, ""),
            (formats.fit(heads[1], half).rstrip(), f"{right.style} bold"),
        ]
    ]
    for row, label in enumerate(labels):
        a = bar_left(eighths_of(left.shares[row], top, bar), left.style)
        b = bar_right(eighths_of(right.shares[row], top, bar), right.style)
        texts = [
            (formats.pct(side.shares[row], 1, sign=False).rjust(8) * shared, side.texts[row])
            if side.name
            else ("", "")
            for side in sides
        ]
        line: Line = [
            (texts[0][1].rjust(count), ""),
            (texts[0][0], "dim"),
            (" " * (bar + 1 - line_width(a)), ""),
            *a,
            (formats.fit(label, middle, "center"), ""),
            *b,
            (" " * (bar - line_width(b)), ""),
            (texts[1][0], "dim"),
            (texts[1][1].rjust(count + 1), ""),
        ]
        drawing.append([span for span in line if span[0]])
    return drawing


def _grouped(labels: Sequence[str], sides: tuple[_Side, _Side], width: int) -> Drawing:
    label_width = min(max(map(formats.cell_width, labels)), width // 3)
    tag = min(max(formats.cell_width(side.name) for side in sides), 6)
    count = max(side.count_width for side in sides)
    bar = max(width - label_width - tag - count - 3, 1)
    top = _top(sides)
    named_sides = [side for side in sides if side.name]
    heads = [(f"{side.name} {side.total}", f"{side.style} bold") for side in named_sides]
    drawing: Drawing = [fit_line([heads[0], ("  ", heads[0][1]), *heads[1:]], width)]
    for row, label in enumerate(labels):
        for side in named_sides:
            body = bar_right(eighths_of(side.shares[row], top, bar), side.style)
            line: Line = [
                (formats.fit(label if side is sides[0] else "", label_width) + " ", ""),
                (formats.fit(side.name, tag) + " ", side.style),
                *body,
                (" " * (bar - line_width(body)), ""),
                (side.texts[row].rjust(count + 1), ""),
            ]
            drawing.append(fit_line(line, width))
    return drawing


def _upright(labels: Sequence[str], sides: tuple[_Side, _Side], width: int, height: int) -> Drawing:
    canvas = Canvas(width, height)
    tag = max(formats.cell_width(side.name) for side in sides) + 1
    slot = min((width - tag) // len(labels), 8)
    if slot < 1:
        tag, slot = 0, max(1, width // len(labels))
    labelled = height % 2 == 1 and height >= 3 and bool(tag)
    rows = max((height - labelled) // 2, 1)
    count = max(side.count_width for side in sides)
    written = rows >= 3 and slot > count
    room = rows - written
    top = _top(sides)
    for k, side in enumerate(side for side in sides if side.name):
        foot = (k + 1) * rows - 1
        if tag:
            canvas.put(0, foot, side.name, f"{side.style} bold")
        for i, share in enumerate(side.shares):
            eighths = eighths_of(share, top, room)
            for n in range(math.ceil(eighths / 8)):
                block = RISING[min(eighths - 8 * n, 8)] * max(1, slot - 1)
                canvas.put(tag + i * slot, foot - n, block, side.style)
            if written:
                text = formats.fit(side.texts[i], slot - 1, "center")
                canvas.put(tag + i * slot, foot - math.ceil(eighths / 8), text, "dim")
    if labelled:
        last = labels[-1]
        end = tag + len(labels) * slot
        canvas.put(tag, 2 * rows, formats.fit(labels[0], min(len(labels[0]), end - tag)), "dim")
        if tag + len(labels[0]) + 1 + len(last) <= end:
            canvas.put(end - len(last), 2 * rows, last, "dim")
    return canvas.drawing()
