"""The first answer on the frame, drawn before the screen's library is loaded.

Loading that takes as long as the answer itself. Headline and spread need none of it: they are
drawn by the functions that draw them from then on, from the same answer, and so stay as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui.command.commands import SPREAD
from tui.panes.frame import Start, form, frame, pane_regions, status, view_of
from tui.panes.spread_drawing import drawing as spread_drawing
from tui.panes.wording import foot_line, foot_texts
from tui.screen import chrome
from tui.text.spans import Drawing, fit_line

if TYPE_CHECKING:
    from tui.host.scene import Scene


def answered(width: int, height: int, start: Start, scene: Scene, now: datetime) -> Drawing:
    """The frame with what of an answer needs no table: header, headline, spread, status.

    Args:
        width: cells of the screen.
        height: its lines.
        start: what the frame is drawn from.
        scene: the answer.
        now: the time, for the age of the data.
    """
    if form(width, height, zoomed=start.seat.zoomed) == "small":
        return frame(width, height, start)
    snapshot = scene.snapshot
    headline, seat = chrome.headline_lines(scene, width, height), start.seat
    lines = frame(width, height, start, len(headline))
    lines[0] = chrome.header(scene, snapshot.question, width, start.pairs)
    lines[1 : 1 + len(headline)] = headline
    if region := pane_regions(width, height, seat, len(headline)).get(SPREAD):
        body = spread_drawing(scene, view_of(seat, SPREAD), region.width, region.height - 2)
        foot = foot_line(foot_texts(scene, funds_only=True), region.width)
        for y, line in enumerate(body[: region.height - 2], region.y + 1):
            lines[y] = fit_line(line, region.width)
        lines[region.y + region.height - 1] = fit_line(foot, region.width)
    standing = chrome.standing(snapshot.question, snapshot)
    lines[-2] = status("", "", chrome.age_texts(snapshot, now), width, standing)
    return [fit_line(line, width) for line in lines]
