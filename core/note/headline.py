"""The note's first sentences: how wide the gap is, and how rare.

The rank among all stretches as long, that among the same windows of other years and the
comparison with full calendar years are different claims, and each says which it makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.measures.rarity import FAR_YEARS, TIE_DECIMALS, Standing
from core.measures.spread import Comparisons, comparisons
from core.note.phrase import (
    Figure,
    Name,
    Sentence,
    further_places,
    joined,
    long_date,
    percent,
    points,
)
from core.note.ranking_words import (
    BASIS_WORDS,
    NOTABLE_YEARS,
    opening_mark,
    place_of,
    window_words,
    year,
)
from core.note.rarity_words import ROLLING, further_claim, rarity_claims, rolling_detail
from core.note.verdict import level, margin

if TYPE_CHECKING:
    from core.answer.views import Snapshot
    from core.measures.spread import Ranking, Spread

#: Most places beyond two until the gap is the difference of its two returns as printed. One
#: headline in four needs a third place, one in sixteen a fourth: it cannot leave a figure out.
MOST_FURTHER: Final = 4
_SAME, _FULL = "spread.same_window", "spread.full_years"


def _full_years(ranking: Ranking, now: int, kind: str) -> Sentence:
    """Words for the comparison with full calendar years; nothing without a claim."""
    if not ranking.claim:
        return Sentence()
    if ranking.on_record:
        assert ranking.first_year is not None
        first = year(ranking.first_year, f"{_FULL}.first_year")
        return Sentence(_wider(ranking, ranking.first_year, kind), " on record (from ", first, ")")
    if ranking.since is not None and now - ranking.since > NOTABLE_YEARS:
        since = year(ranking.since, f"{_FULL}.since")
        return Sentence(_wider(ranking, ranking.since + 1, kind), " since ", since)
    return Sentence()


def _wider(ranking: Ranking, first: int, kind: str) -> str:
    """Say how this gap stands above the full years from ``first`` on, of its side or of both."""
    if _other_side_is_narrower(ranking, abs(ranking.gap), first):
        return "wider than any full year"
    return f"a wider {kind} than in any full year"


def _other_side_is_narrower(ranking: Ranking, width: float, first: int = 0) -> bool:
    """Whether no gap of the other sign, from a year on, is as wide: ranks count one side alone."""
    others = (y for y in ranking.history if y.year >= first and (y.gap > 0) != (ranking.gap > 0))
    return all(round(abs(y.gap), TIE_DECIMALS) < round(width, TIE_DECIMALS) for y in others)


def _gap(snapshot: Snapshot, spread: Spread) -> Sentence:
    small, large = Name(snapshot.question.small), Name(snapshot.question.large)
    one, other = spread.small_return, spread.large_return
    further = further_places((spread.gap, one, -other), most=MOST_FURTHER)
    figures = Sentence(
        " (", small, " ", Figure(percent(one, 2 + further), "spread.small_return"),
        ", ", large, " ", Figure(percent(other, 2 + further), "spread.large_return"),
        f", {BASIS_WORDS[snapshot.question.basis]} to ",
        Figure(long_date(snapshot.window.end), "question.end"), ")",
    )  # fmt: skip
    words = window_words(snapshot)
    if level(spread.gap):
        return Sentence(small, " and ", large, " are level ", words, figures)
    verb = " leads " if spread.gap > 0 else " trails "
    wide = Figure(f"{abs(spread.gap) * 100:,.{2 + further}f} pp", "spread.gap_pp")
    return Sentence(small, verb, large, " by ", wide, " ", words, figures)


def _baskets(snapshot: Snapshot) -> Sentence:
    """The gap of the measured lines, named as such, where that of the funds is not known."""
    gap, small, large = snapshot.basket_gap, snapshot.small, snapshot.large
    if gap is None or small is None or large is None:
        return Sentence()
    question = snapshot.question
    return Sentence(
        " The measured lines alone, not the funds, are apart by ",
        Figure(points(gap), "baskets.gap_pp"), " ", window_words(snapshot), " (",
        Name(question.small), " ", Figure(percent(small.basket_return), "baskets.small_return"),
        ", ",
        Name(question.large), " ", Figure(percent(large.basket_return), "baskets.large_return"),
        "), which is not ranked.",
    )  # fmt: skip


def headline(snapshot: Snapshot) -> Sentence:
    """One sentence: how wide the gap is, and how rare."""
    before = opening_mark(snapshot)
    if snapshot.single_spread is not None:
        from core.note.alone_words import own_headline

        return Sentence(before, own_headline(snapshot, snapshot.single_spread))
    spread = snapshot.spread
    if spread is None:
        return Sentence(before, Name("; ".join(snapshot.missing)), ".", _baskets(snapshot))
    sentence = Sentence(before, _gap(snapshot, spread))
    if level(spread.gap):
        return Sentence(sentence, ".")
    kind = "lead" if spread.gap > 0 else "deficit"
    claims, standing = _claims(snapshot, spread, kind)
    further = further_claim(snapshot, standing)
    tail = ("; ", further) if further else ()
    return Sentence(sentence, ": ", joined(claims, ", and "), *tail, ".")


def compared(snapshot: Snapshot) -> Comparisons:
    """The comparisons of the snapshot's gap."""
    sessions = 0 if snapshot.spread is None else snapshot.spread.history.length
    return comparisons(snapshot.window.label, sessions)


