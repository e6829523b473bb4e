"""Breadth or a handful, said in one sentence.

Every gap of the sentence is small less large, as everywhere in the note: where the small
fund trails, all of them are below zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    basis_points,
    further_places,
    key,
    percent,
    points,
)
from core.note.verdict import verdict

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot


def verdict_sentence(snapshot: Snapshot) -> Sentence:
    """Whether the gap is the whole market's or a handful's, with the figures that decide."""
    found = verdict(snapshot)
    if found is None or snapshot.spread is None:
        return Sentence()
    ahead, behind = snapshot.indices[found.ahead], snapshot.indices[found.behind]
    first = {
        "broad": "The gap is broad",
        "handful": "The gap is a handful's",
        "between": "The gap is neither all the market's nor a handful's",
    }[found.word]
    if snapshot.state == "intraday":
        first = f"Intraday: t{first[1:]}"
    medians = Sentence(
        "the median line of ", Name(found.ahead), " returned ", _median(ahead),
        ", that of ", Name(found.behind), " ", _median(behind),
    )  # fmt: skip
    if found.word == "broad":
        alike = Figure(points(found.equal_gap), "verdict.equal_weight_gap_pp")
        return Sentence(
            first, ": with every line weighted alike it would be ", alike, ", and ", medians, "."
        )
    gap = snapshot.spread.gap
    # gap small less large: what the leaders brought to the index ahead comes off it
    places = 0
    if found.word == "handful":
        places = further_places((found.without_gap, gap, -found.sign * found.leaders))
    brought = Figure(basis_points(found.leaders, places), "verdict.leaders_bp")
    leaders = Sentence(
        "the top ", Figure(f"{found.count}", "verdict.leaders_count"), " of ", Name(found.ahead),
        " brought ", brought,
    )  # fmt: skip
    if found.word == "handful":
        whole = Figure(points(gap, places), "spread.gap_pp")
        left = Figure(points(found.without_gap, places), "verdict.without_leaders_gap_pp")
        return Sentence(
            first, ": ", leaders, ", and with their part at zero the gap of ", whole,
            " would be ", left, "; ", medians, ".",
        )  # fmt: skip
    carried = Figure(points(found.medians_gap), "verdict.medians_gap_pp")
    return Sentence(
        first, ": between the funds it is ", Figure(points(gap), "spread.gap_pp"),
        ", between the median lines ", carried, ", and ", leaders, ".",
    )  # fmt: skip


def _median(view: IndexView) -> Figure:
    assert view.breadth.median is not None  # a verdict has both
    return Figure(percent(view.breadth.median), f"indices{key(view.fund)}.breadth.median")
