"""Detractors and contributors in prose, and why, as far as the figures say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from core.data.register import UNKNOWN
from core.note.phrase import Name, Sentence, joined, listed, path_of
from core.note.prose import percent
from core.note.verdict import MOST_NAMED, drags, named_sectors, verdict

if TYPE_CHECKING:
    from core.answer.views import IndexView, Snapshot
    from core.note.prose import ProseStyle

#: Which of an index's sectors are named: the strongest and the weakest, the one that matters, none.
Ends = Literal["both", "one", "none"]
#: A sector is worth a word from so much on.
_WORTH: Final = 0.0005
#: And one that widened a gap, or narrowed it, from such a part of it on.
_WIDENED: Final = 0.1


def who(gaining: IndexView | None, losing: IndexView | None, voice: ProseStyle) -> Sentence:
    """The largest loser of an index behind and the largest gainer of the one ahead.

    Of one index alone the larger of the two comes first.
    """
    sides: list[tuple[IndexView, int]] = []
    if losing is not None and losing.claims and drags(losing) is not None:
        sides.append((losing, len(losing.contributors) - 1))
    if gaining is not None and gaining.claims and gaining.contributors.contribution[0] > 0:
        sides.append((gaining, 0))
    if gaining is losing:
        sides.sort(key=lambda one: -abs(float(one[0].contributors.contribution[one[1]])))
    clauses: list[Sentence] = []
    for view, row in sides:
        amount = float(view.contributors.contribution[row])
        path = f"{path_of(view)}.contributors[{row}].contribution_bp"
        fund = Name("it") if clauses and gaining is losing else voice.fund(view.fund)
        line, mark = voice.company(view, row), _estimated(view, voice)
        figure = voice.basis_points(amount, path)
        if amount < 0:
            clauses.append(Sentence(line, " cost ", fund, " ", mark, figure))
        else:
            clauses.append(Sentence(line, " added ", mark, figure, " to ", fund))
    return Sentence(joined(clauses, "; "), ".") if clauses else Sentence()


def dragged(view: IndexView, voice: ProseStyle, *, sectors: Ends = "both") -> list[Sentence]:
    """Who took most off an index, its sectors (those named) from the weakest, its weakest theme."""
    losers = drags(view)
    if not view.claims or losers is None:
        return []
    lines, last, count = view.contributors, len(view.contributors) - 1, len(losers.symbols)
    worst = float(lines.contribution[last])
    path = f"{path_of(view)}.contributors[{last}]"
    fall, value = Sentence(), float(lines.returns[last])
    if round(value, 4) < 0:
        fall = Sentence(", down ", percent(value, f"{path}.return"), ",")
    first = Sentence(
        voice.company(view, last), fall, " weighed most on ", voice.fund(view.fund),
        " and cost it ", _estimated(view, voice),
        voice.basis_points(worst, f"{path}.contribution_bp"), ".",
    )  # fmt: skip
    sentences = [first]
    if count > 1:
        others = listed(Sentence(voice.company(view, last - k)) for k in range(1, count))
        total = voice.basis_points(losers.contribution, f"{path_of(view)}.drags.sum_bp")
        sentences.append(Sentence(others, " took the cost to ", total, "."))
    sentences.append(_sectors(view, voice, sectors, weakest_first=True))
    return [*sentences, _theme(view, voice, -1)]


def carried(view: IndexView, voice: ProseStyle, *, sectors: Ends = "both") -> list[Sentence]:
    """Say who added most to an index, what three added together, its sectors, its best theme."""
    lines = view.contributors
    if not view.claims or not len(lines) or lines.contribution[0] <= 0:
        return []
    path = f"{path_of(view)}.contributors[0]"
    sentences = [
        Sentence(
            voice.company(view, 0), " led ", voice.fund(view.fund), ": ", _moved(view, path),
            " added ", _estimated(view, voice),
            voice.basis_points(float(lines.contribution[0]), f"{path}.contribution_bp"), ".",
        )
    ]  # fmt: skip
    tops = view.concentration.top
    place = next((n for n, top in enumerate(tops) if top.k == MOST_NAMED), None)
    if place is not None and lines.contribution[MOST_NAMED - 1] > 0:
        top, at = tops[place], f"{path_of(view)}.concentration.top[{place}]"
        others = listed(Sentence(voice.company(view, row)) for row in range(1, MOST_NAMED))
        part = Sentence()
        if top.share_of_net is not None and top.share_of_net > 0:
            figure = percent(top.share_of_net, f"{at}.share_of_net")
            whose = "the fund's return"
            if view.fund_return is None:
                whose = "what the measured stocks returned"
            part = Sentence(", ", figure, f" of {whose}")
        total = voice.basis_points(top.contribution, f"{at}.sum_bp")
        sentences.append(Sentence("With ", others, " it accounts for ", total, part, "."))
    sentences.append(_sectors(view, voice, sectors, weakest_first=False))
    return [*sentences, _theme(view, voice, 1)]


def _estimated(view: IndexView, voice: ProseStyle) -> str:
    """The mark of an index's first amount where its weights are estimated; the end says more."""
    return voice.once(view.fund, "an estimated ") if view.estimated else ""


