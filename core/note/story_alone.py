"""One index alone, in prose: its return, its records, who made it, how broad."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Figure, Sentence, long_date
from core.note.prose import ProseStyle, introduced, percent, return_places
from core.note.ranking_words import opening_mark
from core.note.story_breadth import breadth
from core.note.story_end import closing
from core.note.story_names import carried, dragged, who
from core.note.story_opening import (
    RUN,
    Claimed,
    dividends,
    moved,
    ordinal,
    rarity_claim,
    rarity_context,
    to_end,
    when,
)
from core.note.story_without import without
from core.note.verdict import level

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.spread import Spread

_LEVEL: Final = "own.level"


def alone(snapshot: Snapshot, spread: Spread, *, full: bool) -> tuple[list[Sentence], ...]:
    """The paragraphs of one index; of the short form the only one."""
    voice = ProseStyle(snapshot)
    opening = _opening(snapshot, spread, voice, full=full)
    views = list(snapshot.indices.values())
    if not full:
        leaders = [who(view, view, voice) for view in views]
        counts = breadth(views, voice, full=False)
        return [*opening, *leaders, *counts], without(snapshot, voice)
    opening += [_deepest(spread), _run(snapshot, spread)]
    names: list[list[Sentence]] = []
    for view in views:
        # one paragraph tells of the sectors; both ends of them are in it
        gaining = spread.small_return >= 0
        # in the order in which they are read: what is named first is named in full
        sides = (carried, dragged) if gaining else (dragged, carried)
        names += [sides[0](view, voice), sides[1](view, voice, sectors="none")]
    return (
        opening,
        *names,
        breadth(views, voice),
        *closing(snapshot, voice),
    )


def _opening(
    snapshot: Snapshot, spread: Spread, voice: ProseStyle, *, full: bool
) -> list[Sentence]:
    """The return and how rare it is, and where the close stands."""
    window, value = when(snapshot), spread.small_return
    name = introduced(snapshot)[0]
    end = to_end(snapshot)
    if level(value):
        first = Sentence(opening_mark(snapshot), name, " ended unchanged ", window.words, end, ".")
        return [first, _close(snapshot, spread, full=full)]
    kind = "gain" if value > 0 else "loss"
    claimed = Claimed(kind, "large", "own.rolling", "own.calendar", "return", owner="its")
    verb = f" {window.has()}{moved(value)} "
    claim = rarity_claim(snapshot, spread, claimed)
    context = rarity_context(snapshot, spread, claimed, voice, full=full)
    first = Sentence(
        opening_mark(snapshot), name, verb, percent(value, "own.return", return_places(value)),
        f"{dividends(snapshot)} ", window.words, end, claim, ".",
    )  # fmt: skip
    return [first, context, _close(snapshot, spread, full=full)]


def _close(snapshot: Snapshot, spread: Spread, *, full: bool) -> Sentence:
    """The last close against the highest one, and in full the record closes of the year."""
    closes, records = spread.history.ratio, spread.history.record_closes
    if closes is None or not spread.history.whole:
        return Sentence()
    now = snapshot.as_of.year
    if closes.high.end != closes.end:
        off = percent(closes.off(closes.high), f"{_LEVEL}.off_high")
        day = Figure(long_date(closes.high.end), f"{_LEVEL}.high.date")
        return Sentence("It closed ", off, " below its record of ", day, ".")
    first = Figure(long_date(closes.first), f"{_LEVEL}.first")
    if not closes.record_high:
        return Sentence("It closed level with its record in data since ", first, ".")
    sentence = Sentence("It closed at a record in data since ", first)
    if not full or not records.get(now):
        return Sentence(sentence, ".")
    count = Figure(f"{records[now]:,}", f'own.record_closes["{now}"]')
    before = Sentence()
    if now - 1 in records:
        earlier = Figure(f"{records[now - 1]:,}", f'own.record_closes["{now - 1}"]')
        before = Sentence(", after ", earlier, " the year before")
    return Sentence(sentence, ", its ", count, f"{ordinal(records[now])} of the year", before, ".")


def _deepest(spread: Spread) -> Sentence:
    """The deepest fall inside the window; nothing where the window's loss is no smaller."""
    if round(spread.drawdown, 4) >= 0 or spread.history.length < 2:
        return Sentence()
    if round(spread.drawdown, 3) >= round(spread.small_return, 3):
        return Sentence()
    return Sentence(
        "Its deepest setback on the way was ", percent(spread.drawdown, "own.drawdown"), "."
    )


def _run(snapshot: Snapshot, spread: Spread) -> Sentence:
    """In how many sessions in a row it rose or fell, from five on."""
    now = spread.history.session_streak
    if now.length < RUN or now.after_hole or not spread.history.whole:
        return Sentence()
    verb = "risen" if now.sign > 0 else "fallen"
    length = Figure(f"{now.length:,}", "own.streaks[0].length")
    return Sentence(f"It has {verb} in each of the last ", length, " sessions.")
