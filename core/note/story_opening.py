"""The first sentences of the answer in prose: how wide the gap is, and how rare."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from core.data.record import record
from core.measures.spread import comparisons
from core.note.phrase import Figure, Sentence, long_date
from core.note.prose import ProseStyle, introduced, percent, places_of, speaks_for_itself
from core.note.ranking_words import NOTABLE_YEARS, opening_mark
from core.note.rarity_words import beyond
from core.note.verdict import level

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.pair_series import YearGap
    from core.measures.rarity import Rank
    from core.measures.spread import Ranking, Spread

#: A streak of sessions is worth a sentence from so many on.
RUN: Final = 5
#: Windows that run to the as-of date -> the words for one that is not over.
_RUNNING: Final = {"MTD": "this month", "QTD": "this quarter", "YTD": "this year"}
_HALVES: Final = {"H1": "in the first half", "H2": "in the second half"}
#: Windows that reach back from their end -> the words before its date.
_REACHING: Final = {
    "1W": "in the week to ",
    "1M": "in the month to ",
    "3M": "in the three months to ",
    "6M": "in the six months to ",
    "1Y": "in the twelve months to ",
}


@record(frozen=True, slots=True)
class When:
    """A window as a sentence names it.

    Attributes:
        words: "this year", "in the week to 26 June 2026".
        dated: they name the day it ends on.
        running: it is not over: what happened in it has happened so far.
    """

    words: Sentence
    dated: bool
    running: bool

    def has(self, *, several: bool = False) -> str:
        """The auxiliary verb of a window still running, "has" or "have"; "" of one over."""
        return f"{'have' if several else 'has'} " if self.running else ""


@record(frozen=True, slots=True)
class Claimed:
    """What is claimed to be rare, and where its figures stand.

    Attributes:
        kind: "lead", "deficit", "gain" or "loss".
        size: "wide" of a gap, "large" of a return.
        rolling: path of its rank among all stretches as long.
        calendar: path of its rank among the same windows of other years.
        value: name of the value of one year there.
        owner: "the", or "its" of one index.
    """

    kind: str
    size: str
    rolling: str
    calendar: str
    value: str
    owner: str = "the"

    @property
    def superlative(self) -> str:
        """The superlative alone: "widest" of a gap, "largest" of a return."""
        return f"{self.size.removesuffix('e')}est"

    @property
    def most(self) -> str:
        """The superlative with its noun: "the widest lead"."""
        return f"{self.owner} {self.superlative} {self.kind}"

    @property
    def more(self) -> str:
        """The comparative with its noun: "a wider lead"."""
        return f"a {self.size.removesuffix('e')}er {self.kind}"


def when(snapshot: Snapshot) -> When:
    """The window of an answer in words; one that ran to an earlier day is named by its dates."""
    window, label = snapshot.window, snapshot.window.label
    end = Figure(long_date(window.end), "question.end")
    last = window.end >= snapshot.last_session
    if label == "1D":
        return When(Sentence("on ", end), dated=True, running=False)
    if label in _REACHING:
        return When(Sentence(_REACHING[label], end), dated=True, running=False)
    if label in _RUNNING and last:
        return When(Sentence(_RUNNING[label]), dated=False, running=True)
    if label in _HALVES:
        return When(Sentence(_HALVES[label]), dated=False, running=last)
    if label.isdigit():
        year = Figure(label, "question.window")
        return When(Sentence("in ", year), dated=_is_whole_year(snapshot), running=last)
    start = Figure(long_date(window.start), "question.start")
    return When(Sentence("from ", start, " to ", end), dated=True, running=False)


def _is_whole_year(snapshot: Snapshot) -> bool:
    """Whether the window is a calendar year that is over."""
    end, label = snapshot.window.end_anchor, snapshot.window.label
    over = label.isdigit() and end == date(int(label), 12, 31)
    return over and end <= snapshot.last_session


def moved(value: float) -> str:
    """The verb of a return."""
    return "gained" if value >= 0 else "lost"


def dividends(snapshot: Snapshot) -> str:
    """Whether returns hold dividends, after a space; "" where the funds' first mention says it."""
    if speaks_for_itself(snapshot):
        return ""
    if snapshot.question.basis == "pr":
        return " before dividends"
    without = snapshot.price_returns
    if not without:
        return " including dividends"
    every = len(without) == len(snapshot.question.funds)
    return " before dividends (none are held)" if every else " including the dividends held"


