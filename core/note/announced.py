"""The sentence about announced changes: who of the top contributors is to leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.answer.announced import leaders_to_leave
from core.note.phrase import Figure, Name, Sentence, basis_points, key, spoken

if TYPE_CHECKING:
    from core.answer.views import Coming, IndexView

_COUNTS: Final = {1: "one", 2: "two", 3: "three"}


def announced_sentence(head: Sentence, view: IndexView, changes: tuple[Coming, ...]) -> Sentence:
    """How many of an index's top contributors are to leave, and what they brought; or nothing.

    Args:
        head: how a sentence about the index begins.
        view: the index.
        changes: its announced changes.
    """
    found = leaders_to_leave(changes)
    if found is None or not view.claims:
        return Sentence()
    several = len(found.symbols) > 1
    verb = ("were to leave" if several else "was to leave") if found.due else "leave"
    if not several and not found.due:
        verb = "leaves"
    path = f"changes{key(view.fund)}.leaders_to_leave"
    return Sentence(
        head,
        _COUNTS[len(found.symbols)],
        " of its top three contributors",
        f" {verb}",
        " by " if found.days > 1 else " on ",
        Figure(spoken(found.effective), f"{path}.effective"),
        " as announced (",
        Name(" ".join(found.symbols)),
        "); together ",
        Figure(basis_points(found.contribution), f"{path}.sum_bp"),
        ".",
    )
