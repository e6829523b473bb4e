"""The answer as a desk would print it: paragraphs in a reporter's order, short or full.

How far and how rare; who dragged and why, as far as figures say it; who carried; a handful or the
market; who leaves; what to bear in mind. Companies are named once with their ticker, units are
spelled at their first use, and every number stands in the note's JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from core.note.phrase import Figure, Name, Sentence
from core.note.rarity_words import further_claim
from core.note.story_alone import alone
from core.note.story_breadth import breadth, brief_verdict, full_verdict
from core.note.story_end import in_mind, leavers
from core.note.story_names import carried, dragged, who
from core.note.story_opening import (
    RUN,
    Claimed,
    gap_sentence,
    introduced,
    mark,
    rarity_claim,
    rarity_context,
    returns_sentence,
    when,
)
from core.note.verdict import level
from core.note.voice import Voice, places_of

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.spread import Spread

Length = Literal["short", "full"]
LENGTHS: Final[tuple[Length, ...]] = ("short", "full")
Paragraph = tuple[Sentence, ...]


def story(snapshot: Snapshot, length: Length = "full") -> tuple[Paragraph, ...]:
    """The answer in paragraphs of sentences; () where there is no gap, and no return, to tell.

    Args:
        snapshot: the answer.
        length: "short" for about 60 words in one paragraph, "full" for about 250.
    """
    full = length == "full"
    if snapshot.own is not None:
        return _filled(*alone(snapshot, snapshot.own, full=full))
    spread = snapshot.spread
    if spread is None:
        return ()
    voice = Voice(places_of(spread.gap, spread.small_return, spread.large_return))
    opening = _opening(snapshot, spread, voice, full=full)
    pair = snapshot.small, snapshot.large
    ahead, behind = pair if spread.gap >= 0 else pair[::-1]
    if not full:
        return _filled([*opening, who(ahead, behind, voice), brief_verdict(snapshot)])
    views = [view for view in (ahead, behind) if view is not None]
    return _filled(
        opening,
        dragged(behind, voice) if behind is not None else [],
        carried(ahead, voice) if ahead is not None else [],
        [full_verdict(snapshot, voice), *breadth(views)],
        leavers(snapshot, voice),
        in_mind(snapshot),
    )


def _filled(*paragraphs: list[Sentence]) -> tuple[Paragraph, ...]:
    """The paragraphs that say something, of the sentences that do."""
    filled = (tuple(sentence for sentence in sentences if sentence) for sentences in paragraphs)
    return tuple(paragraph for paragraph in filled if paragraph)


# -- how far, how rare -----------------------------------------------------------------------


def _opening(snapshot: Snapshot, spread: Spread, voice: Voice, *, full: bool) -> list[Sentence]:
    """The gap and how rare it is, both returns, and in full what is rare besides."""
    question = snapshot.question
    if level(spread.gap):
        small, large = (introduced(snapshot, fund) for fund in question.pair)
        words = when(snapshot).words
        first = Sentence(mark(snapshot), small, " and ", large, " ended level ", words, ".")
        return [first, returns_sentence(snapshot, spread)]
    kind = "lead" if spread.gap > 0 else "deficit"
    claimed = Claimed(kind, "wide", "spread.rolling", "spread.same_window", "gap_pp")
    sentences = [
        gap_sentence(snapshot, spread, rarity_claim(snapshot, spread, claimed), voice),
        returns_sentence(snapshot, spread),
        rarity_context(snapshot, spread, claimed, voice, full=full),
    ]
    return [*sentences, _besides(snapshot, spread)] if full else sentences


def _besides(snapshot: Snapshot, spread: Spread) -> Sentence:
    """A run of sessions, and the strongest claim of streaks and of the ratio."""
    run, further = _run(snapshot, spread), further_claim(snapshot, None)
    if run and further and " in a row" not in further:
        return Sentence(run, ", and ", further, ".")
    claim = _capital(further) if further else run
    return Sentence(claim, ".") if claim else claim


def _capital(sentence: Sentence) -> Sentence:
    """The sentence with a capital first letter; a name keeps its own."""
    first = sentence.parts[0]
    if isinstance(first, (Name, Figure)):
        return sentence
    return Sentence(f"{first[:1].upper()}{first[1:]}", *sentence.parts[1:])


def _run(snapshot: Snapshot, spread: Spread) -> Sentence:
    """In how many sessions in a row one fund beat the other, from five on; without an end."""
    now, question = spread.history.session_streak, snapshot.question
    if now.length < RUN or not spread.history.whole:
        return Sentence()
    pair = [Name(question.small), Name(question.large)][:: now.sign]
    length = Figure(f"{now.length:,}", "spread.streaks[0].length")
    return Sentence(pair[0], " has beaten ", pair[1], " in each of the last ", length, " sessions")