def _moved(view: IndexView, path: str) -> Sentence:
    """The largest contributor's return as what made its contribution: ``its gain of 190%``."""
    value = float(view.contributors.returns[0])
    if round(value, 4) <= 0:
        return Sentence("it")
    return Sentence("its gain of ", percent(value, f"{path}.return"))


def _sectors(view: IndexView, voice: ProseStyle, ends: Ends, *, weakest_first: bool) -> Sentence:
    """The sector that moved an index most its way, and the one at the other end."""
    sectors = view.sectors
    named = named_sectors(view)
    if ends == "none" or named is None:
        return Sentence()
    leader, last = named
    best, worst = sectors[leader].contribution, sectors[last].contribution
    if max(abs(best), abs(worst)) < _WORTH:
        return Sentence()

    def amount(row: int) -> Sentence:
        path = f"{path_of(view)}.sectors[{row}].contribution_bp"
        return voice.basis_points(sectors[row].contribution, path)

    strong, weak = Name(sectors[leader].name), Name(sectors[last].name)
    if best < 0:
        return Sentence("Every sector lost, from ", weak, " (", amount(last), ") to ", strong, " (",
                        amount(leader), ").")  # fmt: skip
    if worst > 0:
        return Sentence("Every sector gained, from ", strong, " (", amount(leader), ") to ",
                        weak, " (", amount(last), ").")  # fmt: skip
    if weakest_first:
        first = Sentence(
            voice.fund(view.fund), "'s weakest sector, ", weak, ", cost ", amount(last)
        )
        second = Sentence("; the strongest, ", strong, ", added ", amount(leader))
    else:
        first = Sentence(strong, " led the sectors with ", amount(leader))
        second = Sentence("; ", weak, " cost ", amount(last))
    return Sentence(first, second if ends == "both" else Sentence(), ".")


def _theme(view: IndexView, voice: ProseStyle, side: int) -> Sentence:
    """The theme that moved an index most to one side; nothing where none did."""
    amounts = [side * theme.contribution for theme in view.themes]
    if not amounts or max(amounts) < _WORTH:
        return Sentence()
    place = amounts.index(max(amounts))
    path = f"{path_of(view)}.themes[{place}].contribution_bp"
    total = voice.basis_points(view.themes[place].contribution, path)
    # quoted: a theme may be named as no reader would expect in a sentence
    name = Name(f'"{view.themes[place].name}"')
    if side < 0:
        return Sentence("The theme ", name, " cost ", total, ".")
    return Sentence("Of the themes, ", name, " added most, ", total, ".")


def widened(snapshot: Snapshot, voice: ProseStyle) -> Sentence:
    """The sector that did most for a gap, and the one that did most against it.

    Said where the lines explain a gap that is worth it.
    """
    spread, result = snapshot.spread, verdict(snapshot)
    if spread is None or result is None or result.word == "unexplained":
        return Sentence()
    side = 1 if spread.gap > 0 else -1
    effects = [
        (side * effect.total, place)
        for place, effect in enumerate(snapshot.sector_effects)
        if effect.name != UNKNOWN
    ]
    if not effects or max(effects)[0] < _WIDENED * abs(spread.gap):
        return Sentence()

    def part(place: int) -> tuple[Name, Sentence]:
        effect = snapshot.sector_effects[place]
        return Name(effect.name), voice.points(effect.total, f"sector_effects[{place}].total_pp")

    most, points = part(max(effects)[1])
    sentence = Sentence("By sector, ", most, " widened the gap most, by ", points)
    if min(effects)[0] > -_WIDENED * abs(spread.gap):
        return Sentence(sentence, ".")
    least, points = part(min(effects)[1])
    return Sentence(sentence, "; ", least, " narrowed it by ", points, ".")
