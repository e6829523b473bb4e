"""One picture to paste into a story: the headline, the spread, and who made it."""

from __future__ import annotations

from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from core.note.headline import headline
from tui.report import pictures
from tui.report.export import state_line
from tui.report.gallery import origins
from tui.report.sketch import Sketch
from tui.report.style import picture_style

if TYPE_CHECKING:
    from core.answer.views import Snapshot

WIDTH, HEIGHT = 1200.0, 675.0
_MARGIN, _TOP = 36.0, 40.0
_LEFT = 700.0


def to_svg(snapshot: Snapshot, *, dark: bool = False) -> str:
    """The picture as SVG that stands alone."""
    sentence = headline(snapshot)
    headline_text = sentence.removeprefix("SIMULATED: ")
    sketch = Sketch(WIDTH, HEIGHT, str(sentence), state_line(snapshot))
    sketch.box(0, 0, (WIDTH, HEIGHT), "ground")
    y = _TOP
    if snapshot.simulated:
        sketch.text(_MARGIN, y, "SIMULATED MARKET", "badge")
        y += 22
    for line in wrap(headline_text, 92)[:4]:
        y += 8
        sketch.text(_MARGIN, y, line, "head")
        y += 24
    top, foot = y + 14, HEIGHT - 26
    lines = pictures.spread(snapshot, _LEFT - _MARGIN, foot - top - 34)
    if lines is not None:
        sketch.text(_MARGIN, top, lines.title, "t strong")
        sketch.put(lines, _MARGIN, top + 12)
    ahead = snapshot.large if snapshot.spread and snapshot.spread.gap < 0 else snapshot.small
    leaders = pictures.contributions(ahead, WIDTH - _LEFT - _MARGIN * 2) if ahead else None
    if leaders is not None:
        sketch.text(_LEFT + _MARGIN, top, leaders.title, "t strong")
        sketch.put(leaders, _LEFT + _MARGIN, top + 12)
    source = f"{state_line(snapshot)} · {origins(snapshot, lines=True)}"
    sketch.text(_MARGIN, foot, shorten(source, 165, placeholder=" …"), "t muted")
    return sketch.svg("note", picture_style(dark=dark)) + "\n"
