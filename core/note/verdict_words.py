"""One sentence on whether few names or many made the return.

Every gap of the sentence is small less large, as everywhere in the note: where the small
fund trails, all of them are below zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    adds_up,
    basis_points,
    further_places,
    listed,
    path_of,
    percent,
    points,
)
from core.note.verdict import verdict

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot


def verdict_sentence(snapshot: Snapshot) -> Sentence:
    """Whether the gap is the whole market's or a handful's, with the figures that decide."""
    result = verdict(snapshot)
    if result is None or snapshot.spread is None:
        return Sentence()
    ahead, behind = snapshot.indices[result.ahead], snapshot.indices[result.behind]
    if result.word == "unexplained":
        return _unexplained(snapshot)
    first = {
        "broad": "The gap is broad",
        "handful": "The gap is a handful's",
        "between": "The gap is neither all the market's nor a handful's",
    }[result.word]
    if snapshot.state == "intraday":
        first = f"Intraday: t{first[1:]}"
    medians = Sentence(
        "the median line of ", Name(result.ahead), " returned ", _median(ahead),
        ", that of ", Name(result.behind), " ", _median(behind),
    )  # fmt: skip
    if result.word == "broad":
        alike = Figure(points(result.equal_gap), "verdict.equal_weight_gap_pp")
        return Sentence(
            first, ": with every line weighted alike it would be ", alike, ", and ", medians, "."
        )
    gap = snapshot.spread.gap
    # gap small less large: what the leaders brought to the index ahead comes off it
    places, parts = 0, (result.without_gap, gap, -result.sign * result.leaders)
    if result.word == "handful":
        places = further_places(parts)
    leaders_figure = Figure(basis_points(result.leaders, places), "verdict.leaders_bp")
    leaders = Sentence(
        "the top ", Figure(f"{result.count}", "verdict.leaders_count"), " of ", Name(result.ahead),
        " brought ", leaders_figure,
    )  # fmt: skip
    if result.word == "handful":
        whole = Sentence(" of ", Figure(points(gap, places), "spread.gap_pp"))
        remainder = Figure(points(result.without_gap, places), "verdict.without_leaders_gap_pp")
        return Sentence(
            first, ": ", leaders, ", and with their part at zero the gap",
            whole if adds_up(places, parts) else "", " would be ", remainder, "; ", medians, ".",
        )  # fmt: skip
    medians_gap = Figure(points(result.medians_gap), "verdict.medians_gap_pp")
    return Sentence(
        first, ": between the funds it is ", Figure(points(gap), "spread.gap_pp"),
        ", between the median lines ", medians_gap, ", and ", leaders, ".",
    )  # fmt: skip


def _unexplained(snapshot: Snapshot) -> Sentence:
    """Say by how much the prices of the funds and of their lines disagree."""
    assert snapshot.spread is not None
    rests = [
        Sentence(
            Figure(basis_points(view.rest), f"{path_of(view)}.rest_bp"), " of ",
            Name(view.fund), "'s return",
        )
        for view in snapshot.indices.values()
        if view.rest is not None
    ]  # fmt: skip
    gap = Figure(points(snapshot.spread.gap), "spread.gap_pp")
    before = "Intraday: p" if snapshot.state == "intraday" else "P"
    return Sentence(
        before, "rices of the funds and of their lines disagree: the lines leave ", listed(rests),
        " unexplained, together above half of the gap of ", gap,
        "; whether it is broad or a handful's is not said.",
    )  # fmt: skip


def _median(view: IndexView) -> Figure:
    assert view.breadth.median is not None  # a verdict has both
    return Figure(percent(view.breadth.median), f"{path_of(view)}.breadth.median")
