"""Breadth in prose: whether few names or the market, and how many stocks rose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Figure, Sentence, listed, path_of
from core.note.prose import ProseStyle, percent
from core.note.verdict import verdict

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot

#: Stocks that doubled are mentioned from so many on: "2 more than doubled" is read twice.
_SEVERAL: Final = 10
_BRIEF: Final = {
    "broad": "The gap is broad.",
    "handful": "The gap is the work of a handful.",
    "between": "The gap is neither broad nor the work of a handful.",
    "unexplained": "What drove the gap is unclear: prices of funds and stocks disagree.",
}


def brief_verdict(snapshot: Snapshot) -> Sentence:
    """The verdict in a word."""
    result = verdict(snapshot)
    return Sentence() if result is None else Sentence(_BRIEF[result.word])


def full_verdict(snapshot: Snapshot, voice: ProseStyle) -> Sentence:
    """The verdict, and the figures that it depends on."""
    result = verdict(snapshot)
    if result is None:
        return Sentence()
    if result.word == "unexplained":
        return Sentence(
            "What drove the gap is unclear: prices of funds and stocks disagree by more than half"
            " of it."
        )
    if result.word == "broad":
        equal = voice.points(result.equal, "verdict.equal_weight_pp")
        return Sentence(
            "The gap is broad: with every stock weighted alike it would be ", equal, "."
        )
    leaders = voice.basis_points(result.leaders, "verdict.leaders_bp")
    count = Figure(f"{result.count}", "verdict.leaders_count")
    ahead = voice.fund(result.ahead)
    leading = Sentence(count, " largest contributors added ", leaders)
    if result.word == "handful":
        return Sentence("The gap is the work of a handful: ", ahead, "'s ", leading, ".")
    medians = voice.points(result.medians, "verdict.medians_pp")
    way = "ahead of" if result.medians >= 0 else "behind"
    return Sentence(
        "The gap is neither broad nor the work of a handful: ", ahead, "'s median stock is ",
        medians, f" {way} ", voice.fund(result.behind), "'s, and its ", leading, ".",
    )  # fmt: skip


def breadth(views: list[IndexView], voice: ProseStyle, *, full: bool = True) -> list[Sentence]:
    """How many stocks of each index rose; in full how many beat it, and doubled in the first."""
    sentences: list[Sentence] = []
    for view in views:
        if view.claims_breadth and view.breadth.n and view.breadth.share_up is not None:
            sentences.append(_counts(view, voice, first=not sentences, full=full))
    return sentences


def _counts(view: IndexView, voice: ProseStyle, *, first: bool, full: bool) -> Sentence:
    """Say: ``Of IWM's 1,841 measured stocks, 66.9% rose and 40.8% beat the index``."""
    counts, path = view.breadth, f"{path_of(view)}.breadth"
    assert counts.share_up is not None
    clauses = [Sentence(percent(counts.share_up, f"{path}.share_up"), " rose")]
    if full and counts.share_outperforming is not None:
        share = percent(counts.share_outperforming, f"{path}.share_outperforming")
        clauses.append(Sentence(share, " beat the index" if first else " beat theirs"))
    doubled = Sentence()
    for place, rung in enumerate(counts.ladder):
        if full and first and rung.threshold == 1 and not rung.below and rung.count >= _SEVERAL:
            count = Figure(f"{rung.count:,}", f"{path}.ladder[{place}].count")
            doubled = Sentence("; ", count, " more than doubled")
    of = Figure(f"{counts.n:,}", f"{path}.n")
    stocks = f" measured stock{'s' * (counts.n != 1)}, " if first else ", "
    fund = voice.fund(view.fund)
    return Sentence("Of ", fund, "'s ", of, stocks, listed(clauses), doubled, ".")
