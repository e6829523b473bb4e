"""The rotation view of the board: where each pair stands, and which way it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core.answer.board import MONTH, RANKED, TAIL_WEEKS
from tui.charts.rotation import Tail, rotation
from tui.text import formats

if TYPE_CHECKING:
    from core.answer.board import BoardRow
    from tui.text.spans import Drawing

#: What the two axes are; the formula is this project's own.
FORMULA: Final = (
    f"across: share of all stretches as long whose gap is below today's {RANKED[-1]} gap, in %;",
    f"upwards: its change over {MONTH} sessions, in points; tails of {TAIL_WEEKS} weeks, a point a"
    " week. Our own formula: no relative strength index, no smoothing.",
)


def drawing(rows: Sequence[BoardRow], marked: str, width: int, height: int) -> Drawing:
    """The tails of all pairs, that of the pair under the cursor over all others."""
    larges = Counter(row.pair.large for row in rows)
    usual = max(larges, key=larges.__getitem__, default="")
    names = {
        row.pair.name: row.pair.small if row.pair.large == usual else row.pair.name for row in rows
    }
    against = f" · one name: against {usual}"
    captions = (
        f" {RANKED[-1]} gap: percentile → · change of it over {MONTH} sessions ↑{against}",
        f" {RANKED[-1]} gap: percentile →, change ↑{against}",
    )
    row = next((row for row in rows if row.pair.name == marked), None)
    words = ""
    if row is not None:
        words = f" ▸ {marked}: not enough stretches"
        if len(row.rotation):
            at, change = (float(value) for value in row.rotation[-1])
            words = (
                f" ▸ {marked} {formats.pct(at, 1, sign=False, unit=False)}, {formats.pp(change, 1)}"
            )
    tails = [
        Tail(
            names[row.pair.name],
            row.rotation,
            "up" if len(row.rotation) and row.rotation[-1][1] >= 0 else "down",
        )
        for row in rows
    ]
    chart = rotation(tails, width - 1, max(height - 1, 1), marked=names.get(marked, ""))
    room = width - len(words)
    caption = next((text for text in captions if len(text) <= room), captions[-1])
    line = [(formats.fit(caption, room), "dim"), (words, "mark bold")]
    return [line, *([(" ", ""), *one] for one in chart)]
