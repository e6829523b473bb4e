"""Words that the headline of a pair and that of one index share: window, basis, place, year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Figure, Sentence, spoken

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


def window_words(snapshot: Snapshot) -> Sentence:
    """The window as a reader would say it."""
    label = snapshot.window.label
    if ":" in label:
        return Sentence("from ", Figure(spoken(snapshot.window.start), "question.start"))
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
