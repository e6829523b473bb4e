"""Two histograms on the same bins, each as shares of its own lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui.charts.canvas import RISING, Canvas, bar_left, bar_right, eighths_of
from tui.text import formats
from tui.text.spans import Characters, Drawing, Line, fit_line, line_width, to_ascii

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
    ascii: bool = False,
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
        ascii: no character beyond ASCII.

    Raises:
        ValueError: There are not as many counts as labels.
    """
    if not len(labels) == len(counts_a) == len(counts_b):
        raise ValueError(
            f"{len(labels)} bins, but {len(counts_a)} counts of {names[0]}"
            f" and {len(counts_b)} of {names[1]}"
        )
    width, height = max(width, 0), max(height, 0)
    ascii = ascii or Characters.ascii_only
    pair = (_shares(counts_a), _shares(counts_b))
    both = (counts_a, counts_b)
    bins = len(labels)
    middle = max(map(formats.cell_width, labels), default=0) + 2
    count = max((len(formats.count(n)) for n in (*counts_a, *counts_b)), default=0)
    if not bins:
        drawing: Drawing = []
    elif height >= 2 * bins + 1 and width < middle + 2 * (_MIN_BAR * 2 + count + 8) and width >= 24:
        drawing = _grouped(labels, both, pair, width, names, styles, ascii=ascii)
    elif height >= bins + 1 and width >= middle + 2 * (_MIN_BAR + count + 1):
        drawing = _mirrored(labels, both, pair, width, names, styles, ascii=ascii)
    else:
        drawing = _upright(labels, both, pair, width, height, names, styles, ascii=ascii)
    drawing = [*drawing[:height], *([] for _ in range(height - len(drawing)))]
    return to_ascii(drawing) if ascii else drawing


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts)
    return [n / total if total else math.nan for n in counts]


def _top(pair: tuple[list[float], list[float]]) -> float:
    return max((s for shares in pair for s in shares if math.isfinite(s)), default=0.0)


def _mirrored(
    labels: Sequence[str],
    both: tuple[Sequence[int], Sequence[int]],
    pair: tuple[list[float], list[float]],
    width: int,
    names: tuple[str, str],
    styles: tuple[str, str],
    *,
    ascii: bool,
) -> Drawing:
    middle = max(map(formats.cell_width, labels)) + 2
    count = max(len(formats.count(n)) for counts in both for n in counts)
    side = (width - middle) // 2
    # Shares go first where it gets narrow: they are what the bar shows.
    shared = side - count - 9 >= _MIN_BAR
    bar = side - count - 1 - (8 if shared else 0)
    top = _top(pair)
    head = [
        f"{name}  N {formats.count(sum(counts))}" if name else ""
        for name, counts in zip(names, both, strict=True)
    ]
    drawing: Drawing = [
        [
            (formats.fit(head[0], side, "right"), f"{styles[0]} bold"),
            (" " * middle, ""),
            (formats.fit(head[1], side).rstrip(), f"{styles[1]} bold"),
        ]
    ]
    for label, n_a, n_b, s_a, s_b in zip(labels, *both, *pair, strict=True):
        a = bar_left(eighths_of(s_a, top, bar, whole=ascii), styles[0])
        b = bar_right(eighths_of(s_b, top, bar, whole=ascii), styles[1])
        texts = [
            (formats.pct(share, 1, sign=False).rjust(8) if shared else "", formats.count(n))
            if name
            else ("", "")
            for name, share, n in zip(names, (s_a, s_b), (n_a, n_b), strict=True)
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


def _grouped(
    labels: Sequence[str],
    both: tuple[Sequence[int], Sequence[int]],
    pair: tuple[list[float], list[float]],
    width: int,
    names: tuple[str, str],
    styles: tuple[str, str],
    *,
    ascii: bool,
) -> Drawing:
    label_width = min(max(map(formats.cell_width, labels)), width // 3)
    tag = min(max(map(formats.cell_width, names)), 6)
    count = max(len(formats.count(n)) for counts in both for n in counts)
    bar = max(width - label_width - tag - count - 3, 1)
    top = _top(pair)
    drawing: Drawing = [
        fit_line(
            [
                (f"{names[0]} N {formats.count(sum(both[0]))}  ", f"{styles[0]} bold"),
                (
                    f"{names[1]} N {formats.count(sum(both[1]))}" * bool(names[1]),
                    f"{styles[1]} bold",
                ),
            ],
            width,
        )
    ]
    for row, label in enumerate(labels):
        for k in range(1 + bool(names[1])):
            body = bar_right(eighths_of(pair[k][row], top, bar, whole=ascii), styles[k])
            line: Line = [
                (formats.fit(label if k == 0 else "", label_width) + " ", ""),
                (formats.fit(names[k], tag) + " ", styles[k]),
                *body,
                (" " * (bar - line_width(body)), ""),
                (formats.count(both[k][row]).rjust(count + 1), ""),
            ]
            drawing.append(fit_line(line, width))
    return drawing


def _upright(
    labels: Sequence[str],
    both: tuple[Sequence[int], Sequence[int]],
    pair: tuple[list[float], list[float]],
    width: int,
    height: int,
    names: tuple[str, str],
    styles: tuple[str, str],
    *,
    ascii: bool,
) -> Drawing:
    canvas = Canvas(width, height)
    tag = max(map(formats.cell_width, names)) + 1
    slot = min((width - tag) // len(labels), 8)
    if slot < 1:
        tag, slot = 0, max(1, width // len(labels))
    labelled = height % 2 == 1 and height >= 3 and bool(tag)
    rows = max((height - labelled) // 2, 1)
    count = max(len(formats.count(n)) for counts in both for n in counts)
    written = rows >= 3 and slot > count
    room = rows - written
    top = _top(pair)
    for k in range(1 + bool(names[1])):
        foot = (k + 1) * rows - 1
        if tag:
            canvas.put(0, foot, names[k], f"{styles[k]} bold")
        for i, share in enumerate(pair[k]):
            eighths = eighths_of(share, top, room, whole=ascii)
            for n in range(math.ceil(eighths / 8)):
                block = RISING[min(eighths - 8 * n, 8)] * max(1, slot - 1)
                canvas.put(tag + i * slot, foot - n, block, styles[k])
            if written:
                text = formats.fit(formats.count(both[k][i]), slot - 1, "center")
                canvas.put(tag + i * slot, foot - math.ceil(eighths / 8), text, "dim")
    if labelled:
        last = labels[-1]
        end = tag + len(labels) * slot
        canvas.put(tag, 2 * rows, formats.fit(labels[0], min(len(labels[0]), end - tag)), "dim")
        if tag + len(labels[0]) + 1 + len(last) <= end:
            canvas.put(end - len(last), 2 * rows, last, "dim")
    return canvas.drawing()
