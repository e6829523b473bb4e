"""The measured lines in prose, where the funds' closes give no gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.note.phrase import Name, Sentence, path_of
from core.note.prose import ProseStyle, introduced, percent, places_of, return_places
from core.note.ranking_words import opening_mark
from core.note.story_breadth import breadth
from core.note.story_end import by_own_closes, closing
from core.note.story_names import carried, dragged, who
from core.note.story_opening import dividends, moved, to_end, verb_of, when
from core.note.story_without import without
from core.note.verdict import level

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot


def lines_alone(snapshot: Snapshot, *, full: bool) -> tuple[list[Sentence], ...]:
    """The paragraphs of an answer without a gap, or return, of the funds; short, the only one.

    At least one index is measured.
    """
    gap, views = snapshot.basket_gap, list(snapshot.indices.values())
    returns = [view.basket_return for view in views]
    voice = ProseStyle(snapshot, places_of(gap, *returns) if gap is not None else 1)
    if gap is None:
        opening = [_unknown(snapshot), *(_return(snapshot, view, voice) for view in views)]
        pairs = [(view, view) for view in views]
    else:
        opening = [*_gap(snapshot, gap, voice), _unranked(snapshot)]
        ahead, behind = views if gap >= 0 else views[::-1]
        pairs = [(ahead, behind)]
    if not full:
        leaders = [who(ahead, behind, voice) for ahead, behind in pairs]
        counts = breadth(views, voice, full=False) if gap is None else []
        return [*opening, *leaders, *counts], without(snapshot, voice)
    names = []
    for ahead, behind in pairs:
        names.append(dragged(behind, voice))
        names.append(carried(ahead, voice, sectors="none" if ahead is behind else "both"))
    return (
        opening,
        *names,
        breadth(views, voice),
        *closing(snapshot, voice),
    )


def _gap(snapshot: Snapshot, gap: float, voice: ProseStyle) -> list[Sentence]:
    """How far the measured lines are apart, and what each side returned."""
    window, (small, large) = when(snapshot), introduced(snapshot)
    one, other = (view.basket_return for view in snapshot.indices.values())
    first = Sentence(opening_mark(snapshot), "the measured stocks of ", small)
    if level(gap):
        first = Sentence(first, " and of ", large, " ended level ", window.words, ".")
    else:
        by = voice.points(gap, "baskets.gap_pp")
        verb = f"{window.has(several=True)}{verb_of(gap, one, window)}"
        first = Sentence(first, f" {verb} those of ", large, " by ", by, " ", window.words, ".")
    places = places_of(gap, one, other)
    second = f" {moved(other)} " if (one >= 0) != (other >= 0) else " "
    returns = Sentence(
        "Those of ", voice.fund(snapshot.question.small), f" {moved(one)} ",
        percent(one, "baskets.small_return", places), dividends(snapshot), to_end(snapshot),
        ", those of ", voice.fund(snapshot.question.large), second,
        percent(other, "baskets.large_return", places), ".",
    )  # fmt: skip
    return [first, returns]


def _reason(snapshot: Snapshot) -> Name:
    """Say why the funds' closes give no gap; the remedy stands beside the note."""
    return Name(snapshot.missing[0].partition(": ")[0])


def _unranked(snapshot: Snapshot) -> Sentence:
    """Say that the funds' gap is neither known nor ranked."""
    words = "How far the funds themselves are apart, and how rare that is, is not known ("
    return Sentence(words, _reason(snapshot), ").")


def _unknown(snapshot: Snapshot) -> Sentence:
    """Say that the gap of a pair, or the return of one index, is not known."""
    window, names = when(snapshot), introduced(snapshot)
    if snapshot.question.alone:
        first = Sentence("what ", names[0], " returned ")
    else:
        first = Sentence("how far ", names[0], " and ", names[1], " are apart ")
    why = Sentence(" is not known (", _reason(snapshot), ").")
    return Sentence(opening_mark(snapshot), first, window.words, why)


def _return(snapshot: Snapshot, view: IndexView, voice: ProseStyle) -> Sentence:
    """What a fund, or else its measured lines, returned; nothing below the coverage floor."""
    path, fund = path_of(view), voice.fund(view.fund)
    if by_own_closes(snapshot, view):
        assert view.fund_return is not None
        subject, value, path = Sentence(fund), view.fund_return, f"{path}.fund_return"
    elif view.covered:
        subject, value = Sentence("the measured stocks of ", fund), view.basket_return
        path = f"{path}.basket_return"
    else:
        return Sentence()
    returned = percent(value, path, return_places(value))
    words = Sentence(f" {moved(value)} ", returned, dividends(snapshot), to_end(snapshot), ".")
    return Sentence(subject, words)