def to_end(snapshot: Snapshot) -> Sentence:
    """The day a window ends on, after a space; nothing where the window's words name it."""
    if when(snapshot).dated:
        return Sentence()
    return Sentence(" to ", Figure(long_date(snapshot.window.end), "question.end"))


def verb_of(gap: float, small_return: float, window: When) -> str:
    """The verb for the small side of a gap: who lost less has outpaced nobody."""
    if gap < 0:
        return "lagged"
    if small_return > 0:
        return "outpaced"
    return "beaten" if window.running else "beat"


def gap_sentence(
    snapshot: Snapshot, spread: Spread, claim: Sentence, voice: ProseStyle
) -> Sentence:
    """Say: ``IWM has outpaced SPY by 14.8 percentage points this year, the widest lead ...``.

    The claim is how rare it is, as the sentence goes on.
    """
    window, (small, large) = when(snapshot), introduced(snapshot)
    verb = f"{window.has()}{verb_of(spread.gap, spread.small_return, window)}"
    return Sentence(
        opening_mark(snapshot), small, f" {verb} ", large, " by ",
        voice.points(spread.gap, "spread.gap_pp"), " ", window.words, claim, ".",
    )  # fmt: skip


def returns_sentence(snapshot: Snapshot, spread: Spread, voice: ProseStyle) -> Sentence:
    """Say what each of two funds returned, at places at which the gap between them adds up."""
    question = snapshot.question
    one, other = spread.small_return, spread.large_return
    places = places_of(spread.gap, one, other)
    to = Sentence(dividends(snapshot), to_end(snapshot))
    if level(one) and level(other):
        return Sentence("Neither moved", to, ".")
    small, large = voice.fund(question.small), voice.fund(question.large)
    first = Sentence(small, " was unchanged", to, ", ", large)
    if not level(one):
        value = percent(one, "spread.small_return", places)
        first = Sentence(small, f" {moved(one)} ", value, to, ", ", large)
    if level(other):
        return Sentence(first, " was unchanged.")
    # of two that moved one way the verb is said once
    again = level(one) or (one >= 0) != (other >= 0)
    second = f" {moved(other)} " if again else " "
    return Sentence(first, second, percent(other, "spread.large_return", places), ".")


def _every(rank: Rank, path: str) -> Sentence:
    """What a value is ranked among: ``6,554 overlapping 5-session stretches since ...``."""
    of, first = Figure(f"{rank.of:,}", f"{path}.of"), Figure(long_date(rank.first), f"{path}.first")
    over = Sentence("sessions")
    if rank.length > 1:
        length = Figure(f"{rank.length:,}", f"{path}.sessions")
        over = Sentence("overlapping ", length, "-session stretches")
    return Sentence(of, " ", over, " since ", first)


def rarity_claim(snapshot: Snapshot, spread: Spread, claimed: Claimed) -> Sentence:
    """How rare a gap or return is, by what fits the window, as a sentence goes on."""
    if comparisons(snapshot.window.label, spread.history.length).rolling:
        return _rolling_claim(spread.rolling, claimed)
    return _calendar_claim(snapshot, spread.same_window, claimed)


def rarity_context(
    snapshot: Snapshot, spread: Spread, claimed: Claimed, voice: ProseStyle, *, full: bool
) -> Sentence:
    """The context of the claim: how usual it is, or how extreme another was; or nothing.

    In short only how often a usual value was reached.
    """
    rank, ranking = spread.rolling, spread.same_window
    if comparisons(snapshot.window.label, spread.history.length).rolling:
        if rank is None:
            return Sentence("It is not ranked: closes are missing inside the window.")
        if rank.standing is None:
            first = Figure(long_date(rank.first), f"{claimed.rolling}.first")
            return Sentence("Closes since ", first, " are too few to say how rare that is.")
        return _rolling_context(rank, claimed, voice, full=full)
    if ranking.of == 1:
        return Sentence("It is not ranked: no closes of earlier years are held.")
    if not ranking.claim:
        earlier = Figure(f"{ranking.of - 1:,}", f"{claimed.calendar}.earlier_years")
        years = "year" if ranking.of == 2 else "years"
        return Sentence("It is not ranked: closes of ", earlier, f" earlier {years} are too few.")
    return _calendar_context(ranking, claimed, voice) if full else Sentence()


