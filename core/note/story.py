"""The answer in prose: paragraphs in a reporter's order, short or full.

How far and how rare; who dragged and why, as far as figures say it; who carried; a handful or the
market; who leaves; what to bear in mind. Companies are named once with their ticker, units are
spelled at their first use, and every number stands in the note's JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from core.note.phrase import Figure, Name, Sentence
from core.note.prose import ProseStyle, introduced, places_of
from core.note.ranking_words import opening_mark
from core.note.rarity_words import UNITS, longest_since, ratio_words, streak_path, strongest
from core.note.story_alone import alone
from core.note.story_breadth import breadth, brief_verdict, full_verdict
from core.note.story_end import closing
from core.note.story_lines import lines_alone
from core.note.story_names import Ends, carried, dragged, who, widened
from core.note.story_opening import (
    RUN,
    Claimed,
    gap_sentence,
    rarity_claim,
    rarity_context,
    returns_sentence,
    when,
)
from core.note.story_without import without
from core.note.verdict import level

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.spread import Spread
    from core.measures.streaks import Streak

Length = Literal["short", "full"]
LENGTHS: Final[tuple[Length, ...]] = ("short", "full")
Paragraph = tuple[Sentence, ...]


def story(snapshot: Snapshot, length: Length = "full") -> tuple[Paragraph, ...]:
    """The answer in paragraphs of sentences.

    Args:
        snapshot: the answer.
        length: "short" for about 60 words in one paragraph, "full" for about 250.
    """
    full = length == "full"
    if snapshot.single_spread is not None:
        return _filled(*alone(snapshot, snapshot.single_spread, full=full))
    spread = snapshot.spread
    if spread is None:
        return _filled(*lines_alone(snapshot, full=full))
    places = places_of(spread.gap, spread.small_return, spread.large_return)
    voice = ProseStyle(snapshot, places)
    opening = _opening(snapshot, spread, voice, full=full)
    pair = snapshot.small, snapshot.large
    ahead, behind = pair if spread.gap >= 0 else pair[::-1]
    if not full:
        sentences = [*opening, who(ahead, behind, voice), brief_verdict(snapshot)]
        return _filled(sentences, without(snapshot, voice))
    views = [view for view in (ahead, behind) if view is not None]
    by_sector = widened(snapshot, voice)
    sectors: Ends = "one" if by_sector else "both"
    return _filled(
        opening,
        dragged(behind, voice, sectors=sectors) if behind is not None else [],
        carried(ahead, voice, sectors=sectors) if ahead is not None else [],
        [full_verdict(snapshot, voice), by_sector, *breadth(views, voice)],
        *closing(snapshot, voice),
    )


def _filled(*paragraphs: list[Sentence]) -> tuple[Paragraph, ...]:
    """The paragraphs that say something, of the sentences that do."""
    filled = (tuple(_capital(one) for one in sentences if one) for sentences in paragraphs)
    return tuple(paragraph for paragraph in filled if paragraph)


def _capital(sentence: Sentence) -> Sentence:
    """The sentence with a capital first letter; a name that is no index keeps its own."""
    first = sentence.parts[0]
    if isinstance(first, Figure) or (isinstance(first, Name) and not first.startswith("the ")):
        return sentence
    word = f"{first[:1].upper()}{first[1:]}"
    return Sentence(Name(word) if isinstance(first, Name) else word, *sentence.parts[1:])


# -- how far, how rare -----------------------------------------------------------------------


def _opening(
    snapshot: Snapshot, spread: Spread, voice: ProseStyle, *, full: bool
) -> list[Sentence]:
    """The gap and how rare it is, both returns, and in full what is rare besides."""
    if level(spread.gap):
        small, large = introduced(snapshot)
        words = when(snapshot).words
        first = Sentence(opening_mark(snapshot), small, " and ", large, " ended level ", words, ".")
        return [first, returns_sentence(snapshot, spread, voice)]
    kind = "lead" if spread.gap > 0 else "deficit"
    claimed = Claimed(kind, "wide", "spread.rolling", "spread.same_window", "gap_pp")
    sentences = [
        gap_sentence(snapshot, spread, rarity_claim(snapshot, spread, claimed), voice),
        returns_sentence(snapshot, spread, voice),
        rarity_context(snapshot, spread, claimed, voice, full=full),
    ]
    return [*sentences, _besides(snapshot, spread, voice)] if full else sentences


def _besides(snapshot: Snapshot, spread: Spread, voice: ProseStyle) -> Sentence:
    """A run of sessions, and the strongest claim of streaks and of the ratio."""
    claim = strongest(snapshot, None)
    if isinstance(claim, tuple):
        of, streak = claim
        path = streak_path(of, streak.unit)
        return Sentence(_run(snapshot, streak, path, voice), longest_since(streak, path), ".")
    now, ratio = spread.history.session_streak, Sentence()
    if claim is not None:
        ratio = ratio_words(snapshot, claim)
    if now.length < RUN or now.after_hole or not spread.history.whole:
        return Sentence(ratio, ".") if ratio else ratio
    run = _run(snapshot, now, streak_path("gap", now.unit), voice)
    return Sentence(run, ", and ", ratio, ".") if ratio else Sentence(run, ".")


def _run(snapshot: Snapshot, streak: Streak, path: str, voice: ProseStyle) -> Sentence:
    """In how many sessions, weeks or months in a row one fund beat the other; without an end."""
    question = snapshot.question
    pair = [voice.fund(question.small), voice.fund(question.large)][:: streak.sign]
    length = Figure(f"{streak.length:,}", f"{path}.length")
    last = " in each of the last "
    return Sentence(pair[0], " has beaten ", pair[1], last, length, f" {UNITS[streak.unit]}")
