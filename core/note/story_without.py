"""The gap, or an index, without some names, in prose.

Each of the two conventions (`core.note.without_words`) is named beside its figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Name, Sentence, joined, listed, path_of
from core.note.prose import percent
from core.note.verdict import level
from core.note.without_words import NAMES

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.note.prose import ProseStyle

_WEIGHTED_UP: Final = "with the other stocks weighted up"


def without(snapshot: Snapshot, voice: ProseStyle) -> list[Sentence]:
    """Say what the answer is without the names that the question leaves out; else nothing."""
    views = [view for view in snapshot.indices.values() if view.without is not None]
    if not views or not all(view.claims for view in views):
        return []
    if snapshot.spread is None:
        return [_index(view, voice) for view in views]
    return [_gap(snapshot, views, voice)]


def _gap(snapshot: Snapshot, views: list[IndexView], voice: ProseStyle) -> Sentence:
    """Say: ``Taking Microsoft out of SPY leaves IWM 13.4 points ahead of SPY``."""
    gaps = snapshot.gap_without
    if gaps is None:
        return Sentence()
    each = [Sentence(_names(view, voice), " out of ", voice.fund(view.fund)) for view in views]
    small, large = (voice.fund(fund) for fund in snapshot.question.pair)
    zeroed = _apart(gaps.zeroed, "without.gap_zeroed_pp", voice)
    to = " with " if level(gaps.zeroed) else " of " if gaps.zeroed > 0 else " "
    comma = "," if len(each) > 1 else ""
    names = joined(each, ", and ")
    sentence = Sentence(
        "Taking ", names, f"{comma} leaves ", small, " ", zeroed, to, large, " (zeroed)"
    )
    if gaps.reweighted is None:
        return Sentence(sentence, ".")
    reweighted = _apart(gaps.reweighted, "without.gap_reweighted_pp", voice)
    return Sentence(
        sentence, f"; {_WEIGHTED_UP}, the measured ones are ", reweighted, " (reweighted)."
    )


def _apart(gap: float, path: str, voice: ProseStyle) -> Sentence:
    """Say where a gap leaves its small side: ``13.4 points ahead``."""
    if level(gap):
        return Sentence("level")
    return Sentence(voice.points(gap, path), " ahead" if gap > 0 else " behind")


def _index(view: IndexView, voice: ProseStyle) -> Sentence:
    """Say: ``Taking Bloom Energy out of IWM leaves a gain of 21.1%``."""
    figures = view.without
    assert figures is not None
    path, clauses = f"{path_of(view)}.without", []
    if figures.fund_zeroed is not None:
        figure = percent(figures.fund_zeroed, f"{path}.fund_without_zeroed")
        clauses.append(Sentence(f" leaves a {_kind(figures.fund_zeroed)} of ", figure, " (zeroed)"))
    if figures.reweighted is not None:
        value = percent(figures.reweighted, f"{path}.index_without_reweighted")
        words = " leaves the measured stocks "
        if clauses:
            words = f"; {_WEIGHTED_UP}, the measured ones show "
        kind = _kind(figures.reweighted)
        clauses.append(Sentence(f"{words}a {kind} of ", value, " (reweighted)"))
    if not clauses:
        return Sentence()
    return Sentence(
        "Taking ", _names(view, voice), " out of ", voice.fund(view.fund), *clauses, "."
    )


def _kind(value: float) -> str:
    return "gain" if value >= 0 else "loss"


def _names(view: IndexView, voice: ProseStyle) -> Sentence:
    """The companies left out of an index; of many the first."""
    assert view.without is not None
    symbols, lines = view.without.symbols, view.contributors.symbols
    names = [
        voice.company(view, lines.index(symbol)) if symbol in lines else Name(symbol)
        for symbol in symbols[:NAMES]
    ]
    return listed([*names, *(["others"] if len(symbols) > NAMES else [])])
