"""The answer as a desk would print it: paragraphs in a reporter's order, short or full.

How far and how rare; who dragged and why, as far as figures say it; who carried; a handful or the
market; who leaves; what to bear in mind. Companies are named once with their ticker, units are
spelled at their first use, and every number stands in the note's JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from core.note.announced import reconstitution_sentence
from core.note.breadth_words import list_words
from core.note.headline import compared
from core.note.phrase import Figure, Name, Sentence, key, listed, spoken
from core.note.ranking_words import window_words
from core.note.rarity_words import beyond, further_claim
from core.note.story_names import carried, dragged, who
from core.note.verdict import inside_window, leaders_that_left, level, verdict
from core.note.voice import Voice, percent

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.measures.rarity import Rank
    from core.measures.spread import Ranking, Spread

Length = Literal["short", "full"]
LENGTHS: Final[tuple[Length, ...]] = ("short", "full")
#: A streak of sessions is worth a sentence from so many on.
RUN: Final = 5
_BRIEF: Final = {
    "broad": "The gap is broad.",
    "handful": "It is the work of a handful.",
    "between": "It is neither the whole market's nor a handful's.",
    "unexplained": "Prices of funds and stocks disagree, so that what made it is open.",
}
Paragraph = tuple[Sentence, ...]


def story(snapshot: Snapshot, length: Length = "full") -> tuple[Paragraph, ...]:
    """The answer in paragraphs of sentences; () where there is no gap to tell.

    Args:
        snapshot: what is told, of a pair.
        length: "short" for about 60 words in one paragraph, "full" for about 250.
    """
    spread = snapshot.spread
    if spread is None:
        return ()
    voice = Voice()
    opening = [_opening(snapshot, spread, voice), _returns(snapshot, spread)]
    ahead, behind = _order(snapshot)
    if length == "short":
        brief = (*opening, who(ahead, behind, voice), _brief_verdict(snapshot))
        return (tuple(sentence for sentence in brief if sentence),)
    further = further_claim(snapshot, None) if not level(spread.gap) else Sentence()
    if further:
        opening.append(Sentence(_capital(further), "."))
    if " in a row" not in further:
        opening.append(_run(snapshot, spread))
    paragraphs: list[list[Sentence]] = [opening]
    if behind is not None:
        paragraphs.append(dragged(behind, voice))
    if ahead is not None:
        paragraphs.append(carried(ahead, voice))
    paragraphs.append([_verdict(snapshot, voice), *(_breadth(v) for v in (ahead, behind) if v)])
    paragraphs.append(_leavers(snapshot, voice))
    paragraphs.append(_in_mind(snapshot))
    whole = (tuple(s for s in sentences if s) for sentences in paragraphs)
    return tuple(paragraph for paragraph in whole if paragraph)


def _capital(sentence: Sentence) -> Sentence:
    """The sentence with a capital first letter; a name keeps its own."""
    first = sentence.parts[0]
    if isinstance(first, (Name, Figure)):
        return sentence
    return Sentence(f"{first[:1].upper()}{first[1:]}", *sentence.parts[1:])


def _order(snapshot: Snapshot) -> tuple[IndexView | None, IndexView | None]:
    """The index ahead and the one behind."""
    assert snapshot.spread is not None
    pair = snapshot.small, snapshot.large
    return pair if snapshot.spread.gap >= 0 else (pair[1], pair[0])


# -- how far, how rare -----------------------------------------------------------------------


def _opening(snapshot: Snapshot, spread: Spread, voice: Voice) -> Sentence:
    before = "SIMULATED: " if snapshot.simulated else ""
    before += "Intraday: " if snapshot.state == "intraday" else ""
    question, words = snapshot.question, window_words(snapshot)
    small, large = Name(question.small), Name(question.large)
    if level(spread.gap):
        return Sentence(before, small, " and ", large, " ended level ", words, ".")
    verb = " has outpaced " if spread.gap > 0 else " has lagged "
    gap = voice.points(spread.gap, "spread.gap_pp")
    lead = Sentence(before, small, verb, large, " by ", gap, " ", words)
    kind = "lead" if spread.gap > 0 else "deficit"
    if compared(snapshot).rolling:
        return Sentence(lead, _rolling(spread.rolling, kind))
    return Sentence(lead, _calendar(spread.same_window, kind), ".")


def _rolling(rank: Rank | None, kind: str) -> Sentence:
    """The claim among all stretches as long, as a sentence goes on and ends."""
    path = "spread.rolling"
    if rank is None or rank.standing is None:
        return Sentence(".")
    of = Figure(f"{rank.of:,}", f"{path}.of")
    first = Figure(spoken(rank.first), f"{path}.first")
    over = Sentence("sessions")
    if rank.length > 1:
        length = Figure(f"{rank.length:,}", f"{path}.sessions")
        over = Sentence("overlapping stretches of ", length, " sessions")
    every = Sentence(of, " ", over, " since ", first)
    if rank.standing == "record":
        return Sentence(f", the widest {kind} of all ", every, ".")
    if rank.standing in ("far", "near"):
        assert rank.last_overlapping is not None
        last = Figure(spoken(rank.last_overlapping), f"{path}.last_overlapping")
        return Sentence(f", the widest {kind} of its length since ", last, ".")
    last_words = Sentence()
    if rank.last is not None:
        last_words = Sentence(", most recently on ", Figure(spoken(rank.last), f"{path}.last"))
    if rank.standing == "rare":
        share = beyond(rank, path).replace(" ", "")
        figure = Figure(share, f"{path}.beyond")
        return Sentence(f", a wider {kind} than in ", figure, " of ", every, ".")
    as_wide = Figure(f"{rank.as_wide:,}", f"{path}.as_wide")
    return Sentence(
        ". That is not unusual: ", as_wide, " of ", every, " were as wide", last_words, "."
    )


def _calendar(ranking: Ranking, kind: str) -> Sentence:
    """The claim among the same windows of other years, as a sentence goes on."""
    path = "spread.same_window"
    if not ranking.claim:
        return Sentence()
    if ranking.on_record:
        of = Figure(f"{ranking.of:,}", f"{path}.of")
        return Sentence(f", the widest {kind} for this part of a year in ", of, " years of records")
    last = max(year.year for year in ranking.history)
    if ranking.since is not None and ranking.ties is None and last - ranking.since >= 3:
        since = Figure(f"{ranking.since}", f"{path}.since")
        return Sentence(f", the widest {kind} for this part of a year since ", since)
    rank, of = Figure(f"{ranking.rank}", f"{path}.rank"), Figure(f"{ranking.of}", f"{path}.of")
    return Sentence(", rank ", rank, " among the same part of ", of, " years")


def _moved(value: float) -> str:
    return "gained" if value >= 0 else "lost"


def _returns(snapshot: Snapshot, spread: Spread) -> Sentence:
    question = snapshot.question
    one, other = spread.small_return, spread.large_return
    basis = "with dividends" if question.basis == "tr" else "without dividends"
    end = Figure(spoken(snapshot.window.end), "question.end")
    second = f" {_moved(other)} " if (one >= 0) != (other >= 0) else " "
    return Sentence(
        Name(question.small), f" {_moved(one)} ", percent(one, "spread.small_return"),
        f" {basis} to ", end, ", ", Name(question.large), second,
        percent(other, "spread.large_return"), ".",
    )  # fmt: skip


def _at(view: IndexView) -> str:
    return f"indices{key(view.fund)}"


# -- a handful or the market -------------------------------------------------------------------


def _brief_verdict(snapshot: Snapshot) -> Sentence:
    result = verdict(snapshot)
    return Sentence() if result is None else Sentence(_BRIEF[result.word])


def _verdict(snapshot: Snapshot, voice: Voice) -> Sentence:
    result = verdict(snapshot)
    if result is None:
        return Sentence()
    if result.word == "unexplained":
        return Sentence(
            "Prices of the funds and of their stocks disagree by more than half of the gap, so"
            " that nobody can say from these figures what made it."
        )
    if result.word == "broad":
        equal = voice.points(result.equal, "verdict.equal_weight_pp")
        return Sentence("The gap is broad: at equal weights it would be ", equal, ".")
    leaders = voice.basis_points(result.leaders, "verdict.leaders_bp")
    count = Figure(f"{result.count}", "verdict.leaders_count")
    who = Sentence("the ", count, " largest contributors of ", Name(result.ahead))
    if result.word == "handful":
        return Sentence("The gap is the work of a handful: ", who, " brought ", leaders, ".")
    medians = voice.points(result.medians, "verdict.medians_pp")
    way = "ahead" if result.medians >= 0 else "behind"
    return Sentence(
        "The gap is neither the whole market's nor a handful's: the median stock of ",
        Name(result.ahead), " is ", medians, f" {way}, and ", who, " brought ", leaders, ".",
    )  # fmt: skip


def _breadth(view: IndexView) -> Sentence:
    """How many of an index's stocks rose."""
    breadth, path = view.breadth, f"{_at(view)}.breadth"
    if not view.claims_breadth or not breadth.n or breadth.share_up is None:
        return Sentence()
    up = percent(breadth.share_up, f"{path}.share_up")
    of = Figure(f"{breadth.n:,}", f"{path}.n")
    sentence = Sentence("In ", Name(view.fund), ", ", up, " of ", of, " stocks rose")
    doubled = next(
        (n for n, r in enumerate(breadth.ladder) if r.threshold == 1 and not r.below), -1
    )
    if doubled >= 0 and breadth.ladder[doubled].count:
        count = Figure(f"{breadth.ladder[doubled].count:,}", f"{path}.ladder[{doubled}].count")
        sentence = Sentence(sentence, " and ", count, " more than doubled")
    which = list_words(view)
    return Sentence(sentence, *((", ", which) if which else ()), ".")


