"""Who dragged and who carried, as a desk would print it, and why as far as figures say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Name, Sentence, listed, path_of
from core.note.verdict import NAMED, drags
from core.note.voice import percent

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.note.voice import Voice

#: A sector is worth a word from so much on.
_WORTH: Final = 0.0005


def who(gaining: IndexView | None, losing: IndexView | None, voice: Voice) -> Sentence:
    """The largest loser of one index and the largest gainer of another, or of the same."""
    clauses = []
    if losing is not None and losing.claims and drags(losing) is not None:
        row = len(losing.contributors) - 1
        amount = float(losing.contributors.contribution[row])
        path = f"{path_of(losing)}.contributors[{row}].contribution_bp"
        loser, cost = voice.company(losing, row), voice.basis_points(amount, path)
        mark = _estimated(losing, voice)
        clauses.append(Sentence(loser, " cost ", Name(losing.fund), " ", mark, cost))
    if gaining is not None and gaining.claims and gaining.contributors.contribution[0] > 0:
        amount = float(gaining.contributors.contribution[0])
        path = f"{path_of(gaining)}.contributors[0].contribution_bp"
        gainer, gain = voice.company(gaining, 0), voice.basis_points(amount, path)
        to = () if clauses and gaining is losing else (" to ", Name(gaining.fund))
        clauses.append(Sentence(gainer, " added ", _estimated(gaining, voice), gain, *to))
    if not clauses:
        return Sentence()
    return Sentence(clauses[0], *(part for c in clauses[1:] for part in ("; ", c)), ".")


def dragged(view: IndexView, voice: Voice, *, sectors: bool = True) -> list[Sentence]:
    """Who took most off an index, its sectors from the weakest, its weakest theme.

    Args:
        view: the index.
        voice: of the text.
        sectors: tell of them.
    """
    losers = drags(view)
    if not view.claims or losers is None:
        return []
    lines, last, count = view.contributors, len(view.contributors) - 1, len(losers.symbols)
    worst = float(lines.contribution[last])
    path = f"{path_of(view)}.contributors[{last}]"
    first = Sentence(
        voice.company(view, last), " weighed most on ", Name(view.fund), ": ",
        _moved(view, last, path), " cost ", _estimated(view, voice),
        voice.basis_points(worst, f"{path}.contribution_bp"), ".",
    )  # fmt: skip
    sentences = [first]
    if count > 1:
        others = listed(Sentence(voice.company(view, last - k)) for k in range(1, count))
        total = voice.basis_points(losers.contribution, f"{path_of(view)}.drags.sum_bp")
        sentences.append(Sentence(others, " took the loss to ", total, "."))
    if sectors:
        sentences.append(_sectors(view, voice, weakest_first=True))
    return [*sentences, _theme(view, voice, -1)]


def carried(view: IndexView, voice: Voice, *, sectors: bool = True) -> list[Sentence]:
    """Who added most to an index, what three brought together, its sectors, its best theme.

    Args:
        view: the index.
        voice: of the text.
        sectors: tell of them.
    """
    lines = view.contributors
    if not view.claims or not len(lines) or lines.contribution[0] <= 0:
        return []
    path = f"{path_of(view)}.contributors[0]"
    sentences = [
        Sentence(
            voice.company(view, 0), " led ", Name(view.fund), ": ", _moved(view, 0, path),
            " added ", _estimated(view, voice),
            voice.basis_points(float(lines.contribution[0]), f"{path}.contribution_bp"), ".",
        )
    ]  # fmt: skip
    tops = view.concentration.top
    place = next((n for n, top in enumerate(tops) if top.k == NAMED), None)
    if place is not None and lines.contribution[NAMED - 1] > 0:
        top, at = tops[place], f"{path_of(view)}.concentration.top[{place}]"
        others = listed(Sentence(voice.company(view, row)) for row in range(1, NAMED))
        part = Sentence()
        if top.share_of_net is not None and top.share_of_net > 0:
            figure = percent(top.share_of_net, f"{at}.share_of_net")
            part = Sentence(", ", figure, " of the fund's return")
        total = voice.basis_points(top.contribution, f"{at}.sum_bp")
        sentences.append(Sentence("With ", others, " it accounts for ", total, part, "."))
    if sectors:
        sentences.append(_sectors(view, voice, weakest_first=False))
    return [*sentences, _theme(view, voice, 1)]


def _estimated(view: IndexView, voice: Voice) -> str:
    """What marks an index's first amount where its weights are estimated; the end says more."""
    return voice.once(view.fund, "an estimated ") if view.estimated else ""


def _moved(view: IndexView, row: int, path: str) -> Sentence:
    """A line's own return as what made its contribution: ``its fall of 22.5%``."""
    value = float(view.contributors.returns[row])
    if round(abs(value), 4) == 0:
        return Sentence("it")
    return Sentence(f"its {'gain' if value > 0 else 'fall'} of ", percent(value, f"{path}.return"))


def _sectors(view: IndexView, voice: Voice, *, weakest_first: bool) -> Sentence:
    """The sector that moved an index most its way, and the one at the other end."""
    sectors = view.sectors
    if len(sectors) < 2:
        return Sentence()
    best, worst = sectors[0].contribution, sectors[-1].contribution
    if max(abs(best), abs(worst)) < _WORTH:
        return Sentence()

    def amount(row: int) -> Sentence:
        path = f"{path_of(view)}.sectors[{row}].contribution_bp"
        return voice.basis_points(sectors[row].contribution, path)

    last = len(sectors) - 1
    strong, weak = Name(sectors[0].name), Name(sectors[last].name)
    if best < 0:
        return Sentence("Every sector lost, from ", weak, " (", amount(last), ") to ", strong, " (",
                        amount(0), ").")  # fmt: skip
    if worst > 0:
        return Sentence("Every sector gained, from ", strong, " (", amount(0), ") to ", weak, " (",
                        amount(last), ").")  # fmt: skip
    if weakest_first:
        return Sentence(
            Name(view.fund), "'s weakest sector, ", weak, ", cost ", amount(last),
            "; the strongest, ", strong, ", added ", amount(0), ".",
        )  # fmt: skip
    return Sentence(
        strong, " led the sectors with ", amount(0), "; ", weak, " cost ", amount(last), ".",
    )  # fmt: skip


def _theme(view: IndexView, voice: Voice, side: int) -> Sentence:
    """The theme that moved an index most to one side; nothing where none did."""
    amounts = [side * theme.contribution for theme in view.themes]
    if not amounts or max(amounts) < _WORTH:
        return Sentence()
    place = amounts.index(max(amounts))
    path = f"{path_of(view)}.themes[{place}].contribution_bp"
    total = voice.basis_points(view.themes[place].contribution, path)
    verb = " theme added " if side > 0 else " theme cost "
    return Sentence("The ", Name(view.themes[place].name), verb, total, ".")
