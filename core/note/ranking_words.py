"""Words that the headline of a pair and that of one index share: marks, window, basis, place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Figure, Sentence, long_date

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.spread import Ranking

#: "Widest since Y" is said only when Y lies at least this many years back.
NOTABLE_YEARS: Final = 3
_WINDOW_WORDS: Final = {
    "1D": "over one session",
    "1W": "over one week",
    "MTD": "this month",
    "QTD": "this quarter",
    "YTD": "this year",
    "1M": "over one month",
    "3M": "over three months",
    "6M": "over six months",
    "1Y": "over one year",
    "H1": "in the first half",
    "H2": "in the second half",
}
BASIS_WORDS: Final = {"tr": "total return", "pr": "price return"}


def unfinished(snapshot: Snapshot) -> str:
    """The mark of an answer that a session still open is part of; "" of another."""
    return "intraday" if snapshot.state == "intraday" else ""


def opening_mark(snapshot: Snapshot) -> str:
    """The first words of a text: that the market is simulated, or a session still open."""
    before = "SIMULATED: " if snapshot.simulated else ""
    return before + ("Intraday: " if unfinished(snapshot) else "")


def window_words(snapshot: Snapshot) -> Sentence:
    """The window as a reader would say it."""
    label = snapshot.window.label
    if ":" in label:
        return Sentence("from ", Figure(long_date(snapshot.window.start), "question.start"))
    if label in _WINDOW_WORDS:
        return Sentence(_WINDOW_WORDS[label])
    return Sentence("in ", Figure(label, "question.window"))


def year(value: int, path: str) -> Figure:
    """A year that a ranking names."""
    return Figure(str(value), path)


def place_of(ranking: Ranking, path: str) -> Sentence:
    """Return "rank 3 of 26"."""
    return Sentence(
        "rank ", Figure(f"{ranking.rank:,}", f"{path}.rank"),
        " of ", Figure(f"{ranking.of:,}", f"{path}.of"),
    )  # fmt: skip


def same_window_words(ranking: Ranking, path: str, claim: str) -> Sentence:
    """Words for the rank among the same windows of other years.

    The first of all is called by ``claim``: "widest lead", "largest gain".
    """
    if not ranking.claim:
        earlier = Figure(f"{ranking.of - 1:,}", f"{path}.earlier_years")
        return Sentence("too few years for a rank (", earlier, " earlier)")
    if ranking.on_record:
        assert ranking.first_year is not None
        first = year(ranking.first_year, f"{path}.first_year")
        of = Figure(f"{ranking.of:,}", f"{path}.of")
        words = f"the {claim} for this window on record ("
        return Sentence(words, of, " years, from ", first, ")")
    last = max(one.year for one in ranking.history)
    place = Sentence(place_of(ranking, path), " for this window")
    if ranking.ties is not None and ranking.ties == ranking.since:
        return Sentence("it matches ", year(ranking.ties, f"{path}.ties"), ", ", place)
    if ranking.since is not None and last - ranking.since >= NOTABLE_YEARS:
        since = year(ranking.since, f"{path}.since")
        return Sentence(f"the {claim} for this window since ", since, ", ", place)
    return place
