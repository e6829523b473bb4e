"""How broad an index's window was, with the list of members that is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import Figure, Sentence, head, listed, long_date, path_of, share

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.breadth import Rung


def _path(view: IndexView) -> str:
    return f"{path_of(view)}.breadth"


def list_words(view: IndexView) -> Sentence:
    """Say ``by the list at the start (31 December 2025)``; nothing where no list is counted."""
    members = view.breadth.members
    if members is None:
        return Sentence()
    when = Figure(long_date(members.as_of), f"{_path(view)}.list_as_of")
    return Sentence(f"by the list at the {members.which} (", when, ")")


def breadth_sentence(view: IndexView) -> Sentence:
    """``IWM: 19 of 30 lines rose (63.3 %), 56.7 % by more than 10 %.``; nothing without a claim.

    For a pane, which names the list beside it.
    """
    sentence = _rose(view)
    if not sentence:
        return sentence
    ten = next((place for place, rung in _rungs(view) if rung.threshold == 0.10), None)
    if ten is not None:
        rung, path = view.breadth.ladder[ten], f"{_path(view)}.ladder[{ten}]"
        assert rung.share is not None
        sentence = Sentence(
            sentence, ", ", Figure(share(rung.share), f"{path}.share"), " by more than ",
            _threshold(rung, path),
        )  # fmt: skip
    return Sentence(head(view.fund), sentence, ".")


def breadth_in_full(view: IndexView, mark: str) -> Sentence:
    """By which list, how many rose, and by how much, rung by rung; nothing without a claim.

    ``mark`` is what else its head has to say, such as "intraday".
    """
    clauses = [_rose(view)]
    if not clauses[0]:
        return Sentence()
    for place, rung in _rungs(view):
        path = f"{_path(view)}.ladder[{place}]"
        assert rung.share is not None
        count = Figure(f"{rung.count:,}", f"{path}.count")
        by = Sentence(" by more than ", _threshold(rung, path))
        if rung.threshold == 1.0:
            by = Sentence(" more than doubled")
        clauses.append(Sentence(count, by, " (", Figure(share(rung.share), f"{path}.share"), ")"))
    return Sentence(head(view.fund, mark, list_words(view)), listed(clauses), ".")


def _rungs(view: IndexView) -> list[tuple[int, Rung]]:
    """The rungs above zero, each with its place in the ladder."""
    ladder = enumerate(view.breadth.ladder)
    return [(place, rung) for place, rung in ladder if not rung.below and rung.threshold > 0]


def _threshold(rung: Rung, path: str) -> Figure:
    return Figure(f"{rung.threshold * 100:g} %", f"{path}.above")


def _rose(view: IndexView) -> Sentence:
    """Count the lines that rose: ``1,209 of 1,863 lines rose (64.9 %)``."""
    breadth, path = view.breadth, _path(view)
    if not view.claims_breadth or not breadth.n or breadth.share_up is None:
        return Sentence()
    return Sentence(
        Figure(f"{breadth.up:,}", f"{path}.up"),
        " of ",
        Figure(f"{breadth.n:,}", f"{path}.n"),
        " lines rose (",
        Figure(share(breadth.share_up), f"{path}.share_up"),
        ")",
    )