def _rolling_claim(rank: Rank | None, claimed: Claimed) -> Sentence:
    """The claim among all stretches as long, as a sentence goes on; nothing for a usual value."""
    path = claimed.rolling
    if rank is None or rank.standing in (None, "usual"):
        return Sentence()
    if rank.standing == "record":
        return Sentence(f", {claimed.most} of all ", _every(rank, path))
    if rank.standing == "rare":
        figure = Figure(beyond(rank, path).replace(" ", ""), f"{path}.beyond")
        return Sentence(f", {claimed.more} than in ", figure, " of ", _every(rank, path))
    assert rank.last_overlapping is not None
    last = Figure(long_date(rank.last_overlapping), f"{path}.last_overlapping")
    if rank.length == 1:
        words = f", {claimed.owner} {claimed.superlative} one-session {claimed.kind} since "
        return Sentence(words, last)
    length = Figure(f"{rank.length:,}", f"{path}.sessions")
    return Sentence(f", {claimed.most} over ", length, " sessions since ", last)


def _rolling_context(rank: Rank, claimed: Claimed, voice: ProseStyle, *, full: bool) -> Sentence:
    """How often a usual value was reached; in full, how far out the farthest of a rare one was."""
    path = claimed.rolling
    if rank.standing not in ("usual", "rare"):
        return Sentence()
    if rank.standing == "usual":
        count = Figure(f"{rank.as_wide:,}", f"{path}.as_wide")
        last = Sentence()
        if rank.last is not None and full:
            last = Sentence(", the last on ", Figure(long_date(rank.last), f"{path}.last"))
        words = f"A {claimed.kind} as {claimed.size} is not unusual: "
        return Sentence(words, count, " of ", _every(rank, path), " saw one", last, ".")
    if not full:
        return Sentence()
    record, end = rank.record, Figure(long_date(rank.record.end), f"{path}.record.end")
    value = _value(record.value, f"{path}.record.{claimed.value}", voice)
    ended = "came" if rank.length == 1 else "ended"
    words = f"The {claimed.superlative} such {claimed.kind}, "
    return Sentence(words, value, f", {ended} on ", end, ".")


def _value(value: float, path: str, voice: ProseStyle) -> Figure | Sentence:
    """A gap in points, or a return in per cent, as the path says."""
    return voice.points(value, path) if path.endswith("_pp") else percent(value, path)


def _part(snapshot: Snapshot) -> str:
    """Words for the period compared with other years: a calendar year, or this part of one."""
    return "for a calendar year" if _is_whole_year(snapshot) else "for this part of a year"


def _calendar_claim(snapshot: Snapshot, ranking: Ranking, claimed: Claimed) -> Sentence:
    """The claim among the same windows of other years, as a sentence goes on."""
    path = claimed.calendar
    if not ranking.claim:
        return Sentence()
    words, of = f", {claimed.most} {_part(snapshot)}", Figure(f"{ranking.of:,}", f"{path}.of")
    if ranking.on_record:
        return Sentence(words, " in ", of, " years of records")
    if _since(ranking) is not None:
        return Sentence(words, " since ", Figure(f"{ranking.since}", f"{path}.since"))
    rank = Figure(f"{ranking.rank}", f"{path}.rank")
    return Sentence(
        f", {claimed.owner} ", rank, f"{ordinal(ranking.rank)}-{claimed.superlative} {claimed.kind}"
        f" {_part(snapshot)}"
        " in ", of, " years",
    )  # fmt: skip


def ordinal(number: int) -> str:
    """The letters after an ordinal: 1st, 2nd, 3rd, 11th."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _since(ranking: Ranking) -> YearGap | None:
    """The year that a claim names, which was wider; None where none is, or it is recent."""
    last = max(year.year for year in ranking.history)
    if ranking.since is None or ranking.ties is not None or last - ranking.since < NOTABLE_YEARS:
        return None
    return next(year for year in ranking.history if year.year == ranking.since)


def _calendar_context(ranking: Ranking, claimed: Claimed, voice: ProseStyle) -> Sentence:
    """Say what the runner-up of a claim was, or the earlier year that the claim names."""
    path = claimed.calendar
    runner = ranking.runner_up
    if ranking.on_record and runner is not None and (runner.gap > 0) == (ranking.gap > 0):
        value = _value(runner.gap, f"{path}.runner_up.{claimed.value}", voice)
        year = Figure(f"{runner.year}", f"{path}.runner_up.year")
        return Sentence(f"The next {claimed.superlative} {claimed.kind} was ", value, ", in ", year,
                        ".")  # fmt: skip
    since = _since(ranking)
    if since is None or ranking.on_record:
        return Sentence()
    place = ranking.history.index(since)
    value = _value(since.gap, f"{path}.history[{place}].{claimed.value}", voice)
    return Sentence("In ", Figure(f"{since.year}", f"{path}.since"), " it was ", value, ".")
