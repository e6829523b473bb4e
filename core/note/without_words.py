"""Sentences about an index without some names; the printed parts add up.

There are two conventions, and wherever a figure of either is printed it is named:
zeroed is the fund's return less what the names contributed, in the fund's terms, and comes
first; reweighted is the measured basket with the other lines weighted up, (R - C) / (1 - W).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.data.record import record
from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    adds_up,
    basis_points,
    further_places,
    listed,
    path_of,
    percent,
    points,
    share,
)

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot, Without
    from core.measures.concentration import Top

#: What the two conventions mean, for the foot of a table.
ZEROED: Final = "zeroed: the fund's return less what they contributed"
REWEIGHTED: Final = "reweighted: the measured basket with the other lines weighted up"
#: Names that are printed.
NAMES: Final = 7


@record(frozen=True, slots=True)
class Together:
    """The largest contributors together, ready for a sentence.

    Attributes:
        words: ``+274 bp together, 13.7 % of the return; without them ...``.
        places: decimal places beyond whole basis points that its figures are printed with.
    """

    words: Sentence
    places: int


def together(view: IndexView, count: int, *, listed: bool) -> Together | None:
    """The largest contributors together, and the fund without them; None with fewer lines.

    Args:
        view: the index.
        count: how many, of the k of its concentration.
        listed: the contribution of each is printed beside it, so that they have to add up.
    """
    tops = view.concentration.top
    place = next((i for i, top in enumerate(tops) if top.k == count), None)
    if place is None:
        return None
    top, path = tops[place], f"{path_of(view)}.concentration.top[{place}]"
    parts = (top.contribution, *view.contributors.contribution[:count].tolist())
    amounts = parts if listed else parts[:1]
    places = further_places(*_sum(view, top), wished=[parts] if listed else [], amounts=amounts)
    sentence = Sentence(
        Figure(basis_points(top.contribution, places), f"{path}.sum_bp"), " together"
    )
    if top.share_of_net is not None and top.share_of_net > 0:
        part = Figure(share(top.share_of_net), f"{path}.share_of_net")
        sentence = Sentence(sentence, ", ", part, " of the return")
    way = _zeroed(view, top, path, places) or _reweighted(view, top, path)
    return Together(Sentence(sentence, "; without them ", way) if way else sentence, places)


def _sum(view: IndexView, figures: Top | Without) -> list[tuple[float, ...]]:
    """Return the sum that a reader can check: the fund's return less a contribution."""
    if figures.fund_zeroed is None or view.fund_return is None:
        return []
    return [(figures.fund_zeroed, view.fund_return, -figures.contribution)]


def _zeroed(view: IndexView, figures: Top | Without, path: str, places: int) -> Sentence:
    """The fund's return with some contributions at zero; nothing without its closes."""
    if figures.fund_zeroed is None or view.fund_return is None:
        return Sentence()
    remainder = Figure(percent(figures.fund_zeroed, 2 + places), f"{path}.fund_without_zeroed")
    if not adds_up(places, *_sum(view, figures)):
        return Sentence("the fund's return would be ", remainder, " (zeroed)")
    whole = percent(view.fund_return, 2 + places)
    return Sentence(
        "the fund's ", Figure(whole, f"{path_of(view)}.fund_return"),
        " would be ", remainder, " (zeroed)",
    )  # fmt: skip


def _reweighted(view: IndexView, figures: Top | Without, path: str) -> Sentence:
    """The basket with the rest weighted up; nothing where no other line is measured."""
    if figures.reweighted is None:
        return Sentence()
    whole = percent(view.basket_return)
    remainder = percent(figures.reweighted)
    return Sentence(
        "the measured lines' ", Figure(whole, f"{path_of(view)}.basket_return"),
        " would be ", Figure(remainder, f"{path}.index_without_reweighted"), " (reweighted)",
    )  # fmt: skip


def without_sentence(head: Sentence, view: IndexView) -> Sentence:
    """An index without the names that the question leaves out, by both conventions."""
    figures = view.without
    if figures is None:
        return Sentence()
    path = f"{path_of(view)}.without"
    first_symbols = " ".join(figures.symbols[:NAMES]) + " …" * (len(figures.symbols) > NAMES)
    places = further_places(*_sum(view, figures), amounts=[figures.contribution])
    contribution = Figure(basis_points(figures.contribution, places), f"{path}.sum_bp")
    ways = [_zeroed(view, figures, path, places), _reweighted(view, figures, path)]
    clauses = [part for way in ways if way for part in (", ", way)]
    clauses[2:3] = ["; "] if len(clauses) > 2 else []
    return Sentence(
        head, "without ", Name(first_symbols), ", which brought ", contribution,
        *(clauses or ["; no other line is measured"]), ".",
    )  # fmt: skip


def gap_without_sentence(snapshot: Snapshot) -> Sentence:
    """The gap without the names that the question leaves out, by both conventions."""
    gaps, spread = snapshot.gap_without, snapshot.spread
    views = [view for view in snapshot.indices.values() if view.without is not None]
    if gaps is None or spread is None or not all(view.claims for view in views):
        return Sentence()
    contributions = {view.fund: view.without.contribution for view in views if view.without}
    small, large = snapshot.question.small, snapshot.question.large
    parts = -contributions.get(small, 0.0), contributions.get(large, 0.0)
    amounts = contributions.values()
    places = further_places((gaps.zeroed, spread.gap, *parts), amounts=amounts)
    whose = listed(_lines_left_out(view, places) for view in views)
    gap = Sentence(" of ", Figure(points(spread.gap, places), "spread.gap_pp"))
    sentence = Sentence(
        "Without ", whose, ", the gap",
        gap if adds_up(places, (gaps.zeroed, spread.gap, *parts)) else "",
        " would be ", Figure(points(gaps.zeroed, places), "without.gap_zeroed_pp"), " (zeroed)",
    )  # fmt: skip
    if gaps.reweighted is not None:
        sentence = Sentence(
            sentence, "; that of the measured lines, ",
            Figure(points(gaps.baskets), "without.baskets_gap_pp"), ", would be ",
            Figure(points(gaps.reweighted), "without.gap_reweighted_pp"), " (reweighted)",
        )  # fmt: skip
    if snapshot.state == "intraday":
        sentence = Sentence("Intraday, w", str(sentence.parts[0])[1:], *sentence.parts[1:])
    return Sentence(sentence, ".")


def _lines_left_out(view: IndexView, places: int) -> Sentence:
    """Name the lines left out: ``MSFT META (-161 bp of SPY)``."""
    assert view.without is not None
    names = view.without.symbols
    first_symbols = " ".join(names[:NAMES]) + " …" * (len(names) > NAMES)
    figure = basis_points(view.without.contribution, places)
    path = f"{path_of(view)}.without.sum_bp"
    return Sentence(Name(first_symbols), " (", Figure(figure, path), " of ", Name(view.fund), ")")
