"""A handful or the market, as a desk would print it: the verdict, and how many stocks rose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Figure, Name, Sentence, listed, path_of
from core.note.verdict import verdict
from core.note.voice import Voice, percent

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot

_BRIEF: Final = {
    "broad": "The gap is broad.",
    "handful": "The gap is the work of a handful.",
    "between": "The gap is neither the whole market's nor a handful's.",
    "unexplained": "What made the gap is open: closes of the funds and of their stocks disagree.",
}


def brief_verdict(snapshot: Snapshot) -> Sentence:
    """The verdict in a word."""
    result = verdict(snapshot)
    return Sentence() if result is None else Sentence(_BRIEF[result.word])


def full_verdict(snapshot: Snapshot, voice: Voice) -> Sentence:
    """The verdict, and the figures that it rests on."""
    result = verdict(snapshot)
    if result is None:
        return Sentence()
    if result.word == "unexplained":
        return Sentence(
            "What made the gap is open: closes of the funds and of their stocks disagree by more"
            " than half of it."
        )
    if result.word == "broad":
        equal = voice.points(result.equal, "verdict.equal_weight_pp")
        return Sentence("The gap is broad: with every stock weighted alike it would be ", equal,
                        ".")  # fmt: skip
    leaders = voice.basis_points(result.leaders, "verdict.leaders_bp")
    count = Figure(f"{result.count}", "verdict.leaders_count")
    leading = Sentence("the ", count, " largest contributors of ", Name(result.ahead))
    if result.word == "handful":
        return Sentence("The gap is the work of a handful: ", leading, " brought ", leaders, ".")
    medians = voice.points(result.medians, "verdict.medians_pp")
    way = "ahead of" if result.medians >= 0 else "behind"
    return Sentence(
        "The gap is neither the whole market's nor a handful's: the median stock of ",
        Name(result.ahead), " is ", medians, f" {way} that of ", Name(result.behind), ", and ",
        leading, " brought ", leaders, ".",
    )  # fmt: skip


def breadth(views: list[IndexView], *, full: bool = True) -> Sentence:
    """How many of each index's stocks rose, doubled and beat it; of those that may be counted.

    Args:
        views: the indices.
        full: more than who rose.
    """
    clauses: list[Sentence] = []
    for view in views:
        if view.claims_breadth and view.breadth.n and view.breadth.share_up is not None:
            clauses.append(_counts(view, first=not clauses, full=full))
    if not clauses:
        return Sentence()
    return Sentence("Of ", clauses[0], *(p for c in clauses[1:] for p in ("; of ", c)), ".")


def _counts(view: IndexView, *, first: bool, full: bool) -> Sentence:
    """Say: ``IWM's 1,841 stocks 66.9% rose, 102 more than doubled and 40.8% beat the index``."""
    counts, path = view.breadth, f"{path_of(view)}.breadth"
    assert counts.share_up is not None
    clauses = [Sentence(percent(counts.share_up, f"{path}.share_up"), " rose")]
    for place, rung in enumerate(counts.ladder):
        if full and rung.threshold == 1 and not rung.below and rung.count:
            count = Figure(f"{rung.count:,}", f"{path}.ladder[{place}].count")
            clauses.append(Sentence(count, " more than doubled"))
    if full and counts.share_outperforming is not None:
        share = percent(counts.share_outperforming, f"{path}.share_outperforming")
        clauses.append(Sentence(share, " beat the index" if first else " beat theirs"))
    of = Figure(f"{counts.n:,}", f"{path}.n")
    stocks = " stocks " if first else ", "
    return Sentence(Name(view.fund), "'s ", of, stocks, listed(clauses))
