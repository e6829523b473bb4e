"""Who dragged and who carried, as a desk would print it, and why as far as figures say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.note.phrase import Name, Sentence, key, listed
from core.note.verdict import drags
from core.note.voice import percent

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.groups import Group
    from core.note.voice import Voice

#: A sector is worth a word from so much on.
_WORTH: Final = 0.0005


def _at(view: IndexView) -> str:
    return f"indices{key(view.fund)}"


def who(ahead: IndexView | None, behind: IndexView | None, voice: Voice) -> Sentence:
    """The largest loser of the index behind and the largest gainer of the one ahead."""
    clauses = []
    if behind is not None and behind.claims and drags(behind) is not None:
        row = len(behind.contributors) - 1
        amount = float(behind.contributors.contribution[row])
        path = f"{_at(behind)}.contributors[{row}].contribution_bp"
        loser, cost = voice.company(behind, row), voice.basis_points(amount, path)
        clauses.append(Sentence(loser, " cost ", Name(behind.fund), " ", cost))
    if ahead is not None and ahead.claims and ahead.contributors.contribution[0] > 0:
        amount = float(ahead.contributors.contribution[0])
        path = f"{_at(ahead)}.contributors[0].contribution_bp"
        gainer, gain = voice.company(ahead, 0), voice.basis_points(amount, path)
        clauses.append(Sentence(gainer, " added ", gain, " to ", Name(ahead.fund)))
    if not clauses:
        return Sentence()
    return Sentence(clauses[0], *(part for c in clauses[1:] for part in ("; ", c)), ".")


def _estimated(view: IndexView) -> str:
    return ", on estimated weights" if view.estimated else ""


def dragged(view: IndexView, voice: Voice) -> list[Sentence]:
    """Who took most off the index behind, and its weakest and strongest sector."""
    losers = drags(view)
    if not view.claims or losers is None:
        return []
    lines, last, count = view.contributors, len(view.contributors) - 1, len(losers.symbols)
    worst = float(lines.contribution[last])
    path = f"{_at(view)}.contributors[{last}]"
    first = Sentence(
        voice.company(view, last), " cost ", Name(view.fund), " most, ",
        voice.basis_points(worst, f"{path}.contribution_bp"), _fell(view, last, path),
        _estimated(view),
    )  # fmt: skip
    sentences = [Sentence(first, ".")]
    if count > 1:
        others = listed(Sentence(voice.company(view, last - k)) for k in range(1, count))
        total = voice.basis_points(losers.contribution, f"{_at(view)}.drags.sum_bp")
        sentences.append(Sentence("Together with ", others, " it cost the fund ", total, "."))
    sentences += [_sectors(view, voice, worst_first=True), _theme(view, voice)]
    return sentences


def _fell(view: IndexView, row: int, path: str) -> Sentence:
    value = float(view.contributors.returns[row])
    if round(abs(value), 4) == 0:
        return Sentence()
    words = " after a gain of " if value > 0 else " after a fall of "
    return Sentence(words, percent(value, f"{path}.return"))


def carried(view: IndexView, voice: Voice) -> list[Sentence]:
    """Who added most to the index ahead, what three brought together, and its sectors."""
    lines = view.contributors
    if not view.claims or not len(lines) or lines.contribution[0] <= 0:
        return []
    path = f"{_at(view)}.contributors[0]"
    sentences = [
        Sentence(
            voice.company(view, 0), " added ",
            voice.basis_points(float(lines.contribution[0]), f"{path}.contribution_bp"), " to ",
            Name(view.fund), _fell(view, 0, path), _estimated(view), ".",
        )
    ]  # fmt: skip
    tops = view.concentration.top
    place = next((n for n, top in enumerate(tops) if top.k == 3), None)
    if place is not None and lines.contribution[2] > 0:
        top, at = tops[place], f"{_at(view)}.concentration.top[{place}]"
        others = listed(Sentence(voice.company(view, row)) for row in (1, 2))
        share = Sentence()
        if top.share_of_net is not None and top.share_of_net > 0:
            share = Sentence(
                ", ", percent(top.share_of_net, f"{at}.share_of_net"), " of its return"
            )
        total = voice.basis_points(top.contribution, f"{at}.sum_bp")
        sentences.append(Sentence("With ", others, " it brought ", total, share, "."))
    return [*sentences, _sectors(view, voice, worst_first=False)]


def _sectors(view: IndexView, voice: Voice, *, worst_first: bool) -> Sentence:
    """The sector that moved the index most its way, and the one that went against it."""
    sectors = view.sectors
    if len(sectors) < 2:
        return Sentence()
    best, worst = (0, sectors[0]), (len(sectors) - 1, sectors[-1])
    clauses = [
        _sector(view, *one, voice)
        for one in ((worst, best) if worst_first else (best, worst))
        if abs(one[1].contribution) >= _WORTH
    ]
    if not clauses:
        return Sentence()
    joined = Sentence(clauses[0], *(part for c in clauses[1:] for part in (", while ", c)))
    return Sentence("Of its sectors ", joined, ".")


def _sector(view: IndexView, place: int, group: Group, voice: Voice) -> Sentence:
    verb = " added " if group.contribution > 0 else " took off "
    path = f"{_at(view)}.sectors[{place}].contribution_bp"
    return Sentence(Name(group.name), verb, voice.basis_points(group.contribution, path))


def _theme(view: IndexView, voice: Voice) -> Sentence:
    """The theme that took most off an index; nothing where none did."""
    place = min(range(len(view.themes)), key=lambda n: view.themes[n].contribution, default=None)
    if place is None or view.themes[place].contribution > -_WORTH:
        return Sentence()
    group = view.themes[place]
    path = f"{_at(view)}.themes[{place}].contribution_bp"
    amount = voice.basis_points(group.contribution, path)
    return Sentence("As a theme, ", Name(group.name), " took off ", amount, ".")