def _claims(
    snapshot: Snapshot, spread: Spread, kind: str
) -> tuple[list[Sentence], Standing | None]:
    """How rare the gap is, by each comparison that fits the window, and the strongest of them."""
    beside, rank = compared(snapshot), spread.rolling
    claims = rarity_claims(snapshot, spread, kind, "wide", (ROLLING, _SAME))
    standing = None if rank is None else rank.standing
    if not beside.rolling:
        standing = calendar_standing(spread.same_window) if beside.same_window else None
    if beside.full_years:
        claims.append(_full_years(spread.full_years, snapshot.window.end.year, kind))
    return [claim for claim in claims if claim], standing


def calendar_standing(ranking: Ranking) -> Standing | None:
    """The strength of a claim of a rank among years, on the scale of claims among all stretches."""
    if not ranking.claim:
        return None
    if ranking.on_record:
        return "record"
    if ranking.since is None:
        return "usual"
    back = max(year.year for year in ranking.history) - ranking.since
    if back >= FAR_YEARS:
        return "far"
    return "near" if back >= NOTABLE_YEARS else "usual"


def rank_sentence(snapshot: Snapshot) -> Sentence:
    """The ranks in full: among stretches as long, or the runner-up and the margin among years."""
    spread = snapshot.spread
    if spread is None or level(spread.gap):
        return Sentence()
    kind = "lead" if spread.gap > 0 else "deficit"
    beside, rank = compared(snapshot), spread.rolling
    if beside.rolling:
        return Sentence() if rank is None or not rank.claim else rolling_detail(rank, kind)
    clauses = []
    if spread.same_window.claim:
        clauses.append(Sentence("for this window ", _runner_up(spread.same_window, _SAME, kind)))
    full = spread.full_years
    if full.claim and beside.full_years:
        full_rank = Sentence(
            "against full calendar years this gap is ", place_of(full, _FULL), ", "
        )
        clauses.append(Sentence(full_rank, _runner_up(full, _FULL, kind)))
    if not clauses:
        return Sentence()
    first, *others = clauses
    first = Sentence(first.parts[0].capitalize(), *first.parts[1:])
    return Sentence(first, *(p for other in others for p in ("; ", other)), ".")


def _runner_up(ranking: Ranking, path: str, kind: str) -> Sentence:
    """The widest other year, and how far the next rank is; at rank 1, how far it is behind."""
    runner, distance = ranking.runner_up, margin(ranking)
    assert runner is not None and distance is not None  # a claim has ten years at least
    same_side = (runner.gap > 0) == (ranking.gap > 0)
    if not same_side:
        words = f"no other year has a {kind}; nearest is "
    elif _other_side_is_narrower(ranking, abs(runner.gap)):
        words = "the widest other year is "
    else:
        words = f"the widest other {kind} is that of "
    runner_words = Sentence(
        words,
        year(runner.year, f"{path}.runner_up.year"),
        " (",
        Figure(points(runner.gap), f"{path}.runner_up.gap_pp"),
        ")",
    )
    gap = Figure(f"{distance * 100:,.2f} pp", f"{path}.margin_pp")
    if ranking.next_gap is None:
        return Sentence(runner_words, ", ", gap, " behind")
    return Sentence(runner_words, ", the next rank ", gap, " away")