def _run(snapshot: Snapshot, spread: Spread) -> Sentence:
    """In how many sessions in a row one fund beat the other, from five on."""
    now, question = spread.history.session_streak, snapshot.question
    if now.length < RUN or not spread.history.whole:
        return Sentence()
    pair = [Name(question.small), Name(question.large)][:: now.sign]
    length = Figure(f"{now.length:,}", "spread.streaks[0].length")
    return Sentence(pair[0], " has beaten ", pair[1], " in each of the last ", length, " sessions.")


# -- who leaves, what to bear in mind -------------------------------------------------------------


def _leavers(snapshot: Snapshot, voice: Voice) -> list[Sentence]:
    """Contributors that left inside the window, and a reconstitution near the date."""
    sentences = []
    for fund, changes in snapshot.changes.items():
        view = snapshot.indices.get(fund)
        if view is None or not view.claims or not inside_window(changes, snapshot.window.start):
            continue
        few = leaders_that_left(changes, view)
        if few is None:
            continue
        rows = [view.contributors.symbols.index(symbol) for symbol in few.symbols]
        who = listed(Sentence(voice.company(view, row)) for row in rows)
        path = f"changes{key(fund)}"
        brought = voice.basis_points(few.contribution, f"{path}.leaders_left.sum_bp")
        by = Figure(spoken(changes.to_date), f"{path}.to")
        sentences.append(
            Sentence(
                who, " left ", Name(fund), " by ", by, "; ",
                "together they brought " if len(rows) > 1 else "it brought ", brought, ".",
            )
        )  # fmt: skip
    return sentences + [
        reconstitution_sentence(snapshot, fund) for fund in snapshot.reconstitutions
    ]


def _in_mind(snapshot: Snapshot) -> list[Sentence]:
    """Coverage, basis and what is not claimed."""
    clauses = []
    for view in snapshot.indices.values():
        weight = percent(view.weight_measured, f"{_at(view)}.weight_measured")
        clauses.append(Sentence(weight, " of ", Name(view.fund), "'s weight"))
    sentences = []
    if clauses:
        sentences.append(Sentence("The figures cover ", listed(clauses), "."))
    withheld = [view for view in snapshot.indices.values() if not view.complete]
    if withheld:
        funds = listed(Sentence(Name(view.fund)) for view in withheld)
        sentences.append(Sentence("Not everything is claimed of ", funds, ": see the remarks."))
    if any(view.estimated for view in snapshot.indices.values()):
        sentences.append(
            Sentence("Weights at the start are estimated, carried by prices from later lists.")
        )
    with_dividends = "include" if snapshot.question.basis == "tr" else "leave out"
    sentences.append(Sentence(f"Returns are of market closes and {with_dividends} dividends."))
    return sentences
